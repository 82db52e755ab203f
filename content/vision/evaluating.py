"""Have a taught check look at pictures whose truth is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from content.vision.errors import NoPicture
from content.vision.looking import Taught, look
from content.vision.measuring import Evaluation, Judged
from content.vision.pictures import read_picture
from content.vision.verdict import Answer

MOST_PICTURES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A picture whose truth is known."""

    name: str
    data: bytes
    good: bool


def evaluate(taught: Taught, pictures: Iterable[Labelled]) -> Evaluation:
    """Look at every labelled picture; one that cannot be opened counts as undecided, with the reason."""
    return Evaluation(tuple(_judged(taught, each) for each in pictures))


def _judged(taught: Taught, labelled: Labelled) -> Judged:
    try:
        verdict = look(taught, read_picture(labelled.data))
    except NoPicture as problem:
        return Judged(
            name=labelled.name, good=labelled.good, answer=Answer.UNDECIDED, score=None, why=str(problem)
        )
    return Judged(
        name=labelled.name, good=labelled.good, answer=verdict.answer, score=verdict.score, why=verdict.why
    )
