"""A site's wishes as a plain file, `lint.yaml` at the root of a library: read with findings at their lines, written."""

import difflib
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from content import yaml
from content.errors import DocumentError, Finding
from content.explaining import explain
from content.lint.rules import RULES
from content.lint.settings import LintSettings
from content.writing import spell

FILE = "lint.yaml"
HEADING = "# What this site wants of the checker: levels, thresholds, its own words. What is not named is as usual.\n"
NOTHING = "{}\n"


def load_settings(library: Path) -> LintSettings:
    """The settings in `library` or in a folder above it; the usual ones where there are none. Raises DocumentError."""
    for folder in (library, *library.resolve().parents[:3]):
        file = folder / FILE
        if file.is_file():
            return read_settings(file.read_text(encoding="utf-8"), str(file))
    return LintSettings()


def read_settings(text: str, name: str = FILE) -> LintSettings:
    """The settings that a text spells. Raises DocumentError with everything that is wrong in it."""
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return LintSettings()
    values, lines = yaml.read(text, name)
    wrong: list[Finding] = []
    try:
        settings = LintSettings.model_validate(values)
    except ValidationError as problem:
        settings = None
        wrong += [explain(name, lines, values, error, LintSettings) for error in problem.errors()]
    wrong += unknown_rules(values.get("levels"), name, lines)
    if settings is None or wrong:
        raise DocumentError(tuple(sorted(wrong, key=lambda each: each.line or 0)))
    return settings


def unknown_rules(
    levels: object, name: str = FILE, lines: dict[yaml.Path, int] | None = None
) -> list[Finding]:
    """A finding for each rule that there is not."""
    named = [str(rule) for rule in cast("dict[Any, Any]", levels)] if isinstance(levels, dict) else []
    at = lines or {}
    return [_unknown(rule, name, at.get(("levels", rule))) for rule in named if rule not in RULES]


def _unknown(rule: str, name: str, line: int | None) -> Finding:
    near = difflib.get_close_matches(rule, RULES, n=1)
    mend = f"did you mean `{near[0]}`?" if near else "see `stepline content rules` for their names"
    where = f"levels.{rule}"
    return Finding(file=name, line=line, where=where, message=f"there is no rule {rule!r}", mend=mend)


def spell_settings(settings: LintSettings) -> str:
    """The settings as `lint.yaml`; `read_settings` reads the same ones back."""
    values = settings.plain()
    return HEADING + (spell(values) if values else NOTHING)
