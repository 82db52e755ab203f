"""Messages of the Open Protocol for tightening controllers: cut out of a byte stream, put together, results read.

Written against Atlas Copco's published "Open Protocol Specification", release 2.8: a header of 20 characters (length,
message identifier "MID", revision, no-acknowledge flag and fields that a single station leaves blank), data, and NUL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

HEADER = 20  # bytes
LONGEST = 9999  # bytes; four digits say the length
MOST_RUBBISH = 64  # bytes of it that are kept to be shown
_HEAD = re.compile(rb"(\d{4})(\d{4})(\d{3}| {3})([01 ])[\d ]{8}")
_BEGUN = re.compile(rb"\d{0,8}|\d{8}(?:\d{0,3}| {0,3})|\d{8}(?:\d{3}| {3})[01 ][\d ]{0,8}")

UNITS = {  # field 48 of MID 0061 -> as documents write it, and how much of it one of theirs is
    "1": ("N.m", Decimal(1)),
    "2": ("ft.lbf", Decimal(1)),
    "3": ("in.lbf", Decimal(1)),
    "4": ("N.m", Decimal("9.80665")),  # kilopond metre
    "5": ("N.cm", Decimal("9.80665")),  # kilogram-force centimetre
    "6": ("in.lbf", Decimal("0.0625")),  # ounce-force inch
    "8": ("N.cm", Decimal(1)),
}
TIGHTENING = {
    "00",
    "01",
    "07",
}  # result types that are tightenings; loosening, batch changes and the like are not


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its MID, revision and data; `silent`: it wants no acknowledgement."""

    mid: int
    data: bytes = b""
    revision: int = 1
    silent: bool = False

    def __bytes__(self) -> bytes:
        """As it goes over the line."""
        size = HEADER + len(self.data)
        flag = b"1" if self.silent else b"0"
        return b"%04d%04d%03d" % (size, self.mid, self.revision) + flag + b" " * 8 + self.data + b"\0"


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Bytes between messages that are none."""

    data: bytes


class MessageCutter:
    """Cuts a stream into messages. The NUL that ends one may be missing: some controllers leave it out.

    What is no message is told as rubbish once, when the next message is whole or the line went quiet.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._rubbish = bytearray()

    @property
    def pending(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._held or self._rubbish)

    def feed(self, chunk: bytes) -> Iterator[Message | Rubbish]:
        """Yield each message that `chunk` completes; keep the rest."""
        self._held += chunk
        while self._held:
            if self._held[0] == 0:
                del self._held[0]
                continue
            head = _HEAD.match(self._held)
            size = 0 if head is None else int(head[1])
            if head is None or size < HEADER:
                if _BEGUN.fullmatch(bytes(self._held[:HEADER])) and len(self._held) < HEADER:
                    return  # it may still become one
                self._skip(1)
                continue
            broken = self._held.find(0, 0, size)
            if broken >= 0:
                self._skip(1)  # cut short: a whole one may stand behind it
                continue
            if len(self._held) < size:
                return
            yield from self._swept()
            yield _message(head, bytes(self._held[HEADER:size]))
            del self._held[:size]

    def give_up(self) -> Iterator[Rubbish]:
        """The line went quiet or away: tell what was held as rubbish."""
        self._skip(len(self._held))
        yield from self._swept()

    def _skip(self, count: int) -> None:
        room = MOST_RUBBISH - len(self._rubbish)
        self._rubbish += self._held[: min(count, max(room, 0))]
        del self._held[:count]

    def _swept(self) -> Iterator[Rubbish]:
        if self._rubbish:
            yield Rubbish(bytes(self._rubbish))
            self._rubbish.clear()


