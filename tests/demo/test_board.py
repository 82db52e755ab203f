"""The panel's window, drawn with everything that it may have to show."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from tests.demo.benches import everything

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.window


@pytest.mark.parametrize("display", [(1920, 1080), (1024, 700)], ids=str)
def test_every_text_has_its_room_on_a_large_display_and_on_a_small_one(
    tmp_path: Path, display: tuple[int, int]
) -> None:
    command = [sys.executable, "-m", "tests.demo.drawing", tmp_path, *(str(side) for side in display)]
    environment = {**os.environ, "KIVY_LOG_MODE": "MIXED", "KIVY_HOME": str(tmp_path / "kivy")}
    drawn = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150, check=False
    )
    assert drawn.returncode == 0, drawn.stderr[-3000:]
    told = json.loads(drawn.stdout.splitlines()[-1])
    assert told["lacking"] == {}
    for name, _seen in everything():
        with Image.open(tmp_path / f"{name.replace('/', '-')}.png") as picture:
            assert list(picture.size) == told["size"]
            assert max(ImageStat.Stat(picture).stddev) > 15, f"{name} is empty"
