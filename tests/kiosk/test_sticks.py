"""Server and kiosk as two processes that only ever meet through a folder: the stick."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from content import carried, package
from content.values import Digest
from kiosk.stick import StickDesk
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from server.store import tables
from server.store.engine import reading
from tests.kiosk.carrying import Maker, picture, release
from tests.kiosk.plant import Plant
from tests.kiosk.station import PNG, PUMP
from tests.kiosk.test_sync import Desk, entries_of, records_of

NOBODY = "http://127.0.0.1:9"
KIOSK = """
import sys
from pathlib import Path
from content.record import CodeRefused
from kiosk.events import AssignmentChanged, LineChanged
from kiosk.store.store import Store
from kiosk.sync import Sync, SyncSettings
from kiosk.ticker import Ticker
from tests.kiosk.station import AT
store = Store.open(Path(sys.argv[1]))
settings = SyncSettings(server=sys.argv[2], name="bench", version="0.1", poll=1.0, stick=Path(sys.argv[3]))
def tell(event):
    if isinstance(event, LineChanged) and (event.told or event.trouble):
        print(event.told or event.trouble, flush=True)
sync = Sync(store, Ticker(), settings, tell=tell)
sync.start()
for line in sys.stdin:
    tick = store.journal.last_seq
    store.keep([CodeRefused(text="X", device="s", reason="r", at=AT, tick=tick)])
sync.stop()
"""


def stepline(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stepline", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


class KioskProcess:
    """A kiosk without a window and without a network."""

    def __init__(self, folder: Path, stick: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", KIOSK, str(folder), NOBODY, str(stick)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
        )

    def until(self, words: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if words in line:
                return line.strip()
        raise AssertionError(f"never said: {words}")

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A server with a kiosk that was enrolled over the network, which is gone since."""
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(plant.publish(PUMP))
        desk = Desk(tmp_path / "kiosk", plant.url)
        enrol(desk, plant)
        desk.sync.stop()
        desk.store.keep([], None)
        desk.store.close()
        plant.shut()
        yield plant


def enrol(desk: Desk, plant: Plant) -> None:
    from kiosk.events import AssignmentChanged, EnrolmentOffered

    plant.confirm(desk.until(EnrolmentOffered).code)
    desk.until(AssignmentChanged)


def test_documents_go_out_on_a_stick_and_records_come_back(plant: Plant, tmp_path: Path) -> None:
    data, stick = tmp_path / "server", tmp_path / "stick"
    stick.mkdir()
    plant.assign(plant.publish({**PUMP, "revision": 4, "title": "Close the pump well"}))
    written = stepline("package", "export", "bench-1", "--out", stick, "--data", data)
    assert written.returncode == 0, written.stderr
    assert "assignment 3, 1 releases, 1 files" in written.stdout
    found = stepline("verify", stick, "--fingerprint", root_of(data))
    assert found.returncode == 0, found.stderr
    assert "assignment 3 of station bench-1" in found.stdout
    assert "Everything is in order." in found.stdout

    elsewhere = tmp_path / "pocket"
    stick.rename(elsewhere)
    kiosk = KioskProcess(tmp_path / "kiosk", stick)
    for _ in range(5):
        kiosk.process.stdin.write("\n")  # type: ignore[union-attr]
    kiosk.process.stdin.flush()  # type: ignore[union-attr]
    elsewhere.rename(stick)
    said = kiosk.until("assignment 3")
    assert "can be taken out" in said
    kiosk.end()
    store = Store.open(tmp_path / "kiosk")
    assert [tile.title for tile in store.library.tiles()] == ["Close the pump well"]
    assert store.journal.undelivered == 5
    photo = store.photos.keep(PNG + b"photo", "image/jpeg")
    with store._database.writing() as tx:
        tx.exec_driver_sql("INSERT INTO evidence VALUES (?, 1, 0)", (photo,))
    store.close()

    again = KioskProcess(tmp_path / "kiosk", stick)
    assert "5 records were written" in again.until("records were written")
    again.end()
    took = stepline("records", "take", stick, "--data", data)
    assert took.returncode == 0, took.stderr
    assert "5 new records, 1 photographs; held up to number 5" in took.stdout
    assert "0 new records" in stepline("records", "take", stick, "--data", data).stdout
    with reading(plant.house.engine) as tx:
        assert tx.execute(select(tables.photos.c.digest)).scalars().all() == [photo]

    last = KioskProcess(tmp_path / "kiosk", stick)
    last.until("can be taken out")
    last.end()
    store = Store.open(tmp_path / "kiosk")
    assert store.journal.undelivered == 0
    assert store.journal.photos_to_deliver() == []
    assert records_of(plant) == entries_of(store)
    store.close()


def packaged(plant: Plant, tmp_path: Path) -> Path:
    from server.library.carrying import export

    stick = tmp_path / "stick"
    stick.mkdir(exist_ok=True)
    return export(plant.house, "bench-1", stick, "admin").folder


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("assignment.json", "the signature is not that of the server"),
        ("releases/*.json", "the signature is not that of the server"),
        ("media/*", "arrived changed"),
        ("trust/*.json", "What the server says about its keys was not believed"),
    ],
)
def test_a_stick_with_one_changed_byte_is_refused(
    plant: Plant, tmp_path: Path, place: str, words: str
) -> None:
    plant.assign(plant.publish({**PUMP, "revision": 4, "title": "Changed"}))
    from server.library.rotating import rotate

    rotate(plant.house, "admin")
    folder = packaged(plant, tmp_path)
    if place.startswith("media"):
        for picture in (tmp_path / "kiosk/media").rglob("*.png"):
            picture.unlink()
    file = max(folder.glob(place))
    data = bytearray(file.read_bytes())
    at = data.index(b'"sig":"') + 12 if file.suffix == ".json" else len(data) - 1
    data[at] = data[at] ^ 1 if file.suffix != ".json" else ord("A") if data[at] != ord("A") else ord("B")
    file.write_bytes(data)
    found = stepline("verify", folder)
    assert found.returncode == 1
    assert str(file.relative_to(folder)) in found.stderr.replace("\n", "")
    store = Store.open(tmp_path / "kiosk")
    desk = StickDesk(store, Ticker(), tmp_path / "stick")
    assert not desk.look()
    assert words in desk.trouble
    assert [tile.title for tile in store.library.tiles()] == ["Close the pump"]
    store.close()


