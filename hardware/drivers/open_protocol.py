"""A tightening controller that speaks the Open Protocol: results without a gap, and a tool that runs only when it may.

    CALLING ──let in──▶ JOINING ──subscribed, missed results asked for──▶ JOINED ──locked, or as wanted
       ▲                                                                    │
       └───────────────── hung up: no answer, no keep-alive ────────────────┘

One request is under way at a time, as the specification wants it. Results come in the order of their numbers: one that
is missing between two is asked for before the later one is told, also after the line was away.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal

from pydantic import Field

from hardware.decode.excerpt import refused
from hardware.decode.open_protocol import (
    Message,
    MessageCutter,
    NoResult,
    Result,
    Rubbish,
    result,
    spelled,
)
from hardware.decode.sequel import News, Sequel
from hardware.driver import Carrier, Command, Driver, HangUp, Options, Place, Ready, Send, State, Told, Wanted
from hardware.readings import CommandDone, OutputSet, Reading, TorqueApplied

SECOND = 1_000_000_000  # ns
PATIENCE = 3 * SECOND  # for an answer
SAYINGS = 3  # how often a request is said before the controller counts as deaf
ALIVE = 8 * SECOND  # after so long without a word a keep-alive is sent; controllers hang up after 15 s
SILENCE = 14 * SECOND  # without a word of the controller it is gone

START, SUBSCRIBE, ACKNOWLEDGE, ASK_OLD, KEEP_ALIVE = 1, 60, 62, 64, 9999
PROGRAM, BATCH, JOB, LOCK, UNLOCK, VIN, IDENTIFIER = 18, 19, 38, 42, 43, 50, 150
OF_THE_TOOL = {PROGRAM, BATCH, JOB, LOCK, UNLOCK, VIN, IDENTIFIER}
NO_SUCH_RESULT, SUBSCRIBED_ALREADY, NO_SUCH_REVISION, NO_SUCH_MESSAGE = 15, 9, 97, 99
SAID = {  # what an error code of the specification means for the people at the station
    1: "it does not understand what it was sent",
    2: "it has no program of that number",
    3: "the program cannot be set",
    4: "the program is not running",
    8: "it takes identifiers from elsewhere: set its identifier source to Open Protocol",
    NO_SUCH_RESULT: "it no longer has it",
    16: "another program is connected to it",
    17: "it has no job of that number",
    20: "the job cannot be set",
    25: "it does not let us choose programs: set its program source to Open Protocol",
    42: "it takes identifiers from elsewhere: set its identifier source to Open Protocol",
    59: "its tool is in use",
    79: "it could not carry that out",
    96: "another program is connected to it",
    NO_SUCH_REVISION: "it does not know that revision",
    98: "it did not answer in time",
    NO_SUCH_MESSAGE: "it does not know that message",
}

Then = Callable[[], Iterator[Told]]
Failed = Callable[[int], Iterator[Told]]


def _nothing(_code: int = 0) -> Iterator[Told]:
    yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class _Numbered:
    """A result that came, and whether it was asked for; told twice it is the same, however it was spelled."""

    result: Result
    asked: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Numbered) and self._same() == other._same()

    def __hash__(self) -> int:
        return hash(self._same())

    def _same(self) -> tuple[object, ...]:
        return self.result.torque, self.result.angle, self.result.made_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """Something that is asked of the controller, and what its answer brings."""

    message: Message
    accepted: Then = _nothing
    failed: Failed = _nothing


class OpenProtocolDecoder:
    """Keeps the conversation with one controller; `TorqueApplied` for each tightening, each once, in order."""

    def __init__(self, *, place: Place, own: "OpenProtocolOptions") -> None:
        self._stamp = place.stamp
        self._own = own
        self._results = Sequel[_Numbered]()
        self._begin()

    def _begin(self) -> None:
        self._cutter = MessageCutter()
        self._requests: deque[_Request] = deque()
        self._under_way: _Request | None = None
        self._said = 0  # how often what is under way was said
        self._asked_at = self._spoke_at = self._heard_at = self._now()
        self._revisions = [999, 1] if self._own.revision == 999 else [*range(self._own.revision, 0, -1)]
        self._set: dict[str, State] = {}  # what the controller is known to have been told of the tool
        self._program: State = Decimal(0)
        self._results.reopened()

    def _now(self) -> int:
        return self._stamp()["tick"]

    # --- the line -----------------------------------------------------------

    @property
    def pending(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._cutter.pending

    def opened(self) -> Iterator[Told]:
        """Ask the controller to let us in; everything but which results were told is forgotten."""
        self._begin()
        yield from self._ask(START, then=self._subscribe, failed=partial(_refusal, "let us in"))

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """Yield what each message that `chunk` completes brings."""
        for each in self._cutter.feed(chunk):
            if isinstance(each, Rubbish):
                yield refused(self._stamp, "bytes that are no message of the Open Protocol", each.data)
            else:
                self._heard_at = self._now()
                yield from self._heard(each)
                yield from self._next()

    def give_up(self, reason: str) -> Iterator[Told]:
        """Refuse the half message that is held, if any."""
        for each in self._cutter.give_up():
            yield refused(self._stamp, reason, each.data)

    def due(self) -> int | None:
        """When an answer is late, a keep-alive is to be sent, or the controller counts as gone."""
        late = [] if self._under_way is None else [self._asked_at + PATIENCE]
        return min([*late, self._spoke_at + ALIVE, self._heard_at + SILENCE])

    def rang(self) -> Iterator[Told]:
        """Say again what was not answered, keep the line alive, or give it up."""
        now = self._now()
        if now - self._heard_at >= SILENCE:
            yield HangUp("the controller has stopped answering: is it switched on?")
        elif self._under_way is not None and now - self._asked_at >= PATIENCE:
            if self._said >= SAYINGS:
                yield HangUp("the controller does not answer: does it speak the Open Protocol on this port?")
            else:
                yield self._say_request(self._under_way)
        elif now - self._spoke_at >= ALIVE:
            yield self._say(Message(KEEP_ALIVE))

    # --- requests -----------------------------------------------------------

    def _ask(
        self,
        mid: int,
        data: bytes = b"",
        *,
        revision: int = 1,
        then: Then = _nothing,
        failed: Failed = _nothing,
    ) -> Iterator[Told]:
        message = Message(mid, data, revision)
        self._requests.append(_Request(message=message, accepted=then, failed=failed))
        yield from self._next()

    def _next(self) -> Iterator[Told]:
        if self._under_way is None and self._requests:
            self._under_way, self._said = self._requests.popleft(), 0
            yield self._say_request(self._under_way)

    def _say_request(self, request: _Request) -> Send:
        self._said += 1
        self._asked_at = self._now()
        return self._say(request.message)

    def _say(self, message: Message) -> Send:
        self._spoke_at = self._now()
        return Send(bytes(message))

    def _answered(self, mid: int) -> _Request:
        """The request that an answer to `mid` belongs to; a second answer to one that was said twice to none."""
        request = self._under_way
        if request is None or request.message.mid != mid:
            return _Request(message=Message(mid))
        self._under_way = None
        return request

    def _heard(self, message: Message) -> Iterator[Told]:
        match message.mid:
            case 2:
                yield from self._answered(START).accepted()
            case 5:
                yield from self._answered(_number(message.data[:4])).accepted()
            case 4:
                yield from self._answered(_number(message.data[:4])).failed(_number(message.data[4:6]))
            case 61:
                if not message.silent:
                    yield self._say(Message(ACKNOWLEDGE))
                yield from self._result(message, asked=False)
            case 65:
                request = self._answered(ASK_OLD)
                yield from self._result(message, asked=True)
                yield from request.accepted()
            case _:
                pass  # keep-alives, and what nobody asked for

    # --- joining ------------------------------------------------------------

    def _subscribe(self) -> Iterator[Told]:
        revision = self._revisions[0]
        yield from self._ask(SUBSCRIBE, revision=revision, then=self._look_back, failed=self._not_subscribed)

    def _not_subscribed(self, code: int) -> Iterator[Told]:
        if code == SUBSCRIBED_ALREADY:
            yield from self._look_back()
        elif code in {NO_SUCH_REVISION, NO_SUCH_MESSAGE, 1} and len(self._revisions) > 1:
            self._revisions.pop(0)
            yield from self._subscribe()
        else:
            yield from _refusal("tell us its results", code)

    def _look_back(self) -> Iterator[Told]:
        """Ask for the newest result: what is between the last that was told and it was missed."""
        yield from self._ask_old(0, then=_ready, failed=self._nothing_there)

    def _nothing_there(self, code: int) -> Iterator[Told]:
        if code == NO_SUCH_RESULT:
            self._results.nothing()
        yield from _ready()

    # --- results ------------------------------------------------------------

    def _ask_old(self, number: int, *, then: Then = _nothing, failed: Failed = _nothing) -> Iterator[Told]:
        revision = 1 if self._revisions[0] == 999 else self._revisions[0]
        yield from self._ask(ASK_OLD, b"%010d" % number, revision=revision, then=then, failed=failed)

    def _result(self, message: Message, *, asked: bool) -> Iterator[Told]:
        try:
            told = result(message)
        except NoResult as problem:
            yield refused(self._stamp, str(problem), message.data)
            return
        if not told.number:  # this controller counts no results
            if not asked:
                yield self._told(told, late=False)
            return
        if asked:
            self._results.found(told.number)
        yield from self._follow(self._results.came(told.number, _Numbered(told, asked)))

    def _follow(self, news: News[_Numbered]) -> Iterator[Told]:
        if news.given_up:
            lost = f"{news.given_up} results were not fetched from the controller: too many were missed"
            yield refused(self._stamp, lost, b"")
        for each in news.told:
            yield self._told(each.result, late=each.asked)
        for number in news.missing:
            yield from self._ask_old(number, failed=partial(self._gone, number))

    def _gone(self, number: int, code: int) -> Iterator[Told]:
        """A result that cannot be had: what it was nobody knows, and that is told."""
        if not (self._own.gaps and code == NO_SUCH_RESULT):
            yield refused(self._stamp, f"result {number} was missed: {_why(code)}", b"")
        yield from self._follow(self._results.gone(number))

    def _told(self, told: Result, *, late: bool) -> Reading:
        if not told.tightening:
            return refused(self._stamp, "the tool loosened: tighten it once more", b"")
        return TorqueApplied(
            **self._stamp(),
            torque=told.torque,
            unit=told.unit or self._own.unit,
            angle=told.angle,
            ok=told.ok,
            number=told.number or None,
            identifier=told.identifier,
            made_at=told.made_at if late else None,
        )

    # --- the tool -----------------------------------------------------------

    def want(self, wanted: Wanted) -> Iterator[Told]:
        """Let the tool run with program, batch and identifier, or lock it; each is told as an `OutputSet`."""
        self._forget_the_tool()
        if not wanted.get("enabled"):
            if self._own.locks:
                yield from self._switch(LOCK, value=False)
            return
        self._program = wanted.get("program", Decimal(0))
        for signal in ("program", "batch", "identifier"):
            message = self._message_for(signal, wanted[signal]) if signal in wanted else None
            if message is not None and self._set.get(signal) != wanted[signal]:
                yield from self._set_up(message, signal, wanted[signal])
        if self._own.locks:
            yield from self._switch(UNLOCK, value=True)

    def _forget_the_tool(self) -> None:
        """What was wanted before and not yet asked for need not be asked for."""
        self._requests = deque(each for each in self._requests if each.message.mid not in OF_THE_TOOL)

    def _switch(self, mid: int, *, value: bool) -> Iterator[Told]:
        yield from self._ask(
            mid,
            then=partial(self._done, "enabled", value=value),
            failed=partial(self._undone, "enabled", value),
        )

    def _set_up(self, message: Message, signal: str, value: State) -> Iterator[Told]:
        def failed(code: int) -> Iterator[Told]:
            self._forget_the_tool()  # without its program a tool must not run: it stays locked
            yield from self._undone(signal, value, code)

        then = partial(self._done, signal, value=value)
        yield from self._ask(message.mid, message.data, then=then, failed=failed)

    def _message_for(self, signal: str, value: State) -> Message | None:
        match signal, self._own.chooses, self._own.identifier:
            case "program", "program", _:
                return Message(PROGRAM, b"%03d" % int(Decimal(value)))
            case "program", "job", _:
                return Message(JOB, b"%02d" % int(Decimal(value)))
            case "batch", "program", _ if self._program:
                return Message(
                    BATCH, b"%03d%02d" % (int(Decimal(self._program)), min(99, int(Decimal(value))))
                )
            case "identifier", _, "vin":
                return Message(VIN, spelled(str(value), 25))
            case "identifier", _, "identifier":
                return Message(IDENTIFIER, spelled(str(value), 100))
            case _:
                return None

    def _done(self, signal: str, *, value: State) -> Iterator[Told]:
        self._set[signal] = value
        yield OutputSet(**self._stamp(), signal=signal, value=value, confirmed=True)

    def _undone(self, signal: str, value: State, code: int) -> Iterator[Told]:
        self._set.pop(signal, None)
        yield OutputSet(**self._stamp(), signal=signal, value=value, confirmed=False, reason=_why(code))

    def ask(self, command: Command) -> Iterator[Told]:
        """`recall`: results after number `after` were told, but not kept; they are told once more."""
        if command.verb != "recall":
            yield self._carried_out(command, f"a controller does not know how to {command.verb}")
            return
        self._results.go_back(int(Decimal(command.given.get("after", 0))))
        yield from self._ask_old(
            0,
            then=lambda: iter([self._carried_out(command)]),
            failed=lambda code: iter(
                [self._carried_out(command, "" if code == NO_SUCH_RESULT else _why(code))]
            ),
        )

    def _carried_out(self, command: Command, reason: str = "") -> CommandDone:
        return CommandDone(
            **self._stamp(), command=command.id, verb=command.verb, ok=not reason, reason=reason
        )


def _ready() -> Iterator[Told]:
    yield Ready("the controller answers")


def _refusal(what: str, code: int) -> Iterator[Told]:
    yield HangUp(f"the controller does not {what}: {_why(code)}")


def _why(code: int) -> str:
    return SAID.get(code, f"it answers with error {code}")


def _number(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else -1


class OpenProtocolOptions(Options):
    """How the controller is set up."""

    revision: Literal[1, 2, 3, 999] = Field(
        3, description="highest revision of results that is asked for; one that has less is asked for less"
    )
    unit: str = Field("N.m", description="of the torque, where the revision does not say it")
    chooses: Literal["program", "job", "nothing"] = Field(
        "program", description="whether a check's `program` is a parameter set or a job of the controller"
    )
    identifier: Literal["vin", "identifier", "none"] = Field(
        "vin", description="how the unit's serial number is sent to it"
    )
    locks: bool = Field(True, description="whether the tool is locked when no step wants it")
    gaps: bool = Field(False, description="its numbers skip: one that it does not know was never a result")


DRIVER = Driver(
    kind="open-protocol",
    title="tightening controller with the Open Protocol",
    carriers=frozenset({Carrier.TCP}),
    options=OpenProtocolOptions,
    decoder=lambda own, place: OpenProtocolDecoder(place=place, own=own),
    outputs=True,
    tool=True,
    commands={"recall": "ask once more for the results after a number"},
    simulator="hardware.simulate.open_protocol:SimulatedController",
    small_talk=lambda _, said: said[4:8] == b"%04d" % KEEP_ALIVE,
)
