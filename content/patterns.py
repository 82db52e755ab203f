"""Patterns that people write: regular expressions for a whole text, matched in time that grows with the text only.

The engine is the one that pydantic carries, Rust's `regex` (https://docs.rs/regex): no pattern, however clumsy or
hostile, makes a kiosk or a server wait. For that it knows neither look-around nor back-references.
"""

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

_MENDS = {
    "look-around": "say what the code looks like, without `(?=`, `(?!`, `(?<=` or `(?<!`",
    "backreferences": "spell the repeated part out; `same_as` compares with an earlier scan",
    "size limit": "make its repeats smaller",
}


class PatternWrong(ValueError):
    """A pattern that is no regular expression, or one that the engine does not know; `mend` says what to do."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def check(pattern: str) -> None:
    """Raises PatternWrong when texts cannot be compared with `pattern`."""
    _engine(pattern)


def fits(pattern: str, text: str) -> bool:
    """Whether all of `text` matches; raises PatternWrong."""
    return _engine(pattern).isinstance_python(text)


@lru_cache(maxsize=1_000)
def _engine(pattern: str) -> SchemaValidator:
    _compiled(pattern)  # by itself first, lest `a)|(b` fits what is put around it
    return _compiled(rf"\A(?:{pattern})\z")


def _compiled(pattern: str) -> SchemaValidator:
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError as problem:
        said = str(problem).strip().splitlines()[-1].strip().removeprefix("SchemaError: ")
        reason = said.removeprefix("error: ").rstrip(".")
    mend = next((mend for word, mend in _MENDS.items() if word in reason), "try it on a code that must match")
    raise PatternWrong(f"{pattern!r} is not a regular expression: {reason}", mend)
