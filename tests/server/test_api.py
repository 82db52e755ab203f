"""The API over real HTTP: who may, how much, and that every refusal is a problem with its mend."""

import gzip
import hashlib
import json
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from securesystemslib.signer import CryptoSigner
from sqlalchemy import event, select, update

from content import holding, package
from content.holding import Holding
from server.app import create_app
from server.house import House
from server.people import enrolment, roster
from server.people.sessions import Kind, open_session
from server.store import tables
from server.store.engine import reading, writing
from tests.content.documents import PNG, write_instruction
from tests.server.conftest import TOKEN, Clock, add_kiosk, add_station
from tests.server.serving import approve_nothing, as_batch, client, serving, zipped
from tests.server.shift import GOOD, Shift

OPEN = {
    ("GET", "/health"),
    ("POST", "/session"),
    ("POST", "/enrolments"),
    ("GET", "/enrolments/{request_id}"),
}
KIOSK = {
    "/kiosk/trust",
    "/kiosk/assignment",
    "/releases/{digest}",
    "/media/{digest}",
    "/records",
    "/evidence/{digest}",
    "/kiosk/status",
    "/kiosk/teaching",
}
DIGEST = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    for role in ("operator", "supervisor", "engineer", "administrator"):
        roster.add_person(house, role, role.title(), role, "test")
    with serving(house) as where:
        yield where


@pytest.fixture
def kiosk(address: str) -> Iterator[httpx2.Client]:
    with client(address, TOKEN + "k-1") as caller:
        yield caller


@pytest.fixture
def admin(house: House, address: str) -> Iterator[httpx2.Client]:
    with client(address, token_of(house, "administrator")) as caller:
        yield caller


def token_of(house: House, person: str) -> str:
    return open_session(house.engine, person, kind=Kind.API, at=house.now()).token


def api_of(house: House) -> FastAPI:
    (mounted,) = [route for route in create_app(house).routes if getattr(route, "path", "") == "/api/v1"]
    return mounted.app  # type: ignore[attr-defined]


def routes_of(house: House) -> list[tuple[str, str]]:
    """Every method and path of the API, as it is served."""
    described = api_of(house).openapi()["paths"]
    return [(method.upper(), path) for path, methods in described.items() for method in methods]


def problem_of(answer: httpx2.Response, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


def filled(path: str) -> str:
    return path.replace("{digest}", DIGEST).replace("{request_id}", "x").replace("{", "").replace("}", "")


def served(house: House) -> set[tuple[str, str]]:
    """Every method and path that the API answers to, described or not."""
    routes = api_of(house).router.routes
    inner = [
        route
        for outer in routes
        for route in getattr(outer, "original_router", APIRouter(routes=[outer])).routes
    ]
    return {(method, route.path) for route in inner for method in route.methods}  # type: ignore[attr-defined]


def test_every_route_is_described_but_the_description_itself(house: House) -> None:
    assert served(house) - set(routes_of(house)) == {("GET", "/openapi.json")}


def test_nothing_but_health_sign_in_and_enrolment_answers_without_credentials(
    house: House, address: str
) -> None:
    with client(address) as nobody:
        closed = [(method, path) for method, path in served(house) if (method, path) not in OPEN]
        assert len(closed) >= 18
        for method, path in closed:
            for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
                answer = nobody.request(method, filled(path), headers=headers, json={})
                assert answer.status_code == 401, (method, path, answer.text)
                assert problem_of(answer, 401)["mend"]
        assert nobody.get("/health").json()["database"] == "sqlite"


def test_a_kiosk_may_nothing_that_is_for_people_and_people_nothing_that_is_for_kiosks(
    house: House, kiosk: httpx2.Client, admin: httpx2.Client
) -> None:
    for method, path in served(house):
        if (method, path) in OPEN:
            continue
        stranger = admin if path in KIOSK else kiosk
        answer = stranger.request(method, filled(path), json=None if method == "GET" else {})
        assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("operator", {"runs": 403, "stations": 403, "assign": 403, "people": 403}),
        ("supervisor", {"runs": 200, "stations": 200, "assign": 403, "people": 403}),
        ("engineer", {"runs": 200, "stations": 200, "assign": 200, "people": 403}),
        ("administrator", {"runs": 200, "stations": 200, "assign": 200, "people": 201}),
    ],
)
def test_each_role_may_what_it_may(house: House, address: str, role: str, may: dict[str, int]) -> None:
    with client(address, token_of(house, role)) as caller:
        done = {
            "runs": caller.get("/runs"),
            "stations": caller.get("/stations"),
            "assign": caller.put("/stations/bench-1/assignment", json={"releases": []}),
            "people": caller.post("/people", json={"id": "new", "name": "New", "role": "operator"}),
        }
    assert {name: answer.status_code for name, answer in done.items()} == may


