"""Steps of the sample library as the kiosk would show them, with whatever checks a picture is about."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from content.folder import load_instruction
from content.media import Picture
from kiosk.view import CheckView, GaugeView, Mark, MediumView, RailStep, StatusView, StepView

LIBRARY = Path(__file__).resolve().parents[2] / "content" / "library" / "instructions"
STATUS = StatusView(
    station="Bench 1",
    document="Close the pump",
    release="rev 1",
    unit="SN 100042",
    operator="Anna Berger",
    online=True,
)
OFFLINE = replace(STATUS, online=False, undelivered=128, lost_devices=("torque",))


def gauge(value: float | None, text: str) -> GaugeView:
    """A gauge whose band is the middle half."""
    return GaugeView(
        text=text, low=0.25, high=0.75, target=0.5, value=value, low_text="120.0", high_text="130.0"
    )


def rail(active: int, total: int = 9) -> tuple[RailStep, ...]:
    """A rail on which `active` steps are done."""
    marks = [Mark.GOOD] * active + [Mark.ACTIVE] + [Mark.WAITING] * (total - active - 1)
    return tuple(
        RailStep(id=f"s{n}", number=n + 1, title=f"Step number {n + 1}", mark=mark, reachable=n <= active)
        for n, mark in enumerate(marks)
    )


def step(document: str, number: int, checks: tuple[CheckView, ...], **more: object) -> StepView:
    """A step of the sample library with given checks."""
    folder = LIBRARY / document
    instruction = load_instruction(folder)
    shown = instruction.steps[number]
    media = tuple(
        MediumView(file=folder / m.picture, alt=m.alt, annotations=m.annotations)
        if isinstance(m, Picture)
        else MediumView(file=folder / m.video, alt=m.alt, poster=folder / m.poster, captions=m.captions)
        for m in shown.media
    )
    view = StepView(
        status=replace(STATUS, document=instruction.title),
        step=shown.id,
        number=number + 1,
        total=len(instruction.steps),
        title=shown.title,
        text=shown.text,
        media=media,
        safety=shown.safety,
        parts=tuple(f"1 × {part}" for part in shown.parts),
        tools=tuple(tool.name for tool in instruction.tools if tool.id in shown.tools),
        checks=checks,
        rail=rail(number, len(instruction.steps)),
        can_go_back=number > 0,
        expected=shown.standard_time,
        elapsed=timedelta(seconds=14),
        since=time.monotonic(),
        running=False,
    )
    return replace(view, **more)  # pyright: ignore[reportArgumentType] - keywords are fields of the view
