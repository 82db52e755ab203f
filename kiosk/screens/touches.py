"""Real touches and pictures of the screen, for tests and the demonstration."""

from itertools import count
from typing import Any

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent
from kivy.uix.scrollview import ScrollView

_ids = count(1)


class Finger(MotionEvent):
    """A finger that goes through the window's own event pipeline."""

    def __init__(self, x: float, y: float) -> None:
        window = EventLoop.window
        place = {"x": x / max(1.0, window.width - 1.0), "y": y / max(1.0, window.height - 1.0)}
        super().__init__("finger", f"finger-{next(_ids)}", place, is_touch=True, type_id="touch")

    def depack(self, args: dict[str, float]) -> None:
        """Where it is, as shares of the window."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)

    def down(self) -> None:
        """Touch the glass."""
        EventLoop.post_dispatch_input("begin", self)

    def up(self) -> None:
        """Lift off."""
        EventLoop.post_dispatch_input("end", self)


def brought_into_view(widget: Any) -> bool:
    """Whether a finger can reach the widget; where it is scrolled away, it is scrolled to first, as a person would."""
    around = widget.parent
    while around is not None and around is not around.parent:
        if isinstance(around, ScrollView):
            x, y = widget.to_window(*widget.center)
            left, low = around.to_window(*around.pos)
            if not (left <= x <= left + around.width and low <= y <= low + around.height):
                around.scroll_to(widget, padding=0, animate=False)
                return False
        around = around.parent
    return True


def tap(widget: Any) -> None:
    """Touch the middle of a widget and lift off again."""
    x, y = widget.to_window(*widget.center)
    finger = Finger(x, y)
    finger.down()
    finger.up()
