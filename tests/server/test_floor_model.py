"""Nothing reaches the floor that was not approved or answered for: from drafts to assignments, as a stateful model.

Several drafts of one document one after the other, by hand and from a pipeline, and of a shared block; policies that
ask for nothing, releases in spite of findings, withdrawals, earlier contents that come back, and assignments by digest.
"""

import contextlib
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import insert, select

from content.blocks import Block
from content.revision import OPEN, RevisionState
from server.clockwork import Clockwork
from server.errors import Refused
from server.library import (
    assigning,
    doubting,
    drafts,
    placing,
    policy,
    releasing,
    restoring,
    reviewing,
    ruling,
    settling,
    shared,
    sharing,
    submissions,
    submitting,
)
from server.library.edits import Change, change
from server.library.publishing import publish
from server.library.releasing import Terms
from server.library.shapes import STEP
from server.people.sessions import Role
from server.reports import library
from server.settings import Settings
from server.store import tables
from server.store.engine import deciding, reading, writing
from tests.content.documents import TEXT, write_instruction
from tests.server.conftest import Clock, make_house

ROLES = {
    "eva": Role.ENGINEER,
    "jan": Role.ENGINEER,
    "sam": Role.SUPERVISOR,
    "ada": Role.ADMINISTRATOR,
}
DOCUMENT, BLOCK = "close-pump", "look-twice"
STATIONS = ("bench-1", "bench-2")
RETIRED = "Zorbex-7"  # a tool that nobody may be told to use any more
REASON = "Because we have looked at it with care"
PEOPLE, WRITERS = st.sampled_from(sorted(ROLES)), st.sampled_from(["eva", "eva", "ada"])
KINDS = st.sampled_from([DOCUMENT, DOCUMENT, DOCUMENT, BLOCK])
REVIEW, QUALITY = {"name": "Review", "role": "engineer"}, {"name": "Quality", "role": "supervisor"}
STAGES = st.sampled_from([[], [REVIEW], [REVIEW, QUALITY], [QUALITY, {**REVIEW, "parallel": True}]])
Stages = list[dict[str, object]]


@dataclass
class Written:
    """A draft as the model has it: who wrote in it, and who signed what it says now, for which stage."""

    document: str
    authors: set[str]
    state: RevisionState = RevisionState.DRAFT
    names_retired: bool = False
    signed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


@dataclass(frozen=True)
class Known:
    """A release that the model knows the leave of."""

    revision: int
    signed: dict[str, set[str]]
    names_retired: bool = False
    effective_at: datetime | None = None
    withdrawn: bool = False


