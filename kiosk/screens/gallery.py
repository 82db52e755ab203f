"""Every screen in its states as pictures, to be looked at: `python -m kiosk.screens.gallery --out DIR`."""

import argparse
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import qrcode

from content.folder import load_instruction
from content.instruction import Safety, SafetyLevel
from content.media import Picture
from kiosk.playing import SUPERVISOR
from kiosk.screens.gallery_answers import answers
from kiosk.screens.gallery_looks import looks
from kiosk.screens.gallery_steps import LIBRARY, OFFLINE, STATUS, gauge, step
from kiosk.screens.window import Window
from kiosk.view import (
    ChangesView,
    ChangeView,
    CheckView,
    ChooseView,
    DeviceRow,
    DevicesView,
    DoneView,
    EnrolView,
    FaultView,
    GaugeView,
    HeldView,
    IdleView,
    Mark,
    OptionView,
    Tile,
    View,
)
from kiosk.words import DEFAULT, again, languages, say


class Silent:
    """Verbs that do nothing."""

    def __getattr__(self, _name: str) -> object:
        return lambda *_args, **_more: None


def views(language: str = DEFAULT) -> Iterator[tuple[str, View]]:
    """Every picture's name and view; the longest of the kiosk's own sentences in that language."""
    yield from _sentences(language)
    qr = io.BytesIO()
    qrcode.make("http://stepline.example/stations/enrol?code=K7PM-3QXR").save(qr)
    yield (
        "enrol",
        EnrolView(code="K7PM-3QXR", url="http://stepline.example/stations/enrol", picture=qr.getvalue()),
    )
    titles = (
        "Close the pump",
        "Fit the gears",
        "Label and pack",
        "Leak and flow test",
        "Prepare the housing",
    )
    yield (
        "idle",
        IdleView(status=replace(STATUS, operator="", document="", release="", unit=""), set_up_for=titles),
    )
    yield "idle-empty", IdleView(status=OFFLINE, notice="This badge is not known here. Ask your supervisor.")
    yield "pin", IdleView(status=STATUS, pin_for="Ben Osei")
    tiles = tuple(
        Tile(key=str(n), title=title, detail="GP-100  ·  9 steps  ·  4:30", picture=_first_picture(title))
        for n, title in enumerate(titles)
    )
    signed_in = replace(STATUS, document="", release="", unit="")
    yield "choose", ChooseView(status=signed_in, tiles=tiles)
    notice = "No document here is for GP-999. Choose one, or scan again."
    yield "choose-unknown", ChooseView(status=signed_in, tiles=tiles, notice=notice)
    yield from _changes()
    yield from _steps()
    yield (
        "held",
        HeldView(
            status=STATUS,
            title="",
            reason="Paused by Anna Berger",
            step="Step 4: Tighten in the cross pattern",
        ),
    )
    withdrawn = "This document was withdrawn. Stop here and ask a supervisor."
    yield "stopped", HeldView(status=STATUS, reason=withdrawn, step="4 of 9: Tighten", stopped=True)
    yield (
        "done",
        DoneView(
            status=STATUS,
            title="Close the pump, SN 100042",
            elapsed=timedelta(seconds=251),
            expected=timedelta(seconds=270),
        ),
    )
    yield (
        "done-deviation",
        DoneView(status=STATUS, title="Close the pump", elapsed=timedelta(seconds=351), deviations=2),
    )
    yield (
        "fault",
        FaultView(
            status=replace(STATUS, online=False),
            title="The disk is full",
            message="Nothing can be recorded, so the run stands still. What was recorded is safe.",
            mend="Call a technician: make space on this kiosk's disk.",
            retry="Try again",
        ),
    )


def _sentences(language: str) -> Iterator[tuple[str, View]]:
    """The kiosk's longest sentences where they are shown: a banner, a notice, a fault, a run that stands still."""
    revoked = replace(STATUS, banner=say("revoked", language), banner_mark=Mark.BAD)
    ended = say("start_ended", language, until="2026-11-28 22:00")
    yield "said-banner", ChooseView(status=revoked, notice=ended, notice_mark=Mark.BAD)
    withdrawn = again("This document was withdrawn. Stop here and ask a supervisor.", language)
    yield "said-stopped", HeldView(status=STATUS, title="Close the pump", reason=withdrawn, stopped=True)
    needed = again(SUPERVISOR, language)
    yield "said-rulings", HeldView(status=STATUS, reason=needed, waits=True, supervisor="Cleo Ruiz")
    safe = say("trouble_safe", language)
    fault = {name: say(f"full_{name}", language, safe=safe, why="") for name in ("title", "message", "mend")}
    yield "said-fault", FaultView(status=STATUS, **fault, retry=say("retry", language))


