"""Other systems: every move as an event stream, and the webhooks that are called for each."""

import json
import queue
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from server.api.access import Bearer, ByAdministrator, InHouse, calling_person, token_of
from server.api.problems import RESPONSES
from server.errors import Busy, NotAllowed
from server.house import House
from server.people import keys
from server.people.sessions import Kind, Role, Visitor, find
from server.store.engine import reading
from server.telling import hooks, moves
from server.telling.addresses import LONGEST_URL
from server.telling.moves import Move

router = APIRouter(responses=RESPONSES, tags=["other systems"])
WAIT = 10.0  # s between two signs of life of the event stream
GAP = 0.5  # s until a number that is missing is looked for again
AT_ONCE = 500  # moves that are read together
LISTENERS = CapacityLimiter(
    100
)  # each holds a thread while it waits; beside those that answer everything else
HIGHEST = 2**31 - 1  # of the audit trail's numbers


class HookIn(BaseModel):
    """An address to be told."""

    url: Annotated[str, Field(max_length=LONGEST_URL)]


class HookMade(BaseModel):
    """The new webhook, and the secret of its signatures, which is shown only now."""

    id: int
    secret: str


class HookOut(BaseModel):
    """A webhook: up to which move it was told, how many wait, and what went wrong last."""

    id: int
    url: str
    created_at: datetime
    created_by: str
    told: int
    waiting: int
    failures: int
    last_error: str
    due: datetime | None


def who_listens(house: InHouse, credentials: Bearer) -> Visitor:
    """A supervisor's session, or another system's token."""
    token = token_of(credentials)
    visitor = keys.find_key(house, token, "events") if token.startswith(keys.PREFIX) else None
    if visitor is None:
        visitor = calling_person(house, credentials)
    if not visitor.role.may(Role.SUPERVISOR):
        raise NotAllowed("this needs the role supervisor", "ask an administrator")
    return visitor


@router.get("/events", response_class=StreamingResponse)
def events(
    house: InHouse,
    _by: Annotated[Visitor, Depends(who_listens)],
    credentials: Bearer,
    after: Annotated[int, Query(ge=-1, le=HIGHEST)] = -1,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Every move from now on, or after the move `after`, or after the header Last-Event-ID, as server-sent events."""
    if LISTENERS.available_tokens < 1:
        raise Busy("too many programs listen already", "end one, or use a webhook")
    if last_event_id and last_event_id.isascii() and last_event_id.isdecimal():
        after = min(
            int(last_event_id), HIGHEST
        )  # a program that was cut off; its address still says where it began
    if after < 0:
        with reading(house.engine) as tx:
            after = moves.newest(tx)
    stream = _events(house, token_of(credentials), after)
    return StreamingResponse(
        stream,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(house: House, token: str, after: int) -> AsyncIterator[str]:
    with house.live.listening() as news:
        yield ": connected\nretry: 2000\n\n"
        while await anyio.to_thread.run_sync(_still_signed_in, house, token):
            found, more = await anyio.to_thread.run_sync(_read, house, after)
            for move in found:
                after = move.number
                yield f"id: {move.number}\nevent: audit\ndata: {json.dumps(move.plain(), ensure_ascii=False)}\n\n"
            if more and found:
                continue
            wait = GAP if more else WAIT
            topic = await anyio.to_thread.run_sync(
                _next, news, wait, limiter=LISTENERS, abandon_on_cancel=True
            )
            if topic is None:
                return
            if topic == "silence" and not more:
                yield ": still here\n\n"


def _read(house: House, after: int) -> tuple[list[Move], bool]:
    """The next moves, and whether there are more behind them already."""
    with reading(house.engine) as tx:
        found = moves.moves_after(tx, after, house.now(), AT_ONCE)
        return found, moves.newest(tx) > (found[-1].number if found else after)


def _next(news: "queue.Queue[str | None]", wait: float) -> str | None:
    try:
        return news.get(timeout=wait)
    except queue.Empty:
        return "silence"


def _still_signed_in(house: House, token: str) -> bool:
    if token.startswith(keys.PREFIX):
        return keys.still_holds(house, token, "events", Role.SUPERVISOR)
    visitor = find(house.engine, token, kind=Kind.API, at=house.now())
    return visitor is not None and visitor.role.may(Role.SUPERVISOR)


@router.get("/hooks")
def every_hook(house: InHouse, _by: ByAdministrator) -> list[HookOut]:
    """The addresses that are told of every move."""
    return [HookOut.model_validate(each, from_attributes=True) for each in hooks.hooks(house)]


@router.post("/hooks", status_code=201)
def add_hook(house: InHouse, by: ByAdministrator, given: HookIn) -> HookMade:
    """Tell an address of every move from now on."""
    made = hooks.add(house, given.url, by.id)
    return HookMade(id=made.id, secret=made.secret)


@router.post("/hooks/{hook}/try", status_code=204)
def try_hook(house: InHouse, _by: ByAdministrator, hook: int) -> None:
    """Call it now instead of at its next attempt."""
    hooks.try_now(house, hook)


@router.post("/hooks/{hook}/end", status_code=204)
def end_hook(house: InHouse, by: ByAdministrator, hook: int) -> None:
    """Tell it no more."""
    hooks.end(house, hook, by.id)
