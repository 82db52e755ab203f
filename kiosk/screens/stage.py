"""The stage: the step's picture or film with its annotations; pinch to zoom, double tap to reset."""

from functools import cache, partial
from typing import Any

from kivy.graphics import (
    Color,
    InstructionGroup,
    Rectangle,
)
from kivy.graphics.texture import Texture
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scatter import Scatter
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw

from kiosk.screens.annotations import Drawing
from kiosk.screens.film import Film
from kiosk.screens.icons import Icon
from kiosk.screens.judgement import Judgement
from kiosk.screens.pictures import Pictures
from kiosk.screens.texts import inked
from kiosk.screens.theme import BODY, GAP, theme
from kiosk.screens.widgets import Panel, Tap, Txt, clip
from kiosk.view import MediumView

CLOSEST = 5.0  # times
SPILL = (
    0.16  # of the picture; a narrower margin is filled with the picture's own edge, a wider one stays plain
)
THUMB = (112, 84)
CORNER = 14


class Sheet(Scatter):
    """The picture itself: it fits the stage, can be drawn closer, and always fills the stage then."""

    def __init__(self) -> None:
        super().__init__(
            do_rotation=False, do_translation=False, scale_min=1, scale_max=CLOSEST, size_hint=(None, None)
        )
        self._medium: MediumView | None = None
        self._texture: Texture | None = None
        with self.canvas:
            self._tint = Color(1, 1, 1, 0)
            self._picture = Rectangle()
        self._drawn = InstructionGroup()
        self.canvas.add(self._drawn)
        self.bind(size=self._lay, scale=self._follow)

    def show(self, medium: MediumView | None, texture: Texture | None) -> None:
        """Another picture, fitted; None empties the stage."""
        self.reset()
        self._medium = medium
        self.play(texture)

    def play(self, texture: Texture | None) -> None:
        """Another texture for the same medium: the film after its poster."""
        self._texture = texture
        self._picture.texture = texture
        self._tint.a = 1 if texture is not None else 0
        self._lay()

    def reset(self) -> None:
        """Back to fitting the stage."""
        self.scale = 1
        if self.parent is not None:
            self.pos = self.parent.pos

    def on_touch_down(self, touch: Any) -> bool:
        """A double tap resets; everything else is Kivy's."""
        if self.collide_point(*touch.pos) and touch.is_double_tap:
            self.reset()
            return True
        return bool(super().on_touch_down(touch))

    def on_transform_with_touch(self, _touch: Any) -> None:
        """However it is drawn, the stage stays filled."""
        frame, ((left, low), (wide, tall)) = self.parent, self.bbox
        x = min(frame.x, max(left, frame.right - wide))
        y = min(frame.y, max(low, frame.top - tall))
        if (x, y) != (left, low):
            self.pos = (x, y)

    def _follow(self, *_: Any) -> None:
        self.do_translation = self.scale > 1.01

    def _lay(self, *_: Any) -> None:
        if self._texture is None or self._medium is None or not self._texture.height or min(self.size) <= 0:
            self._drawn.clear()
            return
        wide, high = self._texture.size
        share = min(self.width / wide, self.height / high)
        size = (wide * share, high * share)
        pos = ((self.width - size[0]) / 2, (self.height - size[1]) / 2)
        spill = (pos[0] / size[0], pos[1] / size[1])
        if max(spill) <= SPILL:
            self._picture.pos, self._picture.size = (0, 0), self.size
            self._picture.tex_coords = _beyond(self._texture, *spill)
        else:
            self._picture.pos, self._picture.size = pos, size
            self._picture.tex_coords = self._texture.tex_coords
        drawing = Drawing(self._drawn, (*pos, *size))
        drawing.draw(self._medium.annotations)
        drawing.outline(self._medium.outlines)


def _beyond(texture: Texture, x: float, y: float) -> list[float]:
    """Texture coordinates that go beyond the picture by shares of it; there the graphics chip repeats its edge."""
    coords = texture.tex_coords
    (left, low), (right, high) = coords[0:2], coords[4:6]
    more_x, more_y = (right - left) * x, (high - low) * y
    left, right, low, high = left - more_x, right + more_x, low - more_y, high + more_y
    return [left, low, right, low, right, high, left, high]


class Frame(FloatLayout):
    """Where the picture is, with round corners; nothing leaves it."""

    def __init__(self) -> None:
        super().__init__()
        clip(self)
        with self.canvas.before:
            self.tint = Color(*theme.palette.stage)
            self._ground = Rectangle()
        with self.canvas.after:
            Color(*theme.palette.back)
            self._corners = [Rectangle(texture=_corner(round(theme.px(CORNER)))) for _ in range(4)]
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        side = theme.px(CORNER)
        for corner, x, dx in zip(
            self._corners, (self.x, self.x + self.width) * 2, (side, -side) * 2, strict=True
        ):
            low = corner in self._corners[:2]
            corner.pos, corner.size = (
                (x, self.y if low else self.y + self.height),
                (dx, side if low else -side),
            )

    def on_touch_down(self, touch: Any) -> bool:
        """A finger beside the picture does not move it."""
        return self.collide_point(*touch.pos) and bool(super().on_touch_down(touch))


@cache
def _corner(side: int) -> Texture:
    """What lies outside a round corner, for the lower left one."""
    fine = 4
    mask = Image.new("L", (side * fine, side * fine), 255)
    ImageDraw.Draw(mask).ellipse((0, -side * fine, 2 * side * fine, side * fine), fill=0)
    ink = Image.new("LA", (side, side), (255, 0))
    ink.putalpha(mask.resize((side, side), Image.Resampling.BOX))
    return inked(ink)


