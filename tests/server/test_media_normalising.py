"""What is uploaded becomes what every kiosk shows: upright, in sRGB, without metadata, in few formats and sizes."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import httpx2
import pytest
import pyvips
from PIL import Image, ImageChops
from sqlalchemy import select

from content import picture as kinds
from server.errors import Invalid, TooLarge
from server.house import House
from server.library.taking import Taken, take
from server.media.making import Role
from server.media.normalising import Normalised, Wish, normalise
from server.people import roster
from server.people.sessions import Kind, open_session
from server.store import tables
from server.store.engine import reading
from tests.server import foreign
from tests.server.foreign import BLUE, GREEN, RED
from tests.server.serving import client, serving


def made(folder: Path, data: bytes, name: str = "sent", wish: Wish | None = None) -> Normalised:
    sent = folder / "upload"
    sent.write_bytes(data)
    return normalise(sent, name, wish)


def shown(found: Normalised, role: Role = Role.KIOSK, number: int = 0) -> Image.Image:
    rendition = found.media[number].rendition(role)
    assert rendition
    with Image.open(rendition.path) as opened:
        assert opened.format == "WEBP"
        assert opened.size == (rendition.width, rendition.height)
        return opened.convert("RGB")


def near(color: tuple[int, ...] | float | None, wanted: tuple[int, int, int], within: int = 12) -> bool:
    assert isinstance(color, tuple)
    return all(abs(a - b) <= within for a, b in zip(color, wanted, strict=True))


KINDS = {
    "png": ("PNG", {}, RED),
    "jpeg": ("JPEG", {"quality": 95}, RED),
    "webp": ("WEBP", {"lossless": True}, RED),
    "tiff": ("TIFF", {}, RED),
    "bmp": ("BMP", {}, RED),
    "avif": ("AVIF", {"quality": 95}, RED),
    "gif": ("GIF", {}, RED),
    "grey png": ("PNG", {"mode": "L"}, (82, 82, 82)),
    "paletted bmp": ("BMP", {"mode": "P"}, (204, 51, 51)),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_picture_becomes_webp_in_two_sizes(tmp_path: Path, name: str) -> None:
    kind, more, color = KINDS[name]
    found = made(tmp_path, foreign.picture(kind, (2400, 1200), **more))
    assert shown(found).size == (1920, 960)
    assert shown(found, Role.THUMBNAIL).size == (480, 240)
    assert near(shown(found).getpixel((400, 400)), color, 30)
    assert found.notes == ()


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    assert shown(made(tmp_path, foreign.picture(size=(90, 30)))).size == (90, 30)


def test_a_picture_is_turned_upright_and_keeps_nothing_but_its_pixels(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # its right side is up
    exif[0x010F] = "SecretCam"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 15.0)  # GPS
    data = foreign.picture("JPEG", (400, 200), exif=exif, comment=b"SecretWords")
    found = made(tmp_path, data)
    upright = shown(found)
    assert upright.size == (200, 400)
    assert near(upright.getpixel((100, 20)), RED)
    assert near(upright.getpixel((100, 380)), GREEN)
    rendition = found.media[0].rendition(Role.KIOSK)
    assert rendition
    with Image.open(rendition.path) as opened:
        assert not opened.getexif()
        assert {"icc_profile", "xmp", "exif"} & set(opened.info) == set()
    assert b"Secret" in data
    assert b"Secret" not in rendition.path.read_bytes()


def test_a_telephones_picture_is_put_together_from_its_tiles_and_turned(tmp_path: Path) -> None:
    upright = shown(made(tmp_path, foreign.heic(tmp_path, ["red", "blue"], quarters=3), "IMG_1.HEIC"))
    assert upright.size == (256, 512)
    assert near(upright.getpixel((128, 30)), (254, 0, 0))
    assert near(upright.getpixel((128, 480)), (0, 0, 254))


def test_colours_of_another_profile_become_those_of_srgb(tmp_path: Path) -> None:
    srgb = pyvips.Image.black(64, 64, bands=3).linear([1, 1, 1], RED).cast("uchar")
    wide = srgb.copy(interpretation="srgb").icc_transform("p3", input_profile="srgb")
    assert not near(tuple(int(each) for each in wide(30, 30)), RED)
    found = made(tmp_path, wide.pngsave_buffer(), "telephone.png")
    assert near(shown(found).getpixel((30, 30)), RED, 4)


def test_a_printers_picture_keeps_its_colours(tmp_path: Path) -> None:
    red, green, blue = shown(made(tmp_path, foreign.picture("JPEG", mode="CMYK"))).getpixel((40, 40))
    assert red > 150 > 100 > max(green, blue)


def test_what_shines_through_stands_on_white(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    assert shown(made(tmp_path, out.getvalue())).getpixel((30, 30)) == (255, 255, 255)


def test_of_a_moving_picture_the_first_is_taken_and_that_is_said(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), color) for color in (RED, BLUE)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    found = made(tmp_path, out.getvalue())
    assert near(shown(found).getpixel((30, 30)), RED)
    assert found.notes == ("the file holds 2 pictures; the first one was taken",)


def test_a_wrong_ending_is_told_and_the_content_counts(tmp_path: Path) -> None:
    found = made(tmp_path, foreign.picture("PNG"), "C:\\photos\\pump.jpg")
    assert found.format == "PNG"
    assert found.notes == ("the name 'pump.jpg' does not suit: the file is PNG",)


DRAWING = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:maker="http://maker.example" width="40mm" height="20mm" viewBox="0 0 40 20" maker:version="1">
<metadata><maker:author>SecretName</maker:author></metadata><!-- SecretNote -->
<style>.part { fill: rgb(200, 30, 40) }</style>
<defs><rect id="plate" width="20" height="20"/></defs><use xlink:href="#plate" class="part"/>
<image xlink:href="http://elsewhere.example/SecretPlace.png" width="5" height="5"/>
<rect x="20" width="20" height="20" fill="rgb(30,160,60)" filter="url(http://elsewhere.example/#a)"/>
<switch><foreignObject><p xmlns="http://www.w3.org/1999/xhtml">SecretHtml</p></foreignObject></switch>
</svg>"""


