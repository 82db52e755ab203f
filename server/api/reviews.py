"""Periodic review: when each document is due, what is in doubt, and the signed outcome."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as FromPath
from pydantic import BaseModel, Field

from server.api.access import ByAdministrator, ByEngineer, BySupervisor, InHouse
from server.api.problems import RESPONSES
from server.api.proving import prove
from server.library import planning
from server.reports import reviewing as due
from server.reports.reviewing import Rule
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["periodic review"])
DocumentName = Annotated[str, FromPath(max_length=80)]


class PlannedOut(BaseModel):
    """A document and its next review; `why` says where the interval comes from."""

    document: str
    kind: str
    title: str
    revision: int
    release: str
    looked_at: datetime
    due: datetime
    days: int
    why: str
    state: str


class FlagOut(BaseModel):
    """A document in doubt; `cause` is thing, procedure, deviations or review, empty for a person."""

    id: int
    document: str
    title: str
    kind: str
    reason: str
    cause: str
    hold: bool
    at: datetime
    by: str


class Due(BaseModel):
    """Everything that is to be looked at."""

    planned: list[PlannedOut]
    in_doubt: list[FlagOut]


class OutcomeIn(BaseModel):
    """What came of a review, and the password once more."""

    release: Annotated[str, Field(max_length=80, description="The digest of what was looked at")]
    verdict: str = "right"
    outcome: Annotated[str, Field(max_length=2_000)] = ""
    password: Annotated[str, Field(min_length=1, max_length=500)]


class RuleIn(BaseModel):
    """How documents of a kind are reviewed: an interval, and so many deviations within days; 0: never."""

    days: Annotated[int, Field(ge=1, le=planning.MOST_DAYS)]
    deviations: Annotated[int, Field(ge=0, le=planning.MOST_DEVIATIONS)] = 0
    within: Annotated[int, Field(ge=1, le=planning.MOST_WITHIN)] = 30


class RuleOut(RuleIn):
    """The rule of a kind."""

    kind: str


@router.get("/reviews")
def reviews(house: InHouse, _by: BySupervisor) -> Due:
    """When each document is due for review, the overdue first, and those in doubt."""
    with reading(house.engine) as tx:
        plans, flags = due.planned(tx, house.now()), due.flags(tx)
    return Due(
        planned=[
            PlannedOut.model_validate(
                {name: getattr(plan, name) for name in PlannedOut.model_fields if name != "days"}
                | {"days": plan.interval.days}
            )
            for plan in plans
        ],
        in_doubt=[FlagOut.model_validate(flag, from_attributes=True) for flag in flags],
    )


@router.post("/documents/{document}/reviews", status_code=204)
def sign(house: InHouse, by: ByEngineer, request: Request, document: DocumentName, given: OutcomeIn) -> None:
    """Sign what came of a document's review."""
    prove(house, by, given.password, request)
    planning.sign(house, document, by.id, given.verdict, given.outcome, given.release)


@router.get("/review-rules")
def rules(house: InHouse, _by: BySupervisor) -> list[RuleOut]:
    """How the documents of each kind are reviewed."""
    with reading(house.engine) as tx:
        return [RuleOut.model_validate(rule, from_attributes=True) for rule in due.rules(tx).values()]


@router.put("/review-rules/{kind}", status_code=204)
def decide(house: InHouse, by: ByAdministrator, kind: str, given: RuleIn) -> None:
    """Say how documents of a kind are reviewed."""
    planning.decide(house, Rule(kind=kind, **given.model_dump()), by.id)
