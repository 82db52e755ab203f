"""Between a device's decoder and the world: what it tells is passed on, what is wanted of it is put to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from hardware.device import Device
from hardware.driver import (
    AnyDecoder,
    Command,
    Decoder,
    HangUp,
    Hearer,
    Obeys,
    Output,
    Place,
    Publish,
    Ready,
    Send,
    Talker,
    Told,
    Wanted,
)
from hardware.readings import CommandDone, DeviceState, OutputSet, Reading, tick_now
from hardware.rules import rules_of
from hardware.transport.halt import LinkLost

Say = Callable[[Send | Publish], None]


def decoder_of(device: Device) -> AnyDecoder:
    """The decoder that the device's kind and table ask for."""
    settings = device.settings
    assert settings.driver.decoder is not None, f"{settings.kind} needs no decoder"
    topic = getattr(settings.transport, "topic", "")
    return settings.driver.decoder(
        settings.options, Place(name=settings.name, stamp=device.stamp, topic=topic)
    )


class Conversation:
    """One device's side of its line. Only the thread that owns the line calls it; `say` puts bytes on it."""

    def __init__(self, device: Device, decoder: AnyDecoder, say: Say) -> None:
        self.device = device
        self._say = say
        # what it can do is asked once: such a question takes as long as a hundred calls
        self._decoder = decoder if isinstance(decoder, Decoder) else None
        self._hearer = decoder if isinstance(decoder, Hearer) else None
        self._talker = decoder if isinstance(decoder, Talker) else None
        self._output = decoder if isinstance(decoder, Output) else None
        self._obedient = decoder if isinstance(decoder, Obeys) else None
        self._rules = rules_of(device.settings.rules)
        self._ready = False
        self._wanted: Wanted = {}
        self._made_after: int | None = None

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._decoder is not None and self._decoder.pending

    @property
    def timed(self) -> bool:
        """Whether it is ever to be woken by time alone."""
        return self._talker is not None or bool(self._rules)

    def opened(self) -> None:
        """The line is open; a device that is not spoken to is ready with it. Raises LinkLost."""
        self._ready = False
        if self._talker is not None:
            self._tell(self._talker.opened())
        else:
            self._tell(iter([Ready()]))

    def closed(self, reason: str) -> None:
        """The line is gone: what is half told is refused."""
        self._ready = False
        if self._decoder is not None:
            for told in self._decoder.give_up(f"half a frame: {reason}"):
                if not isinstance(told, Send | Publish | Ready | HangUp):
                    self._hand_over(told)

    def fed(self, chunk: bytes) -> None:
        """Bytes came. Raises LinkLost when the decoder gives the line up."""
        assert self._decoder is not None
        self._tell(self._decoder.feed(chunk))

    def gave_up(self, reason: str) -> None:
        """A half frame stood still for too long."""
        assert self._decoder is not None
        self._tell(self._decoder.give_up(f"half a frame: {reason}"))

    def heard(self, topic: str, payload: bytes, *, retained: bool, late: int | None = None) -> None:
        """A message came; `late`: it was said while we were away, after that tick, and so are its readings."""
        assert self._hearer is not None
        self._made_after = late
        try:
            self._tell(self._hearer.hear(topic, payload, retained=retained))
        finally:
            self._made_after = None

    def told(self, told: Iterator[Told]) -> None:
        """What a decoder that is given more than bytes told. Raises LinkLost when it gives the line up."""
        self._tell(told)

    def due(self) -> int | None:
        """The tick at which it wants to be woken."""
        due = [rule.due() for rule in self._rules]
        if self._talker is not None:
            due.append(self._talker.due())
        return min((each for each in due if each is not None), default=None)

    def rang(self) -> None:
        """Something is due. Raises LinkLost when the decoder gives the line up."""
        tick = tick_now()
        for place, rule in enumerate(self._rules):
            for reading in rule.rang(tick):
                self._pass_on(reading, place + 1)
        if self._talker is not None:
            at = self._talker.due()
            if at is not None and at <= tick:
                self._tell(self._talker.rang())

    def want(self, wanted: Wanted) -> None:
        """From now on this is wanted of the device; said at once when it is ready, else when it is."""
        self._wanted = wanted
        if self._output is None:
            return
        if self._ready:
            self._tell(self._output.want(wanted))
            return
        for signal, value in wanted.items():
            reading = OutputSet(
                **self.device.stamp(),
                signal=signal,
                value=value,
                confirmed=False,
                reason="the device is not there",
            )
            self._hand_over(reading)

    def ask(self, command: Command) -> None:
        """Carry out a command; refused at once when the device is not there or does not know it."""
        if self._obedient is not None and self._ready:
            self._tell(self._obedient.ask(command))
            return
        reason = "it takes no commands" if self._obedient is None else "the device is not there"
        self._hand_over(
            CommandDone(**self.device.stamp(), command=command.id, verb=command.verb, ok=False, reason=reason)
        )

    def _tell(self, told: Iterator[Told]) -> None:
        for each in told:
            match each:
                case Send() | Publish():
                    self._say(each)
                case Ready():
                    self._became_ready(each.reason)
                case HangUp():
                    raise LinkLost(each.reason)
                case _:
                    self._hand_over(each)

    def _became_ready(self, reason: str) -> None:
        self._ready = True
        self.device.became(DeviceState.READY, reason)
        if self._output is not None:  # also when nothing is wanted: a lamp may be on from before
            self._tell(self._output.want(self._wanted))

    def _hand_over(self, reading: Reading) -> None:
        if self._made_after is not None:
            reading = replace(reading, made_after=self._made_after)
        self._pass_on(reading, 0)

    def _pass_on(self, reading: Reading, place: int) -> None:
        """Through the rules from `place` on, and out."""
        if place >= len(self._rules):
            self.device.hand_over(reading)
            return
        for each in self._rules[place].pass_on(reading):
            self._pass_on(each, place + 1)
