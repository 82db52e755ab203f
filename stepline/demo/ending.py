"""How a demonstration is ended from outside: Ctrl-C, a signal or a closed terminal, each in order and only once."""

import contextlib
import signal
from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: its terminal was closed


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Each of the signals raises KeyboardInterrupt inside, until `deafen`; afterwards all is as before."""
    before = {number: signal.signal(number, _interrupted) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def deafen() -> None:
    """From here on nothing interrupts: it is ending already."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
