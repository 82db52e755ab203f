"""The run by property: any inputs, a crash at any commit, and the record is the same; a replay gives it again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import evidence, wire
from content.decide import begin, decide
from content.inputs import (
    Aborted,
    Answered,
    CodeGiven,
    Continued,
    Input,
    Paused,
    PhotoGiven,
    ProblemReported,
    Restarted,
    SignalGiven,
    Started,
    Tapped,
    Ticked,
    TorqueGiven,
    Unit,
    ValueGiven,
    Waived,
    WentTo,
)
from content.instruction import Instruction
from content.record import CheckFailed, CheckPassed, DeviationRaised, RunFact, RunStarted, StepCompleted
from content.run import MOVES, IllegalMove, Run, RunState, fold
from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
INSTRUCTION = Instruction.model_validate(
    {
        "id": "close-pump",
        "kind": "work-instruction",
        "title": "Close the pump",
        "revision": 3,
        "language": "en",
        "applies_to": {"part_numbers": ["GP-100"]},
        "steps": [
            {
                "id": "weigh",
                "title": "Weigh",
                "text": "Weigh the housing.",
                "standard_time": "20s",
                "checks": [
                    {"id": "part", "kind": "scan", "part": "GP-101"},
                    {
                        "id": "mass",
                        "kind": "measure",
                        "quantity": "mass",
                        "unit": "g",
                        "low": "120.0",
                        "high": "130.0",
                    },
                ],
            },
            {
                "id": "bolt",
                "title": "Bolt",
                "text": "Tighten the screws.",
                "checks": [
                    {
                        "id": "bolts",
                        "kind": "torque",
                        "unit": "N.m",
                        "low": "8.5",
                        "high": "9.5",
                        "fastenings": 2,
                    },
                    {"id": "seen", "kind": "confirm", "prompt": "The cover sits flat"},
                ],
            },
            {
                "id": "cure",
                "title": "Wait",
                "text": "Let it cure.",
                "checks": [
                    {"id": "dwell", "kind": "timer", "minimum": "2s", "maximum": "6s"},
                    {"id": "shut", "kind": "signal", "signal": "fixture-closed", "expect": True},
                ],
            },
            {
                "id": "ask",
                "title": "Ask",
                "text": "Answer.",
                "checks": [
                    {
                        "id": "colour",
                        "kind": "choice",
                        "prompt": "Which colour?",
                        "options": [
                            {"id": "blue", "text": "Blue"},
                            {"id": "black", "text": "Black"},
                            {"id": "none", "text": "No paint", "good": False},
                        ],
                    },
                    {
                        "id": "ticks",
                        "kind": "checklist",
                        "prompt": "All there?",
                        "items": [{"id": "key", "text": "Key"}, {"id": "plugs", "text": "Plugs"}],
                    },
                    {
                        "id": "gap",
                        "kind": "number",
                        "prompt": "Gap",
                        "unit": "mm",
                        "low": "0.02",
                        "high": "0.08",
                        "decimals": 2,
                    },
                    {
                        "id": "batch",
                        "kind": "text",
                        "prompt": "Batch",
                        "pattern": "[A-Z]{2}[0-9]{2}",
                        "not_applicable": True,
                    },
                    {"id": "picture", "kind": "photo", "prompt": "The label", "count": 2},
                ],
            },
            {"id": "look", "title": "Look", "text": "Look at it."},
        ],
    }
)
STEPS = [step.id for step in INSTRUCTION.steps]


def start() -> Started:
    return Started(
        at=AT,
        tick=0,
        by=PersonId("anna"),
        run=RunId("r1"),
        release=Digest("0" * 64),
        document=DocumentId("close-pump"),
        revision=3,
        station="bench-1",
        unit=Unit(serial="S1"),
    )


def play(inputs: Iterable[Input], run: Run, facts: list[RunFact]) -> Run:
    for each in inputs:
        found = decide(INSTRUCTION, run, each)
        facts.extend(found)
        after = fold(found, run)
        assert after is not None
        run = after
    return run


def opened() -> tuple[Run, list[RunFact]]:
    facts = list(begin(INSTRUCTION, start()))
    run = fold(facts)
    assert run is not None
    return run, facts


STEP = st.sampled_from([*STEPS, StepId("nowhere")])
TEMPLATES = st.one_of(  # an input still without its stamp: a kind and its own values
    st.tuples(
        st.just(Tapped),
        st.fixed_dictionaries({"step": STEP, "check": st.sampled_from([None, "seen", "none"])}),
    ),
    st.tuples(
        st.just(CodeGiven),
        st.sampled_from(
            [
                {"text": text, "part_number": text, "device": "scanner"}
                for text in ("GP-101", "GP-999", "\x00")
            ]
        ),
    ),
    st.tuples(
        st.just(ValueGiven),
        st.fixed_dictionaries(
            {
                "value": st.sampled_from([Decimal("125.0"), Decimal("0.125"), Decimal(7)]),
                "unit": st.sampled_from(["g", "kg", "mm", "furlong"]),
                "device": st.just("scale"),
            }
        ),
    ),
    st.tuples(
        st.just(TorqueGiven),
        st.fixed_dictionaries(
            {
                "torque": st.sampled_from([Decimal("9.0"), Decimal("5.0")]),
                "unit": st.sampled_from(["N.m", "g"]),
                "ok": st.sampled_from([None, True, False]),
                "device": st.just("torque"),
            }
        ),
    ),
    st.tuples(
        st.just(SignalGiven),
        st.fixed_dictionaries(
            {
                "signal": st.sampled_from(["fixture-closed", "door"]),
                "on": st.booleans(),
                "device": st.just("fixture"),
            }
        ),
    ),
    st.tuples(
        st.just(Answered),
        st.fixed_dictionaries(
            {
                "step": STEP,
                "check": st.sampled_from(["colour", "ticks", "gap", "batch", "picture", "seen", "none"]),
                "answer": st.sampled_from(
                    ["blue", "none", "key", "plugs", "0.05", "0,05", "9", "1e9", "AB12", "ab", " ", "\x00"]
                ),
            }
        ),
    ),
    st.tuples(
        st.just(PhotoGiven),
        st.fixed_dictionaries(
            {"step": STEP, "check": st.sampled_from(["picture", "seen"]), "photo": st.just("f" * 64)}
        ),
    ),
    st.tuples(
        st.just(Waived),
        st.fixed_dictionaries({"step": STEP, "check": st.sampled_from(["batch", "gap", "none"])}),
    ),
    st.just((Ticked, {})),
    st.just((Paused, {"reason": "break"})),
    st.just((Continued, {})),
    st.tuples(st.just(WentTo), st.fixed_dictionaries({"leaving": STEP, "step": STEP})),
    st.just((ProblemReported, {"category": "part", "comment": "a scratch"})),
    st.tuples(
        st.just(Restarted), st.fixed_dictionaries({"gap": st.timedeltas(timedelta(-1), timedelta(days=9))})
    ),
    st.just((Aborted, {"reason": "scrap"})),
)
WHEN = st.tuples(st.integers(0, 3_000_000), st.sampled_from(["anna", "ben", None]))


def stamp_all(drawn: list) -> list[Input]:
    tick, made = 0, []
    for (wait, by), (kind, values) in drawn:
        tick += wait
        made.append(kind(at=AT + timedelta(microseconds=tick), tick=tick, by=by, **values))
    return made


def any_inputs() -> st.SearchStrategy[list[Input]]:
    return st.lists(st.tuples(WHEN, TEMPLATES), max_size=40).map(stamp_all)


@given(any_inputs(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_crash_after_any_commit_leaves_the_same_record(inputs: list[Input], data: st.DataObject) -> None:
    whole, facts = opened()
    whole = play(inputs, whole, facts)
    cut = data.draw(st.integers(0, len(inputs)))
    run, broken = opened()
    play(inputs[:cut], run, broken)
    kept = [wire.read_body(wire.body(fact, None))[0] for fact in broken]  # what a store gives back
    again = fold(kept)  # type: ignore[arg-type]
    assert again is not None
    assert play(inputs[cut:], again, broken) == whole
    assert broken == facts


@given(any_inputs())
@settings(max_examples=300, deadline=None)
def test_no_step_time_is_ever_negative_and_the_sums_agree(inputs: list[Input]) -> None:
    run, facts = opened()
    run = play(inputs, run, facts)
    for fact in facts:
        if isinstance(fact, StepCompleted):
            assert fact.elapsed >= timedelta()
            assert fact.held >= timedelta()
    last = max((each.tick for each in inputs), default=0)
    total = run.elapsed_before + run.elapsed_at(last) + run.held_before + run.held_at(last)
    assert total <= timedelta(microseconds=last)


@given(any_inputs())
@settings(max_examples=300, deadline=None)
def test_a_step_is_only_completed_with_everything_proved(inputs: list[Input]) -> None:
    run, facts = opened()
    play(inputs, run, facts)
    proved: dict[tuple[str, str], bool] = {}
    for fact in facts:
        if isinstance(fact, CheckPassed):
            proved[fact.step, fact.check] = fact.met
        if isinstance(fact, CheckFailed):
            proved[fact.step, fact.check] = False
        if isinstance(fact, StepCompleted):
            asked = {check.id for check in INSTRUCTION.step(fact.step).checks}
            assert all(proved.get((fact.step, check)) for check in asked)


@pytest.mark.parametrize("before", list(RunState))
@pytest.mark.parametrize("after", list(RunState))
def test_every_pair_of_states_either_moves_or_is_refused(before: RunState, after: RunState) -> None:
    run = opened()[0]
    run = Run(**{**{name: getattr(run, name) for name in run.__dataclass_fields__}, "state": before})
    if (before, after) in MOVES:
        assert run.to(after).state is after
    else:
        with pytest.raises(IllegalMove):
            run.to(after)


def stamped(tick: int) -> dict:
    return {"at": AT + timedelta(microseconds=tick), "tick": tick, "by": PersonId("anna")}


def test_the_whole_job_is_done_by_scan_reading_torque_timer_signal_and_tap() -> None:
    run, facts = opened()
    run = play(
        [
            CodeGiven(text="GP-101", part_number="GP-101", device="scanner", **stamped(1_000_000)),
            ValueGiven(value=Decimal("0.1248"), unit="kg", device="scale", **stamped(2_000_000)),
            TorqueGiven(torque=Decimal("9.0"), unit="N.m", device="torque", **stamped(3_000_000)),
            TorqueGiven(torque=Decimal("9.1"), unit="N.m", device="torque", **stamped(4_000_000)),
            Tapped(step=StepId("bolt"), **stamped(5_000_000)),
            SignalGiven(signal="fixture-closed", on=True, device="fixture", **stamped(6_000_000)),
            Ticked(**stamped(7_100_000)),
            *answers({}, 7_100_000),
            Tapped(step=StepId("look"), **stamped(8_000_000)),
        ],
        run,
        facts,
    )
    assert run.state is RunState.COMPLETED
    times = [fact.elapsed.total_seconds() for fact in facts if isinstance(fact, StepCompleted)]
    assert times == [2.0, 3.0, 2.1, 0.0, 0.9]


GOOD_ANSWERS = {"colour": ["black"], "ticks": ["plugs", "key"], "gap": ["0,05"], "batch": ["AB12"]}


def answers(instead: dict[str, list[str]], tick: int, *, photos: int = 2) -> list[Input]:
    """All that the step `ask` wants, some of it instead of the good answers."""
    said: list[Input] = [
        Answered(step=StepId("ask"), check=CheckId(check), answer=answer, **stamped(tick))
        for check, given in (GOOD_ANSWERS | instead).items()
        for answer in given
    ]
    shot = PhotoGiven(step=StepId("ask"), check=CheckId("picture"), photo=Digest("f" * 64), **stamped(tick))
    return [*said, *[shot] * photos]


def asked() -> tuple[Run, list[RunFact]]:
    """A run that stands in the step `ask`."""
    run, facts = opened()
    done = frozenset(StepId(step) for step in STEPS[:3])
    return replace(run, step=StepId("ask"), frontier=StepId("ask"), done=done), facts


def test_a_person_answers_by_choice_ticks_number_words_and_photographs() -> None:
    run, facts = asked()
    run = play(answers({}, 5), run, facts)
    assert run.step == "look"
    passed = [fact for fact in facts if isinstance(fact, CheckPassed)]
    assert [(fact.check, evidence.came(fact.evidence), fact.met) for fact in passed] == [
        ("colour", "Black", True),
        ("ticks", "Plugs", False),
        ("ticks", "Key", True),
        ("gap", "0.05 mm", True),
        ("batch", "AB12", True),
        ("picture", "f" * 12, False),
        ("picture", "f" * 12, True),
    ]


@pytest.mark.parametrize(
    ("instead", "deviations"),
    [
        ({"colour": ["none"]}, [("wrong_answer", "Blue / Black", "No paint")]),
        ({"colour": ["none", "blue"]}, [("wrong_answer", "Blue / Black", "No paint")]),
        ({"colour": ["blue", "none"]}, [("wrong_answer", "Blue / Black", "No paint")]),
        ({"gap": ["0.09"]}, [("out_of_limits", "0.02 – 0.08 mm", "0.09 mm")]),
        ({"batch": ["ab12"]}, []),  # a slip of the finger is no deviation
        ({"ticks": ["key", "key"]}, []),
        ({"gap": ["", "1e3", "five", "0.05.1"]}, []),
    ],
)
def test_what_is_not_good_keeps_the_step_open_until_it_is(
    instead: dict[str, list[str]], deviations: list[tuple[str, str, str]]
) -> None:
    run, facts = asked()
    run = play(answers(instead, 5), run, facts)
    raised = [(f.kind.value, f.expected, f.came) for f in facts if isinstance(f, DeviationRaised)]
    assert raised == deviations
    assert run.step == ("look" if instead.get("colour") == ["none", "blue"] else "ask")
    again = {check: GOOD_ANSWERS[check] for check in instead}
    assert play(answers(again, 6, photos=0), run, facts).step == "look"


def test_what_may_not_apply_is_waived_and_nothing_else() -> None:
    run, facts = asked()
    step = StepId("ask")
    run = play([Waived(step=step, check=CheckId("gap"), **stamped(5))], run, facts)
    assert CheckId("gap") not in run.states(step)
    run = play([Waived(step=step, check=CheckId("batch"), **stamped(5))], run, facts)
    assert run.states(step)[CheckId("batch")].passed
    assert play(answers({"batch": []}, 6), run, facts).step == "look"


def test_a_photograph_is_only_taken_where_one_is_asked_for() -> None:
    run, facts = asked()
    before = len(facts)
    play([replace(answers({}, 5)[-1], check=CheckId("colour"))], run, facts)  # type: ignore[call-arg]
    assert len(facts) == before


def test_failed_attempts_stay_beside_the_one_that_passed_and_raise_one_deviation() -> None:
    run, facts = opened()
    wrong = [
        CodeGiven(text="GP-999", part_number="GP-999", device="scanner", **stamped(tick)) for tick in (1, 2)
    ]
    right = CodeGiven(text="GP-101", part_number="GP-101", device="scanner", **stamped(3))
    play([*wrong, right], run, facts)
    assert [fact.attempt for fact in facts if isinstance(fact, CheckFailed | CheckPassed)] == [1, 2, 3]
    assert [(f.expected, f.came) for f in facts if isinstance(f, DeviationRaised)] == [("GP-101", "GP-999")]


def test_going_back_keeps_the_evidence_and_one_tap_goes_on() -> None:
    run, facts = opened()
    run = play(
        [
            CodeGiven(text="GP-101", part_number="GP-101", device="scanner", **stamped(1)),
            ValueGiven(value=Decimal(125), unit="g", device="scale", **stamped(2)),
            WentTo(leaving=StepId("bolt"), step=StepId("weigh"), **stamped(3)),
        ],
        run,
        facts,
    )
    assert (run.step, run.visit) == ("weigh", 2)
    assert all(state.passed for state in run.states(StepId("weigh")).values())
    assert play([Tapped(step=StepId("weigh"), **stamped(4))], run, facts).step == "bolt"


def test_a_pause_does_not_count_as_step_time() -> None:
    run, facts = opened()
    run = play([Paused(reason="break", **stamped(1_000_000)), Continued(**stamped(601_000_000))], run, facts)
    assert run.elapsed_at(602_000_000) == timedelta(seconds=2)
    assert run.held_at(602_000_000) == timedelta(minutes=10)


def test_time_away_after_a_power_cut_does_not_count_as_step_time() -> None:
    run, facts = opened()
    run = play([Restarted(gap=timedelta(hours=2), **stamped(7_203_000_000))], run, facts)
    assert run.elapsed_at(7_203_000_000) == timedelta(seconds=3)


def test_overrunning_a_step_is_said_once() -> None:
    run, facts = opened()
    run = play(
        [
            CodeGiven(text="GP-101", part_number="GP-101", device="scanner", **stamped(1)),
            ValueGiven(value=Decimal(125), unit="g", device="scale", **stamped(2)),
            TorqueGiven(torque=Decimal("9.0"), unit="N.m", device="torque", **stamped(3)),
            TorqueGiven(torque=Decimal("9.1"), unit="N.m", device="torque", **stamped(4)),
            Tapped(step=StepId("bolt"), **stamped(5)),
            *(Ticked(**stamped(second * 1_000_000)) for second in range(5, 12)),
        ],
        run,
        facts,
    )
    assert [fact.kind for fact in facts if isinstance(fact, DeviationRaised)] == ["overrun"]
    assert run.step == "cure"


def test_a_run_begins_with_what_it_was_told() -> None:
    started = opened()[1][0]
    assert isinstance(started, RunStarted)
    assert started.expected == timedelta(seconds=20)
