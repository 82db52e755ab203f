"""Devices at a kiosk: outputs follow the step, tools are locked, devices go out of use, the technician's page."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from content.deviation import DeviationKind
from content.instruction import Instruction
from content.label import Pattern
from content.record import CheckFailed, CheckPassed
from hardware import readings
from hardware.address import SerialPort
from hardware.driver import BYTES, Driver, Options
from hardware.metering import Metrics
from hardware.readings import DeviceState
from hardware.settings import DeviceSettings, Driving, Moment
from kiosk.events import AssignmentChanged, Enrolled
from kiosk.view import DevicesView, Entry, Mark, StepView, Wish
from tests.kiosk.station import AT, Shelf, Station, fill
from tests.kiosk.test_conductor_language import document, step

BOLTS = {
    "id": "bolts",
    "kind": "torque",
    "unit": "N.m",
    "low": "8",
    "high": "9",
    "fastenings": 2,
    "device": "torque",
    "program": 3,
}
MASS = {
    "id": "mass",
    "kind": "measure",
    "quantity": "mass",
    "unit": "g",
    "low": "1",
    "high": "9",
    "device": "scale",
}
CLOSED = {"id": "closed", "kind": "signal", "signal": "fixture-closed", "device": "fixture"}
SEEN = {"id": "seen", "kind": "vision", "check": "cap", "device": "eye"}


def device(name: str, **more: Any) -> DeviceSettings:
    driving = more.pop("driving", Driving())
    driver = Driver(kind=name, title=f"a {name}", carriers=BYTES, options=Options, **more)
    return DeviceSettings(
        name=name,
        kind=name,
        driver=driver,
        transport=SerialPort(path=f"/dev/{name}"),
        options=Options(),
        driving=driving,
    )


TOOL = device("torque", outputs=True, tool=True)
RECALLING = device("torque", outputs=True, tool=True, commands={"recall": "tell again"})
SCALE = device("scale", commands={"tare": "set it to zero"})
BINS = device("bins", outputs=True, driving=Driving(parts={"GP-7": "A1", "GP-8": "A2"}))
ANDON = device(
    "andon",
    outputs=True,
    driving=Driving(
        shows={
            Moment.IDLE: ("blue",),
            Moment.RUNNING: ("green",),
            Moment.HELD: ("amber",),
            Moment.FAILED: ("red",),
            Moment.FAULT: ("red", "buzzer"),
        }
    ),
)
CLAMP = device("clamp", outputs=True)
PRINTER = device("printer", commands={"print": "print a label"})


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """A kiosk with devices and a document, on which Anna works; Cleo, with the PIN 1234, is a supervisor."""
    stations: list[Station] = []

    def opened(
        devices: Sequence[DeviceSettings], *steps: dict[str, Any], scan: str = "GP-9", **more: Any
    ) -> Station:
        shelf = Shelf(devices)
        station = Station(tmp_path / f"kiosk-{len(stations)}", filled=False, devices=shelf)
        stations.append(station)
        fill(station.store, (document(*steps, **more),), roles={"cleo": "supervisor"})
        station.put(AssignmentChanged())
        station.badge("anna")
        station.scan(scan)
        return station

    yield opened
    for station in stations:
        station.switch_off()


def lose(kiosk: Station, name: str) -> None:
    kiosk.put(
        readings.DeviceChanged(**kiosk.stamp(name), state=DeviceState.LOST, reason="it was unplugged"),
    )


def supervise(kiosk: Station) -> None:
    kiosk.badge("cleo")
    kiosk.conductor.enter_pin("1234")
    kiosk.conductor.drain()


def test_a_tool_runs_only_while_its_step_is_open_and_is_locked_after_the_last_good_fastening(
    opened: Any,
) -> None:
    kiosk = opened([TOOL], step("a"), step("b", BOLTS), step("c"))
    wanted = kiosk.devices.wanted
    assert wanted.get("torque", {}) == {}
    kiosk.tap()
    assert wanted["torque"] == {"enabled": True, "program": Decimal(3), "batch": Decimal(2)}
    kiosk.tighten("8.5")
    assert wanted["torque"]["enabled"] is True
    kiosk.conductor.pause("Break")
    assert wanted["torque"] == {}
    kiosk.conductor.go_on()
    assert wanted["torque"]["enabled"] is True
    kiosk.tighten("12")
    assert wanted["torque"]["enabled"] is True
    kiosk.tighten("8.5")
    assert kiosk.view.step == "c"
    assert wanted["torque"] == {}


def test_fastenings_are_asked_for_in_the_documents_order_and_a_bad_one_stays_at_its_place(
    opened: Any,
) -> None:
    order = ["top left", "bottom right", "top right"]
    kiosk = opened([TOOL], step("b", BOLTS | {"fastenings": 3, "order": order}), step("c"))

    def asked() -> tuple[str, str]:
        (row,) = kiosk.view.checks
        return row.awaited, kiosk.view.primary

    def numbers() -> list[int]:
        tried = [fact for fact in kiosk.facts if isinstance(fact, CheckPassed | CheckFailed)]
        return [fact.evidence.number for fact in tried]  # type: ignore[union-attr]

    for place, name in enumerate(order, 1):
        awaited, primary = asked()
        assert awaited == f"{name}: 8 – 9 N·m"
        assert primary == f"Tighten {place} of 3, {name}: 8 – 9 N·m"
        if place == 2:
            kiosk.tighten("12")
            assert asked() == (awaited, primary)
        kiosk.tighten("8.5")
    assert kiosk.view.step == "c"
    assert numbers() == [1, 2, 2, 3]


def test_the_order_names_a_place_for_each_tightening() -> None:
    with pytest.raises(ValidationError, match="names 2 places for 3 fastenings"):
        Instruction.model_validate(document(step("b", BOLTS | {"fastenings": 3, "order": ["a", "b"]})))


def test_a_tool_is_told_the_serial_number_of_the_unit(opened: Any) -> None:
    more = {"applies_to": {"part_numbers": ["GP-9"], "gtins": ["04012345000016"]}}
    kiosk = opened([TOOL], step("b", BOLTS), scan="(01)04012345000016(21)SN-7", **more)
    assert kiosk.devices.wanted["torque"]["identifier"] == "SN-7"


TWO = {"applies_to": {"part_numbers": ["GP-9"], "gtins": ["04012345000016"]}}
UNIT = "(01)04012345000016(21)SN-7"


def test_a_result_with_the_number_of_one_that_counted_counts_no_second_time(opened: Any) -> None:
    kiosk = opened([TOOL], step("b", BOLTS), step("c"))
    kiosk.tighten("8.5", number=41)
    kiosk.tighten("8.5", number=41)
    assert (kiosk.view.step, kiosk.types.count("check.passed")) == ("b", 1)
    kiosk.tighten("8.6", number=42)
    assert kiosk.view.step == "c"
    assert [fact.evidence.result for fact in kiosk.facts if hasattr(fact, "evidence")] == [41, 42]


def test_a_late_result_of_another_unit_is_refused(opened: Any) -> None:
    kiosk = opened([TOOL], step("b", BOLTS), scan=UNIT, **TWO)
    kiosk.tighten("8.5", number=41, identifier="SN-6", made_at=AT)
    refused = kiosk.facts[-1]
    assert (kiosk.types[-1], refused.expected, refused.came) == ("reading.refused", "SN-7", "8.5 N.m (SN-6)")
    kiosk.tighten("8.5", number=42, identifier="SN-7", made_at=AT)
    assert (kiosk.types[-1], kiosk.facts[-1].evidence.made_at) == ("check.passed", AT)


def test_a_kiosk_that_was_off_asks_a_tool_for_what_it_did_meanwhile_and_counts_it_when_the_run_goes_on(
    opened: Any,
) -> None:
    kiosk = opened([RECALLING], step("b", BOLTS | {"fastenings": 3}), step("c"))
    ready = {"state": DeviceState.READY, "reason": "the controller answers"}
    kiosk.put(readings.DeviceChanged(**kiosk.stamp("torque"), **ready))
    assert kiosk.devices.asked == []
    kiosk.tighten("8.5", number=41)
    kiosk.switch_off()
    kiosk.boot("boot-2")
    kiosk.put(readings.DeviceChanged(**kiosk.stamp("torque"), **ready))
    kiosk.put(readings.DeviceChanged(**kiosk.stamp("torque"), **ready))
    ((name, command),) = kiosk.devices.asked
    assert (name, command.verb, command.given) == ("torque", "recall", {"after": Decimal(41)})
    kiosk.conductor.pause("Break")
    kiosk.tighten("8.6", number=42, made_at=AT)
    assert kiosk.types.count("check.passed") == 1
    kiosk.switch_off()  # what waits for the run to go on is not taken: it is asked for again
    kiosk.boot("boot-3")
    kiosk.put(readings.DeviceChanged(**kiosk.stamp("torque"), **ready))
    assert kiosk.devices.asked[-1][1].given == {"after": Decimal(41)}
    kiosk.tighten("8.6", number=42, made_at=AT)
    kiosk.conductor.go_on()
    assert kiosk.types.count("check.passed") == 2
    kiosk.tighten("8.6", number=42, made_at=AT)
    kiosk.tighten("8.6", number=43)
    assert kiosk.view.step == "c"


def test_the_bins_of_the_parts_light_until_each_was_scanned(opened: Any) -> None:
    parts = [{"number": number, "name": number} for number in ("GP-7", "GP-8")]
    scans = [{"id": "x", "kind": "scan", "part": "GP-7"}, {"id": "y", "kind": "scan", "part": "GP-8"}]
    kiosk = opened([BINS], step("a", *scans, parts=["GP-7", "GP-8"]), step("b"), parts=parts)
    assert kiosk.devices.wanted["bins"] == {"A1": True, "A2": True}
    kiosk.scan("GP-7")
    assert kiosk.devices.wanted["bins"] == {"A2": True}
    kiosk.scan("GP-8")
    assert kiosk.devices.wanted["bins"] == {}


def test_the_andon_shows_how_the_station_stands(opened: Any) -> None:
    kiosk = opened([ANDON], step("a", MASS), step("b"))
    wanted = kiosk.devices.wanted
    assert wanted["andon"] == {"green": True}
    kiosk.weigh("12")
    assert wanted["andon"] == {"red": True}
    kiosk.weigh("5")
    assert wanted["andon"] == {"green": True}
    kiosk.conductor.pause("Break")
    assert wanted["andon"] == {"amber": True}
    kiosk.conductor.abort("Enough")
    assert wanted["andon"] == {"blue": True}
    lose(kiosk, "scale")
    assert wanted["andon"] == {"red": True, "buzzer": True}


def test_an_output_that_is_not_confirmed_is_told_and_kept(opened: Any) -> None:
    drives = [{"device": "clamp", "signal": "closed"}]
    kiosk = opened([CLAMP], step("a", drives=drives), step("b"))
    assert kiosk.devices.wanted["clamp"] == {"closed": True}
    kiosk.put(
        readings.OutputSet(
            **kiosk.stamp("clamp"), signal="closed", value=True, confirmed=False, reason="no pressure"
        )
    )
    assert kiosk.view.notice == "clamp: closed is not as it should be: no pressure"
    driven = kiosk.facts[-1]
    assert (driven.device, driven.signal, driven.value, driven.confirmed) == (
        "clamp",
        "closed",
        "True",
        False,
    )
    assert (driven.run, driven.step, driven.reason) == (kiosk.bench.desk.play.run.id, "a", "no pressure")
    kiosk.tap()
    assert kiosk.devices.wanted["clamp"] == {}


def test_a_label_is_printed_once_when_its_step_first_comes_up(opened: Any) -> None:
    prints = [{"device": "printer", "label": "unit"}]
    kiosk = opened([PRINTER], step("a"), step("b", prints=prints), step("c"))
    assert kiosk.devices.asked == []
    kiosk.tap()
    ((name, command),) = kiosk.devices.asked
    assert (name, command.verb, command.given) == (
        "printer",
        "print",
        {"label": "unit", "part_number": "GP-9"},
    )
    kiosk.conductor.pause("Break")
    kiosk.conductor.go_on()
    kiosk.conductor.go_back("b")
    kiosk.tap()
    assert len(kiosk.devices.asked) == 1
    kiosk.put(
        readings.CommandDone(
            **kiosk.stamp("printer"), command=command.id, verb="print", ok=False, reason="no paper"
        )
    )
    assert kiosk.view.notice == "printer: no paper"
    assert (kiosk.facts[-1].signal, kiosk.facts[-1].value, kiosk.facts[-1].confirmed) == (
        "print",
        "unit",
        False,
    )


@pytest.mark.parametrize(
    ("check", "name", "bad", "good", "evidence"),
    [
        (MASS, "scale", "12", "5.5", "5.5"),
        (BOLTS | {"fastenings": 1}, "torque", "4", "8,5", "8.5"),
        (CLOSED, "fixture", "off", "on", "True"),
        (SEEN, "eye", "bad", "good", "True"),
    ],
)
def test_only_a_supervisor_lets_a_check_be_entered_by_hand_and_that_is_a_deviation(
    opened: Any, check: dict[str, Any], name: str, bad: str, good: str, evidence: str
) -> None:
    kiosk = opened([], step("a", check), step("b"))
    assert not kiosk.view.checks[0].by_hand
    lose(kiosk, name)
    assert kiosk.view.checks[0].by_hand
    kiosk.conductor.answer("a", check["id"], good)
    assert kiosk.view.step == "a"
    kiosk.conductor.ask_by_hand("a", check["id"])
    kiosk.badge("ben")
    assert "a supervisor can" in kiosk.view.notice
    supervise(kiosk)
    allowed = next(fact for fact in kiosk.facts if getattr(fact, "supervisor", ""))
    assert (allowed.check, allowed.supervisor, allowed.reason) == (check["id"], "cleo", "it was unplugged")
    raised = kiosk.facts[-1]
    assert (raised.kind, raised.expected, raised.came) == (
        DeviationKind.MANUAL_ENTRY,
        name,
        "it was unplugged",
    )
    row = kiosk.view.checks[0]
    assert (row.entry is Entry.NUMBER) or [option.id for option in row.options] == [good, bad]
    assert not row.by_hand
    kiosk.conductor.answer("a", check["id"], "rubbish")
    assert (kiosk.view.step, kiosk.view.checks[0].mark) == ("a", Mark.ACTIVE)
    kiosk.conductor.answer("a", check["id"], bad)
    assert (kiosk.view.step, kiosk.view.checks[0].mark) == ("a", Mark.BAD)
    kiosk.conductor.answer("a", check["id"], good)
    assert kiosk.view.step == "b"
    passed = next(
        fact for fact in kiosk.facts if getattr(fact, "evidence", None) and not hasattr(fact, "expected")
    )
    assert passed.evidence.device == "typed"
    values = [getattr(passed.evidence, key, None) for key in ("value", "torque", "on", "good")]
    assert evidence in [str(value) for value in values]


def test_the_supervisor_who_works_here_does_not_let_themselves_off(opened: Any) -> None:
    kiosk = opened([], step("a", MASS))
    kiosk.conductor.sign_out()
    supervise(kiosk)
    kiosk.conductor.go_on()
    lose(kiosk, "scale")
    kiosk.conductor.ask_by_hand("a", "mass")
    kiosk.badge("cleo")
    assert "a supervisor can" in kiosk.view.notice
    assert "manual.allowed" not in kiosk.types


def test_a_device_out_of_use_is_not_heard_and_its_checks_are_entered_by_hand(opened: Any) -> None:
    kiosk = opened([SCALE], step("a"), step("b", MASS), step("c", MASS))
    kiosk.conductor.tend(Wish.OPEN)
    assert isinstance(kiosk.view, DevicesView)
    kiosk.conductor.tend(Wish.DISABLE)
    refused_to_an_operator(kiosk)
    assert not kiosk.view.disabled
    supervise(kiosk)
    assert isinstance(kiosk.view, DevicesView)
    assert (kiosk.view.disabled, kiosk.view.devices[0].state) == (True, "out of use")
    kiosk.conductor.tend(Wish.LEAVE)
    disabled, raised = kiosk.facts[-2:]
    assert (disabled.device, disabled.disabled, disabled.supervisor) == ("scale", True, "cleo")
    assert (disabled.run, disabled.step) == (raised.run, "a")
    assert (raised.kind, raised.expected, raised.step) == (DeviationKind.DEVICE_DISABLED, "scale", "a")
    kiosk.tap()
    assert kiosk.types[-2:] == ["manual.allowed", "deviation.raised"]
    kiosk.weigh("5")
    assert kiosk.view.step == "b"
    kiosk.conductor.answer("b", "mass", "5")
    assert kiosk.view.step == "c"

    kiosk.switch_off()
    kiosk.boot("boot-2")
    kiosk.conductor.go_on()
    kiosk.weigh("5")
    assert kiosk.view.step == "c"
    kiosk.conductor.tend(Wish.OPEN)
    kiosk.conductor.tend(Wish.ENABLE)
    refused_to_an_operator(kiosk)
    assert kiosk.view.disabled
    supervise(kiosk)
    kiosk.conductor.tend(Wish.LEAVE)
    assert kiosk.facts[-1].disabled is False
    kiosk.weigh("5")
    assert kiosk.types[-1] == "run.completed"


def refused_to_an_operator(kiosk: Station) -> None:
    """Another operator's badge changes nothing and leaves nothing in the record."""
    before = kiosk.types
    kiosk.badge("ben")
    assert "a supervisor can" in kiosk.view.notice
    assert kiosk.types == before


