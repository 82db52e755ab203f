"""What an uploaded file is, told by its content; its name is believed in nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from server.errors import Invalid, TooLarge

HEAD = 65_536  # bytes that are looked at
MEGABYTE = 1_000_000
TAKEN = "take a picture, a film (MP4, MOV, WebM, MKV, AVI), a PDF or a 3D model (STEP, glTF, GLB, STL)"
LONGEST_NAME = 120  # characters


class Kind(StrEnum):
    """What is made of a file."""

    PICTURE = "picture"
    DRAWING = "drawing"
    PAGES = "pages"
    FILM = "film"
    MODEL = "model"


LARGEST = {  # bytes as sent
    Kind.PICTURE: 60 * MEGABYTE,
    Kind.DRAWING: 5 * MEGABYTE,
    Kind.PAGES: 60 * MEGABYTE,
    Kind.FILM: 200 * MEGABYTE,
    Kind.MODEL: 100 * MEGABYTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format; `suffixes` are the endings of names that suit it, the first one is given to decoders."""

    name: str
    kind: Kind
    suffixes: tuple[str, ...]


FORMATS = {
    each.name: each
    for each in (
        Format(name="PNG", kind=Kind.PICTURE, suffixes=(".png", ".apng")),
        Format(name="JPEG", kind=Kind.PICTURE, suffixes=(".jpg", ".jpeg", ".jfif", ".jpe")),
        Format(name="WebP", kind=Kind.PICTURE, suffixes=(".webp",)),
        Format(name="GIF", kind=Kind.PICTURE, suffixes=(".gif",)),
        Format(name="TIFF", kind=Kind.PICTURE, suffixes=(".tiff", ".tif")),
        Format(name="BMP", kind=Kind.PICTURE, suffixes=(".bmp", ".dib")),
        Format(name="HEIF", kind=Kind.PICTURE, suffixes=(".heic", ".heif", ".avif")),
        Format(name="SVG", kind=Kind.DRAWING, suffixes=(".svg",)),
        Format(name="SVGZ", kind=Kind.DRAWING, suffixes=(".svgz", ".svg", ".gz")),
        Format(name="PDF", kind=Kind.PAGES, suffixes=(".pdf",)),
        Format(name="MP4", kind=Kind.FILM, suffixes=(".mp4", ".m4v", ".mov", ".qt", ".3gp")),
        Format(name="Matroska", kind=Kind.FILM, suffixes=(".mkv", ".webm")),
        Format(name="AVI", kind=Kind.FILM, suffixes=(".avi",)),
        Format(name="STEP", kind=Kind.MODEL, suffixes=(".step", ".stp", ".p21")),
        Format(name="GLB", kind=Kind.MODEL, suffixes=(".glb",)),
        Format(name="glTF", kind=Kind.MODEL, suffixes=(".gltf",)),
        Format(name="STL", kind=Kind.MODEL, suffixes=(".stl",)),
    )
}
STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF-", "PDF"),
    (b"\x1a\x45\xdf\xa3", "Matroska"),
    (b"glTF\x02\0\0\0", "GLB"),
    (b"\x1f\x8b\x08", "SVGZ"),
)
STILLS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"msf1", b"hevc")  # brands of ISO 23008-12
ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # older QuickTime begins without its type
ELSE = (  # what is often sent by mistake or on purpose, and what to do instead
    (
        re.compile(rb"PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf|\x28\xb5\x2f\xfd|BZh|\xfd7zXZ"),
        "an archive",
        "unpack it and send what is in it",
    ),
    (re.compile(rb"MZ|\x7fELF|#!"), "a program", "send the picture or film itself"),
    (
        re.compile(rb"\s*(?:#EXTM3U|ffconcat|\[playlist\]|(?:concat|file|https?|subfile):)", re.IGNORECASE),
        "a list that names other files",
        "send the film itself",
    ),
    (
        re.compile(rb"\s*<(?:!doctype html|html|head|body|script)", re.IGNORECASE),
        "a web page",
        "send the picture itself",
    ),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an office document", "save it as PDF, or import it as a document"),
)


def plain_name(name: str) -> str:
    """The claimed name without folders and control characters; only ever shown, never opened."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable())[:LONGEST_NAME].strip()
    return kept or "the file"


def tell(file: Path) -> Format:
    """The format of a file; raises Invalid with what it is instead, TooLarge when it is over its kind's limit."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise Invalid("the file is empty, it is no picture and no film", "send it again")
    name = _name(head, size)
    if name is None:
        what = next((f"the file is {what}" for start, what, _ in ELSE if start.match(head)), "the file")
        mend = next((mend for start, _, mend in ELSE if start.match(head)), TAKEN)
        verb = "; it is" if what != "the file" else " is"
        raise Invalid(f"{what}{verb} no picture, film, PDF or 3D model that can be shown", mend)
    found = FORMATS[name]
    if size > LARGEST[found.kind]:
        limit = LARGEST[found.kind] // MEGABYTE
        raise TooLarge(
            f"the {found.name} file has {size / MEGABYTE:,.1f} MB", f"at most {limit} MB; make it smaller"
        )
    return found


def _name(head: bytes, size: int) -> str | None:
    for start, name in STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "AVI"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "HEIF" if head[8:12] in STILLS else "MP4"
    if head[4:8] in ATOMS:
        return "MP4"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "BMP"
    return _text_or_mesh(head, size)


def _text_or_mesh(head: bytes, size: int) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"ISO-10303-21"):
        return "STEP"
    if re.match(rb"<(?:\?xml|!--|!doctype svg|svg)", text, re.IGNORECASE) and re.search(
        rb"<(?:\w+:)?svg[\s>]", text
    ):
        return "SVG"
    if text.startswith(b"{") and b'"asset"' in text:
        return "glTF"
    if text.startswith(b"solid") and b"facet" in text:
        return "STL"
    if len(head) >= 134 and size == 84 + 50 * int.from_bytes(head[80:84], "little"):
        return "STL"
    return None


def suits(name: str, found: Format) -> bool:
    """Whether the ending of a claimed name is one of the format's; a name without one suits all."""
    ending = PurePosixPath(name).suffix.lower()
    return not ending or ending in found.suffixes
