"""A scale on a serial line that answers in the manner of MT-SICS."""

from decimal import Decimal

from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Verb


class SimulatedScale(SimulatedTerminal):
    """Shows the weight it is told to."""

    half = b"S S     12"

    def weigh(self, value: Decimal | str | float, unit: str = "g", *, stable: bool = True) -> None:
        """Something that weighs `value` lies on the pan; not `stable`: it is still swinging."""
        self.send(f"S {'S' if stable else 'D'} {value!s:>10} {unit}\r\n".encode())

    def overload(self) -> None:
        """Far too much lies on the pan."""
        self.send(b"S +\r\n")

    def verbs(self) -> dict[str, Verb]:
        """Weighing beside the faults."""
        return {
            "weigh": Verb("VALUE [UNIT] [unstable]", lambda rest: self._weigh(rest.split())),
            "overload": Verb("", lambda _: self.overload()),
            **super().verbs(),
        }

    def _weigh(self, words: list[str]) -> None:
        stable = "unstable" not in words
        value, *unit = [word for word in words if word != "unstable"]
        self.weigh(Decimal(value), unit[0] if unit else "g", stable=stable)
