"""MQTT payloads of a sensor: one number out of a JSON message."""

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from hardware.decode.excerpt import refused
from hardware.decode.json_field import NoField, field_of
from hardware.driver import TOPICS, Driver, Options
from hardware.readings import Measured, Reading, Stamp


class SensorDecoder:
    """Measured for each whole message; `field` as in `field_of`, unit and quantity from the station's file."""

    def __init__(
        self, *, stamp: Stamp, topic: str, field: str, unit: str, quantity: str | None = None
    ) -> None:
        self.topics = (topic,)
        self._stamp = stamp
        self._field = field
        self._unit = unit
        self._quantity = quantity

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Iterator[Reading]:  # noqa: ARG002
        """Yield the reading of one message, or why it is refused; a kept one may be of last week and is none."""
        if retained:
            return
        try:
            value = field_of(payload, self._field)
        except NoField as error:
            yield refused(self._stamp, str(error), payload)
            return
        if not isinstance(value, Decimal):
            yield refused(self._stamp, f"field {self._field!r} holds no number", payload)
            return
        yield Measured(
            **self._stamp(), value=value, unit=self._unit, quantity=self._quantity, stable=True, raw=payload
        )


class SensorOptions(Options):
    """Where the number stands in the message, and what it is."""

    unit: str = Field(description="the unit of the number")
    field: str = Field("", description="path of the number in the JSON message; empty: the message itself")
    quantity: str | None = Field(None, description="what it measures")


DRIVER = Driver(
    kind="sensor",
    title="number in an MQTT message",
    carriers=TOPICS,
    options=SensorOptions,
    decoder=lambda own, place: SensorDecoder(
        stamp=place.stamp, topic=place.topic, field=own.field, unit=own.unit, quantity=own.quantity
    ),
    simulator="hardware.simulate.sensor:SimulatedSensor",
)
