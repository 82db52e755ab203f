"""The station's devices: started once it is known where their broker is, reported with the kiosk's state."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from content.label import Pattern
from content.run import Run
from hardware.address import Window
from hardware.device import DeviceHealth, Emit
from hardware.driver import Command, Wanted
from hardware.rack import Rack
from hardware.settings import DeviceSettings, DevicesFileWrong, load_station
from hardware.tape import FileTape, Way
from kiosk.bench import Bench
from kiosk.events import Enrolled, Event

log = logging.getLogger(__name__)
ANY = "mqtt://broker.invalid"  # stands for the broker while it is not known


class RackRoom:
    """Holds the rack. A station's file may leave the broker to the server, unknown before enrolment."""

    def __init__(
        self,
        devices: Path | None,
        emit: Emit,
        broker: Callable[[], str | None],
        recordings: Path | None = None,
        kiosk: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`kiosk` tells who this one is, once it is enrolled."""
        self._devices = devices
        self._emit = emit
        self._broker = broker
        self._recordings = recordings
        self._kiosk = kiosk
        self._tape: FileTape | None = None
        self._rack: Rack | None = None
        self._wanted: dict[str, Wanted] = {}  # before the rack was there
        self.settings: Sequence[DeviceSettings] = ()
        self.patterns: Sequence[Pattern] = ()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the devices if they are not; raises DevicesFileWrong when the file cannot be used.

        A file that could be used if only the broker were known is tried again after the enrolment.
        """
        with self._lock:
            if self._devices is None or self._rack is not None:
                return
            broker = self._broker()
            if broker is None:
                load_station(self._devices, default_broker=ANY)
            try:
                station = load_station(self._devices, default_broker=broker)
            except DevicesFileWrong:
                if broker is not None:
                    raise
                log.info("the devices are started once the server has named its broker")
                return
            self.patterns = self._patterns(station.labels)
            self.settings = station.devices
            self._tape = self._recording()
            self._rack = Rack.start(
                station.devices, emit=self._emit, tape=self._tape, kiosk=self._kiosk() or None
            )
            for device, wanted in self._wanted.items():
                self._rack.want(device, wanted)

    def _recording(self) -> FileTape | None:
        if self._recordings is None:
            return None
        file = self._recordings / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.tape"
        try:
            self._recordings.mkdir(parents=True, exist_ok=True)
            return FileTape(file)
        except OSError as problem:
            raise DevicesFileWrong(
                f"{file}: cannot be written ({problem.strerror}); mend --record"
            ) from problem

    def _patterns(self, labels: Sequence[str]) -> tuple[Pattern, ...]:
        try:
            return tuple(Pattern.of(each) for each in labels)
        except ValueError as problem:
            raise DevicesFileWrong(f"{self._devices}: label: {problem}") from problem

    def health(self) -> Mapping[str, DeviceHealth]:
        """How each device is now. Safe from any thread."""
        rack = self._rack
        return {} if rack is None else rack.health()

    def want(self, device: str, wanted: Wanted) -> None:
        """From now on this is wanted of an output."""
        self._wanted[device] = wanted
        if self._rack is not None:
            self._rack.want(device, wanted)

    def ask(self, device: str, command: Command) -> None:
        """Have a device do something once; where there is none, nothing can."""
        if self._rack is not None:
            self._rack.ask(device, command)

    def picture(self, device: str, seconds: float) -> Any:
        """The next picture of a camera, waited for at most so long; None when none came. Safe from any thread."""
        rack = self._rack
        return None if rack is None else rack.picture(device, seconds)

    def typed(self, text: str) -> None:
        """A scanner typed a code into the window: a recording gets it, under the name that the file gives it."""
        name = next((each.name for each in self.settings if isinstance(each.transport, Window)), None)
        if self._tape is not None and name is not None:
            self._tape.note(name, Way.IN, text.encode())

    def telling(self, tell: Callable[[Event], None]) -> Callable[[Event], None]:
        """Pass news on to `tell`; the news of the enrolment also starts the devices that waited for it."""

        def told(event: Event) -> None:
            tell(event)
            if isinstance(event, Enrolled):
                self.start()

        return told

    def stop(self) -> None:
        """Stop them."""
        with self._lock:
            if self._rack is not None:
                self._rack.stop()
            if self._tape is not None:
                self._tape.close()

    def report(self, bench: Bench) -> dict[str, Any]:
        """Devices and run for the kiosk's report of itself. Safe from any thread: a desk is never changed."""
        play = bench.desk.play
        dropped = bench.desk.dropped
        listed = [_device(name, health, dropped.get(name, 0)) for name, health in self.health().items()]
        return {"devices": listed, "run": None if play is None else _run(play.run)}


def _device(name: str, health: DeviceHealth, dropped: int) -> dict[str, Any]:
    last, metrics = health.last_reading, health.metrics
    return {
        "name": name[:80],
        "kind": health.kind,
        "state": str(health.state),
        "reason": health.reason[:500],
        "since": health.since.isoformat(),
        "last": None if last is None else last.at.isoformat(),
        "taken": health.accepted,
        "refused": health.refused,
        "losses": health.losses,
        "returns": health.returns,
        "dropped": dropped,
        "rate": round(metrics.rate, 2),
        "delay": None if metrics.delay is None else round(metrics.delay, 2),
        "delay_99": None if metrics.delay_99 is None else round(metrics.delay_99, 2),
    }


def _run(run: Run) -> dict[str, Any]:
    return {"run": run.id, "document": run.document, "step": run.step, "state": str(run.state)}
