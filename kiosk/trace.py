"""How long it took until something could be seen: lines of JSON with the time in ms, and both ends."""

import json
import threading
from pathlib import Path
from typing import Protocol

from kiosk.ticker import boot_nanoseconds
from kiosk.view import StepView, View


class Trace(Protocol):
    """What is told of each view's way to the screen."""

    def came(self, kind: str, nanoseconds: int) -> None:
        """An input ("reading", "scan", "tap") came at that time; the next view shows its effect."""

    def shown(self, view: View) -> None:
        """This view was handed to the window."""

    def painted(self, view: View) -> None:
        """This view is on the glass."""

    def close(self) -> None:
        """Nothing comes any more."""
        ...


class NoTrace:
    """Keeps nothing."""

    def came(self, kind: str, nanoseconds: int) -> None:
        """Forget it."""

    def shown(self, view: View) -> None:
        """Forget it."""

    def painted(self, view: View) -> None:
        """Forget it."""

    def close(self) -> None:
        """Forget it."""


class FileTrace:
    """Appends lines to a file: `{"name": "reading_to_frame", "ms": 2.1, "from": ns, "to": ns}`."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self._came: list[tuple[str, int]] = []
        self._waiting: list[tuple[View, list[tuple[str, int]]]] = []
        self._in_run = False
        self._lock = threading.Lock()

    def came(self, kind: str, nanoseconds: int) -> None:
        """An input came; what it leads to is shown next."""
        with self._lock:
            self._came.append((kind, nanoseconds))

    def shown(self, view: View) -> None:
        """Bind what came to this view."""
        with self._lock:
            step = isinstance(view, StepView)
            first, self._in_run = step and not self._in_run, step
            named = [(_name(kind, first=first, step=step), at) for kind, at in self._came]
            self._came.clear()
            self._waiting.append((view, [(name, at) for name, at in named if name]))

    def painted(self, view: View) -> None:
        """Write down everything that led to this view or to one before it that was never painted."""
        now = boot_nanoseconds()
        with self._lock:
            if not any(waiting is view for waiting, _ in self._waiting):
                return
            while self._waiting:
                waiting, inputs = self._waiting.pop(0)
                for name, at in inputs:
                    line = {"name": name, "ms": (now - at) / 1e6, "from": at, "to": now}
                    self._file.write(json.dumps(line) + "\n")
                if waiting is view:
                    return

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _name(kind: str, *, first: bool, step: bool) -> str:
    if kind == "scan":
        return "scan_to_first_step" if first else "reading_to_frame"
    if kind == "reading":
        return "reading_to_frame" if step else ""
    return "tap_to_frame"
