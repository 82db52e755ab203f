"""Every command says what it is for, in `./run` and in `stepline`, and the manuals name it."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer

from stepline.command import app
from tests.house.tree import MANUALS, ROOT

STEPLINE = Path(sys.executable).with_name("stepline")


@cache
def told(*words: str) -> str:
    """What a command prints when it is asked for help."""
    found = subprocess.run(
        [STEPLINE, *words, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "COLUMNS": "400"},
    )
    assert found.stderr == ""
    return found.stdout


def walk(group, before: tuple[str, ...] = ()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from walk(command, (*before, name))
        else:
            yield (*before, name)


COMMANDS = sorted(walk(typer.main.get_command(app)))
GROUPS = "|".join(sorted({words[0] for words in COMMANDS if len(words) > 1}))


@cache
def manuals() -> str:
    return "\n".join(page.read_text() for page in MANUALS)


def shell_commands() -> set[str]:
    """What `./run` takes, from the cases it distinguishes."""
    cases = (ROOT / "run").read_text().partition('case "$command" in')[2]
    labels = re.findall(r"^  ([a-z][a-z |-]*)\)$", cases, re.MULTILINE)
    return {word for label in labels for word in label.split(" | ")}


def helped() -> dict[str, str]:
    """What `./run help` says of each command."""
    found = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True, timeout=30)
    return dict(re.findall(r"^  ([a-z]+) +(\S.*)$", found.stdout, re.MULTILINE))


def test_every_command_of_run_has_its_line_in_the_help() -> None:
    assert shell_commands() == set(helped())
    assert {"demo", "test"} < set(helped())


def test_a_command_that_run_does_not_know_is_answered_with_those_it_knows() -> None:
    found = subprocess.run([ROOT / "run", "dance"], capture_output=True, text=True, check=False, timeout=30)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Usage: ./run COMMAND" in found.stderr


def test_the_readme_names_commands_of_run_that_there_are_and_all_of_them() -> None:
    readme = (ROOT / "README.md").read_text()
    promised = re.findall(r"^    \./run ([a-z]+)", readme, re.MULTILINE)
    assert promised == ["demo", "test"]
    others = re.search(r"`\./run` lists the other commands: (.*)\.$", readme, re.MULTILINE)
    assert others
    assert {*promised, *re.findall(r"`([a-z]+)`", others[1])} == shell_commands()


def test_every_command_of_run_that_the_manuals_name_is_there() -> None:
    named = re.findall(r"\./run ([a-z]+)", manuals())
    assert named
    assert set(named) <= shell_commands()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_says_in_one_sentence_what_it_does(words: tuple[str, ...]) -> None:
    usage, sentence, *_ = re.split(r"\n\n", told(*words))
    assert usage.lower().startswith(f"usage: stepline {' '.join(words)}")
    assert re.fullmatch(r"[A-Z][^.]*\.", sentence.strip()), sentence


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_of_a_command_says_what_it_is(words: tuple[str, ...]) -> None:
    rows = re.findall(r"^  (?:-\w, )?(--[\w-]+)(?: \S+)?(.*)$", told(*words), re.MULTILINE)
    assert rows
    assert [option for option, words_of_it in rows if not words_of_it.strip()] == []


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_and_its_options_are_in_the_manuals(words: tuple[str, ...]) -> None:
    assert re.search(rf"(?:stepline|\./run) {' '.join(words)}\b", manuals())
    options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", told(*words), re.MULTILINE)) - {"--help"}
    assert [option for option in sorted(options) if not re.search(rf"{option}\b", manuals())] == []


def test_no_manual_names_a_command_of_stepline_that_is_not_there() -> None:
    named = re.findall(
        rf"(?:^    |`)stepline ((?:{GROUPS}) [a-z-]+|(?!{GROUPS})[a-z]+)", manuals(), re.MULTILINE
    )
    assert len(named) > 5
    assert {tuple(words.split()) for words in named} <= set(COMMANDS)


def test_the_group_and_the_whole_list_their_commands() -> None:
    for words in COMMANDS:
        assert re.search(rf"^  {words[-1]} +[A-Z]", told(*words[:-1]), re.MULTILINE), words
