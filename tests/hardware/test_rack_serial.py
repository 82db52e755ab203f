"""The rack on real pseudo terminals and sockets: readings, faults, cables pulled and put back."""

import socket
import threading
from decimal import Decimal
from pathlib import Path

import pytest
import serial

from hardware.device import Device
from hardware.rack import Rack
from hardware.readings import (
    MOVES,
    CodeScanned,
    DeviceChanged,
    DeviceState,
    Measured,
    ReadingRefused,
    TorqueApplied,
    tick_now,
)
from hardware.simulate import SimulatedScale, SimulatedScanner, SimulatedTorqueDriver


@pytest.fixture
def scanner():
    with SimulatedScanner() as simulated:
        yield simulated


def table(url: str, kind: str = "scanner", name: str = "scanner") -> str:
    return f'name = "{name}"\nkind = "{kind}"\nurl = "{url}"\n'


def test_a_scan_is_a_reading_with_device_instant_and_tick(scanner, rack, devices, heard):
    before = tick_now()
    running = rack(devices(table(scanner.url)))
    heard.ready()
    scanner.scan("010401234500001821SN-1\x1d10A")
    told = heard.kind(CodeScanned)
    assert (told.device, told.text, told.symbology) == ("scanner", "010401234500001821SN-1\x1d10A", "]d2")
    assert told.at.utcoffset().total_seconds() == 0
    assert before < told.tick < tick_now()
    health = running.health()["scanner"]
    assert (health.state, health.accepted, health.refused) == (DeviceState.READY, 1, 0)
    assert health.last_reading == told


def test_a_code_that_arrives_byte_by_byte_is_one_code(scanner, rack, devices, heard):
    rack(devices(table(scanner.url) + "quiet_ms = 5000"))
    heard.ready()
    for byte in b"]C0PART-42\r":
        scanner.send(bytes([byte]))
    assert heard.kind(CodeScanned).text == "PART-42"


def test_a_half_frame_is_refused_and_the_next_code_is_whole(scanner, rack, devices, heard):
    rack(devices(table(scanner.url) + "quiet_ms = 20"))
    heard.ready()
    scanner.half_frame()
    refused = heard.kind(ReadingRefused)
    assert "half a frame" in refused.reason
    assert refused.excerpt == "]d20104012345"
    scanner.scan("PART-42")
    assert heard.kind(CodeScanned).text == "PART-42"


def test_noise_is_refused_and_a_code_after_it_is_read(scanner, rack, devices, heard):
    running = rack(devices(table(scanner.url)))
    heard.ready()
    scanner.noise()
    scanner.scan("PART-42")
    assert heard.kind(CodeScanned).text == "PART-42"
    assert heard.kind(ReadingRefused).excerpt.isprintable()
    assert running.health()["scanner"].refused >= 1


def test_a_flood_of_noise_is_told_seldom_and_counted_wholly(scanner, rack, devices, heard):
    running = rack(devices(table(scanner.url)))
    heard.ready()
    for _ in range(500):
        scanner.send(b"\xff\xff\r")
    scanner.scan("PART-42")
    heard.kind(CodeScanned)
    reports = [reading for reading in heard.readings if isinstance(reading, ReadingRefused)]
    assert sum(report.count for report in reports) == 500 == running.health()["scanner"].refused
    assert len(reports) < 50


def test_a_pulled_cable_is_lost_and_a_replugged_one_ready_and_readings_go_on(scanner, rack, devices, heard):
    running = rack(devices(table(scanner.url)))
    heard.ready()
    for turn in range(3):
        place = len(heard.readings)
        scanner.unplug()
        lost = heard.state(DeviceState.LOST, after=place)
        assert "unplugged" in lost.reason
        assert running.health()["scanner"].state is not DeviceState.READY
        scanner.replug()
        heard.ready(after=place)
        scanner.scan(f"PART-{turn}")
        assert heard.wait(lambda one, n=turn: isinstance(one, CodeScanned) and one.text == f"PART-{n}")


def test_a_cable_pulled_in_the_middle_of_a_code_leaves_no_piece_of_it(scanner, rack, devices, heard):
    running = rack(devices(table(scanner.url) + "quiet_ms = 10000"))
    heard.ready()
    scanner.half_frame()
    scanner.unplug()
    heard.state(DeviceState.LOST)
    scanner.replug()
    heard.state(DeviceState.READY, after=3)
    scanner.scan("PART-42")
    assert heard.kind(CodeScanned).text == "PART-42"
    # whether the kernel still handed over the half frame is its own affair; never is it part of a code
    assert running.health()["scanner"].refused <= 1


def test_a_device_that_is_not_there_is_lost_with_the_mend_and_told_once(tmp_path, rack, devices, heard):
    running = rack(devices(table(f"serial://{tmp_path}/port")))
    assert "plug the device in" in heard.state(DeviceState.LOST).reason
    with SimulatedScanner(tmp_path / "port"):
        heard.ready()
    states = [reading.state for reading in heard.readings if isinstance(reading, DeviceChanged)]
    assert states[:3] == [DeviceState.CONNECTING, DeviceState.LOST, DeviceState.READY]
    assert running.health()["scanner"].accepted == 0


