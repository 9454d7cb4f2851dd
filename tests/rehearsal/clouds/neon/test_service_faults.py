"""What goes wrong at the local Neon on request: at the call that is named, once, before or after the change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsal.clouds.neon import Fault, FaultPlan
from tests.rehearsal.clouds.neon.conftest import Caller

BODY = {"project": {"name": "shop", "region_id": "aws-eu-central-1"}}


@pytest.mark.parametrize(("kind", "exists"), [("reset-before", 0), ("reset-after", 1)])
def test_the_connection_is_cut_before_or_after_the_change(neon: Caller, kind: Any, exists: int) -> None:
    neon.faults(Fault(kind, "POST", "/projects"))
    with pytest.raises(httpx.TransportError):
        neon.ask("POST", "/projects", BODY)
    assert len(neon.service.objects()["project"]) == exists
    assert [request.status for request in neon.service.requests] == [0]
    assert neon.status("POST", "/projects", BODY) == 201


def test_a_refusal_has_its_status_and_headers_and_changes_nothing(neon: Caller) -> None:
    neon.faults(Fault("refuse", status=429, retry_after="7", message="slower", code=""))
    response = neon.ask("POST", "/projects", BODY)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert (response.json()["message"], response.json()["code"]) == ("slower", "")
    assert neon.service.objects()["project"] == []


def test_a_torn_answer_is_one_of_a_change_that_happened(neon: Caller) -> None:
    neon.faults(Fault("malformed", "POST"))
    response = neon.ask("POST", "/projects", BODY)
    assert response.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert len(neon.service.objects()["project"]) == 1


def test_an_answer_of_a_newer_api_has_more_fields(neon: Caller) -> None:
    neon.faults(Fault("extra-fields"))
    assert "brand_new" in neon.ask("POST", "/projects", BODY).json()


@pytest.mark.parametrize(("kind", "status"), [("operation-fails", "failed"), ("operation-stuck", "running")])
def test_the_operations_of_one_call_end_badly_or_never(neon: Caller, kind: Any, status: str) -> None:
    neon.faults(Fault(kind, "POST", "/projects"))
    made = neon.post("/projects", BODY)
    neon.service.advance(100_000)
    path = f"/projects/{made['project']['id']}/operations"
    assert {operation["status"] for operation in neon.get(path)["operations"]} == {status}
    fine = neon.post("/projects", BODY)
    assert {operation["status"] for operation in fine["operations"]} == {"finished"}


def test_a_fault_strikes_at_the_nth_call_that_matches_and_only_then(neon: Caller) -> None:
    neon.faults(Fault("refuse", "GET", "/regions", nth=2, status=500))
    assert [neon.status("GET", path) for path in ("/regions", "/auth", "/regions", "/regions")] == [200, 200, 500, 200]
    assert [fault.nth for fault in neon.service.faults.struck] == [2]


def test_a_fault_names_the_whole_method_and_the_whole_path() -> None:
    plan = FaultPlan([Fault("refuse", "GET", "/projects")])
    assert plan.take("GET", "/projects/p") is None
    assert plan.take("FORGET", "/projects") is None
    assert plan.take("GET", "/projects")


def test_what_has_not_struck_travels_to_another_process() -> None:
    plan = FaultPlan([Fault("refuse", "GET", status=503), Fault("delay", "POST", seconds=0.5)])
    assert plan.take("GET", "/x")
    copy = FaultPlan.from_json(json.loads(json.dumps(plan.to_json())))
    assert copy.take("GET", "/x") is None
    assert copy.take("POST", "/x") == Fault("delay", "POST", seconds=0.5)


def test_the_service_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rehearsal.clouds.neon", "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(2))
        headers = {"Authorization": f"Bearer {told['NEON_API_KEY']}"}
        with httpx.Client(verify=False) as client:
            assert client.get(f"{told['NEON_API_URL']}/regions", headers=headers).status_code == 200
    finally:
        process.kill()
        process.communicate()
