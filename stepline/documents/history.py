"""`stepline content history`: a document and all its releases as plain folders, out of a server and into another."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from content import history
from content.errors import DocumentError
from stepline.documents.saying import counted, plainly


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server, and as whom one signs in there."""

    address: str
    login: str
    password: str


class _Refused(Exception):
    """What the server said."""


def fetch(document: str, folder: Path, server: Server, out: Console, problems: Console) -> int:
    """Fetch the document's releases into `folder`; 1 when it cannot be."""
    if folder.exists() and any(folder.iterdir()):
        plainly(problems, f"{folder} is not empty; name a folder that is, or a new one")
        return 2
    answer = _asked(server, "GET", document, problems)
    if answer is None:
        return 1
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    plainly(out, f"{folder}: {counted(len(list(folder.glob('r*'))), 'release')} of {document}")
    return 0


def bring(  # noqa: PLR0917 - what, from where, to where, why
    document: str, folder: Path, because: str, server: Server, out: Console, problems: Console
) -> int:
    """Take the history in `folder` to a server that has none of the document; 1 when it cannot be."""
    try:
        history.read(folder)
    except (DocumentError, OSError) as problem:
        for line in map(str, problem.findings) if isinstance(problem, DocumentError) else [str(problem)]:
            plainly(problems, line)
        return 1
    upload = {"archive": (f"{document}.zip", _packed(folder), "application/zip")}
    answer = _asked(server, "POST", document, problems, files=upload, data={"because": because})
    if answer is None:
        return 1
    brought = answer.json()["revisions"]
    plainly(
        out,
        f"{document}: {counted(len(brought), 'release')}, r{brought[0]} to r{brought[-1]}, as their history tells",
    )
    return 0


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def _asked(
    server: Server, method: str, document: str, problems: Console, **sent: Any
) -> httpx2.Response | None:
    """The server's answer about the document's history; None, with the reason told, when it gives none."""
    address = server.address.rstrip("/")
    try:
        with httpx2.Client(base_url=f"{address}/api/v1", timeout=120, trust_env=False) as client:
            signed = client.post("/session", json={"login": server.login, "password": server.password})
            _insist(signed)
            headers = {"Authorization": f"Bearer {signed.json()['token']}"}
            answer = client.request(method, f"/documents/{document}/history", headers=headers, **sent)
            _insist(answer)
    except (httpx2.TransportError, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as problem:
        plainly(problems, f"{server.address} does not answer ({problem}); is the server running?")
    except (ValueError, KeyError, TypeError):
        plainly(
            problems, f"{server.address} answers, but not as a Stepline server does; is the address right?"
        )
    except _Refused as problem:
        plainly(problems, str(problem))
    else:
        return answer
    return None


def _insist(answer: httpx2.Response) -> None:
    if not answer.is_success:
        told = answer.json()
        raise _Refused(f"{told.get('detail', answer.status_code)} {told.get('mend', '')}".strip())
