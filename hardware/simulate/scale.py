"""A scale on a serial line, of each family that the driver speaks with."""

import re
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Self

from hardware.simulate.answering import AnsweringTerminal
from hardware.simulate.verb import Options, Verb

PACE = 0.1  # s between two weights of a scale that talks all the time


def _sics(value: Decimal, unit: str, *, stable: bool) -> bytes:
    return f"S {'S' if stable else 'D'} {value!s:>10} {unit}\r\n".encode()


def _and(value: Decimal, unit: str, *, stable: bool) -> bytes:
    sign = "-" if value < 0 else "+"
    return f"{'ST' if stable else 'US'},GS,{sign}{abs(value)!s:0>8}  {unit}\r\n".encode()


def _sbi(value: Decimal, unit: str, *, stable: bool) -> bytes:
    sign = "-" if value < 0 else "+"
    return f"N     {sign}{abs(value)!s:>9} {unit if stable else '':<3}\r\n".encode()


def _kern(value: Decimal, unit: str, *, stable: bool) -> bytes:
    sign = "-" if value < 0 else " "
    return f" {sign}{abs(value)!s:>10} {unit if stable else '':<3}\r\n".encode()


FAMILIES: Mapping[str, tuple[Callable[..., bytes], bytes]] = {  # how a weight is spelled, and too much
    "mt-sics": (_sics, b"S +\r\n"),
    "a-and-d": (_and, b"OL,GS,+9999999  g\r\n"),
    "sbi": (_sbi, b"Stat        H       \r\n"),
    "kern": (_kern, b"           Error\r\n"),
}
COMMANDS: Mapping[str, Mapping[bytes, str]] = {  # what may be said to each
    "mt-sics": {b"S": "once", b"SI": "once", b"SIR": "again", b"T": "tare", b"Z": "zero"},
    "a-and-d": {b"Q": "once", b"S": "once", b"SI": "once", b"SIR": "again", b"T": "tare", b"Z": "zero"},
    "sbi": {b"\x1bP": "once", b"\x1bT": "tare", b"\x1bU": "tare", b"\x1bV": "zero"},
    "kern": {b"w": "once", b"s": "once", b"t": "tare"},
}


class SimulatedScale(AnsweringTerminal):
    """Says each new weight once by itself; with `asked`, only what it is asked for, and it can be tared."""

    half = b"S S     12"

    def __init__(
        self, link: Path | str | None = None, *, speaks: str = "mt-sics", asked: bool = False
    ) -> None:
        """Plug it in at `link`, or at a path of its own; raises ValueError for a family that is not known."""
        if speaks not in FAMILIES:
            raise ValueError(f"{speaks!r} is not known; known: {', '.join(FAMILIES)}")
        self._speaks, self._asked = speaks, asked
        self._spell, self._over = FAMILIES[speaks]
        self._gross = self._tare = Decimal(0)
        self._unit, self._stable, self._overloaded = "g", True, False
        self._held = b""
        self._repeats = threading.Event()
        super().__init__(link)

    @classmethod
    def open(cls, options: Options) -> Self:
        """Plug one in at `link`, or at a path of its own, of the family `speaks`."""
        return cls(options.get("link"), speaks=options.get("speaks") or "mt-sics", asked="asked" in options)

    def weigh(self, value: Decimal | str | float, unit: str = "g", *, stable: bool = True) -> None:
        """Something that weighs `value` lies on the pan; not `stable`: it is still swinging."""
        self._gross, self._unit, self._stable = Decimal(str(value)), unit, stable
        self._overloaded = False
        if not self._asked:
            self._show()

    def overload(self) -> None:
        """Far too much lies on the pan."""
        self._overloaded = True
        if not self._asked:
            self._show()

    def heard(self, data: bytes) -> None:
        """Carry out each command of the family."""
        if not self._asked:
            return
        self._held += data
        ends = rb"(.)" if self._speaks == "kern" else rb"([^\r\n]*)\r\n"
        while found := re.match(ends, self._held, re.DOTALL):
            self._held = self._held[found.end() :]
            self._obey(COMMANDS[self._speaks].get(found[1], ""))

    def _obey(self, what: str) -> None:
        self._repeats.clear()
        match what:
            case "once":
                self._show()
            case "again":
                self._repeats.set()
                threading.Thread(target=self._repeat, daemon=True).start()
            case "tare" | "zero":
                self._tare = self._gross
                if self._speaks == "mt-sics":
                    tare = f"T S {self._tare!s:>10} {self._unit}\r\n".encode()
                    self.send(tare if what == "tare" else b"Z A\r\n")
            case _ if self._speaks == "mt-sics":
                self.send(b"ES\r\n")

    def _show(self) -> None:
        net = self._gross - self._tare
        self.send(self._over if self._overloaded else self._spell(net, self._unit, stable=self._stable))

    def _repeat(self) -> None:
        pause = threading.Event()
        while self._repeats.is_set() and self._ends is not None and not self.silent:
            self._show()
            pause.wait(PACE)

    def unplug(self) -> None:
        """Pull the cable."""
        self._repeats.clear()
        super().unplug()

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
