"""Functions asked by a program under the embedded engine: at preview, with secrets, and when they refuse."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Event, FailureKind, Operation, Options, Project, Result, StateFile, is_secret, run

PRELUDE = """
    import os
    import pulumi
    import pulumi_neon as neon

    account = neon.Provider("neon", api_key=os.environ["NEON_API_KEY"], plan="scale", poll_interval=0.01)
    on = pulumi.ResourceOptions(provider=account)
    asking = pulumi.InvokeOptions(provider=account)
"""
SHOP = """
    shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", deletion_protection=False, opts=on)
"""
OF_A_RESOURCE = """
    main = neon.get_branch_output(project_id=shop.project_id, name="main", opts=asking)
    neon.Branch("preview", project_id=main.project_id, parent_id=main.branch_id, name="preview", opts=on)
    told = neon.get_project_output(project_id=shop.project_id, opts=asking)
    pulumi.export("host", told.host)
    pulumi.export("same", pulumi.Output.all(told.default_branch_id, shop.default_branch_id).apply(lambda b: b[0] == b[1]))
    operations = neon.get_operations_output(project_id=shop.project_id, opts=asking).operations
    pulumi.export("actions", operations.apply(lambda found: [operation.action for operation in found]))
"""
PASSWORD = """
    place = {"project_id": shop.project_id, "branch_id": shop.default_branch_id}
    found = neon.get_role_password_output(**place, name=shop.role_name, opts=asking)
    pulumi.export("password", found.password)
    found.password.apply(lambda password: pulumi.log.info(f"it is {password}"))
"""
WRONG = """
    neon.get_consumption(
        from_="today", to="2026-11-25T00:00:00Z", granularity="daily", metrics=["cpu"], org_id="mine", opts=asking
    )
"""
EVERYTHING = """
    place = {"project_id": shop.project_id, "branch_id": shop.default_branch_id}
    before = neon.Snapshot("before", **place, name="before", opts=on)
    backups = neon.BackupSchedule("backups", items=[{"frequency": "daily", "hour": 2}], **place, opts=on)
    names = {"database_name": shop.database_name, "role_name": shop.role_name}
    preview = neon.Branch("preview", project_id=shop.project_id, name="preview", opts=on)
    later = pulumi.InvokeOutputOptions(provider=account, depends_on=[before, preview, backups])
    days = {"from_": "2026-11-01T00:00:00Z", "to": "2026-11-03T00:00:00Z", "granularity": "daily"}
    found = {
        "project": neon.get_project_output(project_id=shop.project_id, opts=asking).name,
        "branches": neon.list_branches_output(project_id=shop.project_id, opts=later).branches.apply(len),
        "uri": neon.get_connection_uri_output(project_id=shop.project_id, **names, pooled=True, opts=asking).uri,
        "snapshots": neon.list_snapshots_output(project_id=shop.project_id, opts=later).snapshots.apply(len),
        "latest": neon.latest_snapshot_output(**place, max_age_seconds=3600, opts=later).name,
        "organization": neon.get_organization_output(opts=asking).plan,
        "used": neon.get_consumption_output(
            **days, metrics=["compute_unit_seconds"], project_ids=[shop.project_id], opts=asking
        ).periods.apply(len),
        "schedule": neon.get_backup_schedule_output(**place, opts=later).items.apply(lambda items: items[0].hour),
        "diff": neon.compare_schema_output(
            project_id=shop.project_id, branch_id=preview.branch_id, database_name=shop.database_name, opts=asking
        ).diff,
    }
    for name, value in found.items():
        pulumi.export(name, value)
"""
OTHER = """
    key = shop.project_id.apply(lambda _: os.environ["NEON_API_KEY"])
    other = neon.Provider("other", api_key=key, plan="scale")
    found = neon.get_regions_output(opts=pulumi.InvokeOptions(provider=other))
    pulumi.export("regions", found.regions.apply(lambda regions: [region.region_id for region in regions]))
