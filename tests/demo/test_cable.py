"""The network cable that the panel cuts: a relay before a real server on both of its lines."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from stepline.demo.cable import Cable


class Echo:
    """Says back what it hears, on a port of its own."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.dropped = threading.Semaphore(0)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            while piece := line.recv(65536):
                line.sendall(piece)
        self.dropped.release()

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def cable(echo: Echo) -> Iterator[Cable]:
    cable = Cable(SimpleNamespace(port=echo.port, broker_port=echo.port))
    cable.mend()
    yield cable
    cable.cut()


def dial(address: str) -> socket.socket:
    host, port = address.split("://")[1].split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def said(line: socket.socket, text: bytes) -> bytes:
    line.sendall(text)
    came = b""
    while len(came) < len(text) and (piece := line.recv(65536)):
        came += piece
    return came


def test_it_carries_both_lines_whole(cable: Cable) -> None:
    long = bytes(range(256)) * 4000
    for address in (cable.server_url, cable.broker):
        with dial(address) as line:
            assert said(line, b"hello") == b"hello"
            sender = threading.Thread(target=line.sendall, args=(long,))
            sender.start()
            came = b""
            while len(came) < len(long):
                came += line.recv(65536)
            sender.join()
            assert came == long


def test_cut_it_drops_what_is_open_at_both_ends_and_takes_nothing_new(cable: Cable, echo: Echo) -> None:
    with dial(cable.broker) as line:
        assert said(line, b"hello") == b"hello"
        cable.cut()
        assert not cable.whole
        with contextlib.suppress(ConnectionError):
            assert line.recv(1) == b""
    assert echo.dropped.acquire(timeout=10)
    for address in (cable.server_url, cable.broker):
        with pytest.raises(ConnectionError):
            dial(address)


def test_mended_it_carries_again_under_the_same_address(cable: Cable) -> None:
    before = cable.server_url
    for _ in range(5):
        with dial(cable.server_url) as line:
            assert said(line, b"on") == b"on"
        cable.cut()
        cable.mend()
        cable.mend()
    assert (cable.whole, cable.server_url) == (True, before)
    with dial(cable.server_url) as line:
        assert said(line, b"again") == b"again"


def test_a_server_that_is_away_looks_like_one_to_the_kiosk(cable: Cable, echo: Echo) -> None:
    echo.close()
    with dial(cable.server_url) as line, contextlib.suppress(ConnectionError):
        assert line.recv(1) == b""
    echo._door = socket.create_server(("127.0.0.1", 0))  # for its own end


def test_whoever_hangs_up_is_not_kept(cable: Cable, echo: Echo) -> None:
    for _ in range(20):
        with dial(cable.server_url) as line:
            said(line, b"x")
        assert echo.dropped.acquire(timeout=10)
    for _ in range(200):
        if not cable._open:
            return
        threading.Event().wait(0.02)
    pytest.fail(f"{len(cable._open)} ends are still open")
