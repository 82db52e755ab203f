"""Check documents and submit them to a server, which releases them when they are approved."""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from content.blocks import PLACE, folder_of
from content.errors import DocumentError, Finding
from content.folder import Document, folders, load, ungoverned_references
from content.instruction import Instruction

CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")  # of a repository's address: no business of anybody else


class Foreign(Exception):
    """An answer that no Stepline server gives, as from a network's sign-in page."""


def check(paths: Sequence[Path], problems: Console) -> list[Path] | None:
    """Every document's folder below `paths`; None, with all findings printed, when something is wrong."""
    found = []
    for path in paths:
        below = folders(path)
        if not below:
            mend = "name a folder that holds instruction.yaml or sop.yaml, or a library of such folders"
            _say(problems, f"{path}: no document there; {mend}")
            return None
        found += below
    findings: list[Finding] = []
    documents: dict[Path, Document] = {}
    for folder in found:
        try:
            documents[folder] = load(folder)
        except DocumentError as problem:
            findings += problem.findings
    several = len({document.id for document in documents.values()}) > 1  # the history of one is no library
    if several and len(documents) == len(found):
        findings += ungoverned_references(documents)
    wrong = len(findings)
    for finding in findings:
        _say(problems, str(finding))
    if wrong:
        _say(
            problems,
            "1 finding; nothing was published" if wrong == 1 else f"{wrong} findings; nothing was published",
        )
        return None
    return found


def send(
    documents: Sequence[Path],
    server: str,
    out: Console,
    problems: Console,
    *,
    login: str = "",
    password: str = "",
    token: str = "",
    comment: str = "",
    source: str = "",
) -> bool:
    """Submit each document, with a token or a login; False, with the server's words, when one was refused."""
    try:
        with httpx2.Client(base_url=f"{server.rstrip('/')}/api/v1", timeout=120, trust_env=False) as client:
            if not token:
                answer = client.post("/session", json={"login": login, "password": password})
                if not _accepted(answer, "sign-in", problems):
                    return False
                token = str(_told(answer, "token")["token"])
            client.headers["Authorization"] = f"Bearer {token}"
            told = {"comment": comment, "source": source}
            published = [_publish(client, folder, told, out, problems) for folder in documents]
            return all(published)
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
        _say(problems, f"{server!r} is no server's address; write it like http://plant-server:8080")
    except httpx2.TransportError as problem:
        _say(problems, f"{server} does not answer ({problem}); is the server running?")
    except Foreign as problem:
        _say(
            problems,
            f"{server} answers ({problem}), but not as a Stepline server does; is the address right?",
        )
    return False


AUTHORS = "%an <%ae>,%(trailers:key=Co-authored-by,valueonly,separator=%x2C)"  # who wrote it together, too


def git_source(folder: Path) -> str:
    """Where a folder stands in git, as JSON; empty where it does not."""
    found = {}
    asked = (
        ("commit", ("rev-parse", "HEAD")),
        ("author", ("log", "-1", f"--format={AUTHORS}", "--", ".")),
        ("repository", ("remote", "get-url", "origin")),
    )
    for name, words in asked:
        try:
            said = subprocess.run(
                ["git", "-C", str(folder), *words],  # noqa: S607 - whichever git there is
                capture_output=True,
                text=True,
                timeout=5,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if said.returncode == 0 and said.stdout.strip():
            found[name] = CREDENTIALS.sub("", said.stdout.strip().rstrip(","))
    return json.dumps(found) if found else ""


def pack(folder: Path) -> bytes:
    """A document's folder as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
        for block in _blocks(folder):
            for file in sorted(path for path in block.rglob("*") if path.is_file()):
                archive.write(file, Path(PLACE) / block.name / file.relative_to(block))
    return packed.getvalue()


def _blocks(folder: Path) -> list[Path]:
    """The shared blocks of the library that the document in `folder` uses and does not carry itself."""
    document = load(folder)
    used = {use.block for use in document.blocks} if isinstance(document, Instruction) else set()
    homes = [folder_of(block, folder) for block in sorted(used)]
    return [home for home in homes if home is not None and not home.is_relative_to(folder)]


def _publish(
    client: httpx2.Client, folder: Path, told: dict[str, str], out: Console, problems: Console
) -> bool:
    upload = {"archive": (f"{folder.name}.zip", pack(folder), "application/zip")}
    answer = client.post("/documents", files=upload, data=told)
    if not _accepted(answer, str(folder), problems):
        return False
    sent = _told(answer, "document", "revision", "state")
    name = f"{sent['document']} revision {sent['revision']}"
    if sent["state"] == "released":
        _say(out, f"{name}: {str(sent['digest'])[:12]}")
    else:
        page = str(client.base_url).rstrip("/").removesuffix("/api/v1") + f"/drafts/{sent['draft']}/review"
        _say(out, f"{name}: in review, {page}")
    return True


def _accepted(answer: httpx2.Response, what: str, problems: Console) -> bool:
    if answer.is_success:
        return True
    told = _told(answer)
    _say(problems, f"{what}: {told.get('detail') or told.get('title') or answer.status_code}")
    for finding in told.get("findings", []):
        _say(problems, f"  {finding.get('file')}:{finding.get('line')}: {finding.get('message')}")
    if told.get("mend"):
        _say(problems, f"  {told['mend']}")
    return False


def _told(answer: httpx2.Response, *keys: str) -> dict[str, Any]:
    """The JSON object that came, with these keys in it."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not told.keys() >= set(keys):
        raise Foreign(f"{answer.status_code} {answer.reason_phrase}")
    return told


def _say(console: Console, words: str) -> None:
    console.print(words, markup=False, highlight=False, soft_wrap=True)  # one line stays one line, for grep
