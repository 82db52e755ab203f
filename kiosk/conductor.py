"""Takes events and verbs in order, on the UI thread, and shows a view after everything was kept."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from content.inputs import (
    Aborted,
    Continued,
    Paused,
    Tapped,
    Unit,
    WentTo,
)
from content.label import Command
from content.run import RunState
from content.values import CheckId, Digest, StepId
from hardware.decode.codes import split_symbology
from kiosk import newsroom, viewing_devices
from kiosk.answering import Answering
from kiosk.badges import Badges
from kiosk.bench import Bench
from kiosk.desk import QUIET, spoken
from kiosk.driving import Driving
from kiosk.hearing import Hearing
from kiosk.inbox import Inbox
from kiosk.pace import Pace
from kiosk.ports import Alarm, Camera, Devices
from kiosk.runner import Runner
from kiosk.scanning import Scanning
from kiosk.seeing import Looks, Seeing
from kiosk.signing import Judge
from kiosk.store.errors import StoreError
from kiosk.tending import Tend
from kiosk.trace import Trace
from kiosk.view import Showing, View, Wish
from kiosk.viewing import Moment, view
from kiosk.watching import Watching

DOUBLE_TAP = 300_000  # µs; a second tap on the large button within this time was meant for the step before
TYPED = "keyboard"  # the device that typed codes come from


class Conductor:
    """Implements `Verbs` and handles events; nobody else touches the session or the run."""

    def __init__(
        self,
        bench: Bench,
        inbox: Inbox,
        *,
        runner: Runner,
        judge: Judge,
        alarm: Alarm,
        camera: Camera,
        eye: Looks,
        devices: Devices,
        trace: Trace,
    ) -> None:
        self._bench = bench
        self._inbox = inbox
        self._camera = camera
        self._trace = trace
        watching = Watching(bench)
        self._runner = runner
        self._seeing = Seeing(bench, runner, eye, devices)
        self._answering = Answering(bench, runner, self._seeing.look)
        self._devices = devices
        self._tend = Tend(bench, runner, devices, eye)
        self._driving = Driving(bench, devices, runner.results)
        self._badges = Badges(bench, judge, runner, self._tend.allowed)
        self._signing = self._badges.signing
        self._scanning = Scanning(bench, runner, self._badges, self._command, devices)
        self._showing: Showing | None = None
        self._pace = Pace(bench, alarm, runner=runner, signing=self._signing, watching=watching)
        self._hearing = Hearing(
            bench,
            runner=runner,
            signing=self._signing,
            scanning=self._scanning,
            watching=watching,
            driving=self._driving,
            tend=self._tend,
            pace=self._pace,
            seeing=self._seeing,
            trace=trace,
        )
        self._tapped_at: int | None = None

    # --- life ---------------------------------------------------------------

    def start(self, showing: Showing) -> None:
        """Take up where the kiosk stopped, and show it."""
        self._showing = showing
        bench = self._bench
        bench.change(remark=bench.store.message)
        assignment = bench.read_station()
        self._signing.resume()
        self._tend.resume()
        self._runner.resume()
        self._seeing.resume()
        if assignment is not None:
            self._runner.abide(assignment, bench.stamp())
        self._after(dirty=True)

    def drain(self) -> None:
        """Handle everything that waits in the inbox, and show the outcome once."""
        dirty = False
        for event in self._inbox.drain():
            try:
                dirty = self._hearing.handle(event) or dirty
            except StoreError as problem:  # a look into the store failed: the border where that is told
                self._bench.failed(problem)
                dirty = True
        self._after(dirty=dirty)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Around a verb: what the store refuses is told, and the outcome is shown."""
        try:
            yield
        except StoreError as problem:
            self._bench.failed(problem)
        self._after(dirty=True)

    def _after(self, *, dirty: bool) -> None:
        bench = self._bench
        bench.line()
        if bench.desk.trouble is None:
            self._tend.bypass(bench.stamp())
        self._driving.follow()
        self._pace.follow()
        if dirty and self._showing is not None:
            made = self._view()
            self._trace.shown(made)
            self._showing.show(made)

    def _view(self) -> View:
        moment = Moment(tick=self._bench.ticker.tick(), monotonic=time.monotonic())
        if self._bench.desk.tending is not None and self._bench.desk.asking is None:
            return viewing_devices.view(self._bench.desk, self._devices.settings, self._devices.health())
        return view(
            self._bench.desk,
            self._hearing.tiles,
            self._bench.store.media.file,
            moment,
            self._hearing.code_picture,
        )

    def _command(self, command: Command) -> None:
        """A command card does what the button on the screen would."""
        play = self._bench.desk.play
        match command:
            case Command.SIGN_OUT:
                self._signing.sign_out(self._bench.stamp())
            case Command.DONE if play is None:
                self._bench.change(done=None)
            case Command.PAUSE if play is not None and play.run.state is RunState.HELD:
                self._go_on()
            case _ if play is None or play.run.step is None:
                self._bench.reject(self._bench.words("no_run"))
            case Command.DONE:
                self._confirm(play.run.step, None)
            case Command.BACK:
                self._go_back(play.run.step)
            case Command.PAUSE:
                self._pause("Paused by card")
            case Command.PROBLEM:
                self._answering.report("other", "Reported by card", None)

    # --- verbs --------------------------------------------------------------

    def confirm(self, step: str, check: str | None = None) -> None:
        """The primary action of `step`, or one of its confirm checks."""
        tick = self._bench.ticker.tick()
        if check is None and self._tapped_at is not None and tick - self._tapped_at < DOUBLE_TAP:
            return
        if self._ready():
            if check is None:
                self._tapped_at = tick
            with self._kept():
                self._confirm(StepId(step), None if check is None else CheckId(check))

    def answer(self, step: str, check: str, answer: str) -> None:
        """An option or item was touched, a number or words were typed; `look`: the camera looks for the check."""
        if self._ready():
            with self._kept():
                self._answering.answer(step, check, answer)

    def fill(self, step: str, check: str, cell: tuple[str, str], answer: str) -> None:
        """A cell (row, column) of a table was filled in."""
        if self._ready():
            with self._kept():
                self._answering.fill(step, check, cell, answer)

    def speak(self, language: str) -> None:
        """Show the document in another of its languages, until the operator signs out."""
        bench = self._bench
        if self._ready() and bench.desk.play is not None:
            with self._kept():
                bench.change(language=language, play=spoken(bench.desk.play, language))

    def rule(self, ruling: str) -> None:
        """The supervisor decides about the failure."""
        if self._ready():
            with self._kept():
                self._badges.rule(ruling, self._bench.stamp())

    def give_photo(self, step: str, check: str, photo: bytes) -> None:
        """A photograph for a check; a JPEG."""
        if self._ready():
            with self._kept():
                self._answering.photographed(step, check, photo)

    def waive(self, step: str, check: str) -> None:
        """The check does not apply to this unit."""
        if self._ready():
            with self._kept():
                self._answering.waive(step, check)

    def go_back(self, leaving: str) -> None:
        """To the step before."""
        if self._ready():
            with self._kept():
                self._go_back(StepId(leaving))

    def go_to(self, leaving: str, step: str) -> None:
        """To a step that was already reached."""
        if self._ready():
            with self._kept():
                stamp = self._bench.stamp()
                self._runner.give(
                    WentTo(
                        leaving=StepId(leaving),
                        step=StepId(step),
                        at=stamp.at,
                        tick=stamp.tick,
                        by=self._bench.by,
                    )
                )

    def pause(self, reason: str) -> None:
        """Hold the run."""
        if self._ready():
            with self._kept():
                self._pause(reason)

    def go_on(self) -> None:
        """Continue a held run."""
        if self._ready():
            with self._kept():
                self._go_on()

    def abort(self, reason: str) -> None:
        """End the run before it is done."""
        if self._ready():
            with self._kept():
                stamp, play = self._bench.stamp(), self._bench.desk.play
                why = play.stopped if play is not None and play.stopped else reason
                self._runner.give(Aborted(reason=why, at=stamp.at, tick=stamp.tick, by=self._bench.by))

    def report_problem(self, category: str, comment: str, photo: bytes | None) -> None:
        """Report a problem; `photo` is a JPEG."""
        if self._ready():
            with self._kept():
                self._answering.report(category, comment, photo)

    def take_photo(self) -> bytes | None:
        """A JPEG from the station's camera; None where there is none."""
        return self._camera.jpeg()

    def open(self, key: str) -> None:
        """Start a run of a tile's document."""
        bench = self._bench
        if not self._ready() or bench.desk.operator is None or bench.desk.play is not None:
            return
        unit = bench.desk.unit if key in bench.desk.choices else Unit(work_order=bench.desk.work_order)
        if any(tile.digest == key for tile in self._hearing.tiles):
            with self._kept():
                self._runner.start(Digest(key), unit, bench.stamp())

    def understood(self, release: str) -> None:
        """What the release changed was read; the run that waited for that begins."""
        if self._ready():
            self._tapped_at = self._bench.ticker.tick()  # a second tap was not meant for the first step
            with self._kept():
                stamp = self._bench.stamp()
                news = newsroom.read(self._bench, release, stamp)
                if news is not None:
                    self._runner.start(news.release, news.unit, stamp)

    def put_by(self) -> None:
        """What the release changed is not read now; the run does not begin."""
        if self._ready():
            with self._kept():
                newsroom.put_by(self._bench)

    def type_code(self, text: str) -> None:
        """A code that was typed (or came through the keyboard wedge)."""
        if self._ready("scan"):
            with self._kept():
                code, symbology = split_symbology(text.strip())
                self._scanning.scanned(code, symbology, TYPED, self._bench.stamp())

    def enter_pin(self, pin: str) -> None:
        """The PIN that was asked for."""
        if self._ready():
            with self._kept():
                self._signing.enter(pin, self._bench.stamp())

    def sign_out(self) -> None:
        """End the session; a run that is on is held."""
        if self._ready():
            with self._kept():
                self._signing.sign_out(self._bench.stamp())

    def next_unit(self) -> None:
        """Leave the done screen."""
        if self._ready():
            with self._kept():
                self._bench.change(done=None, notice=QUIET)

    def retry(self) -> None:
        """Try again what a fault screen says."""
        if self._bench.desk.trouble is not None:
            self._bench.mended()
        self._bench.nudge()
        self._after(dirty=True)

    def ask_by_hand(self, step: str, check: str) -> None:
        """Ask a supervisor to let the check be entered by hand."""
        if self._ready():
            with self._kept():
                self._tend.ask_by_hand(step, check)

    def tend(self, wish: Wish, what: str = "") -> None:
        """A wish on the technician's page; `what` names a device, a signal or a command."""
        with self._kept():
            self._tend.wish(wish, what)

    def _ready(self, kind: str = "tap") -> bool:
        """Note the tap; False while nothing can be kept."""
        self._trace.came(kind, time.clock_gettime_ns(time.CLOCK_BOOTTIME))
        return self._bench.desk.trouble is None

    def _confirm(self, step: StepId, check: CheckId | None) -> None:
        stamp = self._bench.stamp()
        self._runner.give(Tapped(step=step, check=check, at=stamp.at, tick=stamp.tick, by=self._bench.by))

    def _go_back(self, leaving: StepId) -> None:
        play = self._bench.desk.play
        if play is None:
            return
        place = play.instruction.number(leaving) - 1
        if place > 0:
            stamp, to = self._bench.stamp(), play.instruction.steps[place - 1].id
            self._runner.give(
                WentTo(leaving=leaving, step=to, at=stamp.at, tick=stamp.tick, by=self._bench.by)
            )

    def _pause(self, reason: str) -> None:
        stamp = self._bench.stamp()
        self._runner.give(Paused(reason=reason, at=stamp.at, tick=stamp.tick, by=self._bench.by))

    def _go_on(self) -> None:
        bench = self._bench
        if bench.desk.operator is not None and bench.desk.play is not None and not bench.desk.play.stopped:
            stamp = bench.stamp()
            self._runner.give(Continued(at=stamp.at, tick=stamp.tick, by=bench.by))
