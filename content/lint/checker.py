"""Run the rules over a document, as a site and the document itself want it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content import folder as folders
from content.errors import DocumentError, Finding
from content.instruction import Instruction
from content.lint.rules import RULES, Rule
from content.lint.settings import LintSettings
from content.lint.site import load_settings
from content.lint.subject import Document, Remark, Subject

ORDER = {"error": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One remark with its rule and level; `file` and `line` where it was read from a folder."""

    rule: str
    level: Literal["error", "warning", "hint"]
    remark: Remark
    step: str | None
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        step = f"{self.step}: " if self.step else ""
        return f"{place}{self.level} {self.rule}: {step}{self.remark.message} - {self.remark.mend}"


def lint(
    document: Document, settings: LintSettings | None = None, known: frozenset[str] | None = None
) -> tuple[Lint, ...]:
    """Everything that the rules have to say about a document, the serious first.

    `known`: the documents that there are beside it; without them nothing is said about what it refers to.
    """
    wanted = settings or LintSettings()
    subject = Subject(document=document, settings=wanted, rules=frozenset(RULES), known=known)
    found = [each for rule in RULES.values() for each in _remarks(rule, subject)]
    return tuple(sorted(found, key=lambda each: (ORDER[each.level], str(each.remark.at))))


def _remarks(rule: Rule, subject: Subject) -> list[Lint]:
    level = subject.settings.levels.get(rule.name, rule.level)
    if level == "off":
        return []
    found: list[Lint] = []
    for remark in rule.check(subject):
        step = _step(subject.document, remark)
        suppressed = any(
            each.rule == rule.name and each.step in {None, step} for each in subject.document.lint
        )
        if not suppressed:
            found.append(Lint(rule=rule.name, level=level, remark=remark, step=step))
    return found


def _step(document: Document, remark: Remark) -> str | None:
    if isinstance(document, Instruction) and remark.at[0] == "steps":
        return document.steps[int(remark.at[1])].id
    return None


def lint_folder(
    folder: Path, settings: LintSettings | None = None, known: frozenset[str] | None = None
) -> tuple[list[Finding], list[Lint]]:
    """What makes the document in `folder` invalid, else what the rules have to say, with files and lines."""
    try:
        document, lines = folders.read(folder)
        wanted = settings or load_settings(folder)
    except DocumentError as problem:
        return list(problem.findings), []
    name = folders.INSTRUCTION_FILE if isinstance(document, Instruction) else folders.SOP_FILE
    found: list[Lint] = []
    for each in lint(document, wanted, known):
        at = each.remark.at
        line = next((lines[at[:end]] for end in range(len(at), 0, -1) if at[:end] in lines), 1)
        found.append(
            Lint(
                rule=each.rule,
                level=each.level,
                remark=each.remark,
                step=each.step,
                file=str(folder / name),
                line=line,
            )
        )
    return [], sorted(found, key=lambda each: each.line or 0)
