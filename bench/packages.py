"""Packages on their way to a kiosk: bytes of a one-picture change, and a first synchronisation beside a download."""

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
from securesystemslib.signer import CryptoSigner

from bench.documents import document
from bench.measure import Measure
from content import package
from content.writing import spell
from kiosk.fetching import CONNECTIONS
from kiosk.link import Link
from kiosk.pulling import Puller
from kiosk.store.meta import Identity
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from server.house import House
from server.library import assigning, publishing
from server.people import enrolment
from server.serve import open_house
from server.settings import Settings
from tests.kiosk.liar import Liar
from tests.server.serving import ServerProcess

PICTURES = 8  # of a document
SHORT, LONG = (60, 512 * 1024), (500, 512 * 1024)  # documents, and bytes of a picture: 250 MB and 2 GB
BLOCK = 64 * 1024  # bytes


def measured(*, long: bool = False) -> Iterator[Measure]:
    """Every promise about packages; `long` is the size that the promise names."""
    many, size = LONG if long else SHORT
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        house = open_house(Settings(data=folder / "server", broker_url="mqtt://127.0.0.1:1"))
        assigning.create_station(house, "bench", "Bench", "", "", "bench")
        releases = [publish(house, folder, f"doc-{number}", size) for number in range(many)]
        assigning.assign(house, "bench", releases, "bench")
        identity = enrolled(house)
        server = ServerProcess(folder / "server", broker="mqtt://127.0.0.1:1")
        server.start()
        try:
            yield from _first(server.address, identity, folder, many * PICTURES * size, many)
            yield _changed(server.address, identity, folder, house, releases, size)
        finally:
            server.close()
            house.engine.dispose()


def publish(house: House, folder: Path, name: str, size: int, revision: int = 1) -> str:
    """A release with pictures that nothing can compress, of which another revision changes the last; its digest."""
    place = folder / "documents" / name
    (place / "media").mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {**document(name, PICTURES), "revision": revision}
    for number, step in enumerate(values["steps"]):
        file = place / "media" / f"{number}.png"
        if revision == 1 or number == PICTURES - 1:
            file.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(size - 8))
        step["media"] = [{"picture": f"media/{number}.png", "alt": "the part"}]
    (place / "instruction.yaml").write_text(spell(values), encoding="utf-8")
    return publishing.publish(house, place, "bench").digest


def enrolled(house: House) -> Identity:
    """A kiosk that an administrator has confirmed."""
    asked = enrolment.ask(house, "bench", package.public_key(CryptoSigner.generate_ed25519()))
    enrolment.confirm(house, asked.code, "bench", "bench")
    answer = enrolment.poll(house, asked.id, asked.secret, "")
    return Identity(
        kiosk=answer["kiosk"],
        token=answer["token"],
        server_key=answer["server_key"],
        station=answer["station"],
        broker=None,
    )


def _first(address: str, identity: Identity, folder: Path, total: int, many: int) -> Iterator[Measure]:
    """Everything fetched, verified and on the disk, beside the same bytes fetched and left at that."""
    wanted = house_media(folder)
    plain = _download(address, identity.token, wanted, folder / "plain", 1)
    with Store.open(folder / "kiosk") as store:
        store.meta.enrol(identity)
        link = Link(address, identity.token)
        began = time.perf_counter()
        assert Puller(store, link, Ticker()).pull()
        took = time.perf_counter() - began
        assert len(store.library.current()) == many
        link.close()
    together = _download(address, identity.token, wanted, folder / "together", CONNECTIONS)
    for name, yardstick in (("one connection", plain), (f"{CONNECTIONS} connections", together)):
        yield Measure(
            name=f"first synchronisation of {many} documents, {total / 1e6:,.0f} MB",
            value=total / took / 1e6,
            unit="MB/s",
            yardstick_name=f"MB/s plain download, {name}",
            yardstick=total / yardstick / 1e6,
            goal="≥ 0.7x",
            met=took <= yardstick / 0.7,
        )


def house_media(folder: Path) -> list[str]:
    """The digests of all files that the server holds."""
    return sorted(file.name for file in (folder / "server" / "media").glob("*/*/*"))


def _download(address: str, token: str, digests: list[str], folder: Path, connections: int) -> float:
    """Seconds to write these files as they come."""
    folder.mkdir()
    with httpx2.Client(
        base_url=f"{address}/api/v1/media",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    ) as client:

        def fetch(digest: str) -> None:
            with client.stream("GET", f"/{digest}") as answer, (folder / digest).open("wb") as out:
                answer.raise_for_status()
                for block in answer.iter_bytes():
                    out.write(block)

        began = time.perf_counter()
        with ThreadPoolExecutor(connections) as pool:
            list(pool.map(fetch, digests))
        took = time.perf_counter() - began
    for file in folder.iterdir():
        file.unlink()
    return took


def _changed(  # noqa: PLR0917 - who fetches what from where
    address: str, identity: Identity, folder: Path, house: House, releases: list[str], size: int
) -> Measure:
    """Bytes that come when one picture of one document has changed, counted between kiosk and server."""
    counted = Liar(address)
    with Store.open(folder / "kiosk") as store:
        link = Link(counted.url, identity.token)
        assigning.touch_all(house)
        puller = Puller(store, link, Ticker())
        puller.pull()
        releases[0] = publish(house, folder, "doc-0", size, revision=2)
        assigning.assign(house, "bench", releases, "bench")
        before = counted.sent
        assert puller.pull()
        came = counted.sent - before
        link.close()
    counted.close()
    return Measure(
        name=f"bytes of a one-picture change among {len(releases)} documents",
        value=came,
        unit="bytes",
        yardstick_name="bytes of the picture",
        yardstick=size,
        goal="≤ 1.1x + 16 KiB",
        met=came <= 1.1 * size + 16 * 1024,
    )
