"""Debounce and settling against what a plain look at the whole past says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.readings import Measured, Reading, SwitchChanged
from hardware.rules import Debounced, Settled

AT = datetime(2026, 1, 1, tzinfo=UTC)
STANDS = 0.3
MS = 1_000_000  # ticks
CHANGES = st.lists(st.tuples(st.integers(1, 700), st.booleans()), max_size=12)


def switch(tick: int, on: bool, signal: str = "clamp") -> SwitchChanged:
    return SwitchChanged(device="io", at=AT, tick=tick, signal=signal, on=on)


def told(changes: list[tuple[int, bool]]) -> list[bool]:
    """What is passed on of a switch that changes so many milliseconds after the one before."""
    rule, found, now = Debounced(STANDS), list[Reading](), 0
    for gap, on in changes:
        now += gap * MS
        while (due := rule.due()) is not None and due <= now:
            found += rule.rang(due)
        found += rule.pass_on(switch(now, on))
    while (due := rule.due()) is not None:
        found += rule.rang(due)
    return [reading.on for reading in found if isinstance(reading, SwitchChanged)]


def stood(changes: list[tuple[int, bool]]) -> Iterator[bool]:
    """The states that stood long enough, each once."""
    times, now = [], 0
    for gap, on in changes:
        now += gap
        if not times or times[-1][1] is not on:
            times.append((now, on))
    last = None
    for place, (began, on) in enumerate(times):
        ended = times[place + 1][0] if place + 1 < len(times) else began + 1_000_000
        if ended - began >= STANDS * 1_000 and on is not last:
            yield on
            last = on


@given(CHANGES)
@example([(1, True), (100, False)])
@example([(1, True), (400, False), (100, True)])
def test_a_switch_is_told_exactly_when_it_has_stood(changes: list[tuple[int, bool]]) -> None:
    assert told(changes) == list(stood(changes))


def test_signals_are_held_back_each_for_itself_and_all_else_passes_at_once() -> None:
    rule = Debounced(STANDS)
    assert list(rule.pass_on(switch(0, on=True, signal="a"))) == []
    assert list(rule.pass_on(switch(200 * MS, on=True, signal="b"))) == []
    value = Measured(device="io", at=AT, tick=0, quantity="mass", value=Decimal(1), unit="g", stable=True)
    assert list(rule.pass_on(value)) == [value]
    assert [each.signal for each in rule.rang(300 * MS) if isinstance(each, SwitchChanged)] == ["a"]


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 40)), min_size=1, max_size=30))
def test_a_value_is_stable_when_none_left_the_band_for_so_long(values: list[tuple[int, int]]) -> None:
    rule, past, now = Settled(within=1.0, settle=0.5), list[tuple[int, Decimal]](), 0
    for gap, tenths in values:
        now += gap
        value = Decimal(tenths) / 10
        past.append((now, value))
        (passed,) = rule.pass_on(
            Measured(device="s", at=AT, tick=now * MS, quantity="mass", value=value, unit="g", stable=True)
        )
        assert isinstance(passed, Measured)
        before = [place for place, (tick, _) in enumerate(past) if now - tick >= 500]
        band = [each for _, each in past[before[-1] :]] if before else []
        assert passed.stable is bool(band and max(band) - min(band) <= 1)
        assert passed.value == value


@pytest.mark.parametrize("stable", [True, False])
def test_what_the_device_itself_calls_unstable_never_becomes_stable(*, stable: bool) -> None:
    rule = Settled(within=1.0, settle=0.5)
    for tick in (0, 600):
        (passed,) = rule.pass_on(
            Measured(
                device="s", at=AT, tick=tick * MS, quantity="mass", value=Decimal(1), unit="g", stable=stable
            )
        )
    assert isinstance(passed, Measured)
    assert passed.stable is stable
