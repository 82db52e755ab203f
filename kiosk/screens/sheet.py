"""A sheet over the screen: one thing to do, and a way out."""

from typing import Any

from kivy.uix.modalview import ModalView

from kiosk.screens.theme import TITLE, theme
from kiosk.screens.widgets import Panel, Txt


class Sheet(ModalView):
    """A large panel in the middle; a touch outside closes it."""

    def __init__(self, title: str, *, share: tuple[float, float] = (0.86, 0.9)) -> None:
        super().__init__(
            size_hint=share, background="", background_color=(0, 0, 0, 0), overlay_color=(0, 0, 0, 0.6)
        )
        self.body = Panel(ground=theme.palette.panel, orientation="vertical", pad=24, gap=18)
        self.body.add_widget(Txt(text=title, size=TITLE, bold=True))
        self.add_widget(self.body)

    def open(self, *_: Any, **__: Any) -> None:
        """Show it at once."""
        super().open(animation=False)

    def close(self) -> None:
        """Take it away at once."""
        self.dismiss(animation=False)
