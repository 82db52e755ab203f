"""What rules look at, and what they find."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.checks import Checklist
from content.instruction import Instruction, Step
from content.lint.settings import LintSettings
from content.media import Picture
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
                yield from (
                    ((*at, "safety", place, "text"), each.text) for place, each in enumerate(step.safety)
                )
                for place, check in enumerate(step.checks):
                    if check.prompt is not None:
                        yield (*at, "checks", place, "prompt"), check.prompt
                    for number, item in enumerate(check.items if isinstance(check, Checklist) else ()):
                        yield (*at, "checks", place, "items", number, "text"), item.text
        else:
            yield from _told(self.document)

    def wording(self) -> Iterator[tuple[Path, str]]:
        """Every text in which a thing is named: lists and titles first, then what is told."""
        document = self.document
        yield ("title",), document.title
        if isinstance(document, Instruction):
            yield from ((("parts", place, "name"), part.name) for place, part in enumerate(document.parts))
            yield from ((("tools", place, "name"), tool.name) for place, tool in enumerate(document.tools))
            for at, step in self.steps():
                yield (*at, "title"), step.title
                for place, medium in enumerate(step.media):
                    if isinstance(medium, Picture):
                        yield (*at, "media", place, "alt"), medium.alt
        else:
            yield from (
                (("definitions", place, "term"), each.term) for place, each in enumerate(document.definitions)
            )
            yield from ((("flow", place, "title"), box.title) for place, box in enumerate(document.flow))
        yield from self.prose()


def _told(document: Sop) -> Iterator[tuple[Path, str]]:
    """The texts of a procedure."""
    yield ("purpose",), document.purpose
    yield ("scope",), document.scope
    yield from ((("policy", place), text) for place, text in enumerate(document.policy))
    for place, role in enumerate(document.roles):
        yield ("roles", place, "responsibility"), role.responsibility
    for place, entry in enumerate(document.definitions):
        yield ("definitions", place, "meaning"), entry.meaning
    yield from (
        (("metrics", place, "target"), metric.target) for place, metric in enumerate(document.metrics)
    )


Found = Iterator[Remark]


def short(text: str) -> str:
    """The beginning of a text, to quote it."""
    return text if len(text) <= 50 else f"{text[:50]} …"
