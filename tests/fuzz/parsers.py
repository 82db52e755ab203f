"""Coverage-guided fuzzing of every parser: `python -m tests.fuzz.parsers KIND NAME [libFuzzer's options]`.

The recording NAME of the kind is what good frames look like: the corpus begins with its pieces. Whatever the bytes, a
parser never raises; and after rubbish that made no reading, the recording means what it always means: in the same
conversation when the rubbish was not understood at all, else once the line is opened anew, as it is after a hang-up.
`part NAME` is one of what other kinds are made of: registers, keys, labels. `every one` does all of them at once: the
first byte of an input chooses.
"""

import json
import sys
from pathlib import Path
from typing import Any, Protocol

import atheris

with atheris.instrument_imports(
    include=["hardware", "content.label", "content.envelopes", "content.patterns"]
):
    from hardware.decode.sequel import Sequel
    from hardware.driver import HangUp, Publish, Ready, Send, Talker
    from hardware.kinds import drivers
    from hardware.readings import ReadingRefused
    from hardware.tape import Way, pieces
    from tests.fuzz.parts import PARTS
    from tests.hardware.test_recordings import ROOT, made, read, readings

    drivers()  # imports each kind's module

SAID = Send | Publish | Ready | HangUp | ReadingRefused
CEILING = 4096  # bytes of one input
MOST_MESSAGES = 8  # in one input
LONGEST_MESSAGE = 4_000  # bytes of one message in an input


class Target(Protocol):
    """Something that is fuzzed."""

    def seeds(self) -> list[bytes]:
        """What good input looks like."""
        ...

    def one(self, data: bytes) -> None:
        """Try one input; raises AssertionError when a good frame was lost."""
        ...


def recording(kind: str, name: str) -> tuple[Path, dict[str, Any]]:
    folder = ROOT / kind
    found = next(path for path in (folder / f"{name}.bin", folder / f"{name}.tape") if path.exists())
    return found, json.loads((folder / f"{name}.json").read_text())


def counted(decoder: Any) -> bool:
    """Whether a controller's result was taken in: what is missing after it is asked for, and nobody answers here."""
    return getattr(decoder, "_results", None) not in (None, Sequel())


def reopened(decoder: Any, told: list[Any]) -> bool:
    """Open the line anew where the rubbish was understood; False when it made readings: then other things follow."""
    said = [each for each in told if not isinstance(each, ReadingRefused)]
    if any(not isinstance(each, Send | Publish | Ready | HangUp) for each in said):
        return False
    if said and not isinstance(decoder, Talker):
        return False
    if said:
        list(decoder.opened())
    return True


class Lines:
    """A parser of bytes, fed in pieces whose sizes the fuzzer chooses."""

    def __init__(self, kind: str, path: Path, expected: dict[str, Any]) -> None:
        self.kind, self.expected = kind, expected
        self.good = path.read_bytes()
        self.wanted = self.told(made(kind, expected), self.good)

    @staticmethod
    def told(decoder: Any, data: bytes) -> list[str]:
        return [repr(told) for told in read(decoder, data)]

    def seeds(self) -> list[bytes]:
        return [self.good, *(self.good[at : at + 40] for at in range(0, len(self.good), 40))]

    def one(self, data: bytes) -> None:
        decoder = made(self.kind, self.expected)
        size = 1 + (data[0] % 32 if data else 0)
        came = [told for at in range(0, len(data), size) for told in decoder.feed(data[at : at + size])]
        came += decoder.give_up("quiet")
        assert not decoder.pending
        if not self.expected.get("conversation", False):
            if reopened(decoder, came):
                assert self.told(decoder, self.good) == self.wanted, "a good frame was lost after rubbish"
        elif not counted(decoder) and all(isinstance(told, SAID) for told in came):
            list(
                decoder.opened()
            )  # what is asked next hangs on what was understood: only a new line begins anew
            assert self.told(decoder, self.good) == self.wanted, "a good frame was lost after rubbish"


class Messages:
    """A parser of whole messages: each begins with a byte for its topic and two for its length."""

    def __init__(self, kind: str, path: Path, expected: dict[str, Any]) -> None:
        self.kind, self.expected = kind, expected
        self.taped = [piece for piece in pieces(path) if piece.way is Way.IN]
        self.topics = sorted({piece.topic for piece in self.taped})
        self.wanted = self.told(made(kind, expected))

    def told(self, decoder: Any) -> list[str]:
        return [
            repr(told)
            for piece in self.taped
            for told in readings(decoder.hear(piece.topic, piece.data, retained=piece.retained))
        ]

    def seeds(self) -> list[bytes]:
        return [self._spelled(piece) for piece in self.taped] + [b"".join(map(self._spelled, self.taped[:4]))]

    def _spelled(self, piece: Any) -> bytes:
        size = min(LONGEST_MESSAGE, len(piece.data))
        return bytes([self.topics.index(piece.topic), *size.to_bytes(2, "big")]) + piece.data[:size]

    def one(self, data: bytes) -> None:
        decoder, came = made(self.kind, self.expected), []
        for _ in range(MOST_MESSAGES):
            if len(data) < 3:
                break
            topic, size = self.topics[data[0] % len(self.topics)], int.from_bytes(data[1:3], "big")
            came += decoder.hear(topic, data[3 : 3 + size], retained=False)
            data = data[3 + size :]
        assert all(told.device == "d" for told in readings(came))
        if reopened(decoder, came):
            assert self.told(decoder) == self.wanted, "a good message was lost after rubbish"


class EveryOne:
    """All of them; the first byte chooses."""

    def __init__(self) -> None:
        self.targets = [target(kind, name) for kind, name in everything()]

    def seeds(self) -> list[bytes]:
        return [bytes([place]) + seed for place, each in enumerate(self.targets) for seed in each.seeds()]

    def one(self, data: bytes) -> None:
        if data:
            self.targets[data[0] % len(self.targets)].one(data[1:])


def everything() -> list[tuple[str, str]]:
    """Each kind's recordings that are parsed here, and each part."""
    here = [path for path in ROOT.glob("*/*.json") if "url" not in json.loads(path.read_text())]
    return sorted((path.parent.name, path.stem) for path in here) + [("part", name) for name in PARTS]


def target(kind: str, name: str) -> Target:
    if (kind, name) == ("every", "one"):
        return EveryOne()
    if kind == "part":
        return PARTS[name]()
    path, expected = recording(kind, name)
    return (Lines if path.suffix == ".bin" else Messages)(kind, path, expected)


def main() -> None:
    kind, name, *options = sys.argv[1:]
    chosen = target(kind, name)
    folder = next((Path(word) for word in options if not word.startswith("-")), None)
    if folder is not None and not folder.is_file():  # a file is an input that failed before
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(chosen.seeds()):
            (folder / f"seed-{number}").write_bytes(seed[:CEILING])
    atheris.Setup([sys.argv[0], f"-max_len={CEILING}", *options], chosen.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