def test_a_drawing_is_kept_without_anything_but_drawing_and_drawn_as_a_picture(tmp_path: Path) -> None:
    found = made(tmp_path, DRAWING.encode(), "part.svg")
    assert shown(found).size == (1920, 960)
    assert near(shown(found).getpixel((400, 400)), RED)
    assert near(shown(found).getpixel((1500, 400)), GREEN)
    kept = found.media[0].rendition(Role.DRAWING)
    assert kept
    assert kept.type == "image/svg+xml"
    text = kept.path.read_text()
    assert "Secret" not in text
    assert "elsewhere" not in text
    assert "<!" not in text
    assert 'href="#plate"' in text
    assert found.notes == ("left out of the drawing: <foreignObject>, references to other files",)
    again = made(tmp_path, kept.path.read_bytes())
    assert again.notes == ()


def pdf(*colors: tuple[int, int, int]) -> bytes:
    sheets = [Image.new("RGB", (300, 400), color) for color in colors]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def test_pages_of_a_pdf_become_pictures_those_that_are_wanted_in_that_order(tmp_path: Path) -> None:
    found = made(tmp_path, pdf(RED, GREEN, BLUE), "plan.pdf", Wish(pages=(3, 1)))
    assert [medium.what for medium in found.media] == ["page 3", "page 1"]
    assert shown(found).size == (1440, 1920)
    assert near(shown(found).getpixel((700, 900)), BLUE)
    assert near(shown(found, number=1).getpixel((700, 900)), RED)
    assert len(made(tmp_path, pdf(RED, GREEN)).media) == 2


