"""Half frames and noise on the real line of every kind that hangs on one: refused, and the next good frame is whole."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hardware.driver import BYTES, Command
from hardware.kinds import drivers
from hardware.rack import Rack
from hardware.readings import (
    BadgeRead,
    CodeScanned,
    CommandDone,
    Measured,
    ReadingRefused,
    SwitchChanged,
    TorqueApplied,
)
from hardware.simulate.badge import SimulatedBadgeReader
from hardware.simulate.gauge import SimulatedGauge
from hardware.simulate.modbus import SimulatedPlc, SimulatedSerialPlc
from hardware.simulate.open_protocol import SimulatedController
from hardware.simulate.printer import SimulatedPrinter
from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.torque import SimulatedTorqueDriver
from hardware.simulate.wrench import SimulatedWrench

POINTS = 'every_ms = 20\nread = [{ signal = "guard", at = "input:3" }]\n'
Good = Callable[[Any, Rack, int], object]  # makes the device do something; numbered, so that each is another


def turned(plc: Any, _rack: Rack, number: int) -> bool:
    plc.tables.set("input:3", number % 2)
    return bool(number % 2)


def tightened(tool: Any, rack: Rack, number: int) -> object:
    rack.want("d", {"enabled": True})
    if isinstance(tool, SimulatedController):
        assert tool.wait()
    tool.tighten(f"9.0{number}", 30 + number)
    return f"9.0{number}"


def printed(_printer: Any, rack: Rack, number: int) -> str:
    rack.ask("d", Command(verb="print", id=str(number), given={"label": "unit"}))
    return str(number)


def scanned(scanner: Any, _rack: Rack, number: int) -> str:
    scanner.scan(f"PART-{number}")
    return f"PART-{number}"


def held(reader: Any, _rack: Rack, number: int) -> str:
    reader.hold(f"04A2B81{number}")
    return f"04A2B81{number}"


def weighed(scale: Any, _rack: Rack, number: int) -> str:
    scale.weigh(f"12.{number}")
    return f"12.{number}"


def measured(gauge: Any, _rack: Rack, number: int) -> str:
    gauge.measure(f"14.{number}00")
    return f"14.{number}00"


CASES: dict[str, tuple[type, str, str, Good, type, str]] = {
    "scanner": (SimulatedScanner, "scanner", "", scanned, CodeScanned, "text"),
    "badge": (SimulatedBadgeReader, "badge", "", held, BadgeRead, "code"),
    "scale": (SimulatedScale, "scale", "", weighed, Measured, "value"),
    "gauge": (SimulatedGauge, "gauge", 'speaks = "digimatic"\n', measured, Measured, "value"),
    "wrench": (SimulatedWrench, "wrench", 'speaks = "list"\n', tightened, TorqueApplied, "torque"),
    "torque": (SimulatedTorqueDriver, "torque", "", tightened, TorqueApplied, "torque"),
    "open-protocol": (SimulatedController, "open-protocol", "", tightened, TorqueApplied, "torque"),
    "printer": (
        SimulatedPrinter,
        "printer",
        'labels = { unit = "^XA^XZ" }\n',
        printed,
        CommandDone,
        "command",
    ),
    "modbus-tcp": (SimulatedPlc, "modbus", POINTS, turned, SwitchChanged, "on"),
    "modbus-rtu": (SimulatedSerialPlc, "modbus", POINTS, turned, SwitchChanged, "on"),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[Any, ...]]:
    simulator, *rest = CASES[request.param]
    with simulator() as device:
        yield device, *rest


def test_every_kind_on_a_line_is_tried():
    on_a_line = {name for name, driver in drivers().items() if driver.carriers & BYTES} | {"modbus"}
    assert {kind for _, kind, *_ in CASES.values()} == on_a_line


def test_half_a_frame_and_noise_are_refused_and_what_comes_after_them_is_told_once(
    case, rack, devices, heard
):
    device, kind, table, good, reading, field = case
    quiet = "" if kind == "modbus" else "quiet_ms = 100\n"
    running = rack(devices(f'name = "d"\nkind = "{kind}"\nurl = "{device.url}"\n{quiet}{table}'))
    heard.ready()
    done = [good(device, running, 1)]
    heard.wait(lambda one: isinstance(one, reading) and said(one, field) == str(done[-1]))
    for number, fault in enumerate((device.half_frame, device.noise), start=2):
        place = len(heard.readings)
        fault()
        if (
            kind != "modbus" and fault == device.half_frame
        ):  # the next refusal is told together with what comes
            heard.kind(ReadingRefused, after=place)
        done.append(good(device, running, number))
        heard.wait(lambda one: isinstance(one, reading) and said(one, field) == str(done[-1]), after=place)
    told = [said(one, field) for one in heard.readings if isinstance(one, reading)]
    assert told[-len(done) :] == [str(each) for each in done]
    if kind != "modbus":  # whose library drops what nobody asked for, and says nothing
        assert running.health()["d"].refused >= 2
    assert len(told) - len(done) <= (kind == "modbus")  # how the switch stood when the PLC was found


def said(reading: Any, field: str) -> str:
    return str(getattr(reading, field))
