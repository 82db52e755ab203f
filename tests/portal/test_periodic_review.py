"""Periodic review in real browsers: the calendar, the signed outcome, the number in the menu, the feed."""

from datetime import timedelta

import pytest
from sqlalchemy import update


@pytest.fixture(scope="module")
def late(plant_module, tmp_path_factory):
    """A plant in which one procedure was released more than a year ago."""
    from server.store import tables
    from server.store.engine import writing
    from tests.portal import conftest

    data = tmp_path_factory.mktemp("late")
    plant = plant_module.build(data / "data", runs=2, days=1)
    released = {"released_at": plant.house.now() - timedelta(days=400)}
    with writing(plant.house.engine) as tx:
        r = tables.releases
        tx.execute(update(r).where(r.c.document == "build-gear-pump").values(**released))
    plant.house.engine.dispose()
    yield from conftest.serve(plant, data)


def test_an_overdue_procedure_is_told_signed_and_has_its_next_date(visit, late, plant_module):
    page = visit(late).sign_in("eve", "/reviews").page
    badge = page.get_by_label("Pages").first.locator(".badge")
    for _ in range(100):
        if badge.count():
            break
        page.wait_for_timeout(100)
        page.reload()
    assert badge.inner_text() == "1"
    first = page.locator("#calendar tbody").first
    assert "Overdue 1" in first.inner_text()
    first.get_by_role("link", name="Build the gear pump").click()
    page.get_by_text("Is it still right?").wait_for()
    page.get_by_label("Your password").fill("guessed wrongly")
    page.get_by_role("button", name="Still right").click()
    assert "wrong" in page.locator("main").inner_text()
    page.go_back()
    page.get_by_label("What came of it").fill("Fluss <b>geprüft</b>, Prüfstand umbenannt")
    page.get_by_label("Your password").fill(plant_module.PASSWORD)
    page.get_by_role("button", name="Has to change").click()
    page.locator("section", has_text="In doubt").get_by_text("Has to change: Fluss <b>geprüft</b>").wait_for()
    assert badge.inner_text() == "1"
    page.get_by_label("Your password").fill(plant_module.PASSWORD)
    page.get_by_role("button", name="Still right").click()
    page.locator(".tag", has_text="still right").wait_for()
    assert page.get_by_role("heading", name="In doubt").count() == 0
    assert badge.count() == 0
    page.goto(f"{late.address}/reviews")
    assert page.locator("#calendar", has_text="overdue").count() == 0


def test_supervisors_read_and_engineers_sign(client, late):
    sam = client("sam", late)
    assert "Engineers sign it." in sam.get("/reviews/documents/close-pump").text
    answer = sam.send_form("/reviews/documents/close-pump", verdict="right", password="x")
    assert answer.status_code == 403
    assert sam.get("/reviews/documents/no-such").status_code == 404
    eve = client("eve", late)
    assert eve.send_form("/publishing/review-rules/sop", days=1, deviations=0, within=1).status_code == 403
    admin = client("admin", late)
    wrong = admin.send_form("/publishing/review-rules/sop", days="1e9", deviations=0, within=1)
    assert wrong.status_code == 422
    rule = {"days": 700, "deviations": 4, "within": 9}
    assert admin.send_form("/publishing/review-rules/work-instruction", **rule).status_code == 303
    assert 'value="700"' in admin.get("/publishing").text


def test_a_calendar_program_reads_the_dates_with_an_address_of_its_own_until_it_is_ended(client, late):
    sam = client("sam", late)
    assert sam.get("/reviews/calendar.ics").text.startswith("BEGIN:VCALENDAR\r\n")
    shown = sam.send_form("/reviews/calendar").text
    address = shown.partition("<code")[2].partition(">")[2].partition("<")[0]
    program = client(None, late)
    found = program.get(address)
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"URL:{late.address}/reviews/documents/close-pump" in found.text
    assert program.get("/reviews/calendar.ics").status_code == 303
    key = address.partition("key=")[2]
    assert program.get(f"/reviews?key={key}").status_code == 303  # it reads nothing else
    sent = program.post(
        "/api/v1/documents", headers={"Authorization": f"Bearer {key}"}, files={"archive": b""}
    )
    assert sent.status_code == 401
    number = sam.get("/reviews").text.partition('action="/publishing/keys/')[2].partition("/")[0]
    assert client("eve", late).send_form(f"/publishing/keys/{number}/revoke").status_code == 403
    assert sam.send_form(f"/publishing/keys/{number}/revoke").status_code == 303
    assert program.get(address).status_code == 403