def _changes() -> Iterator[tuple[str, View]]:
    """What operators read before their first run on a release."""
    told = (
        (None, "Before you begin", "protective equipment: also gloves"),
        (2, "Set the cover on the dowels", "new warning: The edge of the cover is sharp; picture replaced"),
        (4, "Tighten in the cross pattern", "limit 8.5 – 9.5 N·m → 8.0 – 9.0 N·m"),
        (5, "Wipe the joint face", "new step"),
    )
    changes = tuple(ChangeView(number=number, title=title, what=what) for number, title, what in told)
    status = replace(STATUS, document="", release="", unit="")
    few = ChangesView(
        status=status, release="a", title="Close the pump", revision=4, since=3, changes=changes
    )
    yield "changes", few
    yield "changes-acknowledge", replace(few, changes=changes * 3, acknowledge=True)
    arabic = ChangeView(number=1, title="ركّب الغطاء", what="text changed; new picture")
    long = (
        "Zahnradpumpengehäusedeckelschraubenverbindungsflächen in der Reihenfolge des Kreuzmusters anziehen"
    )
    wordy = ChangeView(
        number=112, title=long, what=f"neu: Warnung: {long}; Grenze 8.5 – 9.5 N·m → 8.0 – 9.0 N·m"
    )
    yield "changes-long", replace(few, changes=(arabic, wordy), acknowledge=True, title=long)
    yield "changes-none", replace(few, changes=(), acknowledge=True, since=None)


def _first_picture(title: str) -> Path | None:
    folder = LIBRARY / title.lower().replace(" the ", " ").replace(" ", "-")
    pictures = sorted((folder / "media").glob("*.webp"))
    return pictures[0] if pictures else None


def _steps() -> Iterator[tuple[str, View]]:
    confirm = CheckView(
        id="seen", kind="confirm", prompt="The cover sits flat", mark=Mark.ACTIVE, tappable=True
    )
    scan = CheckView(
        id="part", kind="scan", prompt="Scan the cover GP-131", mark=Mark.ACTIVE, awaited="GP-131"
    )
    torque = CheckView(
        id="screws",
        kind="torque",
        prompt="Tighten the six screws",
        mark=Mark.ACTIVE,
        awaited="8.5 – 9.5 N·m",
        came="9.02 N·m, 34°",
        count=3,
        total=6,
        gauge=gauge(0.52, "9.02 N·m"),
    )
    mass = CheckView(
        id="mass", kind="measure", prompt="Weigh both gears", mark=Mark.ACTIVE, awaited="345.0 – 355.0 g"
    )
    yield "step-confirm", step("close-pump", 2, (confirm,), primary="Done", can_confirm=True)
    yield "step-scan", step("close-pump", 1, (scan,), primary="Scan cover GP-131")
    wrong = replace(scan, mark=Mark.BAD, came="GP-999", verdict="not this one")
    notice = "Expected GP-131, but GP-999 came"
    yield (
        "step-wrong",
        step("close-pump", 1, (wrong,), primary="Scan cover GP-131", notice=notice, notice_mark=Mark.BAD),
    )
    yield "step-torque", step("close-pump", 5, (torque,), primary="Tighten 4 of 6: 9.0 N·m")
    weighed = replace(mass, came="362.4 g", mark=Mark.BAD, verdict="too heavy", gauge=gauge(0.93, "362.4 g"))
    yield from answers()
    yield from looks()
    yield (
        "step-measure",
        step(
            "fit-gears",
            1,
            (weighed,),
            primary="Weigh: 345.0 – 355.0 g",
            status=OFFLINE,
            elapsed=timedelta(seconds=95),
        ),
    )
    done = replace(scan, mark=Mark.GOOD, came="GP-131", verdict="good")
    timer = CheckView(
        id="t", kind="timer", prompt="Hold the pressure", mark=Mark.ACTIVE, awaited="8 s – 60 s", came="3 s"
    )
    signal = CheckView(
        id="c", kind="signal", prompt="Close the clamp", mark=Mark.WAITING, awaited="fixture-closed on"
    )
    yield (
        "step-many",
        step("close-pump", 3, (done, torque, signal, timer, confirm), primary="Tighten 4 of 6: 9.0 N·m"),
    )
    safety = tuple(
        Safety(level=level, text="Sharp edges. Wear gloves before you touch the housing.")
        for level in SafetyLevel
    )
    yield "step-safety", step("close-pump", 4, (confirm,), primary="Done", can_confirm=True, safety=safety)
    long = (
        "Die Sechskantschraubenverbindungsflächen des Zahnradpumpengehäusedeckels mit "
        "Reinigungsbenzin entfetten und anschließend **vollständig** trocknen lassen.\n\n"
        "- Dichtungsringnutenoberfläche prüfen\n- Gewindebohrungsgrundlochtiefe messen"
    )
    german = replace(confirm, prompt="Zahnradpumpengehäusedeckel liegt vollflächig auf")
    title = "Zahnradpumpengehäusedeckelschrauben anziehen"
    yield (
        "step-german",
        step("close-pump", 4, (german,), primary="Bestätigen", can_confirm=True, title=title, text=long),
    )
    arabic = "ضع الغطاء على المسامير ثم اضغط برفق حتى يستقر"
    yield (
        "step-arabic",
        step(
            "close-pump",
            4,
            (replace(confirm, prompt="الغطاء مستقر"),),
            primary="تم",
            can_confirm=True,
            title="ركّب الغطاء",
            text=arabic,
            language="ar",
        ),
    )
    tighten = replace(
        torque,
        gauge=GaugeView(
            text="9.02 N·m", low=0.25, high=0.75, target=0.5, value=0.51, low_text="8.5", high_text="9.5"
        ),
    )
    yield "step-tighten", step("close-pump", 3, (tighten,), primary="Tighten 4 of 6: 9.0 N·m")
    yield from _devices()
    yield "step-video", step("fit-gears", _video_step(), (confirm,), primary="Done", can_confirm=True)


