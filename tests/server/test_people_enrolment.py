"""Enrolment: a kiosk asks, a person says yes, and the credential is handed over until it is first used."""

import pytest
from securesystemslib.signer import CryptoSigner
from sqlalchemy import select

from content import package
from content.errors import PackageError
from server.errors import Conflict, Invalid, NotThere, Revoked, SignInNeeded, TooOften
from server.house import House
from server.people import enrolment, roster
from server.store import tables
from server.store.engine import reading
from tests.server.conftest import TOKEN, Clock

BROKER = "mqtt://127.0.0.1:1883"
KEY = package.public_key(CryptoSigner.generate_ed25519())


def test_the_credential_is_handed_over_until_the_kiosk_uses_it(any_house: House) -> None:
    asked = enrolment.ask(any_house, "kiosk-7", KEY)
    assert enrolment.poll(any_house, asked.id, asked.secret, BROKER) == {"state": "waiting"}
    kiosk = enrolment.confirm(any_house, asked.code.lower(), "bench-1", "admin")
    first = enrolment.poll(any_house, asked.id, asked.secret, BROKER)
    assert enrolment.poll(any_house, asked.id, asked.secret, BROKER) == first  # the answer may have been lost
    assert (first["kiosk"], first["station"]["id"]) == (kiosk, "bench-1")
    assert enrolment.kiosk_of(any_house, first["token"]).id == kiosk
    assert enrolment.poll(any_house, asked.id, asked.secret, BROKER) == {"state": "confirmed"}
    with reading(any_house.engine) as tx:
        row = tx.execute(select(tables.kiosks).where(tables.kiosks.c.id == kiosk)).one()
        trail = tx.execute(select(tables.audit).where(tables.audit.c.subject == kiosk)).one()
    assert first["token"] not in str(row)
    assert (trail.who, trail.what) == ("admin", "enrolled kiosk")


def test_nobody_else_gets_the_credential(house: House) -> None:
    asked = enrolment.ask(house, "kiosk-7", KEY)
    enrolment.confirm(house, asked.code, "bench-1", "admin")
    for request, secret in ((asked.id, "guess"), ("other", asked.secret), (asked.id, "")):
        with pytest.raises(SignInNeeded):
            enrolment.poll(house, request, secret, BROKER)


def test_a_code_ends_after_a_quarter_of_an_hour(house: House, clock: Clock) -> None:
    asked = enrolment.ask(house, "kiosk-7", KEY)
    clock.forward(minutes=15)
    assert enrolment.poll(house, asked.id, asked.secret, BROKER) == {"state": "expired"}
    assert enrolment.waiting(house) == []
    with pytest.raises(NotThere, match="no kiosk shows the code"):
        enrolment.confirm(house, asked.code, "bench-1", "admin")


def test_a_code_is_confirmed_once(house: House) -> None:
    asked = enrolment.ask(house, "kiosk-7", KEY)
    enrolment.confirm(house, asked.code, "bench-1", "admin")
    with pytest.raises(Conflict, match="was confirmed already"):
        enrolment.confirm(house, asked.code, "bench-1", "admin")
    with pytest.raises(NotThere):
        enrolment.refuse(house, asked.code, "admin")
    other = enrolment.ask(house, "kiosk-8", KEY)
    with pytest.raises(NotThere, match="no station"):
        enrolment.confirm(house, other.code, "nowhere", "admin")


def test_a_flood_of_requests_is_stopped_and_ends_by_itself(house: House, clock: Clock) -> None:
    for number in range(enrolment.MOST_WAITING):
        enrolment.ask(house, f"kiosk-{number}", KEY)
    with pytest.raises(TooOften):
        enrolment.ask(house, "one more", KEY)
    clock.forward(minutes=16)
    enrolment.ask(house, "one more", KEY)
    assert len(enrolment.waiting(house)) == 1


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"keyid": 5},
        {**KEY, "keytype": "none"},
        {"keyid": "x", "keyval": []},
        {**KEY, "keyval": {"public": "x"}},
    ],
)
def test_a_key_that_is_none_is_refused(house: House, key: dict) -> None:
    with pytest.raises((PackageError, Invalid)):
        enrolment.ask(house, "kiosk-7", key)


def test_a_revoked_kiosk_is_known_and_told_so(house: House) -> None:
    assert enrolment.kiosk_of(house, TOKEN + "k-1").station == "bench-1"
    enrolment.revoke(house, "k-1", "admin")
    with pytest.raises(Revoked):
        enrolment.kiosk_of(house, TOKEN + "k-1")
    with pytest.raises(SignInNeeded):
        enrolment.kiosk_of(house, "never issued")


def test_codes_are_easy_to_read_aloud() -> None:
    from server.people.tokens import ALPHABET, new_code

    code = new_code()
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code.replace("-", "")) <= set(ALPHABET)
    assert not set("IO01") & set(ALPHABET)


def test_one_badge_one_login_one_identifier(any_house: House) -> None:
    roster.add_person(any_house, "anna", "Anna", "operator", "admin", badge="ANNA-1", login="anna")
    for person, badge, login in (("anna", None, None), ("b", "ANNA-1", None), ("c", None, " ANNA ")):
        with pytest.raises(Conflict):
            roster.add_person(any_house, person, "Other", "operator", "admin", badge=badge, login=login)


def test_the_first_administrator_is_made_once(any_house: House) -> None:
    made_up = roster.bootstrap(any_house, None)
    assert made_up is not None
    assert len(made_up) >= 12
    assert roster.bootstrap(any_house, None) is None
