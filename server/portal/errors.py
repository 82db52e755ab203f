"""What a reader sees when a page is not there, not for them, or went wrong: a page in the same looks."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from server.errors import Refused
from server.portal.guard import HEADERS, SignInFirst, portal, sign_in_address, visitor_of

log = logging.getLogger(__name__)

TITLES = {
    403: "Not for you",
    404: "Not here",
    405: "Not here",
    409: "Not any more",
    413: "Too large",
    422: "Not quite",
}


def install(app: FastAPI) -> None:
    """Answer every refusal and every mishap of the portal's pages."""
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _http)
    app.add_exception_handler(ClientDisconnect, _cut_off)
    app.add_exception_handler(Exception, _mishap)


def _sign_in_first(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, SignInFirst)
    return RedirectResponse(sign_in_address(problem.back), status_code=303)


def _cut_off(_request: Request, _problem: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it: the page was closed while it sent something


def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Refused)
    return _page(request, problem.status, problem.detail, problem.mend)


def _http(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 422
    if status in {404, 405}:
        return _page(
            request, 404, "There is no page at this address.", "It may have moved; start from the floor."
        )
    detail = (
        problem.detail
        if isinstance(problem, HTTPException)
        else "Something in this address is not understood."
    )
    return _page(request, status, str(detail), "")


def _mishap(request: Request, problem: Exception) -> Response:
    log.error("the page %s failed", request.url.path, exc_info=problem)
    detail = "The server could not make this page. What was recorded is safe."
    answer = _page(
        request, 500, detail, "Try again in a moment; if it stays so, tell your administrator the time."
    )
    answer.headers.update(HEADERS)  # this answer is made outside the middleware that adds them
    return answer


def _page(request: Request, status: int, detail: str, mend: str) -> Response:
    by_script = request.headers.get("sec-fetch-dest") == "empty" and "hx-request" not in request.headers
    if by_script:  # one of the editor's
        return JSONResponse({"detail": detail, "mend": mend}, status_code=status)
    here = portal(request)
    if getattr(request.state, "visitor", None) is None and status != 500:
        visitor = visitor_of(request, here)
        if visitor is None and status != 403:
            return RedirectResponse(sign_in_address("/"), status_code=303)
        request.state.visitor = visitor
    title = TITLES.get(status, "That went wrong")
    return here.looks.page(request, "error.html", status, title=title, detail=detail, mend=mend, code=status)
