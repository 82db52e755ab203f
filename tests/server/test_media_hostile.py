"""Hostile uploads: refused in a sentence with its mend, or what was hidden in it is gone; the server goes on."""

import gzip
import io
import json
import os
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from content.folder import load_instruction
from server.errors import Invalid, Refused, TooLarge
from server.house import House
from server.library.taking import take
from server.media import documents, limits
from server.media.kinds import plain_name
from server.media.limits import MEGABYTE, Limits
from server.media.making import Role
from server.media.normalising import Normalised, Wish, normalise
from server.media.svg import sanitised
from tests.server import foreign

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"{}</svg>'
SCRIPT = b"<script>alert('SecretProgram')</script>"


def _has_a_mend(refusal: Refused) -> None:
    assert refusal.mend


def made(folder: Path, data: bytes, name: str = "sent", wish: Wish | None = None) -> Normalised:
    sent = folder / "upload"
    sent.write_bytes(data)
    return normalise(sent, name, wish)


def refused(folder: Path, data: bytes, name: str = "sent") -> Refused:
    """The refusal, which is a sentence for a person and says how to mend it."""
    with pytest.raises(Refused) as caught:
        made(folder, data, name)
    told = caught.value
    assert told.detail
    assert told.mend
    assert "\n" not in told.detail
    assert str(folder) not in told.detail
    assert "Traceback" not in told.detail
    return told


def whole(found: Normalised) -> bytes:
    return b"".join(each.path.read_bytes() for medium in found.media for each in medium.renditions)


# --- bombs ----------------------------------------------------------------------


def patched(data: bytes, at: int, form: str, *values: int) -> bytes:
    return data[:at] + struct.pack(form, *values) + data[at + struct.calcsize(form) :]


def wide_jpeg() -> bytes:
    data = foreign.picture("JPEG")
    return patched(data, data.index(b"\xff\xc0") + 5, ">HH", 65_000, 65_000)


def wide_tiff() -> bytes:
    data = foreign.picture("TIFF")
    return data.replace(
        struct.pack("<HHI", 256, 4, 1) + struct.pack("<I", 320), struct.pack("<HHII", 256, 4, 1, 90_000)
    ).replace(
        struct.pack("<HHI", 257, 4, 1) + struct.pack("<I", 200), struct.pack("<HHII", 257, 4, 1, 90_000)
    )


def wide_gif() -> bytes:
    data = foreign.picture("GIF")
    return patched(patched(data, 6, "<HH", 65_000, 65_000), data.index(b",", 13) + 5, "<HH", 65_000, 65_000)


