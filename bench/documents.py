"""Documents: checked by the thousand, imported, tried out, compared, opened and saved in the editor."""

import difflib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import sync_playwright

from bench.measure import Measure, percentile
from content.comparing import compare, short
from content.folder import load_instruction
from content.importing.draft import save
from content.importing.guides import read
from content.instruction import Instruction
from content.lint.checker import lint_folder
from content.lint.settings import LintSettings
from content.trying.walking import walk
from content.writing import spell
from server.library.drafts import from_folder
from server.people.roster import add_person
from server.serve import open_house
from server.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "content" / "library" / "instructions" / "service-pump"
MANY, STEPS = 1_000, 12
LONG = 200  # steps of a long instruction
GUIDES = 172
SAVES = 30
PASSWORD = "correct horse battery"


def measured() -> Iterator[Measure]:
    """Every promise about documents."""
    with tempfile.TemporaryDirectory() as place:
        yield checked(Path(place))
        yield imported(Path(place))
    yield tried()
    yield compared()
    with tempfile.TemporaryDirectory() as place:
        yield from edited(Path(place))


def document(name: str, steps: int) -> dict[str, Any]:
    """A plain instruction of so many steps."""
    check = {"id": "depth", "kind": "measure", "quantity": "depth", "unit": "mm", "low": "1.5", "high": "2.5"}
    return {
        "id": name,
        "kind": "work-instruction",
        "title": f"Work {name}",
        "revision": 1,
        "language": "en",
        "applies_to": {"part_numbers": [name.upper()]},
        "steps": [
            {
                "id": f"step-{number}",
                "title": f"Fit part {number}",
                "text": "Push it in until it lies on the bottom.\n\nTurn it once by hand.",
                "standard_time": "20s",
                "checks": [check, {"id": "ok", "kind": "confirm", "prompt": "It lies on the bottom"}],
            }
            for number in range(1, steps + 1)
        ],
    }


def checked(place: Path) -> Measure:
    """Validation and lint of a thousand documents, beside libyaml's bare loading of the same files."""
    folders = []
    for number in range(MANY):
        folder = place / f"doc-{number}"
        folder.mkdir()
        (folder / "instruction.yaml").write_text(spell(document(f"doc-{number}", STEPS)))
        folders.append(folder)
    began = time.perf_counter()
    for folder in folders:
        lint_folder(folder, LintSettings())
    took = time.perf_counter() - began
    began = time.perf_counter()
    for folder in folders:
        yaml.load((folder / "instruction.yaml").read_text(), yaml.CSafeLoader)
    bare = time.perf_counter() - began
    return Measure(
        name="1,000 documents validated and checked",
        value=took,
        unit="s",
        yardstick_name="s bare libyaml",
        yardstick=bare,
        goal="≤ 20 s",
        met=took <= 20,
    )


def imported(place: Path) -> Measure:
    """As many guides as the real cases have, of their size, beside reading their JSON."""
    step = {
        "Lines": [{"Text": "loosen the bolt ."}] * 2,
        "Text_raw": "Loosen the bolt. Loosen the bolt.",
        "Images": ["a"],
    }
    guide = {
        "Title": "Replace",
        "Toolbox": [{"Name": "wrench"}],
        "Steps": [{**step, "Order": n} for n in range(9)],
    }
    text = "\n".join(json.dumps({**guide, "Title": f"Replace {number}"}) for number in range(GUIDES))
    began = time.perf_counter()
    for number, draft in enumerate(read(text)):
        save(draft, place / f"guide-{number}")
    took = time.perf_counter() - began
    began = time.perf_counter()
    for line in text.splitlines():
        json.loads(line)
    bare = time.perf_counter() - began
    return Measure(
        name=f"{GUIDES} guides imported",
        value=took,
        unit="s",
        yardstick_name="s reading their JSON",
        yardstick=bare,
        goal="≤ 30 s",
        met=took <= 30,
    )


def tried() -> Measure:
    """Paths of the sample library's branching instruction, walked in a second."""
    instruction = load_instruction(SAMPLE)
    began = time.perf_counter()
    trial = walk(instruction)
    rate = len(trial.paths) / (time.perf_counter() - began)
    return Measure(name="dry run", value=rate, unit="paths/s", goal="≥ 1,000 paths/s", met=rate >= 1_000)


