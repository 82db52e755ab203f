"""A draft on its way out: written as a folder, checked, submitted for review, taken back, discarded, released."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import select, update

from content.errors import DocumentError
from content.explaining import explain
from content.instruction import Instruction
from content.lint.checker import lint
from content.package import Release
from content.sop import Sop
from content.writing import spell
from server.audit import note
from server.errors import Conflict, Invalid
from server.house import House
from server.library.drafts import Draft, read
from server.library.publishing import publish
from server.store import tables
from server.store.engine import reading, writing

KINDS: dict[str, type[Instruction | Sop]] = {"work-instruction": Instruction, "sop": Sop}
FILES = {"work-instruction": "instruction.yaml", "sop": "sop.yaml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to mend in a draft; `step` and `field` say where it stands."""

    level: Literal["error", "warning", "hint"]
    step: str | None
    field: str
    message: str
    mend: str
    rule: str = ""


def remarks(draft: Draft) -> tuple[Remark, ...]:
    """What makes the draft invalid, else what the checker's rules say."""
    kind = KINDS[draft.kind]
    values = draft.values
    try:
        document = kind.model_validate(values)
    except ValidationError as problem:
        return tuple(_invalid(draft, values, error, kind) for error in problem.errors())
    found = [_missing_file(draft, path) for path in document.files if path not in draft.media]
    for each in lint(document):
        at = each.remark.at
        field = ".".join(str(key) for key in (at[2:] if at[0] == "steps" else at))
        said = Remark(
            level=each.level,
            step=each.step,
            field=field,
            message=each.remark.message,
            mend=each.remark.mend,
            rule=each.rule,
        )
        found.append(said)
    return tuple(found)


def _invalid(draft: Draft, values: dict[str, Any], error: Any, kind: type[Instruction | Sop]) -> Remark:
    finding = explain("", {}, values, error, kind)
    at = (*error["loc"], *error.get("ctx", {}).get("at", ()))
    step = None
    if len(at) > 1 and at[0] == "steps" and isinstance(at[1], int) and at[1] < len(draft.steps):
        step = draft.steps[at[1]]
    field = finding.where.removeprefix(f"steps.{step}.") if step else finding.where
    return Remark(level="error", step=step, field=field, message=finding.message, mend=finding.mend)


def _missing_file(draft: Draft, path: str) -> Remark:
    step = next(
        (step["id"] for step in draft.values.get("steps", []) if path in str(step.get("media", ""))), None
    )
    return Remark(
        level="error", step=step, field="media", message=f"the file {path} is not there", mend="add it"
    )


@contextlib.contextmanager
def as_folder(house: House, draft: Draft) -> Iterator[Path]:
    """The draft as a document's folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="stepline-draft-") as place:
        folder = Path(place) / draft.document
        folder.mkdir()
        (folder / FILES[draft.kind]).write_text(spell(draft.values), encoding="utf-8")
        for path, digest in draft.media.items():
            target = (folder / path).resolve()
            if target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.hardlink_to(house.media.path(digest))
        yield folder


def submit(house: House, draft: str, comment: str, by: str) -> None:
    """Hand the draft in for review; raises Invalid, naming what is wrong, while it has errors."""
    with reading(house.engine) as tx:
        held = read(tx, draft)
    wrong = [each for each in remarks(held) if each.level == "error"]
    if wrong:
        first = wrong[0]
        where = f"step {first.step}: " if first.step else ""
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Invalid(f"{where}{first.message}{more}", first.mend or "mend what is marked in red")
    _move(house, draft, "draft", "in-review", by, comment)


def take_back(house: House, draft: str, by: str) -> None:
    """Go on writing a draft that was submitted."""
    _move(house, draft, "in-review", "draft", by)


def discard(house: House, draft: str, by: str) -> None:
    """Put the draft away; what was written stays in its history."""
    _move(house, draft, "draft", "discarded", by)


def release(house: House, draft: str, by: str) -> Release:
    """Publish a submitted draft; raises Invalid or Conflict as publishing does."""
    with reading(house.engine) as tx:
        held = read(tx, draft)
    if held.state != "in-review":
        raise Conflict(f"This draft is {held.state}.", "Submit it for review first.")
    try:
        with as_folder(house, held) as folder:
            published = publish(house, folder, by)
    except DocumentError as problem:
        raise Invalid("the document is not in order", "take it back and mend it", problem.findings) from None
    _move(house, draft, "in-review", "released", by)
    return published


def _move(house: House, draft: str, before: str, after: str, by: str, comment: str = "") -> None:  # noqa: PLR0917
    drafts = tables.drafts
    with writing(house.engine) as tx:
        row = tx.execute(select(drafts.c.state, drafts.c.document).where(drafts.c.id == draft)).first()
        if row is None or row.state != before:
            raise Conflict(f"This draft is {row.state if row else 'not there'}.", "Load the page again.")
        now = house.now()
        values: dict[str, Any] = {"state": after, "changed_at": now, "changed_by": by}
        if comment:
            values["comment"] = comment
        tx.execute(update(drafts).where(drafts.c.id == draft).values(**values))
        note(tx, now, by, f"draft {after}", row.document, comment or draft)
    house.live.say(f"draft {draft}")
    house.live.say("library")