WIDE: dict[str, Callable[[], bytes]] = {
    "a png of 50,000 x 50,000 white dots": lambda: foreign.empty_png(50_000, 50_000),
    "a jpeg": wide_jpeg,
    "a tiff": wide_tiff,
    "a gif": wide_gif,
    "a bmp": lambda: patched(foreign.picture("BMP"), 18, "<ii", 60_000, 60_000),
    "a webp": lambda: foreign.picture("WEBP", (9_000, 9_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDE)
def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path, name: str) -> None:
    told = refused(tmp_path, WIDE[name]())
    assert isinstance(told, TooLarge), told.detail
    assert "pixels" in told.detail
    assert "40,000,000" in told.mend


def test_a_packed_drawing_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed:
        packed.write(b"<svg xmlns='http://www.w3.org/2000/svg'>")
        for _ in range(200):
            packed.write(b" " * 1_000_000)
    assert len(out.getvalue()) < 300_000
    assert "unpacks to too much" in refused(tmp_path, out.getvalue(), "drawing.svgz").detail


def test_an_archive_is_no_picture_whatever_it_is_called(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../bomb.png", b"\0" * 50_000_000)
    told = refused(tmp_path, out.getvalue(), "pump.png")
    assert "an archive" in told.detail
    assert "unpack it" in told.mend


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BAD_DRAWINGS = {
    "a bomb of entities": (
        f'<!DOCTYPE svg [<!ENTITY a0 "ha">{ENTITIES}]>' + SVG.format("><text>&a9;</text>"),
        "entities",
    ),
    "another file as an entity": (
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("><text>&a;</text>"),
        "entities",
    ),
    "a script": (SVG.format("><script>alert(1)</script>"), "<script>"),
    "a script of another name space": (SVG.format('><x:script xmlns:x="urn:x">alert(1)</x:script>'), "<script>"),
    "a script in capitals": (SVG.format("><SCRIPT>alert(1)</SCRIPT>"), "<SCRIPT>"),
    "a script in foreign content": (SVG.format("><foreignObject><body><script/></body></foreignObject>"), "<script>"),
    "an event handler": (SVG.format(' onload="alert(1)">'), "onload"),
    "an event handler deep within": (SVG.format('><g><rect onClick="alert(1)"/></g>'), "onclick"),
    "elements within elements": (SVG.format(">" + "<g>" * 500 + "</g>" * 500), "within another"),
    "a flood of elements": (SVG.format(">" + "<g/>" * 60_000), "elements"),
    "parts of parts": (SVG.format(">" + '<use href="#a"/>' * 3_000), "repeats"),
    "no end": ('<svg xmlns="http://www.w3.org/2000/svg"><g>', "damaged"),
    "a ribbon": ('<svg xmlns="http://www.w3.org/2000/svg" width="900000" height="1"/>', "far longer"),
    "another language": ('<?xml version="1.0"?><!-- <svg --><html/>', "no SVG"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_DRAWINGS)
def test_a_drawing_that_runs_or_floods_is_refused(tmp_path: Path, name: str) -> None:
    text, said = BAD_DRAWINGS[name]
    assert said in refused(tmp_path, text.encode(), "drawing.svg").detail


def test_parts_of_parts_of_parts_do_not_hold_up_the_server(tmp_path: Path) -> None:
    levels = "".join(f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
    text = SVG.format(f'><defs><g id="l0"><rect width="1" height="1"/></g>{levels}</defs><use href="#l11"/>')
    sent = tmp_path / "upload.svg"
    sent.write_text(text)
    try:
        said = limits.run("drawing", {"file": sent.name, "format": "SVG"}, tmp_path, Limits(seconds=20))
    except Refused as told:
        said = {"detail": told.detail}
    assert said


LEAKS = {
    "a file of the server": '<image xlink:href="file:///etc/passwd" width="9" height="9"/>',
    "a file beside it": '<image href="../secret.png" width="9" height="9"/>',
    "a place in the network": '<image href="https://elsewhere.example/a.png" width="9" height="9"/>',
    "a program as an address": '<a href="javascript:alert(1)"><rect width="9" height="9"/></a>',
    "a drawing in a drawing": '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>',
    "a style from elsewhere": "<style>@import 'https://elsewhere.example/a.css';</style>",
    "a ground from elsewhere": '<rect style="fill: url(https://elsewhere.example/#a)" width="9" height="9"/>',
    "a ground from elsewhere in quotes": "<rect fill=\"url('https://elsewhere.example/#a')\" width='9' height='9'/>",
    "part of another file": '<use href="https://elsewhere.example/a.svg#x"/>',
    "an animation to a program": '<set attributeName="href" to="javascript:alert(1)"/>',
    "foreign content": "<foreignObject><iframe src='https://elsewhere.example'/></foreignObject>",
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_drawing_leads_nowhere_and_that_is_said(tmp_path: Path, name: str) -> None:
    found = made(tmp_path, SVG.format(f">{LEAKS[name]}").encode(), "drawing.svg")
    kept = found.media[0].rendition(Role.DRAWING)
    assert kept
    text = kept.path.read_text()
    for bad in ("passwd", "elsewhere", "secret", "javascript", "data:", "iframe"):
        assert bad not in text
    assert found.notes
    assert found.notes[0].startswith("left out of the drawing: ")


SHREDS = st.sampled_from([
    "<script", "<g", "<x:script", "<use", "<style", "</script", "</g", "/>", ">", " onload", " href", "=", '"', "'",
    "javascript:", "data:text/html,", "url(", ")", "&lt;", "&#60;", "&", "<!--", "-->", "<![CDATA[", "]]>", " ",
    "alert(1)", "xmlns:x='urn:x'", " x:href", "<?xml", "?>",
])  # fmt: skip
CLEAN = st.sampled_from(
    ["<script>alert(1)</script>", "<g onload='alert(1)'/>", "<text>hello</text>", "<!-- x -->"]
)


@given(st.lists(SHREDS | CLEAN, max_size=20).map("".join))
@settings(deadline=None)
def test_no_text_gets_a_way_out_through_the_cleaner(words: str) -> None:
    try:
        data, _ = sanitised(SVG.format(f">{words}").encode())
    except Refused as refusal:
        _has_a_mend(refusal)
        return
    for element in ElementTree.fromstring(data).iter():
        assert not str(element.tag).endswith("script")
        assert not [name for name in element.attrib if name.startswith("on")]
    assert b"<!" not in data
    assert sanitised(data)[0] == data


# --- two things in one file ------------------------------------------------------


def gif_that_is_also_a_page() -> bytes:
    data = foreign.picture("GIF")
    comment = b"!\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0"
    at = data.index(b"!\xf9") if b"!\xf9" in data else data.index(b",", 13)
    return data[:at] + comment + data[at:] + SCRIPT


def zipped_tail() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("SecretProgram.exe", b"MZ SecretProgram")
    return out.getvalue()


TWO = {
    "a gif that is also a page": gif_that_is_also_a_page,
    "a jpeg with an archive behind it": lambda: foreign.picture("JPEG") + zipped_tail(),
    "a png with a page behind it": lambda: foreign.picture("PNG") + SCRIPT,
    "a webp with a page behind it": lambda: foreign.picture("WEBP") + SCRIPT,
    "a bmp with an archive behind it": lambda: foreign.picture("BMP") + zipped_tail(),
}


@pytest.mark.parametrize("name", TWO)
def test_of_a_file_that_is_two_things_only_the_picture_stays(tmp_path: Path, name: str) -> None:
    data = TWO[name]()
    assert b"SecretProgram" in data
    found = made(tmp_path, data)
    assert b"SecretProgram" not in whole(found)
    with Image.open(found.media[0].renditions[0].path) as shown:
        assert shown.size == (320, 200)


# --- what it is not -----------------------------------------------------------------


NOT_SHOWN = {
    "nothing": (b"", "empty"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
    "a page with a drawing in it": (b"<html><svg xmlns='http://www.w3.org/2000/svg'></svg></html>", "a web page"),
    "a program": (b"MZ" + b"\0" * 400, "a program"),
    "another program": (b"\x7fELF" + b"\0" * 400, "a program"),
    "a list of films": (
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n",
        "a list that names other files",
    ),
    "a list to join": (b"ffconcat version 1.0\nfile /etc/passwd\n", "a list that names other files"),
    "a joined address": (b"concat:/etc/passwd|/etc/hosts", "a list that names other files"),
    "an address": (b"file:///etc/passwd", "a list that names other files"),
    "words": (b"Tighten the screws.", "no picture"),
    "an old office document": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an office document"),
    "zeros": (b"\0" * 5_000, "no picture"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_SHOWN)
@pytest.mark.parametrize("called", ["pump.png", "pump.mp4"])
def test_what_cannot_be_shown_is_refused_whatever_it_is_called(
    tmp_path: Path, name: str, called: str
) -> None:
    data, said = NOT_SHOWN[name]
    assert said in refused(tmp_path, data, called).detail


BROKEN = {
    "png": foreign.picture("PNG", (900, 700))[:600],
    "png with a wrong sum": foreign.picture("PNG").replace(b"IDAT", b"IDAT\xff", 1),
    "jpeg": foreign.picture("JPEG", (900, 700))[:3_000],
    "webp": foreign.picture("WEBP", (900, 700))[:200],
    "gif": foreign.picture("GIF", (900, 700))[:900],
    "bmp": foreign.picture("BMP")[:90],
    "tiff": foreign.picture("TIFF")[:90],
    "avif": foreign.picture("AVIF", (900, 700))[:400],
    "pdf": b"%PDF-1.7\n1 0 obj\n<<",
    "stl": b"solid bracket\nfacet normal 0 0 1\nouter loop\nvertex a b c\n",
    "glb": foreign.glb()[:200],
    "gltf": b'{"asset": {"version": "2.0"}, "buffers": 5}',
    "step": b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n#1=NONSENSE(#2",
    "avi": b"RIFF\0\1\0\0AVI LIST" + b"\0" * 400,
    "matroska": b"\x1a\x45\xdf\xa3" + b"\xff" * 400,
    "mp4": b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + b"\0" * 400,
    "packed drawing": b"\x1f\x8b\x08\0broken",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    assert "damaged" in refused(tmp_path, BROKEN[name]).detail


@given(
    where=st.integers(0, 400),
    what=st.binary(min_size=1, max_size=6),
    kind=st.sampled_from(["PNG", "JPEG", "GIF"]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoiled_picture_is_shown_or_refused(tmp_path: Path, where: int, what: bytes, kind: str) -> None:
    data = foreign.picture(kind, (64, 48))
    try:
        found = made(tmp_path, data[:where] + what + data[where + len(what) :])
    except Refused as refusal:
        _has_a_mend(refusal)
    else:
        assert found.media


# --- films --------------------------------------------------------------------------


def test_a_film_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    data = foreign.film(tmp_path, *foreign.pattern(5))
    assert "damaged, or it is cut off" in refused(tmp_path, data[: len(data) // 2]).detail
    streamed = foreign.film(tmp_path, *foreign.pattern(5), "-movflags", "+faststart")
    assert "breaks off" in refused(tmp_path, streamed[: len(streamed) // 2]).detail


def test_a_film_that_names_another_file_shows_nothing_of_it(tmp_path: Path) -> None:
    other = tmp_path / "secret.mp4"
    other.write_bytes(foreign.film(tmp_path, "-f", "lavfi", "-i", "color=blue:s=320x240:d=1:r=10"))
    own = foreign.film(tmp_path, "-f", "lavfi", "-i", "color=red:s=320x240:d=1:r=10")
    address = f"file://{other}\0".encode()
    reference = struct.pack(">I", 12 + len(address)) + b"url \0\0\0\0" + address
    path = [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"]
    data = foreign.within(own, path, b"\0\0\0\x0curl \0\0\0\1", reference)
    assert address in data
    try:
        found = made(tmp_path, data)
    except Refused:
        return
    poster = found.media[0].rendition(Role.POSTER)
    assert poster
    with Image.open(poster.path) as shown:
        red, _, blue = shown.convert("RGB").getpixel((9, 9))
    assert red > 200 > 50 > blue


def test_a_film_of_too_many_pixels_or_without_pictures_is_refused(tmp_path: Path) -> None:
    wide = foreign.film(
        tmp_path, "-f", "lavfi", "-i", "color=s=6000x4000:r=1:d=1", "-c:v", "mjpeg", name="a.avi"
    )
    assert "6000 × 4000 pixels" in refused(tmp_path, wide).detail
    quick = foreign.film(tmp_path, *foreign.pattern(0.1, "64x48", 1000), "-c:v", "mpeg4", name="b.avi")
    assert "1000 frames a second" in refused(tmp_path, quick).detail
    sound = foreign.film(tmp_path, "-f", "lavfi", "-i", "sine=d=1")
    assert "no film in the file" in refused(tmp_path, sound).detail


# --- models --------------------------------------------------------------------------


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "../secret.bin", "https://elsewhere.example/a.bin"])
def test_a_model_that_names_other_files_is_refused(tmp_path: Path, uri: str) -> None:
    assert "refers to other files" in refused(tmp_path, foreign.glb(images=[{"uri": uri}])).detail
    text = json.dumps({"asset": {"version": "2.0"}, "buffers": [{"uri": uri, "byteLength": 9}]})
    assert "refers to other files" in refused(tmp_path, text.encode(), "a.gltf").detail


# --- names, and the child ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/job.png", "C:\\Windows\\job.png", "/etc/job.png", "a/\0/job.png", "..", "", "\n"],
)
def test_a_name_leads_nowhere(house: House, name: str) -> None:
    before = {
        each for each in house.settings.data.parent.rglob("*") if not each.is_relative_to(house.settings.data)
    }
    taken = take(house, foreign.picture(), name, "eva")
    assert taken.name in {"job.png", "..", "the file"}
    after = {
        each for each in house.settings.data.parent.rglob("*") if not each.is_relative_to(house.settings.data)
    }
    assert after == before
    assert not [each for each in house.settings.data.rglob("*") if "job" in each.name]


@given(st.text(max_size=300))
def test_a_name_is_one_short_line(name: str) -> None:
    kept = plain_name(name)
    assert 0 < len(kept) <= 120
    assert kept.isprintable()
    assert not set(kept) & set("/\\")


def test_nothing_of_a_refused_upload_is_kept(house: House) -> None:
    before = sorted(house.settings.data.rglob("*"))
    for data in (b"", SCRIPT, foreign.picture("PNG")[:200], zipped_tail()):
        with pytest.raises(Refused):
            take(house, data, "a.png", "eva")
    assert sorted(house.settings.data.rglob("*")) == before


def test_a_child_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    (tmp_path / "sent.stl").write_bytes(foreign.stl())
    with pytest.raises(TooLarge, match="within 1 s") as told:
        limits.run("model", {"file": "sent.stl", "format": "STL"}, tmp_path, Limits(seconds=1))
    assert told.value.mend
    assert not [
        each
        for each in psutil.Process().children(recursive=True)
        if "server.media" in " ".join(each.cmdline())
    ]


def test_documents_are_read_in_a_child_that_tells_of_each_draft(tmp_path: Path) -> None:
    (tmp_path / "two.md").write_text("# One\n\n## Turn it\n\nTurn it.\n", encoding="utf-8")
    for _ in limits.run_in_turns("documents", {"file": "two.md"}, tmp_path, Limits(seconds=60)):
        pass
    (told,) = documents.so_far(tmp_path, 0)
    assert told["steps"] == len(load_instruction(tmp_path / told["folder"]).steps)
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(Invalid, match="damaged or no such file") as refused:
        list(limits.run_in_turns("documents", {"file": "bad.docx"}, tmp_path, Limits(seconds=60)))
    assert "Word (.docx)" in refused.value.mend


def test_a_child_whose_caller_goes_away_is_ended(tmp_path: Path) -> None:
    (tmp_path / "sent.stl").write_bytes(foreign.stl())
    options = {"file": "sent.stl", "format": "STL"}
    work = limits.run_in_turns("model", options, tmp_path, Limits(seconds=60))
    next(work)
    work.close()
    assert not [
        each
        for each in psutil.Process().children(recursive=True)
        if "server.media" in " ".join(each.cmdline())
    ]


def test_a_child_that_wants_too_much_memory_falls_alone(tmp_path: Path) -> None:
    progressive = io.BytesIO()  # libjpeg holds all of its coefficients at once: 6 bytes for each dot
    Image.new("RGB", (6_000, 6_000), "teal").save(progressive, "JPEG", progressive=True, subsampling=0)
    (tmp_path / "sent.jpg").write_bytes(progressive.getvalue())
    options = {"file": "sent.jpg", "format": "JPEG"}
    with pytest.raises(Refused) as told:
        limits.run("picture", options, tmp_path, Limits(seconds=30, memory=150 * MEGABYTE))
    assert "\n" not in told.value.detail


def test_a_child_that_writes_too_much_is_refused(tmp_path: Path) -> None:
    rng = os.urandom(1_000_000)
    out = io.BytesIO()
    Image.frombytes("RGB", (500, 600), rng[:900_000]).save(out, "PNG")
    (tmp_path / "sent.png").write_bytes(out.getvalue())
    options = {"file": "sent.png", "format": "PNG"}
    with pytest.raises(Refused) as told:
        limits.run("picture", options, tmp_path, Limits(seconds=30, output=20_000))
    assert told.value.mend


def test_a_child_that_falls_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="what reads it gave up"):
        limits.run("nonsense", {}, tmp_path, Limits(seconds=20))


def test_a_child_sees_none_of_the_servers_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPLINE_ADMIN_PASSWORD", "SecretWord")
    environment = limits.environment(tmp_path)
    told = subprocess.run(["/usr/bin/env"], env=environment, capture_output=True, check=True)
    assert b"SecretWord" not in told.stdout
    assert environment["HOME"] == str(tmp_path)
