"""What a stick carries where there is no network: the layout of its folder, and records sealed by their kiosk.

stepline/stations/STATION/trust/0001.json …     whom to trust
stepline/stations/STATION/assignment.json       which releases; written last
stepline/stations/STATION/releases/DIGEST.json
stepline/stations/STATION/media/DIGEST
stepline/records/KIOSK/FIRST-LAST.json records, signed by the kiosk
stepline/records/KIOSK/photos/DIGEST
stepline/records/KIOSK/receipt.json    what the server holds, signed by it
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from securesystemslib.signer import (
    CryptoSigner,  # pyright: ignore[reportPrivateImportUsage] - its own manual imports it so
    SSlibKey,  # pyright: ignore[reportPrivateImportUsage]
)

from content import package, wire
from content.chain import Entry
from content.errors import PackageError
from content.values import Digest

RECORDS_TYPE = "application/vnd.stepline.records+json"
RECEIPT_TYPE = "application/vnd.stepline.receipt+json"
FORMAT = 1
TOP, STATIONS, RECORDS, PHOTOS, RECEIPT = "stepline", "stations", "records", "photos", "receipt.json"
ASSIGNMENT, TRUST, RELEASES, MEDIA, README = "assignment.json", "trust", "releases", "media", "README.txt"
DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Records of one kiosk and the photographs that belong to them, as they came on a stick."""

    kiosk: str
    entries: tuple[Entry, ...]
    photos: tuple[Digest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The server's word that it holds a kiosk's records up to number `held`, and these photographs."""

    kiosk: str
    held: int
    photos: tuple[Digest, ...]


def package_folder(stick: Path, station: str) -> Path:
    """Where the package of a station lies on a stick."""
    return stick / TOP / STATIONS / station


def records_folder(stick: Path, kiosk: str) -> Path:
    """Where the records of a kiosk lie on a stick."""
    return stick / TOP / RECORDS / kiosk


def seal_records(carried: Carried, signer: CryptoSigner) -> bytes:
    """Records as an envelope that their kiosk has signed."""
    entries = [{"seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body} for e in carried.entries]
    values = {"format": FORMAT, "kiosk": carried.kiosk, "entries": entries, "photos": list(carried.photos)}
    return package.seal(wire.canonical(values).encode(), RECORDS_TYPE, signer)


def open_records(envelope: bytes, kiosk: str, key: SSlibKey) -> Carried:
    """Records that `kiosk` has signed with `key`; raises PackageError."""
    try:
        payload = package.unseal(envelope, RECORDS_TYPE, key)
    except PackageError as problem:
        raise PackageError(f"kiosk {kiosk} has not signed it as it is ({problem})") from None
    values = _read(payload, kiosk)
    try:
        entries = tuple(
            Entry(
                kiosk=kiosk,
                seq=int(each["seq"]),
                prev=str(each["prev"]),
                hash=str(each["hash"]),
                body=str(each["body"]),
            )
            for each in values["entries"]
        )
        return Carried(kiosk=kiosk, entries=entries, photos=_digests(values["photos"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise PackageError(f"the records cannot be read: {problem}") from None


def seal_receipt(receipt: Receipt, signer: CryptoSigner) -> bytes:
    """A receipt as an envelope that the server has signed."""
    values = {
        "format": FORMAT,
        "kiosk": receipt.kiosk,
        "held": receipt.held,
        "photos": list(receipt.photos),
    }
    return package.seal(wire.canonical(values).encode(), RECEIPT_TYPE, signer)


def read_receipt(payload: bytes, kiosk: str) -> Receipt:
    """A receipt whose signature was verified before; raises PackageError when it is not for `kiosk`."""
    values = _read(payload, kiosk)
    try:
        return Receipt(kiosk=kiosk, held=int(values["held"]), photos=_digests(values["photos"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise PackageError(f"the receipt cannot be read: {problem}") from None


def _read(payload: bytes, kiosk: str) -> dict[str, Any]:
    try:
        values = cast("dict[str, Any]", json.loads(payload))
        if values["format"] > FORMAT:
            raise PackageError(
                f"it has format {values['format']}; this program reads up to {FORMAT}: update it"
            )
        if values["kiosk"] != kiosk:
            raise PackageError(f"it is of kiosk {values['kiosk']}, not of {kiosk}")
    except (KeyError, TypeError, ValueError) as problem:
        raise PackageError(f"it cannot be read: {problem}") from None
    return values


def _digests(listed: Sequence[object]) -> tuple[Digest, ...]:
    digests = tuple(Digest(str(each)) for each in listed)
    if not all(DIGEST.fullmatch(each) for each in digests):
        message = "a photograph is named by 64 hexadecimal digits"
        raise ValueError(message)
    return digests