def _message(head: re.Match[bytes], data: bytes) -> Message:
    revision = int(head[3]) if head[3].strip() else 1
    return Message(int(head[2]), data, max(revision, 1), head[4] == b"1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A tightening as the controller tells it. `number` counts its results, and is 0 where it counts none."""

    number: int
    torque: Decimal
    unit: str | None  # None: this revision does not say
    angle: Decimal
    ok: bool
    identifier: str
    counter: int  # tightenings of the batch so far
    size: int  # of the batch; 0 where none is used
    made_at: datetime | None
    tightening: bool = True  # not a loosening, a bypass or the like


class NoResult(ValueError):
    """The data of a result is not of its revision; the text says where."""


_FIRST = {  # MID 0061 revision 1: field -> (from, to), counted from 0 within the data
    "identifier": (39, 64),
    "size": (75, 79),
    "counter": (81, 85),
    "ok": (87, 88),
    "torque": (120, 126),
    "angle": (149, 154),
    "made_at": (156, 175),
    "number": (201, 211),
}
_SECOND = {
    "identifier": (39, 64),
    "size": (88, 92),
    "counter": (94, 98),
    "ok": (100, 101),
    "torque": (163, 169),
    "angle": (192, 197),
    "number": (283, 293),
    "made_at": (325, 344),
}
_THIRD = {**_SECOND, "unit": (394, 395), "type": (397, 399)}
_LIGHT = {  # revision 999: fields without their numbers, for slow lines
    "identifier": (0, 25),
    "size": (30, 34),
    "counter": (34, 38),
    "ok": (39, 40),
    "torque": (42, 48),
    "angle": (48, 53),
    "made_at": (53, 72),
    "number": (91, 101),
}
_OLD_FIRST = {  # MID 0065 revision 1
    "number": (2, 12),
    "identifier": (14, 39),
    "counter": (46, 50),
    "ok": (52, 53),
    "torque": (61, 67),
    "angle": (69, 74),
    "made_at": (76, 95),
}
_OLD_SECOND = {
    "number": (2, 12),
    "identifier": (14, 39),
    "size": (63, 67),
    "counter": (69, 73),
    "ok": (75, 76),
    "torque": (114, 120),
    "angle": (122, 127),
    "made_at": (187, 206),
}
_OLD_THIRD = {**_OLD_SECOND, "unit": (208, 209), "type": (211, 213)}

LATEST, OLD = 61, 65
_LAYOUTS: Mapping[tuple[int, int], Mapping[str, tuple[int, int]]] = {
    (LATEST, 1): _FIRST,
    (LATEST, 2): _SECOND,
    (LATEST, 3): _THIRD,
    (LATEST, 999): _LIGHT,
    (OLD, 1): _OLD_FIRST,
    (OLD, 2): _OLD_SECOND,
    (OLD, 3): _OLD_THIRD,
}


def result(message: Message) -> Result:
    """The tightening in a MID 0061 or 0065; later revisions only add fields at the end.

    Raises:
        NoResult: too short, or a field is not of its form.
    """
    told = message.revision if message.revision == 999 else min(message.revision, 3)
    layout = _LAYOUTS[message.mid, told]
    text = message.data.decode("latin-1")

    def field(name: str) -> str:
        begin, end = layout[name]
        if len(text) < end:
            raise NoResult(f"the result is too short for revision {message.revision}")
        return text[begin:end].strip()

    def number(name: str) -> Decimal:
        found = field(name)
        if not re.fullmatch(r"-?[0-9]{1,10}", found):
            raise NoResult(f"the {name} of the result is no number")
        return Decimal(found)

    unit, share = (None, Decimal(1))
    if "unit" in layout and (code := field("unit")) not in {"", "0"}:
        if code not in UNITS:
            raise NoResult(f"the controller reports in a unit that is no torque ({code})")
        unit, share = UNITS[code]
    return Result(
        number=int(number("number")),
        torque=number("torque").scaleb(-2) * share,
        unit=unit,
        angle=number("angle"),
        ok=field("ok") == "1",
        identifier=field("identifier"),
        counter=int(number("counter")),
        size=int(number("size")) if "size" in layout else 0,
        made_at=_instant(field("made_at")),
        tightening="type" not in layout or field("type") in TIGHTENING,
    )


def _instant(text: str) -> datetime | None:
    """A controller's local time, `2026-03-01:22:30:05`; None when its clock was never set."""
    try:
        return datetime.strptime(text.replace(" ", ":", 1), "%Y-%m-%d:%H:%M:%S").astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def spelled(text: str, size: int) -> bytes:
    """Text as a field of `size` characters, filled with blanks; what ASCII does not have becomes `?`."""
    return text.encode("ascii", "replace")[:size].ljust(size)
