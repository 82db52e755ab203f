"""Pictures that are pasted and dropped in a real browser, and the small pictures down the side that follow."""

import base64
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from tests.portal.writing import picture, saved, state

COPY = """async (data) => {
    const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}"""
SHOWN = """([step, color]) => {
    const image = document.querySelector(`#steps [data-step="${step}"] img`);
    if (!image?.complete || !image.naturalWidth) return false;
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, 1, 1);
    const seen = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    return seen.every((each, place) => Math.abs(each - color[place]) < 40);
}"""  # whether a step's small picture has that colour
RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)
COLORS = {RED: "red", GREEN: "green", BLUE: "blue"}


def open_step(writer, title: str) -> str:
    writer.page.locator("#steps [data-step]", has_text=title).click()
    writer.page.locator(".step-title").wait_for()
    return writer.page.locator("#sheet").get_attribute("data-step")


def copy(writer, color: tuple[int, int, int]) -> None:
    """Put a picture on the clipboard, as a program for screenshots does."""
    writer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    data = base64.b64encode(picture(COLORS[color])["buffer"]).decode()
    writer.page.evaluate(COPY, data)


def media(writer, step: str) -> list[dict]:
    saved(writer)
    return state(writer)["parts"][f"step:{step}"]["body"].get("media", [])


def drop(writer, selector: str, files: Sequence[Path]) -> None:
    """Let go of files over a place of the page, as the file manager's drag ends: by the browser's own events."""
    target = writer.page.locator(selector).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + min(box["height"] / 2, 40)}
    session = writer.context.new_cdp_session(writer.page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def file_of(color: tuple[int, int, int], folder: Path, side: int = 600) -> Path:
    """A picture; of a side of its own, it is no other test's picture."""
    file = folder / f"{COLORS[color]}-{side}.png"
    Image.new("RGB", (side, side), color).save(file)
    return file


@pytest.mark.parametrize("focus", ["sheet", "list", "nothing"])
def test_a_picture_from_the_clipboard_comes_to_the_open_step(edit, focus: str) -> None:
    eve = edit("close-pump")
    step = open_step(eve, "Plug both ports")
    before = media(eve, step)
    copy(eve, GREEN)
    match focus:
        case "sheet":
            eve.page.get_by_label("What to do").focus()
        case "list":
            eve.page.locator("#steps [aria-current]").focus()
        case _:
            eve.page.evaluate("document.activeElement.blur()")
    eve.page.keyboard.press("Control+v")
    eve.page.locator(".medium-box").nth(len(before)).wait_for()
    after = media(eve, step)
    assert after[: len(before)] == before
    (added,) = after[len(before) :]
    assert added["alt"].startswith("Picture: ")
    eve.page.get_by_role("button", name="Take the picture out").last.click()
    assert media(eve, step) == before


def test_words_that_are_pasted_stay_words(edit) -> None:
    eve = edit("close-pump")
    step = open_step(eve, "Plug both ports")
    before = media(eve, step)
    eve.context.grant_permissions(["clipboard-read", "clipboard-write"])
    eve.page.evaluate("navigator.clipboard.writeText('plugs of size 2')")
    eve.page.get_by_label("What to do").fill("")
    eve.page.keyboard.press("Control+v")
    assert eve.page.get_by_label("What to do").input_value() == "plugs of size 2"
    assert media(eve, step) == before
    eve.page.get_by_role("button", name="Undo", exact=True).click()


def test_a_file_is_dropped_on_the_sheet_and_on_a_step_of_the_list(edit, tmp_path: Path) -> None:
    eve = edit("fit-gears")
    step = open_step(eve, "Oil the bearing bores")
    before = media(eve, step)
    drop(eve, "#sheet", [file_of(RED, tmp_path), file_of(GREEN, tmp_path)])
    eve.page.locator(".medium-box").nth(len(before) + 1).wait_for()
    assert len(media(eve, step)) == len(before) + 2
    address = eve.page.url
    other = "measure-end-float"
    known = media(eve, other)
    drop(eve, f'#steps [data-step="{other}"]', [file_of(BLUE, tmp_path)])
    eve.page.wait_for_url(f"**#{other}")
    eve.page.locator(".medium-box").nth(len(known)).wait_for()
    assert len(media(eve, other)) == len(known) + 1
    assert len(media(eve, step)) == len(before) + 2
    assert eve.page.url.partition("#")[0] == address.partition("#")[0]  # the browser has not opened the file


def test_a_step_shows_its_first_picture_down_the_side_and_follows_it(edit, tmp_path: Path) -> None:
    eve = edit("label-and-pack")
    eve.page.get_by_role("button", name="Add a step").click()
    saved(eve)
    step = eve.page.locator("#sheet").get_attribute("data-step")
    line = eve.page.locator(f'#steps [data-step="{step}"]')
    assert line.locator("img").count() == 0

    def shows(color: tuple[int, int, int]) -> None:
        eve.page.wait_for_function(SHOWN, arg=[step, color])

    drop(eve, "#sheet", [file_of(RED, tmp_path, 640)])
    shows(RED)
    drop(eve, "#sheet", [file_of(GREEN, tmp_path, 640)])
    eve.page.locator(".medium-box").nth(1).wait_for()
    shows(RED)
    eve.page.get_by_role("button", name="Move up").last.click()
    shows(GREEN)
    with eve.page.expect_file_chooser() as chosen:
        eve.page.get_by_role("button", name="Replace the picture").first.click()
    chosen.value.set_files(file_of(BLUE, tmp_path, 640))
    shows(BLUE)
    eve.page.get_by_role("button", name="Take the picture out").first.click()
    shows(RED)
    eve.page.get_by_role("button", name="Take the picture out").first.click()
    line.locator("img").wait_for(state="detached")
    shown = eve.page.locator('#steps [data-step="weigh-pump"] img')
    digest = next(iter(media(eve, "weigh-pump")))["picture"]
    assert (
        shown.get_attribute("src").split("/")[-1].partition("?")[0]
        == eve.page.request.get(
            f"{eve.address}/drafts/{eve.page.locator('#editor').get_attribute('data-draft')}/state"
        ).json()["media"][digest]
    )
