"""What a person tells the run beside taps: answers, photographs, what does not apply, and problems."""

from collections.abc import Callable
from typing import Any

from content.inputs import Answered, CellGiven, PhotoGiven, ProblemReported, Waived
from content.values import CheckId, Digest, StepId
from kiosk.bench import Bench
from kiosk.runner import Runner
from kiosk.store.errors import StoreError
from kiosk.view import Entry

LARGEST_PHOTO = 10 * 1024 * 1024  # bytes; the server takes no larger one


class Answering:
    """Turns what was said on the screen into inputs; photographs are on disk before the input that names them."""

    def __init__(self, bench: Bench, runner: Runner, look: Callable[[str, str], None]) -> None:
        self._bench = bench
        self._runner = runner
        self._look = look  # at a step's check with its camera

    def answer(self, step: str, check: str, answer: str) -> None:
        """An option or item was touched, a number or words were typed, or the camera is to look."""
        if answer == Entry.LOOK:
            self._look(step, check)
            return
        self._runner.give(Answered(step=StepId(step), check=CheckId(check), answer=answer, **self._stamped()))

    def fill(self, step: str, check: str, cell: tuple[str, str], answer: str) -> None:
        """A cell (row, column) of a table was filled in."""
        row, column = cell
        given = CellGiven(
            step=StepId(step), check=CheckId(check), row=row, column=column, answer=answer, **self._stamped()
        )
        self._runner.give(given)

    def photographed(self, step: str, check: str, photo: bytes) -> None:
        """A photograph for a check; a JPEG."""
        digest = self._keep(photo)
        if digest is not None:
            given = PhotoGiven(step=StepId(step), check=CheckId(check), photo=digest, **self._stamped())
            self._runner.give(given, photo=digest)

    def waive(self, step: str, check: str) -> None:
        """The check does not apply to this unit."""
        self._runner.give(Waived(step=StepId(step), check=CheckId(check), **self._stamped()))

    def report(self, category: str, comment: str, photo: bytes | None) -> None:
        """A problem of the step that is on; `photo` is a JPEG."""
        bench = self._bench
        if bench.desk.play is None:
            bench.reject(bench.words("report_first"))
            return
        digest = None if photo is None else self._keep(photo)
        if bench.desk.trouble is None:
            given = ProblemReported(category=category, comment=comment, photo=digest, **self._stamped())
            self._runner.give(given, photo=digest)

    def _stamped(self) -> dict[str, Any]:
        stamp = self._bench.stamp()
        return {"at": stamp.at, "tick": stamp.tick, "by": self._bench.by}

    def _keep(self, photo: bytes) -> Digest | None:
        """Keep a photograph beside the record; None when it is too large, or could not be kept, which is told."""
        if len(photo) > LARGEST_PHOTO:
            return None
        try:
            return self._bench.store.photos.keep(photo, "image/jpeg")
        except StoreError as problem:
            self._bench.failed(problem)
            return None
