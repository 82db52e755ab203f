"""Small values that documents and records are made of: identifiers, durations, exact numbers, units."""

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, NewType

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from content.refusing import refusal, short

DocumentId = NewType("DocumentId", str)
StepId = NewType("StepId", str)
CheckId = NewType("CheckId", str)
RunId = NewType("RunId", str)
PersonId = NewType("PersonId", str)
Digest = NewType("Digest", str)  # SHA-256, 64 lower-case hexadecimal digits

LONGEST_TEXT = 8_000  # characters; the longest step text met in public repair guides has about 1,900
LONGEST_LINE = 300  # characters; a title or prompt that is longer cannot be read from a metre away

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=True)]
PartNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_+-]*$", max_length=64)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

MOST_DAYS = 36_500  # of a duration; nothing is kept for longer than a hundred years
NUMBER = "write digits with a point before the decimals, like 8.5"
DURATION = re.compile(r"^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$")


def parse_duration(text: object) -> timedelta:
    """Read `1m30s`, `500ms`, `2h`, `365d`; raises a refusal, which is a ValueError, when it is anything else."""
    if isinstance(text, timedelta):
        return text
    match = DURATION.match(text) if isinstance(text, str) and text else None
    if match is None:
        raise refusal(f"{short(text)} is not a duration", mend="write it like 500ms, 30s, 1m30s, 2h or 365d")
    days, hours, minutes, seconds, milliseconds = (Decimal(group or 0) for group in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds + milliseconds / 1000
    if total * 1_000 % 1:
        raise refusal(
            f"{short(text)} is finer than a millisecond", mend="give whole milliseconds, like 1s500ms"
        )
    if total > MOST_DAYS * 86_400:
        raise refusal(f"{short(text)} is too long a time", mend=f"at most {MOST_DAYS}d")
    return timedelta(microseconds=int(total * 1_000_000))


def format_duration(duration: timedelta) -> str:
    """Spell a duration the way `parse_duration` reads it: the shortest form, nothing lost above a millisecond."""
    milliseconds = duration // timedelta(milliseconds=1)
    parts: list[str] = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise refusal(f"{short(value)} is not a number", mend=NUMBER)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise refusal(f"{short(value)} is not a number", mend=NUMBER) from None
    if not number.is_finite():
        raise refusal(f"{short(value)} is not a finite number", mend=NUMBER)
    return number


def _gtin(text: str) -> str:
    """Check digit of the GS1 General Specifications, section 7.9: weights 3 and 1 from the right."""
    if not re.fullmatch(r"\d{8}|\d{12}|\d{13}|\d{14}", text):
        raise refusal(f"{short(text)} is not a GTIN", mend="write its 8, 12, 13 or 14 digits, in quotes")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(text[:-1])))
    if (10 - total % 10) % 10 != int(text[-1]):
        raise refusal(
            f"{text!r} has a wrong check digit; it should end in {(10 - total % 10) % 10}",
            mend="read the number from the label again",
        )
    return text.zfill(14)


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+(\.\d+)?s)?(\d+ms)?$", "minLength": 2}
    ),
]
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "pattern": r"^[-+]?\d*\.?\d+([eE][-+]?\d+)?$"}),
]
Gtin = Annotated[str, AfterValidator(_gtin)]


class Piece(BaseModel):
    """A piece of a document: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """The piece as JSON values, defaults left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
