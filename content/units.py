"""Units of measurement: which can be turned into one another, by their definitions, and how they are shown.

Factors are exact: those of the International System (BIPM, SI Brochure, 9th edition), of the pound, the inch and the
units made of them (NIST Special Publication 811, appendix B.8), and of the degree Fahrenheit by its definition.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

FINER = (
    2  # decimals that a converted value has beyond the resolution of the reading, unless it is exact before
)
LEAST = 3  # decimals that it has in any case
_LARGEST = 40  # powers of ten either way; what is beyond is no reading


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, and how much of the first unit of that is one of it, counted from `zero`."""

    quantity: str
    share: Fraction
    zero: Fraction = Fraction(0)


def _of(quantity: str, **units: str) -> dict[str, Unit]:
    return {name.replace("_", "."): Unit(quantity, Fraction(share)) for name, share in units.items()}


_LBF = Fraction("4.4482216152605")  # N: the pound of 0.45359237 kg under 9.80665 m/s²
_INCH = Fraction("0.0254")  # m
UNITS: dict[str, Unit] = {
    **_of("mass", g="1", kg="1000", mg="0.001", t="1000000", oz="28.349523125", lb="453.59237"),
    **_of("length", mm="1", um="0.001", cm="10", m="1000", **{"in": "25.4"}, ft="304.8", thou="0.0254"),
    **_of("torque", N_m="1", N_cm="0.01", kN_m="1000", kgf_cm="0.0980665", kgf_m="9.80665"),
    "in.lbf": Unit("torque", _INCH * _LBF),
    "ft.lbf": Unit("torque", 12 * _INCH * _LBF),
    "in.ozf": Unit("torque", _INCH * _LBF / 16),
    **_of("pressure", bar="1", mbar="0.001", Pa="0.00001", hPa="0.001", kPa="0.01", MPa="10"),
    "psi": Unit("pressure", _LBF / _INCH**2 / 100_000),
    **_of("force", N="1", kN="1000", mN="0.001", kgf="9.80665"),
    "lbf": Unit("force", _LBF),
    **_of("voltage", V="1", mV="0.001", kV="1000"),
    **_of("current", A="1", mA="0.001", uA="0.000001"),
    **_of("resistance", Ohm="1", mOhm="0.001", kOhm="1000", MOhm="1000000"),
    **_of("power", W="1", kW="1000"),
    **_of("frequency", Hz="1", kHz="1000"),
    **_of("rotation", rpm="1"),
    **_of("time", s="1", ms="0.001", min="60"),
    **_of("angle", deg="1"),
    "degC": Unit("temperature", Fraction(1), Fraction("273.15")),
    "degF": Unit("temperature", Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    "K": Unit("temperature", Fraction(1)),
    **_of("volume", l="1", ml="0.001"),
    "l/min": Unit("flow", Fraction(1)),
    "ml/min": Unit("flow", Fraction("0.001")),
    "l/h": Unit("flow", Fraction(1, 60)),
    "m3/h": Unit("flow", Fraction(1000, 60)),
    "gal/min": Unit("flow", Fraction("3.785411784")),  # of the United States
    "%": Unit("share", Fraction(1)),
    "1": Unit("count", Fraction(1)),
}
SHOWN = {
    "um": "µm",
    "uA": "µA",
    "degC": "°C",
    "degF": "°F",
    "deg": "°",
    "Ohm": "Ω",
    "mOhm": "mΩ",
    "kOhm": "kΩ",
    "MOhm": "MΩ",
    "m3/h": "m³/h",
    "1": "",
}


def convert(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """`value` in `wanted` units; None when the two units do not measure the same quantity.

    Between decimal units of the same quantity it is exact. Otherwise it is rounded, half to even, two decimals beyond
    the resolution of the reading and three decimals at least: 6.64 ft·lbf, read to a hundredth, are 9.0026 N·m.
    """
    if unit == wanted:
        return value
    own, other = UNITS.get(unit), UNITS.get(wanted)
    if own is None or other is None or own.quantity != other.quantity:
        return None
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST:
        return None
    exact = (Fraction(value) * own.share + own.zero - other.zero) / other.share
    return _rounded(exact, _decimals(value, own.share / other.share))


def _decimals(value: Decimal, ratio: Fraction) -> int:
    """The decimals that show the resolution of `value` when it is turned into a unit so many times as small."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    step = ratio * Fraction(10) ** max(-_LARGEST, min(exponent, _LARGEST))
    decimals = 0
    while step * 10**decimals > 1 and decimals > -_LARGEST:
        decimals -= 1
    while step * 10**decimals < 1 and decimals < 2 * _LARGEST:
        decimals += 1
    return decimals


def _rounded(exact: Fraction, decimals: int) -> Decimal:
    """Rounded half to even; zeros beyond the resolution are left out."""
    places = max(decimals + FINER, LEAST)
    number = round(exact * 10**places)
    kept = max(decimals, 0)
    while places > kept and number % 10 == 0:
        number, places = number // 10, places - 1
    return Decimal((number < 0, tuple(map(int, str(abs(number)))), -places))


def shown(unit: str) -> str:
    """The unit as a person reads it: `N.m` is shown as N·m."""
    return SHOWN.get(unit, unit.replace(".", "·"))


def quantity(value: Decimal, unit: str) -> str:
    """A value and its unit as a person reads them: `9.0 N·m`."""
    return f"{value:f} {shown(unit)}".strip()
