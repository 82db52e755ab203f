"""Items of a PLC: what each point that is read or written means. Pure; the carrier knows how points are reached."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import Field, model_validator

from hardware.decode.excerpt import refused
from hardware.driver import Options, Ready, State, Told, Wanted
from hardware.readings import Measured, OutputSet, Quality, Reading, Stamp, SwitchChanged

Raw = bool | int | float | Decimal | str
SECOND = 1_000_000_000  # ns
MOST_ITEMS = 200
EXACT = 12  # significant digits of a float that are believed


class ReadItem(Options):
    """A point that is read: a switch by its `signal`, or a value of a `quantity` in a `unit`."""

    signal: str = Field(default="", description="the document's name of a switch")
    inverted: bool = Field(default=False, description="the switch is on when the point is off")
    quantity: str = Field(default="", description="what a value measures")
    unit: str = Field(default="1", description="of the value")
    scale: Decimal = Field(default=Decimal(1), description="the point's number times this is the value")
    offset: Decimal = Field(default=Decimal(0), description="and plus this")

    @model_validator(mode="after")
    def _is_one_thing(self) -> "ReadItem":
        if bool(self.signal) is bool(self.quantity):
            raise ValueError("name either the `signal` of a switch or the `quantity` of a value")
        return self


class WriteItem(Options):
    """A point that is driven by its `signal`; `confirm_ms` is how long it may take until it reads back as wanted."""

    signal: str = Field(description="what the documents and `shows` call it")
    confirm_ms: int = Field(
        default=1000, ge=20, le=60_000, description="how long it may take until it is as wanted"
    )
    idle: Decimal = Field(default=Decimal(0), description="what a number is when nothing is wanted")


ReadT = TypeVar("ReadT", bound=ReadItem)
WriteT = TypeVar("WriteT", bound=WriteItem)


class Items(Generic[ReadT, WriteT]):
    """What came of the points that are read, and what is wanted of those that are written.

    The carrier asks `due_writes` what to write, tells what became of it, and feeds what it read.
    """

    def __init__(self, stamp: Stamp, reads: Sequence[ReadT], writes: Sequence[WriteT]) -> None:
        self._stamp = stamp
        self.reads = tuple(reads)
        self.writes = tuple(writes)
        self._was: dict[str, tuple[bool, Quality]] = {}
        self._wanted: dict[str, State] = {}
        self._to_write: dict[str, WriteT] = {}
        self._unconfirmed: dict[str, int] = {}  # signal -> the tick until which it may differ
        self._unasked: set[str] = (
            set()
        )  # switched off because the connection is new; told only when that fails

    # --- reading ------------------------------------------------------------

    def opened(self) -> Iterator[Told]:
        """The connection is new: every switch is told once more, every output is written once more."""
        self._was.clear()
        self._to_write = {item.signal: item for item in self.writes}
        self._unasked = {signal for signal in self._to_write if signal not in self._wanted}
        self._unconfirmed.clear()
        yield from ()

    def ready(self) -> Iterator[Told]:
        """The first points were read: the device is there."""
        yield Ready()

    def came(self, item: ReadT, raw: Raw, quality: Quality = Quality.GOOD) -> Iterator[Reading]:
        """What `raw` means: a switch only when it, or how far it can be relied on, changed; a value always."""
        if item.signal:
            on = bool(raw) is not item.inverted
            if self._was.get(item.signal) != (on, quality):
                self._was[item.signal] = on, quality
                yield SwitchChanged(**self._stamp(), signal=item.signal, on=on, quality=quality)
            return
        value = exact(raw)
        if value is None:
            yield refused(self._stamp, f"{item.quantity} is no number", str(raw).encode())
            return
        yield Measured(
            **self._stamp(),
            value=value * item.scale + item.offset,
            unit=item.unit,
            quantity=item.quantity,
            stable=quality is Quality.GOOD,
            quality=quality,
        )

    # --- writing ------------------------------------------------------------

    def due(self) -> int | None:
        """When an output that was written must be as it was wanted."""
        return min(self._unconfirmed.values(), default=None)

    def rang(self) -> Iterator[Told]:
        """An output is late."""
        now = self._stamp()["tick"]
        for signal, until in list(self._unconfirmed.items()):
            if until <= now:
                del self._unconfirmed[signal]
                yield self._outcome(signal, "it was written, but does not read back so")

    def want(self, wanted: Wanted) -> Iterator[Told]:
        """From now on this is wanted; what is not named is off. The carrier writes it."""
        before, self._wanted = self._wanted, dict(wanted)
        for item in self.writes:
            if before.get(item.signal) != wanted.get(item.signal):
                self._to_write[item.signal] = item
                self._unasked.discard(item.signal)
        for signal in wanted.keys() - {item.signal for item in self.writes}:
            yield self._outcome(signal, "the station's file names no such output of this device")

    def due_writes(self) -> Mapping[str, tuple[WriteT, State]]:
        """What is to be written now, by signal; each is told once."""
        due = {signal: (item, self.value_of(item)) for signal, item in self._to_write.items()}
        self._to_write = {}
        return due

    def value_of(self, item: WriteT) -> State:
        """How that output should be."""
        return self._wanted.get(item.signal, False)

    def written(self, item: WriteT) -> None:
        """It was written: from now on it may take `confirm_ms` until it is so."""
        self._unconfirmed[item.signal] = self._stamp()["tick"] + item.confirm_ms * 1_000_000

    def taken(self, item: WriteT) -> Iterator[Told]:
        """It was handed over and nobody ever says more: that counts as done, because its table says so."""
        self._unconfirmed.pop(item.signal, None)
        yield from self._confirmed(item.signal)

    def refused(self, item: WriteT, reason: str) -> Iterator[Told]:
        """It could not be written."""
        self._unconfirmed.pop(item.signal, None)
        yield self._outcome(item.signal, reason)

    @property
    def unconfirmed(self) -> tuple[WriteT, ...]:
        """The outputs that were written and not yet seen as wanted."""
        return tuple(item for item in self.writes if item.signal in self._unconfirmed)

    def reads_back(self, item: WriteT, raw: Raw) -> Iterator[Told]:
        """The output, or the switch that proves it, is now `raw`."""
        if item.signal in self._unconfirmed and same(raw, number_of(self.value_of(item), item)):
            del self._unconfirmed[item.signal]
            yield from self._confirmed(item.signal)

    def _confirmed(self, signal: str) -> Iterator[Told]:
        if signal in self._unasked:
            self._unasked.discard(signal)
        else:
            yield self._outcome(signal, "")

    def _outcome(self, signal: str, reason: str) -> OutputSet:
        value = self._wanted.get(signal, False)
        return OutputSet(**self._stamp(), signal=signal, value=value, confirmed=not reason, reason=reason)


def exact(raw: Raw) -> Decimal | None:
    """A point's number as an exact one; None when it is none (not finite, or words)."""
    if isinstance(raw, bool):
        return Decimal(raw)
    if isinstance(raw, float):
        raw = Decimal(f"{raw:.{EXACT}g}")
    try:
        value = Decimal(raw)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None


def number_of(value: State, item: WriteItem) -> Decimal:
    """What is written for a state: on is 1, off is the item's idle value."""
    if isinstance(value, bool):
        return Decimal(1) if value else item.idle
    return exact(value) or Decimal(0)


def same(raw: Raw, wanted: Decimal) -> bool:
    """Whether a point reads as it was wanted."""
    if isinstance(raw, bool):
        return raw is (wanted != 0)
    value = exact(raw)
    return value is not None and abs(value - wanted) <= abs(wanted) * Decimal("1e-6")
