"""`stepline demo` with a display: its processes, played by real touches on the panel and on the kiosk."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image, ImageStat

from stepline.demo.plant import OFFICE, PASSWORD
from stepline.demo.watch import KioskRecord

pytestmark = [pytest.mark.window, pytest.mark.timeout(300)]
DEADLINE = 60.0  # s; a busy machine draws slowly
NO_PLACE = {
    "SDL_VIDEODRIVER": "offscreen",
    "SDL_AUDIODRIVER": "dummy",
    "DISPLAY": ":offscreen",
    "BROWSER": "true",
}


class Demo:
    """The command as a person starts it; `keep` is its folder."""

    def __init__(self, keep: Path, **environment: str) -> None:
        self.keep = keep
        self.output = keep.parent / "output"
        command = [sys.executable, "-m", "stepline", "demo", "--keep", str(keep)]
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env={**os.environ, **NO_PLACE, "COLUMNS": "200", **environment},
            )
        self.record = KioskRecord(keep / "bench-1" / "kiosk" / "kiosk.db")

    @property
    def told(self) -> str:
        return self.output.read_text()

    @property
    def facts(self) -> list[str]:
        self.record.look()
        return self.record.types

    def until(self, wanted: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not wanted():
            assert self.process.poll() is None, self.told
            assert time.monotonic() < deadline, f"{what} did not happen\n{self.told}\n{self.record.types}"
            time.sleep(0.05)

    def until_up(self) -> None:
        self.until(lambda: "Portal" in self.told, "setting up")
        self.until(self._answers, "the kiosk's window")

    def press(self, move: str) -> None:
        """A finger on the panel."""
        self._ask(self.keep / "panel-touches", tap=move)

    def touch(self, widget: str) -> None:
        """A finger on the kiosk, no quicker than a hand."""
        time.sleep(0.5)
        self._ask(self.keep / "bench-1" / "touches", tap=widget)

    def shot(self) -> Image.Image:
        path = self.keep / "panel.png"
        self._ask(self.keep / "panel-touches", shot=str(path))
        return Image.open(path)

    def fact(self, kind: str, number: int = 1) -> None:
        self.until(lambda: self.facts.count(kind) >= number, f"{kind} number {number}")

    def on_step(self, step: str) -> None:
        self.until(lambda: self.facts and self.record.run and self.record.run.step == step, f"step {step}")

    def processes(self) -> dict[str, int]:
        """What runs for this demonstration: the module or command -> its pid."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(str(self.keep) in word for word in words) and "-m" in words:
                place = words.index("-m") + 1
                found[" ".join(words[place : place + 2])] = int(entry.parent.name)
        return found

    def end(self, how: int = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    def _answers(self) -> bool:
        try:
            self._ask(self.keep / "bench-1" / "touches", what="")
        except OSError:
            return False
        return True

    def _ask(self, place: Path, **wish: str) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(30)
            line.connect(str(place))
            line.sendall(json.dumps(wish).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        assert answer["ok"], f"{wish}: {answer}"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Short, for the sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="panel-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    """A plant that is up; the second one takes up what the first one kept."""
    demo = Demo(folder / "plant")
    try:
        demo.until_up()
        yield demo
    finally:
        demo.end(signal.SIGTERM)


def held_by_the_server(keep: Path) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{keep / 'server' / 'stepline.db'}?mode=ro", uri=True)) as server:
        return server.execute("SELECT seq, hash FROM records ORDER BY seq").fetchall()


def written_by_the_kiosk(keep: Path) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{keep / 'bench-1/kiosk/kiosk.db'}?mode=ro", uri=True)) as store:
        return store.execute("SELECT seq, hash FROM entries ORDER BY seq").fetchall()


def test_a_person_plays_every_device_and_both_plugs(demo: Demo) -> None:
    demo.press("badge:unknown")
    demo.fact("code.refused")
    demo.press("badge:anna")
    demo.fact("operator.signed-in")
    demo.press("codes")
    demo.press("code:XY-4711")
    demo.fact("code.refused", 2)
    demo.press("codes")
    demo.press("code:0109521234501107" + "21SN000001")
    demo.on_step("take-housing")
    assert demo.record.run.unit.serial == "SN000001"

    demo.press("scan:wrong")
    demo.fact("deviation.raised")
    demo.press("scan:good")
    demo.fact("check.passed")
    picture = demo.shot()
    assert max(ImageStat.Stat(picture).stddev) > 15
    demo.touch("check:faces")
    demo.touch("skip:casting")
    demo.on_step("wipe-bores")

    demo.press("network:cut")
    demo.until(lambda: demo.record.look() is None and "flow-meter" in demo.record.lost, "losing the broker")
    demo.touch("primary")
    demo.on_step("set-in-press")
    demo.press("scan:good")  # the scanner hangs on its cable: nothing stands still
    demo.on_step("place-seal")
    demo.touch("primary")
    demo.on_step("press-seal")
    before = demo.facts.count("deviation.raised")
    demo.press("depth-gauge:bad")  # so does the gauge
    demo.fact("deviation.raised", before + 1)
    demo.press("flow-meter:good")
    assert len(held_by_the_server(demo.keep)) < len(written_by_the_kiosk(demo.keep))
    demo.press("network:mend")
    demo.until(lambda: demo.record.look() is None and not demo.record.lost, "finding the broker again")
    assert demo.record.run.step == "press-seal"  # nothing of what was said into a cut network came late

    kiosk = demo.processes()["kiosk --data"]
    demo.press("power:off")
    demo.until(lambda: "kiosk --data" not in demo.processes(), "the power cut")
    refused = demo.facts.count("reading.refused") + demo.facts.count("check.failed")
    demo.press("scan:wrong")  # nobody hears it, and nobody finds it later
    demo.press("power:on")
    demo.fact("run.interrupted")
    assert demo.processes()["kiosk --data"] != kiosk
    demo.until(
        lambda: (demo.press("depth-gauge:good"), time.sleep(1), demo.facts)[2].count("check.passed") >= 5,
        "the depth",
    )
    demo.on_step("fit-circlip")
    assert demo.facts.count("reading.refused") + demo.facts.count("check.failed") == refused

    demo.until(lambda: held_by_the_server(demo.keep) == written_by_the_kiosk(demo.keep), "delivering")
    assert demo.end(signal.SIGINT) == 0
    assert demo.processes() == {}
    assert "The plant is shut down" in demo.told


def test_the_people_of_the_portal_can_sign_in_as_it_says(demo: Demo) -> None:
    address = next(word for word in demo.told.split() if word.startswith("http://"))
    for login in ("admin", *(login for login, _name, _role in OFFICE)):
        assert login in demo.told
        answer = httpx2.post(
            f"{address}/api/v1/session",
            json={"login": login, "password": PASSWORD},
            timeout=20,
            trust_env=False,
        )
        assert answer.status_code < 300, login


@pytest.mark.parametrize(
    ("closed", "said"), [("kiosk --data", "kiosk's window"), ("stepline.demo.panel.window --line", "panel")]
)
def test_closing_a_window_ends_everything(demo: Demo, closed: str, said: str) -> None:
    running = demo.processes()
    assert len(running) == 4, running  # the command, the server, the kiosk, the panel
    os.kill(running[closed], signal.SIGTERM)  # as its close button does: the window is closed in order
    assert demo.process.wait(60) == 0
    assert f"The {said} was closed" in demo.told
    assert demo.processes() == {}


def test_a_kiosk_that_fails_is_told_with_its_last_words(demo: Demo) -> None:
    os.kill(demo.processes()["kiosk --data"], signal.SIGKILL)  # by somebody else than the panel
    assert demo.process.wait(60) == 1
    assert "the bench-1 ended by itself (code -9)" in demo.told
    assert demo.processes() == {}


def test_nothing_is_left_behind_unless_it_is_to_be_kept(folder: Path) -> None:
    temporary = folder / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "stepline", "demo"]
    environment = {**os.environ, **NO_PLACE, "TMPDIR": str(temporary), "HOME": str(temporary)}
    with (folder / "output").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    deadline = time.monotonic() + DEADLINE
    while not list(temporary.glob("stepline-demo-*/bench-1/kiosk")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [path.name[:14] for path in temporary.iterdir()] == ["stepline-demo-"]
    process.send_signal(signal.SIGHUP)  # its terminal was closed
    assert process.wait(60) == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("display", "said"), [(":99", "No window can be opened on this display"), ("", "No display here")]
)
def test_where_no_window_can_be_opened_it_plays_by_itself_and_says_so(
    folder: Path, display: str, said: str
) -> None:
    alone = Demo(folder / f"alone{display}", DISPLAY=display, WAYLAND_DISPLAY="", SDL_VIDEODRIVER="")
    alone.until((alone.keep / "server").exists, "playing")
    assert alone.end(signal.SIGINT) == 130
    assert f"{said}: the plant plays by itself." in alone.told
    assert alone.processes() == {}
