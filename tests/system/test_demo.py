"""The demonstration, really played by `stepline demo`, and counted afterwards with nothing but SQL and SHA-256."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.timeout(300)  # a minute on a quiet machine; its runs wait for real seconds

LEAST_RUNS = 20
KINDS = {"wrong_code", "out_of_limits", "bad_tightening", "overrun", "problem"}
SCREEN = (1280, 800)
MANY = 100  # colours: no empty window, no error page, has so many


def asked(database: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        return opened.execute(query).fetchall()


@dataclass
class Played:
    """What a demonstration left behind."""

    folder: Path
    figures: dict
    shown: str

    @property
    def server(self) -> Path:
        return self.folder / "server" / "stepline.db"

    def written(self) -> dict[str, list[tuple]]:
        """Every entry in the kiosks' own stores: kiosk -> (seq, prev, hash, body) in order."""
        found = {}
        for store in sorted(self.folder.glob("*/kiosk/kiosk.db")):
            ((kiosk,),) = asked(store, "SELECT value FROM meta WHERE key = 'kiosk'")
            found[kiosk] = asked(store, "SELECT seq, prev, hash, body FROM entries ORDER BY seq")
        return found

    def held(self) -> dict[str, list[tuple]]:
        """Every record on the server, in the same shape."""
        found = defaultdict(list)
        for kiosk, *entry in asked(
            self.server, "SELECT kiosk, seq, prev, hash, body FROM records ORDER BY kiosk, seq"
        ):
            found[kiosk].append(tuple(entry))
        return dict(found)

    def facts(self) -> dict[str, list[dict]]:
        """What the kiosks say happened, in order."""
        return {
            kiosk: [json.loads(body)["fact"] for *_, body in entries]
            for kiosk, entries in self.written().items()
        }


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("demo")
    report, kept = folder / "figures.json", folder / "plant"
    command = [sys.executable, "-m", "stepline", "demo", "--headless", "--json", report, "--keep", kept]
    environment = {**os.environ, "COLUMNS": "200"}
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=290, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Played(folder=kept, figures=json.loads(report.read_text()), shown=ended.stdout)


def test_the_server_holds_exactly_what_the_kiosks_wrote(played: Played) -> None:
    written = played.written()
    assert len(written) == 2
    assert all(len(entries) > 100 for entries in written.values())
    assert played.held() == written


def test_every_record_stands_there_once_in_an_unbroken_chain(played: Played) -> None:
    hashes = Counter()
    for kiosk, entries in played.held().items():
        before = "0" * 64
        for place, (seq, prev, digest, body) in enumerate(entries, start=1):
            assert (seq, prev) == (place, before)
            before = hashlib.sha256(f"{kiosk}\n{seq}\n{prev}\n{body}".encode()).hexdigest()
            assert digest == before
            hashes[digest] += 1
    assert set(hashes.values()) == {1}
    assert asked(played.server, "SELECT count(*) FROM parked") == [(0,)]


def test_every_run_that_began_was_completed_on_kiosk_and_server_but_the_one_that_was_stopped(
    played: Played,
) -> None:
    began, ended = Counter(), Counter()
    states: dict[str, str] = {}
    for facts in played.facts().values():
        began.update(fact["run"] for fact in facts if fact["type"] == "run.started")
        for state in ("completed", "aborted"):
            found = [fact["run"] for fact in facts if fact["type"] == f"run.{state}"]
            ended.update(found)
            states |= dict.fromkeys(found, state)
    assert Counter(states.values())["aborted"] == 1
    assert len(states) > LEAST_RUNS
    assert began == ended
    assert set(ended.values()) == {1}
    assert dict(asked(played.server, "SELECT id, state FROM runs")) == states


def test_a_change_came_while_a_run_was_on_and_its_withdrawal_held_one(played: Played) -> None:
    first, second = (played.folder / f"bench-{number}" / "kiosk" / "kiosk.db" for number in (1, 2))
    ((withdrawn,),) = asked(played.server, "SELECT release FROM withdrawals")
    of_change = f"SELECT id, document FROM runs WHERE release = '{withdrawn}'"
    ((stopped, document),) = asked(played.server, of_change)
    (before,) = [
        digest
        for (digest,) in asked(first, f"SELECT digest FROM releases WHERE active AND document = '{document}'")
    ]
    assert before != withdrawn
    facts = [json.loads(body)["fact"] for (body,) in asked(first, "SELECT body FROM entries ORDER BY seq")]
    of_run = [fact["type"] for fact in facts if fact.get("run") == stopped]
    assert "run.completed" not in of_run
    assert of_run.index("run.held") < of_run.index("run.aborted")
    released = asked(played.server, f"SELECT released_at FROM releases WHERE digest = '{withdrawn}'")[0][0]
    on = (
        f"SELECT count(*) FROM runs WHERE document = '{document}' AND release = '{before}'"
        f" AND station = 'bench-1' AND started_at < '{released}' AND ended_at > '{released}'"
        " AND state = 'completed'"
    )
    assert asked(played.server, on) == [(1,)]  # it finished on what it had begun with
    for store in (first, second):
        assert asked(store, f"SELECT 1 FROM releases WHERE active AND digest = '{withdrawn}'") == []
    change = played.figures["change"]
    assert set(change.pop("seconds")) == {"released", "rolled out", "withdrawn", "caught up"}
    assert change == {
        "runs_finished_as_begun": 1,
        "runs_held_by_withdrawal": 1,
        "cut_off": "bench-2",
        "showing_something_withdrawn": 0,
    }
    assert "runs held by the withdrawal" in played.shown


