"""The server's keys: the root that is taken out and given back, rotation, and a rotation that is cut off."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from content import package, trust
from content.errors import PackageError
from server.errors import Conflict, Invalid
from server.house import House
from server.keys import NEXT, ROOT, SIGNING, Keyring, load
from server.library.keeping import KeyWatch
from server.library.rotating import UNFINISHED, finish, rotate
from server.store import tables
from server.store.engine import reading
from tests.server.serving import ServerProcess
from tests.server.test_serve import enrolled, furnished


def stepline(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stepline", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_first_start_makes_a_root_a_signing_key_and_a_statement_that_both_have_signed(
    house: House,
) -> None:
    (first,) = house.keys.statements()
    said = trust.introduced(first, house.signer.public_key)
    assert said.version == 1
    assert said.signing == (house.signer.public_key,)
    assert {file.name: file.stat().st_mode & 0o777 for file in house.keys.folder.iterdir()} == dict.fromkeys(
        (SIGNING, ROOT, "trust-0001.json"), 0o600
    )


def test_a_rotation_is_followed_and_the_key_before_stays_for_what_is_on_its_way(house: House) -> None:
    before = house.signer.public_key
    held = trust.anchor(house.keys.statements()[0])
    made = rotate(house, "admin")
    assert trust.follow(held, house.keys.statements(1)[0]) == made
    assert made.signing == (house.signer.public_key, before)
    assert made.revoked == ()
    assert rotate(house, "admin").revoked == (before.keyid,)


def test_a_compromised_key_is_revoked_at_once(house: House) -> None:
    before = house.signer.public_key
    made = rotate(house, "admin", compromised=True)
    assert made.signing == (house.signer.public_key,)
    assert made.revoked == (before.keyid,)


def test_without_the_root_nothing_is_rotated_and_with_its_file_it_is(house: House, tmp_path: Path) -> None:
    file = tmp_path / "root.pem"
    house.keys.take_out(file)
    assert house.keys.root is None
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="not on this machine"):
        rotate(house, "admin")
    with pytest.raises(Conflict, match="taken off this machine already"):
        house.keys.take_out(tmp_path / "other")
    with pytest.raises(Invalid, match="no private key"):
        rotate(house, "admin", root=tmp_path / "nothing")
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(house.signer.private_bytes)
    with pytest.raises(Conflict, match="not the root key that the kiosks trust"):
        rotate(house, "admin", root=stranger)
    assert rotate(house, "admin", root=file).version == 2
    assert house.keys.root is None


def test_a_new_root_is_signed_by_the_old_one(house: House) -> None:
    held = trust.anchor(house.keys.statements()[0])
    rotate(house, "admin", new_root=True)
    after = trust.follow(held, house.keys.statements(1)[0])
    assert house.keys.root is not None
    assert after.roots == (house.keys.root.public_key,) != held.roots
    with pytest.raises(PackageError, match="version 1, and version 2 is held"):
        trust.follow(after, house.keys.statements()[0])


@pytest.mark.parametrize("stated", [True, False])
def test_a_rotation_that_was_cut_off_is_finished_or_forgotten(house: House, *, stated: bool) -> None:
    from securesystemslib.signer import CryptoSigner

    ring, before, after = house.keys, house.signer, CryptoSigner.generate_ed25519()
    (ring.folder / (SIGNING + NEXT)).write_bytes(after.private_bytes)
    (ring.folder / UNFINISHED).touch()
    if stated:
        assert ring.root is not None
        held = ring.trust
        ring.state(held.roots, (after.public_key,), (before.public_key.keyid,), ring.root)
    again = Keyring(ring.folder, house.now)
    assert again.signer.public_key == (after if stated else before).public_key
    assert not (ring.folder / (SIGNING + NEXT)).exists()
    finish(house, "admin")
    assert not (ring.folder / UNFINISHED).exists()


def test_a_statement_is_renewed_in_time_and_the_stations_are_told(house: House) -> None:
    told: list[str] = []
    object.__setattr__(house, "push", lambda station, _counter: told.append(station))
    watch = KeyWatch(house)
    watch.look()
    assert told == []
    now = house.now()
    house.keys._now = lambda: now + timedelta(days=731)
    watch.look()
    assert house.keys.trust.version == 2
    assert house.keys.trust.expires_at > now + timedelta(days=1_800)
    with reading(house.engine) as tx:
        assert set(told) == set(tx.scalars(select(tables.stations.c.id)))


def test_a_running_server_signs_with_the_key_that_the_command_has_made(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "server")
    server.start()
    try:
        admin, digest = furnished(server, tmp_path)
        found, kiosk = enrolled(server, admin, "bench-1")
        held = trust.anchor(found["trust"][0].encode())
        tag = kiosk.get("/kiosk/assignment").headers["ETag"]
        assert kiosk.get("/kiosk/trust?after=1").json() == {"statements": []}

        shown = stepline("keys", "show", "--data", server.folder)
        assert shown.returncode == 0, shown.stderr
        assert package.fingerprint(held.signing[0]) in shown.stdout
        safe = tmp_path / "safe.pem"
        assert stepline("keys", "take-out", safe, "--data", server.folder).returncode == 0
        refused = stepline("keys", "rotate", "--compromised", "--data", server.folder)
        assert refused.returncode == 1
        assert "--root FILE" in refused.stderr
        rotated = stepline("keys", "rotate", "--compromised", "--root", safe, "--data", server.folder)
        assert rotated.returncode == 0, rotated.stderr

        (statement,) = kiosk.get("/kiosk/trust?after=1").json()["statements"]
        after = trust.follow(held, statement.encode())
        anew = kiosk.get("/kiosk/assignment", headers={"If-None-Match": tag})
        package.open_sealed(anew.content, package.ASSIGNMENT_TYPE, after.signing)
        sealed = kiosk.get(f"/releases/{digest}").content
        package.open_sealed(sealed, package.RELEASE_TYPE, after.signing)
        assert load(server.folder / "keys" / SIGNING).public_key in after.signing
        with closing(sqlite3.connect(server.folder / "stepline.db")) as database:
            (words,) = database.execute("SELECT detail FROM audit WHERE what = 'rotated keys'").fetchone()
        assert "the key before is revoked; 1 releases signed anew" in words
    finally:
        server.close()


def test_a_folder_that_is_no_servers_is_said(tmp_path: Path) -> None:
    refused = stepline("keys", "show", "--data", tmp_path)
    assert refused.returncode == 1
    assert "is no server's data folder" in refused.stderr.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []
