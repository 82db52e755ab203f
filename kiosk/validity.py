"""How long the station's documents hold, and what a person reads before and after they end."""

from datetime import datetime

from content.ending import Ending, ending
from kiosk.assignment import Assignment
from kiosk.words import say


def over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether it has ended; what has no end never does."""
    return ending(None, expires_at, now) is Ending.OVER


def warning(assignment: Assignment | None, now: datetime, language: str) -> str:
    """What a person should know and do about the end of the assignment in force; empty while it is far off."""
    if assignment is None or assignment.expires_at is None:
        return ""
    until = moment(assignment.expires_at)
    match ending(assignment.issued_at, assignment.expires_at, now):
        case Ending.OVER:
            return say("documents_ended", language, until=until, now=moment(now))
        case Ending.SOON:
            return say("documents_end", language, until=until)
        case Ending.FAR:
            return ""


def refusal(expires_at: datetime | None, now: datetime, language: str) -> str:
    """Why no run begins; empty when one may."""
    return (
        say("start_ended", language, until=moment(expires_at)) if expires_at and over(expires_at, now) else ""
    )


def moment(instant: datetime) -> str:
    """Day and minute as people at this kiosk read them."""
    return f"{instant.astimezone():%Y-%m-%d %H:%M}"
