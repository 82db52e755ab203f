"""What the tests of devices share: a rack whose readings are written down, and waited for with a deadline."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hardware.rack import Rack
from hardware.readings import DeviceChanged, DeviceState, Reading
from hardware.settings import DeviceSettings, load_station

DEADLINE = 20.0  # s; only a broken product needs it


class Heard:
    """Every reading that a rack emitted, in order."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.readings: list[Reading] = []

    def put(self, reading: Reading) -> None:
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
        return self.wait(lambda reading: isinstance(reading, kind), after=after)

    def state(self, state: DeviceState, *, after: int = 0, device: str | None = None) -> DeviceChanged:
        return self.wait(
            lambda reading: (
                isinstance(reading, DeviceChanged)
                and reading.state is state
                and (device is None or reading.device == device)
            ),
            after=after,
        )

    def ready(self, *, after: int = 0) -> DeviceChanged:
        return self.state(DeviceState.READY, after=after)


@pytest.fixture
def heard() -> Heard:
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
    ours = ("device-", "broker-")
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(ours)]
    assert not left, f"threads outlived their rack: {left}"


@pytest.fixture
def devices(tmp_path: Path) -> Callable[..., tuple[DeviceSettings, ...]]:
    """Devices as a file lists them, each given as its table."""

    def written(*tables: str, default_broker: str | None = None) -> tuple[DeviceSettings, ...]:
        path = tmp_path / "devices.toml"
        path.write_text("".join(f"[[device]]\n{table}\n" for table in tables))
        return load_station(path, default_broker=default_broker).devices

    return written
