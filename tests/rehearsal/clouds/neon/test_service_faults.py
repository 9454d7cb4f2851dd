"""What goes wrong at the local Neon on request: at the call that is named, once, before or after the change."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsal.clouds.neon import Fault, FaultPlan
from tests.rehearsal.clouds.neon.conftest import Caller

BODY = {"project": {"name": "shop", "region_id": "aws-eu-central-1"}}


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does at once."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("it never happened")


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


def test_a_fault_of_the_server_may_come_after_the_change(neon: Caller) -> None:
    neon.faults(Fault("refuse-after", "POST", status=504, message="gone"))
    response = neon.ask("POST", "/projects", BODY)
    assert (response.status_code, response.json()["message"]) == (504, "gone")
    assert len(neon.service.objects()["project"]) == 1


def test_a_torn_answer_is_one_of_a_change_that_happened(neon: Caller) -> None:
    neon.faults(Fault("malformed", "POST"))
    response = neon.ask("POST", "/projects", BODY)
    assert response.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert len(neon.service.objects()["project"]) == 1


def test_an_answer_of_a_newer_api_has_more_fields_everywhere_but_in_maps(neon: Caller, project: str) -> None:
    neon.faults(Fault("extra-fields", times=0))
    made = neon.post("/projects", BODY)
    assert all("brand_new" in part for part in (made, made["project"], *made["roles"], *made["operations"]))
    listed = neon.get(f"/projects/{project}/branches")
    assert set(listed["annotations"]) == {branch["id"] for branch in listed["branches"]}


@pytest.mark.parametrize(("kind", "exists"), [("silent-before", 0), ("silent", 1)])
def test_nothing_ever_comes_though_the_connection_stays_open(neon: Caller, kind: Any, exists: int) -> None:
    neon.faults(Fault(kind, "POST", "/projects"))
    with pytest.raises(httpx.ReadTimeout):
        neon.ask("POST", "/projects", BODY, timeout=0.2)
    assert len(neon.service.objects()["project"]) == exists
    assert [request.status for request in neon.service.requests] == [0]


def test_who_waits_for_an_answer_that_never_comes_is_cut_off_when_the_service_stops() -> None:
    with ThreadPoolExecutor() as pool:
        with Caller() as neon:
            neon.faults(Fault("silent"))
            waiting = pool.submit(httpx.get, f"{neon.service.url}/regions", timeout=60, verify=False)
            until(lambda: bool(neon.service.requests))
        with pytest.raises(httpx.TransportError):
            waiting.result()


def test_a_late_request_of_a_stopped_service_does_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        with Caller(tmp_path) as neon:
            neon.faults(Fault("delay", seconds=60))
            url, headers = f"{neon.service.url}/projects", {"Authorization": f"Bearer {neon.service.api_key}"}
            waiting = pool.submit(httpx.post, url, json=BODY, headers=headers, timeout=60, verify=False)
            until(lambda: bool(neon.service.faults.struck))
        with pytest.raises(httpx.TransportError):
            waiting.result()
    with Caller(tmp_path) as neon:
        assert neon.service.objects()["project"] == []


def test_a_page_of_a_proxy_is_no_json_and_the_change_happened(neon: Caller) -> None:
    neon.faults(Fault("not-json", "POST"))
    response = neon.ask("POST", "/projects", BODY)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html")
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert len(neon.service.objects()["project"]) == 1


@pytest.mark.parametrize("status", [423, 429, 500, 502, 503])
def test_a_refusal_says_when_to_ask_again_as_a_date_as_seconds_or_not_at_all(neon: Caller, status: int) -> None:
    neon.faults(
        Fault("refuse", status=status, retry_after="30"),
        Fault("refuse", status=status, retry_after="30", retry_after_date=True, nth=2),
        Fault("refuse", status=status, nth=3),
    )
    answers = [neon.ask("GET", "/regions") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status] * 3
    seconds, date, absent = (answer.headers.get("Retry-After") for answer in answers)
    assert (seconds, absent) == ("30", None)
    assert 27 <= parsedate_to_datetime(date).timestamp() - time.time() <= 31


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("operation-fails", "failed"),
        ("operation-error", "error"),
        ("operation-cancelled", "cancelled"),
        ("operation-stuck", "running"),
    ],
)
def test_the_operations_of_one_call_end_badly_or_never(neon: Caller, kind: Any, status: str) -> None:
    neon.faults(Fault(kind, "POST", "/projects"))
    made = neon.post("/projects", BODY)
    neon.service.advance(100_000)
    path = f"/projects/{made['project']['id']}/operations"
    found = neon.get(path)["operations"]
    assert {operation["status"] for operation in found} == {status}
    assert all(("error" in operation) == (kind != "operation-stuck") for operation in found)
    fine = neon.post("/projects", BODY)
    assert {operation["status"] for operation in fine["operations"]} == {"finished"}


def test_an_operation_that_failed_is_tried_again_at_the_moment_it_names(neon: Caller) -> None:
    neon.faults(Fault("operation-retried", "POST", "/projects"))
    made = neon.post("/projects", BODY)
    operation = made["operations"][0]
    path = f"/projects/{made['project']['id']}/operations/{operation['id']}"
    assert (operation["status"], operation["failures_count"]) == ("failed", 1)
    ahead = datetime.fromisoformat(operation["retry_at"]).timestamp() - time.time()
    assert 0 < ahead <= 31
    neon.service.advance(40)
    again = neon.get(path)["operation"]
    assert (again["status"], "retry_at" in again) == ("finished", False)


def test_a_status_of_a_newer_api_passes_and_an_action_of_one_stays(neon: Caller) -> None:
    neon.faults(Fault("operation-unknown-status"), Fault("operation-unknown-action", nth=2))
    statuses, actions = neon.post("/projects", BODY)["operations"], neon.post("/projects", BODY)["operations"]
    assert {operation["status"] for operation in statuses} == {"hibernating"}
    assert {(operation["status"], operation["action"]) for operation in actions} == {
        ("finished", "rebalance_pageserver")
    }
    neon.service.advance(40)
    path = f"/projects/{statuses[0]['project_id']}/operations"
    assert {operation["status"] for operation in neon.get(path)["operations"]} == {"finished"}


def test_a_scripted_end_reaches_only_the_operations_of_its_own_call_when_many_come_at_once(neon: Caller) -> None:
    neon.faults(*(Fault("operation-fails", "POST", "/projects", nth=nth) for nth in range(2, 41, 2)))

    def statuses(_: int) -> set[str]:
        with httpx.Client(verify=False) as client:
            headers = {"Authorization": f"Bearer {neon.service.api_key}"}
            answer = client.post(f"{neon.service.url}/projects", json=BODY, headers=headers)
        return {str(operation["status"]) for operation in answer.json()["operations"]}

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(statuses, range(40)))
    assert sorted(map(sorted, found)) == [["failed"]] * 20 + [["finished"]] * 20


def test_a_fault_strikes_at_the_nth_call_that_matches_and_only_then(neon: Caller) -> None:
    neon.faults(Fault("refuse", "GET", "/regions", nth=2, status=500))
    assert [neon.status("GET", path) for path in ("/regions", "/auth", "/regions", "/regions")] == [200, 200, 500, 200]
    assert [fault.nth for fault in neon.service.faults.struck] == [2]


def test_a_fault_strikes_as_often_as_it_says_or_for_ever(neon: Caller) -> None:
    neon.faults(
        Fault("refuse", "GET", "/regions", nth=2, times=2, status=500),
        Fault("refuse", "GET", "/auth", times=0, status=503),
    )
    assert [neon.status("GET", "/regions") for _ in range(5)] == [200, 500, 500, 200, 200]
    assert [neon.status("GET", "/auth") for _ in range(3)] == [503] * 3
    assert len(neon.service.faults.struck) == 5


def test_a_fault_can_be_at_a_call_whatever_it_is(neon: Caller, project: str) -> None:
    neon.faults(Fault("refuse", nth=2, status=502))
    assert [neon.status("GET", path) for path in ("/regions", f"/projects/{project}", "/regions")] == [200, 502, 200]


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


def test_what_has_struck_in_part_travels_with_what_is_left_of_it() -> None:
    plan = FaultPlan([Fault("refuse", nth=2, times=3), Fault("delay", "POST", nth=5), Fault("silent", times=0)])
    for _ in range(3):
        assert plan.take("GET", "/x")
    copy = FaultPlan.from_json(json.loads(json.dumps(plan.to_json())))
    assert [fault.kind for fault in (copy.take("GET", "/x") for _ in range(3)) if fault] == [
        "refuse",
        "silent",
        "silent",
    ]
    assert copy.to_json()[0]["nth"] == 5


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "explode"}, "'explode' is no kind of fault; there are refuse, refuse-after"),
        ({"kind": "refuse", "nth": 0}, "nth is 1 or more"),
        ({"kind": "refuse", "times": -1}, "times is 0 or more"),
        ({"kind": "refuse", "retry_after": "soon", "retry_after_date": True}, "must be a number of seconds"),
    ],
)
def test_a_fault_that_cannot_strike_is_refused_when_it_is_written(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        FaultPlan.from_json([given])
