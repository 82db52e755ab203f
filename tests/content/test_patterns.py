"""Regular expressions for whole texts: the same answers as Python's, and no text that makes one wait."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import patterns
from content.example import example_of

PIECES = st.sampled_from(["a", "b", "[ab]", "(a|b)", "(?:ab)?", "a*", "b+", "a{1,3}", "(a+)+", "a|b", "|"])
PATTERN = st.lists(PIECES, min_size=1, max_size=6).map("".join)


@given(PATTERN, st.text("ab\n", max_size=8))
def test_a_text_fits_exactly_where_pythons_engine_says_so(pattern: str, text: str) -> None:
    assert patterns.fits(pattern, text) is (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*b", "(a*)*b", "([a-z]+)*[0-9]"])
def test_a_pattern_that_would_double_back_for_ever_answers(pattern: str) -> None:
    assert not patterns.fits(pattern, "a" * 5_000 + "!")


@pytest.mark.parametrize(
    ("pattern", "mend"),
    [
        ("(", "try it"),
        ("a)|(b", "try it"),
        ("(?!x)y", "without `(?="),
        (r"(a)\1", "same_as"),
        ("(?:a{1000}){1000}", "smaller"),
    ],
)
def test_what_the_engine_does_not_know_is_refused_with_the_mend(pattern: str, mend: str) -> None:
    with pytest.raises(patterns.PatternWrong, match="is not a regular expression") as refused:
        patterns.check(pattern)
    assert mend in refused.value.mend
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1", "(", "a)|(b"])
def test_what_is_not_taken_has_no_example(pattern: str) -> None:
    assert example_of(pattern) is None
