"""Other systems: the addresses that are told of every move. For administrators."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Refused
from server.portal.guard import Administrator, Portal, Posted, ThePortal, text
from server.telling import hooks
from server.telling.addresses import LONGEST_URL

router = APIRouter()


@router.get("/publishing/hooks")
def page(request: Request, here: ThePortal, _visitor: Administrator) -> HTMLResponse:
    """Which addresses are told, and how far each was."""
    return _page(request, here)


def _page(
    request: Request,
    here: Portal,
    status: int = 200,
    *,
    secret: str = "",
    url: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    return here.looks.page(
        request,
        "hooks.html",
        status,
        hooks=hooks.hooks(here.house),
        opened=here.house.settings.tell,
        secret=secret,
        url=url,
        refused=refused,
        longest=LONGEST_URL,
    )


@router.post("/publishing/hooks")
def add(request: Request, here: ThePortal, visitor: Administrator, form: Posted) -> HTMLResponse:
    """Tell an address from now on; its secret is shown only now."""
    url = text(form, "url", longest=LONGEST_URL)
    try:
        made = hooks.add(here.house, url, visitor.id)
    except Refused as problem:
        return _page(request, here, problem.status, url=url, refused=problem)
    return _page(request, here, secret=made.secret, url=url)


@router.post("/publishing/hooks/{hook}/try")
def try_now(here: ThePortal, _visitor: Administrator, _form: Posted, hook: int) -> Response:
    """Call it now instead of at its next attempt."""
    hooks.try_now(here.house, hook)
    return RedirectResponse("/publishing/hooks", status_code=303)


@router.post("/publishing/hooks/{hook}/end")
def end(here: ThePortal, visitor: Administrator, _form: Posted, hook: int) -> Response:
    """Tell it no more."""
    hooks.end(here.house, hook, visitor.id)
    return RedirectResponse("/publishing/hooks", status_code=303)
