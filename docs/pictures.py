"""Draw the README's pictures anew: `./run pictures`. A kiosk's step screen, a report of the portal, the editor."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium-headless-shell"
sys.path.insert(0, str(ROOT))


def kiosk(folder: Path) -> None:
    """The step screen of the sample library, in a window without a display."""
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    command = [sys.executable, "-m", "kiosk.screens.gallery", "--only", "step-tighten", "--out", str(folder)]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    (folder / "step-tighten-dark-1280x800.png").replace(folder / "kiosk.png")


def portal(folder: Path) -> None:
    """The deviation report over a plant with a past, in a real browser."""
    from playwright.sync_api import sync_playwright

    from tests.portal import conftest, plant, shots

    with tempfile.TemporaryDirectory() as data:
        built = plant.build(Path(data) / "data", runs=60, days=14)
        with contextmanager(conftest.serve)(built, Path(data)) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)  # also on a busy machine
            page.set_default_navigation_timeout(120_000)
            shots.sign_in(page, served.address)
            for name, path in (("portal", "/deviations"), ("floor", "/")):
                page.goto(served.address + path)
                shots.settle(page)
                page.screenshot(path=folder / f"{name}.png")
            editor(page, served.address, folder)
            writing(page, served.address, folder)
            teaching(page, served.address, folder)
            edited(page, f"{served.address}/library/instructions/close-pump")
            review(page, folder)
            browser.close()


def publishing(folder: Path) -> None:
    """Two releases side by side, and where they are, over a plant in which one is on its way."""
    from playwright.sync_api import sync_playwright

    from server.library import releasing
    from tests.portal import conftest, plant, shots

    with tempfile.TemporaryDirectory() as data:
        built = plant.build(Path(data) / "data", runs=4, days=2)
        plant.change(
            built,
            "close-pump",
            {
                "Grease the O-ring lightly and press it": "Wipe the groove, grease the O-ring and press it",
                'low: "8.5"': 'low: "8.8"',
            },
            {"lay-o-ring.webp": "set-cover.webp"},
        )
        wrong = plant.change(built, "label-and-pack", {"with your thumb": "with the roller"})
        plant.prove(
            built,
            "packing",
            [*plant.assigned(built, "packing"), wrong.digest],
            built.house.now() - timedelta(minutes=59),
        )
        releasing.withdraw(built.house, wrong.digest, "The roller scratches the label", "eve")
        for station in ("assembly-1", "assembly-2"):
            plant.prove(built, station, plant.assigned(built, station), built.house.now())
        with contextmanager(conftest.serve)(built, Path(data)) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            shots.sign_in(page, served.address)
            for name, path in (("comparison", "/library/compare/close-pump"), ("fleet", "/fleet")):
                page.goto(served.address + path)
                shots.settle(page)
                page.screenshot(path=folder / f"{name}.png")
            browser.close()


def editor(page: Any, address: str, folder: Path) -> None:
    """A step in the editor, with its preview."""
    page.goto(f"{address}/library/instructions/close-pump")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator("#steps [data-step]", has_text="Tighten in the cross pattern").click()
    page.locator("#preview[src^='blob:']").wait_for(timeout=60_000)
    page.locator("#saved", has_text="Saved").wait_for()
    page.locator("#preview").evaluate("image => image.decode()")
    page.screenshot(path=folder / "editor.png")


def writing(page: Any, address: str, folder: Path) -> None:
    """The editor's other sides: annotating, conditions, a procedure, translation, import."""
    _annotating(page, folder)
    edited(page, f"{address}/library/instructions/service-pump")
    page.locator("#steps [data-step]", has_text="Renew the shaft seal").click()
    page.locator("#values-card summary").click()
    page.locator("#values-card").get_by_label("order.complaint").select_option("leak")
    page.locator("#preview[src^='blob:']").wait_for(timeout=60_000)
    when = page.get_by_label("Only when")
    said = when.input_value()
    when.fill(f"{said} || order.")
    page.locator(".completions li").first.wait_for()
    when.evaluate("field => field.scrollIntoView({ block: 'center' })")
    page.screenshot(path=folder / "conditions.png")
    when.fill(said)
    page.locator("#saved", has_text="Saved").wait_for()
    page.goto(f"{page.url.partition('#')[0]}/translation?language=ja")
    page.screenshot(path=folder / "translation.png")
    edited(page, f"{address}/library/sops/service-gear-pump")
    page.locator("#flow svg").wait_for()
    page.locator(".flow-editor").evaluate("editor => editor.scrollIntoView()")
    page.screenshot(path=folder / "procedure.png")
    _importing(page, address, folder)


