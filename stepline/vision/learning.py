"""What `stepline vision` does: pictures from files, a taught check into a folder, verdicts and tables as text."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from content import picture as pictures
from content.vision.errors import NoPicture, NotTaught
from content.vision.evaluating import MOST_PICTURES, Labelled, evaluate
from content.vision.looking import Taught, look, opened
from content.vision.measuring import SOURCE, Evaluation
from content.vision.pictures import read_picture
from content.vision.taught import MOST_BYTES, Align, Kind, Region, write_taught
from content.vision.teaching import Example, Learned, Lesson, teach
from content.vision.verdict import Answer, Verdict

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
ALLOWED = {
    "kind": get_args(Kind),
    "align": get_args(Align),
    "by": ("marker", "features"),
    "ask": ("operator", "supervisor"),
}


def lesson(asked: Mapping[str, Any], regions: Sequence[str]) -> Lesson:
    """What is to be taught; raises NotTaught with what was wrong."""
    for name, allowed in ALLOWED.items():
        if asked[name] is not None and asked[name] not in allowed:
            raise NotTaught(f"--{name} {asked[name]!r}: use {', '.join(allowed)}")
    return Lesson(regions=tuple(_region(text) for text in regions), **asked)


def _region(text: str) -> Region:
    name, _, numbers = text.rpartition("=")
    try:
        x, y, width, height = (float(part) for part in numbers.split(","))
        return Region(x=x, y=y, width=width, height=height, name=name.strip() or None)
    except ValidationError as problem:
        raise NotTaught(f"--region {text}: {problem.errors()[0]['msg']}") from None
    except ValueError:
        raise NotTaught(f"--region {text}: write X,Y,WIDTH,HEIGHT, each from 0 to 1") from None


def taught(out: Console, lesson: Lesson, good: Sequence[Path], bad: Sequence[Path], to: Path) -> bool:
    """Teach, and write the check with its pictures; whether good and bad separate."""
    examples = [
        Example(name=str(file), data=file.read_bytes(), good=is_good)
        for files, is_good in ((good, True), (bad, False))
        for each in files
        for file in _files(each)
    ]
    learned = teach(lesson, examples)
    file = _write(learned, examples, to)
    cut = learned.check
    for score in learned.scores:
        shown = f"{score.score:.2f}" if score.score is not None else "  – "
        out.print(
            f"{shown}  {'good' if score.good else 'bad '}  {score.name}{'  ' + score.why if score.why else ''}"
        )
    out.print(
        f"threshold {cut.threshold:.2f}, undecided from {cut.undecided.low:.2f} to {cut.undecided.high:.2f}, "
        f"scene found by {cut.align}"
    )
    for remark in learned.remarks:
        out.print(f"note: {remark}")
    out.print(f"{file} is written; name it in a step's check as `taught`")
    return learned.separate


def _write(learned: Learned, examples: Sequence[Example], to: Path) -> Path:
    to.mkdir(parents=True, exist_ok=True)
    for example in examples:
        (to / example.source.file).write_bytes(example.data)
    file = to / f"{learned.check.name}.vision"
    file.write_bytes(write_taught(learned.check))
    return file


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    found = sorted(file for file in place.iterdir() if file.suffix.lower() in ENDINGS)
    if not found:
        raise NoPicture(f"{place}: no picture is in the folder")
    yield from found


def ready(file: Path) -> Taught:
    """The taught check of a file; raises NotTaught."""
    if file.stat().st_size > MOST_BYTES:
        raise NotTaught(f"{file}: {file.stat().st_size:,} bytes are too many for a taught check")
    data = file.read_bytes()
    if pictures.detect(data[: pictures.HEAD]) != pictures.TAUGHT:
        raise NotTaught(f"{file}: it is no taught check; make one with `stepline vision teach`")
    return opened(data)


def looked(file: Path, picture: Path) -> Verdict:
    """The verdict about one picture."""
    try:
        return look(ready(file), read_picture(picture.read_bytes()))
    except NoPicture as problem:
        raise NoPicture(f"{picture}: {problem}") from None


def evaluated(file: Path, labelled: Path) -> Evaluation:
    """The verdicts about a labelled folder."""
    check = ready(file)
    listed = [
        (each, is_good)
        for name, is_good in (("good", True), ("bad", False))
        if (labelled / name).is_dir()
        for each in _files(labelled / name)
    ]
    if not listed:
        raise NoPicture(f"{labelled}: put the pictures into the folders `good` and `bad` in it")
    if len(listed) > MOST_PICTURES:
        raise NoPicture(f"{labelled}: {len(listed):,} pictures are there; at most {MOST_PICTURES:,}")
    return evaluate(
        check,
        (
            Labelled(name=str(each.relative_to(labelled)), data=each.read_bytes(), good=is_good)
            for each, is_good in listed
        ),
    )


def told(verdict: Verdict) -> str:
    """A verdict in a few lines."""
    score = "" if verdict.score is None else f" {verdict.score:.2f}"
    band = f"undecided {verdict.low:.2f} – {verdict.high:.2f}"
    lines = [f"{verdict.answer.value}{score}: {verdict.why}  (threshold {verdict.threshold:.2f}, {band})"]
    if len(verdict.regions) > 1:
        lines += [
            f"  {seen.name}: {seen.answer.value}{'' if seen.score is None else f' {seen.score:.2f}'}: {seen.why}"
            for seen in verdict.regions
        ]
    return "\n".join(lines)


def plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON values."""
    return {
        "check": verdict.check,
        "answer": verdict.answer.value,
        "score": verdict.score,
        "threshold": verdict.threshold,
        "undecided": {"low": verdict.low, "high": verdict.high},
        "reason": verdict.reason.value,
        "why": verdict.why,
        "regions": [
            {
                "name": seen.name,
                "answer": seen.answer.value,
                "score": seen.score,
                "reason": seen.reason.value,
                "why": seen.why,
                "corners": [list(corner) for corner in seen.corners],
            }
            for seen in verdict.regions
        ],
    }


def tabled(out: Console, evaluation: Evaluation) -> None:
    """An evaluation as two tables, and the pictures that were judged wrong."""
    matrix = Table("", *(f"said {answer.value}" for answer in Answer), "in all")
    for name, good in (("is good", True), ("is bad", False)):
        counts = [str(evaluation.count(good=good, answer=answer)) for answer in Answer]
        matrix.add_row(name, *counts, str(evaluation.total(good=good)))
    rates = Table("rate", "of", "share", "95 %")
    for name, rate in evaluation.rates.items():
        share = "–" if rate.share is None else f"{rate.share:.1%}"
        rates.add_row(name, f"{rate.count} / {rate.of}", share, f"{rate.low:.1%} – {rate.high:.1%}")
    out.print(matrix)
    out.print(rates)
    for each in evaluation.judged:
        if each.right is not True:
            what = "undecided" if each.right is None else "wrong"
            score = "" if each.score is None else f" {each.score:.2f}"
            out.print(f"{what}{score}: {each.name}: {each.why}")
    out.print(f"95 %: Wilson score interval. {SOURCE}")
