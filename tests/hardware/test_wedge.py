"""A scanner that types like a keyboard, told from a person who types."""

from hypothesis import given
from hypothesis import strategies as st

from hardware.drivers.wedge import LONGEST_CODE, WedgeAssembler

MS = 1_000_000  # ns


def typed(wedge: WedgeAssembler, text: str, gap_ms: float, start: int = 0) -> list[str]:
    codes = [wedge.key(char, start + int(place * gap_ms * MS)) for place, char in enumerate(text)]
    return [code for code in codes if code is not None]


def test_a_burst_that_ends_with_enter_is_a_code():
    assert typed(WedgeAssembler(), "]d20104\x1d21X\r", 4) == ["]d20104\x1d21X"]


def test_a_person_typing_is_no_scanner():
    assert typed(WedgeAssembler(), "PART-42\r", 80) == []


def test_two_keys_and_enter_are_no_code():
    assert typed(WedgeAssembler(), "ab\r", 4) == []


def test_a_late_enter_ends_no_code():
    wedge = WedgeAssembler()
    assert typed(wedge, "PART-42", 4) == []
    assert wedge.key("\r", 500 * MS) is None


def test_what_a_person_typed_before_a_scan_is_not_part_of_the_code():
    wedge = WedgeAssembler()
    assert typed(wedge, "abc", 120) == []
    assert typed(wedge, "PART-42\r", 4, start=1000 * MS) == ["PART-42"]


def test_a_code_without_end_is_given_up():
    assert typed(WedgeAssembler(), "x" * (LONGEST_CODE + 1) + "\r", 1) == []


@given(st.lists(st.tuples(st.characters(), st.integers(-5, 60)), max_size=60))
def test_no_keys_at_all_make_it_raise(keys):
    wedge, now = WedgeAssembler(), 0
    for char, gap in keys:
        now += gap * MS
        code = wedge.key(char, now)
        assert code is None or len(code) >= 3
