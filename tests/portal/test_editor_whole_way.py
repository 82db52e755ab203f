"""An engineer's whole way: a Word file comes in, is edited and drawn on, its picture swapped, then previewed."""

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import docx
from PIL import Image, ImageChops

from tests.pictures import difference

KIOSK = """
import json, sys
from pathlib import Path
from kiosk.screens import preview
from kiosk.screens.gallery import Silent
from kiosk.screens.window import Window
request = json.loads(sys.stdin.read())
window = Window(Silent(), size=(1280, 800), theme="dark")
from kivy.clock import Clock
Clock.schedule_once(lambda _dt: window.show(preview.view_of(request)), 0.2)
Clock.schedule_once(lambda _dt: (window.shot(Path(request["to"])), window.stop()), 2)
window.run()
"""
PREVIEW = """([red, green, blue]) => {
    const image = document.querySelector("#preview");
    if (!image.complete || image.naturalWidth !== 1280) return false;
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 800 });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const [r, g, b] = pen.getImageData(60, 300, 1, 1).data;
    if (Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) > 30) return false;
    return canvas.toDataURL("image/png").split(",")[1];
}"""  # the preview's pixels, as soon as its picture has that colour
RED, BLUE = (200, 30, 30), (30, 60, 200)


def picture(color: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), color).save(out, "PNG")
    return out.getvalue()


def word_file(place: Path) -> Path:
    written = docx.Document()
    written.add_heading("Wash the filter", 0)
    for title, text in (
        ("Take the filter", "Take it out of its box."),
        ("Wash it", "Hold it under the tap."),
    ):
        written.add_heading(title, 1)
        written.add_paragraph(text)
        written.add_picture(io.BytesIO(picture(RED)))
    written.save(str(place / "wash.docx"))
    return place / "wash.docx"


def colored(image: Image.Image, color: tuple[int, int, int]) -> float:
    """The share of pixels of about that colour."""
    near = ImageChops.difference(image, Image.new("RGB", image.size, color)).convert("L")
    return near.point(lambda value: 255 if value < 12 else 0).histogram()[255] / (image.width * image.height)


def real_screen(document: dict, step: str, files: dict[str, str], place: Path) -> Image.Image:
    """The same step in a kiosk's window."""
    script, shown = place / "shown.py", place / "shown.png"
    script.write_text(KIOSK)
    request = {"document": document, "step": step, "files": files, "to": str(shown)}
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "KIVY_HOME": str(place / "kivy")}
    subprocess.run(
        [sys.executable, script],
        input=json.dumps(request),
        text=True,
        check=True,
        env=environment,
        timeout=60,
    )
    return Image.open(shown).convert("RGB")


def test_import_edit_annotate_swap_and_see_it_as_the_kiosk_shows_it(visit, written, tmp_path: Path) -> None:
    eve = visit(written, viewport={"width": 1440, "height": 900}).sign_in("eve", "/import")
    page = eve.page
    saved = page.locator("#saved", has_text="Saved")

    def part() -> dict:
        draft = page.locator("#editor").get_attribute("data-draft")
        return page.request.get(f"{eve.address}/drafts/{draft}/state").json()["parts"]

    page.get_by_label("Files to import").set_input_files(word_file(tmp_path))
    page.get_by_role("link", name="Wash the filter").click()
    saved.wait_for()
    assert page.locator("#steps li span").all_inner_texts() == ["Take the filter", "Wash it"]

    page.locator("#steps li", has_text="Wash it").click()
    page.get_by_label("What to do").fill("Hold the filter under the tap for **30 s**.")
    page.get_by_label("Title", exact=True).fill("Wash the filter")
    page.locator('.tools [data-tool="box"]').click()
    page.wait_for_url("**#wash-the-filter*")  # the step is named after its title, and its sheet drawn anew
    # with the tool still in the hand
    page.locator('.tools [data-tool="box"][aria-pressed="true"]').wait_for()
    page.wait_for_function("document.querySelector('.drawing img')?.naturalWidth > 0")  # it has its height
    page.locator(".drawing").evaluate("each => each.scrollIntoView({ block: 'center' })")
    box = page.locator(".drawing svg").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    page.get_by_label("Words of the annotation").fill("here")
    saved.wait_for()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Replace the picture").click()
    swapped = {"name": "new.png", "mimeType": "image/png", "buffer": picture(BLUE)}
    chosen.value.set_files(swapped)
    page.get_by_text("This picture is used in 1 other step too").wait_for()  # both steps show it
    page.get_by_role("button", name="Only here").click()
    saved.wait_for()

    shown = Image.open(io.BytesIO(base64.b64decode(page.wait_for_function(PREVIEW, arg=BLUE).json_value())))
    shown = shown.convert("RGB")
    assert shown.size == (1280, 800)
    assert colored(shown, BLUE) > 0.15
    assert colored(shown, RED) < 0.01
    parts = part()
    step = parts["step:wash-the-filter"]["body"]
    (medium,) = step["media"]
    assert [(each["shape"], each["text"]) for each in medium["annotations"]] == [("box", "here")]

    (tmp_path / "blue.png").write_bytes(picture(BLUE))
    document = {
        **parts["head"]["body"],
        "steps": [parts[f"step:{name}"]["body"] for name in ("take-the-filter", step["id"])],
    }
    files = {each["picture"]: str(tmp_path / "blue.png") for each in [medium]}
    other = document["steps"][0]["media"][0]["picture"]
    (tmp_path / "red.png").write_bytes(picture(RED))
    files[other] = str(tmp_path / "red.png")
    assert difference(shown, real_screen(document, step["id"], files, tmp_path)) < 0.004

    page.get_by_label("Size of the kiosk").select_option("1920x1080")
    page.wait_for_function("() => document.querySelector('#preview').naturalWidth === 1920")
    page.locator("#enlarge").click()  # both sizes, as large as the window lets them be
    for width in (1280, 1920):
        page.wait_for_function(
            "wanted => [...document.querySelectorAll('.large-previews img')]"
            ".some(image => image.complete && image.naturalWidth === wanted)",
            arg=width,
        )
