"""Files that pages are made of: styles and scripts for everybody, pictures for whoever is signed in."""

import mimetypes
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from sqlalchemy import select

from server.errors import NotThere
from server.people.sessions import Visitor
from server.portal.guard import Portal, ThePortal, signed_in
from server.portal.looks import STATIC
from server.store.engine import reading
from server.store.tables import media, photos

router = APIRouter()
FOR_EVER = "public, max-age=31536000, immutable"  # the address changes when the file does
PRIVATE = "private, max-age=31536000, immutable"
SignedIn = Annotated[Visitor, Depends(signed_in)]
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@router.get("/static/{_version}/{name:path}")
def static_file(_version: str, name: str) -> FileResponse:
    """A style, script or font."""
    file = (STATIC / name).resolve()
    if not file.is_relative_to(STATIC) or not file.is_file():
        raise NotThere("There is no such file.")
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=kind, headers={"Cache-Control": FOR_EVER})


@router.get("/favicon.ico")
def favicon() -> FileResponse:
    """The sign in the browser's tab."""
    return FileResponse(
        STATIC / "sign.svg", media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"}
    )


@router.get("/media/{digest}")
def medium(here: ThePortal, _visitor: SignedIn, digest: str) -> FileResponse:
    """A picture or film of a document; films by ranges."""
    with reading(here.house.engine) as tx:
        kind = tx.execute(select(media.c.type).where(media.c.digest == digest)).scalar()
    if kind is None:
        raise NotThere("There is no such picture or film.")
    headers = {"Cache-Control": PRIVATE, "ETag": f'"{digest}"'}
    return FileResponse(here.house.media.path(digest), media_type=kind, headers=headers)


@router.get("/photos/{digest}")
def photo(here: ThePortal, _visitor: SignedIn, digest: str) -> FileResponse:
    """A photo of a reported problem."""
    return FileResponse(
        here.house.photos.path(digest),
        media_type=_photo_type(here, digest),
        headers={"Cache-Control": PRIVATE},
    )


def _photo_type(here: Portal, digest: str) -> str:
    with reading(here.house.engine) as tx:
        kind = tx.execute(select(photos.c.type).where(photos.c.digest == digest)).scalar()
    if kind is None:
        raise NotThere("There is no such photo.")
    return kind
