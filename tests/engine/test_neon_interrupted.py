"""A run that is killed, stopped or fails in the middle of its work loses nothing: the next one finds what was made and goes on.

What a person must do after a kill is to take the stack's lock away (`pulumi cancel`) and to run again. The engine warns of what
was pending until `pulumi refresh --clear-pending-creates`, which may come before the next run or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from rehearsal.clouds.neon import Fault, FaultPlan, NeonService
from tests.engine.comparing import errors
from tests.engine.neon_project import NeonProject, descendants, end, exists, neon_project, plugins, until, warnings

pytestmark = pytest.mark.engine

# Two projects, since each has one change at a time; in each of them one thing comes after the other.
PROGRAM = """
org = neon.get_organization().org_id
shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", deletion_protection=False)
place = {"project_id": shop.id, "branch_id": shop.default_branch_id}
app = neon.Role("app", name="app", **place)
data = neon.Database("data", name="data", owner_name=app.name, deletion_protection=False, **place)
daily = [{"frequency": "daily", "hour": 2}]
nightly = neon.BackupSchedule("nightly", items=daily, opts=pulumi.ResourceOptions(depends_on=[data]), **place)
neon.Endpoint("replica", type="read_only", opts=pulumi.ResourceOptions(depends_on=[nightly]), **place)

store = neon.Project("store", name="store", region_id="aws-eu-central-1", deletion_protection=False)
preview = neon.Branch("preview", project_id=store.id, name="preview")
compute = neon.Endpoint("compute", project_id=store.id, branch_id=preview.branch_id, max_cu=1)
then = pulumi.ResourceOptions(depends_on=[compute])
before = neon.Snapshot("before", project_id=store.id, branch_id=store.default_branch_id, opts=then)
rule = {"database": "neondb", "schema": "public", "table": "people", "column": "email", "maskingValue": "x"}
then = pulumi.ResourceOptions(depends_on=[before])
neon.AnonymizedBranch("masked", project_id=store.id, name="masked", masking_rules=[rule], opts=then)

key = neon.OrgApiKey("ci", org_id=org, name="ci")
neon.SpendingLimit("budget", org_id=org, cents=5000, opts=pulumi.ResourceOptions(depends_on=[key]))
"""
EXPORTS = """
pulumi.export("told", app.password)
pulumi.export("live", neon.get_role_password_output(name=app.name, **place).password)
"""

Victim: TypeAlias = Literal["all", "engine", "plugin"]
"""Who is killed: all processes of a run, or the engine alone, as a machine short of memory does, or the plugin alone."""

SILENT: list[tuple[Victim, list[tuple[str, str]]]] = [
    ("all", [("POST", "/projects"), ("POST", "/projects"), ("POST", ".*/api_keys")]),
    ("engine", [("POST", ".*/roles"), ("POST", ".*/branches"), ("PUT", ".*/spending_limit")]),
    ("plugin", [("POST", ".*/databases"), ("POST", ".*/endpoints")]),
    ("engine", [("PUT", ".*/backup_schedule"), ("POST", ".*/snapshot")]),
]
"""The calls that do what they ask and are never answered, for one run after the other, and who is killed then. What is left
for the run that follows, a replica and a masked branch, is waited for when it is killed."""

ONCE = {
    "project": 2,
    "branch": 4,
    "endpoint": 4,
    "role": 5,
    "database": 5,
    "schedule": 1,
    "snapshot": 1,
    "anonymized": 1,
    "api_key": 1,
    "spending_limit": 1,
}
"""What Neon has when each object is there once; a branch has its parent's roles and databases."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[NeonProject]:
    with NeonService() as service, neon_project(tmp_path, service, PROGRAM) as found:
        yield found


def dies(project: NeonProject, happened: Callable[[], bool], victim: Victim) -> None:
    """Start a run, and kill the victim when something happened. Then take the stack's lock away, if it is still there."""
    running = project.start("up", "--yes", "--skip-preview")
    family: set[int] = set()
    try:
        until(happened, running)
        until(project.is_still(), running)
        family = descendants(running.process.pid)
        killed = {"all": {running.process.pid, *family}, "engine": {running.process.pid}, "plugin": plugins(family)}
        assert killed[victim]
        end(killed[victim])
        assert not running.wait().ok
    finally:
        running.kill()
        end(family)
    if victim != "plugin":
        assert project.pulumi("cancel", "--yes").ok


