"""Refusals that know their place: what a document's validator says, where in the document, and how to mend it."""

from collections.abc import Sequence

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

REFUSED = "refused"  # the error's type, by which the reader of a folder knows it
LONGEST_QUOTE = 60  # characters of what was given


def refusal(message: str, *, mend: str = "", at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """An error to raise in a validator; `at` is the path from the validated piece to what is wrong."""
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "mend": mend, "at": at})


def refuse_all(found: Sequence[PydanticCustomError]) -> None:
    """Raise all of the refusals at once; do nothing where there are none."""
    if found:
        raise ValidationError.from_exception_data(
            "refused", [InitErrorDetails(type=refused, loc=(), input=None) for refused in found]
        )


def short(given: object) -> str:
    """What was given, cut where it is too long to read in a message."""
    words = repr(given)
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]} …"
