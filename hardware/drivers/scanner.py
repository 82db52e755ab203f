"""Lines of a barcode scanner: the text of the code, and its AIM identifier when the scanner sends one."""

from typing import Literal

from pydantic import Field

from hardware.decode.codes import split_symbology, unreadable
from hardware.decode.line_decoder import LineDecoder
from hardware.driver import BYTES, Driver, Options
from hardware.readings import CodeScanned, Reading, Stamp

SHORTEST_CODE = 3  # characters; as of a scanner that types
LONGEST_CODE = 8192  # bytes; the largest QR code holds 7089 digits


class ScannerDecoder(LineDecoder):
    """CodeScanned for each line; text is UTF-8, or `encoding`. Blanks around it are the scanner's."""

    def __init__(
        self,
        *,
        stamp: Stamp,
        encoding: str = "utf-8",
        shortest: int = SHORTEST_CODE,
        identified: bool = False,
    ) -> None:
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_CODE)
        self._code_stamp = stamp
        self._encoding = encoding
        self._shortest = shortest
        self._identified = identified

    def _read(self, line: bytes) -> Reading | str:
        try:
            sent = line.decode(self._encoding)
        except UnicodeDecodeError:
            return f"the code is not {self._encoding} text: it is binary, or baud rate and parity are wrong"
        text, symbology = split_symbology(sent.strip(" \t"))
        reason = unreadable(text) or self._doubt(text, symbology)
        return reason or CodeScanned(**self._code_stamp(), text=text, symbology=symbology)

    def _doubt(self, text: str, symbology: str | None) -> str | None:
        """Why a readable text is none all the same: a line at a wrong baud rate now and then says letters."""
        if symbology is not None:
            return None
        if self._identified:
            return "the code has no AIM identifier: it is noise, or the scanner is not set to send one"
        if len(text) < self._shortest:
            return (
                f"the code has fewer than {self._shortest} characters: noise, or mend `shortest` in its table"
            )
        return None


class ScannerOptions(Options):
    """How the scanner is set."""

    encoding: Literal["utf-8", "ascii", "latin-1", "shift_jis", "gb18030"] = Field(
        "utf-8", description="how the scanner spells letters beyond ASCII"
    )
    shortest: int = Field(
        SHORTEST_CODE,
        ge=1,
        le=100,
        description="characters of the shortest code that comes without identifier",
    )
    identified: bool = Field(
        False, description="whether the scanner sends AIM identifiers: what comes without one is noise"
    )


DRIVER = Driver(
    kind="scanner",
    title="barcode scanner on a serial line",
    carriers=BYTES,
    options=ScannerOptions,
    decoder=lambda own, place: ScannerDecoder(
        stamp=place.stamp, encoding=own.encoding, shortest=own.shortest, identified=own.identified
    ),
    simulator="hardware.simulate.scanner:SimulatedScanner",
)
