"""What hands can do at the bench now: a row for each device, with the values that the released step asks for. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from content import units
from content.checks import Check, Measure, Signal, Torque
from content.evidence import within
from stepline.demo.devices import GAUGES
from stepline.demo.panel import acts
from stepline.demo.panel.acts import Act
from stepline.demo.panel.labels import all_labels, suggested
from stepline.demo.panel.seen import Seen, awaited
from stepline.demo.panel.view import LIST, Codes, Move, PanelView, Row
from stepline.demo.plant import PEOPLE
from stepline.demo.player import middle

CALLED = {  # name of the bench's gauge -> what it is called, and what it says while no document asks for it
    "oil-temperature": ("Oil", Decimal(40)),
    "depth-gauge": ("Depth", Decimal("3.00")),
    "pressure-gauge": ("Pressure", Decimal(16)),
    "flow-meter": ("Flow", Decimal("10.3")),
}
ALONE = Decimal("0.1")  # how far beyond its only limit a bad value lies, as a share of it


@dataclass(frozen=True, slots=True)
class Offer:
    """What the panel shows, and what each of its buttons does."""

    view: PanelView
    acts: Mapping[str, Act]


def offer(seen: Seen) -> Offer:
    """Everything that can be done now."""
    found: dict[str, Act] = {}
    waits, detail = awaited(seen)
    rows = tuple(_rows(seen, found))
    codes = tuple(_codes(seen, found))
    view = PanelView(
        waits=waits, detail=detail, told=seen.told, driven=str(seen.driven), rows=rows, codes=codes
    )
    return Offer(view, found)


def _rows(seen: Seen, found: dict[str, Act]) -> Iterator[Row]:
    yield _badges(seen, found)
    yield _scanner(seen, found)
    yield _scale(seen, found)
    yield _driver(seen, found)
    yield _fixture(seen, found)
    for name, unit, _quantity in GAUGES:
        yield _gauge(name, unit, seen, found)
    yield _printer(seen, found)
    yield _mains(seen, found)


def _badges(seen: Seen, found: dict[str, Act]) -> Row:
    moves = []
    for identifier, name, badge, pin in PEOPLE:
        found[f"badge:{identifier}"] = acts.Badge(number=badge, label=f"{name}'s badge")
        wanted = seen.powered and bool(seen.assigned) and seen.signed_in is None
        under = f"PIN {pin}" if pin else "no PIN"
        moves.append(Move(name=f"badge:{identifier}", word=name.split()[0], under=under, wanted=wanted))
    found["badge:unknown"] = acts.Badge(number="00000000", label="a badge that nobody has")
    moves.append(Move(name="badge:unknown", word="Other", under="unknown", icon="cross", bad=True))
    return Row(name="badge", icon="person", title="Badge", moves=tuple(moves))


def _scanner(seen: Seen, found: dict[str, Act]) -> Row:
    found["scan:wrong"] = acts.Scan(text="WRONG-4711", label="WRONG-4711")
    label = suggested(seen)
    wrong = Move(name="scan:wrong", word="Wrong code", under="WRONG-4711", icon="cross", bad=True)
    if label is None:
        more = Move(name=LIST, word="Codes …", under="choose one", icon="down")
        return Row(name="scan", icon="scan", title="Scanner", moves=(more, wrong))
    found["scan:good"], under, wanted = label
    good = Move(name="scan:good", word=label[0].label, under=under, icon="tick", wanted=wanted)
    return Row(
        name="scan", icon="scan", title="Scanner", moves=(good, Move(name=LIST, word="", icon="down"), wrong)
    )


def _scale(seen: Seen, found: dict[str, Act]) -> Row:
    check = _nearest(seen, lambda check: isinstance(check, Measure) and _weighs(check))
    good, bad, unit = Decimal(250), Decimal(200), "g"
    if isinstance(check, Measure):
        good, bad, unit = inside(check), outside(check), check.unit
    found["scale:good"] = acts.Weigh(value=good, unit=unit)
    found["scale:bad"] = acts.Weigh(value=bad, unit=unit)
    how = "too light" if bad < good else "too heavy"
    return Row(
        name="scale",
        icon=_sign("scale", "measure", seen),
        title="Scale",
        moves=(
            Move(
                name="scale:good",
                word=_said(good, unit),
                under="good",
                icon="tick",
                wanted=_is_asked(check, seen),
            ),
            Move(name="scale:bad", word=_said(bad, unit), under=how, icon="cross", bad=True),
        ),
    )


def _driver(seen: Seen, found: dict[str, Act]) -> Row:
    check = _nearest(seen, lambda check: isinstance(check, Torque))
    good, bad, unit, angle = Decimal("9.0"), Decimal("4.5"), "N.m", Decimal(35)
    if isinstance(check, Torque):
        good, unit = middle(check), check.unit
        bad = (check.low or good) / 2 if check.low or not check.high else check.high * Decimal("1.5")
        low, high = check.angle_low or Decimal(30), check.angle_high or Decimal(40)
        angle = (low + high) / 2
    found["torque:good"] = acts.Tighten(torque=_short(good), unit=unit, angle=angle, ok=True)
    found["torque:bad"] = acts.Tighten(torque=_short(bad), unit=unit, angle=Decimal(12), ok=False)
    return Row(
        name="torque",
        icon=_sign("torque", "torque", seen),
        title="Driver",
        moves=(
            Move(
                name="torque:good",
                word=_said(_short(good), unit),
                under="well",
                icon="tick",
                wanted=_is_asked(check, seen),
            ),
            Move(name="torque:bad", word=_said(_short(bad), unit), under="badly", icon="cross", bad=True),
        ),
    )


def _fixture(seen: Seen, found: dict[str, Act]) -> Row:
    found["clamp:close"], found["clamp:open"] = acts.Clamp(closed=True), acts.Clamp(closed=False)
    check = seen.asked
    asked = check.expect if isinstance(check, Signal) else None
    return Row(
        name="clamp",
        icon=_sign("fixture", "signal", seen),
        title="Clamp",
        moves=(
            Move(name="clamp:close", word="Close", under="clamped", icon="tick", wanted=asked is True),
            Move(
                name="clamp:open",
                word="Open",
                under="not clamped",
                icon="cross",
                wanted=asked is False,
                bad=True,
            ),
        ),
    )


def _gauge(name: str, unit: str, seen: Seen, found: dict[str, Act]) -> Row:
    title, usual = CALLED[name]
    check = _nearest(seen, lambda check: isinstance(check, Measure) and _reads(check, name, unit))
    good, bad = usual, usual * (1 - ALONE)
    if isinstance(check, Measure):
        good, bad = inside(check), outside(check)
    found[f"{name}:good"], found[f"{name}:bad"] = (
        acts.Gauge(value=value, unit=unit) for value in (good, bad)
    )
    how = "too low" if bad < good else "too high"
    return Row(
        name=name,
        icon=_sign(name, "measure", seen),
        title=title,
        moves=(
            Move(
                name=f"{name}:good",
                word=_said(good, unit),
                under="good",
                icon="tick",
                wanted=_is_asked(check, seen),
            ),
            Move(name=f"{name}:bad", word=_said(bad, unit), under=how, icon="cross", bad=True),
        ),
    )


def _printer(seen: Seen, found: dict[str, Act]) -> Row:
    found["labels:in"], found["labels:out"] = acts.Labels(loaded=True), acts.Labels(loaded=False)
    printed, empty = f"{seen.driven.printed} printed", not seen.driven.labels
    return Row(
        name="printer",
        icon=_sign("label-printer", "checklist", seen),
        title="Printer",
        moves=(
            Move(
                name="labels:in",
                word="Labels in",
                under="" if empty else printed,
                icon="tick",
                wanted=seen.powered and empty,
            ),
            Move(name="labels:out", word="Labels out", under="none left", icon="cross", bad=True),
        ),
    )


def _mains(seen: Seen, found: dict[str, Act]) -> Row:
    plug, power = ("cut" if seen.plugged else "mend"), ("off" if seen.powered else "on")
    found[f"network:{plug}"] = acts.Plug(plugged=not seen.plugged)
    found[f"power:{power}"] = acts.Power(on=not seen.powered)
    network = ("Cut", "its network") if seen.plugged else ("Mend", "its network")
    mains = ("Cut", "its power (kill -9)") if seen.powered else ("Switch on", "the kiosk")
    return Row(
        name="mains",
        icon="square",
        title="Kiosk",
        moves=(
            Move(
                name=f"network:{plug}",
                word=network[0],
                under=network[1],
                icon="offline" if seen.plugged else "online",
                wanted=not seen.plugged,
            ),
            Move(
                name=f"power:{power}",
                word=mains[0],
                under=mains[1],
                icon="warn" if seen.powered else "now",
                wanted=not seen.powered,
            ),
        ),
    )


def _sign(device: str, icon: str, seen: Seen) -> str:
    return "offline" if device in seen.lost else icon


def _weighs(check: Measure) -> bool:
    return units.convert(Decimal(1), "g", check.unit) is not None and check.device in {None, "scale"}


def _reads(check: Measure, name: str, unit: str) -> bool:
    return check.unit == unit and check.device in {None, name}


def _is_asked(check: Check | None, seen: Seen) -> bool:
    return check is not None and check is seen.asked


def _nearest(seen: Seen, serves: Callable[[Check], bool]) -> Check | None:
    """The check that a device would serve next: in this step, later in this document, or in any other."""
    steps = seen.document.steps if seen.document is not None else ()
    here = seen.document.number(seen.step.id) if seen.document is not None and seen.step is not None else 0
    later = [check for step in steps[here:] for check in step.checks]
    rest = [check for document in seen.documents for step in document.steps for check in step.checks]
    return next((check for check in (*seen.open_checks, *later, *rest) if serves(check)), None)


def inside(check: Measure) -> Decimal:
    """A good value as its gauge would show it."""
    value = middle(check)
    shown = round(value, check.decimals)
    return shown if within(shown, check.low, check.high) else value


def outside(check: Measure) -> Decimal:
    """A bad value, as far below the limits as they are apart; above them where that would be next to nothing."""
    low, high = check.low, check.high
    limit = low if low is not None else high
    assert limit is not None
    band = high - low if low is not None and high is not None else Decimal(0)
    band = band or abs(limit) * ALONE or Decimal(1)
    below = low is not None and (high is None or low - band > low * ALONE)
    value = limit - band if below else (limit if high is None else high) + band
    shown = round(value, check.decimals)
    return value if within(shown, low, high) else shown


def _said(value: Decimal, unit: str) -> str:
    return f"{value} {units.shown(unit)}".strip()


def _short(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return round(value, 2) if isinstance(exponent, int) and exponent < -2 else value


def _codes(seen: Seen, found: dict[str, Act]) -> Iterator[Codes]:
    for title, labels in all_labels(seen):
        for label, _what in labels:
            found[f"code:{label.text}"] = label
        moves = (
            Move(name=f"code:{label.text}", word=label.label, under=what, icon="scan")
            for label, what in labels
        )
        yield Codes(title=title, moves=tuple(moves))
