"""Teaching a camera in a real browser: from drawn pictures to the file in the draft, which then judges right."""

from pathlib import Path

from content.vision.looking import look, opened
from content.vision.pictures import as_jpeg, read_picture
from content.vision.taught import Region, write_taught
from content.vision.teaching import Example, Lesson
from content.vision.teaching import teach as learn
from content.vision.verdict import Answer
from hardware.simulate import scene
from tests.portal.writing import picture

STEP = "step:lay-o-ring"


def drawn(folder: Path, fault: str, pictures: int = 3, seed: int = 0) -> dict[str, list[str]]:
    """Paths of labelled pictures, as `stepline vision draw` writes them."""
    scene.write_set(folder, fault, pictures, seed)
    return {side: [str(file) for file in sorted((folder / side).iterdir())] for side in ("good", "bad")}


def a_check(writer, looked_for: str) -> None:
    """Add a check that a camera judges to the step that is open, and go to the page on which it is taught."""
    page = writer.page
    page.get_by_label("Add a check").first.select_option("vision")
    form = page.locator(".check-form").last
    form.get_by_label("What is asked").fill("Red cap on the valve")
    form.get_by_label("What is looked for").fill(looked_for)
    form.get_by_role("button", name="Teach the camera").click()
    page.wait_for_url("**/vision/**")
    page.locator("#said", has_text="Not taught yet").wait_for()


def give(writer, side: str, files) -> None:
    """Choose pictures, several at once, until all of them are there."""
    held = writer.page.locator(f'.samples[data-side="{side}"] li')
    before = held.count()
    writer.page.locator(f'.samples[data-side="{side}"] input[multiple]').set_input_files(files)
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
    writer.page.locator("#teach-words:empty").wait_for(state="attached")
    writer.page.locator("#said", has_text="Taught; ").wait_for()


def slide(writer, name: str, to: float) -> None:
    writer.page.locator(f'.cuts input[name="{name}"]').evaluate(
        "(slider, to) => { slider.value = to; for (const each of ['input', 'change'])"
        " slider.dispatchEvent(new Event(each, { bubbles: true })); }",
        to,
    )


def taught_file(writer, draft: str) -> tuple[str, bytes]:
    """What the draft's check names, and the file itself."""
    told = writer.page.request.get(f"{writer.address}/drafts/{draft}/state").json()
    path = told["parts"][STEP]["body"]["checks"][-1]["taught"]
    return path, writer.page.request.get(f"{writer.address}/media/{told['media'][path]}").body()


