"""Review in real browsers: submit, comment on a place, settle, sign, release by terms, withdraw, bring back."""

import pytest

from content import package
from server.library.publishing import keep
from server.reports import library
from server.store.engine import reading, writing


@pytest.fixture
def submitted(visit, written):
    """Begins a draft of a document as Eve, changes a title, and submits it; her browser is on the review page."""

    def submitted(document: str, step: str, title: str):
        eve = visit(written, viewport={"width": 1440, "height": 900}).sign_in("eve")
        eve.open(f"/library/instructions/{document}")
        eve.page.get_by_role("button", name="Edit", exact=True).click()
        eve.page.locator("#saved", has_text="Saved").wait_for()
        eve.page.locator("#steps li", has_text=step).click()
        eve.page.get_by_label("Title", exact=True).fill(title)
        eve.page.locator("#steps li", has_text=title).wait_for()
        eve.page.locator("#saved", has_text="Saved").wait_for()
        eve.page.get_by_role("button", name="Submit for review").click()
        eve.page.get_by_label("What has changed").fill("Says it better")
        eve.page.get_by_role("button", name="Submit", exact=True).click()
        eve.page.wait_for_url("**/review")
        return eve

    return submitted


def sign(page, password: str, verdict: str = "Approve") -> None:
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name=verdict).click()
    page.wait_for_load_state()


def test_a_draft_is_discussed_signed_released_withdrawn_and_an_earlier_one_comes_back(
    visit, written, submitted, plant_module
) -> None:
    eve = submitted("close-pump", "Fit the key", "Fit the key well")
    assert "who wrote in a draft does not sign it" in eve.page.locator(".review-side").inner_text()
    ada = visit(written, viewport={"width": 1440, "height": 900}).sign_in("admin", "/reviews")
    ada.page.get_by_text("yours to sign").wait_for()
    ada.page.get_by_role("link", name="Close the pump").first.click()

    figure = ada.page.locator("article#fit-key figure").first
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    ada.page.mouse.move(box["x"] + 20, box["y"] + 20)
    ada.page.mouse.down()
    ada.page.mouse.move(box["x"] + 120, box["y"] + 90, steps=4)
    ada.page.mouse.up()
    ada.page.get_by_text("About the marked place").wait_for()
    ada.page.locator("article#fit-key textarea").fill("Which <b>side</b> is up?")
    ada.page.locator("article#fit-key").get_by_role("button", name="Say it").click()
    ada.page.locator("article#fit-key .comments", has_text="Which <b>side</b> is up?").wait_for()
    assert ada.page.locator("article#fit-key figure svg.regions rect").count() == 1

    sign(ada.page, plant_module.PASSWORD)
    assert "not settled" in ada.page.locator("main").inner_text()
    eve.page.reload()
    eve.page.locator("article#fit-key").get_by_label("Answer").fill("The rounded one")
    eve.page.locator("article#fit-key").get_by_role("button", name="Settle").click()
    eve.page.get_by_text("✓ The rounded one").wait_for()
    draft = eve.page.url.partition("#")[0]
    ada.page.goto(draft)
    sign(ada.page, "not my password")
    assert "password is wrong" in ada.page.locator("main").inner_text()
    ada.page.goto(draft)
    sign(ada.page, plant_module.PASSWORD)
    ada.page.get_by_text("approved").first.wait_for()

    eve.page.goto(draft)
    eve.page.get_by_role("button", name="Release", exact=True).click()
    dialog = eve.page.locator("#release-dialog")
    dialog.get_by_label("Assembly 1").check()
    dialog.get_by_role("button", name="Add a stage").click()
    later = dialog.get_by_role("group", name="Then at these stations")
    later.get_by_label("Assembly 1").check()  # a station stands in one stage: where it was chosen last
    later.get_by_label("Assembly 2").check()
    first = dialog.get_by_role("group", name="First at these stations")
    assert not first.get_by_label("Assembly 1").is_checked()
    first.get_by_label("Assembly 1").check()
    dialog.get_by_label("Then on after").fill("40")
    dialog.get_by_role("button", name="Release").click()
    eve.page.wait_for_url("**/library/instructions/close-pump")
    releases = eve.page.locator("#releases")
    assert "r2" in releases.inner_text()
    for told in (
        "goes to Assembly 1 (stage 1 of 2) first",
        "goes to Assembly 1, Assembly 2 (stage 2 of 2) first",
    ):
        releases.get_by_text(told).wait_for()
        releases.get_by_role("button", name="To the next stations").click()
        eve.page.wait_for_load_state()
    assert "first" not in eve.page.locator("#releases").inner_text()

    eve.page.get_by_role("button", name="Withdraw").first.click()
    eve.page.locator("dialog[open]").get_by_label("Why").fill("The key is the wrong way round")
    eve.page.locator("dialog[open]").get_by_role("button", name="Withdraw").click()
    eve.page.get_by_text("withdrawn").first.wait_for()
    assert "The key is the wrong way round" in eve.page.locator("#releases").inner_text()
    bring_back(eve, ada)


