"""Every fault at every call of every create, update, replacement and deletion: the next `up` converges.

A case is a fresh account, what the resource stands on, an operation with a fault, and another `up` in a new process, with or
without a refresh. The fault strikes one call, or every call from that one to the end of the run; or two runs are struck before
the one that is not. Set NEON_WHOLE_FAULT_MATRIX to run every case; else each operation runs an even part of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from neon_provider.convert import Properties
from neon_provider.errors import Unanswered
from rehearsal.clouds.neon import Fault, FaultPlan
from tests.providers.neon.harness import BRANCH, ENDPOINT, ROLE
from tests.providers.neon.matrix import (
    TOLD,
    Bench,
    Call,
    Stack,
    differences,
    fault_name,
    orphans,
    picture,
    refresh,
    up,
    wrong_secrets,
)
from tests.providers.neon.matrix_kinds import KINDS, Kind, Place

EVERY: Final = 1 if os.environ.get("NEON_WHOLE_FAULT_MATRIX") else 17
"""Which part of an operation's cases runs: one in so many."""
MINUTE: Final = 60
BAD_ENDS: Final = ("operation-fails", "operation-error", "operation-cancelled", "operation-stuck")
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
                yield Fault(kind, nth=nth, times=times)
            yield Fault("refuse-after", nth=nth, times=times)
        for status in (423, 429, 503):
            yield Fault("refuse", nth=nth, status=status, retry_after="3")
            yield Fault("refuse", nth=nth, status=status, retry_after="3", retry_after_date=True)
        yield Fault("extra-fields", nth=nth)
        if call.changes:
            for ending in ("fails", "error", "cancelled", "stuck", "retried", "unknown-status", "unknown-action"):
                yield Fault(f"operation-{ending}", nth=nth)  # type: ignore[arg-type]


def scripts(calls: list[Call]) -> Iterator[list[Fault]]:
    """The faults of one run, or of two runs one after the other where the first of them is likely to fail."""
    every = list(faults(calls))
    yield from ([fault] for fault in every)
    heavy = [fault for fault in every if fault.times == 0 or fault.kind.startswith("operation-")]
    for position, fault in enumerate(heavy):
        yield [fault, heavy[(7 * position + 3) % len(heavy)]]


@dataclass(frozen=True, slots=True)
class Clean:
    """An operation without faults: from which stack to which goal, its calls, and what there is then."""

    account: Account
    stack: Stack
    goal: Properties | None
    calls: list[Call]
    picture: Counter[str]
    orphans: int


def clean(bench: Bench, account: Account, kind: Kind, operation: str, folder: Path) -> Clean:
    """Run one, with what goes before it put aside."""
    bench.open(account.folder, account.ahead)
    made, stack = kind.made(account.place), Stack()
    if operation != "create":
        up(bench, stack, kind.type, made)
    change = kind.changes[operation](account.place) if operation in kind.changes else {}
    goal = None if operation == "delete" else {**made, **change}
    free = orphans(bench, stack, kind.type)
    before = Account(*bench.keep(folder / "before"), account.place)
    start = stack.copy()
    bench.open(before.folder, before.ahead)
    assert up(bench, stack, kind.type, goal)
    calls = list(bench.calls)
    assert up(bench, stack, kind.type, goal) == []
    bench.service.advance(MINUTE)
    return Clean(before, start, goal, calls, picture(bench, stack), free)


def outcome(bench: Bench, clean: Clean, kind: Kind, struck: Sequence[Fault], *, refreshed: bool) -> str:
    """What is wrong after a run for each of the faults and one without; empty for nothing."""
    bench.open(clean.account.folder, clean.account.ahead)
    stack = clean.stack.copy()
    for position, fault in enumerate(struck):
        bench.service.faults = FaultPlan([fault])
        try:
            up(bench, stack, kind.type, clean.goal)
            if not position and fault.kind in BAD_ENDS:
                return "an operation that did not end well was taken for done"
        except Unanswered:
            pass  # what it made, if anything, could not be looked for
        except TOLD as error:
            if not position and orphans(bench, stack, kind.type) > clean.orphans:
                return f"the state does not hold what was made: {error!r}"
        if not position and not bench.service.faults.struck:
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
    if again or bench.calls:
        return f"a third run does {again} and asks {bench.calls}"
    if wrong := wrong_secrets(bench, stack):
        return f"of the state do not work: {wrong}"
    bench.service.advance(MINUTE)
    return differences(picture(bench, stack), clean.picture)


FOUND: Final[list[tuple[str, str, list[Fault]]]] = [
    ("role", "replace", [Fault("reset-after", "POST")]),
    ("role", "replace", [Fault("reset-after", nth=3, times=0)]),
    ("branch that becomes the default", "create", [Fault("operation-cancelled", "POST")]),
    ("branch", "create", [Fault("reset-after", nth=2, times=0), Fault("reset-after", nth=3, times=0)]),
    ("branch", "replace", [Fault("operation-fails", "POST"), Fault("reset-after", nth=3, times=0)]),
    (
        "project without stored passwords",
        "create",
        [Fault("reset-after", nth=3, times=0), Fault("reset-after", nth=4, times=0)],
    ),
]
"""Cases that did not converge once."""


@pytest.mark.parametrize("refreshed", [False, True], ids=["", "refreshed"])
@pytest.mark.parametrize(("name", "operation", "struck"), FOUND, ids=range(len(FOUND)))
def test_what_once_did_not_converge_does(
    bench: Bench, account: Account, tmp_path: Path, name: str, operation: str, struck: list[Fault], *, refreshed: bool
) -> None:
    kind = KINDS[name]
    assert outcome(bench, clean(bench, account, kind, operation, tmp_path), kind, struck, refreshed=refreshed) == ""


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=lambda value: value.replace(" ", "_"))
def test_after_any_fault_the_next_run_converges(
    bench: Bench,
    account: Account,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    name: str,
    operation: str,
) -> None:
    kind = KINDS[name]
    run = clean(bench, account, kind, operation, tmp_path)
    cases = [(struck, refreshed) for struck in scripts(run.calls) for refreshed in (False, True)]
    wrong: list[str] = []
    offset = OPERATIONS.index((name, operation)) % EVERY
    chosen = cases[offset::EVERY]
    record_property("fault cases", len(chosen))
    record_property("fault cases in all", len(cases))
    for struck, refreshed in chosen:
        found = outcome(bench, run, kind, struck, refreshed=refreshed)
        if found:
            shown = ", then ".join(map(fault_name, struck))
            wrong.append(f"{shown}{', refreshed' * refreshed}: {found}")
    assert chosen
    assert not wrong, f"{len(wrong)} of {len(cases)} cases:\n" + "\n".join(wrong)
