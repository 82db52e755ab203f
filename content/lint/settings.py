"""What a site wants of the checker: a file `lint.yaml` at the root of its library."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from content import yaml
from content.errors import DocumentError, Finding
from content.values import Line, Piece, Slug

FILE = "lint.yaml"
Level = Literal["error", "warning", "hint", "off"]


class LintSettings(Piece):
    """Levels of rules, thresholds, and the site's own words."""

    levels: dict[Slug, Level] = Field(default_factory=dict)
    longest_step: int = 80  # words
    longest_sentence: int = 20  # words
    most_actions: int = 3  # sentences that tell to do something, in one step
    abbreviations: tuple[Line, ...] = ()  # that everybody here knows
    vague: tuple[Line, ...] = ()  # words beside the ones that are known
    preferred: dict[str, Line] = Field(
        default_factory=dict
    )  # a word that is not used here -> the one that is


def load_settings(library: Path) -> LintSettings:
    """The settings in `library` or in a folder above it; the usual ones where there are none. Raises DocumentError."""
    for folder in (library, *library.resolve().parents[:3]):
        file = folder / FILE
        if file.is_file():
            values, lines = yaml.read(file.read_text(encoding="utf-8"), str(file))
            try:
                return LintSettings.model_validate(values)
            except ValidationError as problem:
                raise DocumentError(
                    tuple(_finding(file, lines, error) for error in problem.errors())
                ) from None
    return LintSettings()


def _finding(file: Path, lines: dict[yaml.Path, int], error: object) -> Finding:
    from content.explaining import explain  # noqa: PLC0415 - only where something is wrong

    return explain(str(file), lines, {}, error, LintSettings)  # type: ignore[arg-type]
