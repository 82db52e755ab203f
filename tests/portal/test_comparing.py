"""Two releases side by side in a real browser: words, limits, pictures, the flow, and nothing that is the same."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from content import package
from content.blocks import Block
from content.package import Release
from content.picture import FORMATS, TAUGHT
from content.vision.pictures import as_jpeg
from content.vision.taught import Region, write_taught
from content.vision.teaching import Example, Lesson, teach
from hardware.simulate.scene import Scene, draw
from server.library import shared
from server.library.publishing import keep
from server.reports import library
from server.store.engine import reading, writing

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE = {"viewport": {"width": 1440, "height": 900}}
LONG = "Zahnradpumpengehäusedeckelschraubenverbindungsflächen"


def again(plant, document: str, change) -> Release:
    """Release the document's next revision, changed."""
    with reading(plant.house.engine) as tx:
        before = library.newest_release(tx, document)
    values = json.loads(json.dumps(before.document.plain()))
    values["revision"] += 1
    media = change(values, {file.path: file for file in before.media}, plant.house)
    after = type(before.document).model_validate(values)
    wanted = tuple(media[path] for path in after.files)
    payload = package.payload(after, wanted)
    release = package.read_payload(payload)
    with writing(plant.house.engine) as tx:
        keep(tx, plant.house, release, payload, "admin")
    return release


def other_pump(values: dict, media: dict, house) -> dict:
    steps = {step["id"]: step for step in values["steps"]}
    cover, tighten = steps["set-cover"], steps["tighten-screws"]
    cover["text"] = cover["text"].replace("Lower", "Slowly lower") + "\n\nعربي: ضع الغطاء برفق."
    cover.setdefault("safety", []).append({"level": "warning", "text": f"The edge is sharp. {LONG}"})
    cover["standard_time"] = "1m30s"
    for check in tighten["checks"]:
        if check["kind"] == "torque":
            check |= {"low": "8.0", "high": "9.0"}
    path = next(m["picture"] for m in tighten["media"] if "picture" in m)
    media[path] = picture(house, house.media.path(media[path].digest), path)
    values["steps"].insert(
        1, {"id": "wipe", "title": "Wipe the joint face", "text": "Wipe it with a dry cloth."}
    )
    values["steps"].remove(steps["turn-closed"])
    values["protective_equipment"].append("hearing-protection")
    return media


