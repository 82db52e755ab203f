"""The server's signing key: made at the first start, kept in a file that only the server reads."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]


def signing_key(folder: Path) -> CryptoSigner:
    """The Ed25519 key in `folder`, made when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    file = folder / "release-signing.pem"
    if not file.exists():
        made = CryptoSigner.generate_ed25519()
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(made.private_bytes)
            out.flush()
            os.fsync(out.fileno())
    return CryptoSigner(load_pem_private_key(file.read_bytes(), None))  # pyright: ignore[reportArgumentType]
