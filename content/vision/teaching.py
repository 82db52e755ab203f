"""Teaching: from a few good and a few bad pictures to a taught check, and what its teacher should know about it."""
# pyright: basic

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from content.vision import codes, colour, counting, orientation, presence, quality, screws, text
from content.vision.dividing import Cut, divide
from content.vision.errors import NoPicture, NotTaught
from content.vision.looking import Taught, ready, score, seen_by
from content.vision.pictures import Picture, as_jpeg, read_picture, reduced
from content.vision.sight import WORKING, Frame, Sight, best_way, lay
from content.vision.taught import (
    FORMAT,
    ONE_REGION,
    Align,
    Code,
    Colour,
    Kind,
    Light,
    Model,
    Orientation,
    Presence,
    Region,
    Source,
    Suffix,
    TaughtCheck,
    Undecided,
)
from content.vision.verdict import WORDS, CannotSee

FEW = 3  # good pictures, and bad ones, from which on one can rely on the threshold
MOST_PICTURES = 60
SUFFIXES: dict[bytes, Suffix] = {b"\x89P": ".png", b"\xff\xd8": ".jpg", b"RI": ".webp", b"BM": ".bmp"}
FIXED_CUTS: dict[str, Cut] = {  # kinds whose scores mean something by themselves
    "count": Cut(0.5, 0.25, 0.75, separate=True),
    "code": Cut(0.5, 0.25, 0.75, separate=True),
    "orientation": Cut(0.5, 0.45, 0.55, separate=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What is to be taught: a name, a kind, where to look, and what that kind asks for."""

    name: str
    kind: Kind
    regions: tuple[Region, ...]
    expected: str | None = None  # of a code or a text; of a code, None takes what the good pictures show
    count: int | None = None
    by: Literal["marker", "features"] | None = (
        None  # of an orientation; None takes a marker in the region, if any
    )
    marker: int | None = None  # of an orientation; None takes the one in the region
    tolerance: float = 5.0  # degrees
    align: Align | None = None  # None chooses
    ask: str = "operator"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One picture to learn from; `name` is what its teacher calls it."""

    name: str
    data: bytes
    good: bool

    @property
    def source(self) -> Source:
        """How the taught check names it."""
        return Source(
            sha256=hashlib.sha256(self.data).hexdigest(),
            good=self.good,
            suffix=SUFFIXES.get(self.data[:2], ".jpg"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionScore:
    """What it says to one region of a picture; `why` where it could say nothing, or would ask a person."""

    name: str
    score: float | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the taught check says to one of the pictures it was taught from; `why` where it could say nothing.

    The score is that of the worst region.
    """

    name: str
    good: bool
    score: float | None
    why: str = ""
    regions: tuple[RegionScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A taught check, the scores of its pictures, whether they separate, and remarks in words."""

    check: TaughtCheck
    scores: tuple[Score, ...]
    separate: bool
    remarks: tuple[str, ...]


def teach(lesson: Lesson, examples: Sequence[Example]) -> Learned:
    """Learn; raises NotTaught or NoPicture with the picture's name where nothing can be learned."""
    _refuse_lesson(lesson, examples)
    pictures = [(example, _opened(example)) for example in examples]
    good = [(example, picture) for example, picture in pictures if example.good]
    frame = Frame(_as_kept(good[0][1]))
    marker = _marker(lesson, frame)
    moving = orientation.marker_in(frame, lesson.regions[0], frame.markers) if marker is None else marker
    moving = moving if lesson.kind == "orientation" else None
    align = lesson.align or best_way(frame, moving)
    sights, lost = _laid(frame, pictures, align, moving)
    held = [sight for example, sight in sights if example.good]
    if not held:
        raise NotTaught(f"{good[0][0].name}: {next(iter(lost.values()))}")
    model = _model(lesson, held, [sight for example, sight in sights if not example.good], marker)
    draft = _check(lesson, align, frame, model, _light(good))
    scores = _scores(lesson, draft, sights, marker)
    cut = _cut(lesson, draft, scores, good)
    check = draft.model_copy(
        update={
            "threshold": cut.threshold,
            "undecided": Undecided(low=cut.low, high=cut.high),
            "taught_from": tuple(dict.fromkeys(example.source for example in examples)),
        }
    )
    told = (
        *scores,
        *(Score(name=example.name, good=example.good, score=None, why=why) for example, why in lost.items()),
    )
    return Learned(check=check, scores=told, separate=cut.separate, remarks=_remarks(lesson, told, cut))


def _refuse_lesson(lesson: Lesson, examples: Sequence[Example]) -> None:
    if not any(example.good for example in examples):
        raise NotTaught("there is no good picture; give at least one, better five")
    if len(examples) > MOST_PICTURES:
        raise NotTaught(f"there are {len(examples)} pictures; at most {MOST_PICTURES}")
    if not lesson.regions:
        raise NotTaught("there is no region; say where to look")
    if lesson.kind in ONE_REGION and len(lesson.regions) != 1:
        raise NotTaught(f"a check of kind {lesson.kind} has one region; teach one check for each")
    if lesson.kind == "count" and not lesson.count:
        raise NotTaught("say how many parts there are to be: count")
    if lesson.kind == "text" and not (lesson.expected or "").strip():
        raise NotTaught("say what the text reads on the good pictures: expected")


def _opened(example: Example) -> Picture:
    try:
        return read_picture(example.data)
    except NoPicture as problem:
        raise NoPicture(f"{example.name}: {problem}") from None


def _as_kept(picture: Picture) -> Picture:
    """The scene as it stands in the file, so that teaching and looking see the same pixels."""
    return read_picture(as_jpeg(reduced(picture, WORKING)))


def _marker(lesson: Lesson, frame: Frame) -> int | None:
    if lesson.kind != "orientation" or lesson.by == "features":
        return None
    if lesson.marker is None:
        inside = orientation.marker_in(frame, lesson.regions[0], frame.markers)
        if inside is None and lesson.by == "marker":
            raise NotTaught("no marker is to be seen in the region of the first good picture (ArUco, 4X4_50)")
        return inside
    if lesson.marker not in frame.markers:
        raise NotTaught(f"marker {lesson.marker} is not to be seen on the first good picture (ArUco, 4X4_50)")
    return lesson.marker


def _laid(
    frame: Frame, pictures: Sequence[tuple[Example, Picture]], align: Align, moving: int | None
) -> tuple[list[tuple[Example, Sight]], dict[Example, str]]:
    sights: list[tuple[Example, Sight]] = []
    lost: dict[Example, str] = {}
    for example, picture in pictures:
        try:
            sights.append((example, lay(frame, picture, align, moving)))
        except CannotSee as reason:
            lost[example] = WORDS[reason.reason].format_map(reason.values)
    return sights, lost


def _model(lesson: Lesson, good: Sequence[Sight], bad: Sequence[Sight], moving: int | None) -> Model:
    regions = lesson.regions
    match lesson.kind:
        case "presence":
            return Presence(kind="presence", looks=tuple(presence.learn(each, good, bad) for each in regions))
        case "colour":
            return Colour(kind="colour", colours=tuple(colour.learn(each, good) for each in regions))
        case "count":
            return counting.learn(regions[0], good, lesson.count or 0)
        case "orientation":
            by = "features" if moving is None else "marker"
            return Orientation(kind="orientation", by=by, marker=moving, tolerance=lesson.tolerance)
        case "code":
            return Code(kind="code", expected=lesson.expected or _code(regions[0], good))
        case "text":
            return text.learn(regions[0], good, (lesson.expected or "").strip())
        case "screws":
            return screws.learn(regions, good, bad)


def _code(region: Region, good: Sequence[Sight]) -> str:
    shown = {found for sight in good for found in codes.read(region, sight)}
    if len(shown) != 1:
        came = ", ".join(sorted(shown)) or "none"
        raise NotTaught(f"the good pictures show not one code but {came}; say which is expected")
    return shown.pop()


def _light(good: Sequence[tuple[Example, Picture]]) -> Light:
    lights = [quality.light_of(picture) for _, picture in good]
    return Light(
        brightness=float(np.median([light.brightness for light in lights])),
        sharpness=float(np.median([light.sharpness for light in lights])),
    )


def _check(lesson: Lesson, align: Align, frame: Frame, model: Model, light: Light) -> TaughtCheck:
    cut = FIXED_CUTS.get(lesson.kind, divide((), ()))
    return TaughtCheck(
        format=FORMAT,
        name=lesson.name,
        note=lesson.note,
        regions=lesson.regions,
        align=align,
        threshold=cut.threshold,
        undecided=Undecided(low=cut.low, high=cut.high),
        ask="supervisor" if lesson.ask == "supervisor" else "operator",
        light=light,
        frame=base64.b64encode(as_jpeg(frame.picture, 95)).decode(),
        model=model,
    )


def _scores(
    lesson: Lesson, check: TaughtCheck, sights: Sequence[tuple[Example, Sight]], moving: int | None
) -> tuple[Score, ...]:
    """Each picture by what was learned; one that would be compared with itself, by what the others teach."""
    told: list[Score] = []
    for example, sight in sights:
        judge = check
        if lesson.kind in {"presence", "screws"}:
            rest = [(other, each) for other, each in sights if other is not example]
            good = [each for other, each in rest if other.good]
            bad = [each for other, each in rest if not other.good]
            if good and (bad or all(other.good for other, _ in sights)):
                judge = check.model_copy(update={"model": _model(lesson, good, bad, moving)})
        told.append(_scored(judge, example, sight))
    return tuple(told)


def _scored(check: TaughtCheck, example: Example, sight: Sight) -> Score:
    regions = tuple(_region_score(check, place, sight) for place in range(len(check.regions)))
    scores = [each.score for each in regions if each.score is not None]
    unseen = next((each.why for each in regions if each.score is None), "")
    worst = min(scores) if scores and not unseen else None
    return Score(name=example.name, good=example.good, score=worst, why=unseen, regions=regions)


def _region_score(check: TaughtCheck, place: int, sight: Sight) -> RegionScore:
    name = check.regions[place].name or str(place + 1)
    try:
        scored = score(check, place, sight)
    except CannotSee as reason:
        return RegionScore(name=name, score=None, why=WORDS[reason.reason].format_map(reason.values))
    doubt = "" if scored.doubt is None else WORDS[scored.doubt].format_map(scored.values)
    return RegionScore(name=name, score=round(scored.score, 4), why=doubt)


def _cut(
    lesson: Lesson, check: TaughtCheck, scores: Sequence[Score], good: Sequence[tuple[Example, Picture]]
) -> Cut:
    held = [each.score for each in scores if each.good and each.score is not None]
    bad = [each.score for each in scores if not each.good and each.score is not None]
    fixed = FIXED_CUTS.get(lesson.kind)
    if fixed is not None:
        separate = all(each > fixed.threshold for each in held) and all(
            each < fixed.threshold for each in bad
        )
        return replace(fixed, separate=separate and bool(held))
    taught = ready(check)
    varied = [each for _, picture in good[:FEW] for each in _varied(taught, picture)]
    return divide([*held, *varied], bad)


def _varied(taught: Taught, picture: Picture) -> list[float]:
    """The scores of a good picture in other light, a little turned and with noise: the good ones yet to come."""
    scores: list[float] = []
    for other in variants(picture):
        try:
            sight = seen_by(taught, other)
            scores.append(
                min(score(taught.check, place, sight).score for place in range(len(taught.check.regions)))
            )
        except CannotSee:
            continue
    return scores


def variants(picture: Picture) -> tuple[Picture, ...]:
    """The picture darker, brighter, and moved a little with noise on it."""
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), 1.5, 1.0)
    turn[:, 2] += (0.008 * wide, -0.008 * high)
    moved = cv2.warpAffine(picture, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    noise = np.random.default_rng(1).normal(0, 6, picture.shape)
    changed = (picture * 0.78, picture * 1.15, moved + noise)
    return tuple(np.asarray(np.clip(each, 0, 255), dtype=np.uint8) for each in changed)


def _remarks(lesson: Lesson, scores: Sequence[Score], cut: Cut) -> tuple[str, ...]:
    held = [each for each in scores if each.good and each.score is not None]
    bad = [each for each in scores if not each.good and each.score is not None]
    remarks: list[str] = []
    if not cut.separate:
        remarks.append(
            "good and bad pictures do not separate: what lies between is left to a person; draw the region closer, "
            "improve the light, or choose another kind"
        )
        worst = min(held, key=lambda each: each.score or 0.0, default=None)
        best = max(bad, key=lambda each: each.score or 0.0, default=None)
        if worst is not None and best is not None:
            remarks.append(
                f"worst good: {worst.name} {worst.score:.2f}; best bad: {best.name} {best.score:.2f}"
            )
    if not bad and lesson.kind not in FIXED_CUTS:
        remarks.append("there is no bad picture: the threshold is a guess; add some")
    if 0 < len(bad) < FEW:
        remarks.append(f"only {len(bad)} bad pictures: better {FEW} or more")
    if len(held) < FEW:
        remarks.append(
            f"only {len(held)} good pictures: better {FEW} or more, in all the light that there is"
        )
    remarks += [f"{each.name} was not used: {each.why}" for each in scores if each.score is None]
    return tuple(remarks)
