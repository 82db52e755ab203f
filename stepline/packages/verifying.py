"""`stepline verify`: a package checked without a server, by the same code that a kiosk checks it with."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from content import carried, holding, package, trust
from content.errors import PackageError
from content.package import Release
from content.trust import TRUST_TYPE, Trust
from content.values import Digest
from kiosk.assignment import Assignment, Named

ORDER, WRONG, WHOSE = 0, 1, 3  # exit codes; 2 is that of a command that was not understood


@dataclass(slots=True)
class Report:
    """What was found, as lines for a person; `anchors` are what it was held against, on the caller's word."""

    anchors: int = 0
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Something that is so."""
        self.lines.append(line)

    def blame(self, where: Path, why: object) -> None:
        """Something that is wrong, and where."""
        self.wrong.append(f"{where}: {why}")


def run(path: Path, trusted: Path | None, fingerprint: str, out: Console, problems: Console) -> int:
    """Verify what lies at `path` and print it.

    0 when all of it is in order, 1 when something is wrong, 3 when it is whole, but anybody may have made it.
    """
    report = Report(anchors=(trusted is not None) + bool(fingerprint.strip()))
    try:
        folders = list(_packages(path))
        if path.is_dir() and not folders:
            report.blame(
                path, f"no package lies here; one has {carried.ASSIGNMENT} and the folder {carried.TRUST}"
            )
        elif path.is_dir():
            for folder in folders:
                _verify_folder(folder, trusted, fingerprint, report)
        else:
            _verify_file(path, trusted, fingerprint, report)
    except OSError as problem:
        report.blame(path, problem.strerror)
    for line in report.lines:
        out.print(line)
    for line in report.wrong:
        problems.print(line)
    if report.wrong:
        return WRONG
    if not report.anchors:
        problems.print("It is intact, but not proved whose: give --fingerprint or --trust.")
        return WHOSE
    out.print("Everything is in order.")
    return ORDER


def _packages(path: Path) -> Iterator[Path]:
    for folder in (path, *sorted((path / carried.TOP / carried.STATIONS).glob("*"))):
        if (folder / carried.TRUST).is_dir() or (folder / carried.ASSIGNMENT).is_file():
            yield folder


def _verify_folder(folder: Path, trusted: Path | None, fingerprint: str, report: Report) -> None:
    held = _trust(sorted((folder / carried.TRUST).glob("*.json")), folder, trusted, fingerprint, report)
    if held is None:
        return
    file = folder / carried.ASSIGNMENT
    assignment = _assignment(file, held, report)
    if assignment is None:
        return
    for named in assignment.releases:
        _verify_release(folder, named, held, report)


def _verify_file(file: Path, trusted: Path | None, fingerprint: str, report: Report) -> None:
    """One file of a package, by the statements beside it or by one that is given; or a kiosk's proof."""
    if (proof := _proof(file)) is not None:
        _verify_proof(file, proof, fingerprint, report)
        return
    try:
        kind = package.kind_of(file.read_bytes())
    except PackageError as problem:
        report.blame(file, problem)
        return
    if kind == TRUST_TYPE:
        _trust([file], file, trusted, fingerprint, report)
        return
    folder = file.parent.parent if kind == package.RELEASE_TYPE else file.parent
    held = _trust(sorted((folder / carried.TRUST).glob("*.json")), file, trusted, fingerprint, report)
    if held is None:
        return
    if kind == package.ASSIGNMENT_TYPE:
        _assignment(file, held, report)
    elif kind == package.RELEASE_TYPE:
        release = _release(file, held, report)
        if release is not None:
            report.say(
                f"release {release.document.id} revision {release.document.revision}, {release.digest}"
            )
    else:
        report.blame(file, f"it holds {kind}, which only its receiver can check")


def _proof(file: Path) -> dict[str, Any] | None:
    """What the file says when it is a proof from the fleet page."""
    try:
        values: object = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and {"report", "public_key"} <= values.keys() else None


