"""The editor in a real browser: write, put steps in order, undo, two at once, submit, release."""

import re
from pathlib import Path

from tests.portal.writing import saved, state, titles


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
    added = state(eve)["parts"]["order"]["body"]
    assert "step-1" in added
    eve.page.get_by_label("Title", exact=True).fill("Ölen und prüfen")
    eve.page.get_by_label("What to do").focus()  # who has named the step sees its name follow
    eve.page.get_by_text("Name: olen-und-prufen").wait_for()
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


def test_a_check_is_added_by_a_form_in_plain_words(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Plug both ports").click()
    eve.page.get_by_label("Add a check").select_option("measure")
    form = eve.page.locator('[data-check="measure"]')
    form.get_by_label("What is measured").fill("depth")
    form.get_by_label("Lower limit").first.fill("1,5")
    form.get_by_label("Upper limit").first.fill("2.5")
    form.get_by_text("Conditions, attempts and failures").click()
    form.get_by_label("Bad attempts that are allowed").fill("2")
    form.get_by_label("When the last attempt fails").select_option("go_to")
    form.get_by_label("Go to").select_option("fit-key")
    saved(eve)
    (check,) = state(eve)["parts"]["step:plug-ports"]["body"]["checks"]
    assert check == {
        "id": "measure",
        "kind": "measure",
        "quantity": "depth",
        "unit": "mm",
        "low": "1.5",
        "high": "2.5",
        "attempts": 2,
        "on_failure": {"go_to": "fit-key", "at_most": 1},
    }
    form.get_by_role("button", name="Rename").click()
    form.get_by_label("New name").fill("Plug depth")
    form.get_by_label("New name").press("Enter")
    eve.page.locator('[data-check="plug-depth"]').wait_for()


def test_fastenings_get_their_places_in_the_order_they_are_tightened(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Plug both ports").click()
    eve.page.get_by_label("Add a check").select_option("torque")
    form = eve.page.locator('[data-check="torque"]')
    form.get_by_label("Tightenings").fill("2")
    for place, name in enumerate(("left", "right"), 1):
        form.get_by_role("button", name="Add a place").click()
        form.get_by_label(f"Places in their order {place}").fill(name)
    form.get_by_label(f"Places in their order {place}").press("Enter")
    saved(eve)

    def order() -> list[str]:
        saved(eve)
        checks = state(eve)["parts"]["step:plug-ports"]["body"]["checks"]
        (check,) = [each for each in checks if each["kind"] == "torque"]
        return [each for each in check["order"] if each]

    assert order() == ["left", "right"]
    form.get_by_label("Tightenings").fill("3")
    eve.page.locator(".field-remark", has_text="names 2 places for 3 fastenings").first.wait_for()
    form.get_by_label("Tightenings").fill("2")
    eve.page.locator(".field-remark", has_text="names 2 places").first.wait_for(state="detached")


def test_answers_in_any_script_get_names_of_their_own(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Turn the closed pump").click()
    eve.page.get_by_label("Add a check").select_option("checklist")
    form = eve.page.locator('[data-check="checklist"]')
    form.get_by_label("What is asked").fill("Look at it")
    for place, words in enumerate(("傷がない", "سليم", "Sauber & trocken")):
        if place == 2:
            form.get_by_role("button", name="Add a line").click()
        form.get_by_label("Line", exact=True).nth(place).fill(words)
    form.get_by_label("Line", exact=True).nth(0).focus()
    saved(eve)
    (items,) = [
        each["items"] for each in state(eve)["parts"]["step:turn-closed"]["body"]["checks"] if "items" in each
    ]
    assert [each["text"] for each in items] == ["傷がない", "سليم", "Sauber & trocken"]
    assert [each["id"] for each in items] == ["line-1", "line-2", "sauber-trocken"]


def test_a_part_that_is_not_listed_yet_is_listed_where_it_is_named(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Plug both ports").click()
    eve.page.get_by_label("Add a part …").select_option(label="A part that is not listed yet …")
    eve.page.get_by_label("Part number").fill("GP-199")
    eve.page.get_by_label("Name", exact=True).fill("Plug seal")
    eve.page.get_by_role("button", name="List and add").click()
    saved(eve)
    parts = state(eve)["parts"]
    assert "GP-199" in parts["step:plug-ports"]["body"]["parts"]
    assert {"number": "GP-199", "name": "Plug seal"} in parts["head"]["body"]["parts"]


def test_the_head_is_written_in_forms_row_by_row(edit) -> None:
    eve = edit("label-and-pack")
    eve.page.get_by_role("button", name="About this document").click()
    eve.page.get_by_role("button", name="Add a parameter").click()
    eve.page.get_by_label("What it is").last.fill("Box size")
    eve.page.get_by_label("Kind").last.select_option("choice")
    eve.page.get_by_role("button", name="Add a choice").click()
    eve.page.get_by_label("Choices 1").fill("small")
    eve.page.get_by_label("Choices 1").press("Enter")
    eve.page.get_by_label("Choices 2").fill("large")
    eve.page.get_by_role("button", name="Add an option").click()
    eve.page.get_by_label("Option", exact=True).last.fill("Gift wrap")
    eve.page.get_by_role("button", name="Add a qualification").click()
    eve.page.get_by_label("Qualifications 1").fill("Packing")
    saved(eve)
    head = state(eve)["parts"]["head"]["body"]
    assert head["parameters"][-1] == {
        "id": "box-size",
        "title": "Box size",
        "type": "choice",
        "choices": ["small", "large"],
    }
    assert head["options"][-1] == {"id": "gift-wrap", "title": "Gift wrap"}
    assert "Packing" in head["qualifications"]


def test_conditions_are_completed_at_the_caret_checked_and_tried_on_values(edit) -> None:
    eve = edit("service-pump")
    eve.page.locator("#steps [data-step]", has_text="Renew").first.click()
    field = eve.page.get_by_label("Only when")
    field.fill("")
    field.press_sequentially("look_over.st")
    eve.page.locator(".completions:not([hidden]) li", has_text="look_over").first.wait_for()
    field.fill("unit.serial != '' && order.compl")
    eve.page.locator(".completions:not([hidden]) li", has_text="order.complaint").wait_for()
    field.press("Enter")
    field.press_sequentially(" == 'le")
    eve.page.locator(".completions:not([hidden]) li", has_text="'leak'").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    assert field.input_value() == "unit.serial != '' && order.complaint == 'leak'"
    eve.page.locator("#values-card summary").click()
    eve.page.locator("#values-card").get_by_label("order.complaint").select_option("leak")
    eve.page.locator("#values-card").get_by_label("unit.serial").fill("4711")
    when = eve.page.locator('#sheet [data-at="when"]')
    when.locator(".verdict.true").wait_for()
    eve.page.locator("#values-card").get_by_label("order.complaint").select_option("noise")
    when.locator(".verdict.false").wait_for()
    field.fill("order.complaint > 3")
    when.get_by_text("does not fit text and whole number").wait_for()
    eve.page.get_by_role("button", name="Undo", exact=True).click()


def test_who_types_before_the_names_have_come_is_offered_them_when_they_come(edit) -> None:
    eve = edit("service-pump")
    held = []
    free = False
    eve.page.route("**/conditions", lambda route: route.continue_() if free else held.append(route))
    eve.page.reload()
    eve.page.locator("#steps [data-step]", has_text="Renew").first.click()
    field = eve.page.get_by_label("Only when")
    before = field.input_value()
    field.fill("")
    field.press_sequentially("look_over.st")
    while not held:
        eve.page.wait_for_timeout(20)
    assert not eve.page.locator(".completions:not([hidden])").count()
    free = True
    for route in held:
        route.continue_()
    eve.page.locator(".completions:not([hidden]) li", has_text="look_over").first.wait_for()
    field.fill(before)
    saved(eve)


def test_ways_on_are_rows_and_nothing_is_guessed(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps li", has_text="Turn the closed pump").click()
    eve.page.get_by_role("button", name="Add a way").click()
    eve.page.get_by_label("When", exact=True).fill("visits.fit_key <")
    eve.page.get_by_label("go to").select_option("fit-key")
    eve.page.get_by_label("at most so many times").fill("2")
    saved(eve)
    body = state(eve)["parts"]["step:turn-closed"]["body"]
    assert body["next"] == [{"when": "visits.fit_key <", "to": "fit-key", "at_most": 2}]
    eve.page.locator('#sheet [data-at="next.0.when"] .field-remark', has_text="is no expression").wait_for()
    eve.page.get_by_role("button", name="Undo", exact=True).click()


def test_what_is_wrong_stands_beside_its_field_and_keeps_the_draft_here(edit) -> None:
    eve = edit("prepare-housing")
    eve.page.locator("#steps li", has_text="Turn the housing over").click()
    eve.page.get_by_label("Standard time").fill("soon")
    eve.page.locator('[data-at="standard_time"] .field-remark', has_text="is not a duration").wait_for()
    eve.page.get_by_text("1 error", exact=True).wait_for()
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.get_by_text("1 thing has to be mended first").wait_for()
    assert eve.page.get_by_role("button", name="Submit", exact=True).is_disabled()
    eve.page.keyboard.press("Escape")
    eve.page.locator("#preview-words", has_text="as far as the step is valid").wait_for()
    eve.page.get_by_label("Standard time").fill("20s")
    eve.page.locator("#remarks li.error").first.wait_for(state="detached")


def test_what_keeps_a_draft_from_release_is_said_when_it_is_submitted(edit) -> None:
    eve = edit("close-pump")
    eve.page.get_by_role("button", name="About this document").click()
    eve.page.get_by_label("Risk class").select_option("high")
    eve.page.get_by_role("button", name="Take out build-gear-pump").click()
    eve.page.locator("#remarks li.error", has_text="ungoverned").wait_for()
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.locator("#submit-words", has_text="It can be reviewed, but not released as it is").wait_for()
    assert eve.page.get_by_role("button", name="Submit", exact=True).is_enabled()


def test_two_engineers_in_one_draft_lose_nothing_and_decide_field_by_field(edit) -> None:
    eve, admin = edit("fit-gears"), edit("fit-gears", "admin")
    for writer in (eve, admin):
        writer.page.locator("#steps li", has_text="Oil the bearing bores").click()
    eve.page.get_by_text("is at “Oil the bearing bores”").wait_for()  # who else is here
    eve.page.get_by_label("What to do").fill("Three drops.")
    saved(eve)
    admin.page.get_by_label("Title", exact=True).fill("Oil both bores")
    saved(admin)
    body = state(admin)["parts"]["step:oil-journals"]["body"]
    assert (body["title"], body["text"]) == ("Oil both bores", "Three drops.")
    eve.page.locator("#steps li", has_text="Oil both bores").wait_for()  # it comes by itself
    eve.page.route("**/here", lambda route: route.abort())  # eve does not hear of the next one in time
    admin.page.get_by_label("Standard time").fill("33s")
    admin.page.get_by_label("Title", exact=True).fill("Oil the bores, admin")
    saved(admin)
    eve.page.get_by_label("What to do").fill("Four drops.")
    eve.page.get_by_label("Title", exact=True).fill("Oil the bores, Eve")
    eve.page.get_by_text("Changed by two").first.wait_for()
    assert "Oil the bores, admin" in eve.page.locator("#clash").inner_text()
    assert "Oil the bores, Eve" in eve.page.locator("#clash").inner_text()
    assert "Four drops" not in eve.page.locator("#clash").inner_text()
    eve.page.keyboard.press("Escape")
    eve.page.reload()  # nothing that was typed is lost, whatever happens before it is decided
    eve.page.get_by_role("button", name="1 text changed by two: decide").click()
    body = state(eve)["parts"]["step:oil-journals"]["body"]
    assert (body["title"], body["text"], body["standard_time"]) == (
        "Oil the bores, admin",
        "Four drops.",
        "33s",
    )
    eve.page.get_by_role("button", name="Keep mine").click()
    saved(eve)
    body = state(eve)["parts"]["step:oil-journals"]["body"]
    assert (body["title"], body["standard_time"]) == ("Oil the bores, Eve", "33s")
    eve.open(eve.page.url.removeprefix(eve.address).partition("#")[0] + "/history")
    refused = eve.page.locator("tr.refused", has_text="Oil the bores, Eve").first
    assert "not taken" in refused.inner_text()
    assert eve.page.locator("tr", has_text="33s").count() >= 1
    eve.complaints.clear()  # the browser complains of the requests that were cut


def test_without_a_connection_what_is_typed_stays_and_is_sent_later(edit) -> None:
    eve = edit("prepare-housing")
    eve.page.locator("#steps li", has_text="Wipe the gear chamber").click()
    eve.page.route("**/changes", lambda route: route.abort())
    eve.page.get_by_label("Title", exact=True).fill("Wipe it twice")
    eve.page.get_by_text("no connection").wait_for()
    eve.page.unroute("**/changes")
    eve.page.reload(wait_until="load")
    saved(eve)
    eve.page.locator("#steps li", has_text="Wipe it twice").wait_for()
    assert state(eve)["parts"]["step:wipe-bores"]["body"]["title"] == "Wipe it twice"
    eve.complaints.clear()  # the browser complains of the requests that were cut


def test_a_dry_run_says_what_a_run_costs(edit) -> None:
    eve = edit("service-pump")
    eve.page.get_by_role("button", name="Try it out").click()
    eve.page.get_by_text(re.compile(r"\d{4} paths.*: \d{4} come to the end.* 0 get stuck")).wait_for()
    rows = eve.page.locator("#trial tbody tr")
    assert rows.count() == 400
    assert "Taps" in eve.page.locator("#trial thead").inner_text()
    assert "comes to the end" in rows.last.inner_text()


def test_a_draft_is_submitted_and_taken_back(edit) -> None:
    eve = edit("label-and-pack")
    eve.page.get_by_label("Title", exact=True).fill("Typed just before it is submitted")
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.get_by_label("What has changed").fill("Clearer title")
    eve.page.get_by_role("button", name="Submit", exact=True).click()
    eve.page.wait_for_url("**/review")
    eve.page.get_by_role("button", name="Take back").click()
    saved(eve)
    assert state(eve)["state"] == "draft"
    assert "Typed just before it is submitted" in str(state(eve)["parts"])


def test_a_procedures_flow_is_drawn_while_its_lines_are_written(edit) -> None:
    eve = edit("service-gear-pump", kind="sops")
    eve.page.locator("#flow svg").wait_for()
    flow = eve.page.get_by_label("The flow, one line a box")
    text = flow.input_value()
    flow.fill(text.replace('"Receive the pump and its complaint"', '"Receive <b>it</b>"'))
    eve.page.locator("#flow text", has_text="Receive <b>it</b>").wait_for()
    saved(eve)
    assert state(eve)["parts"]["head"]["body"]["flow"][0]["title"] == "Receive <b>it</b>"
    flow.fill(f"{text}next: job what\n")
    eve.page.locator(".flow-wrong", has_text="'job' is no kind of box").wait_for()
    assert (
        eve.page.locator("#flow svg text", has_text="Receive <b>it</b>").count() == 1
    )  # the last good chart
    eve.page.reload()
    eve.page.locator(
        ".flow-wrong", has_text="'job' is no kind of box"
    ).wait_for()  # half-written lines stay too
    flow.fill(text)
    eve.page.get_by_label("Instruction of Receive the pump and its complaint").select_option("close-pump")
    eve.page.locator('#flow a[href="/library/instructions/close-pump"]').wait_for()
    assert "[close-pump]" in flow.input_value()


def test_a_procedures_responsibilities_are_a_table_and_its_lists_are_rows(edit) -> None:
    eve = edit("build-gear-pump", kind="sops")
    assert eve.page.get_by_label("Summary").count() == 0  # a procedure has none
    eve.page.get_by_role("button", name="Add an activity").click()
    eve.page.get_by_label("Activity", exact=False).last.fill("Count the stock")
    row = eve.page.locator(".raci tbody tr").last
    row.locator("select").nth(0).select_option("consulted")
    row.locator("select").nth(1).select_option("both")
    eve.page.get_by_role("button", name="Add an input").click()
    eve.page.get_by_label("What", exact=True).nth(0).fill("Parts by plan")
    eve.page.get_by_role("button", name="Add a metric").click()
    eve.page.get_by_label("What is looked at").last.fill("Returns")
    eve.page.get_by_label("Target").last.fill("none")
    saved(eve)
    head = state(eve)["parts"]["head"]["body"]
    roles = [each["role"] for each in head["roles"]]
    assert head["responsibilities"][-1] == {
        "activity": "Count the stock",
        "responsible": [roles[1]],
        "accountable": roles[1],
        "consulted": [roles[0]],
    }
    assert head["metrics"][-1] == {"name": "Returns", "target": "none"}


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
    good = {"part": "head", "version": 1, "body": {}}
    assert eve.put(f"{place}/changes", json={"changes": [good]}).status_code == 403  # no token
    headers = {"X-CSRF-Token": eve.csrf}
    for wrong in (
        {"part": "head", "version": 1},
        {"part": "head", "version": "1", "body": {}},
        {"part": "head", "version": 1, "body": "text"},
        {"part": "order", "version": 1, "body": {"a": 1}},
        {"part": "step:step-1", "version": 1, "body": [1]},
        {"part": "step:../x", "version": 0, "body": {}},
        {"part": 5, "version": 1, "body": {}},
        [1],
        "x",
    ):
        answer = eve.put(f"{place}/changes", json={"changes": [wrong]}, headers=headers)
        assert answer.status_code in {400, 404, 422}, wrong
    assert eve.put(f"{place}/changes", json=[1], headers=headers).status_code in {400, 422}
    assert eve.get(f"{place}/state").status_code == 200
    assert eve.put(f"{place}/pictures", content=b"<script>", headers=headers).status_code == 422
