"""What the site wants of the checker."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from content.lint.settings import LintSettings
from server.api.access import ByAdministrator, BySupervisor, InHouse
from server.api.problems import RESPONSES
from server.library import checking
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["checker"])


class SiteOut(BaseModel):
    """The settings that hold; `at` and `by` say since when, and who wanted it so: nothing where they are the usual."""

    settings: LintSettings
    at: datetime | None
    by: str


@router.get("/checker")
def site(house: InHouse, _by: BySupervisor) -> SiteOut:
    """What the site wants of the checker."""
    with reading(house.engine) as tx:
        held = checking.site(tx)
    return SiteOut(settings=held.settings, at=held.at, by=held.by)


@router.put("/checker", status_code=204)
def decide(house: InHouse, by: ByAdministrator, given: LintSettings) -> None:
    """Let these settings hold from now on, in place of all that held before."""
    checking.decide(house, given, by.id)
