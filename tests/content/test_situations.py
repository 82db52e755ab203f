"""What conditions, failures, groups, tables and signatures do to a run."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from content import situation
from content.decide import begin, decide
from content.inputs import (
    Answered,
    CellGiven,
    CodeGiven,
    Decided,
    Input,
    Ruling,
    Signed,
    Started,
    Tapped,
    Ticked,
    TorqueGiven,
    Unit,
    ValueGiven,
    VisionGiven,
    WentTo,
)
from content.instruction import Instruction
from content.record import (
    CheckPassed,
    DeviationRaised,
    FailureRuled,
    PictureDoubted,
    RouteTaken,
    RunFact,
    Seen,
    StepSkipped,
)
from content.run import Run, RunState, fold
from content.values import CheckId, Digest, PersonId, RunId, StepId
from content.wire import dump, load_fact
from tests.content.flows import instruction, step

AT = datetime(2026, 11, 23, tzinfo=UTC)
ANNA, SUPERVISOR = PersonId("anna"), PersonId("sam")
MASS = {"id": "mass", "kind": "measure", "quantity": "mass", "unit": "g", "low": "1", "high": "9"}


class Player:
    """Plays a document by hand and keeps its facts."""

    def __init__(self, document: Instruction, **started: Any) -> None:
        self.document = document
        given = Started(
            run=RunId("r1"),
            release=Digest("0" * 64),
            document=document.id,
            revision=1,
            station="s",
            unit=Unit(serial="U1"),
            at=AT,
            tick=0,
            by=ANNA,
            **started,
        )
        self.facts: list[RunFact] = list(begin(document, given))

    @property
    def run(self) -> Run:
        run = fold(self.facts)
        assert run is not None
        return run

    def give(self, kind: type[Input], **values: Any) -> "Player":
        stamp = {"at": AT, "tick": len(self.facts) * 1_000_000, "by": ANNA}
        self.facts += decide(self.document, self.run, kind(**stamp, **values))
        return self

    def tap(self) -> "Player":
        assert self.run.step is not None
        return self.give(Tapped, step=self.run.step)

    def weigh(self, value: str) -> "Player":
        return self.give(ValueGiven, value=Decimal(value), unit="g", device="scale")

    def scan(self, text: str, **more: Any) -> "Player":
        return self.give(CodeGiven, text=text, device="scanner", **more)

    def facts_of(self, kind: type) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def test_a_step_whose_condition_does_not_hold_is_skipped_and_the_record_says_so() -> None:
    document = instruction([step("a"), step("b", when="order.a == 'y'"), step("c")])
    player = Player(document).tap()
    assert player.run.step == "c"
    assert [fact.step for fact in player.facts_of(StepSkipped)] == ["b"]
    assert Player(document, parameters={"a": "y"}).tap().run.step == "b"
    assert player.tap().run.state is RunState.COMPLETED


def test_the_first_step_can_be_skipped_too() -> None:
    document = instruction([step("a", when="order.a == 'y'"), step("b")])
    assert Player(document).run.step == "b"


def test_what_the_order_has_to_say_and_does_not_is_known_before_the_run() -> None:
    document = instruction(
        [step("a")],
        parameters=[
            {"id": "size", "title": "Size", "type": "choice", "choices": ["m6", "m8"]},
            {"id": "n", "title": "Number", "type": "number", "default": "1"},
        ],
    )
    assert situation.missing(document, {}) == ("Size",)
    assert situation.missing(document, {"size": "m7"}) == ("Size",)
    assert situation.missing(document, {"size": "m6", "n": "many"}) == ("Number",)
    assert situation.missing(document, {"size": "m6"}) == ()


def test_limits_follow_the_order_and_earlier_readings() -> None:
    again = {"id": "again", "kind": "measure", "quantity": "mass", "unit": "g"}
    again["limits"] = {"low": "weigh.mass - 0.1", "high": "weigh.mass + 0.1 * order.n"}
    document = instruction([step("weigh", MASS), step("b", again)])
    player = Player(document, parameters={"n": "2"}).weigh("5")
    assert player.run.step == "b"
    assert player.weigh("5.3").run.step == "b"
    (deviation,) = player.facts_of(DeviationRaised)
    assert deviation.expected == "4.9 – 5.2 g"
    assert player.weigh("5.2").run.state is RunState.COMPLETED


def test_a_limit_that_cannot_be_worked_out_is_met_by_nothing() -> None:
    check = {
        "id": "m",
        "kind": "measure",
        "quantity": "mass",
        "unit": "g",
        "limits": {"high": "double(order.a)"},
    }
    player = Player(instruction([step("a", check)]), parameters={"a": "wide"}).weigh("0")
    assert player.run.step == "a"
    assert player.facts_of(DeviationRaised)[0].expected == "?"


def test_rework_goes_round_as_often_as_it_may_and_does_the_steps_anew() -> None:
    looked = {
        "id": "look",
        "kind": "choice",
        "prompt": "Tight?",
        "options": [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}],
    }
    document = instruction(
        [
            step("a", MASS),
            step("b", looked, next=[{"when": "b.look == 'no'", "to": "a", "at_most": 2}]),
        ]
    )
    from content.inputs import Answered

    player = Player(document)
    for _ in range(3):
        player.weigh("5")
        assert player.run.step == "b"
        player.give(Answered, step=StepId("b"), check=CheckId("look"), answer="no")
    assert [fact.to for fact in player.facts_of(RouteTaken)] == ["a", "a"]
    assert player.run.state is RunState.COMPLETED
    assert player.run.visits == {"a": 3, "b": 3}


FAILURES = [
    ("supervisor", RunState.HELD, "weigh"),
    ("stop", RunState.ABORTED, "weigh"),
    ({"go_to": "a"}, RunState.RUNNING, "a"),
]


@pytest.mark.parametrize(("failure", "state", "at"), FAILURES)
def test_the_last_bad_attempt_does_what_the_check_says(failure: Any, state: RunState, at: str) -> None:
    document = instruction(
        [step("a"), step("weigh", MASS | {"attempts": 2, "on_failure": failure}), step("c")]
    )
    player = Player(document).tap().weigh("10")
    assert (player.run.state, player.run.step) == (RunState.RUNNING, "weigh")
    player.weigh("11")
    assert (player.run.state, player.run.step) == (state, at)
    assert len(player.facts_of(DeviationRaised)) == 1


TABLE = {
    "id": "c",
    "kind": "table",
    "prompt": "Fill in",
    "rows": [{"id": "r", "text": "R"}],
    "columns": [{"id": "x", "text": "X", "high": "2"}],
}
TORQUE = {"id": "c", "kind": "torque", "unit": "N.m", "low": "8", "angle_low": "20", "angle_high": "40"}
HERE = {"step": StepId("s"), "check": CheckId("c")}
TIGHTENED = {"unit": "N.m", "device": "tool"}
OPTIONS = [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No", "good": False}]
BAD: dict[str, tuple[dict[str, Any], type[Input], dict[str, Any]]] = {
    "scan": ({"id": "c", "kind": "scan", "exact": "A"}, CodeGiven, {"text": "B", "device": "s"}),
    "choice": (
        {"id": "c", "kind": "choice", "prompt": "?", "options": OPTIONS},
        Answered,
        {**HERE, "answer": "no"},
    ),
    "number": ({"id": "c", "kind": "number", "prompt": "?", "high": "2"}, Answered, {**HERE, "answer": "3"}),
    "text": ({"id": "c", "kind": "text", "prompt": "?", "pattern": "A"}, Answered, {**HERE, "answer": "B"}),
    "table": (TABLE, CellGiven, {**HERE, "row": "r", "column": "x", "answer": "3"}),
    "torque": (TORQUE, TorqueGiven, {**TIGHTENED, "torque": Decimal(7), "angle": Decimal(30)}),
    "angle": (TORQUE, TorqueGiven, {**TIGHTENED, "torque": Decimal(9), "angle": Decimal(41)}),
    "vision": (
        {"id": "c", "kind": "vision", "check": "cap"},
        VisionGiven,
        {"check": "cap", "good": False, "device": "camera"},
    ),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize(("failure", "state", "at"), [*FAILURES, ("repeat", RunState.RUNNING, "s")])
def test_a_failure_of_any_kind_does_what_the_check_says(
    kind: str, failure: Any, state: RunState, at: str
) -> None:
    check, given, values = BAD[kind]
    document = instruction([step("a"), step("s", check | {"on_failure": failure}), step("z")])
    player = Player(document).tap().give(given, **values)
    assert (player.run.state, player.run.step) == (state, at.replace("weigh", "s"))
    assert player.facts_of(DeviationRaised) or (failure == "repeat" and kind == "text")


@pytest.mark.parametrize(("failure", "state", "at"), [*FAILURES, ("repeat", RunState.RUNNING, "weigh")])
def test_a_step_that_takes_too_long_does_what_its_timer_says(failure: Any, state: RunState, at: str) -> None:
    timer = {"id": "c", "kind": "timer", "maximum": "5s", "on_failure": failure}
    document = instruction([step("a"), step("weigh", MASS, timer), step("z")])
    player = Player(document).tap()
    began = player.run.since
    for after, expected in ((5_000_000, (RunState.RUNNING, "weigh")), (5_000_001, (state, at))):
        player.facts += decide(document, player.run, Ticked(at=AT, tick=began + after, by=ANNA))
        assert (player.run.state, player.run.step) == expected
    assert len(player.facts_of(DeviationRaised)) == 1


def test_a_step_that_took_too_long_goes_on_as_a_supervisor_says() -> None:
    timer = {"id": "c", "kind": "timer", "maximum": "5s", "on_failure": "supervisor"}
    document = instruction([step("weigh", MASS, timer), step("z")])

    def ruled(ruling: Ruling) -> Player:
        player = Player(document)
        player.facts += decide(document, player.run, Ticked(at=AT, tick=9_000_000, by=ANNA))
        given = {"step": StepId("weigh"), "check": CheckId("c"), "supervisor": SUPERVISOR}
        stamp = {"at": AT, "tick": 10_000_000, "by": ANNA}
        player.facts += decide(document, player.run, Decided(ruling=ruling, **given, **stamp))
        return player

    for ruling in (Ruling.CONTINUE, Ruling.REPEAT):
        player = ruled(ruling)
        assert (player.run.state, player.run.step) == (RunState.RUNNING, "weigh")
        value = {"value": Decimal(5), "unit": "g", "device": "d", "at": AT, "tick": 30_000_000, "by": ANNA}
        player.facts += decide(document, player.run, ValueGiven(**value))
        assert player.run.step == "z", "it is asked about once in a visit"
    assert ruled(Ruling.STOP).run.state is RunState.ABORTED


@pytest.mark.parametrize(
    "check",
    [
        {"id": "c", "kind": "confirm", "prompt": "Done", "on_failure": "stop"},
        {"id": "c", "kind": "signal", "signal": "door", "attempts": 2},
        {"id": "c", "kind": "photo", "prompt": "Take it", "on_failure": "supervisor"},
        {"id": "c", "kind": "sign-off", "prompt": "Sign", "meaning": "Done", "on_failure": "stop"},
        {"id": "c", "kind": "timer", "minimum": "5s", "on_failure": "stop"},
        {"id": "c", "kind": "timer", "maximum": "5s", "attempts": 2},
        MASS | {"until_in_limits": True, "on_failure": "stop"},
    ],
    ids=lambda check: check["kind"],
)
def test_a_failure_that_could_never_come_to_pass_is_refused(check: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"never come to pass|fails once|no bad attempts"):
        instruction([step("a", check)])


def test_after_as_many_ways_back_as_it_may_a_supervisor_decides() -> None:
    failing = MASS | {"on_failure": {"go_to": "a", "at_most": 1}}
    player = Player(instruction([step("a"), step("weigh", failing)])).tap().weigh("10").tap().weigh("10")
    assert (player.run.state, player.run.waiting) == (RunState.HELD, "mass")


def test_a_supervisor_lets_it_go_on_has_it_tried_again_or_ends_it() -> None:
    document = instruction([step("weigh", MASS | {"on_failure": "supervisor"}), step("c")])

    def ruled(ruling: Ruling, who: PersonId = SUPERVISOR) -> Player:
        given = {"step": StepId("weigh"), "check": CheckId("mass"), "supervisor": who}
        return Player(document).weigh("10").give(Decided, ruling=ruling, **given)

    on = ruled(Ruling.CONTINUE)
    assert (on.run.state, on.run.step) == (RunState.RUNNING, "c")
    assert on.run.checks[StepId("weigh")][CheckId("mass")].conceded
    again = ruled(Ruling.REPEAT)
    assert (again.run.state, again.run.step) == (RunState.RUNNING, "weigh")
    assert again.weigh("5").run.step == "c"
    assert ruled(Ruling.STOP).run.state is RunState.ABORTED
    own = ruled(Ruling.CONTINUE, ANNA)
    assert own.run.state is RunState.HELD
    assert own.facts_of(FailureRuled) == []


def test_nobody_goes_on_by_themselves_while_a_supervisor_is_waited_for() -> None:
    from content.inputs import Continued

    document = instruction([step("weigh", MASS | {"on_failure": "supervisor"})])
    assert Player(document).weigh("10").give(Continued).run.state is RunState.HELD


CAMERA = {"id": "camera", "kind": "vision", "check": "clean"}
EYES = {"id": "eyes", "kind": "confirm", "prompt": "Clean"}


def test_checks_are_met_together_any_of_them_or_one_after_the_other() -> None:
    any_of = instruction([step("a", CAMERA, EYES, combine="any"), step("b")])
    assert Player(any_of).tap().run.step == "b"
    assert Player(any_of).give(VisionGiven, check="clean", good=True, device="cam").run.step == "b"
    grouped = step(
        "a", MASS, CAMERA, EYES, groups=[{"id": "g", "combine": "any", "checks": ["camera", "eyes"]}]
    )
    player = Player(instruction([grouped, step("b")])).tap()
    assert player.run.step == "a"
    assert player.weigh("5").run.step == "b"
    ordered = instruction([step("a", MASS, CAMERA, combine="ordered"), step("b")])
    player = Player(ordered).give(VisionGiven, check="clean", good=True, device="cam")
    assert CheckId("camera") not in player.run.states(StepId("a"))
    assert player.weigh("5").give(VisionGiven, check="clean", good=True, device="cam").run.step == "b"


def test_a_step_can_be_done_without_what_is_not_mandatory_but_waits_for_a_touch() -> None:
    document = instruction([step("a", MASS, EYES | {"mandatory": False}), step("b")])
    player = Player(document).weigh("5")
    assert player.run.step == "a"
    assert player.tap().run.step == "b"


def test_a_table_is_met_when_every_cell_holds_a_good_value() -> None:
    table = {
        "id": "t",
        "kind": "table",
        "prompt": "Depths",
        "rows": [{"id": "r1", "text": "1"}, {"id": "r2", "text": "2"}],
        "columns": [{"id": "d", "text": "Depth", "unit": "mm", "low": "1", "high": "2"}],
    }
    document = instruction([step("a", table), step("b", when="a.t.r2.d > 1.5"), step("c")])

    def fill(player: Player, row: str, value: str) -> Player:
        return player.give(CellGiven, step=StepId("a"), check=CheckId("t"), row=row, column="d", answer=value)

    player = fill(fill(fill(Player(document), "r1", "1,2"), "r1", "1.4"), "r2", "9")
    assert player.run.step == "a"
    assert player.facts_of(DeviationRaised)[0].expected == "1 – 2 mm"
    assert fill(player, "r2", "1.7").run.step == "b"
    assert fill(fill(Player(document), "r1", "1.2"), "r2", "1.2").run.step == "c"


def test_a_measurement_is_repeated_as_often_as_asked() -> None:
    player = (
        Player(instruction([step("a", MASS | {"repeat": 3}), step("b")])).weigh("5").weigh("10").weigh("5")
    )
    assert player.run.step == "a"
    assert player.weigh("5").run.step == "b"


def test_codes_are_held_against_elements_other_scans_and_what_was_taken_before() -> None:
    first = {"id": "code", "kind": "scan", "pattern": "P[0-9]"}
    same = {"id": "code", "kind": "scan", "same_as": "a.code"}
    new = {"id": "code", "kind": "scan", "unique": "station"}
    gs1 = {"id": "code", "kind": "scan", "gs1": {"10": "*", "01": "00000000000017"}}
    document = instruction([step("a", first), step("b", same), step("c", new), step("d", gs1)])
    player = Player(document).scan("P1")
    assert player.scan("P2").run.step == "b"
    assert player.scan("P1").run.step == "c"
    assert player.scan("P1").scan("P9", used=True).run.step == "c"
    assert player.scan("P9").run.step == "d"
    assert player.scan("x", elements={"01": "00000000000017"}).run.step == "d"
    assert player.scan("y", elements={"01": "00000000000017", "10": "L1"}).run.state is RunState.COMPLETED


def test_a_signature_needs_the_role_and_where_asked_a_second_person() -> None:
    sign = {
        "id": "sign",
        "kind": "sign-off",
        "prompt": "Release",
        "meaning": "Inspected",
        "role": "supervisor",
    }
    document = instruction([step("a", sign | {"second_person": True}), step("b")])

    def signed(person: PersonId, role: str) -> Player:
        return Player(document).give(
            Signed, step=StepId("a"), check=CheckId("sign"), person=person, role=role
        )

    assert signed(SUPERVISOR, "operator").run.step == "a"
    assert signed(ANNA, "supervisor").run.step == "a"
    assert signed(SUPERVISOR, "supervisor").run.step == "b"


def test_who_looked_back_goes_on_where_they_were_unless_the_way_has_changed() -> None:
    document = instruction(
        [
            step("a", MASS, next=[{"when": "a.mass > 5", "to": "c"}]),
            step("b"),
            step("c"),
            step("d"),
        ]
    )
    player = Player(document).weigh("2").tap()
    assert player.run.step == "c"
    looked = player.give(WentTo, leaving=StepId("c"), step=StepId("a")).tap()
    assert looked.run.step == "c"
    player.give(WentTo, leaving=StepId("c"), step=StepId("a"))
    assert player.weigh("7").run.step == "c"
    assert player.facts_of(RouteTaken)[-1].to == "c"


TAUGHT = Digest("a" * 64)
PICTURE = Digest("b" * 64)


def test_a_picture_that_cannot_be_judged_is_judged_by_the_operator_and_recorded_so() -> None:
    player = Player(instruction([step("a", checks=[CAMERA]), step("b")]))
    player.give(
        VisionGiven,
        check="clean",
        good=None,
        device="cam",
        score=Decimal("0.5"),
        threshold=Decimal("0.6"),
        photo=PICTURE,
        taught=TAUGHT,
        why="blurred",
    )
    doubted = player.facts[-1]
    assert isinstance(doubted, PictureDoubted)
    assert (doubted.ask, doubted.why, doubted.photo) == ("operator", "blurred", PICTURE)
    assert player.run.step == "a"
    player.give(Answered, step="a", check="camera", answer="perhaps")
    assert player.facts[-1] is doubted
    player.give(Answered, step="a", check="camera", answer="good")
    passed = next(fact for fact in player.facts if isinstance(fact, CheckPassed))
    assert isinstance(passed.evidence, Seen)
    assert (passed.evidence.person, passed.evidence.photo, passed.evidence.taught) == (
        player.facts[-1].by,
        PICTURE,
        TAUGHT,
    )
    assert player.run.step == "b"
    assert all(load_fact(dump(fact)) == fact for fact in player.facts)


def test_a_second_look_takes_the_question_back_and_bad_ones_count_as_attempts() -> None:
    camera = {**CAMERA, "attempts": 2}
    player = Player(instruction([step("a", checks=[camera]), step("b")]))
    player.give(VisionGiven, check="clean", good=None, device="cam", why="too-dark")
    player.give(VisionGiven, check="clean", good=False, device="cam", score=Decimal("0.1"))
    player.give(Answered, step="a", check="camera", answer="good")
    assert player.run.step == "a"
    player.give(VisionGiven, check="clean", good=False, device="cam", score=Decimal("0.1"))
    assert player.run.waiting == "camera"


def test_where_the_check_says_so_a_supervisor_decides_about_what_the_camera_cannot() -> None:
    player = Player(instruction([step("a", checks=[{**CAMERA, "ask": "supervisor"}]), step("b")]))
    player.give(VisionGiven, check="clean", good=None, device="cam", why="blurred", photo=PICTURE)
    assert player.run.waiting == "camera"
    player.give(Answered, step="a", check="camera", answer="good")
    assert player.run.step == "a"
    player.give(Decided, step="a", check="camera", ruling=Ruling.CONTINUE, supervisor=SUPERVISOR)
    assert player.run.step == "b"