class Thumb(Tap):
    """A medium of the step, small; a touch shows it large."""

    def __init__(self, name: str, act: Any) -> None:
        super().__init__(
            name, act, ground=theme.palette.raised, pad=4, size_hint_x=None, width=theme.px(THUMB[0])
        )
        self._medium: MediumView | None = None
        self._picture = Widget()
        with self._picture.canvas:
            self._tint = Color(1, 1, 1, 0)
            self._drawn = Rectangle()
        self._film = Icon("", color=(0, 0, 0, 1), side=34)
        self._picture.add_widget(self._film)
        self._picture.bind(pos=self._lay, size=self._lay)
        self.add_widget(self._picture)

    def show(self, medium: MediumView, *, chosen: bool) -> None:
        """Another medium; its picture is filled in when it is ready."""
        self._medium = medium
        self._tint.a = 0
        self._film.become("play" if medium.poster is not None else "", (0.05, 0.07, 0.09, 0.9))
        self.choose(chosen)

    def fill(self, medium: MediumView, texture: Texture | None) -> None:
        """The picture of `medium`; when another one came up meanwhile, nothing happens."""
        if medium == self._medium:
            self._drawn.texture = texture
            self._tint.a = 1 if texture is not None else 0

    def choose(self, chosen: bool) -> None:
        """It is the one that is shown large."""
        self.tint(theme.palette.primary if chosen else theme.palette.raised)

    def _lay(self, *_: Any) -> None:
        self._drawn.pos, self._drawn.size = self._picture.pos, self._picture.size
        self._film.center = self._picture.center


class Stage(BoxLayout):
    """The largest area: one medium large, and the others of the step as thumbnails below."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(orientation="vertical")
        self._pictures = pictures
        self._media: tuple[MediumView, ...] = ()
        self._film: Film | None = None
        self._frame = Frame()
        self._sheet = Sheet()
        self._frame.add_widget(self._sheet)
        self._frame.bind(pos=self._lay, size=self._lay)
        self._caption = Panel(ground=(0.05, 0.07, 0.09, 0.88), pad=12, size_hint=(0.92, None))
        self._caption.pos_hint = {"center_x": 0.5, "y": 0.03}
        self._said = Txt(text="", size=BODY, color=(1, 1, 1, 1), halign="center")
        self._said.bind(height=lambda *_: setattr(self._caption, "height", self._said.height + theme.px(24)))
        self._caption.add_widget(self._said)
        self._instead = Txt(text="", size=BODY, color=(0.06, 0.09, 0.11, 1), halign="center", size_hint_x=0.8)
        self._instead.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        self._strip = BoxLayout(
            size_hint_y=None, height=0, spacing=theme.px(GAP), padding=(0, theme.px(GAP), 0, 0)
        )
        self._verdict = Judgement()
        self._thumbs: list[Thumb] = []
        self.add_widget(self._frame)

    def show(self, media: tuple[MediumView, ...]) -> None:
        """The media of a step; the first is shown large."""
        if media == self._media:
            return
        self._media = media
        self._strip.clear_widgets()
        if len(media) > 1:
            for place, medium in enumerate(media):
                thumb = self._thumb(place)
                thumb.show(medium, chosen=place == 0)
                self._pictures.small(medium.poster or medium.file, partial(thumb.fill, medium))
                self._strip.add_widget(thumb)
            self._strip.add_widget(Widget())
        self._keep(self._strip, shown=len(media) > 1, within=self)
        self._strip.height = theme.px(THUMB[1] + GAP)
        self._large(0)

    def stop(self) -> None:
        """Let go of a film that plays."""
        if self._film is not None:
            self._film.stop()
            self._film = None
        self._tell("")

    def _thumb(self, place: int) -> Thumb:
        while len(self._thumbs) <= place:
            number = len(self._thumbs)
            self._thumbs.append(Thumb(f"medium:{number}", partial(self._large, number)))
        return self._thumbs[place]

    def _large(self, place: int) -> None:
        self.stop()
        for number, thumb in enumerate(self._thumbs):
            thumb.choose(number == place)
        medium = self._media[place] if place < len(self._media) else None
        still = None if medium is None else medium.poster or medium.file
        texture = None if still is None else self._pictures.get(still)
        self._sheet.show(medium, texture)
        self._frame.tint.rgb = (still is not None and self._pictures.edge(still)) or theme.palette.stage[:3]
        verdict = None if medium is None else medium.verdict
        if verdict is not None:
            self._verdict.show(verdict, medium.outlines if medium else ())
        self._keep(self._verdict, shown=verdict is not None, within=self._frame)
        self._instead.say(medium.alt if medium is not None and texture is None else "")
        self._keep(self._instead, shown=bool(self._instead.text), within=self._frame)
        if medium is not None and medium.poster is not None:
            self._film = Film(medium, self._sheet.play, self._tell)

    def _tell(self, caption: str) -> None:
        self._said.say(caption)
        self._keep(self._caption, shown=bool(caption), within=self._frame)

    def _keep(self, widget: Widget, *, shown: bool, within: Widget) -> None:
        if shown and widget.parent is None:
            within.add_widget(widget)
        elif not shown and widget.parent is not None:
            within.remove_widget(widget)

    def _lay(self, *_: Any) -> None:
        self._sheet.size = self._frame.size
        self._sheet.reset()
