"""Moves: what the audit trail tells other systems, in order and without gaps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from server.store.tables import audit

PATIENCE = timedelta(
    seconds=30
)  # longer than any transaction lasts: a number still missing then was never used

TYPES = {  # Never change a name; only add.
    "draft begun": "draft.begun",
    "draft draft": "draft.taken-back",
    "draft in-review": "draft.submitted",
    "draft approved": "draft.approved",
    "draft released": "draft.released",
    "draft discarded": "draft.discarded",
    "draft superseded": "draft.superseded",
    "commented": "draft.commented",
    "settled a comment": "draft.comment-settled",
    "released": "release.released",
    "released in spite of findings": "release.overridden",
    "history brought in": "document.history-brought-in",
    "took effect": "release.took-effect",
    "rolled out": "release.rolled-out",
    "roll-out stopped": "release.roll-out-stopped",
    "withdrawn": "release.withdrawn",
    "restored": "release.restored",
    "superseded": "release.superseded",
    "in force again": "release.in-force-again",
    "placed": "document.placed",
    "no longer placed": "document.no-longer-placed",
    "needs review": "document.in-doubt",
    "held for review": "document.held",
    "hold lifted": "document.hold-lifted",
    "reviewed": "document.reviewed",
    "review soon": "document.review-soon",
    "review overdue": "document.review-overdue",
    "review rule": "document.review-rule",
    "block kept": "block.kept",
    "threw away": "library.pictures-thrown-away",
    "block proposed": "block.proposed",
    "registered": "thing.registered",
    "changed": "thing.changed",
    "reviewed deviation": "deviation.reviewed",
    "assigned": "station.assigned",
    "makes": "station.makes",
    "created station": "station.created",
    "renamed station": "station.renamed",
    "raised the counter": "station.counter-raised",
    "wrote package": "station.package-written",
    "enrolled kiosk": "kiosk.enrolled",
    "refused kiosk": "kiosk.refused",
    "renamed kiosk": "kiosk.renamed",
    "revoked kiosk": "kiosk.revoked",
    "took records from a stick": "kiosk.records-carried",
    "added person": "person.added",
    "deactivated person": "person.deactivated",
    "changed person": "person.changed",
    "reactivated person": "person.reactivated",
    "changed password": "person.password-changed",
    "absence": "person.away",
    "absence ended": "person.back",
    "policy": "policy.changed",
    "checker changed": "checker.changed",
    "made a token": "token.made",
    "revoked a token": "token.revoked",
    "renewed trust": "keys.trust-renewed",
    "rotated keys": "keys.rotated",
    "took in": "media.taken-in",
    "taught": "draft.camera-taught",
    "added a webhook": "webhook.added",
    "ended a webhook": "webhook.ended",
}
OTHER = "audit.noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One entry of the audit trail; numbers grow, and may be left out."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    detail: str

    @property
    def type(self) -> str:
        """Its lasting name, for programs."""
        if self.what.startswith("signed "):
            return "draft.signed"
        return TYPES.get(self.what, OTHER)

    def plain(self) -> dict[str, Any]:
        """As other systems get it."""
        return {
            "id": self.number,
            "type": self.type,
            "at": self.at.isoformat(),
            "who": self.who,
            "what": self.what,
            "subject": self.subject,
            "detail": self.detail,
        }


def moves_after(tx: Connection, after: int, now: datetime, most: int) -> list[Move]:
    """The moves after a number, in order.

    PostgreSQL gives numbers before it commits: a later one can be there first. Nobody is told of it before the
    missing one has come, or cannot come any more; else that one would never be told.
    """
    rows = tx.execute(select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(most)).all()
    found: list[Move] = []
    expected = after + 1
    for row in rows:
        if row.id != expected and now - row.at < PATIENCE:
            break
        expected = row.id + 1
        found.append(
            Move(
                number=row.id,
                at=row.at,
                who=row.who,
                what=row.what,
                subject=row.subject,
                detail=row.detail,
            )
        )
    return found


def newest(tx: Connection) -> int:
    """The number of the newest move; 0 before the first."""
    return int(tx.execute(select(func.max(audit.c.id))).scalar() or 0)
