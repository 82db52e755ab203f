"""The pages around the editor in a real browser: films, PDF, photographs; blocks, translation, to-dos, source."""

import io
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

WHOLE = re.compile(r"drafts/[0-9a-f-]+")


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


def place(writer) -> str:
    return WHOLE.search(writer.page.url)[0]


def body(writer, part: str):
    return writer.page.request.get(f"{writer.address}/{place(writer)}/state").json()["parts"][part]["body"]


def photograph() -> bytes:
    """Some 5 MB, as a camera sends it."""
    out = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (2600, 3200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(out, "JPEG", quality=80)
    return out.getvalue()


def film() -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(40):
            frame = np.full((240, 320, 3), number * 6, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                made.mux(packet)
        for packet in stream.encode():
            made.mux(packet)
    return out.getvalue()


def pdf(pages: int) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (200, 280), (255 - 60 * n, 255, 255)) for n in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


def choose(writer, name: str, kind: str, data: bytes) -> None:
    writer.page.get_by_label("Choose a file").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )


def test_a_photograph_of_5_megabytes_is_taken(edit) -> None:
    eve = edit("close-pump")
    eve.page.locator("#steps [data-step]", has_text="Plug both ports").click()
    count = eve.page.locator(".medium-box").count()
    data = photograph()
    assert len(data) > 4_500_000
    choose(eve, "photo.jpg", "image/jpeg", data)
    eve.page.locator(".medium-box").nth(count).wait_for()
    saved(eve)
    assert len(body(eve, "step:plug-ports")["media"]) == count + 1


def test_a_film_is_cut_captioned_and_played_with_its_captions(edit) -> None:
    eve = edit("label-and-pack")
    step = eve.page.locator("#sheet").get_attribute("data-step")
    choose(eve, "turn.mp4", "video/mp4", film())
    eve.page.get_by_role("button", name="Take it").click()
    eve.page.locator(".medium-box video").wait_for()
    eve.page.get_by_label("Begins at", exact=True).fill("1s")
    eve.page.get_by_label("Ends at", exact=True).fill("3s")
    eve.page.get_by_role("button", name="Add a caption").click()
    eve.page.get_by_label("Words", exact=True).fill("Turn it <slowly>")
    saved(eve)
    made = body(eve, f"step:{step}")["media"][-1]
    assert made["video"].endswith(".mp4")
    assert (made["start"], made["end"], made["captions"][0]["text"]) == ("1s", "3s", "Turn it <slowly>")
    assert not [each for each in eve.page.locator("#remarks li.error").all_inner_texts() if "film" in each]


def test_pages_of_a_pdf_are_chosen(edit) -> None:
    eve = edit("prepare-housing")
    count = eve.page.locator(".medium-box").count()
    choose(eve, "drawing.pdf", "application/pdf", pdf(3))
    eve.page.get_by_role("textbox", name="Pages").fill("2-3")
    eve.page.get_by_role("button", name="Take them").click()
    eve.page.get_by_label("page 3").uncheck()
    eve.page.get_by_role("button", name="Put them in").click()
    eve.page.locator(".medium-box").nth(count).wait_for()
    assert eve.page.locator(".medium-box").count() == count + 1


def test_what_is_refused_is_told_in_a_sentence_and_the_page_stays(edit) -> None:
    eve = edit("fit-gears")
    choose(eve, "macro.exe", "application/octet-stream", b"MZ not a picture")
    eve.page.locator(".drop .field-remark", has_text="the file is a program").wait_for()
    assert "/drafts/" in eve.page.url


def test_a_block_is_written_released_and_taken_over_by_the_documents_that_use_it(
    edit, visit, written, plant_module
) -> None:
    eve = visit(written, viewport={"width": 1440, "height": 900}).sign_in("eve", "/library")
    eve.page.get_by_role("link", name="Identify the pump").click()
    assert "Leak and flow test" in eve.page.locator("#uses").inner_text()
    eve.page.get_by_role("button", name="Edit", exact=True).click()
    eve.page.wait_for_url("**/drafts/*")
    saved(eve)
    eve.page.get_by_label("Title", exact=True).fill("Scan the pump's code")
    saved(eve)
    eve.page.get_by_role("button", name="Submit for review").click()
    eve.page.get_by_role("button", name="Submit", exact=True).click()
    eve.page.wait_for_url("**/review")
    assert "who wrote in a draft does not sign it" in eve.page.locator(".review-side").inner_text()
    for login in ("admin", "sam"):
        reviewer = visit(written).sign_in(login)
        reviewer.page.goto(eve.page.url)
        reviewer.page.locator("article#scan-pump textarea").first.wait_for(state="attached")
        reviewer.page.get_by_label("Your password").fill(plant_module.PASSWORD)
        reviewer.page.get_by_role("button", name="Approve").click()
        reviewer.page.wait_for_load_state()
    eve.page.reload()
    eve.page.get_by_role("button", name="Release", exact=True).click()
    eve.page.locator("#release-dialog").get_by_role("button", name="Release").click()
    eve.page.wait_for_url("**/library/blocks/identify-pump")
    assert "Signed by" in eve.page.locator("main").inner_text()
    eve.page.locator("tr", has_text="Leak and flow test").locator(".tag", has_text="behind").wait_for()
    eve.page.get_by_label("Revise Service a returned pump").uncheck()
    eve.page.get_by_role("button", name="Revise these documents").click()
    eve.page.wait_for_url("**/drafts/*")
    saved(eve)
    assert body(eve, "step:block-identify-pump")["revision"] == 2
    other = edit("close-pump")
    other.page.get_by_role("button", name="Add a block").click()
    other.page.get_by_role("button", name="Put it in").click()
    other.page.locator("#sheet", has_text="Scan the pump's code").wait_for()
    saved(other)
    uses = other.page.request.get(f"{other.address}/library/blocks/identify-pump").text()
    assert "Close the pump" in uses


