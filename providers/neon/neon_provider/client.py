"""HTTP to Neon: retries, deadlines, paging and the waiting for operations. Knows nothing of Pulumi.

What may be sent again (neon.com API reference, retries): everything after 423, 429 and 503; reads after anything; a change
with an absolute end state (PATCH, PUT, DELETE) also after a lost answer. A POST is never repeated after one, because it may
have worked.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from neon_provider.errors import ADVICE, NeonError, OperationFailed, ServerFault, Unreachable, from_status
from neon_provider.models import FAILED, FINISHED, Operation

DEFAULT_URL: Final = "https://console.neon.tech/api/v2"
_ALWAYS: Final = frozenset({423, 429, 503})
_FAULTS: Final = frozenset({500, 502, 504})
_ABSOLUTE: Final = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_ID: Final = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Times in seconds. `max_retries` bounds the tries of one request, the deadline of the whole bounds their time."""

    api_key: str = field(repr=False)
    base_url: str = DEFAULT_URL
    request_timeout: float = 30
    operation_timeout: float = 600
    poll_interval: float = 1
    max_retries: int = 8
    user_agent: str = "pulumi-neon/0.1.0"


@dataclass(slots=True)
class Clock:
    """Time, so that tests need none."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Client:
    """One connection pool, and one lock per project: Neon answers 423 to parallel changes of one project."""

    def __init__(
        self, config: ClientConfig, *, transport: httpx.AsyncBaseTransport | None = None, clock: Clock | None = None
    ) -> None:
        self.config = config
        self._clock = clock or Clock()
        self._http = httpx.AsyncClient(
            base_url=config.base_url.rstrip("/"),
            timeout=config.request_timeout,
            transport=transport,
            verify=not config.base_url.startswith("http://"),  # loading the authorities costs more than a local request
            headers={
                "Authorization": f"Bearer {config.api_key}",
                "Accept": "application/json",
                "User-Agent": config.user_agent,
            },
        )
        self._locks: dict[str, asyncio.Lock] = {}
        self._listings: dict[str, list[Any]] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    # ---- requests ----------------------------------------------------------------------------------------------

    async def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return await self.request("GET", path, query=query)

    async def request(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None, timeout: float = 0
    ) -> Any:
        """One request with its retries; the parsed answer, `{}` for an empty one.

        Raises a `NeonError` subclass. `Unreachable` for a POST means that its outcome is unknown.
        """
        if method != "GET":
            self._listings.clear()
        asked = f"{method} {path}"
        deadline = self._clock.now() + (timeout or self.config.operation_timeout)
        for attempt in range(self.config.max_retries + 1):
            last = attempt == self.config.max_retries
            try:
                response = await self._http.request(
                    method, path, json=body, params={k: v for k, v in (query or {}).items() if v is not None}
                )
            except httpx.HTTPError as error:
                connected = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if last or (connected and method not in _ABSOLUTE) or not await self._wait(attempt, None, deadline):
                    raise Unreachable(asked, f"no answer ({type(error).__name__})", advice=_reach(error)) from None
                continue
            if response.status_code < 300:
                return _parsed(asked, response)
            again = response.status_code in _ALWAYS or (method in _ABSOLUTE and response.status_code in _FAULTS)
            if not again or last or not await self._wait(attempt, response, deadline):
                raise _error(asked, response, self.config.api_key)
        raise ServerFault(asked, "every try failed")

    async def _wait(self, attempt: int, response: httpx.Response | None, deadline: float) -> bool:
        """Sleep before the next try; False when the deadline would pass."""
        backoff = random.uniform(0, min(15, 0.5 * 2**attempt))  # noqa: S311 - jitter, no secret
        asked_for = _retry_after(response.headers.get("Retry-After", "")) if response is not None else 0
        pause = max(backoff, asked_for)
        if self._clock.now() + pause >= deadline:
            return False
        await self._clock.sleep(pause)
        return True

    async def pages(self, path: str, key: str, *, cursor: Sequence[str], **query: Any) -> list[Any]:
        """Every item of a paged listing; a repeated cursor or an empty page ends it as well as the vendor's own word."""
        items: list[Any] = []
        seen: set[str] = set()
        position: str | None = None
        while True:
            answer = await self.get(path, cursor=position, **query)
            page = answer.get(key) or []
            items += page
            pagination = answer.get("pagination") or {}
            position = next((pagination[name] for name in cursor if pagination.get(name)), None)
            if not page or not position or position in seen:
                return items
            seen.add(position)

    async def listing(self, path: str, key: str, **query: Any) -> list[Any]:
        """A listing that is kept until something changes: a refresh reads each kind of a project once."""
        if path not in self._listings:
            self._listings[path] = await self.pages(path, key, cursor=("next", "cursor"), **query)
        return self._listings[path]

    # ---- changes -----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def changing(self, project_id: str) -> AsyncIterator[None]:
        """Hold a project: one change at a time."""
        async with self._locks.setdefault(project_id, asyncio.Lock()):
            yield

    async def settle(self, project_id: str, answer: Mapping[str, Any], timeout: float = 0) -> None:
        """Wait until every operation of an answer ended; raises `OperationFailed` naming action, status and id."""
        waiting = [Operation.read(item) for item in answer.get("operations") or []]
        deadline = self._clock.now() + (timeout or self.config.operation_timeout)
        interval = self.config.poll_interval
        while True:
            for operation in waiting:
                _judge(operation)
            waiting = [operation for operation in waiting if operation.status not in FINISHED]
            if not waiting:
                self._listings.clear()
                return
            if self._clock.now() + interval >= deadline:
                open_ = ", ".join(f"{op.action} {op.id} is {op.status}" for op in waiting)
                raise OperationFailed(
                    f"waiting for project {project_id}", f"not finished in time: {open_}", advice="Run again"
                )
            await self._clock.sleep(interval)
            interval = min(interval * 1.5, 5)
            waiting = [await self._operation(project_id, operation.id) for operation in waiting]

    async def looks(self) -> AsyncIterator[None]:
        """When to look for what a lost answer may have made: at once, and after two pauses, since listings lag behind."""
        for polls in (0, 3, 10):
            if polls:
                await self._clock.sleep(polls * self.config.poll_interval)
            yield

    async def _operation(self, project_id: str, operation_id: str) -> Operation:
        answer = await self.get(path_of("projects", project_id, "operations", operation_id))
        return Operation.read(answer["operation"])


