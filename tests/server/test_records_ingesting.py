"""Taking in records: once each, unbroken, unchanged, whatever the network and the kiosk do."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from content import chain
from content.chain import Entry
from server.errors import Conflict, Invalid, SignInNeeded
from server.house import House
from server.records.ingesting import ingest
from server.store import tables
from server.store.engine import reading
from tests.server.conftest import NOW, add_kiosk
from tests.server.shift import GOOD, TROUBLED, Shift


def rows(house: House, table: object = tables.records) -> list:
    with reading(house.engine) as tx:
        return list(tx.execute(select(table)).mappings())  # type: ignore[call-overload]


def held(house: House) -> int:
    with reading(house.engine) as tx:
        return tx.execute(select(tables.kiosks.c.held_seq).where(tables.kiosks.c.id == "k-1")).scalar_one()


def parked(house: House) -> list:
    return rows(house, tables.parked)


def test_a_batch_is_kept_as_it_came_with_both_clocks_beside_it(any_house: House) -> None:
    shift = Shift()
    shift.sign_in()
    run = shift.run(*GOOD)
    assert ingest(any_house, "k-1", shift.entries).held == len(shift.entries)
    kept = sorted(rows(any_house), key=lambda row: row["seq"])
    assert [(row["seq"], row["hash"], row["body"]) for row in kept] == [
        (entry.seq, entry.hash, entry.body) for entry in shift.entries
    ]
    assert kept[1]["run"] == run
    assert kept[1]["at"] == shift.facts[1].at  # the kiosk's clock, even when it is wrong
    assert kept[1]["received_at"] == NOW


def test_sending_a_batch_again_changes_nothing(any_house: House) -> None:
    shift = Shift()
    shift.run(*TROUBLED)
    ingest(any_house, "k-1", shift.entries)
    before = [rows(any_house, table) for table in (tables.records, *tables.PROJECTIONS)]
    again = ingest(any_house, "k-1", shift.entries)
    assert (again.held, again.new) == (len(shift.entries), 0)
    assert [rows(any_house, table) for table in (tables.records, *tables.PROJECTIONS)] == before


def test_only_what_follows_without_a_gap_is_kept(any_house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    gapped = [entry for entry in shift.entries if entry.seq != 5]
    assert ingest(any_house, "k-1", gapped).held == 4
    assert len(rows(any_house)) == 4
    assert ingest(any_house, "k-1", shift.entries[4:]).held == len(shift.entries)


def test_a_batch_may_come_in_any_order_and_with_repetitions(any_house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    shuffled = [*reversed(shift.entries), shift.entries[0], shift.entries[3]]
    assert ingest(any_house, "k-1", shuffled).held == len(shift.entries)


def test_a_different_record_under_a_number_that_is_held_is_refused_with_both_hashes_and_parked(
    any_house: House,
) -> None:
    shift, twin = Shift(), Shift()
    shift.run(*GOOD)
    twin.sign_in("ben")  # a kiosk whose disk was copied goes on under the same identity
    twin.run(*GOOD)
    ingest(any_house, "k-1", shift.entries)
    with pytest.raises(Conflict) as refusal:
        ingest(any_house, "k-1", twin.entries)
    assert shift.entries[0].hash[:12] in refusal.value.detail
    assert twin.entries[0].hash[:12] in refusal.value.detail
    assert "enrol" in refusal.value.mend
    assert len(rows(any_house)) == len(shift.entries)
    assert [(row["seq"], row["body"]) for row in parked(any_house)] == [(1, twin.entries[0].body)]


def test_two_writers_under_one_identity_are_noticed_even_where_the_second_one_is_ahead(
    any_house: House,
) -> None:
    shift, twin = Shift(), Shift()
    shift.sign_in()
    twin.sign_in("ben")
    twin.run(*GOOD)
    ingest(any_house, "k-1", shift.entries)
    with pytest.raises(Invalid, match="does not follow record 1"):
        ingest(any_house, "k-1", twin.entries[1:])
    assert held(any_house) == 1


def test_one_contradiction_in_a_batch_keeps_nothing_of_it(any_house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    ingest(any_house, "k-1", shift.entries[:3])
    forged = [chain.link("k-1", 2, shift.entries[0].hash, shift.entries[4].body), *shift.entries[3:]]
    with pytest.raises(Conflict):
        ingest(any_house, "k-1", forged)
    assert held(any_house) == 3


def test_a_record_that_was_changed_on_its_way_is_refused_and_parked(any_house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    changed = replace(shift.entries[2], body=shift.entries[2].body.replace("weigh", "wiegh"))
    with pytest.raises(Invalid, match="record 3 of kiosk k-1 was changed"):
        ingest(any_house, "k-1", [*shift.entries[:2], changed, *shift.entries[3:]])
    assert held(any_house) == 0
    assert len(parked(any_house)) == 1


def test_a_kind_of_fact_that_this_server_does_not_know_is_kept_and_parked_for_a_newer_one(
    any_house: House,
) -> None:
    shift = Shift()
    shift.run(*GOOD)
    shift.append('{"fact":{"at":"2026-11-23T09:00:00Z","run":"k-1-r1","tick":1,"type":"step.dreamt"}}')
    shift.append('{"cause":{"type":"thought"},"fact":5}')
    shift.run(*GOOD)
    assert ingest(any_house, "k-1", shift.entries).held == len(shift.entries)
    assert {row["type"] for row in rows(any_house) if row["at"] is None} == {"step.dreamt", "?"}
    assert sorted(row["reason"] for row in parked(any_house)) == [
        "no message type 'step.dreamt'",
        "no message type 'thought'",
    ]
    assert len(rows(any_house, tables.runs)) == 2


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"fact":{"type":"run.started"}}',
        "[" * 100_000,
        '{"fact":' + '{"fact":' * 5_000 + "1" + "}" * 5_001,
        '{"fact":{"at":"2026-11-23T09:00:00","tick":1,"type":"operator.signed-out"}}',
        '{"fact":{"at":"0001-01-01T00:00:00+14:00","tick":1,"type":"operator.signed-out"}}',
        '{"fact":{"at":"2026-11-23T09:00:00Z","tick":1,"run":"\\ud800","type":"run.continued"}}',
    ],
)
def test_a_record_that_is_none_is_refused_and_parked_and_nothing_else_is_lost(
    any_house: House, body: str
) -> None:
    shift = Shift()
    shift.run(*GOOD)
    ingest(any_house, "k-1", shift.entries)
    shift.append(body)
    with pytest.raises(Invalid):
        ingest(any_house, "k-1", shift.entries)
    assert held(any_house) == len(shift.entries) - 1
    assert len(parked(any_house)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("revision", 2**70), ("station", "s" * 100_000), ("document", "nul\0nul"), ("run", "nul\0nul")],
)
def test_a_value_that_a_table_cannot_hold_never_ends_in_a_broken_server(
    any_house: House, name: str, value: object
) -> None:
    shift = Shift()
    shift.run()
    body = json.loads(shift.entries[0].body)
    body["fact"][name] = value
    entry = chain.link("k-1", 1, chain.FIRST, json.dumps(body))
    try:
        taken = ingest(any_house, "k-1", [entry])
    except Invalid:
        assert held(any_house) == 0
        assert len(parked(any_house)) == 1
    else:
        assert taken.held == 1


def test_a_scanned_nul_is_kept_in_the_record_and_shown_as_a_mark_in_the_deviation(any_house: House) -> None:
    shift = Shift()
    nul = TROUBLED[0][0], {"text": "GP\0", "part_number": "GP\0", "device": "scanner"}
    shift.run(nul)
    assert ingest(any_house, "k-1", shift.entries).held == len(shift.entries)
    assert len(rows(any_house, tables.deviations)) == 1


def test_facts_of_a_run_that_this_kiosk_never_started_are_kept_and_parked(any_house: House) -> None:
    add_kiosk(any_house, "k-2", "bench-1")
    shift, other = Shift(), Shift(kiosk="k-2")
    shift.run(*GOOD)
    ingest(any_house, "k-1", shift.entries)
    other.append(shift.entries[3].body)
    assert ingest(any_house, "k-2", other.entries).held == 1
    assert [row["reason"] for row in parked(any_house)] == ["it belongs to no run of this kiosk"]
    assert len(rows(any_house, tables.runs)) == 1


def test_nobody_delivers_under_a_kiosk_that_is_not_enrolled(house: House) -> None:
    entry = chain.link("k-9", 1, chain.FIRST, "{}")
    with pytest.raises(SignInNeeded):
        ingest(house, "k-9", [entry])


def test_entries_signed_for_another_kiosk_are_refused(house: House) -> None:
    foreign = Shift(kiosk="k-2")
    foreign.sign_in()
    stolen = [Entry(kiosk="k-1", seq=e.seq, prev=e.prev, hash=e.hash, body=e.body) for e in foreign.entries]
    with pytest.raises(Invalid, match="was changed"):
        ingest(house, "k-1", stolen)


def test_a_wrong_clock_on_the_kiosk_leaves_step_times_right(any_house: House) -> None:
    shift = Shift()
    shift.at = datetime(1999, 1, 1, tzinfo=shift.at.tzinfo)
    run = shift.run(*GOOD[:3])
    shift.at = datetime(2040, 1, 1, tzinfo=shift.at.tzinfo)
    ingest(any_house, "k-1", shift.entries)
    times = rows(any_house, tables.step_times)
    assert [(row["run"], row["step"], row["elapsed"].total_seconds()) for row in times] == [
        (run, "weigh", 4.0)
    ]
    assert times[0]["at"].year == 1999


def test_listeners_hear_of_the_station_at_which_something_was_recorded(house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    with house.live.listening() as news:
        ingest(house, "k-1", shift.entries)
        assert news.get(timeout=5) == "bench-1"


def test_a_thousand_batches_leave_one_row_a_record(house: House) -> None:
    shift = Shift()
    for _ in range(20):
        shift.run(*GOOD)
    for entry in shift.entries:
        ingest(house, "k-1", [entry])
    with reading(house.engine) as tx:
        assert tx.execute(select(func.count()).select_from(tables.records)).scalar() == len(shift.entries)
