"""When the kiosk looks again by itself: a timer of the step, a done screen that goes, a sign of life, a disk."""

from content.inputs import Ticked
from kiosk.bench import Bench
from kiosk.desk import QUIET
from kiosk.ports import Alarm
from kiosk.runner import Runner
from kiosk.signing import Signing
from kiosk.stamp import Stamp
from kiosk.store.errors import StoreError
from kiosk.watching import Watching

DONE_SHOWN = 20_000_000  # µs that the done screen stays when nothing is scanned
PULSE = 5_000_000  # µs between two signs of life of an open run: how far off an interruption's length can be
PAGE = 1_000_000  # µs between two looks at how the devices do, while a technician looks at their page
AGAIN = 2_000_000  # µs between two tries to write to a disk that refused


class Pace:
    """Sets the one alarm, and does what is due when it rings."""

    def __init__(
        self, bench: Bench, alarm: Alarm, *, runner: Runner, signing: Signing, watching: Watching
    ) -> None:
        self._bench = bench
        self._alarm = alarm
        self._runner = runner
        self._signing = signing
        self._watching = watching
        self._done_at = 0
        self._pulse_at = 0
        self._page_at = 0
        self._alarm_at: int | None = None

    def follow(self) -> None:
        """The desk has changed: have the alarm ring when something is due next."""
        bench = self._bench
        if bench.desk.done is None:
            self._done_at = 0
        elif not self._done_at:
            self._done_at = bench.ticker.tick()
        tick = bench.ticker.tick()
        at = min((each for each in self._due(tick) if each is not None), default=None)
        if at != self._alarm_at:
            self._alarm_at = at
            self._alarm.set(None if at is None else max(0, at - tick) / 1e6)

    def _due(self, tick: int) -> list[int | None]:
        desk = self._bench.desk
        if desk.trouble is not None:
            return [tick + AGAIN]
        due = [self._runner.due(tick), self._signing.due(), self._watching.due()]
        if desk.tending is not None:
            due.append(self._page_at + PAGE)
        if desk.done is not None:
            due.append(self._done_at + DONE_SHOWN)
        if desk.play is not None:
            due.append(self._pulse_at + PULSE)
        return due

    def rang(self) -> bool:
        """The alarm rang; True when something on the screen may have changed."""
        self._alarm_at = None
        bench = self._bench
        if bench.desk.trouble is not None:
            return bench.mended()
        stamp = bench.stamp()
        before = bench.desk
        self._signing.rang(stamp)
        self._watching.tell()
        if bench.desk.done is not None and self._done_at + DONE_SHOWN <= stamp.tick:
            bench.change(done=None, notice=QUIET)
        if bench.desk.play is not None:
            self._runner.give(Ticked(at=stamp.at, tick=stamp.tick, by=bench.by))
            if self._pulse_at + PULSE <= stamp.tick:
                self._beat(stamp)
        on_page = bench.desk.tending is not None and self._page_at + PAGE <= stamp.tick
        if on_page:
            self._page_at = stamp.tick
        return on_page or bench.desk is not before

    def _beat(self, stamp: Stamp) -> None:
        self._pulse_at = stamp.tick
        try:
            self._bench.store.journal.beat(stamp.tick)
        except StoreError as problem:
            self._bench.failed(problem)
