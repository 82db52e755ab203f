"""From approved to the floor: terms, staged releases, withdrawal, earlier content, placements, doubt, tokens."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, insert, select, update

from content import package
from content.folder import load_instruction
from content.instruction import Instruction
from content.lint.settings import LintSettings
from content.package import Release
from server.clockwork import Clockwork
from server.errors import Conflict, Invalid, NotAllowed, NotThere
from server.house import House
from server.library import (
    assigning,
    checking,
    doubting,
    drafts,
    placing,
    planning,
    policy,
    releasing,
    restoring,
    reviewing,
    ruling,
    settling,
    submissions,
    submitting,
    trying,
)
from server.library.edits import Change, change
from server.library.publishing import publish
from server.library.releasing import Terms
from server.library.shapes import HEAD, STEP
from server.people import keys
from server.people.roster import add_person
from server.people.sessions import Role
from server.portal.beside import UNREADABLE, size_of
from server.reports import library
from server.reports import reviewing as due
from server.store import tables
from server.store.engine import reading, writing
from tests.content.documents import PNG, TEXT, write_instruction
from tests.library import LIBRARY
from tests.server.conftest import Clock

WRONG = "The torque in step one is wrong"


@pytest.fixture
def plant(house: House) -> House:
    """Three stations in two lines, and the people that sign."""
    with writing(house.engine) as tx:
        tx.execute(update(tables.stations).where(tables.stations.c.id == "bench-1").values(line="Pumps"))
    for station, line in (("bench-2", "Pumps"), ("bench-3", "Valves")):
        assigning.create_station(house, station, station.title(), line, "Hall 1", "ada")
    for person, role in (("eva", "engineer"), ("jan", "engineer"), ("sam", "supervisor")):
        add_person(house, person, person.title(), role, "ada", login=person, password="correct horse battery")
    return house


@pytest.fixture
def first(plant: House, tmp_path: Path) -> str:
    """The first release, placed at the line of pumps."""
    folder = tmp_path / "close-pump"
    folder.mkdir()
    digest = publish(plant, write_instruction(folder), "eva").digest
    placing.place(plant, "close-pump", "line", "Pumps", "eva")
    return digest


@pytest.fixture
def next_release(plant: House, first: str) -> Callable[..., str]:
    """Writes, signs and releases the next revision."""

    def made(terms: Terms | None = None, title: str = "Tighten them evenly") -> str:

        with reading(plant.engine) as tx:
            release = library.newest_release(tx, "close-pump")
        assert release is not None
        draft = drafts.from_release(plant, release, "eva")
        with reading(plant.engine) as tx:
            held = drafts.read(tx, draft)
        part = held.parts[STEP + held.steps[0]]
        body = {**part.body, "title": f"{title} {release.document.revision}"}
        change(plant, draft, Change(part=STEP + held.steps[0], version=part.version, body=body), "eva")
        approve(plant, draft)
        return releasing.release(plant, draft, "eva", Role.ENGINEER, terms).digest

    return made


def approve(house: House, draft: str) -> None:
    submitting.submit(house, draft, "better", "eva")
    for person, role in (("jan", Role.ENGINEER), ("sam", Role.SUPERVISOR)):
        with reading(house.engine) as tx:
            if drafts.read(tx, draft).state != "in-review":
                return
        reviewing.sign(house, draft, person, role, "approved", "It is right")


def held_at(house: House, station: str) -> set[str]:
    a = tables.assignments.c
    with reading(house.engine) as tx:
        return set(tx.execute(select(a.release).where(a.station == station)).scalars())


def make_runs(house: House, release: str, deviations: list[int], station: str = "bench-1") -> None:
    now = house.now()
    with writing(house.engine) as tx:
        for number, count in enumerate(deviations):
            row = {
                "id": f"{release[:8]}-{station}-{number}",
                "kiosk": "k-1",
                "station": station,
                "release": release,
            }
            row |= {"document": "close-pump", "revision": 2, "state": "completed", "deviations": count}
            tx.execute(
                insert(tables.runs).values(row | {"started_at": now, "ended_at": now, "steps_done": 1})
            )


def test_a_placed_document_reaches_the_stations_of_its_line_and_every_later_release_follows(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    assert [held_at(plant, f"bench-{number}") for number in (1, 2, 3)] == [{first}, {first}, set()]
    second = next_release()
    assert [held_at(plant, f"bench-{number}") for number in (1, 2, 3)] == [{second}, {second}, set()]
    placing.place(plant, "close-pump", "site", "", "eva")
    assert held_at(plant, "bench-3") == {second}


def test_a_document_goes_where_its_product_or_option_is_made(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    placing.place(plant, "close-pump", "product", "GP-130", "eva")
    assert held_at(plant, "bench-3") == set()
    placing.make(plant, "bench-3", ["GP-130", " GP-140 "], ["heated"], "eva")
    assert held_at(plant, "bench-3") == {first}
    with reading(plant.engine) as tx:
        (choice,) = settling.outlook(tx, "bench-3", plant.now())
    assert choice.placed == "this station makes GP-130"
    second = next_release()
    assert held_at(plant, "bench-3") == {second}
    placing.make(plant, "bench-3", ["GP-140"], ["heated"], "eva")
    assert held_at(plant, "bench-3") == set()
    placing.place(plant, "close-pump", "option", "heated", "eva")
    assert held_at(plant, "bench-3") == {second}
    with pytest.raises(NotThere):
        placing.make(plant, "bench-9", [], [], "eva")


def test_a_release_takes_effect_at_its_time_even_when_the_server_was_down_then(
    plant: House, first: str, next_release: Callable[..., str], clock: Clock
) -> None:
    second = next_release(Terms(effective_at=plant.now() + timedelta(hours=8)))
    Clockwork(plant).tick()
    assert held_at(plant, "bench-1") == {first}
    with reading(plant.engine) as tx:
        (choice,) = settling.outlook(tx, "bench-1", plant.now())
    assert (choice.revision, choice.coming) == (1, 2)
    assert "takes effect" in choice.why
    clock.forward(hours=9)
    Clockwork(plant).tick()  # a clockwork that was not there before
    assert held_at(plant, "bench-1") == {second}


def test_a_staged_release_goes_on_after_good_runs(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release(Terms(first=(("bench-1",),), good_runs=2))
    assert (held_at(plant, "bench-1"), held_at(plant, "bench-2")) == ({second}, {first})
    make_runs(plant, second, [0, 1])
    Clockwork(plant).tick()
    assert held_at(plant, "bench-2") == {first}
    make_runs(plant, second, [0], station="bench-9")
    Clockwork(plant).tick()
    assert held_at(plant, "bench-2") == {second}


def test_a_staged_release_stops_by_itself_when_deviations_rise_and_goes_on_by_hand(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release(Terms(first=(("bench-1",),), good_runs=5, most_deviations=0.5))
    make_runs(plant, second, [2, 1, 0])
    Clockwork(plant).tick()
    with reading(plant.engine) as tx:
        (choice,) = settling.outlook(tx, "bench-2", plant.now())
    assert "stopped" in choice.why
    make_runs(plant, second, [0] * 9, station="bench-8")
    Clockwork(plant).tick()
    assert held_at(plant, "bench-2") == {first}
    with pytest.raises(Invalid, match="say why it goes on"):
        settling.advance(plant, second, "eva")
    settling.advance(plant, second, "eva", "The three parts were from a bad lot")
    with reading(plant.engine) as tx:
        told = (
            tx.execute(select(tables.audit.c.detail).where(tables.audit.c.what == "rolled out"))
            .scalars()
            .all()
        )
    assert told == ["stage 1: The three parts were from a bad lot"]
    settling.advance(plant, second, "eva")  # to everybody
    assert held_at(plant, "bench-2") == {second}


def test_the_clock_does_not_let_on_what_somebody_has_stopped_meanwhile(
    plant: House, first: str, next_release: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = next_release(Terms(first=(("bench-1",),), good_runs=1))
    make_runs(plant, second, [0])
    judged = settling._verdict

    def stopped_meanwhile(tx: Connection, row: Row[Any]) -> tuple[str, str] | None:
        found = judged(tx, row)
        values = {"state": "stopped", "why": "I have seen something"}
        tx.execute(update(tables.rollouts).values(**values))
        return found

    monkeypatch.setattr(settling, "_verdict", stopped_meanwhile)
    settling.look_at_rollouts(plant)
    assert held_at(plant, "bench-2") == {first}
    with reading(plant.engine) as tx:
        assert tx.execute(select(tables.rollouts.c.state)).scalar() == "stopped"


def test_a_staged_release_stops_when_runs_are_broken_off(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release(Terms(first=(("bench-1",),), good_runs=1, most_deviations=0.5))
    make_runs(plant, second, [0, 0, 0])
    with writing(plant.engine) as tx:
        tx.execute(update(tables.runs).values(state="aborted"))
    Clockwork(plant).tick()
    with reading(plant.engine) as tx:
        (choice,) = settling.outlook(tx, "bench-2", plant.now())
    assert "stopped" in choice.why


def test_nobody_puts_on_the_floor_by_its_digest_what_is_not_in_force(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    staged = next_release(Terms(first=(("bench-1",),)))
    with pytest.raises(Conflict, match="goes to other stations first"):
        assigning.assign(plant, "bench-2", [staged], "eva")
    assigning.assign(plant, "bench-1", [staged], "eva")
    later = next_release(Terms(effective_at=plant.now() + timedelta(days=1)))
    with pytest.raises(Conflict, match="takes effect"):
        assigning.assign(plant, "bench-1", [later], "eva")
    releasing.withdraw(plant, staged, WRONG, "eva")
    with pytest.raises(Conflict, match="was withdrawn"):
        assigning.assign(plant, "bench-1", [staged], "eva")
    with writing(plant.engine) as tx:
        doubting.flag(tx, plant, "close-pump", "the seal has changed", "eva", hold=True)
    with pytest.raises(Conflict, match="held until it is reviewed"):
        assigning.assign(plant, "bench-1", [first], "eva")


def test_the_last_units_are_made_under_the_release_before(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release(Terms(last_units=2))
    assert held_at(plant, "bench-1") == {first}
    make_runs(plant, first, [0, 3])
    Clockwork(plant).tick()
    assert held_at(plant, "bench-1") == {second}


def test_a_withdrawn_release_is_off_every_station_and_named_to_their_kiosks(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release()
    before = assigning.counter_of(plant, "bench-1")
    releasing.withdraw(plant, second, WRONG, "eva")
    assert held_at(plant, "bench-1") == {first}
    assert assigning.counter_of(plant, "bench-1") > before
    with reading(plant.engine) as tx:
        payload = assigning._assignment(tx, plant, "bench-1", "mqtt://plant")
    assert payload["withdrawn"] == [second]
    releasing.withdraw(plant, first, WRONG, "eva")
    assert held_at(plant, "bench-1") == set()
    with pytest.raises(Conflict, match="withdrawn already"):
        releasing.withdraw(plant, first, WRONG, "eva")
    with pytest.raises(Invalid, match="say why"):
        releasing.withdraw(plant, second, "bad", "eva")


def test_a_newer_release_supersedes_the_older_ones_once_it_is_everywhere_until_it_is_withdrawn(
    plant: House, first: str, next_release: Callable[..., str], clock: Clock
) -> None:
    second = next_release()
    assert states(plant) == {1: "superseded", 2: "released"}
    third = next_release(Terms(first=(("bench-1",),)))
    later = next_release(Terms(effective_at=plant.now() + timedelta(hours=1)))
    assert states(plant) == {1: "superseded", 2: "released", 3: "released", 4: "released"}
    settling.advance(plant, third, "jan")
    assert states(plant)[2] == "superseded"
    clock.forward(hours=2)
    Clockwork(plant).tick()
    assert states(plant) == {1: "superseded", 2: "superseded", 3: "superseded", 4: "released"}
    releasing.withdraw(plant, later, WRONG, "sam")
    releasing.withdraw(plant, second, WRONG, "sam")
    assert states(plant) == {1: "superseded", 2: "withdrawn", 3: "released", 4: "withdrawn"}
    a, d = tables.audit.c, tables.drafts.c
    with reading(plant.engine) as tx:
        told = tx.execute(select(a.who, a.what, a.detail).order_by(a.id)).all()
        drafted = tx.execute(select(d.state).order_by(d.created_at, d.id)).scalars().all()
    moves = [tuple(each) for each in told if each.what in {"superseded", "in force again"}]
    assert moves == [
        ("eva", "superseded", "revision 1: revision 2 rules"),
        ("jan", "superseded", "revision 2: revision 3 rules"),
        ("stepline", "superseded", "revision 3: revision 4 rules"),
        ("sam", "in force again", "revision 3: revision 3 rules"),
    ]
    assert sorted(drafted) == ["released", "withdrawn", "withdrawn"]


def states(house: House) -> dict[int, str]:
    with reading(house.engine) as tx:
        rows = library.releases_of(tx, "close-pump")
    return {
        row.revision: "withdrawn" if row.withdrawn_at else "superseded" if row.superseded_at else "released"
        for row in rows
    }


def test_earlier_content_comes_back_under_a_new_number(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release()
    next_release()
    back = restore(plant, second)
    assert back.document.revision == 4
    assert back.document.plain() | {"revision": 2} == publish_again(plant, second)
    assert held_at(plant, "bench-1") == {back.digest}
    next_release()
    assert restore(plant, back.digest).document.revision == 6  # what it stands on was signed
    releasing.withdraw(plant, second, WRONG, "eva")
    with pytest.raises(Conflict, match="may not come back"):
        restore(plant, second)


def restore(house: House, digest: str, terms: Terms | None = None) -> Release:
    return restoring.restore(house, digest, "eva", Role.ENGINEER, "The newer one is too slow", terms)


def test_earlier_content_comes_back_on_the_terms_of_its_release(
    plant: House, first: str, next_release: Callable[..., str], clock: Clock
) -> None:
    second, third = next_release(), next_release()
    staged = restore(plant, second, Terms(first=(("bench-2",),), point="at-once", acknowledge=True))
    assert (held_at(plant, "bench-1"), held_at(plant, "bench-2")) == ({third}, {staged.digest})
    with reading(plant.engine) as tx:
        payload = assigning._assignment(tx, plant, "bench-2", "mqtt://plant")
    assert payload["terms"][staged.digest]["point"] == "at-once"
    assert payload["terms"][staged.digest]["acknowledge"]
    later = restore(plant, third, Terms(effective_at=plant.now() + timedelta(hours=8)))
    assert later.digest not in held_at(plant, "bench-1")
    clock.forward(hours=9)
    Clockwork(plant).tick()
    assert held_at(plant, "bench-1") == {later.digest}
    with pytest.raises(Invalid, match="no station bench-9"):
        restore(plant, third, Terms(first=(("bench-9",),)))


def test_earlier_content_comes_back_by_the_rules_of_today_or_in_spite_of_them_with_a_reason(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release()
    next_release()
    with pytest.raises(Invalid, match="lacks a signature that is asked for now: Review"):
        restore(plant, first)  # nobody ever signed it
    ruling.decide(
        plant, "work-instruction", "low", [{"name": "Review"}, {"name": "Safety", "people": ["sam"]}], "ada"
    )
    with pytest.raises(Invalid, match="asked for now: Safety: sam"):
        restore(plant, second)
    ruling.decide(plant, "work-instruction", "low", [{"name": "Review"}], "ada")
    doubting.register(plant, "GP-100", "part", "Gear pump", "A", "eva")
    doubting.change(plant, "GP-100", "", "eva", retire=True)
    with pytest.raises(Invalid, match="which is retired"):
        restore(plant, second)
    checking.decide(plant, LintSettings(levels={"limit-without-device": "error"}), "ada")
    with pytest.raises(Invalid, match="from any device, and 1 more"):
        restore(plant, second)
    said = ("Revision 3 stops the line", None, "the device comes tomorrow")
    with pytest.raises(NotAllowed):
        restoring.restore(plant, second, "eva", Role.ENGINEER, *said)
    made = restoring.restore(plant, second, "ada", Role.ADMINISTRATOR, *said)
    t, a = tables.terms.c, tables.audit.c
    with reading(plant.engine) as tx:
        kept = tx.execute(select(t.override, t.restores).where(t.release == made.digest)).one()
        told = tx.execute(select(a.detail).where(a.what == "released in spite of findings")).scalars().all()
    assert tuple(kept) == ("the device comes tomorrow", second)
    assert told == ["the device comes tomorrow"]


def publish_again(house: House, digest: str) -> dict[str, object]:

    with reading(house.engine) as tx:
        found = library.release(tx, digest)
    assert found is not None
    return found.document.plain()


def changed(house: House, part: str, **more: Any) -> str:
    """An approved draft of the newest release in which a part says more."""
    with reading(house.engine) as tx:
        release = library.newest_release(tx, "close-pump")
    assert release is not None
    draft = drafts.from_release(house, release, "eva")
    with reading(house.engine) as tx:
        held = drafts.read(tx, draft).parts[part]
    change(house, draft, Change(part=part, version=held.version, body={**held.body, **more}), "eva")
    approve(house, draft)
    return draft


NARROW = {"id": "gap", "kind": "number", "prompt": "Read the gap", "unit": "mm", "low": "2"}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "checker": (HEAD, {"risk_class": "high", "governed_by": []}, "governed by no procedure"),
    "stuck": (
        STEP + "bolt",
        {"checks": [NARROW | {"limits": {"high": "1 + 0"}}]},
        "a path cannot be finished",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_findings_and_paths_without_an_end_keep_a_release_back_until_an_administrator_answers_for_them(
    plant: House, first: str, why: str
) -> None:
    part, more, told = REFUSED[why]
    ruling.decide(plant, "work-instruction", "high", [{"name": "Review"}], "ada")
    draft = changed(plant, part, **more)
    with pytest.raises(Invalid, match=told):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    with pytest.raises(NotAllowed):
        releasing.release(plant, draft, "eva", Role.ENGINEER, override="the device comes tomorrow")
    with pytest.raises(Invalid, match="too short"):
        releasing.release(plant, draft, "ada", Role.ADMINISTRATOR, override="now")
    assert held_at(plant, "bench-1") == {first}
    made = releasing.release(plant, draft, "ada", Role.ADMINISTRATOR, override="the device comes tomorrow")
    with reading(plant.engine) as tx:
        kept = tx.execute(
            select(tables.terms.c.override).where(tables.terms.c.release == made.digest)
        ).scalar()
    assert kept == "the device comes tomorrow"


def test_a_site_that_calls_a_rule_an_error_has_it_keep_a_release_back(plant: House, first: str) -> None:
    draft = changed(plant, STEP + "bolt", title="Tighten them evenly", media=[])
    checking.decide(plant, LintSettings(levels={"missing-picture": "error"}), "ada")
    with pytest.raises(Invalid, match="has no picture"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)


def test_what_the_dry_run_could_not_walk_is_said_to_who_decides() -> None:
    values = {"id": "many", "kind": "work-instruction", "title": "Many", "revision": 1, "language": "en"}
    flags = [{"id": f"p{number}", "title": "Asked", "type": "flag"} for number in range(20)]
    steps = [{"id": f"s{n}", "title": f"S{n}", "text": "Do it.", "when": f"order.p{n}"} for n in range(20)]
    last = {"id": "last", "title": "Last", "text": "Do it."}
    many = Instruction.model_validate(
        {**values, "applies_to": {}, "parameters": flags, "steps": [*steps, last]}
    )
    assert "or more not" in trying.untried(trying.tried(many))
    few = Instruction.model_validate({**values, "applies_to": {}, "steps": [last]})
    assert trying.untried(trying.tried(few)) == ""


def test_the_sample_instruction_that_branches_has_no_obstacle() -> None:
    for folder in sorted((LIBRARY / "instructions").iterdir()):
        assert releasing.obstacles(load_instruction(folder)) == ()


def test_a_signature_counts_for_the_content_that_was_signed_only(plant: House, first: str) -> None:

    with reading(plant.engine) as tx:
        release = library.newest_release(tx, "close-pump")
    assert release is not None
    draft = drafts.from_release(plant, release, "eva")
    approve(plant, draft)
    part = tables.draft_parts
    with writing(plant.engine) as tx:  # somebody changes the database by hand
        head = tx.execute(select(part.c.body).where(part.c.draft == draft, part.c.part == HEAD)).scalar_one()
        changed = head.replace("Close", "Open")
        assert changed != head
        tx.execute(update(part).where(part.c.draft == draft, part.c.part == HEAD).values(body=changed))
    with pytest.raises(Conflict, match="not complete"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)


def test_a_deputy_signs_for_somebody_who_is_away_and_the_record_says_so(plant: House, first: str) -> None:
    for risk in policy.RISKS:
        ruling.decide(plant, "work-instruction", risk, [{"name": "Safety", "people": ["jan"]}], "ada")

    with reading(plant.engine) as tx:
        release = library.newest_release(tx, "close-pump")
    assert release is not None
    draft = drafts.from_release(plant, release, "eva")
    submitting.submit(plant, draft, "better", "eva")
    with pytest.raises(NotAllowed, match="not your turn"):
        reviewing.sign(plant, draft, "sam", Role.SUPERVISOR, "approved", "It is right")
    now = plant.now()
    policy.add_absence(plant, "jan", "sam", now - timedelta(hours=1), now + timedelta(days=7), "ada")
    review = reviewing.sign(plant, draft, "sam", Role.SUPERVISOR, "approved", "It is right")
    assert review.complete
    assert [(each.person, each.on_behalf_of) for each in review.signatures] == [("sam", "jan")]


def test_a_changed_part_casts_doubt_on_every_document_that_names_it_and_holds_those_of_high_risk(
    plant: House, tmp_path: Path
) -> None:
    for name in ("service-pump", "label-and-pack"):
        publish(plant, LIBRARY / "instructions" / name, "eva")
        placing.place(plant, name, "station", "bench-1", "eva")
    (service,) = [digest for digest in held_at(plant, "bench-1") if names(plant, digest) == "service-pump"]
    doubting.register(plant, "GP-112", "part", "Shaft seal", "A", "eva")
    with reading(plant.engine) as tx:
        (use,) = doubting.uses(tx, "GP-112")
    assert (use.document, use.risk_class, "Renew the shaft seal" in use.steps) == (
        "service-pump",
        "high",
        True,
    )
    doubting.change(plant, "GP-112", "B", "eva", hold=True)
    assert service not in held_at(plant, "bench-1")
    with reading(plant.engine) as tx:
        (flag,) = due.flags(tx)
    assert (flag.document, flag.hold) == ("service-pump", True)
    assert "is B now, was A" in flag.reason
    for lifting in (
        lambda: doubting.clear(plant, flag.id, "it fits", "jan"),
        lambda: planning.sign(plant, "service-pump", "jan", planning.RIGHT, ""),
    ):
        with pytest.raises(Invalid, match="say why it may be used again"):
            lifting()
    assert service not in held_at(plant, "bench-1")
    doubting.clear(plant, flag.id, "the new seal fits", "jan")
    assert service in held_at(plant, "bench-1")
    doubting.change(plant, "GP-112", "C", "eva", hold=True)
    planning.sign(plant, "service-pump", "jan", planning.RIGHT, "only the colour is new")
    assert service in held_at(plant, "bench-1")
    a = tables.audit.c
    with reading(plant.engine) as tx:
        lifted = tx.execute(select(a.who, a.detail).where(a.what == "hold lifted").order_by(a.id)).all()
    assert [(row.who, row.detail.partition(" (")[0]) for row in lifted] == [
        ("jan", "the new seal fits"),
        ("jan", "only the colour is new"),
    ]


def names(house: House, digest: str) -> str:
    with reading(house.engine) as tx:
        return tx.execute(
            select(tables.releases.c.document).where(tables.releases.c.digest == digest)
        ).scalar_one()


def test_a_document_is_due_for_review_by_its_interval_until_somebody_says_it_is_still_right(
    plant: House, clock: Clock
) -> None:
    publish(plant, LIBRARY / "sops" / "build-gear-pump", "eva")
    publish(plant, LIBRARY / "instructions" / "label-and-pack", "eva")

    def states() -> dict[str, str]:
        with reading(plant.engine) as tx:
            return {each.document: each.state for each in due.planned(tx, plant.now())}

    assert set(states().values()) == {"later"}
    clock.forward(days=366)
    assert set(states().values()) == {"overdue"}  # the instruction goes with its procedure
    planning.sign(plant, "label-and-pack", "jan", planning.RIGHT, "")
    assert states() == {"build-gear-pump": "overdue", "label-and-pack": "later"}


def test_a_pipeline_submits_with_its_token_and_nothing_else(
    plant: House, tmp_path: Path, clock: Clock
) -> None:
    token = keys.make_key(plant, "gitlab", "eva", "submit", 30)
    visitor = keys.find_key(plant, token, "submit")
    assert visitor is not None
    assert visitor.id == "eva"
    assert keys.find_key(plant, token, "release") is None
    folder = tmp_path / "close-pump"
    folder.mkdir()
    sent = submissions.send(plant, write_instruction(folder), "eva", Role.ENGINEER, "why", {"commit": "abc"})
    assert sent.state == "in-review"
    with reading(plant.engine) as tx:
        source = tx.execute(
            select(tables.drafts.c.source).where(tables.drafts.c.id == sent.draft)
        ).scalar_one()
    assert source == '{"commit": "abc"}'
    again = submissions.send(
        plant, write_instruction(folder, TEXT.replace("Tighten the", "Tighten all")), "eva", Role.ENGINEER
    )
    assert again.draft != sent.draft  # a newer submission takes the place of the one before
    reviewing.take_back(plant, str(again.draft), "eva")
    with reading(plant.engine) as tx:
        part = drafts.read(tx, str(again.draft)).parts[HEAD]
    by_hand = Change(part=HEAD, version=part.version, body={**part.body, "title": "Close it by hand"})
    change(plant, str(again.draft), by_hand, "eva")
    with pytest.raises(Conflict, match="eva has an open draft"):  # what was written by hand is not put away
        submissions.send(plant, write_instruction(folder), "eva", Role.ENGINEER)
    clock.forward(days=31)
    assert keys.find_key(plant, token, "submit") is None


def test_who_wrote_may_not_sign_whatever_their_role(plant: House, first: str) -> None:

    with reading(plant.engine) as tx:
        release = library.newest_release(tx, "close-pump")
    assert release is not None
    assert isinstance(release.document, Instruction)
    draft = drafts.from_release(plant, release, "ada")
    submitting.submit(plant, draft, "", "ada")
    with pytest.raises(NotAllowed, match="who wrote"):
        reviewing.sign(plant, draft, "ada", Role.ADMINISTRATOR, "approved", "It is right")


@pytest.mark.parametrize(
    "author",
    ["Jan", "JAN <jan@plant.example>", "J. Berg <jan@plant.example>", "Ann <a@b.example>,Jan <x@y.example>"],
)
def test_whoever_wrote_it_in_git_does_not_sign_it_whosever_token_sent_it(
    plant: House, first: str, tmp_path: Path, author: str
) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    text = TEXT.replace("revision: 1", "revision: 2").replace("Tighten the", "Tighten all")
    sent = submissions.send(
        plant, write_instruction(folder, text), "eva", Role.ENGINEER, "why", {"author": author}
    )
    assert sent.draft is not None
    with pytest.raises(NotAllowed, match="does not sign it"):
        reviewing.sign(plant, sent.draft, "jan", Role.ENGINEER, "approved", "It is right")


# --- a crash, and what is no longer placed ----------------------------------------------------------------------------
class Crash(BaseException):
    """The process is gone: nobody catches it."""


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on the server dies when it tells the kiosks, right after the commit."""

    def died(*_asked: Any) -> None:
        raise Crash

    return lambda: monkeypatch.setattr(settling, "tell", died)