def test_a_camera_is_taught_on_good_and_bad_pictures_and_the_drafts_file_judges_right(edit, tmp_path):
    eve = edit("close-pump")
    page = eve.page
    draft = page.locator("#editor").get_attribute("data-draft")
    a_check(eve, "cap-red")
    pictures = drawn(tmp_path / "taught", "cap")
    new = drawn(tmp_path / "new", "cap", 1, seed=9)
    assert page.get_by_role("button", name="Teach", exact=True).is_disabled()
    give(eve, "good", pictures["good"])
    give(eve, "bad", pictures["bad"])
    assert page.locator("#teach-words").inner_text() == "Draw around what the camera is to look at."
    page.get_by_label("Kind").select_option("colour")
    region(eve, *scene.PLACES["cap"])
    page.get_by_label("Words of the annotation").fill("cap")
    page.reload()  # a phone that put the page away: what was not used yet is still here
    page.locator("#said", has_text="kept in this browser").wait_for()
    teach(eve)
    page.locator("#verdict", has_text="Good and bad pictures divide").wait_for()
    assert page.locator(".samples .said.right").count() == 6
    page.get_by_text("Scores of every picture and region").click()
    rows = page.locator("#scores tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["Good 1", "Good 2", "Good 3", "Bad 1", "Bad 2", "Bad 3"]
    page.locator("#trying input").first.set_input_files(new["bad"])
    page.locator("#tried h3", has_text="Bad").wait_for()
    slide(eve, "high", 1)  # a person is to decide about nearly everything
    slide(eve, "low", 0)
    page.locator("#verdict", has_text="6 pictures would be left to a person").wait_for()
    page.locator("#tried h3", has_text="A person decides").wait_for()
    page.get_by_role("button", name="Threshold as it was taught").click()
    page.locator("#tried h3", has_text="Bad").wait_for()
    page.get_by_role("button", name="Use it in the draft").click()
    page.locator("#said", has_text="in the draft as vision/").wait_for()
    first, data = taught_file(eve, draft)
    for side, answer in (("good", Answer.GOOD), ("bad", Answer.BAD)):
        (file,) = new[side]
        assert look(opened(data), read_picture(Path(file).read_bytes())).answer is answer

    page.goto(f"{eve.address}/drafts/{draft}/vision")
    page.locator("a.camera", has_text="Taught: colour").click()
    page.locator("#said", has_text=f"Taught: {first}").wait_for()
    assert page.locator(".samples li").count() == 6
    assert page.get_by_role("button", name="Use it in the draft").is_disabled()
    slide(eve, "threshold", opened(data).check.threshold + 0.01)
    page.get_by_role("button", name="Use it in the draft").click()
    page.locator("#said", has_text="in the draft as vision/").wait_for()
    second, anew = taught_file(eve, draft)
    assert second != first
    assert opened(anew).check.threshold > opened(data).check.threshold
    page.get_by_role("link", name="Back to the draft").click()
    page.locator(".check-form summary", has_text="A camera judges").click()
    chosen = page.get_by_label("What the camera was taught")
    assert chosen.input_value() == second
    page.get_by_role("button", name="Undo", exact=True).click()
    page.locator("#saved", has_text="Taken back").wait_for()
    assert taught_file(eve, draft)[0] == first


def foreign(file: Path) -> str:
    """A check that was taught on a terminal, on a picture that the portal has never seen."""
    place = dict(zip(("x", "y", "width", "height"), scene.PLACES["cap"], strict=True))
    lesson = Lesson(name="cap-red", kind="colour", regions=(Region(**place, name="cap"),))
    example = Example(name="a.jpg", data=as_jpeg(scene.draw(scene.Scene())), good=True)
    file.write_bytes(write_taught(learn(lesson, [example]).check))
    return str(file)


def test_a_check_that_was_taught_on_a_terminal_is_opened_tried_and_used(edit, tmp_path):
    eve = edit("prepare-housing")
    page = eve.page
    a_check(eve, "cap-red")
    page.locator("#file").set_input_files(str(Path(__file__)))
    page.locator("#messages", has_text="no taught check").wait_for()
    page.locator("#file").set_input_files(foreign(tmp_path / "cap-red.vision"))
    page.locator("#messages", has_text="1 picture that it was taught from is not here").wait_for()
    assert page.get_by_label("Kind").input_value() == "colour"
    page.locator("#scene .drawing [data-shape='box']").wait_for()
    page.locator("#trying input").first.set_input_files(drawn(tmp_path / "new", "cap", 1, seed=9)["good"])
    page.locator("#tried h3", has_text="Good").wait_for()
    page.get_by_role("button", name="Use it in the draft").click()
    page.locator("#said", has_text="in the draft as vision/cap-red-").wait_for()
    page.get_by_role("button", name="Take its scene as a good picture").click()
    page.locator('.samples[data-side="good"] li').wait_for()
    teach(eve)
    page.locator("#verdict", has_text="There is no bad picture").wait_for()


def test_what_cannot_be_taught_is_said_in_words_and_pictures_that_do_not_divide_too(edit, tmp_path):
    eve = edit("fit-gears")
    page = eve.page
    a_check(eve, "bracket")
    side = page.locator('.samples[data-side="good"]')
    several = side.locator("input[multiple]")
    several.set_input_files([{"name": "notes.txt", "mimeType": "image/png", "buffer": b"no picture"}])
    side.locator(".moving.bad", has_text="notes.txt").wait_for()
    pictures = drawn(tmp_path, "bracket", 4)["good"]
    give(eve, "good", pictures[:2])
    several.set_input_files(pictures[:1])
    side.locator(".moving.bad", has_text="there already").wait_for()
    give(eve, "bad", pictures[2:])  # the same things, called bad
    page.get_by_label("Kind").select_option("orientation")
    page.get_by_label("Number of the marker").fill("44")
    region(eve, *scene.PLACES["bracket"])
    page.get_by_role("button", name="Teach", exact=True).click()
    page.locator("#teach-words.bad", has_text="Marker 44 is not to be seen").wait_for()
    page.get_by_label("Kind").select_option("presence")
    teach(eve)
    page.locator("#verdict", has_text="do not divide good and bad").wait_for()
    page.get_by_role("button", name="Take out Bad 2").click()
    page.locator("#verdict", has_text="Something is another since it was taught").wait_for()
    assert page.get_by_role("button", name="Use it in the draft").is_disabled()
    page.locator("#trying input").first.set_input_files([picture()])
    page.locator("#tried h3", has_text="A person decides").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_was_taught_is_measured_on_a_labelled_set_and_its_mistakes_are_shown(edit, tmp_path):
    eve = edit("close-pump")
    page = eve.page
    a_check(eve, "cap-red")
    pictures = drawn(tmp_path / "taught", "cap")
    give(eve, "good", pictures["good"])
    give(eve, "bad", pictures["bad"])
    page.get_by_label("Kind").select_option("colour")
    region(eve, *scene.PLACES["cap"])
    teach(eve)
    new = drawn(tmp_path / "new", "cap", 4, seed=9)
    place = page.locator("#measuring")
    measure = place.get_by_role("button", name="Measure", exact=True)
    assert measure.is_disabled()
    place.get_by_label("Good pictures to measure with").set_input_files(
        [*new["good"], new["bad"][0]]
    )  # one mislabelled
    place.get_by_text("5 good pictures and 0 bad pictures.").wait_for()
    place.get_by_label("Bad pictures to measure with").set_input_files(new["bad"][1:])
    place.get_by_text("5 good pictures and 3 bad pictures.").wait_for()
    measure.click()
    cell = "[data-cell='{}']".format
    place.locator(cell("good good"), has_text="4").wait_for()
    assert place.locator(cell("good bad")).inner_text() == "1"
    assert place.locator(cell("bad bad")).inner_text() == "3"
    assert "20 % (1 of 5)" in place.locator(".rates").inner_text()
    shown = place.locator("[data-title='Judged wrong'] li")
    assert shown.count() == 1
    assert "Good 5: judged bad" in shown.inner_text()
    assert shown.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    slide(eve, "high", 1)
    slide(eve, "low", 0)
    place.locator("[data-title='Left to a person'] li").nth(7).wait_for()
    page.reload()
    page.locator("#said", has_text="kept in this browser").wait_for()
    place.get_by_text("5 good pictures and 3 bad pictures.").wait_for()
    place.get_by_label("Good pictures to measure with").set_input_files(pictures["good"][:1])
    place.get_by_text("6 good pictures").wait_for()
    measure.click()
    place.locator(".error", has_text="it was taught from this").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
