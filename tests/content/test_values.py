"""Values are held as they are written: nothing is cut on the way through a file."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.media import Badge
from content.values import format_duration, parse_duration


@given(st.floats(0, 1))
def test_a_coordinate_is_held_as_it_is_written(share: float) -> None:
    badge = Badge.model_validate({"shape": "badge", "at": [share, "0.123456789"], "number": 1})
    again = Badge.model_validate(badge.model_dump(mode="json"))
    assert again == badge


@given(st.integers(0, 10**9))
def test_a_duration_of_milliseconds_is_read_as_it_is_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize("text", ["1.0005s", "0.0004s"])
def test_a_duration_that_would_be_cut_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="finer than a millisecond"):
        parse_duration(text)
