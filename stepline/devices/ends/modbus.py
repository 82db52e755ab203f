"""A PLC on Modbus that answers as it did: each request gets the answer of the time that is played."""

import struct
import threading
from collections import Counter
from collections.abc import Sequence

from hardware.address import SerialPort, TcpPeer
from hardware.decode.registers import BITS, READS, WRITES, Area
from hardware.simulate.modbus import SimulatedPlc, SimulatedSerialPlc, Tables
from hardware.tape import Piece, Way
from stepline.devices.ends.far_end import PATIENCE
from stepline.devices.turns import Turns

Point = tuple[Area, int]


def _is_reading(request: bytes) -> bool:
    return request[:1] != b"" and request[0] in READS


class RecordedTables(Tables):
    """What the PLC held. A point that the station has driven is as it was driven, until the recording is as far."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._turns = Turns(pieces, _is_reading)
        self._ahead: Counter[Point] = (
            Counter()
        )  # writes of this station that the recording has yet to come to
        self._lock = threading.Lock()

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, both from the function code on."""
        recorded = b"".join(piece.data for piece in self._turns.said(request, request))
        if _is_reading(request):
            return self._read_now(request, recorded or super().answer(request))
        if recorded and recorded[0] & 0x80:
            return recorded  # it was refused, and is again
        with self._lock:
            self._ahead.update(points_of(request))
        return super().answer(request)

    def reach(self, at: int) -> None:
        """The recording is played up to there."""
        self._turns.reach(at)

    def await_said(self, piece: Piece) -> None:
        """The station wrote this in the recording: wait until it does."""
        self._turns.await_said(piece, PATIENCE)
        with self._lock:
            self._ahead.subtract(points_of(piece.data))

    def _read_now(self, request: bytes, answer: bytes) -> bytes:
        area, (first, count) = READS[request[0]], struct.unpack(">HH", request[1:5])
        if answer[0] & 0x80 or area not in {Area.COIL, Area.HOLDING}:
            return answer
        with self._lock:
            driven = [at for at in range(count) if self._ahead[area, first + at] > 0]
        return overlaid(answer, super().answer(request), driven, bits=area in BITS) if driven else answer


def overlaid(answer: bytes, own: bytes, places: Sequence[int], *, bits: bool) -> bytes:
    """`answer` to a request, with the values at these places as in `own`."""
    told = bytearray(answer)
    for place in places:
        if bits:
            byte, mask = 2 + place // 8, 1 << place % 8
            told[byte] = told[byte] & ~mask | own[byte] & mask
        else:
            told[2 + 2 * place : 4 + 2 * place] = own[2 + 2 * place : 4 + 2 * place]
    return bytes(told)


def points_of(request: bytes) -> list[Point]:
    """The points that a request writes."""
    if len(request) < 5 or request[0] not in WRITES:
        return []
    first, count = struct.unpack(">HH", request[1:5])
    return [(WRITES[request[0]], first + at) for at in range(1 if request[0] in {5, 6} else count)]


class ModbusEnd:
    """The PLC at its port or on its line."""

    def __init__(self, reached: TcpPeer | SerialPort, pieces: Sequence[Piece]) -> None:
        """Raises OSError when the port cannot be had."""
        self._tables = RecordedTables(pieces)
        self._plc = (
            SimulatedPlc(reached.port, self._tables)
            if isinstance(reached, TcpPeer)
            else SimulatedSerialPlc(reached.path, self._tables)
        )

    def reach(self, at: int) -> None:
        """The recording is played up to there."""
        self._tables.reach(at)

    def play(self, piece: Piece) -> None:
        """It only ever answers."""
        assert piece.way is Way.IN

    def await_said(self, piece: Piece) -> None:
        """The station wrote this in the recording: wait until it does."""
        self._tables.await_said(piece)

    def close(self) -> None:
        """Switch it off."""
        self._plc.close()
