"""How near the end of an assignment is, judged alike at the kiosk that works by it and at the office that renews it."""

from datetime import datetime
from enum import StrEnum

SHARE = 3  # of the validity: people are warned when no more than a third of it is left


class Ending(StrEnum):
    """How near it is."""

    FAR = "far"
    SOON = "soon"
    OVER = "over"


def ending(issued_at: datetime | None, expires_at: datetime | None, now: datetime) -> Ending:
    """How near the end is; what has no end is always far from it."""
    if expires_at is None:
        return Ending.FAR
    if expires_at <= now:
        return Ending.OVER
    return Ending.SOON if expires_at - now <= (expires_at - (issued_at or now)) / SHARE else Ending.FAR
