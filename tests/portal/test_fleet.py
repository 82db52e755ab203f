"""Where every release is: the fleet page, its files, a station's outlook, and the runs under a withdrawn release."""

import csv
import io
import subprocess
import sys
from datetime import timedelta

import pytest

from content import holding
from server.library import releasing


@pytest.fixture(scope="module")
def changed(plant_module, tmp_path_factory):
    """A plant where one change is on its way and another was withdrawn while two kiosks had it; one is offline."""
    from tests.portal import conftest

    data = tmp_path_factory.mktemp("fleet")
    plant = plant_module.build(data / "data", runs=2, days=1)
    now = plant.house.now()
    going = plant_module.change(
        plant, "close-pump", {"Grease the O-ring lightly": "Grease the O-ring thinly"}
    )
    wrong = plant_module.change(plant, "label-and-pack", {"with your thumb": "with the roller"})
    work(plant_module, plant, wrong)
    for station, hours in (("assembly-1", 0), ("packing", -2)):
        held = [wrong.digest, plant.releases["fit-gears"].digest]
        ends = {"issued_at": now - timedelta(days=80), "expires_at": now + timedelta(days=10)}
        more = ends if station == "packing" else {}
        plant_module.prove(plant, station, held, now + timedelta(hours=hours + 3), **more)
    plant_module.prove(plant, "assembly-2", ["f" * 64], now + timedelta(hours=3))  # lost with a backup
    releasing.withdraw(plant.house, wrong.digest, "The roller scratches the label", "eve")
    yield from ((served, going, wrong) for served in conftest.serve(plant, data))


RUNS = 3  # that were made under the wrong release


def work(plant_module, plant, release) -> None:
    """Operators work by it, each on a unit of its own; the last has not come to the end."""
    writer = plant.writers["assembly-1"]
    for number in range(RUNS):
        at = plant.house.now() - timedelta(minutes=40 - 10 * number)
        player = plant_module.Player(
            release, "assembly-1", "ada", f"r-wrong-{number}", at, writer, 5_000 + number
        )
        player.play(*([2] if number == RUNS - 1 else []), faults=0.0)
    plant_module.deliver(plant.house, writer)


def test_every_release_is_told_with_its_stations_and_what_is_dangerous_stands_first(visit, changed):
    served, _going, wrong = changed
    page = visit(served).sign_in("sam", "/fleet").page
    alarms = page.get_by_role("alert").all_inner_texts()
    assert len(alarms) == 4
    assert "Assembly 2 shows what this server does not know: ffffffffffff" in " ".join(alarms[2].split())
    assert "Packing: its documents hold until" in alarms[3]
    assert "carry a stick there" in alarms[3]
    assert "Assembly 1 still shows what was withdrawn: Label and pack r2" in alarms[0] + alarms[1]
    assert "Packing was last seen with" in alarms[0] + alarms[1]
    assert "Somebody has to go there" in alarms[0] + alarms[1]
    card = page.locator("section.spread", has_text="label-and-pack")
    gone = card.locator(".release", has_text="withdrawn")
    assert wrong.digest[:12] in gone.inner_text()
    assert gone.locator(".place.gone").count() == 2
    assert "not proved" in card.locator(".place", has_text="Prüfstand").inner_text()
    page.get_by_role("link", name="By station").click()
    page.locator("section.spread").first.wait_for()
    packing = page.locator("section.spread", has_text="Packing")
    assert "withdrawn" in packing.inner_text()
    assert "should be r1" in packing.inner_text()
    page.get_by_label("Line").select_option("Dispatch")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**line=Dispatch**")
    assert page.locator("section.spread").count() == 1


def test_a_proof_is_downloaded_and_holds_without_the_server(client, changed, tmp_path):
    served, _going, wrong = changed
    sam = client("sam", served)
    found = sam.get("/fleet/k-packing/proof")
    assert "proof-k-packing.json" in found.headers["content-disposition"]
    assert wrong.digest in holding.check(found.json()).releases
    file = tmp_path / "proof.json"
    file.write_bytes(found.content)
    command = [sys.executable, "-m", "stepline", "verify", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 3, told.stderr  # anybody can make a kiosk's key
    assert "not proved whose" in told.stderr
    assert wrong.digest in told.stdout.replace("\n", "")
    key = next(line for line in told.stdout.splitlines() if line.startswith("signed by "))
    named = [*command, "--fingerprint", key.removeprefix("signed by ")]
    told = subprocess.run(named, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    other = [*command, "--fingerprint", "0" * 64]
    told = subprocess.run(other, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    file.write_text(found.text.replace('"kiosk": "k-packing"', '"kiosk": "k-assembly-1"'))
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert "a report of k-packing" in told.stderr
    assert sam.get("/fleet/k-test-stand/proof").status_code == 404
    assert sam.get("/fleet/no-such/proof").status_code == 404


def test_the_fleet_as_a_file_for_a_spreadsheet_program(client, changed):
    served, _going, wrong = changed
    text = client("sam", served).get("/fleet.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [row for row in rows if row["digest"] == wrong.digest and row["station"] == "packing"]
    assert row["should_be"] == "1"
    assert row["withdrawn"]
    assert row["holds_until"]
    assert row["proved_at"]
    (row,) = [row for row in rows if row["station"] == "test-stand" and row["document"] == "fit-gears"]
    assert row["unproved"] == "It signs no reports."


def test_a_station_tells_what_it_gets_and_why(visit, changed):
    served, *_ = changed
    page = visit(served).sign_in("sam", "/stations/assembly-2").page
    told = page.locator("#outlook .outlook", has_text="Close the pump").inner_text()
    assert "r1" in told
    assert "r2 comes" in told
    assert "goes to other stations first" in told
    assert "placed at this station" in told


def test_the_runs_under_a_release_are_listed_with_why_it_was_withdrawn(visit, changed, client):
    served, _going, wrong = changed
    page = visit(served).sign_in("sam", "/library/instructions/label-and-pack").page
    page.locator("#releases").get_by_role("link", name="Runs under it").first.click()
    page.wait_for_url(f"**/runs?release={wrong.digest}")
    assert "The roller scratches the label" in page.locator(".message").inner_text()
    sam = client("sam", served)
    serials = {f"SN{5_000 + number:06}" for number in range(RUNS)}
    rows = page.locator("tbody tr")
    assert rows.count() == RUNS
    shown = " ".join(rows.all_inner_texts())
    assert all(serial in shown for serial in serials)
    told = sam.get(f"/runs.csv?release={wrong.digest}").text.removeprefix("\ufeff")
    listed = list(csv.DictReader(io.StringIO(told)))
    assert {serial for serial in serials for row in listed if serial in row["unit"]} == serials
    assert len(listed) == RUNS
    assert {row["revision"] for row in listed} == {"2"}
    assert sorted(row["state"] for row in listed) == ["completed", "completed", "running"]
    every = list(csv.DictReader(io.StringIO(sam.get("/runs.csv").text.removeprefix("\ufeff"))))
    assert len(every) > RUNS  # the others were made under releases that hold
    page.goto(f"{served.address}/runs?release={wrong.digest}&unit={min(serials)}")
    assert rows.count() == 1
