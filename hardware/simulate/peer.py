"""The far end of a TCP connection: a device that listens on a port, to one station at a time."""

import contextlib
import socket
import threading
from typing import Self

from hardware.simulate.closing import Closing
from hardware.simulate.terminal import NOISE, PATIENCE, Unplugged
from hardware.simulate.verb import Options, Verb

CHUNK = 4096  # bytes


class SimulatedPeer(Closing):
    """A device on the network. What the station sends is given to `heard`, on a thread of its own."""

    half = b"?"  # what half_frame sends: the beginning of a frame

    def __init__(self, port: int = 0) -> None:
        """Listen at `port`, or at a free one; raises OSError when it cannot be had."""
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listening.getsockname()[1]
        self._peer: socket.socket | None = None
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._serve, name=f"simulated-{self.port}", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, options: Options) -> Self:
        """Listen at `port`, or at a free one."""
        return cls(int(options.get("port", "0")))

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self.url

    def heard(self, data: bytes) -> None:
        """The station sent `data`; a device that answers overrides this. Called on the device's own thread."""

    def connected(self) -> None:
        """A station has connected; a device that keeps state for each connection overrides this."""

    def send(self, data: bytes) -> None:
        """Put bytes on the wire; raises Unplugged when nobody is connected, TimeoutError when they lie unread."""
        peer = self._waited_for()
        try:
            with self._sending:  # answers go out on another thread
                peer.sendall(data)
        except TimeoutError:
            raise TimeoutError(f"nobody reads at port {self.port}") from None
        except OSError as problem:
            raise Unplugged(f"the station has hung up: {problem.strerror}") from None

    def half_frame(self) -> None:
        """Send the beginning of a frame and nothing more."""
        self.send(self.half)

    def noise(self) -> None:
        """Send what is no frame at all."""
        self.send(NOISE)

    def hang_up(self) -> None:
        """Close the connection, as a device does that is switched off and on; the station may come again."""
        with self._changed:
            peer, self._peer = self._peer, None
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
            peer.close()

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines: the faults of every connection, and what its kind adds."""
        return {
            "half_frame": Verb("", lambda _: self.half_frame()),
            "noise": Verb("", lambda _: self.noise()),
            "hang_up": Verb("", lambda _: self.hang_up()),
        }

    def close(self) -> None:
        """Switch it off for good."""
        self._open = False
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.hang_up()
        self._thread.join(PATIENCE)

    def _waited_for(self) -> socket.socket:
        with self._changed:
            self._changed.wait_for(lambda: self._peer is not None, PATIENCE)
            if self._peer is None:
                raise Unplugged(f"no station is connected to port {self.port}")
            return self._peer

    def _serve(self) -> None:
        while self._open:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.settimeout(PATIENCE)
            with self._changed:
                self._peer = peer
                self._changed.notify_all()
            self.connected()
            self._listen(peer)

    def _listen(self, peer: socket.socket) -> None:
        while self._open and peer.fileno() >= 0:
            try:
                data = peer.recv(CHUNK)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            try:
                self.heard(data)
            except (Unplugged, TimeoutError):
                break  # the station hung up under the answer; it may come again
        self.hang_up()
