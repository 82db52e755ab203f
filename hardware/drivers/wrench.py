"""Torque wrenches and screwdrivers that print a line after each fastening, each maker's in its own spelling."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hardware.amounts import spelled
from hardware.decode.line_decoder import LineDecoder
from hardware.decode.pattern import LinePattern, amount, compiled
from hardware.driver import BYTES, Carrier, Driver, Options
from hardware.readings import Reading, Stamp, TorqueApplied

LONGEST_LINE = 256  # bytes; a printed result is below 100
_VALUE = r"[+-]? *[0-9]{1,6}(?:[.,][0-9]{1,4})?"
PATTERNS = {
    # number, torque, unit, angle, verdict: what most print as a list with commas, semicolons or tabs
    "list": (
        rf"(?P<number>\d{{1,10}}) *[,;\t] *(?P<torque>{_VALUE}) *[,;\t]? *(?P<unit>[A-Za-z.·]{{1,6}})"
        rf"(?: *[,;\t] *(?P<angle>{_VALUE}) *(?:deg|°)?)?(?: *[,;\t] *(?P<verdict>[A-Za-z]{{1,6}}))?"
    ),
    # torque and unit, as a display shows them
    "display": rf"(?P<torque>{_VALUE}) *(?P<unit>[A-Za-z.·]{{1,6}})(?: +(?P<angle>{_VALUE}) *(?:deg|°))?",
}


class WrenchDecoder(LineDecoder):
    """TorqueApplied for each line; a result that comes again under its number is the same."""

    def __init__(self, *, stamp: Stamp, own: "WrenchOptions") -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_LINE)
        self._wrench_stamp = stamp
        self._own = own
        self._pattern = LinePattern(PATTERNS.get(own.speaks, own.pattern))
        self._last: tuple[int, str] | None = None

    def _read(self, line: bytes) -> Reading | str | None:
        text = line.decode("utf-8", errors="replace").strip()
        named = self._pattern.fields(text) or {}
        torque, angle = amount(named.get("torque")), amount(named.get("angle"))
        if torque is None:
            return "this is no result as the table says the wrench prints it: mend `speaks` or `pattern`"
        verdict = (named.get("verdict") or "").casefold()
        ok = self._verdict(verdict)
        if verdict and ok is None:
            return f"the verdict {verdict!r} is neither in `good` nor in `bad`"
        told = named.get("number")
        number = int(told) if told else None
        if number is not None and self._last == (number, text):
            return None
        self._last = None if number is None else (number, text)
        return TorqueApplied(
            **self._wrench_stamp(),
            torque=abs(torque) if self._own.unsigned else torque,
            unit=spelled((named.get("unit") or self._own.unit).strip()),
            angle=angle,
            ok=ok,
            number=number,
        )

    def _verdict(self, word: str) -> bool | None:
        if word in _folded(self._own.good):
            return True
        return False if word in _folded(self._own.bad) else None


def _folded(words: Sequence[str]) -> set[str]:
    return {word.casefold() for word in words}


class WrenchOptions(Options):
    """How the wrench prints a result."""

    speaks: Literal["list", "display", "pattern"] = Field(
        "list", description="how it prints a result; `pattern`: as the key of that name says"
    )
    pattern: str = Field(
        "",
        description="regular expression with (?P<torque>…), and unit, angle, verdict, number where there are",
    )
    unit: str = Field("N.m", description="of the torque, where its line does not say it")
    good: tuple[str, ...] = Field(("OK", "PASS", "IO", "A"), description="words for a good verdict")
    bad: tuple[str, ...] = Field(("NOK", "NG", "FAIL", "NIO", "R"), description="words for a bad one")
    unsigned: bool = Field(True, description="a minus sign only says which way it was turned")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        if pattern:
            compiled(pattern, needed=["torque"], known=["unit", "angle", "verdict", "number"])
        return pattern

    @model_validator(mode="after")
    def _says_how(self) -> "WrenchOptions":
        if (self.speaks == "pattern") is not bool(self.pattern):
            raise ValueError('`speaks = "pattern"` and the key `pattern` belong together')
        return self


DRIVER = Driver(
    kind="wrench",
    title="torque wrench or screwdriver that prints a line for each fastening",
    carriers=BYTES | {Carrier.KEYS},
    options=WrenchOptions,
    decoder=lambda own, place: WrenchDecoder(stamp=place.stamp, own=own),
    simulator="hardware.simulate.wrench:SimulatedWrench",
)
