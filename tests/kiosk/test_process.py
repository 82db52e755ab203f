"""A kiosk as a process of its own: real window, serial lines and server, killed in the middle of its work."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from content import wire
from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.torque import SimulatedTorqueDriver
from tests.kiosk.plant import Plant
from tests.kiosk.station import GTIN, PUMP

pytestmark = pytest.mark.window
DEADLINE = 40.0  # s
STEPS = [
    PUMP["steps"][0],
    {
        "id": "bolt",
        "title": "Bolt",
        "text": "Tighten.",
        "checks": [
            {"id": "bolts", "kind": "torque", "unit": "N.m", "low": "8.5", "high": "9.5", "fastenings": 2}
        ],
    },
    {"id": "look", "title": "Look", "text": "Look at it."},
]
DEVICES = """
[[device]]
name = "scanner"
kind = "scanner"
url = "serial://{folder}/scanner"
[[device]]
name = "scale"
kind = "scale"
url = "serial://{folder}/scale"
[[device]]
name = "torque"
kind = "torque"
url = "serial://{folder}/torque"
"""


class KioskProcess:
    """The command as an operator's machine runs it, its devices, and a finger."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = server
        self.store = folder / "data" / "kiosk.db"
        self.process: subprocess.Popen[bytes] | None = None
        self.scanner = SimulatedScanner(folder / "scanner")
        self.scale = SimulatedScale(folder / "scale")
        self.torque = SimulatedTorqueDriver(folder / "torque")
        (folder / "devices.toml").write_text(DEVICES.format(folder=folder))

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "kiosk",
            "--data",
            str(self.folder / "data"),
            "--server",
            self.server,
        ]
        command += ["--devices", str(self.folder / "devices.toml"), "--size", "1280x800", "--poll", "2"]
        command += ["--touches", str(self.folder / "touches"), "--trace", str(self.folder / "trace.jsonl")]
        log = (self.folder / "kiosk.log").open("ab")
        environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        log.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        for device in (self.scanner, self.scale, self.torque):
            device.close()

    def tap(self, widget: str) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(self.folder / "touches"))
            line.sendall(json.dumps({"tap": widget}).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        assert answer["ok"], answer

    def rows(self, query: str) -> list[Any]:
        try:
            with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    @property
    def types(self) -> list[str]:
        return [kind for (kind,) in self.rows("SELECT type FROM entries ORDER BY seq")]

    def until(self, wanted: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        look = threading.Event()
        while not wanted():
            assert self.process is not None
            tail = (self.folder / "kiosk.log").read_text()[-3000:]
            assert self.process.poll() is None, tail
            assert time.monotonic() < deadline, f"{what} did not happen: {self.types}\n{tail}"
            look.wait(0.02)

    def until_last(self, kind: str) -> None:
        self.until(lambda: self.types[-1:] == [kind], kind)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(plant.publish({**PUMP, "steps": STEPS}))
        yield plant


@pytest.fixture
def kiosk(tmp_path: Path, plant: Plant) -> Iterator[KioskProcess]:
    (tmp_path / "bench").mkdir()
    kiosk = KioskProcess(tmp_path / "bench", plant.url)
    kiosk.start()
    try:
        kiosk.until(lambda: kiosk.rows("SELECT 1 FROM meta WHERE key = 'enrolment'"), "asking to be enrolled")
        asked = json.loads(kiosk.rows("SELECT value FROM meta WHERE key = 'enrolment'")[0][0])
        assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", asked["code"])
        plant.confirm(asked["code"])
        kiosk.until(lambda: kiosk.rows("SELECT 1 FROM releases WHERE active"), "getting its documents")
        yield kiosk
    finally:
        kiosk.close()


def test_a_kiosk_killed_in_every_step_finishes_its_run_and_the_server_holds_each_fact_once(
    kiosk: KioskProcess, plant: Plant
) -> None:
    kiosk.until(lambda: kiosk.rows("SELECT 1 FROM meta WHERE key = 'assignment'"), "switching")
    kiosk.scanner.scan("BDG:ANNA-1", "]Q1")
    kiosk.until_last("operator.signed-in")
    kiosk.scanner.scan(f"01{GTIN}21SN77", "]d2")
    kiosk.until_last("step.entered")
    kiosk.scanner.scan("GP-101", "]C0")
    kiosk.until_last("check.passed")
    kiosk.kill()
    plant.shut()  # and the server is gone as well
    kiosk.start()
    kiosk.until_last("run.interrupted")
    kiosk.scale.weigh("117.0")
    kiosk.until_last("deviation.raised")
    kiosk.scale.weigh("125.0")
    kiosk.until_last("step.entered")
    kiosk.torque.tighten("9.0", "30", ok=True)
    kiosk.until_last("check.passed")
    kiosk.kill()
    kiosk.start()
    kiosk.until_last("run.interrupted")
    kiosk.torque.tighten("9.0", "30", ok=True)
    kiosk.until_last("step.entered")
    kiosk.tap("primary")
    kiosk.until_last("run.completed")
    assert kiosk.types.count("run.interrupted") == 2
    plant.open()
    kiosk.until(
        lambda: kiosk.rows(
            "SELECT 1 FROM meta WHERE key = 'held' AND CAST(value AS INTEGER) = "
            "(SELECT max(seq) FROM entries)"
        ),
        "delivering",
    )
    ours = kiosk.rows("SELECT seq, hash FROM entries ORDER BY seq")
    with sqlite3.connect(f"file:{plant.house.settings.data / 'stepline.db'}?mode=ro", uri=True) as server:
        held = server.execute("SELECT seq, hash FROM records ORDER BY seq").fetchall()
        (state,) = server.execute("SELECT state FROM runs").fetchone()
    assert held == ours
    assert state == "completed"
    bodies = [wire.read_body(body)[0] for (body,) in kiosk.rows("SELECT body FROM entries ORDER BY seq")]
    assert [fact.tick for fact in bodies] == sorted(fact.tick for fact in bodies)
    names = {json.loads(line)["name"] for line in (kiosk.folder / "trace.jsonl").read_text().splitlines()}
    assert {"reading_to_frame", "scan_to_first_step", "tap_to_frame"} <= names


def test_a_second_kiosk_on_the_same_folder_says_so_and_ends(kiosk: KioskProcess) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "kiosk", "--data", str(kiosk.folder / "data"), "--server", kiosk.server],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"},
    )
    assert second.returncode == 1
    assert b"another kiosk (process" in second.stderr
