"""Drafts: two engineers lose nothing, what is taken back comes back, pictures are swapped with their annotations."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from server.errors import Conflict, Invalid, TooLarge
from server.library import drafts, releasing, reviewing, submitting, uploads
from server.library.drafts import HEAD, ORDER, STEP, EditClash
from server.library.merging import Clash, merged
from server.library.publishing import publish_library
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading

LIBRARY = Path(__file__).resolve().parents[2] / "content" / "library"


@pytest.fixture
def begun(house):
    """A draft of the cover's instruction, begun from its release."""
    release = next(
        each for each in publish_library(house, LIBRARY, "admin") if each.document.id == "close-pump"
    )
    return drafts.from_release(house, release, "eva")


def held(house, draft):
    with reading(house.engine) as tx:
        return drafts.read(tx, draft)


def titled(house, draft: str, title: str, by: str, version: int | None = None) -> Any:
    part = held(house, draft).parts[STEP + "fit-key"]
    body = {**part.body, "title": title}
    return drafts.change(house, draft, STEP + "fit-key", version or part.version, body, by)


def test_a_draft_is_begun_once_from_the_newest_release_under_the_next_revision(house, begun) -> None:
    found = held(house, begun)
    assert found.values["revision"] == 2
    assert len(found.steps) == 8
    assert submitting.remarks(found) == ()


