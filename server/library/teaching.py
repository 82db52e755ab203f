"""Teaching a draft's vision checks: from pictures that were taken in to a file that travels with the document.

What is learned is kept in the store at once and belongs to no draft; a draft has it when somebody says to use it.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from sqlalchemy import Connection, select

from content import picture
from content.values import Piece, Slug
from content.vision.errors import NotTaught
from content.vision.taught import (
    DIGEST,
    MOST_BYTES,
    MOST_REGIONS,
    Align,
    Kind,
    Region,
    Share,
    TaughtCheck,
    Undecided,
    read_taught,
    write_taught,
)
from server.audit import note
from server.errors import Invalid, NotThere, TooLarge
from server.house import House
from server.library import collecting, edits, uploads
from server.library.drafts import Draft, keep_medium
from server.library.edits import Change, insist_on_writing
from server.library.shapes import STEP
from server.library.taking import Taken, take
from server.library.teaching_files import remember_files
from server.media import kinds, limits
from server.media.limits import MEGABYTE, Limits
from server.store import tables
from server.store.engine import reading, writing

LIMITS = Limits(seconds=150, memory=4096 * MEGABYTE)
TYPE = picture.FORMATS[picture.TAUGHT][1]
LOOKED_AT = frozenset({"image/webp", "image/png", "image/jpeg", "image/bmp"})  # what a look can open
MOST_SAMPLES = 60
FILE = "taught.vision"  # in the child's folder
Digest = Annotated[str, Field(pattern=DIGEST)]
WRONG = {
    "name": ("the check has no name that it can have", "small letters, digits and dashes, such as cap-red"),
    "kind": ("that is no kind of check", "choose one of the list"),
    "regions": (
        "a region lies outside the picture or is far too small",
        f"draw it anew; at most {MOST_REGIONS} regions",
    ),
    "expected": ("what is to be read is too long", "at most 300 characters"),
    "count": ("the number of parts is none", "a whole number from 1 to 200"),
    "marker": ("there is no marker of that number", "a whole number from 0 to 49, or none"),
    "tolerance": ("it cannot be turned by so much", "more than 0 and at most 90 degrees"),
    "note": ("the note is too long", "at most 500 characters"),
    "samples": ("these are too many pictures", f"at most {MOST_SAMPLES}"),
    "threshold": ("a threshold lies from 0 to 1", "set it anew"),
    "low": ("the undecided scores lie around the threshold", "set them anew"),
    "high": ("the undecided scores lie around the threshold", "set them anew"),
}


class Sample(Piece):
    """A picture to learn from, by its digest in the store."""

    picture: Digest
    good: bool


class Wanted(Piece):
    """What is to be taught; the first good picture is the scene that the regions were drawn on."""

    name: Slug
    kind: Kind
    regions: Annotated[tuple[Region, ...], Field(max_length=MOST_REGIONS)]
    expected: Annotated[str, Field(max_length=300)] | None = None
    count: Annotated[int, Field(ge=1, le=200)] | None = None
    by: Literal["marker", "features"] | None = None
    marker: Annotated[int, Field(ge=0, le=49)] | None = None
    tolerance: Annotated[float, Field(gt=0, le=90)] = 5.0
    align: Align | None = None
    ask: Literal["operator", "supervisor"] = "operator"
    note: Annotated[str, Field(max_length=500)] = ""
    samples: Annotated[tuple[Sample, ...], Field(max_length=MOST_SAMPLES)]


class Cut(Piece):
    """From which score on a picture is good, and between which ones a person is asked."""

    threshold: Share
    low: Share
    high: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned: the file's digest and the check in it, and what the child said of each picture."""

    digest: str
    check: TaughtCheck
    separate: bool
    remarks: tuple[str, ...]
    scores: tuple[Mapping[str, Any], ...]  # in the order of the samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A vision check of a draft as it stands, with what it was taught; `pictures` are those that are still held."""

    step: str
    title: str
    check: Mapping[str, Any]
    path: str | None
    digest: str | None
    taught: TaughtCheck | None
    pictures: frozenset[str]
    trouble: str = ""


def wanted(values: Mapping[str, Any]) -> Wanted:
    """What a page asks to be taught; raises Invalid with a sentence."""
    try:
        return Wanted.model_validate(dict(values))
    except ValidationError as problem:
        raise _wrong(problem) from None


def cut(values: Mapping[str, Any]) -> Cut:
    """The threshold and its band as a page says them; raises Invalid with a sentence."""
    try:
        return Cut.model_validate(dict(values))
    except ValidationError as problem:
        raise _wrong(problem) from None


