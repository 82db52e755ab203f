"""Scanned text: parts in every spelling, badges, orders, commands, and rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.label import (
    BadgeLabel,
    Command,
    CommandLabel,
    PartLabel,
    PlainText,
    Unreadable,
    WorkOrderLabel,
    read,
)

GTIN = "04012345000016"


@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        (f"01{GTIN}21A7\x1d10L9", "]d2"),
        (f"01{GTIN}21A7\x1d10L9", "]C1"),
        (f"\x1d01{GTIN}10L9\x1d21A7", "]Q3"),
        (f"(01){GTIN}(10)L9(21)A7", None),
        (f"https://id.gs1.org/01/{GTIN}/10/L9/21/A7", "]Q1"),
    ],
)
def test_a_gs1_code_gives_gtin_serial_and_lot(text: str, symbology: str | None) -> None:
    label = read(text, symbology)
    assert isinstance(label, PartLabel)
    assert (label.gtin, label.serial, label.lot) == (GTIN, "A7", "L9")


def test_a_bare_ean_is_a_gtin_and_may_also_be_a_part_number() -> None:
    label = read("4012345000016")
    assert isinstance(label, PartLabel)
    assert (label.gtin, label.part_number) == (GTIN, "4012345000016")


def test_digits_with_a_wrong_check_digit_are_only_a_part_number() -> None:
    label = read("4012345000017")
    assert isinstance(label, PartLabel)
    assert (label.gtin, label.part_number) == (None, "4012345000017")


def test_other_labels_are_told_apart() -> None:
    assert read("BDG:7Q4M-ANNA") == BadgeLabel(text="BDG:7Q4M-ANNA", code="7Q4M-ANNA")
    assert read("WO:2026-118") == WorkOrderLabel(text="WO:2026-118", number="2026-118")
    assert read("CMD:DONE") == CommandLabel(text="CMD:DONE", command=Command.DONE)
    assert read("GP-100", "]C0") == PartLabel(text="GP-100", part_number="GP-100")
    assert read("two words") == PlainText(text="two words")


@pytest.mark.parametrize(
    "text", ["", "  ", "\x00\x01", "x" * 3000, "CMD:FORMAT", "01040123\x1d", "(01)123", "a\ufffdb"]
)
def test_a_damaged_code_says_why(text: str) -> None:
    label = read(text)
    assert isinstance(label, Unreadable)
    assert label.reason


@given(st.text(max_size=80), st.sampled_from([None, "]d2", "]C1", "]Q3", "]C0"]))
def test_no_text_whatever_breaks_it(text: str, symbology: str | None) -> None:
    read(text, symbology)
