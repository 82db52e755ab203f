"""The power is cut after any commit: the record is the same as if it had not been, and so is the screen."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import chain, wire
from content.record import Fact, RunInterrupted
from content.run import fold
from kiosk.events import AlarmRang
from kiosk.store.store import Store
from kiosk.view import StepView
from tests.kiosk.station import Clock, Station, facts_of

ACTIONS: dict[str, Callable[[Station], None]] = {
    "badge": lambda s: s.badge("anna"),
    "other badge": lambda s: s.badge("ben"),
    "open": lambda s: s.scan("GP-100"),
    "part": lambda s: s.scan("GP-101"),
    "unknown part": lambda s: s.scan("GP-999"),
    "rubbish": lambda s: s.scan("\x00"),
    "weigh": lambda s: s.weigh("125.0"),
    "weigh badly": lambda s: s.weigh("99.0"),
    "tighten": lambda s: s.tighten("9.0"),
    "tighten badly": lambda s: s.tighten("3.0"),
    "tap": lambda s: s.tap() if isinstance(s.view, StepView) else None,
    "switch": lambda s: s.switch(on=True),
    "wait": lambda s: s.waits(2.5),
    "back": lambda s: s.conductor.go_back(s.view.step) if isinstance(s.view, StepView) else None,
    "pause": lambda s: s.conductor.pause("break"),
    "go on": lambda s: s.conductor.go_on(),
    "problem": lambda s: s.conductor.report_problem("part", "scratch", None),
    "sign out": lambda s: s.conductor.sign_out(),
    "next": lambda s: s.conductor.next_unit(),
}
GOOD = ["badge", "open", "part", "weigh", "tighten", "tighten", "tap", "switch", "wait", "tap"]
# files in memory where there are: these cuts copy the files, and how fast a shared disk syncs says nothing of them
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# what only concerns the memory of the window and of the wire, not the record
NOT_REMEMBERED = {"switch"}


def record(facts: list[Fact]) -> list[str]:
    """The record without the interruptions themselves."""
    return [wire.body(fact, None) for fact in facts if not isinstance(fact, RunInterrupted)]


def play(names: list[str], cuts: set[int]) -> tuple[list[str], object]:
    folder = Path(tempfile.mkdtemp(prefix="stepline-cut-", dir=MEMORY))
    station = Station(folder, clock=Clock())
    for place, name in enumerate(names):
        if place in cuts:
            # nobody knows when after its last sign of life a kiosk lost power: that time would count as held
            station.store.journal.beat(station.ticker.tick())
            copy = Path(tempfile.mkdtemp(prefix="stepline-cut-", dir=MEMORY))
            for file in folder.glob("kiosk.db*"):
                shutil.copy(file, copy)  # the disk as it is at this moment; nothing is closed in order
            station.switch_off()
            shutil.rmtree(folder)
            folder, station.folder = copy, copy
            station.boot("boot-1")
        ACTIONS[name](station)
    facts = station.facts
    view = station.view
    station.switch_off()
    shutil.rmtree(folder)
    shown = (
        replace(view, status=None, since=0, notice="", accepted=0, rejected=0)
        if isinstance(view, StepView)
        else type(view)
    )
    return record(facts), shown


@given(
    st.sampled_from([GOOD[:3], GOOD[:7]]),
    st.lists(st.sampled_from([name for name in ACTIONS if name not in NOT_REMEMBERED]), max_size=25),
    st.sets(st.integers(3, 28), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_cut_between_any_two_inputs_leaves_the_same_record(
    begin: list[str], names: list[str], cuts: set[int]
) -> None:
    whole, _ = play(begin + names, set())
    broken, _ = play(begin + names, cuts)
    assert broken == whole


def test_a_good_run_survives_a_cut_before_every_single_input() -> None:
    whole, shown = play(GOOD, set())
    for cut in range(1, len(GOOD)):
        if GOOD[cut] == "wait":
            continue  # the switch's state is not remembered: it is told again when the device is back
        broken, after = play(GOOD, {cut})
        assert broken == whole, GOOD[cut]
        assert isinstance(shown, type)
        assert after == shown


CHILD = """
import sys
from pathlib import Path
from tests.kiosk.station import Station
from tests.kiosk.test_power_cut import ACTIONS
station = Station(Path(sys.argv[1]))
print("up", len(station.facts), flush=True)
for name in sys.stdin:
    ACTIONS[name.strip()](station)
    print(name.strip(), station.store.journal.last_seq, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_kill_minus_nine_at_any_acknowledged_moment_loses_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    names = [dice.choice(list(ACTIONS)) for _ in range(40)]
    acknowledged = 0
    for round_ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
        )
        assert child.stdin is not None
        assert child.stdout is not None
        assert int(child.stdout.readline().split()[1]) >= acknowledged
        played = names[round_ * 10 : round_ * 10 + 10]
        for name in played[: dice.randrange(1, 10)]:
            child.stdin.write(f"{name}\n")
            child.stdin.flush()
            acknowledged = int(child.stdout.readline().rsplit(" ", 1)[1])
        if dice.random() < 0.7 and played:
            child.stdin.write(f"{played[-1]}\n")  # and in the middle of one more, that nobody acknowledged
            child.stdin.flush()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdin.close()
        child.stdout.close()
        store = Store.open(tmp_path)
        entries = store.journal.after(0, 10_000, 10**9)
        assert len(entries) >= acknowledged
        prev = chain.FIRST
        for number, entry in enumerate(entries, start=1):
            assert entry.seq == number
            chain.verify(entry, prev)
            prev = entry.hash
        for waiting in store.journal.open_runs():
            assert fold(waiting.facts) is not None
        ticks = [fact.tick for fact in facts_of(store)]
        assert ticks == sorted(ticks)
        store.close()


def test_time_that_the_kiosk_was_away_is_no_time_of_the_step(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.badge("anna")
    station.scan("GP-100")
    station.clock.passes(10)
    station.put(AlarmRang())  # a sign of life
    station.clock.passes(3600)
    station.switch_off()
    station.boot("boot-1")
    assert station.view.elapsed == timedelta(seconds=10)
    assert json.loads(station.store.journal.after(0, 100, 10**6)[-1].body)["cause"]["type"] == "restarted"
    station.switch_off()
