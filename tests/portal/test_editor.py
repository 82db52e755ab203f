"""The editor in a real browser: write, draw, swap a picture, put steps in order, undo, two at once, submit, release."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image


def picture(color: str = "blue") -> dict:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), color).save(out, "PNG")
    return {"name": f"{color}.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.fixture
def edit(visit, written):
    """Opens the editor on a document, as somebody."""

    def edit(document: str, login: str = "eve", kind: str = "instructions"):
        writer = visit(written, viewport={"width": 1440, "height": 900}).sign_in(login)
        writer.open(f"/library/{kind}/{document}")
        writer.page.get_by_role("button", name="Edit", exact=True).click()
        writer.page.wait_for_url("**/drafts/*")
        saved(writer)
        return writer

    return edit


def saved(writer) -> None:
    writer.page.locator("#saved", has_text="Saved").wait_for()


def state(writer) -> dict:
    draft = writer.page.locator("#editor").get_attribute("data-draft")
    return writer.page.request.get(f"{writer.address}/drafts/{draft}/state").json()


def titles(writer) -> list[str]:
    return writer.page.locator("#steps li span").all_inner_texts()


def test_a_step_is_written_and_saved_by_itself(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Fit the key").click()
    eve.page.get_by_label("Title", exact=True).fill("Fit the key into the shaft")
    eve.page.get_by_label("What to do").fill("Tap it in until it lies **flat**.")
    saved(eve)
    body = state(eve)["parts"]["step:fit-key"]["body"]
    assert (body["title"], body["text"]) == (
        "Fit the key into the shaft",
        "Tap it in until it lies **flat**.",
    )
    assert "Fit the key into the shaft" in titles(eve)
    eve.page.reload()
    saved(eve)
    assert eve.page.get_by_label("Title", exact=True).input_value() == "Fit the key into the shaft"


def test_steps_are_moved_by_keyboard_and_by_drag_added_and_taken_out(edit) -> None:
    eve = edit("fit-gears")
    before = titles(eve)
    eve.page.locator("#steps li").nth(1).focus()
    eve.page.keyboard.press("Alt+ArrowUp")
    saved(eve)
    assert titles(eve)[:2] == [before[1], before[0]]
    eve.page.locator("#steps li").nth(0).drag_to(eve.page.locator("#steps li").nth(2))
    eve.page.locator("#steps li").nth(2).filter(has_text=before[1]).wait_for()
    saved(eve)
    eve.page.get_by_role("button", name="Add a step").click()
    saved(eve)
    assert len(titles(eve)) == len(before) + 1
    eve.page.get_by_role("button", name="Take this step out").click()
    saved(eve)
    assert len(state(eve)["parts"]["order"]["body"]) == len(before)


def test_undo_and_redo_by_keyboard(edit) -> None:
    eve = edit("label-and-pack")
    eve.page.get_by_label("Title", exact=True).fill("Another title")
    saved(eve)
    eve.page.locator("#steps li").first.focus()
    eve.page.keyboard.press("Control+z")
    eve.page.locator("#steps li", has_text="Another title").wait_for(state="detached")
    eve.page.keyboard.press("Control+Shift+z")
    eve.page.locator("#steps li", has_text="Another title").wait_for()


def draw(writer, tool: str, start: tuple[float, float], end: tuple[float, float] | None = None) -> None:
    writer.page.locator(f'.tools [data-tool="{tool}"]').first.click()
    box = writer.page.locator(".drawing svg").first.bounding_box()
    spot = lambda at: (box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"])  # noqa: E731
    writer.page.mouse.move(*spot(start))
    writer.page.mouse.down()
    if end:
        writer.page.mouse.move(*spot(end), steps=4)
    writer.page.mouse.up()


def test_annotations_are_drawn_moved_labelled_and_deleted(edit) -> None:
    eve = edit("prepare-housing")
    eve.page.locator("#steps li", has_text="Turn the housing over").click()
    eve.page.locator(".drawing").first.scroll_into_view_if_needed()
    draw(eve, "box", (0.2, 0.2), (0.5, 0.5))
    draw(eve, "arrow", (0.6, 0.6), (0.8, 0.8))
    draw(eve, "ellipse", (0.1, 0.6), (0.3, 0.8))
    draw(eve, "blur", (0.4, 0.8), (0.6, 0.95))
    draw(eve, "badge", (0.9, 0.1))
    eve.page.get_by_label("Words of the annotation").first.fill("<b>Hier</b> drücken")
    saved(eve)
    drawn = state(eve)["parts"]["step:turn-over"]["body"]["media"][0]["annotations"]
    assert [each["shape"] for each in drawn] == ["arrow", "box", "arrow", "ellipse", "blur", "badge"]
    assert drawn[-1]["text"] == "<b>Hier</b> drücken"
    assert abs(float(drawn[1]["width"]) - 0.3) < 0.02
    eve.page.locator(".drawing svg").first.press("Delete")
    saved(eve)
    assert len(state(eve)["parts"]["step:turn-over"]["body"]["media"][0]["annotations"]) == 5


def test_a_picture_is_replaced_and_keeps_its_annotations_and_other_uses_are_offered(edit) -> None:
    eve = edit("leak-and-flow-test")
    eve.page.locator("#steps li", has_text="Scan the pump").click()
    before = state(eve)["parts"]["step:scan-pump"]["body"]["media"][0]
    with eve.page.expect_file_chooser() as chosen:
        eve.page.get_by_role("button", name="Replace the picture").click()
    chosen.value.set_files(picture())
    eve.page.get_by_text("This picture is used elsewhere too").wait_for()
    assert "Service a returned pump: Scan the pump" in eve.page.locator("#swap-uses").inner_text()
    eve.page.get_by_role("button", name="Change all").click()
    saved(eve)
    after = state(eve)["parts"]["step:scan-pump"]["body"]["media"][0]
    assert after["picture"] != before["picture"]
    assert after["annotations"] == before["annotations"]
    eve.open("/library")
    assert (
        eve.page.get_by_role("link", name="Service a returned pump").count() >= 2
    )  # its draft and its release


def test_a_check_is_added_by_a_form_that_the_schema_makes(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Plug both ports").click()
    eve.page.get_by_label("Add a check").select_option("measure")
    form = eve.page.locator('[data-check="measure"]')
    form.get_by_label("quantity").fill("depth")
    form.get_by_label("low", exact=True).fill("1.5")
    form.get_by_label("high", exact=True).fill("2.5")
    saved(eve)
    (check,) = state(eve)["parts"]["step:plug-ports"]["body"]["checks"]
    assert check == {
        "id": "measure",
        "kind": "measure",
        "quantity": "depth",
        "unit": "mm",
        "low": "1.5",
        "high": "2.5",
    }


def test_what_is_wrong_stands_beside_its_line_and_keeps_the_draft_here(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Turn the closed pump").click()
    eve.page.get_by_label("Only when").fill("order.size == 'M6'")
    eve.page.locator(".field-remark", has_text="is not known here").wait_for()
    eve.page.locator("#remarks li.error").first.wait_for()
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.get_by_text("1 errors have to be mended first").wait_for()
    eve.page.get_by_role("button", name="Submit", exact=True).click()
    eve.page.get_by_text("is not known here").first.wait_for()
    eve.page.go_back()
    saved(eve)
    eve.page.locator("#steps li", has_text="Turn the closed pump").click()
    eve.page.get_by_label("Only when").fill("")
    eve.page.locator("#remarks li.error").first.wait_for(state="detached")


def test_two_engineers_in_one_draft_lose_nothing_and_see_a_true_conflict_side_by_side(edit) -> None:
    eve, admin = edit("fit-gears"), edit("fit-gears", "admin")
    for writer in (eve, admin):
        writer.page.locator("#steps li", has_text="Oil the bearing bores").click()
    eve.page.get_by_label("What to do").fill("Three drops.")
    saved(eve)
    admin.page.get_by_label("Title", exact=True).fill("Oil both bores")
    saved(admin)
    body = state(admin)["parts"]["step:oil-journals"]["body"]
    assert (body["title"], body["text"]) == ("Oil both bores", "Three drops.")
    eve.page.locator("#steps li", has_text="Oil both bores").wait_for()  # it comes by itself
    eve.page.route("**/versions", lambda route: route.abort())  # eve does not hear of the next one in time
    admin.page.get_by_label("Title", exact=True).fill("Oil the bores, admin")
    saved(admin)
    eve.page.get_by_label("Title", exact=True).fill("Oil the bores, Eve")
    eve.page.get_by_text("Changed by two").first.wait_for()
    assert "Oil the bores, admin" in eve.page.locator("#clash").inner_text()
    assert "Oil the bores, Eve" in eve.page.locator("#clash").inner_text()
    eve.page.get_by_role("button", name="Keep mine").click()
    saved(eve)
    assert state(eve)["parts"]["step:oil-journals"]["body"]["title"] == "Oil the bores, Eve"


def test_without_a_connection_what_is_typed_stays_and_is_sent_later(edit) -> None:
    eve = edit("prepare-housing")
    eve.page.locator("#steps li", has_text="Wipe the gear chamber").click()
    eve.page.route("**/parts/**", lambda route: route.abort())
    eve.page.get_by_label("Title", exact=True).fill("Wipe it twice")
    eve.page.get_by_text("no connection").wait_for()
    eve.page.unroute("**/parts/**")
    eve.page.reload(wait_until="load")
    saved(eve)
    eve.page.locator("#steps li", has_text="Wipe it twice").wait_for()
    assert state(eve)["parts"]["step:wipe-bores"]["body"]["title"] == "Wipe it twice"
    eve.complaints.clear()  # the browser complains of the requests that were cut


def test_a_dry_run_says_what_a_run_costs(edit) -> None:
    eve = edit("service-pump")
    eve.page.get_by_role("button", name="Try it out").click()
    eve.page.get_by_text("1662 paths: 1410 come to the end").wait_for()
    assert "taps" in eve.page.locator("#trial-words").inner_text()


def test_a_draft_is_submitted_and_taken_back(edit) -> None:
    eve = edit("label-and-pack")
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.get_by_label("What has changed").fill("Clearer title")
    eve.page.get_by_role("button", name="Submit", exact=True).click()
    eve.page.wait_for_url("**/review")
    eve.page.get_by_role("button", name="Take back").click()
    saved(eve)
    assert state(eve)["state"] == "draft"


def test_a_procedures_flow_is_drawn_while_it_is_written(edit) -> None:
    eve = edit("service-gear-pump", kind="sops")
    eve.page.locator("#flow svg").wait_for()
    source = eve.page.get_by_label("Everything else")
    values = json.loads(source.input_value())
    values["flow"][0]["title"] = "Receive <b>it</b>"
    source.fill(json.dumps(values))
    eve.page.locator("#flow text", has_text="Receive <b>it</b>").wait_for()


def test_files_are_imported_with_progress_and_lead_to_their_drafts(visit, written, tmp_path: Path) -> None:
    (tmp_path / "wash.md").write_text(
        "# Wash\n\n## Take it\n\nTake the pump.\n\n## Wash it\n\nWash the pump.\n"
    )
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 not really")
    eve = visit(written).sign_in("eve", "/import")
    eve.page.get_by_label("Files to import").set_input_files([tmp_path / "wash.md", tmp_path / "bad.docx"])
    eve.page.get_by_text("damaged").wait_for()
    eve.page.get_by_role("link", name="Wash").click()
    saved(eve)
    assert titles(eve) == ["Take it", "Wash it"]


def test_only_engineers_write(visit, written, client) -> None:
    sam = visit(written).sign_in("sam", "/library")
    assert sam.page.get_by_role("button", name="New document").count() == 0
    assert client("sam", written).send_form("/library/close-pump/edit").status_code == 403
    assert client("sam", written).get("/import").status_code == 403
    eve = client("eve", written)
    begun = eve.send_form("/drafts", kind="work-instruction", title="New <i>one</i>")
    place = begun.headers["location"]
    assert eve.put(f"{place}/parts/head", json={"version": 1, "body": {}}).status_code == 403  # no token
    headers = {"X-CSRF-Token": eve.csrf}
    for body in ({"version": 1}, {"version": "1", "body": {}}, {"version": 1, "body": "text"}, [1]):
        assert eve.put(f"{place}/parts/head", json=body, headers=headers).status_code in {400, 422}
    assert eve.put(f"{place}/pictures", content=b"<script>", headers=headers).status_code == 422
