"""Expressions over an MQTT message, in the Common Expression Language: `payload.temp * 0.1`, `topic[2] == "press"`."""

import json
from typing import Any

from cel_expr_python import cel  # pyright: ignore[reportMissingTypeStubs] - its stubs lie inside the package

from hardware.decode.json_field import LARGEST_PAYLOAD, NoField

LONGEST = 500  # characters of an expression that a table may hold
_SCOPE = cel.NewEnv(
    variables={
        "payload": cel.Type.DYN,
        "text": cel.Type.STRING,
        "topic": cel.Type.List(cel.Type.STRING),
    }
)


class Expression:
    """Compiled once. `payload` is the JSON of a message, `text` the message as it is, `topic` its levels."""

    def __init__(self, written: str) -> None:
        """Raises ValueError with the place and what is wrong there."""
        if len(written) > LONGEST:
            raise ValueError(f"has {len(written)} characters; at most {LONGEST} are taken")
        self.written = written
        try:
            self._compiled = _SCOPE.compile(written)
        except RuntimeError as problem:
            raise ValueError(f"{written!r} is no expression: {_first_line(problem)}") from None

    def value(self, payload: bytes, topic: str) -> bool | float | str:
        """What it gives for a message.

        Raises:
            NoField: the message is none that it can be worked out for, or it gives no switch, number or text.
        """
        text = _text(payload)
        given = {"payload": _json(text), "text": text, "topic": topic.split("/")}
        try:
            found = self._compiled.eval(data=given)
            told = found.value()
        except RuntimeError as problem:
            raise NoField(f"{self.written!r} cannot be worked out: {_first_line(problem)}") from None
        if found.type() == cel.Type.ERROR:
            raise NoField(f"{self.written!r} cannot be worked out: {_mended(str(told))}")
        if isinstance(told, int) and not isinstance(told, bool):
            return float(told)
        if not isinstance(told, bool | float | str):
            raise NoField(f"{self.written!r} gives no switch, number or text")
        return told


def _text(payload: bytes) -> str:
    if len(payload) > LARGEST_PAYLOAD:
        raise NoField(f"the payload has {len(payload)} bytes; at most {LARGEST_PAYLOAD} are read")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        raise NoField("the payload is not text") from None


def _json(text: str) -> Any:
    """The JSON of a payload, numbers as floating ones; a bare word is a text, as many devices send it."""
    try:
        return json.loads(text, parse_int=float, parse_constant=lambda _: None)
    except RecursionError:
        raise NoField("the payload is nested too deeply") from None
    except ValueError:
        return text.strip()


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0].removeprefix("INVALID_ARGUMENT: ERROR: ").strip()


def _mended(told: str) -> str:
    if "No matching overload" in told:
        return "it calculates with things that do not fit; numbers of messages are floating, write 2.0 for 2"
    if "not found" in told:
        return "the payload has no such field"
    return told
