"""The kiosk's signature under what it reports about itself."""

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]

from content import holding
from content.holding import Holding
from kiosk.store.store import Store
from kiosk.ticker import Ticker


def signer_of(store: Store) -> CryptoSigner | None:
    """The kiosk's own key; None in a store that was enrolled without one."""
    pem = store.meta.get("private_key")
    if pem is None:
        return None
    return CryptoSigner(load_pem_private_key(pem.encode(), None))  # pyright: ignore[reportArgumentType]


def report(store: Store, ticker: Ticker) -> str | None:
    """What the kiosk shows now, signed; None before it is enrolled, or without a key."""
    identity, signer = store.meta.identity, signer_of(store)
    if identity is None or signer is None:
        return None
    assignment = store.library.assignment()
    seq, head, opened = store.journal.standing()
    held = Holding(
        kiosk=identity.kiosk,
        station=assignment.station.id if assignment else identity.station["id"],
        at=ticker.now(),
        counter=assignment.counter if assignment else 0,
        heard=store.library.counter,
        issued_at=assignment.issued_at if assignment else None,
        expires_at=assignment.expires_at if assignment else None,
        releases=tuple(sorted(named.digest for named in assignment.releases)) if assignment else (),
        open=opened,
        withdrawn=tuple(sorted(assignment.withdrawn)) if assignment else (),
        numbers={named.document: named.revision for named in assignment.releases} if assignment else {},
        seq=seq,
        head=head,
    )
    return holding.sealed(held, signer)
