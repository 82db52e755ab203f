"""MQTT payloads of a sensor: one number out of a JSON message."""

from collections.abc import Iterator
from decimal import Decimal

from hardware.decode.excerpt import refused
from hardware.decode.json_field import NoField, field_of
from hardware.readings import Measured, Reading, Stamp


class SensorDecoder:
    """Measured for each whole message; `field` as in `field_of`, unit and quantity from the devices file."""

    pending = False  # a message is whole, or is none

    def __init__(self, *, stamp: Stamp, field: str, unit: str, quantity: str | None = None) -> None:
        self._stamp = stamp
        self._field = field
        self._unit = unit
        self._quantity = quantity

    def feed(self, chunk: bytes) -> Iterator[Reading]:
        """Yield the reading of one message, or why it is refused."""
        try:
            value = field_of(chunk, self._field)
        except NoField as error:
            yield refused(self._stamp, str(error), chunk)
            return
        if not isinstance(value, Decimal):
            yield refused(self._stamp, f"field {self._field!r} holds no number", chunk)
            return
        yield Measured(**self._stamp(), value=value, unit=self._unit, quantity=self._quantity, stable=True)

    def give_up(self, reason: str) -> Iterator[Reading]:  # noqa: ARG002 - nothing is ever held
        """Nothing is ever held."""
        yield from ()
