"""The child that decodes foreign data, `python -m server.media.child`: told on standard input, it answers in a file.

It bounds itself first and imports the decoder that it needs afterwards.
"""

import errno
import json
import sys
from pathlib import Path
from typing import Any

from server.errors import Refused
from server.media import FULL
from server.media.limits import RESULT, Limits, confine


def main() -> int:
    """Do the task in the current folder; 0 when there is a result, also a refusal."""
    task = json.loads(sys.stdin.read())
    seconds, memory, output = task["limits"]
    confine(Limits(seconds=seconds, memory=memory, output=output))
    try:
        said: dict[str, Any] = {"made": _done(task["work"], Path.cwd(), task["options"])}
    except Refused as problem:
        said = {"refused": [type(problem).__name__, problem.detail, problem.mend]}
    except MemoryError:
        said = {
            "refused": [
                "TooLarge",
                "the file needs more memory than it may have",
                "make it smaller or plainer",
            ]
        }
    except OSError as problem:
        if problem.errno == errno.EFBIG:
            said = {
                "refused": ["TooLarge", "more comes out of the file than may", "make it smaller or shorter"]
            }
        elif problem.errno in FULL:
            said = {"refused": ["NoSpace", "the server's disk is full", "make space and try again"]}
        else:
            raise
    Path(RESULT).write_text(json.dumps(said), encoding="utf-8")
    return 0


def _done(work: str, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    match work:
        case "picture":
            from server.media import pictures as worker  # noqa: PLC0415
        case "drawing":
            from server.media import drawings as worker  # noqa: PLC0415
        case "pages":
            from server.media import pages as worker  # noqa: PLC0415
        case "film":
            from server.media import films as worker  # noqa: PLC0415
        case "model":
            from server.media import turning as worker  # noqa: PLC0415
        case "documents":
            from server.media import documents as worker  # noqa: PLC0415
        case "blur":
            from server.media import blurring as worker  # noqa: PLC0415
        case "vision":
            from server.media import judging as worker  # noqa: PLC0415
        case _:
            raise ValueError(work)
    return worker.make(folder, options).plain()


if __name__ == "__main__":
    sys.exit(main())
