"""A monitor that keeps what a program asks of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pulumi.runtime import mocks
from pulumi.runtime.settings import ROOT

from tests.sdks.described import RESOURCES


class Recorder(mocks.Mocks):
    """Answers with the inputs and what Neon would add."""

    def __init__(self) -> None:
        self.called: list[mocks.MockCallArgs] = []
        self.answer: dict[str, Any] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        properties = RESOURCES[args.typ]["properties"] if args.typ in RESOURCES else {}
        return "the-id", {**{key: f"<{key}>" for key in properties}, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> Any:
        self.called.append(args)
        return self.answer


class Monitor(mocks.MockMonitor):
    """Keeps what was registered, by type token, what was read and what was asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.recorder = Recorder()
        super().__init__(self.recorder)
        self.loop = loop
        self.seen: dict[str, Any] = {}
        self.asked: list[Any] = []
        self.read: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self.seen[request.type] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        self.read.append(request)
        return super().ReadResource(request)  # type: ignore[no-untyped-call]

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        self.asked.append(request)
        return super().Invoke(request)  # type: ignore[no-untyped-call]


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """What the SDK registers with, on an event loop of its own; it answers in a thread that has another."""
    loop, answering = asyncio.new_event_loop(), asyncio.new_event_loop()
    executor = ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(answering,))
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    found = Monitor(loop)
    mocks.set_mocks(found.mocks, "project", "stack", preview=False, monitor=found)
    yield found
    executor.shutdown()
    answering.close()
    loop.close()
    asyncio.set_event_loop(None)
    ROOT.set(None)
