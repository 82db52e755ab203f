"""Releases: a document and its media named by their digests, signed as one (DSSE, Ed25519)."""

import hashlib
import json
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError
from securesystemslib.exceptions import VerificationError as DsseVerificationError
from securesystemslib.signer import (
    CryptoSigner,  # pyright: ignore[reportPrivateImportUsage] - its own manual imports it so
    SSlibKey,  # pyright: ignore[reportPrivateImportUsage]
)

from content import blocks, picture, wire
from content.errors import PackageError
from content.folder import Document
from content.instruction import Instruction
from content.sop import Sop
from content.values import Digest

RELEASE_TYPE = "application/vnd.stepline.release+json"
ASSIGNMENT_TYPE = "application/vnd.stepline.assignment+json"
FORMAT = 1  # of a release's payload; a kiosk refuses a newer one


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sealed envelope held, and the identifier of the key that had signed it."""

    payload: bytes
    keyid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """One media file of a release: its path in the document, SHA-256, size in bytes and media type."""

    path: str
    digest: Digest
    size: int
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An immutable document with the media it needs; `digest` names all of it."""

    digest: Digest
    document: Document
    media: tuple[MediaFile, ...]

    def file(self, path: str) -> MediaFile:
        """The media file of that path; raises KeyError."""
        for file in self.media:
            if file.path == path:
                return file
        raise KeyError(path)


def digest_of(data: bytes) -> Digest:
    """SHA-256 of `data`, 64 lower-case hexadecimal digits."""
    return Digest(hashlib.sha256(data).hexdigest())


def describe(folder: Path, document: Document) -> tuple[MediaFile, ...]:
    """The media files of a document that was loaded from `folder`, in order of use."""
    return tuple(_describe(blocks.file_of(name, folder), name) for name in document.files)


def _describe(file: Path, name: str) -> MediaFile:
    data = file.read_bytes()
    kind = picture.media_type(data[: picture.HEAD])
    if kind is None:
        message = f"{name} is not a picture or video that can be shown"
        raise PackageError(message)
    return MediaFile(path=name, digest=digest_of(data), size=len(data), type=kind)


def payload(document: Document, media: tuple[MediaFile, ...]) -> bytes:
    """The canonical bytes of a release; their SHA-256 is the release's digest."""
    listed = [{"path": m.path, "digest": m.digest, "size": m.size, "type": m.type} for m in media]
    return wire.canonical({"format": FORMAT, "document": document.plain(), "media": listed}).encode()


def read_payload(data: bytes) -> Release:
    """A release from its canonical bytes; raises PackageError when they are not one."""
    try:
        values: dict[str, Any] = json.loads(data)
        if values["format"] > FORMAT:
            message = (
                f"the release has format {values['format']}; this program reads up to {FORMAT}: update it"
            )
            raise PackageError(message)
        kind = Sop if values["document"]["kind"] == "sop" else Instruction
        document = kind.model_validate(values["document"])
        media = tuple(MediaFile(**file) for file in values["media"])
    except (ValueError, KeyError, TypeError, ValidationError) as problem:
        message = f"the release cannot be read: {problem}"
        raise PackageError(message) from None
    named = {file.path for file in media}
    if named != set(document.files):
        message = f"the release lacks {', '.join(sorted(set(document.files) ^ named))}"
        raise PackageError(message)
    return Release(digest=digest_of(data), document=document, media=media)


def seal(data: bytes, kind: str, *signers: CryptoSigner) -> bytes:
    """A signed envelope around `data` (DSSE, https://github.com/secure-systems-lab/dsse), as JSON."""
    envelope = Envelope(data, kind, {})
    for signer in signers:
        envelope.sign(signer)
    values = envelope.to_dict()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - a bare dict
    return wire.canonical(values).encode()


def unseal(envelope: bytes, kind: str, key: SSlibKey) -> bytes:
    """What the envelope holds; raises PackageError unless `key` signed it and it is of that kind."""
    return open_sealed(envelope, kind, (key,)).payload


def open_sealed(envelope: bytes, kind: str, keys: Sequence[SSlibKey], revoked: Container[str] = ()) -> Opened:
    """What the envelope holds; raises PackageError unless one of `keys` signed it and it is of that kind.

    `revoked` are the identifiers of keys that are no longer trusted: the message says so.
    """
    opened = _envelope(envelope)
    signers = list(opened.signatures)
    try:
        keyid = next(iter(opened.verify(list(keys), 1)))
    except (DsseVerificationError, ValueError, KeyError, TypeError, AttributeError):
        if any(signer in revoked for signer in signers):
            message = f"it was signed with the key {signers[0][:12]}…, which was revoked"
            raise PackageError(message) from None
        raise PackageError("the signature is not that of the server this kiosk was enrolled with") from None
    if opened.payload_type != kind:
        message = f"the envelope holds {opened.payload_type}, not {kind}"
        raise PackageError(message)
    return Opened(opened.payload, keyid)


def kind_of(envelope: bytes) -> str:
    """The payload type that an envelope names, proved by nothing yet; raises PackageError."""
    return _envelope(envelope).payload_type


def content_of(envelope: bytes) -> bytes:
    """What an envelope says it holds, proved by nothing yet; raises PackageError."""
    return _envelope(envelope).payload


def _envelope(envelope: bytes) -> Envelope:
    try:
        return Envelope.from_dict(json.loads(envelope))  # pyright: ignore[reportUnknownMemberType]
    except (FormatError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PackageError("it is no signed envelope") from None


def fingerprint(key: SSlibKey) -> str:
    """SHA-256 of the key's 32 bytes, for people to compare: groups of four hexadecimal digits."""
    digest = hashlib.sha256(bytes.fromhex(str(key.keyval["public"]))).hexdigest()
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def public_key(signer: CryptoSigner) -> dict[str, Any]:
    """The public key as JSON values, with its identifier under `keyid`."""
    return {"keyid": signer.public_key.keyid, **signer.public_key.to_dict()}


def read_key(values: dict[str, Any]) -> SSlibKey:
    """A public key from what `public_key` wrote; raises PackageError."""
    try:
        rest = dict(values)
        return SSlibKey.from_dict(rest.pop("keyid"), rest)
    except (KeyError, ValueError, TypeError) as problem:
        message = f"the server's public key cannot be read: {problem}"
        raise PackageError(message) from None
