"""What goes wrong on a bench, on real lines: what came whole is not lost, nothing is invented, the reason is told."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.readings import CodeScanned, DeviceState, Measured, ReadingRefused, TorqueApplied
from hardware.simulate import SimulatedScale, SimulatedScanner, SimulatedTorqueDriver
from hardware.simulate.open_protocol import SimulatedController
from hardware.simulate.terminal import heard_at
from tests.hardware.test_recordings import ROOT as RECORDINGS
from tests.hardware.test_recordings import made, readings
from tests.stepline.conftest import Stepline
from tests.stepline.test_device import talking

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def table(url: str, kind: str, name: str, more: str = "") -> str:
    return f'name = "{name}"\nkind = "{kind}"\nurl = "{url}"\n{more}'


@given(st.binary(max_size=60))
def test_a_receiver_at_the_same_rate_hears_what_was_sent(data):
    assert heard_at(data, 1) == data


RATES = [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
CODES = [
    *("PART-42", "GP-100", "4012345000018", "010401234500001821SN-7\x1d10A", "WI-7/GP-100"),
    *(f"QAN-Q18YY{number}TA" for number in range(8)),
]


def heard_wrong(told: bytes) -> Iterator[tuple[float, bytes]]:
    """What is heard of something at every rate but its own."""
    for share in sorted({hears / says for hears in RATES for says in RATES if hears != says}):
        yield share, heard_at(told, share)


def taken(kind: str, table: dict[str, object], data: bytes) -> list[object]:
    decoder = made(kind, {"table": table})
    told = [*readings(decoder.feed(data)), *readings(decoder.give_up("quiet"))]
    return [one for one in told if not isinstance(one, ReadingRefused)]


@pytest.mark.parametrize("kept", [{}, {"identified": True}])
def test_no_code_is_taken_for_another_at_any_wrong_rate(kept):
    for code in CODES:
        for share, data in heard_wrong(f"]C0{code}\r".encode()):
            assert not taken("scanner", kept, data), (code, share)


LINES = sorted(path for path in RECORDINGS.glob("*/*.bin") if path.parent.name != "scanner")


@pytest.mark.parametrize("path", LINES, ids=[f"{path.parent.name}-{path.stem}" for path in LINES])
def test_nothing_of_a_recorded_line_is_taken_for_something_else_at_any_wrong_rate(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    for share, data in heard_wrong(path.read_bytes()):
        assert not taken(path.parent.name, expected["table"], data), share


@pytest.mark.parametrize("pace", [0.25, 0.5, 2, 4])
def test_a_wrong_baud_rate_gives_no_reading_and_says_what_to_look_at(pace, rack, devices, heard):
    with SimulatedScanner() as scanner, SimulatedScale() as scale, SimulatedTorqueDriver() as tool:
        rack(
            devices(
                table(scanner.url, "scanner", "scanner", "quiet_ms = 100"),
                table(scale.url, "scale", "scale", "quiet_ms = 100"),
                table(tool.url, "torque", "tool", "quiet_ms = 100"),
            )
        )
        for name in ("scanner", "scale", "tool"):
            heard.state(DeviceState.READY, device=name)
        for device in (scanner, scale, tool):
            device.pace = pace
        scanner.scan("PART-42")
        scale.weigh("125.0")
        tool.tighten("9.02", 34)
        for name in ("scanner", "scale", "tool"):
            heard.wait(lambda one, n=name: isinstance(one, ReadingRefused) and one.device == n)
        kinds = {type(one) for one in heard.readings}
        assert not kinds & {CodeScanned, Measured, TorqueApplied}
        for device in (scanner, scale, tool):
            device.pace = 1
        place = len(heard.readings)
        scanner.scan("PART-42")
        scale.weigh("125.0")
        tool.tighten("9.02", 34)
        for kind in (CodeScanned, Measured, TorqueApplied):
            heard.kind(kind, after=place)


def test_a_device_that_floods_the_rack_with_noise_slows_no_other(rack, devices, heard):
    with SimulatedScanner() as sick, SimulatedScanner() as well:
        running = rack(devices(table(sick.url, "scanner", "sick"), table(well.url, "scanner", "well")))
        for name in ("sick", "well"):
            heard.state(DeviceState.READY, device=name)
        flooding = threading.Event()

        def flood() -> None:
            while not flooding.is_set():
                sick.send(bytes(range(256)) * 4)

        thread = threading.Thread(target=flood)
        thread.start()
        try:
            for number in range(50):
                well.scan(f"PART-{number}")
                heard.wait(lambda one, n=number: isinstance(one, CodeScanned) and one.text == f"PART-{n}")
        finally:
            flooding.set()
            thread.join()
        assert [
            one.text
            for one in heard.readings
            if getattr(one, "device", "") == "well" and isinstance(one, CodeScanned)
        ] == [f"PART-{number}" for number in range(50)]
        assert running.health()["sick"].refused > 0
        assert running.health()["well"].refused == 0


def test_a_controller_that_reboots_under_a_fastening_loses_and_repeats_nothing(rack, devices, heard):
    with SimulatedController() as controller:
        running = rack(devices(table(controller.url, "open-protocol", "tool")))
        heard.ready()
        running.want("tool", {"enabled": True})
        told: list[str] = []
        for number in range(1, 9):
            heard.wait(lambda _: not controller.locked)
            controller.keep(f"8.{number}")  # its message is lost: the plug is pulled
            controller.hang_up()
            heard.wait(
                lambda one, n=number: isinstance(one, TorqueApplied) and f"{one.torque:.1f}" == f"8.{n}"
            )
        told = [f"{one.torque:.1f}" for one in heard.readings if isinstance(one, TorqueApplied)]
        assert told == [f"8.{number}" for number in range(1, 9)]


@pytest.mark.skipif(not FAKETIME, reason="the Debian package faketime is not there: left out")
def test_a_clock_that_jumps_neither_loses_nor_repeats_a_reading(tmp_path):
    port, clock = tmp_path / "port", tmp_path / "clock"
    (tmp_path / "station.toml").write_text(f'[[device]]\nname="s"\nkind="scanner"\nurl="serial://{port}"\n')
    clock.write_text("@2026-11-28 12:00:00\n")
    faked = {
        "LD_PRELOAD": str(FAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        SimulatedScanner(port) as scanner,
        talking(Stepline(tmp_path), "monitor", "station.toml", **faked) as watch,
    ):
        watch.says("s ", "is ready")
        for number, said in enumerate(
            ("@2026-11-28 12:00:05", "@2024-01-01 00:00:00", "@2031-01-01 00:00:00")
        ):
            clock.write_text(said + "\n")
            scanner.scan(f"PART-{number}")
            watch.says(f"code 'PART-{number}'")
        scanner.unplug()
        watch.says("is lost")
        scanner.replug()
        watch.says("is ready")
        watch.type("")
        assert watch.end() == 0
        assert not [line for line in watch.said if "code" in line]
