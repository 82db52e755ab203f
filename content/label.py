"""The meaning of scanned text: a part, a badge, a work order, a command, or just text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

import biip
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message

from content import patterns
from content.envelopes import EnvelopeDamaged, Fields, is_envelope, is_hibc, read_envelope, read_hibc

LONGEST_CODE = 2_000  # characters; a full version-40 QR code that people print has fewer
BADGE = re.compile(r"^BDG:([A-Za-z0-9-]{4,64})$")
WORK_ORDER = re.compile(r"^WO:([A-Za-z0-9./_-]{1,64})(?:\?(.{0,1000}))?$")
LONGEST_OWN = 200  # characters that a plant's own pattern is tried on
GROUPS = frozenset({"part", "gtin", "serial", "lot", "order", "badge"})
ENVELOPE_MARKS = "\x04\x1c\x1d\x1e\x1f"
_CONTROLS = re.compile(r"[\x00-\x1f]")
MOST_PARAMETERS = 40  # of a work order
PART_NUMBER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9./_+-]{0,63}$")
GS1_SYMBOLOGIES = {
    "]C1",
    "]e0",
    "]d2",
    "]Q3",
    "]J1",
}  # ISO/IEC 15424 with the FNC1 modifier: GS1 element strings


class Command(StrEnum):
    """Cards on the bench that are scanned instead of tapping with gloves on."""

    DONE = "DONE"
    BACK = "BACK"
    PAUSE = "PAUSE"
    PROBLEM = "PROBLEM"
    SIGN_OUT = "SIGN-OUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLabel:
    """A label that says what a thing is: its GTIN (14 digits) or part number, with serial and lot where given."""

    text: str
    gtin: str | None = None
    part_number: str | None = None
    serial: str | None = None
    lot: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict[str, str])  # GS1 application identifier -> value


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeLabel:
    """An operator's badge."""

    text: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderLabel:
    """A work order's paper: its number and, as in an address, what it says: `WO:4711?size=M6&options=heavy,red`."""

    text: str
    number: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLabel:
    """A command card."""

    text: str
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A code that is none of the others; a step may still ask for exactly this."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A code that cannot be used, and why."""

    text: str
    reason: str


Label = PartLabel | BadgeLabel | WorkOrderLabel | CommandLabel | PlainText | Unreadable


@dataclass(frozen=True, slots=True)
class Pattern:
    """A plant's own spelling of codes: a regular expression for the whole code, with named groups.

    Groups that mean something are `part`, `gtin`, `serial`, `lot`, `order` and `badge`.
    """

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """Compile it; raises ValueError with the mend."""
        patterns.check(text)
        try:
            pattern = re.compile(text)
        except (re.error, OverflowError) as problem:
            raise ValueError(f"{text!r} is no regular expression: {problem}") from None
        known = set(pattern.groupindex) & GROUPS
        if not known or set(pattern.groupindex) - GROUPS:
            raise ValueError(f"{text!r} names no group of {', '.join(sorted(GROUPS))}, or another one")
        return cls(pattern)

    def match(self, text: str) -> re.Match[str] | None:
        """The match of the whole text; Python's engine, which backtracks, sees only what fits."""
        return self.pattern.fullmatch(text) if patterns.fits(self.pattern.pattern, text) else None


def read(text: str, symbology: str | None = None, own: Sequence[Pattern] = ()) -> Label:
    """What the scanned `text` means; `symbology` is the AIM identifier (`]d2`) where the scanner sends it.

    GS1 element strings and GS1 Digital Link URIs are read by biip (GS1 General Specifications, section 3), HIBC and
    ISO/IEC 15434 by `content.envelopes`. A plant's `own` patterns go before all of them, in their order.
    """
    if not text.strip():
        return Unreadable(text=text, reason="the code is empty")
    if len(text) > LONGEST_CODE:
        return Unreadable(text=text[:LONGEST_CODE], reason=f"the code has {len(text):,} characters")
    if is_envelope(text) and not set(_CONTROLS.findall(text)) - set(ENVELOPE_MARKS):
        return _enveloped(text)
    if any(char != "\x1d" for char in _CONTROLS.findall(text)) or "\ufffd" in text:
        return Unreadable(text=text, reason="the code holds control characters or is not text")
    for pattern in own if len(text) <= LONGEST_OWN else ():
        if match := pattern.match(text):
            return _own(text, match)
    if match := BADGE.match(text):
        return BadgeLabel(text=text, code=match[1])
    if match := WORK_ORDER.match(text):
        return _work_order(text, match[1], match[2] or "")
    if text.startswith("CMD:"):
        return _command(text)
    return _part(text, symbology)


