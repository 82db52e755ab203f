"""The rack on a real broker: values, garbage, floods, and the broker going away."""

import contextlib
import gc
import json
from decimal import Decimal
from pathlib import Path

import pytest

from hardware.rack import Rack
from hardware.readings import DeviceState, Measured, ReadingRefused, SwitchChanged
from hardware.simulate import SimulatedSensor, SimulatedSwitch

OVEN = """
name = "oven"
kind = "sensor"
url = "mqtt://"
topic = "line1/oven"
field = "temperature.value"
unit = "degC"
quantity = "temperature"
"""
GUARD = """
name = "guard"
kind = "switch"
url = "mqtt://"
topic = "line1/guard"
field = "closed"
"""


@pytest.fixture
def sensor(mosquitto):
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as simulated:
        yield simulated


def test_a_published_value_is_a_reading_with_the_unit_of_the_devices_file(
    mosquitto, sensor, rack, devices, heard
):
    running = rack(devices(OVEN, default_broker=mosquitto.url))
    heard.ready()
    sensor.publish("65.20")
    told = heard.kind(Measured)
    assert (told.device, str(told.value), told.unit, told.quantity) == (
        "oven",
        "65.20",
        "degC",
        "temperature",
    )
    assert running.health()["oven"].accepted == 1


def test_two_devices_may_read_two_fields_of_one_topic(mosquitto, sensor, rack, devices, heard):
    humidity = OVEN.replace('"oven"', '"humidity"').replace("temperature.value", "humidity")
    rack(devices(OVEN, humidity, default_broker=mosquitto.url))
    for device in ("oven", "humidity"):
        heard.state(DeviceState.READY, device=device)
    sensor.send(json.dumps({"temperature": {"value": 65}, "humidity": 41}))
    told = {
        name: heard.wait(lambda one, n=name: isinstance(one, Measured) and one.device == n)
        for name in ("oven", "humidity")
    }
    assert {name: one.value for name, one in told.items()} == {"oven": Decimal(65), "humidity": Decimal(41)}


def test_garbage_and_huge_payloads_are_refused_counted_and_survived(mosquitto, sensor, rack, devices, heard):
    running = rack(devices(OVEN, default_broker=mosquitto.url))
    heard.ready()
    sensor.garbage()
    assert "not JSON" in heard.kind(ReadingRefused).reason
    sensor.huge()
    sensor.send(b"")
    sensor.send('{"temperature": {}}')
    sensor.send('{"temperature": {"value": NaN}}')
    sensor.publish("65.3")
    heard.kind(Measured)
    reports = [one for one in heard.readings if isinstance(one, ReadingRefused)]
    assert sum(one.count for one in reports) == 5 == running.health()["oven"].refused
    assert running.health()["oven"].state is DeviceState.READY


def test_a_broker_that_restarts_is_lost_and_ready_again_and_readings_go_on(mosquitto, rack, devices, heard):
    running = rack(devices(OVEN, GUARD, default_broker=mosquitto.url))
    for device in ("oven", "guard"):
        heard.state(DeviceState.READY, device=device)
    place = len(heard.readings)
    mosquitto.stop()
    for device in ("oven", "guard"):
        assert "broker" in heard.state(DeviceState.LOST, after=place, device=device).reason
    mosquitto.start()
    for device in ("oven", "guard"):
        heard.state(DeviceState.READY, after=place, device=device)
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        sensor.publish("66")
    assert heard.kind(Measured, after=place).value == Decimal(66)
    assert [running.health()[device].losses for device in ("oven", "guard")] == [1, 1]


def test_a_broker_that_is_not_there_yet_is_lost_with_its_address(mosquitto, rack, devices, heard):
    mosquitto.stop()
    rack(devices(OVEN, default_broker=mosquitto.url))
    assert mosquitto.url in heard.state(DeviceState.LOST).reason
    mosquitto.start()
    heard.ready()


def test_a_kept_value_is_no_measurement_but_a_kept_switch_still_holds(
    mosquitto, sensor, rack, devices, heard
):
    with SimulatedSwitch(mosquitto.url, "line1/guard", "closed") as switch:
        sensor.publish("20", retain=True)
        switch.switch(on=True, retain=True)
        rack(devices(OVEN, GUARD, default_broker=mosquitto.url))
        assert heard.kind(SwitchChanged).on is True
        heard.state(DeviceState.READY, device="oven")
        sensor.publish("65")
        assert heard.kind(Measured).value == Decimal(65)
        switch.switch(on=False)
        assert heard.wait(lambda one: isinstance(one, SwitchChanged) and not one.on).signal == "guard"


def test_a_flood_is_read_whole(mosquitto, sensor, rack, devices, heard):
    rack(devices(OVEN, default_broker=mosquitto.url))
    heard.ready()
    for value in range(500):
        sensor._client.publish(sensor.topic, json.dumps({"temperature": {"value": value}}), qos=1)
    heard.wait(lambda one: isinstance(one, Measured) and one.value == 499)
    assert [one.value for one in heard.readings if isinstance(one, Measured)] == list(range(500))


def sockets() -> set[str]:
    """The sockets of this process."""
    found = set()
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder's own, gone by now
            found.add(str(file.readlink()))
    return {name for name in found if name.startswith("socket:")}


def test_a_stopped_rack_hangs_up_and_gives_everything_back(mosquitto, devices, heard):
    before = sockets()
    for _ in range(3):
        place = len(heard.readings)
        with Rack.start(devices(OVEN, default_broker=mosquitto.url), emit=heard.put):
            heard.ready(after=place)
    gc.collect()
    assert sockets() <= before
    told = list(heard.readings)
    with SimulatedSensor(mosquitto.url, "line1/oven", "temperature.value") as sensor:
        sensor.publish(65)
    assert heard.readings == told


def test_a_broker_that_turns_us_away_says_so_until_it_lets_us_in(mosquitto, rack, devices, heard):
    configuration = mosquitto.folder / "mosquitto.conf"
    mosquitto.stop()
    configuration.write_text(configuration.read_text().replace("anonymous true", "anonymous false"))
    mosquitto.start()
    running = rack(devices(OVEN, default_broker=mosquitto.url))
    assert "mend user and password" in heard.state(DeviceState.LOST).reason
    mosquitto.stop()
    configuration.write_text(configuration.read_text().replace("anonymous false", "anonymous true"))
    mosquitto.start()
    heard.ready()
    assert running.health()["oven"].state is DeviceState.READY
