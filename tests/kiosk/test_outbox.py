"""The outbox as a stateful model: whatever line and server do, nothing is lost and nothing is there twice."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from content import chain
from content.chain import Entry
from content.record import CodeRefused
from kiosk.delivering import AHEAD, TWINS, Outbox
from kiosk.link import Contradicted, LinkError, Unreachable
from kiosk.store.store import Store
from tests.kiosk.station import AT, fill


class FakeServer:
    """Obeys the protocol: idempotent by number, keeps the unbroken part, refuses contradictions."""

    def __init__(self) -> None:
        self.records: list[Entry] = []
        self.backup: list[Entry] = []
        self.fault = ""
        self.last: Sequence[Entry] = ()

    def deliver(self, entries: Sequence[Entry]) -> int:
        fault, self.fault = self.fault, ""
        if fault == "request lost":
            raise Unreachable("cut")
        self.take(entries)
        self.last = entries
        if fault == "answer lost":
            raise Unreachable("cut after commit")
        return len(self.records)

    def take(self, entries: Sequence[Entry]) -> None:
        fresh: list[Entry] = []
        for entry in sorted(entries, key=lambda entry: entry.seq):
            if entry.seq <= len(self.records):
                if self.records[entry.seq - 1].hash != entry.hash:
                    raise Contradicted(409, "differs", "")
            elif entry.seq == len(self.records) + len(fresh) + 1:
                before = (self.records + fresh)[-1].hash if self.records or fresh else chain.FIRST
                chain.verify(entry, before)
                fresh.append(entry)
        self.records += fresh


class Outboxes(RuleBasedStateMachine):
    """A kiosk with its real store, and a server on a bad line."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stepline-outbox-"))
        self.store = Store.open(self.folder)
        fill(self.store, [])
        self.server = FakeServer()
        self.outbox = Outbox(self.store, self.server)  # type: ignore[arg-type]
        self.kept = 0

    @rule(count=st.integers(1, 4))
    def a_fact_is_kept(self, count: int) -> None:
        facts = [
            CodeRefused(text="X", device="s", reason=str(self.kept + n), at=AT, tick=self.kept + n)
            for n in range(count)
        ]
        self.store.keep(facts)
        self.kept += count

    @rule(fault=st.sampled_from(["", "", "request lost", "answer lost"]))
    def it_delivers(self, fault: str) -> None:
        self.server.fault = fault
        try:
            while self.outbox.waiting and self.outbox.deliver_batch():
                pass
            self.outbox.compare()
        except LinkError:
            pass
        self.server.fault = ""

    @rule(data=st.data())
    def the_network_repeats_and_reorders(self, data: st.DataObject) -> None:
        late = data.draw(st.permutations(list(self.server.last)))
        self.server.take(late[: data.draw(st.integers(0, len(late)))])

    @rule()
    def the_server_is_backed_up(self) -> None:
        self.server.backup = list(self.server.records)

    @rule()
    def the_server_is_restored(self) -> None:
        self.server.records = list(self.server.backup)

    @rule()
    def the_power_is_cut(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder)
        self.outbox = Outbox(self.store, self.server)  # type: ignore[arg-type]

    @invariant()
    def nothing_is_lost_or_changed_on_the_kiosk(self) -> None:
        if hasattr(self, "store"):
            assert self.store.journal.last_seq == self.kept
            assert not self.outbox.stopped

    @invariant()
    def the_server_holds_a_beginning_of_it_each_once(self) -> None:
        if hasattr(self, "store"):
            ours = self.store.journal.after(0, 10_000, 10**9)
            assert self.server.records == ours[: len(self.server.records)]

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        for _ in range(3):  # a quiet line at last
            self.it_delivers("")
        assert self.server.records == self.store.journal.after(0, 10_000, 10**9)
        assert self.store.journal.undelivered == 0
        self.store.close()
        shutil.rmtree(self.folder)


Outboxes.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestOutbox = Outboxes.TestCase


def kiosk_with(folder: Path, count: int) -> Store:
    store = Store.open(folder)
    fill(store, [])
    for number in range(count):
        store.keep([CodeRefused(text="X", device="s", reason="r", at=AT, tick=number)])
    return store


def test_another_record_under_our_number_stops_the_delivery_and_drops_nothing(tmp_path: Path) -> None:
    store = kiosk_with(tmp_path, 3)
    server = FakeServer()
    server.records = [chain.link("k-1", 1, chain.FIRST, "{}")]
    outbox = Outbox(store, server)  # type: ignore[arg-type]
    assert not outbox.deliver_batch()
    assert outbox.stopped == TWINS
    assert not outbox.waiting
    assert store.journal.undelivered == 3
    store.close()


def test_a_server_that_is_ahead_of_us_stops_the_delivery(tmp_path: Path) -> None:
    store = kiosk_with(tmp_path, 3)
    server = FakeServer()
    server.records = store.journal.after(0, 10, 10**6)
    server.records.append(chain.link("k-1", 4, server.records[-1].hash, "{}"))
    outbox = Outbox(store, server)  # type: ignore[arg-type]
    outbox.deliver_batch()
    assert outbox.stopped == AHEAD
    store.close()
