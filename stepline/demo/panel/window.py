"""The panel's window: draws what it is told and says what was pressed.

A process of its own, for Kivy opens one window: `python -m stepline.demo.panel.window --line FD --touches SOCKET`.
It ends with NO_DISPLAY where no window can be opened.
"""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.remote import Remote
from kiosk.screens.environment import prepare
from stepline.demo.panel.places import Area, find_screen, side_by_side
from stepline.demo.panel.view import VIEW, Line, PanelView, line_from

NO_DISPLAY = 3  # exit code
SETTLED = 3  # frames after a change until everything stands in its place
TITLE = "Stepline · devices of the bench"


class PanelWindow:
    """One window; `kiosk.remote.Touchable`, so that tests can touch it."""

    def __init__(self, line: Line, place: Area, scale: float, theme_name: str = "dark") -> None:
        prepare(size=(place.width, place.height), fullscreen=False)
        from kivy.config import Config

        for name, value in (("position", "custom"), ("left", place.left), ("top", place.top)):
            Config.set("graphics", name, str(value))
        from kivy.clock import Clock
        from kivy.core.window import Window as Glass

        from kiosk.screens.theme import theme

        Glass.size = (place.width, place.height)
        theme.use(theme_name, scale, "en")
        Glass.clearcolor = theme.palette.back
        from stepline.demo.panel.board import Board

        self._glass = Glass
        self._line = line
        self.board = Board(lambda name: line.say(press=name))
        self.remote: Remote | None = None
        self._latest: PanelView | None = None
        self._ended = False
        self._frames = 0  # since the last change
        self._trigger = Clock.create_trigger(lambda _dt: self._drain())
        Glass.bind(on_flip=self._flipped)

    def wake(self) -> None:
        """Have what came drawn, and the remote's wishes fulfilled. Safe from any thread."""
        self._trigger()

    def touch(self, name: str) -> bool:
        """Really touch the widget of that name in its middle; False while it does not stand on the screen."""
        from kiosk.screens.touches import tap
        from kiosk.screens.widgets import touchable

        self._glass.canvas.ask_update()
        widget = touchable.get(name)
        if (
            self._latest is not None
            or self._frames < SETTLED
            or widget is None
            or not widget.get_parent_window()
        ):
            return False
        self._frames = 0  # it is scrolled to, or what it brings up comes
        if not self.board.bring(widget):
            return False
        tap(widget)
        return True

    def shot(self, path: Path) -> None:
        """Write a picture of the window. On the UI thread."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
        from PIL import Image

        width, height = (int(side) for side in self._glass.size)
        self._glass.dispatch("on_draw")
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        picture = Image.frombytes("RGB", (width, height), pixels)
        picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path)

    def texts(self) -> tuple[str, ...]:
        """The words in the window. On the UI thread."""
        from kivy.uix.label import Label

        return tuple(each.text for each in self.board.walk() if isinstance(each, Label) and each.text)

    def run(self) -> None:
        """Show the window until it is closed or the demonstration ends."""
        from kivy.app import App

        board = self.board

        class Panel(App):
            """Kivy's own root; it knows nothing."""

            title = TITLE

            def build(self) -> Any:
                """What fills the window."""
                return board

            def open_settings(self, *_: Any) -> None:
                """A panel has no settings."""

        self._app = Panel()
        threading.Thread(target=self._listen, name="panel-line", daemon=True).start()
        self._app.run()

    def stop(self) -> None:
        """Close the window. Safe from any thread, and from a signal."""
        self._ended = True
        self.wake()

    def _flipped(self, *_: Any) -> None:
        self._frames += 1

    def _listen(self) -> None:
        with contextlib.suppress(EOFError):
            while True:
                for message in self._line.heard(None):
                    self._latest = VIEW.validate_python(message["view"])
                self.wake()
        self.stop()

    def _drain(self) -> None:
        if self._ended:
            self._app.stop()
            return
        view, self._latest = self._latest, None
        if view is not None:
            self.board.show(view)
            self._frames = 0
            self._glass.canvas.ask_update()
        if self.remote is not None:
            self.remote.drain()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit code."""
    parser = argparse.ArgumentParser("panel_window", allow_abbrev=False)
    parser.add_argument("--line", type=int, required=True, help="file descriptor of the demonstration's line")
    parser.add_argument("--touches", type=Path, required=True, help="test aid: a socket that takes touches")
    given = parser.parse_args(arguments)
    screen = find_screen()
    if screen is None:
        return NO_DISPLAY
    line = line_from(given.line)
    _kiosk, place, scale = side_by_side(screen)
    window = PanelWindow(line, place, scale)
    line.say(screen=asdict(screen))  # only now: it says that a window can be opened, too
    window.remote = Remote(given.touches, window)
    signal.signal(signal.SIGTERM, lambda *_: window.stop())
    try:
        window.run()
    finally:
        window.remote.close()
        line.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
