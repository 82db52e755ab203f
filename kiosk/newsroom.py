"""What a release changed, shown to each operator once, before their first run on it."""

from dataclasses import replace

from content.inputs import Unit
from content.instruction import Instruction
from content.package import Release
from content.record import ChangesSeen
from content.values import Digest
from kiosk.bench import Bench
from kiosk.desk import QUIET, News
from kiosk.stamp import Stamp


def unread(bench: Bench, release: Release, instruction: Instruction, unit: Unit) -> News | None:
    """What the operator has to read before a run of the release begins; None when there is nothing."""
    terms = bench.desk.terms.get(release.digest)
    if terms is None or not (terms.changes or terms.acknowledge) or bench.by is None:
        return None
    if bench.store.journal.saw(bench.by, release.digest):
        return None
    return News(
        release=release.digest,
        document=instruction.id,
        title=instruction.title,
        revision=instruction.revision,
        unit=unit,
        terms=terms,
        numbers={step.id: number for number, step in enumerate(instruction.steps, start=1)},
    )


def read(bench: Bench, release: str, stamp: Stamp) -> News | None:
    """The operator touched the button: keep that; what they read, or None when nothing of it was shown."""
    news = bench.desk.news
    if news is None or news.release != release or bench.by is None:
        return None
    fact = ChangesSeen(
        release=news.release,
        document=news.document,
        revision=news.revision,
        since=news.terms.from_revision,
        acknowledged=news.terms.acknowledge,
        at=stamp.at,
        tick=stamp.tick,
        by=bench.by,
    )
    if not bench.keep((fact,)):
        return None
    bench.change(news=None, notice=QUIET)
    return news


def check(bench: Bench, held: set[Digest]) -> None:
    """The station holds other releases now: what is read of one that is gone is read no further."""
    news = bench.desk.news
    if news is None:
        return
    if news.release not in held:
        bench.change(news=None)
        bench.reject(bench.words("revision_gone", revision=news.revision, title=news.title))
    elif (terms := bench.desk.terms.get(news.release)) is not None:
        bench.change(news=replace(news, terms=terms))


def put_by(bench: Bench) -> None:
    """The operator does not read it now; the run that waited for it does not begin."""
    bench.change(news=None, notice=QUIET)
