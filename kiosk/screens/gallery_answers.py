"""Checks that a person answers, types or signs, in their states, for the gallery."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.screens.gallery_steps import gauge, step
from kiosk.view import CheckView, Entry, Mark, OptionView, View


def answers() -> Iterator[tuple[str, View]]:
    """The checks that a person answers, on steps of the library."""
    leaks = CheckView(
        id="leaks",
        kind="choice",
        prompt="Is there oil at the joint face?",
        mark=Mark.ACTIVE,
        options=(
            OptionView(id="dry", text="No, it is dry"),
            OptionView(id="film", text="A film, no drop"),
            OptionView(id="drop", text="Drops fall"),
        ),
    )
    carton = CheckView(
        id="carton",
        kind="checklist",
        prompt="What is in the carton?",
        mark=Mark.ACTIVE,
        count=1,
        total=3,
        verdict="1 of 3",
        options=(
            OptionView(id="pump", text="The pump in its bag", chosen=True),
            OptionView(id="sheet", text="The data sheet"),
            OptionView(id="plugs", text="Two spare plugs"),
        ),
    )
    float_ = CheckView(
        id="float",
        kind="number",
        prompt="Read the dial gauge",
        mark=Mark.ACTIVE,
        awaited="0.03 – 0.08 mm",
        entry=Entry.NUMBER,
        gauge=gauge(None, ""),
        skippable=True,
    )
    batch = CheckView(
        id="batch", kind="text", prompt="Type the batch of the grease", mark=Mark.WAITING, entry=Entry.TEXT
    )
    label = CheckView(
        id="label", kind="photo", prompt="Photograph the label", mark=Mark.WAITING, entry=Entry.PHOTO
    )
    yield "step-choice", step("leak-and-flow-test", 5, (leaks,), primary="Is there oil at the joint face?")
    yield "step-checklist", step("label-and-pack", 4, (carton,), primary="What is in the carton?")
    yield (
        "step-entries",
        step(
            "fit-gears",
            4,
            (float_, batch, label),
            primary="Read the dial gauge",
            can_confirm=True,
            opens="float",
        ),
    )
    table = CheckView(
        id="depths",
        kind="table",
        prompt="Measure both gears",
        mark=Mark.ACTIVE,
        awaited="Idler gear · Width: 24.97 – 25.00 mm",
        came="Drive gear · Width: 24.98 mm",
        verdict="1 of 4",
        count=1,
        total=4,
        entry=Entry.NUMBER,
        cell=("idler", "width"),
        cell_name="Idler gear · Width",
        skippable=True,
    )
    full = replace(
        table,
        mark=Mark.GOOD,
        verdict="good",
        count=4,
        entry=Entry.NONE,
        cell=None,
        cell_name="",
        skippable=False,
    )
    signed = CheckView(
        id="release",
        kind="sign-off",
        prompt="The pump may leave the bench",
        mark=Mark.ACTIVE,
        awaited="Signature of a supervisor, not of who works here",
    )
    opens = {"can_confirm": True, "opens": "depths"}
    yield "step-table", step("fit-gears", 1, (table,), primary="Idler gear · Width", **opens)
    waiting = replace(signed, mark=Mark.WAITING)
    yield "step-table-then-sign", step("fit-gears", 1, (full, waiting), primary="Done")
    yield (
        "step-sign-off",
        step("label-and-pack", 4, (full, signed), primary="The pump may leave the bench: scan your badge"),
    )
    refused = replace(signed, mark=Mark.BAD, came="Anna Berger", verdict="somebody else has to sign")
    yield (
        "step-sign-off-refused",
        step("label-and-pack", 4, (refused,), primary="The pump may leave the bench"),
    )
