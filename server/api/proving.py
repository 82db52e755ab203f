"""The password once more, under a signature: a program may hold a token for hours."""

from fastapi import Request

from server.errors import SignInNeeded, TooOften
from server.house import House
from server.people import sessions
from server.people.sessions import SignInRefused, Visitor


def prove(house: House, by: Visitor, password: str, request: Request) -> None:
    """Whether it is this person's password; raises SignInNeeded and TooOften."""
    address = request.client.host if request.client else ""
    try:
        sessions.prove(house.engine, by.id, password, address, house.now(), request.app.state.back_off)
    except SignInRefused as problem:
        kind = TooOften if problem.wait else SignInNeeded
        raise kind(str(problem), "type your own password again") from None
