"""Everything that goes wrong on a bench, in a run: nothing is lost, repeated or invented; the screen says what to do.

Real lines (pseudo terminals, TCP, Mosquitto), rack, conductor and store; the faults are caused at the far end.
"""

import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hardware.readings import DeviceState
from hardware.simulate import SimulatedScale, SimulatedScanner, SimulatedSwitch, SimulatedTorqueDriver
from hardware.simulate.open_protocol import SimulatedController
from tests.conftest import Mosquitto
from tests.kiosk.flaky import FlakyBench
from tests.kiosk.test_conductor_language import step

LOST, READY = DeviceState.LOST, DeviceState.READY
Opened = Callable[..., FlakyBench]
LANGUAGES = pytest.mark.parametrize("language", ["en", "de"])


def mass(device: str = "scale") -> dict[str, Any]:
    return {
        "id": "mass",
        "kind": "measure",
        "quantity": "mass",
        "unit": "g",
        "low": "100",
        "high": "130",
        "device": device,
    }


def bolts(count: int, device: str = "tool") -> dict[str, Any]:
    return {
        "id": "bolts",
        "kind": "torque",
        "unit": "N.m",
        "low": "8",
        "high": "10",
        "fastenings": count,
        "device": device,
    }


CODE = {"id": "part", "kind": "scan", "exact": "PART-42"}
GUARD = {"id": "shut", "kind": "signal", "signal": "guard-closed", "device": "guard"}
LAST = step("last")


def table(name: str, kind: str, url: str, *more: str) -> str:
    return "\n".join(["[[device]]", f'name = "{name}"', f'kind = "{kind}"', f'url = "{url}"', *more, ""])


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    benches: list[FlakyBench] = []

    def opened(tables: str, *steps: dict[str, Any], **more: Any) -> FlakyBench:
        benches.append(FlakyBench(tmp_path, tables, *steps, **more))
        return benches[-1]

    yield opened
    for bench in benches:
        bench.close()


# --- cables ------------------------------------------------------------------------------------------------


UNPLUGGED = {
    "en": ("Lost: scale", "was unplugged", "Check its cable and power; everything else works"),
    "de": ("Ausgefallen: scale", "wurde abgezogen", "Kabel und Strom prüfen; alles andere geht"),
}


@LANGUAGES
def test_a_scale_unplugged_with_the_part_on_it_weighs_that_part_once(language: str, opened: Opened) -> None:
    with SimulatedScale() as scale:
        bench = opened(
            table("scale", "scale", scale.url), step("a", mass()), step("b", mass()), LAST, language=language
        )
        scale.weigh("125.0")
        bench.comes("b")
        scale.unplug()
        bench.says(*UNPLUGGED[language])
        assert bench.station.view.checks[0].by_hand, "who cannot wait asks a supervisor"
        scale.replug()
        bench.device("scale", READY)
        assert bench.station.view.status.banner == ""
        scale.weigh("125.0")  # a scale that talks by itself says again what lies on it
        scale.weigh("125.0")
        bench.heard("scale", 3)
        assert bench.station.view.step == "b"
        scale.weigh("0.0")
        scale.weigh("126.5")
        bench.comes("last")
        assert bench.proofs == [("a", "good", "125.0"), ("b", "good", "126.5")]


def test_a_value_that_came_before_a_cable_was_pulled_is_not_shown_as_if_it_were_there(opened: Opened) -> None:
    with SimulatedScale() as scale:
        bench = opened(table("scale", "scale", scale.url), step("a", mass()), LAST)
        scale.weigh("125.0", stable=False)
        bench.until(lambda: bench.station.view.checks[0].came.startswith("125"), "the value moves")
        scale.unplug()
        bench.device("scale", LOST)
        assert bench.station.view.checks[0].came == ""
        assert bench.proofs == []


@LANGUAGES
def test_half_a_result_before_the_cable_was_pulled_is_none_and_the_next_is_whole(
    language: str, opened: Opened
) -> None:
    half = {
        "en": ("half a frame", "Do it once more", "cable and baud rate checked"),
        "de": ("eine halbe Nachricht", "Noch einmal machen", "Kabel und Baudrate prüfen lassen"),
    }
    with SimulatedTorqueDriver() as tool:
        bench = opened(
            table("tool", "torque", tool.url, "quiet_ms = 50"), step("a", bolts(2)), LAST, language=language
        )
        tool.tighten("9.1")
        bench.heard("tool", 1)
        tool.half_frame()
        bench.says(*half[language])
        for _ in range(3):
            tool.half_frame()
            tool.unplug()
            bench.device("tool", LOST)
            tool.replug()
            bench.device("tool", READY)
        tool.tighten("9.2")
        bench.comes("last")
        assert bench.proofs == [("a", "good", "9.1"), ("a", "good", "9.2")]


