"""Every page in a real browser: nothing on its console, and nothing wider than the screen."""

import pytest

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE = {"viewport": {"width": 1440, "height": 900}}
PAGES = (
    "/",
    "/runs",
    "/deviations",
    "/deviations?by=step",
    "/deviations?by=station&from=2020-01-01",
    "/deviations?from=1999-01-01&to=1999-01-02",
    "/step-times?document=fit-gears",
    "/step-times?document=no-such-document",
    "/library",
    "/library?search=o-ring",
    "/library?search=kartoffel",
    "/library/sops/build-gear-pump",
    "/library/instructions/close-pump",
    "/library/instructions/fit-gears",
    "/stations",
    "/stations/test-stand",
    "/stations/enrol",
    "/fleet",
    "/fleet?view=stations&area=Hall+3",
    "/fleet?line=no-such-line",
    "/reviews",
    "/publishing",
    "/audit",
    "/people",
    "/runs/r-0003",
    "/runs/r-now-1",
    "/no/such/page",
)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_every_page_fits_the_screen_and_says_nothing_on_the_console(visit, size):
    visitor = visit(**size).sign_in()
    for path in PAGES:
        visitor.open(path)
        plots = visitor.page.locator("[data-plot]")
        for place in range(plots.count()):
            plots.nth(place).locator("canvas").wait_for()
        wide = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["viewport"]["width"], f"{path} is {wide} px wide"
        assert visitor.page.locator("h1").count() == 1, path
        assert visitor.complaints == [], path


def test_every_plot_has_its_numbers_as_a_table(visit):
    visitor = visit().sign_in()
    for path in ("/runs", "/deviations", "/step-times", "/runs/r-0003"):
        visitor.open(path)
        for place in range(visitor.page.locator("[data-plot]").count()):
            assert visitor.page.locator("[data-plot]").nth(place).get_attribute("aria-label"), path
        assert visitor.page.locator("main table").count() >= 1, path


def test_times_are_in_the_readers_zone_with_utc_on_hover(visit):
    visitor = visit().sign_in("sam", "/runs/r-0003")
    shown = visitor.page.locator("dl time").first
    instant = visitor.page.evaluate(
        "(text) => new Date(text).toLocaleTimeString('en-GB',"
        " {hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Berlin'})",
        shown.get_attribute("datetime"),
    )
    assert instant in shown.inner_text()
    assert shown.get_attribute("title").endswith("UTC")


def test_a_work_instruction_shows_its_pictures_with_their_annotations_and_its_film(visit):
    visitor = visit().sign_in("sam", "/library/instructions/fit-gears")
    page = visitor.page
    assert page.locator("article.step").count() == len(page.locator(".contents li").all())
    assert page.locator(".medium svg .outline").count() > 0
    loaded = page.evaluate(
        "async () => { const all = [...document.images]; for (const i of all) i.loading = 'eager';"
        " await Promise.all(all.map((i) => i.decode())); return all.every((i) => i.naturalWidth > 0); }"
    )
    assert loaded
    film = page.locator("video").first.get_attribute("src").split("#")[0]
    part = page.request.get(visitor.address + film, headers={"Range": "bytes=0-99"})
    assert part.status == 206
    assert part.headers["content-type"] == "video/mp4"


def test_a_work_instruction_tells_its_conditions_ways_on_and_failures(visit):
    page = visit().sign_in("sam", "/library/instructions/service-pump").page
    assert "Only when order.complaint != 'leak'" in page.locator("#measure-wear .ways").inner_text()
    assert "→ Set the pump aside when look_over.state" in page.locator("#look-over .ways").inner_text()
    table = page.locator("#measure-wear .checks").inner_text()
    assert "0.03 – 0.12 mm" in table
    assert "after 3 bad attempts → Set the pump aside" in table
    assert "a supervisor decides" in page.locator("#tighten-cover .checks").inner_text()


def test_a_work_instruction_is_read_in_each_of_its_languages(visit):
    page = visit().sign_in("sam", "/library/instructions/service-pump").page
    languages = page.get_by_role("navigation", name="Language")
    assert languages.get_by_role("link").all_inner_texts() == ["EN", "AR", "JA"]
    languages.get_by_role("link", name="JA").click()
    assert page.locator("h1").inner_text() == "返品ポンプの整備"
    assert "各三回測り" in page.locator("#measure-wear figure").first.inner_html()
    languages.get_by_role("link", name="EN").click()
    assert page.locator("h1").inner_text() == "Service a returned pump"


def test_each_box_of_a_procedure_opens_its_work_instruction(visit):
    visitor = visit().sign_in("sam", "/library/sops/build-gear-pump")
    visitor.page.locator(".flow a", has_text="Fit the gears").click()
    visitor.page.wait_for_url(visitor.address + "/library/instructions/fit-gears")
    visitor.page.locator(".crumbs a", has_text="Build the gear pump").click()
    visitor.page.wait_for_url(visitor.address + "/library/sops/build-gear-pump")


def test_the_pages_can_be_worked_with_the_keyboard_alone(visit):
    page = visit().sign_in("sam").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert names[1:] == ["Floor", "Runs", "Deviations"]


def test_a_server_that_was_just_started_says_what_to_do_first(visit, empty):
    visitor = visit(empty).sign_in()
    assert "No station yet" in visitor.page.inner_text("main")
    for path, words in (
        ("/runs", "No run yet"),
        ("/deviations", "No deviation in the last 30 days"),
        ("/step-times", "No step times yet"),
        ("/library", "The library is empty"),
        ("/stations", "No station yet"),
        ("/fleet", "No kiosk here"),
    ):
        visitor.open(path)
        assert words in visitor.page.inner_text("main")
