"""How well a taught check did on pictures whose truth is known: a confusion matrix with the undecided, and rates."""

import math
from dataclasses import dataclass
from typing import Any

from content.vision.verdict import Answer

Z = 1.959964  # of the normal distribution, for 95 %
SOURCE = (
    "Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. "
    "Journal of the American Statistical Association 22(158), 209–212."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the check said to a labelled picture."""

    name: str
    good: bool
    answer: Answer
    score: float | None
    why: str

    @property
    def right(self) -> bool | None:
        """Whether it was right; None where it did not decide."""
        return None if self.answer is Answer.UNDECIDED else (self.answer is Answer.GOOD) == self.good


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, and between which shares the truth lies with 95 % confidence (Wilson's score interval)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.count / self.of if self.of else None

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        share = None if self.share is None else round(self.share, 4)
        return {
            "count": self.count,
            "of": self.of,
            "share": share,
            "low": round(self.low, 4),
            "high": round(self.high, 4),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was judged."""

    judged: tuple[Judged, ...]

    def count(self, *, good: bool, answer: Answer) -> int:
        """One cell of the confusion matrix."""
        return sum(each.good is good and each.answer is answer for each in self.judged)

    def total(self, *, good: bool) -> int:
        """One row of it."""
        return sum(each.good is good for each in self.judged)

    @property
    def rates(self) -> dict[str, Rate]:
        """What a buyer of the check asks: how often it is wrong, each way, and how often it asks a person."""
        good, bad = self.total(good=True), self.total(good=False)
        undecided = sum(each.answer is Answer.UNDECIDED for each in self.judged)
        right = sum(each.right is True for each in self.judged)
        return {
            "false accept": wilson(self.count(good=False, answer=Answer.GOOD), bad),
            "false reject": wilson(self.count(good=True, answer=Answer.BAD), good),
            "undecided": wilson(undecided, len(self.judged)),
            "right where decided": wilson(right, len(self.judged) - undecided),
        }

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        matrix = {
            name: {answer.value: self.count(good=good, answer=answer) for answer in Answer}
            for name, good in (("good", True), ("bad", False))
        }
        return {
            "pictures": len(self.judged),
            "matrix": matrix,
            "rates": {name: rate.plain() for name, rate in self.rates.items()},
            "interval": "Wilson score interval, 95 %",
            "source": SOURCE,
            "judged": [
                {
                    "picture": each.name,
                    "truth": "good" if each.good else "bad",
                    "answer": each.answer.value,
                    "score": each.score,
                    "why": each.why,
                }
                for each in self.judged
            ],
        }


def wilson(count: int, of: int) -> Rate:
    """Wilson's score interval for `count` of `of`; the whole range where there is nothing to count."""
    if not of:
        return Rate(count, of, 0.0, 1.0)
    share, square = count / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return Rate(count, of, max(0.0, middle - half), min(1.0, middle + half))