def _devices() -> Iterator[tuple[str, View]]:
    rows = (
        DeviceRow(
            name="scanner",
            title="barcode scanner on a serial line",
            mark=Mark.GOOD,
            state="ready",
            reason="connected",
            last="code 'GP-131' ]d2",
            counts="128 taken, 1 refused",
            pace="0.1 a second · last 4 s ago · 0.3 ms to hand over, 1.2 ms at most in 99 of 100",
        ),
        DeviceRow(
            name="spindle-2",
            title="tightening controller, Open Protocol",
            mark=Mark.BAD,
            state="lost",
            reason="192.0.2.17:4545 cannot be reached: No route to host",
        ),
        DeviceRow(name="scale", title="scale, MT-SICS", mark=Mark.SKIPPED, state="out of use"),
        DeviceRow(name="oven", title="number in an MQTT message", mark=Mark.WAITING, state="connecting"),
        DeviceRow(
            name="andon",
            title="stack light",
            mark=Mark.GOOD,
            state="ready",
            reason="connected",
            last="green = True",
            counts="14 taken, lost 1 ×, back 1 ×",
            pace="0.1 a second · last 4 s ago · 0.3 ms to hand over, 1.2 ms at most in 99 of 100",
        ),
    )
    said = ("14:02:11 green = True", "14:02:09 amber = True", "14:01:55 is ready: connected")
    signals = tuple(
        OptionView(id=each, text=each, chosen=each == "green") for each in ("red", "amber", "green")
    )
    where = "mqtt://plant:1883"
    yield (
        "devices",
        DevicesView(status=STATUS, devices=rows, chosen="andon", reached=where, said=said, signals=signals),
    )
    yield (
        "devices-lost",
        DevicesView(
            status=OFFLINE,
            devices=rows,
            chosen="spindle-2",
            reached="192.0.2.17:4545",
            notice="A supervisor allows this: scan the supervisor's badge",
        ),
    )
    eye = DeviceRow(
        name="eye",
        title="camera",
        mark=Mark.GOOD,
        state="ready",
        reason="gives pictures of 1280 × 720",
        counts="3 taken",
    )
    yield (
        "devices-teaching",
        DevicesView(
            status=STATUS,
            devices=(*rows, eye),
            chosen="eye",
            reached="/dev/v4l/by-id/usb-Camera-index0",
            said=("14:03:07 is ready: gives pictures of 1280 × 720",),
            sees=True,
            kept=_first_picture("Label and pack"),
            kept_words=say("kept_good", DEFAULT),
        ),
    )
    yield "devices-none", DevicesView(status=STATUS)
    lost = CheckView(
        id="mass",
        kind="measure",
        prompt="Weigh both gears",
        mark=Mark.ACTIVE,
        awaited="345.0 – 355.0 g (scale is lost: it was unplugged)",
        by_hand=True,
    )
    yield "step-by-hand", step("fit-gears", 1, (lost,), primary="Weigh: 345.0 – 355.0 g")


def _video_step() -> int:
    steps = load_instruction(LIBRARY / "fit-gears").steps
    return next(n for n, one in enumerate(steps) if any(not isinstance(m, Picture) for m in one.media))


def main() -> None:
    """Write the pictures and end."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--size", default="1280x800")
    options.add_argument("--theme", default="dark", choices=("dark", "light"))
    options.add_argument("--only", default="")
    options.add_argument("--language", default="en", choices=languages())
    asked = options.parse_args()
    width, _, height = asked.size.partition("x")
    asked.out.mkdir(parents=True, exist_ok=True)
    waiting = [(name, view) for name, view in views(asked.language) if asked.only in name]
    painted: list[View] = []
    silent: Any = Silent()
    size, dress = (int(width), int(height)), {"theme": asked.theme, "language": asked.language}
    window = Window(silent, size=size, painted=painted.append, **dress)

    from kivy.clock import Clock  # after the window: Kivy reads its settings when it is imported

    def take(_dt: float) -> None:
        if window.view is not None:
            window.shot(asked.out / f"{shown.pop()}-{asked.theme}-{asked.size}.png")
        if not waiting:
            window.stop()
            return
        name, view = waiting.pop(0)
        shown.append(name)
        window.show(view)
        Clock.schedule_once(take, 2.5 if "video" in name else 1.2)

    shown: list[str] = []
    Clock.schedule_once(take, 0.3)
    window.run()


if __name__ == "__main__":
    main()
