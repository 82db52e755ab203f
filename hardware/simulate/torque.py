"""A torque tool on a serial line that sends one checked line for each fastening."""

from decimal import Decimal
from pathlib import Path

from hardware.drivers.torque import checksum
from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Verb


class SimulatedTorqueDriver(SimulatedTerminal):
    """Tightens as it is told to."""

    half = b"T,0007,9.0"

    def __init__(self, link: Path | str | None = None) -> None:
        super().__init__(link)
        self._number = 0
        self._frame = b""

    def tighten(
        self,
        torque: Decimal | str | float,
        angle: Decimal | str | float | None = None,
        *,
        ok: bool | None = True,
        unit: str = "N.m",
    ) -> None:
        """One fastening of `torque` in `unit` and `angle` in degrees, with the tool's own verdict."""
        self._number = self._number % 9999 + 1
        verdict = {True: "OK", False: "NOK", None: ""}[ok]
        turned = "" if angle is None else angle
        body = f"T,{self._number:04},{torque},{unit},{turned},{verdict}".encode()
        self._frame = body + b"*" + checksum(body) + b"\r\n"
        self.send(self._frame)

    @property
    def frame(self) -> bytes:
        """The latest result as it went over the wire."""
        return self._frame

    def repeat(self) -> None:
        """Send the last result again, as a tool does that believes itself unheard."""
        self.send(self._frame)

    def verbs(self) -> dict[str, Verb]:
        """Tightening beside the faults."""
        return {
            "tighten": Verb("TORQUE [ANGLE] [nok]", lambda rest: self._tighten(rest.split())),
            "repeat": Verb("", lambda _: self.repeat()),
            **super().verbs(),
        }

    def _tighten(self, words: list[str]) -> None:
        ok = "nok" not in words
        torque, *angle = [Decimal(word) for word in words if word not in {"ok", "nok"}]
        self.tighten(torque, angle[0] if angle else None, ok=ok)