def bring_back(eve, ada) -> None:
    """The first revision was never signed: an administrator brings it back, with a reason, to one station first."""
    eve.page.get_by_role("link", name="Bring back").click()
    eve.page.get_by_text("It lacks a signature that is asked for now: Review: engineer").wait_for()
    eve.page.get_by_text("An administrator can bring it back all the same").wait_for()
    assert eve.page.get_by_role("button", name="Bring back").count() == 0
    ada.page.goto(eve.page.url)
    ada.page.get_by_label("Why it comes back").fill("The key was right before")
    ada.page.get_by_label("At a kiosk").select_option("at-once")
    ada.page.get_by_label("Packing").check()
    ada.page.get_by_label("Why in spite of").fill("It is what the plant was begun with")
    ada.page.get_by_role("button", name="Bring back").click()
    ada.page.wait_for_url("**/library/instructions/close-pump")
    told = ada.page.locator("#releases").inner_text()
    for words in ("r3", "brings back r1", "goes to Packing first", "It is what the plant was begun with"):
        assert words in told


def test_a_reviewer_sends_a_draft_back_with_a_reason(visit, written, submitted, plant_module) -> None:
    eve = submitted("prepare-housing", "Turn the housing over", "Turn it over")
    ada = visit(written).sign_in("admin")
    ada.page.goto(eve.page.url)
    ada.page.get_by_label("Remark").fill("It has two sides")
    sign(ada.page, plant_module.PASSWORD, "Send back")
    ada.page.get_by_text("sent it back").wait_for()
    eve.page.reload()
    assert "It has two sides" in eve.page.locator("main").inner_text()
    eve.page.get_by_role("link", name="Open the draft").click()
    eve.page.get_by_role("button", name="Submit for review").wait_for()


def test_a_page_that_was_left_open_signs_and_releases_nothing(
    submitted, client, written, plant_module
) -> None:
    eve = submitted("fit-gears", "Clamp the housing", "Clamp it well")
    draft = eve.page.url.rpartition("/drafts/")[2].partition("/")[0]
    ada = client("admin", written)
    shown = ada.get(f"/drafts/{draft}/review").text
    content = shown.split('name="content" value="', 1)[1].split('"', 1)[0]
    given = {"verdict": "approved", "meaning": "It is right", "password": plant_module.PASSWORD}
    for stale in ({}, {"content": "0" * 64}):
        refused = ada.send_form(f"/drafts/{draft}/sign", **given, **stale)
        assert refused.status_code == 409
        assert "has changed since you opened it" in refused.text
    assert ada.send_form(f"/drafts/{draft}/sign", **given, content=content).status_code == 303
    of_low_risk = "/publishing/policies/work-instruction/low"
    assert "low risk" in shown
    for stages, told in (("Quality: supervisor", True), ("Review: engineer", False)):
        assert ada.send_form(of_low_risk, stages=stages).status_code == 303
        page = ada.get(f"/drafts/{draft}/review").text
        assert ("more is asked for now" in page) == told
        assert ("Not asked for now" in page) == told
        assert ("release-dialog" in page) != told


