"""Badge readers (RFID) that send the number of a card on a line, in one of the spellings that readers have.

The spellings are those of 125 kHz EM4100 and 13.56 MHz ISO/IEC 14443 readers: the card's number in hexadecimal, with
its bytes the other way round, as a decimal number of its last 32 bits ("8H10D"), or as facility and card (Wiegand 26).
"""

import re
from typing import Literal

from pydantic import Field

from hardware.decode.line_decoder import LineDecoder
from hardware.driver import BYTES, Carrier, Driver, Options
from hardware.readings import BadgeRead, Reading, Stamp

LONGEST_LINE = 64  # characters; a card's number has at most 20 hexadecimal digits
Spelling = Literal["as-sent", "hex", "hex-reversed", "decimal", "wiegand"]
_WIEGAND = re.compile(r"(\d{1,3})[,:. -](\d{1,5})")


class NoNumber(ValueError):
    """What the reader sent is no number in the spelling that its table names."""


def number_of(sent: str, spelling: Spelling) -> int:
    """The card's number; raises NoNumber."""
    match spelling:
        case "hex" if re.fullmatch(r"[0-9A-Fa-f]{2,20}", sent):
            return int(sent, 16)
        case "hex-reversed" if re.fullmatch(r"([0-9A-Fa-f]{2}){1,10}", sent):
            return int.from_bytes(bytes.fromhex(sent), "little")
        case "decimal" if re.fullmatch(r"\d{1,20}", sent):
            return int(sent)
        case "wiegand" if found := _WIEGAND.fullmatch(sent):
            facility, card = int(found[1]), int(found[2])
            if facility <= 0xFF and card <= 0xFFFF:
                return facility << 16 | card
    raise NoNumber(f"this is no card's number spelled {spelling}: mend `sends` in the station's file")


def spelled(number: int, spelling: Spelling, digits: int) -> str:
    """The number as the plant's list of badges spells it, with leading zeros up to `digits`."""
    match spelling:
        case "hex":
            return f"{number:0{digits}X}"
        case "hex-reversed":
            size = max(1, (number.bit_length() + 7) // 8, digits // 2)
            return number.to_bytes(size, "little").hex().upper()
        case "decimal":
            return f"{number & 0xFFFFFFFF:0{digits}d}"
        case "wiegand":
            return f"{number >> 16 & 0xFF:03d}{number & 0xFFFF:05d}"
        case "as-sent":
            raise NoNumber("`code` needs `sends`")


class BadgeDecoder(LineDecoder):
    """BadgeRead for each line; a card that lies on the reader is told once, until another comes or it was away."""

    def __init__(self, *, stamp: Stamp, own: "BadgeOptions") -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_LINE)
        self._badge_stamp = stamp
        self._own = own
        self._last: tuple[str, int] = ("", 0)

    def _read(self, line: bytes) -> Reading | str | None:
        text = line.decode("ascii", errors="replace").strip()
        if not re.fullmatch(r"[\x20-\x7e]{1,40}", text):
            return "the reader sent no readable number: are baud rate and parity right?"
        text = text.removeprefix(self._own.prefix)
        try:
            code = self._code(text)
        except NoNumber as problem:
            return str(problem)
        mark = self._badge_stamp()
        before, at = self._last
        self._last = code, mark["tick"]
        if before == code and 0 <= mark["tick"] - at < self._own.again_ms * 1_000_000:
            return None
        return BadgeRead(**mark, code=code)

    def _code(self, text: str) -> str:
        if self._own.sends == "as-sent" or self._own.code == "as-sent":
            return text
        return spelled(number_of(text, self._own.sends), self._own.code, self._own.digits)


class BadgeOptions(Options):
    """How the reader spells a card's number, and how the plant's list of badges does."""

    sends: Spelling = Field("as-sent", description="how the reader spells the number")
    code: Spelling = Field("as-sent", description="how the list of badges spells it")
    digits: int = Field(0, ge=0, le=20, description="with leading zeros up to so many digits")
    prefix: str = Field("", description="what the reader sends before the number, and is taken off")
    again_ms: int = Field(
        2000, ge=0, le=60_000, description="a card that is read again within this time is the same holding"
    )


DRIVER = Driver(
    kind="badge",
    title="badge reader on a serial line, or one that types",
    carriers=BYTES | {Carrier.KEYS},
    options=BadgeOptions,
    decoder=lambda own, place: BadgeDecoder(stamp=place.stamp, own=own),
    simulator="hardware.simulate.badge:SimulatedBadgeReader",
)
