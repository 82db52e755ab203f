"""Killed at every point of a switch: the store holds the old assignment or the new one, whole, and goes on.

Between the two the old one may already lack what the new one withdraws: that is another state, and no mixture.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from content import package
from kiosk.collecting import Collector
from kiosk.pulling import Puller
from kiosk.stick import StickPackage
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from tests.kiosk.carrying import NOW, Maker, picture, release, whole
from tests.kiosk.station import fill

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
LARGE = 1024 * 1024  # bytes of a picture
# dies before the n-th thing that lasts: a sync, a new name, a removed file, a commit
CHILD = """
import os, signal, sys, threading
from pathlib import Path
from sqlalchemy import Engine, event
from kiosk.pulling import Puller
from kiosk.stick import StickPackage
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from tests.kiosk.carrying import NOW
store, limit, last = Store.open(Path(sys.argv[1])), int(sys.argv[3]), int(sys.argv[4])
count, lock = 0, threading.Lock()
def point(*_):
    global count
    with lock:
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
def counted(function):
    def called(*args, **more):
        point()
        return function(*args, **more)
    return called
os.fsync, os.replace, os.unlink = counted(os.fsync), counted(os.replace), counted(os.unlink)
event.listen(Engine, "commit", point)
print("GO", file=sys.stderr, flush=True)
Puller(store, StickPackage(Path(sys.argv[2])), Ticker(wall=lambda: NOW), limit).pull()
print("DONE", count, flush=True)
"""


class Scene:
    """A store with two generations, a third on a stick, and so little room that the first has to go.

    With `withdraws` the third one withdraws a release of the second.
    """

    def __init__(self, folder: Path, withdraws: str) -> None:
        self.withdraws = bool(withdraws)
        self.before, self.stick = folder / "before", folder / "stick"
        maker = Maker()
        shared, only = picture(1, LARGE), [picture(number, LARGE) for number in (2, 3, 4)]
        with Store.open(self.before) as store:
            fill(store, [], key=maker.key)
            for number in (1, 2, 3):
                payloads = [
                    release(shared, id="keep-it", title="Keep it", applies_to={"part_numbers": ["K-1"]}),
                    release(only[number - 1], revision=number, title=f"Close {number}"),
                ]
                maker.write(self.stick, payloads, [shared, only[number - 1]], number + 1)
                if number < 3:
                    assert Puller(store, StickPackage(self.stick), Ticker(wall=lambda: NOW)).pull()
            self.limit = Collector(store)._used() + LARGE // 2
            maker.state(maker.key)
            gone = release(only[1], revision=2, title="Close 2")
            withdrawn = [package.digest_of(gone)] if withdraws else []
            maker.write(self.stick, payloads, [shared, only[2]], 4, withdrawn=withdrawn)

    def copy(self, folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before, folder)
        return folder


State = tuple[int, bool]  # the counter of what is in force, and whether something was withdrawn from it


def looked_at(folder: Path) -> State:
    """What state a store is in, after what is in use was seen to be all there and nothing else."""
    with Store.open(folder) as store:
        assignment = store.library.assignment()
        assert assignment is not None
        number = assignment.counter - 1
        recalled = bool(assignment.withdrawn)
        titles = ["Keep it"] if recalled and number == 2 else [f"Close {number}", "Keep it"]
        assert [tile.title for tile in store.library.tiles()] == titles
        assert store.library.current() == {named.digest for named in assignment.releases}
        assert store.library.person(assignment.people[0].id) is not None
        for digest in store.library.current():
            held = store.library.release(digest)
            assert held is not None
            assert all(whole(folder, file.digest) for file in held.media)
        return assignment.counter, recalled


def goes_on(folder: Path, scene: Scene) -> None:
    """The next pull completes, and the generation before is still there."""
    with Store.open(folder) as store:
        Puller(store, StickPackage(scene.stick), Ticker(wall=lambda: NOW), scene.limit).pull()
        assert len(store.library.previous()) == (1 if scene.withdraws else 2)
        assert store.library.held() == store.library.current() | store.library.previous()
        assert list((folder / "media" / "partial").iterdir()) == []
    assert looked_at(folder) == (4, scene.withdraws)


POINTS = 10_000 if os.environ.get("STEPLINE_LONG") else 24  # writes at which it is killed, evenly over all


@pytest.fixture(scope="module", params=["", "withdraws"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(Path(tempfile.mkdtemp(prefix="stepline-switch-", dir=MEMORY)), request.param)


def states(scene: Scene) -> list[State]:
    """The states that a store may be found in, in the order in which they come."""
    return [(3, False), (3, True), (4, True)] if scene.withdraws else [(3, False), (4, False)]


def child(*before: str, store: Path, scene: Scene, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-c", CHILD, str(store), str(scene.stick), str(scene.limit), str(last)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        timeout=60,
    )


def test_killed_before_every_single_thing_that_lasts(scene: Scene) -> None:
    found: list[State] = []
    for last in range(1, 400):
        store = scene.copy(scene.before.with_name("killed"))
        ended = child(store=store, scene=scene, last=last)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        found.append(looked_at(store))
        goes_on(store, scene)
    assert looked_at(store) == (4, scene.withdraws)
    assert found == sorted(found)
    assert len(found) > 10
    assert sorted(set(found)) == states(scene)


@pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="strace is not installed: a kiosk that dies within a transaction's own writes is not tried",
)
@pytest.mark.timeout(
    900
)  # a kiosk is started anew for each of these writes; STEPLINE_LONG=1 takes some hundred
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_killed_at_writes_all_over_the_transaction_itself(scene: Scene, call: str, tmp_path: Path) -> None:
    """Without `-f` strace sees the thread that commits the switch, and no other."""
    log = tmp_path / "log"
    store = scene.copy(scene.before.with_name("traced"))
    calls = ["strace", "-qq", "-o", str(log), "-e", f"trace={call},write"]
    assert child(*calls, store=store, scene=scene, last=0).returncode == 0
    lines = log.read_text().splitlines()
    begun = next(place for place, line in enumerate(lines) if '"GO' in line)
    first = sum(line.startswith(call) for line in lines[:begun]) + 1
    total = sum(line.startswith(call) for line in lines)
    assert total > first
    seen = set[State]()
    for number in {*range(first, total + 1, max(1, (total - first) // POINTS)), total}:
        store = scene.copy(scene.before.with_name("traced"))
        inject = ["strace", "-qq", "-o", str(log), "-e", f"inject={call}:signal=KILL:when={number}"]
        ended = child(*inject, store=store, scene=scene, last=0)
        assert "DONE" not in ended.stdout
        assert re.search("GO", ended.stderr)
        seen.add(looked_at(store))
        goes_on(store, scene)
    assert sorted(seen) == states(scene)
