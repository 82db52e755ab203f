"""The Open Protocol against a controller that misbehaves: no result lost, told twice or out of order."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.decode.open_protocol import LATEST, OLD, Message, MessageCutter, NoResult, Rubbish, result
from hardware.decode.sequel import MOST_MISSED, Sequel
from hardware.driver import Command, HangUp, Place, Ready, Send
from hardware.drivers.open_protocol import ALIVE, DRIVER, PATIENCE, SAYINGS, SILENCE, OpenProtocolOptions
from hardware.readings import (
    CommandDone,
    DeviceState,
    Mark,
    OutputSet,
    ReadingRefused,
    TorqueApplied,
)
from hardware.simulate.open_protocol import SimulatedController, Tightened, _latest, _old
from tests.hardware.test_decoders import NOW


class Clock:
    def __init__(self) -> None:
        self.tick = 0

    def stamp(self) -> Mark:
        return {"device": "d", "at": NOW, "tick": self.tick}


def cut(whole: bytes, size: int) -> list[Message | Rubbish]:
    cutter = MessageCutter()
    told = [each for i in range(0, len(whole), size) for each in cutter.feed(whole[i : i + size])]
    return [*told, *cutter.give_up()]


MESSAGES = st.builds(
    Message,
    mid=st.integers(1, 9999),
    data=st.binary(max_size=60).map(lambda data: data.replace(b"\0", b" ")),
    revision=st.integers(1, 999),
    silent=st.booleans(),
)
GARBAGE = st.one_of(st.binary(max_size=40), st.just(b"0231006100"), st.just(b"9999" * 4), st.just(b"\0\0"))


@given(st.lists(MESSAGES, max_size=6), st.integers(1, 30))
def test_messages_are_the_same_however_their_bytes_arrive(messages, size):
    assert cut(b"".join(map(bytes, messages)), size) == messages


@given(st.lists(MESSAGES, max_size=6), st.integers(1, 30))
def test_the_nul_at_the_end_may_be_missing(messages, size):
    assert cut(b"".join(bytes(message)[:-1] for message in messages), size) == messages


@given(st.lists(st.tuples(GARBAGE, MESSAGES), max_size=5), st.integers(1, 30))
def test_garbage_between_messages_loses_none_of_them(pairs, size):
    # garbage that ends like the beginning of a message would be one; a pause on the line ends it
    whole = b"".join(garbage + b"\0" + bytes(message) for garbage, message in pairs)
    told = [each for each in cut(whole, size) if isinstance(each, Message)]
    wanted = iter(told)
    assert all(message in wanted for _, message in pairs)
    assert cut(whole, size) == cut(whole, 1)


@given(st.binary(max_size=400), st.sampled_from([LATEST, OLD]), st.sampled_from([1, 2, 3, 7, 999]))
def test_a_result_of_any_bytes_is_a_result_or_refused(data, mid, revision):
    with contextlib.suppress(NoResult):
        assert result(Message(mid, data, revision if mid == LATEST or revision != 999 else 1)).number >= 0


# --- numbers -------------------------------------------------------------------------------------------------------


@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from("told lost twice"), st.booleans()), max_size=40))
def test_every_result_is_told_once_and_in_order_whatever_is_lost_on_the_way(first, fates):
    """The model: a teller that numbers from `first`; what is lost can be asked for, or is gone for good."""
    sequel, told, gone, asked = Sequel[int](), [], set(), []
    sequel.found(first - 1)
    number = first - 1
    for fate, there in [*((fate, there) for fate, there in fates), ("told", True)]:
        number += 1
        if fate == "lost":
            if not there:
                gone.add(number)
            continue
        for _ in range(2 if fate == "twice" else 1):
            news = sequel.came(number, number)
            told += news.told
            asked += news.missing
        while asked:
            missing = asked.pop()  # the last first: answers may come in any order
            answer = sequel.gone(missing) if missing in gone else sequel.came(missing, missing)
            told += answer.told
            asked += answer.missing
    assert told == [each for each in range(first, number + 1) if each not in gone]


def test_after_a_very_long_gap_only_the_latest_are_asked_for():
    sequel = Sequel[str](last=10)
    news = sequel.came(10_000, "newest")
    assert (len(news.missing), news.given_up, news.told) == (MOST_MISSED, 9989 - MOST_MISSED, ())
    assert news.missing[-1] == 9_999


def test_what_comes_after_nothing_was_there_is_all_ours():
    sequel = Sequel[str]()
    sequel.nothing()
    sequel.found(3)
    assert sequel.came(3, "c").missing == (1, 2)
    forgetful = Sequel[str]()
    forgetful.nothing()
    forgetful.found(7_000)
    assert forgetful.came(7_000, "newest").told == ("newest",)


def test_a_teller_that_counts_anew_is_followed():
    sequel = Sequel[str](last=500)
    assert sequel.came(501, "a").told == ("a",)
    assert sequel.came(1, "b").told == ("b",)
    assert sequel.came(2, "c").told == ("c",)
    assert sequel.came(2, "c").told == ()


# --- against a controller ------------------------------------------------------------------------------------------


@pytest.fixture
def controller():
    with SimulatedController() as simulated:
        yield simulated


def table(controller: SimulatedController, more: str = "") -> str:
    return f'name = "tool"\nkind = "open-protocol"\nurl = "{controller.url}"\n{more}'


def outcome(heard, signal, value, *, after=0) -> OutputSet:
    return heard.wait(
        lambda one: isinstance(one, OutputSet) and (one.signal, one.value) == (signal, value), after=after
    )


def torques(heard) -> list[str]:
    return [f"{one.torque:.1f}" for one in heard.readings if isinstance(one, TorqueApplied)]


def run_tool(running, heard, **more) -> None:
    place = len(heard.readings)
    running.want("tool", {"enabled": True, **more})
    assert outcome(heard, "enabled", True, after=place).confirmed


@pytest.mark.parametrize("revision", [1, 2, 3, 999])
def test_a_tightening_is_told_with_torque_angle_verdict_number_and_unit(revision, rack, devices, heard):
    with SimulatedController(revision=revision) as controller:
        more = "" if revision != 999 else "revision = 999"
        running = rack(devices(table(controller, more)))
        heard.ready()
        run_tool(running, heard, program=Decimal(3), batch=Decimal(2), identifier="SN-7")
        controller.tighten("9.02", 34)
        told = heard.kind(TorqueApplied)
        assert (told.torque, told.unit, told.angle, told.ok, told.number, told.identifier) == (
            Decimal("9.02"),
            "N.m",
            Decimal(34),
            True,
            1,
            "SN-7",
        )
        assert told.made_at is None
        running.ask("tool", Command(verb="recall", id="x", given={"after": Decimal(1)}))
        heard.kind(CommandDone)  # whatever was said before it has arrived
        assert 62 in {message.mid for message in controller.heard_messages}


def test_a_tool_is_locked_when_found_and_runs_only_while_it_is_wanted(controller, rack, devices, heard):
    controller.locked = False
    running = rack(devices(table(controller)))
    assert outcome(heard, "enabled", False).confirmed
    assert controller.locked
    run_tool(running, heard, program=Decimal(3), batch=Decimal(4), identifier="SN-7")
    assert (controller.locked, controller.program, controller.identifier) == (False, 3, "SN-7")
    place = len(heard.readings)
    running.want("tool", {})
    assert outcome(heard, "enabled", False, after=place).confirmed
    assert controller.locked
    with pytest.raises(ValueError, match="locked"):
        controller.tighten("9.0")


def test_what_is_wanted_holds_again_after_the_line_was_away(controller, rack, devices, heard):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard, program=Decimal(3))
    place = len(heard.readings)
    controller.hang_up()
    heard.state(DeviceState.LOST, after=place)
    assert outcome(heard, "enabled", True, after=place).confirmed
    assert not controller.locked


def test_a_tool_whose_program_is_refused_stays_locked_and_says_why(controller, rack, devices, heard):
    controller.refusals[18] = 2
    running = rack(devices(table(controller)))
    heard.ready()
    running.want("tool", {"enabled": True, "program": Decimal(77)})
    undone = outcome(heard, "program", Decimal(77))
    assert (undone.confirmed, undone.reason) == (False, "it has no program of that number")
    running.ask("tool", Command(verb="recall", id="x"))  # everything before it was said by then
    heard.kind(CommandDone)
    assert controller.locked
    assert 43 not in {message.mid for message in controller.heard_messages}


def test_results_that_were_missed_while_the_line_was_away_are_told_in_order_and_marked_late(
    controller, rack, devices, heard
):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    heard.kind(TorqueApplied)
    controller.keep("8.2")
    controller.keep("8.3")
    controller.hang_up()
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("8.3"))
    assert torques(heard) == ["8.1", "8.2", "8.3"]
    late = [one for one in heard.readings if isinstance(one, TorqueApplied)][1:]
    assert all(one.made_at is not None for one in late)
    assert [one.number for one in late] == [2, 3]


def test_a_result_that_was_lost_on_the_way_is_told_before_the_one_after_it(controller, rack, devices, heard):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    controller.keep("8.2")
    controller.tighten("8.3")
    controller.repeat()
    controller.tighten("8.4")
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("8.4"))
    assert torques(heard) == ["8.1", "8.2", "8.3", "8.4"]


def test_a_result_that_the_controller_no_longer_has_is_told_as_missed(controller, rack, devices, heard):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    controller.keep("8.2")
    controller.forget()
    controller.tighten("8.3")
    refused = heard.kind(ReadingRefused)
    assert refused.reason == "result 2 was missed: it no longer has it"
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("8.3"))
    assert torques(heard) == ["8.1", "8.3"]


def test_a_controller_that_counts_with_gaps_is_not_blamed_for_them(controller, rack, devices, heard):
    running = rack(devices(table(controller, "gaps = true")))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    controller.keep("8.2")
    controller.forget()
    controller.tighten("8.3")
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("8.3"))
    assert not [one for one in heard.readings if isinstance(one, ReadingRefused)]


def test_old_results_of_before_the_station_came_are_none_of_its_business(controller, rack, devices, heard):
    for _ in range(5):
        controller.keep("7.7")
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    heard.kind(TorqueApplied)
    assert torques(heard) == ["8.1"]


def test_a_station_that_came_back_has_what_it_did_not_keep_told_again(controller, rack, devices, heard):
    for torque in ("7.1", "7.2", "7.3"):
        controller.keep(torque)
    running = rack(devices(table(controller)))
    heard.ready()
    running.ask("tool", Command(verb="recall", id="r", given={"after": Decimal(1)}))
    assert heard.kind(CommandDone).ok
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("7.3"))
    assert torques(heard) == ["7.2", "7.3"]


def test_an_exchanged_controller_that_counts_from_one_is_followed(controller, rack, devices, heard):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.tighten("8.1")
    controller.tighten("8.2")
    controller.count_anew()
    controller.tighten("8.3")
    heard.wait(lambda one: isinstance(one, TorqueApplied) and one.torque == Decimal("8.3"))
    assert torques(heard) == ["8.1", "8.2", "8.3"]


def test_a_loosening_is_no_tightening(controller, rack, devices, heard):
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    controller.loosen()
    assert "loosened" in heard.kind(ReadingRefused).reason
    assert torques(heard) == []


@pytest.mark.parametrize("fault", ["pieces", "no nul", "noise"])
def test_a_controller_that_strays_from_the_specification_is_understood(
    fault, controller, rack, devices, heard
):
    controller.pieces = 3 if fault == "pieces" else 0
    controller.ended = b"" if fault == "no nul" else b"\0"
    running = rack(devices(table(controller)))
    heard.ready()
    run_tool(running, heard)
    if fault == "noise":
        controller.noise()
    controller.tighten("8.1")
    assert heard.kind(TorqueApplied).torque == Decimal("8.1")


def test_a_controller_that_another_program_holds_is_lost_with_that_reason(controller, rack, devices, heard):
    controller.refusals[1] = 96
    rack(devices(table(controller)))
    lost = heard.state(DeviceState.LOST)
    assert lost.reason == "the controller does not let us in: another program is connected to it"


# --- time, without waiting for it ----------------------------------------------------------------------------------


def made(clock: Clock, **options):
    return DRIVER.decoder(OpenProtocolOptions(**options), Place(name="d", stamp=clock.stamp))


def joined(clock: Clock):
    decoder = made(clock)
    list(decoder.opened())
    for answer in (Message(2, b"x"), Message(5, b"0060"), Message(4, b"006415")):
        told = list(decoder.feed(bytes(answer)))
    assert any(isinstance(each, Ready) for each in told)
    return decoder


def test_a_controller_without_an_answer_is_asked_again_and_then_given_up():
    clock = Clock()
    decoder = made(clock)
    (first,) = decoder.opened()
    said = []
    for _ in range(SAYINGS):
        clock.tick = decoder.due()
        said += decoder.rang()
    assert said[:-1] == [first] * (SAYINGS - 1)
    assert isinstance(said[-1], HangUp)
    assert clock.tick == SAYINGS * PATIENCE


def test_a_quiet_line_is_kept_alive_and_a_dead_one_given_up():
    clock = Clock()
    decoder = joined(clock)
    assert decoder.due() == ALIVE
    clock.tick = ALIVE
    assert list(decoder.rang()) == [Send(bytes(Message(9999)))]
    clock.tick += 1
    list(decoder.feed(bytes(Message(9999))))
    assert decoder.due() == 2 * ALIVE
    clock.tick = 2 * ALIVE
    list(decoder.rang())
    clock.tick = decoder.due()
    assert clock.tick == ALIVE + 1 + SILENCE
    assert [type(each) for each in decoder.rang()] == [HangUp]


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_no_bytes_at_all_make_the_decoder_raise_or_wait_for_ever(chunks):
    clock = Clock()
    decoder = joined(clock)
    for chunk in chunks:
        list(decoder.feed(chunk))
        clock.tick = max(clock.tick, decoder.due())
        list(decoder.rang())
    list(decoder.give_up("quiet"))
    assert not decoder.pending


@given(st.integers(1, 999), st.decimals(0, 9999, places=2), st.integers(0, 9999), st.booleans())
def test_what_a_controller_writes_is_read_back_exactly(number, torque, angle, ok):
    told = Tightened(
        number=number, torque=torque, angle=angle, ok=ok, identifier="SN-7", counter=1, size=4, at=NOW
    )
    for mid, spelled, revisions in ((LATEST, _latest, (1, 2, 3, 999)), (OLD, _old, (1, 2, 3))):
        for revision in revisions:
            read = result(Message(mid, spelled(told, revision), revision))
            assert (read.number, read.torque, read.angle, read.ok) == (number, torque, angle, ok)