def test_a_torn_stick_is_refused_and_a_whole_one_is_taken_afterwards(plant: Plant, tmp_path: Path) -> None:
    plant.assign(plant.publish({**PUMP, "revision": 4, "title": "Changed"}))
    folder = packaged(plant, tmp_path)
    (release,) = folder.glob("releases/*.json")
    whole = release.read_bytes()
    release.unlink()
    store = Store.open(tmp_path / "kiosk")
    desk = StickDesk(store, Ticker(), tmp_path / "stick", language="de")
    assert not desk.look()
    assert desk.trouble.startswith("Der Stick wurde nicht angenommen")
    release.write_bytes(whole)
    os.utime(folder / "assignment.json")
    assert desk.look()
    assert desk.told.startswith("Die Dokumente des Sticks gelten jetzt")
    store.close()


def test_records_that_their_kiosk_has_not_signed_are_refused(plant: Plant, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / carried.TOP).mkdir()
    store = Store.open(tmp_path / "kiosk")
    from tests.kiosk.test_store import refused

    store.keep([refused(1)])
    desk = StickDesk(store, Ticker(), stick)
    desk.look()
    assert "1 records were written" in desk.told
    (file,) = stick.rglob("1-1.json")
    values = json.loads(file.read_bytes())
    values["payload"] = values["payload"][:-4] + "AAAA"
    file.write_text(json.dumps(values))
    took = stepline("records", "take", stick, "--data", tmp_path / "server")
    assert took.returncode == 1
    assert "has not signed it as it is" in took.stderr.replace("\n", " ")
    assert records_of(plant) == []
    foreign = stick / carried.TOP / carried.RECORDS / "k-stranger"
    foreign.mkdir()
    took = stepline("records", "take", stick, "--data", tmp_path / "server")
    assert "no kiosk k-stranger is enrolled here" in took.stderr.replace("\n", " ")
    store.close()


def root_of(data: Path) -> str:
    """The fingerprint that a person reads at the server."""
    shown = stepline("keys", "show", "--data", data)
    (root,) = [line[9:88].strip() for line in shown.stdout.splitlines() if line.startswith("root")]
    return root


def test_a_strangers_package_is_whole_and_nobodys(plant: Plant, tmp_path: Path) -> None:
    """All its signatures fit, by a root of its own: only who names ours can tell."""
    stranger, drawn = Maker(), picture(1, 1_000)
    now = datetime.now(UTC)
    more = {"issued_at": now.isoformat(), "expires_at": (now + timedelta(days=9)).isoformat()}
    payload = release(drawn, id="evil", title="Evil")
    folder = stranger.write(tmp_path / "evil", [payload], [drawn], 9, **more)
    for place in (folder, folder / "assignment.json", min(folder.glob("trust/*.json"))):
        found = stepline("verify", place)
        assert found.returncode == 3, found.stderr
        assert "order" not in found.stdout
        assert "intact, but not proved whose: give --fingerprint or --trust" in found.stderr.replace(
            "\n", " "
        )
    ours = packaged(plant, tmp_path)
    (statement,) = ours.glob("trust/*.json")
    assert stepline("verify", folder, "--fingerprint", root_of(tmp_path / "server")).returncode == 1
    assert stepline("verify", folder, "--trust", statement).returncode == 1
    (folder / "media" / package.digest_of(drawn)).write_bytes(b"changed")
    assert stepline("verify", folder).returncode == 1  # what is wrong is wrong, whosever it is


def test_verify_knows_the_root_that_it_is_told(plant: Plant, tmp_path: Path) -> None:
    folder = packaged(plant, tmp_path)
    root = root_of(tmp_path / "server")
    assert stepline("verify", folder, "--fingerprint", root).returncode == 0
    assert stepline("verify", folder / "assignment.json", "--fingerprint", root).returncode == 0
    other = stepline("verify", folder, "--fingerprint", "0" * 64)
    assert other.returncode == 1
    assert "not the one that was named" in other.stderr.replace("\n", " ")
    (statement,) = folder.glob("trust/*.json")
    assert stepline("verify", folder, "--trust", statement).returncode == 0
    assert stepline("verify", statement, "--fingerprint", root).returncode == 0


def test_a_kiosk_that_is_killed_in_the_middle_of_a_stick_takes_it_when_it_is_back(
    plant: Plant, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    plant.assign(plant.publish({**PUMP, "revision": 4, "title": "Changed"}))
    packaged(plant, tmp_path)
    kiosk = KioskProcess(tmp_path / "kiosk", stick)
    kiosk.process.send_signal(signal.SIGKILL)
    kiosk.end()
    again = KioskProcess(tmp_path / "kiosk", stick)
    again.until("can be taken out")
    again.end()
    store = Store.open(tmp_path / "kiosk")
    assert [tile.title for tile in store.library.tiles()] == ["Changed"]
    assert Digest(store.library.tiles()[0].digest) in store.library.current()
    store.close()
