"""The server as a process: from the first start over a working day to the end, and through a kill -9."""

import contextlib
import queue
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from securesystemslib.signer import CryptoSigner

from content import chain, package
from server.serve import _listening
from server.settings import Settings
from tests.content.documents import PNG, write_instruction
from tests.server.serving import PASSWORD, ServerProcess, approve_nothing, as_batch, free_port, zipped
from tests.server.shift import GOOD, TROUBLED, Shift


class Counters:
    """What a kiosk hears on the broker."""

    def __init__(self, port: int, station: str) -> None:
        self.heard: queue.Queue[str] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.on_connect = lambda me, *_: me.subscribe(
            f"stepline/v1/stations/{station}/assignment", qos=1
        )
        self._client.on_message = lambda _me, _data, message: self.heard.put(message.payload.decode())
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def wait_for(self, counter: int) -> None:
        while self.heard.get(timeout=30) != str(counter):
            continue

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def enrolled(server: ServerProcess, admin: httpx2.Client, station: str) -> tuple[dict, httpx2.Client]:
    """A kiosk that asked, was confirmed and holds its credential."""
    kiosk = server.caller()
    key = package.public_key(CryptoSigner.generate_ed25519())
    asked = kiosk.post("/enrolments", json={"name": "kiosk-7", "public_key": key, "version": "0.1.0"}).json()
    poll = {"Authorization": f"Bearer {asked['secret']}"}
    assert kiosk.get(f"/enrolments/{asked['id']}", headers=poll).json() == {"state": "waiting"}
    assert asked["url"] == f"{server.address}/stations/enrol?code={asked['code']}"
    admin.post("/enrolments/confirm", json={"code": asked["code"], "station": station}).raise_for_status()
    found = kiosk.get(f"/enrolments/{asked['id']}", headers=poll).json()
    assert found["state"] == "confirmed"
    kiosk.headers["Authorization"] = f"Bearer {found['token']}"
    return found, kiosk


def furnished(server: ServerProcess, tmp_path: Path) -> tuple[httpx2.Client, str]:
    """An administrator, a station with a document; the document's release."""
    admin = server.signed_in()
    station = {"id": "bench-1", "name": "Bench 1", "line": "Assembly", "area": "Pumps"}
    assert admin.post("/stations", json=station).status_code == 201
    folder = tmp_path / "document"
    folder.mkdir()
    archive = zipped(write_instruction(folder))
    approve_nothing(admin)
    published = admin.post("/documents", files={"archive": ("close-pump.zip", archive, "application/zip")})
    assert published.status_code == 201, published.text
    digest = published.json()["digest"]
    assert admin.put("/stations/bench-1/assignment", json={"documents": ["close-pump"]}).json() == {
        "counter": 1
    }
    return admin, digest


