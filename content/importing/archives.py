"""Zip archives in foreign files, looked at before anything unpacks them."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from content.importing.draft import ImportRefused

LARGEST_FILE = 200_000_000  # bytes of a file that is imported
LARGEST_UNPACKED = 400_000_000  # bytes in all
MOST_ENTRIES = 5_000
MOST_GROWTH = 200  # times that an entry of more than a megabyte may grow
LARGEST_XML = 60_000_000  # bytes of one XML part
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
ENCODING = re.compile(rb"""^[^>]*?\bencoding\s*=\s*["']([^"']*)""")
ENCODINGS = {b"utf-8", b"utf-16", b"us-ascii", b"ascii"}  # of Office files


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive, once it is known to be bounded; raises ImportRefused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise ImportRefused(f"it is damaged or no such file at all ({problem})") from None
    if len(entries) > MOST_ENTRIES:
        raise ImportRefused(f"it holds {len(entries):,} files; at most {MOST_ENTRIES:,}")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise ImportRefused(f"it unpacks to more than {LARGEST_UNPACKED:,} bytes")
    for entry in entries:
        _refuse_odd(entry)
    return archive


def _refuse_odd(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise ImportRefused(f"its entry {entry.filename!r} leads out of it")
    if entry.flag_bits & 0x1:
        raise ImportRefused("it is encrypted; save it without a password")
    if entry.file_size > 1_000_000 and entry.file_size > MOST_GROWTH * max(1, entry.compress_size):
        raise ImportRefused(
            f"its entry {entry.filename!r} grows {MOST_GROWTH} times and more when it is unpacked"
        )


def office(data: bytes) -> None:
    """Look through the parts of a Word, PowerPoint or Excel file; raises ImportRefused."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused(
            "it is encrypted, or of the time before 2007; save it as .docx, .pptx or .xlsx without a password"
        )
    with opened(data) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise ImportRefused("it is a zip archive, but no Office file")
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                if entry.file_size > LARGEST_XML:
                    raise ImportRefused(f"its part {entry.filename} has {entry.file_size:,} bytes")
                _refuse_declarations(entry.filename, archive.read(entry))


def _refuse_declarations(name: str, part: bytes) -> None:
    """No entities, wherever they stand and whatever the part is encoded in: two bytes a letter hide nothing."""
    plain = part.replace(b"\0", b"") if b"\0" in part else part
    if any(word in plain for word in DECLARATIONS):
        raise ImportRefused(f"its part {name} declares entities, which no Office program writes")
    spoken = ENCODING.search(plain[:200])
    if spoken is not None and spoken[1].lower() not in ENCODINGS:
        shown = spoken[1].decode("ascii", "replace")[:20]
        raise ImportRefused(f"its part {name} is in the encoding {shown}, which no Office program writes")
    if plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] not in {b"<", b""}:
        raise ImportRefused(f"its part {name} is no XML")
