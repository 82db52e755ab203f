"""The floor: every station as it is now, kept up to date over one open connection."""

import queue
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import Any

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from server.people.sessions import Kind, find
from server.portal.guard import Portal, Supervisor, ThePortal, cookie_name
from server.reports.floor import Station, floor
from server.store.engine import reading

router = APIRouter()
BREATH = (
    0.15  # seconds; news of one batch come together, and a page is not drawn more often than eyes can follow
)
LONGEST_SILENCE = 10.0  # seconds; then the page is drawn anew: a kiosk that fell silent is no news by itself
WAITING_ROOM = CapacityLimiter(200)  # readers at a time, beside the threads that make pages


@router.get("/")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """Every station as it is now."""
    return here.looks.page(request, "floor.html", **_values(here))


@router.get("/floor/live", response_class=EventSourceResponse)
async def live(request: Request, here: ThePortal, _visitor: Supervisor) -> AsyncIterator[ServerSentEvent]:
    """The stations' cards, anew whenever something happened."""
    token = request.cookies.get(cookie_name(here.house), "")
    with here.house.live.listening() as news:
        while await anyio.to_thread.run_sync(_still_signed_in, here, token):
            cards = await anyio.to_thread.run_sync(_cards, here)
            yield ServerSentEvent(raw_data=cards)
            if not await _something_happened(news):
                return


async def _something_happened(news: "queue.Queue[str | None]") -> bool:
    """Wait for news, or long enough; False when the server is ending."""
    topic = await anyio.to_thread.run_sync(_next, news, limiter=WAITING_ROOM, abandon_on_cancel=True)
    if topic is None:
        return False
    await anyio.sleep(BREATH)
    while not news.empty():
        if news.get_nowait() is None:
            return False
    return True


def _next(news: "queue.Queue[str | None]") -> str | None:
    try:
        return news.get(timeout=LONGEST_SILENCE)
    except queue.Empty:
        return "silence"


def _still_signed_in(here: Portal, token: str) -> bool:
    return find(here.house.engine, token, kind=Kind.PORTAL, at=here.house.now()) is not None


def _cards(here: Portal) -> str:
    return here.looks.render("_cards.html", **_values(here))


def _values(here: Portal) -> dict[str, Any]:
    now = here.house.now()
    with reading(here.house.engine) as tx:
        stations = floor(tx, now)
    return {"areas": _areas(stations), "totals": _totals(stations), "now": now}


def _areas(stations: Sequence[Station]) -> list[tuple[str, list[Station]]]:
    return [(area, list(group)) for area, group in groupby(stations, key=_place)]


def _place(station: Station) -> str:
    return " · ".join(part for part in (station.area, station.line) if part)


def _totals(stations: Sequence[Station]) -> dict[str, int]:
    kiosks = [kiosk for station in stations for kiosk in station.kiosks]
    return {
        "stations": len(stations),
        "running": sum(station.run is not None and station.run.state == "running" for station in stations),
        "held": sum(station.run is not None and station.run.state == "held" for station in stations),
        "offline": sum(not kiosk.online for kiosk in kiosks),
        "open": sum(station.open_deviations for station in stations),
        "undelivered": sum(kiosk.undelivered for kiosk in kiosks),
    }
