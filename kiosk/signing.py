"""Signing in by badge, with a PIN where a person has one, and out; verified with what is on the kiosk."""

from collections.abc import Callable
from typing import Protocol

from content.decide import decide
from content.inputs import Paused
from content.record import Fact, OperatorSignedIn, OperatorSignedOut
from content.run import RunState
from content.values import PersonId
from kiosk import pins, playing
from kiosk.assignment import Person
from kiosk.bench import Bench
from kiosk.desk import QUIET, Purpose, spoken
from kiosk.events import PinJudged
from kiosk.stamp import Stamp
from kiosk.store.errors import StoreError
from kiosk.store.library import PinTries
from kiosk.view import Mark

ASKING = 60_000_000  # µs after which a PIN that nobody enters is no longer asked for
LONGEST_PIN = 64  # characters; argon2 must not be fed a novel
Proved = Callable[[Person, Purpose, Stamp], None]


class Judge(Protocol):
    """Compares PINs elsewhere; the verdict comes as `PinJudged`."""

    def judge(self, person: PersonId, verifier: str, pin: str) -> None:
        """Compare; return at once."""
        ...


class Signing:
    """Owns the desk's operator."""

    def __init__(self, bench: Bench, judge: Judge, proved: Proved) -> None:
        self._bench = bench
        self._judge = judge
        self._proved = proved
        self._asked_at = 0

    def resume(self) -> None:
        """Whoever was signed in when the kiosk stopped still is, if the station still knows them."""
        signed = self._bench.store.journal.session()
        if signed is not None and signed.by is not None:
            self._bench.change(operator=self._bench.store.library.person(signed.by))

    def badge(self, person: Person, stamp: Stamp) -> None:
        """Somebody who works here showed their badge to sign in."""
        bench = self._bench
        if bench.desk.operator is not None and bench.desk.operator.id == person.id:
            bench.say(bench.words("is_signed_in", name=person.name), Mark.GOOD)
        elif person.pin is None:
            self._sign_in(person, stamp, pin=False)
        elif bench.desk.operator is None or self.sign_out(stamp):
            self.ask(person, Purpose.SIGN_IN, stamp)

    def ask(self, person: Person, purpose: Purpose, stamp: Stamp) -> None:
        """Ask for somebody's PIN."""
        bench = self._bench
        if refused := pins.refusal(bench.store.library.pin_tries(person.id), stamp.tick, bench.language):
            bench.change(asking=None, judging=False)
            bench.reject(refused)
            return
        self._asked_at = stamp.tick
        bench.change(asking=person, purpose=purpose, judging=False, notice=QUIET)

    def stop_asking(self) -> None:
        """Nobody is asked for a PIN any more."""
        self._bench.change(asking=None, judging=False, notice=QUIET)

    def enter(self, pin: str, stamp: Stamp) -> None:
        """The PIN that was asked for."""
        bench = self._bench
        person = bench.desk.asking
        if person is None or person.pin is None or bench.desk.judging:
            return
        if not 0 < len(pin) <= LONGEST_PIN:
            bench.reject(bench.words("enter_pin"))
            return
        if refused := pins.refusal(bench.store.library.pin_tries(person.id), stamp.tick, bench.language):
            bench.change(asking=None)
            bench.reject(refused)
            return
        bench.change(judging=True, notice=QUIET)
        self._judge.judge(person.id, person.pin, pin)

    def judged(self, verdict: PinJudged, stamp: Stamp) -> None:
        """The PIN was compared."""
        bench = self._bench
        person = bench.desk.asking
        if person is None or person.id != verdict.person or not bench.desk.judging:
            return
        library = bench.store.library
        tries = PinTries() if verdict.right else pins.wrong(library.pin_tries(person.id), stamp.tick)
        try:
            library.note_pin_tries(person.id, tries)
        except StoreError as problem:
            bench.change(asking=None, judging=False)
            bench.failed(problem)
            return
        if verdict.right and bench.desk.purpose is not Purpose.SIGN_IN:
            bench.change(asking=None, judging=False)
            self._proved(person, bench.desk.purpose, stamp)
        elif verdict.right:
            self._sign_in(person, stamp, pin=True)
        elif refused := pins.refusal(tries, stamp.tick, bench.language):
            bench.change(asking=None, judging=False)
            bench.reject(refused)
        else:
            self._asked_at = stamp.tick
            bench.change(judging=False)
            left = pins.MOST - tries.failures
            bench.reject(bench.words("wrong_pin_last" if left == 1 else "wrong_pin", left=left))

    def _sign_in(self, person: Person, stamp: Stamp, *, pin: bool) -> None:
        bench = self._bench
        facts: list[Fact] = []
        if bench.by is not None:
            facts.append(OperatorSignedOut(at=stamp.at, tick=stamp.tick, by=bench.by))
        facts.append(OperatorSignedIn(pin=pin, at=stamp.at, tick=stamp.tick, by=person.id))
        if bench.keep(facts):
            bench.change(operator=person, asking=None, judging=False, notice=QUIET, choices=(), news=None)
        else:
            bench.change(asking=None, judging=False)

    def sign_out(self, stamp: Stamp, reason: str = "Signed out") -> bool:
        """End the session and hold the run that is on, both or neither; False when it could not be kept."""
        bench = self._bench
        if bench.desk.operator is None:
            bench.change(asking=None, judging=False, notice=QUIET)
            return True
        held, cause, play = (), None, bench.desk.play
        if play is not None and play.run.state is RunState.RUNNING:
            cause = Paused(reason=reason, at=stamp.at, tick=stamp.tick, by=bench.by)
            held = decide(play.instruction, play.run, cause)
        out = OperatorSignedOut(at=stamp.at, tick=stamp.tick, by=bench.by)
        if not bench.keep((*held, out), cause if held else None):
            return False
        if held:
            bench.desk = playing.played(bench.desk, held)
        play = bench.desk.play
        bench.change(
            operator=None,
            done=None,
            news=None,
            choices=(),
            work_order=None,
            notice=QUIET,
            language=bench.language,
            play=None if play is None else spoken(play, bench.language),
        )
        return True

    def gone(self, stamp: Stamp) -> None:
        """The station's people changed: somebody who is no longer among them is signed out."""
        bench = self._bench
        if bench.desk.operator is None:
            return
        person = bench.store.library.person(bench.desk.operator.id)
        if person is None:
            name = bench.desk.operator.name
            if self.sign_out(stamp, f"{name} may no longer work at this station"):
                bench.say(bench.words("no_longer", name=name), Mark.BAD)
        else:
            bench.change(operator=person)

    def due(self) -> int | None:
        """The tick at which a PIN is no longer asked for."""
        return self._asked_at + ASKING if self._bench.desk.asking is not None else None

    def rang(self, stamp: Stamp) -> None:
        """Stop asking for a PIN that nobody enters."""
        due = self.due()
        if due is not None and due <= stamp.tick:
            self._bench.change(asking=None, judging=False, notice=QUIET)
