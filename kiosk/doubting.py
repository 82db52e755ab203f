"""What a device itself is not sure of: it proves nothing, is said on the screen, and a person is asked to look."""

from hardware.readings import (
    BadgeRead,
    CodeScanned,
    Measured,
    Quality,
    Reading,
    SwitchChanged,
    TorqueApplied,
)
from hardware.sentences import sentence
from kiosk.bench import Bench
from kiosk.runner import Runner
from kiosk.watching import Watching
from kiosk.words import again

PROVES = CodeScanned | BadgeRead | Measured | TorqueApplied | SwitchChanged


class Doubting:
    """Owns the desk's `doubted`. A doubt lasts until the device says the same thing surely, or is lost."""

    def __init__(self, bench: Bench, runner: Runner, watching: Watching) -> None:
        self._bench = bench
        self._runner = runner
        self._watching = watching
        self._doubts: dict[tuple[str, str], str] = {}  # device and what it tells -> the reading as a sentence

    def sure(self, reading: Reading) -> bool:
        """Whether the reading ended a doubt."""
        if reading.quality is not Quality.GOOD or not isinstance(reading, PROVES):
            return False
        ended = self._doubts.pop((reading.device, _what(reading)), None) is not None
        if ended:
            self._show()
        return ended

    def heard(self, reading: Reading) -> bool:
        """True when the reading is doubted by its own device, and goes no further."""
        if reading.quality is Quality.GOOD or not isinstance(reading, PROVES):
            return False
        key = reading.device, _what(reading)
        is_news = key not in self._doubts or not isinstance(reading, Measured)  # values stream
        self._doubts[key] = sentence(reading)
        self._show()
        self._runner.doubted(reading)
        if is_news:
            self._watching.doubted(reading)
            words = self._bench.words
            what = again(self._doubts[key], self._bench.language)
            self._bench.reject(words("doubted", device=reading.device, what=what))
        return True

    def gone(self, device: str) -> None:
        """It is lost, which is worse."""
        self._doubts = {key: what for key, what in self._doubts.items() if key[0] != device}
        self._show()

    def _show(self) -> None:
        doubted = {device: what for (device, _), what in self._doubts.items()}
        if doubted != self._bench.desk.doubted:
            self._bench.change(doubted=doubted)


def _what(reading: Reading) -> str:
    match reading:
        case SwitchChanged():
            return reading.signal
        case Measured():
            return f"{reading.quantity} {reading.unit}"
        case _:
            return type(reading).__name__
