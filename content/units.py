"""Units of measurement: which can be turned into one another, exactly, and how they are shown."""

from decimal import Decimal

# unit -> (quantity, factor to that quantity's first unit)
# temperatures only as themselves: they differ by more than a factor
UNITS: dict[str, tuple[str, Decimal]] = {
    "g": ("mass", Decimal(1)),
    "kg": ("mass", Decimal(1000)),
    "mg": ("mass", Decimal("0.001")),
    "mm": ("length", Decimal(1)),
    "um": ("length", Decimal("0.001")),
    "cm": ("length", Decimal(10)),
    "m": ("length", Decimal(1000)),
    "N.m": ("torque", Decimal(1)),
    "N.cm": ("torque", Decimal("0.01")),
    "kN.m": ("torque", Decimal(1000)),
    "bar": ("pressure", Decimal(1)),
    "mbar": ("pressure", Decimal("0.001")),
    "kPa": ("pressure", Decimal("0.01")),
    "MPa": ("pressure", Decimal(10)),
    "N": ("force", Decimal(1)),
    "kN": ("force", Decimal(1000)),
    "V": ("voltage", Decimal(1)),
    "mV": ("voltage", Decimal("0.001")),
    "A": ("current", Decimal(1)),
    "mA": ("current", Decimal("0.001")),
    "Ohm": ("resistance", Decimal(1)),
    "kOhm": ("resistance", Decimal(1000)),
    "deg": ("angle", Decimal(1)),
    "degC": ("temperature", Decimal(1)),
    "K": ("absolute temperature", Decimal(1)),
    "%": ("share", Decimal(1)),
    "l/min": ("flow", Decimal(1)),
    "ml/min": ("flow", Decimal("0.001")),
    "1": ("count", Decimal(1)),
}
SHOWN = {
    "N.m": "N·m",
    "N.cm": "N·cm",
    "kN.m": "kN·m",
    "um": "µm",
    "degC": "°C",
    "deg": "°",
    "Ohm": "Ω",
    "kOhm": "kΩ",
    "1": "",
}


def convert(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """`value` in `wanted` units, exact; None when the two units do not measure the same quantity."""
    if unit == wanted:
        return value
    if unit not in UNITS or wanted not in UNITS or UNITS[unit][0] != UNITS[wanted][0]:
        return None
    return value * UNITS[unit][1] / UNITS[wanted][1]


def shown(unit: str) -> str:
    """The unit as a person reads it: `N.m` is shown as N·m."""
    return SHOWN.get(unit, unit)


def quantity(value: Decimal, unit: str) -> str:
    """A value and its unit as a person reads them: `9.0 N·m`."""
    return f"{value:f} {shown(unit)}".strip()
