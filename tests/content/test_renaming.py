"""Another identifier for a step or a check, wherever it is named."""

from pathlib import Path

import pytest

from content.folder import load_instruction
from content.instruction import Instruction
from content.renaming import check_renamed, step_renamed
from tests.library import LIBRARY

INSTRUCTIONS = LIBRARY / "instructions"
STEPS = [
    {
        "id": "look-over",
        "title": "t",
        "text": "x",
        "checks": [
            {"id": "state", "kind": "choice", "prompt": "p", "options": [{"id": "look-over", "text": "o"}]},
            {"id": "code", "kind": "scan", "exact": "x"},
        ],
        "groups": [{"id": "g", "combine": "all", "checks": ["state", "code"]}],
        "next": [{"to": "look-over", "when": "look_over.state == 'look_over' && visits.look_over < 3"}],
    },
    {
        "id": "again",
        "when": "passed.look_over.state || order.look_over == 'x'",
        "checks": [
            {
                "id": "m",
                "kind": "measure",
                "limits": {"low": "look_over.state_2 + look_over.state"},
                "on_failure": {"go_to": "look-over"},
            },
            {"id": "s", "kind": "scan", "same_as": "look-over.code"},
        ],
    },
]
HEAD = {
    "lint": [{"rule": "r", "reason": "x", "step": "look-over"}],
    "translations": {
        "de": {"steps.look-over.title": {"of": "0" * 8, "text": "t"}, "steps.look-over-2.title": {}}
    },
}


def test_a_steps_new_name_stands_wherever_the_old_one_stood() -> None:
    head, (first, second) = step_renamed(HEAD, STEPS, "look-over", "inspect")
    assert first["id"] == "inspect"
    assert first["next"] == [{"to": "inspect", "when": "inspect.state == 'look_over' && visits.inspect < 3"}]
    assert first["checks"][0]["options"] == [{"id": "look-over", "text": "o"}]
    assert second["when"] == "passed.inspect.state || order.look_over == 'x'"
    assert second["checks"][0]["on_failure"] == {"go_to": "inspect"}
    assert second["checks"][0]["limits"] == {"low": "inspect.state_2 + inspect.state"}
    assert second["checks"][1]["same_as"] == "inspect.code"
    assert head["lint"][0]["step"] == "inspect"
    assert list(head["translations"]["de"]) == ["steps.inspect.title", "steps.look-over-2.title"]
    assert STEPS[0]["id"] == "look-over"


def test_a_checks_new_name_stands_wherever_the_old_one_stood() -> None:
    _, (first, second) = check_renamed(HEAD, STEPS, "look-over", "state", "verdict")
    assert first["checks"][0]["id"] == "verdict"
    assert first["groups"][0]["checks"] == ["verdict", "code"]
    assert first["next"][0]["when"] == "look_over.verdict == 'look_over' && visits.look_over < 3"
    assert second["when"] == "passed.look_over.verdict || order.look_over == 'x'"
    assert second["checks"][0]["limits"] == {"low": "look_over.state_2 + look_over.verdict"}


@pytest.mark.parametrize("folder", sorted(INSTRUCTIONS.iterdir()), ids=lambda folder: folder.name)
def test_every_step_of_the_library_can_be_called_otherwise_and_back(folder: Path) -> None:
    values = load_instruction(folder).plain()
    steps, head = values.pop("steps"), values
    for step in [each["id"] for each in steps]:
        renamed_head, renamed = step_renamed(head, steps, step, "called-otherwise")
        Instruction.model_validate({**renamed_head, "steps": renamed})
        assert step_renamed(renamed_head, renamed, "called-otherwise", step) == (head, steps)
