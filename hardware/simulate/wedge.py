"""A scanner that types: through the kernel's uinput where that may be used, else at the end of a pseudo terminal."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hardware.key_events import KEY, packed
from hardware.keyboard import DOWN, LAYOUTS, UP
from hardware.simulate.closing import Closing
from hardware.simulate.terminal import SimulatedTerminal
from hardware.simulate.verb import Options, Verb

UINPUT = Path("/dev/uinput")
SHIFT, CONTROL, ALT, ENTER = 42, 29, 56, 28  # key codes of linux/input-event-codes.h
KEYPAD = dict(zip("1234567890", (79, 80, 81, 75, 76, 77, 71, 72, 73, 82), strict=True))
SETTLING = 0.5  # s that a desktop needs to take up a new keyboard
Key = tuple[int, int]  # code and value


class Typing(ABC):
    """What a wedge scanner types; `press` puts the keys where they are read."""

    layout = "us"

    @abstractmethod
    def press(self, keys: Iterable[Key]) -> None:
        """Press and let go."""

    def scan(self, text: str, symbology: str = "") -> None:
        """Read a code."""
        self.press([*typed(symbology + text, self.layout), *_stroke(ENTER)])

    def half_frame(self) -> None:
        """Type the beginning of a code and nothing more."""
        self.press(typed("0104012345", self.layout))

    def noise(self) -> None:
        """Press every key that a keyboard may have, and Enter."""
        self.press([key for code in range(1, 256) for key in _stroke(code)] + list(_stroke(ENTER)))


class SimulatedWedge(Typing, SimulatedTerminal):
    """At the end of a pseudo terminal, which carries what the kernel would tell of its keys."""

    def __init__(self, link: Path | str | None = None, layout: str = "us") -> None:
        """Plug it in at `link`, or at a path of its own."""
        self.layout = layout
        super().__init__(link)

    @classmethod
    def open(cls, options: Options) -> "SimulatedWedge | UinputWedge":  # pyright: ignore[reportIncompatibleMethodOverride]
        """With `link` there; else as a keyboard of this machine where that may be made, else at a path of its own."""
        if "link" not in options and may_type():
            return UinputWedge()
        return cls(options.get("link"))

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"keys://{self.path}?layout={self.layout}"

    def press(self, keys: Iterable[Key]) -> None:
        """Press and let go."""
        self.send(packed(keys))

    def verbs(self) -> dict[str, Verb]:
        """Scanning, beside the faults of every cable."""
        faults = {name: verb for name, verb in super().verbs().items() if name != "pace"}
        return {"scan": Verb("TEXT", lambda rest: self.scan(_said(rest))), **faults}


class UinputWedge(Typing, Closing):
    """A keyboard of this machine, to every program alike; for who may write to /dev/uinput."""

    def __init__(self, layout: str = "us") -> None:
        """Plug it in; raises OSError when that is not allowed."""
        import evdev  # noqa: PLC0415 - only Linux has it

        self.layout = layout
        codes = list(range(1, 256))
        self._keys: Any = evdev.UInput({KEY: codes}, name="Stepline simulated scanner")
        self.path = Path(self._keys.device.path)
        time.sleep(SETTLING)

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"keys://{self.path}?layout={self.layout}"

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self.url

    def press(self, keys: Iterable[Key]) -> None:
        """Press and let go."""
        for code, value in keys:
            self._keys.write(KEY, code, value)
            self._keys.syn()

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "scan": Verb("TEXT", lambda rest: self.scan(_said(rest))),
            "half_frame": Verb("", lambda _: self.half_frame()),
            "noise": Verb("", lambda _: self.noise()),
        }

    def close(self) -> None:
        """Unplug it for good."""
        self._keys.close()


def may_type() -> bool:
    """Whether a keyboard can be made on this machine."""
    return UINPUT.is_char_device() and os.access(UINPUT, os.W_OK)


def typed(text: str, layout: str) -> list[Key]:
    """The keys of a text as a scanner presses them; what the layout has no key for comes as Alt and its number."""
    keys = {pair[high]: (code, high) for code, pair in LAYOUTS[layout].items() for high in (1, 0)}
    return [key for char in text for key in _char(char, keys)]


def _char(char: str, keys: dict[str, tuple[int, int]]) -> Iterator[Key]:
    control = {"\t": 15, "\r": ENTER}.get(char)
    if control is not None:
        yield from _stroke(control)
    elif char in keys:
        code, shifted = keys[char]
        yield from _held(SHIFT, [code]) if shifted else _stroke(code)
    else:
        yield from _held(ALT, [KEYPAD[digit] for digit in f"0{ord(char)}"[:5]])


def _held(key: int, codes: Iterable[int]) -> Iterator[Key]:
    yield key, DOWN
    for code in codes:
        yield from _stroke(code)
    yield key, UP


def _stroke(code: int) -> Iterator[Key]:
    yield code, DOWN
    yield code, UP


def _said(rest: str) -> str:
    """A typed line's text; `<GS>` stands for the separator that no keyboard has."""
    if not rest:
        raise ValueError(rest)
    return rest.replace("<GS>", "\x1d")
