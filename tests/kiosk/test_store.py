"""The local store: what it keeps through power cuts, full disks, damage, and a second kiosk."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from content import chain
from content.errors import PackageError
from content.inputs import Tapped
from content.record import CodeRefused, Fact
from content.values import Digest, StepId
from kiosk.store.database import Database
from kiosk.store.errors import StoreFull, StoreInUse, StoreUnable
from kiosk.store.store import FILE, Store
from kiosk.store.tables import VERSION
from kiosk.view import ChooseView, FaultView, StepView
from tests.kiosk.station import AT, PNG, Station, facts_of, fill


def refused(number: int, text: str = "X") -> Fact:
    return CodeRefused(text=text, device="scanner", reason=f"no {number}", at=AT, tick=number)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path)
    fill(store)
    return store


def test_what_keep_returned_from_is_there_after_the_power_cut(store: Store, tmp_path: Path) -> None:
    store.keep([refused(1), refused(2)], Tapped(step=StepId("a"), at=AT, tick=1))
    copy = tmp_path / "after-the-cut"  # what the disk holds at this moment, nothing closed
    copy.mkdir()
    for file in tmp_path.glob(f"{FILE}*"):
        shutil.copy(file, copy)
    again = Store.open(copy)
    assert facts_of(again) == [refused(1), refused(2)]
    assert again.journal.last_tick() == 2
    assert again.meta.kiosk == "k-1"


def test_every_fact_follows_from_the_one_before_also_over_a_restart(store: Store, tmp_path: Path) -> None:
    store.keep([refused(1)])
    store.close()
    store = Store.open(tmp_path)
    store.keep([refused(2), refused(3)])
    prev = chain.FIRST
    for entry in store.journal.after(0, 10, 10**6):
        chain.verify(entry, prev)
        prev = entry.hash
    assert store.journal.last_seq == 3


def test_a_batch_is_bounded_by_number_and_size_but_never_empty(store: Store) -> None:
    for number in range(10):
        store.keep([refused(number)])
    assert [entry.seq for entry in store.journal.after(3, 4, 10**6)] == [4, 5, 6, 7]
    assert len(store.journal.after(0, 10, 1)) == 1


def test_a_second_kiosk_on_the_same_folder_is_turned_away(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreInUse, match=f"process {os.getpid()}.*--data"):
        Store.open(tmp_path)
    store.close()
    Store.open(tmp_path).close()


def limit(store: Store, pages: int) -> None:
    """Make the disk full: SQLite then answers SQLITE_FULL, as it does when the file system has no space."""
    with store._database.writing() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def fill_up(store: Store) -> int:
    """Write until not even the smallest fact finds room; how many did."""
    kept = 0
    for size in (2000, 200, 0):
        kept = keep_until_full(store, kept, size)
    return kept


def keep_until_full(store: Store, kept: int, size: int) -> int:
    try:
        while True:
            store.keep([refused(kept, "x" * size)])
            kept += 1
    except (StoreFull, StoreUnable):
        return kept


def test_a_full_disk_keeps_nothing_by_halves_and_goes_on_when_there_is_space(store: Store) -> None:
    limit(store, 1)  # at most what there is
    kept = fill_up(store)
    assert store.journal.last_seq == kept
    limit(store, 1_000_000)
    store.keep([refused(99)])
    assert [entry.seq for entry in store.journal.after(0, 10_000, 10**9)] == list(range(1, kept + 2))


def test_a_full_disk_stops_the_screen_where_it_is_and_it_goes_on_by_itself(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.badge("anna")
    station.scan("GP-100")
    limit(station.store, 1)
    fill_up(station.store)
    before = len(station.facts)
    station.scan("GP-101")
    assert isinstance(station.view, FaultView)
    assert "disk is full" in station.view.title
    assert station.view.retry
    assert len(station.facts) == before
    assert station.alarm.seconds == pytest.approx(2, abs=0.1)
    station.scan("GP-101")
    station.conductor.retry()
    assert isinstance(station.view, FaultView)
    limit(station.store, 1_000_000)
    from kiosk.events import AlarmRang

    station.put(AlarmRang())
    assert isinstance(station.view, StepView)
    assert station.view.checks[0].came == ""
    assert "do it once more" in station.view.notice
    station.scan("GP-101")
    assert station.view.checks[0].came == "GP-101"


def test_a_photo_that_finds_no_place_is_said(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.badge("anna")
    station.scan("GP-100")
    shutil.rmtree(tmp_path / "evidence")
    station.conductor.report_problem("part", "scratch", b"\xff\xd8\xff")
    assert isinstance(station.view, FaultView)
    assert "deviation.raised" not in station.types


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "stepline-test", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk needs the right to mount: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_really_full_loses_nothing(small_disk: Path) -> None:
    store = Store.open(small_disk)
    fill(store)
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"\0" * 4096)
    kept = keep_until_full(store, 0, 2000)
    assert store.journal.last_seq == kept
    ballast.unlink()
    store.keep([refused(kept)])
    store.close()
    again = Store.open(small_disk)
    assert [fact.tick for fact in facts_of(again)] == list(range(kept + 1))
    again.close()


def damage(file: Path, start: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(os.urandom(4096))


def test_a_file_that_is_no_database_is_set_aside_and_a_new_store_is_made(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\0garbage" * 1000)
    store = Store.open(tmp_path)
    assert store.journal.last_seq == 0
    assert "set aside" in store.message
    assert len(list(tmp_path.glob("kiosk.damaged-*.db"))) == 1


def test_facts_of_a_damaged_store_are_saved_as_far_as_they_prove_themselves(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    fill(store)
    for number in range(400):
        store.keep([refused(number, "x" * 200)])
    store.journal.server_holds(100)
    hashes = [entry.hash for entry in store.journal.after(0, 1000, 10**9)]
    store.close()
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_size,) = raw.execute("PRAGMA page_size").fetchone()
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'open_runs'").fetchone()
    damage(tmp_path / FILE, (root - 1) * page_size)
    again = Store.open(tmp_path)
    assert "400 records were saved" in again.message
    assert [entry.hash for entry in again.journal.after(0, 1000, 10**9)] == hashes
    assert again.journal.undelivered == 300
    assert again.meta.kiosk == "k-1"
    assert len(again.library.tiles()) == 1
    again.keep([refused(400)])
    chain.verify(again.journal.after(400, 1, 10**6)[0], hashes[-1])


def test_a_changed_fact_ends_what_is_saved(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    fill(store)
    for number in range(20):
        store.keep([refused(number)])
    store.close()
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("UPDATE entries SET body = replace(body, 'no 7', 'no 8') WHERE seq = 8")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_size,) = raw.execute("PRAGMA page_size").fetchone()
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'open_runs'").fetchone()
    damage(tmp_path / FILE, (root - 1) * page_size)
    assert Store.open(tmp_path).journal.last_seq == 7


def test_a_store_of_a_newer_version_is_left_alone(store: Store, tmp_path: Path) -> None:
    store.close()
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreUnable, match="newer version"):
        Store.open(tmp_path)
    assert not list(tmp_path.glob("kiosk.damaged-*"))


def test_a_commit_is_on_the_disk_before_keep_returns(tmp_path: Path) -> None:
    database = Database(tmp_path / "settings.db")
    with database.writing() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    database.close()


def test_media_that_arrived_changed_is_thrown_away(store: Store) -> None:
    digest = Digest("ab" * 32)
    store.media.partial(digest).write_bytes(PNG)
    with pytest.raises(PackageError, match="changed"):
        store.media.accept(digest, "image/png")
    assert not store.media.partial(digest).exists()
    assert not store.media.file(digest, "image/png").exists()


def test_media_that_is_not_what_its_release_says_is_not_taken(store: Store) -> None:
    import hashlib

    data = b"<html>not a film</html>"
    digest = Digest(hashlib.sha256(data).hexdigest())
    store.media.partial(digest).write_bytes(data)
    with pytest.raises(PackageError, match="not the video/mp4"):
        store.media.accept(digest, "video/mp4")


def test_a_tile_says_what_it_is_without_its_document_being_read(store: Store) -> None:
    (tile,) = store.library.tiles()
    assert tile.title == "Close the pump"
    assert tile.steps == 4
    assert tile.expected == timedelta(seconds=20)
    assert tile.picture is not None
    assert store.media.file(*tile.picture).read_bytes() == PNG


def test_values_that_an_operator_sees_survive_a_restart_of_the_kiosk(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.badge("anna")
    station.switch_off()
    station.boot("boot-1")
    assert isinstance(station.view, ChooseView)
    assert station.view.status.operator == "Anna"
    assert json.loads(station.store.meta.get("station") or "")["id"] == "bench-1"


def test_a_store_that_cannot_be_read_is_told_and_the_kiosk_stays_up(tmp_path: Path) -> None:
    station = Station(tmp_path)
    with station.store._database.writing() as tx:
        tx.exec_driver_sql("ALTER TABLE people RENAME TO people_gone")
    station.badge("anna")
    assert isinstance(station.view, FaultView)
    with station.store._database.writing() as tx:
        tx.exec_driver_sql("ALTER TABLE people_gone RENAME TO people")
    station.conductor.retry()
    station.badge("anna")
    assert station.view.status.operator == "Anna"
