"""Two documents of one kind side by side: what was added, removed, moved and changed, step by step and box by box.

Steps, checks and boxes are known by their lasting identifiers, so that a new order hides no change; pictures are known
by the digests of their files, so that another picture under the same name is another picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from content import briefing
from content.briefing import Brief
from content.checks import Check, Column, Measure, Number, Table, Torque, Vision
from content.comparison import (
    BlockChange,
    BoxChange,
    CheckChange,
    Comparison,
    Digests,
    MediumChange,
    SafetyChange,
    Shares,
    Shown,
    StepChange,
    TextChange,
)
from content.difference import FieldChange, How, changes, field, moved, plain
from content.evidence import limits
from content.instruction import BlockUse, Instruction, Safety, Step
from content.languages import Translated, spoken, texts
from content.media import Medium
from content.sop import Box, Sop
from content.values import CheckId, StepId

NO_DIGESTS: Digests = {}
NO_SHARES: Shares = {}
WORDED = frozenset(
    {"text", "title", "prompt", "summary", "purpose", "scope", "policy", "definitions", "roles"}
)
FLOW = frozenset({"when", "next", "combine", "groups", "group"})
OWN = frozenset({"id", "title", "text", "media", "safety", "checks"})  # of a step: compared each in its way
BAND = ("low", "high", "unit")
HEAD = frozenset({"id", "kind", "revision", "steps", "flow", "blocks", "translations"})


def compare(
    before: Instruction | Sop,
    after: Instruction | Sop,
    digests_before: Digests = NO_DIGESTS,
    digests_after: Digests = NO_DIGESTS,
    shares: Shares = NO_SHARES,
) -> Comparison:
    """What differs; files without a digest are known by their paths. Raises ValueError for two kinds of document.

    `shares` says which steps are a shared block's; of one that it does not name they are known by their prefix.
    """
    if before.kind != after.kind:
        raise ValueError(
            f"{before.id} is a {before.kind} and {after.id} a {after.kind}: they cannot be compared"
        )
    spoken = _translations(before, after)
    every = {step.id for side in (before, after) if isinstance(side, Instruction) for step in side.steps}
    inner = {each.key for each in spoken if _step_of(each.key) in every}
    head = list(changes(before, after, HEAD, WORDED))
    head += _attached(before, after, digests_before, digests_after)
    found = Comparison(
        before=before,
        after=after,
        head=tuple(head),
        translations=tuple(each for each in spoken if each.key not in inner),
    )
    if isinstance(before, Instruction) and isinstance(after, Instruction):
        sides = _Sides(before, after, digests_before, digests_after, _by_step(spoken))
        steps = tuple(sides.steps())
        return _with(found, steps=steps, blocks=tuple(_blocks(before, after, steps, shares)))
    assert isinstance(before, Sop)
    assert isinstance(after, Sop)
    return _with(found, boxes=tuple(_boxes(before, after)))


def _with(found: Comparison, **more: Any) -> Comparison:
    return Comparison(
        before=found.before, after=found.after, head=found.head, translations=found.translations, **more
    )


def _attached(
    before: Instruction | Sop, after: Instruction | Sop, old: Digests, new: Digests
) -> Iterator[FieldChange]:
    """Attachments of the same name that are other files."""
    names = {each.file for each in before.attachments} & {each.file for each in after.attachments}
    for name in sorted(names):
        if old.get(name, name) != new.get(name, name):
            yield FieldChange("attachments", old.get(name, "")[:12], new.get(name, "")[:12], name)


class _Sides:
    """Both documents with the digests of their files, and the translations by step."""

    def __init__(
        self,
        before: Instruction,
        after: Instruction,
        digests_before: Digests,
        digests_after: Digests,
        spoken: Mapping[str, Sequence[TextChange]],
    ) -> None:
        self._before, self._after = before, after
        self._old, self._new = digests_before, digests_after
        self._spoken = spoken

    def steps(self) -> Iterator[StepChange]:
        """Every step of either side."""
        old = {step.id: (number, step) for number, step in enumerate(self._before.steps, start=1)}
        new = {step.id: (number, step) for number, step in enumerate(self._after.steps, start=1)}
        elsewhere = moved(list(old), list(new))
        for name in _merged(list(old), list(new)):
            step = StepId(name)
            yield self._step(step, old.get(step), new.get(step), moved=name in elsewhere)

    def _step(
        self, name: StepId, old: tuple[int, Step] | None, new: tuple[int, Step] | None, *, moved: bool
    ) -> StepChange:
        before, after = old[0] if old else None, new[0] if new else None
        was, now = old[1] if old else None, new[1] if new else None
        if was is None or now is None:
            shown = now if now is not None else was
            assert shown is not None
            return StepChange(id=name, how=_how(was, now), step=shown, before=before, after=after)
        found = self._differing(name, was, now)
        how = How.CHANGED if found else How.MOVED if moved else How.SAME
        return StepChange(id=name, how=how, step=now, before=before, after=after, moved=moved, **found)

    def _differing(self, name: StepId, was: Step, now: Step) -> dict[str, Any]:
        """The aspects of a step that differ, by the names that `StepChange` has for them."""
        found: dict[str, Any] = {
            "media": media(was.media, now.media, self._old, self._new),
            "translations": tuple(self._spoken.get(name, ())),
        }
        found["checks"] = self._checks(was, now)  # also another file under the same name
        if was.plain() != now.plain():
            found["title"] = next(iter(field("title", was.title, now.title, prose=True)), None)
            found["text"] = next(iter(field("text", was.text, now.text, prose=True)), None)
            found["safety"] = _safety(was.safety, now.safety)
            found["flow"] = changes(was, now, frozenset(Step.model_fields) - FLOW)
            found["fields"] = changes(was, now, OWN | FLOW)
        return {aspect: value for aspect, value in found.items() if value}

    def _checks(self, was: Step, now: Step) -> tuple[CheckChange, ...]:
        old = {check.id: check for check in was.checks}
        new = {check.id: check for check in now.checks}
        elsewhere = moved(list(old), list(new))
        found: list[CheckChange] = []
        for name in _merged(list(old), list(new)):
            before, after = old.get(CheckId(name)), new.get(CheckId(name))
            taught = self._taught(before, after)
            if before is None or after is None:
                check = after if after is not None else before
                assert check is not None
                found.append(CheckChange(id=check.id, how=_how(before, after), check=check, taught=taught))
                continue
            fields = tuple(_fields(before, after))
            if fields or taught or name in elsewhere:
                how = How.CHANGED if fields or taught else How.MOVED
                found.append(CheckChange(id=after.id, how=how, check=after, fields=fields, taught=taught))
        return tuple(found)

    def _taught(self, before: Check | None, after: Check | None) -> tuple[str, str] | None:
        """The digests of what a camera was taught, where they differ."""
        pair = _digest_of(before, self._old), _digest_of(after, self._new)
        return None if pair[0] == pair[1] else pair


def _digest_of(check: Check | None, digests: Digests) -> str:
    named = check.taught if isinstance(check, Vision) else None
    return "" if named is None else digests.get(named, named)


def _how(before: object, after: object) -> How:
    return How.ADDED if before is None else How.REMOVED if after is None else How.CHANGED


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The names after, and each that was removed behind the one that it stood behind."""
    merged = list(after)
    held = set(after)
    at = 0
    for name in before:
        if name in held:
            at = merged.index(name) + 1
        else:
            merged.insert(at, name)
            at += 1
    return merged


