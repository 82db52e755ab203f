"""Work instructions with random ways through them."""

from typing import Any

from hypothesis import strategies as st

from content.instruction import Instruction

CONDITIONS = ["order.a == 'x'", "order.n > 1", "visits.s0 > 1", "passed.s1.seen"]


def steps(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    names = [f"s{number}" for number in range(count)]
    rule = st.fixed_dictionaries(
        {"to": st.sampled_from([*names, "end"])},
        optional={"when": st.sampled_from(CONDITIONS), "at_most": st.integers(1, 2)},
    )
    each = st.fixed_dictionaries(
        {"next": st.lists(rule, max_size=2)}, optional={"when": st.sampled_from(CONDITIONS[:3])}
    )
    return st.lists(each, min_size=count, max_size=count).map(
        lambda found: [
            {
                "id": name,
                "title": name,
                "text": name,
                "checks": [{"id": "seen", "kind": "confirm", "prompt": "Seen"}],
                **values,
            }
            for name, values in zip(names, found, strict=True)
        ]
    )


FLOWS = st.integers(2, 4).flatmap(steps)


def document(steps: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": "doc",
        "kind": "work-instruction",
        "title": "Doc",
        "revision": 1,
        "language": "en",
        "applies_to": {},
        "parameters": [
            {"id": "a", "title": "A", "default": "x"},
            {"id": "n", "title": "N", "type": "number", "default": "1"},
        ],
        "steps": steps,
        **more,
    }


def instruction(steps: list[dict[str, Any]], **more: Any) -> Instruction:
    return Instruction.model_validate(document(steps, **more))


def step(name: str, *checks: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = checks or ({"id": "ok", "kind": "confirm", "prompt": "Done"},)
    return {"id": name, "title": name, "text": name, "checks": list(found), **more}
