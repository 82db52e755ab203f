"""What is wrong with a document is said in our words, at its line, with the mend, as much of it as possible at once."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import gathering, yaml
from content.errors import DocumentError, Finding
from content.explaining import explain
from content.folder import load, load_sop, ungoverned_references
from content.instruction import Instruction
from content.sop import Sop
from tests.content.documents import TEXT as GOOD
from tests.content.documents import write_instruction as write
from tests.content.test_folder import SOP
from tests.library import LIBRARY

SAMPLES = (
    (LIBRARY / "instructions/service-pump/instruction.yaml", Instruction),
    (LIBRARY / "instructions/fit-gears/instruction.yaml", Instruction),
    (LIBRARY / "sops/service-gear-pump/sop.yaml", Sop),
)
JUNK: list[Any] = [
    None,
    True,
    7,
    -1,
    10**9,
    "",
    " ",
    "Not A Slug",
    "x" * 9000,
    "../x",
    "9999999999d",
    "nan",
    [],
    [[]],
    {},
]
JUNK += [{"x": 1}, ["x"], ["x"] * 600, {"kind": "x"}, {"kind": "scan"}, [{"kind": "end"}], [{"id": "a"}]]
RAW = (
    "Input should",
    "should have",
    "should be",
    "Value error",
    "Field required",
    "valid ",
    "pydantic",
    "ctx",
)


def findings(file: Path, values: Any, lines: dict[yaml.Path, int], kind: type) -> list[Finding]:
    return [explain(str(file), lines, values, error, kind) for error in gathering.errors(values, kind)]


@given(st.data(), st.sampled_from(SAMPLES))
def test_whatever_is_wrong_has_a_line_a_mend_and_our_words(data: Any, sample: tuple[Path, type]) -> None:
    file, kind = sample
    values, lines = yaml.read(file.read_text(), str(file))
    if kind is Instruction:
        values["steps"] = [step for step in values["steps"] if "block" not in step]
    path = data.draw(st.sampled_from([path for path in lines if path]))
    around: Any = values
    try:
        for key in path[:-1]:
            around = around[key]
        around[path[-1]] = data.draw(st.sampled_from(JUNK))
    except (KeyError, IndexError, TypeError):
        return
    for finding in findings(file, values, lines, kind):
        assert finding.line is not None, finding
        assert finding.mend, finding
        assert not any(raw in finding.message for raw in RAW), finding


def wrong(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(DocumentError) as problem:
        load(write(tmp_path, text))
    return [str(finding).removeprefix(f"{tmp_path}/instruction.yaml:") for finding in problem.value.findings]


MANY = """\
id: many
kind: work-instruction
title: Many
revision: one
language: en
applies_to: {part_numbers: [GP-100]}
parts:
  - {number: GP-101, name: Housing}
steps:
  - id: a
    titel: A
    text: A
    parts: [GP-999]
    media:
      - {picture: media/no.png, alt: The screws}
      - {picture: media/no.png, alt: The screws again}
    checks:
      - {id: bolts, kind: torque, unit: Nm, low: "8"}
  - id: a
    title: B
    text: B
    tools: [hammer]
    when: order.nope == 1
  - id: c
    title: C
    text: C
    when: wrong ==
    standard_time: soon
    next:
      - {to: nowhere}
"""


def test_structure_references_conditions_and_media_are_told_at_once_each_at_its_line(tmp_path: Path) -> None:
    told = wrong(tmp_path, MANY)
    assert [line.partition(":")[0] for line in told] == [
        str(number) for number in (4, 10, 11, 13, 15, 16, 18, 19, 22, 23, 27, 28, 30)
    ]
    assert "the part 'GP-999'" in told[3]
    assert "the step 'a' is there twice - give each its own `id`" in told[7]
    assert "`order.nope` is not known here" in told[9]
    assert "there is no step 'nowhere'" in told[-1]


def test_what_is_wrong_within_a_check_hides_nothing_around_it(tmp_path: Path) -> None:
    text = GOOD.replace(
        "    checks:\n",
        """    checks:
      - {id: gap, kind: measure, quantity: gap, unit: mm, low: 3, high: 1}
      - {id: code, kind: scan, prompt: Scan it, pattern: "(["}
      - {id: code, kind: confirm, prompt: Again}
""",
    )
    text = text.replace("applies_to:", "applied_to:")
    text += """    next: [{to: end, when: bolt.gap > 1}]
  - id: other
    title: Other
    text: Do it.
    when: order.foo > 1
    media: [{picture: media/bolt.png, alt: x, annotations: [{shape: star}]}]
    next: [{to: nowhere}]
