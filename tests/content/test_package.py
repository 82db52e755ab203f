"""Releases and records: signed, chained, and refused when anything was changed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from content import chain, package, wire
from content.errors import ChainError, PackageError, UnknownMessage, WireError
from content.folder import load_instruction
from content.record import CodeRefused
from tests.content.documents import PNG, write_instruction

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer() -> CryptoSigner:
    return CryptoSigner.generate_ed25519()


@pytest.fixture
def payload(tmp_path: Path) -> bytes:
    folder = write_instruction(tmp_path)
    document = load_instruction(folder)
    return package.payload(document, package.describe(folder, document))


def test_a_release_comes_back_as_it_was_published(payload: bytes, signer: CryptoSigner) -> None:
    envelope = package.seal(payload, package.RELEASE_TYPE, signer)
    key = package.read_key(package.public_key(signer))
    release = package.read_payload(package.unseal(envelope, package.RELEASE_TYPE, key))
    assert release.digest == package.digest_of(payload)
    assert release.file("media/bolt.png").digest == package.digest_of(PNG)
    assert package.payload(release.document, release.media) == payload


def test_one_changed_byte_anywhere_in_a_release_is_refused(payload: bytes, signer: CryptoSigner) -> None:
    envelope = package.seal(payload, package.RELEASE_TYPE, signer)
    changed = json.loads(envelope)
    key = package.read_key(package.public_key(signer))
    flipped = (
        changed["payload"][:40] + ("A" if changed["payload"][40] != "A" else "B") + changed["payload"][41:]
    )
    with pytest.raises(PackageError, match="signature"):
        package.unseal(json.dumps({**changed, "payload": flipped}).encode(), package.RELEASE_TYPE, key)


def test_a_release_signed_by_somebody_else_is_refused(payload: bytes, signer: CryptoSigner) -> None:
    envelope = package.seal(payload, package.RELEASE_TYPE, CryptoSigner.generate_ed25519())
    with pytest.raises(PackageError, match="signature"):
        package.unseal(envelope, package.RELEASE_TYPE, package.read_key(package.public_key(signer)))


def test_an_assignment_does_not_pass_for_a_release(payload: bytes, signer: CryptoSigner) -> None:
    envelope = package.seal(payload, package.ASSIGNMENT_TYPE, signer)
    with pytest.raises(PackageError, match="holds"):
        package.unseal(envelope, package.RELEASE_TYPE, package.read_key(package.public_key(signer)))


@given(st.binary(max_size=300))
def test_no_bytes_whatever_pass_for_an_envelope(data: bytes) -> None:
    key = package.read_key(package.public_key(CryptoSigner.generate_ed25519()))
    with pytest.raises(PackageError):
        package.unseal(data, package.RELEASE_TYPE, key)


def test_a_release_that_lacks_a_picture_is_refused(payload: bytes) -> None:
    values = json.loads(payload)
    with pytest.raises(PackageError, match=r"lacks media/bolt\.png"):
        package.read_payload(wire.canonical({**values, "media": []}).encode())


def test_a_release_of_a_later_format_asks_for_an_update(payload: bytes) -> None:
    with pytest.raises(PackageError, match="update"):
        package.read_payload(wire.canonical({**json.loads(payload), "format": 99}).encode())


def test_a_chain_holds_and_a_changed_or_missing_entry_is_noticed() -> None:
    first = chain.link("k", 1, chain.FIRST, "a")
    second = chain.link("k", 2, first.hash, "b")
    chain.verify(first, chain.FIRST)
    chain.verify(second, first.hash)
    for changed in (
        chain.Entry(kiosk="k", seq=2, prev=first.hash, hash=second.hash, body="c"),
        chain.Entry(kiosk="j", seq=2, prev=first.hash, hash=second.hash, body="b"),
        chain.link("k", 2, chain.FIRST, "b"),
    ):
        with pytest.raises(ChainError):
            chain.verify(changed, first.hash)


def test_an_unknown_message_is_refused_by_name() -> None:
    with pytest.raises(UnknownMessage, match=r"step\.vanished"):
        wire.load_fact({"type": "step.vanished"})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"fact": 3}', '{"fact": {"type": "run.held"}}', '{"fact":{},"x":1}']
)
def test_a_malformed_body_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(WireError) as problem:
        wire.read_body(text)
    assert str(problem.value)


def test_a_floating_point_number_has_no_spelling() -> None:
    with pytest.raises(WireError):
        wire.canonical({"x": object()})


@given(st.text(max_size=50), st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_fact_survives_the_wire(text: str, shift: timedelta) -> None:
    fact = CodeRefused(text=text, device="scanner", reason="unknown", at=AT + shift, tick=5)
    assert wire.read_body(wire.body(fact, None)) == (fact, None)
