"""A barcode scanner on a serial line that sends AIM identifiers and ends each code with CR."""

from hardware.decode.codes import split_symbology
from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Verb


class SimulatedScanner(SimulatedTerminal):
    """Scans what it is told to."""

    half = b"]d20104012345"

    def scan(self, text: str, symbology: str = "]d2") -> None:
        """Read a label with `text` on it; an empty `symbology` is a scanner that sends no identifier."""
        self.send(f"{symbology}{text}\r".encode())

    def verbs(self) -> dict[str, Verb]:
        """Scanning beside the faults."""
        return {"scan": Verb("TEXT", self._scan), **super().verbs()}

    def _scan(self, rest: str) -> None:
        if not rest:
            raise ValueError("no text to scan")
        text, symbology = split_symbology(rest.replace("<GS>", "\x1d"))
        self.scan(text, symbology or "")
