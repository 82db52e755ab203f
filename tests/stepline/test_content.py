"""`stepline content` as a process: exit codes, files, and sentences for people; nothing is a traceback."""

import json
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest

from content import webannotation, yaml
from content.folder import load_instruction
from content.languages import stamp, texts, translated
from content.media import Picture
from tests.cases import CASES, with_cases
from tests.content.documents import TEXT, everything, write_instruction
from tests.library import LIBRARY
from tests.server.serving import PASSWORD, ServerProcess, approve_nothing
from tests.stepline.conftest import COMMAND, Stepline, surroundings

SERVICE, CLOSE = (LIBRARY / "instructions" / name for name in ("service-pump", "close-pump"))
GUIDE = {"Title": "Guide {}", "Steps": [{"Order": 0, "Text_raw": "Turn it.", "Lines": [], "Images": []}]}
STUCK = """\
id: stuck
kind: work-instruction
title: Stuck
revision: 1
language: en
applies_to: {}
parameters: [{id: n, title: N, type: number}]
steps:
  - id: a
    title: Read it
    text: Read the gauge.
    checks:
      - id: v
        kind: measure
        quantity: length
        unit: mm
        until_in_limits: true
        limits: {low: "order.n + 2.0", high: "order.n + 1.0"}
"""


@pytest.fixture
def document(stepline: Stepline) -> Path:
    folder = stepline.folder / "close-pump"
    folder.mkdir()
    return write_instruction(folder)


def told(text: str) -> str:
    return " ".join(text.split())


# --- schema --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["work-instruction", "sop", "block", "translation", "lint"])
def test_the_schema_is_printed_or_written_and_is_one(stepline: Stepline, kind: str) -> None:
    printed = stepline("content", "schema", "--kind", kind)
    assert (printed.returncode, printed.stderr) == (0, "")
    schema = json.loads(printed.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"Stepline {kind}"
    written = stepline("content", "schema", "--kind", kind, "--out", "schema.json")
    assert (written.returncode, written.stdout) == (0, "")
    assert (stepline.folder / "schema.json").read_text() == printed.stdout


def test_the_schema_takes_a_good_document_and_not_a_wrong_one(stepline: Stepline) -> None:
    schema = json.loads(stepline("content", "schema").stdout)
    good, _ = yaml.read(TEXT.replace("9.0}", '"9.0"}'), "good")
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError, match="steps"):
        jsonschema.validate({**good, "steps": []}, schema)


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(stepline: Stepline) -> None:
    ended = stepline("content", "schema", "--kind", "poem")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "there is no kind 'poem'; kinds: work-instruction, sop, block, translation, lint\n"
    )


# --- try -----------------------------------------------------------------------------------


def test_a_dry_run_tells_what_each_path_costs(stepline: Stepline) -> None:
    ended = stepline("content", "try", LIBRARY / "instructions" / "close-pump")
    assert (ended.returncode, ended.stderr) == (0, "")
    first, second, *table = ended.stdout.splitlines()
    assert re.fullmatch(r"\d+ paths: .*\d+ completed.*", first)
    assert re.fullmatch(r"expected time \S+ to \S+, \d+ to \d+ steps", second)
    assert table[0].split() == ["steps", "time", "taps", "typed", "scans", "waits", "end", "by"]
    assert "completed" in table[1]


def test_a_dry_run_as_json_holds_every_path_it_counts(stepline: Stepline) -> None:
    counted = stepline("content", "try", CLOSE).stdout.split()[0]
    ended = stepline("content", "try", CLOSE, "--json")
    paths = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert len(paths) == int(counted)
    assert {"steps", "expected", "taps", "typed", "scans", "waits", "end"} <= paths[0].keys()
    few = json.loads(stepline("content", "try", SERVICE, "--json", "--most", "7").stdout)
    assert len(few) == 7


def test_a_path_that_cannot_be_finished_fails_the_command_and_says_why(stepline: Stepline) -> None:
    (stepline.folder / "instruction.yaml").write_text(STUCK)
    ended = stepline("content", "try", ".")
    assert ended.returncode == 1
    assert "step a waits for v (measure" in told(ended.stdout)


