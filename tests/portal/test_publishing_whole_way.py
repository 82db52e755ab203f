"""From an engineer's edit to the floor and off it again: real browsers, a real server, two real kiosks, one cut off."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from server.library.assigning import assign_documents, create_station
from server.library.publishing import publish_library
from server.people.roster import add_person, bootstrap
from server.serve import open_house
from server.settings import Settings
from stepline.demo.cable import Cable
from tests.kiosk.process import KioskProcess
from tests.library import LIBRARY
from tests.server.serving import PASSWORD, ServerProcess

pytestmark = [pytest.mark.window, pytest.mark.timeout(300)]
DOCUMENT, GTIN = "label-and-pack", "09521234501008"
STAGES = [{"name": "Review", "role": "engineer"}, {"name": "Quality", "role": "supervisor"}]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server with two stations, an engineer, a supervisor and an operator, and two approvals for everything."""
    house = open_house(Settings(data=tmp_path / "server"))
    bootstrap(house, PASSWORD)
    publish_library(house, LIBRARY, "admin")
    for station, name in (("bench-1", "Bench 1"), ("bench-2", "Bench 2")):
        create_station(house, station, name, "Line", "Hall", "admin")
        assign_documents(house, station, [DOCUMENT], "admin")
    for login, role in (("eve", "engineer"), ("sam", "supervisor")):
        add_person(house, login, login.title(), role, "admin", login=login, password=PASSWORD)
    add_person(house, "anna", "Anna Berg", "operator", "admin", badge="ANNA-1")
    house.engine.dispose()
    server = ServerProcess(tmp_path / "server")
    server.start()
    try:
        policy = {"stages": STAGES}
        server.signed_in().put("/policies/work-instruction/low", json=policy).raise_for_status()
        yield server
    finally:
        server.close()


@pytest.fixture
def cable(server: ServerProcess) -> Iterator[Cable]:
    """What leads to the second bench."""
    cable = Cable(server)  # type: ignore[arg-type] - it wants no more of a plant than its ports
    cable.mend()
    yield cable
    cable.cut()


@pytest.fixture
def benches(
    server: ServerProcess, cable: Cable, tmp_path: Path
) -> Iterator[tuple[KioskProcess, KioskProcess]]:
    """Two kiosks that hold the library, an operator signed in at each."""
    kiosks = []
    try:
        for number, line in enumerate(
            (SimpleNamespace(server_url=server.address, broker=server.broker), cable), start=1
        ):
            (tmp_path / f"bench-{number}").mkdir()
            kiosk = KioskProcess(tmp_path / f"bench-{number}", line.server_url, line.broker)
            kiosks.append(kiosk)
            kiosk.start()
        for number, kiosk in enumerate(kiosks, start=1):
            answer = server.signed_in().post(
                "/enrolments/confirm", json={"code": kiosk.code(), "station": f"bench-{number}"}
            )
            answer.raise_for_status()
        for kiosk in kiosks:
            kiosk.until(lambda kiosk=kiosk: revision_of(kiosk) == 1, "getting its documents")
            kiosk.scanner.scan("BDG:ANNA-1", "]Q1")
            kiosk.until_last("operator.signed-in")
        yield kiosks[0], kiosks[1]
    finally:
        for kiosk in kiosks:
            kiosk.close()


def revision_of(kiosk: KioskProcess) -> int | None:
    """The revision of the document that is in use there."""
    rows = kiosk.rows(f"SELECT revision FROM releases WHERE active AND document = '{DOCUMENT}'")
    return rows[0][0] if rows else None


def revision_played(kiosk: KioskProcess) -> int | None:
    """The revision that the open run is on."""
    rows = kiosk.rows("SELECT revision FROM open_runs JOIN releases ON digest = release")
    return rows[0][0] if rows else None


def edit(eve) -> str:
    """An engineer changes a step and submits the draft; the address of its review."""
    page = eve.page
    eve.open(f"/library/instructions/{DOCUMENT}")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator("#saved", has_text="Saved").wait_for()
    page.locator("#steps li", has_text="Scan the pump").click()
    page.get_by_label("Title", exact=True).fill("Scan the finished pump")
    page.locator("#steps li", has_text="Scan the finished pump").wait_for()
    page.locator("#saved", has_text="Saved").wait_for()
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_label("What has changed").fill("Says which pump")
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/review")
    return page.url


