"""A machine on OPC UA: nodes that tell what changes, nodes that are driven, qualities, faults."""

import socket
from decimal import Decimal

import pytest

from hardware.readings import DeviceState, Measured, OutputSet, ReadingRefused, SwitchChanged
from hardware.settings import DevicesFileWrong
from hardware.simulate.opc_ua import SimulatedMachine

READ = """
[[device.read]]
signal = "fixture-closed"
node = "ns=2;s=Fixture.Closed"

[[device.read]]
quantity = "temperature"
unit = "degC"
node = "ns=2;s=Oven.Temperature"
scale = 0.1
"""
WRITE = """
[[device.write]]
signal = "clamp"
node = "ns=2;s=Clamp.Close"
confirm = "ns=2;s=Clamp.Closed"
confirm_ms = 300

[[device.write]]
signal = "lamp"
node = "ns=2;s=Lamp"
confirm_ms = 300

[[device.write]]
signal = "speed"
node = "ns=2;s=Speed"
"""


@pytest.fixture(scope="module")
def one_machine():
    """A server of OPC UA takes seconds to come up."""
    with SimulatedMachine() as simulated:
        simulated.set("Guarded", False)
        simulated.protect("Guarded")
        yield simulated


@pytest.fixture
def machine(one_machine):
    one_machine.jam("Clamp.Close")
    for node in ("Fixture.Closed", "Clamp.Close", "Clamp.Closed", "Lamp"):
        one_machine.set(node, False)
    one_machine.set("Oven.Temperature", 652)
    one_machine.set("Speed", 0.0)
    one_machine.set("Alive", 0)
    return one_machine


def table(machine: SimulatedMachine, more: str) -> str:
    return f'name = "plc"\nkind = "opc-ua"\nurl = "{machine.url}"\nevery_ms = 20\n{more}'


def outcome(heard, signal: str, value: object, *, after: int = 0) -> OutputSet:
    return heard.wait(
        lambda one: isinstance(one, OutputSet) and (one.signal, one.value) == (signal, value), after=after
    )


def test_every_node_tells_its_value_once_and_then_what_changes(machine, rack, devices, heard):
    rack(devices(table(machine, READ)))
    heard.ready()
    assert heard.kind(SwitchChanged).on is False
    measured = heard.kind(Measured)
    assert (measured.value, measured.unit, measured.stable) == (Decimal("65.2"), "degC", True)
    place = len(heard.readings)
    machine.set("Fixture.Closed", True)
    assert heard.kind(SwitchChanged, after=place).on is True
    machine.set("Oven.Temperature", 700)
    assert heard.kind(Measured, after=place).value == Decimal("70.0")


def test_a_value_that_is_bad_is_refused_with_its_reason(machine, rack, devices, heard):
    rack(devices(table(machine, READ)))
    heard.ready()
    machine.spoil("Oven.Temperature")
    assert heard.kind(ReadingRefused).reason == "ns=2;s=Oven.Temperature has no good value: BadSensorFailure"


def test_an_output_is_written_in_the_type_of_its_node_and_its_proof_waited_for(machine, rack, devices, heard):
    machine.follow("Clamp.Close", "Clamp.Closed")
    running = rack(devices(table(machine, WRITE)))
    heard.ready()
    running.want("plc", {"clamp": True, "speed": Decimal("1.5")})
    assert outcome(heard, "clamp", True).confirmed
    assert outcome(heard, "speed", Decimal("1.5")).confirmed
    assert machine.get("Speed") == 1.5
    place = len(heard.readings)
    running.want("plc", {})
    assert outcome(heard, "clamp", False, after=place).confirmed
    assert machine.get("Clamp.Close") is False


def test_a_clamp_that_jams_and_a_node_that_is_protected_are_told(machine, rack, devices, heard):
    siren = '[[device.write]]\nsignal = "siren"\nnode = "ns=2;s=Guarded"\n'
    running = rack(devices(table(machine, WRITE + siren)))
    heard.ready()
    running.want("plc", {"clamp": True})
    jammed = outcome(heard, "clamp", True)
    assert (jammed.confirmed, jammed.reason) == (False, "it was written, but does not read back so")
    running.want("plc", {"siren": True})
    refused = outcome(heard, "siren", True)
    assert (refused.confirmed, refused.reason) == (
        False,
        "ns=2;s=Guarded: the server does not let us write it",
    )


def test_a_machine_that_comes_back_is_listened_to_and_written_again(machine, rack, devices, heard):
    running = rack(devices(table(machine, READ + WRITE)))
    heard.ready()
    running.want("plc", {"lamp": True})
    assert outcome(heard, "lamp", True).confirmed
    place = len(heard.readings)
    machine.unplug()
    heard.state(DeviceState.LOST, after=place)
    machine.replug()
    heard.ready(after=place)
    assert outcome(heard, "lamp", True, after=place).confirmed
    assert heard.kind(SwitchChanged, after=place).signal == "fixture-closed"
    machine.set("Fixture.Closed", True)
    heard.wait(lambda one: isinstance(one, SwitchChanged) and one.on, after=place)


def test_a_node_that_is_not_there_is_told(machine, rack, devices, heard):
    rack(devices(table(machine, '[[device.read]]\nsignal = "x"\nnode = "ns=2;s=Nowhere"')))
    assert heard.state(DeviceState.LOST).reason == (
        "ns=2;s=Nowhere: the server does not know this node (BadNodeIdUnknown)"
    )


def test_a_server_that_stops_answering_is_lost_and_goes_on_where_it_was(rack, devices, heard):
    with SimulatedMachine() as frozen:
        frozen.set("Fixture.Closed", False)
        frozen.set("Oven.Temperature", 652)
        rack(devices(table(frozen, READ)))
        heard.ready()
        frozen.freeze()
        assert "has stopped answering" in heard.state(DeviceState.LOST).reason
        place = len(heard.readings)
        frozen.thaw()
        heard.ready(after=place)
        frozen.set("Fixture.Closed", True)
        told = heard.wait(lambda one: isinstance(one, SwitchChanged) and one.on)
        assert told.signal == "fixture-closed"


def test_a_server_that_is_not_there_is_told(machine, rack, devices, heard):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        rack(devices(table(machine, READ).replace(f":{machine.port}/", f":{unused.getsockname()[1]}/")))
    assert "cannot be reached" in heard.state(DeviceState.LOST).reason


def test_a_heartbeat_shows_the_machine_that_the_kiosk_lives(machine, rack, devices, heard):
    rack(devices(table(machine, 'heartbeat = "ns=2;s=Alive"\nheartbeat_ms = 100' + READ)))
    assert machine.wait("Alive", 1)
    assert machine.wait("Alive", 0)
    assert machine.wait("Alive", 1)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("", "nothing is read and nothing is driven"),
        ('read = [{ signal = "x", node = "Press.Closed" }]', "is no node; write ns=2;s=Press.Closed"),
        ('read = [{ node = "ns=2;i=1" }]', "name either the `signal`"),
        (
            'write = [{ signal = "x", node = "i=1" }, { signal = "x", node = "i=2" }]',
            "two nodes in `write` have the same signal",
        ),
    ],
)
def test_a_table_that_cannot_be_is_told_with_the_mend(more, part, devices):
    with pytest.raises(DevicesFileWrong) as wrong:
        devices(f'name = "plc"\nkind = "opc-ua"\nurl = "opc.tcp://192.0.2.1"\n{more}')
    assert part in str(wrong.value)
