"""MQTT payloads of a switch: on or off, out of a JSON message or a bare ON / OFF."""

from collections.abc import Iterator

from pydantic import Field

from hardware.decode.excerpt import refused
from hardware.decode.json_field import NoField, field_of
from hardware.decode.on_off import on_off
from hardware.driver import TOPICS, Driver, Options, Ready, Told
from hardware.readings import Reading, Stamp, SwitchChanged

LONGEST_WORD = 8  # bytes of a payload that is a bare word


class SwitchDecoder:
    """SwitchChanged when the signal differs from the message before; the first of each connection always tells.

    A message that the broker had kept counts: a machine's state still holds.
    """

    def __init__(self, *, stamp: Stamp, topic: str, field: str, signal: str) -> None:
        self.topics = (topic,)
        self._stamp = stamp
        self._field = field
        self._signal = signal
        self._was: bool | None = None

    def opened(self) -> Iterator[Told]:
        """The broker listens for us, for the first time or again: what was missed meanwhile is not known."""
        self._was = None
        yield Ready()

    def due(self) -> None:
        """Nothing is awaited."""

    def rang(self) -> Iterator[Told]:
        """Nothing is awaited."""
        yield from ()

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Iterator[Reading]:  # noqa: ARG002
        """Yield the change that one message tells, or why it is refused."""
        try:
            on = self._state(payload)
        except NoField as error:
            yield refused(self._stamp, str(error), payload)
            return
        if on is None:
            yield refused(self._stamp, f"field {self._field!r} is neither on nor off", payload)
        elif on is not self._was:
            self._was = on
            yield SwitchChanged(**self._stamp(), signal=self._signal, on=on, raw=payload)

    def _state(self, payload: bytes) -> bool | None:
        if not self._field and len(payload) <= LONGEST_WORD:
            word = on_off(payload.decode("ascii", errors="replace"))
            if word is not None:
                return word
        return on_off(field_of(payload, self._field))


class SwitchOptions(Options):
    """Where the state stands in the message, and what it is called."""

    field: str = Field("", description="path of the state in the JSON message; empty: the message itself")
    signal: str | None = Field(None, description="the document's name of the signal; else the device's name")


DRIVER = Driver(
    kind="switch",
    title="signal of a machine in an MQTT message",
    carriers=TOPICS,
    options=SwitchOptions,
    decoder=lambda own, place: SwitchDecoder(
        stamp=place.stamp, topic=place.topic, field=own.field, signal=own.signal or place.name
    ),
    simulator="hardware.simulate.switch:SimulatedSwitch",
)