def test_what_went_wrong_was_found_and_stands_in_the_reports(played: Played) -> None:
    raised = [
        fact for facts in played.facts().values() for fact in facts if fact["type"] == "deviation.raised"
    ]
    kinds = Counter(fact["kind"] for fact in raised)
    assert set(kinds) >= KINDS
    assert Counter(kind for (kind,) in asked(played.server, "SELECT kind FROM deviations")) == kinds


def test_a_camera_judged_every_label_and_what_it_was_taught_stands_in_the_record(played: Played) -> None:
    facts = [fact for told in played.facts().values() for fact in told if fact.get("check") == "label-there"]
    passed = [fact["evidence"] for fact in facts if fact["type"] == "check.passed"]
    assert passed
    assert {each["device"] for each in passed} == {"camera"}
    ((taught,),) = asked(
        played.server, "SELECT DISTINCT media FROM release_media WHERE path = 'vision/type-label.vision'"
    )
    assert {each["taught"] for each in passed} == {taught}
    assert all(each["photo"] and "person" not in each for each in passed)


def test_a_step_is_completed_as_often_as_the_server_counts_it(played: Played) -> None:
    done = Counter(
        (fact["run"], fact["step"])
        for facts in played.facts().values()
        for fact in facts
        if fact["type"] == "step.completed"
    )
    counted = asked(
        played.server, "SELECT run, step, count(*) FROM step_times WHERE completed GROUP BY run, step"
    )
    assert {(run, step): number for run, step, number in counted} == dict(done)


def test_after_the_power_cut_the_run_went_on_in_the_same_step(played: Played) -> None:
    cuts = 0
    for facts in played.facts().values():
        for cut in [fact for fact in facts if fact["type"] == "run.interrupted"]:
            cuts += 1
            of_run = [one for one in facts if one.get("run") == cut["run"]]
            place = of_run.index(cut)
            before = [one["step"] for one in of_run[:place] if one["type"] == "step.entered"]
            after = [one["step"] for one in of_run[place:] if one["type"] == "step.completed"]
            assert before[-1] == after[0]
    assert cuts == 1


def test_steps_were_done_while_the_server_was_away(played: Played) -> None:
    starts = (played.folder / "server.log").read_text().count("Stepline serves")
    assert starts == 3  # the first one, after the stop, after the kill
    at_once = asked(
        played.server,
        "SELECT count(*) AS steps FROM records WHERE type = 'step.completed' GROUP BY run, received_at"
        " ORDER BY steps DESC LIMIT 1",
    )
    assert at_once[0][0] >= 3  # steps of one run that came up in one batch, when it was back


def test_every_screenshot_shows_something_of_its_own(played: Played) -> None:
    shots = [Path(name) for name in played.figures["screenshots"]]
    assert len(shots) >= LEAST_RUNS
    seen = {}
    for shot in shots:
        assert shot.is_relative_to(played.folder)
        with Image.open(shot) as picture:
            picture.load()
            assert (picture.format, picture.size) == ("PNG", SCREEN), shot.name
            colours = picture.convert("RGB").getcolors(maxcolors=SCREEN[0] * SCREEN[1])
        assert len(colours) > MANY, shot.name
        assert max(number for number, _ in colours) < 0.97 * SCREEN[0] * SCREEN[1], shot.name
        seen[shot.name] = hashlib.sha256(shot.read_bytes()).hexdigest()
    runs = {name: digest for name, digest in seen.items() if "-run-" in name}
    assert len(set(runs.values())) == len(runs)


def test_the_figures_are_what_was_counted(played: Played) -> None:
    figures = played.figures
    written = sum(len(entries) for entries in played.written().values())
    assert (figures["ok"], figures["complaints"]) == (True, [])
    assert (figures["facts_lost"], figures["facts_duplicated"]) == (0, 0)
    assert figures["facts_written"] == figures["facts_on_server"] == written
    (runs,) = asked(played.server, "SELECT count(*) FROM runs WHERE state = 'completed'")[0]
    assert figures["runs_completed"] == runs
    kinds = asked(played.server, "SELECT kind, count(*) FROM deviations GROUP BY kind")
    assert figures["deviations"] == dict(kinds)
    assert Path(figures["database"]) == played.server
    for name, latency in figures["latency_ms"].items():
        assert latency["n"] > 0, name
        assert 0 < latency["p50"] <= latency["p99"], name
    assert "nothing lost, nothing doubled, nothing missing" in played.shown


def test_nothing_of_it_is_left_running(played: Played) -> None:
    running = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            running.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended while we looked
            continue
    assert [command for command in running if str(played.folder) in command] == []
