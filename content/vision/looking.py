"""A look: one picture held against one taught check. Pure; the same picture always gets the same verdict."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from content.vision import codes, colour, counting, cover, orientation, presence, quality, screws, text
from content.vision.errors import NoPicture, NotTaught
from content.vision.pictures import Picture, accepted, read_picture
from content.vision.scored import Scored
from content.vision.sight import Frame, Sight, lay
from content.vision.taught import (
    Code,
    Colour,
    Count,
    Orientation,
    Presence,
    Region,
    Screws,
    TaughtCheck,
    Text,
    read_taught,
)
from content.vision.verdict import Answer, CannotSee, Reason, Seen, Verdict

SURE = {Answer.BAD: 0, Answer.UNDECIDED: 1, Answer.GOOD: 2}  # the worst region speaks for all
LARGEST_PATCH = 400  # pixels of a side; teaching keeps at most 160
BLANK = Seen(name="", corners=(), answer=Answer.UNDECIDED, score=None, reason=Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Taught:
    """A taught check made ready: its scene is opened once and used for many looks."""

    check: TaughtCheck
    frame: Frame


def ready(check: TaughtCheck) -> Taught:
    """Open the scene and the patches inside a taught check; raises NotTaught where one is broken or far too large."""
    try:
        frame = read_picture(base64.b64decode(check.frame))
    except NoPicture as problem:
        raise NotTaught(f"the scene inside the taught check: {problem}") from None
    for encoded in _embedded(check):
        patch = presence.opened(encoded)
        if max(patch.shape[:2]) > LARGEST_PATCH:
            raise NotTaught(
                f"a picture inside the taught check has {patch.shape[1]} × {patch.shape[0]} pixels"
            )
    model = check.model
    if isinstance(model, Screws) and len(model.good[0]) != screws.LENGTH:
        raise NotTaught(f"a screw's profile has {len(model.good[0])} numbers, not {screws.LENGTH}")
    return Taught(check, Frame(frame))


def _embedded(check: TaughtCheck) -> Iterator[str]:
    """The small pictures that the model is made of."""
    match check.model:
        case Presence(looks=looks):
            for each in looks:
                yield from (*each.good, *each.bad)
        case Text(glyphs=glyphs):
            for glyph in glyphs:
                yield from glyph.looks
        case _:
            return


def opened(data: bytes) -> Taught:
    """A taught check from its file; raises NotTaught."""
    return ready(read_taught(data))


def look(taught: Taught, picture: Picture) -> Verdict:
    """What the check says to this picture. Raises NoPicture only where it is none; else there is always a verdict."""
    check = taught.check
    try:
        sight = seen_by(taught, accepted(picture))
    except CannotSee as reason:
        return _verdict(check, replace(BLANK, reason=reason.reason, values=reason.values), ())
    regions = tuple(_seen(check, place, sight) for place in range(len(check.regions)))
    worst = min(regions, key=lambda seen: (SURE[seen.answer], 1.0 if seen.score is None else seen.score))
    return _verdict(check, worst, regions)


def seen_by(taught: Taught, picture: Picture) -> Sight:
    """The picture laid over the taught scene; raises CannotSee where it cannot be judged."""
    quality.refuse_poor(picture, taught.check.light)
    return lay(taught.frame, picture, taught.check.align, moving(taught.check, taught.frame))


def moving(check: TaughtCheck, frame: Frame) -> int | None:
    """The marker that turns with the part, and so says nothing of where the scene is."""
    if not isinstance(check.model, Orientation):
        return None
    named = check.model.marker
    return orientation.marker_in(frame, check.regions[0], frame.markers) if named is None else named


def score(check: TaughtCheck, place: int, sight: Sight) -> Scored:
    """How good region `place` is; raises CannotSee where nothing can be said."""
    region = check.regions[place]
    if not sight.sees(region):
        raise CannotSee(Reason.NOT_ALIGNED)
    cover.refuse_covered(sight.frame.box(region), sight.others)
    return _scorer(check, place)(region, sight)


def _scorer(check: TaughtCheck, place: int) -> Callable[[Region, Sight], Scored]:
    match check.model:
        case Presence(looks=looks):
            return lambda region, sight: presence.score(looks[place], region, sight)
        case Colour(colours=colours):
            return lambda region, sight: colour.score(colours[place], region, sight)
        case Count() as model:
            return lambda region, sight: counting.score(model, region, sight)
        case Orientation() as model:
            return lambda region, sight: orientation.score(model, region, sight)
        case Code() as model:
            return lambda region, sight: codes.score(model, region, sight)
        case Text() as model:
            return lambda region, sight: text.score(model, region, sight)
        case Screws() as model:
            return lambda region, sight: screws.score(model, region, sight)


def _seen(check: TaughtCheck, place: int, sight: Sight) -> Seen:
    region = check.regions[place]
    blank = replace(BLANK, name=region.name or str(place + 1), corners=sight.corners(region))
    try:
        scored = score(check, place, sight)
    except CannotSee as reason:
        return replace(blank, reason=reason.reason, values=reason.values)
    rounded = round(scored.score, 4)
    answer, reason = _decided(check, rounded, scored)
    return replace(blank, answer=answer, score=rounded, reason=reason, values=scored.values)


def _decided(check: TaughtCheck, score: float, scored: Scored) -> tuple[Answer, Reason]:
    if scored.doubt is not None:
        return Answer.UNDECIDED, scored.doubt
    if check.undecided.low <= score <= check.undecided.high:
        return Answer.UNDECIDED, Reason.NEAR_THRESHOLD
    good = score > check.threshold
    return (Answer.GOOD, scored.good) if good else (Answer.BAD, scored.bad)


def _verdict(check: TaughtCheck, worst: Seen, regions: tuple[Seen, ...]) -> Verdict:
    return Verdict(
        check=check.name,
        answer=worst.answer,
        score=worst.score,
        threshold=check.threshold,
        low=check.undecided.low,
        high=check.undecided.high,
        reason=worst.reason,
        values={**worst.values, **({"region": worst.name} if len(regions) > 1 else {})},
        regions=regions,
        ask=check.ask,
    )
