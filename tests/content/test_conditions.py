"""Expressions that cannot be worked out are unknown: never a value, never an exception in a run."""

from decimal import Decimal

import pytest

from content.conditions import Scope, Type, Wrong

SCOPE = Scope({"order.color": Type.TEXT, "depth.value": Type.NUMBER})
TWENTY = f"[{', '.join(['1'] * 20)}]"


def nested(levels: int) -> str:
    text = "true"
    for level in range(levels):
        text = f"{TWENTY}.all(each{level}, {text})"
    return text


@pytest.mark.parametrize(
    "text",
    [
        "order.color",
        "order.color == 'red' ? 'left' : 'right'",
        "order.color == 'red' ? 1.0 : 2.0",
        "depth.value > 2",
        "1 / 0 > 2",
        "'a'.matches('(')",
        nested(5),
    ],
)
def test_what_cannot_be_worked_out_is_unknown(text: str) -> None:
    written = SCOPE.compile(text)
    assert written.value({}) is None
    assert written.holds({}) is None


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("order.color", "UNKNOWN: a color of that name"),
        ("order.color == 'red' ? 'left' : 'right'", "right"),
        ("depth.value * 2", Decimal("0.5")),
        ("depth.value < 2", True),
        ("order.color.matches('(A+)+x')", False),
    ],
)
def test_what_is_known_is_worked_out(text: str, given: object) -> None:
    known = {"order.color": "UNKNOWN: a color of that name", "depth.value": Decimal("0.25")}
    assert SCOPE.compile(text).value(known) == given


def test_what_has_another_type_is_refused() -> None:
    with pytest.raises(Wrong):
        SCOPE.compile("order.color", Type.FLAG)
