"""A film of a step, played by the kiosk's own player in a real window: from start to end, captioned."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from content.media import Subtitle
from kiosk.view import MediumView, StepView
from tests.films import COLORS, film
from tests.kiosk.test_screens_window import Stage

pytestmark = [pytest.mark.window, pytest.mark.timeout(180)]
CAPTIONS = (
    ("1s", "2s500ms", "Turn it slowly"),
    ("2s500ms", "4s", "Feel for a tight spot"),
    ("4s500ms", "6s", "No"),
)
NEAR = 0.3  # seconds; a player tells its place a frame or two beside what it shows
MOST = 4_000  # frames of the window; a film that never begins anew is none


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def shown(stage: Stage, tmp_path: Path) -> Iterator[Callable[[timedelta | None], None]]:
    from kiosk.screens.gallery_steps import step

    (tmp_path / "film.mp4").write_bytes(film())
    Image.new("RGB", (320, 240), (90, 90, 90)).save(tmp_path / "poster.png")
    captions = tuple(Subtitle.model_validate({"start": a, "end": b, "text": text}) for a, b, text in CAPTIONS)

    def show(end: timedelta | None) -> None:
        medium = MediumView(
            file=tmp_path / "film.mp4",
            alt="A pump",
            poster=tmp_path / "poster.png",
            start=timedelta(seconds=1),
            end=end,
            captions=captions,
        )
        stage.show(step("close-pump", 2, (), primary="Done", media=(medium,)))

    yield show
    stage.show(step("close-pump", 2, (), primary="Done"))


def watch(stage: Stage) -> tuple[dict[str, list[float]], set[int]]:
    """Two rounds of the film: when each caption stood under it, and which seconds' colours it showed."""
    screen = stage.window._screens[StepView]
    sheet, caption = screen._stage._sheet, screen._stage._caption
    said: dict[str, list[float]] = {}
    colors: set[int] = set()
    rounds, last = 0, 0.0
    for _ in range(MOST):
        stage.frames(1)
        at = screen._stage._film.position
        if at < last - 1:
            rounds += 1
        last = at
        if caption.parent is not None:
            said.setdefault(screen._stage._said.text, []).append(at)
        if sheet._texture is not None and sheet._texture.size == (320, 240):
            colors |= _color(sheet._texture)
        if rounds == 2:
            return said, colors
    raise AssertionError(f"it is at {last} s and has begun anew {rounds} times")


def test_a_film_plays_from_its_start_to_its_end_again_and_again_with_its_captions(
    stage: Stage, shown: Callable[[timedelta | None], None]
) -> None:
    shown(timedelta(seconds=4))
    said, colors = watch(stage)
    assert list(said) == ["Turn it slowly", "Feel for a tight spot"]
    first, second = said.values()
    assert 1 - NEAR <= min(first) <= 1 + 3 * NEAR
    assert max(first) <= 2.5 + NEAR
    assert min(second) >= 2.5 - NEAR
    assert max(second) <= 4 + NEAR
    assert colors >= {1, 2, 3}
    assert not colors & {0, 5}


def test_a_film_without_an_end_begins_anew_at_its_start(
    stage: Stage, shown: Callable[[timedelta | None], None]
) -> None:
    shown(None)
    said, colors = watch(stage)
    assert list(said) == ["Turn it slowly", "Feel for a tight spot", "No"]
    assert colors == {1, 2, 3, 4, 5}


def _color(texture) -> set[int]:
    """Which second's colour a texture has in its middle; none while it is another picture."""
    data = texture.get_region(160, 120, 1, 1).pixels
    near = [
        number
        for number, color in enumerate(COLORS)
        if max(abs(channel - wanted) for channel, wanted in zip(data[:3], color, strict=True)) < 60
    ]
    return set(near)
