"""Pictures of a step exactly as a kiosk shows it, drawn by the kiosk's own screen in a process of its own.

The server starts that process when somebody looks and ends it when nobody has looked for a while; it never imports the
kiosk's code. Where it cannot start, the reason is a sentence.
"""

import contextlib
import hashlib
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.errors import Invalid, Refused

SIZES = ("1280x800", "1920x1080")
THEMES = ("dark", "light")
PATIENCE = 20.0  # seconds for one picture; the first one waits for the process to come up
IDLE = 300.0  # seconds after which nobody looks any more
MOST_KEPT = 60  # pictures


class NoPreview(Refused):
    """The picture cannot be drawn here."""

    status = 503
    title = "no preview"


class Previews:
    """Draws previews; safe from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._workers: dict[tuple[str, str], subprocess.Popen[str]] = {}
        self._timer: threading.Timer | None = None

    def draw(  # noqa: PLR0917 - what is drawn, how, and from which files
        self,
        document: Mapping[str, Any],
        step: str,
        size: str,
        theme: str,
        language: str,
        files: Mapping[str, Path],
    ) -> bytes:
        """The PNG of a step; raises Invalid for what cannot be shown, NoPreview where nothing can be drawn."""
        if size not in SIZES or theme not in THEMES:
            raise Invalid(
                "there is no such preview", f"sizes: {', '.join(SIZES)}; themes: {', '.join(THEMES)}"
            )
        request = {
            "document": dict(document),
            "step": step,
            "language": language,
            "files": {path: str(file) for path, file in files.items()},
        }
        key = hashlib.sha256(
            json.dumps([request, size, theme], sort_keys=True, default=str).encode()
        ).hexdigest()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._drawn(request, size, theme)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            self._rest()
            return self._kept[key]

    def _drawn(self, request: dict[str, Any], size: str, theme: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="stepline-preview-") as place:
            file = Path(place) / "step.png"
            worker = self._worker(size, theme)
            answer = _asked(worker, json.dumps({**request, "to": str(file)}))
            if answer is None:
                self._end(size, theme)
                raise NoPreview(
                    "The preview cannot be drawn on this server.",
                    "Install the packages libegl1 and libgl1-mesa-dri, or look at the step on a kiosk.",
                )
            if "why" in answer:
                raise Invalid(answer["why"][:300], "mend what is marked, then look again")
            return file.read_bytes()

    def _worker(self, size: str, theme: str) -> "subprocess.Popen[str]":
        known = self._workers.get((size, theme))
        if known is not None and known.poll() is None:
            return known
        self._end(size, theme)
        home = self._folder / f"kivy-{size}-{theme}"
        home.mkdir(parents=True, exist_ok=True)
        worker = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "kiosk.screens.preview", "--size", size, "--theme", theme],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "SDL_VIDEODRIVER": "offscreen",
                "KIVY_HOME": str(home),
                "SDL_AUDIODRIVER": "dummy",
            },
        )
        self._workers[size, theme] = worker
        return worker

    def _rest(self) -> None:
        """End the processes when nobody has looked for a while."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(IDLE, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _end(self, size: str, theme: str) -> None:
        worker = self._workers.pop((size, theme), None)
        if worker is not None:
            worker.kill()
            worker.communicate()

    def close(self) -> None:
        """End the processes; the next picture starts one again."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            for size, theme in list(self._workers):
                self._end(size, theme)


def _asked(worker: "subprocess.Popen[str]", request: str) -> dict[str, str] | None:
    """What the process answers; None when it died or is too slow."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        worker.stdin.write(request + "\n")
        worker.stdin.flush()
        ready, _, _ = select.select([worker.stdout], [], [], PATIENCE)
        line = worker.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
    return None
