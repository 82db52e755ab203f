"""Conversations that are played again: what is an answer, whom it is for, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.tape import Piece, Way
from stepline.devices.ends.modbus import RecordedTables, overlaid, points_of
from stepline.devices.turns import ANSWER, Cutter, Turns

MS = 1_000_000  # ns


def tape(*pieces: tuple[int, str, bytes]) -> list[Piece]:
    return [Piece(at=at * MS, device="d", way=Way(way), data=data) for at, way, data in pieces]


def data(pieces: object) -> list[bytes]:
    return [piece.data for piece in pieces]


def test_what_follows_a_question_at_once_is_its_answer_and_what_comes_later_is_played() -> None:
    told = tape((0, "out", b"hello"), (10, "in", b"hi"), (15, "in", b" there"), (400, "in", b"news"))
    turns = Turns(told)
    assert [turns.is_answer(piece) for piece in told[1:]] == [True, True, False]
    assert data(turns.said(b"hello")) == [b"hi", b" there"]
    assert data(turns.said(b"what?")) == []


def test_nothing_that_comes_after_a_long_silence_is_an_answer() -> None:
    told = tape((0, "out", b"ack"), (ANSWER // MS + 1, "in", b"result"))
    assert not Turns(told).is_answer(told[1])


def test_what_is_said_again_gets_the_answer_of_that_time_and_the_last_one_for_ever() -> None:
    turns = Turns(tape((0, "out", b"read"), (1, "in", b"1"), (900, "out", b"read"), (901, "in", b"2")))
    assert [data(turns.said(b"read")) for _ in range(3)] == [[b"1"], [b"2"], [b"2"]]


def test_small_talk_is_answered_as_it_stands_however_often_it_is_said() -> None:
    told = tape((0, "out", b"?"), (1, "in", b"1"), (900, "out", b"?"), (901, "in", b"2"))
    turns = Turns(told, lambda said: said == b"?")
    assert [data(turns.said(b"?", b"?")) for _ in range(3)] == [[b"1"]] * 3
    turns.reach(900 * MS)
    assert data(turns.said(b"?", b"?")) == [b"2"]
    turns.await_said(told[2], patience=60)  # returns at once


def test_a_piece_waits_until_the_station_has_said_as_much() -> None:
    told = tape((0, "out", b"go"), (900, "out", b"go"))
    turns = Turns(told)
    turns.said(b"go")
    turns.await_said(told[0], patience=60)  # it was said already
    turns.said(b"go")
    turns.await_said(told[1], patience=60)


KNOWN = [b"?\r", b"00200001", b"T\r\n", b"TA\r\n"]


@given(st.lists(st.sampled_from(KNOWN), max_size=8), st.lists(st.integers(1, 9), min_size=1))
def test_what_a_station_says_is_cut_alike_however_it_comes(said: list[bytes], sizes: list[int]) -> None:
    stream, cutter, cut = b"".join(said), Cutter(KNOWN), []
    while stream:
        for size in sizes:
            cut += cutter.feed(stream[:size])
            stream = stream[size:]
    assert cut == said


def test_what_was_never_said_in_the_recording_is_passed_over() -> None:
    assert Cutter([b"?\r", b"SI\r\n"]).feed(b"rubbish?\rmoreSI\r\n") == [b"?\r", b"SI\r\n"]


READ, WRITE = bytes([1, 0, 16, 0, 4]), bytes([5, 0, 17, 0xFF, 0])


def test_a_point_that_the_station_drives_early_stands_as_driven_until_the_recording_is_there() -> None:
    told = tape((0, "out", READ), (1, "in", b"\x01\x01\x00"), (900, "out", WRITE), (901, "in", WRITE))
    told += tape((950, "out", READ), (951, "in", b"\x01\x01\x08"))  # and it did not move: it was jammed
    plc = RecordedTables(told)
    assert plc.answer(READ) == b"\x01\x01\x00"
    assert plc.answer(WRITE) == WRITE
    assert plc.answer(READ) == b"\x01\x01\x02"
    plc.reach(900 * MS)
    plc.await_said(told[2])
    plc.reach(950 * MS)
    assert plc.answer(READ) == b"\x01\x01\x08"


def test_a_write_that_was_refused_is_refused_again() -> None:
    plc = RecordedTables(tape((0, "out", WRITE), (1, "in", b"\x85\x03")))
    assert plc.answer(WRITE) == b"\x85\x03"


@pytest.mark.parametrize(
    ("request_", "points"),
    [(WRITE, 1), (bytes([16, 0, 5, 0, 2, 4, 0, 0, 0, 0]), 2), (READ, 0), (b"", 0), (b"\x05", 0)],
)
def test_a_request_writes_so_many_points(request_: bytes, points: int) -> None:
    assert len(points_of(request_)) == points


def test_registers_are_laid_over_each_other_in_their_places() -> None:
    assert overlaid(b"\x03\x04\0\1\0\2", b"\x03\x04\0\7\0\x08", [1], bits=False) == b"\x03\x04\0\1\0\x08"
