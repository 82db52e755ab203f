"""Result lines of a torque tool: `T,0007,9.02,N.m,34,OK*64`; docs/devices.md has the frame field by field."""

import re
from collections import deque
from functools import reduce

from hardware.decode.line_decoder import LineDecoder
from hardware.decode.numbers import number
from hardware.driver import BYTES, Driver, Options
from hardware.readings import Reading, Stamp, TorqueApplied

_START = re.compile(rb"T,")
LONGEST_LINE = 128  # bytes; a full frame is below 50
REMEMBERED = 8  # latest results; a tool that believes itself unheard repeats them, not always in order
UNITS = {  # as tools write them -> as the documents write them
    "N.m": "N.m",
    "Nm": "N.m",
    "N.cm": "N.cm",
    "Ncm": "N.cm",
    "kN.m": "kN.m",
    "kNm": "kN.m",
    "ft.lbf": "ft.lbf",
    "in.lbf": "in.lbf",
}
VERDICTS = {"OK": True, "NOK": False, "": None}


def checksum(body: bytes) -> bytes:
    """Two upper-case hexadecimal digits: the exclusive or of all bytes of `body` (as in NMEA 0183)."""
    return b"%02X" % reduce(int.__xor__, body, 0)


class TorqueDecoder(LineDecoder):
    """TorqueApplied for each result; a frame that is sent twice is one result."""

    def __init__(self, *, stamp: Stamp) -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_LINE, start=_START)
        self._result_stamp = stamp
        self._latest: deque[bytes] = deque(maxlen=REMEMBERED)

    def _read(self, line: bytes) -> Reading | str | None:
        body, star, given = line.strip(b" ").rpartition(b"*")
        if not star:
            return "no checksum: half a frame, or not a torque result"
        if given.upper() != checksum(body):
            return f"wrong checksum: the frame was damaged on its way, expected {checksum(body).decode()}"
        fields = body.decode("ascii", errors="replace").split(",")
        if len(fields) != 6 or fields[0] != "T" or not (fields[1].isascii() and fields[1].isdigit()):
            return "this is no torque result: expected `T,number,torque,unit,angle,OK*checksum`"
        if line in self._latest:
            return None  # tools repeat a result that they believe unheard; the number in it makes it one
        told = self._result(*fields[2:])
        if not isinstance(told, str):
            self._latest.append(line)
        return told

    def _result(self, torque: str, unit: str, angle: str, verdict: str) -> Reading | str:
        value, turned = number(torque), number(angle) if angle.strip() else None
        if value is None:
            return "the torque is no number"
        if turned is None and angle.strip():
            return "the angle is no number"
        if unit not in UNITS:
            return f"the tool reports in an unknown unit; known: {', '.join(UNITS)}"
        if verdict not in VERDICTS:
            return "the verdict is neither OK nor NOK"
        return TorqueApplied(
            **self._result_stamp(), torque=value, unit=UNITS[unit], angle=turned, ok=VERDICTS[verdict]
        )


DRIVER = Driver(
    kind="torque",
    title="torque tool that prints a checked line for each fastening",
    carriers=BYTES,
    options=Options,
    decoder=lambda _, place: TorqueDecoder(stamp=place.stamp),
    simulator="hardware.simulate.torque:SimulatedTorqueDriver",
)
