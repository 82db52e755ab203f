"""A camera whose pictures cannot be used is not ready, and says why; nobody is given what it saw before."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.decode.sight import Kind, Sight, opened_jpeg
from hardware.readings import CodeScanned, DeviceState, ReadingRefused
from hardware.simulate.camera import SimulatedCamera
from tests.hardware.test_camera import label

SECOND = 1_000_000_000  # ns
FAULTS: dict[str, tuple[Callable[[SimulatedCamera], None], str]] = {
    "torn": (SimulatedCamera.tear, "torn"),
    "rubbish": (SimulatedCamera.garbage, "torn, or are none"),
    "covered": (SimulatedCamera.darken, "take the cover off its lens"),
    "dazzled": (SimulatedCamera.dazzle, "keep direct light away"),
    "frozen": (SimulatedCamera.stick, "stands still"),
    "silent": (SimulatedCamera.freeze, "check its cable and power"),
}


@pytest.fixture
def eye(rack: Any, devices: Any, heard: Any) -> Iterator[tuple[SimulatedCamera, Any]]:
    """A camera that reads a code, its rack, and what was heard of it."""
    with SimulatedCamera() as camera:
        running = rack(devices(f'name="eye"\nkind="camera"\nurl="{camera.url}"\nagain_ms=300\nstill_ms=1000'))
        heard.ready()
        camera.show(label("GP-131"))
        assert heard.kind(CodeScanned).text == "GP-131"
        yield camera, running


@pytest.mark.parametrize("fault", FAULTS)
def test_a_camera_that_gives_no_usable_picture_is_lost_with_the_mend_and_found_again(
    fault: str, eye: tuple[SimulatedCamera, Any], heard: Any
) -> None:
    camera, running = eye
    break_it, said = FAULTS[fault]
    place = len(heard.readings)
    break_it(camera)
    assert said in heard.state(DeviceState.LOST, after=place).reason
    assert running.health()["eye"].losses == 1
    place = len(heard.readings)
    camera.show(label("GP-132"))
    camera.thaw()
    heard.ready(after=place)
    assert "640 × 480" in running.health()["eye"].reason
    assert heard.kind(CodeScanned, after=place).text == "GP-132"
    scanned = [one.text for one in heard.readings if isinstance(one, CodeScanned)]
    assert sorted(set(scanned)) == ["GP-131", "GP-132"], "a fault invents no code"


def test_torn_pictures_are_counted_and_told(eye: tuple[SimulatedCamera, Any], heard: Any) -> None:
    camera, running = eye
    camera.tear()
    assert "half a picture" in heard.kind(ReadingRefused).reason
    heard.state(DeviceState.LOST)
    assert running.health()["eye"].refused > 10


@pytest.mark.parametrize("fault", ["torn", "rubbish", "frozen", "silent"])
def test_nobody_is_given_a_picture_that_does_not_show_what_is_there_now(
    fault: str, eye: tuple[SimulatedCamera, Any], heard: Any
) -> None:
    camera, running = eye
    FAULTS[fault][0](camera)
    while running.picture("eye", 1.0) is not None:
        continue  # what was on its way when the fault began
    assert running.picture("eye", 0.5) is None
    heard.state(DeviceState.LOST)


def test_a_camera_that_was_never_seen_well_is_lost_too(rack: Any, devices: Any, heard: Any) -> None:
    with SimulatedCamera() as camera:
        camera.darken()
        rack(devices(f'name="eye"\nkind="camera"\nurl="{camera.url}"'))
        assert "only black" in heard.state(DeviceState.LOST).reason


def test_a_drawn_picture_may_stand_still_where_the_station_says_so(
    rack: Any, devices: Any, heard: Any
) -> None:
    with SimulatedCamera() as camera:
        camera.stick()
        running = rack(devices(f'name="eye"\nkind="camera"\nurl="{camera.url}"\nstill_ms=0'))
        heard.ready()
        for _ in range(3):
            assert running.picture("eye", 10) is not None


def picture(level: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 6, (64, 64, 3))
    return np.clip(level + noise, 0, 255).astype(np.uint8)


SEEN = st.sampled_from(["fine", "torn", "dark", "dazzled", "same", "nothing"])


@given(st.lists(st.tuples(SEEN, st.integers(1, 20)), max_size=25))
def test_a_camera_is_ready_exactly_while_its_last_fine_picture_is_young(steps: list[tuple[str, int]]) -> None:
    """A model beside it: whatever comes, and however it is mixed, in tenths of a second."""
    sight, tick, fine_at, ready = Sight(still=3 * SECOND), 0, 0, False
    sight.opened(0)
    latest = None
    for number, (kind, tenths) in enumerate(steps):
        for part in range(tenths):
            tick += SECOND // 10
            shown = {"torn": None, "dark": picture(0, number * 20 + part), "dazzled": picture(251, number)}
            if kind == "fine" or (kind == "same" and latest is None):
                latest = picture(120, 1000 + number * 20 + part)
            if kind != "nothing":
                shown |= {"fine": latest, "same": latest}
                if sight.saw(shown[kind], tick) is Kind.FINE:
                    fine_at = tick
                latest = shown[kind] if shown[kind] is not None else latest
            for turn in sight.turns(tick):
                ready = turn.state is DeviceState.READY
            assert not (ready and tick - fine_at > 3 * SECOND)
            assert ready or tick - fine_at >= 3 * SECOND or fine_at == 0


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_half_a_jpeg_is_no_picture(cut: int) -> None:
    with SimulatedCamera() as camera:
        whole = camera.shot
    assert opened_jpeg(whole) is not None
    assert opened_jpeg(whole + b"\0\0\r\n") is not None
    assert opened_jpeg(whole[:cut] if cut != 0 else b"") is None