@pytest.mark.parametrize(
    "command", [("try",), ("annotations", "--w3c", "a.json"), ("export", "--omanual", "b.zip")]
)
def test_a_document_that_is_wrong_is_told_with_its_line(
    stepline: Stepline, document: Path, command: tuple[str, ...]
) -> None:
    file = document / "instruction.yaml"
    file.write_text(TEXT.replace("title: Tighten", "titel: Tighten"))
    ended = stepline("content", command[0], document, *command[1:])
    assert (ended.returncode, ended.stdout) == (1, "")
    line = 1 + TEXT.splitlines().index("    title: Tighten")
    assert f"{file}:{line}: steps.bolt.titel: unknown key `titel` - did you mean `title`?" in ended.stderr


# --- translate -----------------------------------------------------------------------------


def test_a_document_goes_to_a_translator_and_comes_back_beside_it(stepline: Stepline, document: Path) -> None:
    out = stepline("content", "translate", document, "--to", "de", "--out", "pump.xlf")
    assert (out.returncode, out.stderr) == (0, "")
    assert out.stdout == "pump.xlf: the texts of close-pump for a translator into de\n"
    file = stepline.folder / "pump.xlf"
    sent = file.read_text()
    assert fromstring(sent).get("trgLang") == "de"
    file.write_text(
        sent.replace("<source>Tighten</source>", "<source>Tighten</source><target>Anziehen</target>")
    )
    back = stepline("content", "translate", document, "--from", "pump.xlf")
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout == f"{document}/languages/de.yaml: 1 text taken\n"
    german, _ = translated(load_instruction(document), "de")
    assert german.steps[0].title == "Anziehen"


def test_what_was_changed_meanwhile_is_not_taken_and_fails_the_command(
    stepline: Stepline, document: Path
) -> None:
    stepline("content", "translate", document, "--to", "de", "--out", "pump.xlf")
    file = stepline.folder / "pump.xlf"
    sent = file.read_text()
    for source, target in (("Tighten", "Anziehen"), ("Close the pump", "Pumpe schließen")):
        sent = sent.replace(
            f"<source>{source}</source>", f"<source>{source}</source><target>{target}</target>"
        )
    file.write_text(sent)
    (document / "instruction.yaml").write_text(TEXT.replace("title: Tighten", "title: Tighten well"))
    ended = stepline("content", "translate", document, "--from", "pump.xlf")
    assert ended.returncode == 1
    assert "1 text taken" in ended.stdout
    assert ended.stderr == "not taken: steps.bolt.title: the source has changed since it was sent out\n"


