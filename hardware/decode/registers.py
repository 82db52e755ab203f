"""Numbers in Modbus registers: which table and place, how many, in which order, what they mean. Pure."""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

MOST_REGISTERS = 120  # in one request; the protocol allows 125
MOST_BITS = 2000
LARGEST_GAP = 16  # places that are read along, when that saves a request
Type = Literal["bit", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
Order = Literal["big", "little", "big-swapped", "little-swapped"]
_FORMATS = {
    "uint16": "H",
    "int16": "h",
    "uint32": "I",
    "int32": "i",
    "uint64": "Q",
    "int64": "q",
    "float32": "f",
    "float64": "d",
}


class Area(StrEnum):
    """The four tables of the Modbus application protocol."""

    COIL = "coil"
    INPUT = "input"
    HOLDING = "holding"
    REGISTER = "register"  # input registers


BITS = {Area.COIL, Area.INPUT}
WRITABLE = {Area.COIL, Area.HOLDING}
READS = {1: Area.COIL, 2: Area.INPUT, 3: Area.HOLDING, 4: Area.REGISTER}  # by the function that reads it
WRITES = {5: Area.COIL, 6: Area.HOLDING, 15: Area.COIL, 16: Area.HOLDING}
_PLACE = re.compile(r"(coil|input|holding|register):(\d{1,5})(?:\.(\d{1,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point: its table, its address from 0 as the protocol counts, and the bit of a register where one is meant."""

    area: Area
    address: int
    bit: int | None = None

    def __str__(self) -> str:
        return f"{self.area}:{self.address}" + ("" if self.bit is None else f".{self.bit}")


def place(text: str) -> Place:
    """`coil:4`, `input:10`, `holding:100`, `register:7`, `holding:100.3` (a bit); raises ValueError with the mend."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found[2]) > 65_535 or int(found[3] or 0) > 15:
        raise ValueError(
            f"{text!r} is no point; write coil:4, input:10, holding:100, register:7 or holding:100.3"
        )
    area = Area(found[1])
    if found[3] is not None and area in BITS:
        raise ValueError(f"{text!r}: only registers have bits; leave .{found[3]} out")
    return Place(area, int(found[2]), None if found[3] is None else int(found[3]))


def size_of(kind: Type) -> int:
    """How many registers (or bits) a number takes."""
    return 1 if kind == "bit" else struct.calcsize(f">{_FORMATS[kind]}") // 2


def unpacked(registers: Sequence[int], kind: Type, order: Order = "big") -> int | float:
    """The number in these registers."""
    return struct.unpack(
        f">{_FORMATS[kind]}", _ordered(b"".join(struct.pack(">H", each) for each in registers), order)
    )[0]


def packed(value: Decimal, kind: Type, order: Order = "big") -> list[int]:
    """The registers of a number; raises ValueError when it does not fit."""
    form = _FORMATS[kind]
    try:
        data = struct.pack(f">{form}", float(value) if form in "fd" else int(value))
    except (struct.error, OverflowError) as problem:
        raise ValueError(f"{value} does not fit into {kind}") from problem
    data = _ordered(data, order)
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _ordered(data: bytes, order: Order) -> bytes:
    """`big`: AB CD, `little`: DC BA, `big-swapped`: BA DC, `little-swapped`: CD AB. Each is its own inverse."""
    words = [data[at : at + 2] for at in range(0, len(data), 2)]
    if order.startswith("little"):
        words.reverse()
    if order in {"little", "big-swapped"}:
        words = [word[::-1] for word in words]
    return b"".join(words)


@dataclass(frozen=True, slots=True)
class Span:
    """Points that are read in one request."""

    area: Area
    address: int
    count: int


def spans(points: Iterable[tuple[Place, int]]) -> list[Span]:
    """The fewest requests that read all these points (each with its size); near ones are read together."""
    made: list[Span] = []
    for point, size in sorted(points):
        most = MOST_BITS if point.area in BITS else MOST_REGISTERS
        last = made[-1] if made else None
        end = point.address + size
        if (
            last is not None
            and last.area is point.area
            and point.address - (last.address + last.count) <= LARGEST_GAP
            and end - last.address <= most
        ):
            made[-1] = Span(last.area, last.address, max(last.count, end - last.address))
        else:
            made.append(Span(point.area, point.address, size))
    return made
