"""Devices with Tasmota: relays, switches and sensors, by the topics it has when nothing was changed.

Topics (https://tasmota.github.io/docs/MQTT/): `tele/TOPIC/LWT` Online or Offline, `stat/TOPIC/POWER1` ON or OFF,
`cmnd/TOPIC/POWER1`, sensors as JSON on `tele/TOPIC/SENSOR`, switches on `stat/TOPIC/RESULT` and among the sensors.
"""

from collections.abc import Mapping

from pydantic import Field

from hardware.decode.json_field import field_of
from hardware.decode.on_off import on_off
from hardware.decode.topic_items import Presence, Take, TopicItems, TopicRead, TopicWrite, at_path, bare
from hardware.driver import TOPICS, Driver, Options, State
from hardware.driver import Place as Seat
from hardware.items import Raw, ReadItem, WriteItem

UNITS = {
    "Temperature": "degC",
    "Humidity": "%",
    "Pressure": "mbar",
    "Power": "W",
    "Voltage": "V",
    "Current": "A",
    "Distance": "cm",
    "Weight": "kg",
    "Illuminance": "lx",
}


class TasmotaOptions(Options):
    """Which of its relays, switches and sensors are used; `topic` in the table is its Topic."""

    outputs: Mapping[str, str] = Field(default_factory=dict, description='relay to signal: "POWER1" = "lamp"')
    switches: Mapping[str, str] = Field(
        default_factory=dict, description='switch to signal: "Switch1" = "guard"'
    )
    values: Mapping[str, str] = Field(
        default_factory=dict,
        description='path in the sensors\' message to quantity: "DS18B20.Temperature" = "temperature"',
    )


def _decoder(own: TasmotaOptions, seat: Seat) -> TopicItems:
    name = seat.topic
    reads: list[TopicRead] = []
    for switch, signal in own.switches.items():
        item = ReadItem(signal=signal)
        reads += [
            TopicRead(item=item, topic=f"stat/{name}/RESULT", take=_switch(switch)),
            TopicRead(item=item, topic=f"tele/{name}/SENSOR", take=_switch(switch)),
        ]
    for path, quantity in own.values.items():
        item = ReadItem(quantity=quantity, unit=UNITS.get(path.rpartition(".")[2], "1"))
        reads.append(TopicRead(item=item, topic=f"tele/{name}/SENSOR", take=at_path(path)))
    writes = [_write(name, relay, signal) for relay, signal in own.outputs.items()]
    presence = Presence(topic=f"tele/{name}/LWT", online=bare(switch=True))
    return TopicItems(seat.stamp, reads, writes, presence)


def _switch(name: str) -> Take:
    """`{"Switch1": {"Action": "ON"}}` when it moves, `{"Switch1": "ON"}` among the sensors."""

    def take(payload: bytes, _topic: str) -> Raw | None:
        found = field_of(payload, "")
        state = found.get(name) if isinstance(found, dict) else None
        return on_off(state.get("Action") if isinstance(state, dict) else state)

    return take


def _write(name: str, relay: str, signal: str) -> TopicWrite:
    def spell(value: State) -> bytes:
        return b"ON" if value else b"OFF"

    return TopicWrite(
        item=WriteItem(signal=signal),
        topic=f"cmnd/{name}/{relay}",
        spell=spell,
        proof=f"stat/{name}/{relay}",
        proves=bare(switch=True),
    )


DRIVER = Driver(
    kind="tasmota",
    title="device with Tasmota",
    carriers=TOPICS,
    options=TasmotaOptions,
    decoder=_decoder,
    outputs=True,
    signals=lambda own: tuple(own.outputs.values()),
    simulator="hardware.simulate.mqtt:SimulatedTasmota",
)
