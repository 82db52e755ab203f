"""The sync against a real server: enrolment, pull, delivery, and what answers in the server's place."""

import json
import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from content import package, wire
from content.record import CodeRefused
from content.values import Digest
from content.vision.pictures import as_jpeg
from content.vision.taught import Region, write_taught
from content.vision.teaching import Example, Lesson, teach
from hardware.simulate.scene import Scene, draw
from kiosk.events import AssignmentChanged, Enrolled, EnrolmentOffered, LineChanged
from kiosk.link import Link, NotOurServer, Refused, Unreachable, Unwell
from kiosk.pulling import AssignmentRefused, Puller
from kiosk.store.store import Store
from kiosk.sync import Sync, SyncSettings
from kiosk.ticker import Ticker
from server.people import enrolment
from server.store import tables
from server.store.engine import reading, writing
from tests.kiosk.plant import Plant
from tests.kiosk.station import AT, PNG, PUMP, assignment_of, fill, release_of, signer

DEADLINE = 20.0  # s


class Desk:
    """A kiosk's store and sync, and the news that came."""

    def __init__(self, folder: Path, server: str) -> None:
        self.store = Store.open(folder)
        self.news: queue.Queue[Any] = queue.Queue()
        self.server = server
        self.start()

    def start(self) -> None:
        settings = SyncSettings(server=self.server, name="bench", version="0.1", poll=1.0, confirmed=0.1)
        self.sync = Sync(self.store, Ticker(), settings, tell=self.news.put)
        self.sync.start()

    def until(self, kind: type, which: Callable[[Any], bool] = lambda _: True) -> Any:
        while True:
            event = self.news.get(timeout=DEADLINE)
            if isinstance(event, kind) and which(event):
                return event

    def keep(self, count: int) -> None:
        for _ in range(count):
            tick = self.store.journal.last_seq
            self.store.keep([CodeRefused(text="X", device="s", reason="r", at=AT, tick=tick)])
            self.sync.wake()

    def until_delivered(self) -> None:
        self.until(LineChanged, lambda line: line.online and self.store.journal.undelivered == 0)


@pytest.fixture
def desk(tmp_path: Path, plant: Plant) -> Iterator[Desk]:
    desk = Desk(tmp_path / "kiosk", plant.url)
    plant.confirm(desk.until(EnrolmentOffered).code)
    desk.until(AssignmentChanged)
    yield desk
    desk.sync.stop()
    desk.store.close()


def records_of(plant: Plant) -> list[tuple[int, str]]:
    with reading(plant.house.engine) as tx:
        rows = tx.execute(select(tables.records.c.seq, tables.records.c.hash).order_by(tables.records.c.seq))
        return [(row.seq, row.hash) for row in rows]


def entries_of(store: Store) -> list[tuple[int, str]]:
    return [(entry.seq, entry.hash) for entry in store.journal.after(0, 100_000, 10**9)]


def test_an_enrolled_kiosk_holds_its_documents_people_and_pictures(desk: Desk) -> None:
    (tile,) = desk.store.library.tiles()
    assert tile.title == "Close the pump"
    assert tile.picture is not None
    assert desk.store.media.file(*tile.picture).read_bytes() == PNG
    release = desk.store.library.release(tile.digest)
    assert release is not None
    assert release.digest == tile.digest


def test_facts_arrive_by_themselves_and_again_after_the_server_was_away(desk: Desk, plant: Plant) -> None:
    desk.keep(3)
    desk.until_delivered()
    plant.shut()
    desk.keep(700)
    desk.until(LineChanged, lambda line: not line.online)
    plant.open()
    desk.until_delivered()
    assert records_of(plant) == entries_of(desk.store)


def test_a_server_that_was_restored_gets_again_what_it_no_longer_has(
    desk: Desk, plant: Plant, tmp_path: Path
) -> None:
    desk.keep(5)
    desk.until_delivered()
    backup = tmp_path / "backup.db"
    with (
        closing(sqlite3.connect(tmp_path / "server/stepline.db")) as live,
        closing(sqlite3.connect(backup)) as copy,
    ):
        live.backup(copy)
        desk.keep(5)
        desk.until_delivered()
        plant.shut()
        copy.backup(live)
        assert len(records_of(plant)) == 5
    plant.open()
    look = threading.Event()
    for _ in range(200):
        if records_of(plant) == entries_of(desk.store):
            break
        look.wait(0.1)
    assert records_of(plant) == entries_of(desk.store)


def test_a_cloned_kiosk_is_noticed_and_nothing_is_dropped(desk: Desk, plant: Plant, tmp_path: Path) -> None:
    desk.keep(2)
    desk.until_delivered()
    desk.sync.stop()
    desk.store.close()
    shutil.copytree(tmp_path / "kiosk", tmp_path / "clone")
    clone = Desk(tmp_path / "clone", plant.url)
    desk.store = Store.open(tmp_path / "kiosk")
    desk.start()
    desk.keep(2)
    desk.until_delivered()
    clone.store.keep([CodeRefused(text="OTHER", device="s", reason="r", at=AT, tick=99)])
    clone.sync.wake()
    line = clone.until(LineChanged, lambda line: "share one identity" in line.trouble)
    assert line.undelivered == 1
    assert len(entries_of(clone.store)) == 3
    clone.sync.stop()
    clone.store.close()


