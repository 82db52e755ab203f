"""A PLC with the four tables of Modbus, on the network or on a serial line, apart from the library we speak with.

Frames as the "Modbus Application Protocol" (V1.1b3) and "Modbus over Serial Line" (V1.02) specifications say.
"""

import struct
import threading
from decimal import Decimal
from pathlib import Path

from hardware.decode.registers import BITS, READS, WRITES, Area, Place, Type, packed, place, unpacked
from hardware.simulate.answering import AnsweringTerminal
from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.terminal import PATIENCE
from hardware.simulate.verb import Options, Verb

MOST = 1024  # places of each table
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


class _Illegal(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Tables:
    """What the PLC holds. An end switch follows its coil as a cylinder would, unless it jams."""

    def __init__(self) -> None:
        self._tables: dict[Area, list[int]] = {area: [0] * MOST for area in Area}
        self._follows: dict[int, int] = {}  # coil -> input that follows it
        self._protected: set[Place] = set()
        self._changed = threading.Condition()

    def set(self, point: str, value: Decimal | int | bool, kind: Type = "uint16") -> None:
        """A point is now `value`."""
        at, number = place(point), Decimal(value)
        words = [int(number)] if at.area in BITS else packed(number, kind)
        with self._changed:
            self._tables[at.area][at.address : at.address + len(words)] = words
            self._changed.notify_all()

    def get(self, point: str, kind: Type = "uint16", size: int = 1) -> int | float:
        """What a point is now."""
        at = place(point)
        with self._changed:
            words = self._tables[at.area][at.address : at.address + size]
        return words[0] if at.area in BITS else unpacked(words, kind)

    def wait(self, point: str, value: int, seconds: float = 2 * PATIENCE) -> bool:
        """Wait until a point is that; whether it came to be."""
        at = place(point)
        with self._changed:
            return self._changed.wait_for(lambda: self._tables[at.area][at.address] == value, seconds)

    def follow(self, coil: int, end_switch: int) -> None:
        """From now on that input follows that coil."""
        self._follows[coil] = end_switch

    def jam(self, coil: int) -> None:
        """The cylinder behind that coil no longer moves."""
        self._follows.pop(coil, None)

    def protect(self, point: str) -> None:
        """That point can no longer be written."""
        self._protected.add(place(point))

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, both from the function code on."""
        function = request[0]
        if function not in READS.keys() | WRITES.keys():
            return bytes([function | 0x80, ILLEGAL_FUNCTION])
        try:
            if function in READS:
                return bytes([function]) + self._read(READS[function], *struct.unpack(">HH", request[1:5]))
            self._write(function, request)
            return request[:5]
        except (_Illegal, struct.error) as problem:
            return bytes([function | 0x80, getattr(problem, "code", ILLEGAL_VALUE)])

    def _read(self, area: Area, address: int, count: int) -> bytes:
        if not count or address + count > MOST:
            raise _Illegal(ILLEGAL_ADDRESS)
        with self._changed:
            values = self._tables[area][address : address + count]
        if area not in BITS:
            return bytes([2 * count]) + struct.pack(f">{count}H", *values)
        packed_bits = sum(bit << at for at, bit in enumerate(values)).to_bytes((count + 7) // 8, "little")
        return bytes([len(packed_bits)]) + packed_bits

    def _write(self, function: int, request: bytes) -> None:
        address, second = struct.unpack(">HH", request[1:5])
        match function:
            case 5:
                values = [int(second == 0xFF00)]
            case 6:
                values = [second]
            case 15:
                bits = int.from_bytes(request[6:], "little")
                values = [bits >> at & 1 for at in range(second)]
            case _:
                values = list(struct.unpack(f">{second}H", request[6 : 6 + 2 * second]))
        area = WRITES[function]
        if address + len(values) > MOST:
            raise _Illegal(ILLEGAL_ADDRESS)
        if any(Place(area, address + at) in self._protected for at in range(len(values))):
            raise _Illegal(ILLEGAL_VALUE)
        with self._changed:
            self._tables[area][address : address + len(values)] = values
            for coil, end_switch in self._follows.items():
                self._tables[Area.INPUT][end_switch] = self._tables[Area.COIL][coil]
            self._changed.notify_all()


def _verbs(tables: Tables) -> dict[str, Verb]:
    def set_point(words: list[str]) -> None:
        point, value, *kind = words
        tables.set(point, Decimal(value), kind[0] if kind else "uint16")  # pyright: ignore[reportArgumentType]

    return {
        "set": Verb("POINT VALUE [TYPE]", lambda rest: set_point(rest.split())),
        "follow": Verb("COIL INPUT", lambda rest: tables.follow(*(int(word) for word in rest.split()))),
        "jam": Verb("COIL", lambda rest: tables.jam(int(rest))),
        "protect": Verb("POINT", tables.protect),
    }


class SimulatedPlc(SimulatedPeer):
    """A PLC on the network."""

    half = b"\x00\x01\x00\x00\x00"

    def __init__(self, port: int = 0, tables: Tables | None = None) -> None:
        """Listen at `port`, or at a free one; raises OSError when it cannot be had."""
        self.tables = tables or Tables()
        self.silent = False
        self._held = b""
        super().__init__(port)

    @classmethod
    def open(cls, options: Options) -> "SimulatedPlc | SimulatedSerialPlc":
        """On the network at `port`, or at a free one; with `link` on a serial line."""
        return (
            SimulatedSerialPlc(options["link"]) if "link" in options else cls(int(options.get("port", "0")))
        )

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"modbus-tcp://127.0.0.1:{self.port}"

    def connected(self) -> None:
        """A station has connected."""
        self._held = b""

    def heard(self, data: bytes) -> None:
        """Answer each request: transaction, protocol, length and unit before it."""
        self._held += data
        while len(self._held) >= 8 and len(self._held) >= (
            size := 6 + int.from_bytes(self._held[4:6], "big")
        ):
            whole, self._held = self._held[:size], self._held[size:]
            if not self.silent:
                told = self.tables.answer(whole[7:])
                self.send(whole[:4] + (len(told) + 1).to_bytes(2, "big") + whole[6:7] + told)

    def verbs(self) -> dict[str, Verb]:
        """What happens in the plant beside the faults."""
        return {**_verbs(self.tables), **super().verbs()}


class SimulatedSerialPlc(AnsweringTerminal):
    """A PLC on a serial line (RTU)."""

    half = b"\x01\x03"

    def __init__(self, link: Path | str | None = None, tables: Tables | None = None) -> None:
        """Plug it in at `link`, or at a path of its own."""
        self.tables = tables or Tables()
        self._held = b""
        super().__init__(link)

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"modbus-rtu://{self.path}"

    def heard(self, data: bytes) -> None:
        """Answer each request: a unit before it, a checksum behind it."""
        self._held += data
        while len(self._held) >= 8:
            size = 9 + self._held[6] if self._held[1] in {15, 16} else 8
            if len(self._held) < size:
                return
            whole, self._held = self._held[:size], self._held[size:]
            if checksum(whole[:-2]) == whole[-2:]:
                told = whole[:1] + self.tables.answer(whole[1:-2])
                self.send(told + checksum(told))

    def verbs(self) -> dict[str, Verb]:
        """What happens in the plant beside the faults."""
        return {**_verbs(self.tables), **super().verbs()}


def checksum(frame: bytes) -> bytes:
    """The CRC of an RTU frame, low byte first (polynomial 0xA001, start 0xFFFF)."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")
