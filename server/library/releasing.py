"""From approved to the floor, and off it: release with its terms, and withdraw."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from content.errors import DocumentError
from content.folder import Document, load
from content.instruction import Instruction
from content.lint.checker import lint
from content.lint.settings import LintSettings
from content.package import Release
from content.revision import RevisionState
from server.audit import note
from server.errors import Conflict, Invalid, NotAllowed, NotThere
from server.house import House
from server.library import checking, doubting, lifecycle, numbering, settling, shared, sharing
from server.library.drafts import Draft, hold, read
from server.library.publishing import publish
from server.library.reasons import insist_on_reason
from server.library.reviewing import insist_on_signatures
from server.library.submitting import as_folder
from server.library.trying import tried, untried
from server.library.withdrawing import take_back
from server.people.sessions import Role
from server.store import tables
from server.store.engine import deciding, reading

Point = Literal["next-run", "next-unit", "at-once"]
POINTS: tuple[Point, ...] = ("next-run", "next-unit", "at-once")
IN_SPITE = "released in spite of findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a release takes effect: when, at which point of a run, to whom first, and what operators confirm.

    `first`: the stations of each stage before everybody; `good_runs`: of a stage, before the next one (0: by hand);
    `most_deviations`: a run on average, above which it stops by itself (0: never); `last_units`: runs that are still
    made under the release before.
    """

    effective_at: datetime | None = None
    point: Point = "next-run"
    acknowledge: bool = False
    first: tuple[tuple[str, ...], ...] = ()
    good_runs: int = 0
    most_deviations: float = 0.0
    last_units: int = 0


def obstacles(document: Document, site: LintSettings = checking.USUAL) -> tuple[str, ...]:
    """What keeps a document from being released: what the site calls an error, and paths that cannot be finished."""
    found = [
        f"{each.step or 'document'}: {each.remark.message}"
        for each in lint(document, site)
        if each.level == "error"
    ]
    if isinstance(document, Instruction):
        found += [f"a path cannot be finished: {path.why}" for path in tried(document).stuck]
    return tuple(found)


def release(  # noqa: PLR0917 - what is released how, by whom
    house: House,
    draft: str,
    by: str,
    role: Role,
    terms: Terms | None = None,
    override: str = "",
    *,
    seen: str | None = None,
) -> Release:
    """Make an approved draft a release, and let it go to its stations; `seen` is the content that was shown.

    Raises:
        Conflict: it is not approved, what was signed or seen is not what it says now, or a comment is open.
        Invalid: the checker or the dry run finds something, and nobody overrides it; the terms are wrong.
        NotAllowed: only an administrator overrides.
    """
    terms = terms or Terms()
    with reading(house.engine) as tx:
        held = read(tx, draft)
        insist_on_signatures(tx, held, seen)
        insist_on_terms(tx, terms)
    number = _free_revision(house, held)
    grown: dict[str, int] = {}

    def conclude(tx: Connection, made: Release) -> None:
        _conclude(tx, house, held, made, by, terms, override, left)
        grown.update(settling.settle_in(tx, house, made.document.id, by=by))

    try:
        with as_folder(house, held, revision=number) as folder:
            document = load(folder)
            _refuse_obstacles(house, document, role, override)
            left = untried(tried(document)) if isinstance(document, Instruction) else ""
            made = publish(house, folder, by, conclude)
    except DocumentError as problem:
        raise Invalid("the document is not in order", "take it back and mend it", problem.findings) from None
    settling.tell(house, grown)
    lifecycle.say(house, draft)
    return made


def insist_on_terms(tx: Connection, terms: Terms) -> None:
    """Refuse terms that make no sense, or name a station that there is not. Raises Invalid."""
    if terms.point not in POINTS:
        raise Invalid(f"there is no point {terms.point!r}", f"one of {', '.join(POINTS)}")
    if terms.good_runs < 0 or terms.most_deviations < 0 or terms.last_units < 0:
        raise Invalid("a number of the terms is below zero", "give 0 for none")
    stages = [station for stage in terms.first for station in set(stage)]
    named = set(stages)
    if twice := next((station for station in named if stages.count(station) > 1), None):
        raise Invalid(f"{twice} stands in two stages", "choose each station once")
    if not all(terms.first):
        raise Invalid("a stage has no station", "choose its stations, or leave it out")
    known = set(tx.execute(select(tables.stations.c.id).where(tables.stations.c.id.in_(named))).scalars())
    if missing := named - known:
        raise Invalid(f"there is no station {min(missing)}", "choose among the stations")


