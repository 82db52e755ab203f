"""The threats of The Update Framework, played on a kiosk by somebody who sits between it and a real server.

Each says what a person reads, and each leaves the documents in use untouched.
"""

import base64
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from content import package, trust, wire
from kiosk import proof, validity
from kiosk.fetching import AssignmentRefused
from kiosk.link import NotOurServer, Unreachable
from server.library import publishing
from server.library.rotating import rotate
from server.store import tables
from server.store.engine import writing
from tests.kiosk.carrying import Maker
from tests.kiosk.plant import Plant
from tests.kiosk.pulled import Kiosk, assigned
from tests.kiosk.station import PUMP, signer


def altered(envelope: bytes, change: Callable[[dict[str, Any]], None], *keys: Any, kind: str = "") -> bytes:
    """An envelope whose content was changed; signed anew with `keys`, or left with the signature that it had."""
    outer = json.loads(envelope)
    values = json.loads(base64.b64decode(outer["payload"]))
    change(values)
    plain = wire.canonical(values).encode()
    if keys:
        return package.seal(plain, kind or outer["payloadType"], *keys)
    return json.dumps({**outer, "payload": base64.b64encode(plain).decode()}).encode()


def sealed_anew(plant: Plant, change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """What the server itself could have signed."""
    return lambda envelope: altered(envelope, change, plant.house.signer)


# --- arbitrary content ------------------------------------------------------


def test_an_assignment_with_changed_bytes(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda truth: altered(truth, lambda values: values.update(people=[])))
    kiosk.refuses("assignment was not taken: the signature is not that of the server")


def test_a_release_with_changed_bytes(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie(
        "releases/", lambda truth: altered(truth, lambda values: values["document"].update(title="Evil"))
    )
    kiosk.refuses("“New” was not taken: the signature is not that of the server.*documents in use stay")


def test_media_with_changed_bytes(kiosk: Kiosk) -> None:
    new_picture(kiosk)
    kiosk.liar.lie("media/", lambda truth: truth[:-1] + b"!")
    kiosk.refuses("“New” was not taken: media [0-9a-f]{12} arrived changed")
    kiosk.liar.lie("media/", None)
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]


def new_picture(kiosk: Kiosk, revision: int = 4) -> None:
    """Assign a release with a picture that the kiosk does not have."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "media").mkdir()
        Path(folder, "media/a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([revision]) * 15_000)
        text = yaml.safe_dump({**PUMP, "revision": revision, "title": "New"})
        Path(folder, "instruction.yaml").write_text(text, encoding="utf-8")
        kiosk.plant.assign(publishing.publish(kiosk.plant.house, Path(folder), "admin").digest)


# --- endless data -----------------------------------------------------------


def endless(_truth: bytes) -> Iterator[bytes]:
    while True:
        yield b'"' + b"A" * (1 << 20)


@pytest.mark.parametrize("where", ["trust", "assignment", "releases/"])
def test_an_answer_without_end(kiosk: Kiosk, where: str) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie(where, endless)
    kiosk.refuses("far too large", NotOurServer)


def test_media_without_end(kiosk: Kiosk) -> None:
    new_picture(kiosk)
    kiosk.liar.lie("media/", endless)
    kiosk.refuses("larger than its release says", NotOurServer)
    partials = list((kiosk.folder / "media/partial").iterdir())
    assert sum(file.stat().st_size for file in partials) <= 15_008


# --- extraneous content, mix and match --------------------------------------


def test_another_signed_release_under_the_digest_of_the_assigned_one(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    other = kiosk.plant.publish({**PUMP, "id": "other", "title": "Other"})
    kiosk.liar.lie("releases/", lambda _: release_of(kiosk.plant, other))
    kiosk.refuses("“New” was not taken: it is another release than the one that is assigned")


def test_an_older_signed_release_swapped_under(kiosk: Kiosk) -> None:
    older = kiosk.plant.publish({**PUMP, "revision": 1, "title": "Older"})
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("releases/", lambda _: release_of(kiosk.plant, older))
    kiosk.refuses("“New” was not taken: it is another release")


def release_of(plant: Plant, digest: str) -> bytes:
    with writing(plant.house.engine) as tx:
        r = tables.releases.c
        return bytes(tx.execute(tables.releases.select().where(r.digest == digest)).one().envelope)


def test_media_of_another_release(kiosk: Kiosk) -> None:
    new_picture(kiosk)
    kiosk.liar.lie("media/", lambda truth: b"\x89PNG\r\n\x1a\n" + b"old" * ((len(truth) - 8) // 3))
    kiosk.refuses("arrived changed")


def test_the_assignment_of_another_station(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie(
        "assignment", sealed_anew(kiosk.plant, lambda values: values["station"].update(id="bench-2"))
    )
    kiosk.refuses("the assignment of station bench-2, but this kiosk stands at bench-1")


# --- rollback ---------------------------------------------------------------


def test_an_older_assignment_replayed(kiosk: Kiosk, plant: Plant) -> None:
    older = assigned(plant)
    kiosk.publish(revision=4, title="New")
    assert kiosk.puller.pull()
    kiosk.publish(revision=5, title="Newest")
    kiosk.liar.lie("assignment", lambda _: older)
    kiosk.refuses(r"older assignment \(2\) than the one in use \(3\)")
    assert kiosk.titles == ["New"]


def test_an_assignment_of_the_same_counter_that_was_issued_before(kiosk: Kiosk) -> None:
    earlier = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    kiosk.publish(revision=4, title="New")
    assert kiosk.puller.pull()
    kiosk.puller._etag = None
    changed = {"issued_at": earlier, "people": []}
    kiosk.liar.lie("assignment", sealed_anew(kiosk.plant, lambda values: values.update(changed)))
    kiosk.refuses("was issued before the one in use")
    kiosk.liar.lie("assignment", sealed_anew(kiosk.plant, lambda values: values.update(issued_at=earlier)))
    assert not kiosk.puller.pull()  # the same content: an answer that was late, and no reason for alarm


# --- fast forward -----------------------------------------------------------


def test_a_stolen_key_that_jumps_the_counter_is_survived_by_a_new_key(kiosk: Kiosk, plant: Plant) -> None:
    stolen = plant.house.signer
    jumped = altered(assigned(plant), lambda values: values.update(counter=2**40, people=[]), stolen)
    kiosk.liar.lie("assignment", lambda _: jumped)
    assert kiosk.puller.pull()  # nobody can tell: the key is trusted
    kiosk.liar.lie("assignment", None)
    kiosk.refuses(rf"older assignment \(\d\) than the one in use \({2**40}\)")
    rotate(plant.house, "admin", compromised=True)
    assert kiosk.puller.pull()
    held = kiosk.store.library.assignment()
    assert held is not None
    assert held.counter < 10
    assert held.people
    kiosk.liar.lie("assignment", lambda _: jumped)
    kiosk.refuses("which was revoked")


# --- freeze -----------------------------------------------------------------


def test_somebody_who_withholds_what_is_new_is_noticed_by_the_end_of_the_old(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda _: b"")
    held = kiosk.store.library.assignment()
    assert held is not None
    assert validity.warning(held, kiosk.ticker.best(), "en") == ""
    kiosk.clock_off = timedelta(days=61)
    assert "hold until" in validity.warning(held, kiosk.ticker.best(), "en")
    assert validity.refusal(held.expires_at, kiosk.ticker.best(), "en") == ""
    kiosk.clock_off = timedelta(days=91)
    assert "No run can begin" in validity.warning(held, kiosk.ticker.best(), "en")
    assert "Kein Durchlauf kann beginnen" in validity.refusal(held.expires_at, kiosk.ticker.best(), "de")


def test_a_clock_that_is_set_back_does_not_bring_ended_documents_back(kiosk: Kiosk, plant: Plant) -> None:
    """What the server signed later proves how late it is at least, also over a restart."""
    held = kiosk.store.library.assignment()
    assert held is not None
    late = datetime.now(UTC) + timedelta(days=95)
    root = plant.house.keys.root
    assert root is not None
    before = plant.house.keys.trust
    statement = trust.seal(
        trust.Trust(
            version=before.version + 1,
            issued_at=late,
            expires_at=late + timedelta(days=9),
            roots=before.roots,
            signing=before.signing,
        ),
        root,
    )
    kiosk.liar.lie("trust", lambda _: json.dumps({"statements": [statement.decode()]}).encode())
    kiosk.clock_off = timedelta(days=95)
    kiosk.puller.pull()
    proof.keep(kiosk.store, kiosk.ticker)
    kiosk.clock_off = timedelta(days=-400)
    kiosk.switch_on()
    assert kiosk.ticker.best() >= late
    assert validity.over(held.expires_at, kiosk.ticker.best())


def test_an_assignment_that_has_ended_when_it_arrives(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.clock_off = timedelta(days=91)
    kiosk.refuses("An assignment came that held until .*was not taken")


# --- slow retrieval ---------------------------------------------------------


@pytest.mark.parametrize("where", ["assignment", "media/"])
def test_an_answer_that_drips_is_given_up(kiosk: Kiosk, where: str) -> None:
    new_picture(kiosk)

    def drip(truth: bytes) -> Iterator[bytes]:
        for place in range(len(truth)):
            time.sleep(0.05)
            yield truth[place : place + 1]

    kiosk.liar.lie(where, drip)
    began = time.monotonic()
    kiosk.refuses("only .* bytes came in", Unreachable)
    assert time.monotonic() - began < 10


# --- keys -------------------------------------------------------------------


def test_a_key_that_the_root_has_not_named(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda truth: altered(truth, lambda _: None, signer()))
    kiosk.refuses("the signature is not that of the server")
    kiosk.liar.lie("assignment", None)
    kiosk.liar.lie("releases/", lambda truth: altered(truth, lambda _: None, signer()))
    kiosk.refuses("“New” was not taken: the signature is not that of the server")


def test_a_revoked_key(kiosk: Kiosk, plant: Plant) -> None:
    stolen = plant.house.signer
    rotate(plant.house, "admin", compromised=True)
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda truth: altered(truth, lambda _: None, stolen))
    kiosk.refuses("signed with the key [0-9a-f]{12}…, which was revoked")
    kiosk.liar.lie("assignment", None)
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]


def test_a_key_that_was_rotated_in_peace_still_opens_what_is_on_its_way(kiosk: Kiosk, plant: Plant) -> None:
    kiosk.publish(revision=4, title="New")
    on_its_way = assigned(plant)
    rotate(plant.house, "admin")
    kiosk.liar.lie("assignment", lambda _: on_its_way)
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]
    rotate(plant.house, "admin")
    kiosk.liar.lie("assignment", None)
    assert kiosk.puller.pull()
    kiosk.liar.lie("assignment", lambda _: on_its_way)
    kiosk.refuses("which was revoked")


def said(*statements: bytes) -> Callable[[bytes], bytes]:
    return lambda _: json.dumps({"statements": [each.decode() for each in statements]}).encode()


def test_a_statement_of_trust_by_a_stranger(kiosk: Kiosk) -> None:
    stranger = Maker()
    kiosk.liar.lie("trust", said(*stranger.statements, stranger.state(signer())))
    kiosk.refuses("about its keys was not believed.*enrols this kiosk anew")


def test_a_new_root_that_the_old_one_has_not_signed(kiosk: Kiosk, plant: Plant) -> None:
    held, thief = plant.house.keys.trust, signer()
    values = {"issued_at": held.issued_at, "expires_at": held.expires_at, "signing": held.signing}
    mine = trust.Trust(version=2, roots=(thief.public_key,), **values)  # type: ignore[arg-type]
    kiosk.liar.lie("trust", said(trust.seal(mine, thief, plant.house.signer)))
    kiosk.refuses("was not believed")


def test_an_older_statement_of_trust_changes_nothing(kiosk: Kiosk, plant: Plant) -> None:
    stolen = plant.house.signer
    (first,) = plant.house.keys.statements()
    rotate(plant.house, "admin", compromised=True)
    kiosk.puller.pull()
    kiosk.liar.lie("trust", said(first))
    kiosk.liar.lie("assignment", lambda truth: altered(truth, lambda _: None, stolen))
    kiosk.refuses("which was revoked")


def test_a_statement_of_trust_that_has_ended(kiosk: Kiosk) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.clock_off = timedelta(days=1_100)
    kiosk.refuses("vouched for until .* only.*an administrator renews that with the root key")


def test_a_new_root_is_followed_through_every_statement_between(kiosk: Kiosk, plant: Plant) -> None:
    rotate(plant.house, "admin", new_root=True)
    rotate(plant.house, "admin", new_root=True, compromised=True)
    kiosk.publish(revision=4, title="New")
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]


def test_a_kiosk_of_before_there_was_a_root_learns_it_from_the_key_it_knows(
    kiosk: Kiosk, plant: Plant
) -> None:
    with kiosk.store._database.writing() as tx:
        tx.exec_driver_sql("DELETE FROM meta WHERE key = 'trust'")
    kiosk.store.meta._values.pop("trust")
    stranger = Maker()
    kiosk.liar.lie("trust", said(*stranger.statements))
    kiosk.refuses("was not believed")
    kiosk.liar.lie("trust", None)
    rotate(plant.house, "admin")
    kiosk.publish(revision=4, title="New")
    assert kiosk.puller.pull()
    assert kiosk.titles == ["New"]


# --- what it is, and how it is written --------------------------------------


def test_a_release_passed_off_as_an_assignment(kiosk: Kiosk) -> None:
    digest = kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda _: release_of(kiosk.plant, digest))
    kiosk.refuses("the envelope holds application/vnd.stepline.release.json, not application")


def test_an_assignment_passed_off_as_a_statement_of_trust(kiosk: Kiosk, plant: Plant) -> None:
    kiosk.liar.lie("trust", said(assigned(plant)))
    kiosk.refuses("the envelope holds application/vnd.stepline.assignment")


def test_a_newer_format_of_an_assignment(kiosk: Kiosk, plant: Plant) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", sealed_anew(plant, lambda values: values.update(format=9)))
    kiosk.refuses("the assignment has format 9; this kiosk reads up to 1: update it")


def test_a_newer_format_of_a_release(kiosk: Kiosk, plant: Plant) -> None:
    digest = kiosk.publish(revision=4, title="New")
    newer = altered(release_of(plant, digest), lambda values: values.update(format=9), plant.house.signer)
    other = package.digest_of(package.content_of(newer))
    kiosk.liar.lie(
        "assignment", sealed_anew(plant, lambda values: values["releases"][0].update(digest=other))
    )
    kiosk.liar.answers(f"releases/{other}", newer)
    kiosk.refuses("the release has format 9; this program reads up to 1: update it")


def test_a_newer_format_of_trust(kiosk: Kiosk, plant: Plant) -> None:
    root = plant.house.keys.root
    (first,) = plant.house.keys.statements()
    kiosk.liar.lie("trust", said(altered(first, lambda values: values.update(format=9, version=2), root)))
    kiosk.refuses("the statement has format 9; this program reads up to 1: update it")


@pytest.mark.parametrize(
    "rubbish", [b"[]", b"{}", b'"x"', b'{"payload": "!", "signatures": []}', b"[" * 90_000]
)
def test_rubbish_in_place_of_an_envelope(kiosk: Kiosk, rubbish: bytes) -> None:
    kiosk.publish(revision=4, title="New")
    kiosk.liar.lie("assignment", lambda _: rubbish)
    kiosk.refuses("no signed envelope|signature is not|instead of JSON", Exception)


# --- what is kept, and how much room it has ---------------------------------


def test_the_generation_before_stays_and_the_one_before_that_goes_when_room_is_scarce(
    kiosk: Kiosk, plant: Plant
) -> None:
    first = set(kiosk.store.library.current())
    kiosk.publish(revision=4, title="Second")
    kiosk.puller.pull()
    second = set(kiosk.store.library.current())
    kiosk.puller.limit = 1
    new_picture(kiosk, 5)
    with pytest.raises(AssignmentRefused, match=r"documents need .* more.*--disk-limit.*assign fewer"):
        kiosk.puller.pull()
    assert kiosk.titles == ["Second"]
    kiosk.puller.limit = None
    assert kiosk.puller.pull()
    assert kiosk.store.library.previous() == second
    assert first & kiosk.store.library.held() == set()
