"""How much a request may send, counted while it comes in: nobody fills memory or disk by promising little."""

import contextlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import problem
from server.library.archives import LARGEST_ARCHIVE
from server.library.taking import LARGEST_UPLOAD

LARGEST_BODY = 1024 * 1024  # bytes of a form or of JSON
LARGEST_BATCH = 4 * 1024 * 1024  # bytes of records
LARGEST_PHOTO = 10 * 1024 * 1024  # bytes
AROUND = 64 * 1024  # bytes of a form around its file
API = "/api/v1/"
PORTAL = re.compile(r"/import|/drafts/[^/]+/(?:pictures|attachments|translation)")  # pages that take files
LIMITS = {  # by the part of the path that follows the API's own
    "records": LARGEST_BATCH,
    "evidence": LARGEST_PHOTO,
    "documents": LARGEST_ARCHIVE + AROUND,
    "media": LARGEST_UPLOAD + AROUND,
}


class BodyLimit:
    """ASGI middleware: answers 413 as soon as a request's body is larger than its path may send, 404 to odd paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in the application's place when it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_odd(scope["path"]):
            nowhere = problem(404, "Not Found", "no address holds control characters", "mend the address")
            await nowhere(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        counted = _Counted(limit, receive, send)
        if declared(scope) > limit:
            await counted.refuse(scope)
            return
        with contextlib.suppress(_Exceeded):
            await self._app(scope, counted.receive, counted.send)
        if counted.exceeded:
            await counted.refuse(scope)


def _is_odd(path: str) -> bool:
    """Whether a path holds control characters; no mount of Starlette's sees beyond a line break."""
    return any(ord(letter) < 32 for letter in path)


class _Exceeded(Exception):
    """More came than may."""


class _Counted:
    """One request's two ends, with its bytes counted."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._limit = limit
        self._receive = receive
        self._send = send
        self._count = 0
        self._answered = False
        self.exceeded = False

    async def receive(self) -> Message:
        """The next piece of the body; raises _Exceeded when it is one too many."""
        message = await self._receive()
        self._count += len(message.get("body", b""))
        if self._count > self._limit:
            self.exceeded = True
            raise _Exceeded
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, unless its request was too large."""
        if not self.exceeded:
            self._answered = True
            await self._send(message)

    async def refuse(self, scope: Scope) -> None:
        """Answer 413, when nothing was answered yet."""
        if not self._answered:
            answer = problem(
                413, "too large", f"this request may send {self._limit:,} bytes", "send less at a time"
            )
            await answer(scope, self._receive, self._send)


def limit_of(path: str) -> int:
    """How many bytes a request to that path may send."""
    if not path.startswith(API):
        return LARGEST_UPLOAD if PORTAL.fullmatch(path) else LARGEST_BODY
    return LIMITS.get(path.removeprefix(API).partition("/")[0], LARGEST_BODY)


def declared(scope: Scope) -> int:
    """The length that the request claims; 0 when it claims none."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