def test_a_run_that_begins_without_a_device_that_its_instruction_names_says_so_once(opened: Any) -> None:
    kiosk = opened([SCALE, CLAMP], step("a"), step("b", MASS))
    kiosk.conductor.tend(Wish.OPEN)
    for name in ("scale", "clamp"):
        kiosk.conductor.tend(Wish.CHOOSE, name)
        kiosk.conductor.tend(Wish.DISABLE)
        supervise(kiosk)
    kiosk.conductor.tend(Wish.LEAVE)
    kiosk.tap()
    kiosk.conductor.answer("b", "mass", "5")
    assert kiosk.types[-1] == "run.completed"
    kiosk.conductor.next_unit()
    kiosk.scan("GP-9")
    begun = kiosk.types.index("run.started", kiosk.types.index("run.completed"))

    def raised() -> list[tuple[str, str]]:
        told = [fact for fact in kiosk.facts[begun:] if hasattr(fact, "deviation")]
        return [(fact.kind, fact.expected) for fact in told]

    assert raised() == [(DeviationKind.DEVICE_DISABLED, "scale")]
    kiosk.switch_off()
    kiosk.boot("boot-2")
    kiosk.conductor.go_on()
    kiosk.tap()
    assert raised() == [
        (DeviationKind.DEVICE_DISABLED, "scale"),
        (DeviationKind.MANUAL_ENTRY, "scale"),
    ]


