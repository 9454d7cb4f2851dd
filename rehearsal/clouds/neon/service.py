"""The HTTP side: authentication, rate limit, faults, latency. One thread per connection, kept alive."""

from __future__ import annotations

import json
import secrets
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from rehearsal.clouds.neon.branches import expire
from rehearsal.clouds.neon.faults import Fault, FaultPlan
from rehearsal.clouds.neon.kinds import INDEXES, KINDS, stands
from rehearsal.clouds.neon.router import route
from rehearsal.clouds.neon.switches import Switches
from rehearsal.clouds.neon.world import Call, Document, Refusal, World
from rehearsal.clouds.store import Store

_PREFIX: Final = "/api/v2"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the service saw it; never a body or a key."""

    method: str
    path: str
    status: int


class NeonService:
    """The service; a context manager. Without a folder its state goes when it stops.

    `url` is what NEON_API_URL must be, `api_key` the one key it accepts. `requests`, `faults`, `switches`, `objects()`,
    `advance()` and `by_hand()` are for tests and scenarios.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        faults: FaultPlan | None = None,
        switches: Switches | None = None,
        port: int = 0,
        api_key: str = "",
    ) -> None:
        self._temporary = None if data else tempfile.TemporaryDirectory(prefix="neon-")
        folder = data or Path(self._temporary.name if self._temporary else ".")
        self.faults = faults or FaultPlan()
        self.switches = switches or Switches()
        self.requests: list[Request] = []
        self.api_key = api_key or f"napi_{secrets.token_hex(16)}"
        self._world = World(Store(folder, "neon", INDEXES), self.switches)
        self._lock = threading.RLock()
        self._bucket: list[float] = []
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    # ---- running -----------------------------------------------------------------------------------------------

    def start(self) -> NeonService:
        """Listen on loopback."""
        service = self

        class Handler(_Handler):
            """Bound to this service."""

            neon = service

        self._server = _Server(("127.0.0.1", self._port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; what exists stays in the folder."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> NeonService:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the API."""
        if self._server is None:
            raise RuntimeError("the service is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}{_PREFIX}"

    # ---- for tests and scenarios ---------------------------------------------------------------------------------

    def objects(self) -> dict[str, list[Document]]:
        """Every object that is not deleted, by kind, without passwords."""
        with self._call() as call:
            return {
                kind: [call.shown(document) for document in call.all(kind) if stands(call, kind, document)]
                for kind in KINDS
            }

    def advance(self, seconds: float) -> None:
        """Move the service's clock on."""
        self._world.ahead += seconds

    def by_hand(self, kind: str, key: str, **changes: Any) -> None:
        """Change an object as a person would in the console; without changes it is removed."""
        with self._call() as call:
            found = call.need(kind, key, kind)
            if changes:
                call.put(kind, key, {**found, **changes})
            else:
                call.drop(kind, key)

    def _call(self) -> _Transaction:
        return _Transaction(self._world, self._lock, {}, {})

    # ---- answering -------------------------------------------------------------------------------------------------

    def answer(
        self, method: str, path: str, query: dict[str, str], body: Any, fault: Fault | None
    ) -> tuple[int, Document | None]:
        """(status, body) of one request; a refusal is an answer too."""
        try:
            handler, parts, status = route(method, path)
            ending = fault.ending if fault else ""
            with _Transaction(self._world, self._lock, body, query, ending) as call:
                if "project" in parts:
                    expire(call, parts["project"])
                reply = handler(call, **parts)
        except Refusal as refusal:
            return refusal.status, error_body(refusal.message, refusal.code)
        return (204, None) if reply is None else (status, reply)

    def limited(self) -> bool:
        """Whether this request is one too many in its minute."""
        most = self.switches.requests_per_minute
        if not most:
            return False
        now = time.monotonic()
        with self._lock:
            self._bucket = [moment for moment in self._bucket if now - moment < 60]
            if len(self._bucket) >= most:
                return True
            self._bucket.append(now)
            return False


class _Transaction:
    """One call under the service's and the store's lock; its changes are kept when it ends well."""

    def __init__(self, world: World, lock: threading.RLock, body: Any, query: dict[str, str], ending: str = "") -> None:
        self._world, self._lock = world, lock
        self._given = body, query, ending

    def __enter__(self) -> Call:
        self._lock.acquire()
        self._manager = self._world.store.transaction()
        try:
            self._opened = Call(self._world, self._manager.__enter__(), *self._given)
        except BaseException:
            self._lock.release()
            raise
        return self._opened

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            done = self._opened.commit() if kind is None else []
            self._manager.__exit__(kind, error, trace)
            if done and self._world.observer:
                self._world.observer(done)
        finally:
            self._lock.release()


def error_body(message: str, code: str = "") -> Document:
    """An error as Neon writes it; the code may be empty."""
    return {"request_id": secrets.token_hex(8), "code": code, "message": message}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    neon: NeonService
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        address = urlsplit(self.path)
        path = address.path.removeprefix(_PREFIX)
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length) if length else b""
        fault = self.neon.faults.take(self.command, path)
        if self.neon.switches.latency:
            time.sleep(self.neon.switches.latency)
        if fault and fault.kind == "reset-before":
            self._reset(path)
            return
        if fault and fault.kind == "delay":
            time.sleep(fault.seconds)
        if fault and fault.kind == "refuse":
            self._send(path, fault.status, error_body(fault.message, fault.code), retry_after=fault.retry_after)
            return
        status, reply = self._judge(path, dict(parse_qsl(address.query)), content, fault)
        if fault and fault.kind == "reset-after":
            self._reset(path)
            return
        if fault and fault.kind == "extra-fields" and reply is not None:
            reply = {**reply, "brand_new": {"field": [1, 2, 3]}}
        self._send(path, status, reply, torn=bool(fault and fault.kind == "malformed"))

    def _judge(
        self, path: str, query: dict[str, str], content: bytes, fault: Fault | None
    ) -> tuple[int, Document | None]:
        if self.headers.get("Authorization") != f"Bearer {self.neon.api_key}":
            return 401, error_body("this request is not authenticated")
        if self.neon.limited():
            return 429, error_body("rate limit exceeded")
        try:
            body = json.loads(content) if content else {}
        except ValueError:
            return 400, error_body("the body is not JSON")
        return self.neon.answer(self.command, path, query, body, fault)

    def _send(
        self, path: str, status: int, reply: Document | None, *, retry_after: str = "", torn: bool = False
    ) -> None:
        self.neon.requests.append(Request(self.command, path, status))
        content = b"" if reply is None else json.dumps(reply).encode()
        if torn:
            content = content[: len(content) // 2]
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _reset(self, path: str) -> None:
        """Cut the connection: the client gets a reset, no answer."""
        self.neon.requests.append(Request(self.command, path, 0))
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's names
        """The requests are kept as data, not printed."""
