"""A label printer that speaks ZPL II, on TCP 9100 or a serial line: prints what a step asks for, and tells the outcome.

Commands and answers as Zebra's "ZPL II Programming Guide" says: `~HS` is answered by three strings between STX and ETX.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field, field_validator

from hardware.decode.excerpt import refused
from hardware.decode.lines import Broken, LineCutter, Tail
from hardware.driver import BYTES, Command, Driver, HangUp, Options, Place, Ready, Send, Told
from hardware.readings import CommandDone

SECOND = 1_000_000_000  # ns
LONGEST_LINE = 256  # bytes; a status string is below 80
LONGEST_LABEL = 16_384  # characters
STATUS = b"~HS\r\n"
PATIENCE = 3 * SECOND  # for an answer to a question for the status
LOOKS = 250_000_000  # ns between two looks while a label is being printed
IDLE = 5 * SECOND  # between two looks while nothing is
LONGEST_PRINT = 20 * SECOND  # after which a label counts as not printed
_FIELD = re.compile(r"\{([a-z_]{1,30})\}")
_ODD = re.compile(r"[\^~_\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    paper_out: bool
    paused: bool
    formats: int  # that it has received and not yet begun
    head_open: bool
    ribbon_out: bool
    remaining: int  # labels of the batch

    @property
    def trouble(self) -> str:
        """What a person has to do; empty when it can print."""
        if self.head_open:
            return "the print head is open: close it"
        if self.paper_out:
            return "the printer has no labels left: put a roll in"
        if self.ribbon_out:
            return "the printer has no ribbon left: put one in"
        return "the printer is paused: press its pause button" if self.paused else ""


class PrinterDecoder:
    """Prints one label after the other; each is told as a `CommandDone` once it is out, or cannot be."""

    def __init__(self, *, place: Place, own: "PrinterOptions") -> None:
        self._stamp = place.stamp
        self._own = own
        self._begin()

    def _begin(self) -> None:
        self._lines = LineCutter(LONGEST_LINE)
        self._told: list[str] = []
        self._there = False
        self._asked_at: int | None = None  # a status that is waited for
        self._look_at = 0  # when it is asked for next
        self._printing: tuple[Command, int] | None = None  # and since when
        self._queue: list[Command] = []
        self._trouble = ""

    def _now(self) -> int:
        return self._stamp()["tick"]

    @property
    def pending(self) -> bool:
        """Whether an answer has begun and not ended."""
        return self._lines.pending

    def opened(self) -> Iterator[Told]:
        """Ask for its status: a port that takes everything is no printer yet. Labels under way are unknown."""
        queue = [*([self._printing[0]] if self._printing else []), *self._queue]
        self._begin()
        for command in queue:
            yield self._done(command, "the printer went away: look whether the label is there")
        yield from self._look()

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """Yield what each status brings."""
        for line in self._lines.feed(chunk):
            if isinstance(line, Broken | Tail):
                yield refused(self._stamp, "this is no status of a printer", line.data)
                continue
            self._told.append(line.decode("ascii", errors="replace"))
            if len(self._told) == 3:
                told, self._told = self._told, []
                yield from self._status(told)

    def give_up(self, reason: str) -> Iterator[Told]:
        """Refuse the half answer that is held, if any."""
        self._told = []
        for broken in self._lines.give_up(reason):
            yield refused(self._stamp, broken.reason, broken.data)

    def due(self) -> int | None:
        """When the status is asked for again, or is late."""
        return self._look_at if self._asked_at is None else self._asked_at + PATIENCE

    def rang(self) -> Iterator[Told]:
        """Ask for the status, or give the printer up."""
        if self._asked_at is not None and self._now() - self._asked_at >= PATIENCE:
            yield HangUp("the printer does not answer: is it a ZPL printer, and switched on?")
        elif self._asked_at is None and self._now() >= self._look_at:
            yield from self._look()

    def ask(self, command: Command) -> Iterator[Told]:
        """`print` the label that is named, with what is given."""
        label = str(command.given.get("label", ""))
        if command.verb != "print":
            yield self._done(command, f"a printer does not know how to {command.verb}")
        elif label not in self._own.labels:
            known = ", ".join(self._own.labels) or "none"
            yield self._done(command, f"the station's file has no label {label!r}; there are: {known}")
        else:
            self._queue.append(command)
            yield from self._print_next()

    # --- printing -----------------------------------------------------------

    def _print_next(self) -> Iterator[Told]:
        if self._printing is not None or not self._queue:
            return
        command = self._queue.pop(0)
        try:
            label = filled(self._own.labels[str(command.given["label"])], command.given)
        except ValueError as problem:
            yield self._done(command, str(problem))
            yield from self._print_next()
            return
        self._printing = command, self._now()
        yield Send(label.encode("utf-8") + b"\r\n")
        yield from self._look()

    def _look(self) -> Iterator[Told]:
        if self._asked_at is None:
            self._asked_at = self._now()
            yield Send(STATUS)

    def _status(self, told: list[str]) -> Iterator[Told]:
        self._asked_at = None
        status = _read(told)
        if status is None:
            yield refused(self._stamp, "this is no status of a printer", ";".join(told).encode())
            self._look_at = self._now() + IDLE
            return
        if not self._there:
            self._there = True
            yield Ready("the printer answers")
        if status.trouble != self._trouble:
            self._trouble = status.trouble
            if self._trouble:
                yield refused(self._stamp, self._trouble, b"")
        yield from self._progress(status)
        self._look_at = self._now() + (IDLE if self._printing is None else LOOKS)

    def _progress(self, status: _Status) -> Iterator[Told]:
        if self._printing is None:
            return
        command, since = self._printing
        if not status.formats and not status.remaining and not status.trouble:
            self._printing = None
            yield self._done(command, "")
        elif self._now() - since >= LONGEST_PRINT:
            self._printing = None
            yield self._done(command, status.trouble or "the label did not come out")
        yield from self._print_next()

    def _done(self, command: Command, reason: str) -> CommandDone:
        return CommandDone(
            **self._stamp(), command=command.id, verb=command.verb, ok=not reason, reason=reason
        )


def filled(label: str, given: Mapping[str, object]) -> str:
    """The label with its fields; raises ValueError for a field that is not given.

    What would be a command in ZPL goes in as hexadecimal, which `^FH` before `^FD` makes readable again.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in given:
            raise ValueError(f"the label shows {found[1]!r}, which the unit's label does not tell")
        text = str(given[found[1]])
        if _ODD.search(text) and "^FH" not in label:
            raise ValueError(
                f"{found[1]} holds a sign that ZPL needs for itself: write ^FH before ^FD in the label"
            )
        return _ODD.sub(lambda odd: f"_{ord(odd[0]):02X}", text)

    return _FIELD.sub(value, label)


