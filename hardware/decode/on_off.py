"""On and off, in the words that devices have for it."""

from decimal import Decimal

WORDS = {
    "on": True,
    "true": True,
    "1": True,
    "online": True,
    "open": True,
    "detected": True,
    "off": False,
    "false": False,
    "0": False,
    "offline": False,
    "closed": False,
    "clear": False,
}


def on_off(value: object) -> bool | None:
    """Whether that means on; None when it means neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return WORDS.get(value.strip().lower())
    if isinstance(value, int | float | Decimal) and value in {0, 1}:
        return bool(value)
    return None