def late(kiosk: Station, name: str, before: int) -> dict[str, Any]:
    """Of a device that was cut off `before` seconds ago."""
    mark = kiosk.stamp(name)
    return {**mark, "made_after": mark["tick"] - before * 10**9}


def test_a_value_told_late_counts_in_the_step_that_was_on_all_the_time_and_in_no_later_one(
    opened: Any,
) -> None:
    kiosk = opened([SCALE], step("a"), step("b", MASS), step("c", MASS))
    told = {"value": Decimal(5), "unit": "g", "quantity": "mass", "stable": True}
    kiosk.tap()
    kiosk.clock.passes(10)
    kiosk.put(readings.Measured(**late(kiosk, "scale", 60), **told))  # it may be of step a, or of yesterday
    assert kiosk.view.step == "b"
    kiosk.put(readings.Measured(**late(kiosk, "scale", 5), **told))
    assert kiosk.view.step == "c"
    kiosk.clock.passes(2)
    kiosk.put(readings.Measured(**late(kiosk, "scale", 5), **told))
    assert kiosk.view.step == "c"
    kiosk.weigh("6")
    assert kiosk.types[-1] == "run.completed"


def test_a_code_told_late_is_refused_with_what_to_do_unless_it_is_of_this_step(opened: Any) -> None:
    kiosk = opened([SCALE], step("a", {"id": "part", "kind": "scan", "exact": "P-1"}), step("b"))
    kiosk.clock.passes(10)
    kiosk.put(readings.CodeScanned(**late(kiosk, "scanner", 60), text="P-1", symbology=None))
    assert kiosk.view.step == "a"
    assert kiosk.types[-1] == "code.refused"
    assert "scan it again" in kiosk.view.notice
    kiosk.put(readings.CodeScanned(**late(kiosk, "scanner", 5), text="P-1", symbology=None))
    assert kiosk.view.step == "b"


