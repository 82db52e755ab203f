"""Devices with ESPHome over MQTT: sensors, binary sensors and switches, by the topics it has when nothing was changed.

Topics (https://esphome.io/components/mqtt.html): `NODE/sensor/NAME/state` a number, `NODE/binary_sensor/NAME/state`
and `NODE/switch/NAME/state` ON or OFF, `NODE/switch/NAME/command`, `NODE/status` online or offline.
"""

from collections.abc import Mapping

from pydantic import Field

from hardware.decode.topic_items import Presence, TopicItems, TopicRead, TopicWrite, bare
from hardware.driver import TOPICS, Driver, Options, State
from hardware.driver import Place as Seat
from hardware.items import ReadItem, WriteItem


class EspSensor(Options):
    """What a sensor measures."""

    quantity: str = Field(description="what it measures")
    unit: str = Field("1", description="in which unit")


class EspHomeOptions(Options):
    """Which of its components are used; `topic` in the table is its topic prefix, the node's name."""

    sensors: Mapping[str, EspSensor] = Field(
        default_factory=dict,
        description='name to what it measures: oven = { quantity = "temperature", unit = "degC" }',
    )
    signals: Mapping[str, str] = Field(default_factory=dict, description="binary sensor to signal")
    outputs: Mapping[str, str] = Field(default_factory=dict, description="switch to signal")


def _decoder(own: EspHomeOptions, seat: Seat) -> TopicItems:
    node = seat.topic
    reads = [
        TopicRead(
            item=ReadItem(quantity=sensor.quantity, unit=sensor.unit),
            topic=f"{node}/sensor/{name}/state",
            take=bare(),
        )
        for name, sensor in own.sensors.items()
    ]
    reads += [
        TopicRead(
            item=ReadItem(signal=signal),
            topic=f"{node}/binary_sensor/{name}/state",
            take=bare(switch=True),
        )
        for name, signal in own.signals.items()
    ]
    writes = [_write(node, name, signal) for name, signal in own.outputs.items()]
    return TopicItems(seat.stamp, reads, writes, Presence(topic=f"{node}/status", online=bare(switch=True)))


def _write(node: str, name: str, signal: str) -> TopicWrite:
    def spell(value: State) -> bytes:
        return b"ON" if value else b"OFF"

    return TopicWrite(
        item=WriteItem(signal=signal),
        topic=f"{node}/switch/{name}/command",
        spell=spell,
        proof=f"{node}/switch/{name}/state",
        proves=bare(switch=True),
    )


DRIVER = Driver(
    kind="esphome",
    title="device with ESPHome over MQTT",
    carriers=TOPICS,
    options=EspHomeOptions,
    decoder=_decoder,
    outputs=True,
    signals=lambda own: tuple(own.outputs.values()),
    simulator="hardware.simulate.mqtt:SimulatedEspHome",
)
