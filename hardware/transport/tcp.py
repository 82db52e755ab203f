"""A TCP connection to a device or to a serial-to-Ethernet converter."""

import errno
import os
import select
import socket
from types import TracebackType
from typing import Self

from hardware.address import TcpPeer
from hardware.transport.halt import Ear, Halt, LinkLost
from hardware.transport.mailbox import Mailbox

CHUNK = 4096  # bytes
PATIENCE = 5.0  # s for a connection to be made, on a plant's own network
SILENCE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 2}  # a pulled cable is noticed within 15 s


class TcpLink:
    """Bytes from one peer."""

    def __init__(self, peer: TcpPeer, halt: Halt, mailbox: Mailbox) -> None:
        """Connect to `peer`; raises LinkLost with the reason when that cannot be done."""
        self._name = f"{peer.host}:{peer.port}"
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                peer.host, peer.port, type=socket.SOCK_STREAM
            )[0]
        except OSError as error:
            raise LinkLost(f"no address is known for {self._name}: {error.strerror}") from error
        self._socket = socket.socket(family, kind, protocol)
        try:
            self._connect(address, halt)
        except OSError:
            self._socket.close()
            raise
        self._ear = Ear(self._socket.fileno(), halt, mailbox)

    def _connect(self, address: object, halt: Halt) -> None:
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for name, seconds in SILENCE.items():
            if hasattr(socket, name):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
        code = self._socket.connect_ex(address)  # pyright: ignore[reportArgumentType] - as getaddrinfo gave it
        if code == errno.EINPROGRESS:
            done = select.poll()
            done.register(self._socket, select.POLLOUT)
            done.register(halt.fileno(), select.POLLIN)
            if not done.poll(PATIENCE * 1000):
                raise LinkLost(f"{self._name} does not answer")
            if halt.rung:
                raise LinkLost("called off")
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise LinkLost(f"{self._name} cannot be reached: {os.strerror(code)}")

    def read(self, seconds: float | None) -> bytes:
        """What has come; empty after `seconds` (None: never), for a letter, or when called off.

        Raises LinkLost when the peer is gone.
        """
        if not self._ear.listen(seconds):
            return b""
        try:
            chunk = self._socket.recv(CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self._name} is gone: {error.strerror}") from error
        if not chunk:
            raise LinkLost(f"{self._name} closed the connection")
        return chunk

    def write(self, data: bytes) -> None:
        """Send `data` to the peer; raises LinkLost when it is gone."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise LinkLost(f"{self._name} is gone: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
