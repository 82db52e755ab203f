"""Blurred regions are burnt into what is published: nothing that a release carries shows what lay below them."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from content.blocks import file_of
from content.folder import Document
from content.instruction import Instruction
from content.media import Blur, Picture
from content.package import MediaFile
from content.values import Digest
from server.house import House
from server.media.blurring import VERSION
from server.media.normalising import Region, burnt

KNOWN = "burnt"  # the folder that remembers which file came of which


def hidden(document: Document, media: tuple[MediaFile, ...]) -> dict[Digest, tuple[Region, ...]]:
    """The regions to hide in each file, from every step that shows it under whatever name."""
    digests = {file.path: file.digest for file in media}
    found: dict[Digest, set[Region]] = {}
    for medium in _pictures(document):
        for each in medium.annotations:
            if isinstance(each, Blur):
                region = (each.x, each.y, each.width, each.height)
                found.setdefault(digests[medium.picture], set()).add(region)
    return {digest: tuple(sorted(regions)) for digest, regions in found.items()}


def _pictures(document: Document) -> Iterator[Picture]:
    for step in document.steps if isinstance(document, Instruction) else ():
        yield from (medium for medium in step.media if isinstance(medium, Picture))


def keep_media(
    house: House, folder: Path, document: Document, media: tuple[MediaFile, ...]
) -> tuple[MediaFile, ...]:
    """Keep a document's files, regions burnt in where it hides some; the files as its release names them."""
    regions = hidden(document, media)
    listed: list[MediaFile] = []
    for file in media:
        source = file_of(file.path, folder)
        if file.digest in regions:
            listed.append(_burnt(house, source, file, regions[file.digest]))
        else:
            house.media.keep(source.read_bytes(), file.digest)
            listed.append(file)
    return tuple(listed)


def _burnt(house: House, source: Path, file: MediaFile, regions: tuple[Region, ...]) -> MediaFile:
    """The file as it may be seen; the same again for the same regions, so that a release can be published twice."""
    spelled = json.dumps([VERSION, file.digest, [[f"{share:.6g}" for share in each] for each in regions]])
    known = house.settings.data / KNOWN / hashlib.sha256(spelled.encode()).hexdigest()
    if known.is_file():
        digest = Digest(known.read_text(encoding="ascii"))
        if house.media.has(digest):
            return replace(file, digest=digest, size=house.media.path(digest).stat().st_size)
    with tempfile.TemporaryDirectory(dir=house.settings.data, prefix=".hiding-") as place:
        made = burnt(source, regions, Path(place))
        digest = Digest(house.media.keep_file(made.path))
        note = Path(place) / "note"
        note.write_text(digest, encoding="ascii")
        known.parent.mkdir(exist_ok=True)
        note.replace(known)
    return replace(file, digest=digest, size=made.size)
