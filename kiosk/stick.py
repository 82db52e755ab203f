"""A stick in place of the network: its package goes through the same verification, and takes the records back."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]

from content import carried
from content.carried import Carried
from content.disk import write_whole
from content.errors import PackageError
from content.values import Digest
from kiosk.fetching import AssignmentRefused
from kiosk.link import LARGEST_ANSWER, Refused, Unreachable, wanted
from kiosk.pulling import Puller, quietly
from kiosk.store.errors import translated
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.trusting import Trusting
from kiosk.words import again, say

MOST, LARGEST = 1_000, 3_000_000  # entries, and characters of their bodies, in one file
BLOCK = 1024 * 1024  # bytes of a file at a time
TORN = "the stick lacks it, or was pulled out while it was written"


@dataclass(frozen=True, slots=True)
class StickPackage:
    """A package's folder as a source, like the server's link. Raises Unreachable when the stick cannot be read."""

    folder: Path

    def trust(self, after: int) -> list[bytes]:
        """The statements of trust above that version, the oldest first."""
        files = sorted((self.folder / carried.TRUST).glob("[0-9]*.json"))
        return [_read(file) for file in files if file.stem.isdigit() and int(file.stem) > after]

    def assignment(self, etag: str | None, held: bytes | None) -> tuple[bytes, str | None] | None:
        """The sealed assignment."""
        del etag, held  # whoever has pushed a stick in wants it looked at
        return _read(self.folder / carried.ASSIGNMENT), None

    def release(self, digest: Digest) -> bytes:
        """The sealed release."""
        return _read(self.folder / carried.RELEASES / f"{digest}.json")

    def media(self, digest: Digest, size: int, partial: Path, insist: Callable[[], None] = wanted) -> None:
        """Copy a file of `size` bytes into `partial`, as long as `insist` does not raise."""
        file = self.folder / carried.MEDIA / digest
        try:
            if not file.is_file() or file.stat().st_size != size:
                raise Refused(404, f"{file.name[:12]}…: {TORN}", "write the package anew")
            with file.open("rb") as source:
                blocks = iter(lambda: source.read(BLOCK), b"")
                with translated(), partial.open("wb") as target:
                    for block in blocks:
                        insist()
                        target.write(block)
        except OSError as problem:
            raise Unreachable(f"the stick cannot be read: {problem.strerror}") from None


def _read(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise Refused(404, f"{file.name}: {TORN}", "write the package anew")
        if file.stat().st_size > LARGEST_ANSWER:
            raise Refused(413, f"{file.name} is far too large", "write the package anew")
        return file.read_bytes()
    except OSError as problem:
        raise Unreachable(f"the stick cannot be read: {problem.strerror}") from None


@dataclass(slots=True)
class StickDesk:
    """Looks whether a stick is there; what it brought and took is said in `told`, what went wrong in `trouble`."""

    store: Store
    ticker: Ticker
    folder: Path
    language: str = "en"
    limit: int | None = None
    recalled: Callable[[], None] = quietly  # called when releases were withdrawn
    told: str = ""
    trouble: str = ""
    _seen: tuple[object, ...] | None = field(default=None, init=False)

    def look(self) -> bool:
        """Deal with a stick that has come, once; whether the store has switched to another assignment.

        Raises StoreError.
        """
        identity = self.store.meta.identity
        if identity is None:
            return False
        mark = self._mark(identity.station.get("id", ""))
        if mark == self._seen:
            return False
        self._seen, self.told, self.trouble = mark, "", ""
        if mark is None:
            return False
        switched = False
        parts: list[str] = []
        try:
            if mark[1] is not None:
                switched = self._take(carried.package_folder(self.folder, identity.station["id"]))
                assignment = self.store.library.assignment()
                counter = 0 if assignment is None else assignment.counter
                parts.append(say("stick_took" if switched else "stick_same", self.language, counter=counter))
            self._heed(carried.records_folder(self.folder, identity.kiosk))
            parts.append(self._give(carried.records_folder(self.folder, identity.kiosk)))
            parts.append(say("stick_out", self.language))
            self.told = " ".join(part for part in parts if part)
        except (AssignmentRefused, Refused, Unreachable, PackageError) as problem:
            self.trouble = say(
                "stick_refused", self.language, why=again(str(problem), self.language).rstrip(".")
            )
        except OSError as problem:
            self.trouble = say("stick_unwritten", self.language, why=problem.strerror or str(problem))
        self._seen = self._mark(identity.station.get("id", ""))
        return switched

    def _mark(self, station: str) -> tuple[object, ...] | None:
        """What tells this stick from another one, or from none (None): what was written to it by others."""
        try:
            top = (self.folder / carried.TOP).stat()
        except OSError as problem:
            if problem.errno in {errno.ENOENT, errno.ENOTDIR, errno.EIO}:
                return None
            raise Unreachable(f"the stick cannot be read: {problem.strerror}") from None
        identity = self.store.meta.identity
        kiosk = "" if identity is None else identity.kiosk
        files = (
            carried.package_folder(self.folder, station) / carried.ASSIGNMENT,
            carried.records_folder(self.folder, kiosk) / carried.RECEIPT,
        )
        return (top.st_dev, *(_when(file) for file in files))

    def _take(self, folder: Path) -> bool:
        source = StickPackage(folder)
        return Puller(self.store, source, self.ticker, self.limit, recalled=self.recalled).pull()

    def _heed(self, folder: Path) -> None:
        """Believe what the server says it holds, when it has signed that."""
        file = folder / carried.RECEIPT
        if not file.is_file():
            return
        identity, journal = self.store.meta.identity, self.store.journal
        assert identity is not None
        payload = Trusting(self.store).open(_read(file), carried.RECEIPT_TYPE).payload
        receipt = carried.read_receipt(payload, identity.kiosk)
        if journal.held < receipt.held <= journal.last_seq:
            journal.server_holds(receipt.held)
        for digest in set(receipt.photos) & set(journal.photos_to_deliver()):
            journal.photo_delivered(digest)
        for old in folder.glob("*-*.json"):
            last = old.stem.partition("-")[2]
            if last.isdigit() and int(last) <= journal.held:
                old.unlink()

    def _give(self, folder: Path) -> str:
        """Write what the server does not hold yet; what a person reads about it."""
        journal = self.store.journal
        photos = tuple(journal.photos_to_deliver())
        count = journal.undelivered
        if not count and not photos:
            return ""
        (folder / carried.PHOTOS).mkdir(parents=True, exist_ok=True)
        for digest in photos:
            file = folder / carried.PHOTOS / digest
            if not file.is_file():
                write_whole(file, self.store.photos.read(digest, "image/jpeg"))
        signer = self._signer()
        for batch in self._batches(photos):
            first = batch.entries[0].seq if batch.entries else 0
            last = batch.entries[-1].seq if batch.entries else 0
            write_whole(folder / f"{first}-{last}.json", carried.seal_records(batch, signer))
        return say("stick_gave", self.language, count=count)

    def _batches(self, photos: tuple[Digest, ...]) -> Iterator[Carried]:
        """What waits, in pieces; the photographs are named in the first."""
        journal = self.store.journal
        kiosk, seq = self.store.meta.kiosk, journal.held
        while (entries := journal.after(seq, MOST, LARGEST)) or photos:
            yield Carried(kiosk=kiosk, entries=tuple(entries), photos=photos)
            photos = ()
            if entries:
                seq = entries[-1].seq

    def _signer(self) -> CryptoSigner:
        pem = self.store.meta.get("private_key")
        if pem is None:
            raise PackageError("this kiosk has no key of its own to sign its records with")
        return CryptoSigner(load_pem_private_key(pem.encode(), None))  # pyright: ignore[reportArgumentType]


def _when(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