def test_a_revoked_kiosk_is_told_so_and_what_it_delivered_stays(
    house: House, kiosk: httpx2.Client, admin: httpx2.Client
) -> None:
    shift = Shift()
    shift.run(*GOOD)
    kiosk.post("/records", json=as_batch(shift.entries[:5])).raise_for_status()
    assert admin.post("/kiosks/k-1/revoke").status_code == 204
    refused = problem_of(kiosk.post("/records", json=as_batch(shift.entries)), 401)
    assert refused["title"] == "revoked"
    assert count(house, tables.records) == 5
    problem_of(admin.post("/kiosks/k-1/revoke"), 404)


def count(house: House, table: object) -> int:
    with reading(house.engine) as tx:
        return len(tx.execute(select(table)).all())  # type: ignore[call-overload]


def test_a_different_record_under_a_held_number_is_a_conflict_that_names_both_hashes(
    house: House, kiosk: httpx2.Client
) -> None:
    shift, twin = Shift(), Shift()
    shift.sign_in("anna")
    twin.sign_in("ben")
    kiosk.post("/records", json=as_batch(shift.entries))
    refused = problem_of(kiosk.post("/records", json=as_batch(twin.entries)), 409)
    assert shift.entries[0].hash[:12] in refused["detail"]
    assert twin.entries[0].hash[:12] in refused["detail"]
    assert refused["mend"]
    assert count(house, tables.parked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"entries":5}',
        b'{"entries":[{}]}',
        b"[" * 100_000,
        b'{"entries":[{"seq":0,"prev":"x","hash":"y","body":"z"}]}',
        b'{"entries":[{"seq":1e99,"prev":"x","hash":"y","body":"z"}]}',
        gzip.compress(b"{}", mtime=0),
    ],
)
def test_a_batch_that_is_none_is_refused_and_parked(house: House, kiosk: httpx2.Client, body: bytes) -> None:
    problem_of(kiosk.post("/records", content=body, headers={"Content-Type": "application/json"}), 422)
    assert count(house, tables.parked) == 1
    assert kiosk.post("/records", json={"entries": []}).json() == {"held": 0}


def test_a_batch_of_too_many_records_is_refused(kiosk: httpx2.Client) -> None:
    shift = Shift()
    while len(shift.entries) <= 1_000:
        shift.run(*GOOD)
    problem_of(kiosk.post("/records", json=as_batch(shift.entries[:1_001])), 413)
    assert kiosk.post("/records", json=as_batch(shift.entries[:1_000])).json() == {"held": 1_000}


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [
        ("POST", "/records", 4 * 2**20 + 1),
        ("PUT", f"/evidence/{DIGEST}", 10 * 2**20 + 1),
        ("POST", "/kiosk/status", 2**20 + 1),
        ("POST", "/session", 2**20 + 1),
    ],
)
def test_a_request_that_is_too_large_is_refused_while_it_comes_in(
    kiosk: httpx2.Client, method: str, path: str, size: int
) -> None:
    def pieces() -> Iterator[bytes]:  # without a length that could be looked at beforehand
        for start in range(0, size, 65_536):
            yield b" " * min(65_536, size - start)

    headers = {"Content-Type": "application/json"}
    assert (
        "bytes"
        in problem_of(kiosk.request(method, path, content=b" " * size, headers=headers), 413)["detail"]
    )
    problem_of(kiosk.request(method, path, content=pieces(), headers=headers), 413)


