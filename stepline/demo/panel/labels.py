"""The labels that the scanner can be held to: the one that is asked for, and the list of all. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from content.checks import Scan as ScanCheck
from content.instruction import Instruction
from stepline.demo.panel.acts import Scan
from stepline.demo.panel.seen import Seen
from stepline.demo.player import example_of

Labelled = tuple[Scan, str]  # a label, and a few words on what it is


def suggested(seen: Seen) -> tuple[Scan, str, bool] | None:
    """The code that is asked for, or that begins the next document; what it is, and whether it is awaited now."""
    for check in seen.open_checks:
        if isinstance(check, ScanCheck):
            answer = _answer(check, seen)
            return answer, _named(answer.text, seen), check is seen.asked
    if seen.run is not None and seen.run.open:
        return None
    document = _next_document(seen)
    if document is None:
        return None
    return _opener(document, seen.serial), document.title, seen.powered and seen.signed_in is not None


def _opener(document: Instruction, serial: str) -> Scan:
    part = _part(document)
    gtins = document.applies_to.gtins
    return replace(_tag(gtins[0], part, serial), label=part) if gtins else Scan(text=part, label=part)


def _named(code: str, seen: Seen) -> str:
    """What the open document calls the part of that number."""
    parts = seen.document.parts if seen.document is not None else ()
    return next((part.name for part in parts if part.number == code), "")


def _answer(check: ScanCheck, seen: Seen) -> Scan:
    text = check.part or check.exact or example_of(check.pattern or "")
    if check.pattern is not None and re.fullmatch(check.pattern, seen.serial):
        text = seen.serial
    return Scan(text=text, label=text)


def _next_document(seen: Seen) -> Instruction | None:
    """The one that comes after the last run's; else the first."""
    documents = {str(document.id): document for document in seen.documents}
    order = list(documents)
    if not order:
        return None
    last = seen.run.document if seen.run is not None else order[-1]
    return documents[order[(order.index(last) + 1) % len(order)] if last in order else order[0]]


def _part(document: Instruction) -> str:
    applies = document.applies_to
    return applies.part_numbers[0] if applies.part_numbers else applies.gtins[0]


def _tag(gtin: str, part: str, serial: str) -> Scan:
    """The DataMatrix on a unit, which tells its serial number."""
    return Scan(text=f"01{gtin}21{serial}", symbology="]d2", label=f"{part} · {serial}")


def all_labels(seen: Seen) -> Sequence[tuple[str, Sequence[Labelled]]]:
    """Everything that can be scanned, in groups with a title."""
    groups = (
        ("Begins a document", list(_openers(seen))),
        ("Lies at the bench", list(_lying(seen))),
        ("Causes trouble", TROUBLE),
        ("Cards and papers", PAPERS),
    )
    return [(title, labels) for title, labels in groups if labels]


def _openers(seen: Seen) -> Iterator[Labelled]:
    documents = seen.documents
    numbers = {number: None for document in documents for number in document.applies_to.part_numbers}
    for number in numbers:
        titles = [document.title for document in documents if number in document.applies_to.part_numbers]
        yield (
            Scan(text=number, label=number),
            titles[0] if len(titles) == 1 else f"{len(titles)} documents",
        )
    gtins = {gtin: _part(document) for document in documents for gtin in document.applies_to.gtins}
    for gtin, number in gtins.items():
        yield _tag(gtin, number, seen.serial), "GS1 DataMatrix"
    for gtin, number in list(gtins.items())[:1]:
        link = f"https://id.gs1.org/01/{gtin}/21/{seen.serial}"
        yield Scan(text=link, symbology="]Q1", label=f"{number} · {seen.serial}"), "GS1 Digital Link"


def _lying(seen: Seen) -> Iterator[Labelled]:
    """What the open document asks to scan."""
    if seen.document is None:
        return
    scans = [check for step in seen.document.steps for check in step.checks if isinstance(check, ScanCheck)]
    for answer in {_answer(check, seen): None for check in scans}:
        yield answer, _named(answer.text, seen)


PAPERS: Sequence[Labelled] = (
    (Scan(text="WO:24-1187", symbology="]Q1", label="WO:24-1187"), "work order"),
    *(
        (Scan(text=f"CMD:{name}", symbology="]Q1", label=f"CMD:{name}"), "card")
        for name in ("DONE", "BACK", "PAUSE", "PROBLEM", "SIGN-OUT")
    ),
)
TROUBLE: Sequence[Labelled] = (
    (Scan(text="XY-4711", label="XY-4711"), "unknown part"),
    (Scan(text="0109521234501100", symbology="]d2", label="(01)09521234501100"), "wrong check digit"),
    (Scan(text="CMD:EXPLODE", symbology="]Q1", label="CMD:EXPLODE"), "unknown card"),
    (
        Scan(text="https://example.com/menu", symbology="]Q1", label="example.com/menu"),
        "a lunch menu",
    ),
)
