"""`stepline publish` against a real server: what is wrong is said, what is right becomes a release."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.content.documents import TEXT, write_instruction
from tests.library import LIBRARY
from tests.server.serving import PASSWORD, ServerProcess, approve_nothing
from tests.stepline.conftest import COMMAND, Stepline, surroundings

RELEASED = re.compile(r"close-pump revision (\d+): ([0-9a-f]{12})\n")


@pytest.fixture
def document(stepline: Stepline) -> Path:
    folder = stepline.folder / "close-pump"
    folder.mkdir()
    return write_instruction(folder)


@pytest.fixture
def running(server: ServerProcess) -> ServerProcess:
    server.start()
    approve_nothing(server.signed_in())
    return server


def test_a_library_in_order_is_said_to_be(stepline: Stepline) -> None:
    ended = stepline("publish", "--check", LIBRARY)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "8 documents are in order\n", "")


def test_every_finding_names_file_line_and_mend_on_a_line_of_its_own(
    stepline: Stepline, document: Path
) -> None:
    wrong = TEXT.replace("N.m, low", "foot, low").replace("title: Tighten", "titel: Tighten")
    file = document / "instruction.yaml"
    file.write_text(wrong)
    ended = stepline("publish", "--check", document)
    *findings, sum_ = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert sum_ == f"{len(findings)} findings; nothing was published"
    told = {match[1]: match[2] for line in findings if (match := re.match(r"(.*:\d+): (.*)", line))}
    assert len(told) == len(findings)
    lines = wrong.splitlines()
    misspelled = f"{file}:{1 + lines.index('    titel: Tighten')}"
    assert "title" in told[misspelled]
    unknown = next(number for number, line in enumerate(lines, 1) if "foot" in line)
    assert "unit 'foot' is not known - known: " in told[f"{file}:{unknown}"]


def test_a_documents_history_is_published_in_the_order_of_its_revisions(
    stepline: Stepline, running: ServerProcess
) -> None:
    for revision in (1, 2, 10):
        folder = stepline.folder / "history" / f"r{revision}"
        folder.mkdir(parents=True)
        file = write_instruction(folder) / "instruction.yaml"
        told = TEXT.replace("revision: 1\n", f"revision: {revision}\n")
        file.write_text(told.replace("title: Close the pump", f"title: Close the pump, {revision}"))
    ended = stepline("publish", "history", "--server", running.address, STEPLINE_PASSWORD=PASSWORD)
    assert ended.returncode == 0, ended.stderr
    assert [int(match[1]) for match in RELEASED.finditer(ended.stdout)] == [1, 2, 10]


def test_a_history_of_what_a_procedure_governs_is_in_order(stepline: Stepline, document: Path) -> None:
    governed = TEXT.replace("applies_to:", "governed_by: [build-pump]\napplies_to:")
    (document / "instruction.yaml").write_text(governed)
    second = stepline.folder / "r2"
    second.mkdir()
    (write_instruction(second) / "instruction.yaml").write_text(
        governed.replace("revision: 1", "revision: 2")
    )
    ended = stepline("publish", "--check", document, second)
    assert (ended.returncode, ended.stdout) == (0, "2 documents are in order\n")


def test_one_wrong_document_keeps_all_of_them_back(
    stepline: Stepline, document: Path, running: ServerProcess
) -> None:
    bad = stepline.folder / "bad"
    bad.mkdir()
    (bad / "instruction.yaml").write_bytes(bytes(range(256)))
    ended = stepline("publish", ".", "--server", running.address, STEPLINE_PASSWORD=PASSWORD)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines()[-1] == "1 finding; nothing was published"
    assert (
        stepline("publish", document, "--server", running.address, STEPLINE_PASSWORD=PASSWORD).returncode == 0
    )


def test_a_document_becomes_a_release_that_only_a_higher_revision_replaces(
    stepline: Stepline, document: Path, running: ServerProcess
) -> None:
    def publish():
        return stepline("publish", document, "--server", running.address, STEPLINE_PASSWORD=PASSWORD)

    first = publish()
    assert (first.returncode, first.stderr) == (0, "")
    revision, digest = RELEASED.fullmatch(first.stdout).groups()
    assert revision == "1"
    admin = running.signed_in()
    admin.post("/stations", json={"id": "bench-1", "name": "Bench 1"}).raise_for_status()
    admin.put("/stations/bench-1/assignment", json={"documents": ["close-pump"]}).raise_for_status()

    assert publish().stdout == first.stdout  # the same again changes nothing

    file = document / "instruction.yaml"
    file.write_text(TEXT.replace("Tighten the screws.", "Tighten the six screws."))
    refused = publish()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "revision 1 was released with other content" in refused.stderr
    assert "set `revision: 2` and publish again" in refused.stderr

    file.write_text(file.read_text().replace("revision: 1", "revision: 2"))
    second = RELEASED.fullmatch(publish().stdout)
    assert second[1] == "2"
    assert second[2] != digest


def test_a_whole_library_is_published_in_one_go(stepline: Stepline, running: ServerProcess) -> None:
    ended = stepline("publish", LIBRARY, "--server", running.address + "/", STEPLINE_PASSWORD=PASSWORD)
    assert (ended.returncode, ended.stderr) == (0, "")
    published = [line.split()[0] for line in ended.stdout.splitlines()]
    assert published[0] == "build-gear-pump"  # procedures first
    assert len(set(published)) == 8


def test_who_may_not_publish_is_told_so(stepline: Stepline, document: Path, running: ServerProcess) -> None:
    wrong = stepline("publish", document, "--server", running.address, STEPLINE_PASSWORD="not this one")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("sign-in: ")
    sofia = {"id": "sofia", "name": "Sofia", "role": "supervisor", "login": "sofia", "password": PASSWORD}
    running.signed_in().post("/people", json=sofia).raise_for_status()
    ended = stepline(
        "publish", document, "--server", running.address, "--login", "sofia", STEPLINE_PASSWORD=PASSWORD
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "close-pump: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_networks_sign_in_page_is_not_taken_for_a_server(
    stepline: Stepline, document: Path, captive_portal: str
) -> None:
    ended = stepline("publish", document, "--server", captive_portal, STEPLINE_PASSWORD=PASSWORD)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"{captive_portal} answers (200 OK), but not as a Stepline server does; is the address right?\n"
    )


def test_the_password_is_asked_for_at_a_terminal_and_not_shown(
    stepline: Stepline, document: Path, running: ServerProcess
) -> None:
    ours, theirs = os.openpty()
    command = ["setsid", "--ctty", "--wait", *COMMAND, "publish", str(document), "--server", running.address]
    asked = subprocess.Popen(
        command, cwd=stepline.folder, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings()
    )
    os.close(theirs)
    shown = b""
    try:
        while not shown.endswith(
            b"Password of admin: "
        ):  # the blank comes once nothing typed is shown any more
            shown += os.read(ours, 1024)
        os.write(ours, PASSWORD.encode() + b"\n")
        assert asked.wait(60) == 0
        shown += os.read(ours, 4096)
    finally:
        asked.kill()
        asked.wait()
        os.close(ours)
    assert b"close-pump revision 1" in shown
    assert PASSWORD.encode() not in shown
