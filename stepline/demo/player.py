"""An operator who plays one bench: scans, weighs, tightens and taps what the current step waits for."""

import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    Timer,
    Torque,
    Vision,
)
from content.evidence import FRESH, unmet
from content.instruction import Instruction, Step
from content.run import Run, RunState
from stepline.demo.devices import BEHIND_BROKER, GAUGES
from stepline.demo.plant import Bench
from stepline.demo.watch import GLANCE, KioskRecord

AGAIN = 10  # times a gauge behind the broker repeats what it measures
GAUGE_IN = {unit: name for name, unit, _quantity in GAUGES}
EYE = 0.25  # seconds until a person acts on what came up
HAND = 0.4  # seconds between two touches of a quick hand
PATIENCE = timedelta(seconds=10)  # the longest limit that the demonstration waits to overrun


@dataclass
class Trouble:
    """What is to go wrong in one run, each once: a wrong scan, a bad value, an overrun, a problem, and so on."""

    wrong_scan: bool = False
    bad_value: bool = False
    bad_torque: bool = False
    overrun: bool = False
    problem: bool = False
    pause: bool = False
    back: bool = False
    no_labels: bool = False
    at_step: dict[int, object] = field(default_factory=dict)  # step number -> callable, e.g. a power cut


class Player:
    """Plays through ptys, the broker and real touches; sees only what the kiosk committed."""

    def __init__(self, bench: Bench, library: dict[str, Instruction]) -> None:
        self.bench = bench
        self.record = KioskRecord(bench.data / "kiosk.db")
        self._library = library
        self._touched_at = 0.0

    def sign_in(self, badge: str, pin: str | None) -> None:
        """Hold a badge to the reader, and type its PIN where it has one."""
        self.bench.devices.badge_reader.hold(badge)
        if pin is not None:
            for digit in (*pin, "ok"):
                self.touch(f"pin:{digit}")
        self.record.until(lambda: self.record.signed_in is not None, "signing in")

    def touch(self, widget: str) -> None:
        """A finger on a widget, down and up; no quicker than a hand, which the kiosk takes for a bounce."""
        time.sleep(max(0.0, self._touched_at + HAND - time.monotonic()))
        self.say({"tap": widget})
        self._touched_at = time.monotonic()

    @property
    def held(self) -> bool:
        """Whether the run is stopped where it is."""
        return self._run().state is RunState.HELD

    def shot(self, name: str) -> Path:
        """A picture of the screen, kept beside the others."""
        path = self.bench.shots / f"{self.bench.station}-{name}.png"
        self.say({"shot": str(path)})
        return path

    def wait_until_up(self, seconds: float = 30) -> None:
        """Until the kiosk's window answers again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.say({"what": ""})
            except OSError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.bench.station}: the kiosk did not come up") from None
                time.sleep(GLANCE)
            else:
                return

    def say(self, message: dict[str, str]) -> dict[str, object]:
        """One message to the window's test aid, and its answer; raises ConnectionError when the kiosk is gone."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(self.bench.touches))
            line.sendall(json.dumps(message).encode() + b"\n")
            answer = line.makefile("rb").readline()
        if not answer:
            raise ConnectionError("the kiosk closed the line")
        told = json.loads(answer)
        if not told.get("ok"):
            raise TimeoutError(f"{self.bench.station}: {message}: {told.get('why')}")
        return told

    def open(self, document: str, serial: str) -> None:
        """Scan the part that opens a document; a choice is answered by a tap on the right tile."""
        self.bench.devices.clamp(closed=False)  # the unit before was taken out
        applies = self._library[document].applies_to
        before = self.record.latest
        if applies.gtins:
            self.bench.devices.scanner.scan(f"01{applies.gtins[0]}21{serial}", "]d2")
        else:
            self.bench.devices.scanner.scan(applies.part_numbers[0], "]C0")
        rivals = [d for d in self._library.values() if set(d.applies_to.gtins) & set(applies.gtins)]
        if len(rivals) > 1:
            self.touch(f"tile:{self._library[document].title}")
        self.record.until(lambda: self.record.latest != before, f"opening {document}")

    def begin_again(self, document: str, serial: str) -> None:
        """End a run that nobody may go on with, and begin the unit anew by what is in force now."""
        self.touch("abort")
        self.touch("abort:yes")
        self.record.until(lambda: not self._run().open, "ending what was stopped")
        self.touch("next_unit")
        self.open(document, serial)

    def play(self, trouble: Trouble) -> None:
        """Work through the run that is open until it is done."""
        while (run := self._run()).open:
            assert run.step is not None
            document = self._library[run.document]
            number = document.number(run.step)
            self._mishaps(run, number, trouble)
            if self._run().id != run.id:
                continue  # it was begun again
            step = document.step(run.step)
            self._work(step, trouble)

    def _run(self) -> Run:
        self.record.look()
        run = self.record.run
        assert run is not None
        return run

    def _mishaps(self, run: Run, number: int, trouble: Trouble) -> None:
        happening = trouble.at_step.pop(number, None)
        if callable(happening):
            happening()
        if trouble.no_labels:
            trouble.no_labels = False
            self.bench.devices.load_labels(loaded=False)
        if self._waits_for_labels():
            self.bench.devices.load_labels(loaded=True)
        if trouble.problem and number > 1:
            trouble.problem = False
            self._report(run)
        if trouble.pause and number > 1:
            trouble.pause = False
            self.touch("pause")
            self.record.until(lambda: self._run().state is RunState.HELD, "pausing")
            self.touch("go_on")
            self.record.until(lambda: self._run().state is RunState.RUNNING, "going on")
        if trouble.back and number > 2:
            trouble.back = False
            self._go_back(run)

    def _waits_for_labels(self) -> bool:
        """Whether the printer is empty and a label waits in it: a person sees its lamp."""
        printer = self.bench.devices.printer
        return bool(printer.faults and printer.waiting)

    def _report(self, run: Run) -> None:
        self.touch("problem")
        self.touch("category:part")
        self.touch("submit")
        self.record.until(lambda: self._run().deviations > run.deviations, "reporting a problem")

    def _go_back(self, run: Run) -> None:
        self.touch("back")
        self.record.until(lambda: self._run().step != run.step, "going back")
        self.touch("primary")
        self.record.until(lambda: self._run().step == run.step, "coming forward again")

    def _work(self, step: Step, trouble: Trouble) -> None:
        """Do what the step waits for next, and wait until the kiosk has committed it."""
        run = self._run()
        waiting = unmet(step, run.states(step.id))
        if trouble.overrun and shortest_limit(step) <= PATIENCE:
            trouble.overrun = False
            self.record.until(lambda: self._run().deviations > run.deviations, "overrunning")
            return
        check = waiting[0] if waiting else None
        self._do(step, check, trouble)
        what = f"step {step.id} of {run.document} moving on"
        for _ in range(AGAIN if self._over_broker(check) else 0):
            try:
                self.record.until(lambda: self._moved(run), what, seconds=2)
            except TimeoutError:  # the broker was away when the gauge spoke; gauges speak again
                self._do(step, check, trouble)
        self.record.until(lambda: self._moved(run), what)

    def _over_broker(self, check: Check | None) -> bool:
        return isinstance(check, Measure) and GAUGE_IN.get(check.unit) in BEHIND_BROKER

    def _moved(self, before: Run) -> bool:
        after = self._run()
        return after.step != before.step or after.checks != before.checks or not after.open

    def _do(self, step: Step, check: Check | None, trouble: Trouble) -> None:
        time.sleep(EYE)
        match check:
            case None:
                self.touch("primary")
            case Confirm():
                self.touch(f"check:{check.id}" if len(step.checks) > 1 else "primary")
            case Scan():
                self._scan(check, trouble)
            case Measure():
                self._measure(check, trouble)
            case Torque():
                self._tighten(check, trouble)
            case Signal():
                self.bench.devices.clamp(closed=check.expect)
            case Choice():
                good = next(option for option in check.options if option.good)
                self.touch(f"answer:{check.id}:{good.id}")
            case Checklist():
                ticked = self._run().states(step.id).get(check.id, FRESH).answers
                item = next(item for item in check.items if item.id not in ticked)
                self.touch(f"answer:{check.id}:{item.id}")
            case Number():
                self._type(check.id, f"{middle(check):.{check.decimals}f}")
            case FreeText():
                self._type(check.id, example_of(check.pattern or "OK"))
            case Photo():
                # these kiosks have no camera of their own to photograph with, and the library's check allows it
                self.touch(f"skip:{check.id}")
            case Vision():
                self.touch(f"check:{check.id}")  # the camera over the bench looks
            case Timer():
                pass  # time does it

    def _type(self, check: str, text: str) -> None:
        for widget in (f"check:{check}", *(f"key:{letter}" for letter in text), "entry:ok"):
            self.touch(widget)

    def _scan(self, check: Scan, trouble: Trouble) -> None:
        if trouble.wrong_scan:
            trouble.wrong_scan = False
            self.bench.devices.scanner.scan("WRONG-4711", "]C0")
            return
        self.bench.devices.scanner.scan(check.part or check.exact or example_of(check.pattern or ""), "]C0")

    def _measure(self, check: Measure, trouble: Trouble) -> None:
        good = middle(check)
        if trouble.bad_value and check.high is not None and not check.until_in_limits:
            trouble.bad_value = False
            good = check.high + 5
        value = f"{good:.{check.decimals}f}"
        if check.unit in GAUGE_IN:
            self._publish(lambda: self.bench.devices.measure(check.unit, value))
        else:
            self.bench.devices.scale.weigh(value, check.unit)

    def _publish(self, speak: Callable[[], None]) -> None:
        try:
            speak()
        except (OSError, RuntimeError):  # paho's word for "not connected"
            self.record.look()  # the broker is away; the gauge speaks again in a moment

    def _tighten(self, check: Torque, trouble: Trouble) -> None:
        tool = self.bench.devices.torque
        if not tool.wait():
            raise TimeoutError(f"{self.bench.station}: the tool stays locked at {check.id}")
        if trouble.bad_torque and check.low is not None:
            trouble.bad_torque = False
            tool.tighten(f"{check.low / 2:.2f}", 12, ok=False)
            return
        low, high = check.angle_low or Decimal(30), check.angle_high or Decimal(40)
        tool.tighten(f"{middle(check):.2f}", round((low + high) / 2), ok=True)


def shortest_limit(step: Step) -> timedelta:
    """The shortest longest time that the step allows."""
    limits = [
        check.maximum for check in step.checks if isinstance(check, Timer) and check.maximum is not None
    ]
    return min(limits, default=timedelta.max)


def middle(check: Measure | Torque | Number) -> Decimal:
    """A value well inside the limits."""
    if check.target is not None:
        return check.target
    if check.low is not None and check.high is not None:
        return (check.low + check.high) / 2
    return check.low if check.low is not None else check.high or Decimal(0)


def example_of(pattern: str) -> str:
    """A text that matches a simple pattern of literals, digit classes and counts, such as `SN[0-9]{6}`."""
    text, rest = "", pattern
    while rest:
        part = re.match(r"(\[[^\]]+\]|\\d|.)(?:\{(\d+)(?:,\d*)?\})?", rest)
        assert part is not None
        atom, count = part[1], int(part[2] or 1)
        literal = {"\\d": "7"}.get(atom, atom[1] if atom.startswith("[") else atom)
        text += literal * count
        rest = rest[part.end() :]
    return text
