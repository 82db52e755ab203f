"""Lines of a scale, in the manner of MT-SICS (`S S     123.45 g`) and of A&D (`ST,GS,+00123.45 g`)."""

import re

from pydantic import Field

from hardware.decode.line_decoder import LineDecoder
from hardware.decode.numbers import number
from hardware.driver import BYTES, Driver, Options
from hardware.readings import Measured, Reading, Stamp

LONGEST_LINE = 128  # bytes; both families stay below 40
_UNIT = r"(?P<unit>[A-Za-z%][A-Za-z/%.]{0,7})"
_WEIGHT = rf"(?P<value>[+-]? *[0-9.]{{1,24}}) *{_UNIT}"
# "S": weight, "SI"/"SIR" answer as "S" too; second letter S is stable, D is dynamic
_SICS = re.compile(rf"S (?P<settled>[SD]) +{_WEIGHT} *")
_SICS_SAID = {
    "S +": "the scale is overloaded: take something off",
    "S -": "the scale is underloaded: put the pan on and set it to zero",
    "S I": "the scale cannot weigh now: it is busy or has not settled",
    "ES": "the scale does not know the command it was sent: mend `on_connect` in the devices file",
    "ET": "the scale received a damaged command: check baud rate and parity in the devices file",
    "EL": "the scale cannot carry out the command it was sent: mend `on_connect` in the devices file",
}
_SICS_POWERED = re.compile(r'I4 A "[^"]*"')  # a scale says its serial number when it is switched on
# header, then on indicators also GS/NT/TR (gross, net, tare)
_AND = re.compile(rf"(?P<settled>ST|US|QT),(?:(?:GS|NT|TR),)? *{_WEIGHT} *")
_START = re.compile(rb"S [SD] |(?:ST|US|QT),")
_AND_OVER = re.compile(r"OL(?:,.*)?")


class ScaleDecoder(LineDecoder):
    """Measured for each weight, in the unit the scale names; overload and the like are refused in words."""

    def __init__(self, *, stamp: Stamp, quantity: str | None = "mass") -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_LINE, start=_START)
        self._weight_stamp = stamp
        self._quantity = quantity

    def _read(self, line: bytes) -> Reading | str | None:
        text = line.decode("ascii", errors="replace").rstrip(" ")
        if text in _SICS_SAID:
            return _SICS_SAID[text]
        if _SICS_POWERED.fullmatch(text):
            return None
        if _AND_OVER.fullmatch(text):
            return _SICS_SAID["S +"]
        found = _SICS.fullmatch(text) or _AND.fullmatch(text)
        value = number(found["value"]) if found else None
        if found is None or value is None:
            return "this is no weight: expected `S S     123.45 g` or `ST,GS,+00123.45 g`"
        return Measured(
            **self._weight_stamp(),
            value=value,
            unit=found["unit"],
            quantity="count" if found["settled"] == "QT" else self._quantity,
            stable=found["settled"] in {"S", "ST", "QT"},
        )


class ScaleOptions(Options):
    """What is weighed."""

    quantity: str = Field("mass", description="what it measures")


DRIVER = Driver(
    kind="scale",
    title="scale that sends its weight by itself, in the manner of MT-SICS or A&D",
    carriers=BYTES,
    options=ScaleOptions,
    decoder=lambda own, place: ScaleDecoder(stamp=place.stamp, quantity=own.quantity),
    simulator="hardware.simulate.scale:SimulatedScale",
)
