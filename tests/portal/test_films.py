"""A film of a step, played in a real browser: from its start to its end, with the caption of the moment."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from server.library.publishing import publish
from tests.films import film
from tests.library import LIBRARY
from tests.portal.conftest import Served, serve

FILM = """        start: 1s
        end: 4s
        captions:
          - {start: 1s, end: 2s500ms, text: "Turn it <slowly>"}
          - {start: 2s500ms, end: 4s, text: Feel for a tight spot}
          - {start: 4s500ms, end: 6s, text: Nobody sees this}
"""
WATCH = """async (times) => {
    const film = document.querySelector("video[data-start]");
    const seen = [];
    let rounds = 0;
    film.muted = true;
    const track = film.textTracks[0];
    track.mode = "showing";
    film.load();
    await new Promise((ready) => film.addEventListener("canplay", ready, { once: true }));
    await new Promise((done, failed) => {
        let last = -1;
        const look = (_now, frame) => {
            const said = [...(track.activeCues ?? [])].map((cue) => cue.text).join("|");
            seen.push([frame.mediaTime, said]);
            if (frame.mediaTime < last - 1 && ++rounds === times) return done();
            last = frame.mediaTime;
            film.requestVideoFrameCallback(look);
        };
        film.requestVideoFrameCallback(look);
        film.addEventListener("error", () => failed(new Error(film.error.message)));
        film.play().catch(failed);
    });
    film.pause();
    return seen;
}"""  # the time and the caption of every frame, until it has begun anew so many times
FRAME = 0.15  # seconds; a browser tells a frame when it has been shown


@pytest.fixture
def plant(plant_module, tmp_path: Path) -> Iterator[Served]:
    made = plant_module.build(tmp_path / "data", runs=2, days=1)
    folder = tmp_path / "fit-gears"
    shutil.copytree(LIBRARY / "instructions" / "fit-gears", folder)
    file = folder / "instruction.yaml"
    text = file.read_text().replace("revision: 1\n", "revision: 2\n", 1)
    begin = text.index("        start: 0s\n")
    end = text.index("      - picture: media/turn-by-hand.webp")
    file.write_text(text[:begin] + FILM + text[end:])
    (folder / "media" / "turn-by-hand.mp4").write_bytes(film())
    publish(made.house, folder, "eve")
    yield from serve(made, tmp_path)


def test_a_film_plays_from_its_start_to_its_end_again_and_again_with_its_captions(visit, plant) -> None:
    eve = visit(plant, viewport={"width": 1440, "height": 900}).sign_in(
        "eve", "/library/instructions/fit-gears"
    )
    seen = eve.page.evaluate(WATCH, 2)
    begun = next(place for place, (at, _) in enumerate(seen) if at >= 1 - FRAME)
    times = [at for at, _ in seen[begun:]]
    assert min(times) >= 1 - FRAME
    assert max(times) <= 4 + FRAME
    assert sum(after < before - 1 for before, after in pairwise(times)) >= 1
    said = {"Turn it &lt;slowly&gt;": set(), "Feel for a tight spot": set()}
    for at, text in seen[begun:]:
        if text:
            said[text].add(at)
    first, second = said.values()
    assert first, "the first caption was never shown"
    assert second, "the second caption was never shown"
    assert max(first) <= 2.5 + 2 * FRAME
    assert min(second) >= 2.5 - 2 * FRAME
