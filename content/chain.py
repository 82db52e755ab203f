"""The chain that binds a kiosk's records: each entry carries the hash of the one before it."""

import hashlib
from dataclasses import dataclass

from content.errors import ChainError

FIRST = "0" * 64  # what the first entry of a kiosk follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact of one kiosk as it is kept and sent; `seq` counts from 1 without gaps, `body` is canonical JSON."""

    kiosk: str
    seq: int
    prev: str
    hash: str
    body: str


def digest(kiosk: str, seq: int, prev: str, body: str) -> str:
    """SHA-256 (64 hexadecimal digits) over the entry's kiosk, number, predecessor and body."""
    return hashlib.sha256(f"{kiosk}\n{seq}\n{prev}\n{body}".encode()).hexdigest()


def link(kiosk: str, seq: int, prev: str, body: str) -> Entry:
    """The entry number `seq` after the one whose hash is `prev`."""
    return Entry(kiosk=kiosk, seq=seq, prev=prev, hash=digest(kiosk, seq, prev, body), body=body)


def verify(entry: Entry, prev: str | None) -> None:
    """Raise ChainError when the entry is not what its hash says or does not follow `prev` (None: not known)."""
    if entry.hash != digest(entry.kiosk, entry.seq, entry.prev, entry.body):
        message = (
            f"record {entry.seq} of kiosk {entry.kiosk} was changed: its hash does not match its content"
        )
        raise ChainError(message)
    if prev is not None and entry.prev != prev:
        message = f"record {entry.seq} of kiosk {entry.kiosk} does not follow record {entry.seq - 1}"
        raise ChainError(message)
