"""Foreign data is decoded in a child process: bounded in time, memory and output, and gone afterwards.

A crash, a bomb or an endless loop ends the child; the server says a sentence. The child sees a folder of its own, an
environment of a few names, and no network protocol in any decoder that it starts.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import server.errors
from server.errors import Busy, Invalid, Refused, TooLarge

MEGABYTE = 1024 * 1024
AT_ONCE = 2  # children that work; more would take each other's time
TICK = 0.2  # s between two looks at how far a child is
PATIENCE = 60  # s that an upload waits for its turn
RESULT = "result.json"
LARGEST_RESULT = MEGABYTE  # bytes
KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "LIBGL_DRIVERS_PATH",
    "VK_ICD_FILENAMES",
    "IMAGEIO_FFMPEG_EXE",
)
log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(AT_ONCE)
_long_turns = threading.BoundedSemaphore(AT_ONCE)  # of work that tells how far it is: no picture waits for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use: seconds by the clock, bytes of memory, bytes of each file that it writes."""

    seconds: int
    memory: int = 2048 * MEGABYTE
    output: int = 64 * MEGABYTE


def confine(limits: Limits) -> None:
    """Bound this process, and whatever it starts, before it sees any foreign data."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    resource.setrlimit(resource.RLIMIT_CPU, (4 * limits.seconds, 4 * limits.seconds))  # of all its threads
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too large is an error, not an end


def run(work: str, options: dict[str, Any], folder: Path, limits: Limits) -> dict[str, Any]:
    """Have `work` done in a child whose folder is `folder`; what it says.

    Raises Refused as the child does; TooLarge when it took too long or too much; Invalid when it fell.
    """
    with _turn(_turns), _child(work, options, folder, limits) as child:
        try:
            child.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            raise _too_long(limits) from None
    return _result(folder, child.returncode)


def run_in_turns(
    work: str, options: dict[str, Any], folder: Path, limits: Limits
) -> Generator[None, None, dict[str, Any]]:
    """The same, giving the caller a turn now and then to look at what is there already; closing it ends the child."""
    with _turn(_long_turns), _child(work, options, folder, limits) as child:
        until = time.monotonic() + limits.seconds
        while True:
            try:
                child.wait(TICK)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > until:
                    raise _too_long(limits) from None
            yield
    return _result(folder, child.returncode)


def _too_long(limits: Limits) -> TooLarge:
    return TooLarge(
        f"the file could not be prepared within {limits.seconds} s", "make it smaller, shorter or plainer"
    )


@contextmanager
def _child(
    work: str, options: dict[str, Any], folder: Path, limits: Limits
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that has been told its task; it is gone afterwards."""
    bounds = [limits.seconds, limits.memory, limits.output]
    with (folder / "errors.txt").open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-I", "-m", "server.media.child"],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
    try:
        assert child.stdin is not None
        with suppress(BrokenPipeError), child.stdin as task:  # one that fell at once is told by its end
            task.write(json.dumps({"work": work, "options": options, "limits": bounds}).encode())
        yield child
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)  # whatever it started goes with it
        child.wait()


def environment(folder: Path) -> dict[str, str]:
    """What a child knows of its surroundings: where programs are, and a folder of its own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    here = str(folder)
    return kept | {
        "HOME": here,
        "TMPDIR": here,
        "VIPS_CONCURRENCY": "2",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "MESA_SHADER_CACHE_DISABLE": "true",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextmanager
def _turn(turns: threading.BoundedSemaphore) -> Iterator[None]:
    if not turns.acquire(timeout=PATIENCE):
        raise Busy("the server prepares other files just now", "try again in a minute")
    try:
        yield
    finally:
        turns.release()


def _result(folder: Path, ended: int) -> dict[str, Any]:
    place = folder / RESULT
    if ended != 0 or place.is_symlink() or not place.is_file() or place.stat().st_size > LARGEST_RESULT:
        raise Invalid(_fall(folder, ended), "save it again with another program, or send another one")
    said: dict[str, Any] = json.loads(place.read_bytes())
    if "refused" in said:
        name, detail, mend = said["refused"]
        kind = getattr(server.errors, name, Invalid)
        raise (kind if isinstance(kind, type) and issubclass(kind, Refused) else Invalid)(detail, mend)
    return said["made"]


def _fall(folder: Path, ended: int) -> str:
    """Why the child fell, as far as it can be told."""
    with (folder / "errors.txt").open("rb") as errors:
        words = errors.read(LARGEST_RESULT).lower()
    log.warning("what read an upload ended with %s: %s", ended, words[-300:].decode(errors="replace"))
    if any(sign in words for sign in (b"memory", b"bad_alloc", b"failed to allocate")):
        return "the file needs more memory than it may have"
    if ended == -signal.SIGXCPU:
        return "the file takes too long to prepare"
    return "the file is damaged: what reads it gave up"
