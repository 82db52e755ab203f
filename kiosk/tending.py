"""The technician's page: look at a device, try it, take it out of use; and a supervisor's leave to do without one."""

import json
from dataclasses import replace

from content import situation
from content.evidence import BY_DEVICE, FRESH, accepting
from content.inputs import DeviceOutOfUse, ManualAllowed
from content.instruction import Instruction
from content.record import DeviceDisabled
from content.run import RunState
from content.values import CheckId, PersonId, RunId, StepId
from hardware.driver import Command, State
from hardware.readings import Reading
from hardware.sentences import sentence
from kiosk.assignment import Person
from kiosk.bench import Bench
from kiosk.desk import QUIET, Disabled, Favour, Kept, Tending
from kiosk.events import PictureTaken
from kiosk.eye import Shot
from kiosk.ports import Devices, Looks
from kiosk.runner import Runner
from kiosk.stamp import Stamp
from kiosk.store.errors import StoreError, StoreFull
from kiosk.view import Wish
from kiosk.words import again

KEPT = "disabled-devices"  # the name under which they are kept over a restart
LONGEST_LOG = 12  # readings that the page shows


class Tend:
    """Owns the desk's `tending`, `favour` and `disabled`."""

    def __init__(self, bench: Bench, runner: Runner, devices: Devices, eye: Looks) -> None:
        self._bench = bench
        self._runner = runner
        self._devices = devices
        self._eye = eye
        self._known_to: RunId | None = None  # the run that has been told what it must do without

    def resume(self) -> None:
        """What was out of use when the kiosk stopped still is."""
        kept = json.loads(self._bench.store.meta.get(KEPT) or "{}")
        disabled = {
            name: Disabled(supervisor=PersonId(each["supervisor"]), reason=each["reason"])
            for name, each in kept.items()
        }
        self._bench.change(disabled=disabled)
        taken_up = self._bench.store.journal.open_runs()
        self._known_to = taken_up[-1].run if taken_up else None

    def heard(self, reading: Reading) -> bool:
        """A reading came; True when the page shows it."""
        tending = self._bench.desk.tending
        if tending is None or tending.device != reading.device:
            return tending is not None
        line = f"{reading.at:%H:%M:%S} {sentence(reading)}"
        self._bench.change(tending=replace(tending, said=(line, *tending.said)[:LONGEST_LOG]))
        return True

    def wish(self, wish: Wish, what: str) -> None:
        """A technician touched something on the page."""
        bench = self._bench
        tending = bench.desk.tending
        if wish is Wish.OPEN:
            first = next((device.name for device in self._devices.settings), "")
            bench.change(tending=Tending(device=first), notice=QUIET)
        elif tending is None:
            return
        elif wish is Wish.LEAVE:
            bench.change(tending=None, favour=None, notice=QUIET)
        elif wish is Wish.CHOOSE and any(device.name == what for device in self._devices.settings):
            bench.change(tending=Tending(device=what), favour=None, notice=QUIET)
        elif wish is Wish.TRY:
            self._try(tending, what)
        elif wish in {Wish.DISABLE, Wish.ENABLE}:
            self._ask_for(Favour(device=tending.device, disable=wish is Wish.DISABLE))
        elif wish in {Wish.KEEP_GOOD, Wish.KEEP_BAD}:
            bench.change(notice=QUIET)
            self._eye.look(Shot(device=tending.device, good=wish is Wish.KEEP_GOOD))

    def took(self, event: PictureTaken) -> None:
        """The picture that was wished for: keep it until the server has it."""
        bench, tending = self._bench, self._bench.desk.tending
        if event.picture is None:
            bench.reject(bench.words("vision_no_picture", device=event.device))
            return
        try:
            kept = bench.store.teaching.keep(event.device, bench.ticker.now(), event.picture, good=event.good)
        except StoreFull as problem:
            bench.reject(again(str(problem), bench.language))
            return
        except StoreError as problem:
            bench.failed(problem)
            return
        bench.nudge()
        if tending is not None and tending.device == event.device:
            bench.change(tending=replace(tending, kept=Kept(file=kept.file, good=kept.good)))

    def _try(self, tending: Tending, what: str) -> None:
        """Switch an output over, or have a command carried out; never under a run that is on."""
        bench = self._bench
        device = next((each for each in self._devices.settings if each.name == tending.device), None)
        if device is None:
            return
        if bench.desk.play is not None and bench.desk.play.run.state is RunState.RUNNING:
            bench.reject(bench.words("pause_first"))
            return
        if what in device.driver.commands:
            self._devices.ask(device.name, Command(verb=what, id="technician"))
            return
        trying: dict[str, State] = {**tending.trying, what: tending.trying.get(what) is not True}
        bench.change(tending=replace(tending, trying=trying))

    def ask_by_hand(self, step: str, check: str) -> None:
        """The operator wants to enter a check by hand, because its device cannot."""
        play = self._bench.desk.play
        if play is None or play.run.step is None or play.run.step != step:
            return
        asked = situation.asked(play.instruction, play.run, play.run.step)
        found = next((each for each in asked.checks if each.id == check), None)
        if not isinstance(found, BY_DEVICE):
            return
        device = found.device or found.kind
        desk = self._bench.desk
        doubt = desk.doubted.get(device)
        reason = desk.lost.get(device) or ("" if doubt is None else f"it is not sure: {doubt}")
        self._ask_for(Favour(device=device, step=StepId(step), check=CheckId(check), reason=reason))

    def _ask_for(self, favour: Favour) -> None:
        self._bench.change(favour=favour)
        self._bench.say(self._bench.words("ask_supervisor"))

    def allowed(self, person: Person, stamp: Stamp) -> None:
        """A supervisor, who proved who they are, allows what was asked for."""
        bench, favour = self._bench, self._bench.desk.favour
        bench.change(favour=None, notice=QUIET)
        if favour is None:
            return
        if favour.step is None or favour.check is None:
            self._disable(favour, person, stamp)
        else:
            reason = favour.reason or f"{favour.device} cannot be used"
            self._let(favour.step, favour.check, person.id, reason, stamp)

    def _let(self, step: StepId, check: CheckId, supervisor: PersonId, reason: str, stamp: Stamp) -> None:
        self._runner.give(
            ManualAllowed(
                step=step,
                check=check,
                supervisor=supervisor,
                reason=reason,
                at=stamp.at,
                tick=stamp.tick,
                by=self._bench.by,
            )
        )

    def _disable(self, favour: Favour, person: Person, stamp: Stamp) -> None:
        bench, play = self._bench, self._bench.desk.play
        reason = favour.reason or ("taken out of use" if favour.disable else "put back into use")
        run = None if play is None or not play.run.open else play.run
        fact = DeviceDisabled(
            device=favour.device,
            disabled=favour.disable,
            supervisor=person.id,
            reason=reason,
            run=run and run.id,
            step=run and run.step,
            at=stamp.at,
            tick=stamp.tick,
            by=bench.by,
        )
        if not bench.keep([fact]):
            return
        if favour.disable and play is not None and favour.device in named(play.instruction):
            self._do_without(favour.device, Disabled(supervisor=person.id, reason=reason), stamp)
        disabled = {name: each for name, each in bench.desk.disabled.items() if name != favour.device}
        if favour.disable:
            disabled[favour.device] = Disabled(supervisor=person.id, reason=reason)
        kept = {
            name: {"supervisor": each.supervisor, "reason": each.reason} for name, each in disabled.items()
        }
        try:
            bench.store.meta.put(**{KEPT: json.dumps(kept)})
        except StoreError as problem:
            bench.failed(problem)
            return
        bench.change(disabled=disabled)
        self.bypass(stamp)

    def _do_without(self, device: str, out: Disabled, stamp: Stamp) -> None:
        """Have the run that is on record that it must."""
        by = self._bench.by
        given = DeviceOutOfUse(
            device=device, supervisor=out.supervisor, reason=out.reason, at=stamp.at, tick=stamp.tick, by=by
        )
        self._runner.give(given)

    def bypass(self, stamp: Stamp) -> None:
        """What a device out of use would prove is entered by hand: its supervisor said so already."""
        play = self._bench.desk.play
        if play is None or play.run.step is None:
            return
        if self._known_to != play.run.id:
            self._known_to = play.run.id
            for device, out in self._bench.desk.disabled.items():
                if device in named(play.instruction):
                    self._do_without(device, out, stamp)
        if not self._bench.desk.disabled:
            return
        play = self._bench.desk.play
        if play is None or play.run.step is None:
            return
        states = play.run.states(play.run.step)
        for check in accepting(situation.asked(play.instruction, play.run, play.run.step), states):
            device = check.device if isinstance(check, BY_DEVICE) else None
            out = None if device is None else self._bench.desk.disabled.get(device)
            if out is not None and not states.get(check.id, FRESH).manual:
                self._let(play.run.step, check.id, out.supervisor, f"{device}: {out.reason}", stamp)


def named(instruction: Instruction) -> frozenset[str]:
    """The devices that an instruction names: for its checks, to be driven, to print."""
    found: set[str] = set()
    for step in instruction.steps:
        found |= {check.device for check in step.checks if isinstance(check, BY_DEVICE) and check.device}
        found |= {each.device for each in (*step.drives, *step.prints)}
    return frozenset(found)
