"""Identifiers of a draft's steps and checks: derived from titles until somebody names them, lasting once released."""

from sqlalchemy import Connection

from content.importing.draft import slug
from content.renaming import check_renamed, step_renamed
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import shapes, todos
from server.library.drafts import Draft, read
from server.library.edits import Change, changes
from server.library.shapes import HEAD, ORDER, STEP
from server.reports import library as shelf
from server.store.engine import reading, writing

LASTS = "The name of what was released lasts: records know it by it."


def lasting(tx: Connection, draft: Draft) -> tuple[str, ...]:
    """The steps, and the checks as `STEP.CHECK`, that the release which the draft was made from has."""
    release = None if draft.based_on is None else shelf.release(tx, draft.based_on)
    steps = getattr(release.document, "steps", ()) if release is not None else ()
    return (
        *(str(step.id) for step in steps),
        *(f"{step.id}.{check.id}" for step in steps for check in step.checks),
    )


def rename_step(house: House, draft: str, step: str, wanted: str | None, by: str) -> str:
    """Call a step `wanted`, or what its title makes; its new name. Whatever names it follows, in one transaction.

    Raises NotThere, Conflict where its name lasts or is taken, and Invalid where it can be no name.
    """
    held, steps = _look(house, draft, step, step)
    body = held.parts[STEP + step].body
    derived = slug(str(body.get("title", "")), "") if wanted is None else wanted
    if not derived or derived == step:
        return step
    new = _free(derived, set(steps) - {step}) if wanted is None else _named(derived, set(steps), "step")
    if STEP + new in held.parts and new not in steps:
        new = _free(new, {part.removeprefix(STEP) for part in held.parts})
    bodies = [held.parts[STEP + each].body for each in steps]
    head, told = step_renamed(held.head, bodies, step, new)
    wanted_parts = [
        Change(part=STEP + new, version=0, body=after)
        if each == step
        else Change(part=STEP + each, version=held.parts[STEP + each].version, body=after)
        for each, before, after in zip(steps, bodies, told, strict=True)
        if each == step or before != after
    ]
    order = Change(
        part=ORDER,
        version=held.parts[ORDER].version,
        body=[new if each == step else each for each in steps],
    )
    changes(house, draft, [*wanted_parts, order, *_head(held, head)], by)
    with writing(house.engine) as tx:
        todos.renamed(tx, draft, step, new)
    return new


def rename_check(house: House, draft: str, step: str, check: str, wanted: str, by: str) -> str:  # noqa: PLR0917
    """Call a check `wanted`; raises as `rename_step` does."""
    held, steps = _look(house, draft, step, f"{step}.{check}")
    checks = [str(each.get("id")) for each in held.parts[STEP + step].body.get("checks", [])]
    if check not in checks:
        raise NotThere("There is no such check in this step.", "Load the page again.")
    if wanted == check:
        return check
    new = _named(wanted, set(checks), "check")
    bodies = [held.parts[STEP + each].body for each in steps]
    head, told = check_renamed(held.head, bodies, step, check, new)
    changed = [
        Change(part=STEP + each, version=held.parts[STEP + each].version, body=after)
        for each, before, after in zip(steps, bodies, told, strict=True)
        if before != after
    ]
    changes(house, draft, [*changed, *_head(held, head)], by)
    return new


def _look(house: House, draft: str, step: str, name: str) -> tuple[Draft, list[str]]:
    with reading(house.engine) as tx:
        held = read(tx, draft)
        lasts = lasting(tx, held)
    if step not in held.steps:
        raise NotThere("There is no such step in this draft.", "Load the page again.")
    if name in lasts:
        raise Conflict(LASTS, "Add a new one and take this one out, if it is another thing.")
    return held, held.steps


def _head(held: Draft, head: dict[str, object]) -> list[Change]:
    return [] if head == held.head else [Change(part=HEAD, version=held.parts[HEAD].version, body=head)]


def _named(name: str, taken: set[str], what: str) -> str:
    if not shapes.NAME.fullmatch(name) or len(name) > shapes.LONGEST_NAME or name == "end":
        raise Invalid(f"{name[:40]!r} can be no name", "use lower-case letters, digits and single hyphens")
    if name in taken:
        raise Conflict(f"There is a {what} {name!r} already.", "Choose another name.")
    return name


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken or found == "end":
        found, number = f"{name}-{number}", number + 1
    return found