def test_nobody_else_can_open_the_port_of_a_running_device(scanner, rack, devices, heard):
    rack(devices(table(scanner.url)))
    heard.ready()
    with pytest.raises(serial.SerialException):
        serial.Serial(str(scanner.path), exclusive=True)


def test_a_port_that_another_program_holds_is_lost_with_the_reason(scanner, rack, devices, heard):
    with serial.Serial(str(scanner.path), exclusive=True):
        rack(devices(table(scanner.url)))
        assert "in use" in heard.state(DeviceState.LOST).reason
    heard.ready()


def test_a_scale_and_a_torque_tool_speak_over_their_own_lines(rack, devices, heard):
    with SimulatedScale() as scale, SimulatedTorqueDriver() as tool:
        rack(devices(table(scale.url, "scale", "scale"), table(tool.url, "torque", "driver")))
        heard.state(DeviceState.READY, device="scale")
        heard.state(DeviceState.READY, device="driver")
        scale.weigh("123.40", stable=False)
        weighed = heard.kind(Measured)
        assert (weighed.value, weighed.unit, weighed.stable) == (Decimal("123.40"), "g", False)
        tool.tighten("9.02", 34, ok=False)
        tool.repeat()
        tool.tighten("9.10", 33)
        heard.wait(lambda one: isinstance(one, TorqueApplied) and one.ok is True)
        results = [one.torque for one in heard.readings if isinstance(one, TorqueApplied)]
        assert results == [Decimal("9.02"), Decimal("9.10")]


def test_a_scale_is_asked_for_its_weight_each_time_it_is_reached(rack, devices, heard):
    with SimulatedScale() as scale:
        rack(devices(table(scale.url, "scale") + 'on_connect = "SIR\\r\\n"'))
        assert scale.received() == b"SIR\r\n"
        place = len(heard.readings)
        scale.unplug()
        heard.state(DeviceState.LOST, after=place)
        scale.replug()
        assert scale.received(10) == b"SIR\r\n"


def test_a_device_behind_a_socket_is_lost_and_found_again(rack, devices, heard):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        rack(devices(table(f"tcp://127.0.0.1:{port}")))
        first, _ = listening.accept()
        first.sendall(b"PART-1\r")
        assert heard.kind(CodeScanned).text == "PART-1"
        place = len(heard.readings)
        first.close()
        assert "closed" in heard.state(DeviceState.LOST, after=place).reason
        again, _ = listening.accept()
        again.sendall(b"PART-2\r")
        assert heard.kind(CodeScanned, after=place).text == "PART-2"
        again.close()


def test_a_socket_that_nobody_listens_on_is_lost_with_the_reason(rack, devices, heard):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        rack(devices(table(f"tcp://127.0.0.1:{unused.getsockname()[1]}")))
        assert "refused" in heard.state(DeviceState.LOST).reason


def test_a_stopped_rack_says_nothing_more_and_gives_everything_back(scanner, devices, heard):
    before = set(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        place = len(heard.readings)
        with Rack.start(devices(table(scanner.url)), emit=heard.put) as running:
            heard.ready(after=place)
        running.stop()
    told = len(heard.readings)
    scanner.scan("PART-42")
    assert len(heard.readings) == told
    assert len(set(Path("/proc/self/fd").iterdir()) - before) == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("device-")]


def test_a_wedge_scanner_is_ready_without_a_port(rack, devices, heard):
    rack(devices('name = "hand"\nkind = "wedge"'))
    assert "window" in heard.ready().reason


def test_a_listener_that_fails_costs_its_reading_and_not_the_device(scanner, devices, heard):
    def emit(reading):
        if isinstance(reading, CodeScanned) and reading.text == "BAD":
            raise RuntimeError("no screen")
        heard.put(reading)

    with Rack.start(devices(table(scanner.url)), emit=emit) as running:
        heard.ready()
        scanner.scan("BAD")
        scanner.scan("GOOD")
        assert heard.kind(CodeScanned).text == "GOOD"
        assert running.health()["scanner"].state is DeviceState.READY
        assert "no screen" in running.health()["scanner"].reason


@pytest.mark.parametrize("was", DeviceState)
@pytest.mark.parametrize("to", DeviceState)
def test_a_device_tells_each_move_between_its_states_and_no_other(was, to, devices, heard):
    (settings,) = devices('name = "hand"\nkind = "wedge"')
    device = Device(settings, heard.put)
    if was is not DeviceState.CONNECTING:
        device.became(was, "before")
    heard.readings.clear()
    device.became(to, "now")
    assert [one.state for one in heard.readings] == ([to] if (was, to) in MOVES else [])
    assert device.health.reason == "now"
