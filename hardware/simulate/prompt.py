"""Play a device by typed lines, for `stepline device simulate`: `scan ]d20104…`, `weigh 123.4`, `unplug`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from hardware.decode.scanner import split_symbology
from hardware.simulate.publisher import SimulatedPublisher
from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.sensor import SimulatedSensor
from hardware.simulate.switch import SimulatedSwitch
from hardware.simulate.terminal import SimulatedTerminal, Unplugged
from hardware.simulate.torque import SimulatedTorqueDriver

KINDS = ("scanner", "scale", "torque", "sensor", "switch")


class CannotSimulate(ValueError):
    """No such simulator, or what it needs is missing or not there; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Verb:
    """What may be typed: the words after it, as shown, and what it does with them."""

    shape: str
    do: Callable[[str], None]


def run(kind: str, options: Mapping[str, str | None], lines: Iterable[str], out: TextIO) -> None:
    """Open a simulator of `kind` and obey `lines` until they end or say `quit`; tell on `out` what happened.

    Options: `link` for the kinds on a serial line (where the port shall stand); `broker`, `topic` and `field`
    for sensor and switch. A line that cannot be obeyed is answered with what can.

    Raises:
        CannotSimulate: unknown kind, missing option, a link that cannot be made, a broker that is not there.
    """
    try:
        opened = _open(kind, options)
    except (OSError, ValueError) as problem:
        raise CannotSimulate(f"{kind}: {problem}") from None
    with opened as device:
        verbs = _verbs(device)
        print(f"{kind} at {_place(device)}", file=out)
        print(_known(verbs), file=out, flush=True)
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word in {"quit", "exit"}:
                return
            if word:
                print(_obey(verbs, word, rest.strip()), file=out, flush=True)


def _open(kind: str, options: Mapping[str, str | None]) -> SimulatedTerminal | SimulatedPublisher:
    link = Path(given) if (given := options.get("link")) else None
    match kind:
        case "scanner":
            return SimulatedScanner(link)
        case "scale":
            return SimulatedScale(link)
        case "torque":
            return SimulatedTorqueDriver(link)
        case "sensor" | "switch":
            broker, topic = options.get("broker"), options.get("topic")
            if not broker or not topic:
                raise ValueError("needs --broker and --topic, as in mqtt://localhost and line1/oven")
            simulator = SimulatedSensor if kind == "sensor" else SimulatedSwitch
            return simulator(broker, topic, options.get("field") or "")
        case _:
            raise ValueError(f"there is no such simulator; there are: {', '.join(KINDS)}")


def _place(device: SimulatedTerminal | SimulatedPublisher) -> str:
    return device.url if isinstance(device, SimulatedTerminal) else f"topic {device.topic}"


def _verbs(device: SimulatedTerminal | SimulatedPublisher) -> dict[str, Verb]:
    verbs: dict[str, Verb] = {}
    match device:
        case SimulatedScanner():
            verbs["scan"] = Verb("TEXT", lambda rest: _scan(device, rest))
        case SimulatedScale():
            verbs["weigh"] = Verb("VALUE [UNIT] [unstable]", lambda rest: _weigh(device, rest.split()))
            verbs["overload"] = Verb("", lambda _: device.overload())
        case SimulatedTorqueDriver():
            verbs["tighten"] = Verb("TORQUE [ANGLE] [nok]", lambda rest: _tighten(device, rest.split()))
            verbs["repeat"] = Verb("", lambda _: device.repeat())
        case SimulatedSensor():
            verbs["publish"] = Verb("VALUE", lambda rest: device.publish(Decimal(rest)))
        case SimulatedSwitch():
            verbs["on"] = Verb("", lambda _: device.switch(on=True))
            verbs["off"] = Verb("", lambda _: device.switch(on=False))
    for fault in _faults(device):
        verbs[fault.__name__] = Verb("", lambda _, fault=fault: fault())
    return verbs


def _faults(device: SimulatedTerminal | SimulatedPublisher) -> tuple[Callable[[], Any], ...]:
    if isinstance(device, SimulatedTerminal):
        return device.half_frame, device.noise, device.unplug, device.replug
    return device.garbage, device.huge


def _known(verbs: Mapping[str, Verb]) -> str:
    return "type: " + ", ".join(f"{word} {verb.shape}".strip() for word, verb in verbs.items()) + ", quit"


def _obey(verbs: Mapping[str, Verb], word: str, rest: str) -> str:
    if word not in verbs:
        return f"{word!r} is not known; {_known(verbs)}"
    try:
        verbs[word].do(rest)
    except (Unplugged, TimeoutError) as error:
        return str(error)
    except (ValueError, InvalidOperation):
        return f"write: {word} {verbs[word].shape}".strip()
    return f"{word} {rest}".strip()


def _scan(device: SimulatedScanner, rest: str) -> None:
    if not rest:
        raise ValueError("no text to scan")
    text, symbology = split_symbology(rest.replace("<GS>", "\x1d"))
    device.scan(text, symbology or "")


def _weigh(device: SimulatedScale, words: list[str]) -> None:
    stable = "unstable" not in words
    value, *unit = [word for word in words if word != "unstable"]
    device.weigh(Decimal(value), unit[0] if unit else "g", stable=stable)


def _tighten(device: SimulatedTorqueDriver, words: list[str]) -> None:
    ok = "nok" not in words
    torque, *angle = [Decimal(word) for word in words if word not in {"ok", "nok"}]
    device.tighten(torque, angle[0] if angle else None, ok=ok)
