"""Texts in every script: which font holds which letters, where lines break, and which way they read."""

import pytest
from PIL import Image

from kiosk.screens import shaping
from kiosk.screens.fonts import SCRIPTS, file_for, is_simple, script_of_letter

SIZE = 28
needs_raqm = pytest.mark.skipif(not shaping.HAS_RAQM, reason="libfribidi is not installed")


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.getchannel("A").getbbox()
    assert box is not None
    return box


def words(line: str, *, rtl: bool) -> list[str]:
    cut = list(shaping._words(line, bold=False))
    return ["".join(piece.text for piece in word) for word in shaping._seen(cut, rtl=rtl)]


@pytest.mark.parametrize(
    "text", ["Tighten to 9.0 N·m", "Größe prüfen – 40 °C", "Πίεση", "Зажмите корпус", ""]
)
def test_what_the_plain_font_holds_is_left_to_kivy(text: str) -> None:
    assert is_simple(text)


@pytest.mark.parametrize("text", ["ركّب الغطاء", "ढक्कन लगाएँ", "カバーを閉める", "נקה את הגוף", "ใส่ฝาครอบ"])
def test_what_it_does_not_hold_is_shaped(text: str) -> None:
    assert not is_simple(text)


@pytest.mark.parametrize("text", ["カバーを外し、", "測ってください。", "（８ｍｍ）", "「停止」"])
def test_signs_among_japanese_letters_come_from_their_font(text: str) -> None:
    pieces = [piece for word in shaping._words(text, bold=False) for piece in word]
    assert {file_for(piece.script) for piece in pieces} == {file_for("CJK")}
    assert all(script_of_letter(letter) in SCRIPTS for letter in text)


def test_a_number_goes_with_the_word_before_it() -> None:
    assert words("صيانة مضخة · rev. 1", rtl=True) == ["rev.", "1", "·", "مضخة", "صيانة"]


def test_a_text_from_the_right_begins_at_the_right_edge() -> None:
    left, _, right, _ = ink(shaping.paint("ركّب الغطاء", size=SIZE, width=500))
    assert right >= 496
    assert left > 200


def test_a_text_from_the_left_begins_at_the_left_edge() -> None:
    left, _, right, _ = ink(shaping.paint("ढक्कन लगाएँ", size=SIZE, width=500))
    assert left <= 4
    assert right < 300


@needs_raqm
def test_arabic_letters_join_which_makes_the_word_narrower() -> None:
    joined = ink(shaping.paint("الغطاء", size=SIZE))
    apart = ink(shaping.paint("\u200c".join("الغطاء"), size=SIZE))  # zero-width non-joiners keep them apart
    assert joined[2] - joined[0] < apart[2] - apart[0]


def test_a_long_text_breaks_at_words_and_stays_in_its_width() -> None:
    text = "ضع الغطاء على المسامير ثم اضغط برفق حتى يستقر"
    one, many = shaping.paint(text, size=SIZE), shaping.paint(text, size=SIZE, width=200)
    assert many.width == 200
    assert many.height >= 3 * one.height


def test_a_sentence_without_spaces_breaks_where_it_is_full() -> None:
    picture = shaping.paint("カバーのねじを締めてください。" * 4, size=SIZE, width=200)
    assert picture.width == 200
    assert picture.height > 3 * SIZE


def test_no_line_begins_with_a_full_stop() -> None:
    word = tuple(shaping._pieces("ねじを締める。", bold=False))
    width = shaping._spoken_wide([tuple(shaping._pieces("ねじを締める", bold=False))], SIZE)
    assert ["".join(p.text for p in part) for part in shaping._fitting(word, width, SIZE)] == [
        "ねじを締める。"
    ]


def test_a_number_stays_before_its_unit_in_a_text_from_the_right() -> None:
    assert words("اربط 9.0 N·m على", rtl=True) == ["على", "9.0", "N·m", "اربط"]


def test_the_full_stop_after_a_latin_word_ends_the_line_on_the_left() -> None:
    assert words("امسح GP-131.", rtl=True)[0] == ".GP-131"


def test_brackets_face_the_words_that_they_hold() -> None:
    assert words("(ستة براغي)", rtl=True) == ["(براغي", "ستة)"]


def test_stars_make_a_text_bold() -> None:
    plain, bold = (ink(shaping.paint(text, size=SIZE)) for text in ("ढक्कन", "**ढक्कन**"))
    assert bold[2] > plain[2]


def test_every_font_that_is_named_for_a_text_can_be_opened() -> None:
    for script in ("LATIN", "ARABIC", "DEVANAGARI", "CJK", "no such script"):
        assert shaping._font(script, SIZE, bold=True).getlength("A") > 0
        assert file_for(script).endswith(("ttf", "ttc", "otf"))
