"""The small design system: texts, panels, scrolls and buttons that every screen is made of."""

from collections.abc import Callable
from functools import cache
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle
from kivy.graphics.scissor_instructions import ScissorPop, ScissorPush
from kivy.graphics.texture import Texture
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk.screens import shaping
from kiosk.screens.fonts import is_simple
from kiosk.screens.icons import Icon
from kiosk.screens.texts import flowing, font, inked, markup
from kiosk.screens.theme import BODY, GAP, TOUCH, theme
from kiosk.screens.theme import Color as Rgba

BAR = 6  # width of a scroll bar
PRESSED = 0.65  # of the ground's colour, while a finger is on it
touchable: dict[str, Widget] = {}  # by the name that tests and the demonstration touch them by


class Txt(Label):
    """A text that wraps in its width and takes the height it needs; `fixed` fills the place it is given."""

    def __init__(
        self, *, size: float = BODY, bold: bool = False, color: Rgba | None = None, **more: Any
    ) -> None:
        self._bold = bold
        fixed = more.pop("fixed", False)
        super().__init__(
            font_size=theme.px(size),
            font_name=font(bold=bold),
            color=color or theme.palette.text,
            halign=more.pop("halign", "left"),
            valign=more.pop("valign", "middle"),
            **more,
        )
        if fixed:
            self.bind(size=self._box)
        else:
            self.size_hint_y = None
            self.bind(width=self._wrap, texture_size=self._grow)
            self._grow()

    def say(self, text: str) -> None:
        """Show another text; nothing is drawn anew when it is the same."""
        if text == self.text:
            return
        self.text = text
        if self.size_hint_y is None:
            self._grow()

    def tell(self, markdown: str) -> None:
        """Show light markdown; for a text that was made with `markup`."""
        self.say(markup(markdown) if is_simple(markdown) else flowing(markdown))

    def paint(self, color: Rgba) -> None:
        """Show it in another colour."""
        if tuple(self.color) != color:
            self.color = color

    def texture_update(self, *more: Any) -> None:
        """Letters that the plain font does not hold are shaped by `shaping`."""
        if is_simple(self.text):
            super().texture_update(*more)
            return
        width, _ = self.text_size
        letters = shaping.paint(
            self.text,
            size=round(self.font_size),
            bold=self._bold,
            width=width,
            halign=self.halign,
            most_lines=1 if self.shorten else None,
        )
        self.texture = inked(letters, self.color)
        self.texture_size = list(self.texture.size)

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)

    def _box(self, *_: Any) -> None:
        self.text_size = self.size

    def _grow(self, *_: Any) -> None:
        self.height = self.texture_size[1] if self.text else 0


class Word(Txt):
    """One line, as wide as its letters."""

    def __init__(self, **more: Any) -> None:
        super().__init__(fixed=True, size_hint_x=None, width=0, **more)
        self.bind(texture_size=self._widen)

    def _box(self, *_: Any) -> None:
        """As long as the words are."""

    def _grow(self, *_: Any) -> None:
        """As high as it was made."""

    def _widen(self, *_: Any) -> None:
        self.width = self.texture_size[0] if self.text else 0


class Panel(BoxLayout):
    """A box with a ground, rounded corners and room inside."""

    def __init__(
        self, *, ground: Rgba | None = None, radius: float = 14, pad: float = GAP, **more: Any
    ) -> None:
        super().__init__(padding=theme.px(pad), spacing=theme.px(more.pop("gap", GAP)), **more)
        with self.canvas.before:
            self._color = Color(*(ground or theme.palette.panel))
            self._ground = RoundedRectangle(radius=[theme.px(radius)])
        self.bind(pos=self._place, size=self._place)

    def tint(self, color: Rgba) -> None:
        """Another ground."""
        if tuple(self._color.rgba) != color:
            self._color.rgba = color

    def _place(self, *_: Any) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size


class Rows(BoxLayout):
    """Things below one another, as high as they are together."""

    def __init__(self, *, gap: float = GAP, **more: Any) -> None:
        super().__init__(orientation="vertical", spacing=theme.px(gap), size_hint_y=None, height=0, **more)
        self.bind(minimum_height=self.setter("height"))


