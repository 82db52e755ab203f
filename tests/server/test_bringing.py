"""A history goes from one server to another and loses nothing: contents, who, when, why, signatures, withdrawals."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from content.instruction import Instruction
from content.writing import write
from server.errors import Conflict, Invalid
from server.house import House
from server.library import bringing, drafts, exporting, releasing, restoring, reviewing, submitting
from server.library.publishing import publish, publish_library
from server.people.sessions import Role
from server.reports import library as reports
from server.settings import Settings
from server.store import tables
from server.store.engine import reading
from tests.content.documents import everything
from tests.content.generated import instructions, put_files
from tests.library import LIBRARY
from tests.server.conftest import Clock, make_house

WHY = "moved from the old plant's server"


@pytest.fixture
def other(tmp_path: Path):
    """A server that has seen none of it."""
    made = make_house(Settings(data=tmp_path / "other"), Clock())
    yield made
    made.engine.dispose()


@pytest.fixture
def told(house, clock, tmp_path: Path) -> Path:
    """Four releases: as it came, signed and withdrawn, signed again, and the first one brought back."""
    first = {each.document.id: each for each in publish_library(house, LIBRARY, "admin")}["service-pump"]
    clock.forward(hours=1)
    draft = drafts.from_release(house, first, "eva")
    submitting.submit(house, draft, 'Two more: "pictures"\nand a notice', "eva")
    for person, role in (("jan", Role.ENGINEER), ("sam", Role.SUPERVISOR)):
        reviewing.sign(house, draft, person, role, "approved", "It is right", "as agreed")
    second = releasing.release(house, draft, "jan", Role.ENGINEER)
    clock.forward(days=2)
    releasing.withdraw(house, second.digest, "the seal was shown upside down", "sam")
    restoring_of = drafts.from_release(house, first, "eva")
    submitting.submit(house, restoring_of, "As it was", "eva")
    for person, role in (("jan", Role.ENGINEER), ("sam", Role.SUPERVISOR)):
        reviewing.sign(house, restoring_of, person, role, "approved", "It is right")
    releasing.release(house, restoring_of, "jan", Role.ENGINEER)
    clock.forward(days=1)
    restoring.restore(
        house, first.digest, "jan", Role.ADMINISTRATOR, "the first was better", override="known to all"
    )
    exporting.export(house, "service-pump", tmp_path / "told")
    return tmp_path / "told"


def test_all_that_is_told_of_a_document_is_told_by_the_server_it_was_brought_to(
    house, other, told, tmp_path
) -> None:
    made = bringing.bring(other, told, "service-pump", WHY, "admin")
    assert [each.document.revision for each in made] == [1, 2, 3, 4]
    exporting.export(other, "service-pump", tmp_path / "again")
    assert everything(tmp_path / "again") == everything(told)
    text = (told / "history.yaml").read_text()
    for words in (
        "It is right",
        "as agreed",
        "the seal was shown upside down",
        "and a notice",
        "known to all",
    ):
        assert words in text
    with reading(house.engine) as here, reading(other.engine) as there:
        was, now = reports.releases_of(here, "service-pump"), reports.releases_of(there, "service-pump")
    for old, new in zip(was, now, strict=True):
        for name in (
            "digest",
            "released_at",
            "withdrawn_at",
            "why_withdrawn",
            "override",
            "signatures",
            "restores",
        ):
            assert getattr(new, name) == getattr(old, name), name
        assert (old.brought, new.brought) == ("", f"admin: {WHY}")
        assert (old.superseded_at is None) == (new.superseded_at is None)
        assert new.stations == ()
    with reading(other.engine) as tx:
        noted = tx.execute(select(tables.audit).where(tables.audit.c.what == "history brought in")).one()
    assert (noted.who, noted.subject, noted.detail) == ("admin", "service-pump", f"4 releases: {WHY}")


def test_a_history_that_is_there_already_is_left_as_it_is(house, other, told) -> None:
    first = bringing.bring(other, told, "service-pump", WHY, "admin")
    assert bringing.bring(other, told, "service-pump", WHY, "sam") == first
    assert bringing.bring(house, told, "service-pump", WHY, "sam") == first
    with reading(other.engine) as tx:
        assert set(tx.execute(select(tables.brought.c.by)).scalars()) == {"admin"}


def _changed(told: Path) -> None:
    file = told / "r1" / "instruction.yaml"
    file.write_text(file.read_text().replace("title: ", "title: Not ", 1))


def _swapped(told: Path) -> None:
    pictures = sorted((told / "r1" / "media").iterdir())
    shutil.copy(pictures[0], pictures[1])


def _wrong(told: Path) -> None:
    (told / "r2" / "instruction.yaml").write_text("id: service-pump\n")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_changed, "r1 is not what was released"),
        (_swapped, "r1 is not what was released"),
        (_wrong, "not in order"),
        (lambda told: shutil.rmtree(told / "r3"), "not in order"),
        (lambda told: (told / "r9").mkdir(), "not in order"),
        (lambda told: (told / "history.yaml").unlink(), "not in order"),
    ],
)
def test_a_history_that_is_not_what_it_says_is_refused_whole(other, told, spoil, says) -> None:
    spoil(told)
    with pytest.raises(Invalid, match=says):
        bringing.bring(other, told, "service-pump", WHY, "admin")
    with reading(other.engine) as tx:
        assert tx.execute(select(tables.releases)).all() == []


def test_a_history_comes_only_to_where_there_is_none_and_with_a_reason(house, other, told) -> None:
    with pytest.raises(Invalid, match="say why"):
        bringing.bring(other, told, "service-pump", "so", "admin")
    with pytest.raises(Invalid, match="history of service-pump"):
        bringing.bring(other, told, "close-pump", WHY, "admin")
    publish(other, LIBRARY / "instructions" / "service-pump", "admin")
    with pytest.raises(Conflict, match="other releases of service-pump"):
        bringing.bring(other, told, "service-pump", WHY, "admin")


def without_blur(values: dict[str, Any]) -> dict[str, Any]:
    """What a release burns into a picture needs a real picture; elsewhere that is tried."""
    for step in values["steps"]:
        for medium in step.get("media", ()):
            medium["annotations"] = [
                each for each in medium.get("annotations", []) if each["shape"] != "blur"
            ]
            if "video" in medium:
                del medium["annotations"]
    return values


@given(revisions=st.lists(instructions().map(without_blur), min_size=1, max_size=3))
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_any_documents_history_goes_round(
    revisions: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("round")
    houses: list[House] = [make_house(Settings(data=place / name), Clock()) for name in ("here", "there")]
    try:
        for revision, values in enumerate(revisions, 1):
            document = Instruction.model_validate(values | {"id": "doc", "revision": revision, "blocks": []})
            write(document, place / str(revision))
            put_files(document.files, place / str(revision))
            publish(houses[0], place / str(revision), "eva")
        exporting.export(houses[0], "doc", place / "out")
        bringing.bring(houses[1], place / "out", "doc", WHY, "admin")
        exporting.export(houses[1], "doc", place / "again")
        assert everything(place / "again") == everything(place / "out")
    finally:
        for each in houses:
            each.engine.dispose()
        shutil.rmtree(place)