def test_a_server_that_dies_after_a_withdrawal_has_taken_it_off_the_stations(
    plant: House, first: str, next_release: Callable[..., str], crashing: Callable[[], None]
) -> None:
    second = next_release()
    before = assigning.tag(plant, "bench-1", "b")
    crashing()
    with pytest.raises(Crash):
        releasing.withdraw(plant, second, WRONG, "eva")
    assert held_at(plant, "bench-1") == {first}
    assert assigning.tag(plant, "bench-1", "b") != before


def test_a_server_that_dies_after_a_release_has_brought_it_to_the_stations(
    plant: House, first: str, next_release: Callable[..., str], crashing: Callable[[], None]
) -> None:
    crashing()
    with pytest.raises(Crash):
        next_release()
    assert held_at(plant, "bench-1") not in ({first}, set())


def test_a_server_that_dies_after_a_hold_lets_nobody_start(
    plant: House, first: str, crashing: Callable[[], None]
) -> None:
    doubting.register(plant, "GP-101", "part", "Housing", "A", "eva")
    ruling.decide(plant, "work-instruction", "high", [{"name": "Review"}], "ada")
    draft = changed(plant, HEAD, risk_class="high", governed_by=["sop"])
    releasing.release(plant, draft, "eva", Role.ENGINEER)
    crashing()
    with pytest.raises(Crash):
        doubting.change(plant, "GP-101", "B", "eva", hold=True)
    assert held_at(plant, "bench-1") == set()


