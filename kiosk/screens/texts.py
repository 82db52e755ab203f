"""Texts on screen: fonts by script, times, and light markdown as Kivy markup."""

import re
import unicodedata
from datetime import timedelta
from functools import cache
from pathlib import Path

from kiosk.screens.theme import theme
from kiosk.words import say

NOTO = Path("/usr/share/fonts/truetype/noto")
FALLBACK = "Roboto"  # Kivy's own
SCRIPTS = {  # Unicode name's first word -> Noto family, OpenType script, direction
    "ARABIC": ("NotoSansArabic", "Arab", "rtl"),
    "HEBREW": ("NotoSansHebrew", "Hebr", "rtl"),
    "DEVANAGARI": ("NotoSansDevanagari", "Deva", "ltr"),
    "THAI": ("NotoSansThai", "Thai", "ltr"),
}


@cache
def font(family: str = "NotoSans", *, bold: bool = False) -> str:
    """The file of a Noto font, or Kivy's own where it is not installed."""
    file = NOTO / f"{family}-{'Bold' if bold else 'Regular'}.ttf"
    return str(file) if file.is_file() else FALLBACK


@cache
def cjk() -> str:
    """A font with Chinese, Japanese and Korean, or Kivy's own where none is installed."""
    found = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.tt*"))
    return str(found[0]) if found else FALLBACK


@cache
def script_of(text: str) -> str:
    """The script that shapes a text: the first letter that needs a font of its own decides."""
    for char in text:
        if ord(char) > 0x2E7F and unicodedata.category(char) == "Lo":
            return "CJK"
        if ord(char) > 0x058F and unicodedata.category(char) in {"Lo", "Mn", "Mc"}:
            name = unicodedata.name(char, "").split(" ")[0]
            if name in SCRIPTS:
                return name
    return "LATIN"


def options_for(text: str, *, bold: bool) -> dict[str, object]:
    """What a Kivy label needs to shape this text."""
    script = script_of(text)
    if script == "CJK":
        return {"font_name": cjk(), "font_direction": "ltr", "font_script_name": "Latn"}
    family, name, direction = SCRIPTS.get(script, ("NotoSans", "Latn", "ltr"))
    return {"font_name": font(family, bold=bold), "font_direction": direction, "font_script_name": name}


def escape(text: str) -> str:
    """Text so that Kivy's markup shows it as it is."""
    return text.replace("&", "&amp;").replace("[", "&bl;").replace("]", "&br;")


def markup(text: str) -> str:
    """Light markdown (paragraphs, **bold**, lists) as Kivy markup."""
    bold = f"[font={font(bold=True)}]" if font(bold=True) != FALLBACK else "[b]"
    end = "[/font]" if font(bold=True) != FALLBACK else "[/b]"
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        is_list = any(re.match(r"(?:[-*]|\d+\.)\s", line) for line in lines)
        shown = [re.sub(r"^[-*]\s+", "•  ", line) for line in lines]
        paragraphs.append(("\n" if is_list else " ").join(shown))
    return re.sub(r"\*\*(.+?)\*\*", rf"{bold}\1{end}", escape("\n\n".join(paragraphs)))


def clock(duration: timedelta) -> str:
    """A duration as minutes and seconds."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return say("minutes", theme.language, minutes=minutes, seconds=seconds)