def test_a_switch_that_moved_while_its_device_was_away_counts_as_it_stands_once_it_is_back(
    opened: Any,
) -> None:
    kiosk = opened([], step("a", CLOSED), step("b"))
    for on in (True, False, True):
        kiosk.put(readings.SwitchChanged(**late(kiosk, "fixture", 60), signal="fixture-closed", on=on))
        assert kiosk.view.step == "a"
    kiosk.put(readings.DeviceChanged(**kiosk.stamp("fixture"), state=DeviceState.READY, reason="connected"))
    assert kiosk.view.step == "b"


def test_the_technician_sees_what_comes_and_tries_what_there_is(opened: Any) -> None:
    kiosk = opened([SCALE, CLAMP, ANDON], step("a", MASS))
    kiosk.conductor.tend(Wish.OPEN)
    view = kiosk.view
    assert [row.name for row in view.devices] == ["scale", "clamp", "andon"]
    assert (view.chosen, view.reached, view.commands) == ("scale", "/dev/scale", ("tare",))
    kiosk.weigh("5", stable=False)
    assert kiosk.view.said[0].endswith("5 g, still moving")
    kiosk.conductor.tend(Wish.TRY, "tare")
    assert "Pause the run first" in kiosk.view.notice
    assert kiosk.devices.asked == []
    kiosk.conductor.pause("Maintenance")
    kiosk.conductor.tend(Wish.TRY, "tare")
    assert [(name, command.verb) for name, command in kiosk.devices.asked] == [("scale", "tare")]
    kiosk.conductor.tend(Wish.CHOOSE, "andon")
    assert [(signal.id, signal.chosen) for signal in kiosk.view.signals][:2] == [
        ("blue", False),
        ("green", False),
    ]
    kiosk.conductor.tend(Wish.TRY, "blue")
    assert kiosk.devices.wanted["andon"] == {"blue": True}
    assert kiosk.view.signals[0].chosen
    kiosk.conductor.tend(Wish.TRY, "blue")
    assert kiosk.devices.wanted["andon"] == {"blue": False}
    kiosk.conductor.tend(Wish.LEAVE)
    assert kiosk.devices.wanted["andon"] == {"amber": True}


