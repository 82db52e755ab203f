"""What documents refer to: registered, changed, retired, and every document and step that this concerns."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from server.api.access import ByEngineer, BySupervisor, InHouse
from server.api.problems import RESPONSES
from server.errors import NotThere
from server.library import doubting
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["impact"])
ThingName = Annotated[str, Field(min_length=1, max_length=doubting.LONGEST_ID)]
Version = Annotated[str, Field(max_length=doubting.LONGEST_ID)]


class ThingIn(BaseModel):
    """A tool, part, equipment, software or standard; `id` is what documents call it."""

    id: ThingName
    kind: str
    name: Annotated[str, Field(min_length=1, max_length=doubting.LONGEST_NAME)]
    version: Version = ""


class ThingOut(ThingIn):
    """A registered thing, `active` or `retired`."""

    state: str


class ChangeIn(BaseModel):
    """A new version of a thing, or its end; `hold`: documents of high risk wait until somebody has looked."""

    id: ThingName
    version: Version = ""
    retire: bool = False
    hold: bool = False


class UseOut(BaseModel):
    """A document that refers to a thing, and the steps that do."""

    document: str
    kind: str
    title: str
    revision: int
    risk_class: str
    steps: list[str]


@router.get("/things")
def every_thing(house: InHouse, _by: BySupervisor) -> list[ThingOut]:
    """Everything that documents refer to."""
    with reading(house.engine) as tx:
        return [ThingOut.model_validate(each, from_attributes=True) for each in doubting.things(tx)]


@router.post("/things", status_code=201)
def register(house: InHouse, by: ByEngineer, thing: ThingIn) -> ThingOut:
    """Register a thing."""
    doubting.register(house, thing.id, thing.kind, thing.name, thing.version, by.id)
    return ThingOut(**thing.model_dump(), state="active")


@router.get("/things/uses")
def uses(
    house: InHouse,
    _by: BySupervisor,
    thing: Annotated[str, Query(alias="id", min_length=1, max_length=doubting.LONGEST_ID)],
) -> list[UseOut]:
    """Every document and step that refers to a thing."""
    with reading(house.engine) as tx:
        if all(each.id != thing for each in doubting.things(tx)):
            raise NotThere(f"{thing} is not registered", "register it first")
        return [_use(each) for each in doubting.uses(tx, thing)]


@router.post("/things/changes")
def change(house: InHouse, by: ByEngineer, given: ChangeIn) -> list[UseOut]:
    """Note a new version of a thing, or its end; the documents that are in doubt now."""
    found = doubting.change(house, given.id, given.version, by.id, retire=given.retire, hold=given.hold)
    return [_use(each) for each in found]


def _use(each: doubting.Use) -> UseOut:
    return UseOut.model_validate(each, from_attributes=True)
