"""Every fault at every call of every create, update, replacement and deletion: the next `up` converges.

A case is a fresh account, what the resource stands on, an operation with one fault, and a second `up` in a new process. The
fault strikes one call, or every call from that one to the end of the run. Set NEON_WHOLE_FAULT_MATRIX to run every case; else
each operation runs an even part of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from neon_provider.convert import Properties
from rehearsal.clouds.neon import Fault, FaultPlan
from rehearsal.clouds.neon.world import ORGANIZATION
from tests.providers.neon.harness import (
    ANONYMIZED,
    API_KEY,
    BRANCH,
    DATABASE,
    ENDPOINT,
    LIMIT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    Made,
)
from tests.providers.neon.matrix import TOLD, Bench, Call, Stack, differences, fault_name, picture, refresh, up, wrong_secrets

EVERY: Final = 1 if os.environ.get("NEON_WHOLE_FAULT_MATRIX") else 6
"""Which part of an operation's cases runs: one in so many."""
MINUTE: Final = 60
LATER: Final = (datetime.now(UTC) + timedelta(days=10)).isoformat(timespec="seconds").replace("+00:00", "Z")
DAILY: Final[Properties] = {"frequency": "daily", "hour": 2, "retentionSeconds": 86_400}
WEEKLY: Final[Properties] = {"frequency": "weekly", "hour": 3, "day": 1, "retentionSeconds": 86_400}
COLUMN: Final[Properties] = {"database": "neondb", "schema": "public", "table": "people", "column": "name"}


@dataclass(frozen=True, slots=True)
class Place:
    """Ids of what the resources of the matrix stand on: a project, its default branch, two children and another root."""

    project: str
    main: str
    preview: str
    spare: str
    root: str