def test_a_badge_at_a_reader_signs_in(opened: Any) -> None:
    kiosk = opened([], step("a"))
    kiosk.conductor.sign_out()
    kiosk.put(readings.BadgeRead(**kiosk.stamp("reader"), code="BEN-22"))
    assert kiosk.view.status.operator == "Ben"
    kiosk.put(readings.BadgeRead(**kiosk.stamp("reader"), code="NOBODY"))
    assert (kiosk.types[-1], kiosk.facts[-1].reason) == (
        "code.refused",
        "this badge is not known at this station",
    )


def test_what_was_dropped_is_told_and_kept(opened: Any) -> None:
    kiosk = opened([], step("a"))
    assert isinstance(kiosk.view, StepView)
    kiosk.put(readings.ReadingsDropped(**kiosk.stamp("scanner"), count=7, reason="more than 256 wait"))
    assert "scanner sent more than can be taken" in kiosk.view.notice
    assert (kiosk.facts[-1].device, kiosk.facts[-1].count) == ("scanner", 7)


def test_a_code_in_the_plants_own_spelling_opens_its_document(opened: Any) -> None:
    kiosk = opened([], step("a"), scan="CMD:DONE")
    kiosk.devices.patterns = [Pattern.of(r"(?P<part>GP-9)/(?P<serial>\d+)")]
    kiosk.scan("GP-9/0042")
    assert isinstance(kiosk.view, StepView)
    assert kiosk.bench.desk.play.run.unit.serial == "0042"


