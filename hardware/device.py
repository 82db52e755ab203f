"""One device as the station sees it: its state, its health, and the one place its readings go through."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from hardware.metering import Meter, Metrics
from hardware.readings import (
    MOVES,
    DeviceChanged,
    DeviceState,
    Reading,
    ReadingRefused,
    stamp_for,
    tick_now,
)
from hardware.settings import DeviceSettings

log = logging.getLogger(__name__)

Emit = Callable[[Reading], None]
REFUSAL_PAUSE = 1_000_000_000  # ns between two reports of refused input; a person cannot read them faster


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHealth:
    """How a device is now. `reason` says why for a person; the counts are since the start of the rack."""

    kind: str
    state: DeviceState
    since: datetime
    reason: str
    last_reading: Reading | None = None
    accepted: int = 0
    refused: int = 0
    losses: int = 0  # times that it was there and is gone
    returns: int = 0  # times that it came back
    metrics: Metrics = field(default_factory=Metrics)


class Device:
    """State, counts and outlet of one device. One thread reports to it; any thread may ask for its health."""

    def __init__(self, settings: DeviceSettings, emit: Emit) -> None:
        self.settings = settings
        self.stamp = stamp_for(settings.name)
        self._emit = emit
        self._lock = threading.Lock()
        self._unreported: ReadingRefused | None = None
        self._reported_at: int | None = None
        self._state = DeviceState.CONNECTING
        self._since = self.stamp()["at"]
        self._reason = "trying for the first time"
        self._last_reading: Reading | None = None
        self._accepted = 0
        self._refused = 0
        self._losses = 0
        self._returns = 0
        self._meter = Meter()

    @property
    def health(self) -> DeviceHealth:
        """How it is now. Safe from any thread."""
        with self._lock:
            return DeviceHealth(
                kind=self.settings.kind,
                state=self._state,
                since=self._since,
                reason=self._reason,
                last_reading=self._last_reading,
                accepted=self._accepted,
                refused=self._refused,
                losses=self._losses,
                returns=self._returns,
                metrics=self._meter.metrics(tick_now()),
            )

    def announce(self) -> None:
        """Tell that the first try is under way."""
        self._tell(DeviceChanged(**self.stamp(), state=self._state, reason=self._reason))

    def became(self, state: DeviceState, reason: str) -> None:
        """The device is now in `state`: told and logged once; a new reason alone only shows in its health."""
        mark = self.stamp()
        with self._lock:
            self._reason = reason
            if (self._state, state) not in MOVES:
                return
            self._losses += self._state is DeviceState.READY and state is DeviceState.LOST
            self._returns += self._losses > 0 and state is DeviceState.READY
            self._state, self._since = state, mark["at"]
        level = logging.WARNING if state is DeviceState.LOST else logging.INFO
        log.log(level, "%s is %s: %s", mark["device"], state, reason)
        self.report_refusals()
        self._tell(DeviceChanged(**mark, state=state, reason=reason))

    def hand_over(self, reading: Reading) -> None:
        """Count `reading` and pass it on; refusals once a second, each standing for those before it."""
        if isinstance(reading, ReadingRefused):
            self._refuse(reading)
            return
        with self._lock:
            self._last_reading = reading
            self._accepted += 1
        self.report_refusals()
        self._tell(reading)
        told = tick_now()
        with self._lock:
            self._meter.took(reading.tick, told)

    def _refuse(self, refusal: ReadingRefused) -> None:
        with self._lock:
            self._refused += refusal.count
        waiting = self._unreported.count if self._unreported else 0
        self._unreported = replace(refusal, count=refusal.count + waiting)
        if self._reported_at is None or tick_now() - self._reported_at >= REFUSAL_PAUSE:
            self.report_refusals()

    def report_refusals(self) -> None:
        """Report what was refused and not yet told, so that the reports add up to the count."""
        if self._unreported:
            refusal, self._unreported = self._unreported, None
            self._reported_at = tick_now()
            self._tell(refusal)

    def _tell(self, reading: Reading) -> None:
        try:
            self._emit(reading)
        except (
            Exception
        ) as error:  # the border to whoever listens: its mistake must not end the device's thread
            log.exception("%s: nobody took %s", self.settings.name, type(reading).__name__)
            with self._lock:
                self._reason = f"the program failed to take a reading: {error}"
