"""Coverage-guided fuzzing of every kind's parser: `python -m tests.fuzz.parsers KIND NAME [libFuzzer's options]`.

The recording NAME of the kind is what good frames look like: the corpus begins with its pieces. Whatever the bytes, a
parser never raises; and after rubbish that made no reading, the recording means what it always means. `every one` does
it for all recordings of all kinds at once: the first byte of an input chooses.
"""

import json
import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["hardware"]):
    from hardware.kinds import drivers
    from hardware.readings import ReadingRefused
    from hardware.tape import Way, pieces
    from tests.hardware.test_recordings import ROOT, made, read, readings

    drivers()  # imports each kind's module

CEILING = 4096  # bytes of one input


def recording(kind: str, name: str) -> tuple[Path, dict[str, Any]]:
    folder = ROOT / kind
    found = next(path for path in (folder / f"{name}.bin", folder / f"{name}.tape") if path.exists())
    return found, json.loads((folder / f"{name}.json").read_text())


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
        came = [
            told for at in range(0, len(data), size) for told in readings(decoder.feed(data[at : at + size]))
        ]
        came += readings(decoder.give_up("quiet"))
        assert not decoder.pending
        remembers = self.expected.get("conversation", False)
        if not remembers and all(isinstance(told, ReadingRefused) for told in came):
            assert self.told(decoder, self.good) == self.wanted, "a good frame was lost after rubbish"


class Messages:
    """A parser of whole messages; the first byte chooses the topic."""

    def __init__(self, kind: str, path: Path, expected: dict[str, Any]) -> None:
        self.kind, self.expected = kind, expected
        self.taped = [piece for piece in pieces(path) if piece.way is Way.IN]
        self.topics = sorted({piece.topic for piece in self.taped})
        self.decoder = made(kind, expected)

    def seeds(self) -> list[bytes]:
        return [bytes([self.topics.index(piece.topic)]) + piece.data for piece in self.taped]

    def one(self, data: bytes) -> None:
        topic = self.topics[data[0] % len(self.topics)] if data else self.topics[0]
        for told in readings(self.decoder.hear(topic, data[1:], retained=False)):
            assert told.device == "d"


class EveryOne:
    """All of them; the first byte chooses."""

    def __init__(self) -> None:
        names = sorted((path.parent.name, path.stem) for path in ROOT.glob("*/*.json"))
        self.targets = [target(kind, name) for kind, name in names]

    def seeds(self) -> list[bytes]:
        return [bytes([place]) + seed for place, each in enumerate(self.targets) for seed in each.seeds()]

    def one(self, data: bytes) -> None:
        if data:
            self.targets[data[0] % len(self.targets)].one(data[1:])


def target(kind: str, name: str) -> Lines | Messages | EveryOne:
    if (kind, name) == ("every", "one"):
        return EveryOne()
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
