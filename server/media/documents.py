"""Documents from elsewhere as folders of drafts, each with what it leaves to a person. Runs in a child."""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from content.errors import DocumentError
from content.importing.draft import ImportRefused, save, slug
from content.importing.files import KINDS, drafts
from server.errors import Invalid

MOST_DRAFTS = 2_000  # of one file
MOST_NOTES = 400  # that stay with a draft


@dataclass(frozen=True, slots=True)
class Made:
    """How many drafts came out of the file."""

    drafts: int

    def plain(self) -> dict[str, Any]:
        """As the child says it."""
        return {"drafts": self.drafts}


def told(folder: Path, number: int) -> Path:
    """Where a draft is told of, once it is whole."""
    return folder / f"draft-{number}.json"


def make(folder: Path, options: dict[str, Any]) -> Made:
    """Write each draft of the file as it is made; raises Invalid."""
    number = 0
    try:
        for number, draft in enumerate(drafts(folder / options["file"]), start=1):
            if number > MOST_DRAFTS:
                raise Invalid(f"it holds more than {MOST_DRAFTS:,} documents", "send it in parts")
            name = f"{number}/{slug(draft.title, 'draft')}"
            document = save(draft, folder / name)
            notes = [str(note) for note in draft.notes[:MOST_NOTES]]
            said = {"folder": name, "title": draft.title, "steps": len(document.steps), "notes": notes}
            whole = folder / "told"
            whole.write_text(json.dumps(said), encoding="utf-8")
            whole.rename(told(folder, number))
    except (ImportRefused, DocumentError) as problem:
        raise Invalid(str(problem), f"what can be imported: {KINDS}") from None
    return Made(number)


def so_far(folder: Path, after: int) -> list[dict[str, Any]]:
    """What was told of drafts since that number."""
    found: list[dict[str, Any]] = []
    for number in count(after + 1):
        place = told(folder, number)
        if place.is_symlink() or not place.is_file():
            return found
        found.append(json.loads(place.read_bytes()))
    return found
