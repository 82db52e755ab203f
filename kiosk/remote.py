"""A test aid, off by default: touches and pictures of the screen on request, through a socket.

One JSON object a line, one answer a line: `{"tap": "primary"}` puts a finger on that widget and lifts it,
`{"type": "text"}` types that and Enter as fast as a scanner does, `{"shot": "name"}` keeps a picture of the screen,
`{"read": ""}` tells the words on it, `{"what": ""}` answers when the window does. It does what a person with a finger,
a scanner, eyes and a camera can do, and no more.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")
LONGEST = 64 * 1024  # bytes of one request
PATIENCE = 15.0  # s that a finger waits for a widget to come up, and this aid for the window
GLANCE = 0.02  # s between two looks for it


class Touchable(Protocol):
    """The window, as far as this aid needs it; called on the UI thread."""

    def wake(self) -> None:
        """Have `Remote.drain` called on the UI thread. Safe from any thread."""
        ...

    def touch(self, name: str) -> bool:
        """A finger on the widget, down and up; False when it is not there."""
        ...

    def shot(self, path: Path) -> None:
        """A picture of the screen."""
        ...


@runtime_checkable
class Operated(Touchable, Protocol):
    """A window that is typed into and read as well."""

    def type(self, text: str) -> None:
        """Keys of its keyboard."""
        ...

    def texts(self) -> tuple[str, ...]:
        """The words on the screen."""
        ...


class Remote:
    """Listens on a socket until it is closed."""

    def __init__(self, path: Path, window: Touchable, shots: Path | None = None) -> None:
        self._window = window
        self._shots = shots or path.parent
        self._path = path
        self._wishes: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(8)
        threading.Thread(target=self._serve, name="kiosk-remote", daemon=True).start()

    def drain(self) -> None:
        """Do what was asked for. On the UI thread."""
        while self._wishes:
            wish, done = self._wishes.popleft()
            try:
                done.set_result(wish())
            except Exception as problem:  # noqa: BLE001 - a test aid answers, and leaves the kiosk alone
                done.set_exception(problem)

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), name="kiosk-remote-line", daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, line.makefile("rwb") as stream:
            while request := stream.readline(LONGEST):
                stream.write(json.dumps(self._answer(request)).encode() + b"\n")
                stream.flush()

    def _answer(self, request: bytes) -> dict[str, Any]:
        try:
            wish = json.loads(request)
            if "tap" in wish:
                self._tap(str(wish["tap"]))
            elif "shot" in wish:
                self._shoot(self._file(str(wish["shot"])))
            elif "read" in wish:
                return {"ok": True, "texts": self._read()}
            elif "type" in wish:
                self._type(str(wish["type"]))
            elif "what" in wish:
                self._on_ui(lambda: None)
            else:
                return {"ok": False, "why": "ask for tap, type, shot, read or what"}
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is the answer
            return {"ok": False, "why": f"{type(problem).__name__}: {problem}"}
        return {"ok": True}

    def _tap(self, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._on_ui(lambda: self._window.touch(name)):
            if time.monotonic() > deadline:
                raise LookupError(f"{name} did not come up on the screen")
            time.sleep(GLANCE)

    def _type(self, text: str) -> None:
        window = self._operated()
        self._on_ui(lambda: window.type(text + "\r"))

    def _shoot(self, file: Path) -> None:
        self._on_ui(lambda: self._window.shot(file))

    def _read(self) -> list[str]:
        return list(self._on_ui(self._operated().texts))

    def _operated(self) -> Operated:
        if not isinstance(self._window, Operated):
            raise TypeError("this window is touched only")
        return self._window

    def _on_ui(self, wish: Callable[[], T]) -> T:
        done: Future[T] = Future()
        self._wishes.append((wish, done))
        self._window.wake()
        return done.result(PATIENCE)

    def _file(self, name: str) -> Path:
        file = Path(name) if os.sep in name else self._shots / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        return file
