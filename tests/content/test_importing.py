"""Documents from elsewhere become drafts that load, with a list of what needs a person; hostile ones are refused."""

import io
import json
import re
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
import pytest
import xmlschema
from PIL import Image
from typer.testing import CliRunner

from content.blocks import file_of
from content.folder import load_instruction
from content.importing import archives, omanual
from content.importing.draft import Draft, DraftStep, ImportRefused, save
from content.importing.files import drafts
from content.instruction import Instruction
from stepline.command import app
from tests.cases import CASES, with_cases
from tests.library import LIBRARY


def picture(color: str = "red", size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def imported(file: Path, tmp_path: Path) -> tuple[Instruction, Draft, Path]:
    (draft,) = drafts(file)
    folder = tmp_path / "draft"
    save(draft, folder)
    return load_instruction(folder), draft, folder


def notes(draft: Draft) -> str:
    return "\n".join(str(note) for note in draft.notes)


@with_cases
def test_every_real_guide_is_imported_with_its_tools_steps_lines_and_pictures(tmp_path: Path) -> None:
    lines = (CASES / "ifixit" / "Vehicle.json").read_text().splitlines()
    found = list(drafts(CASES / "ifixit" / "Vehicle.json"))
    assert len(found) == len(lines) == 172
    for number, (line, draft) in enumerate(zip(lines, found, strict=True)):
        guide = json.loads(line)
        document = save(draft, tmp_path / str(number))
        assert load_instruction(tmp_path / str(number)) == document
        assert len(document.steps) == len(guide["Steps"])
        assert len(document.tools) == len(
            {tool["Name"].strip() for tool in guide["Toolbox"] if tool["Name"].strip()}
        )
        steps = sorted(guide["Steps"], key=lambda step: step["Order"])
        for step, told in zip(document.steps, steps, strict=True):
            assert list(step.references) == told["Images"]
            letters = "".join(filter(str.isalnum, step.text.casefold()))
            wanted = "".join(filter(str.isalnum, unlinked(told["Text_raw"]).casefold()))
            assert wanted
            assert letters == wanted


def unlinked(raw: str) -> str:
    """A guide's text with the words of its links in place of them: the last part that is no setting."""

    def words(match: re.Match[str]) -> str:
        parts = [part for part in match[1].split("|") if not part.startswith("new_window=")]
        return parts[-1] if len(parts) > 1 else match[0]

    return re.sub(r"\[([^\]]*)\]", words, raw)


@with_cases
def test_every_real_guide_is_imported_and_checked_by_one_command(tmp_path: Path) -> None:
    guides = str(CASES / "ifixit" / "Vehicle.json")
    told = CliRunner().invoke(app, ["content", "import", guides, "--out", str(tmp_path), "--lint"])
    assert told.exit_code == 0
    words = " ".join(told.output.split())
    assert "172 drafts in" in words
    assert "warning missing-picture: A picture is understood" in words
    assert "172 documents checked: " in words
    assert " error" not in words.partition("172 documents checked: ")[2].partition(";")[0]


@with_cases
@pytest.mark.parametrize("name", ["Bicycle_Drivetrain1.0.xlsx", "Bicycle_Front_Wheel1.0.xlsx"])
def test_a_plants_spreadsheet_keeps_its_title_parts_and_steps(name: str, tmp_path: Path) -> None:
    document, _, _ = imported(CASES / "xlsx" / name, tmp_path)
    assert document.title.startswith("Bicycle")
    assert len(document.steps) >= 3
    assert all(part.number.startswith("B-00") for part in document.parts)


@with_cases
def test_a_guide_of_the_api_keeps_its_lines_and_turns_cautions_into_safety(tmp_path: Path) -> None:
    document, draft, _ = imported(CASES / "omanual" / "guide.json", tmp_path)
    assert document.tools
    assert any(step.safety for step in document.steps)
    assert all(step.references for step in document.steps)
    assert "conclusion was not kept" in notes(draft)


@with_cases
def test_an_omanual_guide_and_a_bundle_are_imported(tmp_path: Path) -> None:
    document, _, _ = imported(CASES / "omanual" / "omanual_guide_example.xml", tmp_path)
    assert len(document.steps) > 5
    assert len(list(drafts(CASES / "omanual" / "omanual_1.0.zip"))) == 1


@with_cases
def test_what_goes_out_as_omanual_is_valid_and_comes_back(tmp_path: Path) -> None:
    with zipfile.ZipFile(CASES / "omanual" / "omanual_1.0.zip") as archive:
        archive.extractall(tmp_path)
    schema = xmlschema.XMLSchema(tmp_path / "omanual_guide.xsd")
    for folder in sorted(path.parent for path in LIBRARY.rglob("instruction.yaml")):
        document = load_instruction(folder)
        data, left = omanual.export(document, lambda path, folder=folder: file_of(path, folder))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            schema.validate(io.BytesIO(archive.read(f"{document.id}.xml")))
        (back,) = omanual.bundle(data)
        again = save(back, tmp_path / document.id)
        assert [step.title for step in again.steps] == [step.title for step in document.steps]
        assert [len(step.media) for step in again.steps] == [
            len([medium for medium in step.media if hasattr(medium, "picture")]) for step in document.steps
        ]
        assert len(left) >= sum(bool(step.checks) for step in document.steps)


def word(tmp_path: Path) -> Path:
    found = docx.Document()
    found.add_heading("Change the filter", 0)
    found.add_paragraph("Every three months.")
    for color, title in (("red", "Open the lid"), ("green", "Take out the filter")):
        found.add_heading(title, 1)
        found.add_paragraph("Do it by hand.")
        found.add_paragraph("First", style="List Bullet")
        found.add_picture(io.BytesIO(picture(color)))
        found.add_paragraph("Warning: the edge is sharp.")
    found.save(str(tmp_path / "filter.docx"))
    return tmp_path / "filter.docx"


def test_a_word_file_keeps_headings_lists_warnings_and_pictures_in_order(tmp_path: Path) -> None:
    document, _, folder = imported(word(tmp_path), tmp_path)
    assert (document.title, document.summary) == ("Change the filter", "Every three months.")
    assert [step.title for step in document.steps] == ["Open the lid", "Take out the filter"]
    assert document.steps[0].text == "Do it by hand.\n- First"
    assert [(notice.level, notice.text) for notice in document.steps[0].safety] == [
        ("warning", "the edge is sharp.")
    ]
    colors = []
    for step in document.steps:
        with Image.open(folder / step.media[0].files[0]) as shown:
            colors.append(shown.convert("RGB").getpixel((5, 5)))
    assert colors == [(255, 0, 0), (0, 128, 0)]


def test_a_slide_becomes_a_step_with_its_pictures_also_from_groups_and_its_notes(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Clamp the part"
    slide.placeholders[1].text = "Close the lever"
    slide.shapes.add_picture(io.BytesIO(picture()), 0, 0)
    group = slide.shapes.add_group_shape()
    group.shapes.add_picture(io.BytesIO(picture("blue")), 0, 0)
    slide.notes_slide.notes_text_frame.text = "Ask Eva"
    deck.save(str(tmp_path / "deck.pptx"))
    document, draft, _ = imported(tmp_path / "deck.pptx", tmp_path)
    (step,) = document.steps
    assert (step.title, step.text, len(step.media)) == ("Clamp the part", "Close the lever", 2)
    assert "Ask Eva" in notes(draft)


def test_a_page_of_a_pdf_becomes_a_step_with_its_picture(tmp_path: Path) -> None:
    found = pypdfium2.PdfDocument.new()
    found.new_page(300, 200)
    found.new_page(300, 200)
    found.save(str(tmp_path / "scan.pdf"))
    document, draft, _ = imported(tmp_path / "scan.pdf", tmp_path)
    assert [len(step.media) for step in document.steps] == [1, 1]
    assert "hardly any text" in notes(draft)


MARKDOWN = """# Fit the pump

Before the shift.

## Fit the seal

Push it *home*. See [the drawing](https://example.com/d).

1. Left
2. Right

![Seal](seal.png)
![Far](https://example.com/x.png)
![Secret](../secret.png)

## ضع الغطاء

"""


def test_markdown_takes_its_pictures_along_and_says_what_it_left(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "seal.png").write_bytes(picture())
    (tmp_path / "secret.png").write_bytes(picture())
    (tmp_path / "in" / "pump.md").write_text(MARKDOWN, encoding="utf-8")
    document, draft, _ = imported(tmp_path / "in" / "pump.md", tmp_path)
    assert document.title == "Fit the pump"
    assert [step.id for step in document.steps] == ["fit-the-seal", "step-2"]
    assert document.steps[0].text == "Push it *home*. See the drawing.\n- Left\n- Right"
    assert len(document.steps[0].media) == 1
    assert document.steps[0].references == ("https://example.com/x.png",)
    assert "lies outside of the file's folder" in notes(draft)
    assert "the link to https://example.com/d was not kept" in notes(draft)


HTML = """# Fit the pump

## Fit the seal

<p onclick="steal()">Push it <b>home</b>, 3 &lt; 4.</p><script>alert("one")</script>
<ScRiPt/src=//evil>alert("two")</script><iframe srcdoc="<script>alert(3)</script>">in a frame</iframe>
<img src="seal.png" alt="Seal" onerror=alert(4)><img src="data:image/svg+xml,<svg onload=alert(5)>">
<a href="java&#10;script:alert(6)">the drawing</a> <a href="https://example.com/d">the page</a>
<svg><style><img src=x onerror=alert(7)></style><text>drawn</text></svg>
<math><mi xlink:href="javascript:alert(8)">formula</mi></math>
<!-- <script>alert(9)</script> --><style>p { background: url(//evil) }</style>
<custom-thing>kept words</custom-thing>
"""


def test_html_within_a_text_is_sanitised_and_what_was_taken_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "seal.png").write_bytes(picture())
    (tmp_path / "in" / "pump.md").write_text(HTML, encoding="utf-8")
    document, draft, _ = imported(tmp_path / "in" / "pump.md", tmp_path)
    (step,) = document.steps
    words = step.text
    assert "Push it **home**, 3 < 4." in words
    for kept in ("the drawing", "the page", "kept words"):
        assert kept in words
    for gone in ("alert", "steal", "javascript", "evil", "onerror", "in a frame", "drawn", "<", "{"):
        assert gone not in words.replace("3 < 4", ""), gone
    assert len(step.media) == 1
    told = notes(draft)
    for said in (
        "an onclick of a <p> was left out",
        "a <script> was left out (2 times)",
        "a <iframe> was left out",
        "an onerror of a <img> was left out",
        "an address of a <a> that is no page or picture was left out",
        "a <svg> was left out",
        "a <custom-thing> was taken away around its words",
        "the link to https://example.com/d was not kept",
    ):
        assert said in told, said


def test_a_guides_line_that_is_only_html_is_taken_as_its_words(tmp_path: Path) -> None:
    line = {"bullet": "black", "level": 0, "text_rendered": "Turn <b>it</b>.<script>alert(1)</script>"}
    guide = {"title": "Pump", "steps": [{"title": "Turn", "lines": [line]}]}
    (tmp_path / "guide.json").write_text(json.dumps(guide))
    document, draft, _ = imported(tmp_path / "guide.json", tmp_path)
    assert document.steps[0].text == "Turn **it**."
    assert "step 1: a <script> was left out" in notes(draft)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
def test_a_table_is_read_in_german_with_semicolons_and_in_the_wrong_encoding(
    encoding: str, tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    rows = (
        "Nr;Schritt;Beschreibung;Werkzeuge;Zeit;Farbe",
        "1;Öffnen;Deckel öffnen;Schlüssel;2 min;rot",
        "2;;Reinigen;;30;",
    )
    text = "\n".join(rows)
    file.write_bytes(text.encode(encoding))
    document, draft, _ = imported(file, tmp_path)
    assert [step.title for step in document.steps] == ["Öffnen", "Reinigen"]
    assert document.steps[0].standard_time.total_seconds() == 120
    assert [tool.name for tool in document.tools] == ["Schlüssel"]
    assert "the column “Farbe” was left out" in notes(draft)
    assert ("Latin-1" in notes(draft)) == (encoding == "latin-1")


def test_a_spreadsheet_notes_hidden_sheets_and_takes_pictures_from_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Title", "Text"])
    sheet.append(["Open", "Open it"])
    from openpyxl.drawing.image import Image as Drawn

    sheet.add_image(Drawn(io.BytesIO(picture())), "C2")
    book.create_sheet("old").sheet_state = "hidden"
    book.save(tmp_path / "sheet.xlsx")
    document, draft, _ = imported(tmp_path / "sheet.xlsx", tmp_path)
    assert len(document.steps[0].media) == 1
    assert "sheet old: it is hidden" in notes(draft)


def test_wild_texts_are_bounded_and_named(tmp_path: Path) -> None:
    draft = Draft(
        title="x" * 1_000,
        steps=[DraftStep(text="\x00word " * 5_000), DraftStep(title="Same"), DraftStep(title="Same")],
    )
    document = save(draft, tmp_path / "wild")
    assert load_instruction(tmp_path / "wild") == document
    assert [step.id for step in document.steps[1:]] == ["same", "same-2"]
    assert "was cut" in notes(draft)


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


OFFICE = {"[Content_Types].xml": b"<Types/>"}
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
PADDED = b"<!--" + b" " * 6_000 + b"-->" + ENTITY.partition(b"?>")[2]
GUIDE = b'<guide xmlns="http://omanual.com/" locale="en"><title>T</title>%s</guide>'
STEP = b"<steps><step><lines><line>Turn it.</line></lines></step></steps>"


def sheet(more: str = "", far: str = "B2") -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Title", "Text"])
    book.active.append(["Turn", "Turn it."])
    book.active[far] = book.active[far].value or "far"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    entries[name] = entries[name].replace(b"</sheetData>", b"</sheetData>" + more.encode())
    return zipped(entries)


MERGED = '<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
HOSTILE = {
    "late.docx": (zipped(OFFICE | {"word/document.xml": PADDED}), "declares entities"),
    "late.xlsx": (zipped(OFFICE | {"xl/workbook.xml": PADDED}), "declares entities"),
    "late.pptx": (zipped(OFFICE | {"ppt/presentation.xml": PADDED}), "declares entities"),
    "wide.docx": (
        zipped(OFFICE | {"word/document.xml": ENTITY.decode().encode("utf-16")}),
        "declares entities",
    ),
    "odd.docx": (
        zipped(OFFICE | {"word/document.xml": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-x/+AD4-'}),
        "in the encoding UTF-7",
    ),
    "merged.xlsx": (sheet(MERGED), "merges or links 17,179,836,416 cells"),
    "linked.xlsx": (
        sheet('<hyperlinks><hyperlink ref="A3:XFD1048576" location="A1"/></hyperlinks>'),
        "merges or links 17,179,836,416 cells",
    ),
    "entity.zip": (zipped({"guide.xml": ENTITY[:-11] + GUIDE % b"&a;"}), "cannot be read"),
    "outside.xml": (
        b'<!DOCTYPE guide [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GUIDE % STEP.replace(b"it", b"&a;"),
        "cannot be read",
    ),
    "both.pdf": (b"%PDF-1.7\n" + zipped({"guide.xml": GUIDE % STEP}), "cannot be read"),
    "both.zip": (b"GIF89a" + zipped({"guide.xml": GUIDE % STEP}), "none of the kinds"),
    "empty": (b"", "it is empty"),
    "bomb.docx": (
        zipped(OFFICE | {"word/document.xml": b" " * 30_000_000}),
        "times and more when it is unpacked",
    ),
    "entity.docx": (zipped(OFFICE | {"word/document.xml": ENTITY}), "declares entities"),
    "escape.zip": (zipped({"../../guide.xml": b"<guide locale='en'/>"}), "leads out of it"),
    "cut.docx": (zipped(OFFICE | {"word/document.xml": b"<x/>"})[:100], "damaged"),
    "broken.docx": (zipped(OFFICE | {"word/document.xml": b"<x"}), "cannot be read"),
    "broken.pptx": (zipped(OFFICE | {"ppt/presentation.xml": b"<x"}), "cannot be read"),
    "broken.xlsx": (zipped(OFFICE | {"xl/workbook.xml": b"<x"}), "cannot be read"),
    "old.doc": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "before 2007"),
    "broken.pdf": (b"%PDF-1.7\n garbage", "cannot be read"),
    "program.md": (b"MZ\x00\x00" * 50, "none of the kinds"),
    "entity.xml": (ENTITY, "cannot be read"),
    "other.xml": (b"<html/>", "not a guide"),
    "broken.json": (b'{"Title": ', "no JSON"),
    "list.json": (b"[1, 2]", "holds no guide"),
    "deep.json": (b"[" * 100_000, "no JSON"),
    "nothing.csv": (b"a,b\n1,2\n", "no row names its columns"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    data, told = HOSTILE[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportRefused, match=told):
        [save(draft, tmp_path / "draft") for draft in drafts(tmp_path / name)]


def test_a_cell_far_away_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "far.xlsx").write_bytes(sheet(far="XFD5000"))
    (draft,) = drafts(tmp_path / "far.xlsx")
    assert [step.title for step in draft.steps] == ["Turn"]
    assert "only its first 200 columns" in notes(draft)


@pytest.mark.parametrize("level", ["99999999", "-1", "zz", "²", ""])
def test_numbers_of_a_guide_that_make_no_sense_are_bounded(level: str, tmp_path: Path) -> None:
    steps = STEP.replace(b"<line>", f'<line level="{level}">'.encode())
    parts = f'<parts><part name="Bolt" quantity="{level}"/></parts>'.encode()
    (tmp_path / "guide.xml").write_bytes(GUIDE % (parts + steps))
    (draft,) = drafts(tmp_path / "guide.xml")
    assert len(draft.steps[0].text) < 100
    assert 1 <= draft.parts[0][2] <= 10_000


def test_more_steps_than_a_document_has_are_cut_and_said(tmp_path: Path) -> None:
    draft = Draft(title="Long", steps=[DraftStep(title="Same") for _ in range(30_000)])
    assert len(save(draft, tmp_path / "long").steps) == 500
    assert "it has 30000 steps; only the first 500 were taken" in notes(draft)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    (tmp_path / "many.zip").write_bytes(zipped({f"{number}.xml": b"<x/>" for number in range(3)}))
    with pytest.raises(ImportRefused, match="holds 3 files"):
        list(drafts(tmp_path / "many.zip"))


def test_a_huge_or_damaged_picture_is_noted_and_the_rest_is_kept(tmp_path: Path) -> None:
    huge = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(huge, "PNG")
    from content.importing.pictures import Picture

    step = DraftStep(
        title="Look",
        pictures=[
            Picture(huge.getvalue()),
            Picture(picture(size=(400, 400))[:300]),
            Picture(b"\x01\x00\x00\x00 EMF"),
        ],
    )
    draft = Draft(title="Pictures", steps=[step])
    document = save(draft, tmp_path / "pictures")
    assert document.steps[0].media == ()
    told = notes(draft)
    assert "9000 × 9000 pixels" in told
    assert "damaged" in told
    assert "cannot be shown" in told