def test_runs_killed_at_each_change_in_turn_make_nothing_twice_and_lose_nothing(project: NeonProject) -> None:
    project.write(PROGRAM + EXPORTS)
    service = project.service

    def unanswered(number: int) -> Callable[[], bool]:
        before = len(service.requests)
        return lambda: sum(request.status == 0 for request in service.requests[before:]) == number

    for victim, calls in SILENT:
        service.faults = FaultPlan(Fault("silent", method, path, times=0) for method, path in calls)
        dies(project, unanswered(len(calls)), victim)
    service.faults = FaultPlan()
    service.switches.operation_seconds = 600
    dies(project, lambda: len(service.objects()["endpoint"]) == 4 and bool(service.objects()["anonymized"]), "all")
    service.switches.operation_seconds = 0
    service.advance(700)

    made = project.up()
    assert made.ok, made.output
    assert project.counts() == ONCE
    assert len(project.resources()) == 12
    assert {resource["id"] for resource in project.resources().values()} <= exists(service)
    taken_over = {text.split()[0] for text in warnings(made.events) if "is taken over" in text}
    assert taken_over == {"endpoint", "branch"}
    told = project.outputs()
    assert told["told"] == told["live"]

    project.edit('name="store"', 'name="shelf"')
    project.edit('neon.OrgApiKey("ci", org_id=org, name="ci")', "shop")
    service.faults = FaultPlan([Fault("silent", "PATCH", "/projects/[^/]+"), Fault("silent", "DELETE")])
    for _ in range(2):
        dies(project, unanswered(1), "all")
    assert project.up().ok
    assert project.counts() == {kind: number for kind, number in ONCE.items() if kind != "api_key"}
    assert {found["name"] for found in service.objects()["project"]} == {"shop", "shelf"}
    assert len(project.resources()) == 11

    assert project.deployment()["pending_operations"]
    assert project.refresh("--clear-pending-creates", "--expect-no-changes").ok
    assert "pending_operations" not in project.deployment()


def test_a_run_that_is_stopped_keeps_the_ids_of_what_it_waits_for_and_one_that_fails_too(project: NeonProject) -> None:
    service = project.service
    service.faults = FaultPlan(Fault("operation-stuck", "POST", path) for path in (".*/roles", ".*/branches"))
    running = project.start("up", "--yes", "--skip-preview")
    until(lambda: len({r.path for r in service.requests if "/operations" in r.path}) >= 2, running)
    stopped = running.interrupt()  # it would have waited for ten minutes
    assert not stopped.ok
    found = project.resources()
    for name in ("Role app", "Branch preview"):
        assert found[name]["id"] in exists(service)
        assert "the run was cancelled" in found[name]["initErrors"][0]
    assert "pending_operations" not in project.deployment()

    service.faults = FaultPlan(
        [
            Fault("operation-fails", "POST", f"/projects/{found['Project shop']['id']}/endpoints"),
            Fault("operation-fails", "POST", ".*/branch_anonymized"),
        ]
    )
    failed = project.up("--continue-on-error")
    assert not failed.ok
    assert len([text for text in errors(failed.events) if "it ended as failed" in text]) == 2
    found = project.resources()
    assert not found["Role app"].get("initErrors")
    for name in ("Endpoint replica", "AnonymizedBranch masked"):
        assert found[name]["id"] in exists(service)
        assert "it ended as failed" in found[name]["initErrors"][0]

    project.edit(
        '"shop", name="shop", region_id="aws-eu-central-1", deletion_protection=False',
        '"shop", name="shop", region_id="aws-eu-central-1"',
    )
    completed = project.up()
    assert completed.ok, completed.output
    assert project.counts() == ONCE
    assert not [name for name, resource in project.resources().items() if resource.get("initErrors")]
    assert project.resources()["AnonymizedBranch masked"]["id"] != found["AnonymizedBranch masked"]["id"]

    refused = project.destroy("--continue-on-error")
    assert not refused.ok
    assert [
        text for text in errors(refused.events) if "protected against deletion: set deletionProtection to false" in text
    ]
    assert list(project.resources()) == ["Project shop"]
    assert [found["name"] for found in service.objects()["project"]] == ["shop"]
