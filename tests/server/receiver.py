"""Another system that is told: a real HTTP server which checks every signature, and can be down, slow or unwilling."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What came, in order; `answers` are given first, then 204."""

    def __init__(self) -> None:
        self.secret = ""
        self.came: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.slow = threading.Event()
        self.go_on = threading.Event()
        self.heard = threading.Condition()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stepline?plant=1"

    def take(self, path: str, headers: Any, body: bytes) -> int:
        """What to answer."""
        if self.slow.is_set():
            self.go_on.wait(20)
        assert path == "/stepline?plant=1"
        assert self.holds(headers, body)
        answer = self.answers.pop(0) if self.answers else 204
        with self.heard:
            self.names.append(headers["webhook-id"])
            if answer < 300:
                self.came.append(json.loads(body))
            self.heard.notify_all()
        return answer

    def holds(self, headers: Any, body: bytes) -> bool:
        """Whether the signature is that of the secret, as Standard Webhooks has it."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(mine, headers["webhook-signature"])

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """The first `count` moves that were taken."""
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.came) >= count, 20), self.came
            return self.came[:count]

    def wait_for_calls(self, count: int) -> None:
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.names) >= count, 20), self.names

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        """Listen, always on the same port."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    answer = receiver.take(self.path, self.headers, body)
                    self.send_response(answer)
                    for name, value in receiver.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:
                    return  # the caller has hung up

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.go_on.set()
            server.shutdown()
            server.server_close()
            thread.join(10)
