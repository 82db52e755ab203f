"""Another key signs from now on: the root says so, and every release that is kept is signed anew."""

from pathlib import Path

from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]
from sqlalchemy import Connection, select, update

from content import package
from content.disk import settle, write_whole
from content.trust import Trust
from server.audit import note
from server.errors import Conflict
from server.house import House
from server.keys import NEXT, ROOT, SECRET, SIGNING, load
from server.store import tables
from server.store.engine import writing

UNFINISHED = "signing-anew"  # a file beside the keys, while releases still have to be signed


def rotate(
    house: House, by: str, *, root: Path | None = None, new_root: bool = False, compromised: bool = False
) -> Trust:
    """Make a new signing key (and, with `new_root`, a new root) and sign with it from now on.

    The key before stays trusted for packages that are on their way, unless it is `compromised`: then no kiosk that
    has heard of it takes anything that was signed with it. `root` is the file that the root key was taken out to.

    Raises:
        Conflict: the root key is not here, or is another one than kiosks trust.
        Invalid: the file of the root key cannot be read.
    """
    ring, held = house.keys, house.keys.trust
    signed = _root(house, root)
    before, after = ring.signer, CryptoSigner.generate_ed25519()
    coming = CryptoSigner.generate_ed25519() if new_root else signed
    signing = (after.public_key,) if compromised else (after.public_key, before.public_key)
    gone = [key.keyid for key in held.signing if key not in signing]
    write_whole(ring.folder / (SIGNING + NEXT), after.private_bytes, SECRET)
    if new_root:
        write_whole(ring.folder / (ROOT + NEXT), coming.private_bytes, SECRET)
    (ring.folder / UNFINISHED).touch()
    signers = (signed, coming) if new_root else (signed,)
    made = ring.state((coming.public_key,), signing, (*held.revoked, *gone), *signers)
    for name in (SIGNING, ROOT) if new_root else (SIGNING,):
        (ring.folder / (name + NEXT)).replace(ring.folder / name)
    words = "the key before is revoked" if compromised else "the key before stays trusted until the next time"
    finish(house, by, f"trust {made.version}: {words}{', with a new root' if new_root else ''}")
    return made


def finish(house: House, by: str, detail: str = "after it was cut off") -> None:
    """Sign every release with the key that signs now, when that is still to be done."""
    mark = house.keys.folder / UNFINISHED
    if not mark.exists():
        return
    with writing(house.engine) as tx:
        count = _sign_anew(tx, house.keys.signer)
        note(
            tx, house.now(), by, "rotated keys", "release-signing", f"{detail}; {count} releases signed anew"
        )
    mark.unlink()
    settle(mark.parent)


def _root(house: House, file: Path | None) -> CryptoSigner:
    root = house.keys.root if file is None else load(file)
    if root is None:
        raise Conflict(
            "The root key is not on this machine.", "Bring the file that it was taken out to: --root FILE."
        )
    if root.public_key not in house.keys.trust.roots:
        raise Conflict("This is not the root key that the kiosks trust.", "Look for another file.")
    return root


def _sign_anew(tx: Connection, signer: CryptoSigner) -> int:
    r = tables.releases
    digests = tx.scalars(select(r.c.digest)).all()
    for digest in digests:
        payload = tx.execute(select(r.c.payload).where(r.c.digest == digest)).scalar_one()
        envelope = package.seal(payload.encode(), package.RELEASE_TYPE, signer)
        tx.execute(update(r).where(r.c.digest == digest).values(envelope=envelope))
    return len(digests)
