"""Documents are looked at again: by date, after deviations, when their procedure changed; and the outcome is signed."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from content.deviation import DeviationKind
from server.errors import Invalid, NotThere
from server.house import House
from server.library import doubting, planning
from server.library.publishing import publish
from server.people.roster import add_person
from server.people.sessions import Kind, Role, open_session
from server.reports import calendar
from server.reports import reviewing as due
from server.reports.reviewing import Planned, Rule
from server.store import tables
from server.store.engine import reading, writing
from tests.library import LIBRARY
from tests.server.conftest import Clock
from tests.server.serving import client, serving

PASSWORD = "correct horse battery"


@pytest.fixture
def plant(any_house: House) -> House:
    """A procedure, an instruction that it governs, and an engineer."""
    publish(any_house, LIBRARY / "sops" / "build-gear-pump", "eva")
    publish(any_house, LIBRARY / "instructions" / "label-and-pack", "eva")
    add_person(any_house, "jan", "Jan", "engineer", "ada", login="jan", password=PASSWORD)
    planning.remind(any_house)
    return any_house


@pytest.fixture
def rewritten(plant: House, tmp_path: Path) -> Callable[..., str]:
    """Releases a document of the library with other words in it."""

    def rewritten(folder: str, revision: int, was: str, now: str) -> str:
        made = tmp_path / f"{Path(folder).name}-{revision}"
        shutil.copytree(LIBRARY / folder, made)
        (file,) = made.glob("*.yaml")
        text = file.read_text(encoding="utf-8")
        assert was in text
        text = text.replace("revision: 1\n", f"revision: {revision}\n", 1).replace(was, now, 1)
        file.write_text(text, encoding="utf-8")
        return publish(plant, made, "eva").digest

    return rewritten


def plan(house: House, document: str) -> Planned:
    with reading(house.engine) as tx:
        return next(each for each in due.planned(tx, house.now()) if each.document == document)


def doubts(house: House) -> list[tuple[str, str]]:
    with reading(house.engine) as tx:
        return [(each.document, each.cause) for each in due.flags(tx)]


def told(house: House, what: str) -> list[str]:
    a = tables.audit.c
    with reading(house.engine) as tx:
        return list(tx.execute(select(a.subject).where(a.what == what).order_by(a.id)).scalars())


def deviate(house: House, count: int, kind: DeviationKind = DeviationKind.OUT_OF_LIMITS) -> None:
    """So many deviations of the instruction, now."""
    with writing(house.engine) as tx:
        before = len(tx.execute(select(tables.deviations.c.id)).all())
        for number in range(before, before + count):
            values = {"id": f"d-{number}", "kind": kind, "run": "r", "step": "stick-label", "check_id": "c"}
            values |= {"document": "label-and-pack", "release": "0" * 64, "station": "bench-1", "by": "ada"}
            tx.execute(insert(tables.deviations).values(**values, expected="1", came="2", at=house.now()))


# --- by date --------------------------------------------------------------------


def test_a_procedure_is_due_yearly_and_an_instruction_with_it_unless_it_says_otherwise(
    plant: House, rewritten: Callable[..., str]
) -> None:
    sop, instruction = plan(plant, "build-gear-pump"), plan(plant, "label-and-pack")
    assert (sop.interval.days, sop.why) == (365, "as it says itself")
    assert instruction.interval.days == 365
    assert instruction.why == f"with “{sop.title}”"
    rewritten("sops/build-gear-pump", 2, "review_interval: 365d\n", "")
    assert plan(plant, "build-gear-pump").why == "as procedures here are"
    planning.decide(plant, Rule(kind="sop", days=200, deviations=0, within=30), "ada")
    assert plan(plant, "label-and-pack").interval.days == 200
    rewritten("instructions/label-and-pack", 2, "risk_class:", "review_interval: 90d\nrisk_class:")
    assert plan(plant, "label-and-pack").interval.days == 90


def test_no_document_is_due_more_often_than_daily(plant: House, rewritten: Callable[..., str]) -> None:
    rewritten("sops/build-gear-pump", 2, "review_interval: 365d", "review_interval: 500ms")
    assert plan(plant, "build-gear-pump").interval == due.SHORTEST


def test_a_date_that_comes_near_and_passes_is_told_once_each(plant: House, clock: Clock) -> None:
    planner = planning.Planner(plant)
    planner.look()
    assert told(plant, "review soon") == []
    clock.forward(days=340)
    for _ in range(3):
        planner.look()
        clock.forward(minutes=2)
    assert told(plant, "review soon") == ["build-gear-pump", "label-and-pack"]
    assert told(plant, "review overdue") == []
    clock.forward(days=30)
    for look in (planner.look, planning.Planner(plant).look):  # also by a server that starts anew
        look()
        clock.forward(minutes=2)
    assert told(plant, "review overdue") == ["build-gear-pump", "label-and-pack"]
    planning.sign(plant, "label-and-pack", "jan", planning.RIGHT, "")
    clock.forward(days=366)
    planner.look()
    assert told(plant, "review overdue") == ["build-gear-pump", "label-and-pack", "label-and-pack"]


def test_the_task_looks_once_a_minute_and_again_when_the_clock_was_set_back(
    plant: House, clock: Clock
) -> None:
    planner = planning.Planner(plant)
    planner.look()
    clock.forward(seconds=30)
    deviate(plant, 10)
    planner.look()
    assert doubts(plant) == []
    clock.forward(days=-1)
    planner.look()
    clock.forward(days=1, minutes=1)
    planner.look()
    assert doubts(plant) == [("label-and-pack", "deviations")]


# --- by what happens ------------------------------------------------------------


def test_so_many_deviations_ask_for_a_review_once_and_again_after_it(plant: House, clock: Clock) -> None:
    clock.forward(days=1)
    deviate(plant, 9)
    deviate(plant, 5, DeviationKind.OVERRUN)
    planning.count(plant)
    assert doubts(plant) == []
    deviate(plant, 1)
    planning.count(plant)
    planning.count(plant)
    with reading(plant.engine) as tx:
        (flag,) = due.flags(tx)
    assert flag.reason == "10 deviations within 30 days, 10 of them in step stick-label"
    clock.forward(hours=1)
    planning.sign(plant, "label-and-pack", "jan", planning.RIGHT, "the labels were damp")
    planning.count(plant)
    assert doubts(plant) == []
    clock.forward(hours=1)
    deviate(plant, 10)
    planning.count(plant)
    assert doubts(plant) == [("label-and-pack", "deviations")]


def test_old_deviations_do_not_add_up_and_a_plant_may_count_none(plant: House, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(days=31)
        deviate(plant, 5)
        planning.count(plant)
    assert doubts(plant) == []
    deviate(plant, 50)
    planning.decide(plant, Rule(kind="work-instruction", days=730, deviations=0, within=30), "ada")
    planning.count(plant)
    assert doubts(plant) == []


def test_a_procedure_that_is_released_anew_casts_doubt_on_what_it_governs(
    plant: House, rewritten: Callable[..., str]
) -> None:
    assert doubts(plant) == []  # its first release is no change
    rewritten("sops/build-gear-pump", 2, "365d", "180d")
    rewritten("sops/build-gear-pump", 3, "365d", "90d")
    assert doubts(plant) == [("label-and-pack", "procedure")]
    with reading(plant.engine) as tx:
        assert due.flags(tx)[0].reason.endswith("which governs it, was released anew as revision 2")


# --- the signed outcome ---------------------------------------------------------


def test_still_right_clears_every_doubt_and_moves_the_date_and_has_to_change_does_neither(
    plant: House, clock: Clock
) -> None:
    first = plan(plant, "label-and-pack").due
    with writing(plant.engine) as tx:
        doubting.flag(tx, plant, "label-and-pack", "the printer is another one", "eva")
    clock.forward(days=100)
    planning.sign(plant, "label-and-pack", "jan", planning.CHANGE, "step 2 shows the old printer")
    assert doubts(plant) == [("label-and-pack", ""), ("label-and-pack", "review")]
    assert plan(plant, "label-and-pack").due == first
    planning.sign(plant, "label-and-pack", "jan", planning.RIGHT, "")
    assert doubts(plant) == []
    assert plan(plant, "label-and-pack").due == first + timedelta(days=100)
    with reading(plant.engine) as tx:
        newest, before = due.outcomes(tx, "label-and-pack")
    assert (newest.verdict, newest.name, newest.revision) == ("right", "Jan", 1)
    assert before.outcome == "step 2 shows the old printer"
    assert told(plant, "reviewed") == ["label-and-pack", "label-and-pack"]


def test_an_outcome_without_a_verdict_words_or_document_is_refused(plant: House) -> None:
    with pytest.raises(Invalid):
        planning.sign(plant, "label-and-pack", "jan", "perhaps", "")
    with pytest.raises(Invalid):
        planning.sign(plant, "label-and-pack", "jan", planning.CHANGE, "  ")
    with pytest.raises(NotThere):
        planning.sign(plant, "no-such", "jan", planning.RIGHT, "")
    for wrong in (
        Rule(kind="poem", days=1, deviations=0, within=1),
        Rule(kind="sop", days=0, deviations=0, within=1),
        Rule(kind="sop", days=1, deviations=-1, within=1),
        Rule(kind="sop", days=1, deviations=0, within=1_000),
    ):
        with pytest.raises(Invalid):
            planning.decide(plant, wrong, "ada")


def test_who_may_look_again_is_asked_and_nobody_else(plant: House, clock: Clock) -> None:
    assert planning.asks(plant, "jan", Role.ENGINEER) == 0
    clock.forward(days=400)
    planning.remind(plant)
    with writing(plant.engine) as tx:  # a document counts once, overdue and in doubt
        doubting.flag(tx, plant, "label-and-pack", "the printer is another one", "eva")
    assert planning.asks(plant, "jan", Role.ENGINEER) == 2
    assert planning.asks(plant, "sam", Role.SUPERVISOR) == 0
    planning.sign(plant, "label-and-pack", "jan", planning.RIGHT, "")
    assert planning.asks(plant, "jan", Role.ENGINEER) == 1


def test_programs_read_what_is_due_and_sign_with_a_password(plant: House) -> None:
    add_person(plant, "root", "Root", "administrator", "ada", login="root", password=PASSWORD)
    token, root = (
        open_session(plant.engine, who, kind=Kind.API, at=plant.now()).token for who in ("jan", "root")
    )
    with serving(plant) as address, client(address, token) as jan, client(address, root) as administrator:
        found = jan.get("/reviews").json()
        assert [(each["document"], each["days"]) for each in found["planned"]] == [
            ("build-gear-pump", 365),
            ("label-and-pack", 365),
        ]
        sign = "/documents/label-and-pack/reviews"
        release = next(each["release"] for each in found["planned"] if each["document"] == "label-and-pack")
        guessed = {"release": release, "password": "guessed", "outcome": "fine"}
        assert jan.post(sign, json=guessed).status_code == 401
        stale = {"release": "0" * 64, "password": PASSWORD, "outcome": "fine"}
        assert jan.post(sign, json=stale).status_code == 409
        given = {"release": release} | {
            "password": PASSWORD,
            "verdict": "change",
            "outcome": "another printer",
        }
        assert jan.post(sign, json=given).status_code == 204
        assert jan.get("/reviews").json()["in_doubt"][0]["cause"] == "review"
        rule = {"days": 100, "deviations": 3, "within": 7}
        assert jan.put("/review-rules/sop", json=rule).status_code == 403
        assert administrator.put("/review-rules/sop", json=rule).status_code == 204
        assert {"kind": "sop", **rule} in jan.get("/review-rules").json()


# --- the calendar ---------------------------------------------------------------


def test_the_feed_is_what_calendar_programs_read(plant: House) -> None:
    with reading(plant.engine) as tx:
        plans = due.planned(tx, plant.now())
    hostile = "Ümlaut, semicolon; back\\slash\r\nBEGIN:VALARM " + "ä" * 80
    long = Planned(
        **{name: getattr(plans[0], name) for name in Planned.__dataclass_fields__} | {"title": hostile}
    )
    feed = calendar.feed([long, *plans], "http://plant:8080", plant.now())
    lines = feed.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert max(len(line.encode()) for line in lines) <= 75
    whole = feed.replace("\r\n ", "")
    assert "\r\nBEGIN:VALARM" not in whole
    assert r"SUMMARY:Review Ümlaut\, semicolon\; back\\slash  BEGIN:VALARM " + "ä" * 80 in whole
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 3
    assert "DTSTART;VALUE=DATE:20271123\r\nDTEND;VALUE=DATE:20271124" in whole
    assert "URL:http://plant:8080/reviews/documents/label-and-pack\r\n" in whole
