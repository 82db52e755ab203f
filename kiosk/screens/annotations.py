"""Annotations drawn sharp over a picture, as vectors in the picture's place."""

import math
from collections.abc import Iterable

from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.graphics import SmoothEllipse as Ellipse
from kivy.graphics import SmoothLine as Line
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle
from kivy.graphics import SmoothTriangle as Triangle
from kivy.graphics.texture import Texture

from content.media import Annotation, Arrow, Badge, Blur, Box, Caption, Polygon
from content.media import Ellipse as EllipseShape
from kiosk.screens.judgement import verdict_color
from kiosk.screens.texts import lettered
from kiosk.screens.theme import ACCENT, theme
from kiosk.view import OutlineView

Place = tuple[float, float, float, float]  # x, y, width, height of the picture on screen
HALO = (0.0, 0.0, 0.0, 0.55)
WIDEST = 0.45  # of the picture; a longer text is wrapped
WHITE = (1.0, 1.0, 1.0, 1.0)
PLATE = (0.44, 0.48, 0.53, 1.0)  # over a hidden region; nothing shines through
GRAIN = (0.50, 0.54, 0.59, 1.0)


class Drawing:
    """Draws annotations into a canvas group for one place of the picture."""

    def __init__(self, group: InstructionGroup, place: Place) -> None:
        self._group = group
        self._place = place
        self._thick = max(2.0, theme.px(3))

    def draw(self, annotations: Iterable[Annotation]) -> None:
        """Draw every one; the group is emptied first."""
        self._group.clear()
        for annotation in sorted(
            annotations, key=lambda each: not isinstance(each, Blur)
        ):  # marks lie over plates
            match annotation:
                case Box():
                    self._box(annotation)
                case EllipseShape():
                    self._ellipse(annotation)
                case Arrow():
                    self._arrow(annotation)
                case Polygon():
                    self._polygon(annotation)
                case Badge():
                    self._badge(annotation)
                case Caption():
                    self._text(annotation.text, *self._at(*annotation.at))
                case Blur():
                    self._plate(annotation)

    def outline(self, outlines: Iterable[OutlineView]) -> None:
        """Draw regions that a camera looked at over what is drawn; the word beside the picture says the same."""
        for each in outlines:
            color = verdict_color(each.mark)
            points = [value for corner in each.corners for value in self._at(*corner)]
            for ink, width in ((HALO, self._thick + 2.5), (color, self._thick + 0.5)):
                self._group.add(Color(*ink))
                self._group.add(Line(width=width, joint="round", close=True, points=points))
            if each.text:
                self._text(each.text, (points[0] + points[2]) / 2, points[1] + theme.px(22))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, width, height = self._place
        return left + x * width, bottom + (1 - y) * height

    def _stroke(self, **line: object) -> None:
        for color, width in ((HALO, self._thick + 1.5), (ACCENT, self._thick)):
            self._group.add(Color(*color))
            self._group.add(Line(width=width, joint="round", cap="round", **line))

    def _box(self, box: Box) -> None:
        x, top = self._at(box.x, box.y)
        width, height = box.width * self._place[2], box.height * self._place[3]
        self._stroke(rounded_rectangle=(x, top - height, width, height, theme.px(8)))
        if box.text:
            self._text(box.text, x + width / 2, top + theme.px(22))

    def _plate(self, blur: Blur) -> None:
        """A solid plate with a grain; it grows with the picture when that is drawn closer."""
        left, top = self._at(blur.x, blur.y)
        right, bottom = self._at(min(1.0, blur.x + blur.width), min(1.0, blur.y + blur.height))
        self._group.add(Color(*PLATE))
        self._group.add(Rectangle(pos=(left, bottom), size=(right - left, top - bottom)))
        self._group.add(Color(*GRAIN))
        step = theme.px(14)
        for count in range(1, int((right - left + top - bottom) / step) + 1):
            along = count * step
            start = (left + min(along, right - left), bottom + max(0.0, along - (right - left)))
            end = (left + max(0.0, along - (top - bottom)), bottom + min(along, top - bottom))
            self._group.add(Line(points=[*start, *end], width=theme.px(1.5)))

    def _ellipse(self, shape: EllipseShape) -> None:
        x, y = self._at(shape.x, shape.y)
        rx, ry = shape.rx * self._place[2], shape.ry * self._place[3]
        self._stroke(ellipse=(x - rx, y - ry, 2 * rx, 2 * ry))
        if shape.text:
            self._text(shape.text, x, y + ry + theme.px(22))

    def _arrow(self, arrow: Arrow) -> None:
        (x1, y1), (x2, y2) = self._at(*arrow.start), self._at(*arrow.to)
        angle, head = math.atan2(y2 - y1, x2 - x1), theme.px(20)
        neck = (x2 - head * 0.8 * math.cos(angle), y2 - head * 0.8 * math.sin(angle))
        self._stroke(points=[x1, y1, *neck])
        points = [x2, y2]
        for side in (2.6, -2.6):
            points += [x2 + head * math.cos(angle + side), y2 + head * math.sin(angle + side)]
        self._group.add(Color(*ACCENT))
        self._group.add(Triangle(points=points))
        if arrow.text:
            away = theme.px(24)
            self._text(arrow.text, x1 - away * math.cos(angle), y1 - away * math.sin(angle))

    def _polygon(self, polygon: Polygon) -> None:
        points = [value for point in polygon.points for value in self._at(*point)]
        self._stroke(points=points, close=True)
        if polygon.text:
            self._text(polygon.text, points[0], points[1] + theme.px(22))

    def _badge(self, badge: Badge) -> None:
        x, y = self._at(*badge.at)
        radius = theme.px(19)
        for color, size in ((WHITE, radius + 2.5), (ACCENT, radius)):
            self._group.add(Color(*color))
            self._group.add(Ellipse(pos=(x - size, y - size), size=(2 * size, 2 * size)))
        self._label(str(badge.number), x, y, (0, 0, 0, 1))
        if badge.text:
            left, _, wide, _ = self._place
            away = radius + theme.px(8) + self._texture(badge.text).width / 2 + theme.px(8)
            fits = x + 2 * away - radius <= left + wide
            self._text(badge.text, x + away if fits else x - away, y)

    def _text(self, text: str, x: float, y: float) -> None:
        texture = self._texture(text)
        pad = theme.px(8)
        width, height = texture.width + 2 * pad, texture.height + pad
        left, bottom, wide, high = self._place
        x = min(max(x, left + width / 2), left + wide - width / 2)  # a text never leaves its picture
        y = min(max(y, bottom + height / 2), bottom + high - height / 2)
        self._group.add(Color(0.05, 0.07, 0.09, 0.9))
        ground = RoundedRectangle(
            pos=(x - width / 2, y - height / 2), size=(width, height), radius=[theme.px(6)]
        )
        self._group.add(ground)
        self._label(text, x, y, WHITE)

    def _label(self, text: str, x: float, y: float, color: tuple[float, ...]) -> None:
        texture = self._texture(text)
        self._group.add(Color(*color))
        pos = (round(x - texture.width / 2), round(y - texture.height / 2))
        self._group.add(Rectangle(texture=texture, pos=pos, size=texture.size))

    def _texture(self, text: str) -> Texture:
        return lettered(text, size=theme.px(22), bold=True, width=self._place[2] * WIDEST)
