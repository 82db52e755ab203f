"""Two revisions side by side: nothing that differs is left out, nothing that does not is named."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.comparing import compare, short
from content.difference import How, moved, spelled, wording
from content.folder import load
from content.instruction import Instruction
from content.sop import Sop
from tests.library import LIBRARY

DOCUMENTS = [
    load(folder) for kind in ("instructions", "sops") for folder in sorted((LIBRARY / kind).iterdir())
]
PUMP = next(document for document in DOCUMENTS if document.id == "close-pump")
SERVICE = next(document for document in DOCUMENTS if document.id == "service-pump")
SOP = next(document for document in DOCUMENTS if document.id == "service-gear-pump")


def instruction(**more: Any) -> dict[str, Any]:
    """Three steps with one of everything that can change."""
    return {
        "id": "fit",
        "kind": "work-instruction",
        "title": "Fit",
        "revision": 1,
        "language": "en",
        "applies_to": {"part_numbers": ["A-1"]},
        "tools": [{"id": "driver", "name": "Driver"}, {"id": "gauge", "name": "Gauge"}],
        "parts": [{"number": "A-2", "name": "Screw"}],
        "options": [{"id": "valve", "title": "Valve"}],
        "step_groups": [{"id": "front", "title": "Front"}, {"id": "back", "title": "Back"}],
        "translations": {"de": {"steps.one.title": {"of": "00000000", "text": "Eins"}}},
        "steps": [
            {
                "id": "one",
                "title": "One",
                "text": "Turn it. Then lift it.",
                "media": [
                    {
                        "picture": "media/a.png",
                        "alt": "It",
                        "annotations": [{"shape": "badge", "at": [0.1, 0.2], "number": 1}],
                    }
                ],
                "safety": [{"level": "warning", "text": "It is hot."}],
                "parts": ["A-2"],
                "tools": ["driver"],
                "standard_time": "20s",
                "checks": [
                    {"id": "bolt", "kind": "torque", "unit": "N.m", "low": "8.5", "high": "9.5"},
                    {"id": "seen", "kind": "confirm", "prompt": "It is flat"},
                ],
            },
            {
                "id": "two",
                "title": "Two",
                "text": "Measure it.",
                "checks": [
                    {
                        "id": "table",
                        "kind": "table",
                        "prompt": "Depths",
                        "rows": [{"id": "left", "text": "Left"}],
                        "columns": [{"id": "depth", "text": "Depth", "unit": "mm", "low": "1", "high": "2"}],
                    }
                ],
            },
            {"id": "three", "title": "Three", "text": "Look at it."},
        ],
        **more,
    }


MUTATIONS: dict[str, tuple[tuple[Any, ...], Any, str]] = {  # path, new value, what a person must find
    "title": (("steps", 0, "title"), "First", "title"),
    "text": (("steps", 0, "text"), "Turn it. Then lay it down.", "text"),
    "picture": (("steps", 0, "media", 0, "picture"), "media/b.png", "media"),
    "annotation": (("steps", 0, "media", 0, "annotations", 0, "number"), 2, "media"),
    "alt": (("steps", 0, "media", 0, "alt"), "That", "media"),
    "media": (("steps", 0, "media"), [], "media"),
    "safety": (("steps", 0, "safety", 0, "text"), "It is cold.", "safety"),
    "level": (("steps", 0, "safety", 0, "level"), "danger", "safety"),
    "no safety": (("steps", 0, "safety"), [], "safety"),
    "low": (("steps", 0, "checks", 0, "low"), "8.0", "checks"),
    "written otherwise": (("steps", 0, "checks", 0, "low"), "8.50", "checks"),
    "target": (("steps", 0, "checks", 0, "target"), "9", "checks"),
    "fastenings": (("steps", 0, "checks", 0, "fastenings"), 4, "checks"),
    "device": (("steps", 0, "checks", 0, "device"), "tool", "checks"),
    "kind": (("steps", 0, "checks", 1), {"id": "seen", "kind": "photo", "prompt": "It is flat"}, "checks"),
    "mandatory": (("steps", 0, "checks", 1, "mandatory"), False, "checks"),
    "when of a check": (("steps", 0, "checks", 1, "when"), "'valve' in options", "checks"),
    "column": (("steps", 1, "checks", 0, "columns", 0, "high"), "2.5", "checks"),
    "column's unit": (("steps", 1, "checks", 0, "columns", 0, "unit"), "cm", "checks"),
    "rows": (("steps", 1, "checks", 0, "rows", 0, "text"), "Right", "checks"),
    "no check": (("steps", 1, "checks"), [], "checks"),
    "when": (("steps", 2, "when"), "'valve' in options", "flow"),
    "next": (("steps", 0, "next"), [{"to": "three"}], "flow"),
    "combine": (("steps", 0, "combine"), "any", "flow"),
    "groups": (
        ("steps", 0, "groups"),
        [{"id": "g", "combine": "ordered", "checks": ["bolt", "seen"]}],
        "flow",
    ),
    "group": (("steps", 0, "group"), "front", "flow"),
    "standard time": (("steps", 0, "standard_time"), "30s", "fields"),
    "no standard time": (("steps", 0, "standard_time"), None, "fields"),
    "parts of a step": (("steps", 0, "parts"), [], "fields"),
    "tools of a step": (("steps", 0, "tools"), ["gauge"], "fields"),
    "references": (("steps", 0, "references"), ["Drawing 7"], "fields"),
    "translation": (("translations", "de", "steps.one.title", "text"), "Erstens", "translations"),
    "translation's source": (("translations", "de", "steps.one.title", "of"), "11111111", "translations"),
    "another language": (
        ("translations", "fr"),
        {"steps.one.title": {"of": "00000000", "text": "Un"}},
        "translations",
    ),
}
HEAD: dict[str, tuple[tuple[Any, ...], Any, str]] = {
    "title": (("title",), "Fit it", "title"),
    "language": (("language",), "de", "language"),
    "summary": (("summary",), "All of it.", "summary"),
    "risk": (("risk_class",), "high", "risk_class"),
    "applies": (("applies_to", "part_numbers"), ["A-1", "A-9"], "applies_to: part_numbers"),
    "tool": (("tools", 0, "name"), "Long driver", "tools"),
    "part": (("parts", 0, "quantity"), 4, "parts"),
    "option": (("options", 0, "title"), "Relief valve", "options"),
    "parameter": (("parameters",), [{"id": "size", "title": "Size"}], "parameters"),
    "qualification": (("qualifications",), ["Press"], "qualifications"),
    "protection": (("protective_equipment",), ["gloves"], "protective_equipment"),
    "governed": (("governed_by",), ["build"], "governed_by"),
    "review": (("review_interval",), "180d", "review_interval"),
    "attachment": (("attachments",), [{"file": "a.pdf", "title": "Drawing"}], "attachments"),
    "suppression": (("lint",), [{"rule": "no-picture", "reason": "None is needed"}], "lint"),
    "order of groups": (
        ("step_groups",),
        [{"id": "back", "title": "Back"}, {"id": "front", "title": "Front"}],
        "step_groups",
    ),
}


def changed(values: dict[str, Any], path: tuple[Any, ...], value: Any) -> Instruction:
    """The document with one place of it changed."""
    values = copy.deepcopy(values)
    place: Any = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return Instruction.model_validate(values)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_a_document_is_the_same_as_itself(document: Instruction | Sop) -> None:
    found = compare(document, document)
    assert found.same
    assert short(found) == ()
    assert compare(document, document.model_copy(update={"revision": 99})).same


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_field_of_a_step_that_changes_is_told_where_it_belongs(name: str) -> None:
    path, value, aspect = MUTATIONS[name]
    before = Instruction.model_validate(instruction())
    after = changed(instruction(), path, value)
    for one, other in ((before, after), (after, before)):
        found = compare(one, other)
        step = ["one", "two", "three"][path[1]] if path[0] == "steps" else "one"
        assert [each.id for each in found.changed] == [step]
        assert found.head == ()
        (only,) = found.changed
        told = {
            each
            for each in ("title", "text", "media", "safety", "checks", "flow", "fields", "translations")
            if getattr(only, each)
        }
        assert told == {aspect}
        (brief,) = short(found)
        assert brief.step == step
        assert brief.what


@pytest.mark.parametrize("name", HEAD)
def test_every_field_of_the_document_itself_that_changes_is_told(name: str) -> None:
    path, value, field = HEAD[name]
    before, after = Instruction.model_validate(instruction()), changed(instruction(), path, value)
    for found in (compare(before, after), compare(after, before)):
        assert found.changed == ()
        assert {each.field for each in found.head} == {field}
        assert all(each.before != each.after for each in found.head)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_steps_that_are_named_are_those_that_differ(data: st.DataObject) -> None:
    names = [step.id for step in SERVICE.steps]
    touched = data.draw(st.sets(st.sampled_from(names)))
    values = SERVICE.plain()
    for step in values["steps"]:
        if step["id"] in touched:
            step["title"] += " now"
    found = compare(SERVICE, Instruction.model_validate(values))
    assert {step.id for step in found.changed} == touched
    assert {brief.step for brief in short(found)} == touched
    assert {step.id for step in found.steps} == set(names)


@settings(max_examples=150, deadline=None)
@given(
    st.permutations(range(8)), st.sets(st.integers(0, 7), max_size=4), st.sets(st.integers(0, 7), max_size=7)
)
def test_whatever_order_comes_out_every_step_is_there_once(
    order: list[int], new: set[int], gone: set[int]
) -> None:
    def document(names: list[str]) -> Instruction:
        steps = [{"id": name, "title": name, "text": name} for name in names]
        return Instruction.model_validate(instruction(steps=steps, translations={}))

    old = [f"s{place}" for place in range(8)]
    after = [f"s{place}" for place in order if place not in gone]
    after += [f"n{place}" for place in sorted(new)]
    if not after:
        return
    found = compare(document(old), document(after))
    assert sorted(step.id for step in found.steps) == sorted({*old, *after})
    assert [step.id for step in found.steps if step.how is not How.REMOVED] == after
    assert {step.id for step in found.steps if step.how is How.ADDED} == {f"n{place}" for place in new}
    assert {step.id for step in found.steps if step.how is How.REMOVED} == {f"s{place}" for place in gone}
    stays = [step.id for step in found.steps if step.how is How.SAME]
    assert stays == sorted(stays)  # what is not said to have moved stands in its old order


def test_one_step_that_is_taken_to_the_front_is_the_only_one_that_moved() -> None:
    assert moved(["a", "b", "c", "d"], ["d", "a", "b", "c"]) == {"d"}
    assert moved(["a", "b"], ["a", "b"]) == frozenset()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_the_words_give_back_both_texts(before: str, after: str) -> None:
    words = wording(before, after)
    assert "".join(each.text for each in words if each.how is not How.ADDED) == before
    assert "".join(each.text for each in words if each.how is not How.REMOVED) == after


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("Turn it 8.5 times.", "Turn it 9.0 times.", ["8.5 "], ["9.0 "]),
        ("Lift the cover.", "Lift the old cover.", [], ["old "]),
        ("ضع الغطاء برفق", "ضع الغطاء بسرعة", ["برفق"], ["بسرعة"]),
        ("पेंच कसें", "पेंच खोलें", ["कसें"], ["खोलें"]),
        ("ねじを締める", "ねじを外す", ["締める"], ["外す"]),
    ],
)
def test_words_are_whole_words_in_every_script(
    before: str, after: str, gone: list[str], come: list[str]
) -> None:
    words = wording(before, after)
    assert [each.text for each in words if each.how is How.REMOVED] == gone
    assert [each.text for each in words if each.how is How.ADDED] == come


def test_another_file_under_the_same_name_is_another_picture() -> None:
    document = Instruction.model_validate(instruction())
    found = compare(document, document, {"media/a.png": "1" * 64}, {"media/a.png": "2" * 64})
    (medium,) = found.changed[0].media
    assert medium.replaced
    assert not medium.drawn
    assert (medium.before.still, medium.after.still) == ("1" * 64, "2" * 64)
    assert short(found)[0].what == "picture replaced"


def test_the_same_file_under_another_name_is_the_same_picture() -> None:
    before = Instruction.model_validate(instruction())
    after = changed(instruction(), ("steps", 0, "media", 0, "picture"), "media/b.png")
    assert compare(before, after, {"media/a.png": "1" * 64}, {"media/b.png": "1" * 64}).same


def test_what_a_camera_was_taught_is_known_by_its_file_and_not_by_its_name() -> None:
    def judging(name: str) -> Instruction:
        values = instruction()
        check = {"id": "cap", "kind": "vision", "check": "cap", "taught": name}
        values["steps"][0]["checks"].append(check)
        return Instruction.model_validate(values)

    one = {"vision/cap.vision": "1" * 64}
    (step,) = compare(
        judging("vision/cap.vision"), judging("vision/cap.vision"), one, {"vision/cap.vision": "2" * 64}
    ).changed
    (check,) = step.checks
    assert (check.id, check.how, check.taught) == ("cap", How.CHANGED, ("1" * 64, "2" * 64))
    renamed = judging("vision/lid.vision")
    assert compare(judging("vision/cap.vision"), renamed, one, {"vision/lid.vision": "1" * 64}).same
    (step,) = compare(
        Instruction.model_validate(instruction()), renamed, {}, {"vision/lid.vision": "1" * 64}
    ).changed
    assert step.checks[0].taught == ("", "1" * 64)


def test_limits_are_shown_before_and_after() -> None:
    before = Instruction.model_validate(instruction())
    values = instruction()
    values["steps"][0]["checks"][0] |= {"low": "8.0", "high": "9.0"}
    (check,) = compare(before, Instruction.model_validate(values)).changed[0].checks
    assert [(each.field, each.before, each.after) for each in check.fields] == [
        ("limits", "8.5 – 9.5 N·m", "8.0 – 9.0 N·m")
    ]


def test_operators_are_told_in_few_words_and_in_the_language_of_the_document() -> None:
    before = Instruction.model_validate(instruction())
    values = instruction()
    values["steps"][0]["checks"][0] |= {"low": "8.0", "high": "9.0"}
    values["steps"][0]["safety"].append({"level": "danger", "text": "High voltage."})
    values["steps"][2]["text"] = "Look at all of it."
    values["steps"][1:1] = [{"id": "new", "title": "Clean", "text": "Clean it."}]
    values["protective_equipment"] = ["gloves"]
    found = compare(before, Instruction.model_validate(values))
    assert [(brief.step, brief.title, brief.what) for brief in short(found)] == [
        ("", "Before you begin", "protective equipment: also gloves"),
        ("one", "One", "new danger: High voltage.; limit 8.5 – 9.5 N·m → 8.0 – 9.0 N·m"),
        ("new", "Clean", "new step"),
        ("three", "Three", "text changed"),
    ]
    german = short(found, "de-CH")
    assert german[1].what == "neu: Gefahr: High voltage.; Grenze 8.5 – 9.5 N·m → 8.0 – 9.0 N·m"
    assert short(found, "ar") == short(found)


def test_a_shared_block_is_told_by_its_revisions_and_by_what_differs_in_its_steps() -> None:
    plain = instruction()
    shared = plain | {"blocks": [{"block": "b", "revision": 2, "digest": "a" * 64}]}
    newer = changed(shared, ("blocks", 0), {"block": "b", "revision": 3, "digest": "b" * 64})
    newer = changed(newer.plain(), ("steps", 0, "text"), "Set it down on its *left* side.")
    newer = changed(newer.plain(), ("steps", 2, "title"), "Not of the block")
    one, other = Instruction.model_validate(plain), Instruction.model_validate(shared)
    found = compare(other, newer, shares={("b", None): ["one", "two"]})
    (told,) = found.blocks
    assert (told.block, told.how, told.before, told.after) == ("b", How.CHANGED, 2, 3)
    assert [(each.id, each.text is not None) for each in told.steps] == [("one", True)]
    assert found.head == ()
    assert [(each.how, each.before, each.after) for each in compare(one, other).blocks] == [
        (How.ADDED, None, 2)
    ]
    assert [(each.how, each.before, each.after) for each in compare(other, one).blocks] == [
        (How.REMOVED, 2, None)
    ]
    assert not compare(one, other).same
    unpinned = changed(shared, ("blocks", 0), {"block": "b", "revision": 2})
    assert compare(unpinned, other).same  # a digest beside the same revision is no change
    prefixed = {"blocks": [{"block": "b", "revision": 1, "prefix": "on"}]}
    again = {"blocks": [{"block": "b", "revision": 2, "prefix": "on"}]}
    was = changed(plain | prefixed, ("steps", 0, "id"), "on-one")
    now = changed(
        changed(plain | again, ("steps", 0, "id"), "on-one").plain(), ("steps", 0, "title"), "Other"
    )
    assert [each.id for each in compare(was, now).blocks[0].steps] == ["on-one"]  # known by its prefix


def test_the_boxes_of_a_procedure_are_compared_one_by_one() -> None:
    values = SOP.plain()
    names = [box["id"] for box in values["flow"]]
    task = next(box for box in values["flow"] if box["kind"] == "task")
    task["title"] = "Another name"
    values["purpose"] += " Quickly."
    values["policy"] = [*values.get("policy", []), "No exceptions."]
    found = compare(SOP, Sop.model_validate(values))
    assert [box.id for box in found.boxes] == names
    (box,) = [each for each in found.boxes if each.how is not How.SAME]
    assert (box.id, box.how, box.fields[0].field) == (task["id"], How.CHANGED, "title")
    assert [each.field for each in found.head] == ["purpose", "policy"]


def test_two_kinds_of_document_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        compare(PUMP, SOP)


def test_a_long_text_is_compared_in_reasonable_time() -> None:
    before = " ".join(f"word{place % 97}" for place in range(1_600))[:8_000]
    after = before.replace("word13", "other")
    words = wording(before, after)
    assert "".join(each.text for each in words if each.how is not How.REMOVED) == after


def test_values_that_differ_are_spelled_differently() -> None:
    tools = {spelled(tool) for document in DOCUMENTS for tool in getattr(document, "tools", ())}
    assert "Test stand TS-3" in tools


def test_a_text_that_goes_on_keeps_the_word_it_ended_with() -> None:
    assert [(each.how, each.text) for each in wording("Fit the key", "Fit the key well")] == [
        (How.SAME, "Fit the key"),
        (How.ADDED, " well"),
    ]
    assert [(each.how, each.text) for each in wording("Fit the key well", "Fit the key")] == [
        (How.SAME, "Fit the key"),
        (How.REMOVED, " well"),
    ]
