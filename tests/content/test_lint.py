"""Each rule of the checker finds what it is for and leaves the rest alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from content.errors import DocumentError
from content.folder import folders
from content.instruction import Instruction
from content.lint.checker import lint, lint_folder
from content.lint.rules import RULES
from content.lint.settings import LEVELS, LintSettings
from content.lint.site import read_settings, spell_settings
from stepline.command import app
from stepline.documents.linting import manual
from tests.content.flows import document, step

ROOT = Path(__file__).resolve().parents[2]
PICTURE = {"picture": "a.webp", "alt": "The seal in its bore"}
TORQUE = {"id": "t", "kind": "torque", "unit": "N.m", "low": "8.5", "high": "9.5", "device": "tool"}


def fit(**more: Any) -> dict[str, Any]:
    values = {
        "title": "Fit the seal",
        "text": "Push the seal home.",
        "media": [PICTURE],
        "standard_time": "10s",
    }
    return step("a") | values | more


STALE = {"de": {"title": {"of": "00000000", "text": "Alt"}}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unreachable-step": (
        document([fit(next=[{"to": "c"}]), fit(id="b", title="B"), fit(id="c", title="C")]),
        document(
            [fit(next=[{"to": "c", "when": "order.n > 1"}]), fit(id="b", title="B"), fit(id="c", title="C")]
        ),
    ),
    "missing-picture": (document([fit(media=[])]), document([fit()])),
    "limit-without-device": (
        document([fit(checks=[{k: v for k, v in TORQUE.items() if k != "device"}])]),
        document([fit(checks=[TORQUE])]),
    ),
    "missing-standard-time": (document([step("a")]), document([fit()])),
    "long-step": (document([fit(text="word. " * 90)]), document([fit(text="word. " * 70)])),
    "long-sentence": (document([fit(text="word " * 21)]), document([fit(text="word " * 19)])),
    "several-actions": (
        document([fit(text="Open it. Take out the seal. Clean the bore. Fit the new seal.")]),
        document([fit(text="Open it. Take out the seal. The bore is clean.")]),
    ),
    "not-imperative": (
        document([fit(title="Tightening the cover")]),
        document([fit(title="Bring the cover")]),
    ),
    "passive": (document([fit(text="The screws are tightened.")]), document([fit(text="It is red.")])),
    "vague-word": (document([fit(text="Grease it properly.")]), document([fit(text="Grease the property.")])),
    "undefined-abbreviation": (
        document([fit(text="Read the TIR.")]),
        document([fit(text="Read the total indicator reading (TIR). TIR is below 5.")]),
    ),
    "late-warning": (
        document([fit(text="Open the valve. Warning: hot oil!")]),
        document([fit(text="Open the valve at the warning sign.")]),
    ),
    "unlisted-part": (
        document([fit(text="Take GP-113.")], parts=[{"number": "GP-112", "name": "Seal"}]),
        document([fit(text="Take GP-112 to M6-8.")], parts=[{"number": "GP-112", "name": "Seal"}]),
    ),
    "inconsistent-term": (
        document(
            [fit(text="Press the seal ring home.")], parts=[{"number": "GP-112", "name": "Sealing ring"}]
        ),
        document(
            [fit(text="Press the sealing rings home.")], parts=[{"number": "GP-112", "name": "Sealing ring"}]
        ),
    ),
    "inconsistent-part": (
        document([fit(text="Take GP112.")], parts=[{"number": "GP-112", "name": "Seal"}]),
        document([fit(text="Take GP-112, not GP-1125.")], parts=[{"number": "GP-112", "name": "Seal"}]),
    ),
    "unused-part": (
        document([fit()], parts=[{"number": "GP-112", "name": "Seal"}]),
        document([fit(parts=["GP-112"])], parts=[{"number": "GP-112", "name": "Seal"}]),
    ),
    "unused-tool": (
        document([fit()], tools=[{"id": "mallet", "name": "Mallet"}]),
        document([fit(tools=["mallet"])], tools=[{"id": "mallet", "name": "Mallet"}]),
    ),
    "other-value": (
        document([fit(text="Tighten to 12 N·m.", checks=[TORQUE])]),
        document([fit(text="Tighten to 9.0 Nm, 3 mm deep.", checks=[TORQUE])]),
    ),
    "same-title": (document([fit(), fit(id="b")]), document([fit(), fit(id="b", title="Other")])),
    "idle-alt": (
        document([fit(media=[PICTURE | {"alt": "Fit the seal"}])]),
        document([fit()]),
    ),
    "color-alone": (document([fit(text="Take the red one.")]), document([fit(text="Take the red lever.")])),
    "missing-translation": (
        document([fit()], translations={"de": {}}),
        document([fit()]),
    ),
    "stale-translation": (document([fit()], translations=STALE), document([fit()], translations={"de": {}})),
    "ungoverned": (
        document([fit()], risk_class="high"),
        document([fit()], risk_class="high", governed_by=["sop"]),
    ),
    "unwritten-text": (
        document([fit(text="Push it home. Torque: TBD.")]),
        document([fit(text="What to do if it leaks: stop.")]),
    ),
    "idle-exception": (
        document([fit()], lint=[{"rule": "missing-pictures", "reason": "nothing to see"}]),
        document([fit()], lint=[{"rule": "missing-picture", "reason": "nothing to see", "step": "a"}]),
    ),
    "unknown-document": (
        document([fit()], governed_by=["biuld-pump"]),
        document([fit()], governed_by=["build-pump"]),
    ),
    "unproved-step": (
        document([fit(checks=[])], risk_class="high"),
        document([fit(checks=[])], risk_class="low"),
    ),
}


KNOWN = frozenset({"build-pump"})


def rules(values: dict[str, Any], settings: LintSettings | None = None) -> set[str]:
    return {each.rule for each in lint(Instruction.model_validate(values), settings, KNOWN)}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(name: str) -> None:
    bad, good = CASES[name]
    assert name in rules(bad)
    assert name not in rules(good)


def test_limits_without_a_unit_are_found_in_numbers_and_columns() -> None:
    number = {"id": "n", "kind": "number", "prompt": "Read it", "high": "2"}
    column = {"id": "x", "text": "Depth", "high": "2"}
    table = {"id": "t", "kind": "table", "prompt": "Fill it in", "rows": [{"id": "r", "text": "R"}]}
    for check in (number, {**table, "columns": [column]}):
        assert "limit-without-device" in rules(document([fit(checks=[check])])), check["kind"]
    for check in ({**number, "unit": "mm"}, {**table, "columns": [{**column, "unit": "mm"}]}):
        assert "limit-without-device" not in rules(document([fit(checks=[check])])), check["kind"]


def test_a_measure_names_its_device() -> None:
    measure = {"id": "m", "kind": "measure", "quantity": "length", "unit": "mm", "high": "2"}
    assert "limit-without-device" in rules(document([fit(checks=[measure])]))
    assert "limit-without-device" not in rules(document([fit(checks=[measure | {"device": "depth-gauge"}])]))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("Put in the circlip.", "Look at the snap ring."), "snap ring"),
        (("Grease the O-ring.", "Press the O ring home."), "o ring"),
        (("Take the C-clamp.", "Turn the C-clamp."), None),
        (("Hold the workpiece.", "Turn the work piece."), "work piece"),
        (("Lay it into the box.", "Press in to the stop."), None),
        (("Tighten the screws.", "Watch the tightening screws."), None),
        (("Fit the left-hand screw.", "Use the left hand."), None),
        (("Use the torque wrench.", "Use the ring spanner."), None),
        (("Take the braking pad.", "Clean the brake pads."), "brake pad"),
    ],
)
def test_one_thing_has_one_name_written_in_one_way(texts: tuple[str, str], told: str | None) -> None:
    steps = [
        fit(text=text) | {"id": f"s{place}", "title": f"Step {place}"} for place, text in enumerate(texts)
    ]
    found = [
        each for each in lint(Instruction.model_validate(document(steps))) if each.rule == "inconsistent-term"
    ]
    assert [each.step for each in found] == (["s1"] if told else [])
    assert all(f"“{told}” here" in each.remark.message for each in found)


def test_the_name_in_the_list_is_the_one_that_is_kept() -> None:
    parts = [{"number": "GP-114", "name": "Snap ring"}]
    values = document([fit(text="Lay in the circlip.")], parts=parts, title="Mount the circlip")
    (found,) = [each for each in lint(Instruction.model_validate(values)) if each.rule == "inconsistent-term"]
    assert "such as “snap ring”" in found.remark.mend


def test_a_part_that_is_listed_twice_is_told_once() -> None:
    part = {"number": "GP-112", "name": "Seal"}
    found = [
        each.remark.at
        for each in lint(Instruction.model_validate(document([fit()], parts=[part, part, part])))
        if each.rule == "inconsistent-part"
    ]
    assert found == [("parts", 1), ("parts", 2)]


@pytest.mark.parametrize("place", ["prompt", "safety", "item"])
def test_words_are_looked_at_wherever_an_operator_reads_them(place: str) -> None:
    confirm = {"id": "c", "kind": "confirm", "prompt": "It sits properly"}
    ticked = [{"id": "a", "text": "It sits properly"}, {"id": "b", "text": "It turns"}]
    values = {
        "prompt": {"checks": [confirm]},
        "safety": {"safety": [{"level": "caution", "text": "Hold it properly."}]},
        "item": {"checks": [{"id": "l", "kind": "checklist", "prompt": "All this", "items": ticked}]},
    }[place]
    assert "vague-word" in rules(document([fit(**values)]))


def test_every_rule_is_tried() -> None:
    assert set(CASES) | {"preferred-term"} == set(RULES)


def test_a_site_has_its_own_words_levels_and_thresholds() -> None:
    site = LintSettings(
        preferred={"spanner": "wrench"}, levels={"missing-picture": "off"}, longest_sentence=3
    )
    found = rules(document([fit(text="Take the spanner now.", media=[])]), site)
    assert {"preferred-term", "long-sentence"} <= found
    assert "missing-picture" not in found


def test_a_document_can_say_why_a_rule_does_not_hold() -> None:
    spared = [{"rule": "missing-picture", "reason": "nothing to see", "step": "a"}]
    found = lint(
        Instruction.model_validate(document([fit(media=[]), fit(id="b", title="B", media=[])], lint=spared))
    )
    assert [each.step for each in found if each.rule == "missing-picture"] == ["b"]


def test_an_exception_in_a_step_that_is_not_there_is_told() -> None:
    gone = [{"rule": "missing-picture", "reason": "nothing to see", "step": "gone"}]
    (found,) = [
        each
        for each in lint(Instruction.model_validate(document([fit()], lint=gone)))
        if each.rule == "idle-exception"
    ]
    assert "there is no step 'gone'" in found.remark.message
    assert found.remark.at == ("lint", 0)


def test_what_a_document_refers_to_is_only_missed_where_its_library_is_known() -> None:
    values = document([fit()], governed_by=["gone"])
    assert "unknown-document" not in {each.rule for each in lint(Instruction.model_validate(values))}


def test_the_sample_library_passes_its_own_checker() -> None:
    for folder in folders(ROOT / "content" / "library"):
        invalid, remarks = lint_folder(folder)
        assert invalid == []
        assert [str(each) for each in remarks if each.level != "hint"] == []


def test_a_remark_names_the_line_that_it_is_about() -> None:
    folder = ROOT / "content" / "library" / "instructions" / "service-pump"
    _, remarks = lint_folder(folder, LintSettings(longest_sentence=3))
    text = (folder / "instruction.yaml").read_text().splitlines()
    lines = [each.line for each in remarks if each.rule == "long-sentence" and each.step == "look-over"]
    assert lines
    assert all(re.search("(text|prompt):", text[line - 1]) for line in lines)


def test_the_manual_shows_the_rules_as_they_are() -> None:
    assert manual() in (ROOT / "docs" / "checker.md").read_text()


LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
SETTINGS = st.builds(
    LintSettings,
    levels=st.dictionaries(st.sampled_from(sorted(RULES)), st.sampled_from(LEVELS)),
    longest_step=st.integers(1, 1_000),
    most_actions=st.integers(1, 1_000),
    abbreviations=st.lists(LINES).map(tuple),
    vague=st.lists(LINES).map(tuple),
    preferred=st.dictionaries(LINES, LINES),
)


@given(SETTINGS)
def test_what_a_site_wants_comes_back_from_its_file(wanted: LintSettings) -> None:
    assert read_settings(spell_settings(wanted)) == wanted


def test_what_is_wrong_in_a_sites_file_is_told_at_once_each_at_its_line() -> None:
    told = "levels: {passiv: error, vague-word: loud}\nlongest_step: 0\nabbreviations: TIR\n"
    with pytest.raises(DocumentError) as refused:
        read_settings(told, "lint.yaml")
    found = {(each.line, each.message) for each in refused.value.findings}
    assert (1, "there is no rule 'passiv'") in found
    assert {line for line, _ in found} == {1, 2, 3}
    assert "did you mean `passive`?" in str(refused.value)
    assert read_settings("# nothing yet\n") == LintSettings()


def test_every_rule_says_why_it_is_there_and_shows_what_it_finds_and_what_not() -> None:
    for rule in RULES.values():
        assert all((rule.name, rule.why, rule.bad, rule.good)), rule.name
        assert rule.bad != rule.good


def test_the_command_explains_what_it_found(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    written = {**document([fit(media=[])]), "id": "a"}
    (folder / "instruction.yaml").write_text(json.dumps(written), encoding="utf-8")
    (tmp_path / "lint.yaml").write_text("levels: {missing-standard-time: error}\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["content", "lint", str(tmp_path), "--explain"])
    assert "missing-picture (warning): A picture is understood" in told.output
    assert "but: a step with a picture" in told.output
