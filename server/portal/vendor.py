"""Fetch the browser libraries that the portal serves, at pinned versions: `python -m server.portal.vendor`.

The files are kept in the repository, so nobody needs npm to run the product; this is how they are renewed.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A package, its pinned version and licence (SPDX), and the files of it that are served."""

    name: str
    version: str
    licence: str
    licence_files: tuple[str, ...]
    files: dict[str, str]  # path in the package -> name it is served under


LIBRARIES = (
    Library(
        name="htmx.org",
        version="4.0.1",
        licence="0BSD",
        licence_files=("LICENSE",),
        files={"dist/htmx.min.js": "htmx.min.js", "dist/ext/hx-sse.min.js": "hx-sse.min.js"},
    ),
    Library(
        name="echarts",
        version="6.1.0",
        licence="Apache-2.0",
        licence_files=("LICENSE", "NOTICE", "licenses/LICENSE-d3"),
        files={"dist/echarts.common.min.js": "echarts.common.min.js"},
    ),
    Library(
        name="@fontsource-variable/inter",
        version="5.3.0",
        licence="OFL-1.1",
        licence_files=("LICENSE",),
        files={
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
)


def fetch(library: Library, folder: Path) -> list[dict[str, str]]:
    """Put the library's files and licences into `folder`; its rows of the manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        wanted = f"{library.name}@{library.version}"
        subprocess.run(["npm", "pack", wanted, "--silent"], cwd=scratch, check=True)  # noqa: S603, S607
        archive = next(Path(scratch).glob("*.tgz"))
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        package = Path(scratch) / "package"
        short = library.name.split("/")[-1]
        for name in library.licence_files:
            shutil.copyfile(package / name, folder / f"{short}.{Path(name).name}.txt")
        return [_copy(library, package / source, folder / target) for source, target in library.files.items()]


def _copy(library: Library, source: Path, target: Path) -> dict[str, str]:
    data = source.read_bytes()
    if source.suffix == ".js":  # the source maps stay behind; a browser would ask for them in vain
        data = b"\n".join(row for row in data.splitlines() if not row.startswith(b"//# sourceMappingURL="))
    target.write_bytes(data)
    return {
        "name": library.name,
        "version": library.version,
        "licence": library.licence,
        "file": target.name,
        "sha384": base64.b64encode(hashlib.sha384(data).digest()).decode(),
    }


def main() -> None:
    """Fetch everything anew and write the manifest."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    rows = [row for library in LIBRARIES for row in fetch(library, FOLDER)]
    (FOLDER / "manifest.json").write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
