"""Lines of a barcode scanner: the text of the code, and its AIM identifier when the scanner sends one."""

from typing import Literal

from pydantic import Field

from hardware.decode.codes import split_symbology, unreadable
from hardware.decode.line_decoder import LineDecoder
from hardware.driver import BYTES, Driver, Options
from hardware.readings import CodeScanned, Reading, Stamp

LONGEST_CODE = 8192  # bytes; the largest QR code holds 7089 digits


class ScannerDecoder(LineDecoder):
    """CodeScanned for each line; text is UTF-8, or `encoding`. Blanks around it are the scanner's."""

    def __init__(self, *, stamp: Stamp, encoding: str = "utf-8") -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_CODE)
        self._code_stamp = stamp
        self._encoding = encoding

    def _read(self, line: bytes) -> Reading | str:
        try:
            sent = line.decode(self._encoding)
        except UnicodeDecodeError:
            return f"the code is not {self._encoding} text: it is binary, or baud rate and parity are wrong"
        text, symbology = split_symbology(sent.strip(" \t"))
        reason = unreadable(text)
        return reason or CodeScanned(**self._code_stamp(), text=text, symbology=symbology)


class ScannerOptions(Options):
    """How the scanner is set."""

    encoding: Literal["utf-8", "ascii", "latin-1", "shift_jis", "gb18030"] = Field(
        "utf-8", description="how the scanner spells letters beyond ASCII"
    )


DRIVER = Driver(
    kind="scanner",
    title="barcode scanner on a serial line",
    carriers=BYTES,
    options=ScannerOptions,
    decoder=lambda own, place: ScannerDecoder(stamp=place.stamp, encoding=own.encoding),
    simulator="hardware.simulate.scanner:SimulatedScanner",
)
