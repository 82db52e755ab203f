"""Between a device's decoder and the world: what it tells is passed on, what is wanted of it is put to it."""

from collections.abc import Callable, Iterator

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
        self._decoder = decoder
        self._say = say
        self._rules = rules_of(device.settings.rules)
        self._ready = False
        self._wanted: Wanted = {}

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return isinstance(self._decoder, Decoder) and self._decoder.pending

    def opened(self) -> None:
        """The line is open; a device that is not spoken to is ready with it. Raises LinkLost."""
        self._ready = False
        if isinstance(self._decoder, Talker):
            self._tell(self._decoder.opened())
        else:
            self._tell(iter([Ready()]))

    def closed(self, reason: str) -> None:
        """The line is gone: what is half told is refused."""
        self._ready = False
        if isinstance(self._decoder, Decoder):
            for told in self._decoder.give_up(f"half a frame: {reason}"):
                if not isinstance(told, Send | Publish | Ready | HangUp):
                    self._hand_over(told)

    def fed(self, chunk: bytes) -> None:
        """Bytes came. Raises LinkLost when the decoder gives the line up."""
        assert isinstance(self._decoder, Decoder)
        self._tell(self._decoder.feed(chunk))

    def gave_up(self, reason: str) -> None:
        """A half frame stood still for too long."""
        assert isinstance(self._decoder, Decoder)
        self._tell(self._decoder.give_up(f"half a frame: {reason}"))

    def heard(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A message came."""
        assert isinstance(self._decoder, Hearer)
        self._tell(self._decoder.hear(topic, payload, retained=retained))

    def told(self, told: Iterator[Told]) -> None:
        """What a decoder that is given more than bytes told. Raises LinkLost when it gives the line up."""
        self._tell(told)

    def due(self) -> int | None:
        """The tick at which it wants to be woken."""
        due = [rule.due() for rule in self._rules]
        if isinstance(self._decoder, Talker):
            due.append(self._decoder.due())
        return min((each for each in due if each is not None), default=None)

    def rang(self) -> None:
        """Something is due. Raises LinkLost when the decoder gives the line up."""
        tick = tick_now()
        for place, rule in enumerate(self._rules):
            for reading in rule.rang(tick):
                self._pass_on(reading, place + 1)
        if isinstance(self._decoder, Talker):
            at = self._decoder.due()
            if at is not None and at <= tick:
                self._tell(self._decoder.rang())

    def want(self, wanted: Wanted) -> None:
        """From now on this is wanted of the device; said at once when it is ready, else when it is."""
        self._wanted = wanted
        if not isinstance(self._decoder, Output):
            return
        if self._ready:
            self._tell(self._decoder.want(wanted))
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
        if isinstance(self._decoder, Obeys) and self._ready:
            self._tell(self._decoder.ask(command))
            return
        reason = "the device is not there" if isinstance(self._decoder, Obeys) else "it takes no commands"
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
        if isinstance(self._decoder, Output):  # also when nothing is wanted: a lamp may be on from before
            self._tell(self._decoder.want(self._wanted))

    def _hand_over(self, reading: Reading) -> None:
        self._pass_on(reading, 0)

    def _pass_on(self, reading: Reading, place: int) -> None:
        """Through the rules from `place` on, and out."""
        if place >= len(self._rules):
            self.device.hand_over(reading)
            return
        for each in self._rules[place].pass_on(reading):
            self._pass_on(each, place + 1)
