"""The kiosk's side of the server's API, version 1. A call may take seconds: never on the UI thread."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx2

from content import package, patching
from content.chain import Entry
from content.errors import PackageError
from content.values import Digest
from kiosk.store.errors import translated

CONNECT, READ = 5.0, 20.0  # s
PATIENCE, SLOWEST = 20.0, 1024  # s, and the bytes a second below which an answer is given up then
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes; what is not media and larger than this is not from our server
BATCH = 500  # entries of one delivery
BATCH_CHARACTERS = 1_000_000  # of the bodies in one delivery; UTF-8 at worst stays below the server's 4 MiB


class LinkError(Exception):
    """A call to the server did not lead to what was asked.

    LinkError
    ├── Unreachable      no answer: cable, server or name; tried again
    ├── Unwell           the server answers that it cannot now; tried again
    ├── NotOurServer     something else answers in its place
    ├── Revoked          the server no longer knows this kiosk
    ├── Refused          the server understood and said no; `status`, `detail`, `mend`
    ├── Contradicted     it holds another record under a number of ours
    └── Abandoned        nobody here wants the answer any more
    """


class Unreachable(LinkError):
    """No answer."""


class Unwell(LinkError):
    """The server cannot answer now."""


class NotOurServer(LinkError):
    """Something else answers, such as a network's sign-in page."""


class Revoked(LinkError):
    """The server no longer knows this kiosk."""


class Refused(LinkError):
    """The server said no."""

    def __init__(self, status: int, detail: str, mend: str) -> None:
        super().__init__(f"{detail} - {mend}" if mend else detail)
        self.status = status
        self.detail = detail
        self.mend = mend


class Contradicted(Refused):
    """The server holds another record under a number of ours."""


class Abandoned(LinkError):
    """Nobody wants it any more; what has come stays."""


def wanted() -> None:
    """What is asked for is wanted to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An enrolment that an administrator has to confirm."""

    id: str
    code: str
    secret: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The server's clock, as exactly as the round trip allows: its time in the middle of it."""

    time: datetime
    round_trip: timedelta


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer that has come in full."""

    status: int
    headers: httpx2.Headers
    content: bytes

    def json(self) -> Any:
        """Its content; raises NotOurServer: a captive portal answers every address with a page of its own."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            kind = self.headers.get("Content-Type") or "nothing"
            raise NotOurServer(f"it answered {self.status} with {kind} instead of JSON") from None


