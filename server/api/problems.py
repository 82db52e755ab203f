"""Refusals on the wire: RFC 9457 problem details with a sentence for a person and the mend."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from content.errors import PackageError
from server.errors import Refused
from server.media import FULL
from server.store.engine import cannot_hold, first_line, is_full

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What was wrong and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    mend: str = ""
    findings: list[dict[str, Any]] = []


RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "content": {MEDIA_TYPE: {}}}
    for code in (400, 401, 403, 404, 405, 409, 413, 422, 429, 503, 507)
}


def problem(status: int, title: str, detail: str = "", mend: str = "", **more: Any) -> JSONResponse:
    """A refusal as a response."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "mend": mend, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Turn every refusal of this application into a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(PackageError, _package)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _mishap)


async def _refused(_request: Request, problem_: Exception) -> JSONResponse:
    assert isinstance(problem_, Refused)
    findings = [
        {"file": f.file, "line": f.line, "where": f.where, "message": f.message, "mend": f.mend}
        for f in problem_.findings
    ]
    return problem(problem_.status, problem_.title, problem_.detail, problem_.mend, findings=findings)


async def _package(_request: Request, problem_: Exception) -> JSONResponse:
    return problem(422, "not valid", str(problem_))


async def _malformed(_request: Request, problem_: Exception) -> JSONResponse:
    assert isinstance(problem_, RequestValidationError)
    first = problem_.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(
        422, "not valid", f"{where}: {first['msg']}", "GET /api/v1/openapi.json says what belongs there"
    )


async def _http(request: Request, problem_: Exception) -> JSONResponse:
    assert isinstance(problem_, HTTPException)
    said = str(problem_.detail)
    match problem_.status_code:
        case 404:
            said = f"there is nothing at {request.url.path}"
        case 405:
            said = f"{request.url.path} does not answer to {request.method}"
        case _:
            pass
    answer = problem(
        problem_.status_code, str(problem_.detail), said, "GET /api/v1/openapi.json says what there is"
    )
    answer.headers.update(problem_.headers or {})
    return answer


async def _database(_request: Request, problem_: Exception) -> JSONResponse:
    if is_full(problem_):
        return _no_space()
    if cannot_hold(problem_):
        return problem(422, "not valid", first_line(problem_), "send shorter, plainer values")
    if isinstance(problem_, IntegrityError):
        return problem(
            409, "conflict", "somebody else did the same at this moment", "look again, then decide"
        )
    log.error("the database did not do its work", exc_info=problem_)
    return problem(503, "the database does not answer", "nothing was changed", "try again in a moment")


async def _disk(_request: Request, problem_: Exception) -> JSONResponse:
    assert isinstance(problem_, OSError)
    if problem_.errno in FULL:
        return _no_space()
    return await _mishap(_request, problem_)


def _no_space() -> JSONResponse:
    return problem(
        507, "no space", "the server's disk is full; nothing of this was kept", "make space and try again"
    )


async def _gone(_request: Request, _problem: Exception) -> JSONResponse:
    return problem(400, "cut off", "the request ended before it was whole", "send it again")


async def _mishap(request: Request, problem_: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=problem_)
    return problem(
        500,
        "went wrong",
        "the server could not do this; what was recorded is safe",
        "tell your administrator",
    )
