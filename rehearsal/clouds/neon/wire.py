"""HTTP on loopback: reads requests and sends answers, or ends a connection without one. One thread per connection.

What an answer says is decided by whoever gives `Server` its function; nothing of a request is kept or printed here.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qsl, urlsplit

PREFIX: Final = "/api/v2"
_PAGE: Final = b"<html><body>The page is not available at the moment.</body></html>"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path` is without the API's prefix; key and body never show in a repr."""

    method: str
    path: str
    query: dict[str, str]
    key: str = field(repr=False)
    request_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent. `shape`: the body whole, its first half, or a page that is no JSON. `end`: sent, or the connection
    is cut (reset), or it stays open and nothing ever comes (silent)."""

    status: int
    body: dict[str, Any] | list[dict[str, Any]] | None = field(default=None, repr=False)
    retry_after: str = ""
    shape: Literal["whole", "half", "page"] = "whole"
    end: Literal["sent", "reset", "silent"] = "sent"

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.shape == "page":
            return _PAGE
        whole = b"" if self.body is None else json.dumps(self.body).encode()
        return whole[: len(whole) // 2] if self.shape == "half" else whole


def _query(text: str) -> dict[str, str]:
    """The parameters of a request; one that is repeated has its values joined by commas."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(text):
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


Judge: TypeAlias = Callable[[Asked], Answer]


class Server:
    """Listens from its making until `stop`, which also cuts the connections that are open."""

    def __init__(self, judge: Judge, port: int) -> None:
        class Handler(_Handler):
            """Bound to this server's function."""

            decide = staticmethod(judge)

        self._server = _Listener(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.port = int(self._server.server_address[1])

    def stop(self) -> None:
        """Stop listening; returns when no new request can come in."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.cut()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lasts."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget it."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """End every connection; their threads end with them."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    decide: Judge
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        address = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        content = self.rfile.read(int(length)) if length.isdigit() else b""
        scheme, _, key = (self.headers.get("Authorization") or "").partition(" ")
        answer = type(self).decide(
            Asked(
                self.command,
                address.path.removeprefix(PREFIX),
                _query(address.query),
                key if scheme == "Bearer" else "",
                self.headers.get("X-Request-ID") or "",
                content,
            )
        )
        if answer.end == "sent":
            self._send(answer)
        else:
            self.close_connection = True
            self._reset() if answer.end == "reset" else self._hold()

    def _send(self, answer: Answer) -> None:
        content = answer.content()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html" if answer.shape == "page" else "application/json")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        if answer.retry_after:
            self.send_header("Retry-After", answer.retry_after)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _hold(self) -> None:
        """Say nothing until the client or the server goes."""
        with suppress(OSError):
            while self.connection.recv(4096):
                pass

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's names
        """Nothing is printed."""
