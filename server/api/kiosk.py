"""What a kiosk may: read its assignment, releases and media, deliver records and photos, report itself."""

import gzip
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy import insert, select

from content.chain import Entry
from server.api.access import ByKiosk, InHouse
from server.api.problems import RESPONSES
from server.errors import Invalid, NotThere, TooLarge
from server.house import House
from server.library import assigning, from_stations, issuing
from server.records import reporting
from server.records.ingesting import MOST_ENTRIES, ingest
from server.records.photos import keep_photo
from server.store import tables
from server.store.engine import reading, writing

router = APIRouter(responses=RESPONSES, tags=["kiosk"])
BYTES = {"type": "string", "format": "binary"}
WORTHWHILE = 1024  # bytes, from which on an answer is compressed
FOR_EVER = "private, max-age=31536000, immutable"  # a digest never means anything else


class EntryIn(BaseModel):
    """One record: its number, the hash of the one before, its own, and its canonical text."""

    seq: Annotated[int, Field(ge=1, le=2**53)]
    prev: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    body: Annotated[str, Field(max_length=200_000)]


class Batch(BaseModel):
    """Records of the calling kiosk."""

    entries: list[EntryIn]


class Held(BaseModel):
    """The highest number up to which the server holds every record."""

    held: int


Count = Annotated[int, Field(ge=0, le=2**53)]
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class DeviceReport(BaseModel):
    """One device of the station; the counts are since its kiosk started."""

    name: Annotated[str, Field(max_length=80)]
    kind: Annotated[str, Field(max_length=40)] = ""
    state: Annotated[str, Field(max_length=20)]
    reason: Annotated[str, Field(max_length=500)] = ""
    since: AwareDatetime | None = None  # it is in that state
    last: AwareDatetime | None = None  # reading
    taken: Count = 0
    refused: Count = 0
    losses: Count = 0
    returns: Count = 0
    dropped: Count = 0
    rate: Amount = 0  # readings/s, over ten seconds
    delay: Amount | None = None  # ms from a frame's last byte until the kiosk had its reading, at the median
    delay_99: Amount | None = None  # at the 99th percentile


class RunReport(BaseModel):
    """The run that is on."""

    run: str
    document: str
    step: str | None = None
    state: str


class Status(BaseModel):
    """How the kiosk is."""

    version: Annotated[str, Field(max_length=40)] = ""
    proof: Annotated[str | None, Field(max_length=1_000_000)] = None  # a signed report of what it shows
    releases: Annotated[list[str], Field(max_length=5_000)] = []  # of kiosks that sign none
    counter: int = 0
    undelivered: int = 0
    last_seq: int = 0
    devices: Annotated[list[DeviceReport], Field(max_length=100)] = []
    run: RunReport | None = None
    time: datetime | None = None


class TeachingPicture(BaseModel):
    """Which camera took a picture, when, and whether it shows what is as it has to be."""

    device: Annotated[str, Field(min_length=1, max_length=80)]
    good: bool
    at: AwareDatetime


class ServerTime(BaseModel):
    """The server's clock."""

    time: datetime


_BATCH = TypeAdapter(Batch)
BATCH = {
    "type": "object",
    "required": ["entries"],
    "properties": {
        "entries": {"type": "array", "maxItems": MOST_ENTRIES, "items": EntryIn.model_json_schema()}
    },
}


class Statements(BaseModel):
    """Statements of trust, the oldest first, each a DSSE envelope as text."""

    statements: list[str]


@router.get("/kiosk/trust")
def trust(house: InHouse, _kiosk: ByKiosk, after: Annotated[int, Query(ge=0, le=2**31)] = 0) -> Statements:
    """The signed statements of whom to trust that are newer than version `after`; empty when there is none."""
    return Statements(statements=[each.decode() for each in house.keys.statements(after)])


@router.get("/kiosk/assignment", response_class=Response)
def assignment(house: InHouse, kiosk: ByKiosk, request: Request) -> Response:
    """The station's signed assignment: a DSSE envelope, or the changes to what `Stepline-Holds` says is held."""
    broker = house.settings.broker_for(request.url.hostname or "127.0.0.1")
    # the counter is read first: at worst a kiosk fetches an assignment once more than it had to
    tag = assigning.tag(house, kiosk.station, broker)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    sealed = issuing.issue(house, kiosk.station, broker, request.headers.get("stepline-holds"))
    return _packed(request, sealed, {"ETag": tag, "Cache-Control": "no-cache"})


