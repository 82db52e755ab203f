"""Files as people upload them, made here: pictures of cameras and telephones, films, drawings, models."""

import base64
import io
import json
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image

RED, GREEN, BLUE = (200, 30, 40), (30, 160, 60), (40, 60, 200)
BRACKET = (((0, 0, 0), (60, 40, 10)), ((0, 0, 10), (10, 40, 40)))  # two boxes: high at its left
SIDES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), color: Any = RED, **more: Any) -> bytes:
    """A picture whose left half has a colour and whose right half is green."""
    mode = more.pop("mode", "RGB")
    drawn = Image.new("RGB", size, GREEN)
    drawn.paste(color, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    drawn.convert(mode).save(out, kind, **more)
    return out.getvalue()


def empty_png(width: int, height: int) -> bytes:
    """A valid PNG of white dots, of any size: its rows are packed as they are made."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    packed = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def film(folder: Path, *words: str, name: str = "sent.mp4") -> bytes:
    """A film that ffmpeg makes of these words."""
    target = folder / f"made-{name}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-bitexact",
        *words,
        str(target),
    ]
    subprocess.run(command, check=True)
    return target.read_bytes()


def pattern(seconds: float = 2, size: str = "320x240", rate: int = 10) -> list[str]:
    """A test pattern that moves."""
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds},format=yuv420p"]


def within(data: bytes, path: list[bytes], old: bytes, new: bytes) -> bytes:
    """A film with `old` made `new` in the box at the end of `path` (ISO 14496-12), all sizes mended."""
    at = 0
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == path[0]:
            body = data[at + 8 : at + size]
            body = body.replace(old, new) if len(path) == 1 else within(body, path[1:], old, new)
            return data[:at] + box(kind, body) + data[at + size :]
        at += size
    raise KeyError(path[0])


def box(kind: bytes, *parts: bytes, full: tuple[int, int] | None = None) -> bytes:
    """A box of ISO 14496-12; `full` is its version and flags."""
    body = b"".join(parts)
    if full is not None:
        body = bytes([full[0]]) + full[1].to_bytes(3, "big") + body
    return struct.pack(">I", 8 + len(body)) + kind + body


def inner(data: bytes, *path: tuple[bytes, int]) -> bytes:
    """The body of a box within boxes; each is named with the bytes to skip in it."""
    for kind, skip in path:
        at = 0
        while data[at + 4 : at + 8] != kind:
            at += int.from_bytes(data[at : at + 4], "big")
        data = data[at + 8 + skip : at + int.from_bytes(data[at : at + 4], "big")]
    return data


def heic(folder: Path, colors: list[str], *, side: int = 256, quarters: int = 0) -> bytes:
    """A picture as telephones save it: HEVC tiles side by side (ISO 23008-12), turned to the left by quarters."""
    stsd = [(b"moov", 0), (b"trak", 0), (b"mdia", 0), (b"minf", 0), (b"stbl", 0), (b"stsd", 8)]
    tiles: list[bytes] = []
    codec = b""
    for color in colors:
        words = ["-f", "lavfi", "-i", f"color={color}:s={side}x{side}:r=1:d=1", "-frames:v", "1"]
        quiet = ["-x265-params", "log-level=none:repeat-headers=0"]
        made = film(folder, *words, "-c:v", "libx265", *quiet, "-pix_fmt", "yuv420p", "-tag:v", "hvc1")
        codec = inner(made, *stsd, (b"hvc1", 78), (b"hvcC", 0))
        tiles.append(inner(made, (b"mdat", 0)))
    kind = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    offset = len(kind) + len(_meta(tiles, codec, side, quarters, 0)) + 8
    return kind + _meta(tiles, codec, side, quarters, offset) + box(b"mdat", *tiles)


def _meta(tiles: list[bytes], codec: bytes, side: int, quarters: int, offset: int) -> bytes:
    count = len(tiles)
    whole = count + 1
    width = side * count
    grid = bytes([0, 0, 0, count - 1]) + struct.pack(">HH", width, side)
    entries = [box(b"infe", struct.pack(">HH", n, 0) + b"hvc1\0", full=(2, 1)) for n in range(1, whole)]
    entries.append(box(b"infe", struct.pack(">HH", whole, 0) + b"grid\0", full=(2, 0)))
    places = b""
    for number, tile in enumerate(tiles, 1):
        places += struct.pack(">HHHHII", number, 0, 0, 1, offset, len(tile))
        offset += len(tile)
    places += struct.pack(">HHHHII", whole, 1, 0, 1, 0, len(grid))
    refers = struct.pack(f">HH{count}H", whole, count, *range(1, whole))
    sizes = [box(b"ispe", struct.pack(">II", *size), full=(0, 0)) for size in ((side, side), (width, side))]
    has = b"".join(struct.pack(">HBBB", n, 2, 0x81, 2) for n in range(1, whole))
    has += struct.pack(">HBBB", whole, 2, 3, 0x84)
    return box(
        b"meta",
        box(b"hdlr", b"\0" * 4 + b"pict" + b"\0" * 13, full=(0, 0)),
        box(b"pitm", struct.pack(">H", whole), full=(0, 0)),
        box(b"iinf", struct.pack(">H", whole), *entries, full=(0, 0)),
        box(b"iloc", b"\x44\0", struct.pack(">H", whole), places, full=(1, 0)),
        box(b"iref", box(b"dimg", refers), full=(0, 0)),
        box(
            b"iprp",
            box(b"ipco", box(b"hvcC", codec), *sizes, box(b"irot", bytes([quarters]))),
            box(b"ipma", struct.pack(">I", whole), has, full=(0, 0)),
        ),
        box(b"idat", grid),
        full=(0, 0),
    )


def _corners(low: tuple[int, ...], high: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [tuple((high if n >> axis & 1 else low)[axis] for axis in range(3)) for n in range(8)]


def _triangles() -> list[tuple[tuple[int, ...], ...]]:
    faces = [(at, side) for at in (_corners(*each) for each in BRACKET) for side in SIDES]
    return [tuple(at[n] for n in three) for at, (a, b, c, d) in faces for three in ((a, b, c), (a, c, d))]


def stl() -> bytes:
    """A bracket as a binary STL."""
    faces = _triangles()
    packed = (struct.pack("<12fH", 0, 0, 0, *a, *b, *c, 0) for a, b, c in faces)
    return b"\0" * 80 + struct.pack("<I", len(faces)) + b"".join(packed)


def glb(**more: Any) -> bytes:
    """The bracket as GLB, where y is up."""
    values, data = _gltf()
    text = json.dumps(values | {"buffers": [{"byteLength": len(data)}]} | more).encode()
    text += b" " * (-len(text) % 4)
    whole = struct.pack("<II", 2, 28 + len(text) + len(data))
    chunks = struct.pack("<I", len(text)) + b"JSON" + text + struct.pack("<I", len(data)) + b"BIN\0" + data
    return b"glTF" + whole + chunks


def gltf() -> bytes:
    """The bracket as glTF, whose numbers stand in the text itself."""
    values, data = _gltf()
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return json.dumps(values | {"buffers": [{"byteLength": len(data), "uri": uri}]}, indent=1).encode()


def _gltf() -> tuple[dict[str, Any], bytes]:
    points = [(x, z, -y) for triangle in _triangles() for x, y, z in triangle]
    data = b"".join(struct.pack("<3f", *point) for point in points)
    low, high = ([pick(point[axis] for point in points) for axis in range(3)] for pick in (min, max))
    view = {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3"}
    values = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "bufferViews": [{"buffer": 0, "byteLength": len(data)}],
        "accessors": [{**view, "min": low, "max": high}],
    }
    return values, data


def step() -> bytes:
    """The bracket as STEP (ISO 10303-21, AP214), each box a solid of six faces."""
    lines: list[str] = []

    def add(text: str) -> str:
        lines.append(text)
        return f"#{len(lines)}"

    def numbers(name: str, values: Any) -> str:
        return add(f"{name}('',({','.join(f'{value:.1f}' for value in values)}))")

    solids = [_solid(_corners(*each), add, numbers) for each in BRACKET]
    units = [
        add("(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))"),
        add("(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.))"),
        add("(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT())"),
    ]
    assigned = f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({','.join(units)}))"
    context = add(f"(GEOMETRIC_REPRESENTATION_CONTEXT(3){assigned}REPRESENTATION_CONTEXT('',''))")
    application = add("APPLICATION_CONTEXT('mechanical design')")
    place = add(f"PRODUCT_CONTEXT('',{application},'mechanical')")
    formation = add(
        f"PRODUCT_DEFINITION_FORMATION('','',{add(f'''PRODUCT('bracket','bracket','',({place}))''')})"
    )
    stage = add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{application},'design')")
    shape = add(
        f"PRODUCT_DEFINITION_SHAPE('','',{add(f'''PRODUCT_DEFINITION('','',{formation},{stage})''')})"
    )
    shown = add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('',({','.join(solids)}),{context})")
    add(f"SHAPE_DEFINITION_REPRESENTATION({shape},{shown})")
    head = "FILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('AUTOMOTIVE_DESIGN'));"
    body = "".join(f"#{number}={line};\n" for number, line in enumerate(lines, 1))
    text = f"ISO-10303-21;\nHEADER;\n{head}\nENDSEC;\nDATA;\n{body}ENDSEC;\nEND-ISO-10303-21;\n"
    return text.encode()


def _solid(at: list[tuple[int, ...]], add: Any, numbers: Any) -> str:
    points = [numbers("CARTESIAN_POINT", corner) for corner in at]
    vertices = [add(f"VERTEX_POINT('',{point})") for point in points]
    edges: dict[tuple[int, int], str] = {}

    def unit(first: int, last: int) -> list[float]:
        along = [b - a for a, b in zip(at[first], at[last], strict=True)]
        return [value / sum(map(abs, along)) for value in along]

    def edge(first: int, last: int) -> str:
        if (last, first) in edges:
            return add(f"ORIENTED_EDGE('',*,*,{edges[last, first]},.F.)")
        vector = add(f"VECTOR('',{numbers('DIRECTION', unit(first, last))},1.0)")
        line = add(f"LINE('',{points[first]},{vector})")
        edges[first, last] = add(f"EDGE_CURVE('',{vertices[first]},{vertices[last]},{line},.T.)")
        return add(f"ORIENTED_EDGE('',*,*,{edges[first, last]},.T.)")

    faces: list[str] = []
    for side in SIDES:
        (ux, uy, uz), (vx, vy, vz) = unit(side[0], side[1]), unit(side[1], side[2])
        normal = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
        loop = [edge(a, b) for a, b in zip(side, side[1:] + side[:1], strict=True)]
        bound = add(f"FACE_OUTER_BOUND('',{add(f'''EDGE_LOOP('',({','.join(loop)}))''')},.T.)")
        axes = f"{numbers('DIRECTION', normal)},{numbers('DIRECTION', (ux, uy, uz))}"
        plane = add(f"PLANE('',{add(f'''AXIS2_PLACEMENT_3D('',{points[side[0]]},{axes})''')})")
        faces.append(add(f"ADVANCED_FACE('',({bound}),{plane},.T.)"))
    return add(f"MANIFOLD_SOLID_BREP('',{add(f'''CLOSED_SHELL('',({','.join(faces)}))''')})")
