"""Every document that is accepted comes to its end; every one that could go on for ever is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from content import flow
from content.instruction import Instruction
from content.trying.walking import walk
from tests.content.flows import FLOWS, document, instruction, step

State = tuple[int, tuple[int, ...]]


def goes_on_for_ever(steps: list[dict[str, Any]]) -> bool:
    """A walk through every state there is, conditions taken both ways: does any state come again?"""
    places = {step["id"]: place for place, step in enumerate(steps)} | {"end": len(steps)}
    rules = [(place, number) for place, step in enumerate(steps) for number in range(len(step["next"]))]

    def arrive(place: int) -> list[int]:
        skippable = place < len(steps) and "when" in steps[place]
        return [place, *(arrive(place + 1) if skippable else [])]

    def after(state: State) -> list[State]:
        place, taken = state
        found: list[State] = []
        for number, rule in enumerate(steps[place]["next"]):
            which = rules.index((place, number))
            if "at_most" in rule and taken[which] >= rule["at_most"]:
                continue
            counted = tuple(count + (which == each and "at_most" in rule) for each, count in enumerate(taken))
            found += [(there, counted) for there in arrive(places[rule["to"]])]
            if "when" not in rule:
                return found
        return found + [(there, taken) for there in arrive(place + 1)]

    done: set[State] = set()

    def comes_again(state: State, path: set[State]) -> bool:
        if state in path:
            return True
        if state in done or state[0] == len(steps):
            return False
        again = any(comes_again(each, path | {state}) for each in after(state))
        done.add(state)
        return again

    return any(comes_again((place, (0,) * len(rules)), set()) for place in arrive(0))


@given(FLOWS)
@settings(max_examples=400, deadline=None)
def test_what_could_go_on_for_ever_is_refused_and_nothing_else(steps: list[dict[str, Any]]) -> None:
    bounded = [rule for step in steps for rule in step["next"] if "at_most" in rule and rule["to"] != "end"]
    try:
        Instruction.model_validate(document(steps))
    except ValidationError as problem:
        # a bounded rule without a condition is taken as one that may not hold: that is on the safe side
        told = str(problem)
        careful = any("when" not in rule for rule in bounded)
        endless = goes_on_for_ever(steps) or unreachable_cycle(steps)
        assert "for ever" in told
        assert endless or careful
    else:
        assert not goes_on_for_ever(steps)


def unreachable_cycle(steps: list[dict[str, Any]]) -> bool:
    """A cycle that no run can come to is refused too: somebody will lead there one day."""
    return any(goes_on_for_ever([*steps_from(steps, place)]) for place in range(1, len(steps)))


def steps_from(steps: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    """The same steps with a new first one that leads straight to `place`."""
    lead = {"id": "lead", "next": [{"to": steps[place]["id"]}]}
    return [lead, *steps]


@given(FLOWS)
@settings(max_examples=80, deadline=None)
def test_every_path_of_an_accepted_document_is_finished(steps: list[dict[str, Any]]) -> None:
    try:
        found = Instruction.model_validate(document(steps))
    except ValidationError:
        return
    trial = walk(found, most=500)
    assert trial.paths
    assert {path.end for path in trial.paths} == {"completed"}


def test_a_path_whose_limits_cannot_be_worked_out_is_not_called_finished() -> None:
    limits = {"low": "double(order.size) * 2.0"}
    check = {"id": "m", "kind": "measure", "quantity": "mass", "unit": "g", "limits": limits}
    size = {"id": "size", "title": "Size", "type": "choice", "choices": ["wide"]}
    trial = walk(instruction([step("a", check)], parameters=[size]), most=50)
    assert trial.paths
    assert "completed" not in {path.end for path in trial.paths}


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}"])
def test_a_pattern_that_cannot_be_a_regular_expression_is_refused_in_words(pattern: str) -> None:
    check = {"id": "s", "kind": "scan", "pattern": pattern}
    assert "is not a regular expression" in refusal_of([step("a", check)])


def refusal_of(steps: list[dict[str, Any]], **more: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        instruction(steps, **more)
    return str(refused.value)


def test_the_steps_of_an_endless_way_are_named() -> None:
    told = refusal_of([step("a"), step("b", next=[{"to": "a"}])])
    assert "this can go on for ever: a → b → a" in told


def test_a_rule_to_nowhere_is_refused() -> None:
    assert "there is no step 'wash'" in refusal_of([step("a", next=[{"to": "wash"}])])


def test_steps_that_no_way_leads_to_are_known() -> None:
    found = instruction([step("a", next=[{"to": "c"}]), step("b"), step("c")])
    assert flow.unreachable(found) == (1,)
    assert flow.unreachable(instruction([step("a"), step("b")])) == ()


WEIGH = {"id": "mass", "kind": "measure", "quantity": "mass", "unit": "g", "low": "1", "high": "9"}
AGAIN = {"id": "again", "kind": "measure", "quantity": "mass", "unit": "g"}


def test_a_limit_may_name_what_is_surely_measured_before() -> None:
    later = AGAIN | {"limits": {"low": "weigh.mass - 0.1", "high": "weigh.mass + 0.1"}}
    instruction([step("weigh", WEIGH), step("b", later)])
    for weigh in (
        step("weigh", WEIGH, when="order.a == 'x'"),
        step("weigh", WEIGH | {"mandatory": False}),
        step("weigh", WEIGH | {"not_applicable": True}),
        step("weigh", WEIGH | {"when": "order.n > 1"}),
        step("weigh", WEIGH, {"id": "ok", "kind": "confirm", "prompt": "Done"}, combine="any"),
    ):
        assert "`weigh.mass` is not surely known" in refusal_of([weigh, step("b", later)])
    assert "is not surely known" in refusal_of([step("b", later), step("weigh", WEIGH)])
    around = [step("a", next=[{"to": "b", "when": "order.n > 1"}]), step("weigh", WEIGH), step("b", later)]
    assert "is not surely known" in refusal_of(around)


def test_within_an_ordered_step_a_limit_may_name_the_check_before() -> None:
    later = AGAIN | {"limits": {"low": "weigh.mass"}}
    instruction([step("weigh", WEIGH, later, combine="ordered")])
    assert "is not surely known" in refusal_of([step("weigh", WEIGH, later)])


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("order.colour == 'red'", "`order.colour` is not known here"),
        ("order.n == 'red'", "does not fit number and text"),
        ("order.n >", "is no expression"),
        ("order.n", "gives a number, not a flag"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused_where_it_stands(condition: str, told: str) -> None:
    assert told in refusal_of([step("a", when=condition)])
