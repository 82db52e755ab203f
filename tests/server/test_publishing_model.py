"""No sequence of calls reaches a release without its approvals: the life of a draft as a stateful model."""

import contextlib
import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, insert, select, update

from content.revision import RevisionState
from server.errors import Conflict, Invalid, NotAllowed, NotThere, Refused
from server.library import commenting, drafts, policy, releasing, restoring, reviewing, ruling, submitting
from server.library.edits import Change, change
from server.library.publishing import publish
from server.library.shapes import STEP
from server.people.sessions import Role
from server.settings import Settings
from server.store import tables
from server.store.engine import reading, writing
from tests.content.documents import write_instruction
from tests.server.conftest import Clock, make_house

ROLES = {
    "eva": Role.ENGINEER,
    "jan": Role.ENGINEER,
    "kim": Role.ENGINEER,
    "sam": Role.SUPERVISOR,
    "ada": Role.ADMINISTRATOR,
}
PEOPLE = st.sampled_from(sorted(ROLES))
WRITERS = st.sampled_from(["eva", "eva", "eva", "kim", "ada"])
STAGES = st.sampled_from(
    [
        [],
        [{"name": "Review", "role": "engineer"}],
        [{"name": "Review", "role": "engineer"}, {"name": "Quality", "role": "supervisor"}],
        [{"name": "Review", "role": "engineer", "count": 2}],
        [{"name": "Review", "role": "engineer"}, {"name": "Beside", "role": "supervisor", "parallel": True}],
        [{"name": "Review", "role": "supervisor"}],
        [{"name": "Safety", "people": ["jan", "sam"], "count": 2}],
        [
            {"name": "Safety", "people": ["jan", "kim", "eva"], "count": 2},
            {"name": "Quality", "role": "supervisor"},
        ],
    ]
)
REFUSALS = (Conflict, Invalid, NotAllowed, NotThere)
Move = tuple[str, str, str, str]  # who did what to what, and why


