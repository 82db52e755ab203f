"""What others made and we serve: it is what it was, and its licence stands beside it."""

import base64
import hashlib
import json
import re

from server.portal.vendor import FOLDER, LIBRARIES
from tests.house.tree import ROOT, tracked

MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
FOREIGN = re.compile(r"\.(?:woff2?|ttf|otf|eot)$|\.min\.(?:js|css)$")  # how others' files are named
BESIDE = re.compile(r"\.(?:LICENSE|NOTICE)[\w-]*\.txt$")


def test_every_vendored_file_is_the_one_that_was_fetched() -> None:
    digests = {
        row["file"]: base64.b64encode(hashlib.sha384((FOLDER / row["file"]).read_bytes()).digest()).decode()
        for row in MANIFEST
    }
    assert digests == {row["file"]: row["sha384"] for row in MANIFEST}


def test_the_manifest_lists_what_is_there_at_the_pinned_versions() -> None:
    wanted = {
        (library.name, library.version, library.licence, file)
        for library in LIBRARIES
        for file in library.files.values()
    }
    assert {(row["name"], row["version"], row["licence"], row["file"]) for row in MANIFEST} == wanted
    there = {path.name for path in FOLDER.iterdir() if not BESIDE.search(path.name)}
    assert there == {file for *_, file in wanted} | {"manifest.json"}


def test_every_vendored_library_has_its_licence_beside_it_and_its_line_among_what_others_made() -> None:
    told = (ROOT / "THIRD_PARTY.md").read_text()
    for library in LIBRARIES:
        short = library.name.split("/")[-1]
        assert list(FOLDER.glob(f"{short}.LICENSE*.txt")), library.name
        row = next((line for line in told.splitlines() if library.name in line), "")
        assert library.version in row, library.name
        assert library.licence in row, library.name


def test_what_others_made_stands_nowhere_else() -> None:
    vendored = FOLDER.relative_to(ROOT).as_posix() + "/"
    assert [name for name in tracked() if FOREIGN.search(name) and not name.startswith(vendored)] == []