def _wrong(problem: ValidationError) -> Invalid:
    field = next((str(part) for part in problem.errors()[0]["loc"]), "")
    detail, mend = WRONG.get(field, ("what the page sent is not understood", "load the page again"))
    return Invalid(detail, mend)


# --- what a draft's cameras are to judge ----------------------------------------


def judges(house: House, draft: Draft) -> tuple[Judge, ...]:
    """Every vision check of the draft's own steps."""
    with reading(house.engine) as tx:
        return tuple(
            _judge(tx, house, draft, step, check)
            for step in draft.steps
            for check in draft.parts[STEP + step].body.get("checks", ())
            if isinstance(check, dict) and check.get("kind") == "vision"
        )


def judge(house: House, draft: Draft, step: str, check: str) -> Judge:
    """One of them; raises NotThere."""
    with reading(house.engine) as tx:
        return _judge(tx, house, draft, step, _check(draft, step, check))


def _check(draft: Draft, step: str, check: str) -> dict[str, Any]:
    part = draft.parts.get(STEP + step)
    checks = part.body.get("checks", ()) if part is not None and isinstance(part.body, dict) else ()
    for each in checks:
        if isinstance(each, dict) and each.get("id") == check and each.get("kind") == "vision":
            return each
    raise NotThere(
        "There is no such camera check in this draft.", "It may have another name now; look in the draft."
    )


def _judge(tx: Connection, house: House, draft: Draft, step: str, check: dict[str, Any]) -> Judge:
    path = str(check["taught"]) if check.get("taught") else None
    digest = None if path is None else draft.media.get(path)
    taught, trouble = None, ""
    if path is not None and digest is None:
        trouble = f"The file {path} is not in this draft."
    if digest is not None:
        try:
            taught = read_taught(house.media.path(digest).read_bytes())
        except (NotTaught, NotThere) as problem:
            trouble = f"What the camera was taught cannot be read: {problem}."
    return Judge(
        step=step,
        title=str(draft.parts[STEP + step].body.get("title") or step),
        check=check,
        path=path,
        digest=digest,
        taught=taught,
        pictures=held_pictures(tx, taught),
        trouble=trouble,
    )


def held_pictures(tx: Connection, taught: TaughtCheck | None) -> frozenset[str]:
    """Those of the pictures that it was taught from which the store holds."""
    digests = [source.sha256 for source in taught.taught_from] if taught else []
    m = tables.media.c
    return frozenset(
        tx.execute(select(m.digest).where(m.digest.in_(digests), m.type.in_(LOOKED_AT))).scalars()
    )


# --- pictures and files that come in --------------------------------------------


def take_picture(house: House, sent: Path, name: str, by: str) -> Taken:
    """Take in a picture to learn from or to try; raises Invalid for anything else."""
    if kinds.tell(sent).kind is not kinds.Kind.PICTURE:
        raise Invalid("a camera is taught from pictures", "take a photograph, or save the file as a picture")
    with sent.open("rb") as stream:
        taken = take(house, stream, name, by)
    collecting.remember(house, taken)
    return taken


def take_file(house: House, sent: Path) -> tuple[str, TaughtCheck]:
    """Take in a check that was taught elsewhere; raises Invalid with what is wrong with it."""
    if sent.stat().st_size > MOST_BYTES:
        raise TooLarge("this is no taught check: it is far too large", f"at most {MOST_BYTES:,} bytes")
    data = sent.read_bytes()
    try:
        taught = read_taught(data)
    except NotTaught as problem:
        raise Invalid(str(problem), "choose a file that ends in .vision, or teach the check here") from None
    with _folder(house) as place:
        (place / FILE).write_bytes(data)
        _told(place, {"task": "open"})
    return _keep(house, data), taught


