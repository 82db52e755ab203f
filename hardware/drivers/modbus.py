"""A PLC or an I/O module on Modbus: points that are read as switches and values, points that are driven."""

from typing import Any

from pydantic import Field, field_validator, model_validator

from hardware.decode.registers import BITS, WRITABLE, Order, Place, Type, place, size_of
from hardware.driver import Carrier, Driver, Options
from hardware.items import MOST_ITEMS, Items, ReadItem, WriteItem


def _placed(value: Any) -> Any:
    return place(value) if isinstance(value, str) else value


class ModbusRead(ReadItem):
    """A point that is read."""

    at: Place = Field(
        description="the point: coil:4, input:10, holding:100, register:7, holding:100.3 (a bit)"
    )
    type: Type = Field("uint16", description="of a number in registers")
    order: Order = Field(
        "big", description="of its bytes: big AB CD, little DC BA, big-swapped BA DC, little-swapped CD AB"
    )

    _place = field_validator("at", mode="before")(_placed)

    @property
    def is_bit(self) -> bool:
        """Whether it is a single bit."""
        return self.at.area in BITS or self.at.bit is not None

    @property
    def size(self) -> int:
        """How many registers, or bits, it takes."""
        return 1 if self.is_bit else size_of(self.type)


class ModbusWrite(WriteItem):
    """A point that is driven; `confirm` is another that proves it, else the point itself is read back."""

    at: Place = Field(description="the point: coil:4 or holding:100")
    type: Type = Field("uint16", description="of a number in registers")
    order: Order = Field("big", description="of its bytes")
    confirm: Place | None = Field(None, description="the point that proves it, such as a clamp's end switch")

    _place = field_validator("at", "confirm", mode="before")(_placed)

    @model_validator(mode="after")
    def _can_be_written(self) -> "ModbusWrite":
        if self.at.area not in WRITABLE or self.at.bit is not None:
            raise ValueError(f"{self.at} cannot be written; write to a coil or a holding register")
        return self

    @property
    def proof(self) -> Place:
        """The point that is read to see whether it is as wanted."""
        return self.confirm or self.at

    @property
    def size(self) -> int:
        """How many registers, or bits, its proof takes."""
        return 1 if self.proof.area in BITS or self.confirm is not None else size_of(self.type)


class ModbusOptions(Options):
    """The points, and how often they are read."""

    every_ms: int = Field(50, ge=10, le=60_000, description="how often everything is read")
    read: tuple[ModbusRead, ...] = Field((), max_length=MOST_ITEMS, description="the points that are read")
    write: tuple[ModbusWrite, ...] = Field(
        (), max_length=MOST_ITEMS, description="the points that are driven"
    )
    heartbeat: Place | None = Field(
        None, description="a coil or holding register that changes all the time while the kiosk lives"
    )
    heartbeat_ms: int = Field(500, ge=100, le=60_000, description="how often it changes")

    _place = field_validator("heartbeat", mode="before")(_placed)

    @model_validator(mode="after")
    def _does_something(self) -> "ModbusOptions":
        if not self.read and not self.write:
            raise ValueError("nothing is read and nothing is driven; list points in `read` or `write`")
        if self.heartbeat is not None and self.heartbeat.area not in WRITABLE:
            raise ValueError(
                f"heartbeat: {self.heartbeat} cannot be written; name a coil or a holding register"
            )
        names = [item.signal for item in self.write]
        if len(set(names)) < len(names):
            raise ValueError("two points in `write` have the same signal")
        return self


DRIVER = Driver(
    kind="modbus",
    title="PLC or I/O module on Modbus",
    carriers=frozenset({Carrier.MODBUS_TCP, Carrier.MODBUS_RTU}),
    options=ModbusOptions,
    decoder=lambda own, seat: Items(seat.stamp, own.read, own.write),
    outputs=True,
    signals=lambda own: tuple(item.signal for item in own.write),
    simulator="hardware.simulate.modbus:SimulatedPlc",
)