def media(
    before: Sequence[Medium],
    after: Sequence[Medium],
    old: Digests = NO_DIGESTS,
    new: Digests = NO_DIGESTS,
) -> tuple[MediumChange, ...]:
    """The pictures and videos that differ, each with its counterpart: the same file, the same name, the same place."""
    was = [_shown(medium, old) for medium in before]
    now = [_shown(medium, new) for medium in after]
    pairs: dict[int, int] = {}
    for alike in (_same_file, _same_name, _same_sort):
        for place, shown in enumerate(now):
            free = [at for at, other in enumerate(was) if at not in pairs.values() and alike(other, shown)]
            if place not in pairs and free:
                pairs[place] = free[0]
    kept = [str(pairs[place]) for place in sorted(pairs)]
    elsewhere = moved([str(place) for place in sorted(pairs.values())], kept)
    found: list[MediumChange] = []
    for place, shown in enumerate(now):
        if place not in pairs:
            found.append(MediumChange(how=How.ADDED, after=shown))
            continue
        change = _medium(was[pairs[place]], shown, moved=str(pairs[place]) in elsewhere)
        if change.how is not How.SAME:
            found.append(change)
    left = [shown for place, shown in enumerate(was) if place not in pairs.values()]
    return (*found, *(MediumChange(how=How.REMOVED, before=shown) for shown in left))


