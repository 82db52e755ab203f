"""A procedure's flow as lines: it reads back as it was written, and says at its line what it does not understand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import flowtext
from content.folder import load_sop
from tests.library import LIBRARY

SOPS = LIBRARY / "sops"
NAMES = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)


@st.composite
def flows(draw):
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    flow = []
    for name in names:
        kind = draw(st.sampled_from(flowtext.KINDS))
        box = {"id": name, "kind": kind, "title": draw(WORDS)}
        if kind == "task" and draw(st.booleans()):
            box["instruction"] = draw(NAMES)
        if kind == "hand-over":
            box["role"] = draw(WORDS)
        if kind == "decision":
            ways = draw(st.lists(st.tuples(st.sampled_from(names), WORDS), min_size=1, max_size=3))
            box["next"] = [{"to": to, "when": when} for to, when in ways]
        elif kind != "end":
            box["next"] = draw(st.lists(st.sampled_from(names), max_size=3))
        flow.append(box)
    return flow


@given(flows())
@settings(max_examples=300, deadline=None)
def test_a_flow_reads_back_as_it_was_written(flow) -> None:
    text = flowtext.write(
        [{**box, "title": box["title"].replace("“", "x").replace("”", "x")} for box in flow]
    )
    read = flowtext.read(text)
    assert read.wrong == ()
    plain = lambda word: word.replace("“", '"').replace("”", '"')  # noqa: E731
    for given_box, found in zip(flow, read.boxes, strict=True):
        assert found["id"] == given_box["id"]
        assert found.get("next", []) == [
            {**way, "when": plain(way["when"])} if isinstance(way, dict) else way
            for way in given_box.get("next", [])
        ]


@pytest.mark.parametrize("folder", sorted(SOPS.iterdir()), ids=lambda folder: folder.name)
def test_the_flows_of_the_sample_library_read_back_exactly(folder) -> None:
    flow = load_sop(folder).plain()["flow"]
    assert list(flowtext.read(flowtext.write(flow)).boxes) == flow


def test_lines_are_short_to_write_names_and_arrows_may_be_left_out() -> None:
    read = flowtext.read('task "Check the parts" [check-parts]\n\nnext: task "Build it"\ndone: end "Done"\n')
    assert read.boxes == (
        {
            "id": "check-the-parts",
            "kind": "task",
            "title": "Check the parts",
            "instruction": "check-parts",
            "next": ["next"],
        },
        {"id": "next", "kind": "task", "title": "Build it", "next": ["done"]},
        {"id": "done", "kind": "end", "title": "Done"},
    )
    assert read.lines == (1, 3, 4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("what is this", "is no kind of box"),
        ('a: job "x"', "'job' is no kind of box"),
        ("a: task Build it", "the title is missing"),
        ('A B: task "x"', "is no kind of box"),
        ('Ä: task "x"', "can be no name"),
        ('a: decision "Ok?" -> b', "does not say when it goes on to b"),
        ('a: task "x" -> b if "yes"', "only a decision has answers"),
        ('a: hand-over "x" -> b', "does not say who takes over"),
        ('a: task "x" to "Role" -> b', "only a hand-over"),
        ('a: end "x" -> b', "an end leads nowhere"),
        ('a: end "x" [w]', "carried out by no instruction"),
        ('a: task "x" by hand -> b', "'by hand' is not understood"),
        ('a: task "x" ->', "the arrow leads nowhere"),
        ('a: task "x"', "it goes nowhere"),
    ],
)
def test_a_line_that_is_not_understood_says_why(line: str, message: str) -> None:
    (wrong,) = flowtext.read(f"\n{line}\n").wrong
    assert wrong.line == 2
    assert message in wrong.message
    assert wrong.mend
