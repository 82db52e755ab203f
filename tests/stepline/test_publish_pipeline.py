"""A pipeline sends a folder from a git checkout with its token: where it came from is seen, and it can do no more."""

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.content.documents import write_instruction
from tests.server.serving import PASSWORD, ServerProcess, approve_nothing
from tests.stepline.conftest import Stepline, surroundings

REPOSITORY = "https://git.plant.example/work/pumps.git"
OPEN = {
    ("GET", "/health"),
    ("POST", "/session"),
    ("POST", "/enrolments"),
    ("GET", "/enrolments/{request_id}"),
}
REVIEW = re.compile(r"close-pump revision (\d+): in review, (http://\S+/drafts/(\S+)/review)\n")


def git(folder: Path, *words: str) -> str:
    who = {"GIT_AUTHOR_NAME": "Nora Novak", "GIT_COMMITTER_NAME": "CI", "GIT_CONFIG_GLOBAL": "/dev/null"}
    who |= {"GIT_AUTHOR_EMAIL": "nora@plant.example", "GIT_COMMITTER_EMAIL": "ci@plant.example"}
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings(**who),
    )
    return done.stdout.strip()


def drawn() -> bytes:
    """A picture that a page can show."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def checkout(stepline: Stepline) -> Path:
    """A document in a git repository, whose address carries a password."""
    folder = stepline.folder / "pumps" / "close-pump"
    folder.mkdir(parents=True)
    write_instruction(folder, picture=drawn())
    git(folder.parent, "init", "-q")
    git(folder.parent, "remote", "add", "origin", REPOSITORY.replace("://", "://ci:secret@"))
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-q", "-m", "Torque as in change 4711")
    return folder


@pytest.fixture
def running(server: ServerProcess) -> ServerProcess:
    server.start()
    eva = {"id": "eva", "name": "Eva", "role": "engineer", "login": "eva", "password": PASSWORD}
    server.signed_in().post("/people", json=eva).raise_for_status()
    return server


@pytest.fixture
def token(running: ServerProcess) -> str:
    made = running.signed_in("eva").post("/keys", json={"name": "gitlab", "scope": "submit", "days": 30})
    made.raise_for_status()
    assert made.json()["token"].startswith("key-")
    return str(made.json()["token"])


@pytest.fixture
def portal(running: ServerProcess) -> Iterator[httpx2.Client]:
    """The administrator at the portal."""
    with httpx2.Client(base_url=running.address, timeout=30, trust_env=False) as browser:
        ticket = browser.get("/sign-in").text.split('name="ticket" value="', 1)[1].split('"', 1)[0]
        fields = {"ticket": ticket, "login": "admin", "password": PASSWORD, "next": "/"}
        assert browser.post("/sign-in", data=fields).status_code == 303
        yield browser


def seen(page: str) -> str:
    """What of a page is text."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_folder_in_git_comes_into_review_with_where_it_came_from(
    stepline: Stepline, running: ServerProcess, checkout: Path, token: str, portal: httpx2.Client, how: str
) -> None:
    command = ["publish", checkout, "--server", running.address, "--comment", "Torque as in change 4711"]
    sent = (
        stepline(*command, "--token", token) if how == "option" else stepline(*command, STEPLINE_TOKEN=token)
    )
    assert (sent.returncode, sent.stderr) == (0, "")
    told = REVIEW.fullmatch(sent.stdout)
    assert told is not None
    assert told[1] == "1"
    assert token not in sent.stdout
    page = portal.get(told[2].removeprefix(running.address))
    assert page.status_code == 200
    text = seen(page.text)
    assert "From a pipeline" in text
    for words in (git(checkout, "rev-parse", "HEAD"), "Nora Novak", REPOSITORY):
        assert words in text
    assert "secret" not in text
    audit = seen(portal.get("/audit").text)
    assert "Torque as in change 4711" in audit


def test_a_release_of_a_pipeline_says_its_commit_too(
    stepline: Stepline, running: ServerProcess, checkout: Path, token: str, portal: httpx2.Client
) -> None:
    approve_nothing(running.signed_in())
    sent = stepline("publish", checkout, "--server", running.address, "--token", token)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert "close-pump revision 1: " in sent.stdout
    page = seen(portal.get("/library/instructions/close-pump").text)
    assert git(checkout, "rev-parse", "HEAD") in page


def test_the_token_does_nothing_but_submit(
    running: ServerProcess, stepline: Stepline, checkout: Path, token: str
) -> None:
    """Every other call there is, over HTTP, with a draft that waits for its signature."""
    sent = stepline("publish", checkout, "--server", running.address, "--token", token)
    told = REVIEW.fullmatch(sent.stdout)
    assert told is not None
    draft, tried = told[3], 0
    admin = running.signed_in()
    before = admin.get(f"/drafts/{draft}/review").json()
    caller = running.caller()
    caller.headers["Authorization"] = f"Bearer {token}"
    described = admin.get("/openapi.json").json()["paths"]
    for method, path in sorted((method.upper(), path) for path, each in described.items() for method in each):
        if (method, path) in {("POST", "/documents"), *OPEN}:
            continue
        body = {
            "password": PASSWORD,
            "content": before["content"],
            "meaning": "It is right",
            "reason": "So it is",
        }
        asked = re.sub(r"\{[^}]*\}", lambda found: draft if "draft" in found[0] else "1", path)
        answer = caller.request(method, asked, **({} if method == "GET" else {"json": body}))
        assert answer.status_code in {401, 403}, (method, path, answer.text)
        tried += 1
    assert tried > 40
    assert admin.get(f"/drafts/{draft}/review").json() == before
    with httpx2.Client(base_url=running.address, timeout=30, trust_env=False) as browser:
        browser.headers["Authorization"] = f"Bearer {token}"
        for page in ("/publishing", f"/drafts/{draft}/review", "/library"):
            assert browser.get(page).status_code == 303  # to where people sign in


def test_a_token_that_was_revoked_submits_no_more(
    stepline: Stepline, running: ServerProcess, checkout: Path, token: str, portal: httpx2.Client
) -> None:
    page = portal.get("/publishing").text
    revoke = re.search(r'action="(/publishing/keys/\d+/revoke)"', page)
    assert revoke is not None
    csrf = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    assert portal.post(revoke[1], data={"csrf": csrf}).status_code == 303
    for ended in (token, "key-" + "x" * 40):
        refused = stepline("publish", checkout, "--server", running.address, "--token", ended)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "not known, revoked or over" in refused.stderr


def test_a_folder_that_is_in_no_repository_says_nothing_of_one(
    stepline: Stepline, running: ServerProcess, token: str, portal: httpx2.Client
) -> None:
    folder = stepline.folder / "close-pump"
    folder.mkdir()
    write_instruction(folder, picture=drawn())
    sent = stepline("publish", folder, "--server", running.address, "--token", token)
    told = REVIEW.fullmatch(sent.stdout)
    assert told is not None, sent.stderr
    assert "From a pipeline" not in portal.get(told[2].removeprefix(running.address)).text
