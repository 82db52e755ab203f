"""`stepline content history`: a document and all its releases as plain folders."""

import io
import zipfile
from pathlib import Path

import httpx2
from rich.console import Console

from stepline.documents.saying import plainly


def run(  # noqa: PLR0917 - what, where to, from where, as whom
    document: str, folder: Path, server: str, login: str, password: str, out: Console, problems: Console
) -> int:
    """Fetch the document's releases into `folder`; 1 when it cannot be."""
    if folder.exists() and any(folder.iterdir()):
        plainly(problems, f"{folder} is not empty; name a folder that is, or a new one")
        return 2
    try:
        with httpx2.Client(base_url=f"{server.rstrip('/')}/api/v1", timeout=120, trust_env=False) as client:
            signed = client.post("/session", json={"login": login, "password": password})
            if signed.is_success:
                headers = {"Authorization": f"Bearer {signed.json()['token']}"}
                answer = client.get(f"/documents/{document}/history", headers=headers)
            else:
                answer = signed
    except (httpx2.TransportError, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as problem:
        plainly(problems, f"{server} does not answer ({problem}); is the server running?")
        return 1
    if not answer.is_success:
        told = answer.json()
        plainly(problems, f"{told.get('detail', answer.status_code)} {told.get('mend', '')}".strip())
        return 1
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    plainly(out, f"{folder}: {len(list(folder.glob('r*')))} releases of {document}")
    return 0