@LANGUAGES
def test_noise_on_the_line_proves_nothing_and_the_screen_says_what_to_do(
    language: str, opened: Opened
) -> None:
    noisy = {
        "en": ("scanner sent something that is no reading", "Do it once more"),
        "de": ("scanner hat etwas geschickt, was kein Messwert ist", "Noch einmal machen"),
    }
    with SimulatedScanner() as scanner:
        bench = opened(table("scanner", "scanner", scanner.url), step("a", CODE), LAST, language=language)
        scanner.noise()
        bench.says(*noisy[language])
        assert bench.proofs == []
        scanner.send(b"\xff\xffPA\x00RT-42\r")
        scanner.scan("PART-42", "]C0")
        bench.comes("last")
        assert bench.proofs == [("a", "good", "PART-42")]
        (refused,) = [fact for fact in bench.station.facts if hasattr(fact, "count")]
        assert refused.device == "scanner"


@LANGUAGES
@pytest.mark.parametrize("pace", [0.5, 2])
def test_a_wrong_baud_rate_proves_nothing_and_is_named(pace: float, language: str, opened: Opened) -> None:
    named = {"en": "baud rate", "de": "Baudrate"}
    with SimulatedScale() as scale:
        tables = table("scale", "scale", scale.url, "quiet_ms = 50")
        bench = opened(tables, step("a", mass()), LAST, language=language)
        scale.pace = pace
        for grams in ("125.0", "126.0", "127.0"):
            scale.weigh(grams)
        bench.says("scale", named[language])
        assert (bench.proofs, bench.station.view.step) == ([], "a")
        scale.pace = 1
        scale.weigh("128.0")
        bench.comes("last")
        assert bench.proofs == [("a", "good", "128.0")]


def test_a_scanner_on_a_socket_that_reboots_between_two_codes_is_told_and_read_on(opened: Opened) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        accepted: list[socket.socket] = []

        def boots() -> socket.socket:
            accepted.append(listening.accept()[0])
            return accepted[-1]

        second = {**CODE, "id": "second", "exact": "PART-43"}
        bench = opened(
            table("scanner", "scanner", f"tcp://127.0.0.1:{port}"), step("a", CODE), step("b", second), LAST
        )
        line = boots()
        line.sendall(b"PART-42\rPART")
        bench.comes("b")
        line.close()
        bench.says("Lost: scanner", "closed the connection", "Check its cable and power")
        line = boots()
        bench.device("scanner", READY)
        line.sendall(b"-43\r")  # the rest of a code that began before is no code
        bench.heard("scanner", 2)
        assert ("b", "good", "PART-43") not in bench.proofs
        line.sendall(b"PART-43\r")
        bench.comes("last")
        for each in accepted:
            each.close()
        assert [proof for proof in bench.proofs if proof[1] == "good"] == [
            ("a", "good", "PART-42"),
            ("b", "good", "PART-43"),
        ]


# --- results that come twice, late, or out of order --------------------------------------------------------


def test_results_of_a_tool_that_come_twice_and_in_another_order_count_once(opened: Opened) -> None:
    with SimulatedTorqueDriver() as tool:
        bench = opened(table("tool", "torque", tool.url), step("a", bolts(4)), LAST)
        frames = []
        for torque in ("9.1", "9.2", "9.3"):
            tool.tighten(torque)
            frames.append(tool.frame)
        for frame in (frames[1], frames[0], frames[2], frames[0]):
            tool.send(frame)
        tool.tighten("9.4")
        bench.comes("last")
        assert [came for _, _, came in bench.proofs] == ["9.1", "9.2", "9.3", "9.4"]


