"""Texts on screen: lettering in any script, times, and light markdown as Kivy markup."""

import re
from datetime import timedelta

from kivy.core.text import Label as PlainLabel
from kivy.graphics.texture import Texture
from PIL import Image

from kiosk.screens import shaping
from kiosk.screens.fonts import file_for, is_simple
from kiosk.screens.theme import Color, theme
from kiosk.words import say

WHITE = (1.0, 1.0, 1.0, 1.0)
BULLET = "•  "


def font(*, bold: bool = False) -> str:
    """The file of the plain font."""
    return file_for("LATIN", bold=bold)


def lettered(text: str, *, size: float, bold: bool = False, width: float | None = None) -> Texture:
    """A text of any script as a white texture; wrapped where it is wider than `width` pixels."""
    if not is_simple(text):
        narrow = shaping.paint(text, size=round(size), bold=bold, halign="center")
        if width is not None and narrow.width > width:
            narrow = shaping.paint(text, size=round(size), bold=bold, width=width, halign="center")
        return inked(narrow)
    label = PlainLabel(text=text, font_size=size, font_name=font(bold=bold), halign="center")
    label.refresh()
    if width is not None and label.texture.width > width:
        label = PlainLabel(
            text=text, font_size=size, font_name=font(bold=bold), halign="center", text_size=(width, None)
        )
        label.refresh()
    return label.texture


def inked(letters: Image.Image, color: Color = WHITE) -> Texture:
    """Painted letters as a texture in a colour."""
    ground = Image.new("RGB", letters.size, tuple(round(255 * part) for part in color[:3]))
    ground.putalpha(letters.getchannel("A"))
    texture = Texture.create(size=ground.size, colorfmt="rgba")
    texture.blit_buffer(ground.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def escape(text: str) -> str:
    """Text so that Kivy's markup shows it as it is."""
    return text.replace("&", "&amp;").replace("[", "&bl;").replace("]", "&br;")


def flowing(text: str) -> str:
    """Light markdown with its paragraphs as lines and its lists with bullets; bold stays marked."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        is_list = any(re.match(r"(?:[-*]|\d+\.)\s", line) for line in lines)
        shown = [re.sub(r"^[-*]\s+", BULLET, line) for line in lines]
        paragraphs.append(("\n" if is_list else " ").join(shown))
    return "\n\n".join(paragraphs)


def markup(text: str) -> str:
    """Light markdown (paragraphs, **bold**, lists) as Kivy markup."""
    return re.sub(r"\*\*(.+?)\*\*", rf"[font={font(bold=True)}]\1[/font]", escape(flowing(text)))


def clock(duration: timedelta) -> str:
    """A duration as minutes and seconds."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return say("minutes", theme.language, minutes=minutes, seconds=seconds)
