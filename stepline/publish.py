"""Check documents and send them to a server as releases."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import httpx2
from rich.console import Console

from content.errors import DocumentError
from content.folder import folders, load


def check(paths: Sequence[Path], problems: Console) -> list[Path] | None:
    """Every document's folder below `paths`; None, with all findings printed, when something is wrong."""
    found = [folder for path in paths for folder in folders(path)]
    if not found:
        problems.print("no documents there: a document's folder holds instruction.yaml or sop.yaml")
        return None
    wrong = 0
    for folder in found:
        try:
            load(folder)
        except DocumentError as problem:
            wrong += len(problem.findings)
            for finding in problem.findings:
                problems.print(str(finding), markup=False)
    if wrong:
        problems.print(f"{wrong} findings; nothing was published")
        return None
    return found


def send(
    documents: Sequence[Path], server: str, login: str, password: str, out: Console, problems: Console
) -> bool:
    """Publish each document; False, with the server's words, when one was refused."""
    with httpx2.Client(base_url=f"{server.rstrip('/')}/api/v1", timeout=120, trust_env=False) as client:
        try:
            answer = client.post("/session", json={"login": login, "password": password})
            if not _accepted(answer, "sign-in", problems):
                return False
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            return all([_publish(client, folder, out, problems) for folder in documents])
        except httpx2.TransportError as problem:
            problems.print(f"{server} does not answer ({problem}); is the server running?", markup=False)
            return False


def pack(folder: Path) -> bytes:
    """A document's folder as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def _publish(client: httpx2.Client, folder: Path, out: Console, problems: Console) -> bool:
    upload = {"archive": (f"{folder.name}.zip", pack(folder), "application/zip")}
    answer = client.post("/documents", files=upload)
    if not _accepted(answer, str(folder), problems):
        return False
    released = answer.json()
    out.print(f"{released['document']} revision {released['revision']}: {released['digest'][:12]}", markup=False)
    return True


def _accepted(answer: httpx2.Response, what: str, problems: Console) -> bool:
    if answer.is_success:
        return True
    try:
        told = answer.json()
    except ValueError:
        told = {"detail": answer.text[:200]}
    problems.print(f"{what}: {told.get('detail') or told.get('title') or answer.status_code}", markup=False)
    for finding in told.get("findings", []):
        problems.print(f"  {finding.get('file')}:{finding.get('line')}: {finding.get('message')}", markup=False)
    if told.get("mend"):
        problems.print(f"  {told['mend']}", markup=False)
    return False
