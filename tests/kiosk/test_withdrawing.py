"""A withdrawal waits for nothing: no slow file, no full disk, no damaged release stands between it and the floor."""

import json
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from content import holding
from kiosk import reporting
from kiosk.events import AssignmentChanged, EnrolmentOffered, LineChanged
from kiosk.fetching import AssignmentRefused
from kiosk.store.store import Store
from kiosk.sync import Sync, SyncSettings
from kiosk.view import ChooseView, HeldView, StepView
from server.library import publishing, releasing
from server.pushing import Pusher
from server.store import tables
from server.store.engine import reading
from tests.kiosk.liar import Liar
from tests.kiosk.plant import Plant
from tests.kiosk.pulled import Kiosk, assigned
from tests.kiosk.station import PUMP, Station

DEADLINE = 60.0  # s; only a failing test waits so long
NEVER = 600.0  # s between two looks of its own accord: what comes sooner was pushed
WHY = "The torque is wrong"
HEAD = b"\x89PNG\r\n\x1a\n"
PICTURES = 4


@pytest.fixture
def wrong(kiosk: Kiosk) -> str:
    """A release that is in use, and should not be."""
    digest = kiosk.publish(revision=4, title="Wrong")
    assert kiosk.puller.pull()
    assert kiosk.titles == ["Wrong"]
    return digest


