"""Who is calling: the bearer credential of a kiosk or a person."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.errors import NotAllowed, SignInNeeded
from server.house import House
from server.people import enrolment, sessions
from server.people.enrolment import Kiosk
from server.people.sessions import Kind, Role, Visitor

bearer = HTTPBearer(auto_error=False, description="A kiosk's credential, or a token from POST /session")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def house_of(request: Request) -> House:
    """The house this application serves."""
    return request.app.state.house


InHouse = Annotated[House, Depends(house_of)]


def token_of(credentials: HTTPAuthorizationCredentials | None) -> str:
    """The bearer token; raises SignInNeeded when there is none."""
    if credentials is None:
        raise SignInNeeded("no credentials came with the request", "send `Authorization: Bearer …`")
    return credentials.credentials


def calling_kiosk(house: InHouse, credentials: Bearer) -> Kiosk:
    """The kiosk that calls; raises SignInNeeded or Revoked."""
    return enrolment.kiosk_of(house, token_of(credentials))


def calling_person(house: InHouse, credentials: Bearer) -> Visitor:
    """The person who calls; raises SignInNeeded."""
    visitor = sessions.find(house.engine, token_of(credentials), kind=Kind.API, at=house.now())
    if visitor is None:
        raise SignInNeeded("this token is not known or has ended", "sign in again: POST /api/v1/session")
    return visitor


def at_least(role: Role) -> Callable[..., Visitor]:
    """A dependency: the person who calls, who must have `role` or one that reaches it."""

    def allowed(visitor: Annotated[Visitor, Depends(calling_person)]) -> Visitor:
        if not visitor.role.may(role):
            raise NotAllowed(f"this needs the role {role}", "ask an administrator")
        return visitor

    return allowed


ByKiosk = Annotated[Kiosk, Depends(calling_kiosk)]
ByAnybody = Annotated[Visitor, Depends(calling_person)]
BySupervisor = Annotated[Visitor, Depends(at_least(Role.SUPERVISOR))]
ByEngineer = Annotated[Visitor, Depends(at_least(Role.ENGINEER))]
ByAdministrator = Annotated[Visitor, Depends(at_least(Role.ADMINISTRATOR))]