def teaching(page: Any, address: str, folder: Path) -> None:
    """A camera that was taught on drawn pictures."""
    from PIL import Image

    from hardware.simulate import scene

    edited(page, f"{address}/library/instructions/fit-gears")
    page.get_by_label("Add a check").first.select_option("vision")
    form = page.locator(".check-form").last
    form.get_by_label("What is asked").fill("All four screws are in")
    form.get_by_label("What is looked for").fill("screws")
    form.get_by_role("button", name="Teach the camera").click()
    page.locator("#said", has_text="Not taught yet").wait_for()
    with tempfile.TemporaryDirectory() as place:
        scene.write_set(Path(place), "screws", 5)
        for side in ("good", "bad"):
            given = page.locator(f'.samples[data-side="{side}"]')
            given.locator("input[multiple]").set_input_files(sorted((Path(place) / side).iterdir()))
            given.locator("li").nth(4).wait_for()
    page.get_by_label("Kind").select_option("screws")
    drawing = page.locator("#scene .drawing")
    drawing.locator("img").evaluate("image => image.decode()")
    for number in range(1, 5):
        page.locator('.tools [data-tool="box"]').click()
        drawing.scroll_into_view_if_needed()
        box, (left, top, width, height) = drawing.bounding_box(), scene.PLACES[f"screw-{number}"]
        page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
        page.mouse.down()
        page.mouse.move(
            box["x"] + (left + width) * box["width"], box["y"] + (top + height) * box["height"], steps=4
        )
        page.mouse.up()
    page.get_by_role("button", name="Teach", exact=True).click()
    page.locator("#said", has_text="Taught; ").wait_for()
    page.locator(".samples img").evaluate_all("all => Promise.all(all.map((image) => image.decode()))")
    page.evaluate("scrollTo(0, 0)")
    page.locator("#teaching").screenshot(path=folder / "teaching.png")
    with Image.open(folder / "teaching.png") as drawn:  # photographs in it: few colours keep the file small
        drawn.quantize(200).save(folder / "teaching.png", optimize=True)


def edited(page: Any, address: str) -> None:
    """The draft of the document at that address, in the editor."""
    page.goto(address)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.wait_for_url("**/drafts/*")
    page.locator("#saved", has_text="Saved").wait_for()


def _annotating(page: Any, folder: Path) -> None:
    drawing = page.locator(".drawing").first
    drawing.evaluate("drawing => drawing.scrollIntoView({ block: 'center' })")
    page.locator('.tools [data-tool="ellipse"]').first.click()
    box = drawing.bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    page.mouse.move(*at(0.55, 0.62))
    page.mouse.down()
    page.mouse.move(*at(0.75, 0.9), steps=4)
    page.mouse.up()
    page.get_by_label("Words of the annotation").first.fill("Cable away from the belt")
    page.locator("#saved", has_text="Saved").wait_for()
    page.locator(".medium-box").first.screenshot(path=folder / "annotating.png")
    page.get_by_role("button", name="Delete").first.click()


def _importing(page: Any, address: str, folder: Path) -> None:
    words = "# Wash the pump\n\n## Take it\n\nTake the pump out of its box.\n\n"
    words += "## Wash it\n\n![](pump.png)\n\nHold it under the tap, [see here](https://example.com).\n"
    file = {"name": "wash-the-pump.md", "mimeType": "text/markdown", "buffer": words.encode()}
    page.goto(f"{address}/import")
    page.get_by_label("Files to import").set_input_files(file)
    page.get_by_role("link", name="Wash the pump").wait_for()
    page.get_by_role("link", name="Wash the pump").click()
    page.locator("#saved", has_text="Saved").wait_for()
    page.locator("#steps [data-step]", has_text="Wash it").click()
    page.locator("#preview[src^='blob:']").wait_for(timeout=60_000)
    page.screenshot(path=folder / "import.png")


def review(page: Any, folder: Path) -> None:
    """The draft of the editor's picture, changed and submitted."""
    page.locator("#steps li", has_text="Lay the O-ring in its groove").click()
    page.get_by_label("Title", exact=True).fill("Grease the O-ring and lay it in its groove")
    page.locator("#steps li", has_text="Grease the O-ring and lay").wait_for()
    page.locator("#saved", has_text="Saved").wait_for()
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_label("What has changed").fill("A dry ring twists")
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/review")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "review.png")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    kiosk(FOLDER)
    portal(FOLDER)
    publishing(FOLDER)