def _free_revision(house: House, held: Draft) -> int:
    with reading(house.engine) as tx:
        highest = numbering.highest(tx, held.document)
    given = held.values.get("revision", 1)
    return max(int(given) if isinstance(given, int) else 1, highest + 1)


def hindrances(tx: Connection, document: Document) -> tuple[str, ...]:
    """What an administrator has to answer for, to release it all the same: obstacles, and retired things."""
    return (*obstacles(document, checking.site(tx).settings), *doubting.retired(tx, document))


def _refuse_obstacles(house: House, document: Document, role: Role, override: str) -> None:
    with reading(house.engine) as tx:
        refuse(hindrances(tx, document), role, override)


def refuse(found: Sequence[str], role: Role, override: str) -> None:
    """Refuse what was found, unless an administrator answers for it. Raises Invalid and NotAllowed."""
    if not found:
        return
    if not override:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise Invalid(f"{found[0]}{more}", "mend it, or an administrator releases it with a reason")
    if role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only an administrator releases in spite of findings.", "Ask one, or mend them.")
    insist_on_reason(
        override, "the reason is too short to be understood later", "say why it may be released so"
    )


def _conclude(  # noqa: PLR0917 - in one transaction: the release, its terms, the draft's state, its roll-out
    tx: Connection, house: House, held: Draft, made: Release, by: str, terms: Terms, override: str, left: str
) -> None:
    hold(tx, held.id)  # between the signatures' check and here somebody may have taken it back and changed it
    insist_on_signatures(tx, read(tx, held.id), lifecycle.content_of(held))
    source = tx.execute(select(tables.drafts.c.source).where(tables.drafts.c.id == held.id)).scalar_one()
    keep_terms(tx, made.digest, terms, draft=held.id, override=override.strip(), source=source)
    why = f"revision {made.document.revision}"
    if left:
        why = f"{why}; {left}"  # nobody is to take for tried what was not
    lifecycle.move(tx, house, held.id, RevisionState.RELEASED, by, why)
    if override:
        note(tx, house.now(), by, IN_SPITE, made.document.id, override.strip())
    start_rollout(tx, house, made, terms)
    if isinstance(made.document, Instruction):
        shared.accept(tx, house, made.document, {file.path: file.digest for file in made.media}, by)
        sharing.taken_over(tx, house, made.document, by)


def keep_terms(tx: Connection, digest: str, terms: Terms, **more: Any) -> None:
    """Write down how a release takes effect, and where it came from."""
    row = {
        "release": digest,
        "effective_at": terms.effective_at,
        "point": terms.point,
        "acknowledge": terms.acknowledge,
        "override": "",
        "source": "{}",
    }
    tx.execute(insert(tables.terms).values(row | more))


def start_rollout(tx: Connection, house: House, made: Release, terms: Terms) -> None:
    """Begin a staged release, where the terms ask for one."""
    if not terms.first and not terms.last_units:
        return
    tx.execute(
        insert(tables.rollouts).values(
            release=made.digest,
            document=made.document.id,
            state="waiting" if terms.last_units else "running",
            stages=json.dumps([list(stage) for stage in terms.first]),
            good_runs=terms.good_runs,
            most_deviations=terms.most_deviations,
            last_units=terms.last_units,
            since=house.now(),
        )
    )


# --- withdraw -------------------------------------------------------------------


def withdraw(house: House, digest: str, reason: str, by: str) -> None:
    """Take a release off the floor: nobody starts it, who works by it is held. Raises NotThere, Conflict, Invalid."""
    reason = insist_on_reason(reason, "say why it is withdrawn", "who stands at the kiosk reads it")
    r = tables.releases.c
    with deciding(house.engine) as tx:
        query = select(r.digest, r.document, r.revision, r.withdrawn_at).where(r.digest == digest)
        row = tx.execute(query).first()
        if row is None:
            raise NotThere("There is no such release.", "Look in the library.")
        if row.withdrawn_at is not None:
            raise Conflict("This release is withdrawn already.", "Load the page again.")
        grown = take_back(tx, house, row, reason, by)
    settling.tell(house, grown)
    house.live.say("library")
