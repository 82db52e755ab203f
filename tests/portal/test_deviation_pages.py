"""The deviation report as supervisors use it."""

import csv
import io
import re

from content.deviation import DeviationKind
from server.portal.looks import KINDS, STATIC


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_a_filter_narrows_the_table_the_plots_and_the_file_without_a_reload(visit):
    visitor = visit().sign_in("sam", "/deviations")
    page = visitor.page
    page.evaluate("document.body.dataset.same = 'page'")
    everything = page.locator("#report > section tbody tr").count()
    page.locator("select[name=kind]").select_option("problem")
    page.wait_for_url("**kind=problem**")
    page.locator("#report .tag").first.wait_for()
    kinds = {
        text.strip() for text in page.locator("#report > section tbody td:first-child").all_inner_texts()
    }
    assert kinds == {"Reported problem"}
    assert 0 < page.locator("#report > section tbody tr").count() < everything
    assert page.evaluate("document.body.dataset.same") == "page"
    page.locator("[data-plot=pareto] canvas").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert {row["kind"] for row in csv.DictReader(io.StringIO(text))} == {"problem"}


def test_the_steps_to_choose_from_are_those_of_the_chosen_document(visit):
    page = visit().sign_in("sam", "/deviations").page
    assert page.locator("select[name=step] option").count() == 1
    page.locator("select[name=document]").select_option("close-pump")
    page.wait_for_url("**document=close-pump**")
    assert page.locator("select[name=step] option").count() == 9
    page.locator("select[name=step]").select_option("tighten-screws")
    page.wait_for_url("**step=tighten-screws**")
    assert page.locator("[data-clear]").is_visible()


def test_the_address_alone_makes_the_report(client):
    visitor = client("sam")
    everything = rows(visitor.get("/deviations.csv"))
    some = everything[0]
    for name, column in (
        ("station", "station"),
        ("document", "document"),
        ("kind", "kind"),
        ("step", "step"),
    ):
        chosen = rows(visitor.get("/deviations.csv", params={name: some[column]}))
        assert chosen == [row for row in everything if row[column] == some[column]], name
    day = some["at"][:10]
    visitor.cookies.set("zone", "UTC")
    of_day = rows(visitor.get("/deviations.csv", params={"from": day, "to": day}))
    assert of_day == [row for row in everything if row["at"].startswith(day)]


def test_a_cell_of_the_file_never_becomes_a_formula(client, served):
    from sqlalchemy import update

    from server.store import tables
    from server.store.engine import writing

    visitor = client("sam")
    deviation = rows(visitor.get("/deviations.csv"))[0]["deviation"]
    with writing(served.plant.house.engine) as tx:
        tx.execute(
            update(tables.deviations)
            .where(tables.deviations.c.id == deviation)
            .values(came='=HYPERLINK("http://x")')
        )
    came = next(row["came"] for row in rows(visitor.get("/deviations.csv")) if row["deviation"] == deviation)
    assert came == '\'=HYPERLINK("http://x")'


def test_a_deviation_is_reviewed_closed_and_nothing_comes_after_that(visit, client, served):
    identifier = rows(client("sam").get("/deviations.csv", params={"state": "open"}))[-1]["deviation"]
    page = visit().sign_in("sam", f"/deviations/{identifier}").page
    page.get_by_label("Comment").fill("Screw was cross-threaded; replaced.")
    page.get_by_role("button", name="Mark as reviewed").click()
    page.get_by_role("button", name="Close", exact=True).wait_for()
    page.get_by_label("Comment").fill("Checked again, tight.")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("It is closed").wait_for()
    assert "Checked again, tight." in page.inner_text("main")
    trail = client("admin").get("/people").text
    assert "open -&gt; reviewed: Screw was cross-threaded" in trail


def test_two_supervisors_on_one_deviation_do_not_overwrite_each_other(client):
    first, second = client("sam"), client("eve")
    identifier = rows(first.get("/deviations.csv", params={"state": "open"}))[0]["deviation"]
    form = {"was": "open", "to": "reviewed", "comment": "mine"}
    assert first.send_form(f"/deviations/{identifier}", **form).status_code == 303
    late = second.send_form(f"/deviations/{identifier}", **{**form, "comment": "mine too"})
    assert late.status_code == 409
    assert "Somebody else has set it to reviewed" in late.text
    assert "mine too" not in first.get(f"/deviations/{identifier}").text


def test_a_review_needs_a_comment_and_follows_the_states(client):
    visitor = client("sam")
    identifier = rows(visitor.get("/deviations.csv", params={"state": "open"}))[0]["deviation"]
    address = f"/deviations/{identifier}"
    assert visitor.send_form(address, was="open", to="reviewed", comment=" ").status_code == 422
    assert visitor.send_form(address, was="open", to="closed", comment="x").status_code == 409
    assert visitor.send_form(address, was="open", to="burnt", comment="x").status_code == 422
    assert visitor.send_form("/deviations/no-such", was="open", to="reviewed", comment="x").status_code == 404


def test_a_photo_of_a_problem_stands_beside_it(client, served, plant_module):
    visitor = client("sam")
    identifier = rows(visitor.get("/deviations.csv", params={"kind": "problem"}))[0]["deviation"]
    picture = (plant_module.LIBRARY / "instructions/close-pump/media/fit-key.webp").read_bytes()
    plant_module.photo(served.plant.house, identifier, picture)
    address = re.search(r'src="(/photos/[0-9a-f]{64})"', visitor.get(f"/deviations/{identifier}").text)[1]
    answer = visitor.get(address)
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/webp"


def test_step_times_stand_against_their_standard_and_as_a_file(visit, client):
    page = visit().sign_in("sam", "/step-times?document=close-pump").page
    assert "1. Lay the O-ring in its groove" in page.inner_text("main")
    assert page.locator("tbody tr").count() == 8
    page.locator("select[name=document]").select_option("fit-gears")
    page.wait_for_url("**document=fit-gears**")
    page.locator("#report h2", has_text="Fit the gears").wait_for()
    with_steps = rows(client("sam").get("/step-times.csv", params={"document": "close-pump"}))
    assert {row["step"] for row in with_steps} >= {"lay-o-ring", "take-serial"}
    assert all(float(row["elapsed_s"]) > 0 for row in with_steps)


def test_every_kind_of_deviation_has_its_own_name_and_colour() -> None:
    charts = (STATIC / "js" / "charts.js").read_text(encoding="utf-8")
    colours = dict(re.findall(r'^  (\w+): "(--c\d+)",$', charts, re.MULTILINE))
    assert colours.keys() == set(DeviationKind) == KINDS.keys()
    assert len(set(colours.values())) == len(colours)
