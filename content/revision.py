"""The life of a revision: its states and the moves between them, one table for both kinds of documents.

draft ──submit──▶ in review ──last approval──▶ approved ──release──▶ released ──newer release──▶ superseded
  ▲                  │                            │                     │  ▲──the newer one is withdrawn──│
  └── take back, changes wanted ◀─────────────────┘                     └────────▶ withdrawn ◀───────┘
"""

from enum import StrEnum


class RevisionState(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


MOVES = frozenset(
    {
        (RevisionState.DRAFT, RevisionState.IN_REVIEW),
        (RevisionState.DRAFT, RevisionState.DISCARDED),
        (RevisionState.IN_REVIEW, RevisionState.DRAFT),
        (RevisionState.IN_REVIEW, RevisionState.APPROVED),
        (RevisionState.APPROVED, RevisionState.DRAFT),
        (RevisionState.APPROVED, RevisionState.RELEASED),
        (RevisionState.RELEASED, RevisionState.SUPERSEDED),
        (RevisionState.RELEASED, RevisionState.WITHDRAWN),
        (RevisionState.SUPERSEDED, RevisionState.WITHDRAWN),
        (RevisionState.SUPERSEDED, RevisionState.RELEASED),  # the newer one was withdrawn
    }
)
OPEN = (RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.APPROVED)


def may_move(before: str, after: str) -> bool:
    """Whether the drawing above has that arrow."""
    return (before, after) in MOVES
