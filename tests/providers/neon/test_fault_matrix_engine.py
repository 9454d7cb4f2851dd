"""A slice of the fault matrix over real connections, under the embedded engine: a fault at the creation of each resource."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.clouds.neon import Fault, FaultPlan, NeonService
from rehearsal.clouds.neon.world import ORGANIZATION
from rehearsal.engine import Operation
from tests.providers.neon.test_through_the_engine import PROGRAM, Stack

EVERYTHING = (
    PROGRAM
    + f"""
    neon.Endpoint("replica", project_id=shop.project_id, branch_id=preview.branch_id, type="read_only", opts=on)
    rule = {{"database": "neondb", "schema": "public", "table": "people", "column": "name", "maskingValue": "x"}}
    neon.AnonymizedBranch("masked", project_id=shop.project_id, name="masked", masking_rules=[rule], opts=later)
    neon.Snapshot("before", **place, opts=later)
    neon.OrgApiKey("deploy", org_id="{ORGANIZATION}", name="deploy", project_id=shop.project_id, opts=on)
    neon.SpendingLimit("limit", org_id="{ORGANIZATION}", cents=5000, opts=on)
"""
)
CREATIONS = {
    "project": ("/projects", 1),
    "branch": (".*/branches", 1),
    "endpoint": (".*/endpoints", 1),
    "replica": (".*/endpoints", 2),
    "role": (".*/roles", 1),
    "database": (".*/databases", 1),
    "schedule": (".*/backup_schedule", 1),
    "snapshot": (".*/snapshot", 1),
    "anonymized": (".*/branch_anonymized", 1),
    "key": (".*/api_keys", 1),
    "limit": (".*/spending_limit", 1),
}
"""What each creation is sent to, and which of the calls there it is."""
WHOLE = {
    "project": 1,
    "branch": 3,
    "endpoint": 3,
    "role": 6,
    "database": 6,
    "schedule": 1,
    "snapshot": 1,
    "anonymized": 1,
    "api_key": 1,
    "spending_limit": 1,
}
"""How many objects there are in the end."""
FAULTS = {
    "a lost answer": lambda path, nth: Fault("reset-after", "POST|PUT", path, nth),
    "an error": lambda path, nth: Fault("refuse", "POST|PUT", path, nth),
    "a failed operation": lambda path, nth: Fault("operation-fails", "POST|PUT", path, nth),
}


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    with NeonService() as service:
        monkeypatch.setenv("NEON_API_KEY", service.api_key)
        monkeypatch.setenv("NEON_API_URL", service.url)
        found = Stack(tmp_path, service)
        found.write(EVERYTHING)
        yield found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("creation", CREATIONS)
def test_the_next_run_has_every_object_once(stack: Stack, creation: str, fault: str) -> None:
    stack.service.faults = FaultPlan([FAULTS[fault](*CREATIONS[creation])])
    stack.run(Operation.UP)
    assert len(stack.service.faults.struck) == 1
    assert [failure.message for failure in stack.run(Operation.UP).failures] == []
    assert stack.counts() == WHOLE
    assert stack.run(Operation.PREVIEW).changed == []
    assert stack.run(Operation.REFRESH).changed == []
