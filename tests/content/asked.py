"""Checks at random: every kind with every field, as values that are valid in a document made by `generated`."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from content import units
from tests.content.words import LINES, SLUGS

Values = dict[str, Any]
CONDITIONS = st.sampled_from(
    [
        "order.a == 'x'",
        "order.n > 1",
        "visits.s0 > 1",
        "s0.code != 'A' || order.f",
        'order.c == "y" && !order.f',
    ]
)
NUMBERS = st.sampled_from(["order.n", "order.n * 2.0 + 1.0", "order.f ? 1.5 : order.n"])
MECHANICAL = frozenset(
    {"confirm", "signal", "checklist", "photo", "sign-off"}
)  # nothing can be wrong about them
UNITS = st.sampled_from(sorted(units.UNITS))


def some(
    given: Mapping[str, st.SearchStrategy[Any]], maybe: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Values]:
    """Values with those fields, and any of the others."""
    return st.fixed_dictionaries(dict(given), optional=dict(maybe or {}))


def check(kind: str, name: str, steps: Sequence[str]) -> st.SearchStrategy[Values]:
    """A check of that kind in a document with those steps."""
    return some({"id": st.just(name), "kind": st.just(kind)}).flatmap(
        lambda values: st.tuples(_OF[kind](), _common(kind, steps)).map(
            lambda found: _fit(values | found[0] | found[1])
        )
    )


def _common(kind: str, steps: Sequence[str]) -> st.SearchStrategy[Values]:
    leads = some({"go_to": st.sampled_from(steps)}, {"at_most": st.integers(1, 100)})
    fails: Mapping[str, st.SearchStrategy[Any]] = {
        "attempts": st.integers(1, 100),
        "on_failure": st.sampled_from(["repeat", "supervisor", "stop"]) | leads,
    }
    asked = {"when": CONDITIONS, "mandatory": st.just(False), "not_applicable": st.just(True)}
    return some({}, {**asked, **({} if kind in MECHANICAL else fails)})


def _fit(values: Values) -> Values:
    """What cannot stand beside one another is taken out."""
    if values.get("on_failure") == "repeat":
        values.pop("attempts", None)
    if values.get("until_in_limits"):
        values.pop("attempts", None)
        values.pop("on_failure", None)
    if values["kind"] == "timer":
        values.pop("attempts", None)
        if "maximum" not in values:
            values.pop("on_failure", None)
    return values


@st.composite
def _banded(draw: st.DrawFn, *, limited: bool, unit: bool = True) -> Values:
    """A unit and limits, each a number or an expression."""
    low, target, high = draw(st.lists(st.decimals(-1000, 1000, places=2), min_size=3, max_size=3).map(sorted))
    found: Values = {"unit": draw(UNITS)} if unit or draw(st.booleans()) else {}
    for name, value in (("low", low), ("target", target), ("high", high)):
        how = draw(st.sampled_from(["fixed", "computed", "none"]))
        if how == "fixed":
            found[name] = draw(st.sampled_from([str(value), value.normalize().to_eng_string()]))
        elif how == "computed":
            found.setdefault("limits", {})[name] = draw(NUMBERS)
    if limited and not {"low", "high"} & {*found, *found.get("limits", ())}:
        found["high"] = str(high)
    return found


def _with(
    base: st.SearchStrategy[Values],
    given: Mapping[str, st.SearchStrategy[Any]],
    maybe: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[Values]:
    return st.tuples(base, some(given, maybe)).map(lambda found: found[0] | found[1])


def _confirm() -> st.SearchStrategy[Values]:
    return some({"prompt": LINES})


def _scan() -> st.SearchStrategy[Values]:
    what = st.one_of(
        some({"part": st.just("m6.x_20/A+")}),
        some({"exact": LINES}),
        some({"pattern": st.sampled_from(["[A-Z]{2}\\d+", 'x|"y"', ".*#.*"])}),
        some({"gs1": st.just({"01": "*", "10": "L: #1", "3103": "000250"})}),
        some({"same_as": st.just("s0.code")}),
        st.just({"unique": "run"}),
    )
    return _with(what, {}, {"prompt": LINES, "unique": st.sampled_from(["run", "station"])})


def _measure() -> st.SearchStrategy[Values]:
    more = {
        "prompt": LINES,
        "device": SLUGS,
        "repeat": st.integers(1, 50),
        "decimals": st.integers(0, 6),
        "until_in_limits": st.booleans(),
    }
    return _with(_banded(limited=True), {"quantity": LINES}, more)


@st.composite
def _torque(draw: st.DrawFn) -> Values:
    found = draw(
        _with(_banded(limited=True), {}, {"prompt": LINES, "device": SLUGS, "program": st.integers(0, 999)})
    )
    found |= draw(some({}, {"angle_low": st.just("12.50"), "angle_high": st.just("90")}))
    found["fastenings"] = draw(st.integers(1, 5))
    if draw(st.booleans()):
        found["order"] = draw(st.lists(LINES, min_size=found["fastenings"], max_size=found["fastenings"]))
    return found


def _signal() -> st.SearchStrategy[Values]:
    return some({"signal": SLUGS}, {"prompt": LINES, "expect": st.just(False), "device": SLUGS})


def _timer() -> st.SearchStrategy[Values]:
    times = st.sampled_from([{"minimum": "10s"}, {"maximum": "2m"}, {"minimum": "250ms", "maximum": "1d2h"}])
    return _with(times.map(dict), {}, {"prompt": LINES})


def _entries(*, least: int, good: bool = False) -> st.SearchStrategy[list[Values]]:
    """Entries with an identifier; of answers, the first is good."""
    each = some({"id": SLUGS, "text": LINES}, {"good": st.just(False)} if good else {})
    found = st.lists(each, min_size=least, max_size=4, unique_by=lambda entry: entry["id"])
    return found.map(lambda entries: [{k: v for k, v in entries[0].items() if k != "good"}, *entries[1:]])


def _choice() -> st.SearchStrategy[Values]:
    return some({"prompt": LINES, "options": _entries(least=2, good=True)})


def _checklist() -> st.SearchStrategy[Values]:
    return some({"prompt": LINES, "items": _entries(least=2)})


def _number() -> st.SearchStrategy[Values]:
    return _with(_banded(limited=False, unit=False), {"prompt": LINES}, {"decimals": st.integers(0, 6)})


def _text() -> st.SearchStrategy[Values]:
    return some({"prompt": LINES}, {"pattern": st.sampled_from(["[A-Z]{3}", "\\d+ °C"])})


def _photo() -> st.SearchStrategy[Values]:
    return some({"prompt": LINES}, {"count": st.integers(1, 10)})


def _vision() -> st.SearchStrategy[Values]:
    more = {
        "prompt": LINES,
        "taught": st.just("vision/label.vision"),
        "ask": st.just("supervisor"),
        "device": SLUGS,
    }
    return some({"check": SLUGS}, more)


@st.composite
def _table(draw: st.DrawFn) -> Values:
    columns: list[Values] = []
    for place in range(draw(st.integers(1, 3))):
        column = draw(some({"id": st.just(f"k{place}"), "text": LINES}, {"decimals": st.integers(0, 6)}))
        column |= draw(st.just({"type": "text"}) | _banded(limited=False, unit=False))
        columns.append(column)
    return {"prompt": draw(LINES), "rows": draw(_entries(least=1)), "columns": columns}


def _sign_off() -> st.SearchStrategy[Values]:
    roles = st.sampled_from(["operator", "supervisor", "engineer", "administrator"])
    return some({"prompt": LINES, "meaning": LINES}, {"role": roles, "second_person": st.just(True)})


_OF = {
    "confirm": _confirm,
    "scan": _scan,
    "measure": _measure,
    "torque": _torque,
    "signal": _signal,
    "timer": _timer,
    "choice": _choice,
    "checklist": _checklist,
    "number": _number,
    "text": _text,
    "photo": _photo,
    "vision": _vision,
    "table": _table,
    "sign-off": _sign_off,
}
