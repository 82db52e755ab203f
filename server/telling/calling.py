"""One call to another system: signed as Standard Webhooks has it, bounded in time, never redirected.

The receiver computes HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}` with its secret, and compares.
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import ssl
import threading
from datetime import datetime

from server.telling.addresses import Target
from server.telling.moves import Move

PREFIX = "whsec_"  # by which a secret is known
SILENCE = 5.0  # s without a byte
LONGEST_CALL = 15.0  # s, however busily the receiver drips
LONGEST_WAIT = 3_600  # s that a receiver may ask us to wait
LATE = f"it did not finish its answer within {LONGEST_CALL:.0f} s"
GOOD, ELSEWHERE = range(200, 300), range(300, 400)


class NotTaken(Exception):
    """The receiver did not take it; said to a person. `wait` is what it asks for, in seconds."""

    def __init__(self, words: str, wait: int = 0) -> None:
        super().__init__(words)
        self.wait = wait


def new_secret() -> str:
    """A secret for a receiver: 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, name: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = secret.encode()
    signed = f"{name}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def body_of(move: Move) -> bytes:
    """What is sent."""
    told = {"type": move.type, "timestamp": move.at.isoformat(), "data": move.plain()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def call(target: Target, place: str, secret: str, move: Move, now: datetime) -> None:
    """Tell a receiver of a move; raises NotTaken when it did not answer 2xx."""
    name, timestamp, body = f"msg_{move.number}", int(now.timestamp()), body_of(move)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "stepline",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, name, timestamp, body),
    }
    connection = _Secure(target, place) if target.secure else _Plain(target, place)
    over = threading.Event()
    limit = threading.Timer(LONGEST_CALL, lambda: (over.set(), connection.hang_up()))
    limit.daemon = True
    limit.start()
    try:
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as problem:
        raise NotTaken(LATE if over.is_set() else _reason(problem)) from None
    finally:
        limit.cancel()
        connection.hang_up()
        connection.close()
    if over.is_set():  # what came until then can look like an answer
        raise NotTaken(LATE)
    if answer.status not in GOOD:
        hint = ", and redirects are not followed" if answer.status in ELSEWHERE else ""
        raise NotTaken(f"it answered {answer.status} {answer.reason}"[:200].strip() + hint, _wait(answer))


def _wait(answer: http.client.HTTPResponse) -> int:
    asked = answer.headers.get("Retry-After", "")
    return min(int(asked), LONGEST_WAIT) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


def _reason(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {problem.verify_message}"
    if isinstance(problem, TimeoutError):
        return f"it did not answer for {SILENCE:.0f} s"
    if isinstance(problem, ConnectionRefusedError):
        return "nothing answers there"
    words = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return f"the call broke off: {words}"[:200]


class _Plain(http.client.HTTPConnection):
    """A connection to the address that was judged, whatever its name says by now."""

    def __init__(self, target: Target, place: str) -> None:
        super().__init__(target.host, target.port, timeout=SILENCE)
        self._place = place

    def connect(self) -> None:
        """Connect there."""
        self.sock = socket.create_connection((self._place, self.port), SILENCE)

    def hang_up(self) -> None:
        """End it, from any thread."""
        _end(self.sock)


class _Secure(http.client.HTTPSConnection):
    """The same over TLS; the certificate has to be the name's."""

    def __init__(self, target: Target, place: str) -> None:
        self._context_of_trust = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=SILENCE, context=self._context_of_trust)
        self._place = place

    def connect(self) -> None:
        """Connect there, and look at the certificate."""
        plain = socket.create_connection((self._place, self.port), SILENCE)
        self.sock = self._context_of_trust.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()

    def hang_up(self) -> None:
        """End it, from any thread."""
        _end(self.sock)


def _end(sock: socket.socket | None) -> None:
    if sock is None:
        return
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
