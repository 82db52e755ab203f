"""Pictures that no camera was taught from go after a month; what is used anywhere stays, with all its files."""

import pytest
from sqlalchemy import select

from server.library import collecting, teaching
from server.library.taking import ORIGINALS, take
from server.library.uploads import put as put_medium
from server.media import MediaStore
from server.store import tables
from server.store.engine import reading, writing
from tests.server.drafting import held
from tests.server.test_teaching import asked, begun, cut_of, jpeg

__all__ = ["begun"]


def took(house, tmp_path, seed: int, cap: str | None = "red"):
    sent = tmp_path / "sent"
    sent.write_bytes(jpeg(seed=seed, cap=cap))
    return teaching.take_picture(house, sent, "image.jpg", "eva")


def files(house, taken) -> list[bool]:
    """Whether everything of a picture is still held: its renditions, their rows, and what was sent."""
    digests = {file.digest for item in taken.items for file in item.files}
    with reading(house.engine) as tx:
        rows = set(
            tx.execute(select(tables.media.c.digest).where(tables.media.c.digest.in_(digests))).scalars()
        )
    held_files = [house.media.has(each) for each in digests]
    sent = MediaStore(house.settings.data / ORIGINALS).has(taken.original)
    return sorted({*held_files, *(each in rows for each in digests), sent})


@pytest.fixture(autouse=True)
def aged(monkeypatch):
    """Files on the disk are as old as the test's clock says: only one that came within an hour is spared."""
    monkeypatch.setattr("server.media.store.ON_ITS_WAY", -1.0)


@pytest.fixture
def learned(house, tmp_path, begun):
    """A check of a draft that was taught from three pictures, and one that was only tried."""
    pictures = [took(house, tmp_path, 1), took(house, tmp_path, 2), took(house, tmp_path, 9, "blue")]
    tried = took(house, tmp_path, 30)
    samples = [{"picture": each.digest, "good": place < 2} for place, each in enumerate(pictures)]
    lesson = teaching.teach(house, teaching.wanted(asked(samples)))
    return pictures, tried, lesson


def test_what_nothing_uses_for_a_month_goes_with_all_its_files(house, clock, learned) -> None:
    pictures, tried, lesson = learned
    clock.forward(days=29)
    assert collecting.collect(house) == 0
    clock.forward(days=2)
    assert collecting.collect(house) > 0
    assert [files(house, each) for each in (*pictures, tried)] == [[False]] * 4
    assert not house.media.has(lesson.digest)
    assert collecting.collect(house) == 0


def test_what_a_draft_was_taught_from_stays_and_what_was_only_tried_goes(
    house, clock, begun, learned
) -> None:
    pictures, tried, lesson = learned
    path = teaching.use(house, begun, "lay-o-ring", "cap", lesson.digest, cut_of(lesson), "eva")
    clock.forward(days=400)
    collecting.collect(house)
    assert [files(house, each) for each in pictures] == [[True]] * 3
    assert files(house, tried) == [False]
    draft = held(house, begun)
    assert house.media.has(draft.media[path])
    judge = teaching.judge(house, draft, "lay-o-ring", "cap")
    assert judge.pictures == {each.digest for each in pictures}, "it can be taught anew"


def test_a_picture_that_a_step_shows_too_stays(house, clock, begun, tmp_path) -> None:
    shown, taken_anew, alone = (took(house, tmp_path, seed) for seed in (3, 4, 5))
    with writing(house.engine) as tx:
        put_medium(tx, begun, "media/shown.webp", shown.digest)
    take(house, jpeg(seed=4), "image.jpg", "eva")  # somebody wants it for a step
    clock.forward(days=31)
    collecting.collect(house)
    assert [files(house, each) for each in (shown, taken_anew, alone)] == [[True], [True], [False]]


def test_a_picture_that_is_taken_in_again_counts_from_then_on(house, clock, tmp_path) -> None:
    first = took(house, tmp_path, 6)
    clock.forward(days=20)
    assert took(house, tmp_path, 6).digest == first.digest
    clock.forward(days=20)
    assert collecting.collect(house) == 0
    assert files(house, first) == [True]
    clock.forward(days=20)
    collector = collecting.Collector(house)
    collector.look()
    assert files(house, first) == [False]
    again = took(house, tmp_path, 6)
    assert files(house, again) == [True]
    clock.forward(days=31)
    collector.look()
    assert files(house, again) == [False]


def test_a_file_whose_row_is_on_its_way_is_not_thrown_away(house, clock, tmp_path, monkeypatch) -> None:
    first = took(house, tmp_path, 6)
    clock.forward(days=31)
    monkeypatch.setattr("server.media.store.ON_ITS_WAY", 3_600.0)
    house.media.keep(
        house.media.path(first.digest).read_bytes(), first.digest
    )  # somebody sends it again just now
    collecting.collect(house)
    assert house.media.has(first.digest)
