"""What people's tools may: stations, people, enrolment, publishing and assignments, by role."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi import Path as FromPath
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.background import BackgroundTask

from content.values import Slug
from server.api.access import ByAdministrator, ByAnybody, ByEngineer, BySupervisor, InHouse
from server.api.problems import RESPONSES
from server.errors import Invalid, TooLarge
from server.library import assigning, bringing, exporting
from server.library.archives import LARGEST_ARCHIVE, unpack
from server.people import enrolment, roster
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["office"])
MOST_RELEASES = 5_000  # of one station; a kiosk reports as many
DocumentName = Annotated[str, FromPath(max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class StationIn(BaseModel):
    """A station to be."""

    id: Slug
    name: Name
    line: Annotated[str, Field(max_length=120)] = ""
    area: Annotated[str, Field(max_length=120)] = ""


class StationOut(StationIn):
    """A station and the counter of its assignment."""

    counter: int


class PersonIn(BaseModel):
    """A person to be; a badge for kiosks, a login and password for the portal."""

    id: Slug
    name: Name
    role: Role
    login: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    password: str | None = None
    badge: Annotated[str | None, Field(min_length=4, max_length=64)] = None
    pin: str | None = None


class Added(BaseModel):
    """The new person's identifier."""

    id: str


class Confirmation(BaseModel):
    """The code that a kiosk shows, and the station it is to stand at."""

    code: Annotated[str, Field(max_length=20)]
    station: str


class Refusal(BaseModel):
    """The code of a kiosk that is to be turned away."""

    code: Annotated[str, Field(max_length=20)]


class Named(BaseModel):
    """A new name."""

    name: Name


class Enrolled(BaseModel):
    """The new kiosk."""

    kiosk: str


class WaitingKiosk(BaseModel):
    """A kiosk that asks to be enrolled."""

    code: str
    name: str
    state: str
    expires_at: datetime


class WaitingKiosks(BaseModel):
    """Every kiosk that asks."""

    enrolments: list[WaitingKiosk]


class Assignment(BaseModel):
    """What a station must hold: release digests, or documents whose latest release is meant."""

    releases: Annotated[list[str] | None, Field(max_length=MOST_RELEASES)] = None
    documents: Annotated[list[str] | None, Field(max_length=MOST_RELEASES)] = None


class Counter(BaseModel):
    """An assignment's counter."""

    counter: int


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, _by: ByAnybody) -> JSONResponse:
    """This API's own description."""
    return JSONResponse(request.app.openapi() | {"servers": [{"url": request.scope["root_path"]}]})


@router.get("/stations")
def stations(house: InHouse, _by: BySupervisor) -> list[StationOut]:
    """Every station."""
    with reading(house.engine) as tx:
        rows = tx.execute(select(tables.stations).order_by(tables.stations.c.id))
        return [StationOut(**row) for row in rows.mappings()]


@router.post("/stations", status_code=201)
def create_station(house: InHouse, by: ByAdministrator, station: StationIn) -> StationIn:
    """Add a station."""
    assigning.create_station(house, station.id, station.name, station.line, station.area, by.id)
    return station


@router.put("/stations/{station}/assignment")
def assign(house: InHouse, by: ByEngineer, station: str, wanted: Assignment) -> Counter:
    """Say what a station must hold."""
    if (wanted.releases is None) == (wanted.documents is None):
        raise Invalid("give either `releases` or `documents`")
    if wanted.releases is not None:
        return Counter(counter=assigning.assign(house, station, wanted.releases, by.id))
    return Counter(counter=assigning.assign_documents(house, station, wanted.documents or [], by.id))


@router.post("/people", status_code=201)
def add_person(house: InHouse, by: ByAdministrator, person: PersonIn) -> Added:
    """Add a person."""
    roster.add_person(
        house,
        person.id,
        person.name,
        person.role,
        by.id,
        login=person.login,
        password=person.password,
        badge=person.badge,
        pin=person.pin,
    )
    return Added(id=person.id)


@router.get("/enrolments")
def waiting(house: InHouse, _by: ByAdministrator) -> WaitingKiosks:
    """The kiosks that ask to be enrolled."""
    found = [
        WaitingKiosk(code=row.code, name=row.name, state=row.state, expires_at=row.expires_at)
        for row in enrolment.waiting(house)
    ]
    return WaitingKiosks(enrolments=found)


@router.post("/enrolments/confirm")
def confirm(house: InHouse, by: ByAdministrator, confirmation: Confirmation) -> Enrolled:
    """Let a kiosk in."""
    return Enrolled(kiosk=enrolment.confirm(house, confirmation.code, confirmation.station, by.id))


@router.post("/enrolments/refuse", status_code=204)
def refuse(house: InHouse, by: ByAdministrator, refusal: Refusal) -> None:
    """Turn a kiosk away."""
    enrolment.refuse(house, refusal.code, by.id)


@router.post("/kiosks/{kiosk}/revoke", status_code=204)
def revoke(house: InHouse, by: ByAdministrator, kiosk: str) -> None:
    """Take a kiosk's credential back; what it recorded stays."""
    enrolment.revoke(house, kiosk, by.id)


@router.put("/kiosks/{kiosk}/name", status_code=204)
def rename(house: InHouse, by: ByAdministrator, kiosk: str, named: Named) -> None:
    """Give a kiosk another name."""
    enrolment.rename(house, kiosk, named.name, by.id)


@router.get(
    "/documents/{document}/history",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "A folder for each release"}},
)
def history(house: InHouse, _by: ByEngineer, document: DocumentName) -> FileResponse:
    """Every release of a document as plain folders, in a zip archive."""
    with tempfile.TemporaryDirectory(prefix="stepline-history-") as place:
        exporting.export(house, document, Path(place))
        handle, name = tempfile.mkstemp(prefix="stepline-history-", suffix=".zip")
        os.close(handle)
        file = Path(name)
        exporting.packed(Path(place), file)
    return FileResponse(
        file, media_type="application/zip", filename=f"{document}.zip", background=BackgroundTask(file.unlink)
    )


class BroughtOut(BaseModel):
    """What came with a history."""

    document: str
    revisions: list[int]


@router.post("/documents/{document}/history", status_code=201)
def bring(
    house: InHouse,
    by: ByAdministrator,
    document: DocumentName,
    archive: Annotated[UploadFile, File(description="A zip archive of a history's folder")],
    because: Annotated[str, Form(max_length=2_000)],
) -> BroughtOut:
    """Take in a document's history from another server, as it was exported there; an administrator answers for it."""
    data = archive.file.read(LARGEST_ARCHIVE + 1)
    if len(data) > LARGEST_ARCHIVE:
        raise TooLarge("the archive is too large", f"at most {LARGEST_ARCHIVE:,} bytes")
    with tempfile.TemporaryDirectory(dir=house.settings.data) as folder:
        made = bringing.bring(house, unpack(data, Path(folder)), document, because, by.id)
    return BroughtOut(document=document, revisions=[each.document.revision for each in made])
