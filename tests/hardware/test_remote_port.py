"""A serial port behind a network, at a real server of RFC 2217 (pyserial's), before a real pseudo terminal."""

import termios
from collections.abc import Iterator

import pytest

from hardware.readings import CodeScanned, DeviceState, Measured, ReadingRefused
from hardware.simulate import SimulatedScale, SimulatedScanner
from hardware.simulate.remote_port import SimulatedRemotePort


@pytest.fixture
def scanner() -> Iterator[SimulatedScanner]:
    with SimulatedScanner() as simulated:
        yield simulated


@pytest.fixture
def network(scanner: SimulatedScanner) -> Iterator[SimulatedRemotePort]:
    with SimulatedRemotePort(scanner.path) as server:
        yield server


def table(network: SimulatedRemotePort, kind: str = "scanner", more: str = "", query: str = "") -> str:
    return f'name = "far"\nkind = "{kind}"\nurl = "{network.url}{query}"\nquiet_ms = 100\n{more}'


def test_a_code_comes_whole_and_the_line_has_the_settings_of_the_url(scanner, network, rack, devices, heard):
    rack(devices(table(network, query="?baud=19200&bits=7&parity=E&stop=2")))
    heard.ready()
    scanner.scan("0104012345000018\x1d21SN-7")
    assert heard.kind(CodeScanned).text == "0104012345000018\x1d21SN-7"
    assert termios.tcgetattr(network.line.fileno())[4] == termios.B19200
    line = network.line  # a pseudo terminal does the rate; the rest is as far as the server was asked
    assert (line.bytesize, line.parity, line.stopbits) == (7, "E", 2)


def test_every_byte_there_is_passes_and_half_frames_and_noise_are_refused(
    scanner, network, rack, devices, heard
):
    running = rack(devices(table(network, more='encoding = "latin-1"\n')))
    heard.ready()
    scanner.send(b"]C0\xff\xff\xfe PART \xe9\r")  # 0xFF is what the protocol itself begins with
    assert heard.kind(CodeScanned).text == "\xff\xff\xfe PART \xe9"
    scanner.half_frame()
    assert "half a frame" in heard.kind(ReadingRefused).reason
    scanner.noise()
    scanner.scan("PART-42")
    heard.wait(lambda one: isinstance(one, CodeScanned) and one.text == "PART-42")
    assert running.health()["far"].refused >= 2


def test_what_is_said_to_a_device_gets_there(rack, devices, heard):
    with SimulatedScale(asked=True) as scale, SimulatedRemotePort(scale.path) as network:
        rack(devices(table(network, "scale", 'mode = "on-demand"\n')))
        heard.ready()
        scale.weigh("125.5")
        assert str(heard.wait(lambda one: isinstance(one, Measured) and one.value > 0).value) == "125.5"


def test_a_line_that_is_pulled_or_a_server_that_goes_is_lost_and_found_again(scanner, rack, devices, heard):
    with SimulatedRemotePort(scanner.path) as network:
        rack(devices(table(network)))
        heard.ready()
        port, place = network.port, len(heard.readings)
        scanner.half_frame()
        network.hang_up()
        heard.state(DeviceState.LOST, after=place)
        heard.ready(after=place)
        scanner.scan("PART-1")
        assert heard.wait(lambda one: isinstance(one, CodeScanned)).text == "PART-1"
        place = len(heard.readings)
    assert heard.state(DeviceState.LOST, after=place).reason
    with SimulatedRemotePort(scanner.path, port):
        heard.ready(after=place)
        scanner.scan("PART-2")
        assert heard.kind(CodeScanned, after=place).text == "PART-2"


def test_a_server_that_is_not_there_is_told(scanner, rack, devices, heard):
    with SimulatedRemotePort(scanner.path) as network:
        gone = table(network)
    rack(devices(gone))
    assert "cannot be opened as a remote serial port" in heard.state(DeviceState.LOST).reason
