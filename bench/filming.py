"""Codes before a camera: what its decoder tells of films of photographed codes, beside the library's default call.

Both see the same frames of the same scenes, for the same time: what one core needs for half a second's decoding.
So it is the live path that is measured, as it runs in `hardware.transport.camera`, one look at each frame; nothing
here gets more passes or more time than what it is held against. Every look is timed, at codes and at none.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import cv2
import zxingcpp

from bench.measure import Measure, percentile
from bench.photographs import Photograph, Picture, empty_ones, photographs
from hardware.decode.picture_codes import codes_in
from hardware.drivers.camera import CameraDecoder, CameraOptions
from hardware.readings import CodeScanned, Mark

EACH = 6  # photographs of each symbology
EMPTY = 40  # scenes without a code
BUDGET = 600.0  # ms of one core that a film is looked at; a person holds a label that long without wondering
PACE = 50_000_000  # ns between two frames, for the decoder's memory of what was in sight
AT = datetime(2026, 11, 24, tzinfo=UTC)
Look = Callable[[Picture], set[str]]


@dataclass(slots=True)
class Tally:
    """What one decoder read in all films."""

    read: Counter[str] = field(default_factory=Counter[str])
    false: int = 0
    took: list[float] = field(default_factory=list[float])  # ms of each look
    frames: int = 0


def measured() -> Iterator[Measure]:
    """The films, and the single pictures for comparison."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # what other threads did would be counted for nobody
    try:
        yield from _filmed()
        yield _singly()
    finally:
        cv2.setNumThreads(threads)


def _filmed() -> Iterator[Measure]:
    ours, alone = Tally(), Tally()
    shown = Counter[str]()
    for photograph in photographs(EACH):
        shown[photograph.symbology] += 1
        watch(photograph, live(), ours)
        watch(photograph, default, alone)
    for photograph in empty_ones(EMPTY):
        watch(photograph, live(), ours)
        watch(photograph, default, alone)
    worse = [kind for kind in shown if ours.read[kind] < alone.read[kind]]
    yield Measure(
        name=f"codes in {shown.total()} films of {len(shown)} kinds, {BUDGET:.0f} ms of decoding each; "
        f"{ours.false} false (default call {alone.false}), {len(worse)} kinds worse{_named(worse)}",
        value=ours.read.total(),
        unit="read",
        yardstick_name="zxing-cpp's default call, same frames, same time",
        yardstick=alone.read.total(),
        goal="≥ 1.1x, none false or worse",
        met=ours.read.total() >= 1.1 * alone.read.total() and not ours.false and not worse,
    )
    value, half = percentile(ours.took, 0.95), percentile(ours.took, 0.5)
    yield Measure(
        name=f"one look of a camera at 1 megapixel, at codes and at none, p95 of {len(ours.took)} (p50 {half:.0f} ms)",
        value=value,
        unit="ms",
        yardstick_name="zxing-cpp's default call, p95",
        yardstick=percentile(alone.took, 0.95),
        goal="≤ 60 ms",
        met=value <= 60,
    )


def _singly() -> Measure:
    """One picture and nothing else, as a taught check or an upload has it: every pass may look, and takes its time."""
    read, alone, took, default_took = 0, 0, [], []
    for photograph in photographs(EACH):
        begun = time.thread_time()
        read += photograph.text in {code.text for code in codes_in(photograph.picture)}
        took.append((time.thread_time() - begun) * 1000)
        begun = time.thread_time()
        alone += photograph.text in default(photograph.picture)
        default_took.append((time.thread_time() - begun) * 1000)
    return Measure(
        name=f"codes in single pictures, every pass, p50 {percentile(took, 0.5):.0f} ms each "
        f"(default call {percentile(default_took, 0.5):.0f} ms)",
        value=read,
        unit="read",
        yardstick_name="zxing-cpp's default call, one look",
        yardstick=alone,
    )


def watch(photograph: Photograph, look: Look, tally: Tally, budget: float = BUDGET) -> None:
    """Film it until its code was read, or the time is up."""
    spent, number = 0.0, 0
    while spent < budget:
        frame = photograph.frame(number)
        number += 1
        begun = time.thread_time()
        told = look(frame)
        took = (time.thread_time() - begun) * 1000
        tally.took.append(took)
        spent += took
        tally.false += bool(told - {photograph.text})
        if photograph.text and photograph.text in told:
            tally.read[photograph.symbology] += 1
            break
    tally.frames += number


def default(frame: Picture) -> set[str]:
    """The library as it is called by who reads no manual."""
    codes = zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain)
    return {code.text for code in codes if code.valid and code.text}


def live() -> Look:
    """A camera's own decoder, as it stands at a bench."""
    tick = [0]

    def stamp() -> Mark:
        return {"device": "eye", "at": AT, "tick": tick[0]}

    decoder = CameraDecoder(stamp=stamp, own=CameraOptions())  # pyright: ignore[reportCallIssue]

    def look(frame: Picture) -> set[str]:
        tick[0] += PACE
        return {told.text for told in decoder.look(frame) if isinstance(told, CodeScanned)}

    return look


def _named(kinds: list[str]) -> str:
    return f": {', '.join(kinds)}" if kinds else ""
