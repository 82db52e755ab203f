"""Media files told by their first bytes, not by their names."""

import re
from pathlib import Path

# format -> (name endings, media type)
FORMATS: dict[str, tuple[frozenset[str], str]] = {
    "PNG": (frozenset({".png"}), "image/png"),
    "JPEG": (frozenset({".jpg", ".jpeg"}), "image/jpeg"),
    "WebP": (frozenset({".webp"}), "image/webp"),
    "MP4": (frozenset({".mp4", ".m4v"}), "video/mp4"),
    "PDF": (frozenset({".pdf"}), "application/pdf"),
    "taught check": (frozenset({".vision"}), "application/vnd.stepline.vision+json"),
}
ATTACHED = frozenset({"PDF"})  # formats that are only attached, never shown in a step
TAUGHT = "taught check"  # a format that only a `vision` check names
_TAUGHT = re.compile(rb"\{\s*\"vision\"\s*:")
LARGEST_MEDIA = 200_000_000  # bytes; a minute of full-HD video has about 60,000,000
HEAD = 16  # bytes that are enough to tell the formats apart


def detect(head: bytes) -> str | None:
    """The format that a file's first bytes announce, one of FORMATS; None when it is none of them."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return "MP4"
    if head.startswith(b"%PDF-"):
        return "PDF"
    if _TAUGHT.match(head):
        return TAUGHT
    return None


def media_type(head: bytes) -> str | None:
    """The media type of those first bytes, None when the format is not one of ours."""
    found = detect(head)
    return None if found is None else FORMATS[found][1]


def what_is_wrong(file: Path, *, attachment: bool = False, taught: bool = False) -> str | None:
    """Why the file cannot be used as a step's medium, be attached, or be what a camera was taught; None when it can."""
    size = file.stat().st_size
    if size > LARGEST_MEDIA:
        return f"the file has {size:,} bytes; at most {LARGEST_MEDIA:,}"
    with file.open("rb") as stream:
        found = detect(stream.read(HEAD))
    if taught and found != TAUGHT:
        return "not a taught check; make one with `stepline vision teach`"
    if found is None or (found in ATTACHED and not attachment) or (found == TAUGHT and not taught):
        usable = [name for name in FORMATS if name != TAUGHT and (attachment or name not in ATTACHED)]
        return f"not a picture or video that can be shown; use {', '.join(usable)}"
    if file.suffix.lower() not in FORMATS[found][0]:
        return f"the name ends in {file.suffix or 'nothing'} but the file is {found}"
    return None
