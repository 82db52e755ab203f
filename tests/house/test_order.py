"""The tree is in order: small modules, and nothing in it that only one machine knows."""

import re
import tomllib

import pytest

from tests.house.tree import ROOMS, ROOT, lines_with, texts, tracked

LONGEST_MODULE = 500  # lines
VAGUE = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("debian", "org/debian"),
        ("crates", "io"),
        ("anaconda", "org"),
        ("ghcr", "io"),
        ("docker", "io"),
    )
]
HOSTS = re.compile("|".join(re.escape(host) for host in REGISTRIES), re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w.>)\]-])/(?:work|home|root|Users)/[\w.-]+")
BESIDE = re.compile(r"(?<![\w/-])(?:\.\./)*shared/")
LOCKED = re.compile(r'\b(?:registry|url) = "(?!https://registry\.invalid/)[^"]*"')


def modules() -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in ROOMS]


def test_a_module_fits_one_idea() -> None:
    lengths = {name: len(texts()[name].splitlines()) for name in modules()}
    assert len(lengths) > 100
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_a_module_is_named_after_what_it_does() -> None:
    named = {name: re.split(r"[/_.]", name) for name in tracked() if name.endswith(".py")}
    assert [name for name, words in named.items() if VAGUE & set(words)] == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert lines_with(HOSTS, texts()) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATHS, texts()) == []


def test_nothing_needs_what_lies_beside_the_repository() -> None:
    assert lines_with(BESIDE, [name for name in texts() if not name.startswith("tests/")]) == []


def test_the_lock_names_no_host() -> None:
    assert lines_with(LOCKED, ["uv.lock"]) == []
    locked = tomllib.loads(texts()["uv.lock"])["package"]
    files = [
        file for package in locked for file in (package.get("sdist"), *package.get("wheels", ())) if file
    ]
    assert len(files) > 500
    assert [file["url"] for file in files if not re.fullmatch("sha256:[0-9a-f]{64}", file["hash"])] == []


@pytest.mark.parametrize("written", ["dependencies", "groups"])
def test_the_lock_holds_whatever_the_project_asks_for(written: str) -> None:
    project = tomllib.loads(texts()["pyproject.toml"])
    asked = (
        project["project"]["dependencies"]
        if written == "dependencies"
        else [one for group in project["dependency-groups"].values() for one in group]
    )
    names = {re.split(r"[\[<>=!~ ]", one)[0].lower() for one in asked}
    assert names - {package["name"] for package in tomllib.loads(texts()["uv.lock"])["package"]} == set()


def test_the_version_has_its_words_in_the_change_log() -> None:
    version = tomllib.loads(texts()["pyproject.toml"])["project"]["version"]
    sections = re.findall(r"^## (\S+)", texts()["CHANGELOG.md"], re.MULTILINE)
    assert sections
    assert sections[0] in {"Unreleased", version}
    assert sections.count(version) == 1


def test_the_commands_file_can_be_run() -> None:
    assert (ROOT / "run").stat().st_mode & 0o111
