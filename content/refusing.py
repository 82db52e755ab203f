"""Refusals that know their place: what a document's validator says, where in the document, and how to mend it."""

from pydantic_core import PydanticCustomError

REFUSED = "refused"  # the error's type, by which the reader of a folder knows it


def refusal(message: str, *, mend: str = "", at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """An error to raise in a validator; `at` is the path from the validated piece to what is wrong."""
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "mend": mend, "at": at})
