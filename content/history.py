"""A document's history as it lies beside the folders of its releases: who released what, when and why."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, PlainSerializer, ValidationError

from content import gathering, yaml
from content.errors import DocumentError, Finding
from content.explaining import explain
from content.values import DocumentId, Line, Piece, Text
from content.writing import spell

HISTORY_FILE = "history.yaml"
At = Annotated[AwareDatetime, PlainSerializer(datetime.isoformat, return_type=str)]
DIGEST = r"^[0-9a-f]{64}$"


class Signature(Piece):
    """One signature under a release, as it was told."""

    stage: Line
    by: Line
    name: Line | None = None
    on_behalf_of: Line | None = None
    meaning: Line
    comment: Text | None = None
    at: At


class Released(Piece):
    """One release: which, by whom, when, why, and what became of it."""

    revision: Annotated[int, Field(ge=1)]
    digest: Annotated[str, Field(pattern=DIGEST)]
    released_at: At
    released_by: Line
    name: Line | None = None  # of who released it
    because: Text | None = None  # what was said when it was submitted
    in_spite_of: Text | None = None  # why it was released with findings
    source: Annotated[dict[str, Line], Field(max_length=10)] = Field(default_factory=dict)
    restores: Annotated[int, Field(ge=1)] | None = None  # the revision whose content it brought back
    signatures: tuple[Signature, ...] = ()
    withdrawn_at: At | None = None
    withdrawn_by: Line | None = None
    withdrawn_because: Text | None = None


class History(Piece):
    """A document's releases, the first one first."""

    document: Annotated[DocumentId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    releases: Annotated[tuple[Released, ...], Field(min_length=1, max_length=10_000)]


def folder_of(revision: int, folder: Path) -> Path:
    """Where that release of a history lies."""
    return folder / f"r{revision}"


def write(history: History, folder: Path) -> None:
    """Write the history beside its releases."""
    (folder / HISTORY_FILE).write_text(spell(history.plain()), encoding="utf-8")


def read(folder: Path) -> History:
    """The history in `folder`, its revisions rising and each one there; raises DocumentError."""
    file = folder / HISTORY_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _wrong(
            file, "the file is missing", "name a folder that `stepline content history` wrote"
        ) from None
    except UnicodeDecodeError:
        raise _wrong(file, "the file is not UTF-8 text", "save it as UTF-8") from None
    values, lines = yaml.read(text, str(file))
    try:
        history = History.model_validate(values)
    except ValidationError:
        found = gathering.errors(values, History)
        raise DocumentError(
            tuple(explain(str(file), lines, values, error, History) for error in found)
        ) from None
    revisions = [each.revision for each in history.releases]
    if revisions != sorted(set(revisions)):
        raise _wrong(file, "the revisions do not rise", "put them in order, each once")
    there = {path.name for path in folder.iterdir() if path.is_dir()}
    told = {folder_of(revision, folder).name for revision in revisions}
    if there != told:
        name = min(there ^ told)
        message = (
            f"the folder {name} is not there" if name in told else f"nothing is told of the folder {name}"
        )
        raise _wrong(file, message, "take the history whole, as it was written")
    return history


def _wrong(file: Path, message: str, mend: str) -> DocumentError:
    return DocumentError((Finding(file=str(file), line=None, where="", message=message, mend=mend),))
