"""A kiosk that is cut off from a real broker: what was said meanwhile is heard once, in order, and known as late."""

import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import paho.mqtt.client as paho
import pytest

from hardware.address import Broker
from hardware.rack import Rack
from hardware.readings import DeviceState, Measured, SwitchChanged, tick_now
from hardware.simulate import SimulatedSensor, SimulatedSwitch
from hardware.simulate.pytest_rack import Heard
from hardware.transport.mqtt_session import NAME, Session, name_of
from server.broker import MOST_KEPT, EmbeddedBroker
from tests.conftest import free_port
from tests.hardware.cable import Cable
from tests.hardware.test_rack_mqtt import GUARD, OVEN


@pytest.fixture
def cable(mosquitto) -> Iterator[Cable]:
    with closing(Cable(mosquitto.port)) as cable:
        yield cable


@pytest.fixture
def embedded() -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker("127.0.0.1", free_port())
    broker.start()
    yield broker
    broker.stop()


def values(heard: Heard) -> list[int]:
    return [int(one.value) for one in heard.readings if isinstance(one, Measured)]


def publish(sensor: SimulatedSensor, numbers: range) -> None:
    for number in numbers:
        sensor.publish(number)


def cut_off_and_back(url: str, cable: Cable, devices, heard: Heard, count: int) -> Rack:
    rack = Rack.start(devices(OVEN, default_broker=cable.url), emit=heard.put, kiosk="k-1")
    heard.ready()
    with SimulatedSensor(url, "line1/oven", "temperature.value") as sensor:
        publish(sensor, range(3))
        heard.wait(lambda one: isinstance(one, Measured) and one.value == 2)
        before = tick_now()
        cable.cut()
        place = len(heard.readings)
        heard.state(DeviceState.LOST, after=0)
        publish(sensor, range(3, 3 + count))
        cable.mend()
        heard.ready(after=place)
        publish(sensor, range(3 + count, 5 + count))
        heard.wait(lambda one: isinstance(one, Measured) and one.value == 4 + count)
    late = [one for one in heard.readings if isinstance(one, Measured) and one.made_after is not None]
    assert [int(one.value) for one in late] == list(range(3, 3 + count))
    assert all(before <= one.made_after < one.tick for one in late)
    return rack


def test_what_was_published_while_a_kiosk_was_cut_off_comes_once_in_order_and_marked_as_late(
    mosquitto, cable, devices, heard
):
    rack = cut_off_and_back(
        mosquitto.url, cable, devices, heard, 50
    )  # more than a broker has under way at once
    rack.stop()
    assert values(heard) == list(range(55))


def test_the_embedded_broker_keeps_it_too(embedded, devices, heard):
    with closing(Cable(embedded.port)) as cable:
        rack = cut_off_and_back(f"mqtt://127.0.0.1:{embedded.port}", cable, devices, heard, 50)
        rack.stop()
    assert values(heard) == list(range(55))


def test_the_embedded_broker_keeps_so_much_and_no_more_and_the_newest_of_it(embedded, devices, heard):
    with closing(Cable(embedded.port)) as cable:
        rack = Rack.start(devices(OVEN, default_broker=cable.url), emit=heard.put, kiosk="k-1")
        heard.ready()
        cable.cut()
        heard.state(DeviceState.LOST)
        with SimulatedSensor(
            f"mqtt://127.0.0.1:{embedded.port}", "line1/oven", "temperature.value"
        ) as sensor:
            publish(sensor, range(MOST_KEPT + 20))
        cable.mend()
        heard.wait(lambda one: isinstance(one, Measured) and one.value == MOST_KEPT + 19)
        rack.stop()
    assert values(heard) == list(range(20, MOST_KEPT + 20))


def test_a_kiosk_that_is_started_again_hears_what_it_missed(mosquitto, devices, heard):
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        with Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=heard.put, kiosk="k-1"):
            heard.ready()
        sensor.publish(7)
        place = len(heard.readings)
        with Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=heard.put, kiosk="k-1"):
            assert heard.kind(Measured, after=place).made_after == 0  # nobody knows since when
            heard.ready(after=place)
    assert values(heard) == [7]


def test_a_rack_without_a_name_leaves_nothing_at_the_broker(mosquitto, devices, heard):
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        with Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=heard.put):
            heard.ready()
        sensor.publish(7)
        place = len(heard.readings)
        with Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=heard.put):
            heard.ready(after=place)
            sensor.publish(8)
            heard.kind(Measured)
    assert values(heard) == [8]


