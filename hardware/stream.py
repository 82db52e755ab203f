"""A device at the end of a byte stream: one thread that connects, reads, decodes, and connects again."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from hardware.device import Device
from hardware.kinds import DECODERS
from hardware.readings import DeviceState, tick_now
from hardware.settings import SerialPort, TcpPeer
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.serial_port import SerialLink
from hardware.transport.tcp import TcpLink

log = logging.getLogger(__name__)


class ByteLink(Protocol):
    """An open connection to a device."""

    def read(self, seconds: float | None) -> bytes:
        """What has come, at most `seconds` waited; empty after that or when called off; raises LinkLost."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data`; raises LinkLost."""
        ...


OpenLink = Callable[[], AbstractContextManager[ByteLink]]


class Stream(threading.Thread):
    """Keeps one device connected until the bell rings; everything that happens goes through its Device."""

    def __init__(self, device: Device, halt: Halt) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        self._device = device
        self._halt = halt
        self._decoder = DECODERS[device.settings.kind](device.settings, device.stamp)

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
            self._halt.wait(backoff.after(tick_now() - began))
        self._device.report_refusals()

    def _lost(self, reason: str) -> None:
        if self._halt.rung:
            return  # nobody is told of the end that they asked for
        for refusal in self._decoder.give_up("half a frame: the device went away before it ended"):
            self._device.hand_over(refusal)
        self._device.became(DeviceState.LOST, reason)

    def _serve(self) -> None:
        settings = self._device.settings
        with self._open()() as link:
            if settings.on_connect is not None:
                link.write(settings.on_connect.encode())
            self._device.became(DeviceState.READY, "connected")
            while not self._halt.rung:
                self._read(link, settings.quiet)

    def _read(self, link: ByteLink, quiet: float) -> None:
        half = self._decoder.pending
        chunk = link.read(quiet if half else None)
        if chunk:
            readings = self._decoder.feed(chunk)
        elif half and not self._halt.rung:
            readings = self._decoder.give_up("half a frame: the line went quiet before it ended")
        else:
            return
        for reading in readings:
            self._device.hand_over(reading)

    def _open(self) -> OpenLink:
        match self._device.settings.transport:
            case SerialPort() as port:
                return lambda: SerialLink(port, self._halt)
            case TcpPeer() as peer:
                return lambda: TcpLink(peer, self._halt)
            case other:
                raise TypeError(f"{other} carries no byte stream")
