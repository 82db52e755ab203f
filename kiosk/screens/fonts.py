"""Which font holds which letters: Noto where it is installed, Kivy's own otherwise."""

import sysconfig
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
OWN = (
    Path(sysconfig.get_path("platlib")) / "kivy" / "data" / "fonts"
)  # Roboto, with Latin, Greek and Cyrillic
SCRIPTS = {  # first word of a letter's Unicode name -> Noto family
    "ARABIC": "NotoSansArabic",
    "ARMENIAN": "NotoSansArmenian",
    "BENGALI": "NotoSansBengali",
    "CJK": "NotoSansCJK",
    "DEVANAGARI": "NotoSansDevanagari",
    "ETHIOPIC": "NotoSansEthiopic",
    "GEORGIAN": "NotoSansGeorgian",
    "GUJARATI": "NotoSansGujarati",
    "GURMUKHI": "NotoSansGurmukhi",
    "HANGUL": "NotoSansCJK",
    "HEBREW": "NotoSansHebrew",
    "HIRAGANA": "NotoSansCJK",
    "KANNADA": "NotoSansKannada",
    "KATAKANA": "NotoSansCJK",
    "KHMER": "NotoSansKhmer",
    "LAO": "NotoSansLao",
    "MATH": "NotoSansMath",
    "MALAYALAM": "NotoSansMalayalam",
    "MYANMAR": "NotoSansMyanmar",
    "SINHALA": "NotoSansSinhala",
    "TAMIL": "NotoSansTamil",
    "TELUGU": "NotoSansTelugu",
    "THAI": "NotoSansThai",
}
EAST_ASIAN = (
    ("\u3000", "\u30ff"),
    ("\uff00", "\uffef"),
)  # stops, brackets, the long vowel's mark, wide letters
FIRST_SIGN, LAST_SIGN = "\u2190", "\u22ff"  # arrows and mathematical signs: ≤ is in no Noto text font
RIGHT_TO_LEFT = frozenset({"ARABIC", "HEBREW"})
LAST_SIMPLE = "\u052f"  # Latin, Greek and Cyrillic end here; every letter up to it is in the plain font


@cache
def file_for(script: str, *, bold: bool = False) -> str:
    """The font file for a script, as one of SCRIPTS; the plain one for any other."""
    weight = "Bold" if bold else "Regular"
    family = SCRIPTS.get(script, "NotoSans")
    for held in dict.fromkeys((weight, "Regular")):  # mathematical signs come in one weight only
        for folder in FOLDERS:
            for ending in ("ttf", "ttc", "otf"):
                file = folder / f"{family}-{held}.{ending}"
                if file.is_file():
                    return str(file)
    return str(OWN / f"Roboto-{weight}.ttf")


@cache
def script_of_letter(letter: str) -> str:
    """The script of a letter; empty for marks, digits and punctuation, which go with their neighbours."""
    if letter <= LAST_SIMPLE:
        return "LATIN" if letter.isalnum() else ""
    if FIRST_SIGN <= letter <= LAST_SIGN:
        return "MATH"
    if any(first <= letter <= last for first, last in EAST_ASIAN):
        return "CJK"
    word = unicodedata.name(letter, "").split(" ")[0]
    if word in SCRIPTS:
        return word
    return "LATIN" if letter.isalpha() else ""


@lru_cache(maxsize=1024)
def is_simple(text: str) -> bool:
    """Whether the plain font holds every letter, so that nothing has to be shaped."""
    return all(letter <= LAST_SIMPLE or script_of_letter(letter) in {"", "LATIN"} for letter in text)
