"""Fixtures for tests of devices: a rack whose readings are written down, and waited for with a deadline.

Stepline's own tests use it, and so can a plant's: `pytest -p hardware.simulate.pytest_rack --drivers drivers drivers`.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hardware.rack import Rack
from hardware.readings import DeviceChanged, DeviceState, Reading
from hardware.settings import DeviceSettings, load_station

DEADLINE = 20.0  # s; only a broken product needs it
THREADS = ("device-", "broker-")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where a plant's own drivers and simulators lie."""
    parser.addoption("--drivers", type=Path, default=None, help="folder of a station's own drivers")


def pytest_configure(config: pytest.Config) -> None:
    """Their tests import them by name."""
    folder = config.getoption("--drivers", default=None)
    if folder is not None:
        sys.path.insert(0, str(folder.resolve()))


class Heard:
    """Every reading that a rack emitted, in order."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.readings: list[Reading] = []

    def put(self, reading: Reading) -> None:
        """Write it down."""
        with self._told:
            self.readings.append(reading)
            self._told.notify_all()

    def wait(self, wanted: Callable[[Reading], bool], *, after: int = 0) -> Reading:
        """The first reading from place `after` on that is `wanted`."""

        def found() -> Reading | None:
            return next((reading for reading in self.readings[after:] if wanted(reading)), None)

        with self._told:
            self._told.wait_for(lambda: found() is not None, DEADLINE)
            reading = found()
        assert reading is not None, f"not heard; heard instead: {self.readings[after:]}"
        return reading

    def kind(self, kind: type, *, after: int = 0) -> Reading:
        """The first reading of that kind."""
        return self.wait(lambda reading: isinstance(reading, kind), after=after)

    def state(self, state: DeviceState, *, after: int = 0, device: str | None = None) -> Reading:
        """The first time that a device, or this one, came into that state."""
        return self.wait(
            lambda reading: (
                isinstance(reading, DeviceChanged)
                and reading.state is state
                and (device is None or reading.device == device)
            ),
            after=after,
        )

    def ready(self, *, after: int = 0) -> Reading:
        """The first time that a device was ready."""
        return self.state(DeviceState.READY, after=after)


@pytest.fixture
def heard() -> Heard:
    """What the rack of this test says."""
    return Heard()


@pytest.fixture
def rack(heard: Heard) -> Iterator[Callable[[Sequence[DeviceSettings]], Rack]]:
    """Starts racks that are stopped with the test."""
    racks: list[Rack] = []

    def start(devices: Sequence[DeviceSettings]) -> Rack:
        racks.append(Rack.start(devices, emit=heard.put))
        return racks[-1]

    yield start
    for one in racks:
        one.stop()
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(THREADS)]
    assert not left, f"threads outlived their rack: {left}"


@pytest.fixture
def devices(tmp_path: Path, pytestconfig: pytest.Config) -> Callable[..., tuple[DeviceSettings, ...]]:
    """Devices as a station's file lists them, each given as its table."""
    folder = pytestconfig.getoption("--drivers", default=None)
    head = "" if folder is None else f"[station]\ndrivers = '{folder.resolve()}'\n"

    def written(*tables: str, default_broker: str | None = None) -> tuple[DeviceSettings, ...]:
        path = tmp_path / "station.toml"
        path.write_text(head + "".join(f"[[device]]\n{table}\n" for table in tables))
        return load_station(path, default_broker=default_broker).devices

    return written
