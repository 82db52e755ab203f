"""The server's keys: one that signs releases, a root that says which one that is, and what the root has said.

keys/release-signing.pem    signs releases and assignments
keys/root.pem               signs the statements of trust; may be taken off the machine
keys/trust-0001.json …      the statements, the newest of which holds
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]

from content import trust
from content.disk import write_whole
from content.trust import Trust
from server.errors import Conflict, Invalid

SIGNING, ROOT = "release-signing.pem", "root.pem"
NEXT = ".next"  # ends the name of a key that a rotation has made and not yet put into use
SECRET = 0o600  # who may read a key
HOLDS = timedelta(days=1_095)  # that a statement of trust holds; it is renewed while a third of it is left


class Keyring:
    """The keys in their folder. Another process may rotate them: every use looks at the disk."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Make what is missing in `folder`, and finish a rotation that was cut off."""
        self.folder = folder
        self._now = now
        self._read: tuple[tuple[int, int], CryptoSigner] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._finish()
        if not (folder / SIGNING).exists():
            write_whole(folder / SIGNING, CryptoSigner.generate_ed25519().private_bytes, SECRET)
        if not self._files():
            self._begin()

    @property
    def signer(self) -> CryptoSigner:
        """The key that signs now."""
        file = self.folder / SIGNING
        found = file.stat()
        mark = (found.st_ino, found.st_mtime_ns)
        if self._read is None or self._read[0] != mark:
            self._read = (mark, load(file))
        return self._read[1]

    @property
    def root(self) -> CryptoSigner | None:
        """The root key; None when it was taken off this machine."""
        file = self.folder / ROOT
        return load(file) if file.exists() else None

    @property
    def trust(self) -> Trust:
        """The statement that holds."""
        return trust.read(self._files()[-1].read_bytes())

    def statements(self, after: int = 0) -> list[bytes]:
        """The signed statements above version `after`, the oldest first."""
        return [file.read_bytes() for file in self._files() if _version(file) > after]

    def renew(self) -> bool:
        """Say the same anew when no more than a third of its time is left; whether that was done."""
        held, root = self.trust, self.root
        if root is None or held.expires_at - self._now() > (held.expires_at - held.issued_at) / 3:
            return False
        self.state(held.roots, held.signing, held.revoked, root)
        return True

    def state(
        self,
        roots: tuple,
        signing: tuple,
        revoked: tuple[str, ...],
        *signers: CryptoSigner,
    ) -> Trust:
        """Make and keep the next statement; it holds as soon as this returns."""
        files, now = self._files(), self._now()
        made = Trust(
            version=_version(files[-1]) + 1 if files else 1,
            issued_at=now,
            expires_at=now + HOLDS,
            roots=roots,
            signing=signing,
            revoked=revoked,
        )
        write_whole(self.folder / f"trust-{made.version:04}.json", trust.seal(made, *signers), SECRET)
        return made

    def take_out(self, file: Path) -> None:
        """Move the root key to `file`. Raises Conflict when it is not here, Invalid when `file` cannot be."""
        root = self.folder / ROOT
        if not root.exists():
            raise Conflict(
                "The root key was taken off this machine already.", "It lies where it was put then."
            )
        if file.exists():
            raise Invalid(f"{file} is there already", "name a file that is not")
        try:
            write_whole(file, root.read_bytes(), SECRET)
        except OSError as problem:
            raise Invalid(f"{file} cannot be written: {problem.strerror}", "name another place") from None
        if load(file).public_key != load(root).public_key:
            raise Invalid(f"{file} does not hold what was written to it", "name another place")
        root.unlink()

    def _begin(self) -> None:
        """The first statement: the signing key signs it too, for kiosks that were enrolled before there was a root."""
        root = CryptoSigner.generate_ed25519()
        write_whole(self.folder / ROOT, root.private_bytes, SECRET)
        self.state((root.public_key,), (self.signer.public_key,), (), root, self.signer)

    def _finish(self) -> None:
        """Put the keys of a rotation into use whose statement was made, and forget those of one that was not."""
        files = self._files()
        for name in (SIGNING, ROOT):
            waiting = self.folder / (name + NEXT)
            if not waiting.exists():
                continue
            held = trust.read(files[-1].read_bytes())
            stated = held.signing if name == SIGNING else held.roots
            if load(waiting).public_key in stated:
                waiting.replace(self.folder / name)
            else:
                waiting.unlink()

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("trust-*.json"), key=_version)


def _version(file: Path) -> int:
    return int(file.stem.removeprefix("trust-"))


def load(file: Path) -> CryptoSigner:
    """The private key in `file`; raises Invalid."""
    try:
        return CryptoSigner(load_pem_private_key(file.read_bytes(), None))  # pyright: ignore[reportArgumentType]
    except (OSError, ValueError, TypeError) as problem:
        raise Invalid(
            f"{file} holds no private key: {problem}", "name the file that it was taken out to"
        ) from None
