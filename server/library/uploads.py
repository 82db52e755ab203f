"""Pictures that somebody pastes, drops or chooses: normalised, kept, and put in place of others."""

import contextlib
import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from sqlalchemy import insert, select, update

from content import picture
from server.errors import Invalid, TooLarge
from server.house import House
from server.library import drafts
from server.library.drafts import STEP, Draft, keep_medium, read
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading, writing

LARGEST = 30 * 1024 * 1024  # bytes as sent
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1920  # pixels; a kiosk's screen has no more
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "MPO", "AVIF", "HEIF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A picture that was taken in: its digest and size."""

    digest: str
    width: int
    height: int


def take(house: House, data: bytes) -> Taken:
    """Keep a picture, upright, in sRGB, without its metadata and at most 1920 pixels wide and high.

    It is drawn anew, so that nothing hidden behind or within the file goes along. Raises Invalid or TooLarge.
    """
    if len(data) > LARGEST:
        raise TooLarge(f"the picture has {len(data):,} bytes", f"at most {LARGEST:,}")
    normal = _normal(data)
    out = io.BytesIO()
    normal.save(out, "WEBP", quality=88, method=4)
    made = out.getvalue()
    digest = hashlib.sha256(made).hexdigest()
    house.media.keep(made, digest)
    with writing(house.engine) as tx:
        keep_medium(tx, digest, len(made), picture.FORMATS["WebP"][1])
    return Taken(digest=digest, width=normal.width, height=normal.height)


def _normal(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_readable()) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    raise TooLarge(
                        f"the picture has {width} × {height} pixels",
                        f"at most {MOST_PIXELS:,} in all; make it smaller",
                    )
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                return _in_srgb(upright)
    except UnidentifiedImageError:
        raise Invalid(
            "this is no picture that can be shown", "use PNG, JPEG, WebP, GIF or TIFF; save a drawing as PNG"
        ) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise Invalid(f"the picture is damaged ({problem})", "save it again") from None


def _readable() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _in_srgb(found: Image.Image) -> Image.Image:
    profile = found.info.get("icc_profile")
    has_alpha = "A" in found.getbands() or "transparency" in found.info
    plain = (
        found.convert("RGBA" if has_alpha else "RGB") if found.mode not in {"RGB", "RGBA", "CMYK"} else found
    )
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a damaged one: as it is
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if plain.mode == "RGBA" else "RGB"
            turned = ImageCms.profileToProfile(plain, own, ImageCms.createProfile("sRGB"), outputMode=mode)
            plain = turned or plain
    fresh = Image.new("RGBA" if plain.mode == "RGBA" else "RGB", plain.size)
    fresh.paste(plain.convert(fresh.mode))
    return fresh


def attach(house: House, draft: str, taken: Taken) -> str:
    """The path under which a draft knows the picture from now on."""
    path = f"media/{taken.digest[:16]}.webp"
    with writing(house.engine) as tx:
        known = tx.execute(
            select(tables.draft_media.c.path).where(
                tables.draft_media.c.draft == draft, tables.draft_media.c.path == path
            )
        ).scalar()
        if known is None:
            tx.execute(insert(tables.draft_media).values(draft=draft, path=path, media=taken.digest))
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a picture is used: in a step of a document's newest release or of an open draft."""

    document: str
    title: str
    step: str
    step_title: str
    draft: str | None


def uses(house: House, digest: str) -> tuple[Use, ...]:
    """Every step that shows the picture of that digest."""
    found: list[Use] = []
    with reading(house.engine) as tx:
        rows = tx.execute(select(tables.drafts.c.id).where(tables.drafts.c.state == "draft")).scalars().all()
        open_drafts = [read(tx, row) for row in rows]
        for release in shelf.newest(tx):
            if any(draft.document == release.document.id for draft in open_drafts):
                continue
            paths = {file.path for file in release.media if file.digest == digest}
            values = release.document.plain()
            found += _uses(values, paths, None)
    for draft in open_drafts:
        paths = {path for path, held in draft.media.items() if held == digest}
        found += _uses(draft.values, paths, draft.id)
    return tuple(found)


def _uses(values: dict[str, Any], paths: set[str], draft: str | None) -> list[Use]:
    return [
        Use(
            document=values["id"],
            title=values["title"],
            step=step["id"],
            step_title=step["title"],
            draft=draft,
        )
        for step in values.get("steps", [])
        if any(paths & {medium.get("picture"), medium.get("poster")} for medium in step.get("media", []))
    ]


def replace(house: House, old: str, taken: Taken, documents: tuple[str, ...], by: str) -> list[str]:
    """Put another picture in place of one in these documents, annotations kept; the drafts that were changed."""
    changed: list[str] = []
    for document in documents:
        with reading(house.engine) as tx:
            release = shelf.newest_release(tx, document)
            known = tx.execute(
                select(tables.drafts.c.id).where(
                    tables.drafts.c.document == document, tables.drafts.c.state == "draft"
                )
            ).scalar()
        if known is None and release is None:
            continue
        if known is not None:
            draft = known
        else:
            assert release is not None
            draft = drafts.from_release(house, release, by)
        with reading(house.engine) as tx:
            held = read(tx, draft)
        if _swap(house, held, old, taken, by):
            changed.append(draft)
    return changed


def _swap(house: House, draft: Draft, old: str, taken: Taken, by: str) -> bool:
    paths = {path for path, digest in draft.media.items() if digest == old}
    if not paths:
        return False
    path = attach(house, draft.id, taken)
    swapped = False
    for step in draft.steps:
        part = draft.parts[STEP + step]
        media = [
            {**medium, "picture": path} if medium.get("picture") in paths else medium
            for medium in part.body.get("media", [])
        ]
        if media != part.body.get("media", []):
            drafts.change(house, draft.id, STEP + step, part.version, {**part.body, "media": media}, by)
            swapped = True
    if swapped:
        with writing(house.engine) as tx:
            tx.execute(
                update(tables.drafts).where(tables.drafts.c.id == draft.id).values(changed_at=house.now())
            )
    return swapped
