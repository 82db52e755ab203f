"""Gauges that send a value on a line: Mitutoyo Digimatic by DMX or USB-ITN, Sylvac, or any other by a pattern.

Spellings as the makers' manuals print them: DMX puts channel and type before the value (`01A+00012.345`, errors `911`);
USB-ITN types the display's digits and Enter as a keyboard; Sylvac sends `+012.345` and is asked by `?`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hardware.decode.asked_lines import AskedLineDecoder, Asking
from hardware.decode.pattern import LinePattern, amount, compiled
from hardware.driver import BYTES, Carrier, Command, Driver, Options, Send, Told
from hardware.readings import CommandDone, Measured, Reading, Stamp

LONGEST_LINE = 128  # bytes; a gauge's line is below 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """How a family of gauges spells a value, is asked for one, and complains."""

    pattern: str
    ask: bytes = b""
    always: bytes = b""
    faults: str = r"(?!)"  # lines that are no value, though the gauge is there


FAMILIES = {
    "digimatic": _Family(
        pattern=r"(?P<channel>\d{2})[A-Z](?P<value>[+-]\d{1,8}(?:\.\d{1,6})?)", faults=r"9\d\d?|\d{2}[EF].*"
    ),
    "itn": _Family(pattern=r"(?P<value>[+-]?\d{1,8}(?:[.,]\d{1,6})?)"),
    "sylvac": _Family(
        pattern=r"(?P<value>[+-]\d{1,8}(?:\.\d{1,6})?)(?: *(?P<unit>mm|in|MM|IN))?",
        ask=b"?\r",
        always=b"OUT1\r",
        faults=r"ERR\d?",
    ),
}


class GaugeDecoder(AskedLineDecoder):
    """Measured for each value; a channel or a sign of moving is taken from the line where its pattern names one."""

    def __init__(self, *, stamp: Stamp, own: "GaugeOptions") -> None:
        self._own = own
        family = FAMILIES.get(own.speaks)
        self._pattern = LinePattern(own.pattern if family is None else family.pattern)
        self._faults = re.compile(r"(?!)" if family is None else family.faults)
        self._ask = _ask(own)
        super().__init__(self._read, stamp=stamp, ceiling=LONGEST_LINE, asking=self._asking(family))

    def _asking(self, family: _Family | None) -> Asking:
        silent = "the gauge does not answer: is it switched on, and are its settings right?"
        if self._own.mode == "continuous" and family is not None and family.always:
            return Asking(always=family.always, silent=silent)
        asked = self._own.mode != "listen" and self._ask
        return Asking(once=self._ask if asked else b"", every_ms=self._own.every_ms, silent=silent)

    def _read(self, line: bytes) -> Reading | str | None:
        text = line.decode("ascii", errors="replace").strip()
        if self._faults.fullmatch(text):
            self.understood()
            return "the gauge has no value: is it switched on, and does its cable sit?"
        named = self._pattern.fields(text) or {}
        value = amount(named.get("value"))
        if value is None:
            return "this is no value as the table says the gauge spells it: mend `speaks` or `pattern`"
        if self._own.channel and named.get("channel") not in {None, self._own.channel}:
            return None
        self.understood()
        return Measured(
            **self._stamp(),
            value=value,
            unit=(named.get("unit") or self._own.unit).strip(),
            quantity=self._own.quantity,
            stable=named.get("moving") in {None, ""},
        )

    def ask(self, command: Command) -> Iterator[Told]:
        """`read`: ask for one value."""
        known = command.verb == "read" and bool(self._ask)
        if known:
            yield Send(self._ask)
        reason = "" if known else f"this gauge cannot be asked to {command.verb}"
        yield CommandDone(**self._stamp(), command=command.id, verb=command.verb, ok=known, reason=reason)


class GaugeOptions(Options):
    """How the gauge spells its values, and whether it is asked."""

    speaks: Literal["digimatic", "itn", "sylvac", "pattern"] = Field(
        description="how it spells a value; `pattern`: as the key of that name says"
    )
    pattern: str = Field(
        "",
        description="regular expression of a line, with (?P<value>…), and unit, channel, moving where there are",
    )
    asks: str = Field("", description="what asks a gauge by pattern for its value")
    mode: Literal["listen", "continuous", "on-demand"] = Field(
        "listen",
        description="whether it sends by its key or by itself, is told to send all the time, or is asked",
    )
    every_ms: int = Field(250, ge=50, le=10_000, description="how often it is asked")
    unit: str = Field("mm", description="of the value, where its line does not say it")
    quantity: str = Field("length", description="what it measures")
    channel: str = Field("", description="of an interface for several gauges: only this one's values")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        if pattern:
            compiled(pattern, needed=["value"], known=["unit", "channel", "moving"])
        return pattern

    @model_validator(mode="after")
    def _says_how(self) -> "GaugeOptions":
        if (self.speaks == "pattern") is not bool(self.pattern):
            raise ValueError('`speaks = "pattern"` and the key `pattern` belong together')
        return self


def _ask(own: GaugeOptions) -> bytes:
    """What asks it for one value."""
    family = FAMILIES.get(own.speaks)
    return own.asks.encode() if family is None else family.ask


DRIVER = Driver(
    kind="gauge",
    title="gauge: Mitutoyo Digimatic, Sylvac, or any that sends a value on a line",
    carriers=BYTES | {Carrier.KEYS},
    options=GaugeOptions,
    decoder=lambda own, place: GaugeDecoder(stamp=place.stamp, own=own),
    commands={"read": "ask for one value"},
    simulator="hardware.simulate.gauge:SimulatedGauge",
    small_talk=lambda own, said: own.mode != "listen" and said == _ask(own),
)