def sign(page, review: str) -> None:
    page.goto(review)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_load_state()


def start_run(kiosk: KioskProcess, serial: str) -> None:
    kiosk.scanner.scan(f"01{GTIN}21{serial}", "]d2")


def end_run(kiosk: KioskProcess) -> None:
    kiosk.tap("abort")
    kiosk.tap("abort:yes")
    kiosk.until_last("run.aborted")
    kiosk.tap("next_unit")


def test_a_change_goes_to_the_floor_in_stages_and_comes_off_it_within_seconds(
    visit, served_by, server: ServerProcess, cable: Cable, benches: tuple[KioskProcess, KioskProcess]
) -> None:
    first, second = benches
    wide = {"viewport": {"width": 1440, "height": 900}}
    eve, ada, sam = (
        visit(served_by(server), **wide).sign_in(login, "/reviews") for login in ("eve", "admin", "sam")
    )
    start_run(first, "SN1")
    first.until(lambda: revision_played(first) == 1, "a run on the first revision")

    review = edit(eve)
    ada.page.goto(review)
    changed = ada.page.locator(".comparison article", has_text="Scan the finished pump")
    assert changed.locator("ins").inner_text().strip() == "finished"
    ada.page.locator("article#scan-pump summary", has_text="Comment").click()
    ada.page.locator("article#scan-pump textarea").fill("Finished, or tested?")
    ada.page.locator("article#scan-pump").get_by_role("button", name="Say it").click()
    ada.page.locator("article#scan-pump .comments", has_text="Finished, or tested?").wait_for()
    eve.page.reload()
    eve.page.locator("article#scan-pump").get_by_label("Answer").fill("It was tested before")
    eve.page.locator("article#scan-pump").get_by_role("button", name="Settle").click()
    eve.page.get_by_text("✓ It was tested before").wait_for()

    sign(ada.page, review)
    assert "in review" in ada.page.locator("header.head").inner_text()  # the second approval lacks
    cable.cut()
    sign(sam.page, review)
    assert "approved" in sam.page.locator("header.head").inner_text()
    eve.page.reload()
    eve.page.get_by_role("button", name="Release", exact=True).click()
    dialog = eve.page.locator("#release-dialog")
    dialog.get_by_label("Bench 1").check()
    dialog.get_by_label("Operators confirm").check()
    dialog.get_by_role("button", name="Release").click()
    eve.page.wait_for_url(f"**/library/instructions/{DOCUMENT}")

    first.until(lambda: revision_of(first) == 2, "the new revision at the first bench")
    assert revision_played(first) == 1  # who has begun goes on
    first.tap("pause")
    first.until_last("run.held")
    end_run(first)
    start_run(first, "SN2")
    first.tap("understood")
    first.until(lambda: revision_played(first) == 2, "a run on the second revision")
    assert "changes.seen" in first.types

    eve.page.locator("#releases").get_by_role("button", name="To the next stations").click()
    eve.page.wait_for_load_state()
    assert revision_of(second) == 1  # it is cut off, and goes on with what it has
    cable.mend()
    second.until(lambda: revision_of(second) == 2, "the new revision at the second bench")
    start_run(second, "SN3")
    second.tap("understood")
    second.until(lambda: revision_played(second) == 2, "a run at the second bench")

    cable.cut()
    eve.page.get_by_role("button", name="Withdraw").first.click()
    eve.page.locator("dialog[open]").get_by_label("Why").fill("It is the tested pump after all")
    eve.page.locator("dialog[open]").get_by_role("button", name="Withdraw").click()
    first.until(lambda: first.types[-1] == "run.held" and revision_of(first) == 1, "being held")
    assert second.types[-1] != "run.held"  # it cannot know yet
    cable.mend()
    second.until(lambda: second.types[-1] == "run.held" and revision_of(second) == 1, "being held")
    end_run(second)
    start_run(second, "SN4")
    second.until(lambda: revision_played(second) == 1, "a run on what is left")
