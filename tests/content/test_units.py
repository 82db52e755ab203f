"""Units against their definitions and against pint, which counts them by itself."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.units import UNITS, convert, quantity, shown
from hardware.amounts import converted

PAIRS = [(a, b) for a, b in product(UNITS, UNITS) if a != b and UNITS[a].quantity == UNITS[b].quantity]
READINGS = st.decimals(-100_000, 100_000, places=4) | st.decimals(-500, 500, places=1)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "found"),
    [
        ("6.64", "ft.lbf", "N.m", "9.0026"),
        ("12", "in.lbf", "ft.lbf", "1"),
        ("1", "ft.lbf", "in.lbf", "12"),
        ("16", "in.ozf", "in.lbf", "1"),
        ("9.0", "N.m", "in.lbf", "79.657"),
        ("1", "lb", "g", "453.592"),
        ("1.000000", "lb", "g", "453.592370"),
        ("16", "oz", "lb", "1.00"),
        ("0.5", "in", "mm", "12.7"),
        ("1", "ft", "in", "12"),
        ("14.5", "psi", "bar", "0.99974"),
        ("98.6", "degF", "degC", "37.00"),
        ("-40", "degC", "degF", "-40"),
        ("0", "K", "degC", "-273.15"),
        ("-459.67", "degF", "K", "0.000"),
        ("2", "kgf", "N", "19.613"),
        ("60", "l/h", "l/min", "1.00"),
        ("1.250", "kg", "g", "1250"),
        ("7", "mg", "kg", "0.000007"),
        ("0.0001", "um", "m", "0.0000000001"),
    ],
)
def test_a_reading_is_turned_into_another_unit(value: str, unit: str, wanted: str, found: str) -> None:
    told = convert(Decimal(value), unit, wanted)
    assert told == Decimal(found)


@given(st.sampled_from(PAIRS), READINGS)
def test_it_agrees_with_pint_to_the_resolution_of_the_reading(pair: tuple[str, str], value: Decimal) -> None:
    unit, wanted = pair
    told, other = convert(value, unit, wanted), converted(value, unit, wanted)
    assert told is not None
    assert other is not None, f"pint knows no {unit} or {wanted}"
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    step = Fraction(10) ** exponent * UNITS[unit].share / UNITS[wanted].share
    assert abs(Fraction(told) - Fraction(other)) <= max(step, Fraction(1, 10**9)) / 100


@given(st.sampled_from(PAIRS), READINGS)
def test_there_and_back_is_the_reading_to_its_resolution(pair: tuple[str, str], value: Decimal) -> None:
    unit, wanted = pair
    there = convert(value, unit, wanted)
    assert there is not None
    back = convert(there, wanted, unit)
    assert back is not None
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    assert abs(back - value) < Decimal(10) ** exponent / 2


@given(st.sampled_from(PAIRS), READINGS, READINGS)
def test_the_larger_of_two_stays_the_larger_or_equal(
    pair: tuple[str, str], first: Decimal, second: Decimal
) -> None:
    low, high = sorted((first, second))
    turned = convert(low, *pair), convert(high, *pair)
    step = Decimal(10) ** -4 if pair[0] != pair[1] else Decimal(0)
    if high - low > step:
        assert turned[0] is not None
        assert turned[1] is not None
        assert turned[0] <= turned[1]


@given(
    st.sampled_from([p for p in PAIRS if UNITS[p[0]].quantity in {"voltage", "current", "power"}]), READINGS
)
def test_between_decimal_units_it_is_exact(pair: tuple[str, str], value: Decimal) -> None:
    told = convert(value, *pair)
    assert told is not None
    assert Fraction(told) == Fraction(value) * UNITS[pair[0]].share / UNITS[pair[1]].share


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+999999", "1E-999999", "0E-999999", "0E+999999"])
def test_what_is_no_reading_takes_neither_time_nor_memory(value: str) -> None:
    assert convert(Decimal(value), "lb", "g") in {None, Decimal(0)}


def test_what_does_not_measure_the_same_is_not_turned() -> None:
    assert convert(Decimal(1), "g", "mm") is None
    assert convert(Decimal(1), "furlong", "mm") is None
    assert convert(Decimal(1), "mm", "furlong") is None


def test_units_are_shown_as_people_write_them() -> None:
    assert [shown(unit) for unit in ("ft.lbf", "degF", "N.m", "1")] == ["ft·lbf", "°F", "N·m", ""]
    assert quantity(Decimal("9.0026"), "N.m") == "9.0026 N·m"


def test_the_engineers_page_names_every_unit() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "engineers.md").read_text()
    _, _, section = page.partition("### Units\n")
    table, _, _ = section.partition("What is recorded")
    assert set(re.findall(r"`([^`]+)`", table)) == set(UNITS)
