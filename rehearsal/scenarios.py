"""Scenarios: what a stack must live through. Each plays on a stage of its own and judges its own outcome.

A scenario is a generator of checks over a `Director`, which gives it stages, edited plays and the reference it is measured
by. The edits name settings of this project and exactly what they are to change.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, TypeAlias

from rehearsal.clouds import Fault, FaultPlan
from rehearsal.clouds import drift as by_hand
from rehearsal.engine import FailureKind, Operation, Result
from rehearsal.engine.urns import name_of, type_of
from rehearsal.stage import Play, Stage

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and whether it held; `detail` says what was seen instead."""

    text: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Settings to change, and which resources follow: patterns (`*`, `?`) of `type name`, the type without its module."""

    changes: Mapping[str, Any]
    updates: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Director:
    """What a scenario works with. `play_with` gives the play with some settings changed; `points` limits how many journal
    points the `killed` scenario visits (0 for all)."""

    folder: Path
    play_with: Callable[[Mapping[str, Any]], Play]
    points: int = 0
    workers: int = 1
    progress: Progress = field(default=lambda _what, _done, _total: None)

    def stage(
        self,
        name: str,
        changes: Mapping[str, Any] | None = None,
        *,
        fresh: bool = True,
        faults: FaultPlan | None = None,
    ) -> Stage:
        """A stage in a folder of this scenario."""
        return Stage(self.play_with(changes or {}), self.folder / name, fresh=fresh, faults=faults)


Scenario: TypeAlias = Callable[[Director], Iterator[Check]]


@dataclass(slots=True)
class Outcome:
    """How a scenario went on one stack."""

    scenario: str
    stack: str
    seconds: float = 0.0
    checks: list[Check] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every expectation held, and there was one."""
        return bool(self.checks) and all(check.passed for check in self.checks)


# ---- expectations -----------------------------------------------------------------------------------------------


def label(urn: str) -> str:
    """`vercel:Project app` for a URN: how edits name resources."""
    package, *_, kind = type_of(urn).split(":")
    return f"{package}:{kind} {name_of(urn)}"


def went_well(text: str, result: Result) -> Check:
    """The run ended without a failure and without a mandatory policy violation."""
    seen = [failure.message for failure in result.failures] or [f.message for f in result.findings if f.mandatory]
    return Check(text, result.ok, "; ".join(seen))


def is_empty(text: str, result: Result) -> Check:
    """The run changes nothing."""
    seen = [f"{step.op} {label(step.urn)}" for step in result.changed]
    return Check(text, result.ok and not seen, ", ".join(seen) or went_well(text, result).detail)


def changes_exactly(text: str, result: Result, edit: Edit) -> Check:
    """The run updates and replaces what the edit says, all of it and nothing else."""
    seen = {f"{_kind(step.op)} {label(step.urn)}" for step in result.changed}
    wanted = [*(f"update {pattern}" for pattern in edit.updates), *(f"replace {pattern}" for pattern in edit.replaces)]
    wrong = {item for item in seen if not any(fnmatchcase(item, pattern) for pattern in wanted)}
    wrong |= {f"no {pattern}" for pattern in wanted if not any(fnmatchcase(item, pattern) for item in seen)}
    return Check(text, result.ok and not wrong, _listed(wrong) or went_well(text, result).detail)


def _kind(op: str) -> str:
    return "replace" if "replace" in op else op


def same_objects(text: str, seen: Counter[str], wanted: Counter[str]) -> Check:
    """Two inventories are equal."""
    wrong = [
        f"{seen[urn]} of {label(urn)} instead of {wanted[urn]}"
        for urn in {**seen, **wanted}
        if seen[urn] != wanted[urn]
    ]
    return Check(text, not wrong, _listed(wrong))


def _listed(items: Sequence[str] | set[str]) -> str:
    ordered = sorted(items)
    more = f" and {len(ordered) - 8} more" if len(ordered) > 8 else ""
    return ", ".join(ordered[:8]) + more


# ---- the scenarios ----------------------------------------------------------------------------------------------

