"""Drafts: two engineers lose nothing, what is taken back comes back, pictures are swapped with their annotations."""

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import delete, select, update

from server.errors import Conflict, Invalid, TooLarge
from server.library import drafts, edits, history, releasing, reviewing, submitting, uploads
from server.library.edits import Change, EditClash
from server.library.merging import merge
from server.library.publishing import publish_library
from server.library.shapes import HEAD, ORDER, STEP
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading
from tests.library import LIBRARY
from tests.server.drafting import held


@pytest.fixture
def begun(house):
    """A draft of the cover's instruction, begun from its release."""
    release = next(
        each for each in publish_library(house, LIBRARY, "admin") if each.document.id == "close-pump"
    )
    return drafts.from_release(house, release, "eva")


def change(house, draft: str, part: str, version: int, body: Any, by: str) -> Any:
    return edits.change(house, draft, Change(part=part, version=version, body=body), by)


def titled(house, draft: str, title: str, by: str, version: int | None = None) -> Any:
    part = held(house, draft).parts[STEP + "fit-key"]
    body = {**part.body, "title": title}
    return change(house, draft, STEP + "fit-key", version or part.version, body, by)


def test_a_draft_is_begun_once_from_the_newest_release_under_the_next_revision(house, begun) -> None:
    found = held(house, begun)
    assert found.values["revision"] == 2
    assert len(found.steps) == 8
    assert submitting.remarks(found) == ()


