"""A kiosk as a process of its own: real window, serial lines and server, killed in the middle of its work."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from content import wire
from tests.kiosk.plant import Plant
from tests.kiosk.process import KioskProcess
from tests.kiosk.station import GTIN, PUMP
from tests.stepline.conftest import Stepline
from tests.stepline.test_device import talking

pytestmark = pytest.mark.window
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
        code = kiosk.code()
        assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", code)
        plant.confirm(code)
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


def test_a_recording_of_the_devices_drives_the_same_run_again(kiosk: KioskProcess) -> None:
    kiosk.scanner.scan("BDG:ANNA-1", "]Q1")
    kiosk.until_last("operator.signed-in")
    kiosk.scanner.scan(f"01{GTIN}21SN77", "]d2")
    kiosk.until_last("step.entered")
    kiosk.scanner.scan("GP-101", "]C0")
    kiosk.until_last("check.passed")
    kiosk.scanner.noise()
    kiosk.until(lambda: "garbage.refused" in kiosk.types, "hearing the noise")
    kiosk.scale.weigh("117.0")
    kiosk.until_last("deviation.raised")
    kiosk.scale.weigh("125.0")
    kiosk.until_last("step.entered")
    kiosk.torque.tighten("9.0", "30", ok=True)
    kiosk.torque.tighten("9.1", "31", ok=True)
    kiosk.until(lambda: kiosk.types.count("step.entered") == 3, "tightening both")
    kiosk.scanner.scan("CMD:DONE", "]Q1")
    kiosk.until_last("run.completed")
    kiosk.scanner.scan("CMD:SIGN-OUT", "]Q1")
    kiosk.until_last("operator.signed-out")
    played = run_of(kiosk.types)
    kiosk.stop()
    kiosk.unplug()

    (tape,) = (kiosk.folder / "recordings").iterdir()
    with talking(Stepline(kiosk.folder), "replay", str(tape), "devices.toml") as replay:
        replay.says("press Enter")
        kiosk.start()
        log = kiosk.folder / "kiosk.log"
        kiosk.until(lambda: log.read_text().count("is ready") >= 6, "finding its devices")
        replay.type("")
        replay.says("played")
        kiosk.until_last("operator.signed-out")
    again = run_of(kiosk.types[len(played) :])
    assert again == played


def run_of(types: list[str]) -> list[str]:
    """The last run's facts and who did it, without what devices and their noise add."""
    begun = len(types) - 1 - types[::-1].index("operator.signed-in")
    return [kind for kind in types[begun:] if kind not in {"device.changed", "garbage.refused"}]


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
