"""Scanned text: parts in every spelling, badges, orders, commands, and rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.label import (
    BadgeLabel,
    Command,
    CommandLabel,
    PartLabel,
    Pattern,
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


def hibc(body: str) -> str:
    return body + CHECKED[sum(map(CHECKED.index, body)) % 43]


CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


@pytest.mark.parametrize(
    ("text", "part", "serial", "lot", "elements"),
    [
        ("+A123BJC5D6E71G", "BJC5D6E7", None, None, {"LIC": "A123", "UOM": "1"}),
        (
            hibc("+A99912345/$$52001510X3/16D20111212/S77DEFG45"),
            "1234",
            "77DEFG45",
            "10X3",
            {"expires": "20015", "made": "20111212"},
        ),
        (
            hibc("+H123ABC01234567890/$$420020216LOT123/SXYZ456/16D20130202"),
            "ABC0123456789",
            "XYZ456",
            "LOT123",
            {"expires": "20020216"},
        ),
        (hibc("+A99912345/$$8250426L7"), "1234", None, "L7", {"quantity": "25", "expires": "0426"}),
        (hibc("+A99912345/$$90012070ABC"), "1234", None, "0ABC", {"quantity": "120"}),
        (hibc("+A99912345/$$+70SN9"), "1234", "0SN9", None, {}),
        (hibc("+A99912345/$L0T"), "1234", None, "L0T", {}),
        (hibc("+A99912345/26123L"), "1234", None, "L", {"expires": "26123"}),
    ],
)
def test_a_hibc_code_gives_part_serial_lot_and_dates(
    text: str, part: str, serial: str | None, lot: str | None, elements: dict[str, str]
) -> None:
    told = read(text, "]C0")
    assert isinstance(told, PartLabel)
    assert (told.part_number, told.serial, told.lot) == (part, serial, lot)
    assert elements.items() <= told.elements.items()


def test_a_plus_without_its_check_character_is_no_hibc_code() -> None:
    assert isinstance(read("+A123BJC5D6E71H"), PlainText)
    assert isinstance(read("+A99912345/?X"), PlainText)
    told = read(hibc("+A99912345/XYZ"))
    assert isinstance(told, Unreadable)
    assert "neither primary nor secondary" in told.reason


GS, RS, EOT = "\x1d", "\x1e", "\x04"


@pytest.mark.parametrize("end", [RS + EOT, RS, ""])
def test_an_iso_15434_message_is_read_by_its_data_identifiers(end: str) -> None:
    fields = GS.join(["06", "P4711-A", "SX7", "1TLOT-9", "Q12", "K8812", "V0044"])
    told = read(f"[)>{RS}{fields}{end}", "]d1")
    assert isinstance(told, PartLabel)
    assert (told.part_number, told.serial, told.lot) == ("4711-A", "X7", "LOT-9")
    assert (told.elements["Q"], told.elements["K"], told.elements["V"]) == ("12", "8812", "0044")


def test_an_iso_15434_message_may_carry_gs1_elements() -> None:
    told = read(f"[)>{RS}05{GS}01{GTIN}21SN-1{RS}{EOT}")
    assert isinstance(told, PartLabel)
    assert (told.gtin, told.serial) == (GTIN, "SN-1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [(f"[)>{RS}07{GS}X{RS}{EOT}", "format '07'"), (f"[)>{RS}06{GS}!{RS}{EOT}", "without a data identifier")],
)
def test_a_damaged_envelope_says_why(text: str, reason: str) -> None:
    told = read(text)
    assert isinstance(told, Unreadable)
    assert reason in told.reason


def test_a_plants_own_patterns_go_first() -> None:
    own = [
        Pattern.of(r"(?P<part>\d{6})-(?P<serial>\d{4})"),
        Pattern.of(r"A(?P<order>\d{5})"),
        Pattern.of(r"P#(?P<badge>\d+)"),
    ]
    assert read("123456-0042", own=own) == PartLabel(text="123456-0042", part_number="123456", serial="0042")
    assert read("A12345", own=own) == WorkOrderLabel(text="A12345", number="12345")
    assert read("P#77", own=own) == BadgeLabel(text="P#77", code="77")
    assert read("123456-00421", own=own) == PartLabel(text="123456-00421", part_number="123456-00421")


def test_a_code_that_a_clumsy_pattern_doubles_back_on_is_read_at_once() -> None:
    text = "A" * 199 + "!"
    assert read(text, own=[Pattern.of(r"(?P<part>(A+)+)")]) == PlainText(text=text)


@pytest.mark.parametrize(
    "pattern", ["(", r"(?=A)(?P<part>\w+)", r"(?P<part>.)\1", r"\d+", r"(?P<colour>\w+)"]
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"regular expression|group"):
        Pattern.of(pattern)
