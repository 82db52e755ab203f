"""A draft on its way into review: checked, written as a folder, submitted, or discarded."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from content import gathering, picture
from content.blocks import Block
from content.explaining import explain, path_of
from content.instruction import Instruction
from content.lint.checker import Lint, lint
from content.lint.settings import LintSettings
from content.revision import RevisionState
from content.sop import Sop
from content.values import Piece
from content.writing import spell
from server.errors import Invalid
from server.house import House
from server.library import checking, lifecycle, reviewing
from server.library.drafts import Draft, block_of, read
from server.library.shapes import STEP, Damage
from server.store.engine import reading, writing

KINDS: dict[str, type[Instruction | Sop | Block]] = {
    "work-instruction": Instruction,
    "sop": Sop,
    "block": Block,
}
FILES = {"work-instruction": "instruction.yaml", "sop": "sop.yaml", "block": "block.yaml"}
ABOUT: dict[str, tuple[str, ...]] = {  # the field of a rule that is about a whole step
    "missing-picture": ("media",),
    "missing-standard-time": ("standard_time",),
    "unproved-step": ("checks",),
    "long-step": ("text",),
}
DAMAGED = "damaged"  # the rule of remarks about parts that cannot be read
TAUGHT = picture.FORMATS[picture.TAUGHT][1]  # the media type of what a camera was taught


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to mend in a draft; `step` and the path `at` into it (or into the head) say where it stands."""

    level: Literal["error", "warning", "hint"]
    step: str | None
    field: str
    message: str
    mend: str
    rule: str = ""
    at: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What keeps a draft from its next moves: from review, and from being released after it."""

    review: tuple[str, ...]
    release: tuple[str, ...]


def remarks(
    draft: Draft, site: LintSettings = checking.USUAL, known: frozenset[str] | None = None
) -> tuple[Remark, ...]:
    """What of the draft is damaged or invalid, else what the checker's rules say, as the site wants them."""
    kind = KINDS[draft.kind]
    values = draft.values
    damaged = (*(_damaged(damage) for damage in draft.damages), *_lost_blocks(draft))
    try:
        document = kind.model_validate(values)
    except ValidationError:
        return (*damaged, *(_invalid(values, error, kind) for error in gathering.errors(values, kind)))
    files = tuple(_files(draft))
    return (
        *damaged,
        *files,
        *(
            _owned(draft, _found(each))
            for each in (lint(document, site, known) if not isinstance(document, Block) else ())
        ),
    )


def _damaged(damage: Damage) -> Remark:
    step = damage.part.removeprefix(STEP) if damage.part.startswith(STEP) else None
    mend = "press “Mend this draft”: what was kept last comes back"
    return Remark(level="error", step=step, field="", message=damage.message, mend=mend, rule=DAMAGED)


def _lost_blocks(draft: Draft) -> Iterator[Remark]:
    for step in draft.steps:
        body = draft.parts[STEP + step].body
        if "block" in body and block_of(body) not in draft.shared:
            name, revision = block_of(body)
            message = f"there is no block {name!r} in revision {revision}"
            mend = "take another revision, or take it out"
            yield Remark(level="error", step=step, field="block", message=message, mend=mend, at=("block",))


def _owned(draft: Draft, remark: Remark) -> Remark:
    """A remark about a step of a block stands beside the reference to the block."""
    owner = None if remark.step is None else draft.owner(remark.step)
    if owner == remark.step:
        return remark
    return replace(remark, step=owner, at=("block",), message=f"{remark.step}: {remark.message}")


def _found(each: Lint) -> Remark:
    at = each.remark.at[2:] if each.remark.at[0] == "steps" else each.remark.at
    at = at or ABOUT.get(each.rule, ())
    return Remark(
        level=each.level,
        step=each.step,
        field=".".join(map(str, at)),
        message=each.remark.message,
        mend=each.remark.mend,
        rule=each.rule,
        at=at,
    )


def _invalid(values: dict[str, Any], error: Any, kind: type[Piece]) -> Remark:
    finding = explain("", {}, values, error, kind)
    at = path_of(values, error)
    steps = values.get("steps", [])
    step = None
    if len(at) > 1 and at[0] == "steps" and isinstance(at[1], int) and at[1] < len(steps):
        step = str(steps[at[1]].get("id"))
    field = finding.where.removeprefix(f"steps.{step}").removeprefix(".") if step else finding.where
    return Remark(
        level="error",
        step=step,
        field=field,
        message=finding.message,
        mend=finding.mend,
        at=at[2:] if step else at,
    )


def _files(draft: Draft) -> Iterator[Remark]:
    """Media that are not there, or whose content is not what the step takes them for."""
    named = [
        (step["id"], ("media", place, key), str(medium[key]), wanted)
        for step in draft.values.get("steps", [])
        for place, medium in enumerate(step.get("media", []))
        for key, wanted in (("picture", "image/"), ("poster", "image/"), ("video", "video/"))
        if key in medium
    ]
    named += [
        (step["id"], ("checks", place, "taught"), str(check["taught"]), TAUGHT)
        for step in draft.values.get("steps", [])
        for place, check in enumerate(step.get("checks", []))
        if check.get("taught")
    ]
    attached = draft.head.get("attachments", [])
    named += [
        (None, ("attachments", place, "file"), str(each.get("file")), "")
        for place, each in enumerate(attached)
    ]
    for step, at, path, wanted in named:
        if path not in draft.media:
            yield _wrong_file(step, at, f"the file {path} is not there", "add it, or take it out")
        elif not draft.types.get(path, "").startswith(wanted):
            if wanted == TAUGHT:
                yield _wrong_file(
                    step, at, f"{path} is no taught check", "choose one that a camera was taught"
                )
                continue
            held = "a film" if draft.types.get(path, "").startswith("video/") else "no film"
            what = "film" if wanted == "video/" else "picture"
            yield _wrong_file(
                step, at, f"{path} is taken for a {what}, but the file is {held}", "choose the file anew"
            )


def _wrong_file(step: str | None, at: tuple[str | int, ...], message: str, mend: str) -> Remark:
    return Remark(level="error", step=step, field=".".join(map(str, at)), message=message, mend=mend, at=at)


def gate(found: Sequence[Remark], stuck: Sequence[str] = ()) -> Gate:
    """What blocks the next moves: what is no valid document is not reviewed; findings are not released."""
    errors = [each for each in found if each.level == "error"]
    told = lambda each: f"{each.step}: {each.message}" if each.step else each.message  # noqa: E731
    return Gate(
        review=tuple(told(each) for each in errors if each.rule in {"", DAMAGED}),
        release=(
            *(told(each) for each in errors if each.rule not in {"", DAMAGED}),
            *(f"a path cannot be finished: {why}" for why in stuck),
        ),
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
    wrong = list(gate(remarks(held)).review)
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Invalid(f"{wrong[0]}{more}", "mend what is marked in red")
    reviewing.submit(house, draft, comment, by)


def discard(house: House, draft: str, by: str) -> None:
    """Put the draft away; what was written stays in its history."""
    with writing(house.engine) as tx:
        lifecycle.move(tx, house, draft, RevisionState.DISCARDED, by)
    lifecycle.say(house, draft)
