"""Who may see a page and post a form: session cookie, role, CSRF token, and every answer's headers."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import NotAllowed, Refused, TooLarge
from server.house import House
from server.library.taking import LARGEST_UPLOAD
from server.people.passwords import BackOff
from server.people.sessions import Kind, Role, Visitor, find
from server.portal.looks import Looks
from server.portal.presence import Presence

COOKIE = "stepline"
TICKET = "stepline-sign-in"  # ties the sign-in form to the browser that it was shown in
LARGEST_FORM = 1_000  # fields
LARGEST_BODY = 1 << 20  # bytes; the longest comment has 4,000 characters
UPLOADS = re.compile(r"/import|/drafts/[^/]+/(?:pictures|attachments|translation|vision/(?:pictures|file))")
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SignInFirst(Exception):
    """The page needs a session; `back` is the local path to come back to."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What every page needs: the house, how pages look, and how often somebody guessed a password."""

    house: House
    looks: Looks
    back_off: BackOff
    presence: Presence = field(default_factory=Presence)


class Hardened:
    """ASGI middleware: the content security policy on every answer, and an end to bodies that never end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count what comes in, add the headers to the answer's start."""
        taken = 0
        largest = LARGEST_UPLOAD if UPLOADS.fullmatch(str(scope.get("path", ""))) else LARGEST_BODY

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise TooLarge(
                    "This form is larger than any of the portal's forms can be.", "Send less at a time."
                )
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receiving, sending)


def portal(request: Request) -> Portal:
    """The portal that serves this request."""
    return request.app.state.portal


ThePortal = Annotated[Portal, Depends(portal)]


def cookie_name(house: House) -> str:
    """The session cookie's name; over TLS the prefix binds it to this very host (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{COOKIE}" if house.settings.secure else COOKIE


def set_cookie(answer: Response, house: House, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send along with a form."""
    answer.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=house.settings.secure
    )


def visitor_of(request: Request, here: Portal) -> Visitor | None:
    """Who is signed in, if anybody."""
    token = request.cookies.get(cookie_name(here.house))
    return None if token is None else find(here.house.engine, token, kind=Kind.PORTAL, at=here.house.now())


def signed_in(request: Request, here: ThePortal) -> Visitor:
    """Who is signed in; raises SignInFirst."""
    visitor = visitor_of(request, here)
    if visitor is None:
        query = f"?{request.url.query}" if request.url.query else ""
        raise SignInFirst(request.url.path + query if request.method == "GET" else "/")
    request.state.visitor = visitor
    return visitor


def at_least(role: Role) -> Callable[..., Visitor]:
    """A dependency: the visitor, who must have `role` or one that reaches it."""

    def allowed(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
        if not visitor.role.may(role):
            msg = f"This page is for the role {role.value}; you are signed in as {visitor.role.value}."
            raise NotAllowed(
                msg,
                "Ask an administrator if you need it.",
            )
        return visitor

    return allowed


async def posted(request: Request, visitor: Annotated[Visitor, Depends(signed_in)]) -> FormData:
    """The posted form; raises NotAllowed unless it carries the session's own CSRF token."""
    return await _form(request, visitor, files=0)


async def posted_file(request: Request, visitor: Annotated[Visitor, Depends(signed_in)]) -> FormData:
    """The same of a form with one file in it."""
    return await _form(request, visitor, files=1)


async def _form(request: Request, visitor: Visitor, files: int) -> FormData:
    form = await request.form(max_files=files, max_fields=LARGEST_FORM)
    given = request.headers.get("X-CSRF-Token") or form.get("csrf")
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), visitor.csrf.encode()):
        raise NotAllowed(
            "This form did not come from a page that the portal showed you, or you signed in anew since.",
            "Go back, load the page again and repeat.",
        )
    return form


Posted = Annotated[FormData, Depends(posted)]
PostedFile = Annotated[FormData, Depends(posted_file)]
Supervisor = Annotated[Visitor, Depends(at_least(Role.SUPERVISOR))]
Engineer = Annotated[Visitor, Depends(at_least(Role.ENGINEER))]
Administrator = Annotated[Visitor, Depends(at_least(Role.ADMINISTRATOR))]


def text(form: FormData, name: str, *, longest: int = 200) -> str:
    """A field of a form, without blanks at its ends; empty when absent. Raises Refused when too long."""
    value = form.get(name)
    trimmed = value.strip() if isinstance(value, str) else ""
    if len(trimmed) > longest:
        msg = f"“{name}” is longer than {longest} characters."
        raise Refused(msg, "Shorten it.")
    return trimmed


def local(path: str | None) -> str:
    """`path` when it stays on this server, else the floor: nobody is sent elsewhere by a forged link."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in path):
        return "/"
    return path


def sign_in_address(back: str) -> str:
    """The sign-in page, which leads back."""
    return "/sign-in" if back == "/" else f"/sign-in?next={quote(back, safe='')}"
