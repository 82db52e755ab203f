"""Refusals on the wire: RFC 9457 problem details with a sentence for a person and the mend."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DatabaseError
from starlette.exceptions import HTTPException

from content.errors import PackageError
from server.errors import Refused

MEDIA_TYPE = "application/problem+json"
FULL = ("database or disk is full", "No space left on device", "disk full")


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
    for code in (400, 401, 403, 404, 409, 413, 422, 429, 507)
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
    app.add_exception_handler(DatabaseError, _database)


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
    return problem(422, "not valid", f"{where}: {first['msg']}", "see /api/v1/docs for what belongs there")


async def _http(_request: Request, problem_: Exception) -> JSONResponse:
    assert isinstance(problem_, HTTPException)
    return problem(problem_.status_code, str(problem_.detail))


async def _database(_request: Request, problem_: Exception) -> JSONResponse:
    if any(words in str(problem_) for words in FULL):
        return problem(507, "no space", "the server's disk is full", "make space and try again")
    raise problem_
