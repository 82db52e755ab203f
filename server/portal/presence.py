"""Who has a draft open, and at which step: remembered for seconds, in this process only."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

GONE = 15.0  # seconds without a word


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    step: str
    at: float


class Presence:
    """Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, _Seen]] = {}

    def seen(self, draft: str, person: str, name: str, step: str) -> None:
        """Somebody has the draft open at that step; an empty one is the document's head."""
        with self._lock:
            self._seen.setdefault(draft, {})[person] = _Seen(name, step, self._clock())

    def here(self, draft: str, but: str) -> list[dict[str, str]]:
        """Who else has the draft open."""
        with self._lock:
            known = self._seen.get(draft, {})
            for person in [person for person, seen in known.items() if self._clock() - seen.at > GONE]:
                del known[person]
            return [{"name": seen.name, "step": seen.step} for person, seen in known.items() if person != but]