def test_a_revoked_kiosk_says_so_and_keeps_everything(desk: Desk, plant: Plant) -> None:
    enrolment.revoke(plant.house, desk.store.meta.kiosk, "admin")
    desk.keep(1)
    desk.until(LineChanged, lambda line: "no longer accepts" in line.trouble)
    assert desk.store.journal.undelivered == 1
    assert desk.store.library.tiles()


def test_a_changed_document_arrives_and_only_what_is_new_is_fetched(desk: Desk, plant: Plant) -> None:
    media = {path: path.stat().st_mtime_ns for path in (desk.store.folder / "media").rglob("*.png")}
    plant.assign(plant.publish({**PUMP, "revision": 4, "title": "Close the pump well"}))
    desk.sync.look_again()
    desk.until(AssignmentChanged)
    assert [tile.title for tile in desk.store.library.tiles()] == ["Close the pump well"]
    assert {path: path.stat().st_mtime_ns for path in (desk.store.folder / "media").rglob("*.png")} == media


def test_what_a_camera_was_taught_arrives_with_its_document_as_it_was_written(
    desk: Desk, plant: Plant
) -> None:
    place = Region(x=0.5, y=0.2, width=0.2, height=0.2)
    example = Example(name="good", data=as_jpeg(draw(Scene())), good=True)
    data = write_taught(teach(Lesson(name="cap", kind="colour", regions=(place,)), [example]).check)
    check = {"id": "cap", "kind": "vision", "check": "cap", "taught": "vision/cap.vision"}
    steps = [{"id": "look", "title": "Look", "text": "Look at it.", "checks": [check]}]
    plant.assign(plant.publish({**PUMP, "revision": 4, "steps": steps, "parts": []}, {check["taught"]: data}))
    desk.sync.look_again()
    desk.until(AssignmentChanged)
    release = desk.store.library.release(desk.store.library.tiles()[0].digest)
    file = release.file(check["taught"])
    assert desk.store.media.read(file.digest, file.type) == data


def test_a_server_whose_counter_went_back_goes_above_what_its_kiosk_holds(desk: Desk, plant: Plant) -> None:
    held = desk.store.library.assignment()
    assert held is not None
    with writing(plant.house.engine) as tx:
        tx.execute(update(tables.stations).values(counter=0))
    desk.until(AssignmentChanged)
    after = desk.store.library.assignment()
    assert after is not None
    assert after.counter == held.counter + 1
    assert desk.store.library.tiles()


def test_the_credential_survives_a_restart_of_the_kiosk(desk: Desk, plant: Plant) -> None:
    desk.sync.stop()
    desk.start()
    desk.keep(1)
    desk.until_delivered()
    assert len(records_of(plant)) == 1


def test_a_kiosk_switched_off_before_it_was_confirmed_shows_the_same_code(
    tmp_path: Path, plant: Plant
) -> None:
    first = Desk(tmp_path / "k2", plant.url)
    code = first.until(EnrolmentOffered).code
    first.sync.stop()
    first.store.close()
    second = Desk(tmp_path / "k2", plant.url)
    assert second.until(EnrolmentOffered).code == code
    plant.confirm(code)
    second.until(Enrolled)
    second.sync.stop()
    second.store.close()


def test_a_refused_kiosk_asks_anew(tmp_path: Path, plant: Plant) -> None:
    desk = Desk(tmp_path / "k3", plant.url)
    code = desk.until(EnrolmentOffered).code
    enrolment.refuse(plant.house, code, "admin")
    offered = desk.until(EnrolmentOffered)
    assert offered.code != code
    assert "refused" in offered.message
    desk.sync.stop()
    desk.store.close()


class Page(BaseHTTPRequestHandler):
    """Answers everything the same way."""

    status, kind, body = 200, "text/html", b"<html>Welcome to the hotel</html>"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 - the names that http.server calls
    do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


def answering(**values: Any) -> Iterator[str]:
    handler = type("Answer", (Page,), values)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({}, NotOurServer),
        ({"status": 302}, NotOurServer),
        ({"status": 404}, NotOurServer),
        ({"status": 503}, Unwell),
        ({"kind": "application/json", "body": b'{"held": "many"}'}, NotOurServer),
        ({"kind": "application/json", "body": b'{"held": 3'}, NotOurServer),
        ({"kind": "application/json", "body": b"[1]"}, NotOurServer),
        ({"status": 413, "kind": "application/problem+json", "body": b'{"detail": "too large"}'}, Refused),
        ({"status": 429, "kind": "application/problem+json", "body": b'{"detail": "slow down"}'}, Unwell),
    ],
)
def test_what_answers_in_the_servers_place_is_told_apart(
    values: dict[str, Any], meant: type[Exception]
) -> None:
    servers = answering(**values)
    link = Link(next(servers), "token")
    with pytest.raises(meant):
        link.deliver([])
    link.close()
    next(servers, None)