def other(plant: Plant, size: int = 500_000) -> str:
    """Another document, with a large picture."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "media").mkdir()
        Path(folder, "media/a.png").write_bytes(HEAD + b"z" * size)
        text = yaml.safe_dump({**PUMP, "id": "other", "title": "Other"})
        Path(folder, "instruction.yaml").write_text(text, encoding="utf-8")
        return publishing.publish(plant.house, Path(folder), "admin").digest


class Valve:
    """A line on which a file stops in its middle until somebody opens it."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def __call__(self, truth: bytes) -> Iterator[bytes]:
        yield truth[: len(truth) // 2]
        self.begun.set()
        assert self.opened.wait(DEADLINE)
        yield truth[len(truth) // 2 :]


def withdraw(plant: Plant, digest: str) -> None:
    releasing.withdraw(plant.house, digest, WHY, "eva")


def is_out(store: Store, digest: str) -> bool:
    """Whether nobody works by it any more, as the store has it and as the kiosk signs it."""
    held = store.library.assignment()
    assert held is not None
    assert (digest in held.withdrawn) == (digest not in store.library.current())
    assert (digest in held.withdrawn) == (digest not in {named.digest for named in held.releases})
    return digest in held.withdrawn


# --- nothing stands before it ------------------------------------------------


def test_a_withdrawal_does_not_wait_for_a_slow_file(kiosk: Kiosk, plant: Plant, wrong: str) -> None:
    valve, recalled = Valve(), threading.Event()
    kiosk.puller.meanwhile, kiosk.puller.recalled = lambda: True, recalled.set
    kiosk.liar.lie("media/", valve)
    plant.assign(wrong, other(plant))
    switched: list[bool] = []
    pulling = threading.Thread(target=lambda: switched.append(kiosk.puller.pull()))
    pulling.start()
    assert valve.begun.wait(DEADLINE)
    withdraw(plant, wrong)
    assert recalled.wait(DEADLINE)
    assert is_out(kiosk.store, wrong)
    assert kiosk.titles == []
    assert not valve.opened.is_set()
    valve.opened.set()
    pulling.join(DEADLINE)
    assert switched == [True]
    assert kiosk.titles == ["Close the pump", "Other"]


def test_what_was_fetched_of_an_overtaken_assignment_is_not_fetched_again(
    kiosk: Kiosk, plant: Plant, wrong: str
) -> None:
    """The file goes on where it was broken off, and releases that are here stay."""
    valve, looked = Valve(), threading.Event()
    both = other(plant)
    plant.assign(wrong, both)
    kiosk.liar.lie("media/", valve)

    def meanwhile() -> bool:
        if not valve.begun.is_set() or looked.is_set():
            return False
        plant.assign(plant.publish({**PUMP, "revision": 5, "title": "Right"}), both)
        kiosk.liar.lie("media/", None)
        looked.set()
        valve.opened.set()
        return True

    kiosk.puller.meanwhile = meanwhile
    sent = kiosk.liar.sent
    assert kiosk.puller.pull()
    assert kiosk.titles == ["Other", "Right"]
    asked = [path.rpartition("/")[2] for path in kiosk.liar.asked if "/releases/" in path]
    assert len(asked) == len(set(asked))
    assert kiosk.liar.sent - sent < 750_000  # of a file of 500,000, which is sent twice when it begins anew


def test_a_withdrawal_needs_no_room_on_the_disk(kiosk: Kiosk, plant: Plant, wrong: str) -> None:
    plant.assign(wrong, other(plant, 5_000_000))
    kiosk.puller.limit = 1_000_000
    kiosk.refuses("documents need .* more")
    withdraw(plant, wrong)
    with pytest.raises(AssignmentRefused, match=r"documents need .* more"):
        kiosk.puller.pull()
    assert is_out(kiosk.store, wrong)
    assert kiosk.titles == []
    kiosk.puller.limit = None
    assert kiosk.puller.pull()
    assert kiosk.titles == ["Close the pump", "Other"]


GONE = json.dumps({"detail": "this file is not here", "mend": ""}).encode()


@pytest.mark.parametrize("where", ["media/", "releases/"])
def test_a_withdrawal_does_not_wait_for_what_the_server_lacks(
    kiosk: Kiosk, plant: Plant, wrong: str, where: str
) -> None:
    plant.assign(wrong, other(plant))
    kiosk.liar.answers(where, GONE, status=404)
    kiosk.refuses("could not be fetched")
    withdraw(plant, wrong)
    with pytest.raises(AssignmentRefused, match="could not be fetched"):
        kiosk.puller.pull()
    assert is_out(kiosk.store, wrong)
    kiosk.liar.answers(where, None)
    assert kiosk.puller.pull()
    assert kiosk.titles == ["Close the pump", "Other"]


def test_a_withdrawal_does_not_wait_for_a_release_that_was_changed_on_its_way(
    kiosk: Kiosk, plant: Plant, wrong: str
) -> None:
    plant.assign(wrong, other(plant))
    kiosk.liar.lie("releases/", lambda truth: truth.replace(b'"sig":"', b'"sig":"00'))
    withdraw(plant, wrong)
    with pytest.raises(AssignmentRefused, match="signature"):
        kiosk.puller.pull()
    assert is_out(kiosk.store, wrong)


def test_a_withdrawal_does_not_wait_for_the_release_before(kiosk: Kiosk, plant: Plant, wrong: str) -> None:
    """It was collected long ago, and has to be fetched anew."""
    library = kiosk.store.library
    before = library.previous()
    for needed in library.needed(before):
        kiosk.store.media.file(needed.digest, needed.type).unlink()
    library.forget(before)
    kiosk.liar.answers("releases/", GONE, status=404)
    withdraw(plant, wrong)
    with pytest.raises(AssignmentRefused, match="could not be fetched"):
        kiosk.puller.pull()
    assert is_out(kiosk.store, wrong)
    assert kiosk.titles == []
    kiosk.liar.answers("releases/", None)
    assert kiosk.puller.pull()
    assert kiosk.titles == ["Close the pump"]


# --- and nothing brings it back ----------------------------------------------


def blocked(kiosk: Kiosk, digest: str) -> None:
    """It was withdrawn, and what takes its place cannot be fetched."""
    kiosk.plant.assign(digest, other(kiosk.plant))
    kiosk.liar.answers("media/", GONE, status=404)
    withdraw(kiosk.plant, digest)
    with pytest.raises(AssignmentRefused):
        kiosk.puller.pull()


def test_an_older_assignment_does_not_bring_back_what_was_withdrawn(
    kiosk: Kiosk, plant: Plant, wrong: str
) -> None:
    in_force = assigned(plant)
    plant.assign(wrong, other(plant))
    between = assigned(plant)
    blocked(kiosk, wrong)
    for older in (between, in_force):
        kiosk.liar.lie("assignment", lambda _, older=older: older)
        kiosk.refuses("older assignment")
    assert is_out(kiosk.store, wrong)


def test_what_was_withdrawn_is_out_after_a_restart(kiosk: Kiosk, wrong: str) -> None:
    blocked(kiosk, wrong)
    kiosk.store.close()
    kiosk.store = Store.open(kiosk.folder)
    assert is_out(kiosk.store, wrong)
    assert kiosk.titles == []


def test_a_second_withdrawal_keeps_what_the_first_one_took_out(
    kiosk: Kiosk, plant: Plant, wrong: str
) -> None:
    blocked(kiosk, wrong)
    (before,) = kiosk.store.library.previous()
    withdraw(plant, before)
    with pytest.raises(AssignmentRefused):
        kiosk.puller.pull()
    assert is_out(kiosk.store, wrong)
    held = kiosk.store.library.assignment()
    assert held is not None
    assert {wrong, before} <= set(held.withdrawn)


def test_the_kiosk_signs_that_it_is_out_before_anything_takes_its_place(kiosk: Kiosk, wrong: str) -> None:
    blocked(kiosk, wrong)
    envelope = reporting.report(kiosk.store, kiosk.ticker)
    assert envelope is not None
    with reading(kiosk.plant.house.engine) as tx:
        key = tx.execute(select(tables.kiosks.c.public_key)).scalar_one()
    held = holding.read(envelope, json.loads(key))
    assert wrong not in held.releases
    assert held.heard > held.counter
    in_force = kiosk.store.library.assignment()
    assert in_force is not None
    assert (held.issued_at, held.expires_at) == (in_force.issued_at, in_force.expires_at)
    assert held.expires_at is not None


# --- the whole kiosk, which only a push tells ----------------------------------


class Manned:
    """A kiosk with its conductor and its sync, which looks again by itself only when the test is long over."""

    def __init__(self, folder: Path, server: str) -> None:
        self.station = Station(folder, filled=False)
        self.news: queue.Queue[Any] = queue.Queue()
        settings = SyncSettings(server=server, name="bench", version="0.1", poll=NEVER, confirmed=0.1)
        self.sync = Sync(self.station.store, self.station.ticker, settings, tell=self.news.put)
        self.sync.start()

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """Hear what comes, up to what is wanted."""
        while True:
            event = self.news.get(timeout=DEADLINE)
            self.station.put(event)
            if wanted(event):
                return event

    def until_titles(self, *titles: str) -> None:
        """Until these documents are what an operator can choose."""
        library = self.station.store.library
        while [tile.title for tile in library.tiles()] != list(titles):
            self.until(lambda event: isinstance(event, AssignmentChanged))

    def close(self) -> None:
        self.sync.stop()
        self.station.switch_off()


@pytest.fixture
def pushing(tmp_path: Path, mosquitto: Any) -> Iterator[Plant]:
    """A server that pushes over a real broker."""
    plant = Plant(tmp_path / "server", mosquitto.url)
    pusher = Pusher(mosquitto.url, plant.house.engine)
    plant.house = replace(plant.house, push=pusher.push)
    pusher.start()
    with plant.running():
        plant.assign(plant.publish(PUMP))
        yield plant
    pusher.stop()


@pytest.fixture
def liar(pushing: Plant) -> Iterator[Liar]:
    liar = Liar(pushing.url)
    yield liar
    liar.close()


@pytest.fixture
def manned(tmp_path: Path, pushing: Plant, liar: Liar) -> Iterator[Manned]:
    manned = Manned(tmp_path / "kiosk", liar.url)
    offered = manned.until(lambda event: isinstance(event, EnrolmentOffered))
    pushing.confirm(offered.code)
    manned.until_titles("Close the pump")
    manned.station.badge("anna")
    assert isinstance(manned.station.view, ChooseView)
    yield manned
    manned.close()


def test_a_release_and_its_withdrawal_arrive_by_push_alone(manned: Manned, pushing: Plant) -> None:
    digest = pushing.publish({**PUMP, "revision": 4, "title": "Wrong"})
    pushing.assign(digest)
    manned.until_titles("Wrong")
    manned.station.scan("GP-100")
    assert isinstance(manned.station.view, StepView)
    withdraw(pushing, digest)
    manned.until_titles("Close the pump")
    assert isinstance(manned.station.view, HeldView)
    assert manned.station.view.reason == "This document was withdrawn. Stop here and ask a supervisor."


def test_a_run_is_held_while_a_file_is_still_on_its_way(manned: Manned, pushing: Plant, liar: Liar) -> None:
    """A transfer hangs, the release of a run is withdrawn: pushed, held, reported, all before the file goes on."""
    digest = pushing.publish({**PUMP, "revision": 4, "title": "Wrong"})
    pushing.assign(digest)
    manned.until_titles("Wrong")
    manned.station.scan("GP-100")
    valve = Valve()
    liar.lie("media/", valve)
    pushing.assign(digest, other(pushing))
    assert valve.begun.wait(DEADLINE)
    withdraw(pushing, digest)
    manned.until_titles()
    assert isinstance(manned.station.view, HeldView)
    manned.station.conductor.abort("")
    manned.sync.wake()
    manned.station.badge("anna")
    manned.station.scan("GP-100")
    assert not isinstance(manned.station.view, StepView)
    until_reported(pushing, lambda held: digest not in held.releases and held.heard > held.counter)
    assert not valve.opened.is_set()
    liar.lie("media/", None)
    valve.opened.set()
    manned.until_titles("Close the pump", "Other")


def until_reported(plant: Plant, wanted: Callable[[holding.Holding], bool]) -> None:
    """Until the server holds such a report, signed by the kiosk."""
    look = threading.Event()
    for _ in range(600):
        with reading(plant.house.engine) as tx:
            key = tx.execute(select(tables.kiosks.c.public_key)).scalar_one()
            envelope = tx.execute(select(tables.kiosk_reports.c.envelope)).scalar()
        if envelope is not None and wanted(holding.read(bytes(envelope).decode(), json.loads(key))):
            return
        look.wait(0.1)
    raise AssertionError("the kiosk never reported that")


# --- several at once -----------------------------------------------------------


def test_several_files_are_on_their_way_at_once(kiosk: Kiosk, plant: Plant) -> None:
    """No file is answered before the others have been asked for."""
    together = threading.Barrier(PICTURES)

    def only_together(truth: bytes) -> Iterator[bytes]:
        together.wait(DEADLINE)
        yield truth

    kiosk.liar.lie("media/", only_together)
    step = PUMP["steps"][0]
    pictures = [{"picture": f"media/{number}.png", "alt": "it"} for number in range(PICTURES)]
    document = {**PUMP, "revision": 4, "title": "New", "steps": [{**step, "media": pictures}]}
    files = {each["picture"]: HEAD + bytes([number]) * 64 for number, each in enumerate(pictures)}
    plant.assign(plant.publish(document, files))
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]


def test_a_week_of_records_does_not_stand_before_a_withdrawal(kiosk: Kiosk, plant: Plant, wrong: str) -> None:
    """Back in the network a kiosk looks what holds before it has delivered all that waits."""
    withdraw(plant, wrong)
    kiosk.store.keep([refused(tick) for tick in range(2_000)])
    out: list[int] = []

    def tell(event: Any) -> None:
        if isinstance(event, AssignmentChanged) and not out:
            out.append(kiosk.store.journal.undelivered)
        if isinstance(event, LineChanged) and event.online and not event.undelivered:
            done.set()

    done = threading.Event()
    settings = SyncSettings(server=kiosk.liar.url, name="bench", version="0.1", poll=NEVER)
    sync = Sync(kiosk.store, kiosk.ticker, settings, tell=tell)
    sync.start()
    assert done.wait(DEADLINE)
    sync.stop()
    assert out
    assert out[0] > 0


def refused(tick: int) -> Any:
    from content.record import CodeRefused
    from tests.kiosk.station import AT

    return CodeRefused(text="X", device="s", reason="r", at=AT, tick=tick)


def test_a_pull_that_nobody_disturbs_looks_once(kiosk: Kiosk, plant: Plant, wrong: str) -> None:
    asked = len(kiosk.liar.asked)
    plant.assign(wrong, other(plant))
    assert kiosk.puller.pull()
    assert sum("assignment" in path for path in kiosk.liar.asked[asked:]) == 1
