"""What documents refer to: every place in which it stands, over the API and in the portal, and what its end hinders."""

import urllib.parse
from pathlib import Path

import pytest

from content.instruction import Instruction
from content.sop import Sop
from server.errors import Conflict, Invalid
from server.house import House
from server.library import doubting, drafts, releasing, reviewing, submitting
from server.library.mentions import mentions, places
from server.library.publishing import publish
from server.people.roster import add_person
from server.people.sessions import Kind, Role, open_session
from server.reports import library as shelf
from server.store.engine import reading
from tests.content.documents import TEXT, write_instruction
from tests.library import LIBRARY
from tests.server.serving import client, serving

NORM = "ISO/IEC 6789-1:2015 #4"
WORDS = f"""{TEXT}
  - id: hold
    title: Hold it
    text: Wait.
    standard_time: 5s
    safety: [{{level: warning, text: "Read {NORM} before"}}]
    checks: [{{id: seen, kind: vision, check: no-drop, device: camera-7}}]
"""


@pytest.fixture
def plant(house: House, tmp_path: Path) -> House:
    folder = tmp_path / "close-pump"
    folder.mkdir()
    publish(house, write_instruction(folder, WORDS), "eva")
    publish(house, LIBRARY / "sops" / "build-gear-pump", "eva")
    return house


def newest(house: House, document: str) -> Instruction | Sop:
    with reading(house.engine) as tx:
        found = shelf.newest_release(tx, document)
    assert found is not None
    return found.document


@pytest.mark.parametrize(
    ("document", "thing", "steps"),
    [
        ("close-pump", "gp-101", ("Tighten",)),
        ("close-pump", "Housing", ("Tighten",)),
        ("close-pump", NORM, ("Hold it",)),
        ("close-pump", "camera-7", ("Hold it",)),
        ("close-pump", "GP-100", ()),
        ("close-pump", "GP-10", None),
        ("close-pump", "bolt", None),
        ("build-gear-pump", "ISO 4762", ()),
        ("build-gear-pump", "Close the pump", ("Close the pump",)),
    ],
)
def test_a_thing_is_found_wherever_a_document_names_it(
    plant: House, document: str, thing: str, steps: tuple[str, ...] | None
) -> None:
    assert places(newest(plant, document), thing) == steps


@pytest.mark.parametrize(
    ("text", "thing", "found"),
    [
        ("as DIN 472 says", "din 472", True),
        ("DIN 4721", "din 472", False),
        ("", "x", False),
        ("x", "", False),
    ],
)
def test_a_thing_is_a_whole_word(text: str, thing: str, *, found: bool) -> None:
    assert mentions(text, thing) is found


def test_what_refers_to_something_retired_is_released_only_in_spite_of_it(plant: House) -> None:
    doubting.register(plant, NORM, "standard", "Vessels", "2015", "eva")
    with pytest.raises(Invalid, match="2015 already"):
        doubting.change(plant, NORM, "2015", "eva")
    doubting.change(plant, NORM, "", "eva", retire=True)
    with reading(plant.engine) as tx:
        draft = drafts.from_release(plant, shelf.newest_release(tx, "close-pump"), "eva")
    submitting.submit(plant, draft, "", "eva")
    reviewing.sign(plant, draft, "jan", Role.ENGINEER, "approved", "It is right")
    with pytest.raises(Invalid, match="which is retired: Hold it"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    releasing.release(plant, draft, "ada", Role.ADMINISTRATOR, override="the new standard comes in May")


def test_programs_register_and_change_what_documents_refer_to(plant: House) -> None:
    for person, role in (("jan", "engineer"), ("sam", "supervisor")):
        add_person(plant, person, person.title(), role, "ada", login=person, password="correct horse battery")
    jan_token, sam_token = (
        open_session(plant.engine, who, kind=Kind.API, at=plant.now()).token for who in ("jan", "sam")
    )
    thing = {"id": NORM, "kind": "standard", "name": "Vessels", "version": "2015"}
    with serving(plant) as address, client(address, jan_token) as jan, client(address, sam_token) as sam:
        assert sam.post("/things", json=thing).status_code == 403
        assert jan.post("/things", json=thing).status_code == 201
        assert jan.post("/things", json=thing).status_code == 409
        assert sam.get("/things").json() == [{**thing, "state": "active"}]
        (use,) = sam.get(f"/things/uses?id={urllib.parse.quote(NORM)}").json()
        assert (use["document"], use["steps"]) == ("close-pump", ["Hold it"])
        changed = jan.post("/things/changes", json={"id": NORM, "version": "2026"})
        assert [each["document"] for each in changed.json()] == ["close-pump"]
        (flag,) = sam.get("/reviews").json()["in_doubt"]
        assert (flag["document"], flag["cause"]) == ("close-pump", "thing")
    with pytest.raises(Conflict):
        doubting.register(plant, NORM, "standard", "Vessels", "", "eva")
