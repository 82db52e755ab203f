"""Memory given back while nobody waits: widgets refer to each other in circles, and textures hang on them."""

import ctypes
import gc
from typing import Any

from kivy.clock import Clock

CALM = 0.7  # seconds after a page came up; the operator reads
# mallopt(3): glibc else keeps a heap for every thread that ever decoded a picture, and keeps freed pictures in it
ARENAS, M_ARENA_MAX = 2, -8
LARGE, M_MMAP_THRESHOLD = 256 * 1024, -3


def _libc() -> Any:
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:  # another C library
        return None
    return libc if hasattr(libc, "malloc_trim") else None


class Housekeeping:
    """Collects what a page left behind, once, a moment after the next one came up."""

    def __init__(self) -> None:
        self._libc = _libc()
        if self._libc is not None:
            self._libc.mallopt(M_ARENA_MAX, ARENAS)
            self._libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        self._due = Clock.create_trigger(lambda _dt: self._tidy(), CALM)

    def settle(self) -> None:
        """What is there now stays: later collections need not look at it."""
        gc.collect()
        gc.freeze()

    def soon(self) -> None:
        """A page was left; tidy up when it is calm."""
        self._due.cancel()
        self._due()

    def _tidy(self) -> None:
        gc.collect()
        if self._libc is not None:
            self._libc.malloc_trim(0)
