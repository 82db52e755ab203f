"""Sparkplug B on a real broker: births, deaths, sequence, rebirths, outputs; and the payload by property."""

import json
import threading
from decimal import Decimal

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from hardware.decode import sparkplug
from hardware.decode.sparkplug import Kind, Metric, NoPayload, Payload
from hardware.driver import Place
from hardware.drivers.sparkplug import DRIVER, SparkplugOptions
from hardware.readings import DeviceState, Measured, OutputSet, ReadingRefused, SwitchChanged
from hardware.settings import DevicesFileWrong
from hardware.simulate.sparkplug import SimulatedEdgeNode
from tests.hardware.test_open_protocol import Clock

PRESS = """
name = "press"
kind = "sparkplug"
url = "mqtt://"
topic = "spBv1.0/plant"
host = "bench-1"
node = "line1"
device = "press"
read = [
  { signal = "guard", metric = "Guard/Closed" },
  { quantity = "force", unit = "kN", metric = "Force", scale = 0.1 },
]
write = [{ signal = "lamp", metric = "Lamp", confirm_ms = 300 }]
"""


@pytest.fixture(params=["press", ""])
def node(request, mosquitto):
    """An edge node whose metrics are a device's, or its own."""
    with SimulatedEdgeNode(mosquitto.url, "plant", "line1", request.param) as simulated:
        simulated.values = {"Guard/Closed": False, "Force": 12, "Lamp": False}
        yield simulated


def started(node: SimulatedEdgeNode, mosquitto, rack, devices):
    table = PRESS if node.device else PRESS.replace('device = "press"\n', "")
    return rack(devices(table, default_broker=mosquitto.url))


def outcome(heard, signal: str, value: object, *, after: int = 0) -> OutputSet:
    return heard.wait(
        lambda one: isinstance(one, OutputSet) and (one.signal, one.value) == (signal, value), after=after
    )


def test_a_station_asks_for_a_birth_and_has_every_value_then_and_by_alias_afterwards(
    node, mosquitto, rack, devices, heard
):
    started(node, mosquitto, rack, devices)
    heard.ready()
    assert node.births >= 1
    assert heard.kind(SwitchChanged).on is False
    assert heard.kind(Measured).value == Decimal("1.2")
    node.set("Guard/Closed", True)
    node.set("Force", -250)
    assert heard.wait(lambda one: isinstance(one, SwitchChanged) and one.on)
    measured = heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("-25.0"))
    assert (measured.unit, measured.quantity) == ("kN", "force")


def test_a_message_that_was_lost_brings_a_birth_and_with_it_what_was_missed(
    node, mosquitto, rack, devices, heard
):
    started(node, mosquitto, rack, devices)
    heard.ready()
    births = node.births
    node.values["Guard/Closed"] = True
    node.lose()
    node.set("Force", 13)
    assert node.wait_for_birth(births + 1)
    assert heard.wait(lambda one: isinstance(one, SwitchChanged) and one.on)


def test_a_node_that_dies_is_lost_and_driven_again_in_its_next_life(node, mosquitto, rack, devices, heard):
    running = started(node, mosquitto, rack, devices)
    heard.ready()
    running.want("press", {"lamp": True})
    assert outcome(heard, "lamp", True).confirmed
    place = len(heard.readings)
    node.die()
    assert "edge node is gone" in heard.state(DeviceState.LOST, after=place).reason
    node.values["Lamp"] = False
    node.revive()
    heard.ready(after=place)
    assert outcome(heard, "lamp", True, after=place).confirmed
    assert node.values["Lamp"] is True


def test_a_broker_that_restarts_finds_the_node_in_a_new_life(node, mosquitto, rack, devices, heard):
    started(node, mosquitto, rack, devices)
    heard.ready()
    place = len(heard.readings)
    mosquitto.stop()
    heard.state(DeviceState.LOST, after=place)
    node.values["Force"] = 99
    mosquitto.start()
    heard.ready(after=place)
    assert heard.wait(
        lambda one: isinstance(one, Measured) and one.value == Decimal("9.9"), after=place
    )  # the birth says what it is now
    node.set("Force", 7)
    assert heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("0.7"), after=place)


