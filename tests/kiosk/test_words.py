"""Every sentence that an operator reads comes from the words, in English and in German."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.events import AssignmentChanged
from kiosk.words import again, as_pattern, heard, keys, languages, say
from tests.kiosk.station import PUMP, Station, fill

ROOT = Path(__file__).resolve().parents[2]
NOT_ON_GLASS = {  # what a technician reads at the command line, in the log or in a recording, or nobody
    "kiosk/settings.py",
    "kiosk/main.py",
    "kiosk/__main__.py",
    "kiosk/remote.py",
    "kiosk/camera.py",
    "kiosk/rackroom.py",
    "kiosk/screens/film.py",
    "kiosk/screens/gallery.py",
    "kiosk/screens/gallery_answers.py",
    "kiosk/screens/gallery_looks.py",
    "kiosk/screens/gallery_steps.py",
    "kiosk/screens/preview.py",
    "kiosk/store/tables.py",
}
PASSED_ON = (  # rooms below, whose reasons a kiosk shows
    "content/label.py",
    "content/envelopes.py",
    "content/package.py",
    "content/patching.py",
    "content/trust.py",
    *(f"hardware/transport/{file.name}" for file in (ROOT / "hardware" / "transport").glob("*.py")),
    "hardware/device.py",
)
WORDS = re.compile(r"[A-Za-z]{2,}'?[a-z]* [a-z]{2,}")  # two words beside each other
NO_WORDS = re.compile(r"^(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|BEGIN|PRAGMA|VACUUM|REPLACE)\b")
GAP = "\N{BULLET}"


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """The texts in a file that are more than a word, with a mark for each gap; neither docstrings nor the log."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {id(inner) for node in ast.walk(tree) for inner in unread(node)}
    for node in ast.walk(tree):
        text = "" if id(node) in skipped else text_of(node)
        if WORDS.search(text) and not NO_WORDS.match(text):
            yield getattr(node, "lineno", 0), text


