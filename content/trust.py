"""Whom a kiosk trusts: a statement of the root key about the keys that sign releases; it only ever grows newer.

enrolment ──▶ trust 1 ──▶ trust 2 ──▶ …     each signed by a root that the one before names, and by its own
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from securesystemslib.signer import (
    CryptoSigner,  # pyright: ignore[reportPrivateImportUsage] - its own manual imports it so
    SSlibKey,  # pyright: ignore[reportPrivateImportUsage]
)

from content import package, wire
from content.errors import PackageError

TRUST_TYPE = "application/vnd.stepline.trust+json"
FORMAT = 1  # of a statement's payload; a newer one is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Root keys, keys that sign releases and assignments, and identifiers of keys that no longer may."""

    version: int
    issued_at: datetime
    expires_at: datetime
    roots: tuple[SSlibKey, ...]
    signing: tuple[SSlibKey, ...]
    revoked: tuple[str, ...] = field(default=())


def seal(trust: Trust, *signers: CryptoSigner) -> bytes:
    """The statement as a signed envelope."""
    values = {
        "format": FORMAT,
        "version": trust.version,
        "issued_at": trust.issued_at.isoformat(),
        "expires_at": trust.expires_at.isoformat(),
        "roots": [plain(key) for key in trust.roots],
        "signing": [plain(key) for key in trust.signing],
        "revoked": list(trust.revoked),
    }
    return package.seal(wire.canonical(values).encode(), TRUST_TYPE, *signers)


def plain(key: SSlibKey) -> dict[str, Any]:
    """A public key as `package.read_key` takes it."""
    return {"keyid": key.keyid, **key.to_dict()}


def anchor(envelope: bytes) -> Trust:
    """The statement that trust begins with, as enrolment hands it over: signed by a root that it names itself.

    Raises PackageError when it is not.
    """
    trust = _claimed(envelope)
    package.open_sealed(envelope, TRUST_TYPE, trust.roots)
    return trust


def introduced(envelope: bytes, key: SSlibKey) -> Trust:
    """The statement that trust begins with where only the server's signing key is known: it signed, too."""
    package.open_sealed(envelope, TRUST_TYPE, (key,))
    return anchor(envelope)


def follow(held: Trust, envelope: bytes) -> Trust:
    """The newer statement of `envelope`; raises PackageError unless a root of `held` and one of its own signed."""
    trust = _claimed(envelope)
    if trust.version <= held.version:
        raise PackageError(f"it is version {trust.version}, and version {held.version} is held")
    package.open_sealed(envelope, TRUST_TYPE, held.roots)
    package.open_sealed(envelope, TRUST_TYPE, trust.roots)
    return trust


def extend(held: Trust | None, envelopes: Sequence[bytes], key: SSlibKey | None = None) -> Trust | None:
    """What is held after these statements, the oldest first; those that are not newer say nothing.

    Without `held`, `key` is the server's signing key that has to introduce the first. Raises PackageError.
    """
    for envelope in envelopes:
        if held is None:
            held = anchor(envelope) if key is None else introduced(envelope, key)
        elif _claimed(envelope).version > held.version:
            held = follow(held, envelope)
    return held


def read(envelope: bytes) -> Trust:
    """A statement that was verified before; raises PackageError when it cannot be read."""
    return _claimed(envelope)


def _claimed(envelope: bytes) -> Trust:
    """What an envelope says, proved by nothing yet."""
    if (kind := package.kind_of(envelope)) != TRUST_TYPE:
        raise PackageError(f"the envelope holds {kind}, not {TRUST_TYPE}")
    try:
        values = json.loads(package.content_of(envelope))
        if values["format"] > FORMAT:
            raise PackageError(
                f"the statement has format {values['format']}; this program reads up to {FORMAT}: update it"
            )
        trust = Trust(
            version=int(values["version"]),
            issued_at=_instant(values["issued_at"]),
            expires_at=_instant(values["expires_at"]),
            roots=tuple(package.read_key(key) for key in values["roots"]),
            signing=tuple(package.read_key(key) for key in values["signing"]),
            revoked=tuple(str(keyid) for keyid in cast("list[object]", values["revoked"])),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise PackageError(f"the statement of trust cannot be read: {problem}") from None
    if not trust.roots or not trust.signing:
        raise PackageError("the statement of trust names no keys")
    return trust


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        message = f"{text} has no time zone"
        raise ValueError(message)
    return instant.astimezone(UTC)
