"""A package made by hand: keys, statements of trust, an assignment, releases and pictures, as a stick carries them."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner

from content import carried, package, trust, wire
from content.instruction import Instruction
from content.package import MediaFile
from content.trust import Trust
from content.values import Digest
from tests.kiosk.station import PUMP, assignment_of, signer

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def picture(seed: int, size: int = 64) -> bytes:
    """A PNG, as far as its head tells."""
    return b"\x89PNG\r\n\x1a\n" + seed.to_bytes(4, "big") * (size // 4)


def release(data: bytes, **changed: Any) -> bytes:
    """The payload of a release whose pictures are all `data`."""
    document = Instruction.model_validate({**PUMP, **changed})
    media = tuple(
        MediaFile(path=path, digest=package.digest_of(data), size=len(data), type="image/png")
        for path in document.files
    )
    return package.payload(document, media)


class Maker:
    """The server's side of trust, in the tests' hands."""

    def __init__(self) -> None:
        self.root, self.key = signer(), signer()
        self.statements: list[bytes] = []
        self.state()

    @property
    def trust(self) -> Trust:
        return trust.read(self.statements[-1])

    def state(
        self,
        *keys: CryptoSigner,
        by: Sequence[CryptoSigner] = (),
        root: CryptoSigner | None = None,
        **more: Any,
    ) -> bytes:
        """Say whom to trust next; the envelope."""
        version = len(self.statements) + 1
        made = Trust(
            version=more.pop("version", version),
            issued_at=more.pop("issued_at", NOW),
            expires_at=more.pop("expires_at", NOW + timedelta(days=1_000)),
            roots=((root or self.root).public_key,),
            signing=tuple(each.public_key for each in keys or (self.key,)),
            **more,
        )
        first = (self.key,) if version == 1 else ()
        self.statements.append(trust.seal(made, *(by or (self.root, *first))))
        return self.statements[-1]

    def assignment(self, payloads: Sequence[bytes], counter: int, **more: Any) -> bytes:
        values = {
            "issued_at": NOW.isoformat(),
            "expires_at": (NOW + timedelta(days=90)).isoformat(),
            **more,
        }
        plain = wire.canonical(assignment_of(payloads, counter, **values)).encode()
        return package.seal(plain, package.ASSIGNMENT_TYPE, self.key)

    def write(
        self, folder: Path, payloads: Sequence[bytes], media: Sequence[bytes], counter: int, **more: Any
    ) -> Path:
        """Lay a package out; `more` is what its assignment says besides."""
        shutil.rmtree(folder, ignore_errors=True)
        for name in (carried.TRUST, carried.RELEASES, carried.MEDIA):
            (folder / name).mkdir(parents=True)
        for number, statement in enumerate(self.statements, start=1):
            (folder / carried.TRUST / f"{number:04}.json").write_bytes(statement)
        for payload in payloads:
            sealed = package.seal(payload, package.RELEASE_TYPE, self.key)
            (folder / carried.RELEASES / f"{package.digest_of(payload)}.json").write_bytes(sealed)
        for data in media:
            (folder / carried.MEDIA / package.digest_of(data)).write_bytes(data)
        (folder / carried.ASSIGNMENT).write_bytes(self.assignment(payloads, counter, **more))
        return folder


def whole(folder: Path, digest: Digest) -> bool:
    """Whether a kiosk's media folder holds that file as it should be."""
    files = list((folder / "media" / digest[:2]).glob(f"{digest}*"))
    return len(files) == 1 and package.digest_of(files[0].read_bytes()) == digest