UNSURE = {"quality": readings.Quality.UNCERTAIN}


def test_what_a_device_doubts_proves_nothing_is_told_and_a_person_is_asked(opened: Any) -> None:
    kiosk = opened([], step("a", CLOSED), step("b"))
    kiosk.put(readings.SwitchChanged(**kiosk.stamp("fixture"), **UNSURE, signal="fixture-closed", on=True))
    assert kiosk.view.step == "a"
    assert "fixture is not sure (fixture-closed is on (uncertain)): this proves nothing" in kiosk.view.notice
    assert "fixture is not sure" in kiosk.view.checks[0].awaited
    assert kiosk.view.checks[0].by_hand
    refused = kiosk.facts[-1]
    assert (refused.device, refused.count) == ("fixture", 1)
    assert "not sure of it" in refused.reason
    kiosk.conductor.ask_by_hand("a", "closed")
    supervise(kiosk)
    allowed = next(fact for fact in kiosk.facts if getattr(fact, "supervisor", ""))
    assert allowed.reason == "it is not sure: fixture-closed is on (uncertain)"
    kiosk.conductor.answer("a", "closed", "on")
    assert kiosk.view.step == "b"


def test_a_doubt_takes_back_what_was_sure_before_and_goes_with_a_sure_word(opened: Any) -> None:
    kiosk = opened([], step("a"), step("b", CLOSED), step("c"))
    kiosk.switch(on=True)
    kiosk.put(readings.SwitchChanged(**kiosk.stamp("fixture"), **UNSURE, signal="fixture-closed", on=True))
    kiosk.tap()
    assert kiosk.view.step == "b", "what stood there surely is not known any more"
    assert kiosk.view.checks[0].by_hand
    kiosk.switch(on=False)
    assert not kiosk.view.checks[0].by_hand
    kiosk.switch(on=True)
    assert kiosk.view.step == "c"


