"""What a device can report: one frozen value per kind of reading, each with device, instant and tick."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from hardware.amounts import amount

if TYPE_CHECKING:
    from hardware.amounts import Quantity

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # boot time goes on while a kiosk is suspended


class DeviceState(StrEnum):
    """Where a device stands.

    CONNECTING ──▶ READY ◀──▶ LOST
         └────────────────────▲
    """

    CONNECTING = "connecting"  # the first try is under way
    READY = "ready"
    LOST = "lost"  # not there, or no longer there; it is tried again and again


MOVES = {
    (DeviceState.CONNECTING, DeviceState.READY),
    (DeviceState.CONNECTING, DeviceState.LOST),
    (DeviceState.READY, DeviceState.LOST),
    (DeviceState.LOST, DeviceState.READY),
}


class Quality(StrEnum):
    """How far a reading can be relied on; the words of OPC UA."""

    GOOD = "good"
    UNCERTAIN = "uncertain"  # the device itself doubts it, or it is older than it looks
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamped:
    device: str  # its name in the station's file
    at: datetime  # aware, UTC
    tick: (
        int  # nanoseconds on the boot-time clock when the bytes were complete; only differences mean anything
    )
    quality: Quality = Quality.GOOD
    made_after: int | None = (
        None  # told late: it was made at some time between this tick and `tick`, nobody knows when
    )
    raw: bytes = field(default=b"", repr=False, compare=False)  # the frame as it came, without its ending


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScanned(_Stamped):
    """A scanner read a code. `symbology` is its AIM identifier (`]d2`); group separators stay in `text`."""

    text: str
    symbology: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRead(_Stamped):
    """A person held a badge to a reader; `code` as the plant's list of badges spells it."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(_Stamped):
    """A scale or sensor measured `value` in `unit`, as the device spells it; `stable`: it had settled."""

    value: Decimal
    unit: str
    quantity: str | None
    stable: bool

    @property
    def amount(self) -> "Quantity | None":
        """Value and unit as one, for calculations; None for a unit that pint does not know."""
        return amount(self.value, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class TorqueApplied(_Stamped):
    """A tool tightened one fastening; `angle` in degrees; `ok` is the tool's own verdict, if it gave one.

    `number` is the tool's own count of its results, by which one that comes twice is known.
    """

    torque: Decimal
    unit: str
    angle: Decimal | None
    ok: bool | None
    number: int | None = None
    identifier: str = ""  # of the unit, as it was sent to the tool
    made_at: datetime | None = None  # by the tool's own clock; set for a result that is told late


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchChanged(_Stamped):
    """A signal of a machine is now on or off."""

    signal: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSet(_Stamped):
    """An output is now as it was wanted; not `confirmed`: it may not be, for that `reason`."""

    signal: str
    value: bool | Decimal | str
    confirmed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDone(_Stamped):
    """The device carried out a command; not `ok`: it did not, for that `reason`."""

    command: str  # its id
    verb: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsDropped(_Stamped):
    """So many readings of the device were dropped since the last such notice: it talks faster than it may."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(_Stamped):
    """The device itself came or went; `reason` is a sentence for a person."""

    state: DeviceState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRefused(_Stamped):
    """The device sent what makes no reading: what was wrong, and a short printable piece of it.

    A flood is reported about once a second: `count` is how many were refused since the report before, this
    one included; reason and excerpt are the latest one's.
    """

    reason: str
    excerpt: str
    count: int = 1


Reading = (
    CodeScanned
    | BadgeRead
    | Measured
    | TorqueApplied
    | SwitchChanged
    | OutputSet
    | CommandDone
    | DeviceChanged
    | ReadingRefused
    | ReadingsDropped
)


class Mark(TypedDict):
    """The fields that every reading begins with."""

    device: str
    at: datetime
    tick: int


Stamp = Callable[[], Mark]


def tick_now() -> int:
    """Nanoseconds on the clock of `tick`."""
    return time.clock_gettime_ns(_CLOCK)


def stamp_for(device: str) -> Stamp:
    """Marks for the readings of `device`, with the time of the call."""

    def stamp() -> Mark:
        return {"device": device, "at": datetime.now(UTC), "tick": tick_now()}

    return stamp