def clip(widget: Widget) -> None:
    """Nothing inside leaves the widget. By scissors: Kivy's stencils take a processor that draws far longer."""
    for canvas in (widget.canvas.before, widget.canvas.after):
        canvas.clear()
    with widget.canvas.before:
        scissors = ScissorPush()
    with widget.canvas.after:
        ScissorPop()

    def cut(*_: Any) -> None:
        scissors.x, scissors.y = round(widget.x), round(widget.y)
        scissors.width, scissors.height = max(0, round(widget.width)), max(0, round(widget.height))

    widget.bind(pos=cut, size=cut)
    cut()


class Scroll(ScrollView):
    """What does not fit is scrolled; a bar says where it stands, and more below fades out."""

    def __init__(self, inside: Widget, *, ground: Rgba | None = None, **more: Any) -> None:
        super().__init__(do_scroll_x=False, bar_width=theme.px(BAR), scroll_type=["bars", "content"], **more)
        clip(self)
        self.add_widget(inside)
        inside.padding = [0, 0, theme.px(2 * BAR), 0]  # what is read stands beside the bar
        self._inside = inside
        with self.canvas.after:
            Color(*(ground or theme.palette.back))
            self._fade = Rectangle(texture=_fade(), size=(0, 0))
            Color(*theme.palette.line)
            self._bar = Rectangle(size=(0, 0))
        self.bind(pos=self._look, size=self._look, scroll_y=self._look)
        inside.bind(height=self._look)

    def _look(self, *_: Any) -> None:
        more = self._inside.height - self.height
        below = more > 1 and self.scroll_y * more > theme.px(8)
        self._fade.pos = self.pos
        self._fade.size = (self.width - self.bar_width, theme.px(64)) if below else (0, 0)
        low, share = self.vbar
        self._bar.pos = (self.x + self.width - self.bar_width, self.y + low * self.height)
        self._bar.size = (self.bar_width, share * self.height) if more > 1 else (0, 0)


@cache
def _fade() -> Texture:
    texture = Texture.create(size=(1, 32), colorfmt="rgba")
    alphas = [min(255, round(300 * (1 - row / 31))) for row in range(32)]
    texture.blit_buffer(bytes(part for alpha in alphas for part in (255, 255, 255, alpha)), colorfmt="rgba")
    return texture


class Tap(ButtonBehavior, Panel):
    """Something large that can be touched; `name` is what tests and the demonstration call it."""

    def __init__(self, name: str, act: Callable[[], None], **more: Any) -> None:
        super().__init__(**more)
        self.enabled = True  # Kivy's `disabled` would fade the texts below 7:1
        self._act = act
        self.rename(name)

    def rename(self, name: str) -> None:
        """Be called otherwise from now on."""
        if touchable.get(getattr(self, "name", "")) is self:
            del touchable[self.name]
        self.name = name
        if name:
            touchable[name] = self

    def on_state(self, _tap: Widget, state: str) -> None:
        """Answer within the frame: the ground changes under the finger, and back wherever it is lifted."""
        self._color.a = PRESSED if state == "down" and self.enabled else 1

    def on_release(self) -> None:
        """Do it."""
        if self.enabled:
            self._act()


class Action(Tap):
    """A button with an icon and a word."""

    def __init__(
        self,
        name: str,
        word: str,
        act: Callable[[], None],
        *,
        icon: str = "",
        primary: bool = False,
        size: float = BODY,
        **more: Any,
    ) -> None:
        palette = theme.palette
        color = palette.on_primary if primary else palette.text
        super().__init__(
            name,
            act,
            ground=palette.primary if primary else palette.raised,
            size_hint_y=more.pop("size_hint_y", None),
            height=theme.px(more.pop("tall", TOUCH)),
            gap=10,
            pad=more.pop("pad", 10),
            **more,
        )
        self.icon = Icon(icon, color=color, side=30)
        if icon:
            self.add_widget(self.icon)
        self.label = Txt(text=word, size=size, bold=primary, color=color, halign="center", fixed=True)
        if word or not icon:
            self.add_widget(self.label)
        else:
            self.icon.pos_hint = {"center_x": 0.5, "center_y": 0.5}
