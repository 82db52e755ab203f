"""Codes that carry several fields: HIBC (ANSI/HIBC 2.6) and ISO/IEC 15434 messages of format 06 (ANSI MH10.8.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ISO_15434 = "[)>"
RS, GS, EOT = "\x1e", "\x1d", "\x04"
MOST_FIELDS = 60
_IDENTIFIER = re.compile(r"([0-9]{0,3}[A-Z])(.*)", re.DOTALL)  # MH10.8.2: up to three digits and a letter

_CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"  # HIBC 2.6, table of check characters: modulo 43
_PRIMARY = re.compile(r"(?P<lic>[A-Z][A-Z0-9]{3})(?P<pcn>[A-Z0-9]{1,18})(?P<uom>[0-9])")
_DATED = re.compile(r"(?P<day>[0-9]{5})(?P<rest>.*)")
# after `$$`: an optional quantity (8 and two digits, 9 and five), then how the date is written
_QUANTITY = re.compile(r"8(?P<two>[0-9]{2})|9(?P<five>[0-9]{5})")
_DATES = {"2": 6, "3": 6, "4": 8, "5": 5, "6": 7, "7": 0}  # flag -> digits of the date behind it
_NUMBER_OF = {"14D": "expires", "16D": "made", "Q": "quantity", "S": "serial"}


class EnvelopeDamaged(ValueError):
    """The code begins like one of these and is none; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What such a code says: the part, its serial and lot, and every field by its identifier."""

    part_number: str | None = None
    serial: str | None = None
    lot: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict[str, str])


def is_envelope(text: str) -> bool:
    """Whether it begins as an ISO/IEC 15434 message does."""
    return text.startswith(ISO_15434)


def read_envelope(text: str) -> Fields:
    """The fields of format 06 (data identifiers) or 05 (GS1 application identifiers, left unread under `GS1`).

    The end (RS, EOT) may be missing: many scanners take it off.

    Raises:
        EnvelopeDamaged: no format, another format, or a field without an identifier.
    """
    message = text.removeprefix(ISO_15434).removeprefix(RS).rstrip(EOT + RS)
    format_, _, body = message.partition(GS)
    if format_ == "05":
        return Fields(elements={"GS1": body})
    if format_ != "06":
        raise EnvelopeDamaged(f"an ISO/IEC 15434 message of format {format_[:8]!r}; 05 and 06 are read")
    elements: dict[str, str] = {}
    for each in body.split(GS)[:MOST_FIELDS]:
        found = _IDENTIFIER.fullmatch(each)
        if found is None:
            raise EnvelopeDamaged(f"a field without a data identifier: {each[:20]!r}")
        elements.setdefault(found[1], found[2])
    return Fields(
        part_number=elements.get("P") or elements.get("1P"),
        serial=elements.get("S"),
        lot=elements.get("T") or elements.get("1T"),
        elements=elements,
    )


def is_hibc(text: str, symbology: str | None) -> bool:
    """Whether it is a HIBC code: a plus sign, a labeler's code, and a check character that fits."""
    if not text.startswith("+") or len(text) < 8 or not re.fullmatch(r"\+[A-Z$0-9].*", text, re.DOTALL):
        return False
    return symbology in {None, "]C0", "]A0", "]d1", "]d0", "]Q1", "]L0", "]z0"} and check_fits(text)


def check_fits(text: str) -> bool:
    """Whether the last character is the sum of the others, modulo 43."""
    *body, check = text
    if any(char not in _CHECKED for char in text):
        return False
    return _CHECKED[sum(_CHECKED.index(char) for char in body) % 43] == check


def read_hibc(text: str) -> Fields:
    """The fields of a HIBC primary, secondary or joined code.

    Raises:
        EnvelopeDamaged: neither a primary nor a secondary data structure.
    """
    *segments, last = text[1:].split("/")
    segments.append(last[:-1])  # the check character closes the whole
    elements: dict[str, str] = {}
    for place, segment in enumerate(segments):
        primary = _PRIMARY.fullmatch(segment) if place == 0 else None
        if primary is not None:
            elements |= {"LIC": primary["lic"], "PCN": primary["pcn"], "UOM": primary["uom"]}
        else:
            elements |= _secondary(segment)
    return Fields(
        part_number=elements.get("PCN"),
        serial=elements.get("serial"),
        lot=elements.get("lot"),
        elements=elements,
    )


def _secondary(segment: str) -> dict[str, str]:
    for identifier, name in _NUMBER_OF.items():
        if segment.startswith(identifier) and len(segment) > len(identifier):
            return {name: segment.removeprefix(identifier)}
    if segment.startswith("$$+"):
        return _dated(segment[3:], "serial")
    if segment.startswith("$$"):
        return _dated(segment[2:], "lot")
    if segment.startswith("$+"):
        return {"serial": segment[2:]}
    if segment.startswith("$"):
        return {"lot": segment[1:]}
    found = _DATED.fullmatch(segment)
    if found is not None:
        return {"expires": found["day"], "lot": found["rest"]}
    raise EnvelopeDamaged(f"a HIBC code with a part that is neither primary nor secondary: {segment[:20]!r}")


def _dated(rest: str, name: str) -> dict[str, str]:
    """A quantity, a date and a lot or serial number, each of which may be missing."""
    said: dict[str, str] = {}
    quantity = _QUANTITY.match(rest)
    if quantity is not None:
        said["quantity"] = str(int(quantity["two"] or quantity["five"]))
        rest = rest[quantity.end() :]
    flag = rest[:1]
    if flag in _DATES:
        long = _DATES[flag]
        date, rest = rest[1 : 1 + long], rest[1 + long :]
    else:
        date, rest = rest[:4], rest[4:]  # month and year
    if not (date.isdecimal() or not date):
        raise EnvelopeDamaged(f"a HIBC code whose date is no date: {date!r}")
    if date:
        said["expires"] = date
    if rest:
        said[name] = rest
    return said
