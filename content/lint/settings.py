"""What a site wants of the checker: levels of rules, thresholds, its own words."""

from typing import Annotated, Literal

from pydantic import Field

from content.values import Line, Piece, Slug

Level = Literal["error", "warning", "hint", "off"]
LEVELS: tuple[Level, ...] = ("error", "warning", "hint", "off")
Count = Annotated[int, Field(ge=1, le=1_000)]
MOST_WORDS = 2_000  # of a site's own; each is looked for in every text
Words = Annotated[tuple[Line, ...], Field(max_length=MOST_WORDS)]


class LintSettings(Piece):
    """Levels of rules, thresholds, and the site's own words."""

    levels: dict[Slug, Level] = Field(default_factory=dict)
    longest_step: Count = 80  # words
    longest_sentence: Count = 20  # words
    most_actions: Count = 3  # sentences that tell to do something, in one step
    abbreviations: Words = ()  # that everybody here knows
    vague: Words = ()  # words beside the ones that are known
    preferred: Annotated[dict[Line, Line], Field(max_length=MOST_WORDS)] = Field(
        default_factory=dict
    )  # a word that is not used here -> the one that is
