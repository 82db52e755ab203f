"""The manuals say what there is, and lead to what they name."""

import re
import tomllib
from pathlib import Path

import pytest

from content.checks import KINDS as CHECKS
from content.deviation import CATEGORIES, DeviationKind
from content.media import Annotation
from hardware.kinds import drivers
from server.portal.looks import KINDS as DEVIATIONS
from server.portal.looks import STATES
from tests.house.tree import MANUALS, ROOMS, ROOT, tracked

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TOP = "|".join((*ROOMS, "tests", "bench", "docs"))
NAMED = re.compile(rf"`((?:{TOP})/[\w./-]*)`")
PAGES = [ROOT / name for name in tracked() if name.endswith(".md")]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    text = (ROOT / "docs" / page).read_text()
    assert heading in text, heading
    return re.split(r"^#", text.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> list[str]:
    """The first cells of a table, without its head."""
    rows = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def anchors(page: Path) -> set[str]:
    """What a link into a page may name: its headings, spelled as readers of Markdown spell them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_place_in_the_house_that_is_named_is_there(page: Path) -> None:
    assert [place for place in NAMED.findall(page.read_text()) if not (ROOT / place).exists()] == []


def test_there_are_links_and_places_to_follow() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(LINK.findall(readme)) > 10
    assert len(NAMED.findall(readme)) > 5


def test_every_manual_is_found_from_the_readme() -> None:
    linked = set(LINK.findall((ROOT / "README.md").read_text()))
    assert {f"docs/{page.name}" for page in MANUALS[1:]} - linked == set()


def test_every_decision_has_its_number_and_what_it_is_made_of() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    for page in decisions:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), page.name


def test_every_kind_of_check_is_described_for_engineers() -> None:
    assert first_column(section("engineers.md", "### Checks")) == list(CHECKS)


def test_every_shape_of_an_annotation_is_described_for_engineers() -> None:
    text = (ROOT / "docs" / "engineers.md").read_text()
    told = re.search(r"^Annotations: (.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    assert told
    assert set(re.findall(r"`([a-z]+)` \(", told[1])) == shapes()


def shapes() -> set[str]:
    union = Annotation.__origin__
    return {piece.model_fields["shape"].annotation.__args__[0] for piece in union.__args__}


def test_every_kind_of_deviation_is_described_for_supervisors() -> None:
    assert set(DEVIATIONS) == {kind.value for kind in DeviationKind}
    assert first_column(section("supervisors.md", "## Deviations")) == list(DEVIATIONS.values())


def test_every_state_of_a_deviation_is_drawn_for_supervisors() -> None:
    drawing = re.search(r"^    (open .*)$", (ROOT / "docs" / "supervisors.md").read_text(), re.MULTILINE)
    assert drawing
    assert re.findall(r"[a-z]+", drawing[1]) == ["open", "reviewed", "closed"]
    assert {"open", "reviewed", "closed"} <= set(STATES)


def test_every_category_of_a_problem_has_its_word_in_every_language() -> None:
    languages = sorted((ROOT / "kiosk" / "words").glob("*.toml"))
    assert languages
    for file in languages:
        words = tomllib.loads(file.read_text())
        assert [name for name in CATEGORIES if not words.get(f"category_{name}")] == [], file.name


def test_every_kind_of_device_is_in_the_manual_and_in_the_readme() -> None:
    manual = (ROOT / "docs" / "devices.md").read_text().partition("## The kinds")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| \[`([a-z0-9-]+)`\]\(devices/\1\.md\)", manual, re.MULTILINE)) == set(
        drivers()
    )
    assert {page.stem for page in (ROOT / "docs" / "devices").glob("*.md")} >= set(drivers())
    table = (ROOT / "README.md").read_text().partition("## Add a device")[2].partition("\n## ")[0]
    assert set(first_column(table)) == set(drivers())
