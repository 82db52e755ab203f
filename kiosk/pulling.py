"""Bringing the store to the station's assignment: fetch what is missing, prove all of it, switch at once."""

from dataclasses import dataclass

from securesystemslib.signer import SSlibKey  # pyright: ignore[reportPrivateImportUsage]

from content import package
from content.errors import PackageError
from content.package import Release
from content.values import Digest
from kiosk.assignment import Assignment
from kiosk.link import Link, Refused
from kiosk.store.store import Store


class AssignmentRefused(Exception):
    """An assignment or one of its releases was not taken; said to a person. What was in use stays so."""


@dataclass(slots=True)
class Puller:
    """Fetches and verifies. Used on the sync's thread only."""

    store: Store
    link: Link
    key: SSlibKey
    _etag: str | None = None

    def pull(self) -> bool:
        """Look at the assignment; whether the store has switched to a new one.

        Raises:
            AssignmentRefused: older, foreign or changed; said to a person.
            LinkError, StoreError: as they come; the next pull goes on where this one ended.
        """
        answer = self.link.assignment(self._etag)
        if answer is None:
            return False
        envelope, etag = answer
        try:
            payload = package.unseal(envelope, package.ASSIGNMENT_TYPE, self.key)
            assignment = Assignment.read(payload)
        except PackageError as problem:
            raise AssignmentRefused(f"The station's assignment was not taken: {problem}.") from None
        current = self.store.library.assignment()
        self._insist(assignment, current)
        if current is not None and assignment == current:
            self._etag = etag
            return False
        held = self.store.library.held()
        for named in assignment.releases:
            if named.digest not in held:
                self._fetch(named.digest, named.title)
        self._fetch_lost_media(assignment)
        self.store.library.adopt(assignment, payload)
        self._etag = etag
        return True

    def _insist(self, assignment: Assignment, current: Assignment | None) -> None:
        identity = self.store.meta.identity
        ours = identity.station.get("id") if identity else None
        if assignment.station.id != ours:
            raise AssignmentRefused(
                f"The server sent the assignment of station {assignment.station.id}, "
                f"but this kiosk stands at {ours}. It was not taken; "
                "an administrator checks the kiosk in the portal."
            )
        if current is not None and assignment.counter < current.counter:
            raise AssignmentRefused(
                f"The server sent an older assignment ({assignment.counter}) "
                f"than the one in use ({current.counter}). It was not taken; "
                "an engineer assigns the documents again."
            )

    def _fetch(self, digest: Digest, title: str) -> None:
        try:
            envelope = self.link.release(digest)
            payload = package.unseal(envelope, package.RELEASE_TYPE, self.key)
            release = _the_one(payload, digest)
            self._fetch_media(release)
        except PackageError as problem:
            raise AssignmentRefused(
                f"“{title}” was not taken: {problem}. The documents in use stay."
            ) from None
        except Refused as problem:
            raise AssignmentRefused(f"“{title}” could not be fetched: {problem}") from None
        self.store.library.add(release, envelope, payload)

    def _fetch_media(self, release: Release) -> None:
        media = self.store.media
        for file in release.media:
            if not media.has(file.digest, file.type, file.size):
                self.link.media(file.digest, file.size, media.partial(file.digest))
                media.accept(file.digest, file.type)

    def _fetch_lost_media(self, assignment: Assignment) -> None:
        """Files of releases that were here before, and that somebody or something has removed since."""
        for named in assignment.releases:
            release = self.store.library.release(named.digest)
            if release is None:
                raise AssignmentRefused(f"“{named.title}” is not readable here; it is fetched again")
            try:
                self._fetch_media(release)
            except PackageError as problem:
                raise AssignmentRefused(f"“{named.title}”: {problem}") from None


def _the_one(payload: bytes, digest: Digest) -> Release:
    if package.digest_of(payload) != digest:
        raise PackageError("it is another release than the one that is assigned")
    return package.read_payload(payload)
