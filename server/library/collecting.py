"""Pictures that cameras were to be taught from and that nothing uses: thrown away after a month.

On a page on which a camera is taught, pictures are taken in before anybody knows whether they are used, each lesson
is a file, and each labelled set is kept only for its figures. What a draft or a release has, and the pictures that its
checks were taught from, stays for as long as that does.
"""

import json
from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Connection, delete, select, union

from content import picture
from content.vision.errors import NotTaught
from content.vision.taught import read_taught
from server.audit import note
from server.errors import NotThere
from server.house import House
from server.library.taking import ORIGINALS, Taken
from server.library.teaching_files import forget, remember_files
from server.media import MediaStore
from server.rhythm import Rhythm
from server.store import tables
from server.store.engine import reading, writing

KEPT = timedelta(days=30)  # a page's pictures lie in somebody's browser, who may come back
PERIOD = timedelta(hours=1)
TAUGHT = picture.FORMATS[picture.TAUGHT][1]


def remember(house: House, taken: Taken) -> None:
    """These files were taken in to teach a camera."""
    digests = dict.fromkeys(file.digest for item in taken.items for file in item.files)
    with writing(house.engine) as tx:
        remember_files(tx, taken.digest, digests, house.now())
        if taken.original not in digests:
            remember_files(tx, taken.digest, [taken.original], house.now(), original=True)


class Collector:
    """One of the server's regular tasks."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rhythm = Rhythm(house.now, PERIOD)

    def look(self) -> None:
        """Collect, once an hour."""
        if self._rhythm.is_due():
            collect(self._house)


def collect(house: House) -> int:
    """Throw away what nothing has used for a month; how many files went."""
    t = tables.teaching_files.c
    with reading(house.engine) as tx:
        if tx.execute(select(t.digest).where(t.at < house.now() - KEPT).limit(1)).first() is None:
            return 0
    with writing(house.engine) as tx:
        rows = tx.execute(select(t.digest, t.together, t.original, t.at)).all()
        groups = defaultdict(list)
        for row in rows:
            groups[row.together].append(row)
        used = _used(tx, house)
        before = house.now() - KEPT
        gone = [
            row
            for group in groups.values()
            if all(row.at < before and row.digest not in used for row in group)
            for row in group
        ]
        for digest in {row.digest for row in gone}:
            forget(tx, [digest])
            tx.execute(delete(tables.station_pictures).where(tables.station_pictures.c.media == digest))
            tx.execute(delete(tables.media).where(tables.media.c.digest == digest))
        if gone:
            note(
                tx,
                house.now(),
                "server",
                "threw away",
                f"{len(gone)} files",
                "no camera was taught from them",
            )
    originals = MediaStore(house.settings.data / ORIGINALS)
    for row in gone:  # after the commit: a file without a row is only room that is taken
        (originals if row.original else house.media).remove(row.digest)
    return len(gone)


def _used(tx: Connection, house: House) -> frozenset[str]:
    """What drafts, releases and shared blocks show, and the pictures that their checks were taught from."""
    m, d, r = tables.media.c, tables.draft_media.c, tables.release_media.c
    named = union(select(d.media), select(r.media)).subquery()
    shown = set(tx.execute(select(named.c.media)).scalars())
    for body in tx.execute(select(tables.blocks.c.media)).scalars():
        shown |= set(json.loads(body).values())
    taught = shown & set(tx.execute(select(m.digest).where(m.type == TAUGHT)).scalars())
    for digest in taught:
        try:
            check = read_taught(house.media.path(digest).read_bytes())
        except (NotTaught, NotThere):
            continue
        shown |= {source.sha256 for source in check.taught_from}
    return frozenset(shown)
