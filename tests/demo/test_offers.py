"""What the panel offers: what it calls good is good for the released step, and what it calls bad is not."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks import (
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    Timer,
    Torque,
    Vision,
)
from content.evidence import judge_code, judge_torque, judge_value
from content.inputs import CodeGiven, TorqueGiven, ValueGiven
from content.instruction import Instruction
from content.label import CommandLabel, PartLabel, Unreadable, WorkOrderLabel, read
from content.run import RunState
from content.units import convert
from content.values import Digest
from hardware.decode.codes import split_symbology
from hardware.drivers.badge import BadgeDecoder, BadgeOptions
from kiosk.routing import EMPTY
from stepline.demo.devices import Driven
from stepline.demo.panel import acts
from stepline.demo.panel.offers import Offer, inside, offer, outside
from stepline.demo.panel.seen import Seen, awaited
from stepline.demo.plant import PEOPLE
from tests.demo.benches import AT_WORK, HELD, SIGNED_OUT, at_every_check, everything, run_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = {"at": None, "tick": 0, "by": None}
BY_HAND = Confirm | Choice | Checklist | Number | FreeText | Photo | Vision
NUMBERS = st.decimals(min_value=-500, max_value=5000, places=2)


def wanted(found: Offer) -> set[str]:
    return {move.name for row in found.view.rows for move in row.moves if move.wanted}


def code(scan: acts.Scan) -> CodeGiven:
    label = read(scan.text, scan.symbology)
    assert isinstance(label, PartLabel)
    return CodeGiven(
        text=scan.text,
        device="scanner",
        part_number=label.part_number,
        gtin=label.gtin,
        serial=label.serial,
        lot=label.lot,
        **STAMP,
    )


def good(check, act: acts.Act, document: Instruction) -> bool:
    """How the kiosk would judge it, with its own code."""
    match act:
        case acts.Scan():
            return isinstance(check, Scan) and judge_code(check, code(act), document).good
        case acts.Weigh() | acts.Gauge():
            given = ValueGiven(value=act.value, unit=act.unit, device="d", quantity="q", **STAMP)
            return isinstance(check, Measure) and judge_value(check, given).good
        case acts.Tighten():
            given = TorqueGiven(
                torque=act.torque, unit=act.unit, device="d", angle=act.angle, ok=act.ok, **STAMP
            )
            return isinstance(check, Torque) and judge_torque(check, given, 1).good
        case acts.Clamp():
            return isinstance(check, Signal) and check.expect is act.closed
    return False


@pytest.mark.parametrize("seen", [pytest.param(seen, id=name) for name, seen in at_every_check()])
def test_what_is_awaited_is_offered_and_would_pass(seen: Seen) -> None:
    found, check = offer(seen), seen.asked
    if check is None or isinstance(check, Timer | BY_HAND):
        assert wanted(found) == set()
        assert found.view.waits.startswith(("A touch", "Time to pass"))
        return
    (move,) = wanted(found)
    assert good(check, found.acts[move], seen.document)
    row = next(row for row in found.view.rows if any(one.name == move for one in row.moves))
    bad = [found.acts[one.name] for one in row.moves if one.bad]
    assert bad
    assert not any(good(check, act, seen.document) for act in bad)


def test_a_kiosk_waits_for_a_badge_then_for_a_part_of_its_documents() -> None:
    assert wanted(offer(SIGNED_OUT)) == {"badge:anna", "badge:ben"}
    found = offer(AT_WORK)
    assert wanted(found) == {"scan:good"}
    assert found.acts["scan:good"].text == "010952123450110721SN004217"


def test_after_a_document_the_next_one_is_offered() -> None:
    documents = {document.id: document for document in HELD.values()}
    run = run_of(documents["prepare-housing"], state=RunState.COMPLETED)
    assert offer(replace(AT_WORK, run=run)).acts["scan:good"].label == "GP-120"


def test_without_power_nothing_is_awaited_but_power() -> None:
    _, seen = next(at_every_check())
    assert wanted(offer(replace(seen, powered=False))) == {"power:on"}


def test_a_held_run_is_said_to_wait_for_its_screen() -> None:
    _, seen = next(at_every_check())
    held = replace(seen, run=replace(seen.run, state=RunState.HELD))
    assert awaited(held)[1] == "The run is held: go on there"
    assert wanted(offer(held)) == set()


def test_the_values_are_those_of_the_release_that_is_played_not_of_the_library() -> None:
    _name, seen = next((name, seen) for name, seen in at_every_check() if isinstance(seen.asked, Torque))
    step = seen.step
    harder = step.checks[0].model_copy(update={"low": Decimal(20), "high": Decimal(22), "target": None})
    revised = seen.document.model_copy(
        update={
            "steps": tuple(
                s if s.id != step.id else s.model_copy(update={"checks": (harder,)})
                for s in seen.document.steps
            )
        }
    )
    digest = Digest("f" * 64)
    found = offer(replace(seen, held={**HELD, digest: revised}, run=replace(seen.run, release=digest)))
    assert found.acts["torque:good"].torque == Decimal(21)
    assert "20 – 22 N·m".replace(" ", "\u00a0") in found.view.waits


@given(
    low=st.none() | NUMBERS,
    band=st.none() | st.decimals(min_value=0, max_value=100, places=2),
    decimals=st.integers(0, 3),
)
def test_good_values_lie_inside_any_limits_and_bad_ones_outside(
    low: Decimal | None, band: Decimal | None, decimals: int
) -> None:
    if low is None and band is None:
        return
    high = None if band is None else (low or Decimal(0)) + band
    check = Measure(
        id="m", kind="measure", prompt="m", quantity="mass", unit="g", low=low, high=high, decimals=decimals
    )
    for value, verdict in ((inside(check), True), (outside(check), False)):
        given = ValueGiven(value=value, unit="g", device="scale", quantity="mass", **STAMP)
        assert judge_value(check, given).good is verdict


def test_what_is_too_light_is_no_empty_pan() -> None:
    check = Measure(id="m", kind="measure", prompt="m", quantity="mass", unit="g", low="5", high="95")
    assert convert(outside(check), "g", "g") > check.low * EMPTY


def test_every_code_of_the_list_goes_through_the_scanner_as_it_is() -> None:
    kinds = set()
    for _name, seen in everything():
        found = offer(seen)
        for group in found.view.codes:
            for move in group.moves:
                act = found.acts[move.name]
                assert split_symbology(f"{act.symbology}{act.text}") == (act.text, act.symbology)
                kinds.add(type(read(act.text, act.symbology)))
    assert kinds >= {PartLabel, CommandLabel, WorkOrderLabel, Unreadable}


def test_every_badge_goes_through_the_reader_as_it_is() -> None:
    held = [act for name, act in offer(SIGNED_OUT).acts.items() if name.startswith("badge:")]
    decoder = BadgeDecoder(stamp=lambda: {"device": "badge-reader", "at": NOW, "tick": 0}, own=BadgeOptions())
    read_ = [reading.code for act in held for reading in decoder.feed(f"{act.number}\r".encode())]
    assert read_ == [badge for _, _, badge, _ in PEOPLE] + ["00000000"]


def test_a_printer_without_labels_asks_for_some() -> None:
    assert "labels:in" in wanted(offer(replace(AT_WORK, driven=Driven(labels=False))))


def test_every_button_does_something_or_opens_the_list() -> None:
    for name, seen in everything():
        found = offer(seen)
        names = [move.name for row in found.view.rows for move in row.moves]
        assert len(names) == len(set(names)), name
        assert set(names) - found.acts.keys() == {"codes"}, name
