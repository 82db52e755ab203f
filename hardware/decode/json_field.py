"""One field of a JSON payload, by a dotted path, with a ceiling on size and on numbers."""

import json
import re
from decimal import Decimal
from typing import Any

LARGEST_PAYLOAD = 64 * 1024  # bytes; a sensor's message is below 1 KiB
_LARGEST_EXPONENT = 24  # beyond yotta nothing is measured on a shop floor
_LONGEST_NUMBER = 64  # characters


class NoField(ValueError):
    """The payload has no such field; the text says why, for a person."""


def field_of(payload: bytes, path: str) -> Any:
    """What stands at `path` (`temperature.value`, `values.0`; empty: the payload itself); numbers as Decimal.

    Raises:
        NoField: payload too large, not JSON, not a number of this world, or without that field.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise NoField(f"the payload has {len(payload)} bytes; at most {LARGEST_PAYLOAD} are read")
    try:
        found = json.loads(
            payload.decode("utf-8"), parse_float=_number, parse_int=_number, parse_constant=_not_a_number
        )
    except NoField:
        raise
    except RecursionError:
        raise NoField("the payload is nested too deeply") from None
    except ValueError:  # also UnicodeDecodeError and JSONDecodeError
        raise NoField("the payload is not JSON") from None
    for step in path.split(".") if path else ():
        found = _inside(found, step, path)
    return found


def _inside(found: Any, step: str, path: str) -> Any:
    if isinstance(found, dict) and step in found:
        return found[step]
    if isinstance(found, list) and re.fullmatch("[0-9]{1,5}", step) and int(step) < len(found):
        return found[int(step)]
    raise NoField(f"the payload has no field {path!r}: {step!r} is missing")


def _number(text: str) -> Decimal:
    value = Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("Infinity")
    if not value.is_finite() or (value and abs(value.adjusted()) > _LARGEST_EXPONENT):
        raise NoField("the payload holds a number out of all bounds")
    return value


def _not_a_number(name: str) -> Decimal:
    raise NoField(f"the payload holds {name}, which is no number")
