"""What needs no credentials: health, sign-in, and a kiosk's request to be enrolled."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

import server
from server.api.access import Bearer, InHouse, token_of
from server.api.problems import RESPONSES
from server.errors import SignInNeeded, TooOften
from server.people import enrolment, sessions
from server.people.sessions import Kind, SignInRefused

router = APIRouter(responses=RESPONSES, tags=["public"])


class Health(BaseModel):
    """That the server works, and its clock."""

    ok: bool
    version: str
    time: datetime
    database: str


class SignIn(BaseModel):
    """Who signs in."""

    login: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=500)]


class Session(BaseModel):
    """A token for the API."""

    token: str
    role: str
    expires_at: datetime


class EnrolmentRequest(BaseModel):
    """A kiosk that wants to belong to the plant."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    public_key: dict[str, Any]
    version: Annotated[str, Field(max_length=40)] = ""


class EnrolmentAsked(BaseModel):
    """What the kiosk shows, and the secret it polls with."""

    id: str
    code: str
    secret: str
    url: str
    expires_at: datetime


@router.get("/health")
def health(house: InHouse) -> Health:
    """Whether the server works."""
    return Health(ok=True, version=server.VERSION, time=house.now(), database=house.engine.dialect.name)


@router.post("/session")
def sign_in(house: InHouse, request: Request, who: SignIn) -> Session:
    """Sign in for the API."""
    address = request.client.host if request.client else "?"
    try:
        opened = sessions.sign_in(
            house.engine,
            who.login,
            who.password,
            kind=Kind.API,
            address=address,
            at=house.now(),
            back_off=request.app.state.back_off,
        )
    except SignInRefused as problem:
        if problem.wait:
            raise TooOften(str(problem)) from None
        raise SignInNeeded(str(problem)) from None
    visitor = opened.visitor
    return Session(token=opened.token, role=visitor.role, expires_at=visitor.expires_at)


@router.post("/enrolments", status_code=201)
def ask(house: InHouse, request: Request, asking: EnrolmentRequest) -> EnrolmentAsked:
    """Ask to be enrolled; a person confirms the code in the portal."""
    asked = enrolment.ask(house, asking.name, asking.public_key)
    url = f"{str(request.base_url).rstrip('/')}/stations/enrol?code={asked.code}"
    return EnrolmentAsked(
        id=asked.id, code=asked.code, secret=asked.secret, url=url, expires_at=asked.expires_at
    )


@router.get("/enrolments/{request_id}")
def poll(house: InHouse, request: Request, request_id: str, credentials: Bearer) -> dict[str, Any]:
    """What became of the request: waiting, confirmed (with the credential), refused or expired."""
    broker = house.settings.broker_for(request.url.hostname or "127.0.0.1")
    return enrolment.poll(house, request_id, token_of(credentials), broker)
