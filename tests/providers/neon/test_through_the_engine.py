"""The plugin under the embedded engine: a whole stack, connections cut at every creation, drift and an import."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import Fault, FaultPlan, NeonService
from rehearsal.engine import Operation, Options, Project, Result, StateFile, run

PROGRAM = """
    import os
    import pulumi
    import pulumi_neon as neon

    account = neon.Provider("neon", api_key=os.environ["NEON_API_KEY"], plan="scale", poll_interval=0.01)
    on = pulumi.ResourceOptions(provider=account)
    shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", deletion_protection=False, opts=on)
    place = {"project_id": shop.project_id, "branch_id": shop.default_branch_id}
    app = neon.Role("app", name="app", **place, opts=on)
    data = neon.Database("data", name="data", owner_name=app.name, deletion_protection=False, **place, opts=on)
    neon.BackupSchedule("backups", items=[{"frequency": "daily", "hour": 2}], **place, opts=on)
    later = pulumi.ResourceOptions(provider=account, depends_on=[data])
    preview = neon.Branch("preview", project_id=shop.project_id, name="preview", opts=later)
    neon.Endpoint("compute", project_id=shop.project_id, branch_id=preview.branch_id, max_cu=1, opts=on)
    pulumi.export("password", app.password)
"""
KINDS = {"project": 1, "branch": 2, "endpoint": 2, "role": 4, "database": 4, "schedule": 1}


class Stack:
    """One stack in a folder, on one local Neon."""

    def __init__(self, root: Path, service: NeonService) -> None:
        self.root, self.service = root, service
        (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")
        self.write(PROGRAM)

    def write(self, program: str) -> None:
        (self.root / "__main__.py").write_text(textwrap.dedent(program))

    def run(self, operation: Operation) -> Result:
        with StateFile(self.root / "state" / "state.json", "dev", "passphrase") as state:
            project = Project.load(self.root, "dev")
            return run(operation, project=project, state=state, providers={"neon": NeonProvider}, options=Options())

    def counts(self) -> dict[str, int]:
        return {kind: len(found) for kind, found in self.service.objects().items() if found}


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    with NeonService() as service:
        monkeypatch.setenv("NEON_API_KEY", service.api_key)
        monkeypatch.setenv("NEON_API_URL", service.url)
        yield Stack(tmp_path, service)


def test_a_stack_comes_up_stays_as_it_is_and_goes_again(stack: Stack) -> None:
    assert stack.run(Operation.PREVIEW).ok
    assert [request.path for request in stack.service.requests] == ["/regions"]
    assert stack.run(Operation.UP).ok
    assert stack.counts() == KINDS
    before = len(stack.service.requests)
    assert stack.run(Operation.PREVIEW).changed == []
    assert len(stack.service.requests) == before
    assert stack.run(Operation.REFRESH).changed == []
    text = (stack.root / "state" / "state.json").read_text()
    branch = next(b["id"] for b in stack.service.objects()["branch"] if b["default"])
    project = stack.service.objects()["project"][0]["id"]
    with stack.service._call() as call:
        password = (call.get("role", f"{branch}/app") or {})["password"]
    assert project in text
    assert password not in text
    assert stack.run(Operation.DESTROY).ok
    assert stack.counts() == {}


CUTS = [
    *(("reset-after", path) for path in ("/projects", ".*/branches", ".*/endpoints", ".*/roles", ".*/databases")),
    ("reset-before", "/projects"),
    ("malformed", "/projects"),
]


@pytest.mark.parametrize(("kind", "path"), CUTS)
def test_a_connection_cut_at_a_creation_never_makes_a_second_object(stack: Stack, kind: Any, path: str) -> None:
    stack.service.faults = FaultPlan([Fault(kind, "POST", path)])
    assert stack.run(Operation.UP).ok
    assert len(stack.service.faults.struck) == 1
    assert stack.counts() == KINDS
    assert stack.run(Operation.PREVIEW).changed == []


def test_a_half_made_object_is_completed_by_the_next_run(stack: Stack) -> None:
    stack.service.faults = FaultPlan([Fault("operation-fails", "POST", ".*/endpoints")])
    assert not stack.run(Operation.UP).ok
    assert stack.run(Operation.UP).ok
    assert stack.counts() == KINDS
    assert stack.run(Operation.PREVIEW).changed == []


def test_what_a_person_changed_is_put_right(stack: Stack) -> None:
    stack.run(Operation.UP)
    endpoint = next(e for e in stack.service.objects()["endpoint"] if e["autoscaling_limit_max_cu"] == 1)
    stack.service.by_hand("endpoint", endpoint["id"], autoscaling_limit_max_cu=4)
    stack.service.by_hand("schedule", stack.service.objects()["schedule"][0]["branch_id"])
    assert stack.run(Operation.REFRESH).ok
    assert stack.run(Operation.UP).ok
    assert stack.counts() == KINDS
    found = next(e for e in stack.service.objects()["endpoint"] if e["id"] == endpoint["id"])
    assert found["autoscaling_limit_max_cu"] == 1


def test_an_object_that_exists_is_imported_and_not_touched(stack: Stack) -> None:
    stack.run(Operation.UP)
    project = stack.service.objects()["project"][0]["id"]
    before = len(stack.service.requests)
    (stack.root / "state" / "state.json").unlink()
    stack.write(
        f"""
        import os
        import pulumi
        import pulumi_neon as neon

        account = neon.Provider("neon", api_key=os.environ["NEON_API_KEY"], base_url=os.environ["NEON_API_URL"])
        imported = pulumi.ResourceOptions(provider=account, import_="{project}")
        neon.Project("shop", name="shop", region_id="aws-eu-central-1", opts=imported)
        """
    )
    result = stack.run(Operation.UP)
    assert result.ok
    assert {request.method for request in stack.service.requests[before:]} == {"GET"}
    assert stack.run(Operation.PREVIEW).changed == []