def unread(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in `node` that no operator reads."""
    match node:
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (each.value for each in node.body[:1] if isinstance(each, ast.Expr))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            yield from ast.walk(node)
        case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"))):  # of the settings
            yield from ast.walk(node)
        case ast.JoinedStr():
            yield from node.values
        case _:
            return


def text_of(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(str(each.value) if isinstance(each, ast.Constant) else GAP for each in node.values)
        case _:
            return ""


def on_glass() -> list[Path]:
    """The files whose texts an operator or a technician may read on the screen."""
    files = [
        file
        for file in sorted((ROOT / "kiosk").rglob("*.py"))
        if str(file.relative_to(ROOT)) not in NOT_ON_GLASS
    ]
    return [*files, *(ROOT / name for name in PASSED_ON)]


def test_no_sentence_is_written_outside_of_the_words() -> None:
    known = [as_pattern(each) for each in heard("de")]
    outside = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in on_glass()
        for line, text in sentences(file)
        if text not in heard("de") and not any(each.fullmatch(text) for each in known)
    ]
    assert not outside, "\n".join(outside)


def test_no_word_of_a_screen_is_written_outside_of_the_words() -> None:
    """What is given to a label or a button to show is never a literal with letters."""
    outside = [
        f"{file.name}:{node.lineno}: {text}"
        for file in sorted((ROOT / "kiosk" / "screens").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for text in map(text_of, shown(node))
        if str(file.relative_to(ROOT)) not in NOT_ON_GLASS and re.search(r"[A-Za-z]{2}", text)
    ]
    assert not outside


def shown(call: ast.Call) -> Iterator[ast.AST]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    yield from (each.value for each in call.keywords if each.arg == "text")
    if name == "Action":
        yield from call.args[1:2]
    elif isinstance(call.func, ast.Attribute) and name in {"say", "tell"}:
        yield from call.args[:1]


def test_every_language_has_every_word_with_the_same_gaps() -> None:
    assert languages() == ("de", "en")
    assert keys("de") == keys("en")
    for key in keys("en"):
        assert gaps(say_raw("de", key)) <= gaps(say_raw("en", key)), key
        assert say_raw("de", key).strip(), key
    for english, german in heard("de").items():
        assert gaps(german) == gaps(english), english


def gaps(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)", text))


def say_raw(language: str, key: str) -> str:
    return tomllib.loads((ROOT / "kiosk" / "words" / f"{language}.toml").read_text(encoding="utf-8"))[key]


def test_what_came_from_elsewhere_is_told_again_with_all_that_stands_in_it() -> None:
    english = "The station's assignment was not taken: the release lacks media/a.png."
    assert again(english, "de") == (
        "Die Zuweisung der Station wurde nicht übernommen: der Freigabe fehlen media/a.png."
    )
    assert again("a sentence of a newer server", "de") == "a sentence of a newer server"
    assert again(english, "en") == again(english, "fr") == english
    assert say("wait", "fr") == "Wait"


SERIAL = {"id": "serial", "kind": "scan", "pattern": "SN[0-9]{6}"}
CASTING = {"id": "casting", "kind": "text", "prompt": "Gussnummer", "pattern": "[A-Z][0-9]{3}"}
WEIGH = {"id": "mass", "kind": "measure", "quantity": "mass", "unit": "g", "low": "120.0", "high": "130.0"}
SHUT = {"id": "shut", "kind": "signal", "signal": "fixture-closed", "expect": True}
SCREWS = {"id": "bolts", "kind": "torque", "unit": "N.m", "low": "8.5", "high": "9.5", "fastenings": 2}
STEPS = [
    {"id": name, "title": name, "text": name, "checks": [check]}
    for name, check in (("a", SERIAL), ("b", CASTING), ("c", WEIGH), ("d", SHUT), ("e", SCREWS))
]


@pytest.fixture
def german(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path, filled=False, language="de")
    document = {**PUMP, "id": "pumpe", "title": "Pumpe", "language": "de", "parts": [], "steps": STEPS}
    fill(station.store, [document])
    station.put(AssignmentChanged())
    yield station
    station.switch_off()


def test_an_operator_in_german_reads_german_and_the_record_is_in_english(german: Station) -> None:
    assert german.view.prompt == "Ausweis scannen"
    german.scan("GP-100")
    assert german.view.notice == (
        "„GP-100“ wurde nicht angenommen: niemand ist angemeldet; zuerst den Ausweis scannen"
    )
    assert german.facts[-1].reason == "nobody is signed in; scan your badge first"
    german.badge("anna")
    german.scan("\x02")
    assert "der Code enthält Steuerzeichen" in german.view.notice
    assert german.view.tiles[0].detail == "GP-100 · 5 Schritte"
    german.scan("GP-100")
    assert german.view.primary == "Code scannen"
    german.conductor.pause("pause")
    assert (german.view.reason, german.view.step) == ("Pause", "1 von 5: a")
    german.conductor.sign_out()
    assert german.view.notice == "Pumpe ist angehalten; zum Fortsetzen anmelden."
    german.badge("anna")
    german.conductor.abort("ended by the operator")
    assert german.view.message.startswith("Vorzeitig beendet: von Hand beendet")


def test_every_kind_of_check_speaks_german(german: Station) -> None:
    german.badge("anna")
    german.scan("GP-100")
    german.scan("SN123456")
    german.conductor.answer("b", "casting", "B123")
    assert german.view.primary == "Messen: Masse: 120.0 – 130.0 g"
    german.weigh("117.4")
    assert german.view.checks[0].verdict == "nicht gut: erwartet 120.0 – 130.0 g"
    assert german.view.notice == "Erwartet 120.0 – 130.0 g, gekommen 117.4 g"
    german.weigh("125.0")
    assert german.view.primary == "fixture-closed ein"
    german.switch(on=True)
    assert german.view.primary == "Festziehen 1 von 2: 8.5 – 9.5 N·m"


def test_an_expression_is_shown_by_an_example(german: Station) -> None:
    german.badge("anna")
    german.scan("GP-100")
    assert german.view.checks[0].awaited == "etwas wie SN000000"
    german.scan("GP-7")
    assert german.view.notice == "Erwartet etwas wie SN000000, gekommen GP-7"
    assert german.view.checks[0].verdict == "nicht gut: erwartet etwas wie SN000000"
    assert (
        next(fact for fact in german.facts if getattr(fact, "check", "") == "serial").expected == "SN[0-9]{6}"
    )
    german.scan("SN123456")
    assert german.view.checks[0].awaited.startswith("etwas wie ")
    assert "[" not in german.view.checks[0].awaited


def test_a_withdrawn_document_says_so_in_german_also_after_a_restart(german: Station) -> None:
    german.badge("anna")
    german.scan("GP-100")
    (digest,) = german.store.library.held()
    fill(german.store, [], counter=2, withdrawn=[digest])
    german.put(AssignmentChanged())
    for _ in range(2):
        assert german.view.stopped
        assert german.view.reason == (
            "Dieses Dokument wurde zurückgezogen. Hier aufhören und die Aufsicht fragen."
        )
        german.switch_off()
        german.boot("boot-2")
    assert "was withdrawn" in next(fact for fact in reversed(german.facts) if hasattr(fact, "reason")).reason