EDIT: Final = Edit(
    {"hosting.functionTimeoutSeconds": 45},
    updates=("vercel:Project app-project",),
)
REPLACE: Final = Edit(
    {"application.secretRotation": "2026-10"},
    updates=(
        "brightbroom:GeneratedSecrets generated",
        *(
            f"vercel:ProjectEnvironmentVariable variables-{secret}-*"  # their comments carry the date of rotation
            for secret in (
                "auth-secret",
                "cron-secret",
                "database-url",
                "direct-url",
                "payfast-merchant-key",
                "payfast-passphrase",
                "redis-url",
                "sentry-auth-token",
                "upstash-redis-rest-token",
            )
        ),
    ),
    replaces=("random:RandomPassword generated-auth-secret-*", "random:RandomPassword generated-cron-secret-*"),
)


def up(director: Director) -> Iterator[Check]:
    """Everything is created, and a second run finds nothing to do."""
    with director.stage("up") as stage:
        yield went_well("a preview on empty clouds is fine", stage.run(Operation.PREVIEW))
        yield Check("the preview created nothing", not stage.inventory())
        result = stage.run(Operation.UP)
        yield went_well("everything is created", result)
        yield Check("the policies looked at every resource", all(pack.judged for pack in result.packs))
        yield is_empty("a second preview is empty", stage.run(Operation.PREVIEW))
        doubled = Counter({urn: number for urn, number in stage.inventory().items() if number > 1})
        yield same_objects("the clouds hold every object once", doubled, Counter())


def no_op(director: Director) -> Iterator[Check]:
    """A second update changes nothing, at the vendors or in the state."""
    with director.stage("no-op") as stage:
        yield went_well("everything is created", stage.run(Operation.UP))
        before = _files(stage.folder / "clouds")
        resources = _resources(stage)
        yield is_empty("a second update has nothing to do", stage.run(Operation.UP))
        yield Check("no vendor was asked to change anything", _files(stage.folder / "clouds") == before)
        yield Check("the state says the same", _resources(stage) == resources)


def edit(director: Director) -> Iterator[Check]:
    """One setting changed: exactly what depends on it is updated."""
    yield from _edited(director, "edit", EDIT)


def replace(director: Director) -> Iterator[Check]:
    """One setting changed that replaces a resource: what depends on it follows, and nothing is left over."""
    yield from _edited(director, "replace", REPLACE)


def _edited(director: Director, name: str, change: Edit) -> Iterator[Check]:
    with director.stage(name) as stage:
        yield went_well("everything is created", stage.run(Operation.UP))
        before = stage.inventory()
        play = director.play_with(change.changes)
        setting = ", ".join(f"{key} = {value}" for key, value in change.changes.items())
        planned = stage.run(Operation.PREVIEW, play=play)
        yield changes_exactly(f"a preview with {setting} changes exactly what follows from it", planned, change)
        yield same_objects("the preview changed nothing", stage.inventory(), before)
        done = stage.run(Operation.UP, play=play)
        yield changes_exactly("the update does what the preview said", done, change)
        yield is_empty("a second preview is empty", stage.run(Operation.PREVIEW, play=play))
        yield same_objects("the clouds hold the same objects, each once", stage.inventory(), before)


def drift(director: Director) -> Iterator[Check]:
    """An object changed and another deleted by hand: a refresh shows both, an update mends both."""
    with director.stage("drift") as stage:
        yield went_well("everything is created", stage.run(Operation.UP))
        before = stage.inventory()
        yield is_empty("a refresh of untouched clouds finds no drift", stage.run(Operation.REFRESH))
        data = stage.folder / "clouds"
        altered = by_hand.change(data, *DRIFT_CHANGED)
        lost = by_hand.remove(data, *DRIFT_DELETED)
        found = stage.run(Operation.REFRESH)
        seen = {label(step.urn): "gone" if step.new is None else "changed" for step in found.changed}
        wanted = {label(altered.urn): "changed", label(lost.urn): "gone"}
        yield Check("a refresh shows the changed and the deleted object, and no other", seen == wanted, str(seen))
        planned = stage.run(Operation.PREVIEW)
        ops = {label(step.urn): step.op for step in planned.changed}
        wanted = {label(altered.urn): "update", label(lost.urn): "create"}
        yield Check("a preview mends exactly these two", ops == wanted, str(ops))
        yield went_well("the update mends them", stage.run(Operation.UP))
        yield is_empty("a second preview is empty", stage.run(Operation.PREVIEW))
        yield same_objects("the clouds hold the same objects, each once", stage.inventory(), before)