def test_what_two_change_in_different_fields_comes_together(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    change(house, begun, STEP + "fit-key", part.version, {**part.body, "title": "Fit it"}, "eva")
    both = change(house, begun, STEP + "fit-key", part.version, {**part.body, "text": "Tap it."}, "jan")
    assert (both.body["title"], both.body["text"]) == ("Fit it", "Tap it.")


def test_what_two_change_in_the_same_field_is_told_and_the_rest_of_both_is_kept(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    change(
        house,
        begun,
        STEP + "fit-key",
        part.version,
        {**part.body, "title": "Evas", "standard_time": "30s"},
        "eva",
    )
    jans = {**part.body, "title": "Jans", "text": "Jans text."}
    kept = change(house, begun, STEP + "fit-key", part.version, jans, "jan")
    (apart,) = kept.apart
    assert (apart.at, apart.theirs, apart.mine) == (("title",), "Evas", "Jans")
    assert [kept.body[name] for name in ("title", "standard_time", "text")] == ["Evas", "30s", "Jans text."]
    assert titled(house, begun, "Jans", "jan").body["standard_time"] == "30s"


def test_words_that_were_not_taken_stand_in_the_history_and_can_be_restored(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    titled(house, begun, "Evas", "eva", part.version)
    titled(house, begun, "Jans", "jan", part.version)
    refused, accepted = history.history(house, begun, STEP + "fit-key")[:2]
    assert (refused.refused, refused.by) == (True, "jan")
    assert [(each.field, each.before, each.after) for each in refused.changed] == [("title", "Evas", "Jans")]
    assert (accepted.refused, accepted.by, accepted.changed[0].after) == (False, "eva", "Evas")
    assert history.restore(house, begun, refused.id, "jan").body["title"] == "Jans"


def test_the_history_tells_what_one_typed_at_once_as_one_change_and_where_it_was(house, begun) -> None:
    part = STEP + "tighten-screws"
    for words in ("Tighten", "Tighten all", "Tighten all screws"):
        now = held(house, begun).parts[part]
        checks = [{**now.body["checks"][0], "prompt": words}]
        change(house, begun, part, now.version, {**now.body, "checks": checks}, "eva")
    told = history.history(house, begun, part)[0]
    assert [(each.field, each.before, each.after) for each in told.changed] == [
        ("checks · screws · prompt", "Tighten the six screws", "Tighten all screws")
    ]


def test_words_on_their_way_do_not_take_back_what_others_wrote_meanwhile(house, begun) -> None:
    part = held(house, begun).parts[STEP + "fit-key"]
    change(house, begun, STEP + "fit-key", part.version, {**part.body, "standard_time": "30s"}, "eva")
    sent = {**part.body, "title": "Fit"}
    first = change(house, begun, STEP + "fit-key", part.version, sent, "jan")
    typed_on = {**sent, "title": "Fit it"}
    wanted = Change(part=STEP + "fit-key", version=first.version, body=typed_on, base=sent)
    kept = edits.change(house, begun, wanted, "jan")
    assert (kept.body["title"], kept.body["standard_time"]) == ("Fit it", "30s")


def test_steps_are_put_in_order_added_and_taken_out_by_two_at_once(house, begun) -> None:
    order = held(house, begun).parts[ORDER]
    eva = [order.body[1], order.body[0], *order.body[2:]]
    change(house, begun, ORDER, order.version, eva, "eva")
    jan = [*order.body[:4], "new", *order.body[4:-1]]
    new = Change(part=STEP + "new", version=0, body={"id": "new", "title": "New", "text": "New."})
    wanted = (new, Change(part=ORDER, version=order.version, body=jan))
    assert edits.changes(house, begun, wanted, "jan")[1].body == [*eva[:4], "new", *eva[4:-1]]
    assert [each.part for each in history.undo(house, begun, "jan")] == [ORDER]
    assert "new" not in held(house, begun).steps


def test_a_step_comes_with_its_place_or_not_at_all(house, begun) -> None:
    order = held(house, begun).parts[ORDER]
    with pytest.raises(Invalid, match="names the step 'lost', which is not there"):
        change(house, begun, ORDER, order.version, [*order.body, "lost"], "eva")
    wrong = Change(part=STEP + "new", version=0, body={"id": "another"})
    both = (Change(part=ORDER, version=order.version, body=[*order.body, "new"]), wrong)
    with pytest.raises(Invalid, match="calls itself 'another'"):
        edits.changes(house, begun, both, "eva")
    assert held(house, begun).parts[ORDER] == order


@pytest.mark.parametrize(
    ("part", "body"),
    [
        (ORDER, {"a": 1}),
        (ORDER, [1, 2]),
        (ORDER, ["fit-key", "fit-key"]),
        (HEAD, [1]),
        (HEAD, {"id": "another", "kind": "work-instruction"}),
        (STEP + "fit-key", [1]),
        (STEP + "fit-key", {"id": "fit-key", "media": "x"}),
        (STEP + "fit-key", {"id": "fit-key", "checks": [1]}),
        (STEP + "fit-key", {"id": "fit-key", "title": 5}),
    ],
)
def test_what_can_be_no_part_of_a_draft_is_refused_with_a_sentence(
    house, begun, part: str, body: Any
) -> None:
    version = held(house, begun).parts[part].version
    with pytest.raises(Invalid):
        change(house, begun, part, version, body, "eva")
    assert submitting.remarks(held(house, begun)) == ()


@pytest.mark.parametrize("damage", ["lost step", "odd order", "odd head", "odd step", "no json"])
def test_a_damaged_draft_says_what_is_wrong_and_is_mended(house, begun, damage: str) -> None:
    parts = tables.draft_parts
    before = held(house, begun).steps
    with house.engine.begin() as tx:
        here = parts.c.draft == begun
        match damage:
            case "lost step":
                tx.execute(delete(parts).where(here, parts.c.part == STEP + "fit-key"))
            case "odd order":
                tx.execute(update(parts).where(here, parts.c.part == ORDER).values(body='{"a": 1}'))
            case "odd head":
                tx.execute(update(parts).where(here, parts.c.part == HEAD).values(body="[1]"))
            case "odd step":
                tx.execute(update(parts).where(here, parts.c.part == STEP + "fit-key").values(body="[1]"))
            case "no json":
                tx.execute(update(parts).where(here, parts.c.part == STEP + "fit-key").values(body="{"))
    broken = held(house, begun)
    assert broken.damages
    assert [each.message for each in submitting.remarks(broken) if each.rule == "damaged"]
    assert uploads.uses(house, "0" * 64) == ()
    with pytest.raises(Invalid):
        submitting.submit(house, begun, "", "eva")
    assert edits.mend(house, begun, "eva")
    mended = held(house, begun)
    assert mended.damages == ()
    assert mended.steps == before
    assert not [each for each in submitting.remarks(mended) if each.level == "error"]


def test_undo_takes_back_ones_own_change_and_redo_makes_it_again(house, begun) -> None:
    before = held(house, begun).parts[STEP + "fit-key"].body["title"]
    title = lambda kept: kept[0].body["title"]  # noqa: E731
    titled(house, begun, "One", "eva")
    titled(house, begun, "Two", "eva")
    assert history.undo(house, begun, "jan") == []
    assert title(history.undo(house, begun, "eva")) == "One"
    assert title(history.undo(house, begun, "eva")) == before
    assert history.undo(house, begun, "eva") == []
    assert title(history.redo(house, begun, "eva")) == "One"
    assert title(history.redo(house, begun, "eva")) == "Two"
    assert history.redo(house, begun, "eva") == []


def test_what_others_have_changed_since_is_not_taken_back(house, begun) -> None:
    titled(house, begun, "One", "eva")
    titled(house, begun, "Two", "jan")
    with pytest.raises(EditClash, match="title"):
        history.undo(house, begun, "eva")
    assert held(house, begun).parts[STEP + "fit-key"].body["title"] == "Two"


def test_every_accepted_change_is_kept_with_who_made_it(house, begun) -> None:
    titled(house, begun, "One", "eva")
    titled(house, begun, "Two", "jan")
    e = tables.draft_edits.c
    with reading(house.engine) as tx:
        rows = tx.execute(select(e.by, e.after).where(e.part == STEP + "fit-key").order_by(e.id)).all()
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
def test_a_merge_holds_what_both_changed_and_tells_where_they_differ(
    base: Any, theirs: Any, mine: Any
) -> None:
    assert merge(base, base, mine).body == mine
    assert merge(base, theirs, base).body == theirs
    both = merge(base, theirs, mine)
    apart = {each.at[0]: each for each in both.apart if len(each.at) == 1}
    for field in ("title", "text"):
        changed = [each[field] for each in (theirs, mine) if each[field] != base[field]]
        assert both.body[field] == (changed[0] if changed else base[field])
        assert (len(set(changed)) > 1) == (field in apart)
    names = [each["id"] for each in both.body.get("checks", [])]
    added = [each["id"] for each in mine.get("checks", []) if each not in base.get("checks", [])]
    assert set(added) <= set(names) or "checks" in {each.at[0] for each in both.apart}


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
    both = merge(base, theirs, mine).body
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
    (shown,) = uploads.attach(house, begun, taken)
    assert uploads.replace(house, old, taken.digest, ("close-pump",), "eva", shown.path) == [begun]
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
    change(house, begun, STEP + "fit-key", part.version, {**part.body, "parts": ["NONE"]}, "eva")
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
        wrong = [each for each in submitting.remarks(made) if each.level == "error"]
        assert {each.rule for each in wrong} <= {"unwritten-text"}


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
    change(house, begun, HEAD, part.version, {**part.body, "title": "Close it"}, "eva")
    assert held(house, begun).title == "Close it"
