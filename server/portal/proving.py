"""The password once more, under a signature: who signed in may have left the desk since."""

from fastapi import Request

from server.errors import NotAllowed, TooOften
from server.people import sessions
from server.people.sessions import SignInRefused
from server.portal.guard import Portal


def prove(request: Request, here: Portal, person: str, password: object) -> None:
    """Whether it is this person's password; raises NotAllowed and TooOften."""
    address = request.client.host if request.client else ""
    given = password if isinstance(password, str) else ""
    try:
        sessions.prove(here.house.engine, person, given, address, here.house.now(), here.back_off)
    except SignInRefused as problem:
        kind = TooOften if problem.wait else NotAllowed
        raise kind(str(problem), "Type the password that you sign in with.") from None
