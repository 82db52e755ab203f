"""Somebody between kiosk and server: passes on what is asked, and lies where the test tells it to."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

Lie = Callable[[bytes], bytes | Iterator[bytes]]
SKIPPED = {"content-length", "transfer-encoding", "connection", "content-encoding", "date", "server"}


class Liar:
    """A real HTTP server; `lie` takes the place of answers whose path matches. Counts the bytes that it sends."""

    def __init__(self, server: str) -> None:
        self.lies: dict[str, Lie] = {}
        self.asked: list[str] = []
        self._made: dict[str, tuple[int, bytes]] = {}
        self.dropped = ["Stepline-Holds"]  # of requests that are answered with a lie about the whole
        self.sent = 0
        self._client = httpx2.Client(base_url=server, timeout=30, trust_env=False)
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                liar._answer(self)

            do_POST = do_PUT = do_GET  # noqa: N815 - the names that http.server calls

            def log_message(self, *_: Any) -> None:
                pass

        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._httpd.daemon_threads = True
        self._thread = threading.Thread(target=self._httpd.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._httpd.server_port}"

    def lie(self, pattern: str, lie: Lie | None) -> None:
        """Answer what matches with this instead; None: the truth again."""
        if lie is None:
            self.lies.pop(pattern, None)
        else:
            self.lies[pattern] = lie

    def answers(self, pattern: str, body: bytes | None, status: int = 200) -> None:
        """Answer what matches with this, whatever the server says about it; None: ask the server again."""
        if body is None:
            self._made.pop(pattern, None)
        else:
            self._made[pattern] = status, body

    def close(self) -> None:
        self._httpd.shutdown()
        self._thread.join()
        self._httpd.server_close()
        self._client.close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        lie = next((lie for pattern, lie in self.lies.items() if re.search(pattern, handler.path)), None)
        made = next((each for pattern, each in self._made.items() if re.search(pattern, handler.path)), None)
        if made is not None:
            self._send(handler, made[0], [("Content-Type", "application/json")], made[1])
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
        if lie is not None:
            for name in ("If-None-Match", "Range", "If-Range", "Accept-Encoding", *self.dropped):
                headers = {each: value for each, value in headers.items() if each.lower() != name.lower()}
        request = self._client.build_request(handler.command, handler.path, headers=headers, content=body)
        with closing(self._client.send(request, stream=True)) as answer:
            raw = b"".join(answer.iter_raw()) if lie is None else answer.read()
        told = raw if lie is None else lie(raw)
        encoding = answer.headers.get("Content-Encoding") if lie is None else None
        skipped = SKIPPED if lie is None else {*SKIPPED, "etag"}
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in skipped]
        self._send(
            handler, answer.status_code, kept + ([("Content-Encoding", encoding)] if encoding else []), told
        )

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        headers: list[tuple[str, str]],
        told: bytes | Iterator[bytes],
    ) -> None:
        handler.send_response_only(status)
        for name, value in headers:
            handler.send_header(name, value)
        if isinstance(told, bytes):
            if status != 304:
                handler.send_header("Content-Length", str(len(told)))
        else:
            handler.send_header("Connection", "close")
        self.sent += sum(map(len, getattr(handler, "_headers_buffer", [])))
        handler.end_headers()
        try:
            for piece in (told,) if isinstance(told, bytes) else told:
                handler.wfile.write(piece)
                handler.wfile.flush()
                self.sent += len(piece)
        except OSError:  # the kiosk has had enough
            handler.close_connection = True
