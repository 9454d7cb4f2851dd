"""A stack under the embedded engine on a local Neon whose clock is the plugin's, and runs of it that are killed."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

import httpx
import pytest

from neon_provider.client import Client, Clock
from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import NeonService
from rehearsal.engine import JournalHook, Operation, Options, Project, ResourceState, Result, StateFile, run

Where: TypeAlias = Literal["journal", "request"]
When: TypeAlias = Literal["before", "after"]
_BETWEEN_RUNS = 5
"""Seconds."""


class _Unasked(NeonProvider):
    """As real engines have it: they do not ask what an interrupted create left behind."""

    adopt = None  # type: ignore[assignment]


class Stack:
    """One stack in a folder. With `asks`, its engine asks the provider what a killed run left behind."""

    def __init__(self, root: Path, service: NeonService) -> None:
        self.root, self.service = root, service
        self.asks = True
        self.monotonic = 1000.0
        self._remote: httpx.Client | None = None
        self._others = httpx.Client(verify=False)
        (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")

    def close(self) -> None:
        """Release the connections."""
        self._others.close()

    # ---- time --------------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Move both clocks on."""
        self.monotonic += seconds
        self.service.advance(seconds)
        if self._remote is not None:  # in a child the service is a copy: the one that answers is the parent's
            server = self.service.url.removesuffix("/api/v2")
            self._remote.post(f"{server}/__emu/clock", json={"advance": seconds}, headers=self._key())

    def utc_now(self) -> datetime:
        """The service's clock."""
        return datetime.fromtimestamp(time.time() + self.service.ahead, UTC)

    def _provider(self) -> NeonProvider:
        async def sleep(seconds: float) -> None:
            self.pass_time(seconds)

        async def pace(seconds: float) -> None:
            self.monotonic += seconds

        kind = NeonProvider if self.asks else _Unasked
        return kind(Clock(lambda: self.monotonic, sleep, pace))

    # ---- runs --------------------------------------------------------------------------------------------------

    def run(self, operation: Operation, program: str, hook: JournalHook | None = None) -> Result:
        """One run of the program."""
        self.pass_time(_BETWEEN_RUNS)
        (self.root / "__main__.py").write_text(program)
        with self.open() as state:
            project = Project.load(self.root, "dev")
            options = Options(journal_hook=hook)
            return run(operation, project=project, state=state, providers={"neon": self._provider}, options=options)

    def run_and_die(self, operation: Operation, program: str, where: Where, number: int, when: When) -> bool:
        """A run in a process of its own that kills itself before or after the n-th line of the journal, or before the n-th
        request is sent or after its answer came; False when it ended before that."""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self._remote = httpx.Client(verify=False)
                if where == "request":
                    _die_at_request(number, when)
                self.run(operation, program, _killer(number, when) if where == "journal" else None)
                code = 0
            except BaseException:  # noqa: BLE001 - nothing of a child reaches the tests of its parent
                (self.root / "died.txt").write_text(traceback.format_exc())
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0, (self.root / "died.txt").read_text()
        return os.WIFSIGNALED(status)

    def open(self) -> StateFile:
        """The state."""
        return StateFile(self.root / "state" / "state.json", "dev", "passphrase")

    def resources(self) -> list[ResourceState]:
        """What the state holds of Neon's."""
        with self.open() as state:
            assert state.pending == []
            return [item for item in state.resources if item.custom and item.type.startswith("neon:")]

    def texts(self) -> str:
        """All that is on disk of the state."""
        return "".join(path.read_text() for path in sorted((self.root / "state").glob("*")))

    # ---- others ------------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """A request of somebody else's."""
        return self._others.request(method, f"{self.service.url}{path}", json=body, params=query, headers=self._key())

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.service.api_key}"}


def _killer(number: int, when: When) -> JournalHook:
    def strike(line: int, moment: str) -> None:
        if (line, moment) == (number, when):
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def _die_at_request(number: int, when: When) -> None:
    """For a child alone: the client stays as this makes it."""
    send, seen = Client.send, 0

    async def counted(client: Client, *given: Any) -> httpx.Response:
        nonlocal seen
        seen += 1
        if (seen, when) == (number, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await send(client, *given)
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(Client, "send", counted)  # noqa: B010 - a method is not assigned to


@contextmanager
def surroundings(stack: Stack) -> Iterator[None]:
    """What the plugin finds around it while a sequence runs: the address, the key, and the service's clock as its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
        patch.setattr("neon_provider.checks.utc_now", stack.utc_now)
        patch.setattr("neon_provider.resources.creation.utc_now", stack.utc_now)
        patch.setenv("NEON_API_KEY", stack.service.api_key)
        patch.setenv("NEON_API_URL", stack.service.url)
        yield
