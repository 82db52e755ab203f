"""What the parsers of several kinds are made of, each to be fuzzed by itself: see `tests.fuzz.parsers`."""

import contextlib
import math
from decimal import Decimal
from typing import get_args

from content import label
from content.envelopes import EnvelopeDamaged, read_envelope, read_hibc
from content.label import Pattern
from hardware import key_events
from hardware.decode.registers import (
    BITS,
    LARGEST_GAP,
    MOST_BITS,
    MOST_REGISTERS,
    Order,
    Type,
    packed,
    place,
    size_of,
    spans,
    unpacked,
)
from hardware.drivers.scanner import ScannerDecoder
from hardware.drivers.wedge import LONGEST_CODE, SLOWEST_SCANNER, WedgeAssembler
from hardware.keyboard import LAYOUTS, UP, Keyboard
from hardware.readings import CodeScanned
from hardware.simulate.wedge import typed
from tests.hardware.test_recordings import stamp

TYPES, ORDERS = get_args(Type), get_args(Order)


class Registers:
    """Points in any spelling, and numbers in registers of any type and order: what is read is what would be written."""

    def seeds(self) -> list[bytes]:
        points = b"coil:4 input:10 holding:100.3 register:65535"
        return [
            points,
            *(bytes([kind, order]) + bytes(range(1, 9)) for kind in range(9) for order in range(4)),
        ]

    def one(self, data: bytes) -> None:
        self._number(data)
        points = []
        for word in data.decode("latin-1").split():
            try:
                points.append((place(word), size_of(TYPES[len(word) % len(TYPES)])))
            except ValueError:
                continue
        asked = spans(points)
        for point, size in points:
            around = [each for each in asked if each.area is point.area and each.address <= point.address]
            assert any(point.address + size <= each.address + each.count for each in around), point
        for each in asked:
            assert each.count <= (MOST_BITS if each.area in BITS else MOST_REGISTERS) + LARGEST_GAP

    def _number(self, data: bytes) -> None:
        if len(data) < 2:
            return
        kind, order = TYPES[data[0] % len(TYPES)], ORDERS[data[1] % len(ORDERS)]
        size = 2 * size_of(kind)
        if kind == "bit" or len(data) < 2 + size:
            return
        words = [int.from_bytes(data[at : at + 2], "big") for at in range(2, 2 + size, 2)]
        number = unpacked(words, kind, order)
        if math.isfinite(number):
            again = packed(Decimal(number), kind, order)
            assert unpacked(again, kind, order) == number


class Typed:
    """Key strokes of any kind: afterwards, with all keys let go and a pause, a scan is what was scanned."""

    GOOD = "]d20104012345000018\x1d21SN-7"

    def seeds(self) -> list[bytes]:
        return [
            bytes(byte for code, value in typed(text, layout) for byte in (code, value))
            for text in (self.GOOD, "PART-42\r", "Größe")
            for layout in LAYOUTS
        ]

    def one(self, data: bytes) -> None:
        layout = ("us", "de")[len(data) % 2]
        keyboard, window = Keyboard(layout), WedgeAssembler()
        scanner, now = ScannerDecoder(stamp=stamp), 0
        cutter, struck = key_events.Keys(), list(zip(data[::2], data[1::2], strict=False))
        told = key_events.packed(struck)
        cut = [event for at in range(0, len(told), 7) for event in cutter.feed(told[at : at + 7])]
        assert [(event.code, event.value) for event in cut if event.type == key_events.KEY] == struck
        assert key_events.read(key_events.spelled(struck)) == struck
        for code, value in struck:
            char = keyboard.key(code, value)
            assert len(char) <= 1
            list(scanner.feed(char.encode()))
            now += value * 1_000_000
            found = window.key(char, now) if char else None
            assert found is None or len(found) <= LONGEST_CODE
        for code in range(256):
            keyboard.key(code, UP)
        list(scanner.give_up("quiet"))
        letters = "".join(keyboard.key(*key) for key in typed(self.GOOD + "\r", layout))
        assert letters == self.GOOD + "\r", "a good code was typed, and taken for another"
        (code,) = scanner.feed(letters.encode())
        assert isinstance(code, CodeScanned)
        now += SLOWEST_SCANNER + 1
        codes = [window.key(char, now + at) for at, char in enumerate(letters)]
        assert codes[-1] == self.GOOD, "a good code was lost after rubbish"


class Labels:
    """Texts of codes: whatever they are, they mean something or say why not, and never break what reads them."""

    OWN = (Pattern.of(r"(?P<part>\d{6})-(?P<serial>\d{4})"), Pattern.of("(?P<badge>B.*)"))
    SYMBOLOGIES = (None, "]d2", "]C1", "]Q3", "]e0", "]C0", "]H0")

    def seeds(self) -> list[bytes]:
        texts = (
            "010401234500001821SN-7\x1d10A",
            "(01)04012345000018(21)SN-7",
            "https://id.gs1.org/01/04012345000018/21/SN-7?3103=000123",
            "[)>\x1e06\x1dP1234\x1dSSN-7\x1d1TLOT\x1e\x04",
            "+A123BJC5D6E71G",
            "+A99912345/$$3231231ABC/SN-7",
            "BDG:ANNA-1",
            "WO:4711?colour=blue",
            "CMD:DONE",
            "123456-7890",
            "4012345000018",
        )
        return [bytes([number]) + text.encode() for number, text in enumerate(texts)]

    def one(self, data: bytes) -> None:
        text = data[1:].decode("utf-8", errors="replace")
        symbology = self.SYMBOLOGIES[data[0] % len(self.SYMBOLOGIES)] if data else None
        meant = label.read(text, symbology, self.OWN)
        assert label.read(text, symbology, self.OWN) == meant
        for parse in (read_envelope, read_hibc):
            with contextlib.suppress(EnvelopeDamaged):
                parse(text)


PARTS = {"registers": Registers, "keys": Typed, "labels": Labels}
