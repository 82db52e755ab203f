"""A picture is replaced on the way from the library to the review: few actions, every annotation kept, everywhere."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.library.publishing import publish
from tests.library import LIBRARY
from tests.portal.conftest import Served, serve
from tests.portal.writing import picture, saved, state

# The same picture in three documents, each with its own drawings over it; one of them has a second picture like it
SHOWN = {
    "leak-and-flow-test": {"look-for-leaks": "look-for-leaks"},
    "label-and-pack": {"clean-field": "clean-field", "close-carton": "close-carton"},
    "prepare-housing": {"set-in-press": "set-in-press"},
}
MOST_ACTIONS = 8  # actions from the library to the review; at 5 s each it is done in less than a minute
KEPT = {
    "leak-and-flow-test": ["badge", "badge", "badge", "badge", "arrow"],
    "label-and-pack": ["polygon", "arrow"],
    "prepare-housing": ["arrow", "box", "text"],
}


@pytest.fixture
def plant(plant_module, tmp_path: Path) -> Iterator[Served]:
    """A plant in which three released documents show the same picture."""
    made = plant_module.build(tmp_path / "data", runs=2, days=1)
    shared = io.BytesIO()
    Image.new("RGB", (800, 600), "orange").save(shared, "WEBP", lossless=True)
    for document, shown in SHOWN.items():
        folder = tmp_path / document
        shutil.copytree(LIBRARY / "instructions" / document, folder)
        shutil.copytree(LIBRARY / "blocks", folder / "blocks")
        file = folder / "instruction.yaml"
        file.write_text(file.read_text().replace("revision: 1\n", "revision: 2\n", 1))
        for name in shown.values():
            (folder / "media" / f"{name}.webp").write_bytes(shared.getvalue())
        publish(made.house, folder, "eve")
    yield from serve(made, tmp_path)


class Counted:
    """Does what a person does, and counts it."""

    def __init__(self, page) -> None:
        self.page = page
        self.actions = 0

    def click(self, what) -> None:
        self.actions += 1
        what.click()

    def give(self, chosen, file: dict) -> None:
        self.actions += 1
        chosen.value.set_files(file)


def media(writer, draft: str, step: str) -> dict[str, Any]:
    parts = writer.page.request.get(f"{writer.address}{draft}/state").json()
    (medium,) = [each for each in parts["parts"][f"step:{step}"]["body"]["media"] if "picture" in each]
    return {**medium, "digest": parts["media"][medium["picture"]]}


def drafts(writer) -> dict[str, tuple[str, str]]:
    """The documents that are being written: where, and in which state."""
    writer.open("/library")
    rows = writer.page.locator("table").first.locator("tbody tr")
    found = {}
    for row in rows.all():
        place = row.locator("a").get_attribute("href")
        told = writer.page.request.get(f"{writer.address}{place}/state").json()
        found[told["parts"]["head"]["body"]["id"]] = (place, told["state"])
    return found


@pytest.fixture
def at_the_picture(visit, plant):
    """Eve at the library; replaces the picture that the leak test shows, and counts what she does."""
    eve = visit(plant, viewport={"width": 1440, "height": 900}).sign_in("eve", "/library")
    hand = Counted(eve.page)
    hand.click(eve.page.locator('.shelf a[href="/library/instructions/leak-and-flow-test"]'))
    hand.click(eve.page.get_by_role("button", name="Edit", exact=True))
    saved(eve)
    before = state(eve)["parts"]["step:look-for-leaks"]["body"]["media"][0]
    assert [each["shape"] for each in before["annotations"]] == KEPT["leak-and-flow-test"]
    hand.click(eve.page.locator('#steps [data-step="look-for-leaks"]'))
    with eve.page.expect_file_chooser() as chosen:
        hand.click(eve.page.get_by_role("button", name="Replace the picture"))
    hand.give(chosen, picture("teal"))
    eve.page.get_by_text("This picture is used in 3 other steps too").wait_for()
    return eve, hand, before


def test_a_picture_is_replaced_everywhere_and_submitted_in_few_actions_with_all_annotations(
    at_the_picture,
) -> None:
    eve, hand, before = at_the_picture
    listed = set(eve.page.locator("#swap-uses li").all_inner_texts())
    assert len(listed) == 3
    for title, step in (
        ("Label and pack", "Clean"),
        ("Label and pack", "Close"),
        ("Prepare the housing", "press"),
    ):
        assert [each for each in listed if title in each and step in each], (title, step, listed)
    hand.click(eve.page.get_by_role("button", name="Change all"))
    eve.page.locator("#swap-dialog").wait_for(state="hidden")
    saved(eve)
    hand.click(eve.page.get_by_role("button", name="Submit for review"))
    hand.click(eve.page.get_by_role("button", name="Submit", exact=True))
    eve.page.wait_for_url("**/review")
    assert hand.actions <= MOST_ACTIONS

    found = drafts(eve)
    assert {name: state for name, (_, state) in found.items()} == {
        "leak-and-flow-test": "in-review",
        "label-and-pack": "draft",
        "prepare-housing": "draft",
    }
    after = media(eve, found["leak-and-flow-test"][0], "look-for-leaks")
    assert after["picture"] != before["picture"]
    assert after["annotations"] == before["annotations"]
    for document, shown in SHOWN.items():
        for step in shown:
            other = media(eve, found[document][0], step)
            assert other["digest"] == after["digest"], (document, step)
            if step != "close-carton":
                assert [each["shape"] for each in other["annotations"]] == KEPT[document]
            was = released(document, step)
            assert other["annotations"] == was["annotations"], (document, step)
            assert other["alt"] == was["alt"]


def test_who_submits_at_once_leaves_only_when_the_others_are_changed(at_the_picture) -> None:
    eve, hand, _ = at_the_picture
    held = []
    eve.page.route("**/swap", lambda route: held.append(route))  # noqa: PLW0108 - the server takes its time
    with eve.page.expect_request("**/swap"):
        hand.click(eve.page.get_by_role("button", name="Change all"))
    hand.click(eve.page.get_by_role("button", name="Submit for review"))
    eve.page.get_by_role("button", name="Submit", exact=True).click(no_wait_after=True)
    with eve.page.expect_response("**/here*"):  # it goes on living meanwhile
        pass
    assert not eve.page.url.endswith("/review")
    held[0].continue_()
    eve.page.wait_for_url("**/review")
    assert set(drafts(eve)) == set(SHOWN)


def released(document: str, step: str) -> dict[str, Any]:
    """What the library says of the only picture of a step."""
    from content.folder import load_instruction

    found = load_instruction(LIBRARY / "instructions" / document).step(step)  # type: ignore[arg-type]
    (medium,) = found.media
    return medium.plain()


def test_a_picture_is_replaced_only_here_and_the_others_stay(at_the_picture) -> None:
    eve, hand, before = at_the_picture
    hand.click(eve.page.get_by_role("button", name="Only here"))
    saved(eve)
    after = state(eve)["parts"]["step:look-for-leaks"]["body"]["media"][0]
    assert after["picture"] != before["picture"]
    assert after["annotations"] == before["annotations"]
    assert set(drafts(eve)) == {"leak-and-flow-test"}
