"""A torque wrench on a serial line that prints a line for each fastening."""

from decimal import Decimal
from pathlib import Path

from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Verb


class SimulatedWrench(SimulatedTerminal):
    """Tightens as it is told to, and prints `0007;9.02;Nm;34;OK`."""

    half = b"0007;9.0"

    def __init__(self, link: Path | str | None = None) -> None:
        """Plug it in at `link`, or at a path of its own."""
        super().__init__(link)
        self._number = 0
        self._line = b""

    def tighten(self, torque: Decimal | str | float, angle: int | None = None, *, ok: bool = True) -> None:
        """One fastening of `torque` in N.m and `angle` in degrees."""
        self._number += 1
        turned = "" if angle is None else f"{angle}"
        fields = [
            f"{self._number:04}",
            str(torque),
            "Nm",
            *([turned] if turned else []),
            "OK" if ok else "NOK",
        ]
        self._line = ";".join(fields).encode() + b"\r\n"
        self.send(self._line)

    def repeat(self) -> None:
        """Print the last result again."""
        self.send(self._line)

    def verbs(self) -> dict[str, Verb]:
        """Tightening beside the faults."""
        return {
            "tighten": Verb("TORQUE [ANGLE] [nok]", lambda rest: self._tighten(rest.split())),
            "repeat": Verb("", lambda _: self.repeat()),
            **super().verbs(),
        }

    def _tighten(self, words: list[str]) -> None:
        torque, *angle = [Decimal(word) for word in words if word not in {"ok", "nok"}]
        self.tighten(torque, int(angle[0]) if angle else None, ok="nok" not in words)
