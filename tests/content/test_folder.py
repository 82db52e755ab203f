"""Documents in folders: what is wrong is said with file, line and the mend."""

from pathlib import Path

import pytest

from content.errors import DocumentError
from content.folder import load, load_instruction, load_sop
from tests.content.documents import TEXT as GOOD
from tests.content.documents import write_instruction as write

SOP = """\
id: build-pump
kind: sop
title: Build the pump
revision: 1
language: en
owner: Production
purpose: Pumps that hold.
scope: All.
review_interval: 365d
flow:
  - {id: a, kind: task, title: A, instruction: close-pump, next: [b]}
  - {id: b, kind: decision, title: "Tight?", next: [{to: c, when: "yes"}, {to: a, when: "no"}]}
  - {id: c, kind: end, title: Done}
"""


def test_a_good_document_loads_with_exact_numbers(tmp_path: Path) -> None:
    document = load_instruction(write(tmp_path, GOOD))
    check = document.steps[0].checks[0]
    assert str(check.target) == "9.0"  # type: ignore[union-attr]
    assert document.standard_time is not None
    assert document.standard_time.total_seconds() == 90
    assert document.files == ("media/bolt.png",)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    text: Tighten", "    txet: Tighten", 12, "unknown key `txet` - did you mean `text`?"),
        ("fastenings: 4", "fastening: 4", 21, "unknown key `fastening` - did you mean `fastenings`?"),
        ("unit: N.m", "unit: Nm", 21, "unit 'Nm' is not known"),
        ("kind: torque", "kind: twist", 21, "unknown kind 'twist'"),
        ('low: "8.5"', 'low: "9.9"', 21, "limits are out of order"),
        ("revision: 1", "revision: one", 4, "'one' is not a whole number - write digits only"),
        ("id: bolt\n", "id: Bolt It\n", 10, "not an identifier"),
        ("[GP-101]", "[GP-999]", 18, "the part 'GP-999' is not in the document's list - listed: GP-101"),
        ("1m30s", "90", 19, "is not a duration - write it like"),
        ("[0.1, 0.2]", "[0.1, 2]", 17, "lies outside the picture"),
        ("title: Tighten", "title: Tighten\n    title: Again", 12, "`title` is given twice"),
        ("media/bolt.png", "../bolt.png", 14, "leaves the document's folder"),
        ("media/bolt.png", "media/nut.png", 14, "the file is not there"),
        ("steps:", "steps: [", 10, "not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    with pytest.raises(DocumentError) as problem:
        load_instruction(write(tmp_path, GOOD.replace(old, new)))
    assert any(says in str(finding) and finding.line == line for finding in problem.value.findings), (
        problem.value
    )


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as problem:
        load_instruction(write(tmp_path, GOOD.replace("revision: 1", "revison: 1").replace("Nm", "x")))
    assert len(problem.value.findings) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"GIF89a" + b"\0" * 20, "not a picture or video"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "the name ends in .png but the file is JPEG"),
        (b"", "not a picture or video"),
        (b"<svg onload=alert(1)>", "not a picture or video"),
    ],
)
def test_a_media_file_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(DocumentError, match=says):
        load_instruction(write(tmp_path, GOOD, content))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD, None)
    (tmp_path / "media/bolt.png").symlink_to("/etc/hostname")
    with pytest.raises(DocumentError, match="link out of the folder"):
        load_instruction(tmp_path)


def test_a_procedure_loads_and_names_its_instructions(tmp_path: Path) -> None:
    (tmp_path / "sop.yaml").write_text(SOP)
    assert load_sop(tmp_path).instructions == ("close-pump",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('{to: c, when: "yes"}', '{to: a, when: "yes"}', "the end cannot be reached from a, b"),
        ("next: [b]", "next: [d]", "leads to d, which is not in the flow"),
        ("id: c", "id: a", "the box 'a' is there twice - give each its own"),
    ],
)
def test_a_flow_that_never_ends_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    (tmp_path / "sop.yaml").write_text(SOP.replace(old, new))
    with pytest.raises(DocumentError, match=says):
        load_sop(tmp_path)


def test_an_empty_folder_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"holds instruction\.yaml or sop\.yaml"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "- a\n", "id: &a x\nkind: *a\n", "\x00", "a: " + "[" * 400, "!!python/object:os.system x"],
)
def test_hostile_or_foreign_text_is_refused_without_a_traceback(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError):
        load_instruction(write(tmp_path, text))