Inputs = Callable[[Place], Properties]


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource as it is made, and what of its inputs each change gives another value."""

    type: str
    made: Inputs
    changes: dict[str, Inputs]


KINDS: Final[dict[str, Kind]] = {
    "project": Kind(
        PROJECT,
        lambda at: {
            "name": "new",
            "regionId": "aws-eu-central-1",
            "deletionProtection": False,
            "defaultEndpoint": {"maxCu": 1},
            "defaultBranch": {"name": "main", "roleName": "app", "databaseName": "data"},
        },
        {
            "update": lambda at: {
                "name": "other",
                "historyRetentionSeconds": 7200,
                "allowedIps": ["192.0.2.1"],
                "defaultEndpoint": {"maxCu": 2},
                "defaultBranch": {"name": "trunk", "roleName": "app", "databaseName": "data"},
            },
            "replace": lambda at: {"regionId": "aws-us-east-1"},
        },
    ),
    "project without stored passwords": Kind(
        PROJECT,
        lambda at: {"name": "new", "regionId": "aws-eu-central-1", "storePasswords": False, "deletionProtection": False},
        {},
    ),
    "branch": Kind(
        BRANCH,
        lambda at: {"projectId": at.project, "name": "new"},
        {
            "update": lambda at: {"name": "renamed", "expiresAt": LATER},
            "promotion": lambda at: {"setAsDefault": True},
            "replace": lambda at: {"initSource": "schema-only"},
            "replace by another": lambda at: {"name": "other", "parentId": at.spare},
        },
    ),
    "branch that becomes the default": Kind(
        BRANCH, lambda at: {"projectId": at.project, "name": "new", "setAsDefault": True, "protected": True}, {}
    ),
    "branch with a life": Kind(
        BRANCH,
        lambda at: {"projectId": at.project, "name": "new", "ttlSeconds": 86_400, "annotations": {"a": "b"}},
        {"update": lambda at: {"name": "renamed"}},
    ),
    "endpoint": Kind(
        ENDPOINT,
        lambda at: {"projectId": at.project, "branchId": at.spare, "maxCu": 1},
        {
            "update": lambda at: {"maxCu": 2, "suspendTimeoutSeconds": 120, "pgSettings": {"work_mem": "64MB"}},
            "replace": lambda at: {"branchId": at.root},
            "replace by a replica": lambda at: {"type": "read_only"},
        },
    ),
    "replica": Kind(
        ENDPOINT,
        lambda at: {"projectId": at.project, "branchId": at.spare, "type": "read_only", "maxCu": 1},
        {
            "update": lambda at: {"maxCu": 2, "name": "reports"},
            "replace": lambda at: {"branchId": at.main},
            "replace by the branch's own": lambda at: {"type": "read_write"},
        },
    ),
    "role": Kind(
        ROLE,
        lambda at: {"projectId": at.project, "branchId": at.main, "name": "new"},
        {
            "update": lambda at: {"passwordRotation": "2"},
            "replace": lambda at: {"noLogin": True},
            "replace by another": lambda at: {"name": "other"},
        },
    ),
    "role without login": Kind(
        ROLE, lambda at: {"projectId": at.project, "branchId": at.main, "name": "new", "noLogin": True}, {}
    ),
    "database": Kind(
        DATABASE,
        lambda at: {
            "projectId": at.project,
            "branchId": at.main,
            "name": "new",
            "ownerName": "neondb_owner",
            "deletionProtection": False,
        },
        {
            "update": lambda at: {"name": "other", "ownerName": "second"},
            "replace": lambda at: {"branchId": at.preview},
        },
    ),
    "schedule": Kind(
        SCHEDULE,
        lambda at: {"projectId": at.project, "branchId": at.main, "items": [DAILY]},
        {"update": lambda at: {"items": [DAILY, WEEKLY]}, "replace": lambda at: {"branchId": at.root}},
    ),
    "snapshot": Kind(
        SNAPSHOT,
        lambda at: {"projectId": at.project, "branchId": at.main},
        {
            "update": lambda at: {"name": "before the release", "expiresAt": LATER},
            "replace": lambda at: {"branchId": at.root},
        },
    ),
    "snapshot with a name": Kind(
        SNAPSHOT,
        lambda at: {"projectId": at.project, "branchId": at.main, "name": "one", "expiresAt": LATER},
        {"replace": lambda at: {"branchId": at.root}},
    ),
    "anonymized branch": Kind(
        ANONYMIZED,
        lambda at: {"projectId": at.project, "name": "new", "maskingRules": [{**COLUMN, "maskingValue": "x"}]},
        {
            "update": lambda at: {"name": "renamed", "maskingRules": [{**COLUMN, "maskingValue": "y"}]},
            "replace": lambda at: {"parentId": at.spare},
        },
    ),
    "key": Kind(
        API_KEY,
        lambda at: {"orgId": ORGANIZATION, "name": "new"},
        {"replace": lambda at: {"projectId": at.project}},
    ),
    "spending limit": Kind(
        LIMIT, lambda at: {"orgId": ORGANIZATION, "cents": 5000}, {"update": lambda at: {"cents": 6000}}
    ),
}
OPERATIONS: Final = [
    (name, operation)
    for name, kind in KINDS.items()
    for operation in ("create", *kind.changes, *(() if "default" in name else ("delete",)))
]


@dataclass(frozen=True, slots=True)
class Account:
    """An account put aside, and what stands on it."""

    folder: Path
    ahead: float
    place: Place


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(tmp_path_factory.mktemp("accounts")) as found:
        yield found


@pytest.fixture(scope="module")
def account(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """With everything that any of the resources needs."""
    project = bench.project()
    spare = bench.create(BRANCH, {"projectId": project.id, "name": "spare"}, "spare")
    preview = bench.branch(project)
    root = bench.create(BRANCH, {"projectId": project.id, "name": "root", "initSource": "schema-only"}, "root")
    bench.create(ENDPOINT, {"projectId": project.id, "branchId": preview.state["branchId"]}, "preview")
    bench.create(ROLE, bench.on_default(project, name="second"), "second")
    place = Place(
        project.id, project.state["defaultBranchId"], *(made.state["branchId"] for made in (preview, spare, root))
    )
    return Account(*bench.keep(tmp_path_factory.mktemp("base") / "base"), place)


def faults(calls: list[Call]) -> Iterator[Fault]:
    """Each fault at each call, at it alone and from it on."""
    for nth, call in enumerate(calls, 1):
        for times in (1, 0):
            for status in (423, 429, 500, 503):
                yield Fault("refuse", nth=nth, times=times, status=status)
            for kind in ("reset-before", "reset-after", "silent-before", "silent", "malformed", "not-json"):
                yield Fault(kind, nth=nth, times=times)  # type: ignore[arg-type]
            yield Fault("refuse-after", nth=nth, times=times)
        for status in (423, 429, 503):
            yield Fault("refuse", nth=nth, status=status, retry_after="3")
            yield Fault("refuse", nth=nth, status=status, retry_after="3", retry_after_date=True)
        yield Fault("extra-fields", nth=nth)
        if call.changes:
            for ending in ("fails", "error", "cancelled", "stuck", "retried", "unknown-status", "unknown-action"):
                yield Fault(f"operation-{ending}", nth=nth)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Clean:
    """An operation without faults: from which stack to which goal, its calls, and what there is then."""

    account: Account
    stack: Stack
    goal: Properties | None
    calls: list[Call]
    picture: Counter[str]


def clean(bench: Bench, account: Account, kind: Kind, operation: str, folder: Path) -> Clean:
    """Run one, with what goes before it put aside."""
    bench.open(account.folder, account.ahead)
    made, stack = kind.made(account.place), Stack()
    if operation != "create":
        up(bench, stack, kind.type, made)
    goal = None if operation == "delete" else {**made, **kind.changes.get(operation, lambda at: {})(account.place)}
    before = Account(*bench.keep(folder / "before"), account.place)
    start = stack.copy()
    bench.open(before.folder, before.ahead)
    assert up(bench, stack, kind.type, goal)
    calls = list(bench.calls)
    assert up(bench, stack, kind.type, goal) == []
    bench.service.advance(MINUTE)
    return Clean(before, start, goal, calls, picture(bench, stack))


def outcome(bench: Bench, clean: Clean, kind: Kind, fault: Fault, *, refreshed: bool) -> str:
    """What is wrong in the end; empty for nothing."""
    bench.open(clean.account.folder, clean.account.ahead)
    stack = clean.stack.copy()
    bench.service.faults = FaultPlan([fault])
    try:
        up(bench, stack, kind.type, clean.goal)
    except TOLD:
        pass
    if not bench.service.faults.struck:
        return "the fault struck nothing"
    bench.service.faults = FaultPlan()
    bench.restart()
    try:
        if refreshed:
            bench.service.advance(MINUTE)
            refresh(bench, stack)
        up(bench, stack, kind.type, clean.goal)
        bench.restart()
        again = up(bench, stack, kind.type, clean.goal)
    except TOLD as error:
        return f"the next run failed: {error}"
    if again:
        return f"a third run does {again}"
    if wrong := wrong_secrets(bench, stack):
        return f"of the state do not work: {wrong}"
    bench.service.advance(MINUTE)
    return differences(picture(bench, stack), clean.picture)


RAN: Final[Counter[str]] = Counter()


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=lambda value: value.replace(" ", "_"))
def test_after_any_fault_the_next_run_converges(
    bench: Bench, account: Account, tmp_path: Path, name: str, operation: str
) -> None:
    kind = KINDS[name]
    run = clean(bench, account, kind, operation, tmp_path)
    cases = [(fault, refreshed) for fault in faults(run.calls) for refreshed in (False, True)]
    wrong: list[str] = []
    offset = OPERATIONS.index((name, operation)) % EVERY
    for fault, refreshed in cases[offset::EVERY]:
        RAN["run"] += 1
        found = outcome(bench, run, kind, fault, refreshed=refreshed)
        if found:
            call = run.calls[fault.nth - 1]
            wrong.append(f"{fault_name(fault)} ({call.method} {call.path}){', refreshed' * refreshed}: {found}")
    RAN["all"] += len(cases)
    assert not wrong, f"{len(wrong)} of {len(cases)} cases:\n" + "\n".join(wrong)


def test_the_number_of_cases_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nfault matrix: {RAN['run']} cases ran of {RAN['all']}, in {len(OPERATIONS)} operations")
    assert RAN["run"] >= RAN["all"] // EVERY