def test_a_photo_is_kept_once_under_its_digest(house: House, kiosk: httpx2.Client) -> None:
    for _ in range(2):
        assert kiosk.put(f"/evidence/{DIGEST}", content=PNG).status_code == 204
    assert house.photos.path(DIGEST).read_bytes() == PNG
    assert count(house, tables.photos) == 1
    problem_of(kiosk.put(f"/evidence/{DIGEST}", content=PNG + b"!"), 422)
    problem_of(kiosk.put("/evidence/..%2f..%2fetc", content=PNG), 404)
    svg = b"<svg onload=alert(1)>"
    problem_of(kiosk.put(f"/evidence/{hashlib.sha256(svg).hexdigest()}", content=svg), 422)


def test_a_kiosk_reads_only_what_is_assigned_to_its_station(
    house: House, address: str, admin: httpx2.Client, kiosk: httpx2.Client, tmp_path
) -> None:
    add_station(house, "bench-2")
    add_kiosk(house, "k-2", "bench-2")
    folder = tmp_path / "document"
    folder.mkdir()
    upload = {"archive": ("a.zip", zipped(write_instruction(folder)), "application/zip")}
    approve_nothing(admin)
    digest = admin.post("/documents", files=upload).json()["digest"]
    admin.put("/stations/bench-1/assignment", json={"releases": [digest]}).raise_for_status()
    with client(address, TOKEN + "k-2") as other:
        for path, good in ((f"/releases/{digest}", 200), (f"/media/{DIGEST}", 200)):
            assert kiosk.get(path).status_code == good
            problem_of(other.get(path), 404)
    tag = kiosk.get(f"/media/{DIGEST}").headers["ETag"]
    assert kiosk.get(f"/media/{DIGEST}", headers={"If-None-Match": tag}).status_code == 304


def test_a_report_is_kept_and_answered_with_the_clock(
    house: House, kiosk: httpx2.Client, clock: Clock
) -> None:
    report = {
        "version": "0.1.0",
        "undelivered": 3,
        "devices": [{"name": "scale", "state": "lost", "reason": "no port"}],
        "run": {"run": "r", "document": "d", "step": None, "state": "held"},
        "time": "2026-11-23T11:00:00Z",
    }
    answer = kiosk.post("/kiosk/status", json=report).json()
    assert answer["time"].replace("Z", "+00:00") == clock.now.isoformat()
    with reading(house.engine) as tx:
        row = tx.execute(select(tables.kiosks).where(tables.kiosks.c.id == "k-1")).one()
    assert row.last_contact == clock.now
    (device,) = json.loads(row.status)["devices"]
    assert device.items() >= report["devices"][0].items()


def test_a_report_with_all_that_it_can_hold_is_one_transaction(
    house: House, kiosk: httpx2.Client, clock: Clock
) -> None:
    signer = CryptoSigner.generate_ed25519()
    with writing(house.engine) as tx:
        public = json.dumps(package.public_key(signer))
        tx.execute(update(tables.kiosks).where(tables.kiosks.c.id == "k-1").values(public_key=public))
    shown = Holding(kiosk="k-1", station="bench-1", at=clock.now, counter=30, releases=("a" * 64,))
    report = {"undelivered": 0, "counter": 30, "proof": holding.sealed(shown, signer)}
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement == "BEGIN IMMEDIATE":
            begun.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    kiosk.post("/kiosk/status", json=report).raise_for_status()
    event.remove(house.engine, "before_cursor_execute", note)
    assert begun == ["BEGIN IMMEDIATE"]
    with reading(house.engine) as tx:
        kept = tx.execute(select(tables.kiosks.c.status).where(tables.kiosks.c.id == "k-1")).scalar_one()
        counter = tx.execute(
            select(tables.stations.c.counter).where(tables.stations.c.id == "bench-1")
        ).scalar_one()
        held = tx.execute(select(tables.holdings.c.release)).scalars().all()
    assert (json.loads(kept)["releases"], held, counter) == (["a" * 64], ["a" * 64], 31)


def test_a_proof_that_is_none_is_told_and_the_rest_of_the_report_is_kept(
    house: House, kiosk: httpx2.Client
) -> None:
    kiosk.post("/kiosk/status", json={"undelivered": 7, "proof": "{}"}).raise_for_status()
    with reading(house.engine) as tx:
        kept = tx.execute(select(tables.kiosks.c.status).where(tables.kiosks.c.id == "k-1")).scalar_one()
        assert tx.execute(select(tables.kiosk_reports)).all() == []
    assert json.loads(kept)["undelivered"] == 7
    assert json.loads(kept)["unproved"]


