"""What the step screen says of a camera's look: the picture, its regions, the verdict to be read from a metre. Pure."""

from dataclasses import replace
from pathlib import Path

from content.checks import Check, Vision
from content.evidence import CheckState
from content.record import PictureDoubted
from content.vision.verdict import Answer, Reason, Seen, Verdict
from kiosk.desk import Desk, Look
from kiosk.view import CheckView, Entry, Mark, MediumView, OptionView, OutlineView, VerdictView
from kiosk.words import say

MARKS = {Answer.GOOD: Mark.GOOD, Answer.BAD: Mark.BAD, Answer.UNDECIDED: Mark.WAITING}


def words(verdict: Verdict, language: str) -> str:
    """The verdict in one sentence, in the language of the screen."""
    named = verdict.values.get("region", "")
    return f"{say(f'vision_{verdict.answer}', language)}: {named and named + ': '}{_why(verdict, language)}"


def _why(said: Verdict | Seen, language: str) -> str:
    return say(f"vision_why_{said.reason.replace('-', '_')}", language, **said.values)


def judged(look: Look, file: Path, verdict: Verdict) -> Look:
    """The look with its answer."""
    return replace(look, busy=False, file=file, verdict=verdict)


def recalled(look: Look, file: Path, doubt: PictureDoubted) -> Look:
    """A look that was asked about before the kiosk stopped: its picture, and why a person is asked."""
    return replace(look, file=file, why=doubt.why)


def medium(desk: Desk, prompt: str) -> tuple[MediumView, ...]:
    """The picture that was looked at, in the place of the step's own."""
    look, play = desk.look, desk.play
    if look is None or look.busy or look.file is None or play is None or look.step != play.run.step:
        return ()
    return (MediumView(file=look.file, alt=prompt, outlines=_outlines(look), verdict=_verdict(desk, look)),)


def _outlines(look: Look) -> tuple[OutlineView, ...]:
    if look.verdict is None:
        return ()
    several = len(look.verdict.regions) > 1
    return tuple(
        OutlineView(corners=seen.corners, mark=MARKS[seen.answer], text=seen.name if several else "")
        for seen in look.verdict.regions
    )


def _verdict(desk: Desk, look: Look) -> VerdictView:
    language, verdict = desk.words, look.verdict
    if verdict is None:
        return VerdictView(mark=Mark.WAITING, title=say("vision_undecided", language), why=look.why)
    score = (
        ""
        if verdict.score is None
        else say("vision_score", language, score=f"{verdict.score:.2f}", threshold=f"{verdict.threshold:.2f}")
    )
    named = verdict.values.get("region", "")
    why = _why(verdict, language)
    return VerdictView(
        mark=MARKS[verdict.answer],
        title=say(f"vision_{verdict.answer}", language),
        why=f"{named}: {why}" if named else why,
        numbers=score,
    )


def entry(check: Check, state: CheckState) -> Entry | None:
    """A touch on the check has the camera look, where it was taught something."""
    looks = isinstance(check, Vision) and check.taught is not None and not (state.passed or state.manual)
    return Entry.LOOK if looks else None


def primary(state: CheckState, desk: Desk) -> tuple[str, bool]:
    """The large action of a check that a camera was taught, and whether a touch does it."""
    language = desk.words
    if desk.look is not None and desk.look.busy:
        return say("vision_looking", language), False
    again = state.doubt is not None or state.failed is not None
    return say("vision_again" if again else "vision_look", language), True


def asked(row: CheckView, state: CheckState) -> CheckView:
    """The check's row while a person is asked: nothing of an earlier attempt stands beside the question."""
    if state.doubt is None or state.passed:
        return row
    return replace(row, mark=Mark.ACTIVE, came="", verdict="")


def options(state: CheckState, language: str) -> tuple[OptionView, ...]:
    """What the operator answers at a picture that the camera cannot decide about."""
    if state.doubt is None or state.doubt.ask != "operator" or state.passed:
        return ()
    return tuple(OptionView(id=each, text=say(f"vision_say_{each}", language)) for each in ("good", "bad"))


def reasons() -> tuple[str, ...]:
    """The keys of the words that every language needs."""
    return tuple(f"vision_why_{reason.replace('-', '_')}" for reason in Reason)
