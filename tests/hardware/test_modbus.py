"""A PLC on Modbus, over TCP and over a serial line: points read and driven, proofs, faults, heartbeat."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.decode.registers import (
    BITS,
    LARGEST_GAP,
    MOST_BITS,
    MOST_REGISTERS,
    Area,
    Place,
    packed,
    place,
    spans,
    unpacked,
)
from hardware.readings import DeviceState, Measured, OutputSet, SwitchChanged
from hardware.settings import DevicesFileWrong
from hardware.simulate.modbus import SimulatedPlc, SimulatedSerialPlc

READ = """read = [
  { signal = "fixture-closed", at = "input:3" },
  { quantity = "pressure", unit = "bar", at = "register:7", type = "int16", scale = 0.01 },
]
"""
WRITE = """write = [
  { signal = "clamp", at = "coil:4", confirm = "input:9", confirm_ms = 200 },
  { signal = "lamp", at = "coil:5", confirm_ms = 200 },
  { signal = "speed", at = "holding:100", type = "float32", confirm_ms = 200 },
]
"""


def table(plc: SimulatedPlc | SimulatedSerialPlc, more: str) -> str:
    return f'name = "plc"\nkind = "modbus"\nurl = "{plc.url}"\nevery_ms = 20\n{more}'


@pytest.fixture
def plc():
    with SimulatedPlc() as simulated:
        yield simulated


def outcome(heard, signal: str, value: object, *, after: int = 0) -> OutputSet:
    return heard.wait(
        lambda one: isinstance(one, OutputSet) and (one.signal, one.value) == (signal, value), after=after
    )


# --- numbers in registers ------------------------------------------------------------------------------------------

ORDERS = st.sampled_from(["big", "little", "big-swapped", "little-swapped"])


@given(st.sampled_from(["int16", "uint16", "int32", "uint32", "int64", "uint64"]), ORDERS, st.data())
def test_a_whole_number_comes_back_from_its_registers(kind, order, data):
    bits = int(kind.removeprefix("u").removeprefix("int"))
    low, high = (0, 2**bits - 1) if kind.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    number = data.draw(st.integers(low, high))
    assert unpacked(packed(Decimal(number), kind, order), kind, order) == number


@given(st.floats(allow_nan=False, allow_infinity=False), ORDERS)
def test_a_float_comes_back_from_its_registers(number, order):
    assert unpacked(packed(Decimal(number), "float64", order), "float64", order) == number


def test_the_orders_are_those_that_plcs_have():
    # 1.0 as a float is 3F 80 00 00
    assert packed(Decimal(1), "float32", "big") == [0x3F80, 0x0000]
    assert packed(Decimal(1), "float32", "little") == [0x0000, 0x803F]
    assert packed(Decimal(1), "float32", "big-swapped") == [0x803F, 0x0000]
    assert packed(Decimal(1), "float32", "little-swapped") == [0x0000, 0x3F80]


@given(
    st.lists(
        st.tuples(st.builds(Place, st.sampled_from(list(Area)), st.integers(0, 3000)), st.integers(1, 4))
    )
)
def test_every_point_is_read_in_few_requests_that_the_protocol_allows(points):
    made = spans(points)
    for point, size in points:
        assert any(
            span.area is point.area
            and span.address <= point.address
            and point.address + size <= span.address + span.count
            for span in made
        )
    for span in made:
        assert span.count <= (MOST_BITS if span.area in BITS else MOST_REGISTERS)
    assert len(made) <= len(points)
    for one, other in itertools.pairwise(made):
        near = other.address - (one.address + one.count) <= LARGEST_GAP
        most = MOST_BITS if one.area in BITS else MOST_REGISTERS
        fits = other.address + other.count - one.address <= most
        assert one.area is not other.area or not (near and fits)


@pytest.mark.parametrize(
    "text", ["coil", "coil:", "coil:99999", "coil:4.1", "holding:3.16", "4x100", "Coil:1"]
)
def test_what_names_no_point_is_refused(text):
    with pytest.raises(ValueError, match=text.replace(".", r"\.")):
        place(text)


# --- over TCP ------------------------------------------------------------------------------------------------------


def test_switches_are_told_when_they_change_and_values_all_the_time(plc, rack, devices, heard):
    plc.tables.set("register:7", Decimal(650), "int16")
    rack(devices(table(plc, READ)))
    heard.ready()
    first = heard.kind(SwitchChanged)
    assert (first.signal, first.on) == ("fixture-closed", False)
    measured = heard.kind(Measured)
    assert (measured.value, measured.unit, measured.quantity, measured.stable) == (
        Decimal("6.50"),
        "bar",
        "pressure",
        True,
    )
    place = len(heard.readings)
    plc.tables.set("input:3", 1)
    plc.tables.set("register:7", Decimal(-25), "int16")
    assert heard.kind(SwitchChanged, after=place).on is True
    heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("-0.25"))
    assert len([one for one in heard.readings if isinstance(one, SwitchChanged)]) == 2


def test_an_output_is_written_and_its_proof_is_waited_for(plc, rack, devices, heard):
    plc.tables.follow(4, 9)
    running = rack(devices(table(plc, WRITE)))
    heard.ready()
    running.want("plc", {"clamp": True, "speed": Decimal("1.5")})
    assert outcome(heard, "clamp", True).confirmed
    assert outcome(heard, "speed", Decimal("1.5")).confirmed
    assert plc.tables.get("coil:4") == 1
    assert plc.tables.get("holding:100", "float32", 2) == 1.5
    place = len(heard.readings)
    running.want("plc", {})
    assert outcome(heard, "clamp", False, after=place).confirmed
    assert outcome(heard, "speed", False, after=place).confirmed
    assert (plc.tables.get("coil:4"), plc.tables.get("holding:100", "float32", 2)) == (0, 0)


def test_a_clamp_that_jams_is_told_when_its_time_is_over(plc, rack, devices, heard):
    running = rack(devices(table(plc, WRITE)))
    heard.ready()
    running.want("plc", {"clamp": True, "lamp": True})
    assert outcome(heard, "lamp", True).confirmed
    jammed = outcome(heard, "clamp", True)
    assert (jammed.confirmed, jammed.reason) == (False, "it was written, but does not read back so")


def test_a_point_that_cannot_be_written_is_told_in_words(plc, rack, devices, heard):
    plc.tables.protect("coil:5")
    running = rack(devices(table(plc, WRITE)))
    heard.ready()
    running.want("plc", {"lamp": True})
    refused = outcome(heard, "lamp", True)
    assert (refused.confirmed, refused.reason) == (False, "coil:5: it does not take that value or count")
    running.want("plc", {"horn": True})
    assert "names no such output" in outcome(heard, "horn", True).reason


def test_a_plc_that_comes_back_is_written_again_and_its_switches_told_again(plc, rack, devices, heard):
    running = rack(devices(table(plc, READ + WRITE)))
    heard.ready()
    running.want("plc", {"lamp": True})
    assert outcome(heard, "lamp", True).confirmed
    place = len(heard.readings)
    plc.tables.set("coil:5", 0)
    plc.hang_up()
    heard.state(DeviceState.LOST, after=place)
    heard.ready(after=place)
    assert outcome(heard, "lamp", True, after=place).confirmed
    assert heard.kind(SwitchChanged, after=place).signal == "fixture-closed"
    assert plc.tables.get("coil:5") == 1


def test_what_was_wanted_while_the_plc_was_away_is_told_as_not_done_and_done_when_it_is_there(
    rack, devices, heard
):
    with SimulatedPlc() as gone:
        settings = devices(table(gone, WRITE))
    running = rack(settings)
    heard.state(DeviceState.LOST)
    running.want("plc", {"lamp": True})
    assert "not there" in outcome(heard, "lamp", True).reason
    place = len(heard.readings)
    with SimulatedPlc(gone.port):
        assert outcome(heard, "lamp", True, after=place).confirmed


def test_a_plc_that_stops_answering_is_lost(plc, rack, devices, heard):
    rack(devices(table(plc, READ)))
    heard.ready()
    plc.silent = True
    assert "does not answer" in heard.state(DeviceState.LOST).reason
    plc.silent = False
    heard.ready(after=len(heard.readings) - 1)


def test_an_address_that_is_not_there_is_told_with_the_place(plc, rack, devices, heard):
    rack(devices(table(plc, 'read = [{ signal = "x", at = "input:9000" }]')))
    assert heard.state(DeviceState.LOST).reason == "input:9000 to 9000: it has no such address"


def test_a_heartbeat_shows_the_plc_that_the_kiosk_lives(plc, rack, devices, heard):
    rack(devices(table(plc, 'heartbeat = "coil:50"\nheartbeat_ms = 100\n' + READ)))
    assert plc.tables.wait("coil:50", 1)
    assert plc.tables.wait("coil:50", 0)
    assert plc.tables.wait("coil:50", 1)


# --- over a serial line --------------------------------------------------------------------------------------------


def test_the_same_over_a_serial_line(rack, devices, heard):
    with SimulatedSerialPlc() as plc:
        plc.tables.set("register:7", Decimal(650), "int16")
        running = rack(devices(table(plc, READ + WRITE).replace(plc.url, plc.url + "?baud=9600&unit=7")))
        heard.ready()
        assert heard.kind(Measured).value == Decimal("6.50")
        running.want("plc", {"lamp": True})
        assert outcome(heard, "lamp", True).confirmed
        place = len(heard.readings)
        plc.unplug()
        heard.state(DeviceState.LOST, after=place)
        plc.replug()
        heard.ready(after=place)
        assert outcome(heard, "lamp", True, after=place).confirmed


# --- tables --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("", "nothing is read and nothing is driven"),
        ('read = [{ at = "coil:1" }]', "name either the `signal`"),
        ('read = [{ signal = "x", quantity = "mass", at = "coil:1" }]', "name either the `signal`"),
        ('read = [{ signal = "x", at = "moil:1" }]', "'moil:1' is no point; write coil:4"),
        ('write = [{ signal = "x", at = "input:1" }]', "input:1 cannot be written"),
        (
            'write = [{ signal = "x", at = "coil:1" }, { signal = "x", at = "coil:2" }]',
            "have the same signal",
        ),
        ('heartbeat = "input:1"\nread = [{ signal = "x", at = "coil:1" }]', "heartbeat: input:1 cannot be"),
    ],
)
def test_a_table_that_cannot_be_is_told_with_the_mend(more, part, devices):
    with pytest.raises(DevicesFileWrong) as wrong:
        devices(f'name = "plc"\nkind = "modbus"\nurl = "modbus-tcp://192.0.2.1"\n{more}')
    assert part in str(wrong.value)
