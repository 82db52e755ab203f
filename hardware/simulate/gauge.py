"""A gauge on a serial line, of each family that the driver reads."""

from decimal import Decimal
from pathlib import Path
from typing import Self

from hardware.simulate.answering import AnsweringTerminal
from hardware.simulate.verb import Options, Verb

SPELLED = {
    "digimatic": lambda value: f"01A{value:+010.3f}\r",
    "itn": lambda value: f"{value:.3f}\r",
    "sylvac": lambda value: f"{value:+08.3f}\r",
    "pattern": lambda value: f"{value:.3f} mm\r\n",
}
NO_VALUE = {"digimatic": "911\r", "itn": "\r", "sylvac": "ERR1\r", "pattern": "----\r\n"}


class SimulatedGauge(AnsweringTerminal):
    """Sends each new value as if its key were pressed; with `asked`, only what it is asked for."""

    half = b"01A+0"

    def __init__(
        self, link: Path | str | None = None, *, speaks: str = "digimatic", asked: bool = False
    ) -> None:
        """Plug it in at `link`, or at a path of its own; raises ValueError for a family that is not known."""
        if speaks not in SPELLED:
            raise ValueError(f"{speaks!r} is not known; known: {', '.join(SPELLED)}")
        self._speaks, self._asked = speaks, asked
        self._value: Decimal | None = Decimal(0)
        super().__init__(link)

    @classmethod
    def open(cls, options: Options) -> Self:
        """Plug one in at `link`, or at a path of its own, of the family `speaks`."""
        return cls(options.get("link"), speaks=options.get("speaks") or "digimatic", asked="asked" in options)

    def measure(self, value: Decimal | str | float) -> None:
        """It is held to something of that size, and its key is pressed."""
        self._value = Decimal(str(value))
        if not self._asked:
            self._show()

    def fail(self) -> None:
        """It has no value: its battery is empty, or it is off."""
        self._value = None
        if not self._asked:
            self._show()

    def heard(self, data: bytes) -> None:
        """Answer a question."""
        if self._asked and b"?" in data:
            self._show()

    def _show(self) -> None:
        told = NO_VALUE[self._speaks] if self._value is None else SPELLED[self._speaks](self._value)
        self.send(told.encode())

    def verbs(self) -> dict[str, Verb]:
        """Measuring beside the faults."""
        return {
            "measure": Verb("VALUE", lambda rest: self.measure(Decimal(rest))),
            "fail": Verb("", lambda _: self.fail()),
            **super().verbs(),
        }
