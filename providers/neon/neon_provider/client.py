"""The connection to Neon: its settings, its pool, the rate of requests and the locks. Knows nothing of Pulumi."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx

from neon_provider.errors import (
    Cancelled,
)

DEFAULT_URL: Final = "https://console.neon.tech/api/v2"
_ID: Final = re.compile(r"[a-z0-9-]{1,60}")
_RATE: Final = 10
_BURST: Final = 30
"""Requests per second, on the whole and at once: below Neon's 700 a minute and 40 a second of one route."""


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Times in seconds. `max_retries` bounds the tries of one request, but for a locked project; the deadline of the whole
    bounds their time."""

    api_key: str = field(repr=False)
    base_url: str = DEFAULT_URL
    request_timeout: float = 30
    operation_timeout: float = 600
    poll_interval: float = 1
    max_retries: int = 8
    user_agent: str = "pulumi-neon/0.1.0"


@dataclass(slots=True)
class Clock:
    """Time, so that tests need none. `pace` waits for the rate of requests, `sleep` for everything else."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pace: Callable[[float], Awaitable[None]] = asyncio.sleep


class Client:
    """One connection pool, one rate, and one lock per project: Neon answers 423 to parallel changes of one project.

    What is asked is asked through a `Session`, which has a deadline.
    """

    def __init__(
        self, config: ClientConfig, *, transport: httpx.AsyncBaseTransport | None = None, clock: Clock | None = None
    ) -> None:
        self.config = config
        self.clock = clock or Clock()
        self.warn: Callable[[str], None] = lambda _: None
        self.listings: dict[str, list[Any]] = {}
        self.changes = 0
        self.once: dict[str, Any] = {}
        """What is asked once in the life of this client: see `Session.first`."""
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
        self._cancelled = asyncio.Event()
        self._tokens, self._counted = float(_BURST), self.clock.now()

    def cancel(self) -> None:
        """Stop all waiting: what waits ends as `Cancelled`, what is being sent is still answered."""
        self._cancelled.set()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def lock(self, key: str) -> asyncio.Lock:
        """The lock of a project, or of a question that many ask at once."""
        return self._locks.setdefault(key, asyncio.Lock())

    def forget_listings(self) -> None:
        """Something changes or changed: no listing from before it, nor one that is under way, is to be used again."""
        self.changes += 1
        self.listings.clear()

    def check_cancelled(self, doing: str) -> None:
        """Raise `Cancelled` once the run is being stopped."""
        if self._cancelled.is_set():
            raise Cancelled(doing, "the run was cancelled", advice="Run again to go on")

    async def pause(self, seconds: float, doing: str) -> None:
        """Wait; raises `Cancelled` as soon as the run is being stopped."""
        self.check_cancelled(doing)
        tasks = [asyncio.ensure_future(self.clock.sleep(seconds)), asyncio.ensure_future(self._cancelled.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        self.check_cancelled(doing)

    async def send(
        self, method: str, path: str, body: Any, query: Mapping[str, Any], request_id: str
    ) -> httpx.Response:
        """One request, at the rate Neon allows."""
        now = self.clock.now()
        self._tokens = min(_BURST, self._tokens + (now - self._counted) * _RATE) - 1
        self._counted = now
        if self._tokens < 0:
            await self.clock.pace(-self._tokens / _RATE)
        given = {key: value for key, value in query.items() if value is not None}
        return await self._http.request(method, path, json=body, params=given, headers={"X-Request-ID": request_id})


def path_of(*parts: str) -> str:
    """A path of percent-encoded segments; an empty one would be answered with a redirect, so it is refused here."""
    if not all(parts):
        raise ValueError(f"a part of the path is empty: {'/'.join(parts)!r}")
    return "/" + "/".join(quote(part, safe="") for part in parts)


def check_id(kind: str, value: str) -> str:
    """An id of Neon's: lower-case letters, digits and hyphens, 60 at most."""
    if not _ID.fullmatch(value):
        raise ValueError(
            f"{value!r} is no {kind} id: lower-case letters, digits and hyphens, 60 at most, as in quiet-river-12345678"
        )
    return value
