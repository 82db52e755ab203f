"""A draft on its way into review: checked, written as a folder, submitted, or discarded."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from content.explaining import explain
from content.instruction import Instruction
from content.lint.checker import lint
from content.revision import RevisionState
from content.sop import Sop
from content.writing import spell
from server.errors import Invalid
from server.house import House
from server.library import lifecycle, reviewing
from server.library.drafts import Draft, read
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
def as_folder(house: House, draft: Draft, revision: int | None = None) -> Iterator[Path]:
    """The draft as a document's folder, which is gone afterwards; `revision` is written in place of its own."""
    values = draft.values if revision is None else draft.values | {"revision": revision}
    with tempfile.TemporaryDirectory(prefix="stepline-draft-") as place:
        folder = Path(place) / draft.document
        folder.mkdir()
        (folder / FILES[draft.kind]).write_text(spell(values), encoding="utf-8")
        for path, digest in draft.media.items():
            target = (folder / path).resolve()
            if target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.hardlink_to(house.media.path(digest))
        yield folder


def submit(house: House, draft: str, comment: str, by: str) -> None:
    """Hand the draft in for review; raises Invalid, naming what is wrong, while it is no valid document."""
    with reading(house.engine) as tx:
        held = read(tx, draft)
    wrong = [each for each in remarks(held) if each.level == "error" and not each.rule]
    if wrong:
        first = wrong[0]
        where = f"step {first.step}: " if first.step else ""
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Invalid(f"{where}{first.message}{more}", first.mend or "mend what is marked in red")
    reviewing.submit(house, draft, comment, by)


def discard(house: House, draft: str, by: str) -> None:
    """Put the draft away; what was written stays in its history."""
    with writing(house.engine) as tx:
        lifecycle.move(tx, house, draft, RevisionState.DISCARDED, by)
    lifecycle.say(house, draft)
