"""Publishing, assigning, media and archives: what is released never changes, the hostile stays outside."""

import errno
import hashlib
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from content import package
from server.errors import Conflict, Invalid, NoSpace, NotThere, Refused, TooLarge
from server.house import House
from server.library import archives, assigning, publishing
from server.library.archives import unpack
from server.people import roster
from server.settings import Settings
from server.store import tables
from server.store.engine import reading
from tests.content.documents import PNG, TEXT, write_instruction
from tests.server.conftest import Clock, add_station, make_house
from tests.server.serving import zipped

DIGEST = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    folder = tmp_path / "close-pump"
    folder.mkdir()
    return write_instruction(folder)


def releases(house: House) -> list:
    with reading(house.engine) as tx:
        return list(tx.execute(select(tables.releases)).mappings())


def test_publishing_makes_a_signed_release_with_its_media(any_house: House, document: Path) -> None:
    release = publishing.publish(any_house, document, "eng")
    (kept,) = releases(any_house)
    assert (kept["digest"], kept["revision"], kept["released_by"]) == (release.digest, 1, "eng")
    payload = package.unseal(kept["envelope"], package.RELEASE_TYPE, any_house.signer.public_key)
    assert package.digest_of(payload) == release.digest
    assert any_house.media.path(DIGEST).read_bytes() == PNG


def test_publishing_the_same_again_is_the_same_release(any_house: House, document: Path) -> None:
    first = publishing.publish(any_house, document, "eng")
    assert publishing.publish(any_house, document, "somebody").digest == first.digest
    assert len(releases(any_house)) == 1


def test_other_content_under_a_released_revision_is_refused_with_the_mend(
    house: House, document: Path
) -> None:
    publishing.publish(house, document, "eng")
    write_instruction(document, TEXT.replace("Tighten the screws", "Tighten all screws"))
    with pytest.raises(Conflict) as refusal:
        publishing.publish(house, document, "eng")
    assert "revision: 2" in refusal.value.mend
    write_instruction(document, TEXT.replace("revision: 1", "revision: 2"))
    publishing.publish(house, document, "eng")
    assert [row["revision"] for row in releases(house)] == [1, 2]
    write_instruction(document, TEXT.replace("Tighten the screws", "Tighten every screw"))
    with pytest.raises(Conflict) as refusal:
        publishing.publish(house, document, "eng")
    assert "revision: 3" in refusal.value.mend


def test_a_document_that_is_not_in_order_is_refused_with_every_finding(house: House, document: Path) -> None:
    write_instruction(document, TEXT.replace("revision: 1", "revison: 1"))
    with pytest.raises(Invalid) as refusal:
        publishing.publish(house, document, "eng")
    assert {finding.message for finding in refusal.value.findings} == {
        "unknown key `revison`",
        "`revision` is missing",
    }
    assert releases(house) == []


def test_the_counter_of_an_assignment_only_grows_and_is_pushed(house: House, document: Path) -> None:
    pushed: list[tuple[str, int]] = []
    object.__setattr__(house, "push", lambda station, counter: pushed.append((station, counter)))
    release = publishing.publish(house, document, "eng")
    assert assigning.assign(house, "bench-1", [release.digest, release.digest], "eng") == 1
    assert assigning.assign(house, "bench-1", [], "eng") == 2
    assert assigning.assign_documents(house, "bench-1", ["close-pump"], "eng") == 3
    assigning.rename_station(house, "bench-1", "Left bench", "admin")
    roster.add_person(house, "anna", "Anna", "operator", "admin", badge="ANNA-1")
    roster.deactivate(house, "anna", "admin")
    assert pushed == [("bench-1", counter) for counter in range(1, 7)]


def test_the_latest_release_is_what_a_document_means(house: House, document: Path) -> None:
    publishing.publish(house, document, "eng")
    write_instruction(document, TEXT.replace("revision: 1", "revision: 2"))
    second = publishing.publish(house, document, "eng")
    assigning.assign_documents(house, "bench-1", ["close-pump"], "eng")
    with reading(house.engine) as tx:
        assert tx.scalars(select(tables.assignments.c.release)).all() == [second.digest]


def test_what_is_not_there_cannot_be_assigned(house: House) -> None:
    for wrong in (
        lambda: assigning.assign(house, "bench-1", ["0" * 64], "eng"),
        lambda: assigning.assign_documents(house, "bench-1", ["nothing"], "eng"),
        lambda: assigning.assign(house, "nowhere", [], "eng"),
    ):
        with pytest.raises(Refused):
            wrong()


