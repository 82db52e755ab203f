"""What the keys of a scanner or reader that types mean, by the layout it is set to. Pure: codes in, letters out."""

from collections.abc import Mapping

UP, DOWN, REPEAT = 0, 1, 2  # values of a key's event, as the kernel tells them
_ENTER, _KP_ENTER, _TAB = 28, 96, 15  # key codes of linux/input-event-codes.h
_SHIFTS, _ALTS, _ALT_GR = frozenset({42, 54}), frozenset({56}), frozenset({100})
_CONTROLS = frozenset({29, 97})

_ROWS = (  # code of the first key, the row plain, the row shifted; a US keyboard
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_KEYPAD = dict(zip((79, 80, 81, 75, 76, 77, 71, 72, 73, 82), "1234567890", strict=True))
_KEYPAD_MARKS = {55: "*", 74: "-", 78: "+", 83: ".", 98: "/"}


def _us() -> dict[int, tuple[str, str]]:
    return {
        first + place: (plain, shifted)
        for first, low, high in _ROWS
        for place, (plain, shifted) in enumerate(zip(low, high, strict=True))
    }


def _de() -> dict[int, tuple[str, str]]:
    """A German keyboard, as far as codes are written with it."""
    keys = _us()
    digits = zip("1234567890", '!"§$%&/()=', strict=True)
    keys |= {2 + place: pair for place, pair in enumerate(digits)}
    keys |= {12: ("ß", "?"), 13: ("´", "`"), 21: ("z", "Z"), 44: ("y", "Y"), 26: ("ü", "Ü"), 27: ("+", "*")}
    keys |= {39: ("ö", "Ö"), 40: ("ä", "Ä"), 41: ("^", "°"), 43: ("#", "'"), 86: ("<", ">")}
    keys |= {51: (",", ";"), 52: (".", ":"), 53: ("-", "_")}
    return keys


LAYOUTS: Mapping[str, Mapping[int, tuple[str, str]]] = {"us": _us(), "de": _de()}
_DE_ALT_GR = {3: "²", 4: "³", 8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 18: "€", 27: "~", 86: "|"}
MOST_ALT_DIGITS = 5


class Keyboard:
    """Turns key events into characters: shift, AltGr, Alt with the keypad's digits, Ctrl for control characters."""

    def __init__(self, layout: str = "us") -> None:
        self._keys = LAYOUTS[layout]
        self._alt_gr = _DE_ALT_GR if layout == "de" else {}
        self._held: set[int] = set()
        self._digits = ""

    def key(self, code: int, value: int) -> str:
        """The characters that this event types: mostly one or none. Enter is a carriage return."""
        if code in _SHIFTS | _ALTS | _ALT_GR | _CONTROLS:
            return self._hold(code, value)
        if value != DOWN:
            return ""  # a scanner does not hold keys; a repeated one is a finger
        if self._held & _ALTS and code in _KEYPAD:
            self._digits = (self._digits + _KEYPAD[code])[:MOST_ALT_DIGITS]
            return ""
        if code in {_ENTER, _KP_ENTER}:
            return "\r"
        if code == _TAB:
            return "\t"
        if code in _KEYPAD:
            return _KEYPAD[code]
        if code in _KEYPAD_MARKS:
            return _KEYPAD_MARKS[code]
        return self._letter(code)

    def _letter(self, code: int) -> str:
        if self._held & _ALT_GR and code in self._alt_gr:
            return self._alt_gr[code]
        if code not in self._keys:
            return ""
        plain, shifted = self._keys[code]
        if self._held & _CONTROLS:  # Ctrl+] is how scanners type a group separator
            upper = plain.upper()
            return chr(ord(upper) & 0x1F) if len(upper) == 1 and "@" <= upper <= "_" else ""  # ß becomes SS
        return shifted if self._held & _SHIFTS else plain

    def _hold(self, code: int, value: int) -> str:
        if value != UP:
            self._held.add(code)
            return ""
        self._held.discard(code)
        if code in _ALTS and self._digits:
            number, self._digits = int(self._digits), ""
            return chr(number) if 0 < number < 0xD800 else ""
        return ""
