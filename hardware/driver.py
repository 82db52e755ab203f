"""What a driver is: the kind's name, the keys of its table, what carries it, and the decoder of its bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from hardware.readings import Reading, Stamp

State = bool | Decimal | str
Wanted = Mapping[str, State]  # signal -> how it should be, for as long as nothing else is wanted


class Carrier(StrEnum):
    """What can bring a device's bytes, by the scheme of its url."""

    SERIAL = "serial"
    RFC2217 = "rfc2217"  # a serial port behind a network, with its settings
    TCP = "tcp"
    MQTT = "mqtt"
    MQTTS = "mqtts"
    WINDOW = "window"
    KEYS = "keys"
    CAMERA = "camera"
    MODBUS_TCP = "modbus-tcp"
    MODBUS_RTU = "modbus-rtu"
    OPC_TCP = "opc.tcp"


BYTES = frozenset({Carrier.SERIAL, Carrier.RFC2217, Carrier.TCP})
TOPICS = frozenset({Carrier.MQTT, Carrier.MQTTS})


class Options(BaseModel):
    """The keys that a kind adds to its table; each field says what it means, for the manual and for messages."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Send:
    """Put these bytes on the line."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish this message on the device's broker."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """The device has answered: it is there, not only its port."""

    reason: str = "connected"


@dataclass(frozen=True, slots=True)
class HangUp:
    """The conversation has failed: the line is closed and opened anew; `reason` is a sentence for a person."""

    reason: str


Told = Reading | Send | Publish | Ready | HangUp


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a device is to do once: `tare`, `zero`, `read`, `print`; `id` names it in the answer."""

    verb: str
    id: str = ""
    given: Mapping[str, State] = field(default_factory=dict[str, State])


@runtime_checkable
class Decoder(Protocol):
    """Knows what the bytes of one device mean. Pure: it is fed, and never reads, waits or raises."""

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        ...

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """Yield the readings and refusals that `chunk` completes, and what is to be answered."""
        ...

    def give_up(self, reason: str) -> Iterator[Told]:
        """Refuse the half frame that is held, if any."""
        ...


@runtime_checkable
class Hearer(Protocol):
    """A device at the end of MQTT topics; as pure as a decoder."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What it listens to; `+` and `#` as MQTT says."""
        ...

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Iterator[Told]:
        """Yield what one whole message means; `retained`: the broker had kept it from some earlier time."""
        ...


@runtime_checkable
class Talker(Protocol):
    """A decoder (or hearer) of a device that is spoken to. It says `Ready` itself, once the device has answered."""

    def opened(self) -> Iterator[Told]:
        """The line is open, for the first time or again: what to say first. Everything half done is forgotten."""
        ...

    def due(self) -> int | None:
        """The tick (ns) at which it wants to be woken; None: only bytes wake it."""
        ...

    def rang(self) -> Iterator[Told]:
        """It is that late now: keep-alives, answers that did not come."""
        ...


@runtime_checkable
class Output(Talker, Protocol):
    """A device that can be made to do something."""

    def want(self, wanted: Wanted) -> Iterator[Told]:
        """From now on this is wanted; said only while the line is open, and again each time that it opens.

        Each signal's outcome comes as an `OutputSet`.
        """
        ...


@runtime_checkable
class Obeys(Talker, Protocol):
    """A device that carries out commands."""

    def ask(self, command: Command) -> Iterator[Told]:
        """Carry out `command`; its outcome comes as a `CommandDone`, or as the reading it asked for."""
        ...


AnyDecoder = (
    Decoder | Hearer | Output
)  # an output may hang on a carrier that gives it points instead of bytes
OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a decoder sits: the device's name, marks for its readings, and its topic when it hangs on a broker."""

    name: str
    stamp: Stamp
    topic: str = ""


def _no_signals(_options: Options) -> tuple[str, ...]:
    """A kind whose signals are not named by its table."""
    return ()


def _never(_options: Options, _said: bytes) -> bool:
    """A kind that says nothing by the clock."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver(Generic[OptionsT]):
    """One kind of device. A module of `hardware.drivers`, or a file beside `station.toml`, holds it as `DRIVER`.

    `decoder` makes the decoder of one device from what its table says. Kinds whose carrier speaks the protocol
    itself (a keyboard, a camera, Modbus, OPC UA) leave it out, and the carrier knows what to do with `options`.
    """

    kind: str
    title: str
    carriers: frozenset[Carrier]
    options: type[OptionsT]
    decoder: Callable[[OptionsT, Place], AnyDecoder] | None = None
    outputs: bool = False  # whether something can be wanted of it
    signals: Callable[[OptionsT], tuple[str, ...]] = (
        _no_signals  # that a table names, for the technician to try
    )
    tool: bool = (
        False  # an output that tightens: `enabled`, `program`, `identifier` and `batch` are wanted of it
    )
    commands: Mapping[str, str] = field(default_factory=dict[str, str])  # verb -> what it does
    simulator: str = ""  # module:class of its stand-in
    small_talk: Callable[[OptionsT, bytes], bool] = (
        _never  # whether what is said to it goes by the clock and not by the run: it asks again, or keeps alive
    )
