"""A badge reader on a serial line."""

from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Verb


class SimulatedBadgeReader(SimulatedTerminal):
    """Reads the cards that are held to it."""

    half = b"04A2"

    def hold(self, number: str) -> None:
        """Hold a card to it; `number` as the reader spells it."""
        self.send(f"\x02{number}\r\n\x03".encode("ascii"))

    def verbs(self) -> dict[str, Verb]:
        """Holding a card beside the faults."""
        return {"hold": Verb("NUMBER", self._hold), **super().verbs()}

    def _hold(self, rest: str) -> None:
        if not rest:
            raise ValueError("no number")
        self.hold(rest)
