"""The preview is what a kiosk shows: drawn by the kiosk's own screen, in a process that the server can lose."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from content.blocks import file_of
from content.folder import load_instruction
from server.errors import Invalid
from server.preview import Previews
from tests.pictures import difference

FOLDER = Path(__file__).resolve().parents[2] / "content" / "library" / "instructions" / "close-pump"
DOCUMENT = load_instruction(FOLDER)
FILES = {path: file_of(path, FOLDER) for path in DOCUMENT.files}
SIZE = "1280x800"


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory):
    made = Previews(tmp_path_factory.mktemp("previews"))
    yield made
    made.close()


def draw(previews: Previews, step: str = "fit-key", values=None, files=None, size: str = SIZE) -> Image.Image:
    data = previews.draw(
        values or DOCUMENT.plain(), step, size, "dark", "en", FILES if files is None else files
    )
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("size", ["1280x800", "1920x1080"])
def test_a_step_is_drawn_in_the_size_of_the_kiosk(previews: Previews, size: str) -> None:
    assert "x".join(map(str, draw(previews, size=size).size)) == size


@pytest.mark.parametrize("size", ["1280x800", "1920x1080"])
def test_the_preview_is_what_a_real_kiosks_screen_shows(
    previews: Previews, tmp_path: Path, size: str
) -> None:
    """The kiosk's own gallery shows the same step of the same release in its window."""
    script = tmp_path / "shown.py"
    script.write_text(
        "import json, sys\n"
        "from pathlib import Path\n"
        "from kiosk.screens import preview\n"
        "from kiosk.screens.gallery import Silent\n"
        "from kiosk.screens.window import Window\n"
        "request = json.loads(sys.stdin.read())\n"
        "window = Window(Silent(), size=tuple(request['size']), theme='dark')\n"
        "from kivy.clock import Clock\n"
        "Clock.schedule_once(lambda _dt: window.show(preview.view_of(request)), 0.2)\n"
        "Clock.schedule_once(lambda _dt: (window.shot(Path(request['to'])), window.stop()), 2)\n"
        "window.run()\n"
    )
    request = {
        "document": DOCUMENT.plain(),
        "step": "fit-key",
        "size": [int(side) for side in size.split("x")],
        "files": {path: str(file) for path, file in FILES.items()},
        "to": str(tmp_path / "shown.png"),
    }
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "KIVY_HOME": str(tmp_path / "kivy")}
    subprocess.run(
        [sys.executable, script],
        input=json.dumps(request),
        text=True,
        check=True,
        env=environment,
        timeout=60,
    )
    with Image.open(tmp_path / "shown.png") as shown:
        real = shown.convert("RGB")
    assert difference(draw(previews, size=size), real) < 0.002  # the step's clock has gone on
    assert difference(draw(previews, "plug-ports", size=size), real) > 0.05


def test_a_changed_text_is_another_picture(previews: Previews) -> None:
    values = DOCUMENT.plain()
    values["steps"][5]["title"] = "Something else altogether"
    assert difference(draw(previews), draw(previews, values=values)) > 0.005


def test_another_picture_in_a_files_place_is_shown(previews: Previews, tmp_path: Path) -> None:
    step = next(step for step in DOCUMENT.steps if step.id == "fit-key")
    path = step.media[0].files[0]
    before = draw(previews)
    shown = []
    for color in ("red", "blue"):
        Image.new("RGB", (800, 600), color).save(tmp_path / f"{color}.png")
        shown.append(draw(previews, files=FILES | {path: tmp_path / f"{color}.png"}))
    assert difference(before, shown[0]) > 0.2
    assert difference(*shown) > 0.2


def test_a_process_that_died_is_started_again(previews: Previews) -> None:
    draw(previews)
    worker = previews._workers[SIZE, "dark"]
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    values = DOCUMENT.plain() | {"title": "After the crash"}
    assert draw(previews, values=values).size == (1280, 800)


def test_what_cannot_be_shown_is_said_in_a_sentence(previews: Previews) -> None:
    with pytest.raises(Invalid, match="there is no step 'wash'"):
        draw(previews, "wash")
    with pytest.raises(Invalid, match="is not there"):
        draw(previews, files={})
    with pytest.raises(Invalid, match="something to mend first"):
        draw(previews, values={"kind": "work-instruction"})
    with pytest.raises(Invalid, match="no such preview"):
        draw(previews, size="100000x1")


def test_a_numbers_words_stand_beside_it_on_the_kiosk(previews: Previews) -> None:
    values = DOCUMENT.plain()
    step = next(each for each in values["steps"] if each["id"] == "fit-key")
    badge = {"shape": "badge", "at": ["0.5", "0.5"], "number": 1}
    step["media"][0]["annotations"] = [badge]
    without = draw(previews, values=values)
    step["media"][0]["annotations"] = [{**badge, "text": "The key, round end first"}]
    changed = ImageChops.difference(without, draw(previews, values=values)).getbbox()
    assert changed is not None
    left, top, right, bottom = changed
    assert right - left > 4 * (bottom - top)  # a line of words, and nothing else
