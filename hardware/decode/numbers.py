"""Exact numbers as devices write them."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"([+-]?) *([0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})")


def number(text: str) -> Decimal | None:
    """`+00123.45` or `-  0.5` as an exact number with its decimals kept; None when it is something else."""
    found = _NUMBER.fullmatch(text.strip(" "))
    return Decimal(found[1] + found[2]) if found else None