@contextmanager
def _folder(house: House) -> Iterator[Path]:
    """A folder for a child, which is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=house.settings.data, prefix=".teaching-") as place:
        yield Path(place)


# --- teaching and trying --------------------------------------------------------


def teach(house: House, asked: Wanted) -> Lesson:
    """Learn from the pictures; raises Invalid where nothing can be learned, TooLarge where it takes too long."""
    digests = [sample.picture for sample in asked.samples]
    if len(set(digests)) < len(digests):
        raise Invalid("one picture is there twice", "take one of the two out")
    with _folder(house) as place:
        files = _pictures(house, digests, place)
        names = named(asked.samples)
        samples = [
            {"file": file, "name": name, "good": sample.good}
            for file, name, sample in zip(files, names, asked.samples, strict=True)
        ]
        lesson = asked.model_dump(mode="json", exclude={"samples"})
        said = _told(place, {"task": "teach", "lesson": lesson, "samples": samples})
        data = _small(place / FILE)
    scores = {each["name"]: each for each in said["scores"]}
    return Lesson(
        digest=_keep(house, data),
        check=read_taught(data),
        separate=bool(said["separate"]),
        remarks=tuple(map(str, said["remarks"])),
        scores=tuple(scores[name] for name in names),
    )


def named(samples: Sequence[Sample]) -> list[str]:
    """What a page calls the pictures: Good 1, Good 2, Bad 1."""
    counts = {True: 0, False: 0}
    names: list[str] = []
    for sample in samples:
        counts[sample.good] += 1
        names.append(f"{'Good' if sample.good else 'Bad'} {counts[sample.good]}")
    return names


def look(house: House, digest: str, where: Cut, pictures: Sequence[str]) -> list[dict[str, Any]]:
    """What a taught check says to pictures, with the threshold and the band that are given."""
    if len(pictures) > MOST_SAMPLES:
        raise Invalid(*WRONG["samples"])
    data = write_taught(_cut_anew(held(house, digest), where))
    with _folder(house) as place:
        (place / FILE).write_bytes(data)
        files = _pictures(house, pictures, place)
        return list(_told(place, {"task": "look", "pictures": files})["verdicts"])


def use(house: House, draft: str, step: str, check: str, digest: str, where: Cut, by: str) -> str:  # noqa: PLR0917 - what is used where, for whom
    """Have a check of the draft judge by what was taught; the path under which the draft knows the file.

    Each teaching is another file under another path, so that undoing gives the earlier one back.
    """
    taught = _cut_anew(held(house, digest), where)
    data = write_taught(taught)
    kept = _keep(house, data)
    path = f"vision/{taught.name}-{kept[:8]}.vision"
    with writing(house.engine) as tx:
        written = insist_on_writing(tx, draft)
        wanted = _check(written, step, check)
        part = written.parts[STEP + step]
        uploads.put(tx, draft, path, kept)
        checks = [each | {"taught": path} if each is wanted else each for each in part.body["checks"]]
        changed = Change(part=STEP + step, version=part.version, body=part.body | {"checks": checks})
        edits.apply(tx, house, draft, (changed,), by)
        note(tx, house.now(), by, "taught", f"{written.document}/{step}/{check}", path)
    house.live.say(f"draft {draft}")
    return path


def _cut_anew(taught: TaughtCheck, where: Cut) -> TaughtCheck:
    if not where.low <= where.threshold <= where.high:
        raise Invalid(*WRONG["low"])
    return taught.model_copy(
        update={"threshold": where.threshold, "undecided": Undecided(low=where.low, high=where.high)}
    )


def held(house: House, digest: str) -> TaughtCheck:
    """What was taught under that digest; raises NotThere."""
    with reading(house.engine) as tx:
        kind = tx.execute(select(tables.media.c.type).where(tables.media.c.digest == digest)).scalar()
    if kind != TYPE:
        raise NotThere("What was taught is not here.", "Teach it again.")
    return read_taught(house.media.path(digest).read_bytes())


def _keep(house: House, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    house.media.keep(data, digest)
    with writing(house.engine) as tx:
        keep_medium(tx, digest, len(data), TYPE)
        remember_files(tx, digest, [digest], house.now())
    return digest


def _pictures(house: House, digests: Sequence[str], place: Path) -> list[str]:
    """Put the pictures into a child's folder; their names there."""
    m = tables.media.c
    with reading(house.engine) as tx:
        rows = tx.execute(select(m.digest, m.type).where(m.digest.in_(list(digests)))).all()
    types = {row.digest: row.type for row in rows}
    files: list[str] = []
    for number, digest in enumerate(digests):
        if types.get(digest) not in LOOKED_AT:
            raise NotThere("One of the pictures is not here any more.", "Add it again.")
        (place / f"picture-{number}").write_bytes(house.media.path(digest).read_bytes())
        files.append(f"picture-{number}")
    return files


def _told(place: Path, options: dict[str, Any]) -> dict[str, Any]:
    """What the child says; no upload waits for it."""
    turns = limits.run_in_turns("vision", options, place, LIMITS)
    try:
        while True:
            next(turns)
    except StopIteration as end:
        return end.value
    except TooLarge:
        raise TooLarge(
            "that is more than can be learned from at once", "take fewer pictures, or smaller ones"
        ) from None


def _small(file: Path) -> bytes:
    if file.is_symlink() or file.stat().st_size > MOST_BYTES:
        raise TooLarge("what was learned is too large", "take fewer or smaller regions")
    return file.read_bytes()