def test_a_full_disk_is_said_and_leaves_nothing_half_written(house: House, kiosk: httpx2.Client) -> None:
    shift = Shift()
    shift.run(*GOOD)
    kiosk.post("/records", json=as_batch(shift.entries)).raise_for_status()
    with house.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    house.engine.dispose()

    def fill(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    event.listen(house.engine, "connect", fill)
    for _ in range(60):
        shift.run(*GOOD)
    refused = problem_of(kiosk.post("/records", json=as_batch(shift.entries)), 507)
    assert "space" in refused["mend"]
    assert count(house, tables.runs) == 1
    event.remove(house.engine, "connect", fill)
    house.engine.dispose()
    assert kiosk.post("/records", json=as_batch(shift.entries)).json() == {"held": len(shift.entries)}


def test_an_address_that_leads_nowhere_is_a_problem_too(admin: httpx2.Client) -> None:
    problem_of(admin.get("/nothing"), 404)
    problem_of(admin.delete("/stations"), 405)
    problem_of(admin.get("/runs/none"), 404)
    problem_of(admin.get("/runs", params={"page": 0}), 422)
    problem_of(admin.get("/runs", params={"since": "2026-11-23T00:00:00"}), 422)
    problem_of(admin.put("/stations/none/assignment", json={"releases": []}), 404)
    problem_of(admin.put("/stations/bench-1/assignment", json={"releases": ["no"]}), 422)
    problem_of(admin.put("/stations/bench-1/assignment", json={}), 422)
    problem_of(admin.post("/stations", json={"id": "bench-1", "name": "Again"}), 409)
    problem_of(admin.post("/stations", json={"id": "Bench 1", "name": "No"}), 422)


@pytest.mark.parametrize("path", ["kiosks/a%0Ab/name", "nothing%0A", "%00"])
def test_an_address_with_control_characters_is_a_problem_too(admin: httpx2.Client, path: str) -> None:
    answer = admin.put(path, json={"name": "x"})
    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"
    assert answer.headers["content-type"] == "application/problem+json"


def test_guessing_a_password_is_slowed_down_without_saying_whether_the_login_exists(
    house: House, address: str, clock: Clock
) -> None:
    roster.add_person(house, "eve", "Eve", "engineer", "test", login="eve", password="correct horse battery")
    with client(address) as nobody:
        for login in ("eve", "nobody"):
            answers = [nobody.post("/session", json={"login": login, "password": "wrong"}) for _ in range(6)]
            assert problem_of(answers[0], 401)["detail"] == "Login or password is wrong."
            assert "wait" in problem_of(answers[-1], 429)["detail"]
        right = {"login": "eve", "password": "correct horse battery"}
        problem_of(nobody.post("/session", json=right), 429)
        clock.forward(hours=1)
        assert nobody.post("/session", json=right).status_code == 200


def test_a_waiting_kiosk_can_be_turned_away(house: House, admin: httpx2.Client, address: str) -> None:
    asked = enrolment.ask(house, "kiosk-9", KEY)
    assert [each["name"] for each in admin.get("/enrolments").json()["enrolments"]] == ["kiosk-9"]
    assert admin.post("/enrolments/refuse", json={"code": asked.code}).status_code == 204
    with client(address, asked.secret) as caller:
        assert caller.get(f"/enrolments/{asked.id}").json() == {"state": "refused"}
    problem_of(admin.post("/enrolments/confirm", json={"code": asked.code, "station": "bench-1"}), 409)


def test_a_kiosk_gets_another_name(house: House, admin: httpx2.Client) -> None:
    assert admin.put("/kiosks/k-1/name", json={"name": "Left bench"}).status_code == 204
    with reading(house.engine) as tx:
        assert tx.execute(select(tables.kiosks.c.name)).scalar_one() == "Left bench"
    problem_of(admin.put("/kiosks/k-9/name", json={"name": "x"}), 404)


KEY = {
    "keyid": "0" * 64,
    "keytype": "ed25519",
    "scheme": "ed25519",
    "keyval": {"public": "1" * 64},
}
