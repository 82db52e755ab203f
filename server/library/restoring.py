"""Roll back: the content of an earlier release is released anew under the next number, through the gate of any release.

It was approved once, but by the policy and the checker of then: what is asked for now has to hold now.
"""

from sqlalchemy import Connection, Row, func, select

from content import package
from content.instruction import Instruction
from content.package import Release
from server.audit import note
from server.errors import Conflict, NotThere
from server.house import House
from server.library import numbering, releasing, reviewing, settling, sharing
from server.library.publishing import keep
from server.library.reasons import insist_on_reason
from server.library.releasing import IN_SPITE, Terms
from server.people.sessions import Role
from server.store import tables
from server.store.engine import deciding, reading


def against(house: House, digest: str) -> tuple[str, ...]:
    """What an administrator has to answer for, to bring the content back all the same. Raises NotThere and Conflict."""
    with reading(house.engine) as tx:
        row = _earlier(tx, digest)
        return _against(tx, row, package.read_payload(row.payload.encode()))


def restore(  # noqa: PLR0917 - what comes back how, who says so and why
    house: House,
    digest: str,
    by: str,
    role: Role,
    reason: str,
    terms: Terms | None = None,
    override: str = "",
) -> Release:
    """Release the content of an earlier release anew, by its own terms.

    Raises:
        NotThere: there is no such release.
        Conflict: it was withdrawn, or is the newest already.
        Invalid: no reason, wrong terms, or something stands against it and nobody overrides that.
        NotAllowed: only an administrator overrides.
    """
    reason = insist_on_reason(reason, "say why the earlier content comes back", "the release keeps it")
    terms, override = terms or Terms(), override.strip()
    with deciding(house.engine) as tx:
        row = _earlier(tx, digest)
        releasing.insist_on_terms(tx, terms)
        held = package.read_payload(row.payload.encode())
        found = _against(tx, row, held)
        releasing.refuse(found, role, override)
        number = numbering.highest(tx, row.document) + 1
        made, payload = _anew(held, number)
        keep(tx, house, made, payload, by)
        releasing.keep_terms(tx, made.digest, terms, restores=digest, override=override if found else "")
        told = f"revision {row.revision} as {number}: {reason}"
        note(tx, house.now(), by, "restored", row.document, told)
        if found:
            note(tx, house.now(), by, IN_SPITE, row.document, override)
        releasing.start_rollout(tx, house, made, terms)
        if isinstance(made.document, Instruction):
            sharing.taken_over(tx, house, made.document, by)
            sharing.left_behind(tx, house, made.document, by)
        grown = settling.settle_in(tx, house, made.document.id, by=by)
    settling.tell(house, grown)
    house.live.say("library")
    return made


def _earlier(tx: Connection, digest: str) -> Row[tuple[object, ...]]:
    """The release, which is not the newest. Raises NotThere and Conflict."""
    r = tables.releases.c
    row = tx.execute(select(tables.releases).where(r.digest == digest)).first()
    if row is None:
        raise NotThere("There is no such release.", "Look in the library.")
    highest = int(tx.execute(select(func.max(r.revision)).where(r.document == row.document)).scalar_one())
    if row.withdrawn_at is not None:
        raise Conflict("This release was withdrawn; its content may not come back.", "Choose another one.")
    if row.revision == highest:
        raise Conflict("This is the newest release already.", "Choose an earlier one, or withdraw it.")
    return row


def _against(tx: Connection, row: Row[tuple[object, ...]], held: Release) -> tuple[str, ...]:
    lacking = reviewing.lacking(tx, row.digest, held.document)
    return (
        *(f"it lacks a signature that is asked for now: {stage}" for stage in lacking),
        *releasing.hindrances(tx, held.document),
    )


def _anew(held: Release, revision: int) -> tuple[Release, bytes]:
    document = type(held.document).model_validate(held.document.plain() | {"revision": revision})
    payload = package.payload(document, held.media)
    return Release(digest=package.digest_of(payload), document=document, media=held.media), payload
