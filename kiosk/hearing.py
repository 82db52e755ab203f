"""What an event means: a reading goes to the run, the badges or the technician's page, news to the desk."""

from hardware.readings import (
    BadgeRead,
    CodeScanned,
    CommandDone,
    DeviceChanged,
    DeviceState,
    Measured,
    OutputSet,
    Reading,
    ReadingRefused,
    ReadingsDropped,
    SwitchChanged,
    TorqueApplied,
)
from kiosk import enrolment_code, newsroom
from kiosk.bench import Bench
from kiosk.doubting import Doubting
from kiosk.driving import Driving
from kiosk.events import (
    AlarmRang,
    AssignmentChanged,
    Enrolled,
    EnrolmentOffered,
    Event,
    LineChanged,
    PictureJudged,
    PictureTaken,
    PinJudged,
)
from kiosk.pace import Pace
from kiosk.runner import Runner
from kiosk.scanning import Scanning
from kiosk.seeing import Seeing
from kiosk.signing import Signing
from kiosk.tending import Tend
from kiosk.trace import Trace
from kiosk.watching import Watching


class Hearing:
    """Passes every event on, in order; keeps what the station's documents and its enrolment look like."""

    def __init__(
        self,
        bench: Bench,
        *,
        runner: Runner,
        signing: Signing,
        scanning: Scanning,
        watching: Watching,
        driving: Driving,
        tend: Tend,
        pace: Pace,
        seeing: Seeing,
        trace: Trace,
    ) -> None:
        self._bench = bench
        self._runner = runner
        self._signing = signing
        self._scanning = scanning
        self._watching = watching
        self._doubting = Doubting(bench, runner, watching)
        self._driving = driving
        self._tend = tend
        self._pace = pace
        self._seeing = seeing
        self._trace = trace
        self.tiles = bench.store.library.tiles()
        self.code_picture = b""  # of the enrolment that waits, a PNG

    def handle(self, event: Event) -> bool:
        """Whether something on the screen may have changed; raises StoreError."""
        if not isinstance(event, Reading):
            return self._news(event)
        on_page = self._tend.heard(event)
        match event:
            case DeviceChanged():
                self._driving.came(event)
                if event.state is DeviceState.LOST:
                    self._runner.gone(event.device)
                    self._doubting.gone(event.device)
                back = event.state is DeviceState.READY and self._runner.back(event.device)
                return self._watching.changed(event) or back
            case ReadingRefused() | ReadingsDropped():
                return self._watching.refused(event)
            case _ if self._bench.desk.trouble is not None or event.device in self._bench.desk.disabled:
                return on_page
        if self._doubting.heard(event):
            return True
        shown = self._doubting.sure(event) or on_page
        return self._reading(event) or shown

    def _reading(self, event: Reading) -> bool:
        match event:
            case CodeScanned():
                self._trace.came("scan", event.tick)
                play = self._bench.desk.play
                if event.made_after is not None and (
                    play is None or not self._runner.in_time(event, play.run)
                ):
                    self._scanning.too_late(event.text, event.device, self._bench.stamp(event.tick))
                    return True
                self._scanning.scanned(
                    event.text, event.symbology, event.device, self._bench.stamp(event.tick)
                )
                return True
            case BadgeRead():
                self._scanning.badge(event.code, event.device, self._bench.stamp(event.tick))
                return True
            case Measured():
                changed = self._runner.measured(event)
            case TorqueApplied():
                changed = self._runner.tightened(event)
            case SwitchChanged():
                changed = self._runner.switched(event)
            case OutputSet():
                return self._driving.told(event)
            case CommandDone():
                return self._driving.done(event)
            case _:
                return False
        if changed:
            self._trace.came("reading", event.tick)
        return changed

    def _news(self, event: Event) -> bool:
        bench = self._bench
        match event:
            case AlarmRang():
                return self._pace.rang()
            case PinJudged():
                self._signing.judged(event, bench.stamp())
            case EnrolmentOffered():
                bench.change(enrolment=event)
                self.code_picture = enrolment_code.picture(event.url)
            case Enrolled():
                bench.read_station()
            case AssignmentChanged():
                self.switched()
            case LineChanged():
                bench.change(line=event)
            case PictureJudged():
                self._seeing.saw(event)
            case PictureTaken():
                self._tend.took(event)
            case _:
                return False
        return True

    def switched(self) -> None:
        """The store holds another assignment."""
        bench = self._bench
        bench.store.library.forget_read()
        self.tiles = bench.store.library.tiles()
        assignment = bench.read_station()
        stamp = bench.stamp()
        self._signing.gone(stamp)
        newsroom.check(bench, {tile.digest for tile in self.tiles})
        if assignment is not None:
            self._runner.abide(assignment, stamp)
