"""A ZPL printer on the network that prints, runs out of labels, and has its head opened."""

import re

from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.terminal import PATIENCE
from hardware.simulate.verb import Verb


class SimulatedPrinter(SimulatedPeer):
    """Prints labels as long as nothing is wrong; those that came meanwhile are printed when it is mended."""

    half = b"\x02030,0,0"

    def __init__(self, port: int = 0) -> None:
        """Listen at `port`, or at a free one."""
        self.printed: list[str] = []
        self.waiting: list[str] = []
        self.faults: set[str] = set()
        self.silent = False
        self._held = b""
        super().__init__(port)

    def connected(self) -> None:
        """A station has connected."""
        self._held = b""

    def heard(self, data: bytes) -> None:
        """Take labels, and answer questions for the status."""
        self._held += data
        while found := re.search(rb"~HS|\^XA.*?\^XZ", self._held, re.DOTALL):
            self._held = self._held[found.end() :]
            if found[0] == b"~HS":
                self._answer()
            else:
                with self._changed:
                    self.waiting.append(found[0].decode())
                    self._changed.notify_all()
                self._print()

    def wait(self, seconds: float = 2 * PATIENCE) -> bool:
        """Wait until a label waits to be printed; whether one came."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.waiting), seconds)

    def fault(self, name: str) -> None:
        """From now on `paper`, `head`, `ribbon` or `pause` is wrong."""
        if name not in {"paper", "head", "ribbon", "pause"}:
            raise ValueError(name)
        self.faults.add(name)

    def mend(self) -> None:
        """Nothing is wrong any more."""
        self.faults.clear()
        self._print()

    def verbs(self) -> dict[str, Verb]:
        """What may be wrong beside the faults of every connection."""
        return {
            "fault": Verb("paper|head|ribbon|pause", self.fault),
            "mend": Verb("", lambda _: self.mend()),
            "silent": Verb("on|off", self._silence),
            **super().verbs(),
        }

    def _print(self) -> None:
        if not self.faults:
            self.printed += self.waiting
            self.waiting = []

    def _answer(self) -> None:
        if self.silent:
            return
        paper, pause = int("paper" in self.faults), int("pause" in self.faults)
        head, ribbon = int("head" in self.faults), int("ribbon" in self.faults)
        told = (
            f"030,{paper},{pause},1245,{len(self.waiting):03},0,0,0,000,0,0,0",
            f"000,0,{head},{ribbon},0,2,4,0,00000000,1,000",
            "1234,0",
        )
        self.send(b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in told))

    def _silence(self, rest: str) -> None:
        if rest not in {"on", "off"}:
            raise ValueError(rest)
        self.silent = rest == "on"
