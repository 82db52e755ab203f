"""Scales: MT-SICS (Mettler-Toledo, Kern's KCP and many more), A&D, Sartorius SBI and Kern's older one-letter protocol.

Frames as the makers' manuals print them: MT-SICS reference manual (`S S     123.45 g`), A&D standard format
(`ST,GS,+00123.45 g`), Sartorius data output with 16 or 22 characters (`N     +  123.45 g`, without a unit while it
moves), Kern remote control (`w`, `s`, `t`; 18 characters, without a unit while it moves).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import Field

from hardware.decode.asked_lines import AskedLineDecoder, Asking
from hardware.decode.numbers import number
from hardware.driver import BYTES, Command, Driver, Options, Send, Told
from hardware.readings import CommandDone, Measured, Reading, Stamp

LONGEST_LINE = 128  # bytes; all families stay below 40
PATIENCE = 3_000_000_000  # ns for an answer to a command

OVER = "the scale is overloaded: take something off"
UNDER = "the scale is underloaded: put the pan on and set it to zero"
BUSY = "the scale cannot weigh now: it is busy or has not settled"
FAULTY = "the scale reports a fault: look at its display"
NO_SICS = "this is no weight: expected `S S     123.45 g` or `ST,GS,+00123.45 g`"
NO_BARE = "this is no weight: expected `N     +  123.45 g` or `   123.45 g`"
_UNIT = r"(?P<unit>[A-Za-z%][A-Za-z/%.]{0,7})"
_WEIGHT = rf"(?P<value>[+-]? *[0-9.]{{1,24}}) *{_UNIT}"
# "S": weight, "SI"/"SIR" answer as "S" too; second letter S is stable, D is dynamic
_SICS = re.compile(rf"S (?P<settled>[SD]) +{_WEIGHT} *")
_SICS_SAID = {
    "S +": OVER,
    "S -": UNDER,
    "S I": BUSY,
    "ES": "the scale does not know the command it was sent: mend `on_connect` or `speaks`",
    "ET": "the scale received a damaged command: check baud rate and parity",
    "EL": "the scale cannot carry out the command it was sent: mend `on_connect` or `speaks`",
}
_SICS_DONE = re.compile(rf"(?P<verb>[TZ])I? (?:(?P<outcome>[AI+-])|[SD] +{_WEIGHT}) *")
_SICS_POWERED = re.compile(r'I4 A "[^"]*"')  # a scale says its serial number when it is switched on
# header, then on indicators also GS/NT/TR (gross, net, tare); Kern writes G, N, GW, NT, TW
_AND = re.compile(rf"(?P<settled>ST|US|QT),(?:(?:GS|NT|TR|GW|TW|G|N),?)? *{_WEIGHT} *", re.IGNORECASE)
_START = re.compile(rb"S [SD] |(?:ST|US|QT),")
_AND_OVER = re.compile(r"OL(?:,.*)?")
_BARE = re.compile(rf"(?:[A-Za-z#/]\S{{0,5}} +)?(?P<value>[+-]? *[0-9.]{{1,24}})(?: +{_UNIT})? *")
_BARE_SAID = {
    "h": OVER,
    "high": OVER,
    "l": UNDER,
    "low": UNDER,
    "c": BUSY,
    "calib": BUSY,
    "cal": BUSY,
    "--": BUSY,
}


@dataclass(frozen=True, slots=True)
class _Weight:
    value: Decimal
    unit: str  # empty: the scale did not say it
    stable: bool
    count: bool = False


_Read = Callable[[str], "_Weight | str | None"]  # a weight, why there is none, or nothing to tell


def _sics(text: str) -> _Weight | str | None:
    if text in _SICS_SAID:
        return _SICS_SAID[text]
    if _SICS_POWERED.fullmatch(text):
        return None
    if _AND_OVER.fullmatch(text):
        return OVER
    found = _SICS.fullmatch(text) or _AND.fullmatch(text)
    value = number(found["value"]) if found else None
    if found is None or value is None:
        return NO_SICS
    settled = found["settled"].upper()
    return _Weight(value, found["unit"], stable=settled in {"S", "ST", "QT"}, count=settled == "QT")


def _bare(text: str) -> _Weight | str | None:
    """A weight whose unit is only said when it has settled: SBI and Kern."""
    said = text.removeprefix("Stat").strip().casefold()
    if said in _BARE_SAID:
        return _BARE_SAID[said]
    if said.startswith("err"):
        return FAULTY
    found = _BARE.fullmatch(text.replace("[", "").replace("]", "").strip().removeprefix("M").strip())
    value = number(found["value"]) if found else None
    if found is None or value is None:
        return NO_BARE
    unit = found["unit"] or ""
    return _Weight(value, unit, stable=bool(unit), count=unit.casefold() == "pcs")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """How a family of scales is spoken to."""

    read: _Read
    ask: bytes  # for the weight as it is now
    repeat: bytes | None  # that again and again; None: it is asked again and again
    tare: bytes
    zero: bytes
    answers: bool = False  # whether tare and zero are answered


FAMILIES: Mapping[str, _Family] = {
    "mt-sics": _Family(
        read=_sics, ask=b"SI\r\n", repeat=b"SIR\r\n", tare=b"T\r\n", zero=b"Z\r\n", answers=True
    ),
    "a-and-d": _Family(read=_sics, ask=b"Q\r\n", repeat=b"SIR\r\n", tare=b"T\r\n", zero=b"Z\r\n"),
    "sbi": _Family(read=_bare, ask=b"\x1bP\r\n", repeat=None, tare=b"\x1bT\r\n", zero=b"\x1bV\r\n"),
    "kern": _Family(read=_bare, ask=b"w", repeat=None, tare=b"t", zero=b"t"),
}


class ScaleDecoder(AskedLineDecoder):
    """Measured for each weight, in the unit the scale names; overload and the like are refused in words."""

    def __init__(self, *, stamp: Stamp, own: "ScaleOptions") -> None:
        family = FAMILIES[own.speaks]
        super().__init__(
            self._read,
            stamp=stamp,
            ceiling=LONGEST_LINE,
            start=_START if family.read is _sics else None,
            asking=_asking(family, own),
        )
        self._own = own
        self._family = family
        self._scale_stamp = stamp
        self._unit = own.unit
        self._obeying: tuple[Command, int] | None = None  # and since when

    def opened(self) -> Iterator[Told]:
        """Ask for weights as the table says."""
        self._obeying = None
        yield from super().opened()

    def due(self) -> int | None:
        """When the weight is to be asked for again, an answer is late, or the scale counts as gone."""
        waits = [super().due(), None if self._obeying is None else self._obeying[1] + PATIENCE]
        return min((each for each in waits if each is not None), default=None)

    def rang(self) -> Iterator[Told]:
        """Ask once more, or say that no answer came."""
        if self._obeying is not None and self.now() - self._obeying[1] >= PATIENCE:
            yield self._outcome("the scale did not answer")
        yield from super().rang()

    # --- what it says -------------------------------------------------------

    def _read(self, line: bytes) -> Reading | str | None:
        text = line.decode("ascii", errors="replace").rstrip(" ")
        done = _SICS_DONE.fullmatch(text) if self._family.answers else None
        told = None if done else self._family.read(text)
        if told not in {NO_SICS, NO_BARE}:
            self.understood()
        if done is not None:
            reasons = {"I": BUSY, "+": OVER, "-": UNDER}
            return None if self._obeying is None else self._outcome(reasons.get(done["outcome"] or "", ""))
        if not isinstance(told, _Weight):
            return told
        self._unit = told.unit or self._unit
        return self._weight(told)

    def _weight(self, told: _Weight) -> Measured:
        return Measured(
            **self._scale_stamp(),
            value=told.value,
            unit=told.unit or self._unit,
            quantity="count" if told.count else self._own.quantity,
            stable=told.stable,
        )

    # --- what it is told ----------------------------------------------------

    def ask(self, command: Command) -> Iterator[Told]:
        """`tare`, `zero`, or `read` the weight once."""
        family = self._family
        said = {"tare": family.tare, "zero": family.zero, "read": family.ask}.get(command.verb)
        if said is None:
            yield self._done(command, f"a scale does not know how to {command.verb}")
            return
        yield Send(said)
        if family.answers and command.verb != "read":
            self._obeying = command, self.now()
        else:
            yield self._done(command)

    def _outcome(self, reason: str) -> CommandDone:
        assert self._obeying is not None
        command, self._obeying = self._obeying[0], None
        return self._done(command, reason)

    def _done(self, command: Command, reason: str = "") -> CommandDone:
        return CommandDone(
            **self._scale_stamp(), command=command.id, verb=command.verb, ok=not reason, reason=reason
        )


def _asking(family: _Family, own: "ScaleOptions") -> Asking:
    silent = "the scale does not answer: are `speaks`, baud rate and parity right?"
    if own.mode == "listen":
        return Asking()
    if own.mode == "continuous" and family.repeat is not None:
        return Asking(always=family.repeat, silent=silent)
    return Asking(once=family.ask, every_ms=own.every_ms, silent=silent)


class ScaleOptions(Options):
    """Which family the scale is of, and whether it talks by itself."""

    quantity: str = Field("mass", description="what it measures")
    speaks: Literal["mt-sics", "a-and-d", "sbi", "kern"] = Field(
        "mt-sics", description="its protocol; lines of MT-SICS and A&D are understood under either name"
    )
    mode: Literal["listen", "continuous", "on-demand"] = Field(
        "listen", description="whether it talks by itself, is told to talk all the time, or is asked"
    )
    every_ms: int = Field(250, ge=100, le=10_000, description="how often it is asked")
    unit: str = Field(
        "g", description="until the scale has said one; SBI and Kern leave it out while they move"
    )


DRIVER = Driver(
    kind="scale",
    title="scale: MT-SICS, A&D, Sartorius SBI, Kern",
    carriers=BYTES,
    options=ScaleOptions,
    decoder=lambda own, place: ScaleDecoder(stamp=place.stamp, own=own),
    commands={"tare": "take what lies on it as nothing", "zero": "set it to zero", "read": "weigh once"},
    simulator="hardware.simulate.scale:SimulatedScale",
    small_talk=lambda own, said: said == _asking(FAMILIES[own.speaks], own).once,
)
