"""A tightening controller on the network that speaks the Open Protocol, and can be told to misbehave."""

import contextlib
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from hardware.decode.open_protocol import Message, MessageCutter, Rubbish, spelled
from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.terminal import PATIENCE, Unplugged
from hardware.simulate.verb import Verb

LATEST_REVISION = 3
ACCEPTED = {18, 19, 38, 42, 43, 50, 62, 63, 150}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightened:
    """One result in the controller's memory."""

    number: int
    torque: Decimal
    angle: int
    ok: bool
    identifier: str
    counter: int
    size: int
    at: datetime
    kind: int = 1  # 2: a loosening


class SimulatedController(SimulatedPeer):
    """Tightens as it is told to, also while nobody is connected; its memory outlives the connection."""

    half = b"0231006100"

    def __init__(self, port: int = 0, *, revision: int = LATEST_REVISION) -> None:
        """Listen at `port`, or at a free one; `revision` is the highest that it knows."""
        self.revision = revision
        self.locked = True
        self.program = 0
        self.identifier = ""
        self.memory: dict[int, Tightened] = {}
        self.refusals: dict[int, int] = {}  # MID -> error code that it is answered with
        self.silent = False  # hears everything and answers nothing
        self.ended = b"\0"  # some controllers leave the NUL out
        self.pieces = 0  # bytes that go over the wire at once; 0: all
        self.heard_messages: list[Message] = []
        self._number = 0
        self._batch = (0, 0)
        self._speaking = threading.Lock()  # a message stays whole, also in pieces
        self._forget()
        super().__init__(port)

    def _forget(self) -> None:
        self._cutter = MessageCutter()
        self._subscribed = 0

    def connected(self) -> None:
        """A station has connected: it has subscribed to nothing yet."""
        self._forget()

    def heard(self, data: bytes) -> None:
        """Answer each message."""
        for message in self._cutter.feed(data):
            if not isinstance(message, Rubbish):
                self.heard_messages.append(message)
                if not self.silent:
                    self._answer(message)

    def _answer(self, message: Message) -> None:
        mid = message.mid
        if mid in self.refusals:
            self._say(Message(4, b"%04d%02d" % (mid, self.refusals[mid])))
        elif mid == 1:
            self._say(Message(2, b"010001020103" + spelled("Simulated", 25)))
        elif mid == 9999:
            self._say(message)
        elif mid == 60:
            self._subscribe(message)
        elif mid == 64:
            self._tell_old(message)
        elif mid in ACCEPTED:
            self._obey(message)
            if mid != 62:
                self._say(Message(5, b"%04d" % mid))
        else:
            self._say(Message(4, b"%04d99" % mid))

    def _subscribe(self, message: Message) -> None:
        if message.revision > self.revision:
            self._say(Message(4, b"006097"))
            return
        self._subscribed = message.revision
        self._say(Message(5, b"0060"))

    def _tell_old(self, message: Message) -> None:
        number = int(message.data) or max(self.memory, default=0)
        if message.revision > self.revision:
            self._say(Message(4, b"006497"))
        elif number in self.memory:
            self._say(Message(65, _old(self.memory[number], message.revision), message.revision))
        else:
            self._say(Message(4, b"006415"))

    def _obey(self, message: Message) -> None:
        match message.mid:
            case 42 | 43:
                with self._changed:
                    self.locked = message.mid == 42
                    self._changed.notify_all()
            case 18:
                self.program = int(message.data)
            case 38:
                self.program = int(message.data)
            case 19:
                self._batch = (0, int(message.data[3:]))
            case 50 | 150:
                self.identifier = message.data.decode("ascii").strip()
            case _:
                pass

    def _say(self, message: Message) -> None:
        whole = bytes(message)[:-1] + self.ended
        size = self.pieces or len(whole)
        with self._speaking:
            for begin in range(0, len(whole), size):
                self.send(whole[begin : begin + size])

    # --- what it can be told ------------------------------------------------

    def wait(self, seconds: float = 2 * PATIENCE) -> bool:
        """Wait until the station lets the tool run; whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.locked, seconds)

    def tighten(self, torque: Decimal | str | float, angle: int = 30, *, ok: bool = True) -> None:
        """One fastening of `torque` in N.m; a locked tool turns nothing.

        Raises:
            ValueError: the tool is locked.
        """
        if self.locked:
            raise ValueError("the tool is locked")
        self.tell(self.keep(torque, angle, ok=ok))

    def keep(
        self, torque: Decimal | str | float, angle: int = 30, *, ok: bool = True, kind: int = 1
    ) -> Tightened:
        """A fastening that is kept and not told: its message is lost on the way."""
        self._number += 1
        counter, size = self._batch
        self._batch = (counter + ok, size)
        made = Tightened(
            number=self._number,
            torque=Decimal(str(torque)),
            angle=angle,
            ok=ok,
            identifier=self.identifier,
            counter=counter + ok,
            size=size,
            at=datetime.now(UTC),
            kind=kind,
        )
        self.memory[made.number] = made
        return made

    def loosen(self) -> None:
        """The tool turns a screw out."""
        self.tell(self.keep("3", 400, kind=2))

    def repeat(self) -> None:
        """Tell the newest result again."""
        self.tell(self.memory[self._number])

    def forget(self) -> None:
        """Its memory is wiped; it counts on."""
        self.memory.clear()

    def count_anew(self) -> None:
        """The controller was exchanged: it has no memory and counts from 1."""
        self.memory.clear()
        self._number = 0

    def tell(self, made: Tightened) -> None:
        """Tell a result as if it were the newest; nobody hears it when nobody listens."""
        if not self._subscribed or self.silent:
            return
        with contextlib.suppress(Unplugged):  # nobody is connected: it stays in the memory
            self._say(Message(61, _latest(made, self._subscribed), self._subscribed))

    def verbs(self) -> dict[str, Verb]:
        """Tightening beside the faults."""
        return {
            "tighten": Verb("TORQUE [ANGLE] [nok]", lambda rest: self._tighten(rest.split())),
            "lose": Verb("TORQUE [ANGLE] [nok]", lambda rest: self._tighten(rest.split(), told=False)),
            "loosen": Verb("", lambda _: self.loosen()),
            "repeat": Verb("", lambda _: self.repeat()),
            "forget": Verb("", lambda _: self.forget()),
            "count_anew": Verb("", lambda _: self.count_anew()),
            "refuse": Verb("MID CODE", lambda rest: self._refuse(rest.split())),
            "silent": Verb("on|off", self._silence),
            **super().verbs(),
        }

    def _tighten(self, words: list[str], *, told: bool = True) -> None:
        torque, *angle = [Decimal(word) for word in words if word not in {"ok", "nok"}]
        turned = int(angle[0]) if angle else 30
        if told:
            self.tighten(torque, turned, ok="nok" not in words)
        else:
            self.keep(torque, turned, ok="nok" not in words)

    def _refuse(self, words: list[str]) -> None:
        mid, code = (int(word) for word in words)
        self.refusals[mid] = code

    def _silence(self, rest: str) -> None:
        if rest not in {"on", "off"}:
            raise ValueError(rest)
        self.silent = rest == "on"


def _fields(*values: bytes) -> bytes:
    """Each value with its number before it, from 01."""
    return b"".join(b"%02d" % number + value for number, value in enumerate(values, start=1))


def _torque(made: Tightened) -> bytes:
    return b"%06d" % int(made.torque * 100)


def _time(at: datetime) -> bytes:
    return f"{at.astimezone():%Y-%m-%d:%H:%M:%S}".encode()


def _latest(made: Tightened, revision: int) -> bytes:
    """The data of MID 0061."""
    made = replace(made, identifier=made.identifier[:25])
    vin, ok, number = spelled(made.identifier, 25), b"%d" % made.ok, b"%010d" % made.number
    counter, size = b"%04d" % made.counter, b"%04d" % made.size
    limits = (b"000850", b"000950", b"000900")
    turned = (b"00010", b"00090", b"00030", b"%05d" % made.angle)
    batch = b"2" if not made.size else b"%d" % (made.counter >= made.size)
    if revision == 999:
        return (
            vin
            + b"00"
            + b"001"
            + size
            + counter
            + batch
            + ok
            + b"11"
            + _torque(made)
            + turned[3]
            + _time(made.at) * 2
            + number
        )
    name = spelled("Simulated", 25)
    if revision == 1:
        return _fields(
            b"0001",
            b"01",
            name,
            vin,
            b"00",
            b"001",
            size,
            counter,
            ok,
            b"1",
            b"1",
            *limits,
            _torque(made),
            *turned,
            _time(made.at),
            _time(made.at),
            batch,
            number,
        )
    both = _fields(
        b"0001",
        b"01",
        name,
        vin,
        b"0000",
        b"001",
        b"02",
        b"00003",
        size,
        counter,
        ok,
        batch,
        *[b"1"] * 7,
        b"0" * 10,
        *limits,
        _torque(made),
        *turned,
        *[b"00000"] * 3,
        *[b"000"] * 3,
        *[b"000000"] * 6,
        number,
        b"00000",
        b"00000",
        spelled("A1", 14),
        _time(made.at),
        _time(made.at),
    )
    third = b"47" + spelled("cover", 25) + b"481" + b"49%02d" % made.kind
    return both if revision == 2 else both + third


def _old(made: Tightened, revision: int) -> bytes:
    """The data of MID 0065."""
    vin, ok, number = spelled(made.identifier, 25), b"%d" % made.ok, b"%010d" % made.number
    counter, angle = b"%04d" % made.counter, b"%05d" % made.angle
    if revision == 1:
        return _fields(
            number, vin, b"001", counter, ok, b"1", b"1", _torque(made), angle, _time(made.at), b"2"
        )
    both = _fields(
        number,
        vin,
        b"0000",
        b"001",
        b"02",
        b"00003",
        b"%04d" % made.size,
        counter,
        ok,
        b"2",
        *[b"1"] * 7,
        b"0" * 10,
        _torque(made),
        angle,
        b"00000",
        b"000",
        b"000000",
        b"000000",
        b"00000",
        b"00000",
        spelled("A1", 14),
        _time(made.at),
    )
    return both if revision == 2 else both + b"291" + b"30%02d" % made.kind