def test_pages_that_are_not_there_or_too_many_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no page 4") as refused:
        made(tmp_path, pdf(RED, GREEN), wish=Wish(pages=(1, 4)))
    assert refused.value.mend == "choose pages from 1 to 2"
    with pytest.raises(TooLarge, match="31 pages"):
        made(tmp_path, pdf(*[RED] * 31))


FILMS = {
    "a camera's": (["-c:v", "libx264", "-bf", "2", "-preset", "ultrafast"], "sent.mp4", "MP4"),
    "quicktime": (["-c:v", "mjpeg"], "sent.mov", "MP4"),
    "webm": (["-c:v", "libvpx-vp9", "-deadline", "realtime"], "sent.webm", "Matroska"),
    "matroska": (["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"], "sent.mkv", "Matroska"),
    "avi": (["-c:v", "mpeg4"], "sent.avi", "AVI"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILMS)
def test_every_film_becomes_one_that_the_weakest_player_takes(tmp_path: Path, name: str) -> None:
    codec, file, told = FILMS[name]
    sound = ["-f", "lavfi", "-i", "sine=d=1", "-metadata", "comment=SecretPlace"]
    data = foreign.film(tmp_path, *foreign.pattern(1, "1600x900", 50), *sound, *codec, name=file)
    found = made(tmp_path, data, file)
    assert found.format == told
    film = found.media[0].rendition(Role.FILM)
    assert film
    assert (film.type, film.width, film.height) == ("video/mp4", 1280, 720)
    whole = film.path.read_bytes()
    assert b"Secret" not in whole
    assert whole.index(b"moov") < whole.index(b"mdat")  # it plays before all of it is there
    with av.open(str(film.path)) as opened:
        stream = opened.streams.video[0]
        assert len(opened.streams) == 1
        assert stream.codec_context.profile in {"Baseline", "Constrained Baseline"}
        assert (stream.codec_context.pix_fmt, stream.codec_context.has_b_frames) == ("yuv420p", False)
        assert stream.average_rate == 30
        assert found.media[0].seconds == pytest.approx(1, abs=0.1)
    assert shown(found, Role.POSTER).size == (1280, 720)


def test_a_film_is_cut_where_it_is_wanted(tmp_path: Path) -> None:
    data = foreign.film(tmp_path, *foreign.pattern(6))
    assert made(tmp_path, data, wish=Wish(start=1.5, end=4.0)).media[0].seconds == pytest.approx(
        2.5, abs=0.15
    )
    with pytest.raises(Invalid, match=r"6\.0 s long"):
        made(tmp_path, data, wish=Wish(start=7.0))


def test_a_long_film_is_refused_unless_a_part_of_it_is_wanted(tmp_path: Path) -> None:
    data = foreign.film(tmp_path, *foreign.pattern(320, "64x48", 1))
    with pytest.raises(TooLarge, match="320 s long") as refused:
        made(tmp_path, data)
    assert "300 s" in refused.value.mend
    assert made(tmp_path, data, wish=Wish(start=10, end=14)).media[0].seconds == pytest.approx(4, abs=1)


def test_the_poster_is_the_sharpest_of_the_frames(tmp_path: Path) -> None:
    black = ["-f", "lavfi", "-i", "color=black:s=320x240:r=10:d=3"]
    joined = ["-filter_complex", "[0:v][1:v]concat=n=2", "-pix_fmt", "yuv420p"]
    data = foreign.film(tmp_path, *black, "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1", *joined)
    assert ImageChops.invert(shown(made(tmp_path, data), Role.POSTER)).getextrema()[0][0] < 30


MODELS = {"stl": foreign.stl, "glb": foreign.glb, "gltf": foreign.gltf, "step": foreign.step}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_seen_from_four_sides_and_all_round(tmp_path: Path, name: str) -> None:
    found = made(tmp_path, MODELS[name](), f"bracket.{name}")
    assert [medium.what for medium in found.media] == ["isometric", "front", "top", "right", "turntable"]
    front = shown(found, number=1)
    ground = front.getpixel((5, 5))
    assert near(front.getpixel((1000, 200)), ground)  # nothing above its right,
    assert not near(front.getpixel((200, 300)), ground, 25)  # its wall at the left,
    assert not near(front.getpixel((1000, 800)), ground, 25)  # its foot below
    turntable = found.media[4]
    frames = [each for each in turntable.renditions if each.role is Role.FRAME]
    assert len({each.digest for each in frames}) == len(frames) == 24
    film = turntable.rendition(Role.FILM)
    assert film
    assert film.type == "video/mp4"
    assert turntable.seconds == pytest.approx(3, abs=0.1)
    for each in frames:  # the model stays in sight all the way round
        with Image.open(each.path) as opened:
            edge = opened.convert("RGB").crop((0, 0, each.width, 3))
            assert all(high - low <= 8 for low, high in edge.getextrema())


# --- kept, and over the API -----------------------------------------------------


@pytest.fixture
def engineer(house: House) -> Iterator[httpx2.Client]:
    roster.add_person(house, "eva", "Eva", "engineer", "test")
    token = open_session(house.engine, "eva", kind=Kind.API, at=house.now()).token
    with serving(house) as address, client(address, token) as caller:
        yield caller


def test_an_upload_is_kept_with_its_renditions_and_its_original_beside_them(house: House) -> None:
    data = foreign.picture("JPEG", (2400, 1200))
    taken = take(house, data, "pump.jpg", "eva")
    assert (taken.width, taken.height, taken.name) == (1920, 960, "pump.jpg")
    (item,) = taken.items
    assert [file.role for file in item.files] == [Role.KIOSK, Role.THUMBNAIL]
    with reading(house.engine) as tx:
        known = {row.digest: row for row in tx.execute(select(tables.media))}
        (noted,) = [row for row in tx.execute(select(tables.audit)) if row.what == "took in"]
    for file in item.files:
        kept = house.media.path(file.digest).read_bytes()
        assert (known[file.digest].size, known[file.digest].type) == (len(kept), "image/webp")
        assert kinds.media_type(kept[: kinds.HEAD]) == file.type
    assert (noted.who, noted.subject) == ("eva", taken.digest)
    assert taken.original not in known
    originals = list((house.settings.data / "originals").rglob(taken.original))
    assert [each.read_bytes() for each in originals] == [data]
    assert take(house, data, "again.jpg", "eva").digest == taken.digest


def test_an_engineer_uploads_over_the_api_and_is_told_what_was_made(engineer: httpx2.Client) -> None:
    data = foreign.picture("PNG", (600, 300))
    answer = engineer.post("/media", files={"file": ("../../pump.png", data, "text/html")})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["name"], told["kind"], told["format"], told["notes"]) == ("pump.png", "picture", "PNG", [])
    assert [(file["role"], file["width"], file["height"]) for file in told["media"][0]["files"]] == [
        ("kiosk", 600, 300),
        ("thumbnail", 480, 240),
    ]


def test_the_api_takes_pages_and_says_what_it_refuses(engineer: httpx2.Client) -> None:
    sent = {"file": ("plan.pdf", pdf(RED, GREEN, BLUE), "application/pdf")}
    told = engineer.post("/media", files=sent, data={"pages": "2-3"}).json()
    assert [medium["what"] for medium in told["media"]] == ["page 2", "page 3"]
    for pages in ("x", "3-1", "1-99999", "9"):
        answer = engineer.post("/media", files=sent, data={"pages": pages})
        assert answer.status_code == 422
        assert answer.json()["mend"]
    answer = engineer.post("/media", files={"file": ("page.html", b"<html>", "image/png")})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "the file is a web page; it is no picture, film, PDF or 3D model that can be shown",
    )


def test_a_taken_file_can_be_named_by_its_digest_alone() -> None:
    assert Taken(digest="0" * 64, width=0, height=0).items == ()
