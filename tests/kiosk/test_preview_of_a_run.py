"""What the editor's preview promised is what a kiosk shows: the same step in a run of a real kiosk at a real server."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.preview import Previews
from tests.kiosk.plant import Plant
from tests.kiosk.process import KioskProcess
from tests.kiosk.station import GTIN, PUMP
from tests.library import LIBRARY
from tests.pictures import difference

pytestmark = pytest.mark.window
PICTURE = LIBRARY / "instructions" / "close-pump" / "media" / "set-cover.webp"
DOCUMENT: dict[str, Any] = {
    **PUMP,
    "steps": [
        {"id": "take", "title": "Take the housing", "text": "Take it out of its box."},
        {
            "id": "cover",
            "title": "Set the cover on the housing",
            "text": "Turn the cover until **both** pins find their holes.\n\n- the arrow points up\n- no gap is left",
            "safety": [{"level": "caution", "text": "The edge of the cover is sharp."}],
            "media": [
                {
                    "picture": "media/set-cover.webp",
                    "alt": "The cover above the housing",
                    "annotations": [
                        {"shape": "arrow", "from": ["0.2", "0.2"], "to": ["0.5", "0.5"], "text": "Pin"},
                        {"shape": "badge", "at": ["0.7", "0.3"], "number": 1},
                    ],
                }
            ],
            "parts": ["GP-101"],
            "standard_time": "20s",
            "checks": [
                {"id": "pump", "kind": "scan", "part": "GP-101"},
                {"id": "flat", "kind": "confirm", "prompt": "The cover sits flat"},
            ],
        },
    ],
}
BAR = 0.12  # of the height, from the top: the station, its people and its clock, which a preview cannot know


def below_the_bar(image: Image.Image) -> Image.Image:
    return image.crop((0, round(image.height * BAR), image.width, image.height)).convert("RGB")


@pytest.mark.parametrize("size", ["1280x800", "1920x1080"])
def test_the_preview_is_what_a_kiosk_shows_in_its_run(tmp_path: Path, size: str) -> None:
    (tmp_path / "bench").mkdir()
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(plant.publish(DOCUMENT, {"media/set-cover.webp": PICTURE.read_bytes()}))
        kiosk = KioskProcess(tmp_path / "bench", plant.url, size=size)
        kiosk.start()
        try:
            plant.confirm(kiosk.code())
            kiosk.until(lambda: kiosk.rows("SELECT 1 FROM releases WHERE active"), "getting its documents")
            kiosk.until(lambda: kiosk.rows("SELECT 1 FROM meta WHERE key = 'assignment'"), "switching")
            kiosk.scanner.scan("BDG:ANNA-1", "]Q1")
            kiosk.until_last("operator.signed-in")
            kiosk.scanner.scan(f"01{GTIN}21SN77", "]d2")
            kiosk.until_last("step.entered")
            kiosk.tap("primary")
            kiosk.until(lambda: kiosk.types.count("step.entered") == 2, "coming to the step")
            previews = Previews(tmp_path / "previews")
            files = {"media/set-cover.webp": PICTURE}
            try:
                promised, other = (
                    Image.open(io.BytesIO(previews.draw(DOCUMENT, step, size, "dark", "en", files)))
                    for step in ("cover", "take")
                )
            finally:
                previews.close()
            shown = Image.open(kiosk.shot("run"))
        finally:
            kiosk.close()
    assert f"{shown.width}x{shown.height}" == size
    assert difference(below_the_bar(promised), below_the_bar(shown)) < 0.01  # its clock goes on
    assert difference(below_the_bar(other), below_the_bar(shown)) > 0.1
