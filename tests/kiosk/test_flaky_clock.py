"""A kiosk whose clock jumps in the middle of a run, as a process of its own: its times stay what they were."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content import wire
from content.record import CheckPassed
from tests.hardware.test_faults import FAKETIME
from tests.kiosk.plant import Plant
from tests.kiosk.process import KioskProcess
from tests.kiosk.station import GTIN, PUMP
from tests.kiosk.test_process import STEPS

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(not FAKETIME, reason="the Debian package faketime is not there: left out"),
]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(plant.publish({**PUMP, "steps": STEPS}))
        yield plant


class Clock:
    """The kiosk's time of day, by a file that the library looks into at every call."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump(timedelta())

    def jump(self, by: timedelta) -> None:
        """So far from the true time, from now on."""
        self._file.write_text(f"{by.total_seconds():+.0f}s\n")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(FAKETIME[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def kiosk(tmp_path: Path, plant: Plant, clock: Clock) -> Iterator[KioskProcess]:
    (tmp_path / "bench").mkdir()
    kiosk = KioskProcess(tmp_path / "bench", plant.url)
    kiosk.environment = clock.environment
    kiosk.start()
    try:
        plant.confirm(kiosk.code())
        kiosk.until(lambda: kiosk.rows("SELECT 1 FROM releases WHERE active"), "getting its documents")
        yield kiosk
    finally:
        kiosk.close()


def test_a_clock_that_jumps_in_a_run_changes_neither_its_results_nor_its_times_and_is_told(
    kiosk: KioskProcess, plant: Plant, clock: Clock
) -> None:
    began = datetime.now(UTC)
    kiosk.until(lambda: kiosk.rows("SELECT 1 FROM meta WHERE key = 'assignment'"), "switching")
    kiosk.scanner.scan("BDG:ANNA-1", "]Q1")
    kiosk.until_last("operator.signed-in")
    kiosk.scanner.scan(f"01{GTIN}21SN77", "]d2")
    kiosk.until_last("step.entered")
    clock.jump(timedelta(days=3))
    kiosk.scanner.scan("GP-101", "]C0")
    kiosk.until_last("check.passed")
    kiosk.until(lambda: "This kiosk's clock is 72 h fast" in kiosk.texts(), "saying that the clock is fast")
    assert "have the clock set" in kiosk.texts()
    kiosk.scale.weigh("125.0")
    kiosk.until(lambda: kiosk.types.count("step.entered") == 2, "the second step")
    clock.jump(timedelta(hours=1))  # nearly three days back
    kiosk.torque.tighten("9.0", "30", ok=True)
    kiosk.until_last("check.passed")
    kiosk.torque.unplug()
    kiosk.torque.replug()
    kiosk.until(lambda: "This kiosk's clock is 60 min fast" in kiosk.texts(), "saying that it is fast still")
    kiosk.torque.repeat()
    kiosk.torque.tighten("9.1", "31", ok=True)
    kiosk.until(lambda: kiosk.types.count("step.entered") == 3, "the third step")
    kiosk.scanner.scan("CMD:DONE", "]Q1")
    kiosk.until_last("run.completed")
    ended = datetime.now(UTC)
    facts = [wire.read_body(body)[0] for (body,) in kiosk.rows("SELECT body FROM entries ORDER BY seq")]
    passed = [fact for fact in facts if isinstance(fact, CheckPassed)]
    assert [(fact.step, fact.check) for fact in passed] == [
        ("weigh", "part"),
        ("weigh", "mass"),
        ("bolt", "bolts"),
        ("bolt", "bolts"),
    ]
    assert [str(fact.evidence.torque) for fact in passed if fact.step == "bolt"] == ["9.0", "9.1"]
    assert [fact.tick for fact in facts] == sorted(fact.tick for fact in facts)
    assert all(began - timedelta(minutes=1) <= fact.at <= ended + timedelta(minutes=1) for fact in facts)
    completed = facts[-1]
    assert timedelta() < completed.elapsed <= ended - began
    kiosk.until(
        lambda: kiosk.rows(
            "SELECT 1 FROM meta WHERE key = 'held' AND CAST(value AS INTEGER) = "
            "(SELECT max(seq) FROM entries)"
        ),
        "delivering",
    )
    with sqlite3.connect(f"file:{plant.house.settings.data / 'stepline.db'}?mode=ro", uri=True) as server:
        assert server.execute("SELECT state FROM runs").fetchall() == [("completed",)]