def test_a_captive_portal_is_said_and_takes_no_fact_away(tmp_path: Path) -> None:
    servers = answering()
    store = Store.open(tmp_path)
    fill(store)
    store.close()
    desk = Desk(tmp_path, next(servers))
    desk.keep(2)
    line = desk.until(LineChanged, lambda line: bool(line.trouble))
    assert "Sign in to the network" in line.trouble
    assert not line.online
    assert desk.store.journal.undelivered == 2
    desk.sync.stop()
    desk.store.close()
    next(servers, None)


def test_nobody_there_is_unreachable() -> None:
    link = Link("http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        link.deliver([])
    link.close()


def test_a_download_goes_on_where_it_was_cut(desk: Desk, plant: Plant, tmp_path: Path) -> None:
    digest = package.digest_of(PNG)
    partial = tmp_path / "partial"
    partial.write_bytes(PNG[:10])
    link = Link(plant.url, desk.store.meta.identity.token)  # type: ignore[union-attr]
    link.media(digest, len(PNG), partial)
    assert partial.read_bytes() == PNG
    partial.write_bytes(PNG + b"too much")
    link.media(digest, len(PNG), partial)
    assert partial.read_bytes() == PNG
    link.close()


class Answers:
    """A link whose server says what the test wants."""

    def __init__(self) -> None:
        self.key = signer()
        self.releases: dict[Digest, bytes] = {}
        self.sealed = b""
        self.statements: list[bytes] = []

    def assign(self, payloads: list[bytes], counter: int, **more: Any) -> None:
        values = wire.canonical(assignment_of(payloads, counter, **more)).encode()
        self.sealed = package.seal(values, package.ASSIGNMENT_TYPE, self.key)
        for payload in payloads:
            self.releases[package.digest_of(payload)] = package.seal(payload, package.RELEASE_TYPE, self.key)

    def trust(self, _after: int) -> list[bytes]:
        return self.statements

    def assignment(self, _etag: str | None, _held: bytes | None) -> tuple[bytes, str]:
        return self.sealed, '"x"'

    def release(self, digest: Digest) -> bytes:
        return self.releases[digest]

    def media(self, _digest: Digest, _size: int, partial: Path, _insist: Any) -> None:
        partial.write_bytes(PNG)


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[tuple[Answers, Puller]]:
    answers = Answers()
    store = Store.open(tmp_path)
    fill(store, [], key=answers.key)
    yield answers, Puller(store, answers, Ticker(wall=lambda: AT))
    store.close()


def test_the_same_assignment_twice_switches_once(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    server.assign([release_of(PUMP)[0]], 2)
    assert puller.pull()
    assert not puller.pull()


def test_a_changed_release_is_refused_and_the_documents_in_use_stay(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    payload = release_of(PUMP)[0]
    server.assign([payload], 2)
    server.releases[package.digest_of(payload)] = server.releases[package.digest_of(payload)].replace(
        b'"sig":"', b'"sig":"00'
    )
    with pytest.raises(AssignmentRefused, match="signature"):
        puller.pull()
    assert puller.store.library.tiles() == ()
    other = release_of({**PUMP, "title": "Another"})[0]
    server.releases[package.digest_of(payload)] = package.seal(other, package.RELEASE_TYPE, server.key)
    with pytest.raises(AssignmentRefused, match="another release"):
        puller.pull()


def test_a_foreign_key_is_refused(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    server.key = signer()
    server.assign([release_of(PUMP)[0]], 2)
    with pytest.raises(AssignmentRefused, match="signature is not that of the server"):
        puller.pull()


def test_another_stations_assignment_is_refused(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    server.assign([], 2, station={"id": "bench-2", "name": "Bench 2"})
    with pytest.raises(AssignmentRefused, match=r"station bench-2.*at bench-1"):
        puller.pull()


def test_an_older_assignment_is_refused(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    server.assign([release_of(PUMP)[0]], 5)
    assert puller.pull()
    server.assign([], 4)
    with pytest.raises(AssignmentRefused, match=r"older assignment \(4\)"):
        puller.pull()
    assert len(puller.store.library.tiles()) == 1


def test_a_release_passed_off_as_an_assignment_is_refused(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    payload = release_of(PUMP)[0]
    server.sealed = package.seal(payload, package.RELEASE_TYPE, server.key)
    with pytest.raises(AssignmentRefused, match=r"not application/vnd.stepline.assignment"):
        puller.pull()


def test_a_picture_that_somebody_removed_is_fetched_again(answers: tuple[Answers, Puller]) -> None:
    server, puller = answers
    server.assign([release_of(PUMP)[0]], 2)
    puller.pull()
    (picture,) = (puller.store.folder / "media").rglob("*.png")
    picture.unlink()
    server.assign([release_of(PUMP)[0]], 3)
    puller.pull()
    assert picture.read_bytes() == PNG
    assert json.loads(server.sealed)["payloadType"] == package.ASSIGNMENT_TYPE
