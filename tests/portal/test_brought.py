"""A document that was brought in with its history: its page says what was told of it elsewhere, as told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.library import bringing, drafts, exporting, releasing, reviewing, ruling, submitting
from server.library.publishing import publish
from server.people.roster import add_person
from server.people.sessions import Role
from server.serve import open_house
from server.settings import Settings
from tests.library import LIBRARY
from tests.portal.conftest import Served, serve

WHY = "the old plant's server is switched off"


@pytest.fixture
def plant(plant_module, tmp_path: Path) -> Iterator[Served]:
    """A plant that a document came to from another server, where it was signed and withdrawn."""
    old = open_house(Settings(data=tmp_path / "old"))
    for name, told, role in (("mia", "Mia Ortiz", "engineer"), ("sol", "Sol Haddad", "supervisor")):
        add_person(old, name, told, role, "admin", login=name, password=plant_module.PASSWORD)
    ruling.decide(old, "work-instruction", "low", [{"name": "Quality", "role": "supervisor"}], "admin")
    folder = tmp_path / "fit-old-gears"
    shutil.copytree(LIBRARY / "instructions" / "fit-gears", folder)
    file = folder / "instruction.yaml"
    file.write_text(file.read_text().replace("id: fit-gears\n", "id: fit-old-gears\n", 1))
    first = publish(old, folder, "mia")
    draft = drafts.from_release(old, first, "mia")
    submitting.submit(old, draft, "As it was", "mia")
    reviewing.sign(old, draft, "sol", Role.SUPERVISOR, "approved", "It is right")
    releasing.release(old, draft, "mia", Role.ENGINEER)
    releasing.withdraw(old, first.digest, "the gears were of another size", "sol")
    exporting.export(old, "fit-old-gears", tmp_path / "told")
    old.engine.dispose()
    made = plant_module.build(tmp_path / "data", runs=2, days=1)
    bringing.bring(made.house, tmp_path / "told", "fit-old-gears", WHY, "admin")
    yield from serve(made, tmp_path)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_what_was_told_elsewhere_stands_beside_each_release_as_told(
    visit, plant, size: tuple[int, int]
) -> None:
    width, height = size
    eve = visit(plant, viewport={"width": width, "height": height}).sign_in(
        "eve", "/library/instructions/fit-old-gears"
    )
    table = eve.page.locator("#releases tbody tr")
    assert table.count() == 2
    newest, first = table.all()
    for row in (newest, first):
        assert f"as its history tells; brought in by admin: {WHY}" in row.inner_text()
        assert row.locator('[data-name="by"]').inner_text() == "Mia Ortiz"
    assert "the gears were of another size" in first.inner_text()
    assert "withdrawn" in first.inner_text()
    newest.locator("summary", has_text="Signed by").click()
    assert "Sol Haddad" in newest.inner_text()
    assert "It is right" in newest.inner_text()
    wide = eve.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
