"""How records travel, as a model: whatever is lost, repeated, re-ordered or changed, what is held is true."""

import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from content import chain
from server.errors import Conflict, Invalid
from server.house import House
from server.records.ingesting import ingest
from server.settings import Settings
from server.store import tables
from server.store.engine import reading
from tests.conftest import SHRINKING
from tests.server.conftest import Clock, add_kiosk, make_house
from tests.server.shift import CONTINUE, GOOD, PAUSE, PROBLEM, TROUBLED, Shift, back, code, mass, tap, torque

INPUTS = [
    *TROUBLED,
    back("bolt", "weigh"),
    back("look", "bolt"),
    tap("weigh"),
    mass("1"),
    code("x"),
    PAUSE,
    CONTINUE,
]
RUNS = st.one_of(
    st.sampled_from([GOOD, TROUBLED, (*GOOD[:3], PROBLEM), (*GOOD[:2], back("bolt", "weigh"), torque("9"))]),
    st.lists(st.sampled_from(INPUTS), max_size=8).map(tuple),
)


class Travelling(RuleBasedStateMachine):
    """One kiosk, a bad network, and a server that all examples share."""

    house: House
    count = 0

    @initialize()
    def enrol(self) -> None:
        type(self).count += 1
        self.shift = Shift(kiosk=f"k-model-{self.count}")
        add_kiosk(self.house, self.shift.kiosk, "bench-1")
        self.held = 0  # what the kiosk believes; an answer may be lost

    @rule(inputs=RUNS)
    def work(self, inputs: tuple) -> None:
        self.shift.run(*inputs)

    @rule(answered=st.booleans(), longest=st.integers(1, 40))
    def deliver(self, answered: bool, longest: int) -> None:
        batch = self.shift.entries[self.held : self.held + longest]
        taken = ingest(self.house, self.shift.kiosk, batch)
        assert taken.held >= self.held + len(batch)
        if answered:
            self.held = taken.held

    @rule(data=st.data())
    def deliver_a_jumble(self, data: st.DataObject) -> None:
        """Some entries lost, some twice, none in order."""
        if not self.shift.entries:
            return
        batch = data.draw(st.lists(st.sampled_from(self.shift.entries), max_size=20))
        ingest(self.house, self.shift.kiosk, batch)

    @rule(place=st.integers(0, 200), seed=st.integers(0, 10))
    def deliver_a_changed_entry(self, place: int, seed: int) -> None:
        if not self.shift.entries:
            return
        changed = list(self.shift.entries)
        place %= len(changed)
        entry = changed[place]
        changed[place] = random.Random(seed).choice(
            [
                replace(entry, body=entry.body.replace('"tick":', '"tick": ')),
                replace(entry, prev="f" * 64),
                chain.link(entry.kiosk, entry.seq, "f" * 64, entry.body),
                chain.link(entry.kiosk, entry.seq, entry.prev, entry.body + " "),
            ]
        )
        before = self._kept()
        true_link = chain.link(entry.kiosk, entry.seq, entry.prev, changed[place].body)
        if place == len(changed) - 1 >= len(before) and changed[place] == true_link:
            return  # a true link with nothing behind it is a twin's: only the kiosk could know
        try:
            ingest(self.house, self.shift.kiosk, changed)
        except (Conflict, Invalid):
            assert self._kept() == before
        else:
            # an entry that is held is known by its hash; its body is not looked at again
            assert changed[place].hash == entry.hash
            assert place < len(before)

    @rule()
    def deliver_a_twin(self) -> None:
        """A kiosk's disk was copied: both go on from the same point."""
        twin = Shift(kiosk=self.shift.kiosk, entries=self.shift.entries[: len(self.shift.entries) // 2])
        twin.sign_in("somebody-else")
        if len(twin.entries) <= len(self._kept()):
            with pytest.raises(Conflict):
                ingest(self.house, self.shift.kiosk, twin.entries)

    @invariant()
    def the_server_holds_a_true_prefix(self) -> None:
        if hasattr(self, "shift"):
            kept = self._kept()
            assert kept == [(e.seq, e.hash, e.body) for e in self.shift.entries[: len(kept)]]

    def _kept(self) -> list:
        r = tables.records.c
        with reading(self.house.engine) as tx:
            rows = tx.execute(
                select(r.seq, r.hash, r.body).where(r.kiosk == self.shift.kiosk).order_by(r.seq)
            )
            return [tuple(row) for row in rows]

    def teardown(self) -> None:
        """In the end everything arrives."""
        if hasattr(self, "shift"):
            assert ingest(self.house, self.shift.kiosk, self.shift.entries).held == len(self.shift.entries)
            self.the_server_holds_a_true_prefix()


@pytest.mark.timeout(SHRINKING)
def test_whatever_the_network_does_the_server_holds_a_true_prefix_and_in_the_end_everything() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Travelling.house = make_house(Settings(data=Path(folder)), Clock())
        machine = settings(max_examples=40, stateful_step_count=15, deadline=None)
        run_state_machine_as_test(Travelling, settings=machine)
        Travelling.house.engine.dispose()
