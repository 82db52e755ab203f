"""What the editor asks of the server: files of any kind, blocks, translations, names, conditions, to-dos, source."""

import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from content import flowtext, xliff
from content.instruction import Instruction
from server.api.limits import LARGEST_BODY, limit_of
from server.errors import Conflict, Invalid, Refused
from server.library import (
    conditions,
    drafts,
    edits,
    history,
    naming,
    presenting,
    releasing,
    reviewing,
    sourcing,
    submitting,
    todos,
    translating,
    uploads,
)
from server.library.edits import Change
from server.library.publishing import publish_library
from server.library.shapes import HEAD, ORDER, STEP
from server.library.taking import LARGEST_UPLOAD
from server.people.sessions import Role
from server.store.engine import reading
from tests.library import LIBRARY
from tests.server.drafting import draft_of, held, put

CUBE = """solid cube
facet normal 0 0 1
 outer loop
  vertex 0 0 0
  vertex 1 0 0
  vertex 0 1 1
 endloop
endfacet
endsolid cube
"""


@pytest.fixture
def plant(house):
    """The sample library, released."""
    publish_library(house, LIBRARY, "admin")
    return house


# --- files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/import", LARGEST_UPLOAD),
        ("/drafts/0192-a/pictures", LARGEST_UPLOAD),
        ("/drafts/0192-a/attachments", LARGEST_UPLOAD),
        ("/drafts/0192-a/translation", LARGEST_UPLOAD),
        ("/drafts/0192-a/changes", LARGEST_BODY),
        ("/drafts/a/b/pictures", LARGEST_BODY),
        ("/importing", LARGEST_BODY),
        ("/sign-in", LARGEST_BODY),
    ],
)
def test_pages_that_take_files_have_their_limit_and_no_others(path: str, limit: int) -> None:
    assert limit_of(path) == limit


