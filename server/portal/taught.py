"""What cameras were taught, as readers of a document see it: scene and regions, and what differs between two."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from content.checks import Vision
from content.difference import FieldChange
from content.instruction import Instruction
from content.vision.differing import band, differing, settings, sources
from content.vision.errors import NotTaught
from content.vision.taught import TaughtCheck, read_taught
from server.errors import NotThere
from server.media import MediaStore

Scenes = Mapping[tuple[str, str], "Scene"]  # by step and check


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one check was taught, and that in words."""

    check: TaughtCheck

    @property
    def words(self) -> str:
        """Kind, settings, threshold and from how many pictures."""
        check = self.check
        told = "".join(f", {name} {value}" for name, value in settings(check.model).items())
        return (
            f"Looks for {check.kind}{told}; good from {check.threshold:.2f} on, a person decides at {band(check)}; "
            f"taught from {sources(check)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """What a check was taught before and after; a side is None where there was nothing, or it cannot be read."""

    before: Scene | None
    after: Scene | None

    @property
    def words(self) -> str:
        """What happened, in a sentence."""
        if self.before and self.after:
            return "The camera was taught anew" if self.fields else "The same was taught, written anew"
        if self.after:
            return "The camera was taught"
        return "The camera judges no more" if self.before else "What the camera was taught is another file"

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What is otherwise."""
        return differing(self.before.check, self.after.check) if self.before and self.after else ()


def scenes(store: MediaStore, document: Instruction | None, digests: Mapping[str, str]) -> Scenes:
    """What the checks of a document were taught, as far as the files are here."""
    found: dict[tuple[str, str], Scene] = {}
    for step in document.steps if document else ():
        for check in step.checks:
            named = check.taught if isinstance(check, Vision) else None
            scene = None if named is None else scene_of(store, digests.get(named, ""))
            if scene is not None:
                found[step.id, check.id] = scene
    return found


def anew(store: MediaStore, pair: tuple[str, str] | None) -> Anew | None:
    """What was taught under two digests; None where nothing differs."""
    return None if pair is None else Anew(before=scene_of(store, pair[0]), after=scene_of(store, pair[1]))


def scene_of(store: MediaStore, digest: str) -> Scene | None:
    """What was taught under that digest; None where the file is not here."""
    try:
        return _read(store.path(digest))
    except (NotThere, NotTaught, OSError):
        return None


@lru_cache(maxsize=32)
def _read(file: Path) -> Scene:
    """A taught check; its name is its digest, so it never changes."""
    return Scene(check=read_taught(file.read_bytes()))
