"""Other systems hear of every move: webhooks that are down, slow or unwilling, and the event stream that is cut off."""

import ast
import itertools
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from server.audit import note
from server.errors import Conflict, Invalid, NotAllowed, NotThere
from server.house import House
from server.people import keys
from server.people.roster import add_person
from server.people.sessions import Kind, Role, open_session
from server.settings import Settings, SettingsWrong
from server.store import tables
from server.store.engine import writing
from server.telling import addresses, calling, hooks, moves
from server.telling.addresses import AddressRefused
from server.telling.teller import Teller
from tests.server.conftest import Clock
from tests.server.receiver import Receiver
from tests.server.serving import client, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plant(any_house: House) -> House:
    """A server that may call this computer."""
    return replace(any_house, settings=replace(any_house.settings, tell=("127.0.0.0/8",)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as made:
        yield made


@pytest.fixture
def teller(plant: House) -> Iterator[Teller]:
    made = Teller(plant)
    yield made
    made.close(wait=True)  # its last words go to a database that is closed next


def do(house: House, *words: str) -> None:
    """Something happens, once for each word."""
    for word in words:
        with writing(house.engine) as tx:
            note(tx, house.now(), "eva", "withdrawn", word, "revision 2: the torque is wrong")


def hook(house: House) -> hooks.Hook:
    (found,) = hooks.hooks(house)
    return found


def until(is_so: Callable[[], Any]) -> None:
    """Look until it is so."""
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it never became so")


def test_every_move_is_told_in_order_and_signed(plant: House, receiver: Receiver, teller: Teller) -> None:
    receiver.secret = hooks.add(plant, receiver.url, "ada").secret
    do(plant, "close-pump", "label-and-pack")
    teller.look()
    added, *withdrawn = receiver.wait_for(3)
    assert added["type"] == "webhook.added"
    assert [each["type"] for each in withdrawn] == ["release.withdrawn"] * 2
    assert [each["data"]["subject"] for each in withdrawn] == ["close-pump", "label-and-pack"]
    assert withdrawn[0]["data"]["who"] == "eva"
    assert withdrawn[0]["timestamp"] == plant.now().isoformat()
    numbers = [each["data"]["id"] for each in (added, *withdrawn)]
    assert numbers == sorted(set(numbers))
    assert receiver.names == [f"msg_{number}" for number in numbers]
    until(lambda: hook(plant).waiting == 0)


def test_what_is_not_taken_is_told_again_later_and_later_and_nothing_overtakes_it(
    plant: House, receiver: Receiver, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    receiver.secret = hooks.add(plant, receiver.url, "ada").secret
    receiver.answers = [500, 500, 301]
    do(plant, "close-pump")
    teller = Teller(plant)
    pauses: list[timedelta] = []
    for failures in (1, 2, 3):
        until(lambda failures=failures: teller.look() or hook(plant).failures == failures)
        due = hook(plant).due
        assert due is not None
        pauses.append(due - clock())
        teller.look()  # it is not called before its time
        clock.now = due
    assert len(receiver.names) == 3
    assert pauses[0] < pauses[1] < pauses[2]
    assert "redirects are not followed" in hook(plant).last_error
    until(lambda: teller.look() or len(receiver.came) >= 2)  # the call before may not have ended yet
    assert [each["type"] for each in receiver.wait_for(2)] == ["webhook.added", "release.withdrawn"]
    assert len(set(receiver.names)) == 2  # the same name at every attempt, so that a receiver can tell
    until(lambda: hook(plant).failures == 0)
    teller.close(wait=True)


def test_one_that_was_down_hears_of_everything_even_from_a_server_that_started_anew(
    plant: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    receiver = Receiver()
    with receiver.running():
        receiver.secret = hooks.add(plant, receiver.url, "ada").secret
    do(plant, "close-pump")
    before = Teller(plant)
    before.look()
    until(lambda: hook(plant).failures == 1)
    assert hook(plant).last_error == "nothing answers there"
    before.close(wait=True)
    do(plant, "label-and-pack")
    assert hook(plant).waiting == 3
    with receiver.running():
        after = Teller(plant)
        hooks.try_now(plant, hook(plant).id)
        after.look()
        assert [each["data"]["subject"] for each in receiver.wait_for(3)[1:]] == [
            "close-pump",
            "label-and-pack",
        ]
        after.close(wait=True)
    assert clock() == plant.now()


def test_a_slow_one_holds_up_neither_the_server_nor_the_others(
    plant: House, receiver: Receiver, teller: Teller
) -> None:
    receiver.slow.set()
    receiver.secret = hooks.add(plant, receiver.url, "ada").secret
    with Receiver().running() as quick:
        quick.secret = hooks.add(plant, quick.url, "ada").secret
        do(plant, "close-pump")
        began = time.monotonic()
        teller.look()
        teller.look()
        assert time.monotonic() - began < 2
        assert quick.wait_for(2)[1]["type"] == "release.withdrawn"
    assert receiver.came == []
    receiver.go_on.set()
    receiver.wait_for(2)
    assert len(receiver.names) == len(set(receiver.names))  # nobody called it twice at a time


def test_one_that_drips_or_never_answers_is_left_alone_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "LONGEST_CALL", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(100)
                peer.sendall(b"HTTP/1.1 200 OK\r\n")
                for number in itertools.count():
                    try:
                        peer.sendall(f"X-{number}: y\r\n".encode())
                    except OSError:
                        break
                    if ended.wait(0.05):
                        break

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        target = addresses.take_apart(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        now = Clock().now
        move = moves.Move(number=1, at=now, who="a", what="b", subject="c", detail="")
        began = time.monotonic()
        with pytest.raises(calling.NotTaken):
            calling.call(target, "127.0.0.1", calling.new_secret(), move, now)
        assert time.monotonic() - began < 5
        ended.set()
        thread.join(5)


def test_a_receiver_says_how_long_to_wait(
    plant: House, receiver: Receiver, teller: Teller, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    receiver.secret = hooks.add(plant, receiver.url, "ada").secret
    receiver.answers, receiver.headers = [429], {"Retry-After": "1800"}
    teller.look()
    until(lambda: hook(plant).failures == 1)
    due = hook(plant).due
    assert due is not None
    assert due - clock() == timedelta(minutes=30)


def test_the_signature_is_the_one_of_the_convention() -> None:
    # the example of its reference implementations
    secret, name, timestamp = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
    )
    found = calling.signature(secret, name, timestamp, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "url",
    [
        "ftp://mes.example.com/",
        "https://",
        "https://me:secret@mes.example.com/",
        "https://mes.example.com/#part",
        "https://mes.example.com:99999/",
        "https://mes.example.com:0/",
        "https://mes example.com/",
        "https://mes.example.com/\r\nX: y",
        "https://mes.exämple.com/",
        "https://[::1/",
        "https://" + "a" * 500,
        "//mes.example.com",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_of_another_system_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        addresses.take_apart(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_what_only_the_server_reaches_is_not_called(host: str) -> None:
    with pytest.raises((AddressRefused, Invalid)):
        addresses.place_of(addresses.take_apart(f"https://{host}/"), ())


def test_a_plant_opens_its_own_network_but_never_what_no_other_system_has() -> None:
    opened = ("10.1.0.0/16", "localhost", "169.254.0.0/16")
    assert addresses.place_of(addresses.take_apart("http://10.1.2.3/"), opened) == "10.1.2.3"
    assert addresses.place_of(addresses.take_apart("http://LOCALHOST:81/"), opened) in {"127.0.0.1", "::1"}
    with pytest.raises(AddressRefused, match=r"--tell 10\.2\.0\.1"):
        addresses.place_of(addresses.take_apart("http://10.2.0.1/"), opened)
    with pytest.raises(AddressRefused):
        addresses.place_of(addresses.take_apart("http://169.254.169.254/latest"), opened)
    with pytest.raises(AddressRefused, match="https"):
        addresses.place_of(addresses.take_apart("http://9.9.9.9/"), opened)
    assert addresses.place_of(addresses.take_apart("https://9.9.9.9/"), ()) == "9.9.9.9"


def test_a_name_that_changes_its_mind_is_judged_at_every_call(
    plant: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    name = [("9.9.9.9", 0)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", name[0])])
    house = replace(plant, settings=replace(plant.settings, tell=()))
    hooks.add(house, f"https://mes.example.com:{receiver.port}/", "ada")
    name[0] = ("127.0.0.1", 0)
    teller = Teller(house)
    teller.look()
    until(lambda: hook(house).failures == 1)
    teller.close(wait=True)
    assert "within the plant's own network" in hook(house).last_error
    assert receiver.names == []


def test_the_setting_that_opens_the_network_is_looked_at(tmp_path: Path) -> None:
    Settings(data=tmp_path, tell=("mes.plant.example", "10.1.0.0/16", "fd00::/8", "127.0.0.1")).check()
    with pytest.raises(SettingsWrong, match="--tell 'http://mes/'"):
        Settings(data=tmp_path, tell=("http://mes/",)).check()


def test_an_address_is_told_once_and_ends(plant: House, receiver: Receiver) -> None:
    number = hooks.add(plant, receiver.url, "ada").id
    with pytest.raises(Conflict):
        hooks.add(plant, receiver.url, "ada")
    with pytest.raises(Invalid):
        hooks.add(plant, "http://no-such-host.invalid/", "ada")
    hooks.end(plant, number, "ada")
    assert hooks.hooks(plant) == []
    for verb in (hooks.try_now, lambda house, hook: hooks.end(house, hook, "ada")):
        with pytest.raises(NotThere):
            verb(plant, number)


# --- moves ----------------------------------------------------------------------


def test_every_move_that_the_server_makes_has_a_lasting_name() -> None:
    words: set[str] = set()
    for file in (ROOT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "note":
                what = node.args[3]
                choices = [what.body, what.orelse] if isinstance(what, ast.IfExp) else [what]
                words |= {each.value for each in choices if isinstance(each, ast.Constant)}
    assert "withdrawn" in words
    assert sorted(words - moves.TYPES.keys()) == []


def test_a_number_that_is_missing_is_waited_for_but_not_for_ever(plant: House, clock: Clock) -> None:
    def entry(number: int) -> None:
        with writing(plant.engine) as tx:
            values = {"id": number, "at": clock(), "who": "eva", "what": "released", "subject": str(number)}
            tx.execute(insert(tables.audit).values(values))

    def told(after: int) -> list[int]:
        with plant.engine.connect() as tx:
            return [each.number for each in moves.moves_after(tx, after, clock(), 100)]

    with plant.engine.connect() as tx:
        last = moves.newest(tx)
    entry(last + 1)
    entry(last + 3)  # another one has taken the number between, and has not committed yet
    assert told(last) == [last + 1]
    entry(last + 2)
    assert told(last) == [last + 1, last + 2, last + 3]
    entry(last + 6)
    assert told(last + 3) == []
    clock.forward(minutes=1)  # who had the numbers between has given up
    assert told(last + 3) == [last + 6]


# --- the event stream -----------------------------------------------------------


@pytest.fixture
def token(plant: House) -> str:
    add_person(plant, "sam", "Sam", "supervisor", "ada", login="sam", password="correct horse battery")
    return open_session(plant.engine, "sam", kind=Kind.API, at=plant.now()).token


def listen(
    address: str, token: str, count: int, path: str = "/events", **headers: str
) -> list[dict[str, str]]:
    """So many events of the stream, each with its number and data."""
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    with client(address, token) as caller, caller.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            event[name] = value
            if not line and "data" in event:
                found.append(event)
                event = {}
                if len(found) == count:
                    return found
    return found


def test_a_program_that_was_cut_off_hears_what_it_missed_and_nothing_twice(plant: House, token: str) -> None:
    do(plant, "before")
    with plant.engine.connect() as tx:
        after = moves.newest(tx)
    do(plant, *(f"part-{number}" for number in range(700)))
    with serving(plant) as address:
        first = listen(address, token, 3, f"/events?after={after}")
        # it calls the same address again, as a browser does, and says what it heard last
        rest = listen(address, token, 697, f"/events?after={after}", **{"Last-Event-ID": first[-1]["id"]})
    subjects = [json.loads(each["data"])["subject"] for each in (*first, *rest)]
    assert subjects == [f"part-{number}" for number in range(700)]
    assert json.loads(first[0]["data"])["type"] == "release.withdrawn"


def test_the_stream_tells_at_once_and_ends_with_its_session(plant: House, token: str) -> None:
    heard: list[dict[str, str]] = []
    with serving(plant) as address:
        thread = threading.Thread(target=lambda: heard.extend(listen(address, token, 2)), daemon=True)
        thread.start()
        until(lambda: len(plant.live._listeners) == 1)
        do(plant, "close-pump")
        plant.live.say("library")
        until(lambda: _said(plant))
        with writing(plant.engine) as tx:
            tx.execute(tables.sessions.delete())
        plant.live.say("library")
        thread.join(20)
        assert not thread.is_alive()
    assert [json.loads(each["data"])["subject"] for each in heard] == ["close-pump"]


def test_another_system_follows_with_a_token_of_its_own_until_it_is_revoked(plant: House, token: str) -> None:
    key = keys.make_key(plant, "mes", "sam", "events", 30)
    submits = keys.make_key(plant, "pipeline", "sam", "submit", 30)
    with plant.engine.connect() as tx:
        after = moves.newest(tx)
    do(plant, "close-pump")
    with serving(plant) as address, client(address, submits) as pipeline, client(address, key) as mes:
        (heard,) = listen(address, key, 1, f"/events?after={after}")
        assert pipeline.get("/events").status_code == 401
        assert mes.get("/stations").status_code == 401
    assert json.loads(heard["data"])["subject"] == "close-pump"
    with plant.engine.connect() as tx:
        number = next(each.id for each in keys.keys(tx) if each.scope == "events")
    with pytest.raises(NotAllowed, match="acts for sam"):
        keys.revoke_key(plant, number, "eva", Role.ENGINEER)
    assert keys.still_holds(plant, key, "events", Role.SUPERVISOR)
    keys.revoke_key(plant, number, "sam", Role.SUPERVISOR)
    assert not keys.still_holds(plant, key, "events", Role.SUPERVISOR)


def _said(plant: House) -> bool:
    """Whether the listener has taken its news."""
    return all(listener.empty() for listener in list(plant.live._listeners))


def test_only_who_may_hears_and_sets_up(plant: House, token: str, receiver: Receiver) -> None:
    add_person(plant, "root", "Root", "administrator", "ada", login="root", password="correct horse battery")
    administrator = open_session(plant.engine, "root", kind=Kind.API, at=plant.now()).token
    with serving(plant) as address:
        with client(address) as nobody:
            assert nobody.get("/events").status_code == 401
        with client(address, token) as sam:
            assert sam.get("/hooks").status_code == 403
            assert sam.post("/hooks", json={"url": receiver.url}).status_code == 403
        with client(address, administrator) as root:
            made = root.post("/hooks", json={"url": receiver.url})
            assert made.status_code == 201
            assert made.json()["secret"].startswith("whsec_")
            refused = root.post("/hooks", json={"url": "http://10.3.4.5/"})
            assert "--tell 10.3.4.5" in refused.json()["detail"]
            (listed,) = root.get("/hooks").json()
            assert "secret" not in listed
            assert listed["waiting"] == 1
            assert root.post(f"/hooks/{listed['id']}/try").status_code == 204
            assert root.post(f"/hooks/{listed['id']}/end").status_code == 204
            assert root.get("/hooks").json() == []
    with plant.engine.connect() as tx:
        query = select(tables.audit.c.what).where(tables.audit.c.who == "root")
        assert list(tx.execute(query).scalars()) == ["added a webhook", "ended a webhook"]