def test_the_death_of_an_earlier_life_is_none_of_this_one(node, mosquitto, rack, devices, heard):
    node.die()
    node.revive()
    started(node, mosquitto, rack, devices)
    heard.ready()
    place = len(heard.readings)
    node.late_death()
    node.set("Force", 77)
    heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("7.7"))
    assert not [one for one in heard.readings[place:] if getattr(one, "state", None) is DeviceState.LOST]


def test_a_device_that_leaves_its_node_is_lost(mosquitto, rack, devices, heard):
    with SimulatedEdgeNode(mosquitto.url, "plant", "line1", "press") as node:
        node.values = {"Guard/Closed": False, "Force": 12, "Lamp": False}
        started(node, mosquitto, rack, devices)
        heard.ready()
        node.leave()
        assert "the device is gone" in heard.state(DeviceState.LOST).reason
        place = len(heard.readings)
        node.birth()
        heard.ready(after=place)


def test_an_output_that_does_not_come_is_told(node, mosquitto, rack, devices, heard):
    running = started(node, mosquitto, rack, devices)
    heard.ready()
    node.stuck = True
    running.want("press", {"lamp": True})
    late = outcome(heard, "lamp", True)
    assert (late.confirmed, late.reason) == (False, "it was written, but does not read back so")


def test_garbage_is_refused_and_the_next_value_counts(node, mosquitto, rack, devices, heard):
    started(node, mosquitto, rack, devices)
    heard.ready()
    node.garbage()
    assert heard.kind(ReadingRefused).reason == "the payload is no Sparkplug B"
    node.set("Force", 55)
    heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("5.5"))


def test_rubbish_that_is_sent_to_a_node_does_not_silence_it(node, mosquitto, rack, devices, heard):
    running = started(node, mosquitto, rack, devices)
    heard.ready()
    kind, tail = ("DCMD", "/press") if node.device else ("NCMD", "")
    topic = f"spBv1.0/plant/{kind}/line1{tail}"
    speaker = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    host, _, port = mosquitto.url.removeprefix("mqtt://").partition(":")
    speaker.connect(host, int(port))
    speaker.loop_start()
    speaker.publish(topic, b"\xff\xff rubbish", qos=1).wait_for_publish(timeout=20)
    speaker.loop_stop()
    node.set("Force", 55)
    heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("5.5"))
    running.want("press", {"lamp": True})
    assert outcome(heard, "lamp", True).confirmed  # it still hears


def test_a_metric_that_the_birth_does_not_have_is_told(mosquitto, rack, devices, heard):
    with SimulatedEdgeNode(mosquitto.url, "plant", "line1", "press") as node:
        node.values = {"Guard/Closed": False}
        started(node, mosquitto, rack, devices)
        assert "no metric 'Force'" in heard.kind(ReadingRefused).reason


def test_everybody_sees_whether_the_host_is_there(mosquitto, rack, devices, heard):
    told: list[dict] = []
    came = threading.Condition()

    def on_message(_client, _data, message) -> None:
        with came:
            told.append(json.loads(message.payload))
            came.notify_all()

    watcher = paho.Client(CallbackAPIVersion.VERSION2)
    watcher.on_message = on_message
    watcher.connect("127.0.0.1", mosquitto.port)
    watcher.subscribe("spBv1.0/STATE/bench-1", qos=1)
    watcher.loop_start()
    with SimulatedEdgeNode(mosquitto.url, "plant", "line1", "press") as node:
        node.values = {"Guard/Closed": False, "Force": 12, "Lamp": False}
        running = started(node, mosquitto, rack, devices)
        heard.ready()
        running.stop()
    with came:
        assert came.wait_for(lambda: [one["online"] for one in told][-2:] == [True, False], 20)
    assert told[-2]["timestamp"] == told[-1]["timestamp"]
    watcher.disconnect()
    watcher.loop_stop()


# --- payloads ------------------------------------------------------------------------------------------------------

