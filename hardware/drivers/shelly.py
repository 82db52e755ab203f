"""Shelly relays, inputs and meters, of the second generation (and later) over MQTT.

Topics (https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Mqtt): `PREFIX/status/switch:0` and the like as
JSON, `PREFIX/command/switch:0` with `on` or `off`, `PREFIX/online` with `true` or `false`.
"""

from collections.abc import Mapping

from pydantic import Field

from hardware.decode.topic_items import Presence, TopicItems, TopicRead, TopicWrite, at_path, bare
from hardware.driver import TOPICS, Driver, Options, State
from hardware.driver import Place as Seat
from hardware.items import ReadItem, WriteItem

FIELDS = {  # what is measured -> field of the status, unit
    "power": ("apower", "W"),
    "voltage": ("voltage", "V"),
    "current": ("current", "A"),
    "temperature": ("temperature.tC", "degC"),
    "humidity": ("rh", "%"),
}


class ShellyOptions(Options):
    """Which components are inputs, outputs and meters."""

    inputs: Mapping[str, str] = Field(
        default_factory=dict, description='component to signal: "input:0" = "pedal"'
    )
    outputs: Mapping[str, str] = Field(
        default_factory=dict, description='component to signal: "switch:0" = "lamp"'
    )
    values: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description='component to what it measures: "switch:0" = ["power"]',
    )


def _decoder(own: ShellyOptions, seat: Seat) -> TopicItems:
    prefix = seat.topic
    reads = [
        TopicRead(
            item=ReadItem(signal=signal), topic=f"{prefix}/status/{name}", take=at_path("state", switch=True)
        )
        for name, signal in own.inputs.items()
    ]
    for name, quantities in own.values.items():
        for quantity in quantities:
            field, unit = FIELDS[quantity]
            item = ReadItem(quantity=quantity, unit=unit)
            reads.append(TopicRead(item=item, topic=f"{prefix}/status/{name}", take=at_path(field)))
    writes = [_write(prefix, name, signal) for name, signal in own.outputs.items()]
    presence = Presence(topic=f"{prefix}/online", online=bare(switch=True))
    return TopicItems(seat.stamp, reads, writes, presence)


def _write(prefix: str, name: str, signal: str) -> TopicWrite:
    def spell(value: State) -> bytes:
        return b"on" if value else b"off"

    return TopicWrite(
        item=WriteItem(signal=signal),
        topic=f"{prefix}/command/{name}",
        spell=spell,
        proof=f"{prefix}/status/{name}",
        proves=at_path("output", switch=True),
    )


DRIVER = Driver(
    kind="shelly",
    title="Shelly relay, input or meter (second generation and later)",
    carriers=TOPICS,
    options=ShellyOptions,
    decoder=_decoder,
    outputs=True,
    signals=lambda own: tuple(own.outputs.values()),
    simulator="hardware.simulate.mqtt:SimulatedShelly",
)
