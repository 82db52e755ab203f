"""The plant's office: what an administrator and an engineer do over the API before the first shift."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx2

from content.folder import Document, folders, load
from content.instruction import Instruction
from stepline.demo.plant import OFFICE, PASSWORD, PEOPLE, STATIONS, Bench, Plant
from stepline.demo.watch import GLANCE, KioskRecord
from stepline.publish import pack

AUTHOR, SIGNERS = "emil", ("admin", "sofia")  # who writes never signs
PATIENCE = 60  # seconds for a process to come up
LINE = "build-gear-pump"  # the procedure whose instructions the benches carry out


def built_here(document: Document) -> bool:
    """Whether the benches of the demonstration do it: they build pumps; returned ones are serviced elsewhere."""
    return isinstance(document, Instruction) and LINE in document.governed_by


class Office:
    """An administrator's session with the server."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._others: dict[str, httpx2.Client] = {}
        self._client = httpx2.Client(base_url=f"{plant.server_url}/api/v1", timeout=60, trust_env=False)

    def open(self) -> None:
        """Wait for the server and sign in; raises TimeoutError when it does not come up."""
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or not self._plant.server.alive():
                raise TimeoutError(f"the server did not start; see {self._plant.server.log}")
            time.sleep(GLANCE)
        token = self._post("/session", {"login": "admin", "password": PASSWORD})["token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def furnish(self, library: Path) -> None:
        """Make stations and people, publish every document and assign the instructions to every station."""
        for identifier, name, line, area in STATIONS:
            self._post("/stations", {"id": identifier, "name": name, "line": line, "area": area})
        for identifier, name, badge, pin in PEOPLE:
            self._post(
                "/people", {"id": identifier, "name": name, "role": "operator", "badge": badge, "pin": pin}
            )
        for login, name, role in OFFICE:
            self._post(
                "/people", {"id": login, "name": name, "role": role, "login": login, "password": PASSWORD}
            )
        published = {self.publish(folder): load(folder) for folder in folders(library)}
        documents = [name for name, document in published.items() if built_here(document)]
        for station, *_ in STATIONS:
            answer = self._client.put(f"/stations/{station}/assignment", json={"documents": documents})
            answer.raise_for_status()
        self._plant.furnished.touch()

    def publish(self, folder: Path, **terms: Any) -> str:
        """Publish a document's folder as its rules want it: an engineer submits, others sign, it is released."""
        upload = {"archive": (f"{folder.name}.zip", pack(folder), "application/zip")}
        answer = self._as(AUTHOR).post("/documents", files=upload)
        answer.raise_for_status()
        sent = answer.json()
        if sent["state"] != "released":
            self._sign(str(sent["draft"]))
            self._post(f"/drafts/{sent['draft']}/release", terms)
        return str(sent["document"])

    def advance(self, digest: str) -> None:
        """Let a staged release go on to the next stations."""
        self._client.post(f"/releases/{digest}/advance").raise_for_status()

    def withdraw(self, digest: str, reason: str) -> None:
        """Take a release off the floor."""
        self._client.post(f"/releases/{digest}/withdraw", json={"reason": reason}).raise_for_status()

    def _sign(self, draft: str) -> None:
        """Whoever has to sign does, one after the other."""
        for login in SIGNERS:
            client = self._as(login)
            review = client.get(f"/drafts/{draft}/review").json()
            if not review["missing"]:
                return
            given = {"meaning": "I have reviewed the content and it is right", "password": PASSWORD}
            given["content"] = review["content"]
            client.post(f"/drafts/{draft}/signatures", json=given).raise_for_status()

    def _as(self, login: str) -> httpx2.Client:
        """Somebody else's session."""
        if login not in self._others:
            client = httpx2.Client(base_url=self._client.base_url, timeout=60, trust_env=False)
            token = client.post("/session", json={"login": login, "password": PASSWORD}).json()["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            self._others[login] = client
        return self._others[login]

    def enrol(self, bench: Bench) -> None:
        """Confirm the kiosk's code, as an administrator would in the portal, and wait until it holds its documents."""
        code = self._code_of(bench)
        self._post("/enrolments/confirm", {"code": code, "station": bench.station})
        wanted = sum(built_here(load(folder)) for folder in folders(self._library()))
        deadline = time.monotonic() + PATIENCE
        while releases_on(bench.data / "kiosk.db") < wanted:
            if time.monotonic() > deadline or not bench.kiosk.alive():
                raise TimeoutError(f"{bench.station} did not get its documents; see {bench.kiosk.log}")
            time.sleep(GLANCE)
        KioskRecord(bench.data / "kiosk.db").look()

    def _library(self) -> Path:
        return Path(__file__).resolve().parents[2] / "content" / "library"

    def _code_of(self, bench: Bench) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            waiting = self._client.get("/enrolments").json()
            for enrolment in waiting["enrolments"]:
                if enrolment["name"] == bench.station and enrolment["state"] == "waiting":
                    return str(enrolment["code"])
            if time.monotonic() > deadline or not bench.kiosk.alive():
                raise TimeoutError(f"{bench.station} did not ask to be enrolled; see {bench.kiosk.log}")
            time.sleep(GLANCE)

    def _answers(self) -> bool:
        try:
            return self._client.get("/health").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def _post(self, path: str, values: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(path, json=values)
        answer.raise_for_status()
        return answer.json()


def releases_on(store: Path) -> int:
    """How many releases a kiosk's store holds complete."""
    if not store.is_file():
        return 0
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5) as database:
            return database.execute("SELECT count(*) FROM releases WHERE active").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def is_enrolled(bench: Bench) -> bool:
    """Whether the bench's kiosk was let into the plant."""
    store = bench.data / "kiosk.db"
    if not store.is_file():
        return False
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5) as database:
            return database.execute("SELECT 1 FROM meta WHERE key = 'kiosk'").fetchone() is not None
    except sqlite3.OperationalError:
        return False