def path_of(*parts: str) -> str:
    """A path of percent-encoded segments; an empty one would be answered with a redirect, so it is refused here."""
    if not all(parts):
        raise ValueError(f"a part of the path is empty: {'/'.join(parts)!r}")
    return "/" + "/".join(quote(part, safe="") for part in parts)


def check_id(kind: str, value: str) -> str:
    """An id of Neon's: lower-case letters, digits and hyphens, 60 at most."""
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no {kind} id: lower-case letters, digits and hyphens, 60 at most")
    return value


def _judge(operation: Operation) -> None:
    if operation.status not in FAILED:
        return
    if operation.status == "failed" and operation.retry_at > datetime.now(UTC).isoformat():
        return
    answer = f"it ended as {operation.status}" + (f" ({operation.error})" if operation.error else "")
    raise OperationFailed(f"operation {operation.action} {operation.id}", answer, advice="Run again")


def _parsed(asked: str, response: httpx.Response) -> Any:
    if not response.content:
        return {}
    try:
        return response.json()
    except ValueError:
        raise ServerFault(asked, "the answer is not JSON", status=response.status_code) from None


def _error(asked: str, response: httpx.Response, key: str) -> NeonError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    given = body if isinstance(body, dict) else {}
    message, code, request_id = (
        str(given.get(name) or "").replace(key or "\0", "[secret]") for name in ("message", "code", "request_id")
    )
    return from_status(response.status_code)(
        asked,
        message or "no message",
        status=response.status_code,
        code=code,
        request_id=request_id,
        advice=ADVICE.get(response.status_code, ""),
    )


def _reach(error: httpx.HTTPError) -> str:
    return "Check the address and the network" if isinstance(error, httpx.ConnectError) else "Run again"


def _retry_after(text: str) -> float:
    """Seconds of a Retry-After header in either of its forms; 0 when there is none."""
    if not text:
        return 0
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0
