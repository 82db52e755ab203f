"""Drawing on pictures in a real browser, and pictures that take another's place."""

import pytest

from tests.portal.writing import picture, saved, state


def spot(writer, at: tuple[float, float]) -> tuple[float, float]:
    box = writer.page.locator(".drawing svg").first.bounding_box()
    return box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]


def drag(writer, start: tuple[float, float], end: tuple[float, float] | None = None) -> None:
    writer.page.mouse.move(*spot(writer, start))
    writer.page.mouse.down()
    if end:
        writer.page.mouse.move(*spot(writer, end), steps=4)
    writer.page.mouse.up()


def draw(writer, tool: str, start: tuple[float, float], end: tuple[float, float] | None = None) -> None:
    writer.page.locator(f'.tools [data-tool="{tool}"]').first.click()
    drag(writer, start, end)


def annotations(writer, step: str) -> list[dict]:
    saved(writer)
    return state(writer)["parts"][f"step:{step}"]["body"]["media"][0].get("annotations", [])


@pytest.fixture
def drawing(edit):
    eve = edit("prepare-housing")
    eve.page.locator("#steps li", has_text="Turn the housing over").click()
    eve.page.locator(".drawing").first.scroll_into_view_if_needed()
    eve.page.locator(".drawing img").first.evaluate("image => image.decode()")
    return eve


def test_annotations_are_drawn_labelled_and_deleted(drawing) -> None:
    eve = drawing
    before = annotations(eve, "turn-over")
    draw(eve, "box", (0.2, 0.2), (0.5, 0.5))
    draw(eve, "arrow", (0.6, 0.6), (0.8, 0.8))
    draw(eve, "ellipse", (0.1, 0.6), (0.3, 0.8))
    draw(eve, "blur", (0.4, 0.8), (0.6, 0.95))
    draw(eve, "badge", (0.9, 0.1))
    eve.page.get_by_label("Words of the annotation").first.fill("<b>Hier</b> drücken")
    eve.page.get_by_label("Number of the annotation").first.fill("42")
    drawn = annotations(eve, "turn-over")[len(before) :]
    assert [each["shape"] for each in drawn] == ["box", "arrow", "ellipse", "blur", "badge"]
    assert (drawn[-1]["text"], drawn[-1]["number"]) == ("<b>Hier</b> drücken", 42)
    assert abs(float(drawn[0]["width"]) - 0.3) < 0.02
    assert abs(float(drawn[0]["height"]) - 0.3) < 0.02
    eve.page.get_by_label("Number of the annotation").first.press("Enter")
    eve.page.keyboard.press("Delete")
    assert [each["shape"] for each in annotations(eve, "turn-over")] == [
        each["shape"] for each in (*before, *drawn[:-1])
    ]


def test_the_picture_stays_under_the_hand_while_an_annotation_is_drawn_and_chosen(drawing) -> None:
    eve = drawing
    before = eve.page.locator(".drawing").first.bounding_box()
    draw(eve, "box", (0.2, 0.2), (0.5, 0.5))
    eve.page.get_by_label("Words of the annotation").first.wait_for()
    assert eve.page.locator(".drawing").first.bounding_box() == before


def test_annotations_are_resized_by_their_handles_and_outlines_by_their_corners(drawing) -> None:
    eve = drawing
    known = len(annotations(eve, "turn-over"))
    draw(eve, "box", (0.2, 0.2), (0.4, 0.4))
    drag(eve, (0.4, 0.4), (0.7, 0.6))
    box = annotations(eve, "turn-over")[known]
    assert abs(float(box["width"]) - 0.5) < 0.03
    assert abs(float(box["height"]) - 0.4) < 0.03
    eve.page.locator('.tools [data-tool="polygon"]').first.click()
    for corner in ((0.1, 0.7), (0.3, 0.7), (0.3, 0.9)):
        drag(eve, corner)
    eve.page.keyboard.press("Enter")
    drag(eve, (0.3, 0.8), (0.5, 0.8))  # the middle of a side becomes a corner
    drag(eve, (0.1, 0.7), (0.1, 0.6))
    points = [[float(x) for x in point] for point in annotations(eve, "turn-over")[known + 1]["points"]]
    assert len(points) == 4
    assert abs(points[0][1] - 0.6) < 0.03
    assert abs(points[2][0] - 0.5) < 0.03


def test_annotations_are_chosen_moved_resized_and_taken_back_by_keyboard_alone(drawing) -> None:
    eve = drawing
    draw(eve, "box", (0.2, 0.2), (0.4, 0.4))
    before = annotations(eve, "turn-over")
    eve.page.keyboard.press("Escape")
    for _ in before:
        eve.page.keyboard.press("Tab")
    eve.page.keyboard.press("ArrowRight")
    eve.page.keyboard.press("Shift+ArrowDown")
    moved = annotations(eve, "turn-over")[-1]
    assert float(moved["x"]) > float(before[-1]["x"])
    assert float(moved["height"]) > float(before[-1]["height"])
    eve.page.keyboard.press("Control+z")
    eve.page.keyboard.press("Control+z")
    assert annotations(eve, "turn-over") == before
    eve.page.keyboard.press("Control+Shift+z")
    assert float(annotations(eve, "turn-over")[-1]["x"]) > float(before[-1]["x"])


