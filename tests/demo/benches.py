"""Kiosks as the panel sees them, one for every check of the sample library; without any process."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from content.evidence import CheckState, needed
from content.inputs import Unit
from content.instruction import Instruction
from content.run import Run, RunState
from content.values import Digest
from stepline.demo.devices import Driven
from stepline.demo.headless import instructions
from stepline.demo.panel.seen import Seen

HELD = {Digest(f"{number:064x}"): document for number, document in enumerate(instructions().values())}
SIGNED_OUT = Seen(held=HELD, assigned=tuple(HELD))
AT_WORK = replace(SIGNED_OUT, signed_in="anna")


def run_of(document: Instruction, **more) -> Run:
    release = next(digest for digest, held in HELD.items() if held is document)
    return Run(
        id="r",
        release=release,
        document=document.id,
        revision=1,
        station="bench-1",
        unit=Unit(),
        by="anna",
        expected=timedelta(minutes=1),
        started=0,
        **more,
    )


def at_every_check() -> Iterator[tuple[str, Seen]]:
    """Each step with its first checks passed, one more each time; the last time all."""
    for document in HELD.values():
        for step in document.steps:
            for passed in range(len(step.checks) + 1):
                states = {
                    check.id: CheckState(good=needed(check), passed=True) for check in step.checks[:passed]
                }
                run = run_of(document, state=RunState.RUNNING, step=step.id, checks={step.id: states})
                yield f"{document.id}/{step.id}/{passed}", replace(AT_WORK, run=run)


def everything() -> Iterator[tuple[str, Seen]]:
    """All that the panel may have to show."""
    yield from at_every_check()
    _name, working = next(at_every_check())
    yield "no-documents", Seen()
    yield "signed-out", SIGNED_OUT
    yield "signed-in", AT_WORK
    yield "held", replace(working, run=replace(working.run, state=RunState.HELD))
    yield "done", replace(working, run=replace(working.run, state=RunState.COMPLETED))
    lost = ("oil-temperature", "pressure-gauge", "flow-meter")
    yield (
        "network-cut",
        replace(
            working,
            plugged=False,
            lost=lost,
            told="The gauge says 10.3 l/min. The kiosk has not found it again yet: once more in a moment",
        ),
    )
    lit = Driven(lamps=("yellow", "red"), bins=("A1", "A2", "B3", "B4"), tool=True, printed=12, labels=False)
    yield "everything-lit", replace(working, driven=lit)
    yield (
        "no-power",
        replace(working, powered=False, told="Scanned WRONG-4711. The kiosk has no power: nobody hears it"),
    )
