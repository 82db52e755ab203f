"""Devices behind a real broker: wildcards, expressions, presence, outputs that are confirmed or not, ready mappings."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.decode.expression import Expression
from hardware.decode.json_field import NoField
from hardware.decode.topic_items import fits
from hardware.driver import Place
from hardware.drivers.mqtt import DRIVER, MqttOptions
from hardware.readings import CodeScanned, DeviceState, Measured, OutputSet, ReadingRefused, SwitchChanged
from hardware.settings import DevicesFileWrong
from hardware.simulate.mqtt import (
    SimulatedEspHome,
    SimulatedMqttDevice,
    SimulatedShelly,
    SimulatedTasmota,
    SimulatedZigbeeDevice,
)
from tests.hardware.test_open_protocol import Clock

CELL = """
name = "cell"
kind = "mqtt"
url = "mqtt://"
topic = "line1/cell3/#"
presence = { topic = "line1/cell3/status" }

[[device.read]]
signal = "guard"
topic = "line1/cell3/guard"
field = "closed"

[[device.read]]
quantity = "temperature"
unit = "degC"
topic = "line1/cell3/+/temp"
value = "payload.raw * 0.1 - 2.0"
retained = true

[[device.read]]
code = true
topic = "line1/cell3/scan"

[[device.read]]
signal = "pedal"
topic = "line1/cell3/pedal"
value = "text == 'press'"
pulse = true

[[device.write]]
signal = "lamp"
topic = "line1/cell3/lamp/set"
confirm = { topic = "line1/cell3/lamp" }
confirm_ms = 300

