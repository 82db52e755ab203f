"""The pages about the API and the records say what is the case."""

import re
import subprocess
from pathlib import Path

from content import wire
from server.house import House
from server.records.ingesting import MOST_ENTRIES, ingest
from tests.server.shift import GOOD, Shift
from tests.server.test_api import routes_of

DOCS = Path(__file__).parents[2] / "docs"


def test_every_call_is_listed_and_nothing_else(house: House) -> None:
    listed = set(re.findall(r"`(GET|PUT|POST) (/[^`]*)`", (DOCS / "api.md").read_text()))
    assert listed == set(routes_of(house))


def test_every_kind_of_fact_is_listed_and_nothing_else() -> None:
    table = (
        (DOCS / "records.md").read_text().partition("## The kinds of facts")[2].partition("## Two clocks")[0]
    )
    assert set(re.findall(r"`([a-z-]+\.[a-z-]+)`", table)) == set(wire.FACTS)
    assert f"{MOST_ENTRIES:,} records" in (DOCS / "records.md").read_text()


def test_the_chain_can_be_checked_with_a_sha_256_program(house: House) -> None:
    shift = Shift()
    shift.run(*GOOD)
    ingest(house, "k-1", shift.entries)
    (command,) = re.findall(r"```sh\n(sqlite3.*?)```", (DOCS / "records.md").read_text(), re.DOTALL)
    query = re.search(r'"(SELECT.*?)"', command, re.DOTALL)
    assert query is not None
    with house.engine.connect() as connection:
        text = connection.exec_driver_sql(query[1]).scalar()
    found = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)
    assert found.stdout.split()[0].decode() == shift.entries[6].hash
