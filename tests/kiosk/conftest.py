"""What many tests of kiosks begin with; a test that needs another one makes its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.plant import Plant
from tests.kiosk.pulled import Kiosk
from tests.kiosk.station import PUMP


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A server whose one station has to hold the pump's document."""
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(plant.publish(PUMP))
        yield plant


@pytest.fixture
def kiosk(tmp_path: Path, plant: Plant) -> Iterator[Kiosk]:
    """A kiosk that holds it."""
    kiosk = Kiosk(tmp_path / "kiosk", plant)
    assert kiosk.puller.pull()
    yield kiosk
    kiosk.close()


@pytest.fixture(scope="session")
def taught() -> bytes:
    """What a camera was taught of the cap in the drawn scene."""
    from content.vision.pictures import as_jpeg
    from content.vision.taught import Region, write_taught
    from content.vision.teaching import Example, Lesson, teach
    from hardware.simulate.scene import PLACES, Scene, draw, shaken

    place = Region(**dict(zip(("x", "y", "width", "height"), PLACES["cap"], strict=True)))
    good = [draw(Scene(), shaken(n) if n else None) for n in range(3)]
    examples = [
        *(Example(name=str(n), data=as_jpeg(each), good=True) for n, each in enumerate(good)),
        Example(name="bad", data=as_jpeg(draw(Scene(cap="blue"), shaken(9))), good=False),
    ]
    return write_taught(teach(Lesson(name="cap", kind="colour", regions=(place,)), examples).check)