def _same_file(a: Shown, b: Shown) -> bool:
    return a.digests == b.digests


def _same_name(a: Shown, b: Shown) -> bool:
    return a.medium.files == b.medium.files


def _same_sort(a: Shown, b: Shown) -> bool:
    return a.moves == b.moves


def _shown(medium: Medium, digests: Digests) -> Shown:
    return Shown(medium=medium, digests=tuple(digests.get(path, path) for path in medium.files))


def _medium(was: Shown, now: Shown, *, moved: bool) -> MediumChange:
    leave = frozenset({"picture", "video", "poster", "annotations"})
    drawn = plain(getattr(was.medium, "annotations", ())) != plain(getattr(now.medium, "annotations", ()))
    replaced, fields = was.digests != now.digests, changes(was.medium, now.medium, leave, frozenset({"alt"}))
    differs = replaced or drawn or fields
    how = How.CHANGED if differs else How.MOVED if moved else How.SAME
    return MediumChange(how=how, before=was, after=now, replaced=replaced, drawn=drawn, fields=fields)


def _safety(before: Sequence[Safety], after: Sequence[Safety]) -> tuple[SafetyChange, ...]:
    """The notices that differ; one that only says something else is paired with the one it was."""
    old = [notice for notice in before if notice not in after]
    new = [notice for notice in after if notice not in before]
    found = [SafetyChange(how=How.CHANGED, before=was, after=now) for was, now in zip(old, new, strict=False)]
    found += [SafetyChange(how=How.REMOVED, before=notice) for notice in old[len(new) :]]
    found += [SafetyChange(how=How.ADDED, after=notice) for notice in new[len(old) :]]
    if not found and tuple(before) != tuple(after):  # another order, or the same notice more than once
        found = [SafetyChange(how=How.MOVED, before=notice, after=notice) for notice in after]
    return tuple(found)


def _fields(before: Check, after: Check) -> Iterator[FieldChange]:
    """What a check asks otherwise; a band in one line, as people know it."""
    if before.kind != after.kind:
        yield FieldChange("kind", before.kind, after.kind)
    told: tuple[str, ...] = ()
    if isinstance(before, Measure | Torque | Number) and isinstance(after, Measure | Torque | Number):
        band = limits(before), limits(after)
        if band[0] != band[1]:
            yield FieldChange("limits", *band)
            told = BAND
    if isinstance(before, Table) and isinstance(after, Table):
        yield from _columns(before.columns, after.columns)
        told = ("columns",)
    yield from changes(before, after, frozenset({"id", "kind", "taught", *told}), WORDED)


