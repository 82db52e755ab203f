"""A device behind a broker: its conversation, as the broker's line calls it."""

from collections.abc import Sequence

from hardware.conversation import Conversation, decoder_of
from hardware.device import Device
from hardware.driver import Hearer, Publish, Send
from hardware.readings import DeviceState
from hardware.tape import Tape, Way
from hardware.transport.halt import LinkLost
from hardware.transport.mailbox import Letter
from hardware.transport.mqtt import BrokerLine


class Listener:
    """A device at the end of topics. Its line is given to it before it starts."""

    def __init__(self, device: Device, tape: Tape) -> None:
        self._device = device
        self._tape = tape
        self.line: BrokerLine | None = None
        decoder = decoder_of(device)
        assert isinstance(decoder, Hearer)
        self.topics: Sequence[str] = decoder.topics
        self.will: Publish | None = getattr(decoder, "will", None)
        self._talk = Conversation(device, decoder, self._say)
        device.announce()

    @property
    def timed(self) -> bool:
        """Whether it is ever to be woken by time alone."""
        return self._talk.timed

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by the broker's thread; False when too many wait."""
        assert self.line is not None
        return self.line.do(lambda: letter(self._talk))

    def ready(self) -> None:
        """The broker has granted every subscription."""
        self._talk.opened()

    def lost(self, reason: str) -> None:
        """The broker, or its leave to listen, is gone."""
        self._talk.closed(reason)
        self._device.became(DeviceState.LOST, reason)

    def message(self, topic: str, payload: bytes, *, retained: bool, late: int | None) -> None:
        """One message; `late`: it was said while we were away, after that tick."""
        self._tape.note(self._device.settings.name, Way.IN, payload, topic=topic, retained=retained)
        self._talk.heard(topic, payload, retained=retained, late=late)

    def due(self) -> int | None:
        """The tick at which it wants to be woken."""
        return self._talk.due()

    def rang(self) -> None:
        """It is that late."""
        self._talk.rang()

    def _say(self, told: Send | Publish) -> None:
        if not isinstance(told, Publish) or self.line is None:
            raise LinkLost("the program wanted to say something that a broker does not carry")
        self._tape.note(
            self._device.settings.name, Way.OUT, told.payload, topic=told.topic, retained=told.retain
        )
        self.line.say(told)
