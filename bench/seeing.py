"""Vision checks: how long one look takes at a picture of one megapixel, by kind; a decoded picture is the yardstick."""

import time
from collections.abc import Iterator

from bench.measure import Measure, percentile
from content.vision.evaluating import Labelled, evaluate
from content.vision.looking import look, ready
from content.vision.pictures import as_jpeg, read_picture
from content.vision.taught import Region
from content.vision.teaching import Example, Lesson, teach
from content.vision.verdict import Answer
from hardware.simulate.scene import FAULTS, PLACES, Scene, draw, shaken

KINDS = {
    "presence": ("bracket", {}),
    "colour": ("cap", {}),
    "count": ("pins", {"count": 6}),
    "orientation": ("dial", {}),
    "code": ("code", {}),
    "text": ("label", {"expected": "GP-100 C4"}),
    "screws": ("screws", {}),
}
TAUGHT_ON = 4  # good pictures, and bad ones
PICTURES = 15  # of each, never taught
GOAL = 100  # ms at the 95th percentile; nobody waits for a tenth of a second


def measured() -> Iterator[Measure]:
    """The time of a look, and what was wrong or left to a person on pictures that were not taught."""
    for kind, (fault, more) in KINDS.items():
        yield _kind(kind, fault, more)


def _kind(kind: str, fault: str, more: dict) -> Measure:
    scenes, places = FAULTS[fault]
    regions = tuple(
        Region(**dict(zip(("x", "y", "width", "height"), PLACES[place], strict=True)), name=place)
        for place in places
    )
    lesson = Lesson(name=fault, kind=kind, regions=regions, **more)
    taught = ready(
        teach(
            lesson, [Example(name=name, data=data, good=good) for name, data, good in _set(scenes, 0)]
        ).check
    )
    pictures = list(_set(scenes, 900, PICTURES))
    opened = [read_picture(data) for _, data, _ in pictures]
    took, decoding = [], []
    for picture, (_, data, _) in zip(opened, pictures, strict=True):
        begun = time.perf_counter()
        look(taught, picture)
        took.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        read_picture(data)
        decoding.append((time.perf_counter() - begun) * 1000)
    judged = evaluate(taught, [Labelled(name=name, data=data, good=good) for name, data, good in pictures])
    wrong = sum(each.right is False for each in judged.judged)
    asked = sum(each.answer is Answer.UNDECIDED for each in judged.judged)
    value = percentile(took, 0.95)
    return Measure(
        name=f"vision check at 1 megapixel, {kind}, p95; of {len(pictures)} pictures {wrong} wrong, {asked} asked",
        value=value,
        unit="ms",
        yardstick_name="decoding the picture",
        yardstick=percentile(decoding, 0.95),
        goal=f"≤ {GOAL} ms, none wrong",
        met=value <= GOAL and not wrong,
    )


def _set(scenes: tuple[Scene, ...], seed: int, count: int = TAUGHT_ON) -> Iterator[tuple[str, bytes, bool]]:
    for number in range(count):
        shake = shaken(seed + number) if seed + number else None
        yield f"good-{number}", as_jpeg(draw(Scene(), shake)), True
        yield f"bad-{number}", as_jpeg(draw(scenes[number % len(scenes)], shaken(seed + 500 + number))), False
