"""The local Neon: starts and stops it, decides what each request gets, and lets tests look and reach inside."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from rehearsal.clouds.neon.contract import check, unknown
from rehearsal.clouds.neon.faults import Fault, FaultPlan
from rehearsal.clouds.neon.inspection import PATH, inspect
from rehearsal.clouds.neon.keys import UNLIMITED, Key
from rehearsal.clouds.neon.kinds import INDEXES, KINDS, stands
from rehearsal.clouds.neon.limits import RateLimit, retry_after
from rehearsal.clouds.neon.postgres import Databases, PostgresError, find_binaries, refuse
from rehearsal.clouds.neon.router import ROUTE_OF, route
from rehearsal.clouds.neon.switches import Switches
from rehearsal.clouds.neon.transactions import transaction
from rehearsal.clouds.neon.wire import PREFIX, Answer, Asked, Server
from rehearsal.clouds.neon.world import ORGANIZATION, Call, Document, Refusal, World
from rehearsal.clouds.store import Store

_REQUESTS_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the service saw it; never a body or a key. A status of 0: it got no answer."""

    method: str
    path: str
    status: int


class NeonService:
    """The service; a context manager. Without a folder its state goes when it stops.

    `url` is what NEON_API_URL must be, `api_key` the organisation's key; `keys` are more of them by their text, and those
    the API made count too. `requests` (the last 100 000 at least), `unexpected` (what requests said that Neon does
    not know: `contract.py`), `faults`, `switches`, `objects()`, `advance()` and `by_hand()` are for tests and scenarios.
    With `postgres` each database is a real one, whose connection strings work; raises `PostgresMissing` on a machine
    without it.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        faults: FaultPlan | None = None,
        switches: Switches | None = None,
        port: int = 0,
        api_key: str = "",
        keys: Mapping[str, Key] | None = None,
        postgres: bool = False,
    ) -> None:
        if postgres:
            find_binaries()
        self._temporary = None if data else tempfile.TemporaryDirectory(prefix="neon-")
        folder = data or Path(self._temporary.name if self._temporary else ".")
        self.faults = faults or FaultPlan()
        self.switches = switches or Switches()
        self.requests: list[Request] = []
        self.unexpected: list[str] = []
        self.api_key = api_key or f"napi_{secrets.token_hex(16)}"
        self.keys = dict(keys or {})
        self._world = World(Store(folder, "neon", INDEXES), self.switches)
        self._postgres = Databases(folder, self._world.store) if postgres else None
        self._lock = threading.RLock()
        self._limit = RateLimit(self._world.now)
        self._stopping = threading.Event()
        self._port = port
        self._server: Server | None = None

    # ---- running -----------------------------------------------------------------------------------------------

    def start(self) -> NeonService:
        """Listen on loopback; returns when it may be asked."""
        self._stopping.clear()
        try:
            if self._postgres is not None:
                with self._world.store.transaction():
                    pass  # what earlier runs left is known now
                self._postgres.start()
                self._world.observer, self._world.address = self._postgres.follow, self._postgres.address
            self._server = Server(self._judge, self._port)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop listening; what exists stays in the folder. A request that still waits gets no answer and does nothing."""
        with self._lock:
            self._stopping.set()
        if self._server is not None:
            self._server.stop()
        if self._postgres is not None:
            with self._lock:
                self._postgres.stop()
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
        return f"http://127.0.0.1:{self._server.port}{PREFIX}"

    # ---- for tests and scenarios ---------------------------------------------------------------------------------

    def objects(self) -> dict[str, list[Document]]:
        """Every object that is not deleted, by kind, without passwords."""
        with self._call() as call:
            return {
                kind: [call.whole(document) for document in call.all(kind) if stands(call, kind, document)]
                for kind in KINDS
            }

    @property
    def ahead(self) -> float:
        """Seconds the service's clock is ahead of the real one."""
        return self._world.ahead

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

    def _call(self) -> AbstractContextManager[Call]:
        return transaction(self._world, self._lock)

    # ---- answering -------------------------------------------------------------------------------------------------

    def _judge(self, asked: Asked) -> Answer:
        """The answer to one request, the way a fault wants it; the request is kept as data."""
        if asked.path.startswith(PATH):
            return inspect(self, asked)
        fault = self.faults.take(asked.method, asked.path)
        answer = self._spoilt(asked, fault)
        if len(self.requests) >= 2 * _REQUESTS_KEPT:
            del self.requests[:_REQUESTS_KEPT]
        status = answer.status if answer.end == "sent" else 0
        self.requests.append(Request(asked.method, sys.intern(asked.path), status))
        return answer

    def _spoilt(self, asked: Asked, fault: Fault | None) -> Answer:
        late = self.switches.latency + (fault.seconds if fault and fault.kind == "delay" else 0)
        if late:
            self._stopping.wait(late)
        if fault is None:
            return self._answer(asked, "")
        if fault.kind in ("reset-before", "silent-before"):
            return Answer(0, end="reset" if fault.kind == "reset-before" else "silent")
        after = retry_after(int(fault.retry_after), "date") if fault.retry_after_date else fault.retry_after
        refusal = _error(asked, fault.status, fault.message, fault.code, after)
        if fault.kind == "refuse":
            return refusal
        answer = self._answer(asked, fault.ending)
        match fault.kind:
            case "refuse-after":
                return refusal
            case "reset-after":
                return replace(answer, end="reset")
            case "silent":
                return replace(answer, end="silent")
            case "malformed":
                return replace(answer, shape="half")
            case "not-json":
                return replace(answer, status=200, shape="page")
            case "extra-fields":
                return replace(answer, body=answer.body and _newer(answer.body))
        return answer

    def _answer(self, asked: Asked, ending: str) -> Answer:
        key = self._key(asked.key)
        if key is None:
            return _error(asked, 401, "this request is not authenticated")
        switches = self.switches
        try:
            handler, parts, status = route(asked.method, asked.path)
            wait = self._limit.wait(handler, switches.requests_per_minute, switches.requests_per_second_on_a_route)
            if wait:
                return _error(asked, 429, "rate limit exceeded", after=retry_after(wait, switches.retry_after))
            body = _json(asked.content)
            self.unexpected += unknown(ROUTE_OF[handler], asked.query, body)
            check(ROUTE_OF[handler], body)
            refusal = key.refusal(asked.method, asked.path, asked.query, body, ORGANIZATION)
            if refusal:
                return _error(asked, *refusal)
            if self._postgres is not None:
                refuse(asked.method, asked.path, asked.query, body)
            with self._lock:
                if self._stopping.is_set():
                    return Answer(0, end="reset")
                with transaction(self._world, self._lock, body, asked.query, ending, key) as call:
                    reply = handler(call, **parts)
        except Refusal as told:
            after = retry_after(1, switches.retry_after_lock) if told.status == 423 else ""
            return _error(asked, told.status, told.message, told.code, after)
        except PostgresError as error:
            return _error(asked, 500, str(error))
        return Answer(204) if reply is None else Answer(status, reply)

    def _key(self, text: str) -> Key | None:
        """The key that has this text: one the service was given, or one the API made."""
        key = UNLIMITED if text == self.api_key else self.keys.get(text)
        if key is None and text:
            digest = hashlib.sha256(text.encode()).hexdigest()
            with self._world.store.transaction():
                made = self._world.store.find("api_key", {"_sha256": digest})
            project = str(made[0].plain().get("project_id") or "") if made else ""
            key = Key("project" if project else "organization", project, revoked=not made)
        return None if key is None or key.revoked else key


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else {}
    except ValueError:
        raise Refusal(400, "the body is not JSON") from None


def _error(asked: Asked, status: int, message: str, code: str = "", after: str = "") -> Answer:
    """An error as Neon writes it; the code may be empty, the id is the client's own if it gave one."""
    request_id = asked.request_id or secrets.token_hex(8)
    return Answer(status, {"request_id": request_id, "code": code, "message": message}, after)


def _newer(body: Document | list[Document]) -> Document | list[Document]:
    """A body as a newer API would send it: more fields at the top and in every object."""
    if isinstance(body, list):
        return [{**item, "brand_new": {"field": [1, 2, 3]}} for item in body]
    more = {"brand_new": {"field": [1, 2, 3]}}
    newer: Document = {}
    for key, value in body.items():
        if isinstance(value, dict) and key != "annotations":  # this one is keyed by ids
            newer[key] = {**value, **more}
        elif isinstance(value, list):
            newer[key] = [{**item, **more} if isinstance(item, dict) else item for item in value]
        else:
            newer[key] = value
    return {**newer, **more}