class Publishing(RuleBasedStateMachine):
    """What people do to one draft, in any order; the model knows who wrote and who signed what it says now.

    It knows, too, what each of them adds to the audit trail, and that nothing else does.
    """

    @initialize(stages=STAGES)
    def begin(self, stages: list[dict[str, object]]) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.house = make_house(Settings(data=Path(self.place.name) / "data"), Clock())
        folder = Path(self.place.name) / "close-pump"
        folder.mkdir()
        for person, role in ROLES.items():
            row = {"id": person, "name": person, "role": role, "login": person, "password_hash": "-"}
            with writing(self.house.engine) as tx:
                tx.execute(insert(tables.people).values(row | {"active": True, "failures": 0}))
        first = publish(self.house, write_instruction(folder), "eva")
        self.first = first.digest
        self.draft = drafts.from_release(self.house, first, "eva")
        self.gone: set[str] = set()
        self.told: list[Move] = []  # what the audit trail must say of it
        with reading(self.house.engine) as tx:
            self.begun_at = tx.execute(select(func.max(tables.audit.c.id))).scalar_one()
        self.decide(stages)
        self.authors = {"eva"}
        self.signed: dict[str, dict[str, str]] = {}  # stage -> whose signature -> by whom
        self.away: set[tuple[str, str]] = set()
        self.open_comments: list[int] = []
        self.state = RevisionState.DRAFT
        self.number = 0

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.engine.dispose()
            self.place.cleanup()

    @rule(stages=STAGES)
    def decide(self, stages: list[dict[str, object]]) -> None:
        if any(self.gone.intersection(each.get("people", ())) for each in stages):
            return  # who has left is named for nothing
        self.stages = stages
        for risk in policy.RISKS:
            ruling.decide(self.house, "work-instruction", risk, stages, "ada")
            names = ", ".join(str(each["name"]) for each in stages)
            self.told.append(("ada", "policy", f"work-instruction {risk}", names))
        if getattr(self, "state", None) is RevisionState.IN_REVIEW and self._signed_all():
            self.state = RevisionState.APPROVED  # no more is asked for
            self._moved("ada", "draft approved", "the policy asks for no more signatures")

    @rule(who=PEOPLE, deputy=PEOPLE)
    def leave(self, who: str, deputy: str) -> None:
        since, until = (self.house.now() + timedelta(days=days) for days in (-1, 1))
        with contextlib.suppress(Invalid):  # nobody is their own deputy
            policy.add_absence(self.house, who, deputy, since, until, "ada")
            self.away.add((who, deputy))
            why = f"{deputy} signs, {since:%Y-%m-%d} to {until:%Y-%m-%d}"
            self.told.append(("ada", "absence", who, why))

    @rule(who=PEOPLE, deactivated=st.booleans())
    def come_and_go(self, who: str, *, deactivated: bool) -> None:
        """Whoever is gone signs nothing by a deputy; the portal lets them in no more, so they do nothing here."""
        self.gone = {who} if deactivated else set[str]()
        with writing(self.house.engine) as tx:
            tx.execute(update(tables.people).values(active=True))
            tx.execute(update(tables.people).where(tables.people.c.id.in_(self.gone)).values(active=False))

    @rule(who=WRITERS)
    def write(self, who: str) -> None:
        with reading(self.house.engine) as tx:
            held = drafts.read(tx, self.draft)
        part = held.parts[STEP + held.steps[0]]
        self.number += 1
        body = {**part.body, "title": f"Tighten them well {self.number}"}
        try:
            wanted = Change(part=STEP + held.steps[0], version=part.version, body=body)
            change(self.house, self.draft, wanted, who)
        except Conflict:
            assert self.state is not RevisionState.DRAFT
        else:
            assert self.state is RevisionState.DRAFT
            self.authors.add(who)

    @rule(who=PEOPLE)
    def submit(self, who: str) -> None:
        try:
            submitting.submit(self.house, self.draft, "why", who)
        except Conflict:
            assert self.state is not RevisionState.DRAFT
        else:
            assert self.state is RevisionState.DRAFT
            self.state, self.signed = RevisionState.IN_REVIEW, {}
            self._moved(who, "draft in-review", "why")
            if not self.stages:
                self.state = RevisionState.APPROVED
                self._moved(who, "draft approved", "the policy asks for no approval")

    @rule(who=PEOPLE)
    def take_back(self, who: str) -> None:
        with contextlib.suppress(Conflict):
            reviewing.take_back(self.house, self.draft, who)
            assert self.state in {RevisionState.IN_REVIEW, RevisionState.APPROVED}
            self.state, self.signed = RevisionState.DRAFT, {}
            self._moved(who, "draft draft", "taken back")

    @rule(who=PEOPLE)
    def comment(self, who: str) -> None:
        if self.state in {RevisionState.IN_REVIEW, RevisionState.APPROVED}:
            self.open_comments.append(commenting.comment(self.house, self.draft, "Why so?", who))
            self._moved(who, "commented", "Why so?")

    @rule(who=PEOPLE)
    def settle(self, who: str) -> None:
        if self.open_comments and self.state is not RevisionState.RELEASED:
            commenting.settle(self.house, self.open_comments.pop(), "because", who)
            self._moved(who, "settled a comment", "because")

    @rule(who=PEOPLE, verdict=st.sampled_from(["approved", "changes"]))
    def sign(self, who: str, verdict: str) -> None:
        try:
            review = reviewing.sign(self.house, self.draft, who, ROLES[who], verdict, "It is right", "so")
        except REFUSALS:
            return
        before = self._counting()
        lacks = self.state is RevisionState.APPROVED and not self._signed_all()
        assert self.state is RevisionState.IN_REVIEW or lacks
        assert who not in self.authors
        assert all(who not in given.values() for given in before.values())
        newest = review.signatures[-1]
        behalf = f" for {newest.on_behalf_of}" if newest.on_behalf_of else ""
        self._moved(who, f"signed {verdict}{behalf}", f"{newest.stage}: It is right")
        if verdict == "changes":
            self._moved(who, "draft draft", "so")
            self.state, self.signed = RevisionState.DRAFT, {}
            return
        assert not self.open_comments
        stage = next(each for each in self.stages if each["name"] == newest.stage)
        whose = newest.on_behalf_of or who
        assert whose == who or ((whose, who) in self.away and whose not in self.authors | self.gone)
        assert (
            whose in stage["people"]
            if "people" in stage
            else ROLES[whose] in {stage["role"], Role.ADMINISTRATOR}
        )
        assert all(whose not in given for given in before.values())
        self.signed.setdefault(newest.stage, {})[whose] = who
        if self._signed_all():
            if self.state is RevisionState.IN_REVIEW:
                self._moved(who, "draft approved", "every stage has signed")
            self.state = RevisionState.APPROVED

    @rule(order=st.permutations(sorted(ROLES)), then=st.sampled_from(["release", "wait", "take back"]))
    def everybody_signs_who_may(self, order: list[str], then: str) -> None:
        """As they would: only so do many walks get as far as a release."""
        self.submit("eva")
        while self.open_comments and self.state is not RevisionState.RELEASED:
            self.settle(order[0])
        for who in order:
            self.sign(who, "approved")
        if then == "release":
            self.release(order[-1])
        elif then == "take back":
            self.take_back(order[-1])

    @rule(who=PEOPLE)
    def release(self, who: str) -> None:
        try:
            made = releasing.release(self.house, self.draft, who, ROLES[who])
        except Refused:
            assert self.state is not RevisionState.APPROVED or self.open_comments or not self._signed_all()
        else:
            assert self.state is RevisionState.APPROVED
            assert self._signed_all()
            assert not self.open_comments
            self.state = RevisionState.RELEASED
            self._moved(who, "released", f"revision 2, {made.digest}")
            self._moved(who, "draft released", "revision 2")
            self._moved(who, "superseded", "revision 1: revision 2 rules")

    @rule(who=PEOPLE)
    def bring_back(self, who: str) -> None:
        """What was put on the floor without a signature comes back over no gate, whoever asks."""
        if not self.stages and self.state is RevisionState.RELEASED:
            return  # no signature is asked for
        reason = "It was better before"
        with pytest.raises(Refused):
            restoring.restore(self.house, self.first, who, ROLES[who], reason)

    def _moved(self, who: str, what: str, why: str) -> None:
        """The audit trail says so of the document."""
        self.told.append((who, what, "close-pump", why))

    def _counting(self) -> dict[str, dict[str, str]]:
        """The signatures that count by the policy of now, whatever it was when they were given."""
        return {
            str(each["name"]): {
                whose: who
                for whose, who in self.signed.get(str(each["name"]), {}).items()
                if (
                    whose in each["people"]
                    if "people" in each
                    else ROLES[whose] in {each["role"], Role.ADMINISTRATOR}
                )
            }
            for each in self.stages
        }

    def _signed_all(self) -> bool:
        given = self._counting()
        return all(len(given[str(each["name"])]) >= int(str(each.get("count", 1))) for each in self.stages)

    @invariant()
    def the_server_agrees(self) -> None:
        if not hasattr(self, "house"):
            return
        with reading(self.house.engine) as tx:
            held = drafts.read(tx, self.draft)
            count = len(tx.execute(select(tables.releases.c.digest)).all())
        assert held.state == self.state
        assert count == (2 if self.state is RevisionState.RELEASED else 1)

    @invariant()
    def the_audit_trail_says_every_move_and_nothing_else(self) -> None:
        if not hasattr(self, "told"):
            return
        a = tables.audit.c
        with reading(self.house.engine) as tx:
            rows = tx.execute(select(tables.audit).where(a.id > self.begun_at).order_by(a.id)).all()
        assert all(row.at == self.house.now() for row in rows)
        said = [(row.who, row.what, row.subject, _why(row.what, row.detail)) for row in rows]
        assert sorted(said) == sorted(self.told)


def _why(what: str, detail: str) -> str:
    """The reason; of a policy the names of its stages."""
    return ", ".join(each["name"] for each in json.loads(detail)) if what == "policy" else detail


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
