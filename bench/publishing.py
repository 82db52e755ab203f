"""Publishing: from an engineer's call to fifty kiosks, and off them again."""

import io
import json
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import httpx2
import paho.mqtt.client as paho
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from bench.crowd import DOCUMENT
from bench.measure import Measure, percentile
from server.library.assigning import assign, create_station
from server.library.publishing import publish
from server.people.roster import bootstrap
from server.serve import open_house
from server.settings import Settings
from tests.server.serving import PASSWORD, ServerProcess, approve_nothing

KIOSKS, CROWDS = 50, 2  # kiosks in all, shared out among so many processes
OTHERS = 50  # documents beside the one that changes
ROUNDS = 12
PATIENCE = 120.0  # s


def measured() -> Iterator[Measure]:
    """Every promise about publishing."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        server = furnished(Path(place))
        stack.callback(server.close)
        server.start(PASSWORD)
        admin = server.signed_in()
        approve_nothing(admin)
        crowd = Crowd(server, Path(place), stack)
        crowd.enrol(admin)
        published, withdrawn = [], []
        for number in range(2, 3 + ROUNDS):
            sent: list[str] = []
            took = crowd.timed(lambda number=number, sent=sent: sent.append(send(admin, number)), number)
            back = crowd.timed(lambda sent=sent: withdraw(admin, sent[0]), 1)
            if number > 2:  # a server that was started seconds ago loads its checker in the first round
                published += took
                withdrawn += back
        trip = percentile(list(round_trips(server.broker)), 0.99)
    for name, took in (
        (f"publish → on {KIOSKS} kiosks, p99", published),
        ("withdraw → off them, p99", withdrawn),
    ):
        value = percentile(took, 0.99)
        yield Measure(
            name=name,
            value=value,
            unit="s",
            yardstick_name="s for a broker's round trip, p99",
            yardstick=trip,
            goal="≤ 2 s",
            met=value <= 2,
        )


def document(name: str, revision: int) -> dict[str, Any]:
    """A small instruction with a picture."""
    step = {"id": "one", "title": f"Do it as in revision {revision}", "text": "Fit the part."}
    step |= {"media": [{"picture": "media/a.png", "alt": "the part"}], "checks": []}
    step["checks"] = [{"id": "done", "kind": "confirm", "prompt": "It is fitted"}]
    return {
        "id": name,
        "kind": "work-instruction",
        "title": f"Work {name}",
        "revision": revision,
        "language": "en",
        "applies_to": {"part_numbers": [f"P-{name}"]},
        "steps": [{**step, "standard_time": "20s"}],
    }


def picture(shade: int) -> bytes:
    """A picture that no other revision has."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), (shade % 256, shade * 7 % 256, 90)).save(drawn, "PNG")
    return drawn.getvalue()


def write(folder: Path, name: str, revision: int) -> Path:
    """The document's folder."""
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "a.png").write_bytes(picture(revision))
    (folder / "instruction.yaml").write_text(yaml.safe_dump(document(name, revision)), encoding="utf-8")
    return folder


def furnished(place: Path) -> ServerProcess:
    """A server with as many stations as there are kiosks, each of which holds every document."""
    house = open_house(Settings(data=place / "server"))
    bootstrap(house, PASSWORD)
    names = [DOCUMENT, *(f"other-{number}" for number in range(OTHERS))]
    digests = [publish(house, write(place / name, name, 1), "admin").digest for name in names]
    for number in range(KIOSKS):
        create_station(house, f"bench-{number}", f"Bench {number}", "Line", "Hall", "admin")
        assign(house, f"bench-{number}", digests, "admin")
    house.engine.dispose()
    return ServerProcess(place / "server")


class Crowd:
    """The kiosks' processes and what they say."""

    def __init__(self, server: ServerProcess, place: Path, stack: ExitStack) -> None:
        self._heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        each = KIOSKS // CROWDS
        for first in range(0, KIOSKS, each):
            command = [sys.executable, "-m", "bench.crowd", server.address, str(place), str(first), str(each)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stack.callback(_end, process)
            threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._heard.put(json.loads(line))

    def enrol(self, admin: httpx2.Client) -> None:
        """Let them all in, and wait until each holds its documents."""
        ready: set[str] = set()
        while len(ready) < KIOSKS:
            said = self._heard.get(timeout=PATIENCE)
            if "code" in said:
                given = {"code": said["code"], "station": said["station"]}
                admin.post("/enrolments/confirm", json=given).raise_for_status()
            elif said["revision"] == 1:
                ready.add(said["station"])

    def timed(self, move: Any, revision: int) -> list[float]:
        """Seconds from the beginning of the move until each kiosk has switched to that revision."""
        began = time.monotonic()
        move()
        took: dict[str, float] = {}
        try:
            while len(took) < KIOSKS:
                said = self._heard.get(timeout=PATIENCE)
                if said.get("revision") == revision:
                    took.setdefault(said["station"], said["at"] - began)
        except Empty:
            raise TimeoutError(
                f"only {len(took)} of {KIOSKS} kiosks switched to revision {revision}"
            ) from None
        return list(took.values())


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()


def send(admin: httpx2.Client, revision: int) -> str:
    """An engineer's pipeline sends the document; with no approval asked for, it is released at once; its digest."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("instruction.yaml", yaml.safe_dump(document(DOCUMENT, revision)))
        archive.writestr("media/a.png", picture(revision))
    upload = {"archive": ("changing.zip", packed.getvalue(), "application/zip")}
    return str(admin.post("/documents", files=upload).raise_for_status().json()["digest"])


def withdraw(admin: httpx2.Client, digest: str) -> None:
    """Take it off the floor."""
    admin.post(f"/releases/{digest}/withdraw", json={"reason": "It was wrong after all"}).raise_for_status()


def round_trips(broker: str) -> Iterator[float]:
    """Seconds from a message's publication to its arrival at another client."""
    came = threading.Event()
    address = urlsplit(broker)
    ends = [paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311) for _ in range(2)]
    for end in ends:
        end.connect(address.hostname or "127.0.0.1", address.port or 1883)
    ears, mouth = ends
    subscribed = threading.Event()
    ears.on_message = lambda *_: came.set()
    ears.on_subscribe = lambda *_: subscribed.set()
    for end in ends:
        end.loop_start()
    ears.subscribe("bench/round-trip", qos=1)
    subscribed.wait(10)
    for number in range(200):
        came.clear()
        began = time.monotonic()
        mouth.publish("bench/round-trip", str(number), qos=1)
        came.wait(10)
        yield time.monotonic() - began
    for end in ends:
        end.disconnect()
        end.loop_stop()
