"""Key strokes of the window that come too fast for a person: a keyboard-wedge scanner's code."""

from collections.abc import Callable

from hardware.drivers.wedge import WedgeAssembler


class Wedge:
    """Feeds keys to the assembler and hands on the codes that it makes of them."""

    def __init__(self, code: Callable[[str], None], note: Callable[[str], None]) -> None:
        """`code` takes each code; `note` may write it into a recording."""
        self._assembler = WedgeAssembler()
        self._code = code
        self._note = note

    def key(self, char: str, nanoseconds: int) -> None:
        """One key of the window's keyboard, and when."""
        text = self._assembler.key(char, nanoseconds)
        if text is not None:
            self._note(text)
            self._code(text)
