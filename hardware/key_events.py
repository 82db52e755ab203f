"""What the kernel tells of a keyboard: events of three numbers, as they lie in its files and in a recording. Pure."""

import struct
from collections.abc import Iterable
from typing import NamedTuple

KEY = 1  # EV_KEY of linux/input-event-codes.h
_LAYOUT = struct.Struct("@llHHi")  # struct input_event: seconds, microseconds, type, code, value
LARGEST = 0xFFFF  # a code or value in a recording; the kernel's are far smaller


class KeyEvent(NamedTuple):
    """One event."""

    type: int
    code: int
    value: int


class Keys:
    """Cuts a stream into events."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, chunk: bytes) -> list[KeyEvent]:
        """The events that `chunk` completes; keep the rest."""
        whole = self._held + chunk
        size = len(whole) - len(whole) % _LAYOUT.size
        self._held = whole[size:]
        return [KeyEvent(*numbers[2:]) for numbers in _LAYOUT.iter_unpack(whole[:size])]


def packed(keys: Iterable[tuple[int, int]]) -> bytes:
    """Codes and values as the kernel tells them, each with the report that ends it."""
    told = ((KEY, code, value) for code, value in keys)
    return b"".join(_LAYOUT.pack(0, 0, *each) + _LAYOUT.pack(0, 0, 0, 0, 0) for each in told)


def spelled(keys: Iterable[tuple[int, int]]) -> bytes:
    """Codes and values as a recording holds them: `30:1 30:0`."""
    return " ".join(f"{code}:{value}" for code, value in keys).encode()


def read(data: bytes) -> list[tuple[int, int]]:
    """What `spelled` has written; raises ValueError."""
    keys: list[tuple[int, int]] = []
    for word in data.decode("ascii").split():
        code, _, value = word.partition(":")
        if not (code.isdecimal() and value.isdecimal()) or max(int(code), int(value)) > LARGEST:
            raise ValueError(f"{word!r} is no key")
        keys.append((int(code), int(value)))
    return keys
