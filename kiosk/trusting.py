"""Whose signatures this kiosk accepts: what the root key has said, or, before that, the key it was enrolled with."""

from collections.abc import Sequence
from dataclasses import dataclass

from securesystemslib.signer import SSlibKey  # pyright: ignore[reportPrivateImportUsage]

from content import package, trust
from content.package import Opened
from content.trust import Trust
from kiosk.store.store import Store

KEPT = "trust"  # the name under which the statement that holds is kept


@dataclass(frozen=True, slots=True)
class Trusting:
    """Reads and keeps the statement of trust; a kiosk has one as soon as its server has a root key."""

    store: Store

    @property
    def held(self) -> Trust | None:
        """The statement that holds; None while only the server's signing key is known."""
        kept = self.store.meta.get(KEPT)
        return None if kept is None else trust.read(kept.encode())

    @property
    def signers(self) -> set[str]:
        """The identifiers of the keys that may sign now."""
        held = self.held
        return {self._enrolled.keyid} if held is None else {key.keyid for key in held.signing}

    def learn(self, statements: Sequence[bytes]) -> None:
        """Follow the root's statements, the oldest first, and keep the newest.

        Raises:
            PackageError: one of them is not signed by a root that is trusted; what was held stays.
            StoreError: it could not be kept.
        """
        held = self.held
        for statement in statements:
            after = trust.extend(held, (statement,), self._enrolled)
            if after is not held:
                self.store.meta.put(**{KEPT: statement.decode()})
                held = after

    def open(self, envelope: bytes, kind: str) -> Opened:
        """What a trusted key has signed; raises PackageError."""
        held = self.held
        if held is None:
            return package.open_sealed(envelope, kind, (self._enrolled,))
        return package.open_sealed(envelope, kind, held.signing, held.revoked)

    @property
    def _enrolled(self) -> SSlibKey:
        identity = self.store.meta.identity
        assert identity is not None
        return package.read_key(identity.server_key)