class Link:
    """One connection to the server; raises LinkError from every call."""

    def __init__(
        self,
        server: str,
        token: str | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """`patience` is in seconds: an answer that is slower than `SLOWEST` for so long is given up."""
        self._client = httpx2.Client(
            base_url=f"{server.rstrip('/')}/api/v1",
            timeout=httpx2.Timeout(READ, connect=CONNECT),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )
        self.token = token
        self._patience = patience

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask_enrolment(self, name: str, public_key: dict[str, Any], version: str) -> Asked:
        """Ask to be enrolled; a person confirms the code in the portal."""
        values = self._json(
            "POST", "/enrolments", {"name": name, "public_key": public_key, "version": version}
        )
        try:
            return Asked(**{key: str(values[key]) for key in ("id", "code", "secret", "url")})
        except KeyError as missing:
            raise NotOurServer(f"the answer lacks {missing}") from None

    def enrolment(self, request: str, secret: str) -> dict[str, Any]:
        """What became of an enrolment: `state` is waiting, confirmed, refused or expired."""
        return self._json("GET", f"/enrolments/{request}", token=secret)

    def assignment(self, etag: str | None, held: bytes | None) -> tuple[bytes, str | None] | None:
        """The sealed assignment and its ETag; None when it is still the one of `etag`.

        `held` is the payload of the one in force: the server then says what has changed, when it still knows that.
        """
        headers = {"If-None-Match": etag} if etag else {}
        if held is not None:
            headers["Stepline-Holds"] = package.digest_of(held)
        reply = self._call("GET", "/kiosk/assignment", headers=headers)
        if reply.status == 304:
            return None
        sealed = reply.json()
        if held is not None and isinstance(sealed, dict) and "patch" in sealed:
            whole = _patched(held, cast("dict[str, Any]", sealed))
            return (whole, reply.headers.get("ETag")) if whole else self.assignment(etag, None)
        return reply.content, reply.headers.get("ETag")

    def trust(self, after: int) -> list[bytes]:
        """The statements of trust above that version, the oldest first."""
        statements = self._json("GET", f"/kiosk/trust?after={after}").get("statements")
        if not isinstance(statements, list):
            raise NotOurServer("the answer does not say whom to trust")
        return [str(each).encode() for each in cast("list[object]", statements)]

    def release(self, digest: Digest) -> bytes:
        """The sealed release."""
        reply = self._call("GET", f"/releases/{digest}")
        reply.json()
        return reply.content

    def media(self, digest: Digest, size: int, partial: Path, insist: Callable[[], None] = wanted) -> None:
        """Fetch a file of `size` bytes into `partial`, on from where an earlier try ended; StoreError too.

        `insist` is called as bytes come, and raises Abandoned once nobody wants them.
        """
        with translated():
            have = partial.stat().st_size if partial.exists() else 0
            if have > size:
                partial.unlink()
                have = 0
        if have == size:
            return
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            with self._client.stream("GET", f"/media/{digest}", headers=self._headers(headers)) as response:
                if response.status_code not in {200, 206}:
                    _check(_reply(response, self._patience))
                if response.headers.get("Content-Type", "").startswith("text/html"):
                    raise NotOurServer("a web page came instead of a media file")
                pace = _Pace(self._patience)
                _write(response, partial, size, pace, insist, append=response.status_code == 206)
        except httpx2.HTTPError as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from problem

    def deliver(self, entries: Sequence[Entry]) -> int:
        """Hand records over; the highest unbroken number that the server then holds."""
        listed = [{"seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body} for e in entries]
        held = self._json("POST", "/records", {"entries": listed}).get("held")
        if not isinstance(held, int) or isinstance(held, bool):
            raise NotOurServer("the answer does not say what the server holds")
        return held

    def photo(self, digest: Digest, data: bytes) -> None:
        """Hand a photograph over."""
        self._call("PUT", f"/evidence/{digest}", content=data)

    def teaching(self, device: str, at: datetime, jpeg: bytes, *, good: bool) -> None:
        """Hand over a picture that a camera is to be taught from."""
        asked = urlencode({"device": device, "good": str(good).lower(), "at": at.isoformat()})
        self._call("POST", f"/kiosk/teaching?{asked}", content=jpeg)

    def status(self, report: dict[str, Any]) -> Answer:
        """Report how the kiosk is; the server's clock."""
        began = time.monotonic()
        values = self._json("POST", "/kiosk/status", report)
        trip = timedelta(seconds=time.monotonic() - began)
        try:
            there = datetime.fromisoformat(values["time"])
        except (KeyError, TypeError, ValueError):
            raise NotOurServer("the answer does not say the time") from None
        if there.tzinfo is None:
            raise NotOurServer("the answer's time has no zone")
        return Answer(time=there.astimezone(UTC) + trip / 2, round_trip=trip)

    def _headers(self, more: dict[str, str], token: str | None = None) -> dict[str, str]:
        token = token or self.token
        return {**more, "Authorization": f"Bearer {token}"} if token else more

    def _call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> _Reply:
        try:
            with self._client.stream(
                method, path, content=content, headers=self._headers(headers or {}, token)
            ) as response:
                reply = _reply(response, self._patience)
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from problem
        _check(reply)
        return reply

    def _json(
        self, method: str, path: str, values: dict[str, Any] | None = None, *, token: str | None = None
    ) -> dict[str, Any]:
        content = None if values is None else json.dumps(values).encode()
        headers = {} if values is None else {"Content-Type": "application/json"}
        answer = self._call(method, path, content=content, headers=headers, token=token).json()
        if not isinstance(answer, dict):
            raise NotOurServer("the answer is no object")
        return cast("dict[str, Any]", answer)


class _Pace:
    """Whether an answer comes fast enough: one that drips would hold up everything behind it for ever.

    It is told of bytes as they come: whoever collects them to larger blocks first would never notice.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since, self._count = time.monotonic(), 0

    def came(self, count: int) -> None:
        """So many bytes came; raises Unreachable when too few did for too long."""
        self._count += count
        took = time.monotonic() - self._since
        if took < self._patience:
            return
        if self._count < SLOWEST * took:
            raise Unreachable(f"only {self._count} bytes came in {took:.0f} s")
        self._since, self._count = time.monotonic(), 0


def _reply(response: httpx2.Response, patience: float) -> _Reply:
    """An answer with its content, as much as may be held in memory."""
    pace, content = _Pace(patience), bytearray()
    for block in response.iter_bytes():
        pace.came(len(block))
        content += block
        if len(content) > LARGEST_ANSWER:
            raise NotOurServer("the answer is far too large")
    return _Reply(response.status_code, response.headers, bytes(content))


def _patched(held: bytes, sealed: dict[str, Any]) -> bytes:
    """The envelope that is meant; empty when the changes do not lead to what they should."""
    try:
        payload = patching.apply(held.decode(), sealed.pop("patch")).encode()
    except (PackageError, ValueError, TypeError):
        return b""
    if package.digest_of(payload) != sealed.pop("digest", None):
        return b""
    return json.dumps({**sealed, "payload": base64.b64encode(payload).decode()}).encode()


def _check(reply: _Reply) -> None:
    """Raise what the status of an answer means."""
    status = reply.status
    if status < 300 or status == 304:
        return
    kind = reply.headers.get("Content-Type", "")
    if status < 400 or not kind.partition(";")[0].endswith("json"):
        if status >= 500:
            raise Unwell(f"the server answered {status}")
        raise NotOurServer(f"it answered {status} with {kind or 'nothing'}")
    try:
        problem = json.loads(reply.content)
        detail, mend = (
            str(problem.get("detail") or problem.get("title") or status),
            str(problem.get("mend") or ""),
        )
    except (ValueError, AttributeError):
        raise NotOurServer(f"it answered {status} with what is not JSON") from None
    match status:
        case 401:
            raise Revoked(detail)
        case 409:
            raise Contradicted(status, detail, mend)
        case 408 | 425 | 429:
            raise Unwell(detail)
        case _ if status >= 500:
            raise Unwell(detail)
        case _:
            raise Refused(status, detail, mend)


def _write(
    response: httpx2.Response,
    partial: Path,
    size: int,
    pace: _Pace,
    insist: Callable[[], None],
    *,
    append: bool,
) -> None:
    with partial.open("ab" if append else "wb") as stream:
        have = stream.tell()
        for block in response.iter_bytes():
            insist()
            pace.came(len(block))
            have += len(block)
            if have > size:
                raise NotOurServer("a media file is larger than its release says")
            with translated():
                stream.write(block)
        with translated():
            stream.flush()
