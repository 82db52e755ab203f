"""The far end of a TCP connection outlives a station that hangs up before its answer."""

import socket

from hardware.simulate.peer import SimulatedPeer


class Answers(SimulatedPeer):
    """Says what it heard; the station is gone at the first time."""

    gone = False

    def heard(self, data: bytes) -> None:
        if not self.gone:
            self.gone = True
            self.hang_up()
        self.send(data)


def asked(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"?")
        return line.recv(1)


def test_a_station_that_hangs_up_under_an_answer_may_come_again() -> None:
    with Answers() as device:
        assert asked(device.port) == b""
        assert asked(device.port) == b"?"