def test_what_two_change_in_different_fields_comes_together(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    drafts.change(house, begun, STEP + "fit-key", part.version, {**part.body, "title": "Fit it"}, "eva")
    both = drafts.change(
        house, begun, STEP + "fit-key", part.version, {**part.body, "text": "Tap it."}, "jan"
    )
    assert (both.body["title"], both.body["text"]) == ("Fit it", "Tap it.")


def test_what_two_change_in_the_same_field_is_shown_to_the_second(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    titled(house, begun, "Evas", "eva", part.version)
    with pytest.raises(EditClash) as clash:
        titled(house, begun, "Jans", "jan", part.version)
    assert clash.value.fields == ("title",)
    assert clash.value.theirs["title"] == "Evas"
    assert titled(house, begun, "Jans", "jan", clash.value.version).body["title"] == "Jans"


def test_steps_are_put_in_order_added_and_taken_out_by_two_at_once(house, begun) -> None:
    order = held(house, begun).parts[ORDER]
    eva = [order.body[1], order.body[0], *order.body[2:]]
    drafts.change(house, begun, ORDER, order.version, eva, "eva")
    drafts.change(house, begun, STEP + "new", 0, {"id": "new", "title": "New", "text": "New."}, "jan")
    jan = [*order.body[:4], "new", *order.body[4:-1]]
    found = drafts.change(house, begun, ORDER, order.version, jan, "jan")
    assert found.body == [*eva[:4], "new", *eva[4:-1]]


def test_undo_takes_back_ones_own_change_and_redo_makes_it_again(house, begun) -> None:
    before = held(house, begun).parts[STEP + "fit-key"].body["title"]
    titled(house, begun, "One", "eva")
    titled(house, begun, "Two", "eva")
    assert drafts.undo(house, begun, "jan") is None
    assert drafts.undo(house, begun, "eva").body["title"] == "One"
    assert drafts.undo(house, begun, "eva").body["title"] == before
    assert drafts.undo(house, begun, "eva") is None
    assert drafts.redo(house, begun, "eva").body["title"] == "One"


def test_every_accepted_change_is_kept_with_who_made_it(house, begun) -> None:
    titled(house, begun, "One", "eva")
    titled(house, begun, "Two", "jan")
    edits = tables.draft_edits
    with reading(house.engine) as tx:
        rows = tx.execute(
            select(edits.c.by, edits.c.after).where(edits.c.part == STEP + "fit-key").order_by(edits.c.id)
        ).all()
    assert [(row.by, json.loads(row.after)["title"]) for row in rows[1:]] == [("eva", "One"), ("jan", "Two")]


NAMES = st.sampled_from("abcd")
BODIES = st.fixed_dictionaries(
    {"title": st.text("xyz", max_size=2), "text": st.text("xyz", max_size=2)},
    optional={
        "checks": st.lists(
            st.fixed_dictionaries({"id": NAMES, "prompt": st.text("xyz", max_size=2)}),
            max_size=3,
            unique_by=lambda each: each["id"],
        )
    },
)


@given(base=BODIES, theirs=BODIES, mine=BODIES)
@settings(max_examples=400, deadline=None)
def test_a_merge_holds_what_both_changed_or_is_a_clash(base: Any, theirs: Any, mine: Any) -> None:
    assert merged(base, base, mine) == mine
    assert merged(base, theirs, base) == theirs
    try:
        both = merged(base, theirs, mine)
    except Clash:
        return
    for field in ("title", "text"):
        changed = [each[field] for each in (theirs, mine) if each[field] != base[field]]
        assert both[field] == (changed[0] if changed else base[field])
        assert len(set(changed)) <= 1


@given(
    order=st.permutations("abcde"),
    gone=st.sets(st.sampled_from("abcde"), max_size=2),
    added=st.integers(0, 5),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_order_keeps_every_addition_and_every_deletion(
    order: list[str], gone: set[str], added: int
) -> None:
    base = list("abcde")
    theirs = [name for name in order if name not in gone]
    mine = [*base[:added], "new", *base[added:]]
    both = merged(base, theirs, mine)
    assert [name for name in both if name != "new"] == theirs
    assert both.count("new") == 1


def picture(color: str = "red", size: tuple[int, int] = (80, 60), kind: str = "PNG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **more)
    return out.getvalue()


def test_a_picture_is_swapped_wherever_it_is_used_and_its_annotations_stay(house, begun) -> None:
    found = held(house, begun)
    step = found.parts[STEP + "fit-key"].body
    old = found.media[step["media"][0]["picture"]]
    used = uploads.uses(house, old)
    assert [(use.document, use.step, use.draft) for use in used] == [("close-pump", "fit-key", begun)]
    taken = uploads.take(house, picture())
    assert uploads.replace(house, old, taken, ("close-pump",), "eva") == [begun]
    after = held(house, begun)
    swapped = after.parts[STEP + "fit-key"].body["media"][0]
    assert after.media[swapped["picture"]] == taken.digest
    assert swapped["annotations"] == step["media"][0]["annotations"]


def test_a_draft_goes_to_review_and_becomes_a_release_and_nothing_changes_it_meanwhile(house, begun) -> None:
    titled(house, begun, "Fit the key well", "eva")
    submitting.submit(house, begun, "clearer", "eva")
    with pytest.raises(Conflict, match="in-review"):
        titled(house, begun, "Late", "eva")
    with pytest.raises(Conflict, match="in review"):
        releasing.release(house, begun, "jan", Role.ENGINEER)
    reviewing.sign(house, begun, "jan", Role.ENGINEER, "approved", "It is right")
    release = releasing.release(house, begun, "jan", Role.ENGINEER)
    assert release.document.revision == 2
    assert release.document.step("fit-key").title == "Fit the key well"
    assert held(house, begun).state == "released"


def test_what_is_wrong_keeps_a_draft_from_review_and_is_named_at_its_step(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    drafts.change(house, begun, STEP + "fit-key", part.version, {**part.body, "parts": ["NONE"]}, "eva")
    (remark,) = [each for each in submitting.remarks(held(house, begun)) if each.level == "error"]
    assert (remark.step, remark.message) == ("fit-key", "the part 'NONE' is not in the document's list")
    with pytest.raises(Invalid, match="the part 'NONE'"):
        submitting.submit(house, begun, "", "eva")


def test_a_new_document_and_a_folder_become_drafts_under_free_names(house, begun) -> None:
    again = drafts.from_folder(house, LIBRARY / "instructions" / "service-pump", "eva")
    assert held(house, again).document == "service-pump-2"
    assert submitting.remarks(held(house, again)) == ()
    for kind in ("work-instruction", "sop"):
        made = held(house, drafts.new(house, kind, "Wash the pump", "eva"))
        assert not [each for each in submitting.remarks(made) if each.level == "error"]


HOSTILE = {
    "text": (b"<html><script>alert(1)</script>", Invalid, "no picture"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Invalid, "no picture"),
    "cut": (picture(size=(400, 400))[:200], Invalid, "damaged"),
    "empty": (b"", Invalid, "no picture"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused(house, name: str) -> None:
    data, kind, told = HOSTILE[name]
    with pytest.raises(kind, match=told):
        uploads.take(house, data)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(house) -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    with pytest.raises(TooLarge, match="9000 × 9000"):
        uploads.take(house, out.getvalue())


def test_a_picture_is_turned_upright_and_loses_its_metadata_and_its_tail(house) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCam"
    data = picture(size=(80, 40), kind="JPEG", exif=exif) + b"<script>alert(1)</script>"
    taken = uploads.take(house, data)
    kept = house.media.path(taken.digest).read_bytes()
    assert (taken.width, taken.height) == (40, 80)
    assert b"SecretCam" not in kept
    assert b"script" not in kept


def test_a_head_keeps_its_own_version(house, begun) -> None:
    part = held(house, begun).parts[HEAD]
    drafts.change(house, begun, HEAD, part.version, {**part.body, "title": "Close it"}, "eva")
    assert held(house, begun).title == "Close it"
