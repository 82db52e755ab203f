"""Review: who signs what, and all the ways in which a signature must not come about."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from server.errors import Conflict, Invalid, NotAllowed, NotThere
from server.house import House
from server.library import (
    awaiting,
    commenting,
    drafts,
    edits,
    lifecycle,
    policy,
    releasing,
    reviewing,
    ruling,
    submitting,
    uploads,
)
from server.library.drafts import Draft
from server.library.edits import Change, change
from server.library.publishing import publish
from server.library.shapes import HEAD, STEP
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading, writing
from tests.content.documents import TEXT, write_instruction
from tests.server.drafting import held

PEOPLE = {
    "eva": Role.ENGINEER,
    "jan": Role.ENGINEER,
    "kim": Role.ENGINEER,
    "sam": Role.SUPERVISOR,
    "ida": Role.SUPERVISOR,
    "ada": Role.ADMINISTRATOR,
}
RIGHT = "It is right"
TWO_NAMED = [{"name": "Safety", "people": ["jan", "kim"], "count": 2}]


@pytest.fixture
def plant(house: House) -> House:
    """The people that sign; their passwords are asked for elsewhere, and take long to make."""
    for person, role in (*PEOPLE.items(), ("ola", Role.OPERATOR)):
        row = {"id": person, "name": person.title(), "role": role, "login": person, "password_hash": "-"}
        with writing(house.engine) as tx:
            tx.execute(insert(tables.people).values(row | {"active": True, "failures": 0}))
    return house


@pytest.fixture
def begin(plant: House, tmp_path: Path) -> Callable[..., str]:
    """A draft of a document that is released; nothing in it is changed yet."""

    def begun(name: str = "close-pump", risk: str = "low") -> str:
        folder = tmp_path / name
        folder.mkdir()
        text = TEXT.replace("id: close-pump", f"id: {name}\nrisk_class: {risk}")
        return drafts.from_release(plant, publish(plant, write_instruction(folder, text), "eva"), "eva")

    return begun


@pytest.fixture
def draft(plant: House, begin: Callable[..., str]) -> str:
    made = begin()
    write(plant, made, "Tighten them evenly")
    return made


def write(house: House, draft: str, title: str, by: str = "eva") -> None:
    found = held(house, draft)
    part = found.parts[STEP + found.steps[0]]
    wanted = Change(part=STEP + found.steps[0], version=part.version, body={**part.body, "title": title})
    change(house, draft, wanted, by)


def sign(
    house: House, draft: str, person: str, verdict: str = "approved", seen: str | None = None
) -> reviewing.Review:
    return reviewing.sign(house, draft, person, PEOPLE[person], verdict, RIGHT, "so", seen=seen)


def decide(house: House, stages: list[dict[str, object]]) -> None:
    for risk in policy.RISKS:
        ruling.decide(house, "work-instruction", risk, stages, "ada")


def away(house: House, person: str, deputy: str) -> None:
    now = house.now()
    policy.add_absence(house, person, deputy, now - timedelta(hours=1), now + timedelta(days=2), "ada")


def test_nobody_signs_or_releases_what_they_have_not_seen(plant: House, draft: str) -> None:
    submitting.submit(plant, draft, "", "eva")
    seen = lifecycle.content_of(held(plant, draft))
    reviewing.take_back(plant, draft, "eva")
    write(plant, draft, "Loosen them all")
    submitting.submit(plant, draft, "", "eva")
    with pytest.raises(Conflict, match="changed since you opened it"):
        sign(plant, draft, "jan", seen=seen)
    sign(plant, draft, "jan", seen=lifecycle.content_of(held(plant, draft)))
    with pytest.raises(Conflict, match="changed since you opened it"):
        releasing.release(plant, draft, "eva", Role.ENGINEER, seen=seen)


def test_a_draft_that_was_changed_while_it_was_released_is_not_released(
    plant: House, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitting.submit(plant, draft, "", "eva")
    sign(plant, draft, "jan")

    def changed_meanwhile(house: House, found: Draft) -> int:
        reviewing.take_back(house, found.id, "eva")
        write(house, found.id, "Loosen them all")
        submitting.submit(house, found.id, "", "eva")
        sign(house, found.id, "jan")
        return 2

    monkeypatch.setattr(releasing, "_free_revision", changed_meanwhile)
    with pytest.raises(Conflict, match="changed since"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    assert held(plant, draft).state == "approved"


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([{"name": "Review"}, {"name": "review ", "role": "supervisor"}], "two stages are called"),
        ([{"name": "Safety", "people": ["jan"], "count": 2}], "1 people cannot give 2"),
        ([{"name": "Look", "role": "operator"}], "operators sign no reviews"),
        ([{"name": "Look", "people": ["ola"]}], "ola cannot sign"),
        ([{"name": "Look", "people": ["nobody"]}], "nobody is called"),
    ],
)
def test_stages_that_could_not_be_told_apart_or_never_be_complete_are_refused(
    plant: House, stages: list[dict[str, object]], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        ruling.decide(plant, "sop", "low", stages, "ada")


def test_a_stage_is_signed_by_its_own_role_and_by_no_higher_one(plant: House, draft: str) -> None:
    decide(plant, [{"name": "Review"}, {"name": "Quality", "role": "supervisor"}])
    submitting.submit(plant, draft, "", "eva")
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "sam")
    sign(plant, draft, "jan")
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "kim")
    assert sign(plant, draft, "sam").state == "approved"


def test_an_administrator_stands_in_where_nobody_else_is(plant: House, draft: str) -> None:
    submitting.submit(plant, draft, "", "eva")
    assert sign(plant, draft, "ada").state == "approved"


def test_signatures_are_judged_by_the_policy_of_now_and_by_whose_they_are(plant: House, draft: str) -> None:
    decide(plant, [{"name": "Review"}])
    submitting.submit(plant, draft, "", "eva")
    sign(plant, draft, "jan")
    decide(plant, [{"name": "Review", "role": "supervisor"}])  # an engineer's is no supervisor's
    review = look(plant, draft)
    assert (review.state, [each.missing for each in review.stages]) == ("approved", [1])
    assert [each.person for each in review.standing.void] == ["jan"]
    with pytest.raises(Conflict, match=r"not complete.*Review: supervisor"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "kim")
    assert sign(plant, draft, "sam").complete
    decide(
        plant, [{"name": "Approval", "role": "supervisor"}]
    )  # a stage of another name asks for another thing
    assert [each.person for each in look(plant, draft).standing.void] == ["jan", "sam"]
    with pytest.raises(Conflict, match="not complete"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    sign(plant, draft, "ida")
    with writing(plant.engine) as tx:  # what she signed as a supervisor she signed, whatever becomes of her
        tx.execute(update(tables.people).where(tables.people.c.id == "ida").values(role=Role.ENGINEER))
    releasing.release(plant, draft, "eva", Role.ENGINEER)


def look(house: House, draft: str) -> reviewing.Review:
    with reading(house.engine) as tx:
        return reviewing.look(tx, drafts.read(tx, draft))


def test_what_lacks_nothing_by_the_policy_of_now_is_approved_and_waits_for_nobody(
    plant: House, draft: str
) -> None:
    decide(plant, [{"name": "Review"}, {"name": "Quality", "role": "supervisor"}])
    submitting.submit(plant, draft, "", "eva")
    sign(plant, draft, "jan")
    assert [each.mine for each in awaiting.waiting(plant, "sam", Role.SUPERVISOR)] == [True]
    decide(plant, [{"name": "Review"}])
    assert [(each.state, each.mine) for each in awaiting.waiting(plant, "sam", Role.SUPERVISOR)] == [
        ("approved", False)
    ]
    decide(plant, [{"name": "Review"}, {"name": "Quality", "role": "supervisor"}])
    (waits,) = awaiting.waiting(plant, "sam", Role.SUPERVISOR)  # what was approved lacks a signature again
    assert waits.mine
    sign(plant, draft, "sam", "changes")
    assert held(plant, draft).state == "draft"


def test_the_list_of_what_waits_says_what_each_review_says(plant: House, begin: Callable[..., str]) -> None:
    decide(plant, [{"name": "Review"}, {"name": "Safety", "people": ["kim", "sam"], "parallel": True}])
    away(plant, "sam", "ida")
    begun = [begin(f"pump-{number}", risk) for number, risk in enumerate(("low", "high", "medium", "low"))]
    for each in begun:
        submitting.submit(plant, each, "", "eva")
    sign(plant, begun[0], "jan")
    sign(plant, begun[1], "kim")
    ruling.decide(plant, "work-instruction", "high", [{"name": "Quality", "role": "supervisor"}], "ada")
    with writing(plant.engine) as tx:  # submitted before it was written down
        tx.execute(update(tables.drafts).where(tables.drafts.c.id == begun[3]).values(content=""))
    for person, role in PEOPLE.items():
        with reading(plant.engine) as tx:
            mine = {
                each
                for each in begun
                if reviewing.turn(
                    tx, reviewing.look(tx, drafts.read(tx, each)), person, role, plant.now()
                ).stage
            }
        assert {each.draft for each in awaiting.waiting(plant, person, role) if each.mine} == mine


def test_two_deputies_of_one_person_are_one_signature(plant: House, draft: str) -> None:
    decide(plant, TWO_NAMED)
    away(plant, "jan", "sam")
    away(plant, "jan", "ida")
    submitting.submit(plant, draft, "", "eva")
    sign(plant, draft, "sam")
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "ida")
    with pytest.raises(NotAllowed, match="your deputy has signed"):
        sign(plant, draft, "jan")
    assert sign(plant, draft, "kim").state == "approved"


def test_who_wrote_does_not_sign_by_delegation_and_nobody_signs_for_who_wrote(
    plant: House, draft: str
) -> None:
    decide(plant, [{"name": "Safety", "people": ["jan", "eva"]}])
    away(plant, "jan", "eva")
    away(plant, "eva", "sam")
    submitting.submit(plant, draft, "", "eva")
    with pytest.raises(NotAllowed, match="who wrote"):
        sign(plant, draft, "eva")
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "sam")


def test_a_deputy_signs_where_a_role_is_asked_for_and_not_for_somebody_who_has_left(
    plant: House, draft: str
) -> None:
    decide(plant, [{"name": "Quality", "role": "supervisor"}])
    away(plant, "sam", "kim")
    submitting.submit(plant, draft, "", "eva")
    with writing(plant.engine) as tx:
        tx.execute(update(tables.people).where(tables.people.c.id == "sam").values(active=False))
    with pytest.raises(NotAllowed, match="not your turn"):
        sign(plant, draft, "kim")
    with writing(plant.engine) as tx:
        tx.execute(update(tables.people).where(tables.people.c.id == "sam").values(active=True))
    (signature,) = sign(plant, draft, "kim").signatures
    assert (signature.person, signature.on_behalf_of) == ("kim", "sam")


def test_an_absence_is_ended_by_who_is_away_or_an_administrator(plant: House) -> None:
    away(plant, "jan", "sam")
    with reading(plant.engine) as tx:
        (found,) = policy.absences(tx, plant.now())
    with pytest.raises(NotAllowed, match="the absence of jan"):
        policy.end_absence(plant, found.id, "kim", Role.ENGINEER)
    policy.end_absence(plant, found.id, "jan", Role.ENGINEER)
    with pytest.raises(Invalid, match="ola cannot sign"):
        away(plant, "jan", "ola")


def test_a_document_that_is_called_less_of_a_risk_is_signed_as_strictly_as_before(
    plant: House, begin: Callable[..., str]
) -> None:
    draft = begin(risk="high")
    part = held(plant, draft).parts[HEAD]
    change(
        plant, draft, Change(part=HEAD, version=part.version, body={**part.body, "risk_class": "low"}), "eva"
    )
    submitting.submit(plant, draft, "", "eva")
    review = sign(plant, draft, "jan")
    assert (review.risk_class, review.state) == ("high", "in-review")
    assert [each.stage.name for each in review.stages if each.missing] == ["Quality"]


def test_a_comment_after_the_approval_has_the_release_wait(plant: House, draft: str) -> None:
    submitting.submit(plant, draft, "", "eva")
    sign(plant, draft, "jan")
    number = commenting.comment(plant, draft, "Wait: is it left-handed?", "sam")
    with pytest.raises(Conflict, match="commented since"):
        releasing.release(plant, draft, "eva", Role.ENGINEER)
    commenting.settle(plant, number, "It is, see the drawing", "jan")
    releasing.release(plant, draft, "eva", Role.ENGINEER)
    with pytest.raises(Conflict, match="is released"):
        commenting.comment(plant, draft, "And now?", "sam")


def test_who_did_not_ask_settles_with_an_answer_and_only_where_it_was_said(
    plant: House, draft: str, begin: Callable[..., str]
) -> None:
    number = commenting.comment(plant, draft, "Why so?", "jan")
    with pytest.raises(Invalid, match="how it was settled"):
        commenting.settle(plant, number, " ", "eva")
    with pytest.raises(NotThere):
        commenting.settle(plant, number, "because", "eva", begin("open-pump"))
    commenting.settle(plant, number, "", "jan", draft)
    with pytest.raises(Conflict, match="settled already"):
        commenting.settle(plant, number, "again", "eva")


def test_nothing_is_put_into_a_draft_under_review(plant: House, draft: str, tmp_path: Path) -> None:
    sent = tmp_path / "drawing.pdf"
    sent.write_bytes(b"%PDF-1.7\n")
    submitting.submit(plant, draft, "", "eva")
    before = lifecycle.content_of(held(plant, draft))
    with pytest.raises(Conflict, match="nothing in it can be changed"):
        uploads.attach_file(plant, draft, sent, "drawing.pdf", "kim")
    with pytest.raises(Conflict, match="nothing in it can be changed"):
        edits.mend(plant, draft, "kim")
    assert lifecycle.content_of(held(plant, draft)) == before


REVIEW_THEN_QUALITY: list[dict[str, object]] = [
    {"name": "Review", "role": "engineer"},
    {"name": "Quality", "role": "supervisor"},
]


def test_stages_one_after_the_other_are_signed_in_their_order_only(plant: House, draft: str) -> None:
    decide(plant, REVIEW_THEN_QUALITY)
    submitting.submit(plant, draft, "", "eva")
    assert [each.open for each in look(plant, draft).stages] == [True, False]
    with pytest.raises(NotAllowed, match="not your turn: others sign this stage"):
        sign(plant, draft, "sam")
    assert sign(plant, draft, "jan").state == "in-review"
    assert [each.open for each in look(plant, draft).stages] == [True, True]
    assert sign(plant, draft, "sam").state == "approved"


@pytest.mark.parametrize("order", [("jan", "sam"), ("sam", "jan")])
def test_stages_beside_one_another_are_signed_in_any_order(
    plant: House, draft: str, order: tuple[str, str]
) -> None:
    review, quality = REVIEW_THEN_QUALITY
    decide(plant, [review, {**quality, "parallel": True}])
    submitting.submit(plant, draft, "", "eva")
    assert [each.open for each in look(plant, draft).stages] == [True, True]
    assert sign(plant, draft, order[0]).state == "in-review"
    assert sign(plant, draft, order[1]).state == "approved"


def test_what_follows_stages_beside_one_another_waits_for_all_of_them(plant: House, draft: str) -> None:
    first, beside, last = (
        {"name": name, "people": [who]}
        for name, who in (("Review", "jan"), ("Quality", "sam"), ("Last", "kim"))
    )
    decide(plant, [first, {**beside, "parallel": True}, last])
    submitting.submit(plant, draft, "", "eva")
    for person in ("sam", "jan"):
        with pytest.raises(NotAllowed, match="not your turn"):
            sign(plant, draft, "kim")
        sign(plant, draft, person)
    assert sign(plant, draft, "kim").state == "approved"


# --- what a comment points at -----------------------------------------------------


PLACE = {"picture": "media/a.png", "x": 0.25, "y": 0, "width": 0.5, "height": 1}


@pytest.mark.parametrize("anchor", [{"quote": "the screws"}, PLACE])
def test_a_comment_is_about_a_word_or_a_region_and_holds_the_release_until_it_is_settled(
    plant: House, begin: Callable[..., str], anchor: dict[str, object]
) -> None:
    draft = begin()
    if "picture" in anchor:
        anchor = {**anchor, "picture": next(iter(held(plant, draft).media))}
    write(plant, draft, "Tighten them evenly")
    submitting.submit(plant, draft, "", "eva")
    step = held(plant, draft).steps[0]
    number = commenting.comment(plant, draft, "Which ones?", "jan", step, anchor)
    (said,) = look(plant, draft).comments
    assert (said.id, said.step, said.anchor) == (number, step, anchor)
    with pytest.raises(Conflict, match="not settled"):
        sign(plant, draft, "jan")
    commenting.settle(plant, number, "All six", "eva")
    assert sign(plant, draft, "jan").state == "approved"


@pytest.mark.parametrize(
    ("anchor", "why"),
    [
        ("the screws", "cannot be read"),
        (["quote"], "cannot be read"),
        ({"quote": ""}, "are none, or too many"),
        ({"quote": " "}, "are none, or too many"),
        ({"quote": 7}, "are none, or too many"),
        ({"quote": "x" * 301}, "are none, or too many"),
        ({"quote": "x", "picture": "media/a.png"}, "points at nothing that there is"),
        ({"word": "screws"}, "points at nothing that there is"),
        ({"picture": "media/a.png"}, "points at nothing that there is"),
        ({**PLACE, "picture": ""}, "does not say which picture"),
        ({**PLACE, "picture": 7}, "does not say which picture"),
        ({**PLACE, "x": 1.01}, "not within its picture"),
        ({**PLACE, "height": -0.1}, "not within its picture"),
        ({**PLACE, "width": "wide"}, "not within its picture"),
        ({**PLACE, "y": True}, "not within its picture"),
        ({**PLACE, "x": float("nan")}, "not within its picture"),
    ],
)
def test_a_comment_that_points_nowhere_is_refused_and_does_not_lose_what_it_is_about(
    plant: House, draft: str, anchor: object, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        commenting.comment(plant, draft, "Which ones?", "jan", None, anchor)
    assert "quote" in refused.value.mend
    assert look(plant, draft).comments == ()


def test_a_comment_on_a_picture_that_is_not_in_the_draft_is_refused(plant: House, draft: str) -> None:
    with pytest.raises(NotThere, match="no such picture"):
        commenting.comment(plant, draft, "Where?", "jan", None, {**PLACE, "picture": "media/other.png"})