def _read(told: list[str]) -> _Status | None:
    first, second = ([field.strip(" ") for field in line.split(",")] for line in told[:2])
    numbers = all(field.isascii() and field.isdigit() for field in (*first, *second))
    if len(first) < 12 or len(second) < 9 or not numbers:
        return None
    return _Status(
        paper_out=first[1] == "1",
        paused=first[2] == "1",
        formats=int(first[4]),
        head_open=second[2] == "1",
        ribbon_out=second[3] == "1",
        remaining=int(second[8]),
    )


class PrinterOptions(Options):
    """The labels."""

    labels: Mapping[str, str] = Field(
        description="name to ZPL; {serial}, {lot}, {part_number}, {gtin} and {work_order} stand for the unit's own"
    )

    @field_validator("labels")
    @classmethod
    def _are_labels(cls, labels: Mapping[str, str]) -> Mapping[str, str]:
        for name, label in labels.items():
            if len(label) > LONGEST_LABEL:
                raise ValueError(f"{name} has {len(label)} characters; at most {LONGEST_LABEL} are taken")
            if not label.strip().startswith("^XA") or not label.strip().endswith("^XZ"):
                raise ValueError(f"{name} is no ZPL; a label begins with ^XA and ends with ^XZ")
        return labels


DRIVER = Driver(
    kind="printer",
    title="label printer that speaks ZPL",
    carriers=BYTES,
    options=PrinterOptions,
    decoder=lambda own, place: PrinterDecoder(place=place, own=own),
    commands={"print": "print a label"},
    simulator="hardware.simulate.printer:SimulatedPrinter",
    small_talk=lambda _, said: said == STATUS,
)
