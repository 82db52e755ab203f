"""What hands can do at a bench: scan, weigh, tighten, measure, clamp, pull a plug. Values; `hands` does them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Hold the scanner to a label; `label` is what a person would call it."""

    text: str
    symbology: str = "]C0"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """Hold a card to the badge reader; `label` is whose it is."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh:
    """Lay something on the scale."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tighten:
    """One fastening; `ok` is the tool's own verdict."""

    torque: Decimal
    unit: str
    angle: Decimal
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Let the gauge that measures in `unit` say a value."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamp:
    """Close or open the fixture."""

    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Put a roll of labels into the printer, or take it out."""

    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plug:
    """Pull the kiosk's network cable, or plug it in."""

    plugged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Cut the kiosk's power, or give it back."""

    on: bool


Act = Scan | Badge | Weigh | Tighten | Gauge | Clamp | Labels | Plug | Power
