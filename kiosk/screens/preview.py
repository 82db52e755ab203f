"""Steps drawn for an editor exactly as a kiosk shows them: `python -m kiosk.screens.preview --size 1280x800`.

One request a line on the standard input, as JSON: `document` (its values), `step`, `files` (path in the document to
file on disk), `language`, `to` (the PNG to write). One answer a line: `{"file": ...}`, or `{"why": ...}`, a sentence.
It ends when its input does.
"""

import argparse
import hashlib
import json
import sys
import threading
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from content.decide import begin
from content.inputs import Started, Unit
from content.instruction import Instruction
from content.languages import translated
from content.package import MediaFile, Release
from content.record import StepEntered
from content.run import Run, RunState, fold
from content.values import Digest, PersonId, RunId, StepId
from kiosk.desk import Desk, Play
from kiosk.screens.gallery import Silent
from kiosk.screens.window import Window
from kiosk.view import StatusView, StepView
from kiosk.viewing_step import step_view

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
FRAMES = 3  # that are drawn before the picture is taken


class CannotShow(Exception):
    """Why there is no picture, in a sentence."""


def view_of(request: dict[str, Any]) -> StepView:
    """The step as the kiosk's own code makes it, on a run that has just come to it; raises CannotShow."""
    try:
        source = Instruction.model_validate(request["document"])
    except ValidationError as problem:
        raise CannotShow(f"there is something to mend first: {problem.errors()[0]['msg']}") from None
    instruction, _ = translated(source, str(request.get("language") or source.language))
    try:
        instruction.step(StepId(request["step"]))
    except KeyError:
        raise CannotShow(f"there is no step {request['step']!r}") from None
    files = {str(path): Path(file) for path, file in dict(request.get("files", {})).items()}
    missing = [path for path in instruction.files if not files.get(path, Path("/nowhere")).is_file()]
    if missing:
        raise CannotShow(f"the file {missing[0]} is not there")
    digests = {path: _named(file) for path, file in files.items()}
    places = {digest: files[path] for path, digest in digests.items()}
    media = tuple(MediaFile(path=path, digest=digest, size=0, type="") for path, digest in digests.items())
    release = Release(digest=Digest("0" * 64), document=instruction, media=media)
    run = _come_to(instruction, StepId(request["step"]))
    status = StatusView(
        station="Preview",
        document=instruction.title,
        release=f"rev. {instruction.revision}",
        unit="S/N 000000",
        operator="Preview",
        online=True,
    )
    play = Play(run=run, release=release, instruction=instruction)
    return step_view(
        Desk(play=play), play, lambda digest, _type: places[digest], tick=0, monotonic=0.0, status=status
    )


def _named(file: Path) -> Digest:
    """A name for what lies in a file now: the kiosk keeps decoded pictures by it, through all requests."""
    found = file.stat() if file.is_file() else None
    told = f"{file} {found.st_mtime_ns} {found.st_size}" if found else str(file)
    return Digest(hashlib.sha256(told.encode()).hexdigest())


def _come_to(instruction: Instruction, step: StepId) -> Run:
    """A run whose steps before this one are done."""
    started = Started(
        run=RunId("preview"),
        release=Digest("0" * 64),
        document=instruction.id,
        revision=instruction.revision,
        station="preview",
        unit=Unit(serial="000000"),
        at=AT,
        tick=0,
        by=PersonId("preview"),
    )
    first = begin(instruction, started)[0]
    number = instruction.number(step)
    run = fold((first, StepEntered(run=RunId("preview"), step=step, visit=1, at=AT, tick=0)))
    assert run is not None
    assert run.state is RunState.RUNNING

    return replace(run, done=frozenset(each.id for each in instruction.steps[: number - 1]))


class Previewer:
    """Draws one request after the other; on the UI thread."""

    def __init__(self, size: tuple[int, int], theme: str) -> None:
        self._waiting: deque[dict[str, Any] | None] = deque()
        self._window = Window(Silent(), size=size, theme=theme, drain=self._drain)  # pyright: ignore[reportArgumentType]

    def run(self) -> None:
        """Until the input ends."""
        threading.Thread(target=self._read, daemon=True).start()
        self._window.run()

    def _read(self) -> None:
        for line in sys.stdin:
            try:
                self._waiting.append(json.loads(line))
            except ValueError:
                self._waiting.append({})
            self._window.wake()
        self._waiting.append(None)
        self._window.wake()

    def _drain(self) -> None:
        from kivy.clock import Clock

        if not self._waiting:
            return
        request = self._waiting.popleft()
        if request is None:
            self._window.stop()
            return
        try:
            self._window.show(view_of(request))
        except CannotShow as problem:
            _answer({"why": str(problem)})
        except (KeyError, TypeError, ValueError) as problem:
            _answer({"why": f"the request is not understood ({problem})"})
        else:
            Clock.schedule_once(lambda _dt: self._taken(Path(request["to"]), FRAMES), 0)
            return
        self._next()

    def _taken(self, file: Path, frames: int) -> None:
        from kivy.clock import Clock

        if frames:
            Clock.schedule_once(lambda _dt: self._taken(file, frames - 1), 0)
            return
        self._window.shot(file)
        _answer({"file": str(file)})
        self._next()

    def _next(self) -> None:
        if self._waiting:
            self._window.wake()


def _answer(told: dict[str, str]) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201 - this is what the other side reads


def main() -> None:
    """Draw until the input ends."""
    options = argparse.ArgumentParser(description="Draw steps as a kiosk shows them.")
    options.add_argument("--size", default="1280x800")
    options.add_argument("--theme", default="dark", choices=("dark", "light"))
    asked = options.parse_args()
    width, _, height = asked.size.partition("x")
    Previewer((int(width), int(height)), asked.theme).run()


if __name__ == "__main__":
    main()
