"""A camera is taught from its own pictures: a technician keeps them at the kiosk, an engineer finds them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hardware.simulate.camera import SimulatedCamera
from hardware.simulate.scene import Scene, draw, shaken
from server.library.assigning import assign_documents, create_station
from server.library.publishing import publish_library
from server.people.roster import add_person, bootstrap
from server.serve import open_house
from server.settings import Settings
from tests.kiosk.process import KioskProcess
from tests.library import LIBRARY
from tests.portal.test_teaching import region, teach
from tests.server.serving import PASSWORD, ServerProcess

pytestmark = [pytest.mark.window, pytest.mark.timeout(240)]
CAMERA = '[[device]]\nname = "eye"\nkind = "camera"\nurl = "{url}"\ncodes = false\n'
WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}


class KioskWithCamera(KioskProcess):
    """It has a camera besides the devices of every kiosk."""

    def plug_in(self) -> str:
        self.camera = SimulatedCamera()
        return super().plug_in() + CAMERA.format(url=self.camera.url)

    def unplug(self) -> None:
        super().unplug()
        self.camera.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    house = open_house(Settings(data=tmp_path / "server"))
    bootstrap(house, PASSWORD)
    publish_library(house, LIBRARY, "admin")
    create_station(house, "bench-1", "Prüfplatz 1", "Line", "Hall", "admin")
    assign_documents(house, "bench-1", ["label-and-pack"], "admin")
    add_person(house, "eve", "Eve", "engineer", "admin", login="eve", password=PASSWORD)
    house.engine.dispose()
    server = ServerProcess(tmp_path / "server")
    server.start()
    yield server
    server.close()


@pytest.fixture
def kiosk(server: ServerProcess, tmp_path: Path) -> Iterator[KioskWithCamera]:
    (tmp_path / "bench").mkdir()
    kiosk = KioskWithCamera(tmp_path / "bench", server.address, server.broker)
    try:
        kiosk.start()
        confirmed = {"code": kiosk.code(), "station": "bench-1"}
        server.signed_in().post("/enrolments/confirm", json=confirmed).raise_for_status()
        kiosk.until(lambda: kiosk.rows("SELECT 1 FROM releases WHERE active"), "getting its documents")
        yield kiosk
    finally:
        kiosk.close()


def stands(kiosk: KioskProcess, state: str) -> bool:
    """Whether the page says that of the camera now; what it said before stands there behind a time."""
    return any(line.startswith(state) for line in kiosk.texts().splitlines())


def held(server: ServerProcess) -> int:
    """How many pictures from stations the server has."""
    with closing(sqlite3.connect(f"file:{server.folder / 'stepline.db'}?mode=ro", uri=True)) as store:
        return store.execute("SELECT count(*) FROM station_pictures").fetchone()[0]


def test_pictures_that_a_technician_kept_at_the_kiosk_teach_the_camera(
    visit, served_by, server: ServerProcess, kiosk: KioskWithCamera, tmp_path: Path
) -> None:
    kiosk.tap("devices")
    kiosk.tap("device:eye")
    for number, (scene, side) in enumerate(
        ((Scene(), "good"), (Scene(), "good"), (Scene(cap="blue"), "bad"), (Scene(cap="blue"), "bad"))
    ):
        kiosk.camera.unplug()  # else it may still give a picture of the part before
        kiosk.until(lambda: stands(kiosk, "lost: "), "losing the camera")
        kiosk.camera.show(draw(scene, shaken(number)))
        kiosk.camera.replug()
        kiosk.until(lambda: stands(kiosk, "ready: gives pictures"), "seeing the next part")
        kiosk.tap(f"device:keep-{side}")
        kiosk.until(lambda side=side: f"Kept as {side}" in kiosk.texts(), f"keeping picture {number}")
        kiosk.until(lambda number=number: held(server) == number + 1, "delivering it")
    kiosk.shot("kept")

    eve = visit(served_by(server), **WIDE).sign_in("eve", "/library/instructions/label-and-pack")
    page = eve.page
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator("#saved", has_text="Saved").wait_for()
    draft = page.locator("#editor").get_attribute("data-draft")
    eve.open(f"/drafts/{draft}/vision/press-label/label-there")
    shelf = page.locator("#from-stations")
    shelf.locator("summary", has_text="4 pictures to add").click()
    assert shelf.locator("h3").inner_text() == "Prüfplatz 1"
    assert shelf.locator("li").count() == 4
    page.screenshot(path=tmp_path / "shelf.png", full_page=True)
    for size in (PHONE, WIDE):
        page.set_viewport_size(size["viewport"])
        assert page.evaluate("document.documentElement.scrollWidth") <= size["viewport"]["width"]
    page.locator(".actions summary", has_text="More").click()
    page.get_by_role("button", name="Begin anew").click()
    shelf.get_by_role("button", name="Add all 4 as they are marked").click()
    for side in ("good", "bad"):
        assert page.locator(f'#samples .samples[data-side="{side}"] li').count() == 2
    assert "all of them are here" in shelf.inner_text()
    region(eve, 0.5, 0.2, 0.2, 0.25)
    teach(eve)
    assert page.locator("#result").is_visible()