def test_an_assignment_names_the_people_that_may_sign_in_but_not_their_badges(house: House) -> None:
    add_station(house, "bench-2")
    roster.add_person(house, "anna", "Anna", "operator", "admin", badge="ANNA-1", pin="2468")
    roster.add_person(
        house, "otto", "Otto", "engineer", "admin", login="otto", password="correct horse battery"
    )
    sealed = assigning.assignment(house, "bench-1", "mqtt://127.0.0.1:1883")
    payload = package.unseal(sealed, package.ASSIGNMENT_TYPE, house.signer.public_key).decode()
    assert '"id":"anna"' in payload
    assert "otto" not in payload
    assert hashlib.sha256(b"ANNA-1").hexdigest() in payload
    assert "$argon2id$" in payload


def test_a_media_file_is_whole_or_not_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(NoSpace):
            house.media.keep(PNG, DIGEST)
    assert not house.media.has(DIGEST)
    assert [path for path in (house.settings.data / "media").rglob("*") if path.is_file()] == []
    house.media.keep(PNG, DIGEST)
    house.media.keep(PNG, DIGEST)
    with pytest.raises(Invalid):
        house.media.keep(PNG + b"!", DIGEST)
    for name in ("", "..", "../../etc/passwd", DIGEST.upper(), "0" * 64):
        with pytest.raises(NotThere):
            house.media.path(name)


def test_an_archive_may_hold_the_folder_itself_or_what_is_in_it(tmp_path: Path, document: Path) -> None:
    for number, packed in enumerate((zipped(document), zipped(document.parent))):
        target = tmp_path / "out" / str(number)
        target.mkdir(parents=True)
        assert (unpack(packed, target) / "instruction.yaml").read_text() == TEXT


def archive(*entries: tuple[str, bytes], mode: int = 0o644, compression: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as out:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = compression
            out.writestr(info, data)
    return packed.getvalue()


def damaged(data: bytes) -> bytes:
    """An archive whose compressed bytes are not what they were."""
    start = 30 + struct.unpack("<H", data[26:28])[0]
    return data[:start] + b"\xff" * 8 + data[start + 8 :]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 and nothing more",
        archive(("../out.yaml", b"x")),
        archive(("/etc/out.yaml", b"x")),
        archive(("a/../../out.yaml", b"x")),
        archive(("a\\..\\out.yaml", b"x")),
        archive(("a", b"x"), ("a/b", b"y")),
        archive(("a" * 300, b"x")),
        archive(("link", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777),
        damaged(archive(("a.yaml", b"x" * 500), compression=zipfile.ZIP_DEFLATED)),
        damaged(archive(("a.yaml", b"x" * 500), compression=zipfile.ZIP_LZMA)),
        damaged(archive(("a.yaml", b"x" * 500), compression=zipfile.ZIP_BZIP2)),
    ],
)
def test_an_archive_that_is_broken_or_hostile_is_refused_and_leaves_nothing_outside(
    tmp_path: Path, data: bytes
) -> None:
    target = tmp_path / "deep" / "target"
    target.mkdir(parents=True)
    with pytest.raises(Invalid):
        unpack(data, target)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and target not in path.parents] == []
    assert not any(path.is_symlink() for path in target.rglob("*"))


def test_a_bomb_is_stopped_before_it_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 1_000_000)
    bomb = archive(("a", b"\0" * 1_000_001), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2_000
    with pytest.raises(TooLarge):
        unpack(bomb, tmp_path)
    assert (tmp_path / "a").stat().st_size <= 1_000_000
    with pytest.raises(TooLarge):
        unpack(archive(*((str(number), b"") for number in range(2_001))), tmp_path)


def test_a_history_goes_out_as_folders_and_comes_back_digest_by_digest(house, tmp_path):
    """Two revisions, written as plain folders, published on a server that never saw them."""
    from server.library import drafts, exporting, releasing, reviewing, submitting
    from server.library.publishing import publish, publish_library
    from server.people.sessions import Role

    library = Path(__file__).resolve().parents[2] / "content" / "library"
    first = {each.document.id: each for each in publish_library(house, library, "admin")}["service-pump"]
    draft = drafts.from_release(house, first, "eva")
    submitting.submit(house, draft, "", "eva")
    for person, role in (("jan", Role.ENGINEER), ("sam", Role.SUPERVISOR)):
        reviewing.sign(house, draft, person, role, "approved", "It is right")
    second = releasing.release(house, draft, "jan", Role.ENGINEER)
    out = tmp_path / "out"
    exporting.export(house, "service-pump", out)
    assert (out / "r1" / "languages" / "ar.yaml").is_file()
    told = (out / "history.yaml").read_text()
    assert first.digest in told
    assert "released_by: jan" in told
    other = make_house(Settings(data=tmp_path / "other"), Clock())
    try:
        assert [publish(other, out / name, "eva").digest for name in ("r1", "r2")] == [
            first.digest,
            second.digest,
        ]
    finally:
        other.engine.dispose()
