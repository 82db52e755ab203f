"""The wider language at a kiosk: signatures, supervisors, tables, orders, languages, codes used before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from content.languages import stamp
from kiosk.events import AssignmentChanged
from kiosk.view import ChooseView, HeldView, IdleView, Mark, StepView
from tests.kiosk.station import Station, fill

CHECK = {"id": "ok", "kind": "confirm", "prompt": "Done"}


def document(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "serve",
        "kind": "work-instruction",
        "title": "Serve",
        "revision": 1,
        "language": "en",
        "applies_to": {"part_numbers": ["GP-9"]},
        "steps": list(steps),
        **more,
    }


def step(name: str, *checks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name.title(), "text": name, "checks": list(checks or (CHECK,)), **more}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """A kiosk with a document, on which Anna works; Cleo, with the PIN 1234, is a supervisor."""
    stations: list[Station] = []

    def opened(found: dict[str, Any], *, order: str = "") -> Station:
        station = Station(tmp_path / f"kiosk-{len(stations)}", filled=False)
        stations.append(station)
        fill(station.store, (found,), roles={"cleo": "supervisor"})
        station.put(AssignmentChanged())
        station.badge("anna")
        if order:
            station.scan(order)
        station.scan("GP-9")
        return station

    yield opened
    for station in stations:
        station.switch_off()


SIGN = {"id": "sign", "kind": "sign-off", "prompt": "Release", "meaning": "Inspected", "role": "supervisor"}


def test_a_supervisor_signs_with_badge_and_pin_and_the_operator_goes_on(opened: Any) -> None:
    kiosk = opened(document(step("a", SIGN | {"second_person": True}), step("b")))
    kiosk.badge("anna")
    assert kiosk.view.notice == "Somebody else has to sign here"
    kiosk.badge("ben")
    assert "A signature of the role supervisor" in kiosk.view.notice
    kiosk.badge("cleo")
    assert isinstance(kiosk.view, IdleView)
    assert kiosk.view.prompt == "PIN of Cleo to sign"
    kiosk.conductor.enter_pin("9999")
    kiosk.conductor.drain()
    assert "Wrong PIN" in kiosk.view.notice
    kiosk.conductor.enter_pin("1234")
    kiosk.conductor.drain()
    assert isinstance(kiosk.view, StepView)
    assert (kiosk.view.step, kiosk.view.status.operator) == ("b", "Anna")
    signed = next(fact for fact in kiosk.facts if getattr(fact, "check", "") == "sign")
    assert (signed.evidence.person, signed.evidence.meaning) == ("cleo", "Inspected")


WEIGH = {
    "id": "mass",
    "kind": "measure",
    "quantity": "mass",
    "unit": "g",
    "low": "1",
    "high": "9",
    "on_failure": "supervisor",
}


@pytest.mark.parametrize(("ruling", "shown"), [("continue", "b"), ("repeat", "a"), ("stop", None)])
def test_a_failure_waits_for_a_supervisor_who_decides(opened: Any, ruling: str, shown: str | None) -> None:
    kiosk = opened(document(step("a", WEIGH), step("b")))
    kiosk.weigh("12")
    assert isinstance(kiosk.view, HeldView)
    assert kiosk.view.waits
    kiosk.conductor.go_on()
    assert isinstance(kiosk.view, HeldView)
    kiosk.badge("ben")
    assert "a supervisor can" in kiosk.view.reason
    kiosk.badge("cleo")
    kiosk.conductor.enter_pin("1234")
    kiosk.conductor.drain()
    assert kiosk.view.supervisor == "Cleo"
    kiosk.conductor.rule(ruling)
    assert getattr(kiosk.view, "step", None) == shown or shown is None
    ruled = next(fact for fact in kiosk.facts if getattr(fact, "supervisor", ""))
    assert (ruled.ruling, ruled.supervisor, ruled.by) == (ruling, "cleo", "anna")
    assert ("run.aborted" in kiosk.types) == (ruling == "stop")


def test_a_run_that_waits_for_a_supervisor_still_does_after_a_power_cut(opened: Any) -> None:
    kiosk = opened(document(step("a", WEIGH), step("b")))
    kiosk.weigh("12")
    kiosk.switch_off()
    kiosk.boot("boot-2")
    assert isinstance(kiosk.view, HeldView)
    assert kiosk.view.waits


def test_a_table_is_filled_cell_by_cell(opened: Any) -> None:
    table = {
        "id": "t",
        "kind": "table",
        "prompt": "Depths",
        "rows": [{"id": "r1", "text": "Left"}, {"id": "r2", "text": "Right"}],
        "columns": [{"id": "d", "text": "Depth", "unit": "mm", "low": "1", "high": "2"}],
    }
    kiosk = opened(document(step("a", table), step("b")))
    for cell, named in ((("r1", "d"), "Left · Depth"), (("r2", "d"), "Right · Depth")):
        check = kiosk.view.checks[0]
        assert (check.cell, check.cell_name, kiosk.view.primary) == (cell, named, named)
        assert "1 – 2 mm" in check.awaited
        kiosk.conductor.fill("a", "t", check.cell, "1.5")
    assert kiosk.view.step == "b"


SIZED = [{"id": "size", "title": "Size", "type": "choice", "choices": ["m6", "m8"]}]


def test_a_run_begins_when_the_order_has_said_what_the_document_needs(opened: Any) -> None:
    found = document(step("a", when="order.size == 'm8'"), step("b"), parameters=SIZED)
    kiosk = opened(found)
    assert isinstance(kiosk.view, ChooseView)
    assert kiosk.view.notice == "Scan the work order first: it has to say Size"
    kiosk.scan("WO:4711?size=m6&options=heavy")
    kiosk.scan("GP-9")
    assert kiosk.view.step == "b"
    assert [rail.mark for rail in kiosk.view.rail] == [Mark.SKIPPED, Mark.ACTIVE]
    started = next(fact for fact in kiosk.facts if hasattr(fact, "parameters"))
    assert (started.parameters, started.options, started.unit.work_order) == (
        {"size": "m6"},
        ("heavy",),
        "4711",
    )


def test_a_code_that_this_station_took_before_is_not_taken_again(opened: Any) -> None:
    new = {"id": "code", "kind": "scan", "unique": "station"}
    kiosk = opened(document(step("a", new)))
    kiosk.scan("SEAL-1")
    assert kiosk.types[-1] == "run.completed"
    kiosk.scan("GP-9")
    kiosk.scan("SEAL-1")
    assert kiosk.view.rejected == 1
    kiosk.scan("SEAL-2")
    assert kiosk.types[-1] == "run.completed"


def test_a_document_is_shown_in_the_operators_language_until_they_sign_out(opened: Any) -> None:
    german = {
        "title": {"of": stamp("Serve"), "text": "Bedienen"},
        "steps.a.title": {"of": stamp("A"), "text": "Schritt A"},
        "steps.a.checks.ok.prompt": {"of": stamp("another text"), "text": "Alt"},
    }
    kiosk = opened(document(step("a"), step("b"), translations={"de": german}))
    assert kiosk.view.status.languages == ("en", "de")
    assert kiosk.view.title == "A"
    kiosk.conductor.speak("de")
    assert (kiosk.view.title, kiosk.view.checks[0].prompt) == ("Schritt A", "Done")
    assert kiosk.view.status.release == "rev. 1 · DE*"  # not all of it is translated
    kiosk.conductor.sign_out()
    kiosk.badge("anna")
    kiosk.conductor.go_on()
    assert kiosk.view.title == "A"