def test_a_supervisor_names_a_deputy_and_nobody_else_ends_it(visit, written, client) -> None:
    sam = visit(written, viewport={"width": 390, "height": 844}).sign_in("sam", "/reviews").page
    away = sam.locator("#absences")
    away.get_by_label("Signs for you").select_option("eve")
    away.get_by_label("From").fill("2026-01-01")
    away.get_by_label("Until").fill("2099-01-01")
    away.get_by_role("button", name="Note it").click()
    row = sam.locator("#absences tr", has_text="Sam Supervisor")
    row.get_by_text("Eve Engineer").wait_for()
    number = row.locator("form").get_attribute("action").split("/")[3]
    assert client("eve", written).send_form(f"/reviews/absences/{number}/end").status_code == 403
    row.get_by_role("button", name="Back").click()
    sam.get_by_text("Nobody is away").wait_for()


def test_approval_is_set_up_by_administrators_and_only_read_by_engineers(visit, written, client) -> None:
    ada = visit(written).sign_in("admin", "/publishing").page
    stages = ada.get_by_label("Procedure, high risk")
    stages.fill("Review: engineer\n+ Safety: eve, sam (2)")
    ada.locator("form", has=stages).get_by_role("button", name="Save").click()
    ada.wait_for_load_state()
    assert ada.get_by_label("Procedure, high risk").input_value().split("\n") == [
        "Review: engineer",
        "+ Safety: eve, sam (2)",
    ]
    eve = client("eve", written)
    assert eve.send_form("/publishing/policies/sop/high", stages="").status_code == 403
    assert client("sam", written).get("/publishing").status_code == 403


def test_a_things_new_version_asks_for_reviews_and_a_token_is_shown_once(
    visit, written, plant_module
) -> None:
    page = visit(written).sign_in("eve", "/publishing").page
    page.locator("#things").get_by_label("Kind").select_option("part")
    page.locator("#things").get_by_label("Identifier").fill("GP-112")
    page.locator("#things").get_by_label("Name").fill("Shaft seal")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("link", name="Shaft seal").click()
    assert "Renew the shaft seal" in page.locator("main").inner_text()
    page.get_by_label("New version").fill("B")
    page.get_by_role("button", name="Change, and ask for the reviews").click()
    page.get_by_text("Shaft seal (GP-112) is B now").first.wait_for()
    page.get_by_role("button", name="Reviewed").first.click()
    page.locator("dialog[open] textarea").fill("It fits")
    page.locator("dialog[open]").get_by_label("Your password").fill(plant_module.PASSWORD)
    page.locator("dialog[open]").get_by_role("button", name="Reviewed").click()
    page.goto(page.url.replace("/reviews", "/publishing"))
    page.locator("#keys").get_by_label("Name").fill("pipeline")
    page.get_by_role("button", name="Make a token").click()
    assert page.locator("code").inner_text().startswith("key-")
    page.reload()


def test_a_draft_is_compared_with_any_revision_and_what_came_since_it_was_begun_is_said(
    submitted, written
) -> None:
    page = submitted("leak-and-flow-test", "Look for leaks", "Look for leaks well").page
    assert page.get_by_label("Compare with").count() == 0  # there is one revision only
    house = written.plant.house
    with reading(house.engine) as tx:
        first = library.newest_release(tx, "leak-and-flow-test")
        steps = first.document.plain()
        number = next(n for n, step in enumerate(steps["steps"]) if step["title"].startswith("Connect"))
        steps["steps"][number]["title"] = "Connect both lines, in green"
        made = type(first.document).model_validate(steps | {"revision": 2})
        payload = package.payload(made, first.media)
    with writing(house.engine) as tx:
        keep(tx, house, package.read_payload(payload), payload, "admin")
    page.reload()
    page.get_by_text("Revision 2 was released since this draft was begun").wait_for()
    changed = page.locator(".comparison article.change")
    assert changed.count() == 1
    page.get_by_role("link", name="Compare with it").click()
    page.get_by_label("Compare with").wait_for()
    assert page.get_by_label("Compare with").input_value() == "2"
    assert changed.count() == 2
    page.get_by_label("Compare with").select_option("1")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_url("**against=1")
    assert changed.count() == 1