@pytest.mark.parametrize("quality", [readings.Quality.UNCERTAIN, readings.Quality.BAD])
def test_no_kind_of_reading_proves_anything_while_its_device_doubts_it(opened: Any, quality: Any) -> None:
    until = {**MASS, "id": "till", "until_in_limits": True}
    scan = {"id": "x", "kind": "scan", "exact": "X-1"}
    kiosk = opened([], step("a", MASS, until, BOLTS, scan, CLOSED), step("b"))
    doubted = {"quality": quality}
    before = [kind for kind in kiosk.types if kind.startswith("check.")]
    value = {"value": Decimal(5), "unit": "g", "quantity": "mass", "stable": True}
    for _ in range(3):
        kiosk.put(readings.Measured(**kiosk.stamp("scale"), **doubted, **value))
    assert kiosk.view.checks[0].came == "5 g", "it is shown all the same"
    kiosk.put(
        readings.TorqueApplied(
            **kiosk.stamp("torque"), **doubted, torque=Decimal("8.5"), unit="N.m", angle=None, ok=True
        ),
        readings.CodeScanned(**kiosk.stamp("scanner"), **doubted, text="X-1", symbology=None),
        readings.SwitchChanged(**kiosk.stamp("fixture"), **doubted, signal="fixture-closed", on=True),
        readings.BadgeRead(**kiosk.stamp("reader"), **doubted, code="BEN-22"),
    )
    assert [kind for kind in kiosk.types if kind.startswith("check.")] == before
    assert kiosk.view.status.operator == "Anna"
    kiosk.weigh("5")
    assert kiosk.types.count("check.passed") == 1


def test_the_technician_sees_how_readings_flow_and_the_page_is_drawn_anew(opened: Any) -> None:
    kiosk = opened([SCALE], step("a"))
    kiosk.devices.metrics = Metrics(rate=2.5, age=3.0, delay=0.31, delay_99=1.26)
    kiosk.put(readings.ReadingsDropped(**kiosk.stamp("scale"), count=7, reason="more than 256 wait"))
    kiosk.conductor.tend(Wish.OPEN)
    (row,) = kiosk.view.devices
    assert "7 dropped" in row.counts
    assert row.pace == "2.5 a second · last 3 s ago · 0.3 ms to hand over, 1.3 ms at most in 99 of 100"
    kiosk.devices.metrics = Metrics(rate=2.5, age=75.0, delay=0.31, delay_99=1.26)
    assert kiosk.alarm.seconds is not None
    assert kiosk.alarm.seconds <= 1
    kiosk.waits(1.0)
    assert "last 1 min ago" in kiosk.view.devices[0].pace


def test_a_kiosk_that_nobody_has_let_in_yet_rests_while_its_devices_are_lost(tmp_path: Path) -> None:
    kiosk = Station(tmp_path, filled=False)
    lose(kiosk, "scale")
    kiosk.waits(60)
    assert kiosk.alarm.seconds is None
    fill(kiosk.store)
    kiosk.put(Enrolled())
    assert kiosk.alarm.seconds == 0
