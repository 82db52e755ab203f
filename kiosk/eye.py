"""The eye: takes pictures from a camera and holds them against what was taught, on a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from content.values import Digest
from content.vision.verdict import Answer, Reason, Verdict
from kiosk.events import PictureJudged, PictureTaken

if TYPE_CHECKING:
    from content.vision.looking import Taught

log = logging.getLogger(__name__)

PATIENCE = 4.0  # s of looking again at what a moment may mend
WAIT = 1.5  # s for one picture
QUALITY = 88  # of the JPEG that is kept as evidence
FINE = 94  # of one that a camera is taught from
REMEMBERED = 8  # taught checks that stay open
PASSING = {  # what may be over with the next picture: a hand moves away, a part comes to rest
    Reason.BLURRED,
    Reason.COVERED,
    Reason.NO_MARKER,
    Reason.NOT_ALIGNED,
    Reason.NOT_FOUND,
    Reason.NO_CODE,
}
Take = Callable[[str, float], Any]  # the next picture of a device, waited for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Look with a camera for what a file says; `number` tells the answer from that of another wish."""

    number: int
    device: str
    file: Path
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Take a picture with a camera, to teach it from: of a good part, or of a bad one."""

    device: str
    good: bool


class Eye:
    """Every wish is answered with one event, whatever happens. Its thread begins with the first wish."""

    def __init__(self, tell: Callable[[PictureJudged | PictureTaken], None], take: Take) -> None:
        self._tell = tell
        self._take = take
        self._wishes: queue.SimpleQueue[Wish | Shot | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._known: dict[Digest, Taught] = {}
        self._ended = False

    def look(self, wish: Wish | Shot) -> None:
        """Look soon; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kiosk-eye", daemon=True)
            self._thread.start()
        self._wishes.put(wish)

    def stop(self) -> None:
        """End; a look that is under way is given up."""
        self._ended = True
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join(WAIT + PATIENCE)

    def _run(self) -> None:
        while (wish := self._wishes.get()) is not None:
            answer = self._taken(wish) if isinstance(wish, Shot) else self._answered(wish)
            if not self._ended:
                self._tell(answer)

    def _answered(self, wish: Wish) -> PictureJudged:
        try:
            return self._looked(wish)
        except Exception as problem:  # the top of a thread: a person is told, and the next wish is taken
            log.exception("%s: the program failed while looking", wish.device)
            return PictureJudged(number=wish.number, trouble=f"the program failed: {problem}")

    def _taken(self, shot: Shot) -> PictureTaken:
        from content.vision.errors import NoPicture  # noqa: PLC0415 - OpenCV takes half a second
        from content.vision.pictures import accepted, as_jpeg  # noqa: PLC0415 - as above

        data: bytes | None = None
        try:
            taken = self._take(shot.device, WAIT)
            data = None if taken is None else as_jpeg(accepted(taken), FINE)
        except NoPicture as problem:
            log.info("%s: %s", shot.device, problem)
        except Exception:  # the top of a thread: a person is told, and the next wish is taken
            log.exception("%s: the program failed while taking a picture", shot.device)
        return PictureTaken(device=shot.device, good=shot.good, picture=data)

    def _looked(self, wish: Wish) -> PictureJudged:
        from content.vision.errors import NoPicture, NotTaught  # noqa: PLC0415 - OpenCV takes half a second
        from content.vision.looking import look  # noqa: PLC0415 - as above
        from content.vision.pictures import accepted, as_jpeg  # noqa: PLC0415 - as above

        try:
            taught = self._ready(wish)
        except (NotTaught, OSError) as problem:
            return PictureJudged(number=wish.number, trouble=f"what was taught cannot be used: {problem}")
        last: tuple[Verdict, Any] | None = None
        ends = time.monotonic() + PATIENCE
        while not self._ended and (last is None or time.monotonic() < ends):
            taken = self._take(wish.device, WAIT)
            if taken is None:
                break
            try:
                picture = accepted(taken)
            except NoPicture as problem:
                return PictureJudged(number=wish.number, trouble=str(problem))
            last = look(taught, picture), picture
            if last[0].answer is not Answer.UNDECIDED or last[0].reason not in PASSING:
                break
        if last is None:
            return PictureJudged(number=wish.number)
        return PictureJudged(number=wish.number, verdict=last[0], picture=as_jpeg(last[1], QUALITY))

    def _ready(self, wish: Wish) -> "Taught":
        from content.vision.looking import opened  # noqa: PLC0415 - as above

        if wish.digest not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[wish.digest] = opened(wish.file.read_bytes())
        return self._known[wish.digest]
