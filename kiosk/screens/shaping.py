"""Texts of every script as pixels: raqm shapes, each run has the font of its letters, lines read either way.

Kivy's own text provider joins no Arabic, orders no Devanagari, and shows boxes for "N·m" in an Arabic font.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont, features

from kiosk.screens.fonts import RIGHT_TO_LEFT, file_for, script_of_letter

LINE = 1.36  # heights of the letters; room for what stands above and below them
SENTENCE_MARKS = ".,;:!?…"
NOT_FIRST = "。、，．」』）〉》！？ー…ぁぃぅぇぉっゃゅょ"  # never begin a line
MIRROR = str.maketrans("()[]{}<>«»", ")(][}{><»«")
HAS_RAQM = features.check("raqm")  # false where libfribidi is not installed: letters stay unjoined


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one word that share a font."""

    text: str
    script: str
    bold: bool


Word = tuple[Piece, ...]


@cache
def _font(script: str, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if HAS_RAQM else ImageFont.Layout.BASIC
    return ImageFont.truetype(file_for(script, bold=bold), size, layout_engine=engine)


def _wide(piece: Piece, size: int) -> float:
    return _font(piece.script, size, bold=piece.bold).getlength(piece.text)


def _pieces(word: str, *, bold: bool) -> Word:
    """A word cut where the font changes; marks and joiners stay with the letters before them."""
    script, scripts = "LATIN", []
    for letter in word:
        if unicodedata.category(letter)[0] not in "MC":  # marks and joiners
            script = script_of_letter(letter) or "LATIN"
        scripts.append(script)
    pairs = groupby(zip(word, scripts, strict=True), key=lambda pair: pair[1])
    return tuple(Piece("".join(letter for letter, _ in run), name, bold) for name, run in pairs)


def _words(paragraph: str, *, bold: bool) -> Iterator[Word]:
    strong = bold
    for part in re.split(r"(\*\*)", paragraph):
        if part == "**":
            strong = not strong
            continue
        yield from (_pieces(word, bold=strong) for word in re.split("[ \t]+", part) if word)


def _spoken_wide(words: list[Word], size: int) -> float:
    gap = _font("LATIN", size, bold=False).getlength(" ")
    return sum(_wide(piece, size) for word in words for piece in word) + gap * max(0, len(words) - 1)


def _lines(text: str, width: float | None, size: int, *, bold: bool) -> Iterator[list[Word]]:
    for paragraph in text.splitlines() or [""]:
        line: list[Word] = []
        for whole in _words(paragraph, bold=bold):
            for word in [whole] if width is None else _fitting(whole, width, size):
                if line and width is not None and _spoken_wide([*line, word], size) > width:
                    yield line
                    line = []
                line.append(word)
        yield line


def _fitting(word: Word, width: float, size: int) -> list[Word]:
    """A word that is wider than a line, as Chinese sentences are, cut where it may be cut."""
    if _spoken_wide([word], size) <= width:
        return [word]
    letters = [Piece(letter, piece.script, piece.bold) for piece in word for letter in piece.text]
    parts: list[list[Piece]] = [[]]
    for letter in letters:
        stays = letter.text in NOT_FIRST or unicodedata.category(letter.text)[0] in "MC"
        if parts[-1] and not stays and _spoken_wide([_joined([*parts[-1], letter])], size) > width:
            parts.append([])
        parts[-1].append(letter)
    return [_joined(part) for part in parts]


def _joined(letters: list[Piece]) -> Word:
    runs = groupby(letters, key=lambda piece: (piece.script, piece.bold))
    return tuple(Piece("".join(piece.text for piece in run), *key) for key, run in runs)


def _is_rtl(word: Word) -> bool | None:
    """The way a word reads; None for one without letters, as a number."""
    for piece in word:
        if piece.script in RIGHT_TO_LEFT:
            return True
        if any(unicodedata.bidirectional(letter) == "L" for letter in piece.text):
            return False
    return None


def _ways(line: list[Word], *, rtl: bool) -> list[bool]:
    """The way each word of a line reads: a number goes with the unit behind it or the word before it, else the line.

    A short form of the rules N1 and W7 of Unicode's bidirectional algorithm (UAX #9).
    """
    ways = [_is_rtl(word) for word in line]
    for place in range(1, len(ways)):
        if ways[place] is None and ways[place - 1] is False and _has_digit(line[place]):
            ways[place] = False
    for place in range(len(ways) - 2, -1, -1):
        of_number = any(_has_digit(word) for word in line[max(0, place - 1) : place + 1])
        if ways[place] is None and ways[place + 1] is False and of_number:
            ways[place] = False
    return [rtl if way is None else way for way in ways]


def _has_digit(word: Word) -> bool:
    return any(letter.isdigit() for piece in word for letter in piece.text)


def _seen(line: list[Word], *, rtl: bool) -> list[Word]:
    """The words of a line from left to right as they are seen, the pieces of each too."""
    runs = [
        ([word for word, _ in run], way)
        for way, run in groupby(zip(line, _ways(line, rtl=rtl), strict=True), key=lambda pair: pair[1])
    ]
    seen = [_backwards(run) if way else _ending(run) if rtl else run for run, way in runs]
    return [word for run in (seen[::-1] if rtl else seen) for word in run]


def _backwards(run: list[Word]) -> list[Word]:
    return [tuple(_mirrored(piece) for piece in word[::-1]) for word in run[::-1]]


def _mirrored(piece: Piece) -> Piece:
    if any(letter.isalnum() for letter in piece.text):
        return piece
    return Piece(piece.text[::-1].translate(MIRROR), piece.script, piece.bold)


def _ending(run: list[Word]) -> list[Word]:
    """A run that reads from the left within a line from the right: the line's full stop stands to its left."""
    *before, last = run[-1]
    kept = last.text.rstrip(SENTENCE_MARKS)
    if kept == last.text:
        return run
    mark = Piece(last.text[len(kept) :], last.script, last.bold)
    run = [*run[:-1], (*before, Piece(kept, last.script, last.bold))]
    return [(mark, *run[0]), *run[1:]]


def paint(
    text: str,
    *,
    size: int,
    bold: bool = False,
    width: float | None = None,
    halign: str = "left",
    most_lines: int | None = None,
) -> Image.Image:
    """White letters on nothing, as wide as `width` pixels (or as the text), wrapped at words; `**` is bold.

    `size` is the font's in pixels. `halign` is left, right or center; a text that reads from the right begins there.
    """
    rtl = next((way for word in _words(text, bold=bold) if (way := _is_rtl(word)) is not None), False)
    lines = list(_lines(text, width, size, bold=bold))[:most_lines]
    wide = round(width if width is not None else max(_spoken_wide(line, size) for line in lines) + 1)
    tall = round(size * LINE)
    picture = Image.new("LA", (max(1, wide), max(1, tall * len(lines))), (255, 0))
    letters = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(letters)
    gap = _font("LATIN", size, bold=False).getlength(" ")
    for row, line in enumerate(lines):
        space = wide - _spoken_wide(line, size)
        x = {"center": space / 2, "right": space}.get(halign, space if rtl else 0.0)
        baseline = row * tall + tall * 0.74
        for word in _seen(line, rtl=rtl):
            for piece in word:
                way = ("rtl" if piece.script in RIGHT_TO_LEFT else "ltr") if HAS_RAQM else None
                font = _font(piece.script, size, bold=piece.bold)
                pen.text((x, baseline), piece.text, fill=255, font=font, anchor="ls", direction=way)
                x += _wide(piece, size)
            x += gap
    picture.putalpha(letters)
    return picture
