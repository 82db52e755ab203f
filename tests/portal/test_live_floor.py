"""The floor follows what happens, without a reload."""

from datetime import UTC, datetime

import httpx2

PUT_OFF_HAS_RUN = """async () => {
  while (!window.htmx || document.readyState !== "interactive") await new Promise(done => setTimeout(done, 10));
  await new Promise(done => setTimeout(() => setTimeout(done)));
}"""  # whatever htmx put off until later, it has done


def _send(address: str, writer, token: str) -> None:
    entries = [{"seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body} for e in writer.taken()]
    answer = httpx2.post(
        f"{address}/api/v1/records",
        json={"entries": entries},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert answer.json()["held"] == entries[-1]["seq"]


def test_a_run_appears_on_the_floor_as_its_records_arrive(visit, served, plant_module):
    visitor = visit().sign_in("sam")
    page = visitor.page
    page.evaluate("document.body.dataset.same = 'page'")
    card = page.locator("#station-packing")
    assert "Idle" in card.inner_text()

    plant = served.plant
    writer = plant.writers["packing"]
    release = plant.releases["label-and-pack"]
    player = plant_module.Player(release, "packing", "lea", "r-live", datetime.now(UTC), writer, 4242)
    _send(served.address, writer, plant_module.token_of("packing"))
    card.get_by_text("Label and pack").wait_for()
    first, second, *_rest = release.document.steps
    assert first.title in card.inner_text()
    assert "SN004242" in card.inner_text()

    player.play(1, faults=0.0)
    _send(served.address, writer, plant_module.token_of("packing"))
    card.get_by_text(f"2. {second.title}").wait_for()
    assert "Lea Müller-Schwarzenberger" in card.inner_text()
    assert page.evaluate("document.body.dataset.same") == "page"
    assert page.locator("#live").inner_text().strip() == "Live"


def test_a_kiosks_own_report_reaches_the_floor(visit, served, plant_module):
    visitor = visit().sign_in("sam")
    status = {
        "version": "0.1.0",
        "releases": [],
        "counter": 1,
        "undelivered": 1234,
        "last_seq": 1,
        "devices": [
            {
                "name": "scanner",
                "kind": "scanner",
                "state": "lost",
                "reason": "unplugged",
                "since": datetime.now(UTC).isoformat(),
                "last": datetime.now(UTC).isoformat(),
                "taken": 4711,
                "refused": 12,
                "losses": 3,
                "returns": 2,
                "dropped": 17,
                "rate": 2.5,
                "delay": 0.31,
                "delay_99": 1.26,
            }
        ],
        "run": None,
        "time": datetime.now(UTC).isoformat(),
    }
    answer = httpx2.post(
        f"{served.address}/api/v1/kiosk/status",
        json=status,
        headers={"Authorization": f"Bearer {plant_module.token_of('assembly-2')}"},
        timeout=20,
    )
    assert answer.status_code == 200
    card = visitor.page.locator("#station-assembly-2")
    card.get_by_text("1\u202f234 undelivered").wait_for()
    assert "scanner lost" in card.inner_text()
    assert "online" in card.inner_text()
    visitor.page.goto(f"{served.address}/stations/assembly-2")
    row = visitor.page.locator("tr", has_text="unplugged")
    assert [row.locator("td").nth(place).inner_text() for place in range(2, 9)] == [
        "4\u202f711",
        "12",
        "17",
        "3",
        "2",
        "2.5",
        "0.3 / 1.3 ms",
    ]


def test_a_slow_script_does_not_leave_the_floor_dead(visit, served):
    visitor = visit().sign_in("sam")
    page = visitor.page
    held = []
    page.route("**/hx-sse.min.js", lambda route: bool(held.append(route)))
    page.goto(served.address, wait_until="commit")
    page.evaluate(PUT_OFF_HAS_RUN)
    with page.expect_response("**/floor/live"):
        held[0].continue_()


def test_a_stream_ends_with_its_session(client):
    visitor = client("sam")
    with visitor.stream("GET", "/floor/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        text = ""
        for piece in stream.iter_text():
            text += piece
            if "station-assembly-1" in text:
                break