class Floor(RuleBasedStateMachine):
    """What people do to a document and a shared block, up to the stations."""

    @initialize(stages=STAGES)
    def begin_plant(self, stages: Stages) -> None:
        self.place, self.clock = tempfile.TemporaryDirectory(), Clock()
        self.house = make_house(Settings(data=Path(self.place.name) / "data"), self.clock)
        self.clockwork = Clockwork(self.house)
        assigning.create_station(self.house, STATIONS[1], "Bench 2", "", "", "ada")
        for person, role in ROLES.items():
            row = {"id": person, "name": person, "role": role, "login": person, "password_hash": "-"}
            with writing(self.house.engine) as tx:
                tx.execute(insert(tables.people).values(row | {"active": True, "failures": 0}))
        doubting.register(self.house, RETIRED, "tool", "Old wrench", "1", "eva")
        doubting.change(self.house, RETIRED, "", "eva", retire=True)
        self.folder = Path(self.place.name) / DOCUMENT
        self.folder.mkdir()
        first = publish(self.house, write_instruction(self.folder), "eva")
        placing.place(self.house, DOCUMENT, "site", "", "eva")
        step = {"id": "look", "title": "Look", "text": "Look at it twice."}
        values = {"id": BLOCK, "kind": "block", "title": "Look", "revision": 1, "language": "en"}
        with writing(self.house.engine) as tx:
            made = Block.model_validate(values | {"steps": [step]})
            shared.keep(tx, self.house, made, {}, "eva")
        self.releases = {first.digest: Known(1, {})}
        self.blocks = 1
        self.drafts: dict[str, Written] = {}
        self.number = 0
        self.decide(stages)

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.engine.dispose()
            self.place.cleanup()

    # --- what the model thinks -------------------------------------------------

    def _open(self, document: str) -> str | None:
        return next(
            (name for name, each in self.drafts.items() if each.document == document and each.state in OPEN),
            None,
        )

    def _missing(self, signed: dict[str, set[str]]) -> set[str]:
        """The stages of the policy of now that these signatures do not fill."""
        return {
            str(stage["name"])
            for stage in self.stages
            if not any(
                ROLES[who] in {stage["role"], Role.ADMINISTRATOR}
                for who in signed.get(str(stage["name"]), ())
            )
        }

    def _may_sign(self, written: "Written", who: str) -> bool:
        """Whether a stage is open to them, which they did not write for and none of which they have signed."""
        missing = self._missing(written.signed)
        lacks = written.state is RevisionState.APPROVED and missing
        signed = {each for stage in self.stages for each in written.signed.get(str(stage["name"]), ())}
        if not (written.state is RevisionState.IN_REVIEW or lacks) or who in written.authors | signed:
            return False
        reached, beside = True, True
        for stage in self.stages:
            is_open = beside if stage.get("parallel") else reached
            if is_open and stage["name"] in missing and ROLES[who] in {stage["role"], Role.ADMINISTRATOR}:
                return True
            beside = is_open
            reached = reached and stage["name"] not in missing
        return False

    @property
    def _highest(self) -> int:
        return max(each.revision for each in self.releases.values())

    # --- drafts ------------------------------------------------------------------

    @rule(stages=STAGES)
    def decide(self, stages: Stages) -> None:
        self.stages = stages
        for kind in ("work-instruction", "block"):
            for risk in policy.RISKS:
                ruling.decide(self.house, kind, risk, stages, "ada")
        for each in self.drafts.values():
            if each.state is RevisionState.IN_REVIEW and not self._missing(each.signed):
                each.state = RevisionState.APPROVED

    @rule(who=WRITERS, document=KINDS)
    def begin(self, who: str, document: str) -> None:
        with reading(self.house.engine) as tx:
            release = library.newest_release(tx, DOCUMENT)
            block = shared.newest(tx)[0]
        known = self._open(document)
        if document == BLOCK:
            made = drafts.from_block(self.house, block, who)
        elif release is None:
            return  # all of it was withdrawn
        else:
            made = drafts.from_release(self.house, release, who)
        if known is not None:
            assert made == known  # nobody writes beside somebody else
            return
        retired = document == DOCUMENT and release is not None and self.releases[release.digest].names_retired
        self.drafts[made] = Written(document, {who}, names_retired=retired)

    @rule(who=WRITERS, document=KINDS, retired=st.sampled_from([False, False, True]))
    def write(self, who: str, document: str, *, retired: bool) -> None:
        draft = self._open(document)
        if draft is None:
            return
        with reading(self.house.engine) as tx:
            held = drafts.read(tx, draft)
        part = held.parts[STEP + held.steps[0]]
        self.number += 1
        text = f"Tighten them {self.number} times" + (f" with the {RETIRED}." if retired else ".")
        wanted = Change(part=STEP + held.steps[0], version=part.version, body={**part.body, "text": text})
        written = self.drafts[draft]
        try:
            change(self.house, draft, wanted, who)
        except Refused:
            assert written.state is not RevisionState.DRAFT
        else:
            assert written.state is RevisionState.DRAFT
            written.authors.add(who)
            written.names_retired = retired

    @rule(who=WRITERS, document=KINDS)
    def submit(self, who: str, document: str) -> None:
        draft = self._open(document)
        if draft is None:
            return
        written = self.drafts[draft]
        try:
            submitting.submit(self.house, draft, "why", who)
        except Refused:
            assert written.state is not RevisionState.DRAFT
        else:
            assert written.state is RevisionState.DRAFT
            written.signed = {}
            written.state = RevisionState.IN_REVIEW if self.stages else RevisionState.APPROVED

    @rule(who=PEOPLE, document=KINDS)
    def take_back(self, who: str, document: str) -> None:
        draft = self._open(document)
        if draft is None:
            return
        written = self.drafts[draft]
        try:
            reviewing.take_back(self.house, draft, who)
        except Refused:
            assert written.state is RevisionState.DRAFT
        else:
            assert written.state in {RevisionState.IN_REVIEW, RevisionState.APPROVED}
            written.state, written.signed = RevisionState.DRAFT, {}

    @rule(who=PEOPLE, document=KINDS)
    def discard(self, who: str, document: str) -> None:
        draft = self._open(document)
        if draft is None:
            return
        written = self.drafts[draft]
        try:
            submitting.discard(self.house, draft, who)
        except Refused:
            assert written.state is not RevisionState.DRAFT
        else:
            assert written.state is RevisionState.DRAFT
            written.state = RevisionState.DISCARDED

    @rule(who=PEOPLE, document=KINDS, verdict=st.sampled_from(["approved", "approved", "changes"]))
    def sign(self, who: str, document: str, verdict: str) -> None:
        draft = self._open(document)
        if draft is None:
            return
        written = self.drafts[draft]
        try:
            review = reviewing.sign(self.house, draft, who, ROLES[who], verdict, "It is right", "so")
        except Refused:
            assert not self._may_sign(written, who)
            return
        assert self._may_sign(written, who)
        if verdict == "changes":
            written.state, written.signed = RevisionState.DRAFT, {}
            return
        stage = next(each for each in self.stages if each["name"] == review.signatures[-1].stage)
        assert ROLES[who] in {stage["role"], Role.ADMINISTRATOR}
        written.signed.setdefault(str(stage["name"]), set()).add(who)
        if not self._missing(written.signed):
            written.state = RevisionState.APPROVED

    @rule(who=st.sampled_from(["eva", "jan"]), retired=st.sampled_from([False, False, True]))
    def send(self, who: str, *, retired: bool) -> None:
        """A pipeline sends the next revision; it takes the place of one that was sent before."""
        self.number += 1
        text = f"Tighten the screws {self.number} times" + (f" with the {RETIRED}." if retired else ".")
        told = TEXT.replace("revision: 1", f"revision: {self._highest + 1}")
        write_instruction(self.folder, told.replace("Tighten the screws.", text))
        before = self._open(DOCUMENT)
        sent = None
        with contextlib.suppress(Refused):
            sent = submissions.send(self.house, self.folder, who, ROLES[who], "why")
        made = self._came(who, retired=retired)
        if made is None:
            assert before is not None  # refused for what somebody else has open, and nothing has changed
            assert sent is None
            return
        if before is not None:
            self.drafts[before].state = RevisionState.DISCARDED
        if sent is not None and sent.digest is not None:
            assert not self.stages
            assert not retired
            self.drafts[made].state = RevisionState.RELEASED
            self.releases[sent.digest] = Known(sent.revision, {})

    def _came(self, who: str, *, retired: bool) -> str | None:
        """The draft that there was not before."""
        with reading(self.house.engine) as tx:
            names = set(tx.execute(select(tables.drafts.c.id)).scalars())
        new = names - self.drafts.keys()
        if not new:
            return None
        (made,) = new
        state = RevisionState.IN_REVIEW if self.stages else RevisionState.APPROVED
        self.drafts[made] = Written(DOCUMENT, {who}, state, names_retired=retired)
        return made

    # --- releases ------------------------------------------------------------------

    @rule(who=PEOPLE, override=st.booleans(), later=st.sampled_from([False, False, True]))
    def release(self, who: str, *, override: bool, later: bool) -> None:
        draft = self._open(DOCUMENT)
        if draft is None:
            return
        written = self.drafts[draft]
        at = self.clock.now + timedelta(hours=12) if later else None
        try:
            made = releasing.release(
                self.house, draft, who, ROLES[who], Terms(effective_at=at), REASON if override else ""
            )
        except Refused:
            answered = not written.names_retired or (override and ROLES[who] is Role.ADMINISTRATOR)
            ready = written.state is RevisionState.APPROVED and not self._missing(written.signed)
            assert not (ready and answered)
            return
        assert written.state is RevisionState.APPROVED
        assert not self._missing(written.signed)
        assert not written.names_retired or (override and ROLES[who] is Role.ADMINISTRATOR)
        written.state = RevisionState.RELEASED
        self.releases[made.digest] = Known(
            made.document.revision, written.signed, names_retired=written.names_retired, effective_at=at
        )

    @rule(who=PEOPLE)
    def release_block(self, who: str) -> None:
        draft = self._open(BLOCK)
        if draft is None:
            return
        written = self.drafts[draft]
        ready = written.state is RevisionState.APPROVED and not self._missing(written.signed)
        try:
            sharing.release(self.house, draft, who)
        except Refused:
            assert not ready
        else:
            assert ready
            written.state = RevisionState.RELEASED
            self.blocks += 1

    @rule(document=KINDS, order=st.permutations(sorted(ROLES)))
    def all_the_way(self, document: str, order: list[str]) -> None:
        """As it mostly goes: only so do many walks get far."""
        self.begin("eva", document)
        self.write("eva", document, retired=False)
        self.submit("eva", document)
        for who in (*order, *order):
            self.sign(who, document, "approved")
        if document == BLOCK:
            self.release_block("eva")
        else:
            self.release("eva", override=False, later=False)

    @rule(which=st.integers(min_value=0, max_value=50), who=PEOPLE)
    def withdraw(self, which: int, who: str) -> None:
        digest = sorted(self.releases)[which % len(self.releases)]
        try:
            releasing.withdraw(self.house, digest, REASON, who)
        except Refused:
            assert self.releases[digest].withdrawn
        else:
            assert not self.releases[digest].withdrawn
            self.releases[digest] = replace(self.releases[digest], withdrawn=True)

    @rule(which=st.integers(min_value=0, max_value=50), who=PEOPLE, override=st.booleans())
    def restore(self, which: int, who: str, *, override: bool) -> None:
        digest = sorted(self.releases)[which % len(self.releases)]
        known = self.releases[digest]
        by_hand = override and ROLES[who] is Role.ADMINISTRATOR
        stands = bool(self._missing(known.signed)) or known.names_retired
        may = not known.withdrawn and known.revision < self._highest and (not stands or by_hand)
        try:
            made = restoring.restore(
                self.house, digest, who, ROLES[who], REASON, override=REASON if override else ""
            )
        except Refused:
            assert not may
        else:
            assert may
            self.releases[made.digest] = Known(
                made.document.revision, known.signed, names_retired=known.names_retired
            )

    # --- stations ------------------------------------------------------------------

    @rule(which=st.integers(min_value=0, max_value=50), station=st.sampled_from(STATIONS))
    def assign(self, which: int, station: str) -> None:
        digest = sorted(self.releases)[which % len(self.releases)]
        known = self.releases[digest]
        waits = known.effective_at is not None and known.effective_at > self.clock.now
        try:
            assigning.assign(self.house, station, [digest], "ada")
        except Refused:
            assert known.withdrawn or waits
        else:
            assert not known.withdrawn
            assert not waits

    @rule(hours=st.sampled_from([1, 13]))
    def time_passes(self, hours: int) -> None:
        self.clock.forward(hours=hours)
        self.clockwork.tick()

    @rule()
    def settle(self) -> None:
        with deciding(self.house.engine) as tx:
            grown = settling.settle_in(tx, self.house, DOCUMENT)
        settling.tell(self.house, grown)

    # --- what always holds ------------------------------------------------------------

    @invariant()
    def nothing_is_released_but_what_was_approved_or_answered_for(self) -> None:
        if not hasattr(self, "drafts"):
            return
        r, b = tables.releases.c, tables.blocks.c
        with reading(self.house.engine) as tx:
            rows = tx.execute(select(r.digest, r.revision, r.withdrawn_at)).all()
            blocks = tx.execute(select(b.revision).where(b.proposed.is_(False))).scalars().all()
        assert {row.digest: row.revision for row in rows} == {
            digest: known.revision for digest, known in self.releases.items()
        }
        assert {row.digest for row in rows if row.withdrawn_at is not None} == {
            digest for digest, known in self.releases.items() if known.withdrawn
        }
        assert sorted(blocks) == list(range(1, self.blocks + 1))

    @invariant()
    def nothing_is_assigned_but_what_was_released_and_holds(self) -> None:
        if not hasattr(self, "drafts"):
            return
        a = tables.assignments.c
        with reading(self.house.engine) as tx:
            rows = tx.execute(select(a.station, a.release)).all()
        for row in rows:
            known = self.releases[row.release]
            assert not known.withdrawn
            assert known.effective_at is None or known.effective_at <= self.clock.now
        assert len({row.station for row in rows}) == len(rows)  # of one document a station has one release

    @invariant()
    def every_draft_is_where_the_model_has_it(self) -> None:
        if not hasattr(self, "drafts"):
            return
        after = {RevisionState.RELEASED, RevisionState.SUPERSEDED, RevisionState.WITHDRAWN}
        with reading(self.house.engine) as tx:
            rows = tx.execute(select(tables.drafts.c.id, tables.drafts.c.state)).all()
        assert {row.id for row in rows} == set(self.drafts)
        for row in rows:
            expected = self.drafts[row.id].state
            assert row.state in (after if expected is RevisionState.RELEASED else {expected})


TestFloor = Floor.TestCase
TestFloor.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