def test_a_document_goes_down_to_a_kiosk_and_its_records_come_up(
    server: ServerProcess, tmp_path: Path
) -> None:
    server.start()
    admin, digest = furnished(server, tmp_path)
    counters = Counters(server.broker_port, "bench-1")
    counters.wait_for(1)  # retained: it was published before we listened
    person = {"id": "anna", "name": "Anna Berger", "role": "operator", "badge": "ANNA-1", "pin": "2468"}
    assert admin.post("/people", json=person).status_code == 201
    counters.wait_for(2)
    enrolment, kiosk = enrolled(server, admin, "bench-1")
    assert enrolment["broker"] == server.broker

    answer = kiosk.get("/kiosk/assignment")
    key = package.read_key(enrolment["server_key"])
    assignment = package.unseal(answer.content, package.ASSIGNMENT_TYPE, key)
    assert f'"digest":"{digest}"'.encode() in assignment
    assert b'"name":"Anna Berger"' in assignment
    assert b"2468" not in assignment
    assert b"ANNA-1" not in assignment
    again = kiosk.get("/kiosk/assignment", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    release = package.read_payload(
        package.unseal(kiosk.get(f"/releases/{digest}").content, package.RELEASE_TYPE, key)
    )
    assert release.digest == digest
    medium = release.media[0].digest
    assert kiosk.get(f"/media/{medium}").content == PNG
    part = kiosk.get(f"/media/{medium}", headers={"Range": "bytes=8-"})
    assert (part.status_code, part.content) == (206, PNG[8:])

    shift = Shift(kiosk=enrolment["kiosk"])
    run = shift.run(*TROUBLED)
    assert kiosk.post("/records", json=as_batch(shift.entries)).json() == {"held": len(shift.entries)}
    assert admin.get(f"/runs/{run}").json()["row"]["state"] == "completed"
    assert admin.get("/deviations", params={"kind": "wrong_code"}).json()["total"] == 1
    assert len(admin.get("/step-times", params={"document": "close-pump"}).json()["steps"]) == 3
    assert "time" in kiosk.post("/kiosk/status", json={"undelivered": 0}).json()
    counters.close()
    assert server.end() == 0


def test_a_first_start_makes_up_a_password_and_shows_it_once(server: ServerProcess) -> None:
    server.start(password=None)
    (password,) = re.findall(r"as admin with the password (\S+)", server.log.read_text())
    server.signed_in(password=password)
    server.end()
    server.start(password=None)
    assert len(re.findall("password", server.log.read_text())) == 1
    key = server.folder / "keys" / "release-signing.pem"
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_second_server_on_the_same_folder_is_refused_with_a_reason(
    server: ServerProcess, tmp_path: Path
) -> None:
    server.start()
    second = ServerProcess(tmp_path / "data")
    ended = subprocess.run(second.command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("another server works on")
    assert server.signed_in().get("/stations").status_code == 200
    elsewhere = ServerProcess(tmp_path / "other")
    elsewhere.command[-1] = str(server.broker_port)
    ended = subprocess.run(elsewhere.command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "the embedded broker cannot listen on" in ended.stderr
    assert "--broker-port" in ended.stderr


def test_it_ends_in_order_while_a_page_is_listening(server: ServerProcess) -> None:
    server.start()
    with httpx2.Client(
        base_url=server.address, follow_redirects=True, trust_env=False, timeout=30
    ) as browser:
        page = browser.get("/sign-in").text
        (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page)
        form = {"login": "admin", "password": PASSWORD, "ticket": ticket, "next": "/"}
        assert browser.post("/sign-in", data=form).status_code == 200
        with browser.stream("GET", "/floor/live") as live:
            assert live.status_code == 200
            ended = threading.Thread(target=server.end)
            ended.start()
            for _ in live.iter_raw():
                continue
            ended.join(30)
    assert server.process is not None
    assert server.process.returncode == 0


def test_kill_9_in_the_middle_of_taking_in_loses_and_doubles_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    server.start()
    admin, _ = furnished(server, tmp_path)
    enrolment, kiosk = enrolled(server, admin, "bench-1")
    shift = Shift(kiosk=enrolment["kiosk"])
    while len(shift.entries) < 3_000:
        shift.run(*(TROUBLED if shift.runs % 3 else GOOD))
    delivered = threading.Semaphore(0)
    reached: list[int] = [0]
    done = threading.Event()

    def deliver() -> None:
        while not done.is_set() and reached[0] < len(shift.entries):
            batch = shift.entries[reached[0] : reached[0] + 100]
            try:
                answer = kiosk.post("/records", json=as_batch(batch))
            except httpx2.TransportError:
                done.wait(0.02)  # the server is away; a kiosk waits too
                continue
            assert answer.status_code == 200, answer.text
            reached[0] = answer.json()["held"]
            delivered.release()
        delivered.release()

    worker = threading.Thread(target=deliver)
    worker.start()
    for _ in range(2):
        for _ in range(4):
            assert delivered.acquire(timeout=60)
        server.end(signal.SIGKILL)
        server.start()
    worker.join(60)
    done.set()
    assert reached[0] == len(shift.entries)
    server.end()
    with sqlite3.connect(server.folder / "stepline.db") as database:
        kept = database.execute("SELECT seq, prev, hash, body FROM records ORDER BY seq").fetchall()
        runs = database.execute("SELECT count(*) FROM runs").fetchone()[0]
        deviations = database.execute("SELECT count(*), sum(deviations) FROM runs, (SELECT 1)").fetchone()[1]
        rows = database.execute("SELECT count(*) FROM deviations").fetchone()[0]
        parked = database.execute("SELECT count(*) FROM parked").fetchone()[0]
    database.close()
    assert kept == [(e.seq, e.prev, e.hash, e.body) for e in shift.entries]
    assert chain.digest(shift.kiosk, *kept[-1][:2], kept[-1][3]) == kept[-1][2]
    assert (runs, deviations, parked) == (shift.runs, rows, 0)


def test_a_counter_that_grew_while_the_broker_was_away_is_said_when_it_is_back(
    tmp_path: Path, mosquitto
) -> None:
    server = ServerProcess(tmp_path / "data", broker=mosquitto.url)
    server.start()
    try:
        admin, _ = furnished(server, tmp_path)
        mosquitto.stop()
        assert admin.put("/stations/bench-1/assignment", json={"documents": []}).json() == {"counter": 2}
        mosquitto.start()
        counters = Counters(mosquitto.port, "bench-1")
        counters.wait_for(2)
        counters.close()
        assert server.end() == 0
    finally:
        server.close()


@pytest.mark.parametrize("taken", ["--port", "--broker-port"])
def test_a_first_start_that_fails_makes_no_administrator_whose_password_nobody_saw(
    tmp_path: Path, taken: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, socket.create_server(("127.0.0.1", 0)) as spare:
        ports = {"--port": spare.getsockname()[1], "--broker-port": spare.getsockname()[1]}
        spare.close()
        ports[taken] = other.getsockname()[1]
        command = [sys.executable, "-m", "stepline", "serve", "--data", str(tmp_path / "data")]
        command += [str(word) for pair in ports.items() for word in pair]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert taken in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "stepline.db")) as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (0,)


def test_a_small_answer_does_not_wait_until_its_head_was_acknowledged(tmp_path: Path) -> None:
    with (
        _listening(Settings(data=tmp_path, port=free_port())) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
