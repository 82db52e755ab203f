"""Uploads: an engineer sends a picture, a film, a PDF or a 3D model, and gets what steps can show."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel

from server.api.access import ByEngineer, InHouse
from server.api.problems import RESPONSES
from server.library.taking import Item, Taken, pages_of, take
from server.media.normalising import Wish

router = APIRouter(responses=RESPONSES, tags=["media"])


class FileOut(BaseModel):
    """One file: what it is for, and what it is."""

    role: str
    digest: str
    size: int
    type: str
    width: int
    height: int


class MediumOut(BaseModel):
    """One thing that a step can show; the first file is what the step names."""

    what: str
    seconds: float | None
    files: list[FileOut]


class TakenOut(BaseModel):
    """What was made of an upload."""

    name: str
    kind: str
    format: str
    original: str
    media: list[MediumOut]
    notes: list[str]


@router.post("/media", status_code=201)
def upload(  # noqa: PLR0917 - FastAPI gives them by name
    house: InHouse,
    by: ByEngineer,
    file: Annotated[UploadFile, File(description="A picture, film, PDF or 3D model")],
    pages: Annotated[
        str, Form(max_length=200, description="Pages of a PDF, such as 1,3-5; all when it is empty")
    ] = "",
    start: Annotated[float | None, Form(ge=0, le=86_400, description="Where a film starts, in s")] = None,
    end: Annotated[float | None, Form(ge=0, le=86_400, description="Where a film ends, in s")] = None,
) -> TakenOut:
    """Make of a file what steps can show: renditions of pictures, films with posters, views of models."""
    wish = Wish(pages=pages_of(pages), start=start, end=end)
    return _told(take(house, file.file, file.filename or "", by.id, wish))


def _told(taken: Taken) -> TakenOut:
    return TakenOut(
        name=taken.name,
        kind=taken.kind,
        format=taken.format,
        original=taken.original,
        media=[_medium(item) for item in taken.items],
        notes=list(taken.notes),
    )


def _medium(item: Item) -> MediumOut:
    files = [
        FileOut(
            role=file.role,
            digest=file.digest,
            size=file.size,
            type=file.type,
            width=file.width,
            height=file.height,
        )
        for file in item.files
    ]
    return MediumOut(what=item.what, seconds=item.seconds, files=files)
