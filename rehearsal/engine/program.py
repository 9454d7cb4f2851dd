"""Runs the unmodified program in this process, with the engine as its monitor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path

import pulumi
from pulumi.runtime.settings import ROOT

from rehearsal.engine.context import Context
from rehearsal.engine.errors import FailureKind
from rehearsal.engine.monitor import STOPPED, EngineLog, Monitor
from rehearsal.engine.project import Project


class Ending(Enum):
    """How the program ended."""

    WELL = "well"
    FAILED = "failed"


def execute(context: Context, monitor: Monitor, organization: str) -> Ending:
    """Run the project's program to its end. Its exceptions become failures: `pulumi.RunError` is the person's input, that of a
    function's call what the call failed with, any other one a bug of the program."""
    project = context.project
    settings = pulumi.runtime.Settings(
        project=project.name,
        stack=project.stack,
        monitor=monitor,
        engine=EngineLog(context),
        parallel=1,
        dry_run=context.dry_run,
        organization=organization,
        root_directory=str(project.root),
    )
    ROOT.set(None)  # what another user of the SDK left in this process
    pulumi.runtime.configure(settings)
    pulumi.runtime.set_all_config(dict(project.config), list(project.secret_keys))
    with _surroundings(project), _loop() as loop:
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _settle(_main(project.main))))
        except pulumi.RunError as error:
            if str(error) != STOPPED:
                context.fail(FailureKind.INPUT, "", str(error))
            return Ending.FAILED
        except Exception as error:  # noqa: BLE001 - whatever the program raises ends here
            refusals = monitor.refusals(error)
            for failure in refusals:
                context.fail(failure.kind, failure.urn, failure.message)
            if not refusals and not context.cancelled:
                context.fail(FailureKind.BUG, "", _describe(error))
            return Ending.FAILED
    return Ending.WELL


def _main(path: Path) -> Callable[[], object]:
    return lambda: runpy.run_path(str(path), run_name="__main__")


async def _settle(program: Callable[[], object]) -> None:
    """Run the program, then wait for all its outputs in one go.

    The SDK's own wait re-arms a callback on every outstanding task each time one finishes, which is quadratic in the number
    of resources; what is left for it afterwards is nothing.
    """
    from pulumi.runtime.settings import SETTINGS

    program()
    while pending := [task for task in list(SETTINGS.outputs) if not task.done()]:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.exception() for task in done if not task.cancelled()):
            return


@contextlib.contextmanager
def _surroundings(project: Project) -> Iterator[None]:
    """Working folder, arguments and module path as the language host sets them; put back afterwards."""
    folder, arguments, path = Path.cwd(), sys.argv, list(sys.path)
    os.chdir(project.root)
    sys.argv = [str(project.main)]
    try:
        yield
    finally:
        os.chdir(folder)
        sys.argv, sys.path[:] = arguments, path


@contextlib.contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop whose executor has one thread: registrations arrive in the program's order, every time."""
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(1, thread_name_prefix="monitor")
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, _context: None)  # futures abandoned by a stopped run are expected
    try:
        yield loop
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        executor.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)


def _describe(error: Exception) -> str:
    trace = "".join(traceback.format_exception(error))
    return f"the program failed with an unhandled exception:\n{trace}"
