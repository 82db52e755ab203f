"""The dry run of a document, as far as it goes while somebody waits; kept, for pages and a release ask for the same."""

from functools import lru_cache

from content import wire
from content.instruction import Instruction
from content.trying.paths import Trial, spelled_count
from content.trying.walking import WHILE_WAITING, walk

KEPT = 32  # trials


def tried(document: Instruction) -> Trial:
    """The paths of the document, or so many of them as can be walked in some seconds."""
    return _tried(wire.canonical(document.plain() | {"revision": 1, "translations": {}}))  # they lead nowhere


@lru_cache(KEPT)
def _tried(spelled: str) -> Trial:
    return walk(Instruction.model_validate_json(spelled), work=WHILE_WAITING)


def untried(trial: Trial) -> str:
    """What nobody should take for tried, in a sentence; empty where every path was walked."""
    if trial.all_walked:
        return ""
    walked, more = spelled_count(len(trial.paths)), spelled_count(trial.more)
    missed = f" It came to none of: {', '.join(trial.missed[:5])}." if trial.missed else ""
    said = f"the dry run walked {walked} of its paths, and {more} or more not.{missed}"
    return f"{said} `stepline content try` on the exported document walks further."