def test_translations_with_places_are_turned_when_a_translators_file_comes_back(
    stepline: Stepline, document: Path
) -> None:
    (document / "languages").mkdir()
    old = 'language: de\ntexts:\n  steps.bolt.media.0.alt: {of: "%s", text: Die Schrauben}\n'
    (document / "languages" / "de.yaml").write_text(old % stamp("The screws"))
    stepline("content", "translate", document, "--to", "de", "--out", "pump.xlf")
    assert "Die Schrauben" in (stepline.folder / "pump.xlf").read_text()
    assert stepline("content", "translate", document, "--from", "pump.xlf").returncode == 0
    kept = (document / "languages" / "de.yaml").read_text()
    (key,) = (key for key, text in texts(load_instruction(document)).items() if text == "The screws")
    assert f"{key}: " in kept
    assert "media.0" not in kept


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "say --to LANGUAGE and --out FILE, or --from FILE"),
        (("--to", "de"), 2, "say --to LANGUAGE and --out FILE, or --from FILE"),
        (("--from", "nothing.xlf"), 1, "nothing.xlf: "),
        (("--from", "close-pump/instruction.yaml"), 1, "no XML that is taken"),
    ],
)
def test_a_translation_that_is_asked_for_wrongly_is_told(
    stepline: Stepline, document: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    ended = stepline("content", "translate", document, *words)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


# --- annotations and export ------------------------------------------------------------------


@pytest.mark.parametrize("pixels", [False, True])
def test_annotations_go_out_as_the_web_spells_them_and_read_back_the_same(
    stepline: Stepline, pixels: bool
) -> None:
    ended = stepline("content", "annotations", CLOSE, "--w3c", "out.json", *["--pixels"] * pixels)
    assert (ended.returncode, ended.stderr) == (0, "")
    drawn = [
        each
        for step in load_instruction(CLOSE).steps
        for medium in step.media
        if isinstance(medium, Picture)
        for each in medium.annotations
    ]
    assert re.fullmatch(rf"{len(drawn)} annotations of \d+ pictures: out.json\n", ended.stdout)
    page = json.loads((stepline.folder / "out.json").read_text())
    assert (page["@context"], page["type"], len(page["items"])) == (
        webannotation.CONTEXT,
        "AnnotationPage",
        len(drawn),
    )
    assert ("percent" in json.dumps(page)) != pixels
    if not pixels:
        assert [each.shape for each in webannotation.read(page)] == [each.shape for each in drawn]


def test_a_procedure_has_no_pictures_and_a_file_that_cannot_be_is_told(stepline: Stepline) -> None:
    ended = stepline("content", "annotations", LIBRARY / "sops" / "build-gear-pump", "--w3c", "out.json")
    assert ended.returncode == 1
    assert "a procedure has no pictures; name the folder of a work instruction" in ended.stderr
    ended = stepline("content", "annotations", CLOSE, "--w3c", "nowhere/out.json")
    assert ended.returncode == 1
    assert "nowhere/out.json cannot be written: No such file or directory; name another file" in ended.stderr


def test_an_instruction_goes_out_as_a_bundle_and_comes_back_as_a_draft(stepline: Stepline) -> None:
    out = stepline("content", "export", CLOSE, "--omanual", "pump.zip")
    assert out.returncode == 0
    assert out.stdout == "pump.zip: close-pump as oManual 1.0\n"
    assert "oManual has no place for this: " in out.stderr
    back = stepline("content", "import", "pump.zip", "--out", "drafts")
    assert back.returncode == 0
    (draft,) = (stepline.folder / "drafts").iterdir()
    wanted = [step.title for step in load_instruction(CLOSE).steps]
    assert [step.title for step in load_instruction(draft).steps] == wanted


# --- import ----------------------------------------------------------------------------------


def test_files_are_imported_each_with_a_line_and_the_refused_one_is_told(stepline: Stepline) -> None:
    here = stepline.folder
    (here / "wash.md").write_text("# Wash\n\n## Take it\n\nTake the pump.\n\n## Wash it\n\nWash the pump.\n")
    (here / "bad.docx").write_bytes(b"PK\x03\x04 not really")
    guides = [json.dumps(GUIDE | {"Title": f"Guide {number}"}) for number in range(3)]
    (here / "guides.json").write_text("\n".join(guides))
    ended = stepline(
        "content", "import", "wash.md", "bad.docx", "guides.json", "nothing.md", "--out", "drafts"
    )
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    made = [re.fullmatch(r"drafts/(\S+): (\d+) steps?, (\d+) notes?", line) for line in lines[:-1]]
    assert [match and match.groups()[:2] for match in made] == [
        ("wash", "2"),
        *((f"guide-{number}", "1") for number in range(3)),
    ]
    noted = sum(int(match[3]) for match in made if match)
    assert (
        lines[-1]
        == f"4 drafts in drafts, {noted} notes for a person in their import-report.md; 2 files refused"
    )
    assert re.search(r"^bad.docx: .*damaged", ended.stderr, re.MULTILINE)
    assert re.search(r"^nothing.md: it cannot be read: No such file", ended.stderr, re.MULTILINE)
    assert "Traceback" not in ended.stderr
    assert "counted from 0" in (here / "drafts" / "guide-1" / "import-report.md").read_text()
    again = stepline("content", "import", "wash.md", "--out", "drafts")
    assert again.returncode == 0
    assert again.stdout.startswith("drafts/wash-2: ")  # what is there is never written over


def test_an_import_without_a_folder_or_a_file_says_what_is_missing(stepline: Stepline) -> None:
    for words in (("import", "a.md"), ("import", "--out", "drafts")):
        ended = stepline("content", *words)
        assert ended.returncode == 2
        assert "Missing" in ended.stderr
        assert "Traceback" not in ended.stderr


@with_cases
def test_all_real_guides_are_imported_and_checked_by_one_command_that_shows_how_far_it_is(
    stepline: Stepline,
) -> None:
    shown = _in_a_terminal(
        stepline, "content", "import", CASES / "ifixit" / "Vehicle.json", "--out", "drafts", "--lint"
    )
    words = told(shown)
    assert "172 drafts in drafts" in words
    assert "172 documents checked: " in words
    assert len(list((stepline.folder / "drafts").iterdir())) == 172
    shares = [int(share) for share in re.findall(r"importing .*?(\d+)%", shown)]
    assert shares, "no bar was drawn"
    assert len(set(shares)) > 5
    assert shares == sorted(shares)


def _in_a_terminal(stepline: Stepline, *words: object) -> str:
    """What the command draws on a terminal, bars too."""

    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=stepline.folder,
        stdin=its,
        stdout=its,
        stderr=its,
        env=surroundings(TERM="xterm", COLUMNS="200", LINES="50"),
    )
    os.close(its)
    drawn = bytearray()
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # the command has ended, and with it the terminal
            break
        if not piece:
            break
        drawn += piece
    os.close(ours)
    assert process.wait(timeout=60) == 0, drawn.decode(errors="replace")[-2_000:]
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode(errors="replace"))


