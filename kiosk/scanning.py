"""What a scanned code does: sign in, open a document, name a work order, command, or prove something."""

import re
from collections.abc import Callable
from functools import partial

from content import label
from content.checks import Scan
from content.inputs import CodeGiven, Unit
from content.label import BadgeLabel, Command, CommandLabel, Label, PartLabel, Unreadable, WorkOrderLabel
from content.record import CodeRefused
from content.run import RunState
from kiosk.badges import Badges
from kiosk.bench import Bench
from kiosk.ports import Devices
from kiosk.runner import Runner
from kiosk.stamp import Stamp
from kiosk.view import Mark
from kiosk.words import DEFAULT, again, say

SHOWN = 60  # characters of a code that are shown and kept when it is refused
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffc]")
Commanded = Callable[[Command], None]
Why = Callable[[str], str]  # a reason in a language


class Scanning:
    """Reads labels and passes on what they mean."""

    def __init__(
        self, bench: Bench, runner: Runner, badges: Badges, commanded: Commanded, devices: Devices
    ) -> None:
        self._bench = bench
        self._runner = runner
        self._badges = badges
        self._commanded = commanded
        self._devices = devices

    def scanned(self, text: str, symbology: str | None, device: str, stamp: Stamp) -> None:
        """A code came from a scanner, or was typed; before the kiosk has a station it means nothing."""
        if self._bench.desk.station is None:
            return
        meant = label.read(text, symbology, self._devices.patterns)
        if isinstance(meant, BadgeLabel):
            self.badge(meant.code, device, stamp)
            return
        if isinstance(meant, Unreadable):
            self._refuse(text, device, partial(again, meant.reason), stamp)
            return
        if self._bench.desk.operator is None:
            self._refuse(text, device, partial(say, "code_nobody"), stamp)
        elif isinstance(meant, CommandLabel):
            self._commanded(meant.command)
        elif self._bench.desk.play is not None:
            self._to_the_run(meant, device, stamp)
        else:
            self._to_the_station(meant, device, stamp)

    def too_late(self, text: str, device: str, stamp: Stamp) -> None:
        """A code was read while the kiosk was cut off, and nobody knows whether before the step came up."""
        if self._bench.desk.station is not None:
            self._refuse(text, device, partial(say, "code_late"), stamp)

    def badge(self, code: str, device: str, stamp: Stamp) -> None:
        """A badge was held to a reader."""
        if self._bench.desk.station is not None and not self._badges.shown(code, stamp):
            self._refuse("badge", device, partial(say, "code_badge"), stamp)

    def _to_the_run(self, meant: Label, device: str, stamp: Stamp) -> None:
        bench = self._bench
        assert bench.desk.play is not None
        if bench.desk.play.run.state is RunState.HELD or bench.desk.play.stopped:
            bench.reject(bench.words("held_first"))
            return
        part = meant if isinstance(meant, PartLabel) else None
        self._runner.give(
            CodeGiven(
                text=meant.text,
                device=device,
                part_number=part.part_number if part else None,
                gtin=part.gtin if part else None,
                serial=part.serial if part else None,
                lot=part.lot if part else None,
                elements=part.elements if part else {},
                used=self._used(meant.text),
                at=stamp.at,
                tick=stamp.tick,
                by=bench.by,
            )
        )

    def _used(self, text: str) -> bool:
        """Whether a check that asks for a code never taken before at this station took this one."""
        bench = self._bench
        play = bench.desk.play
        if play is None or play.run.step is None:
            return False
        step = play.instruction.step(play.run.step)
        return any(
            isinstance(check, Scan)
            and check.unique == "station"
            and bench.store.journal.took(text, step.id, check.id, play.run.id)
            for check in step.checks
        )

    def _to_the_station(self, meant: Label, device: str, stamp: Stamp) -> None:
        bench = self._bench
        if isinstance(meant, WorkOrderLabel):
            bench.change(
                work_order=meant.number,
                parameters=meant.parameters,
                options=meant.options,
                done=None,
                choices=(),
            )
            bench.say(bench.words("work_order", number=meant.number), Mark.GOOD)
        elif isinstance(meant, PartLabel):
            self._open(meant, device, stamp)
        else:
            self._refuse(meant.text, device, partial(say, "code_unknown"), stamp)

    def _open(self, part: PartLabel, device: str, stamp: Stamp) -> None:
        bench = self._bench
        if part.gtin is None and part.part_number is None:
            self._refuse(part.text, device, partial(say, "code_no_gtin"), stamp)
            return
        found = bench.store.library.matching(gtin=part.gtin, part_number=part.part_number)
        unit = Unit(
            part_number=None if part.gtin and part.part_number == part.text else part.part_number,
            gtin=part.gtin,
            serial=part.serial,
            lot=part.lot,
            work_order=bench.desk.work_order,
        )
        if not found:
            self._refuse(part.text, device, partial(say, "code_no_document"), stamp)
        elif len(found) == 1:
            self._runner.start(found[0], unit, stamp)
        else:
            bench.change(choices=found, unit=unit, done=None, news=None)
            bench.say(bench.words("documents_for", count=len(found), code=printable(part.text)))

    def _refuse(self, text: str, device: str, why: Why, stamp: Stamp) -> None:
        """The record is in English, the screen in the kiosk's language."""
        bench = self._bench
        shown, reason = printable(text), why(DEFAULT)
        fact = CodeRefused(
            text=shown, device=device, reason=reason, at=stamp.at, tick=stamp.tick, by=bench.by
        )
        if bench.keep((fact,)):
            bench.change(choices=())
            key = "badge_refused" if shown == "badge" else "code_refused"
            bench.reject(bench.words(key, code=shown, why=why(bench.language)))


def printable(text: str) -> str:
    """A code as it can be shown: no control characters, not longer than a line."""
    clean = _UNPRINTABLE.sub("·", text.replace("\x1d", " "))
    return clean if len(clean) <= SHOWN else f"{clean[:SHOWN]} …"
