"""What a badge is shown for: to sign in, to sign for a check, or to rule about a failure."""

import hashlib
from collections.abc import Callable

from content import evidence, situation
from content.checks import SignOff
from content.inputs import Decided, Ruling, Signed
from content.run import RunState
from kiosk.assignment import Person
from kiosk.bench import Bench
from kiosk.desk import QUIET, Play, Purpose
from kiosk.runner import Runner
from kiosk.signing import Judge, Signing
from kiosk.stamp import Stamp
from kiosk.words import again

Allowed = Callable[[Person, Stamp], None]
RULES = frozenset({"supervisor", "engineer", "administrator"})  # the roles that may rule about a failure


class Badges:
    """Knows who shows a badge, and what for."""

    def __init__(self, bench: Bench, judge: Judge, runner: Runner, allowed: Allowed) -> None:
        self._bench = bench
        self._runner = runner
        self._allowed = allowed
        self.signing = Signing(bench, judge, self._proved)

    def shown(self, code: str, stamp: Stamp) -> bool:
        """A badge was scanned; False when nobody here has it."""
        person = self._bench.store.library.badge(hashlib.sha256(code.encode()).hexdigest())
        if person is None:
            return False
        purpose = self._purpose(person)
        if purpose is None:
            return True
        if purpose is Purpose.SIGN_IN:
            self.signing.badge(person, stamp)
        elif person.pin is not None:
            self.signing.ask(person, purpose, stamp)
        else:
            self._proved(person, purpose, stamp)
        return True

    def _purpose(self, person: Person) -> Purpose | None:
        """What for; None when it is refused, which is told."""
        bench = self._bench
        play, favour = bench.desk.play, bench.desk.favour
        if favour is not None:
            own = favour.check is not None and person.id == bench.by  # nobody lets themselves off a check
            return None if self._refused(person, own=own) else Purpose.ALLOW
        if bench.desk.operator is None or play is None or play.stopped:
            return Purpose.SIGN_IN
        if play.run.waiting is not None:
            return None if self._refused(person, own=person.id == bench.by) else Purpose.RULE
        check = _to_sign(play)
        if check is None:
            return Purpose.SIGN_IN
        if check.second_person and person.id == play.run.by:
            bench.reject(bench.words("sign_other"))
            return None
        if check.role not in {None, person.role}:
            asked, own = (again(role or "", bench.language) for role in (check.role, person.role))
            bench.reject(bench.words("sign_role", role=asked, name=person.name, own=own))
            return None
        return Purpose.SIGN

    def _refused(self, person: Person, *, own: bool) -> bool:
        """Whether they may not decide: they are no supervisor, or it is their own matter. It is told."""
        if person.role in RULES and not own:
            return False
        self._bench.reject(self._bench.words("cannot_decide", name=person.name))
        return True

    def _proved(self, person: Person, purpose: Purpose, stamp: Stamp) -> None:
        bench = self._bench
        play = bench.desk.play
        if purpose is Purpose.ALLOW:
            self._allowed(person, stamp)
            return
        if play is None or play.run.step is None:
            return
        if purpose is Purpose.RULE:
            bench.change(supervisor=person, notice=QUIET)
            return
        check = _to_sign(play)
        if check is not None:
            self._runner.give(
                Signed(
                    step=play.run.step,
                    check=check.id,
                    person=person.id,
                    role=person.role,
                    at=stamp.at,
                    tick=stamp.tick,
                    by=bench.by,
                )
            )

    def rule(self, ruling: str, stamp: Stamp) -> None:
        """The supervisor who showed their badge decides."""
        bench = self._bench
        play, supervisor = bench.desk.play, bench.desk.supervisor
        if play is None or supervisor is None or play.run.waiting is None or play.run.step is None:
            return
        bench.change(supervisor=None)
        self._runner.give(
            Decided(
                step=play.run.step,
                check=play.run.waiting,
                ruling=Ruling(ruling),
                supervisor=supervisor.id,
                at=stamp.at,
                tick=stamp.tick,
                by=bench.by,
            )
        )


def _to_sign(play: Play) -> SignOff | None:
    """The check of the step that takes a signature now."""
    run = play.run
    if run.step is None or run.state is not RunState.RUNNING:
        return None
    step = situation.asked(play.instruction, run, run.step)
    waiting = evidence.accepting(step, run.states(step.id))
    return next((check for check in waiting if isinstance(check, SignOff)), None)