def picture(house, file: Path, path: str):
    """The picture with a bar across it, as another file of the house."""
    with Image.open(file) as held:
        drawn = held.convert("RGB")
    ImageDraw.Draw(drawn).rectangle([(0, 0), (drawn.width, drawn.height // 8)], fill="#d81b60")
    data = io.BytesIO()
    drawn.save(data, "webp")
    digest = package.digest_of(data.getvalue())
    house.media.keep(data.getvalue(), digest)
    return package.MediaFile(path=path, digest=digest, size=len(data.getvalue()), type="image/webp")


def other_sop(values: dict, media: dict, house) -> dict:
    first = values["flow"][0]
    first["title"] += ", carefully"
    new = {"id": "sign", "kind": "task", "title": "Sign the card", "next": first["next"]}
    first["next"] = ["sign"]
    values["flow"].insert(1, new)
    values["purpose"] += " Quickly."
    return media


def other_block(values: dict, media: dict, house) -> dict:
    """The shared block in its second revision, which is kept too."""
    with writing(house.engine) as tx:
        first = shared.revisions(tx, "identify-pump")[0]
        told = first.block.plain()
        told["revision"] = 2
        told["steps"][0]["text"] += " Hold it **close**."
        second = Block.model_validate(told)
        shared.keep(tx, house, second, first.media, "eve", None)
    use = next(each for each in values["blocks"] if each["block"] == "identify-pump")
    use |= {"revision": 2, "digest": second.digest}
    step = next(each for each in values["steps"] if each["id"] == f"{use['prefix']}-{second.steps[0].id}")
    step["text"] += " Hold it **close**."
    return media


def judged(region: Region) -> Callable[[dict, dict, object], dict]:
    """A change: the first step's camera is taught on that region, under the same name every time."""

    def change(values: dict, media: dict, house) -> dict:
        lesson = Lesson(name="cap-red", kind="colour", regions=(region,))
        examples = [Example(name="a.jpg", data=as_jpeg(draw(Scene())), good=True)]
        data = write_taught(teach(lesson, examples).check)
        digest = package.digest_of(data)
        house.media.keep(data, digest)
        path = "vision/cap.vision"
        media[path] = package.MediaFile(path=path, digest=digest, size=len(data), type=FORMATS[TAUGHT][1])
        step = values["steps"][0]
        others = [check for check in step.get("checks", []) if check["id"] != "cap"]
        step["checks"] = [*others, {"id": "cap", "kind": "vision", "check": "cap-red", "taught": path}]
        return media

    return change


@pytest.fixture(scope="module")
def taught(written):
    """A server with an instruction whose camera was taught, and then taught anew."""
    plant = written.plant
    region = Region(x=0.565, y=0.25, width=0.075, height=0.1, name="cap")
    first = again(plant, "leak-and-flow-test", judged(region))
    plant.releases[first.document.id] = first
    again(plant, first.document.id, judged(region.model_copy(update={"x": 0.55, "width": 0.1})))
    return written


def test_a_camera_that_was_taught_anew_is_told_with_its_regions_and_threshold(visit, taught, tmp_path):
    page = visit(taught, **WIDE).sign_in("sam", "/library/compare/leak-and-flow-test").page
    change = page.locator(".check-change", has_text="The camera was taught anew")
    assert change.locator(".scene rect").count() == 2
    told = {" ".join(each.split()) for each in change.locator(".differing > div").all_inner_texts()}
    assert any("56.5% from the left" in each and "55.0% from the left" in each for each in told)
    page.screenshot(path=tmp_path / "taught.png")
    page.goto(f"{taught.address}/library/instructions/leak-and-flow-test")
    assert "Looks for colour" in page.locator(".taught").inner_text()


@pytest.fixture(scope="module")
def changed(written):
    """A server with two revisions of an instruction and of a procedure."""
    plant = written.plant
    pump = again(plant, "close-pump", other_pump)
    sop = again(plant, "build-gear-pump", other_sop)
    return written, pump, sop


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_pages_fit_the_screen(visit, changed, size, scheme, tmp_path):
    served, _, _ = changed
    visitor = visit(served, **size, color_scheme=scheme).sign_in("sam")
    for document in ("close-pump", "build-gear-pump", "fit-gears"):
        visitor.open(f"/library/compare/{document}")
        wide = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["viewport"]["width"], f"{document} is {wide} px wide"
        assert visitor.page.locator("h1").count() == 1
        visitor.page.screenshot(path=tmp_path / f"{document}.png", full_page=True)


def test_the_newest_release_is_compared_with_the_one_before_and_only_changes_are_open(visit, changed):
    served, _, _ = changed
    visitor = visit(served, **WIDE).sign_in("sam", "/library/instructions/close-pump")
    page = visitor.page
    page.get_by_role("link", name="What changed").first.click()
    page.wait_for_url("**/library/compare/close-pump?after=*")
    assert "from revision 1 to revision 2" in page.locator(".sub").inner_text()
    names = page.locator("[data-step]").evaluate_all("all => all.map((each) => each.dataset.step)")
    assert set(names) == {"set-cover", "tighten-screws", "wipe", "turn-closed"}
    cover = page.locator("#changed-set-cover")
    assert cover.locator("ins").filter(has_text="Slowly").count() == 1
    assert cover.locator("del").filter(has_text="Lower").count() == 1
    lines = cover.locator("ins").first.evaluate("each => getComputedStyle(each).textDecorationLine")
    assert lines == "underline"
    assert "40s" in cover.inner_text() or "1m30s" in cover.inner_text()
    assert cover.locator(".safety.warning").count() == 1
    tighten = page.locator("#changed-tighten-screws .check-change")
    assert "8.5 – 9.5 N·m" in tighten.locator("del").inner_text()
    assert "8.0 – 9.0 N·m" in tighten.locator("ins").inner_text()
    assert "hearing-protection" in page.locator("#changed-document").inner_text()
    assert page.locator("details.unchanged[open]").count() == 0
    page.get_by_role("button", name="Show what is the same").click()
    assert page.locator("details.unchanged").count() == page.locator("details.unchanged[open]").count() > 0
    listed = page.locator(".changed-list a").all_inner_texts()
    assert any("Wipe the joint face" in each for each in listed)
    page.locator(".changed-list a", has_text="Wipe the joint face").click()
    assert page.url.endswith("#changed-wipe")


def test_a_replaced_picture_is_laid_over_the_one_before(visit, changed, tmp_path):
    served, _, _ = changed
    page = visit(served, **WIDE).sign_in("sam", "/library/compare/close-pump").page
    pair = page.locator("#changed-tighten-screws [data-pair]")
    assert pair.locator("figure").count() == 2
    sources = pair.locator("img").evaluate_all("all => all.map((each) => each.src)")
    assert len(set(sources)) == 2
    was, now = (pair.locator(f"figure.{side}").bounding_box() for side in ("was", "now"))
    assert now["x"] > was["x"]
    pair.get_by_role("button", name="Overlay").click()
    was, now = (pair.locator(f"figure.{side}").bounding_box() for side in ("was", "now"))
    assert (was["x"], was["y"]) == (now["x"], now["y"])
    decoded = "async (all) => { for (const each of all) { each.loading = 'eager'; await each.decode(); } }"
    pair.locator("img").evaluate_all(decoded)
    pair.screenshot(path=tmp_path / "overlay.png")
    slider = pair.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    assert pair.locator(".now").evaluate("each => getComputedStyle(each).clipPath") == "inset(0px 0px 0px 0%)"
    slider.press("End")
    assert "100%" in pair.locator(".now").evaluate("each => getComputedStyle(each).clipPath")
    pair.get_by_role("button", name="Side by side").click()
    assert not slider.is_visible()
    pair.screenshot(path=tmp_path / "beside.png")


def test_the_other_way_round_and_the_same_release_twice(visit, changed):
    served, pump, _ = changed
    first = served.plant.releases["close-pump"].digest
    page = visit(served, **WIDE).sign_in("sam", "/library/compare/close-pump").page
    page.goto(f"{served.address}/library/compare/close-pump?before={pump.digest}&after={first}")
    assert "from revision 2 to revision 1" in page.locator(".sub").inner_text()
    assert page.locator("#changed-wipe.removed").count() == 1
    page.goto(f"{served.address}/library/compare/close-pump?before={first}&after={first}")
    assert "Nothing differs" in page.locator("main").inner_text()


def test_both_flows_of_a_procedure_stand_side_by_side_with_their_boxes_marked(visit, changed):
    served, _, _ = changed
    page = visit(served, **WIDE).sign_in("sam", "/library/compare/build-gear-pump").page
    flows = page.locator("#changed-flow .flow")
    assert flows.count() == 2
    assert flows.nth(0).locator(".mark-added").count() == 0
    assert flows.nth(1).locator(".mark-added").count() == 1
    assert flows.nth(1).locator(".mark-changed").count() == 1
    assert page.locator("#changed-sign.added").count() == 1
    assert page.locator("#changed-document ins").inner_text().strip() == ". Quickly"


def test_a_document_with_one_release_says_so(visit, changed):
    served, _, _ = changed
    page = visit(served, **WIDE).sign_in("sam", "/library/compare/fit-gears").page
    assert "Nothing to compare with" in page.locator("main").inner_text()


def test_releases_that_are_not_of_the_document_are_not_there_and_operators_stay_out(client, changed):
    served, pump, _ = changed
    sam = client("sam", served)
    assert sam.get(f"/library/compare/fit-gears?after={pump.digest}").status_code == 404
    assert sam.get("/library/compare/nothing").status_code == 404
    assert sam.get("/library/compare/close-pump?before=%27").status_code == 404
    assert client("olga", served).get("/library/compare/close-pump").status_code == 403
    assert client(None, served).get("/library/compare/close-pump").status_code == 303


def test_a_shared_block_is_told_by_what_changed_in_its_steps(visit, written) -> None:
    again(written.plant, "service-pump", other_block)
    visitor = visit(written, **WIDE).sign_in("sam", "/library/compare/service-pump")
    told = visitor.page.locator("#changed-blocks")
    assert told.get_by_role("link", name="Identify the pump").count() == 1
    words = told.inner_text()
    assert "revision 1" in words
    assert "revision 2" in words
    assert "Scan the pump: text changed" in words
    assert "digest" not in words
    assert visitor.page.locator("#changed-document").count() == 0
    told.get_by_role("link", name="Scan the pump").click()
    told.get_by_role("link", name="Identify the pump").click()
    visitor.page.get_by_role("link", name="What changed").click()
    visitor.page.locator("ins", has_text="close").wait_for()
    assert "from revision 1 to revision 2" in visitor.page.locator("header.head").inner_text()
