"""Checks for cameras: learned from pictures, opened, and held against others. Runs in a child."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content.vision.errors import VisionError
from content.vision.looking import look, opened
from content.vision.pictures import read_picture
from content.vision.taught import Region, write_taught
from content.vision.teaching import Example, Lesson, Score, teach
from content.vision.verdict import Verdict
from server.errors import Invalid

TAUGHT = "taught.vision"  # the file in the child's folder, written by "teach" and read by the others
ELSE = "take other pictures, or draw the regions anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the child says, as JSON values."""

    values: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return self.values


def make(folder: Path, options: dict[str, Any]) -> Said:
    """Do `options["task"]`: teach from pictures, look at pictures, or only open what was taught."""
    try:
        match options["task"]:
            case "teach":
                return Said(values=_taught(folder, options))
            case "look":
                check = opened((folder / TAUGHT).read_bytes())
                verdicts = [
                    look(check, read_picture((folder / name).read_bytes())) for name in options["pictures"]
                ]
                return Said(values={"verdicts": [_verdict(each) for each in verdicts]})
            case task:
                assert task == "open"
                opened((folder / TAUGHT).read_bytes())
                return Said(values={})
    except VisionError as problem:
        detail, mend = _parted(str(problem))
        raise Invalid(detail, mend) from None


def _parted(words: str) -> tuple[str, str]:
    """A sentence and what to do about it, which stands behind a semicolon or in brackets."""
    detail, semicolon, mend = words.partition("; ")
    if semicolon:
        return detail, mend
    found = re.fullmatch(r"(.*) \(([^()]*)\)", words)
    return (found[1], found[2]) if found else (words, ELSE)


def _taught(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    asked = options["lesson"]
    lesson = Lesson(**{**asked, "regions": tuple(Region.model_validate(each) for each in asked["regions"])})
    learned = teach(lesson, tuple(_examples(folder, options["samples"])))
    (folder / TAUGHT).write_bytes(write_taught(learned.check))
    return {
        "separate": learned.separate,
        "remarks": list(learned.remarks),
        "scores": [_score(each) for each in learned.scores],
    }


def _examples(folder: Path, samples: list[dict[str, Any]]) -> Iterator[Example]:
    for each in samples:
        data = (folder / each["file"]).read_bytes()
        yield Example(name=each["name"], data=data, good=each["good"])


def _score(each: Score) -> dict[str, Any]:
    regions = [{"name": one.name, "score": one.score, "why": one.why} for one in each.regions]
    return {"name": each.name, "good": each.good, "score": each.score, "why": each.why, "regions": regions}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "answer": verdict.answer.value,
        "score": verdict.score,
        "why": verdict.why,
        "regions": [
            {
                "name": seen.name,
                "answer": seen.answer.value,
                "score": seen.score,
                "why": seen.why,
                "corners": [list(corner) for corner in seen.corners],
            }
            for seen in verdict.regions
        ],
    }
