"""Play a device by typed lines, for `stepline device simulate`: `scan ]d20104…`, `weigh 123.4`, `unplug`."""

import importlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from decimal import InvalidOperation
from typing import Any, Protocol, Self, TextIO

from hardware.driver import Driver
from hardware.simulate.terminal import Unplugged
from hardware.simulate.verb import Options, Verb


class CannotSimulate(ValueError):
    """No such simulator, or what it needs is missing or not there; the text says what to write."""


class Simulator(AbstractContextManager[Any], Protocol):
    """A stand-in for a device of some kind."""

    @classmethod
    def open(cls, options: Options) -> Self:
        """Bring it up; raises OSError or ValueError with what is missing."""
        ...

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        ...

    def verbs(self) -> Mapping[str, Verb]:
        """What it can be told."""
        ...


def simulator_of(driver: Driver[Any]) -> type[Simulator]:
    """The stand-in of a kind; raises CannotSimulate when it has none."""
    module, _, name = driver.simulator.partition(":")
    if not name:
        raise CannotSimulate(f"{driver.kind}: there is no simulator for it")
    return getattr(importlib.import_module(module), name)


def run(driver: Driver[Any], options: Options, lines: Iterable[str], out: TextIO) -> None:
    """Open a simulator of a kind and obey `lines` until they end or say `quit`; tell on `out` what happened.

    A line that cannot be obeyed is answered with what can.

    Raises:
        CannotSimulate: missing option, a link that cannot be made, a broker or port that cannot be had.
    """
    try:
        opened = simulator_of(driver).open(options)
    except (OSError, ValueError) as problem:
        if isinstance(problem, CannotSimulate):
            raise
        raise CannotSimulate(f"{driver.kind}: {problem}") from None
    with opened as device:
        verbs = device.verbs()
        print(f"{driver.kind} at {device.place}", file=out)
        print(_known(verbs), file=out, flush=True)
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word in {"quit", "exit"}:
                return
            if word:
                print(_obey(verbs, word, rest.strip()), file=out, flush=True)


def _known(verbs: Mapping[str, Verb]) -> str:
    return "type: " + ", ".join(f"{word} {verb.shape}".strip() for word, verb in verbs.items()) + ", quit"


def _obey(verbs: Mapping[str, Verb], word: str, rest: str) -> str:
    if word not in verbs:
        return f"{word!r} is not known; {_known(verbs)}"
    try:
        verbs[word].do(rest)
    except (Unplugged, TimeoutError) as error:
        return str(error)
    except (ValueError, InvalidOperation):
        return f"write: {word} {verbs[word].shape}".strip()
    return f"{word} {rest}".strip()