# --- history -----------------------------------------------------------------------------------


@pytest.fixture
def running(server: ServerProcess) -> ServerProcess:
    server.start()
    approve_nothing(server.signed_in())
    return server


def test_a_history_is_fetched_from_one_server_and_brought_to_another(
    stepline: Stepline, document: Path, running: ServerProcess, tmp_path: Path
) -> None:
    secret = {"STEPLINE_PASSWORD": PASSWORD}
    assert stepline("publish", document, "--server", running.address, **secret).returncode == 0
    newer = TEXT.replace("revision: 1\n", "revision: 2\n").replace("title: Tighten", "title: Tighten well")
    (document / "instruction.yaml").write_text(newer)
    assert stepline("publish", document, "--server", running.address, **secret).returncode == 0
    ended = stepline(
        "content", "history", "close-pump", "--out", "told", "--server", running.address, **secret
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "told: 2 releases of close-pump\n", "")
    assert "released_by: admin" in (stepline.folder / "told" / "history.yaml").read_text()

    other = ServerProcess(tmp_path / "other")
    try:
        other.start()
        why = ("--because", "the old server is switched off", "--server", other.address)
        brought = stepline("content", "history", "close-pump", "--from", "told", *why, **secret)
        assert (brought.returncode, brought.stderr) == (0, "")
        assert brought.stdout == "close-pump: 2 releases, r1 to r2, as their history tells\n"
        again = stepline("content", "history", "close-pump", "--out", "again", *why[2:], **secret)
        assert again.returncode == 0
        assert everything(stepline.folder / "again") == everything(stepline.folder / "told")
        spoilt = stepline.folder / "spoilt"
        shutil.copytree(stepline.folder / "told", spoilt)
        file = spoilt / "r1" / "instruction.yaml"
        file.write_text(file.read_text().replace("title: Tighten", "title: Loosen"))
        refused = stepline("content", "history", "close-pump", "--from", "spoilt", *why, **secret)
        assert refused.returncode == 1
        assert "r1 is not what was released" in refused.stderr
    finally:
        other.close()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "say --out FOLDER, or --from FOLDER and --because REASON"),
        (("--from", "told"), 2, "say --out FOLDER, or --from FOLDER and --because REASON"),
        (("--from", "told", "--because", "x"), 1, "name a folder that `stepline content history` wrote"),
        (("--out", "close-pump"), 2, "close-pump is not empty; name a folder that is, or a new one"),
        (("--out", "told", "--server", "http://127.0.0.1:9"), 1, "does not answer"),
        (("--out", "told", "--server", "plant"), 1, "does not answer"),
    ],
)
def test_a_history_that_is_asked_for_wrongly_is_told(
    stepline: Stepline, document: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    ended = stepline("content", "history", "close-pump", *words, STEPLINE_PASSWORD="x")
    assert ended.returncode == code, ended.stderr
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