def test_a_switch_that_moved_while_we_were_away_is_told_in_order(mosquitto, cable, devices, heard):
    with Rack.start(devices(GUARD, default_broker=cable.url), emit=heard.put, kiosk="k-1"):
        heard.ready()
        with SimulatedSwitch(mosquitto.url, "line1/guard", "closed") as guard:
            guard.switch(on=True)
            heard.kind(SwitchChanged)
            cable.cut()
            heard.state(DeviceState.LOST)
            place = len(heard.readings)
            guard.switch(on=False)
            guard.switch(on=True)
            guard.switch(on=False)
            cable.mend()
            heard.ready(after=place)
        told = [one for one in heard.readings[place:] if isinstance(one, SwitchChanged)]
    assert [(one.on, one.made_after is not None) for one in told] == [
        (False, True),
        (True, True),
        (False, True),
    ]


def test_two_kiosks_at_one_broker_each_hear_everything_and_keep_their_places(mosquitto, devices):
    racks, ears = [], [Heard(), Heard()]
    for ear, kiosk in zip(ears, ("k-1", "k-2"), strict=True):
        racks.append(Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=ear.put, kiosk=kiosk))
        ear.ready()
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        publish(sensor, range(20))
        for ear in ears:
            ear.wait(lambda one: isinstance(one, Measured) and one.value == 19)
    for rack in racks:
        rack.stop()
    for ear, rack in zip(ears, racks, strict=True):
        assert values(ear) == list(range(20))
        assert rack.health()["oven"].losses == 0


def test_a_kiosk_whose_storage_is_a_copy_of_anothers_says_so_and_both_go_on(mosquitto, devices):
    ears = [Heard(), Heard()]
    racks = [
        Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=ear.put, kiosk="k-1") for ear in ears
    ]
    copied = threading.Event()

    def told(reading: object) -> bool:
        return "goes by our name" in getattr(reading, "reason", "")

    for ear in ears:
        with suppress(AssertionError):
            ear.wait(told)
            copied.set()
            break
    assert copied.is_set() or any(told(one) for ear in ears for one in ear.readings)
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        for ear, rack in zip(ears, racks, strict=True):
            place = len(ear.readings)
            while rack.health()["oven"].state is not DeviceState.READY:
                ear.ready(after=place)
        sensor.publish(42)
        for ear in ears:
            ear.wait(lambda one: isinstance(one, Measured) and one.value == 42)
    for rack in racks:
        rack.stop()


def test_a_name_is_the_same_after_a_restart_and_anothers_for_anybody_else():
    here, there = Broker(host="a"), Broker(host="b")
    mine = name_of("k-1", here, ["x", "y"])
    assert mine == name_of("k-1", here, ["y", "x", "x"])
    others = {
        name_of("k-2", here, ["x", "y"]),
        name_of("k-1", there, ["x", "y"]),
        name_of("k-1", here, ["x"]),
    }
    assert len(others | {mine}) == 4
    assert len(mine) == NAME


def message(mid: int, payload: bytes, *, dup: bool = False, qos: int = 1) -> paho.MQTTMessage:
    made = paho.MQTTMessage(mid, b"line1/oven")
    made.payload, made.dup, made.qos = payload, dup, qos
    return made


def test_what_the_broker_says_again_is_dropped_and_what_it_says_for_the_first_time_is_not():
    session = Session(Broker(host="a"), ["line1/oven"], "k-1")
    assert not session.is_repeated(message(1, b"7"))
    assert session.is_repeated(message(1, b"7", dup=True))
    assert not session.is_repeated(message(2, b"7"))
    assert not session.is_repeated(message(3, b"7", dup=True))  # it was lost on its way the first time
    assert not session.is_repeated(message(1, b"8", dup=True))  # its number was used anew
    assert not session.is_repeated(message(0, b"7", qos=0))
    session.met(resumed=False)
    assert not session.is_repeated(message(2, b"7", dup=True))


def test_a_message_whose_acknowledgement_was_lost_is_a_reading_once(mosquitto, devices, heard):
    """The cable passes everything on to the kiosk and holds what it answers: the broker must say it again."""
    with closing(Cable(mosquitto.port)) as cable:
        rack = Rack.start(devices(OVEN, default_broker=cable.url), emit=heard.put, kiosk="k-1")
        heard.ready()
        cable.swallow()
        with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
            sensor.publish(7)
            heard.kind(Measured)
            cable.cut()
            cable.mend()
            place = len(heard.readings)
            heard.ready(after=place)
            sensor.publish(8)
            heard.wait(lambda one: isinstance(one, Measured) and one.value == 8)
        rack.stop()
    assert values(heard) == [7, 8]
