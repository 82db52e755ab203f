"""Pictures to teach a camera from, taken at the station: kept through everything, delivered once, found there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.vision.pictures import as_jpeg
from hardware.settings import load_station
from hardware.simulate.scene import Scene, draw, shaken
from kiosk.delivering import Outbox
from kiosk.events import PictureTaken
from kiosk.eye import Eye, Shot
from kiosk.link import Link, Unreachable
from kiosk.store.errors import StoreFull
from kiosk.store.teaching import MOST, TeachingFolder
from kiosk.view import DevicesView, Wish
from server.library import from_stations
from tests.kiosk.plant import Plant
from tests.kiosk.pulled import Kiosk
from tests.kiosk.station import Shelf, Station

NOW = datetime(2026, 11, 29, 14, 3, 7, 123456, UTC)
EYE = '[[device]]\nname = "eye"\nkind = "camera"\nurl = "camera://?url=http://127.0.0.1:9/video.mjpg"\n'


def seen(number: int = 0) -> bytes:
    return as_jpeg(draw(Scene(), shaken(number)))


def never() -> bool:
    return False


def listed(plant: Plant) -> list[tuple[str, bool, datetime]]:
    return [
        (sent.device, sent.good, sent.at)
        for shelf in from_stations.shelves(plant.house)
        for _, sent in shelf.pictures
    ]


# --- what waits -----------------------------------------------------------------


@given(device=st.text(min_size=1, max_size=20), good=st.booleans(), at=st.datetimes(timezones=st.just(UTC)))
def test_what_was_kept_is_told_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, device: str, good: bool, at: datetime
) -> None:
    if any(0xD800 <= ord(letter) < 0xE000 for letter in device) or at.year < 1000:
        return
    folder = tmp_path_factory.mktemp("teaching")
    TeachingFolder(folder).keep(device, at, b"jpeg", good=good)
    (told,) = TeachingFolder(folder).waiting()
    assert (told.device, told.good, told.at, told.file.read_bytes()) == (device, good, at, b"jpeg")
    TeachingFolder(folder).forget(told)
    assert TeachingFolder(folder).waiting() == []


def test_half_a_picture_and_what_somebody_put_there_is_none(tmp_path: Path) -> None:
    for name in (".20261129T140307123456Z_good_eye.jpg.part", "holiday.jpg", "20261129T14_good_eye.jpg"):
        (tmp_path / name).write_bytes(b"x")
    assert TeachingFolder(tmp_path).waiting() == []


def test_too_many_are_refused_and_none_is_lost(tmp_path: Path) -> None:
    folder = TeachingFolder(tmp_path)
    for number in range(MOST):
        folder.keep("eye", NOW + timedelta(seconds=number), b"x", good=True)
    with pytest.raises(StoreFull, match="connect the kiosk"):
        folder.keep("eye", NOW, b"y", good=True)
    assert len(folder.waiting()) == MOST


# --- on the technician's page ---------------------------------------------------


@pytest.fixture
def station(tmp_path: Path) -> Station:
    file = tmp_path / "station.toml"
    file.write_text(EYE)
    devices = load_station(file, default_broker=None).devices
    station = Station(tmp_path / "kiosk", devices=Shelf(devices))
    station.conductor.tend(Wish.OPEN)
    return station


@pytest.mark.parametrize(("wish", "good"), [(Wish.KEEP_GOOD, True), (Wish.KEEP_BAD, False)])
def test_a_technician_keeps_what_the_camera_sees(station: Station, wish: Wish, good: bool) -> None:
    assert isinstance(station.view, DevicesView)
    assert station.view.sees
    station.conductor.tend(wish)
    assert station.eye.wishes == [Shot(device="eye", good=good)]
    station.put(PictureTaken(device="eye", good=good, picture=seen()))
    (kept,) = station.store.teaching.waiting()
    assert (kept.device, kept.good, kept.file.read_bytes()) == ("eye", good, seen())
    assert station.view.kept == kept.file
    assert station.view.kept_words.startswith("Kept as good" if good else "Kept as bad")
    assert station.facts == []  # it is no record


def test_a_camera_that_gives_no_picture_is_told_and_nothing_is_kept(station: Station) -> None:
    station.conductor.tend(Wish.KEEP_GOOD)
    station.put(PictureTaken(device="eye", good=True, picture=None))
    assert "gives no picture" in station.view.notice
    assert station.store.teaching.waiting() == []


def test_who_has_kept_too_many_is_told_what_to_do(station: Station) -> None:
    for number in range(MOST):
        station.store.teaching.keep("eye", NOW + timedelta(seconds=number), b"x", good=True)
    station.put(PictureTaken(device="eye", good=True, picture=seen()))
    assert "connect the kiosk" in station.view.notice
    assert station.bench.desk.trouble is None


def test_the_eye_answers_with_the_picture_that_the_camera_gives_and_with_none_when_it_fails() -> None:
    answers: list[Any] = []
    pictures: list[Any] = [draw(Scene()), None, np.zeros((0, 0), np.uint8)]
    eye = Eye(answers.append, lambda _device, _seconds: pictures.pop(0))
    for _ in range(3):
        eye.look(Shot(device="eye", good=True))
    assert eye._thread is not None
    eye._wishes.put(None)
    eye._thread.join(20)
    assert [each.picture is not None for each in answers] == [True, False, False]
    assert answers[0].picture.startswith(b"\xff\xd8")


# --- to the server --------------------------------------------------------------


def test_what_was_taken_without_a_network_comes_later_each_once(kiosk: Kiosk) -> None:
    outbox = Outbox(kiosk.store, Link("http://127.0.0.1:9"))
    for number, good in enumerate((True, True, False)):
        kiosk.store.teaching.keep("eye", NOW + timedelta(seconds=number), seen(number), good=good)
    with pytest.raises(Unreachable):
        outbox.deliver_teaching(never)
    assert len(kiosk.store.teaching.waiting()) == 3
    first = kiosk.store.teaching.waiting()[0].file.read_bytes()
    outbox = Outbox(kiosk.store, kiosk.link)
    outbox.deliver_teaching(never)
    assert kiosk.store.teaching.waiting() == []
    kiosk.store.teaching.keep("eye", NOW, first, good=True)  # as after an answer that was lost
    outbox.deliver_teaching(never)
    assert listed(kiosk.plant) == [
        ("eye", False, NOW + timedelta(seconds=2)),
        ("eye", True, NOW + timedelta(seconds=1)),
        ("eye", True, NOW),
    ]


def test_something_else_that_presses_comes_first(kiosk: Kiosk) -> None:
    kiosk.store.teaching.keep("eye", NOW, seen(), good=True)
    Outbox(kiosk.store, kiosk.link).deliver_teaching(lambda: True)
    assert len(kiosk.store.teaching.waiting()) == 1


def test_what_is_no_picture_is_refused_and_waits_no_longer(kiosk: Kiosk) -> None:
    kiosk.store.teaching.keep("eye", NOW, b"GIF89a", good=True)
    Outbox(kiosk.store, kiosk.link).deliver_teaching(never)
    assert kiosk.store.teaching.waiting() == []
    assert listed(kiosk.plant) == []


def test_of_one_station_the_newest_are_listed(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_stations, "MOST", 2)
    for number in range(3):
        kiosk.store.teaching.keep("eye", NOW + timedelta(seconds=number), seen(number), good=True)
    Outbox(kiosk.store, kiosk.link).deliver_teaching(never)
    assert [at for _, _, at in listed(kiosk.plant)] == [NOW + timedelta(seconds=n) for n in (2, 1)]
