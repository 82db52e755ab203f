"""What rules look at, and what they find."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.instruction import Instruction, Step
from content.lint.settings import LintSettings
from content.scope import Path
from content.sop import Sop

Document = Instruction | Sop


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a rule found; `at` is the path to it in the document."""

    at: Path
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the rules look at."""

    document: Document
    settings: LintSettings
    rules: frozenset[str] = frozenset()  # the names of all rules
    known: frozenset[str] | None = None  # the documents that there are; None where that cannot be told

    def steps(self) -> Iterator[tuple[Path, Step]]:
        """The steps of a work instruction with their paths."""
        if isinstance(self.document, Instruction):
            for place, step in enumerate(self.document.steps):
                yield ("steps", place), step

    def prose(self) -> Iterator[tuple[Path, str]]:
        """The texts that tell what to do, or why."""
        if isinstance(self.document, Instruction):
            for at, step in self.steps():
                yield (*at, "text"), step.text
        else:
            yield ("purpose",), self.document.purpose
            yield ("scope",), self.document.scope
            yield from ((("policy", place), text) for place, text in enumerate(self.document.policy))


Found = Iterator[Remark]


def short(text: str) -> str:
    """The beginning of a text, to quote it."""
    return text if len(text) <= 50 else f"{text[:50]} …"