"""
MISSING = 'neon.get_project(project_id="quiet-river-99999999", opts=asking)'


class Stack:
    """One stack in a folder, on one local Neon."""

    def __init__(self, root: Path, service: NeonService) -> None:
        self.root, self.service = root, service
        self.events: list[Event] = []
        (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")

    def run(self, operation: Operation, *parts: str) -> Result:
        program = textwrap.dedent("\n".join(map(textwrap.dedent, (PRELUDE, *parts))))
        (self.root / "__main__.py").write_text(program)
        with StateFile(self.root / "state" / "state.json", "dev", "passphrase") as state:
            project = Project.load(self.root, "dev")
            providers = {"neon": NeonProvider}
            return run(
                operation,
                project=project,
                state=state,
                providers=providers,
                options=Options(),
                on_event=self.events.append,
            )


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    with NeonService() as service:
        monkeypatch.setenv("NEON_API_KEY", service.api_key)
        monkeypatch.setenv("NEON_API_URL", service.url)
        yield Stack(tmp_path, service)


def test_a_function_of_what_is_not_made_yet_is_asked_once_it_is(stack: Stack) -> None:
    preview = stack.run(Operation.PREVIEW, SHOP, OF_A_RESOURCE)
    assert preview.ok, preview.failures
    assert {request.path for request in stack.service.requests} <= {"/regions"}
    up = stack.run(Operation.UP, SHOP, OF_A_RESOURCE)
    assert up.ok, up.failures
    shop = next(resource for resource in up.resources if resource.name == "shop")
    preview_branch = next(resource for resource in up.resources if resource.name == "preview")
    assert up.outputs["host"] == shop.outputs["host"]
    assert up.outputs["same"] is True
    assert "create_timeline" in up.outputs["actions"]
    assert preview_branch.outputs["parentId"] == shop.outputs["defaultBranchId"]
    again = stack.run(Operation.PREVIEW, SHOP, OF_A_RESOURCE)
    assert again.ok, again.failures
    assert again.changed == []


def test_functions_of_every_kind_answer_a_program(stack: Stack) -> None:
    up = stack.run(Operation.UP, SHOP, EVERYTHING)
    assert up.ok, up.failures
    shop = next(resource for resource in up.resources if resource.name == "shop")
    assert is_secret(up.outputs["uri"])
    assert up.outputs["uri"]["value"] == shop.outputs["pooledConnectionUri"]["value"]
    told = {key: value for key, value in up.outputs.items() if key != "uri"}
    assert told == {
        "project": "shop",
        "branches": 2,
        "snapshots": 1,
        "latest": "before",
        "organization": "scale",
        "used": 2,
        "schedule": 2,
        "diff": "",
    }


def test_a_password_that_a_function_tells_is_secret_everywhere(stack: Stack) -> None:
    up = stack.run(Operation.UP, SHOP, PASSWORD)
    assert up.ok, up.failures
    shop = next(resource for resource in up.resources if resource.name == "shop")
    password = shop.outputs["password"]["value"]
    assert is_secret(up.outputs["password"])
    assert up.outputs["password"]["value"] == password
    assert password not in (stack.root / "state" / "state.json").read_text()
    assert password not in json.dumps(stack.events)
    assert "it is [secret]" in json.dumps(stack.events)


def test_wrong_arguments_stop_the_preview_and_are_told_one_by_one(stack: Stack) -> None:
    preview = stack.run(Operation.PREVIEW, WRONG, SHOP)
    assert {failure.kind for failure in preview.failures} == {FailureKind.INPUT}
    told = sorted(failure.message for failure in preview.failures)
    assert [message.split(": ")[1] for message in told] == ["from", "metrics[0]", "orgId"]
    assert all(message.startswith("neon:index:getConsumption: ") for message in told)
    assert stack.service.requests == []


def test_what_is_not_there_is_told_in_one_line_without_a_trace(stack: Stack) -> None:
    preview = stack.run(Operation.PREVIEW, MISSING)
    (failure,) = preview.failures
    assert failure.kind is FailureKind.VENDOR
    assert failure.message.startswith("neon:index:getProject: project quiet-river-99999999: not found (GET /projects/")
    assert "Traceback" not in failure.message
    assert "\n" not in failure.message


def test_a_provider_whose_key_is_made_in_the_same_run_is_asked_once_there_is_one(stack: Stack) -> None:
    """The engine asks nothing of a provider without its whole configuration, and answers with nothing at all."""
    preview = stack.run(Operation.PREVIEW, SHOP, OTHER)
    assert preview.ok, preview.failures
    assert {request.path for request in stack.service.requests} <= {"/regions"}
    up = stack.run(Operation.UP, SHOP, OTHER)
    assert up.ok, up.failures
    assert "aws-eu-central-1" in up.outputs["regions"]


def test_the_plain_form_says_which_form_waits(stack: Stack) -> None:
    preview = stack.run(Operation.PREVIEW, SHOP, OTHER.replace("get_regions_output", "get_regions"))
    (failure,) = preview.failures
    assert failure.kind is FailureKind.INPUT
    assert failure.message.startswith("getRegions cannot be asked yet")
