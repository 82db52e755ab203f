"""Shared blocks: written once, signed, released, and taken over by the documents that use them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content import xliff
from content.blocks import Block
from content.folder import load_instruction
from server.errors import Conflict, NotAllowed
from server.library import (
    drafts,
    edits,
    exporting,
    policy,
    releasing,
    restoring,
    reviewing,
    shared,
    sharing,
    submitting,
)
from server.library.edits import Change
from server.library.publishing import publish, publish_library
from server.library.shapes import ORDER, STEP
from server.library.taking_over import take_over
from server.people.sessions import Role
from server.reports import library, signatures
from server.reports import reviewing as due
from server.store import tables
from server.store.engine import reading
from tests.library import LIBRARY
from tests.server.drafting import draft_of, held, put


@pytest.fixture
def plant(house):
    """The sample library, released."""
    publish_library(house, LIBRARY, "admin")
    return house


def test_a_block_stands_in_a_draft_by_reference_and_is_released_with_its_digest(plant) -> None:
    draft = draft_of(plant, "service-pump")
    found = held(plant, draft)
    (use,) = [
        part.body for part in found.parts.values() if isinstance(part.body, dict) and "block" in part.body
    ]
    assert (use["block"], use["prefix"], use["revision"]) == ("identify-pump", "returned", 1)
    assert found.values["steps"][0]["id"] == "returned-scan-pump"
    assert submitting.remarks(found) == ()
    submitting.submit(plant, draft, "", "eva")
    approve(plant, draft)
    release = releasing.release(plant, draft, "jan", Role.ENGINEER)
    assert release.document.blocks[0].digest == shared.current(plant, "identify-pump").block.digest


def approve(plant, draft: str) -> None:
    """Whoever has to sign does."""
    reviewing.sign(plant, draft, "jan", Role.ENGINEER, "approved", "It is right")
    while held(plant, draft).state != "approved":
        reviewing.sign(plant, draft, "ida", Role.SUPERVISOR, "approved", "It is right")


def test_a_block_is_signed_like_the_riskiest_document_that_uses_it(plant) -> None:
    draft = drafts.from_block(plant, shared.current(plant, "identify-pump"), "eva")
    put(plant, draft, STEP + "scan-pump", title="Scan the pump's code")
    submitting.submit(plant, draft, "", "eva")
    with reading(plant.engine) as tx:
        risks = shared.risks_of_uses(tx, "identify-pump")
        review = reviewing.look(tx, drafts.read(tx, draft))
    assert review.risk_class == policy.strictest(risks) != "low"
    with pytest.raises(Conflict, match="in review"):
        sharing.release(plant, draft, "eva")
    with pytest.raises(NotAllowed, match="who wrote"):
        reviewing.sign(plant, draft, "eva", Role.ENGINEER, "approved", "It is right")
    approve(plant, draft)
    with pytest.raises(Conflict, match="changed since you opened"):
        sharing.release(plant, draft, "eva", seen="another")
    sharing.release(plant, draft, "eva")
    with reading(plant.engine) as tx:
        doubted = {flag.document: flag.cause for flag in due.flags(tx)}
        (newest, *_) = shared.revisions(tx, "identify-pump")
        assert signatures.under(tx, [draft])[draft][0].name == "jan"
    assert doubted == {"leak-and-flow-test": "block", "service-pump": "block"}
    assert newest.draft == draft
    (taken,), _ = take_over(plant, "identify-pump", ["leak-and-flow-test"], "eva")
    submitting.submit(plant, taken, "", "eva")
    approve(plant, taken)
    releasing.release(plant, taken, "eva", Role.ENGINEER)
    with reading(plant.engine) as tx:
        assert [flag.document for flag in due.flags(tx)] == ["service-pump"]
        first = library.releases_of(tx, "leak-and-flow-test")[-1].digest
    said = ("The new code cannot be read", None, "it is what was made until today")
    restoring.restore(plant, first, "ada", Role.ADMINISTRATOR, *said)
    with reading(plant.engine) as tx:  # it shows the earlier block again
        assert {flag.document for flag in due.flags(tx)} == {"service-pump", "leak-and-flow-test"}


def test_a_block_that_a_pipeline_brings_counts_once_its_document_is_signed(plant, tmp_path: Path) -> None:
    exporting.export(plant, "service-pump", tmp_path)
    folder = tmp_path / "r1"
    for file, old, new in (
        (folder / "blocks" / "identify-pump" / "block.yaml", "revision: 1", "revision: 2"),
        (folder / "blocks" / "identify-pump" / "block.yaml", "title: Scan the pump", "title: Scan it"),
        (folder / "instruction.yaml", "revision: 1", "revision: 2"),
    ):
        text = file.read_text()
        assert old in text, (file, text)
        file.write_text(text.replace(old, new))
    use = folder / "instruction.yaml"
    use.write_text("\n".join(line for line in use.read_text().splitlines() if "digest:" not in line))
    draft = drafts.revision_from_folder(plant, folder, "eva")
    assert shared.current(plant, "identify-pump").block.revision == 1
    submitting.submit(plant, draft, "", "eva")
    approve(plant, draft)
    late = "the translations follow"
    release = releasing.release(plant, draft, "ada", Role.ADMINISTRATOR, override=late)
    assert release.document.blocks[0].revision == 2
    assert shared.current(plant, "identify-pump").block.revision == 2


def test_a_changed_block_offers_to_revise_the_documents_that_use_it(plant) -> None:
    with reading(plant.engine) as tx:
        used = shared.uses(tx, "identify-pump")
    assert [(use.document, use.steps) for use in used] == [
        ("leak-and-flow-test", ("1. Scan the pump",)),
        ("service-pump", ("1. Scan the pump",)),
    ]
    draft = drafts.from_block(plant, shared.current(plant, "identify-pump"), "eva")
    put(plant, draft, STEP + "scan-pump", title="Scan the pump's code")
    submitting.submit(plant, draft, "", "eva")
    approve(plant, draft)
    assert shared.current(plant, "identify-pump").block.revision == 1
    sharing.release(plant, draft, "eva")
    assert shared.current(plant, "identify-pump").block.revision == 2
    changed, left = take_over(plant, "identify-pump", ["service-pump", "close-pump"], "eva")
    assert left == ["close-pump"]
    found = held(plant, changed[0])
    assert found.values["steps"][0]["title"] == "Scan the pump's code"
    assert found.values["blocks"][0]["revision"] == 2
    assert {each.rule for each in submitting.remarks(found)} <= {
        "stale-translation"
    }  # of its title, in two languages
    with reading(plant.engine) as tx:
        after = {use.document: use.revision for use in shared.uses(tx, "identify-pump")}
    assert after == {"leak-and-flow-test": 1, "service-pump": 2}


def test_an_export_keeps_the_reference_and_gives_the_same_release_again(plant, tmp_path: Path) -> None:
    exporting.export(plant, "service-pump", tmp_path)
    folder = tmp_path / "r1"
    assert "block: identify-pump" in (folder / "instruction.yaml").read_text()
    assert (folder / "blocks" / "identify-pump" / "block.yaml").is_file()
    with reading(plant.engine) as tx:
        digest = tx.execute(
            select(tables.releases.c.digest).where(tables.releases.c.document == "service-pump")
        ).scalar_one()
    assert publish(plant, folder, "admin").digest == digest


def test_a_block_that_is_not_there_is_told_at_its_place(plant) -> None:
    draft = draft_of(plant, "close-pump")
    order = held(plant, draft).parts[ORDER]
    use = Change(part=STEP + "lost", version=0, body={"id": "lost", "block": "nothing", "revision": 3})
    place = Change(part=ORDER, version=order.version, body=[*order.body, "lost"])
    edits.changes(plant, draft, (use, place), "eva")
    (remark,) = [each for each in submitting.remarks(held(plant, draft)) if each.level == "error"]
    assert (remark.step, remark.message) == ("lost", "there is no block 'nothing' in revision 3")


def test_a_blocks_translations_come_along_with_its_steps(tmp_path: Path) -> None:
    import shutil

    library = tmp_path / "library"
    shutil.copytree(LIBRARY, library)
    block = library / "blocks" / "identify-pump"
    (block / "languages").mkdir(exist_ok=True)
    from content.languages import stamp

    (block / "languages" / "fr.yaml").write_text(
        "language: fr\ntexts:\n"
        f'  steps.scan-pump.title: {{of: "{stamp("Scan the pump")}", text: Scannez la pompe}}\n'
    )
    document = load_instruction(library / "instructions" / "service-pump")
    assert document.translations["fr"]["steps.returned-scan-pump.title"].text == "Scannez la pompe"
    assert 'id="identify-pump"' in xliff.export(Block.model_validate({**load_block_values(block)}), "fr")


def load_block_values(folder: Path) -> dict[str, Any]:
    from content.folder import load_block

    return load_block(folder).plain()
