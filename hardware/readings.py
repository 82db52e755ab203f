"""What a device can report: one frozen value per kind of reading, each with device, instant and tick."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamped:
    device: str  # its name in the station's devices file
    at: datetime  # aware, UTC
    tick: (
        int  # nanoseconds on the boot-time clock when the bytes were complete; only differences mean anything
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScanned(_Stamped):
    """A scanner read a code. `symbology` is its AIM identifier (`]d2`); group separators stay in `text`."""

    text: str
    symbology: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(_Stamped):
    """A scale or sensor measured `value` in `unit`, as the device spells it; `stable`: it had settled."""

    value: Decimal
    unit: str
    quantity: str | None
    stable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TorqueApplied(_Stamped):
    """A tool tightened one fastening; `angle` in degrees; `ok` is the tool's own verdict, if it gave one."""

    torque: Decimal
    unit: str
    angle: Decimal | None
    ok: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchChanged(_Stamped):
    """A signal of a machine is now on or off."""

    signal: str
    on: bool


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


Reading = CodeScanned | Measured | TorqueApplied | SwitchChanged | DeviceChanged | ReadingRefused


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
