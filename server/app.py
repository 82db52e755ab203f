"""The server as an ASGI application: the API under /api/v1 and the portal beside it."""

from fastapi import FastAPI

import server
from server import portal
from server.api import (
    checking,
    impact,
    kiosk,
    media,
    office,
    problems,
    public,
    publishing,
    reports,
    reviews,
    telling,
)
from server.api.limits import BodyLimit
from server.house import House
from server.people.passwords import BackOff


def create_app(house: House) -> FastAPI:
    """The application for one house."""
    back_off = BackOff()
    api = FastAPI(
        title="Stepline",
        version=server.VERSION,
        description="Kiosks, publishing and records of a plant. Refusals are RFC 9457 problem details.",
        openapi_url=None,  # api/office.py serves it to who may; these pages would load foreign scripts
    )
    api.state.house = house
    api.state.back_off = back_off
    problems.install(api)
    for router in (
        public.router,
        kiosk.router,
        office.router,
        impact.router,
        publishing.router,
        media.router,
        reports.router,
        reviews.router,
        checking.router,
        telling.router,
    ):
        api.include_router(router)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    app.state.back_off = back_off
    app.add_middleware(BodyLimit)
    app.mount("/api/v1", api)
    portal.mount(app, house)
    return app
