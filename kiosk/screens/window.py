"""The kiosk's one window: it shows the latest view by the next frame and hands keys and touches on."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.screens.environment import has_graphics_chip, prepare
from kiosk.view import (
    ChangesView,
    ChooseView,
    DevicesView,
    DoneView,
    EnrolView,
    FaultView,
    HeldView,
    IdleView,
    StepView,
    Verbs,
    View,
)

Painted = Callable[[View], None]
DESIGNED_FOR = (1280, 800)  # pixels; everything scales from here

SETTLING = 4  # rounds of layout until texts that wrap have found their heights
ENTER = 13
FRAMES_TO_SEE = 3  # after a touch, until what it brought up stands in its place


def _ignore(*_: Any) -> None:
    """Nobody asked."""


def _drawn() -> None:
    """Wait until the frame is drawn.

    Where the processor draws, frames would queue up by the hundred: every picture or text that is new waits for
    all of them, and they hold half a gigabyte.
    """
    from kivy.graphics.opengl import glFinish

    glFinish()


def _page(view: View | None) -> tuple[object, ...]:
    """What makes it another page: the screen and, in a run, the step."""
    return type(view), getattr(view, "step", None)


class Window:
    """Implements `kiosk.view.Showing`. Kivy opens its window when it is imported, so only one is made in a process."""

    def __init__(
        self,
        verbs: Verbs,
        *,
        size: tuple[int, int] = DESIGNED_FOR,
        fullscreen: bool = False,
        home: Path | None = None,
        theme: str = "dark",
        scale: float | None = None,
        language: str = "en",
        drain: Callable[[], None] = lambda: None,
        painted: Painted = _ignore,
        on_key: Callable[[str, int], None] = _ignore,
    ) -> None:
        prepare(size=size, fullscreen=fullscreen, home=home)
        from kivy.core.window import Window as Glass

        from kiosk.screens import theme as looks

        if not fullscreen:
            Glass.size = size
        fitting = min(Glass.width / DESIGNED_FOR[0], Glass.height / DESIGNED_FOR[1])
        looks.theme.use(theme, scale or fitting, language)
        Glass.clearcolor = looks.theme.palette.back
        from kivy.clock import Clock

        from kiosk.screens.memory import Housekeeping

        self._glass = Glass
        self._drain = drain
        self._painted = painted
        self._on_key = on_key
        self._unpainted: View | None = None
        self._frames = 0
        self._seen = 0
        self.view: View | None = None
        self._finish = _ignore if has_graphics_chip() else _drawn
        self._trigger = Clock.create_trigger(lambda _dt: self._drain())
        self._house = Housekeeping()
        self._root, self._screens, self._bar, self._place = self._build(verbs)
        self._house.settle()
        Glass.bind(on_flip=self._flipped, on_textinput=self._typed, on_key_down=self._pressed)

    def _build(self, verbs: Verbs) -> tuple[Any, dict[type, Any], Any, Any]:
        from kivy.uix.boxlayout import BoxLayout

        from kiosk.screens.changes import ChangesScreen
        from kiosk.screens.devices import DevicesScreen
        from kiosk.screens.pictures import Pictures
        from kiosk.screens.plain import ChooseScreen, EnrolScreen, IdleScreen, MessageScreen
        from kiosk.screens.sounds import Sounds
        from kiosk.screens.step import StepScreen
        from kiosk.screens.topbar import TopBar

        pictures = Pictures()
        message = MessageScreen(verbs, pictures)
        screens: dict[type, Any] = {
            EnrolView: EnrolScreen(verbs),
            IdleView: IdleScreen(verbs),
            ChooseView: ChooseScreen(verbs, pictures),
            ChangesView: ChangesScreen(verbs),
            StepView: StepScreen(verbs, pictures, Sounds()),
            HeldView: message,
            DoneView: message,
            FaultView: message,
            DevicesView: DevicesScreen(verbs, pictures),
        }
        root, bar, place = BoxLayout(orientation="vertical"), TopBar(verbs), BoxLayout()
        root.add_widget(bar)
        root.add_widget(place)
        return root, screens, bar, place

    def show(self, view: View) -> None:
        """Make `view` what is on screen, by the next frame. On the UI thread."""
        screen = self._screens[type(view)]
        if self._place.children[:1] != [screen]:
            for old in self._place.children[:]:
                self._place.remove_widget(old)
                if hasattr(old, "leave"):
                    old.leave()
            self._place.add_widget(screen)
        if _page(view) != _page(self.view):
            self._house.soon()
        self._bar.show(view.status)
        screen.show(view)
        self.view = self._unpainted = view
        self._glass.canvas.ask_update()

    def wake(self) -> None:
        """Have `drain` called on the UI thread at once. Safe from any thread."""
        self._trigger()

    def run(self) -> None:
        """Show the window until `stop`."""
        from kivy.app import App

        root = self._root

        class Kiosk(App):
            """Kivy's own root; it knows nothing."""

            title = "Stepline"

            def build(self) -> Any:
                """What fills the window."""
                return root

            def open_settings(self, *_: Any) -> None:
                """A kiosk has no settings panel."""

        self._app = Kiosk()
        self._app.run()

    def stop(self) -> None:
        """Close the window. On the UI thread."""
        self._app.stop()

    def touch(self, name: str) -> bool:
        """Really touch the widget of that name in its middle; False while it is not on screen.

        A finger sees a widget before it touches it: after a change the next frames have to be drawn first.
        """
        from kiosk.screens.touches import brought_into_view, tap
        from kiosk.screens.widgets import touchable

        if self._unpainted is not None or self._frames < self._seen:
            self._glass.canvas.ask_update()
            return False
        widget = touchable.get(name)
        if widget is None or not widget.get_parent_window():
            return False
        if not brought_into_view(widget):
            self._seen = self._frames + FRAMES_TO_SEE
            self._glass.canvas.ask_update()
            return False
        self._seen = self._frames + FRAMES_TO_SEE
        tap(widget)
        self._glass.canvas.ask_update()
        return True

    def texts(self) -> tuple[str, ...]:
        """The words on the screen. On the UI thread."""
        from kivy.uix.label import Label

        return tuple(each.text for each in self._root.walk() if isinstance(each, Label) and each.text)

    def shot(self, path: Path) -> None:
        """Write a picture of the screen. On the UI thread, after a frame was drawn."""
        from kivy.clock import Clock
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
        from PIL import Image

        width, height = (int(side) for side in self._glass.size)
        for _ in range(SETTLING):  # what was just shown has its texts and places before the picture is taken
            Clock.tick_draw()
            self._glass.dispatch("on_draw")
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        picture = Image.frombytes("RGB", (width, height), pixels)
        picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path)

    def _flipped(self, *_: Any) -> None:
        self._frames += 1
        self._finish()
        if self._unpainted is not None:
            view, self._unpainted = self._unpainted, None
            self._painted(view)

    def type(self, text: str) -> None:
        """Really press keys, a carriage return for Enter: what the window's keyboard tells goes the same way."""
        for char in text:
            if char == "\r":
                self._glass.dispatch("on_key_down", ENTER, 40, None, [])
                self._glass.dispatch("on_key_up", ENTER, 40, None, [])
            else:
                self._glass.dispatch("on_textinput", char)

    def _typed(self, _glass: Any, text: str) -> None:
        for char in text:
            self._on_key(char, time.monotonic_ns())

    def _pressed(self, _glass: Any, key: int, *_: Any) -> None:
        if key in {ENTER, 271}:  # and Enter on the number pad
            self._on_key("\r", time.monotonic_ns())