def _columns(before: tuple[Column, ...], after: tuple[Column, ...]) -> Iterator[FieldChange]:
    """The columns of a table, each with its limits."""
    old, new = ({column.id: column for column in side} for side in (before, after))
    for each in field("columns", before, after):
        if each.item in old and each.item in new:
            was, now = old[each.item], new[each.item]
            if limits(was) != limits(now):
                yield FieldChange("limits", limits(was), limits(now), now.text)
            told = BAND if limits(was) != limits(now) else ()
            for one in changes(was, now, frozenset({"id", *told})):
                yield FieldChange(one.field, one.before, one.after, item=now.text)
        else:
            yield each


def _blocks(
    before: Instruction, after: Instruction, steps: Sequence[StepChange], shares: Shares
) -> Iterator[BlockChange]:
    """The shared blocks that were put in, taken out, or taken over in another revision."""
    old, new = ({(use.block, use.prefix): use for use in side.blocks} for side in (before, after))
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was == now or (was and now and _same_block(was, now)):
            continue
        block, prefix = key
        named = shares.get(key)
        inside = tuple(
            step
            for step in steps
            if step.how is not How.SAME
            and (
                step.id in named
                if named is not None
                else prefix is not None and step.id.startswith(f"{prefix}-")
            )
        )
        yield BlockChange(
            block=block,
            prefix=prefix,
            how=_how(was, now),
            before=was.revision if was else None,
            after=now.revision if now else None,
            steps=inside,
        )


def _same_block(was: BlockUse, now: BlockUse) -> bool:
    """Whether both show one revision; a digest that only one of them names tells nothing else."""
    return was.revision == now.revision and (was.digest is None or now.digest is None)


def _boxes(before: Sop, after: Sop) -> Iterator[BoxChange]:
    old = {box.id: box for box in before.flow}
    new = {box.id: box for box in after.flow}
    elsewhere = moved(list(old), list(new))
    for name in _merged(list(old), list(new)):
        was, now = old.get(name), new.get(name)
        box = now if now is not None else was
        assert box is not None
        if was is None or now is None:
            yield BoxChange(id=name, how=_how(was, now), box=box)
            continue
        fields = tuple(_box_fields(was, now))
        how = How.CHANGED if fields else How.MOVED if name in elsewhere else How.SAME
        yield BoxChange(id=name, how=how, box=box, moved=name in elsewhere, fields=fields)


def _box_fields(was: Box, now: Box) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*type(was).model_fields, *type(now).model_fields]):
        old, new = getattr(was, name, None), getattr(now, name, None)
        if name == "next":
            before, after = _ways(old or ()), _ways(new or ())
            if before != after:
                yield FieldChange("next", before, after)
        elif name != "id":
            yield from field(name, old, new, prose=name == "title")


def _ways(ways: Sequence[Any]) -> str:
    return ", ".join(way if isinstance(way, str) else f"{way.when} → {way.to}" for way in ways)


def _translations(before: Instruction | Sop, after: Instruction | Sop) -> list[TextChange]:
    found: list[TextChange] = []
    for language in sorted({*before.translations, *after.translations}):
        old, new = spoken(before, language), spoken(after, language)
        ordered = dict.fromkeys([*texts(after), *sorted({*old, *new})]) if old != new else {}
        for key in ordered:
            if old.get(key) != new.get(key):
                words = FieldChange(key, _said(old.get(key)), _said(new.get(key)), language, True)
                found.append(TextChange(language=language, key=key, words=words))
    return found


def _said(text: Translated | None) -> str:
    return "" if text is None else text.text


def _step_of(key: str) -> str | None:
    parts = key.split(".")
    return parts[1] if parts[0] == "steps" and len(parts) > 2 else None


def _by_step(found: Sequence[TextChange]) -> dict[str, list[TextChange]]:
    steps: dict[str, list[TextChange]] = {}
    for each in found:
        if (step := _step_of(each.key)) is not None:
            steps.setdefault(step, []).append(each)
    return steps


def short(comparison: Comparison, language: str = "en") -> tuple[Brief, ...]:
    """What changed, in one line for each changed step: for operators."""
    return briefing.short(comparison, language)
