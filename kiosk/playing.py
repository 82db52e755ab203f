"""How the desk looks after facts were kept: what flashes, what is said, what ended. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from content.deviation import DeviationKind
from content.evidence import FRESH
from content.instruction import Instruction
from content.package import Release
from content.record import (
    CheckFailed,
    CheckPassed,
    DeviationRaised,
    FailureRuled,
    PictureDoubted,
    ReadingRefused,
    RouteTaken,
    RunAborted,
    RunCompleted,
    RunContinued,
    RunFact,
    RunHeld,
    Seen,
    StepCompleted,
    StepEntered,
    SupervisorNeeded,
)
from content.run import Run, fold
from kiosk.desk import QUIET, Desk, Done, Notice, Play
from kiosk.phrasing import came, recorded
from kiosk.view import Mark
from kiosk.words import again, say

SUPERVISOR = "A check failed as often as it may. A supervisor decides how it goes on and scans their badge."


def played(desk: Desk, facts: Sequence[RunFact]) -> Desk:
    """The desk after the open run's new facts."""
    assert desk.play is not None
    run = fold(facts, desk.play.run)
    assert run is not None
    desk = replace(desk, play=replace(desk.play, run=run))
    for fact in facts:
        desk = _after(desk, fact)
    if not run.open:
        assert desk.play is not None
        return replace(desk, play=None, done=_done(desk.play, facts[-1], desk.words), live={})
    return desk


def resumed(release: Release, instruction: Instruction, facts: Sequence[RunFact]) -> Play | None:
    """A run taken up again from its facts; None when they hold none that is open."""
    run: Run | None = fold(facts)
    if run is None or not run.open:
        return None
    if run.waiting is not None:
        needed = next(fact for fact in reversed(facts) if isinstance(fact, SupervisorNeeded))
        return Play(
            run=run,
            release=release,
            instruction=instruction,
            reason=_needs(run, needed),
            held_since=needed.at,
        )
    held = next((fact for fact in reversed(facts) if isinstance(fact, RunHeld | RunContinued)), None)
    play = Play(run=run, release=release, instruction=instruction)
    return replace(play, reason=held.reason, held_since=held.at) if isinstance(held, RunHeld) else play


def _needs(run: Run, fact: SupervisorNeeded) -> str:
    doubt = run.states(fact.step).get(fact.check, FRESH).doubt
    if doubt is None:
        return SUPERVISOR
    return (
        f"The camera cannot decide ({doubt.why}). A supervisor looks at it, decides, and scans their badge."
    )


def _after(desk: Desk, fact: RunFact) -> Desk:
    assert desk.play is not None
    match fact:
        case CheckPassed():
            return replace(desk, accepted=desk.accepted + 1, notice=QUIET)
        case StepCompleted():
            return replace(desk, notice=QUIET)
        case StepEntered():
            return replace(desk, live={}, look=None)
        case CheckFailed(evidence=Seen(person=str())):
            return replace(desk, rejected=desk.rejected + 1, look=None, notice=QUIET)
        case PictureDoubted():
            return replace(desk, rejected=desk.rejected + 1)
        case CheckFailed():
            return _rejected(desk, fact.expected, came(fact.evidence, desk.words))
        case ReadingRefused():
            return _rejected(desk, fact.expected, fact.came)
        case DeviationRaised():
            return _deviated(desk, fact)
        case RunHeld():
            return replace(
                desk, play=replace(desk.play, reason=fact.reason, held_since=fact.at), notice=QUIET
            )
        case SupervisorNeeded():
            play = replace(desk.play, reason=_needs(desk.play.run, fact), held_since=fact.at)
            return replace(desk, play=play, supervisor=None, notice=QUIET)
        case FailureRuled():
            play = replace(desk.play, reason="", held_since=None)
            return replace(desk, play=play, supervisor=None, notice=QUIET)
        case RouteTaken(anew=anew) if anew:
            return replace(desk, notice=Notice(text=say("back_to_earlier", desk.words), mark=Mark.BAD))
        case RunContinued():
            return replace(desk, play=replace(desk.play, reason="", held_since=None), notice=QUIET)
        case _:
            return desk


def _rejected(desk: Desk, expected: str, came: str) -> Desk:
    assert desk.play is not None
    play = desk.play
    if play.run.step is not None:
        expected = recorded(expected, play.instruction.step(play.run.step), desk.words)
    key = "expected_came" if expected else "nothing_awaited"
    text = say(key, desk.words, expected=expected, came=came)
    return replace(desk, rejected=desk.rejected + 1, notice=Notice(text=text, mark=Mark.BAD))


def _deviated(desk: Desk, fact: DeviationRaised) -> Desk:
    match fact.kind:
        case DeviationKind.OVERRUN:
            text = say("overrun", desk.words, came=fact.came, expected=fact.expected)
            return replace(desk, notice=Notice(text=text, mark=Mark.BAD))
        case DeviationKind.PROBLEM:
            return replace(desk, notice=Notice(text=say("problem_reported", desk.words), mark=Mark.GOOD))
        case _:
            return desk


def _done(play: Play, last: RunFact, words: str) -> Done:
    run = play.run
    completed = isinstance(last, RunCompleted)
    return Done(
        title=play.instruction.title,
        release=say("rev", words, revision=play.instruction.revision),
        unit=run.unit,
        elapsed=last.elapsed if isinstance(last, RunCompleted) else run.elapsed_before + run.elapsed,
        expected=run.expected,
        deviations=run.deviations,
        completed=completed,
        reason=say("ended_early", words, why=again(last.reason, words))
        if isinstance(last, RunAborted)
        else "",
    )
