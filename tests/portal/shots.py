"""Take a picture of every page at both sizes: `python tests/portal/shots.py ADDRESS FOLDER [--dark]`.

The server at ADDRESS must hold the plant of plant.py, whose sign-in is used.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from portal.plant import PASSWORD

SIZES = {"wide": (1440, 900), "phone": (390, 844)}
PAGES = {
    "floor": "/",
    "runs": "/runs",
    "deviations": "/deviations",
    "deviations-by-step": "/deviations?by=step",
    "nothing": "/deviations?kind=overrun&from=2020-01-01&to=2020-01-02",
    "step-times": "/step-times",
    "library": "/library",
    "sop": "/library/sops/build-gear-pump",
    "sop-service": "/library/sops/service-gear-pump",
    "instruction": "/library/instructions/close-pump",
    "instruction-branching": "/library/instructions/service-pump",
    "import": "/import",
    "stations": "/stations",
    "station": "/stations/test-stand",
    "enrol": "/stations/enrol",
    "fleet": "/fleet",
    "fleet-stations": "/fleet?view=stations",
    "reviews": "/reviews",
    "publishing": "/publishing",
    "checker": "/publishing/checker",
    "people": "/people",
    "not-here": "/no/such/page",
}


def sign_in(page: Page, address: str, login: str = "admin") -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


def links(page: Page, address: str) -> dict[str, str]:
    """Pages whose addresses only the plant knows."""
    found = {}
    page.goto(f"{address}/runs?state=completed")
    rows = page.locator("tbody tr").filter(has=page.locator("a.bad"))
    found["run"] = (
        (rows.first if rows.count() else page.locator("tbody tr").first)
        .locator("a")
        .first.get_attribute("href")
    )
    page.goto(f"{address}/deviations?kind=problem")
    found["deviation"] = page.locator("tbody tr td:first-child a").last.get_attribute("href")
    return found


# the policy forbids `eval`, which Playwright's wait_for_function needs; promises do as well
SETTLED = """async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map((image) => image.decode().catch(() => {})));
  await document.fonts.ready;
}"""


def settle(page: Page) -> None:
    """Until pictures, letters and plots are there."""
    page.evaluate(SETTLED)
    plots = page.locator("[data-plot]")
    for place in range(plots.count()):
        plots.nth(place).locator("canvas").wait_for()
    if plots.count():
        page.wait_for_timeout(350)  # the plots draw themselves in; this is for a picture, not for a test


def take(browser: Browser, address: str, folder: Path, scheme: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            is_mobile=size == "phone",
            has_touch=size == "phone",
        )
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.screenshot(path=folder / f"{size}-sign-in.png")
        sign_in(page, address)
        for name, path in {**PAGES, **links(page, address)}.items():
            page.goto(f"{address}{path}", wait_until="load")
            settle(page)
            page.screenshot(path=folder / f"{size}-{name}.png", full_page=name != "floor" or size == "phone")
        context.close()


if __name__ == "__main__":
    target, where = sys.argv[1], Path(sys.argv[2])
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--disable-gpu"]
        )
        take(chromium, target, where, "dark" if "--dark" in sys.argv else "light")
