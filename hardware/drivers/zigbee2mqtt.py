"""Zigbee devices behind Zigbee2MQTT: contacts, buttons, sensors and plugs, by the names its documentation gives them.

Topics (https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html): state as JSON on `BASE/NAME`, commands on
`BASE/NAME/set`, whether it is there on `BASE/NAME/availability`.
"""

import json
from collections.abc import Mapping

from pydantic import Field

from hardware.decode.json_field import field_of
from hardware.decode.on_off import on_off
from hardware.decode.topic_items import Presence, Take, TopicItems, TopicRead, TopicWrite, at_path
from hardware.driver import TOPICS, Driver, Options, State
from hardware.driver import Place as Seat
from hardware.items import Raw, ReadItem, WriteItem

UNITS = {
    "temperature": "degC",
    "humidity": "%",
    "pressure": "mbar",
    "battery": "%",
    "voltage": "mV",
    "power": "W",
    "energy": "kWh",
    "current": "A",
    "illuminance": "lx",
    "linkquality": "1",
}


class Zigbee2MqttOptions(Options):
    """Which of the device's properties are signals, values, buttons and outputs."""

    signals: Mapping[str, str] = Field(
        default_factory=dict, description="property to signal: contact, occupancy, vibration, water_leak …"
    )
    values: tuple[str, ...] = Field(
        (), description="properties that are measured: temperature, humidity, power …"
    )
    actions: Mapping[str, str] = Field(
        default_factory=dict,
        description="a button's action to a signal that is on for a moment: single, double …",
    )
    outputs: Mapping[str, str] = Field(
        default_factory=dict, description="property that is switched to its signal: state, state_l1 …"
    )
    availability: bool = Field(True, description="whether Zigbee2MQTT says if the device is there")


def _decoder(own: Zigbee2MqttOptions, seat: Seat) -> TopicItems:
    base = seat.topic
    reads = [
        TopicRead(item=ReadItem(signal=signal), topic=base, take=_there(name, switch=True))
        for name, signal in own.signals.items()
    ]
    reads += [
        TopicRead(item=ReadItem(quantity=name, unit=UNITS.get(name, "1")), topic=base, take=_there(name))
        for name in own.values
    ]
    reads += [
        TopicRead(item=ReadItem(signal=signal), topic=base, take=_action(action), pulse=True)
        for action, signal in own.actions.items()
    ]
    writes = [_write(base, name, signal) for name, signal in own.outputs.items()]
    presence = Presence(topic=f"{base}/availability", online=_availability) if own.availability else None
    return TopicItems(seat.stamp, reads, writes, presence)


def _there(name: str, *, switch: bool = False) -> Take:
    """A property where the message has it: a device need not send all of them each time."""
    taker = at_path(name, switch=switch)

    def take(payload: bytes, topic: str) -> Raw | None:
        found = field_of(payload, "")
        present = isinstance(found, dict) and found.get(name) is not None
        return taker(payload, topic) if present else None

    return take


def _action(wanted: str) -> Take:
    def take(payload: bytes, _topic: str) -> Raw | None:
        found = field_of(payload, "")
        return True if isinstance(found, dict) and found.get("action") == wanted else None

    return take


def _availability(payload: bytes, _topic: str) -> Raw | None:
    """`{"state": "online"}`, or `online` as it was before version 2."""
    try:
        found = field_of(payload, "state")
    except ValueError:
        found = payload.decode("utf-8", errors="replace")
    return on_off(found)


def _write(base: str, name: str, signal: str) -> TopicWrite:
    def spell(value: State) -> bytes:
        return json.dumps({name: "ON" if value else "OFF"}).encode()

    return TopicWrite(
        item=WriteItem(signal=signal),
        topic=f"{base}/set",
        spell=spell,
        proof=base,
        proves=_there(name, switch=True),
    )


DRIVER = Driver(
    kind="zigbee2mqtt",
    title="Zigbee device behind Zigbee2MQTT",
    carriers=TOPICS,
    options=Zigbee2MqttOptions,
    decoder=_decoder,
    outputs=True,
    signals=lambda own: tuple(own.outputs.values()),
    simulator="hardware.simulate.mqtt:SimulatedZigbeeDevice",
)