def _verify_proof(file: Path, proof: dict[str, Any], fingerprint: str, report: Report) -> None:
    try:
        held = holding.check(proof)
        key = package.fingerprint(package.read_key(proof["public_key"]))
    except PackageError as problem:
        report.blame(file, problem)
        return
    if fingerprint.strip() and _plain(fingerprint) != _plain(key):
        report.blame(file, f"the kiosk's key is {key}, not the one that was named with --fingerprint")
        return
    report.anchors = int(bool(fingerprint.strip()))  # a root's statement says nothing about a kiosk's key
    report.say(f"kiosk {held.kiosk} at station {held.station} signed at {held.at:%Y-%m-%d %H:%M:%S} UTC")
    report.say(f"signed by {key}")
    if not fingerprint.strip():
        report.say("Compare that with the kiosk's key in another proof of it that you believe.")
    report.say(
        f"assignment {held.counter}; its record had {held.seq} entries, the last with hash {held.head}"
    )
    if held.expires_at is not None:
        report.say(f"its documents held until {held.expires_at:%Y-%m-%d %H:%M} UTC")
    for digest in held.releases:
        report.say(f"it showed release {digest}")
    for digest in held.open:
        report.say(f"a run was open on release {digest}")


def _trust(
    files: list[Path], where: Path, trusted: Path | None, fingerprint: str, report: Report
) -> Trust | None:
    """The statement that holds, followed from what is believed already; None when it cannot be believed."""
    try:
        held = None if trusted is None else trust.anchor(trusted.read_bytes())
    except PackageError as problem:
        report.blame(trusted or where, problem)
        return None
    wanted = _plain(fingerprint)
    known = not wanted
    for file in files:
        try:
            held = trust.extend(held, (file.read_bytes(),)) or held
        except PackageError as problem:
            report.blame(file, problem)
            return None
        known = known or _names(held, wanted)
    known = known or _names(held, wanted)
    if held is None:
        report.blame(where, "no statement of trust lies beside it; give one with --trust FILE")
        return None
    roots = ", ".join(package.fingerprint(key) for key in held.roots)
    if not known:
        report.blame(where, f"its root key is {roots}, not the one that was named with --fingerprint")
        return None
    report.say(f"trust {held.version}, until {held.expires_at:%Y-%m-%d}, root key {roots}")
    if trusted is None and not wanted:
        report.say("Compare the root key's fingerprint with what `stepline keys show` prints at the server.")
    if held.expires_at <= datetime.now(UTC):
        report.blame(where, f"the root has vouched for its keys until {held.expires_at:%Y-%m-%d} only")
    return held


def _names(held: Trust | None, wanted: str) -> bool:
    return held is not None and any(_plain(package.fingerprint(key)) == wanted for key in held.roots)


def _plain(fingerprint: str) -> str:
    """A fingerprint as it is compared, however it was typed."""
    return fingerprint.replace(" ", "").lower()


def _assignment(file: Path, held: Trust, report: Report) -> Assignment | None:
    try:
        opened = package.open_sealed(file.read_bytes(), package.ASSIGNMENT_TYPE, held.signing, held.revoked)
        assignment = Assignment.read(opened.payload)
    except (OSError, PackageError) as problem:
        report.blame(file, problem)
        return None
    signer = next(key for key in held.signing if key.keyid == opened.keyid)
    report.say(
        f"assignment {assignment.counter} of station {assignment.station.id} ({assignment.station.name}), "
        f"{len(assignment.releases)} releases"
    )
    report.say(f"signed by {package.fingerprint(signer)}")
    if assignment.expires_at is not None:
        report.say(f"valid until {assignment.expires_at:%Y-%m-%d %H:%M} UTC")
        if assignment.expires_at <= datetime.now(UTC):
            report.blame(file, f"it has held until {assignment.expires_at:%Y-%m-%d %H:%M} UTC")
    return assignment


def _verify_release(folder: Path, named: Named, held: Trust, report: Report) -> None:
    file = folder / carried.RELEASES / f"{named.digest}.json"
    release = _release(file, held, report)
    if release is None:
        return
    if release.digest != named.digest:
        report.blame(file, f"it is another release than the one that is assigned as “{named.title}”")
        return
    report.say(f"release {named.document} revision {named.revision}, “{named.title}”")
    for medium in release.media:
        found = folder / carried.MEDIA / medium.digest
        if not found.is_file():
            report.blame(found, f"missing: {medium.path} of “{named.title}”")
        elif found.stat().st_size != medium.size or _digest(found) != medium.digest:
            report.blame(found, f"changed: {medium.path} of “{named.title}”")


def _release(file: Path, held: Trust, report: Report) -> Release | None:
    try:
        opened = package.open_sealed(file.read_bytes(), package.RELEASE_TYPE, held.signing, held.revoked)
        return package.read_payload(opened.payload)
    except OSError:
        report.blame(file, "missing")
    except PackageError as problem:
        report.blame(file, problem)
    return None


def _digest(file: Path) -> Digest:
    with file.open("rb") as stream:
        return Digest(hashlib.file_digest(stream, "sha256").hexdigest())
