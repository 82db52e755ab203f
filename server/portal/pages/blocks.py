"""Shared blocks in the library: what they hold, where they are used, and documents that take a newer revision."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from content.languages import languages, translated
from server.library import drafts, shared
from server.library.taking_over import take_over
from server.people.sessions import Role
from server.portal.guard import Engineer, Posted, Supervisor, ThePortal
from server.reports.signatures import under
from server.store.engine import reading

router = APIRouter()


@router.get("/library/blocks/{block}")
def page(request: Request, here: ThePortal, visitor: Supervisor, block: str) -> HTMLResponse:
    """A block: its steps, its revisions, and every document that uses it."""
    with reading(here.house.engine) as tx:
        found = shared.revisions(tx, block)
        used = shared.uses(tx, block)
        signed = under(tx, [each.draft for each in found if each.draft])
    wanted = request.query_params.get("revision", "")
    shown = next((each for each in found if str(each.block.revision) == wanted), found[0])
    spoken = languages(shown.block)
    language = request.query_params.get("language", shown.block.language)
    told, _ = translated(shown.block, language if language in spoken else shown.block.language)
    return here.looks.page(
        request,
        "block.html",
        block=told,
        shown=shown,
        revisions=found,
        uses=used,
        signed=signed,
        behind=[use for use in used if use.revision < found[0].block.revision],
        languages=spoken,
        language=language,
        query=dict(request.query_params),
        may_write=visitor.role.may(Role.ENGINEER),
    )


@router.post("/library/blocks/{block}/edit")
def edit(here: ThePortal, visitor: Engineer, _form: Posted, block: str) -> Response:
    """The open draft of a block; one is begun where there is none."""
    draft = drafts.from_block(here.house, shared.current(here.house, block), visitor.id)
    return RedirectResponse(f"/drafts/{draft}", status_code=303)


@router.post("/library/blocks/{block}/take-over")
def taken_over(here: ThePortal, visitor: Engineer, form: Posted, block: str) -> Response:
    """Revise the documents that were chosen: their drafts take the block's newest revision."""
    documents = [str(each) for each in form.getlist("document")]
    changed, _ = take_over(here.house, block, documents, visitor.id)
    if len(changed) == 1:
        return RedirectResponse(f"/drafts/{changed[0]}", status_code=303)
    return RedirectResponse(f"/library/blocks/{block}", status_code=303)