def test_a_draft_is_translated_side_by_side_and_by_file(edit, tmp_path: Path) -> None:
    eve = edit("fit-gears")
    eve.open(f"/{place(eve)}/translation?language=fr")
    eve.page.get_by_label("title in fr", exact=True).fill("Montez les engrenages")
    saved(eve)
    eve.page.locator(".language[aria-current]", has_text="1 of").wait_for()
    with eve.page.expect_download() as coming:
        eve.page.get_by_role("link", name="Export XLIFF").click()
    sent = Path(coming.value.path()).read_text()
    assert "Montez les engrenages" in sent
    back = tmp_path / "back.xlf"
    back.write_text(
        re.sub(r"<source>(Oil[^<]*)</source>", r"<source>\1</source><target>Huilez</target>", sent)
    )
    eve.page.get_by_label("XLIFF file").set_input_files(back)
    eve.page.locator("#findings", has_text="taken into FR").wait_for()
    (tmp_path / "no.xlf").write_text("<html/>")
    eve.page.get_by_label("XLIFF file").set_input_files(tmp_path / "no.xlf")
    eve.page.locator("#findings .error", has_text="not XLIFF 2").wait_for()
    eve.page.get_by_role("link", name="Back to the draft").click()
    saved(eve)
    eve.page.locator("#preview-language").wait_for()
    assert "French (fr)" in eve.page.locator("#preview-language").inner_text()


def test_what_an_import_left_is_ticked_off_beside_its_step(visit, written, tmp_path: Path) -> None:
    (tmp_path / "wash.md").write_text(
        "# Wash\n\n## Take it\n\nTake it.\n\n## Wash it\n\n![](far.png)\n\nWash it.\n"
    )
    eve = visit(written, viewport={"width": 1440, "height": 900}).sign_in("eve", "/import")
    eve.page.get_by_label("Files to import").set_input_files(tmp_path / "wash.md")
    eve.page.get_by_role("link", name="Wash").click()
    saved(eve)
    card = eve.page.locator("#todo-card")
    card.wait_for()
    eve.page.reload()
    first = card.locator("li.todo.open").first
    words = first.inner_text().partition("\n")[0]
    first.get_by_role("checkbox").check()
    card.locator("summary", has_text="1 settled").wait_for()
    eve.page.reload()
    card.locator("summary", has_text="1 settled").click()
    assert words in card.locator("li.todo.done").inner_text()


def test_the_source_is_checked_at_its_lines_and_kept(edit) -> None:
    eve = edit("service-pump")
    eve.open(f"/{place(eve)}/source")
    text = eve.page.get_by_label("YAML")
    value = text.input_value()
    text.fill(value.replace("title: Service a returned pump", "title: Service it\nsumary: x", 1))
    eve.page.locator("#messages li.error", has_text="unknown key `sumary`").wait_for()
    text.fill(value.replace("standard_time: 1m\n", "standard_time: 77s\n", 1))
    eve.page.locator("#messages li.error", has_text="unknown key").wait_for(state="detached")
    eve.page.get_by_role("button", name="Keep it so").click()
    eve.page.wait_for_url(WHOLE)
    saved(eve)
    eve.open(f"/{place(eve)}/source")
    assert "standard_time: 77s\n" in eve.page.get_by_label("YAML").input_value()