def test_a_controllers_results_that_are_lost_repeated_and_re_ordered_count_once_each(opened: Opened) -> None:
    with SimulatedController() as controller:
        bench = opened(table("tool", "open-protocol", controller.url), step("a", bolts(6)), LAST)
        bench.until(lambda: not controller.locked, "the tool may run")
        controller.tighten("9.1")
        controller.repeat()
        kept = [controller.keep(f"9.{number}") for number in (2, 3)]  # their messages are lost
        controller.tighten("9.4")  # by its number the two before it are missed
        controller.tell(kept[1])
        controller.tell(kept[0])
        controller.tighten("9.5")
        controller.tell(controller.memory[1])
        bench.until(lambda: len(bench.proofs) >= 5, "five results")
        assert bench.station.view.step == "a"
        controller.tighten("9.6")
        bench.comes("last")
        bench.until(lambda: controller.locked, "the tool is locked after the last")
        came = [fact.evidence for fact in bench.station.facts if hasattr(fact, "evidence")]
        assert sorted(each.result for each in came) == [1, 2, 3, 4, 5, 6]
        assert sorted(each.torque for each in came) == [Decimal(f"9.{n}") for n in range(1, 7)]


@LANGUAGES
def test_a_controller_that_stops_answering_is_told_and_what_it_did_meanwhile_counts_once(
    language: str, opened: Opened
) -> None:
    silent = {
        "en": ("Lost: tool", "has stopped answering: is it switched on?", "everything else works"),
        "de": ("Ausgefallen: tool", "antwortet nicht mehr: ist sie eingeschaltet?", "alles andere geht"),
    }
    with SimulatedController() as controller:
        bench = opened(
            table("tool", "open-protocol", controller.url), step("a", bolts(3)), LAST, language=language
        )
        bench.until(lambda: not controller.locked, "the tool may run")
        controller.tighten("9.1")
        bench.heard("tool", 1)
        controller.silent = True
        controller.keep("9.2")
        bench.says(*silent[language])
        controller.silent = False
        bench.device("tool", READY)
        bench.until(lambda: len(bench.proofs) == 2, "the result that nobody heard")
        controller.tighten("9.3")
        bench.comes("last")
        assert [came for _, _, came in bench.proofs] == ["9.10", "9.20", "9.30"]


def test_a_controller_that_reboots_under_every_fastening_loses_and_repeats_none(opened: Opened) -> None:
    with SimulatedController() as controller:
        bench = opened(table("tool", "open-protocol", controller.url), step("a", bolts(5)), LAST)
        for number in range(1, 6):
            bench.until(lambda: not controller.locked, "the tool may run")
            controller.keep(f"9.{number}")
            controller.hang_up()
            bench.until(lambda n=number: len(bench.proofs) == n, f"result {number}")
        bench.comes("last")
        assert [came for _, _, came in bench.proofs] == [f"9.{number}0" for number in range(1, 6)]


def test_a_kiosk_switched_off_and_on_does_not_weigh_the_same_part_for_the_next_step(opened: Opened) -> None:
    with SimulatedScale() as scale:
        bench = opened(table("scale", "scale", scale.url), step("a", mass()), step("b", mass()), LAST)
        scale.weigh("125.0")
        bench.comes("b")
        bench.station.switch_off()
        bench.station.boot("boot-2")
        bench.station.badge("anna")
        bench.station.conductor.go_on()
        scale.weigh("125.0")
        bench.heard("scale", 2)
        assert bench.station.view.step == "b"
        scale.weigh("124.0")
        bench.comes("last")
        assert bench.proofs == [("a", "good", "125.0"), ("b", "good", "124.0")]


# --- the broker --------------------------------------------------------------------------------------------


GONE = {
    "en": ("Lost: guard", "the broker at", "Check its cable and power; everything else works"),
    "de": ("Ausgefallen: guard", "Broker", "Kabel und Strom prüfen; alles andere geht"),
}


@LANGUAGES
def test_a_broker_that_restarts_is_told_and_a_signal_from_before_proves_nothing(
    language: str, opened: Opened, mosquitto: Mosquitto
) -> None:
    tables = table("guard", "switch", "mqtt://", 'topic = "bench/guard"', 'signal = "guard-closed"')
    with SimulatedSwitch(mosquitto.url, "bench/guard") as guard:
        bench = opened(tables, step("a"), step("b", GUARD), LAST, language=language, broker=mosquitto.url)
        guard.switch(on=True)
        bench.heard("guard", 1)
        mosquitto.stop()
        bench.says(*GONE[language])
        bench.station.tap()
        assert bench.station.view.step == "b", "the guard was closed, and may have been opened since"
        assert bench.proofs == [("a", "good", "Tap")]
        mosquitto.start()
        bench.device("guard", READY)
        assert bench.station.view.step == "b"
    with SimulatedSwitch(mosquitto.url, "bench/guard") as guard:
        guard.switch(on=True)
        guard.switch(on=True)
        bench.comes("last")
        assert bench.proofs == [("a", "good", "Tap"), ("b", "good", "True")]
