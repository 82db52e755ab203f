"""MQTT payloads of a switch: on or off, out of a JSON message or a bare ON / OFF."""

from collections.abc import Iterator
from decimal import Decimal

from hardware.decode.excerpt import refused
from hardware.decode.json_field import NoField, field_of
from hardware.readings import Reading, Stamp, SwitchChanged

_WORDS = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


class SwitchDecoder:
    """SwitchChanged when the signal differs from the message before; the first message always tells."""

    pending = False  # a message is whole, or is none

    def __init__(self, *, stamp: Stamp, field: str, signal: str) -> None:
        self._stamp = stamp
        self._field = field
        self._signal = signal
        self._was: bool | None = None

    def feed(self, chunk: bytes) -> Iterator[Reading]:
        """Yield the change that one message tells, or why it is refused."""
        try:
            on = self._state(chunk)
        except NoField as error:
            yield refused(self._stamp, str(error), chunk)
            return
        if on is None:
            yield refused(self._stamp, f"field {self._field!r} is neither on nor off", chunk)
        elif on is not self._was:
            self._was = on
            yield SwitchChanged(**self._stamp(), signal=self._signal, on=on)

    def give_up(self, reason: str) -> Iterator[Reading]:  # noqa: ARG002 - nothing is ever held
        """Nothing is ever held."""
        yield from ()

    def _state(self, payload: bytes) -> bool | None:
        if not self._field and len(payload) <= 8:
            word = payload.decode("ascii", errors="replace").strip().lower()
            if word in _WORDS:
                return _WORDS[word]
        found = field_of(payload, self._field)
        if isinstance(found, bool):
            return found
        if isinstance(found, str):
            return _WORDS.get(found.lower())
        if isinstance(found, Decimal) and found in {Decimal(0), Decimal(1)}:
            return bool(found)
        return None
