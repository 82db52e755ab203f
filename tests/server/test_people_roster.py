"""People: changed, locked out, let in again, and rescued, without ever losing the last administrator."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.people import keys, passwords, roster
from server.people.passwords import BackOff
from server.people.roster import Changes
from server.people.sessions import Kind, Role, SignInRefused, find, open_session, sign_in
from server.serve import open_house
from server.store import tables
from server.store.engine import reading
from tests.server.conftest import Clock

PASSWORD, OTHER = "correct horse battery", "another good sentence"


@pytest.fixture
def plant(house: House) -> House:
    for person, role in (("ada", "administrator"), ("eva", "engineer")):
        roster.add_person(
            house, person, person.title(), role, "first", login=person, password=PASSWORD, badge=f"{person}-1"
        )
    return house


def row_of(house: House, person: str):
    with reading(house.engine) as tx:
        return tx.execute(select(tables.people).where(tables.people.c.id == person)).one()


def enter(house: House, login: str, password: str):
    return sign_in(
        house.engine, login, password, kind=Kind.PORTAL, address="here", at=house.now(), back_off=BackOff()
    ).visitor


def of(house: House, person: str, **wanted: str | None) -> Changes:
    row = row_of(house, person)
    return Changes(**({"name": row.name, "role": row.role, "login": row.login} | wanted))


def test_who_gets_another_role_signs_in_anew_and_what_is_not_named_stays(plant: House) -> None:
    opened = open_session(plant.engine, "eva", kind=Kind.PORTAL, at=plant.now())
    token = keys.make_key(plant, "pipeline", "eva", "submit", 30)
    before = row_of(plant, "eva")
    roster.change(plant, "eva", of(plant, "eva", name="Eva Berg"), "ada")
    assert find(plant.engine, opened.token, kind=Kind.PORTAL, at=plant.now()) is not None
    roster.change(plant, "eva", of(plant, "eva", role="supervisor"), "ada")
    assert find(plant.engine, opened.token, kind=Kind.PORTAL, at=plant.now()) is None
    after = row_of(plant, "eva")
    assert (after.name, after.role) == ("Eva Berg", "supervisor")
    assert (after.badge_hash, after.password_hash) == (before.badge_hash, before.password_hash)
    visitor = keys.find_key(plant, token, "submit")
    assert visitor is not None
    assert visitor.role is Role.SUPERVISOR  # so the token submits nothing any more
    with reading(plant.engine) as tx:
        details = tx.execute(
            select(tables.audit.c.detail).where(tables.audit.c.what == "changed person")
        ).scalars()
        assert list(details) == ["name Eva → Eva Berg", "role engineer → supervisor"]


def test_a_lost_badge_opens_nothing_and_a_new_pin_and_password_are_never_told(plant: House) -> None:
    roster.change(plant, "eva", of(plant, "eva", badge="", pin="4711", password=OTHER), "ada")
    row = row_of(plant, "eva")
    assert row.badge_hash is None
    assert passwords.PIN_HASHER.verify("4711", row.pin_hash)
    assert enter(plant, "eva", OTHER).id == "eva"
    with pytest.raises(SignInRefused):
        enter(plant, "eva", PASSWORD)
    with reading(plant.engine) as tx:
        (told,) = tx.execute(
            select(tables.audit.c.detail).where(tables.audit.c.what == "changed person")
        ).scalars()
    assert told == "password, badge taken away, PIN"


@pytest.mark.parametrize(
    ("wanted", "refusal", "words"),
    [
        ({"role": "king"}, Invalid, "no role"),
        ({"name": " "}, Invalid, "needs a name"),
        ({"pin": "12"}, Invalid, "4 to 8 digits"),
        ({"password": "short"}, Invalid, "at least"),
        ({"login": "ada"}, Conflict, "another person's"),
        ({"badge": "ada-1"}, Conflict, "another person's"),
    ],
)
def test_what_a_person_cannot_be_is_refused(
    plant: House, wanted: dict[str, str], refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        roster.change(plant, "eva", of(plant, "eva", **wanted), "ada")
    assert row_of(plant, "eva").role == "engineer"


def test_a_login_comes_with_a_password(plant: House) -> None:
    roster.add_person(plant, "ola", "Ola", "operator", "ada", badge="ola-1")
    with pytest.raises(Invalid, match="needs a password"):
        roster.change(plant, "ola", of(plant, "ola", login="ola"), "ada")
    with pytest.raises(NotThere):
        roster.change(plant, "nobody", of(plant, "ola"), "ada")


def test_the_last_administrator_stays(plant: House) -> None:
    for wanted in ({"role": "engineer"}, {"login": None}):
        with pytest.raises(Conflict, match="Nobody else is an administrator"):
            roster.change(plant, "ada", of(plant, "ada", **wanted), "ada")
    with pytest.raises(Conflict, match="Nobody else is an administrator"):
        roster.deactivate(plant, "ada", "eva")
    roster.change(plant, "eva", of(plant, "eva", role="administrator"), "ada")
    roster.deactivate(plant, "ada", "eva")
    roster.reactivate(plant, "ada", "eva")
    assert enter(plant, "ada", PASSWORD).role is Role.ADMINISTRATOR


def test_a_new_password_ends_every_other_session(plant: House) -> None:
    here, elsewhere = (open_session(plant.engine, "eva", kind=Kind.PORTAL, at=plant.now()) for _ in range(2))
    roster.new_password(plant, "eva", OTHER, "eva", but=here.visitor.session)
    assert find(plant.engine, here.token, kind=Kind.PORTAL, at=plant.now()) is not None
    assert find(plant.engine, elsewhere.token, kind=Kind.PORTAL, at=plant.now()) is None


def test_an_administrator_whose_password_was_lost_is_rescued_on_the_servers_machine(
    plant: House, clock: Clock
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "stepline", "people", *words, "--data", str(plant.settings.data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run("list").stdout == "ada: Ada\n"
    refused = run("rescue", "eva")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "eva is no administrator" in refused.stderr
    assert "nobody has the login" in run("rescue", "max").stderr
    told = run("rescue", "ADA").stdout
    found = re.search(r"ada signs in with (\S+)", told)
    assert found
    again = open_house(plant.settings, clock)
    assert enter(again, "ada", found[1]).id == "ada"
    with pytest.raises(SignInRefused):
        enter(again, "ada", PASSWORD)
    again.engine.dispose()


def test_a_folder_that_is_no_servers_is_said_before_anybody_is_rescued(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stepline", "people", "rescue", "--data", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 1
    assert "no server's data folder" in found.stderr