def test_an_earlier_text_is_restored_from_the_history(edit) -> None:
    eve = edit("leak-and-flow-test")
    eve.page.locator("#steps [data-step]", has_text="Hold 16 bar").click()
    eve.page.get_by_label("Title", exact=True).fill("Hold it")
    saved(eve)
    eve.open(f"/{place(eve)}/history")
    line = eve.page.locator("tr", has_text="Hold it").first
    assert "Hold 16 bar" in line.locator("del").inner_text()
    assert "Eve Engineer" in line.inner_text()
    eve.page.locator("tr", has=eve.page.get_by_role("link", name="Hold 16 bar")).last.get_by_role(
        "button", name="Restore"
    ).click()
    saved(eve)
    assert (
        body(eve, f"step:{eve.page.locator('#sheet').get_attribute('data-step')}")["title"] == "Hold 16 bar"
    )


FIELDS = """async () => {
  const names = (fields) => fields.map((field) => field.name);
  const main = document.querySelector('script[src*="js/editor/main.js"]').src;
  const at = (name) => import(main.replace("main.js", name));
  const modules = ["describe-checks.js", "describe-head.js", "describe-sop.js", "step.js", "media.js"];
  const [checks, head, sop, step, media] = await Promise.all(modules.map(at));
  const chapters = (module) => module.CHAPTERS.flatMap(([, fields]) => names(fields));
  const { NEEDS, RARE, SAFETY, WAYS } = step.FIELDS;
  const kinds = Object.entries(checks.KINDS);
  return {
    failing: Object.fromEntries(kinds.map(([kind]) => [kind, names(checks.common({ kind })).includes("on_failure")])),
    checks: Object.fromEntries(kinds.map(([kind, { fields }]) => [kind, names([...fields, ...checks.COMMON])])),
    "work-instruction": chapters(head),
    sop: chapters(sop),
    step: names([...NEEDS, ...RARE, SAFETY, WAYS, checks.GROUPS]),
    film: names(media.FILM),
  };
}"""


def test_every_field_of_the_language_has_a_place_in_the_editor(edit) -> None:
    from content.checks import Check
    from content.schema import schema

    eve = edit("close-pump")
    shown = eve.page.evaluate(FIELDS)
    found = schema("work-instruction")
    step = found["$defs"]["Step"]["properties"]
    for kind, ref in step["checks"]["items"]["discriminator"]["mapping"].items():
        wanted = set(found["$defs"][ref.rpartition("/")[2]]["properties"]) - {"id", "kind"}
        assert wanted == set(shown["checks"][kind]), kind
    kinds = get_args(get_args(Check)[0])
    assert shown["failing"] == {
        get_args(kind.model_fields["kind"].annotation)[0]: kind.FAILS for kind in kinds
    }
    apart = {"id", "kind", "revision", "translations", "steps", "blocks"}  # kept elsewhere
    assert set(found["properties"]) - apart == set(shown["work-instruction"])
    assert set(schema("sop")["properties"]) - apart == set(shown["sop"])
    written = {"id", "title", "text", "media", "checks", "when", "combine"}  # of the sheet itself
    assert set(step) - written == set(shown["step"])
    assert set(found["$defs"]["Video"]["properties"]) - {"video", "poster", "alt"} == set(shown["film"])


def test_the_checker_is_as_the_site_wants_it_and_explains_itself_beside_the_line(
    edit, visit, written, client
) -> None:
    admin = visit(written, viewport={"width": 1280, "height": 800}).sign_in()
    admin.open("/publishing/checker")
    admin.page.get_by_label("Words of a sentence, at most").fill("3")
    admin.page.get_by_label("Level of long-sentence").select_option("error")
    admin.page.get_by_label("One word for one thing").fill("shaft: axle")
    admin.page.get_by_role("button", name="Save").click()
    admin.page.get_by_text("Saved. It holds from now on.").wait_for()
    eve = edit("close-pump")
    remark = eve.page.locator(".field-remark.error", has_text="a sentence has").first
    remark.wait_for()
    remark.locator("summary", has_text="long-sentence").click()
    remark.get_by_text("two sentences of 12").wait_for()
    eve.page.get_by_role("button", name="Submit", exact=False).first.click()
    eve.page.get_by_text("It can be reviewed, but not released as it is").wait_for()
    eve.open("/publishing/checker")
    assert eve.page.get_by_role("button", name="Save").count() == 0
    caller = client("eve", written)
    assert caller.send_form("/publishing/checker", number=1).status_code == 403
    file = caller.get("/publishing/checker/lint.yaml").text
    assert "longest_sentence: 3" in file
    assert "{shaft: axle}" in file
    usual = {"name": "lint.yaml", "mimeType": "application/yaml", "buffer": b"# as usual\n"}
    admin.page.get_by_label("File").set_input_files(usual)
    admin.page.get_by_role("button", name="Take it").click()
    admin.page.get_by_text("Saved. It holds from now on.").wait_for()
    assert admin.page.get_by_label("Words of a sentence, at most").input_value() == "20"
    admin.page.get_by_role("link", name="What was changed").click()
    admin.page.get_by_text("words of a sentence: at most 20, was 3").wait_for()
