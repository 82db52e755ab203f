"""The two windows of the demonstration stand beside each other on any display, and their line carries every view."""

import socket
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepline.demo.panel.offers import offer
from stepline.demo.panel.places import BAR, Area, side_by_side
from stepline.demo.panel.view import VIEW, Line
from tests.demo.benches import AT_WORK


@given(st.integers(800, 8000), st.integers(600, 5000), st.integers(0, 200), st.integers(0, 100))
def test_both_windows_are_on_the_display_and_do_not_overlap(
    width: int, height: int, left: int, top: int
) -> None:
    kiosk, panel, scale = side_by_side(Area(left=left, top=top, width=width, height=height))
    assert left <= kiosk.left
    assert kiosk.left + kiosk.width <= panel.left
    assert panel.left + panel.width <= left + width
    for place in (kiosk, panel):
        assert top <= place.top
        assert place.top + place.height <= top + height
    assert 0.4 <= scale <= 3


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1920, 1040), (2560, 1440 - 60)])
def test_where_there_is_room_nothing_is_made_smaller(width: int, height: int) -> None:
    kiosk, _panel, scale = side_by_side(Area(width=width, height=height))
    assert scale >= 1
    assert (kiosk.width, kiosk.height) >= (1280, 800)


def test_a_window_leaves_room_for_its_title_bar() -> None:
    kiosk, panel, _scale = side_by_side(Area(width=1366, height=768))
    assert kiosk.top == panel.top == BAR


def test_a_view_comes_out_of_the_line_as_it_went_in_however_it_is_cut() -> None:
    view = offer(AT_WORK).view
    here, there = socket.socketpair()
    near, far = Line(here), Line(there)
    near.say(view=asdict(view))
    near.say(press="scan:good")
    near.say(press="badge:änna")
    heard = []
    whole = far._end.recv(1_000_000)
    for start in range(0, len(whole), 999):
        here.sendall(whole[start : start + 999])
        heard += far.heard(5)
    assert VIEW.validate_python(heard[0]["view"]) == view
    assert heard[1:] == [{"press": "scan:good"}, {"press": "badge:änna"}]
    assert far.heard(0.01) == ()
    near.close()
    with pytest.raises(EOFError):
        far.heard(5)
    far.say(press="nobody")
    far.close()
