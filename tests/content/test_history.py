"""A history as a file: whatever it tells it tells after it was written and read, and what is wrong is said."""

import re
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import history
from content.errors import DocumentError
from content.history import History
from tests.content.asked import some
from tests.content.words import LINES, SLUGS, TEXTS

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
AT = st.datetimes(timezones=ZONES).map(lambda found: found.isoformat())
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
SIGNATURES = some(
    {"stage": LINES, "by": SLUGS, "meaning": LINES, "at": AT},
    {"name": LINES, "on_behalf_of": SLUGS, "comment": TEXTS},
)
RELEASES = some(
    {"digest": DIGESTS, "released_at": AT, "released_by": SLUGS},
    {
        "name": LINES,
        "because": TEXTS,
        "in_spite_of": TEXTS,
        "source": st.dictionaries(LINES, LINES, min_size=1, max_size=3),
        "restores": st.integers(1, 9),
        "signatures": st.lists(SIGNATURES, min_size=1, max_size=3),
        "withdrawn_at": AT,
        "withdrawn_by": SLUGS,
        "withdrawn_because": TEXTS,
    },
)
HISTORIES = st.tuples(SLUGS, st.lists(RELEASES, min_size=1, max_size=4)).map(
    lambda found: History.model_validate(
        {"document": found[0], "releases": [each | {"revision": n} for n, each in enumerate(found[1], 3)]}
    )
)
OLD = """\
document: pump
releases:
  - {revision: 1, digest: "%s", released_at: "2026-01-02T03:04:05+00:00", released_by: jan}
""" % ("0a" * 32)


@given(told=HISTORIES)
@settings(max_examples=200, deadline=None)
def test_a_history_is_the_same_after_it_was_written_and_read(
    told: History, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("history")
    for each in told.releases:
        history.folder_of(each.revision, folder).mkdir()
    history.write(told, folder)
    assert history.read(folder) == told
    assert history.read(folder).plain() == told.plain()


def test_a_history_that_was_written_before_it_told_why_is_read(tmp_path: Path) -> None:
    (tmp_path / "r1").mkdir()
    (tmp_path / "history.yaml").write_text(OLD)
    (release,) = history.read(tmp_path).releases
    assert (release.released_by, release.because, release.signatures) == ("jan", None, ())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("released_by", "releasd_by", "did you mean `released_by`?"),
        ("+00:00", "", "released_at"),
        ("0a0a", "zz", "digest"),
        ("revision: 1", "revision: 2", "nothing is told of the folder r1"),
        ("document:", "document", "not valid YAML|mapping"),
    ],
)
def test_what_is_wrong_with_a_history_is_said(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "r1").mkdir()
    (tmp_path / "history.yaml").write_text(OLD.replace(old, new, 1))
    with pytest.raises(DocumentError) as problem:
        history.read(tmp_path)
    assert any(re.search(told, str(finding)) for finding in problem.value.findings)


def test_a_folder_without_a_history_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="stepline content history"):
        history.read(tmp_path)
