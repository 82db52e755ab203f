"""A server process whose database is replaced by an older copy: nothing that the kiosk did is lost, or refused."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from kiosk.events import AssignmentChanged, EnrolmentOffered, LineChanged
from tests.content.documents import TEXT, write_instruction
from tests.kiosk.test_sync import Desk, entries_of
from tests.server.serving import ServerProcess, approve_nothing, zipped

FILE = "stepline.db"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "server")
    server.start()
    yield server
    server.close()


@pytest.fixture
def admin(server: ServerProcess, tmp_path: Path) -> httpx2.Client:
    admin = server.signed_in()
    admin.post("/stations", json={"id": "bench-1", "name": "Bench 1"}).raise_for_status()
    approve_nothing(admin)
    folder = tmp_path / "document"
    folder.mkdir()
    archive = ("a.zip", zipped(write_instruction(folder)), "application/zip")
    admin.post("/documents", files={"archive": archive}).raise_for_status()
    assign(admin)
    return admin


@pytest.fixture
def desk(tmp_path: Path, server: ServerProcess, admin: httpx2.Client) -> Iterator[Desk]:
    desk = Desk(tmp_path / "kiosk", server.address)
    code = desk.until(EnrolmentOffered).code
    admin.post("/enrolments/confirm", json={"code": code, "station": "bench-1"}).raise_for_status()
    desk.until(AssignmentChanged)
    yield desk
    desk.sync.stop()
    desk.store.close()


def assign(admin: httpx2.Client) -> int:
    answer = admin.put("/stations/bench-1/assignment", json={"documents": ["close-pump"]})
    answer.raise_for_status()
    return answer.json()["counter"]


def counter_of(desk: Desk) -> int:
    assignment = desk.store.library.assignment()
    assert assignment is not None
    return assignment.counter


def test_the_counter_goes_above_what_the_kiosk_holds_and_records_come_again(
    server: ServerProcess, admin: httpx2.Client, desk: Desk, tmp_path: Path
) -> None:
    desk.keep(3)
    desk.until_delivered()
    with (
        closing(sqlite3.connect(server.folder / FILE)) as live,
        closing(sqlite3.connect(tmp_path / FILE)) as copy,
    ):
        live.backup(copy)
    ahead = max(assign(admin) for _ in range(4))
    desk.keep(4)
    desk.until_delivered()
    while counter_of(desk) < ahead:
        desk.sync.look_again()
        desk.until(AssignmentChanged)

    server.end()
    for file in server.folder.glob(f"{FILE}*"):
        file.unlink()
    shutil.copy(tmp_path / FILE, server.folder / FILE)
    server.start(password=None)

    desk.until(LineChanged, lambda line: line.online and not line.trouble and line.undelivered == 0)
    deadline = time.monotonic() + 30
    while counter_of(desk) <= ahead and time.monotonic() < deadline:
        time.sleep(0.1)
    assert counter_of(desk) == ahead + 1
    with closing(sqlite3.connect(server.folder / FILE)) as database:
        (words,) = database.execute("SELECT detail FROM audit WHERE what = 'raised the counter'").fetchone()
        assert "restored from an older backup" in words
        held = database.execute("SELECT seq, hash FROM records ORDER BY seq").fetchall()
    assert held == entries_of(desk.store)
    again = server.signed_in()
    assert assign(again) == ahead + 2
    desk.sync.look_again()
    desk.until(AssignmentChanged)
    assert counter_of(desk) == ahead + 2


def test_a_counter_beyond_belief_changes_nothing(server: ServerProcess, desk: Desk) -> None:
    before = counter_of(desk)
    identity = desk.store.meta.identity
    assert identity is not None
    kiosk = server.caller()
    kiosk.headers["Authorization"] = f"Bearer {identity.token}"
    kiosk.post("/kiosk/status", json={"counter": 2**31 - 1}).raise_for_status()
    with closing(sqlite3.connect(server.folder / FILE)) as database:
        assert database.execute("SELECT counter FROM stations").fetchone() == (before,)


def test_what_was_withdrawn_since_the_backup_stays_withdrawn_and_its_number_is_not_given_again(
    server: ServerProcess, admin: httpx2.Client, desk: Desk, tmp_path: Path
) -> None:
    def publish(revision: int, title: str) -> httpx2.Response:
        folder = tmp_path / f"document-{revision}-{len(title)}"
        folder.mkdir()
        text = TEXT.replace("revision: 1", f"revision: {revision}").replace(
            "title: Tighten", f"title: {title}"
        )
        archive = ("a.zip", zipped(write_instruction(folder, text)), "application/zip")
        return admin.post("/documents", files={"archive": archive})

    def shown() -> list[int]:
        assignment = desk.store.library.assignment()
        assert assignment is not None
        return [release.revision for release in assignment.releases]

    def until_shown(*revisions: int) -> None:
        while shown() != list(revisions):
            desk.sync.look_again()
            desk.until(AssignmentChanged)

    publish(2, "Tighten wrongly").raise_for_status()
    until_shown(2)
    with (
        closing(sqlite3.connect(server.folder / FILE)) as live,
        closing(sqlite3.connect(tmp_path / FILE)) as copy,
    ):
        live.backup(copy)
    assignment = desk.store.library.assignment()
    assert assignment is not None
    (wrong,) = (release.digest for release in assignment.releases)
    admin.post(f"/releases/{wrong}/withdraw", json={"reason": "the torque is wrong"}).raise_for_status()
    until_shown(1)
    publish(3, "Tighten rightly").raise_for_status()
    until_shown(3)
    ahead = counter_of(desk)

    server.end()
    for file in server.folder.glob(f"{FILE}*"):
        file.unlink()
    shutil.copy(tmp_path / FILE, server.folder / FILE)
    server.start(password=None)
    while counter_of(desk) <= ahead:
        desk.until(AssignmentChanged)
    assert shown() == [1]  # the third is lost with the backup; the wrong one does not come back
    admin = server.signed_in()
    made = publish(3, "Tighten otherwise")
    made.raise_for_status()
    assert made.json()["revision"] == 4
    until_shown(4)
