"""A device at the end of a byte stream: one thread that connects, reads, decodes, and connects again."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from hardware.address import KeysPort, RemotePort, SerialPort, TcpPeer
from hardware.conversation import Conversation, decoder_of
from hardware.device import Device
from hardware.driver import Publish, Send
from hardware.readings import DeviceState, tick_now
from hardware.tape import Tape, Way
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.keys import KeysLink
from hardware.transport.mailbox import Letter, Mailbox
from hardware.transport.remote_port import RemoteLink
from hardware.transport.serial_port import SerialLink
from hardware.transport.tcp import TcpLink

log = logging.getLogger(__name__)


class ByteLink(Protocol):
    """An open connection to a device."""

    def read(self, seconds: float | None) -> bytes:
        """What has come; empty after `seconds`, for a letter, or when called off. Raises LinkLost."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data`; raises LinkLost."""
        ...


OpenLink = Callable[[], AbstractContextManager[ByteLink]]


class Stream(threading.Thread):
    """Keeps one device connected until the bell rings; everything that happens goes through its Device."""

    def __init__(self, device: Device, halt: Halt, tape: Tape) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        self._device = device
        self._halt = halt
        self._tape = tape
        self._mailbox = Mailbox()
        self._link: ByteLink | None = None
        self._talk = Conversation(device, decoder_of(device), self._say)

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by the device's own thread; False when too many wait."""
        return self._mailbox.put(letter)

    def hang_up(self) -> None:
        """The bell wakes it."""

    def run(self) -> None:
        """Connect, read until the link is lost, wait a little, and again."""
        backoff = Backoff()
        self._device.announce()
        while not self._halt.rung:
            began = tick_now()
            try:
                self._serve()
            except LinkLost as lost:
                self._lost(str(lost))
            except (
                Exception
            ) as error:  # the top of a thread: one bad device must not end, or it would look healthy
                log.exception("%s: the program failed while reading it", self.name)
                self._lost(f"the program failed while reading it: {error}")
            self._rest(backoff.after(tick_now() - began))
        self._device.report_refusals()
        self._mailbox.close()

    def _rest(self, seconds: float) -> None:
        """Wait before the next try; letters are answered meanwhile: nobody is there."""
        until = tick_now() + int(seconds * 1e9)
        while not self._halt.rung and (left := until - tick_now()) > 0:
            self._halt.wait(left / 1e9, self._mailbox)
            self._read_letters()

    def _lost(self, reason: str) -> None:
        if self._halt.rung:
            return  # nobody is told of the end that they asked for
        self._talk.closed("the device went away before it ended")
        self._device.became(DeviceState.LOST, reason)

    def _serve(self) -> None:
        settings = self._device.settings
        with self._open()() as link:
            self._link = link
            if settings.on_connect is not None:
                self._say(Send(settings.on_connect.encode()))
            self._talk.opened()
            while not self._halt.rung:
                self._read(link)

    def _read(self, link: ByteLink) -> None:
        half = self._talk.pending
        quiet = self._device.settings.quiet
        began = tick_now()
        chunk = link.read(self._patience(began, quiet if half else None))
        if chunk:
            if not isinstance(link, KeysLink):  # which notes its keys
                self._tape.note(self._device.settings.name, Way.IN, chunk)
            self._talk.fed(chunk)
        elif half and tick_now() - began >= quiet * 1e9 and not self._halt.rung:
            self._talk.gave_up("the line went quiet before it ended")
        self._read_letters()
        due = self._talk.due()
        if due is not None and due <= tick_now() and not self._halt.rung:
            self._talk.rang()

    def _patience(self, now: int, quiet: float | None) -> float | None:
        due = self._talk.due()
        waits = [] if due is None else [(due - now) / 1e9]
        return min([*waits, *([] if quiet is None else [quiet])], default=None)

    def _read_letters(self) -> None:
        for letter in self._mailbox.take():
            letter(self._talk)

    def _say(self, told: Send | Publish) -> None:
        if not isinstance(told, Send) or self._link is None:
            raise LinkLost("the program wanted to say something that the line does not carry")
        self._tape.note(self._device.settings.name, Way.OUT, told.data)
        self._link.write(told.data)

    def _note_keys(self, keys: bytes) -> None:
        self._tape.note(self._device.settings.name, Way.IN, keys)

    def _open(self) -> OpenLink:
        match self._device.settings.transport:
            case SerialPort() as port:
                return lambda: SerialLink(port, self._halt, self._mailbox)
            case RemotePort() as port:
                return lambda: RemoteLink(port, self._halt, self._mailbox)
            case KeysPort() as port:
                return lambda: KeysLink(port, self._halt, self._mailbox, noted=self._note_keys)
            case TcpPeer() as peer:
                return lambda: TcpLink(peer, self._halt, self._mailbox)
            case other:
                raise TypeError(f"{other} carries no byte stream")
