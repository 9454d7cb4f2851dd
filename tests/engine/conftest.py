"""Both engines play the same operations on the same program, once for each stack; the tests look at what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from brightbroom.plays import play_of
from rehearsal.attached import RealEngine, Run, attached, copy_project
from rehearsal.engine import Event, Operation, ResourceState
from rehearsal.scenarios import EDIT, REPLACE
from rehearsal.stage import Play, Stage
from rehearsal.standins import StandIns
from tests.builders import ROOT

LAST = {**EDIT.changes, **REPLACE.changes}
"""Of both edits."""
OPEN = {**LAST, "database.protectedBranch": False}
"""Neon's own refusal to delete a project taken away, which no policy allows: what still refuses at the end is `protect`."""


@dataclass(frozen=True, slots=True, repr=False)
class Both:
    """One operation on both engines, with the states it left."""

    real: Run
    embedded: Run
    real_state: list[ResourceState]
    embedded_state: list[ResourceState]


@dataclass(slots=True)
class Pair:
    """Both engines on one stack, each with clouds of its own."""

    root: Path
    stack: str
    engine: RealEngine
    stage: Stage

    def play(self, operation: Operation, changes: Mapping[str, Any] | None = None, *, policies: bool = True) -> Both:
        """Play an operation on both; `changes` stay in the real stack's settings, as a person's edits do."""
        self.engine.set(changes or {})
        flags = () if operation is Operation.PREVIEW else ("--skip-preview",)
        real = self.engine.run(operation, *flags, policies=policies)
        events: list[Event] = []
        play = _play(self.root, self.stack, changes)
        result = self.stage.run(operation, play=play, on_event=events.append, policies=policies)
        embedded = Run(result.ok, events, "\n".join(failure.message for failure in result.failures))
        exported = [ResourceState.from_json(item, self.stage.state.crypter) for item in self.engine.export()]
        return Both(real, embedded, exported, [dataclasses.replace(r) for r in self.stage.state.resources])


@dataclass(frozen=True, slots=True, repr=False)
class Played:
    """A stack's life on both engines."""

    planned: Both
    created: Both
    again: Both
    edited: Both
    replanned: Both
    replaced: Both
    refreshed: Both
    opened: Both
    destroyed: Both


@contextmanager
def pair(folder: Path, stack: str) -> Iterator[Pair]:
    """Both engines, nothing made yet."""
    root = copy_project(ROOT, folder / "project")
    play = _play(root, stack)
    with attached(folder / "real", root, play) as engine, Stage(play, folder / "embedded") as stage:
        yield Pair(root, stack, engine, stage)


@pytest.fixture(scope="module", params=["staging", "production"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Preview, up, a second preview, an edit, one that replaces something, planned first, a refresh, the protection lifted,
    and the end."""
    with pair(tmp_path_factory.mktemp(request.param), request.param) as engines:
        return Played(
            planned=engines.play(Operation.PREVIEW),
            created=engines.play(Operation.UP),
            again=engines.play(Operation.PREVIEW),
            edited=engines.play(Operation.UP, EDIT.changes),
            replanned=engines.play(Operation.PREVIEW, LAST),
            replaced=engines.play(Operation.UP, LAST),
            refreshed=engines.play(Operation.REFRESH),
            opened=engines.play(Operation.UP, OPEN, policies=False),
            destroyed=engines.play(Operation.DESTROY),
        )


def _play(root: Path, stack: str, changes: Mapping[str, Any] | None = None) -> Play:
    """The stack's play; both engines are given the same stand-ins."""
    play = play_of(root, stack, changes)
    return dataclasses.replace(play, given=StandIns(root.parent).values([*play.secrets, *play.tokens, "passphrase"]))