METRICS = st.one_of(
    st.builds(Metric, name=st.text(max_size=9), kind=st.just(sparkplug.INT8), value=st.integers(-128, 127)),
    st.builds(
        Metric,
        name=st.text(max_size=9),
        kind=st.just(sparkplug.INT32),
        value=st.integers(-(2**31), 2**31 - 1),
    ),
    st.builds(
        Metric,
        alias=st.integers(0, 2**64 - 1),
        kind=st.just(sparkplug.INT64),
        value=st.integers(-(2**63), 2**63 - 1),
    ),
    st.builds(
        Metric, name=st.text(max_size=9), kind=st.just(sparkplug.UINT64), value=st.integers(0, 2**64 - 1)
    ),
    st.builds(
        Metric, name=st.text(max_size=9), kind=st.just(sparkplug.DOUBLE), value=st.floats(allow_nan=False)
    ),
    st.builds(Metric, name=st.text(max_size=9), kind=st.just(sparkplug.BOOLEAN), value=st.booleans()),
    st.builds(Metric, name=st.text(max_size=9), kind=st.just(sparkplug.STRING), value=st.text(max_size=20)),
    st.builds(
        Metric,
        name=st.text(max_size=9),
        kind=st.just(sparkplug.FLOAT),
        value=st.none(),
        historical=st.booleans(),
    ),
)


@given(st.lists(METRICS, max_size=5).map(tuple), st.integers(0, 255), st.integers(0, 2**40))
def test_a_payload_comes_back_as_it_was_written(metrics, seq, timestamp):
    payload = Payload(metrics=metrics, seq=seq, timestamp=timestamp)
    assert sparkplug.read(sparkplug.write(payload)) == payload


@given(st.binary(max_size=200))
def test_any_bytes_are_a_payload_or_refused(data):
    try:
        told = sparkplug.read(data)
    except NoPayload:
        return
    assert isinstance(told, Payload)


def test_a_payload_as_the_specification_describes_it():
    # timestamp 1, metric {name "t", timestamp 1, datatype Double, double 20.5}, seq 3; encoded by hand
    data = bytes.fromhex("080112100a01741801200a6900000000008034401803")
    told = sparkplug.read(data)
    assert told == Payload(metrics=(Metric(name="t", kind=sparkplug.DOUBLE, value=20.5),), seq=3, timestamp=1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("spBv1.0/plant/DDATA/line1/press", Kind.DEVICE_DATA),
        ("spBv1.0/plant/NBIRTH/line1", Kind.NODE_BIRTH),
        ("spBv1.0/STATE/host", None),
        ("spAv1.0/plant/NBIRTH/line1", None),
        ("spBv1.0/plant/XBIRTH/line1", None),
    ],
)
def test_topics_are_told_apart(text, kind):
    told = sparkplug.topic(text)
    assert (told.kind if told else None) is kind


@given(
    st.lists(
        st.tuples(st.sampled_from([*Kind]), st.one_of(st.binary(max_size=40), METRICS), st.integers(0, 300)),
        max_size=20,
    )
)
def test_no_message_at_all_makes_the_host_raise(messages):
    own = SparkplugOptions.model_validate(
        {
            "node": "n",
            "device": "d",
            "read": [{"metric": "t", "quantity": "q"}],
            "write": [{"metric": "l", "signal": "l"}],
        }
    )
    host = DRIVER.decoder(own, Place(name="x", stamp=Clock().stamp, topic="spBv1.0/g"))
    list(host.opened())
    for kind, told, seq in messages:
        data = told if isinstance(told, bytes) else sparkplug.write(Payload(metrics=(told,), seq=seq))
        list(host.hear(f"spBv1.0/g/{kind}/n/d", data, retained=False))
        list(host.want({"l": True}))


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ('node = "n"', "nothing is read"),
        ('node = "a/b"\nread = [{ metric = "m", signal = "s" }]', "must not hold /, + or #"),
        ('read = [{ metric = "m", signal = "s" }]', "node: is missing"),
    ],
)
def test_a_table_that_cannot_be_is_told_with_the_mend(more, part, devices):
    with pytest.raises(DevicesFileWrong) as wrong:
        devices(f'name = "s"\nkind = "sparkplug"\nurl = "mqtt://h"\ntopic = "spBv1.0/g"\n{more}')
    assert part in str(wrong.value)
