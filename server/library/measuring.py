"""How well a draft's camera check does on pictures whose truth is known, as `stepline vision evaluate` measures it."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from content.vision.measuring import Evaluation, Judged
from content.vision.verdict import Answer
from server.errors import Invalid
from server.house import House
from server.library.teaching import MOST_SAMPLES, Cut, Sample, held, look, named

MOST_LABELLED = 300  # pictures; so many good ones tell a false reject of one in a hundred
_LABELLED = TypeAdapter(Annotated[tuple[Sample, ...], Field(min_length=1, max_length=MOST_LABELLED)])


def labelled(pictures: Any) -> tuple[Sample, ...]:
    """The pictures and their truth, as a page says them; raises Invalid with a sentence."""
    try:
        return _LABELLED.validate_python(pictures)
    except ValidationError:
        raise Invalid(
            "there are no pictures to measure with, or too many", f"give 1 to {MOST_LABELLED} of them"
        ) from None


def measure(house: House, digest: str, where: Cut, pictures: Sequence[Sample]) -> dict[str, Any]:
    """Matrix, rates, and what was said to each picture; raises Invalid for pictures that it was taught from."""
    names = named(pictures)
    digests = [each.picture for each in pictures]
    if len(set(digests)) < len(digests):
        raise Invalid("one picture is there twice", "take one of the two out")
    known = {source.sha256 for source in held(house, digest).taught_from}
    if learned := [name for name, each in zip(names, pictures, strict=True) if each.picture in known]:
        raise Invalid(
            f"{', '.join(learned)}: it was taught from {'this' if len(learned) == 1 else 'these'}",
            "measure with other pictures: what it learned by heart tells nothing",
        )
    verdicts: list[dict[str, Any]] = []
    for begin in range(0, len(digests), MOST_SAMPLES):
        verdicts += look(house, digest, where, digests[begin : begin + MOST_SAMPLES])
    judged = tuple(
        Judged(
            name=name,
            good=each.good,
            answer=Answer(verdict["answer"]),
            score=verdict["score"],
            why=str(verdict["why"]),
        )
        for name, each, verdict in zip(names, pictures, verdicts, strict=True)
    )
    told = Evaluation(judged).plain()
    for row, one, each, verdict in zip(told["judged"], judged, pictures, verdicts, strict=True):
        row |= {"picture": each.picture, "name": one.name, "right": one.right, "regions": verdict["regions"]}
    return told