def test_a_withdrawal_reaches_a_station_where_the_document_is_no_longer_placed(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    second = next_release()
    with reading(plant.engine) as tx:
        placements = tx.execute(select(tables.placements.c.id)).scalars().all()
    for placement in placements:
        placing.unplace(plant, placement, "eva")
    before = assigning.counter_of(plant, "bench-1")
    releasing.withdraw(plant, second, WRONG, "eva")
    assert assigning.counter_of(plant, "bench-1") > before
    payload = package.content_of(assigning.assignment(plant, "bench-1", "b"))
    assert json.loads(payload)["withdrawn"] == [second]
    other = package.content_of(assigning.assignment(plant, "bench-3", "b"))  # it never had it
    assert json.loads(other)["withdrawn"] == []


def test_what_stations_still_work_by_is_in_doubt_also_when_the_newest_release_is_on_its_way_only(
    plant: House, first: str, next_release: Callable[..., str]
) -> None:
    doubting.register(plant, "Zorbex", "tool", "Zorbex", "1", "eva")
    second = next_release(title="Use Zorbex now")
    next_release(Terms(first=(("bench-2",),)), title="Plain")
    assert held_at(plant, "bench-1") == {second}
    with reading(plant.engine) as tx:
        (use,) = doubting.uses(tx, "Zorbex")
    assert use.document == "close-pump"
    assert doubting.change(plant, "Zorbex", "2", "eva") == [use]


def test_that_a_release_took_effect_at_its_date_is_written_down_once(
    plant: House, first: str, next_release: Callable[..., str], clock: Clock
) -> None:
    second = next_release(Terms(effective_at=plant.now() + timedelta(hours=1)))
    Clockwork(plant).tick()
    clock.forward(hours=2)
    for _ in range(3):
        Clockwork(plant).tick()
    assert held_at(plant, "bench-1") == {second}
    with reading(plant.engine) as tx:
        a = tables.audit.c
        told = tx.execute(select(a.detail).where(a.what == "took effect")).scalars().all()
    assert told == ["at bench-1, bench-2"]


def test_a_station_that_comes_later_gets_at_once_what_is_placed_where_it_stands(
    plant: House, first: str
) -> None:
    assigning.create_station(plant, "bench-9", "Bench 9", "Pumps", "Hall 1", "ada")
    assigning.create_station(plant, "bench-10", "Bench 10", "Valves", "Hall 1", "ada")
    assert held_at(plant, "bench-9") == {first}
    assert held_at(plant, "bench-10") == set()


def test_a_picture_that_cannot_be_opened_breaks_no_page(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(PNG)
    assert size_of(tmp_path / "broken") == UNREADABLE
