"""The stage: the step's picture or video with its annotations; pinch to zoom, double tap to reset."""

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, InstructionGroup, Rectangle, RoundedRectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scatter import Scatter
from kivy.uix.stencilview import StencilView
from kivy.uix.widget import Widget

from kiosk.screens.annotations import Drawing
from kiosk.screens.pictures import Pictures
from kiosk.screens.theme import GAP, SMALL, theme
from kiosk.screens.widgets import Tap, Txt
from kiosk.view import MediumView

CLOSEST = 5.0  # times


class Sheet(Scatter):
    """The picture itself: it fits the stage, can be drawn closer, and never leaves the stage."""

    def __init__(self) -> None:
        super().__init__(do_rotation=False, scale_min=1, scale_max=CLOSEST, size_hint=(None, None), do_translation=False)
        self.medium: MediumView | None = None
        self._texture: Any = None
        with self.canvas:
            self._tint = Color(1, 1, 1, 1)
            self._picture = Rectangle()
        self._drawn = InstructionGroup()
        self.canvas.add(self._drawn)
        self.bind(size=self._lay, scale=self._follow)

    def show(self, medium: MediumView | None, texture: Any) -> None:
        """Another picture, fitted; None empties the stage."""
        self.reset()
        self.medium, self._texture = medium, texture
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
        return super().on_touch_down(touch)

    def _follow(self, *_: Any) -> None:
        self.do_translation = self.scale > 1.01

    def _lay(self, *_: Any) -> None:
        if self._texture is None or self.medium is None:
            self._drawn.clear()
            return
        wide, high = self._texture.size
        share = min(self.width / wide, self.height / high) if wide and high else 1
        size = (wide * share, high * share)
        pos = ((self.width - size[0]) / 2, (self.height - size[1]) / 2)
        self._picture.pos, self._picture.size = pos, size
        Drawing(self._drawn, (*pos, *size)).draw(self.medium.annotations)


class Stage(BoxLayout):
    """The largest area: one medium large, and the others of the step as thumbnails below."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(orientation="vertical")
        self._pictures = pictures
        self._media: tuple[MediumView, ...] = ()
        self._frame = StencilView()
        self._float = FloatLayout()
        with self._frame.canvas.before:
            self._tint = Color(*theme.palette.stage)
            self._ground = RoundedRectangle(radius=[theme.px(14)])
        self._sheet = Sheet()
        self._video: Any = None
        self._captions = Txt(text="", size=SMALL, halign="center")
        self._strip = BoxLayout(size_hint_y=None, height=0, spacing=theme.px(GAP), padding=(0, theme.px(GAP), 0, 0))
        self._frame.add_widget(self._sheet)
        self._frame.bind(pos=self._lay, size=self._lay)
        self.add_widget(self._frame)
        self.add_widget(self._captions)
        self.add_widget(self._strip)

    def show(self, media: tuple[MediumView, ...]) -> None:
        """The media of a step; the first is shown large."""
        if media == self._media:
            return
        self._media = media
        self._strip.clear_widgets()
        self._strip.height = theme.px(84 + GAP) if len(media) > 1 else 0
        for place, medium in enumerate(media if len(media) > 1 else ()):
            self._strip.add_widget(self._thumbnail(place, medium))
        if len(media) > 1:
            self._strip.add_widget(Widget())
        self._large(media[0] if media else None)

    def stop(self) -> None:
        """Let go of a video that plays."""
        if self._video is not None:
            self._video.state = "stop"  # before unload: ffpyplayer can hang otherwise
            self._video.unload()
            self._frame.remove_widget(self._video)
            self._video = None

    def _thumbnail(self, place: int, medium: MediumView) -> Widget:
        tile = Tap(
            f"medium:{place}",
            lambda: self._large(medium),
            ground=theme.palette.raised,
            size_hint_x=None,
            width=theme.px(112),
            pad=4,
        )
        picture = Widget()
        texture = self._pictures.get(medium.poster or medium.file)
        with picture.canvas:
            Color(1, 1, 1, 1)
            drawn = Rectangle(texture=texture)
        picture.bind(
            pos=lambda w, _: setattr(drawn, "pos", w.pos), size=lambda w, _: setattr(drawn, "size", w.size)
        )
        tile.add_widget(picture)
        return tile

    def _large(self, medium: MediumView | None) -> None:
        self.stop()
        self._captions.say("")
        if medium is None:
            self._sheet.show(None, None)
            return
        still = medium.poster or medium.file
        self._sheet.show(medium, self._pictures.get(still))
        self._tint.rgb = self._pictures.edge(still) or theme.palette.stage[:3]
        if medium.poster is not None:
            self._play(medium)

    def _play(self, medium: MediumView) -> None:
        from kivy.uix.video import Video  # noqa: PLC0415 - it brings 60 MB along, and few steps have a film

        video = Video(
            source=str(medium.file),
            preview=str(medium.poster),  # or Kivy takes the film for a picture first
            state="play",
            options={"eos": "loop"},
            volume=0,
            fit_mode="contain",
        )
        video.bind(loaded=lambda _w, loaded: self._sheet.show(None, None) if loaded and self._video is video else None)
        video.bind(position=lambda _w, position: self._at(medium, position) if self._video is video else None)
        self._video = video
        self._frame.add_widget(video)
        self._lay()

    def _at(self, medium: MediumView, position: float) -> None:
        said = [c.text for c in medium.captions if c.start.total_seconds() <= position < c.end.total_seconds()]
        self._captions.say(said[0] if said else "")
        ends = medium.end.total_seconds() if medium.end is not None else None
        if ends is not None and position >= ends and self._video is not None and self._video.duration > 0:
            begins = medium.start.total_seconds() if medium.start is not None else 0.0
            Clock.schedule_once(lambda _dt: self._video and self._video.seek(begins / self._video.duration))

    def _lay(self, *_: Any) -> None:
        frame = self._frame
        self._ground.pos, self._ground.size = frame.pos, frame.size
        for widget in (self._sheet, self._video):
            if widget is not None:
                widget.size, widget.pos = frame.size, frame.pos