@router.get("/releases/{digest}", response_class=Response)
def release(house: InHouse, kiosk: ByKiosk, digest: str, request: Request) -> Response:
    """A release of the station's assignment (a DSSE envelope)."""
    a, r = tables.assignments.c, tables.releases.c
    with reading(house.engine) as tx:
        envelope = tx.execute(
            select(r.envelope)
            .join(tables.assignments, a.release == r.digest)
            .where(r.digest == digest, a.station == kiosk.station)
        ).scalar()
    if envelope is None:
        raise NotThere("this release is not assigned to the station", "look at the assignment again")
    return _packed(request, bytes(envelope), {"Cache-Control": FOR_EVER})


def _packed(request: Request, data: bytes, headers: dict[str, str]) -> Response:
    """JSON, compressed for who can read that: signed text in base64 shrinks to less than half."""
    headers |= {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", "") and len(data) > WORTHWHILE:
        data, headers = gzip.compress(data, 6), headers | {"Content-Encoding": "gzip"}
    return Response(data, media_type="application/json", headers=headers)


@router.get("/media/{digest}", response_class=FileResponse)
def media(house: InHouse, kiosk: ByKiosk, digest: str, request: Request) -> Response:
    """A media file of an assigned release; ranges and ETag as HTTP has them."""
    m, a = tables.release_media.c, tables.assignments.c
    with reading(house.engine) as tx:
        kind = tx.execute(
            select(tables.media.c.type)
            .join(tables.release_media, m.media == tables.media.c.digest)
            .join(tables.assignments, a.release == m.release)
            .where(tables.media.c.digest == digest, a.station == kiosk.station)
            .limit(1)
        ).scalar()
    if kind is None:
        raise NotThere("this file is of no release that is assigned to the station")
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{digest}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(house.media.path(digest), media_type=kind, headers=headers)


@router.post(
    "/records",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": BATCH}},
        }
    },
)
async def records(house: InHouse, kiosk: ByKiosk, request: Request) -> Held:
    """Take in records: `{"entries": [{"seq", "prev", "hash", "body"}]}`, at most 1,000 and 4 MiB."""
    data = await request.body()
    return await run_in_threadpool(_take_in, house, kiosk.id, data)


def _take_in(house: House, kiosk: str, data: bytes) -> Held:
    try:
        batch = _BATCH.validate_json(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        _park_malformed(house, kiosk, f"{where}: {first['msg']}", data)
        raise Invalid(f"the batch cannot be read: {where}: {first['msg']}", "see docs/records.md") from None
    if len(batch.entries) > MOST_ENTRIES:
        raise TooLarge(f"the batch has {len(batch.entries):,} records", f"at most {MOST_ENTRIES:,}")
    entries = [Entry(kiosk=kiosk, seq=e.seq, prev=e.prev, hash=e.hash, body=e.body) for e in batch.entries]
    return Held(held=ingest(house, kiosk, entries).held)


def _park_malformed(house: House, kiosk: str, why: str, data: bytes) -> None:
    text = data[:10_000].decode("utf-8", errors="replace").replace("\0", "\ufffd")
    with writing(house.engine) as tx:
        tx.execute(
            insert(tables.parked).values(kiosk=kiosk, reason=why[:500], body=text, received_at=house.now())
        )


@router.put(
    "/evidence/{digest}",
    status_code=204,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {f"image/{kind}": {"schema": BYTES} for kind in ("png", "jpeg", "webp")},
        }
    },
)
async def evidence(house: InHouse, kiosk: ByKiosk, digest: str, request: Request) -> Response:
    """A photo of a reported problem or of a photo check: PNG, JPEG or WebP, at most 10 MiB, named by its SHA-256."""
    data = await request.body()
    await run_in_threadpool(keep_photo, house, kiosk.id, digest, data)
    return Response(status_code=204)


@router.post(
    "/kiosk/teaching",
    status_code=204,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {f"image/{kind}": {"schema": BYTES} for kind in ("png", "jpeg", "webp")},
        }
    },
)
async def teaching(
    house: InHouse, kiosk: ByKiosk, request: Request, told: Annotated[TeachingPicture, Query()]
) -> Response:
    """A picture to teach one of the station's cameras from: PNG, JPEG or WebP, of a good part or of a bad one."""
    data = await request.body()
    sent = from_stations.Sent(device=told.device, good=told.good, at=told.at)
    await run_in_threadpool(from_stations.take_in, house, kiosk, sent, data)
    return Response(status_code=204)


@router.post("/kiosk/status")
def status(house: InHouse, kiosk: ByKiosk, report: Status) -> ServerTime:
    """A kiosk's report of itself; the answer is the server's clock."""
    values: dict[str, Any] = report.model_dump(mode="json", exclude={"proof"})
    reporting.hear(house, kiosk, values, proof=report.proof, counter=report.counter)
    return ServerTime(time=house.now())
