"""A camera that fails in a run: no code is invented, no picture from before proves anything, the screen says why."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hardware.readings import DeviceState
from hardware.simulate.camera import SimulatedCamera
from hardware.simulate.scene import Scene, draw, shaken
from kiosk.view import Entry
from tests.hardware.test_camera import label
from tests.kiosk.flaky import FlakyBench
from tests.kiosk.test_conductor_language import step

CAP = {"id": "cap", "kind": "vision", "check": "cap", "taught": "vision/cap.vision", "device": "eye"}
CODE = {"id": "part", "kind": "scan", "exact": "PART-42"}
LAST = step("last")
EMPTY = np.full((480, 640), 120, np.uint8)
FAULTS: dict[str, tuple[Callable[[SimulatedCamera], None], str, str]] = {
    "torn": (SimulatedCamera.tear, "its pictures arrive torn", "ihre Bilder kommen zerrissen an"),
    "rubbish": (SimulatedCamera.garbage, "check its cable and its plug", "Kabel und Stecker prüfen"),
    "covered": (SimulatedCamera.darken, "take the cover off its lens", "die Abdeckung vom Objektiv nehmen"),
    "frozen": (SimulatedCamera.stick, "its picture stands still", "ihr Bild steht still"),
    "silent": (SimulatedCamera.freeze, "check its cable and power", "Kabel und Strom prüfen"),
    "unplugged": (SimulatedCamera.unplug, "check its cable and power", "Kabel und Strom prüfen"),
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., tuple[SimulatedCamera, FlakyBench]]]:
    benches: list[FlakyBench] = []
    cameras: list[SimulatedCamera] = []

    def opened(sees: Any, *steps: dict[str, Any], **more: Any) -> tuple[SimulatedCamera, FlakyBench]:
        camera = SimulatedCamera()
        cameras.append(camera)
        camera.show(sees)
        table = f'[[device]]\nname = "eye"\nkind = "camera"\nurl = "{camera.url}"\nstill_ms = 1000\n'
        benches.append(FlakyBench(tmp_path, table + more.pop("more", ""), *steps, **more))
        return camera, benches[-1]

    yield opened
    for each in (*benches, *cameras):
        each.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_camera_that_fails_while_codes_are_awaited_reads_none_and_says_what_to_do(
    fault: str, language: str, opened: Any
) -> None:
    second = {**CODE, "id": "second", "exact": "PART-43"}
    camera, bench = opened(EMPTY, step("a", CODE), step("b", second), LAST, language=language)
    camera.show(label("PART-42"))
    bench.comes("b")
    break_it, english, german = FAULTS[fault]
    break_it(camera)
    bench.says({"en": "Lost: eye", "de": "Ausgefallen: eye"}[language])
    bench.says(english if language == "en" else german)
    assert bench.proofs == [("a", "good", "PART-42")]
    if fault == "unplugged":
        camera.replug()
    camera.thaw()
    camera.show(label("PART-43"))
    bench.comes("last")
    bench.device("eye", DeviceState.READY)
    assert [each for each in bench.proofs if each[1] == "good"] == [
        ("a", "good", "PART-42"),
        ("b", "good", "PART-43"),
    ]


@pytest.mark.parametrize("fault", ["torn", "frozen", "silent"])
def test_no_picture_from_before_a_fault_judges_the_part_that_is_there_now(
    fault: str, opened: Any, taught: bytes
) -> None:
    """The good part lay there when the camera hung; what lies there now is nobody's guess but a person's."""
    camera, bench = opened(
        draw(Scene(), shaken(5)), step("a", CAP), step("b", CAP), LAST, files={"vision/cap.vision": taught}
    )
    bench.station.conductor.answer("a", "cap", Entry.LOOK)
    bench.comes("b")
    FAULTS[fault][0](camera)
    while bench.room.picture("eye", 0.5) is not None:
        continue
    bench.station.conductor.answer("b", "cap", Entry.LOOK)
    bench.says("The camera eye gives no picture")
    bench.device("eye", DeviceState.LOST)
    bench.station.conductor.answer("b", "cap", Entry.LOOK)
    bench.says(
        "The camera eye shows nothing that can be judged", "check" if fault != "frozen" else "off and on"
    )
    assert bench.proofs == [("a", "good", "True")]
    camera.thaw()
    camera.show(draw(Scene(cap="blue"), shaken(4)))
    bench.device("eye", DeviceState.READY)
    bench.station.conductor.answer("b", "cap", Entry.LOOK)
    bench.until(lambda: len(bench.proofs) == 2, "the bad part is judged")
    assert bench.proofs[-1] == ("b", "bad", "False")


def test_a_covered_lens_is_no_verdict_but_a_question(opened: Any, taught: bytes) -> None:
    camera, bench = opened(
        draw(Scene(), shaken(5)), step("a", CAP), LAST, files={"vision/cap.vision": taught}
    )
    camera.darken()
    bench.says("Lost: eye", "take the cover off its lens")
    bench.station.conductor.answer("a", "cap", Entry.LOOK)
    bench.until(lambda: "picture.doubted" in bench.station.types, "a person is asked")
    (medium,) = bench.station.view.media
    asked = medium.verdict
    assert (asked.title, asked.why) == (
        "Please look yourself",
        "too dark. Switch the light on, free the lens",
    )
    assert bench.proofs == []
