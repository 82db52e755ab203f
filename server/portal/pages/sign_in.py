"""Signing in and out."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from server.errors import NotAllowed
from server.people.sessions import Kind, SignInRefused, Visitor, close, sign_in
from server.portal.guard import (
    TICKET,
    Posted,
    ThePortal,
    cookie_name,
    local,
    set_cookie,
    signed_in,
    text,
    visitor_of,
)

router = APIRouter()
LONGEST_PASSWORD = 1_000  # characters that are read at all


@router.get("/sign-in")
def ask(request: Request, here: ThePortal) -> Response:
    """The sign-in form; whoever is signed in already goes on."""
    back = local(request.query_params.get("next"))
    if visitor_of(request, here) is not None:
        return RedirectResponse(back, status_code=303)
    return _form(request, here, back=back, login="", refused=None, status=200)


@router.post("/sign-in")
async def answer(request: Request, here: ThePortal) -> Response:
    """Sign in and go on to where the reader wanted to go."""
    form = await request.form(max_files=0, max_fields=10)
    ticket, shown = text(form, "ticket"), request.cookies.get(TICKET, "")
    if not shown or not secrets.compare_digest(ticket.encode(), shown.encode()):
        raise NotAllowed(
            "This form was not shown in this browser, or too long ago.", "Load the sign-in page again."
        )
    login = text(form, "login")
    back = local(text(form, "next", longest=2_000))
    return await _sign_in(request, here, login, text(form, "password", longest=LONGEST_PASSWORD), back)


async def _sign_in(request: Request, here: ThePortal, login: str, password: str, back: str) -> Response:
    house = here.house
    address = request.client.host if request.client is not None else "?"
    try:
        opened = await run_in_threadpool(
            sign_in,
            house.engine,
            login,
            password,
            kind=Kind.PORTAL,
            address=address,
            at=house.now(),
            back_off=here.back_off,
        )
    except SignInRefused as refused:
        status = 429 if refused.wait else 401
        return _form(request, here, back=back, login=login, refused=str(refused), status=status)
    going = RedirectResponse(back, status_code=303)
    set_cookie(going, house, cookie_name(house), opened.token)
    going.delete_cookie(TICKET, path="/")
    return going


@router.post("/sign-out")
def leave(here: ThePortal, visitor: Annotated[Visitor, Depends(signed_in)], _form: Posted) -> Response:
    """End this session."""
    close(here.house.engine, visitor.session)
    gone = RedirectResponse("/sign-in", status_code=303)
    gone.delete_cookie(cookie_name(here.house), path="/", secure=here.house.settings.secure, httponly=True)
    return gone


def _form(
    request: Request, here: ThePortal, *, back: str, login: str, refused: str | None, status: int
) -> Response:
    ticket = request.cookies.get(TICKET) or secrets.token_urlsafe(24)
    page = here.looks.page(
        request, "sign_in.html", status, back=back, login=login, refused=refused, ticket=ticket
    )
    set_cookie(page, here.house, TICKET, ticket, seconds=3600)
    return page
