"""Units as devices spell them, and values with a unit that can be calculated with (pint)."""

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry
    from pint.facets.plain import PlainQuantity

    Quantity = PlainQuantity[Decimal]

SPELLED = {  # as devices write a unit -> as documents and records write it
    "Nm": "N.m",
    "N·m": "N.m",
    "Ncm": "N.cm",
    "cN.m": "N.cm",
    "kNm": "kN.m",
    "ftlb": "ft.lbf",
    "ft.lb": "ft.lbf",
    "inlb": "in.lbf",
    "in.lb": "in.lbf",
    "G": "g",
    "KG": "kg",
    "MM": "mm",
    "IN": "in",
    "inch": "in",
    "LB": "lb",
    "lbs": "lb",
    "OZ": "oz",
    "PSI": "psi",
    "kgfcm": "kgf.cm",
    "kgf·cm": "kgf.cm",
    "inoz": "in.ozf",
    "µm": "um",
    "°": "deg",
    "°C": "degC",
    "C": "degC",
    "°F": "degF",
    "F": "degF",
    "pcs": "1",
    "PCS": "1",
    "PC": "1",
    "pc": "1",
}
_PINT = {  # as records write a unit -> as pint does, where a dot would not do
    "1": "",
    "%": "percent",
    "degC": "degC",
    "N.m": "N*m",
    "N.cm": "N*cm",
    "kN.m": "kN*m",
    "ft.lbf": "ft*lbf",
    "in.lbf": "inch*lbf",
    "in.ozf": "inch*force_ounce",
    "kgf.cm": "kgf*cm",
    "kgf.m": "kgf*m",
    "in": "inch",
    "Ohm": "ohm",
    "mOhm": "mohm",
    "kOhm": "kohm",
    "MOhm": "Mohm",
    "l/h": "liter/hour",
    "m3/h": "meter**3/hour",
    "gal/min": "gallon/minute",
    "l/min": "liter/minute",
    "ml/min": "milliliter/minute",
}


def spelled(unit: str) -> str:
    """The unit as documents and records write it: `Nm` is `N.m`. An unknown one stays as it is."""
    return SPELLED.get(unit, unit)


def amount(value: Decimal, unit: str) -> "Quantity | None":
    """`value` in `unit` as a quantity of pint; None when pint does not know the unit."""
    from pint.errors import UndefinedUnitError  # noqa: PLC0415 - a fifth of a second that a start need not spend

    own = spelled(unit)
    try:
        return _registry().Quantity(value, _PINT.get(own, own))
    except (UndefinedUnitError, ValueError):  # the latter for what is an expression, such as `2*g`
        return None


def converted(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """`value` in `wanted` units; None when they do not measure the same, or one is unknown."""
    if spelled(unit) == spelled(wanted):
        return value
    found = amount(value, unit)
    target = spelled(wanted)
    if found is None or amount(Decimal(1), target) is None:
        return None
    if not found.is_compatible_with(_PINT.get(target, target)):
        return None
    return found.to(_PINT.get(target, target)).magnitude


@cache
def _registry() -> "UnitRegistry[Decimal]":
    from pint import UnitRegistry  # noqa: PLC0415 - as above

    return UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=True)  # pyright: ignore[reportArgumentType, reportReturnType]
