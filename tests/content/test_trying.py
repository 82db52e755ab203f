"""The dry run against an operator who tries everything, and its bounds, order and figures."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from content import evidence
from content.conditions import spelled
from content.decide import begin, decide
from content.evidence import FRESH
from content.inputs import Answered, CodeGiven, Decided, Input, Ruling, Started, Tapped, Unit, ValueGiven
from content.instruction import Instruction
from content.run import Run, RunState, fold
from content.situation import asked
from content.trying.starts import AT, OPERATOR, fairly
from content.trying.walking import walk
from content.values import Digest, PersonId, RunId
from tests.content.flows import document, instruction, step

NUMBERS = [Decimal(each) / 4 for each in range(-3, 14)]  # every condition below turns on a multiple of a half
WORDS = ["x", "xx", "abc", "other"]
MOST_BAD = 2
MOST_TRIED = 6_000  # places of a document at which everything is tried

# --- documents whose ways depend on everything there is -----------------------------------------------------------
CHECKS: dict[str, dict[str, Any]] = {
    "measure": {
        "kind": "measure",
        "quantity": "mass",
        "unit": "g",
        "low": "0",
        "high": "3",
        "prompt": "Weigh it",
    },
    "number": {"kind": "number", "prompt": "How many", "decimals": 2},
    "choice": {
        "kind": "choice",
        "prompt": "Which",
        "options": [
            {"id": "a", "text": "A"},
            {"id": "b", "text": "B"},
            {"id": "c", "text": "C", "good": False},
        ],
    },
    "confirm": {"kind": "confirm", "prompt": "Seen"},
    "scan": {"kind": "scan", "exact": "CODE", "prompt": "Scan it"},
}
OF_ORDER = [
    "order.a == 'x'",
    "order.n > 1",
    "order.n > 0.5 && order.n < 1.0",
    "order.n * 2.0 + 1.0 > 4.0",
    "order.n * 10.0 > 32.0 && order.n * 10.0 < 33.0",
    "order.n < -0.5",
    "order.a.startsWith('x') && order.n > 1",
    "order.a.startsWith('x') && order.a != 'x'",
    "size(order.a) == 3",
    "'heavy' in options",
    "unit.lot == 'L'",
    "visits.s0 > 1",
]
OF_CHECK = {
    "measure": [
        "{0} > 1.0 && {0} < 1.5",
        "{0} > order.n",
        "{0} > 3.0",
        "{0} * 2.0 > 5.0",
        "attempts.{0} > 1",
    ],
    "number": ["{0} < 0.0", "{0} == 2.0", "{0} > order.n"],
    "choice": ["{0} == 'b'", "{0} == 'c'", "attempts.{0} > 1"],
    "confirm": ["passed.{0}"],
    "scan": ["attempts.{0} > 1", "passed.{0}"],
}
FAILURES: list[dict[str, Any]] = [
    {},
    {"on_failure": "stop"},
    {"attempts": 2, "on_failure": "supervisor"},
    {"attempts": 1, "on_failure": {"go_to": "s0", "at_most": 1}},
    {"mandatory": False},
]


def some(conditions: list[str]) -> st.SearchStrategy[list[str]]:
    """One or two of them: an operator who tries everything needs an end too."""
    return st.lists(st.sampled_from(conditions), min_size=1, max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(sorted(CHECKS)), min_size=2, max_size=3))
    steps: list[dict[str, Any]] = []
    conditions = draw(some(OF_ORDER))
    for place, kind in enumerate(kinds):
        check = {"id": "c", **CHECKS[kind], **draw(st.sampled_from(FAILURES))}
        if kind in {"confirm", "number"}:
            check = {key: value for key, value in check.items() if key not in {"on_failure", "attempts"}}
        conditions += [condition.format(f"s{place}.c") for condition in draw(some(OF_CHECK[kind]))]
        rule = st.fixed_dictionaries(
            {"to": st.sampled_from(["s0", f"s{len(kinds) - 1}", "end"]), "when": st.sampled_from(conditions)},
            optional={"at_most": st.just(1)},
        )
        more = {"when": draw(st.sampled_from(conditions))} if draw(st.booleans()) and place else {}
        steps.append(step(f"s{place}", check, next=draw(st.lists(rule, max_size=2)), **more))
    return document(steps, options=[{"id": "heavy", "title": "Heavy"}])


# --- the operator who tries everything ----------------------------------------------------------------------------
Ways = set[tuple[tuple[str, ...], str]]


class TooMany(Exception):
    """There are more places than anybody would try everything at."""


def ways(found: Instruction, most: int) -> Ways:
    """The steps and the end of every run that the inputs below make; raises TooMany."""
    budget = iter(range(most))
    return {way for run in beginnings(found) for way in played(found, run, budget, ())}


def beginnings(found: Instruction) -> Iterator[Run]:
    used = found.names_used
    numbers = NUMBERS if "order.n" in used else [Decimal(1)]
    words = WORDS if "order.a" in used else ["x"]
    options = [(), ("heavy",)] if "options" in used else [()]
    lots = [None, "L"] if "unit.lot" in used else [None]
    for number, word, chosen, lot in product(numbers, words, options, lots):
        started = Started(
            run=RunId("r"),
            release=Digest("0" * 64),
            document=found.id,
            revision=1,
            station="s",
            unit=Unit(serial="1", lot=lot),
            parameters={"a": word, "n": str(number)},
            options=chosen,
            at=AT,
            tick=0,
            by=OPERATOR,
        )
        run = fold(begin(found, started))
        assert run is not None
        yield run


def played(found: Instruction, run: Run, budget: Iterator[int], repeated: tuple[str, ...]) -> Ways:
    """Every way on from here, by trying every input; a supervisor has each failure repeated once."""
    here = (str(run.step),)
    if not run.open:
        return {((), "completed" if run.state is RunState.COMPLETED else "stopped")}
    after: Ways = set()
    tick = next(budget, None)
    if tick is None:
        raise TooMany
    for entry in inputs(found, run, tick):
        again = isinstance(entry, Decided) and entry.ruling is Ruling.REPEAT
        if again and here[0] in repeated:
            continue
        facts = decide(found, run, entry)
        then = fold(facts, run) if facts else None
        if then is None:
            continue
        rest = played(found, then, budget, (*repeated, *(here if again else ())))
        moved = then.visits != run.visits or not then.open
        after |= {((*here, *steps) if moved else steps, end) for steps, end in rest}
    return after or {(here, "stuck")}


def inputs(found: Instruction, run: Run, tick: int) -> Iterator[Input]:
    assert run.step is not None
    by: dict[str, Any] = {"at": AT, "tick": tick, "by": OPERATOR}
    if run.waiting is not None:
        for ruling in Ruling:
            yield Decided(step=run.step, check=run.waiting, ruling=ruling, supervisor=PersonId("b"), **by)
        return
    current = asked(found, run, run.step)
    if not evidence.unmet(current, run.states(run.step)):
        yield Tapped(step=run.step, **by)
    for check in evidence.accepting(current, run.states(run.step)):
        looked, bad = (
            spelled(run.step, check.id) in found.names_used,
            run.states(run.step).get(check.id, FRESH).bad,
        )
        numbers = [n for n in NUMBERS if 0 <= n <= 3] if looked else [Decimal(1)]
        if bad < MOST_BAD:  # what the last bad attempt takes is what is remembered
            last = looked and bad + 1 == (check.bad_attempts or 1)
            numbers += [n for n in (*NUMBERS, Decimal(4)) if not 0 <= n <= 3] if last else [Decimal(4)]
        match check.kind:
            case "measure":
                yield from (ValueGiven(value=each, unit="g", device="d", **by) for each in numbers)
            case "number":
                typed = NUMBERS if looked else [Decimal(1)]
                yield from (Answered(step=run.step, check=check.id, answer=f"{n:f}", **by) for n in typed)
            case "choice":
                for option in "abc" if bad < MOST_BAD else "ab":
                    yield Answered(step=run.step, check=check.id, answer=option, **by)
            case "scan":
                for code in ["CODE", "wrong"] if bad < MOST_BAD else ["CODE"]:
                    yield CodeGiven(text=code, device="s", **by)
            case _:
                yield Tapped(step=run.step, check=check.id, **by)


LOOP = step(
    "s0",
    {"id": "c", **CHECKS["choice"], "attempts": 1, "on_failure": {"go_to": "s0", "at_most": 1}},
    next=[{"at_most": 1, "to": "s0", "when": "s0.c == 'c'"}],
)
NARROW = step("s0", next=[{"to": "end", "when": "order.n * 10.0 > 32.0 && order.n * 10.0 < 33.0"}])
BACK = step(
    "s1",
    {"id": "c", **CHECKS["number"]},
    next=[{"to": "s0", "at_most": 1, "when": "attempts.s0.c > 1"}],
)


@given(documents())
@example(document([LOOP, BACK]))
@example(
    document(
        [NARROW, step("s1", {"id": "c", **CHECKS["number"]}, next=[{"to": "end", "when": "s1.c > order.n"}])]
    )
)
@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
def test_the_walk_finds_every_way_that_trying_everything_finds(values: dict[str, Any]) -> None:
    try:
        found = Instruction.model_validate(values)
    except ValidationError:
        return
    try:
        wanted = ways(found, MOST_TRIED)
    except TooMany:
        return
    trial = walk(found)
    assert trial.all_walked
    assert {(path.steps, path.end) for path in trial.paths} == wanted


EACH = [("confirm", condition) for condition in OF_ORDER] + [
    (kind, condition.format("s0.c")) for kind in OF_CHECK for condition in OF_CHECK[kind]
]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
@pytest.mark.parametrize(("kind", "condition"), EACH)
def test_each_condition_is_taken_both_ways(kind: str, condition: str, failure: dict[str, Any]) -> None:
    fails = kind not in {"confirm", "number"} or "mandatory" in failure
    check = {"id": "c", **CHECKS[kind], **(failure if fails else {})}
    steps = [step("s0", check, next=[{"to": "end", "when": condition}]), step("s1")]
    found = Instruction.model_validate(document(steps, options=[{"id": "heavy", "title": "Heavy"}]))
    assert {(path.steps, path.end) for path in walk(found).paths} == ways(found, 10 * MOST_TRIED)


# --- its bounds -----------------------------------------------------------------------------------------------------
def many(count: int) -> Instruction:
    """Two to the power of `count` starts, each with paths of its own."""
    flags = [{"id": f"f{number}", "title": "F", "type": "flag"} for number in range(count)]
    looks = [step(f"s{number}", when=f"order.f{number}") for number in range(count)]
    return instruction([*looks, step("last")], parameters=flags)


def test_a_document_with_more_starts_than_can_ever_be_walked_is_walked_as_far_as_asked() -> None:
    trial = walk(many(70), most=40)
    assert len(trial.paths) == 40
    assert trial.more == 2**70 - 40
    assert not trial.missed, "each step came up in one of the paths at least"


def test_work_is_bounded_too() -> None:
    assert 0 < len(walk(many(60), work=500).paths) < 40


def test_each_choice_is_tried_before_any_pair_of_them_is_tried_in_full() -> None:
    def asks(number: int) -> dict[str, Any]:
        options = [{"id": f"o{each}", "text": "O"} for each in range(6)]
        return {"id": "c", "kind": "choice", "prompt": "Which", "options": options}

    steps = [step(f"s{n}", asks(n), next=[{"to": "end", "when": f"s{n}.c == 'o5'"}]) for n in range(9)]
    trial = walk(instruction(steps), most=100)
    tried = {choice for path in trial.paths for choice in path.choices}
    assert {f"s{n}.c: o{each}" for n in range(9) for each in range(6) if each != 5} <= tried
    assert {f"s{n}.c: o5" for n in range(9)} <= tried


@pytest.mark.parametrize("device", [None, "gauge"])
def test_a_value_that_nothing_can_be_is_a_path_without_an_end_and_not_a_long_one(device: str | None) -> None:
    band = {"unit": "mm", "low": "2", "limits": {"high": "order.n"}}
    check: dict[str, Any] = {"id": "gap", "kind": "number", "prompt": "Read the gap", **band}
    if device:
        check |= {"kind": "measure", "quantity": "length", "device": device}
    found = instruction([step("a", check)], parameters=[{"id": "n", "title": "N", "type": "number"}])
    assert {path.end for path in walk(found).paths} == {"stuck"}
    aside = {"on_failure": "stop", "attempts": 1}  # then it leads somewhere
    found = instruction([step("a", check | aside)], parameters=[{"id": "n", "title": "N", "type": "number"}])
    assert {path.end for path in walk(found).paths} == {"stopped"}


def test_a_target_beyond_calculated_limits_is_no_attempt_that_fails_for_ever() -> None:
    band = {"unit": "mm", "target": "5", "limits": {"low": "1 + 1", "high": "1 + 2"}}
    check = {"id": "gap", "kind": "number", "prompt": "Read the gap", **band}
    assert [path.end for path in walk(instruction([step("a", check)])).paths] == ["completed"]


def test_a_path_that_is_too_long_is_cut_short_and_not_called_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content.trying.walking.MOST_INPUTS", 5)
    trial = walk(instruction([step(f"s{number}") for number in range(9)]))
    assert [path.end for path in trial.paths] == ["cut short"]
    assert "5 inputs" in trial.paths[0].why
    assert not trial.all_walked
    assert not trial.stuck


@given(st.lists(st.integers(1, 5), max_size=4))
def test_every_combination_comes_once_and_every_value_early(sizes: list[int]) -> None:
    found = list(fairly(sizes))
    assert len(found) == len(set(found)) == prod(sizes)
    early = found[: max(sizes, default=1)]
    assert all({places[each] for places in early} == set(range(size)) for each, size in enumerate(sizes))


TWO_CELLS = {
    "id": "t",
    "kind": "table",
    "prompt": "Fill it in",
    "rows": [{"id": "r", "text": "R"}],
    "columns": [{"id": "x", "text": "X", "low": "1", "high": "2"}, {"id": "y", "text": "Y", "type": "text"}],
}


# --- what a path costs ----------------------------------------------------------------------------------------------
def test_a_dwell_that_is_longer_than_the_standard_time_is_in_the_expected_time_and_waited_for() -> None:
    dwell = {"id": "dry", "kind": "timer", "prompt": "Dry", "minimum": "2m"}
    (path,) = walk(instruction([step("a", dwell, standard_time="30s"), step("b")])).paths
    assert (path.waits, path.taps) == (1, 1)
    assert timedelta(minutes=2) <= path.expected < timedelta(minutes=2, seconds=1)
    (path,) = walk(instruction([step("a", dwell, standard_time="5m")])).paths
    assert path.expected == timedelta(minutes=5)


def test_a_longest_time_that_leads_somewhere_is_exceeded_and_kept() -> None:
    timer = {"id": "t", "kind": "timer", "maximum": "1m", "on_failure": "stop"}
    done = {"id": "ok", "kind": "confirm", "prompt": "Done"}
    paths = walk(instruction([step("a", done, timer), step("b")])).paths
    assert {(path.steps, path.end) for path in paths} == {(("a",), "stopped"), (("a", "b"), "completed")}
    assert [path.choices for path in paths if path.end == "stopped"] == [("a.t: too long",)]


def test_what_is_typed_is_told_apart_from_what_is_touched() -> None:
    number = {"id": "n", "kind": "number", "prompt": "How many", "decimals": 0}
    (path,) = walk(instruction([step("a", TWO_CELLS), step("b", number), step("c")])).paths
    assert (path.typed, path.taps) == (3, 1)


def test_a_cell_that_a_condition_looks_at_is_tried_on_either_side() -> None:
    trial = walk(
        instruction([step("a", TWO_CELLS, next=[{"to": "end", "when": "a.t.r.x > 1.75"}]), step("b")])
    )
    assert {path.steps for path in trial.paths} == {("a",), ("a", "b")}


def test_a_number_without_limits_and_a_new_code_have_no_bad_attempts_but_a_code_taken_before_is_one() -> None:
    number = {"id": "n", "kind": "number", "prompt": "How many"}
    new = {"id": "c", "kind": "scan", "prompt": "Scan", "unique": "run", "on_failure": "stop"}
    assert [path.end for path in walk(instruction([step("a", number), step("b", new)])).paths] == [
        "completed"
    ]
    twice = walk(instruction([step("a", {**new, "id": "first"}), step("b", new)]))
    assert sorted(path.end for path in twice.paths) == ["completed", "stopped"]
