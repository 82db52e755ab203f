"""What a look at a picture says: good, bad or undecided, with a score and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Answer(StrEnum):
    """The three things a look can say; who cannot decide says so, and a person is asked."""

    GOOD = "good"
    BAD = "bad"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """Why: the names stand on the wire and in the kiosk's words; never change one, only add."""

    AS_TAUGHT = "as-taught"
    NOT_AS_TAUGHT = "not-as-taught"
    NEAR_THRESHOLD = "near-threshold"
    LIKE_NEITHER = "like-neither"
    TOO_DARK = "too-dark"
    TOO_BRIGHT = "too-bright"
    BLURRED = "blurred"
    OTHER_FORMAT = "other-format"
    NOT_ALIGNED = "not-aligned"
    COVERED = "covered"
    NO_MARKER = "no-marker"
    NOT_FOUND = "not-found"
    NO_CODE = "no-code"
    OTHER_CODE = "other-code"
    COUNTED = "counted"
    DOUBTFUL_COUNT = "doubtful-count"
    TURNED = "turned"
    READ = "read"
    NOT_READ = "not-read"


WORDS: dict[Reason, str] = {
    Reason.AS_TAUGHT: "looks as it was taught",
    Reason.NOT_AS_TAUGHT: "does not look as it was taught",
    Reason.NEAR_THRESHOLD: "lies too near the threshold to decide",
    Reason.LIKE_NEITHER: "looks like neither the good nor the bad pictures; is something in front of it?",
    Reason.TOO_DARK: "the picture is too dark; switch the light on or uncover the lens",
    Reason.TOO_BRIGHT: "the picture is too bright; keep direct light away",
    Reason.BLURRED: "the picture is not sharp; hold still, or clean and focus the lens",
    Reason.OTHER_FORMAT: "the picture has another shape than the taught ones; set the camera as it was",
    Reason.NOT_ALIGNED: "the scene was not found in the picture; is the part in its place and nothing in front?",
    Reason.COVERED: "something is in front of it; take it away",
    Reason.NO_MARKER: "marker {marker} is not to be seen",
    Reason.NOT_FOUND: "the part was not found at its place",
    Reason.NO_CODE: "no code could be read there",
    Reason.OTHER_CODE: "reads {came} instead of {expected}",
    Reason.COUNTED: "counts {came} of {expected}",
    Reason.DOUBTFUL_COUNT: "counts {came} of {expected}, and {doubtful} of a doubtful size; do parts touch?",
    Reason.TURNED: "is turned by {came}° where {expected}° are allowed",
    Reason.READ: "reads {came}",
    Reason.NOT_READ: "the text could not be read for certain: {came} instead of {expected}",
}


class CannotSee(Exception):
    """The picture, or a region of it, cannot be judged; `reason` says why."""

    def __init__(self, reason: Reason, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One region as it was seen: its corners as shares of the looked-at picture, and what was found there."""

    name: str
    corners: tuple[tuple[float, float], ...]
    answer: Answer
    score: float | None
    reason: Reason
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def why(self) -> str:
        """The reason as an English sentence."""
        return WORDS[self.reason].format_map(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the look says; `score` (0..1) is that of the worst region, None where nothing could be scored."""

    check: str
    answer: Answer
    score: float | None
    threshold: float
    low: float
    high: float  # between low and high it cannot decide
    reason: Reason
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    regions: tuple[Seen, ...] = ()
    ask: str = "operator"  # who decides where it cannot

    @property
    def why(self) -> str:
        """The reason as an English sentence, with the region where there are several."""
        words = WORDS[self.reason].format_map(self.values)
        name = self.values.get("region", "")
        return f"{name}: {words}" if name else words
