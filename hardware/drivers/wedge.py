"""Key strokes of a keyboard-wedge scanner: tell its bursts from a person's typing. No window, no clock."""

from hardware.driver import Carrier, Driver, Options
from hardware.drivers.scanner import ScannerDecoder

SLOWEST_SCANNER = 35_000_000  # ns between two keys; a fast typist's best is about twice that
SHORTEST_CODE = 3  # characters; two keys and Enter may be a person's roll over the keyboard
LONGEST_CODE = 8192  # characters, as in the serial scanner


class WedgeAssembler:
    """Collects keys that follow one another within 35 ms; Enter, just as fast, ends a code."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._last = 0
        self._overlong = False

    def key(self, char: str, tick_ns: int) -> str | None:
        r"""The text of the code that this key completes, if any. Enter is `\r` or `\n`.

        `tick_ns` is of the clock of `readings.tick_now`. The text still bears its AIM identifier:
        `scanner.split_symbology` takes it off.
        """
        gap, self._last = tick_ns - self._last, tick_ns
        if not 0 <= gap <= SLOWEST_SCANNER:
            self._keys, self._overlong = [], False
        if char in {"\r", "\n"}:
            keys, overlong = self._keys, self._overlong
            self._keys, self._overlong = [], False
            return "".join(keys) if len(keys) >= SHORTEST_CODE and not overlong else None
        if len(self._keys) >= LONGEST_CODE:
            self._overlong = True
        else:
            self._keys.append(char)
        return None


DRIVER = Driver(
    kind="wedge",
    title="scanner that types like a keyboard",
    carriers=frozenset({Carrier.WINDOW, Carrier.KEYS}),
    options=Options,
    decoder=lambda _, place: ScannerDecoder(stamp=place.stamp),  # of its keys; the window has its own ears
    simulator="hardware.simulate.wedge:SimulatedWedge",
)
