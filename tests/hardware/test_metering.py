"""How a device's readings flow: what a technician is told of it."""

import pytest

from hardware.metering import KEPT, Meter, Metrics
from hardware.readings import CodeScanned, DeviceState
from hardware.simulate import SimulatedScanner

SECOND = 1_000_000_000


def test_before_the_first_reading_there_is_nothing_to_tell() -> None:
    assert Meter().metrics(5 * SECOND) == Metrics()


def test_readings_a_second_are_those_of_the_last_ten_seconds() -> None:
    meter = Meter()
    for tenth in range(1000):  # ten a second for a hundred seconds
        meter.took(tenth * SECOND // 10, tenth * SECOND // 10)
    assert meter.metrics(100 * SECOND - 1).rate == pytest.approx(10, abs=0.1)
    assert meter.metrics(105 * SECOND).rate == pytest.approx(5, abs=1)
    later = meter.metrics(200 * SECOND)
    assert (later.rate, later.age) == (0, pytest.approx(100.1))


def test_delays_are_told_by_their_median_and_their_slowest_hundredth_of_the_latest() -> None:
    meter = Meter()
    for _ in range(KEPT):
        meter.took(0, 900_000_000)  # long ago, and slow
    for number in range(KEPT):
        slow = number % 50 == 0
        meter.took(SECOND, SECOND + (8_000_000 if slow else 300_000))
    told = meter.metrics(2 * SECOND)
    assert (told.delay, told.delay_99) == (0.3, 8.0)


def test_a_running_device_is_metered(rack, devices, heard) -> None:
    with SimulatedScanner() as scanner:
        running = rack(devices(f'name="s"\nkind="scanner"\nurl="{scanner.url}"'))
        heard.ready()
        assert running.health()["s"].metrics == Metrics()
        for number in range(5):
            scanner.scan(f"PART-{number}")
        heard.wait(lambda one: isinstance(one, CodeScanned) and one.text == "PART-4")
        assert running.health()["s"].metrics.rate > 0
        place = len(heard.readings)
        scanner.unplug()
        heard.state(DeviceState.LOST, after=place)
        scanner.replug()
        heard.ready(after=place)
        health = running.health()["s"]
        assert (health.accepted, health.losses, health.returns) == (5, 1, 1)
        assert 0 < health.metrics.delay <= health.metrics.delay_99
        assert health.metrics.age < 60
