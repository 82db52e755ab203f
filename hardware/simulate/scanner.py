"""A barcode scanner on a serial line that sends AIM identifiers and ends each code with CR."""

from hardware.simulate.terminal import SimulatedTerminal


class SimulatedScanner(SimulatedTerminal):
    """Scans what it is told to."""

    half = b"]d20104012345"

    def scan(self, text: str, symbology: str = "]d2") -> None:
        """Read a label with `text` on it; an empty `symbology` is a scanner that sends no identifier."""
        self.send(f"{symbology}{text}\r".encode())