def refused(director: Director) -> Iterator[Check]:
    """A vendor refuses in the middle: what exists is told and kept, and the next run completes it."""
    with director.stage("refused-reference") as stage:
        yield went_well("without a refusal everything is created", stage.run(Operation.UP))
        reference = stage.inventory()
    with director.stage("refused", faults=FaultPlan((REFUSAL,))) as stage:
        result = stage.run(Operation.UP)
        message = " ".join(failure.message for failure in result.failures)
        yield Check("the vendor's refusal ends the run", result.kinds == {FailureKind.VENDOR}, str(result.kinds))
        yield Check("the message has the vendor's own words", REFUSAL.message in message, message)
        made = len(stage.state.resources)
        yield Check("the message says how much exists now", f"{made} resources" in message, message)
        yield Check("what was made before stays in the state", 0 < made < sum(1 for _ in result.steps) + 1, str(made))
    with director.stage("refused", fresh=False) as stage:
        yield went_well("the next run completes it", stage.run(Operation.UP))
        yield is_empty("a second preview is empty", stage.run(Operation.PREVIEW))
        yield same_objects("the clouds hold every object once", stage.inventory(), reference)


def destroy(director: Director) -> Iterator[Check]:
    """Protected resources refuse and everything stays; with the protection lifted, everything goes."""
    with director.stage("destroy", PROTECTED) as stage:
        yield went_well("everything is created, protected", stage.run(Operation.UP))
        before = stage.inventory()
        protected = {resource.urn for resource in stage.state.resources if resource.protect}
        refusal = stage.run(Operation.DESTROY)
        named = {failure.urn for failure in refusal.failures}
        yield Check("something is protected", bool(protected))
        yield Check(
            "destroy names every protected resource", named == protected, _listed({label(u) for u in named ^ protected})
        )
        kept = {resource.urn for resource in stage.state.resources}
        yield Check("the protected ones stay", protected <= kept)
        yield Check("so do their objects", all(stage.inventory()[urn] == before[urn] for urn in protected))
        open_play = director.play_with(UNPROTECTED)
        lifted = stage.run(Operation.UP, play=open_play, policies=False)  # which protect production, rightly
        yield went_well("an update lifts the protection and mends the rest", lifted)
        yield went_well("then destroy goes through", stage.run(Operation.DESTROY, play=open_play))
        yield Check("the state is empty", not stage.state.resources, str(len(stage.state.resources)))
        yield same_objects("the clouds are empty", stage.inventory(), Counter())


DRIFT_CHANGED: Final = ("vercel", "vercel:index/project:Project", {"name": "app-project"}, "nodeVersion", "20.x")
DRIFT_DELETED: Final = ("vercel", "vercel:index/projectRoute:ProjectRoute", {"name": "headers-all"})
REFUSAL: Final = Fault(
    "create",
    type="vercel:index/projectRoute:ProjectRoute",
    status=403,
    code="forbidden",
    message="Not authorized: the plan of this team has no routes left",
)
PROTECTED: Final[Mapping[str, Any]] = {"protectResources": True}
UNPROTECTED: Final[Mapping[str, Any]] = {"protectResources": False, "database.protectedBranch": False}


def _resources(stage: Stage) -> dict[str, Any]:
    """The state's resources as they stand on disk; their order is that of registration and may differ between runs."""
    return {resource["urn"]: resource for resource in stage.state.export()["deployment"]["resources"]}


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def forget(folder: Path) -> None:
    """Remove what a scenario left."""
    shutil.rmtree(folder, ignore_errors=True)
