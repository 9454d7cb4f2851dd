"""A stage: one stack on its own local clouds, in one folder, on which the engine plays operations.

::

    <folder>/lock              held while the stage is open
    <folder>/seed              what the stand-ins are derived from
    <folder>/state.json        the state, with its journal and lock
    <folder>/clouds/           what the vendors hold
"""

from __future__ import annotations

import fcntl
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from pulumi.provider.experimental.provider import Provider

from rehearsal.clouds import FaultPlan, drift, providers
from rehearsal.engine import (
    Event,
    JournalHook,
    LockError,
    Operation,
    Options,
    Project,
    ProviderFactory,
    Result,
    StateError,
    StateFile,
    run,
)
from rehearsal.standins import StandIns, environment

_LOCK: Final = "lock"
_NEON_KEY: Final = "NEON_API_KEY"


@dataclass(frozen=True, slots=True)
class Play:
    """What is played: the stack's project with its policies, and the names of the secrets and tokens it needs.

    `given` are values that take the place of a stand-in; `plans` the tiers of the vendors' accounts (`{"github": "team"}`).
    """

    project: Project
    secrets: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    packs: tuple[Path, ...] = ()
    plans: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def edited(self, project: Project) -> Play:
        """The same with another project, such as one with a setting changed."""
        return replace(self, project=project)


class Stage:
    """Opens a folder for one play; a context manager. Raises `LockError` when another run holds it.

    `fresh` forgets what earlier runs left. `salt` is that of a new state; giving one spares a second derivation of the key.
    """

    def __init__(
        self, play: Play, folder: Path, *, fresh: bool = False, faults: FaultPlan | None = None, salt: str | None = None
    ) -> None:
        self.play = play
        self.folder = folder
        self._fresh = fresh
        self._faults = faults
        self._salt = salt
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            opening.enter_context(held(self.folder, self.play.project.stack))
            if self._fresh:
                _clear(self.folder)
            self._standins = StandIns(self.folder, self.play.given)
            self.state = opening.enter_context(
                StateFile(
                    self.folder / "state.json", self.play.project.stack, self._standins.value("passphrase"), self._salt
                )
            )
            self._service = self._serve_neon(opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def run(
        self,
        operation: Operation,
        *,
        play: Play | None = None,
        on_event: Callable[[Event], None] | None = None,
        journal_hook: JournalHook | None = None,
        policies: bool = True,
        serve_policies: bool = False,
    ) -> Result:
        """Play one operation; `play` takes the place of the stage's own, for an edited program."""
        play = play or self.play
        with environment({**self._standins.values(play.tokens), **self._service}):
            return run(
                operation,
                project=self._with_secrets(play),
                state=self.state,
                providers=self.providers(),
                packs=play.packs if policies else (),
                options=Options(journal_hook=journal_hook, serve_policies=serve_policies),
                on_event=on_event,
            )

    def inventory(self) -> Counter[str]:
        """What the vendors hold: objects by the URN they were made for."""
        return Counter(item.urn for item in drift.listing(self.folder / "clouds"))

    def providers(self) -> dict[str, ProviderFactory]:
        """The local clouds, and the Neon plugin."""
        plans = {name: plan for name, plan in self.play.plans.items() if name in ("vercel", "github")}
        return {**providers(self.folder / "clouds", self._faults, plans), "neon": _neon_plugin}

    def _serve_neon(self, opening: ExitStack) -> dict[str, str]:
        """Start the local Neon for a play that has a key for it; returns where the plugin finds it."""
        if _NEON_KEY not in self.play.tokens:
            return {}
        from rehearsal.clouds.neon import NeonService, Switches

        plan = self.play.plans.get("neon", "scale")
        service = NeonService(
            self.folder / "clouds", switches=Switches(plan=plan), api_key=self._standins.value(_NEON_KEY)
        )
        return {"NEON_API_URL": opening.enter_context(service).url}

    def _with_secrets(self, play: Play) -> Project:
        key = f"{play.project.name}:secrets"
        if not play.secrets:
            return play.project
        return play.project.overlaid({key: self._standins.values(play.secrets)}, frozenset({key}))


def _neon_plugin() -> Provider:
    from neon_provider.client import Clock
    from neon_provider.provider import NeonProvider

    async def at_once(_: float) -> None:
        """The local service has no rate that requests must keep to."""

    return NeonProvider(Clock(pace=at_once))


def held(folder: Path, stack: str) -> IO[str]:
    """The folder's lock, until the file is closed. Raises `LockError` when another run holds it."""
    path = folder / _LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = path.open("w", encoding="utf-8")
    except OSError as error:
        raise StateError(f"{folder} cannot be written ({error.strerror}): give a folder that can") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise LockError(f"stack {stack!r} is being rehearsed by another run ({path}): wait until it ends") from error
    return handle


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name == _LOCK:
            continue
        try:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        except OSError as error:
            raise StateError(f"{entry} cannot be removed ({error.strerror}): give a folder that can") from error