def _enveloped(text: str) -> Label:
    try:
        fields = read_envelope(text)
    except EnvelopeDamaged as problem:
        return Unreadable(text=text, reason=str(problem))
    if "GS1" in fields.elements:
        inner = _element_string(fields.elements["GS1"])
        return replace(inner, text=text)
    return _of_fields(text, fields)


def _of_fields(text: str, fields: Fields) -> PartLabel:
    return PartLabel(
        text=text,
        part_number=fields.part_number,
        serial=fields.serial,
        lot=fields.lot,
        elements=fields.elements,
    )


def _own(text: str, match: re.Match[str]) -> Label:
    said = {name: value for name, value in match.groupdict().items() if value}
    if "badge" in said:
        return BadgeLabel(text=text, code=said["badge"])
    if "order" in said and not {"part", "gtin", "serial"} & said.keys():
        return WorkOrderLabel(text=text, number=said["order"])
    return PartLabel(
        text=text,
        gtin=said.get("gtin"),
        part_number=said.get("part"),
        serial=said.get("serial"),
        lot=said.get("lot"),
    )


def _work_order(text: str, number: str, query: str) -> Label:
    try:
        said = dict(
            parse_qsl(
                query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=MOST_PARAMETERS
            )
        )
    except ValueError:
        return Unreadable(text=text, reason="the work order's code is damaged after the `?`")
    options = tuple(option for option in said.pop("options", "").split(",") if option)
    return WorkOrderLabel(text=text, number=number, parameters=said, options=options)


def _command(text: str) -> Label:
    name = text.removeprefix("CMD:")
    if name in Command.__members__.values():
        return CommandLabel(text=text, command=Command(name))
    return Unreadable(text=text, reason=f"no command {name!r}; known: {', '.join(Command)}")


def _part(text: str, symbology: str | None) -> Label:
    if symbology in GS1_SYMBOLOGIES or "\x1d" in text:
        return _element_string(text)
    if urlsplit(text).scheme in {"http", "https"}:
        return _digital_link(text)
    if text.startswith("(01)"):
        return _human_readable(text)
    if is_hibc(text, symbology):
        try:
            return _of_fields(text, read_hibc(text))
        except EnvelopeDamaged as problem:
            return Unreadable(text=text, reason=str(problem))
    if re.fullmatch(r"\d{8}|\d{12}|\d{13}|\d{14}", text):
        try:
            gtin = biip.parse(text).gtin
        except biip.ParseError:
            gtin = None
        if gtin is not None:
            return PartLabel(text=text, gtin=gtin.as_gtin_14(), part_number=text)
    if PART_NUMBER.match(text):
        return PartLabel(text=text, part_number=text)
    return PlainText(text=text)


def _element_string(text: str) -> Label:
    try:
        message = GS1Message.parse(text.lstrip("\x1d"))
    except biip.ParseError as problem:
        return Unreadable(text=text, reason=f"a damaged GS1 code: {problem}")
    return _from_elements(text, message)


def _human_readable(text: str) -> Label:
    try:
        message = GS1Message.parse_hri(text)
    except biip.ParseError as problem:
        return Unreadable(text=text, reason=f"a damaged GS1 code: {problem}")
    return _from_elements(text, message)


def _digital_link(text: str) -> Label:
    try:
        link = GS1DigitalLinkURI.parse(text)
    except biip.ParseError:
        return PlainText(text=text)
    return _from_elements(text, link)


def _from_elements(text: str, elements: GS1Message | GS1DigitalLinkURI) -> Label:
    found = {element.ai.ai: element for element in elements.element_strings}
    gtin = found["01"].gtin if "01" in found else None
    return PartLabel(
        text=text,
        gtin=None if gtin is None else gtin.as_gtin_14(),
        part_number=found["240"].value if "240" in found else None,
        serial=found["21"].value if "21" in found else None,
        lot=found["10"].value if "10" in found else None,
        elements={ai: element.value for ai, element in found.items()},
    )
