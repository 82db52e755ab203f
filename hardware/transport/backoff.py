"""How long to wait before the next try: short at first, then longer, never long."""

FIRST = 0.1  # s; a replugged cable should be back before the operator looks up
LONGEST = 2.0  # s; trying costs next to nothing
LASTING = 5_000_000_000  # ns; a link that held this long was a good one


class Backoff:
    """Doubles the wait from try to try; starts anew after a link that lasted."""

    def __init__(self) -> None:
        self._next = FIRST

    def after(self, lasted_ns: int) -> float:
        """Seconds to wait after a try that lasted `lasted_ns`."""
        if lasted_ns >= LASTING:
            self._next = FIRST
        wait, self._next = self._next, min(self._next * 2, LONGEST)
        return wait