[[device.write]]
signal = "horn"
topic = "line1/cell3/horn/set"
on = "1"
off = "0"
unconfirmed = true
"""


@pytest.fixture
def cell(mosquitto):
    with SimulatedMqttDevice(mosquitto.url, "line1/cell3") as simulated:
        yield simulated


def outcome(heard, signal: str, value: object, *, after: int = 0) -> OutputSet:
    return heard.wait(
        lambda one: isinstance(one, OutputSet) and (one.signal, one.value) == (signal, value), after=after
    )


def test_values_switches_codes_and_pedals_come_from_their_topics(mosquitto, cell, rack, devices, heard):
    cell.publish("line1/cell3/a/temp", '{"raw": 652}', retain=True)
    rack(devices(CELL, default_broker=mosquitto.url))
    heard.ready()
    kept = heard.kind(Measured)
    assert (kept.value, kept.unit, kept.quantity) == (Decimal("63.2"), "degC", "temperature")
    cell.publish("line1/cell3/b/temp", '{"raw": 20.5}')
    heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("0.05"))
    cell.publish("line1/cell3/guard", '{"closed": true}')
    assert heard.wait(lambda one: isinstance(one, SwitchChanged) and one.signal == "guard").on is True
    cell.publish("line1/cell3/scan", "]d2010401234500001821SN-1")
    code = heard.kind(CodeScanned)
    assert (code.text, code.symbology) == ("010401234500001821SN-1", "]d2")
    cell.publish("line1/cell3/pedal", "press")
    cell.publish("line1/cell3/pedal", "press")
    heard.wait(
        lambda _: (
            [one.on for one in heard.readings if isinstance(one, SwitchChanged) and one.signal == "pedal"]
            == [True, False, True, False]
        )
    )


def test_what_is_no_reading_of_an_item_is_refused_with_the_reason(mosquitto, cell, rack, devices, heard):
    rack(devices(CELL, default_broker=mosquitto.url))
    heard.ready()
    cell.publish("line1/cell3/a/temp", '{"raw": "hot"}')
    assert "numbers of messages are floating" in heard.kind(ReadingRefused).reason
    place = len(heard.readings)
    cell.publish("line1/cell3/a/temp", "{}")
    heard.state(DeviceState.READY)
    cell.publish("line1/cell3/guard", '{"closed": "ajar"}')
    cell.publish("line1/cell3/guard", '{"closed": false}')
    heard.wait(lambda one: isinstance(one, SwitchChanged) and one.signal == "guard", after=place)


def test_an_output_is_confirmed_by_what_the_device_says(mosquitto, cell, rack, devices, heard):
    running = rack(devices(CELL, default_broker=mosquitto.url))
    heard.ready()
    running.want("cell", {"lamp": True, "horn": True})
    assert outcome(heard, "lamp", True).confirmed
    assert outcome(heard, "horn", True).confirmed
    assert cell.wait_for_command("1")
    cell.stuck = True
    running.want("cell", {})
    late = outcome(heard, "lamp", False)
    assert (late.confirmed, late.reason) == (False, "it was written, but does not read back so")


def test_a_device_that_dies_is_lost_by_its_last_will_and_driven_again_when_it_is_back(
    mosquitto, cell, rack, devices, heard
):
    running = rack(devices(CELL, default_broker=mosquitto.url))
    heard.ready()
    running.want("cell", {"lamp": True})
    outcome(heard, "lamp", True)
    place = len(heard.readings)
    cell.die()
    assert (
        "says that it is off, or the broker that it is gone"
        in heard.state(DeviceState.LOST, after=place).reason
    )
    cell.revive()
    heard.ready(after=place)
    assert outcome(heard, "lamp", True, after=place).confirmed


def test_a_broker_that_restarts_is_found_again_and_outputs_are_driven_again(mosquitto, rack, devices, heard):
    table = CELL.replace('presence = { topic = "line1/cell3/status" }\n', "")
    running = rack(devices(table, default_broker=mosquitto.url))
    heard.ready()
    running.want("cell", {"horn": True})
    outcome(heard, "horn", True)
    place = len(heard.readings)
    mosquitto.stop()
    heard.state(DeviceState.LOST, after=place)
    mosquitto.start()
    heard.ready(after=place)
    assert outcome(heard, "horn", True, after=place).confirmed


# --- ready mappings ------------------------------------------------------------------------------------------------

ZIGBEE = """
name = "door"
kind = "zigbee2mqtt"
url = "mqtt://"
topic = "zigbee2mqtt/door"
signals = { contact = "guard-closed" }
values = ["temperature", "battery"]
actions = { single = "call" }
outputs = { state = "lamp" }
"""
SHELLY = """
name = "relay"
kind = "shelly"
url = "mqtt://"
topic = "shellyplus2pm-a8032ab636ec"
inputs = { "input:0" = "pedal" }
outputs = { "switch:0" = "lamp" }
values = { "switch:0" = ["power", "temperature"] }
"""
TASMOTA = """
name = "plug"
kind = "tasmota"
url = "mqtt://"
topic = "plug_7"
outputs = { "POWER1" = "lamp" }
switches = { "Switch1" = "guard" }
values = { "DS18B20.Temperature" = "temperature" }
"""
ESPHOME = """
name = "node"
kind = "esphome"
url = "mqtt://"
topic = "bench-node"
sensors = { oven = { quantity = "temperature", unit = "degC" } }
signals = { guard = "guard" }
outputs = { lamp = "lamp" }
"""


@pytest.mark.parametrize(
    ("simulated", "table", "base", "said", "signal", "value"),
    [
        (
            SimulatedZigbeeDevice,
            ZIGBEE,
            "zigbee2mqtt/door",
            [("zigbee2mqtt/door", {"contact": True, "temperature": 21.5, "battery": 97, "linkquality": 120})],
            "guard-closed",
            ("21.5", "degC"),
        ),
        (
            SimulatedShelly,
            SHELLY,
            "shellyplus2pm-a8032ab636ec",
            [
                ("shellyplus2pm-a8032ab636ec/status/input:0", {"id": 0, "state": True}),
                (
                    "shellyplus2pm-a8032ab636ec/status/switch:0",
                    {"id": 0, "output": False, "apower": 12.3, "temperature": {"tC": 41.2}},
                ),
            ],
            "pedal",
            ("12.3", "W"),
        ),
        (
            SimulatedTasmota,
            TASMOTA,
            "plug_7",
            [
                ("stat/plug_7/RESULT", {"Switch1": {"Action": "ON"}}),
                ("tele/plug_7/SENSOR", {"Time": "x", "Switch1": "ON", "DS18B20": {"Temperature": 65.2}}),
            ],
            "guard",
            ("65.2", "degC"),
        ),
        (
            SimulatedEspHome,
            ESPHOME,
            "bench-node",
            [("bench-node/binary_sensor/guard/state", "ON"), ("bench-node/sensor/oven/state", "65.20")],
            "guard",
            ("65.20", "degC"),
        ),
    ],
)
def test_a_ready_mapping_reads_and_drives_its_devices(
    simulated, table, base, said, signal, value, mosquitto, rack, devices, heard
):
    with simulated(mosquitto.url, base) as device:
        running = rack(devices(table, default_broker=mosquitto.url))
        heard.ready()
        for topic, payload in said:
            device.publish(topic, payload if isinstance(payload, str) else json.dumps(payload))
        assert heard.wait(lambda one: isinstance(one, SwitchChanged) and one.signal == signal).on is True
        number, unit = value
        measured = heard.wait(lambda one: isinstance(one, Measured) and one.unit == unit)
        assert str(measured.value) == number
        running.want(device_name := next(iter(running.health())), {"lamp": True})
        assert outcome(heard, "lamp", True).confirmed
        place = len(heard.readings)
        device.die()
        heard.state(DeviceState.LOST, after=place, device=device_name)


def test_a_zigbee_button_is_a_signal_for_a_moment_and_old_availability_is_understood(
    mosquitto, rack, devices, heard
):
    with SimulatedZigbeeDevice(mosquitto.url, "zigbee2mqtt/door") as device:
        device.publish("zigbee2mqtt/door/availability", "online", retain=True)
        rack(devices(ZIGBEE, default_broker=mosquitto.url))
        heard.ready()
        device.publish("", '{"action": "double"}')
        device.publish("", '{"action": "single"}')
        device.publish("", '{"action": ""}')
        device.publish("", '{"contact": true}')
        heard.wait(lambda one: isinstance(one, SwitchChanged) and one.signal == "guard-closed")
        assert [
            one.on for one in heard.readings if isinstance(one, SwitchChanged) and one.signal == "call"
        ] == [
            True,
            False,
        ]


# --- without a broker ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "topic", "wanted"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("+/b", "/b", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a/b", True),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a//c", True),
        ("a", "b", False),
    ],
)
def test_topics_fit_filters_as_the_standard_says(pattern, topic, wanted):
    assert fits(pattern, topic) is wanted


@pytest.mark.parametrize(
    ("written", "payload", "topic", "given"),
    [
        ("payload.t * 0.1", b'{"t": 652}', "x", 65.2),
        ("payload", b"12.5", "x", 12.5),
        ("text", b"READY", "x", "READY"),
        ("payload.state == 'ON'", b'{"state": "ON"}', "x", True),
        ("topic[1] == 'press'", b"1", "line1/press", True),
        ("size(payload.codes) > 0 ? payload.codes[0] : ''", b'{"codes": ["A"]}', "x", "A"),
    ],
)
def test_an_expression_is_worked_out_over_payload_text_and_topic(written, payload, topic, given):
    assert Expression(written).value(payload, topic) == pytest.approx(given)


@pytest.mark.parametrize(
    ("written", "payload", "part"),
    [
        ("payload.t", b"{}", "no such field"),
        ("payload.t * 2", b'{"t": 1}', "write 2.0 for 2"),
        ("payload", b'{"t": 1}', "no switch, number or text"),
        ("text", b"\xff\xfe", "not text"),
        ("payload.t", b"[" * 50_000, "cannot be worked out|nested too deeply"),
        ("text", b"x" * 70_000, "70000 bytes"),
        (
            "payload.map(x, payload.map(y, payload.map(z, x+y+z).size()).size()).size() > 0",
            b"[" + b"1," * 300 + b"1]",
            "cannot be worked out",
        ),
    ],
)
def test_what_an_expression_cannot_be_worked_out_for_is_told(written, payload, part):
    with pytest.raises(NoField, match=part):
        Expression(written).value(payload, "x")


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("", "nothing is read and nothing is driven"),
        ('read = [{ signal = "x", value = "payload..x" }]', "is no expression"),
        ('read = [{ signal = "x", value = "unknown.x" }]', "is no expression"),
        ('read = [{ signal = "x", field = "a", value = "payload" }]', "not both"),
        ('read = [{ signal = "x", topic = "a/#/b" }]', "`#` for all that follow"),
        ('write = [{ signal = "x", topic = "a/+" }]', "exactly one topic"),
        ('write = [{ signal = "x", topic = "a" }]', "say in `confirm`"),
        ('write = [{ signal = "x", topic = "a", confirm = { field = "b" } }]', "name the `topic`"),
    ],
)
def test_a_table_that_cannot_be_is_told_with_the_mend(more, part, devices):
    with pytest.raises(DevicesFileWrong) as wrong:
        devices(f'name = "m"\nkind = "mqtt"\nurl = "mqtt://h"\ntopic = "t"\n{more}')
    assert part in str(wrong.value)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "a/b", "s", "lamp"]), st.binary(max_size=60)), max_size=20),
    st.booleans(),
)
def test_no_message_at_all_makes_a_decoder_raise(messages, retained):
    own = MqttOptions.model_validate(
        {
            "read": [
                {"signal": "x", "topic": "a", "field": "b.c"},
                {"quantity": "q", "topic": "#", "value": "payload.x * 2.0"},
                {"code": True, "topic": "a/+"},
            ],
            "write": [{"signal": "lamp", "topic": "lamp/set", "confirm": {"topic": "lamp"}}],
            "presence": {"topic": "s"},
        }
    )
    decoder = DRIVER.decoder(own, Place(name="d", stamp=Clock().stamp, topic="t"))
    list(decoder.opened())
    for topic, payload in messages:
        for told in decoder.hear(topic, payload, retained=retained):
            assert told is not None
