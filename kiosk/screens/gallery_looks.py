"""What a camera says to a picture, in its states, for the gallery."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kiosk.screens.gallery_steps import step
from kiosk.view import (
    CheckView,
    Entry,
    HeldView,
    Mark,
    MediumView,
    OptionView,
    OutlineView,
    VerdictView,
    View,
)


def looks() -> Iterator[tuple[str, View]]:
    """What a camera says to a picture of the library, and where it asks."""
    shown = step("close-pump", 2, ())
    still = shown.media[0].file if shown.media else Path()
    cap = CheckView(
        id="cap",
        kind="vision",
        prompt="Red cap on the valve",
        mark=Mark.ACTIVE,
        awaited="cap",
        entry=Entry.LOOK,
    )
    primary = {"can_confirm": True, "opens": "cap"}
    yield "vision-waits", step("close-pump", 2, (cap,), primary="Take the picture", **primary)
    bad = OutlineView(
        corners=((0.55, 0.3), (0.75, 0.31), (0.74, 0.55), (0.54, 0.54)), mark=Mark.BAD, text="screw-2"
    )
    good = OutlineView(
        corners=((0.2, 0.3), (0.4, 0.31), (0.39, 0.55), (0.19, 0.54)), mark=Mark.GOOD, text="screw-1"
    )
    not_good = VerdictView(
        mark=Mark.BAD,
        title="Not good",
        why="screw-2: does not look as it should",
        numbers="0.12 · threshold 0.53",
    )
    failed = replace(cap, mark=Mark.BAD, came="cap not good (0.12)", verdict="not good: expected cap")
    yield (
        "vision-bad",
        step(
            "close-pump",
            2,
            (failed,),
            primary="Look again",
            media=(MediumView(file=still, outlines=(good, bad), verdict=not_good), *shown.media),
            notice="Not good: screw-2: does not look as it should",
            notice_mark=Mark.BAD,
            **primary,
        ),
    )
    doubt = VerdictView(
        mark=Mark.WAITING,
        title="Bitte selbst prüfen",
        why="3 von 6 gezählt, 2 unklar. Berühren sich Teile?",
        numbers="0.50 · Schwelle 0.50",
    )
    options = (
        OptionView(id="good", text="Ist in Ordnung"),
        OptionView(id="bad", text="Ist nicht in Ordnung"),
    )
    asked = replace(cap, options=options, prompt="Rote Ventilverschlusskappe sitzt")
    doubted = replace(bad, mark=Mark.WAITING, text="")
    media = (MediumView(file=still, outlines=(doubted,), verdict=doubt),)
    yield (
        "vision-doubt",
        step("close-pump", 2, (asked,), primary="Noch einmal schauen", media=media, **primary),
    )
    yield (
        "vision-supervisor",
        HeldView(
            status=shown.status,
            title="Close the pump",
            step="3 von 9: Alle sechs Schrauben ansetzen",
            reason="Die Kamera kann nicht entscheiden (3 von 6 gezählt, 2 unklar. Berühren sich Teile?). Die Aufsicht"
            " sieht es sich an, entscheidet und scannt ihren Ausweis.",
            waits=True,
            supervisor="Cleo Ruiz",
            media=media,
        ),
    )
    yield "vision-looking", step("close-pump", 2, (cap,), primary="Looking …")