"""
    told = "\n".join(wrong(tmp_path, text))
    for words in (
        "limits are out of order",
        "not a regular expression",
        "the check 'code' is there twice",
        "`applied_to`",
        "`order.foo` is not known here",
        "unknown kind 'star'",
        "there is no step 'nowhere'",
    ):
        assert words in told, words
    assert "bolt.gap" not in told  # a confirm stands in for it; nobody knows yet what is said of it


@given(st.data())
def test_two_mistakes_apart_are_both_told_at_once_and_nothing_else_is(data: Any) -> None:
    file, kind = SAMPLES[1]
    values, lines = yaml.read(file.read_text(), str(file))
    assert not findings(file, values, lines, kind)
    one, other = data.draw(st.lists(st.sampled_from(MISTAKES), min_size=2, max_size=2, unique_by=id))
    both = copy.deepcopy(values)
    alone: set[str] = set()
    for mistake in (one, other):
        spoiled = copy.deepcopy(values)
        mistake(spoiled)
        mistake(both)
        alone |= {each.message for each in findings(file, spoiled, lines, kind)}
    assert alone
    assert {each.message for each in findings(file, both, lines, kind)} == alone


MISTAKES: list[Any] = [
    lambda values: values["steps"][0].update(standard_time="soon"),
    lambda values: values["steps"][0].update(media=[{"picture": "../x", "alt": "x"}]),
    lambda values: values["steps"][0].update(parts=["NONE-1"]),
    lambda values: values["steps"][-1].update(next=[{"to": "nowhere"}]),
    lambda values: values["steps"][-1].update(when="order.nope == 1"),
    lambda values: values.update(risk_class="extreme"),
    lambda values: values.update(translations={"de": {"title": {"of": "x", "text": "y"}}}),
    lambda values: values["steps"][0].setdefault("checks", []).append({"id": "zz", "kind": "nope"}),
]


def test_no_finding_is_made_by_what_was_only_misspelled(tmp_path: Path) -> None:
    checked = GOOD + "    next: [{to: end, when: passed.bolt.bolts}]\n"
    told = wrong(tmp_path, checked.replace("    checks:", "    cheks:"))
    assert [line for line in told if "cheks" not in line] == []


def test_a_picture_that_is_missing_twice_is_told_twice(tmp_path: Path) -> None:
    told = wrong(tmp_path, MANY)
    assert [line.partition(":")[0] for line in told if "the file is not there" in line] == ["15", "16"]


def test_a_name_too_long_for_a_file_is_said_and_not_looked_for(tmp_path: Path) -> None:
    told = wrong(tmp_path, GOOD.replace("media/bolt.png", f"media/{'b' * 300}.png"))
    assert [line for line in told if "too long - at most 240 bytes" in line]


def test_the_ending_yml_is_said_to_be_yaml(tmp_path: Path) -> None:
    (tmp_path / "instruction.yml").write_text(GOOD)
    with pytest.raises(DocumentError, match=r"the name ends in \.yml - rename it to instruction\.yaml"):
        load(tmp_path)


def test_roles_and_boxes_of_a_procedure_that_are_not_there_are_told_at_once(tmp_path: Path) -> None:
    text = (LIBRARY / "sops/service-gear-pump/sop.yaml").read_text()
    text = text.replace(
        "responsible: [Operator], accountable: Supervisor", "responsible: [Op], accountable: Sup"
    )
    (tmp_path / "sop.yaml").write_text(text.replace("consulted: [Service engineer]", "consulted: [Nobody]"))
    with pytest.raises(DocumentError) as problem:
        load_sop(tmp_path)
    assert len(problem.value.findings) == 3
    (tmp_path / "sop.yaml").write_text(
        text.replace("[Op]", "[Operator]")
        .replace("accountable: Sup,", "accountable: Quality,")
        .replace("next: [service]", "next: [servce]")
        .replace("id: scrap", "id: back")
    )
    with pytest.raises(DocumentError) as problem:
        load_sop(tmp_path)
    assert len(problem.value.findings) == 3


def test_a_governing_procedure_that_is_not_in_the_library_is_told_at_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "close-pump"
    folder.mkdir()
    write(
        folder,
        GOOD.replace(
            "language: en\n", "language: en\nsummary: As pump says.\ngoverned_by:\n  - build-pump\n  - pump\n"
        ),
    )
    (tmp_path / "sop.yaml").write_text(SOP.replace("instruction: close-pump", "instruction: build-pump"))
    wrong_kind, finding = ungoverned_references({tmp_path: load_sop(tmp_path), folder: load(folder)})
    assert "the document 'build-pump' is a sop" in str(wrong_kind)
    assert finding.line == 9
    assert "there is no document 'pump' in this library" in str(finding)