def film(seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(seconds * 10):
            picture = np.full((240, 320, 3), number * 5 % 255, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                made.mux(packet)
        for packet in stream.encode():
            made.mux(packet)
    return out.getvalue()


def pdf(pages: int) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (200, 280), (255 - 40 * n, 255, 255)) for n in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


def attached(house, data: bytes, name: str, wish: Any = None) -> tuple[str, tuple[uploads.Shown, ...]]:
    draft = draft_of(house, "close-pump")
    return draft, uploads.attach(house, draft, uploads.take(house, data, name, "eva", wish))


def test_a_film_is_put_in_as_a_film_with_its_poster(plant) -> None:
    draft, (shown,) = attached(plant, film(), "turn.mp4")
    assert (shown.kind, Path(shown.path).suffix) == ("film", ".mp4")
    put(
        plant,
        draft,
        STEP + "fit-key",
        media=[{"video": shown.path, "poster": shown.poster, "alt": "It turns"}],
    )
    assert submitting.remarks(held(plant, draft)) == ()


def test_every_page_of_a_pdf_can_be_put_in(plant) -> None:
    draft, shown = attached(plant, pdf(3), "drawing.pdf")
    assert [each.what for each in shown] == ["page 1", "page 2", "page 3"]
    put(plant, draft, STEP + "fit-key", media=[{"picture": each.path, "alt": each.what} for each in shown])
    assert submitting.remarks(held(plant, draft)) == ()


def test_a_3d_model_gives_its_views_and_its_turntable(plant) -> None:
    _, shown = attached(plant, CUBE.encode(), "cube.stl")
    assert [each.what for each in shown] == ["isometric", "front", "top", "right", "turntable"]
    assert [each.kind for each in shown] == [*["picture"] * 4, "film"]
    assert shown[-1].poster


def test_what_is_not_what_it_is_taken_for_is_not_submitted(plant) -> None:
    draft, (shown,) = attached(plant, film(), "turn.mp4")
    put(plant, draft, STEP + "fit-key", media=[{"picture": shown.path, "alt": "A film"}])
    (remark,) = submitting.remarks(held(plant, draft))
    assert (remark.step, remark.at) == ("fit-key", ("media", 0, "picture"))
    assert "taken for a picture, but the file is a film" in remark.message
    with pytest.raises(Invalid, match="the file is a film"):
        submitting.submit(plant, draft, "", "eva")


def test_a_drawing_is_attached_as_it_is_and_released_with_the_document(plant, tmp_path: Path) -> None:
    draft = draft_of(plant, "label-and-pack")
    sent = plant.settings.data / "sent"
    sent.write_bytes(pdf(1))
    path = uploads.attach_file(plant, draft, sent, "Drawing 7.pdf", "eva")
    put(plant, draft, HEAD, attachments=[{"file": path, "title": "Drawing 7"}])
    assert submitting.remarks(held(plant, draft)) == ()
    submitting.submit(plant, draft, "", "eva")
    reviewing.sign(plant, draft, "jan", Role.ENGINEER, "approved", "It is right")
    release = releasing.release(plant, draft, "jan", Role.ENGINEER)
    assert path in {file.path for file in release.media}


# --- names -------------------------------------------------------------------------


def test_a_new_step_is_named_after_its_title_and_what_was_released_keeps_its_name(plant) -> None:
    draft = draft_of(plant, "close-pump")
    order = held(plant, draft).parts[ORDER]
    new = Change(
        part=STEP + "step-1", version=0, body={"id": "step-1", "title": "Wisch die Öffnung aus", "text": "x"}
    )
    place = Change(part=ORDER, version=order.version, body=[*order.body, "step-1"])
    edits.changes(plant, draft, (new, place), "eva")
    put(plant, draft, STEP + "fit-key", next=[{"to": "step-1", "when": "visits.step_1 < 1"}])
    assert naming.rename_step(plant, draft, "step-1", None, "eva") == "wisch-die-offnung-aus"
    found = held(plant, draft)
    assert found.steps[-1] == "wisch-die-offnung-aus"
    assert found.parts[STEP + "fit-key"].body["next"] == [
        {"to": "wisch-die-offnung-aus", "when": "visits.wisch_die_offnung_aus < 1"}
    ]
    with pytest.raises(Conflict, match="lasts"):
        naming.rename_step(plant, draft, "fit-key", "other", "eva")
    with pytest.raises(Conflict, match="already"):
        naming.rename_step(plant, draft, "wisch-die-offnung-aus", "fit-key", "eva")
    with pytest.raises(Invalid, match="can be no name"):
        naming.rename_step(plant, draft, "wisch-die-offnung-aus", "end", "eva")
    from server.library import history

    history.undo(plant, draft, "eva")
    assert held(plant, draft).steps[-1] == "step-1"


# --- conditions ----------------------------------------------------------------------


def test_conditions_are_checked_and_tried_one_by_one_also_in_a_draft_that_is_not_valid(plant) -> None:
    draft = draft_of(plant, "service-pump")
    put(plant, draft, STEP + "measure-wear", standard_time="soon", when="order.complaint != 'leak'")
    put(plant, draft, STEP + "renew-seal", when="look_over.nothing == 1")
    found = conditions.look(
        held(plant, draft), {"order.complaint": "noise", "hold_again.hold": "15.9", "order.pressure": "16"}
    )
    tried = {(each.step, each.at): each for each in found.tried}
    assert tried["measure-wear", ("when",)].value is True
    wrong = tried["renew-seal", ("when",)]
    assert not wrong.ok
    assert "is not known here" in wrong.message
    assert {each.wanted for each in found.tried} == {"flag", "number"}
    limits = [each for each in found.tried if "limits" in each.at]
    assert limits
    assert all(each.ok for each in limits)
    names = {each.name: each for each in found.names}
    assert names["order.complaint"].values == ("'leak'", "'noise'", "'flow'")
    assert names["options"].values == ("'relief-valve'",)


# --- the preview ------------------------------------------------------------------------


def test_a_step_is_shown_as_far_as_it_is_valid(plant) -> None:
    draft = draft_of(plant, "service-pump")
    put(
        plant,
        draft,
        STEP + "look-over",
        title="",
        standard_time="soon",
        checks=[{"id": "x", "kind": "scan"}, {"id": "ok", "kind": "confirm", "prompt": "Seen"}],
    )
    shown = presenting.present(held(plant, draft), "look-over")
    assert not shown.whole
    document = Instruction.model_validate(shown.values)
    step = document.step("look-over")
    assert [check.id for check in step.checks] == ["ok"]
    assert step.media
    other = presenting.present(held(plant, draft), "release-pump")
    assert Instruction.model_validate(other.values).step("release-pump").checks
    assert presenting.present(held(plant, draft_of(plant, "close-pump")), "fit-key").whole


# --- to-dos -----------------------------------------------------------------------------


def test_what_an_import_left_stays_beside_its_step_until_it_is_settled(plant) -> None:
    notes = ["step 2: picture 1: too small", "document: its author was not kept"]
    draft = drafts.from_folder(plant, LIBRARY / "instructions" / "close-pump", "eva", notes)
    second = held(plant, draft).steps[1]
    with reading(plant.engine) as tx:
        first, other = todos.of(tx, draft)
    assert (first.step, other.step, first.state) == (second, None, "open")
    todos.settle(plant, draft, first.id, "done", "eva")
    with reading(plant.engine) as tx:
        assert [(each.state, each.by) for each in todos.of(tx, draft)] == [("done", "eva"), ("open", None)]
    with pytest.raises(Invalid):
        todos.settle(plant, draft, first.id, "lost", "eva")


# --- translation ---------------------------------------------------------------------------


def test_translations_are_kept_text_by_text_and_what_became_stale_says_what_changed(plant) -> None:
    draft = draft_of(plant, "close-pump")
    translating.put(
        plant, draft, "fr", {"steps.fit-key.title": "Montez la clavette", "title": "Fermez la pompe"}, "eva"
    )
    put(plant, draft, STEP + "fit-key", title="Fit the key well")
    with reading(plant.engine) as tx:
        lines = {each.key: each for each in translating.lines(tx, drafts.read(tx, draft), "fr")}
    assert (lines["title"].state, lines["title"].target) == ("done", "Fermez la pompe")
    stale = lines["steps.fit-key.title"]
    assert (stale.state, stale.before, stale.source) == ("stale", "Fit the key", "Fit the key well")
    covered = {
        each.language: each for each in translating.coverage(translating.document_of(held(plant, draft)))
    }
    assert (covered["fr"].done, covered["fr"].stale) == (1, 1)
    with pytest.raises(Invalid):
        translating.put(plant, draft, "fr", {"no.such.key": "x"}, "eva")
    with pytest.raises(Invalid):
        translating.put(plant, draft, "../x", {"title": "x"}, "eva")


def test_the_words_of_a_drawing_are_changed_and_what_it_said_stands_beside_its_translation(plant) -> None:
    draft = draft_of(plant, "service-pump")
    body = held(plant, draft).parts[STEP + "look-over"].body
    first, second, third = (each["text"] for each in body["media"][0]["annotations"])

    def told() -> dict[str, translating.Line]:
        with reading(plant.engine) as tx:
            found = translating.lines(tx, drafts.read(tx, draft), "ja")
        return {each.source: each for each in found if "look-over.media.annotations" in each.key}

    before = told()
    assert {each.state for each in before.values()} == {"done"}
    assert before[first].where.endswith("media · annotations · text")
    body["media"][0]["annotations"][1]["text"] = "Oil seal of the shaft"
    put(plant, draft, STEP + "look-over", media=body["media"])
    stale = told()["Oil seal of the shaft"]
    assert (stale.state, stale.before, stale.target) == ("stale", second, before[second].target)
    assert [told()[each].state for each in (first, third)] == ["done", "done"]
    del body["media"][0]["annotations"][0]
    put(plant, draft, STEP + "look-over", media=body["media"])
    left = told()
    assert {each: line.state for each, line in left.items()} == {
        "Oil seal of the shaft": "stale",
        third: "done",
    }
    assert left[third].target == before[third].target
    history.undo(plant, draft, "eva")
    history.undo(plant, draft, "eva")
    assert told() == before


def test_a_translators_file_is_taken_in_and_what_is_not_is_told(plant) -> None:
    draft = draft_of(plant, "close-pump")
    sent = xliff.export(translating.document_of(held(plant, draft)), "fr")
    put(plant, draft, STEP + "fit-key", title="Fit the key well")
    back = sent.replace(
        "<source>Fit the key</source>", "<source>Fit the key</source><target>Clavette</target>"
    ).replace("<source>Plug both ports</source>", "<source>Plug both ports</source><target>Bouchez</target>")
    language, taken, left = translating.take(plant, draft, back, "eva")
    assert (language, taken) == ("fr", 1)
    assert left == ("steps.fit-key.title: the source has changed since it was sent out",)
    with pytest.raises(Refused):
        translating.take(plant, draft, "<html/>", "eva")


# --- the source -------------------------------------------------------------------------------


def test_the_source_reads_back_as_the_draft_it_was_written_from(plant) -> None:
    for document in ("service-pump", "close-pump", "build-gear-pump"):
        found = held(plant, draft_of(plant, document))
        text = sourcing.text_of(found)
        read = sourcing.read(found, text)
        assert read.messages == ()
        assert {name: found.parts[name].body for name in read.parts} == read.parts


def test_what_is_wrong_with_the_source_stands_at_its_line_and_what_is_right_is_kept(plant) -> None:
    found = held(plant, draft_of(plant, "close-pump"))
    text = sourcing.text_of(found)
    wrong = text.replace("standard_time: 1m", "standard_time: soon", 1)
    (message,) = [each for each in sourcing.read(found, wrong).messages if each.level == "error"]
    assert "soon" in wrong.split("\n")[message.line - 1]
    (broken,) = sourcing.read(found, "id: [").messages
    assert broken.message.startswith("not valid YAML")
    assert sourcing.read(found, text.replace("id: close-pump", "id: other", 1)).parts is None
    changed = sourcing.read(found, text.replace("Fit the key", "Fit the feather key", 1))
    versions = {name: part.version for name, part in found.parts.items()}
    (kept,) = sourcing.keep(plant, found, changed.parts, versions, "eva")
    assert kept.part == STEP + "fit-key"


def test_a_flow_that_is_written_as_lines_is_the_flow_of_the_procedure(plant) -> None:
    found = held(plant, draft_of(plant, "service-gear-pump"))
    assert list(flowtext.read(flowtext.write(found.head["flow"])).boxes) == found.head["flow"]
