"""A stack in a temporary folder: its program is given as text, its vendor is the small one beside this file."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.engine import Event, JournalHook, Operation, Options, Project, Result, StateFile, run
from rehearsal.engine.passphrase import Crypter
from tests.rehearsal.engine.vendor import Vendor

PASSPHRASE = "correct horse"

PRELUDE = """
import pulumi
from pulumi import ResourceOptions as Opts

class Thing(pulumi.CustomResource):
    host: pulumi.Output[str]
    def __init__(self, name, opts=None, kind="Thing", **props):
        props = {"host": None, "password": None, **props}
        opts = Opts.merge(opts, Opts(additional_secret_outputs=["password"]))
        super().__init__("toy:index:" + kind, name, props, opts)

class Part(pulumi.ComponentResource):
    def __init__(self, name, opts=None, **props):
        super().__init__("app:index:Part", name, props, opts)
"""


@dataclass
class Toy:
    """One stack. `program` is the body of `__main__.py`; a run opens the state, runs and closes it."""

    root: Path
    vendor: Vendor = field(default_factory=Vendor)
    config: dict[str, Any] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    packs: tuple[Path, ...] = ()
    events: list[Event] = field(default_factory=list)

    def write(self, program: str) -> None:
        (self.root / "Pulumi.yaml").write_text("name: toy\nruntime: python\n")
        (self.root / "Pulumi.dev.yaml").write_text("config: {}\n")
        (self.root / "__main__.py").write_text(PRELUDE + textwrap.dedent(program))

    @property
    def state_path(self) -> Path:
        return self.root / "state" / "state.json"

    def open(self) -> StateFile:
        return StateFile(self.state_path, "dev", PASSPHRASE)

    def run(
        self, operation: Operation, program: str | None = None, hook: JournalHook | None = None, **options: Any
    ) -> Result:
        if program is not None:
            self.write(program)
        project = Project.load(self.root, "dev").overlaid(self.config, self.secret_keys)
        with self.open() as state:
            return run(
                operation,
                project=project,
                state=state,
                providers={"toy": self.vendor.provider},
                packs=self.packs,
                options=Options(journal_hook=hook, **options),
                on_event=self.events.append,
            )

    def up(self, program: str | None = None, **more: Any) -> Result:
        return self.run(Operation.UP, program, **more)

    def preview(self, program: str | None = None, **more: Any) -> Result:
        return self.run(Operation.PREVIEW, program, **more)


def ops(result: Result) -> dict[str, str]:
    """Operation of each step but `same`, by logical name; repeated ones joined."""
    found: dict[str, str] = {}
    for step in result.steps:
        if step.op != "same":
            found[step.name] = f"{found[step.name]}, {step.op}" if step.name in found else step.op
    return found


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deriving a key a hundred times is no test of the engine; the scheme itself has its own."""
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def make_toy(tmp_path: Path) -> Callable[[str], Toy]:
    def make(name: str) -> Toy:
        root = tmp_path / name
        root.mkdir()
        return Toy(root)

    return make


__all__ = ["PASSPHRASE", "Crypter", "Toy", "ops"]
