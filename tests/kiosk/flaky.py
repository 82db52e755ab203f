"""A bench whose devices are real lines with faults: real rack, conductor and store; its operator reads the screen."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from content.record import CheckFailed, CheckPassed, DeviceChanged
from hardware.readings import DeviceState
from kiosk.events import AssignmentChanged
from kiosk.eye import Eye
from kiosk.inbox import Inbox
from kiosk.rackroom import RackRoom
from kiosk.ticker import boot_nanoseconds
from tests.kiosk.station import Station, fill
from tests.kiosk.test_conductor_language import document

DEADLINE = 60.0  # s; only a broken product needs it


class RealClock:
    """The machine's own."""

    def __call__(self) -> int:
        return boot_nanoseconds()

    @property
    def nanoseconds(self) -> int:
        return boot_nanoseconds()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def passes(self, seconds: float) -> None:
        """It does so by itself."""


class FlakyBench:
    """Anna works at it on a document with these steps; Cleo is a supervisor."""

    def __init__(
        self,
        folder: Path,
        tables: str,
        *steps: dict[str, Any],
        language: str = "en",
        broker: str | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        file = folder / "station.toml"
        file.write_text(tables)
        self._woken = threading.Event()
        inbox = Inbox()
        inbox.wake = self._woken.set
        self.room = RackRoom(file, inbox.put, lambda: broker)
        self.eye = Eye(inbox.put, self.room.picture)
        self.station = Station(
            folder / "kiosk",
            filled=False,
            devices=cast("Any", self.room),
            inbox=inbox,
            language=language,
            clock=cast("Any", RealClock()),
            eye=self.eye,
        )
        fill(self.station.store, (document(*steps),), roles={"cleo": "supervisor"}, files=files)
        self.room.start()
        self.station.put(AssignmentChanged())
        self.station.badge("anna")
        self.until(lambda: self._all(DeviceState.READY), "every device is ready")
        self.station.scan("GP-9")

    def close(self) -> None:
        self.room.stop()
        self.eye.stop()
        self.station.switch_off()

    def until(self, wanted: Callable[[], Any], what: str) -> None:
        """Let the kiosk handle what comes until this is so."""
        ends = time.monotonic() + DEADLINE
        while True:
            self._woken.clear()
            self.station.conductor.drain()
            if wanted():
                return
            left = ends - time.monotonic()
            assert left > 0, f"{what}: never; the screen says: {self.screen}; facts: {self.station.types}"
            self._woken.wait(min(left, 0.2))  # a device's health changes without a word, too

    def says(self, *parts: str) -> None:
        """Until the screen says all of it."""
        self.until(lambda: all(part in self.screen for part in parts), f"the screen says {parts}")

    def device(self, name: str, state: DeviceState) -> None:
        """Until the screen's own list of lost devices knows of it."""
        lost = state is DeviceState.LOST
        self.until(lambda: (name in self.station.bench.desk.lost) is lost, f"{name} is {state}")

    def comes(self, step: str) -> None:
        self.until(lambda: getattr(self.station.view, "step", "") == step, f"step {step}")

    def heard(self, name: str, count: int) -> None:
        """Until that many readings of a device were taken, and what they meant was done."""
        self.until(lambda: self.room.health()[name].accepted >= count, f"{count} readings of {name}")
        self.station.conductor.drain()

    @property
    def screen(self) -> str:
        """What a person reads of faults: the banner, the notice, and at each check what is awaited."""
        view = self.station.view
        checks = [check.awaited for check in getattr(view, "checks", ())]
        return " | ".join([view.status.banner, getattr(view, "notice", ""), *checks])

    @property
    def proofs(self) -> list[tuple[str, str, str]]:
        """Every attempt that the record holds, in order: step, good or bad, and what came."""
        return [
            (fact.step, "good" if isinstance(fact, CheckPassed) else "bad", _came(fact.evidence))
            for fact in self.station.facts
            if isinstance(fact, CheckPassed | CheckFailed)
        ]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What the record says of devices that came and went."""
        return [
            (fact.device, str(fact.state)) for fact in self.station.facts if isinstance(fact, DeviceChanged)
        ]

    def _all(self, state: DeviceState) -> bool:
        health = self.room.health()
        return bool(health) and all(each.state is state for each in health.values())


def _came(evidence: Any) -> str:
    for name in ("torque", "value", "text", "on", "good"):
        if hasattr(evidence, name):
            return str(getattr(evidence, name))
    return type(evidence).__name__
