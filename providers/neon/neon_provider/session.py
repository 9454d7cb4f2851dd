"""What one life-cycle call asks of Neon, within one deadline: requests with their tries, pages, and the waiting for operations.

What may be sent again (neon.com API reference, retries): everything after 423, 429 and 503; reads after anything; a change
with an absolute end state (PATCH, PUT, DELETE) also after a lost answer. A POST is never repeated after one, because it may
have worked: `Unanswered` leaves it to the caller to look.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from neon_provider.answers import FAULTS, failure, parsed, retry_after
from neon_provider.client import Client, ClientConfig, path_of
from neon_provider.errors import OperationFailed, Unanswered, Unreachable
from neon_provider.models import FAILED, FINISHED, UNFINISHED, Operation

_LOCKED: Final = 423
_ALWAYS: Final = frozenset({_LOCKED, 429, 503})
_ABSOLUTE: Final = frozenset({"GET", "PUT", "PATCH", "DELETE"})

T = TypeVar("T")


class Session:
    """The client bound to the deadline of one life-cycle call; `timeout` in seconds, 0 for the configured one."""

    def __init__(self, client: Client, timeout: float = 0) -> None:
        self.client = client
        self._timeout = timeout or client.config.operation_timeout
        self._until = client.clock.now() + self._timeout
        self._told: set[str] = set()

    # ---- requests ----------------------------------------------------------------------------------------------

    async def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return await self.request("GET", path, query=query)

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """One request with its retries; the parsed answer, `{}` for an empty one. A `repeatable` POST makes nothing that a
        second one would make again.

        Raises a `NeonError` subclass: `Unreachable` when nothing arrived, `Unanswered` for a POST whose outcome is unknown.
        """
        if method != "GET":
            self.client.forget_listings()
        asked, request_id = f"{method} {path}", str(uuid.uuid4())
        absolute = repeatable or method in _ABSOLUTE
        attempt = -1
        while True:
            attempt += 1
            last = attempt >= self.client.config.max_retries
            try:
                response = await self.client.send(method, path, body, query or {}, request_id)
            except httpx.HTTPError as error:
                arrived = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if last or (arrived and not absolute) or not await self._wait(attempt, None, asked):
                    kind = Unanswered if arrived and not absolute else Unreachable
                    answer = f"no answer ({type(error).__name__})"
                    raise kind(asked, answer, request_id=request_id, advice=_reach(error, self.client.config)) from None
                continue
            if response.status_code < 300:
                body_of = parsed(response)
                if body_of is not None:
                    return body_of
            again = response.status_code in _ALWAYS or (
                absolute and (response.status_code in FAULTS or response.status_code < 300)
            )
            last = last and response.status_code != _LOCKED  # an operation of someone else's may take as long as ours
            if not again or last or not await self._wait(attempt, response, asked):
                raise failure(asked, response, self.client.config.api_key, request_id, absolute=absolute)

    async def _wait(self, attempt: int, response: httpx.Response | None, asked: str) -> bool:
        """Sleep before the next try; False when the deadline would pass."""
        backoff = random.uniform(0, min(15, 0.5 * 2 ** min(attempt, 5)))  # noqa: S311 - jitter, no secret
        asked_for = retry_after(response.headers.get("Retry-After", "")) if response is not None else 0
        pause = max(backoff, asked_for)
        if self.client.clock.now() + pause >= self._until:
            return False
        await self.client.pause(pause, asked)
        return True

    async def answers(
        self, path: str, key: str, *, cursor: Sequence[str] = ("next", "cursor"), **query: Any
    ) -> AsyncIterator[Any]:
        """Every page of a listing; a repeated cursor or an empty page ends it as well as the vendor's own word."""
        seen: set[str] = set()
        position: str | None = None
        while True:
            answer = await self.get(path, cursor=position, **query)
            yield answer
            pagination = answer.get("pagination") or {}
            position = next((pagination[name] for name in cursor if pagination.get(name)), None)
            if not answer.get(key) or not position or position in seen:
                return
            seen.add(position)

    async def pages(
        self, path: str, key: str, *, cursor: Sequence[str] = ("next", "cursor"), **query: Any
    ) -> list[Any]:
        """Every item of a paged listing."""
        items: list[Any] = []
        async for answer in self.answers(path, key, cursor=cursor, **query):
            items += answer.get(key) or []
        return items

    async def listing(self, path: str, key: str, **query: Any) -> list[Any]:
        """A listing that is kept until something changes: a refresh reads each kind of a project once."""
        asked = f"{path}?{sorted(query.items())}"
        async with self.client.lock(f"GET {asked}"):
            if asked in self.client.listings:
                return self.client.listings[asked]
            before = self.client.changes
            found = await self.pages(path, key, **query)
            if before == self.client.changes:
                self.client.listings[asked] = found
            return found

    async def first(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` answered the first time this process asked for `key`."""
        async with self.client.lock(f"once {key}"):
            if key not in self.client.once:
                self.client.once[key] = await ask()
            found: T = self.client.once[key]
            return found

    # ---- changes -----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def changing(self, project_id: str) -> AsyncIterator[None]:
        """Hold a project: one change at a time. The deadline counts from here, so that a long queue fails nothing."""
        async with self.client.lock(project_id):
            self.client.check_cancelled(f"changing project {project_id}")
            self._until = self.client.clock.now() + self._timeout
            yield

    async def settle(self, project_id: str, answer: Mapping[str, Any]) -> None:
        """Wait until every operation of an answer ended; raises `OperationFailed` naming action, status and id."""
        waiting = [Operation.read(item) for item in answer.get("operations") or []]
        interval = self.client.config.poll_interval
        while waiting := [operation for operation in waiting if not self._ended(operation)]:
            open_ = ", ".join(f"{op.action} {op.id} is {op.status}" for op in waiting)
            await self._next_poll(interval, f"waiting for project {project_id}", open_)
            interval = min(interval * 1.5, 5)
            waiting = await self._operations(project_id, {operation.id for operation in waiting})
        self.client.forget_listings()

    async def ready(self, what: str, look: Callable[[], Awaitable[T]], blocking: Callable[[T], str]) -> T:
        """Look until nothing blocks; `blocking` names the state that does, or is empty."""
        interval = self.client.config.poll_interval
        while state := blocking(found := await look()):
            await self._next_poll(interval, f"waiting for {what}", f"it is still {state}")
            interval = min(interval * 1.5, 5)
        return found

    async def looks(self) -> AsyncIterator[None]:
        """When to look for what a lost answer may have made: at once, and after two pauses, since listings lag behind."""
        for polls in (0, 3, 10):
            if polls:
                await self.client.pause(polls * self.client.config.poll_interval, "looking for what a request made")
            yield

    async def _next_poll(self, interval: float, waiting: str, state: str) -> None:
        if self.client.clock.now() + interval >= self._until:
            raise OperationFailed(
                waiting, f"not finished in time: {state}", advice="Run again, or give it more time with customTimeouts"
            )
        await self.client.pause(interval, f"{waiting}: {state}")

    async def _operations(self, project_id: str, ids: set[str]) -> list[Operation]:
        """Operations as they are now: one by its id, several by one listing, newest first."""
        path = path_of("projects", project_id, "operations")
        found: dict[str, Operation] = {}
        if len(ids) > 1:
            answer = await self.get(path, limit=100)
            listed = (Operation.read(item) for item in answer.get("operations") or [])
            found = {operation.id: operation for operation in listed if operation.id in ids}
        for missing in sorted(ids - found.keys()):
            answer = await self.get(f"{path}/{quote(missing, safe='')}")
            found[missing] = Operation.read(answer["operation"])
        return list(found.values())

    def _ended(self, operation: Operation) -> bool:
        """Whether an operation ended well; raises when it ended badly. A status of tomorrow's is no end."""
        if operation.status in FINISHED:
            return True
        if operation.status in FAILED and not (operation.status == "failed" and _in_future(operation.retry_at)):
            answer = f"it ended as {operation.status}" + (f" ({operation.error})" if operation.error else "")
            failed = OperationFailed(f"operation {operation.action} {operation.id}", answer, advice="Run again")
            failed.final = True
            raise failed
        if operation.status not in UNFINISHED | FAILED and operation.id not in self._told:
            self._told.add(operation.id)
            self.client.warn(
                f"operation {operation.action} has the status {operation.status!r}, which this version does not know:"
                " it is waited for as for a running one"
            )
        return False


def _in_future(moment: str) -> bool:
    try:
        return datetime.fromisoformat(moment) > datetime.now(UTC)
    except (TypeError, ValueError):
        return False


def _reach(error: httpx.HTTPError, config: ClientConfig) -> str:
    connected = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return "Run again" if connected else f"Check the provider's baseUrl ({config.base_url}) and the network"