def test_what_arrives_while_a_pointer_is_down_waits_for_the_drag_to_end(drawing, client, written) -> None:
    eve = drawing
    known = len(annotations(eve, "turn-over"))
    held = state(eve)["parts"]
    admin = client("admin", written)
    eve.page.locator('.tools [data-tool="box"]').first.click()
    eve.page.mouse.move(*spot(eve, (0.2, 0.2)))
    eve.page.mouse.down()
    eve.page.mouse.move(*spot(eve, (0.3, 0.3)), steps=2)
    wanted = {"head": {"title": "Prepare it"}, "step:turn-over": {"title": "Turn it over"}}
    changes = [
        {"part": part, "version": held[part]["version"], "body": {**held[part]["body"], **new}}
        for part, new in wanted.items()
    ]
    place = eve.page.locator("#editor").get_attribute("data-draft")
    admin.put(
        f"/drafts/{place}/changes", json={"changes": changes}, headers={"X-CSRF-Token": admin.csrf}
    ).raise_for_status()
    eve.page.locator("#title", has_text="Prepare it").wait_for()  # what others changed has arrived
    assert eve.page.get_by_label("Title", exact=True).input_value() != "Turn it over"
    eve.page.mouse.move(*spot(eve, (0.5, 0.5)), steps=3)
    eve.page.mouse.up()
    eve.page.locator("#steps li", has_text="Turn it over").wait_for()
    drawn = annotations(eve, "turn-over")[known:]
    assert [each["shape"] for each in drawn] == ["box"]
    assert abs(float(drawn[0]["width"]) - 0.3) < 0.02
    assert eve.page.get_by_label("Title", exact=True).input_value() == "Turn it over"


def test_what_is_drawn_while_a_step_gets_its_name_stays_with_it(edit) -> None:
    eve = edit("prepare-housing")
    eve.page.get_by_role("button", name="Add a step").click()
    saved(eve)
    eve.page.locator("[type=file]").first.set_input_files(picture("green"))
    eve.page.locator(".drawing img").first.wait_for()
    saved(eve)
    eve.page.locator('.tools [data-tool="box"]').first.click()
    eve.page.get_by_label("Title", exact=True).fill("Mark the bore")
    eve.page.locator(".drawing").first.scroll_into_view_if_needed()
    with eve.page.expect_response("**/state"):  # the name follows the title, and the draft is read anew
        eve.page.mouse.move(*spot(eve, (0.2, 0.2)))
        eve.page.mouse.down()
        eve.page.mouse.move(*spot(eve, (0.3, 0.3)), steps=2)
    eve.page.mouse.move(*spot(eve, (0.6, 0.6)), steps=3)
    eve.page.mouse.up()
    eve.page.get_by_text("Name: mark-the-bore").wait_for()
    assert [each["shape"] for each in annotations(eve, "mark-the-bore")] == ["box"]
    assert "step-1" not in state(eve)["parts"]["order"]["body"]


def put_picture(writer, step: str, given: dict) -> None:
    writer.page.locator("#steps [data-step]", has_text=step).click()
    count = writer.page.locator(".medium-box").count()
    writer.page.get_by_label("Choose a file").set_input_files(given)
    writer.page.locator(".medium-box").nth(count).wait_for()
    saved(writer)


def test_a_picture_is_replaced_and_keeps_its_annotations_and_other_uses_are_offered(edit) -> None:
    eve = edit("service-pump")
    put_picture(eve, "Set the pump aside", picture("purple"))
    eve = edit("leak-and-flow-test")
    put_picture(eve, "Wait for warm oil", picture("purple"))
    step = eve.page.locator("#sheet").get_attribute("data-step")
    here = eve.page.locator(".medium-box").last
    here.scroll_into_view_if_needed()
    here.locator(".drawing img").evaluate("image => image.decode()")
    here.locator('.tools [data-tool="box"]').click()
    box = here.locator(".drawing svg").bounding_box()
    eve.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    eve.page.mouse.down()
    eve.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    eve.page.mouse.up()
    saved(eve)
    before = state(eve)["parts"][f"step:{step}"]["body"]["media"][-1]
    assert [each["shape"] for each in before["annotations"]] == ["box"]
    with eve.page.expect_file_chooser() as chosen:
        eve.page.get_by_role("button", name="Replace the picture").last.click()
    chosen.value.set_files(picture("green"))
    eve.page.get_by_text("This picture is used in 1 other step too").wait_for()
    assert "Service a returned pump: Set the pump aside" in eve.page.locator("#swap-uses").inner_text()
    eve.page.get_by_role("button", name="Change all").click()
    eve.page.locator("#swap-dialog").wait_for(state="hidden")
    saved(eve)
    after = state(eve)["parts"][f"step:{step}"]["body"]["media"][-1]
    assert after["picture"] != before["picture"]
    assert after["annotations"] == before["annotations"]
    eve = edit("service-pump")
    eve.page.locator("#steps [data-step]", has_text="Set the pump aside").click()
    other = state(eve)["parts"]["step:set-aside"]["body"]["media"][-1]
    assert other["picture"] == after["picture"]
