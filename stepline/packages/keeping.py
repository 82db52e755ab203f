"""`stepline keys`: works on the server's data folder, also while the server runs."""

from pathlib import Path

from rich.console import Console

from content.package import fingerprint
from server.errors import Refused
from server.library.rotating import rotate as rotate_keys
from stepline.data_folder import BY, opened, say


def show(data: Path, database_url: str | None, out: Console, problems: Console) -> int:
    """Print the statement that holds."""
    try:
        with opened(data, database_url) as house:
            held, root = house.keys.trust, house.keys.root
    except Refused as refused:
        return say(problems, refused)
    out.print(f"Trust {held.version}, issued {held.issued_at:%Y-%m-%d}, until {held.expires_at:%Y-%m-%d}")
    for key in held.roots:
        out.print(f"root     {fingerprint(key)}  {'on this machine' if root else 'taken out'}")
    for place, key in enumerate(held.signing):
        out.print(f"signing  {fingerprint(key)}  {'signs' if place == 0 else 'still trusted'}")
    for keyid in held.revoked:
        out.print(f"revoked  key {keyid}")
    return 0


def rotate(
    data: Path,
    database_url: str | None,
    out: Console,
    problems: Console,
    *,
    root: Path | None,
    new_root: bool,
    compromised: bool,
) -> int:
    """Rotate and say what follows."""
    try:
        with opened(data, database_url) as house:
            made = rotate_keys(house, BY, root=root, new_root=new_root, compromised=compromised)
    except Refused as refused:
        return say(problems, refused)
    out.print(f"Trust {made.version}: signing key {fingerprint(made.signing[0])}")
    out.print("Kiosks learn it with their next look; kiosks without network with their next stick.")
    out.print("Back up the folder `keys` now.")
    if root is not None and new_root:
        out.print("The new root key is on this machine: take it out again.")
    return 0


def take_out(file: Path, data: Path, database_url: str | None, out: Console, problems: Console) -> int:
    """Move the root key to `file`."""
    try:
        with opened(data, database_url) as house:
            house.keys.take_out(file)
            until = house.keys.trust.expires_at
    except Refused as refused:
        return say(problems, refused)
    out.print(f"The root key lies in {file} and nowhere else. Keep two copies in two safes.")
    out.print(f"It is needed before {until:%Y-%m-%d}: stepline keys rotate --root FILE")
    return 0
