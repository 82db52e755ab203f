"""The pages that supervisors, engineers and administrators read and work with."""

from fastapi import FastAPI

from server.house import House
from server.library import planning as planning_of
from server.people.passwords import BackOff
from server.portal import errors
from server.portal.guard import Hardened, Portal
from server.portal.looks import Looks
from server.portal.pages import (
    assisting,
    blocks,
    checking,
    comparing,
    deviations,
    editing,
    enrolling,
    files,
    fleet,
    floor,
    importing,
    library,
    people,
    picturing,
    planning,
    publishing,
    releasing,
    reviewing,
    runs,
    sign_in,
    sourcing,
    stations,
    step_times,
    teaching,
    telling,
    translation,
)

ROUTERS = (
    files.router,
    sign_in.router,
    floor.router,
    library.router,
    comparing.router,
    reviewing.router,
    releasing.router,
    planning.router,
    publishing.router,
    checking.router,
    telling.router,
    editing.router,
    assisting.router,
    blocks.router,
    picturing.router,
    teaching.router,
    translation.router,
    sourcing.router,
    importing.router,
    runs.router,
    deviations.router,
    step_times.router,
    enrolling.router,
    stations.router,
    fleet.router,
    people.router,
)


def mount(app: FastAPI, house: House) -> None:
    """Serve the portal beside what `app` serves already; mount it last, it answers every other address."""
    pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    back_off = getattr(app.state, "back_off", None) or BackOff()
    pages.state.portal = Portal(
        house=house,
        looks=Looks(lambda visitor: planning_of.asks(house, visitor.id, visitor.role)),
        back_off=back_off,
    )
    pages.add_middleware(Hardened)
    errors.install(pages)
    for router in ROUTERS:
        pages.include_router(router)
    app.mount("", pages)