def compared() -> Measure:
    """Two revisions of a long instruction side by side, every second step with other words and limits."""
    values = document("long", LONG)
    before = Instruction.model_validate(values)
    values = json.loads(json.dumps(values))
    for number, step in enumerate(values["steps"]):
        if number % 2:
            step["text"] = f"Press part {number} in by hand until it lies flat.\n\nTurn it once."
            step["checks"][0]["high"] = "2.4"
    after = Instruction.model_validate({**values, "revision": 2})
    began = time.perf_counter()
    found = compare(before, after)
    words = [step.text.words for step in found.changed if step.text is not None]
    took = (time.perf_counter() - began) * 1_000
    assert len(words) == len(short(found)) == LONG // 2
    texts = [json.dumps(each.plain(), indent=0).splitlines() for each in (before, after)]
    began = time.perf_counter()
    list(difflib.unified_diff(*texts))
    bare = (time.perf_counter() - began) * 1_000
    return Measure(
        name=f"comparison of two {LONG}-step revisions",
        value=took,
        unit="ms",
        yardstick_name="ms plain difflib on their texts",
        yardstick=bare,
        goal="≤ 300 ms",
        met=took <= 300,
    )


def edited(place: Path) -> Iterator[Measure]:
    """A long instruction opened and saved in the editor of a real server, in a real browser."""
    folder = place / "long"
    folder.mkdir()
    (folder / "instruction.yaml").write_text(spell(document("long", LONG)))
    house = open_house(Settings(data=place / "data"))
    add_person(house, "eve", "Eve", "engineer", "bench", login="eve", password=PASSWORD)
    draft = from_folder(house, folder, "eve")
    house.engine.dispose()
    with socket.socket() as probe, socket.socket() as other:
        probe.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, broker = probe.getsockname()[1], other.getsockname()[1]
    command = [sys.executable, "-m", "stepline", "serve", "--data", str(place / "data")]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--broker-port", str(broker)], stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        yield from _in_a_browser(f"http://127.0.0.1:{port}", draft)
    finally:
        server.terminate()
        server.wait()


def _in_a_browser(address: str, draft: str) -> Iterator[Measure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for _ in range(100):
            try:
                page.goto(f"{address}/sign-in")
                break
            except Exception:  # noqa: BLE001 - the server comes up
                time.sleep(0.1)
        page.get_by_label("Login").fill("eve")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/")
        opened = [_opened(page, f"{address}/drafts/{draft}") for _ in range(5)]
        bare = [_loaded(page, f"{address}/library") for _ in range(5)]
        yield Measure(
            name=f"editor open with {LONG} steps, p50",
            value=percentile(opened, 0.5),
            unit="s",
            yardstick_name="s for the library page",
            yardstick=percentile(bare, 0.5),
            goal="≤ 1 s",
            met=percentile(opened, 0.5) <= 1,
        )
        page.goto(f"{address}/drafts/{draft}")
        token = page.locator("#editor").get_attribute("data-csrf") or ""
        saves = [_saved(page, f"{address}/drafts/{draft}", token, number) for number in range(SAVES)]
        yield Measure(
            name="autosave of a step, p50",
            value=percentile(saves, 0.5),
            unit="ms",
            goal="≤ 100 ms",
            met=percentile(saves, 0.5) <= 100,
        )
        browser.close()


def _opened(page: Any, address: str) -> float:
    began = time.perf_counter()
    page.goto(address)
    page.locator("#saved", has_text="Saved").wait_for()
    page.locator("#steps li").nth(LONG - 1).wait_for()
    return time.perf_counter() - began


def _loaded(page: Any, address: str) -> float:
    began = time.perf_counter()
    page.goto(address)
    return time.perf_counter() - began


def _saved(page: Any, address: str, token: str, number: int) -> float:
    state = page.request.get(f"{address}/state").json()["parts"]["step:step-100"]
    body = {**state["body"], "title": f"Fit part 100, {number}"}
    change = {"part": "step:step-100", "version": state["version"], "body": body}
    began = time.perf_counter()
    answer = page.request.put(
        f"{address}/changes",
        data=json.dumps({"changes": [change]}).encode(),
        headers={"X-CSRF-Token": token, "Content-Type": "application/json"},
    )
    assert answer.ok, answer.text()
    return (time.perf_counter() - began) * 1_000
