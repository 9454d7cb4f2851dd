"""Functions against answers that the local Neon does not give: many pages, other orders, old ages, several organisations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from neon_provider.errors import NeonError, NotFound, ServerFault
from neon_provider.functions import Refused
from tests.providers.neon.asking import SCHEMA, Scripted, conform

PROJECT = "quiet-river-12345678"
BRANCH = "br-late-sun-12345678"
ORGANIZATION = "org-brave-harbor-10000001"
NO_TIME = timedelta(0)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PERIOD: dict[str, Any] = {
    "from": "2026-11-20T00:00:00Z",
    "to": "2026-11-24T00:00:00Z",
    "granularity": "daily",
    "metrics": ["compute_unit_seconds", "root_branch_bytes_month"],
}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neon_provider.checks.utc_now", lambda: NOW)


def answering(answers: dict[str, Any]) -> Scripted:
    """Bodies by `path` or `path?cursor`; a number is a status with an error."""

    def answer(request: httpx.Request) -> httpx.Response:
        path, cursor = request.url.path.removeprefix("/api/v2"), request.url.params.get("cursor")
        found = answers.get(f"{path}?{cursor}" if cursor else path, 404)
        if isinstance(found, int):
            return httpx.Response(found, json={"code": "", "message": "not for you", "request_id": "r-1"})
        return httpx.Response(200, json=found)

    return Scripted(answer)


def a_snapshot(number: int, *, age: timedelta, branch: str | None = BRANCH, **more: Any) -> dict[str, Any]:
    return {
        "id": f"snap-{number}",
        "name": f"backup {number}",
        "source_branch_id": branch,
        "created_at": (NOW - age).isoformat().replace("+00:00", "Z"),
        "manual": False,
        "brand_new": {"field": 1},
        **more,
    }


def snapshots(*found: dict[str, Any]) -> Scripted:
    return answering(
        {
            f"/projects/{PROJECT}/snapshots": {"snapshots": list(found)},
            f"/projects/{PROJECT}/branches/{BRANCH}": {"branch": {}},
        }
    )


def test_snapshots_are_those_of_the_project_or_of_one_branch() -> None:
    neon = snapshots(
        a_snapshot(1, age=timedelta(hours=1), lsn="0/1A", full_size=7, diff_size=3, expires_at=None),
        a_snapshot(2, age=timedelta(hours=2), branch="br-another-12345678"),
        a_snapshot(3, age=timedelta(hours=3), branch=None),
    )
    found = neon.ask("listSnapshots", projectId=PROJECT)["snapshots"]
    assert [item["snapshotId"] for item in found] == ["snap-3", "snap-2", "snap-1"]
    found = neon.ask("listSnapshots", projectId=PROJECT, branchId=BRANCH)["snapshots"]
    assert found == [
        {
            "snapshotId": "snap-1",
            "name": "backup 1",
            "branchId": BRANCH,
            "createdAt": "2026-11-25T11:00:00Z",
            "expiresAt": None,
            "manual": False,
            "timestamp": None,
            "lsn": "0/1A",
            "fullSize": 7,
            "diffSize": 3,
        }
    ]


def test_a_branch_without_snapshots_is_told_from_a_branch_that_is_not_there() -> None:
    neon = snapshots()
    assert neon.ask("listSnapshots", projectId=PROJECT, branchId=BRANCH) == {"snapshots": []}
    with pytest.raises(NotFound, match=f"branch br-gone-1 of project {PROJECT}: not found"):
        neon.ask("listSnapshots", projectId=PROJECT, branchId="br-gone-1")


def test_the_latest_snapshot_is_the_one_with_the_newest_data() -> None:
    past = (NOW - timedelta(days=9)).isoformat()
    neon = snapshots(
        a_snapshot(1, age=timedelta(hours=30)),
        a_snapshot(2, age=timedelta(hours=25, seconds=1)),
        a_snapshot(3, age=timedelta(hours=1), timestamp=past),
    )
    found = neon.ask("latestSnapshot", projectId=PROJECT, branchId=BRANCH, maxAgeSeconds=93_600)
    assert (found["snapshotId"], found["ageSeconds"]) == ("snap-2", 25 * 3600 + 1)
    conform(found, SCHEMA["functions"]["neon:index:latestSnapshot"]["outputs"], "latestSnapshot")


def test_a_stale_snapshot_fails_with_its_age_and_the_limit() -> None:
    neon = snapshots(a_snapshot(1, age=timedelta(hours=27)))
    with pytest.raises(NeonError, match=r"snap-1 is 97200 seconds old, maxAgeSeconds allows 93600.*schedule") as caught:
        neon.ask("latestSnapshot", projectId=PROJECT, branchId=BRANCH, maxAgeSeconds=93_600)
    assert BRANCH in str(caught.value)
    assert neon.ask("latestSnapshot", projectId=PROJECT, branchId=BRANCH)["ageSeconds"] == 97_200


def test_no_snapshot_fails_whatever_the_age() -> None:
    with pytest.raises(NotFound, match=rf"snapshot of branch {BRANCH} of project {PROJECT}: there is none"):
        snapshots().ask("latestSnapshot", projectId=PROJECT, branchId=BRANCH)


def a_branch(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"br-{number}", "project_id": PROJECT, "name": f"b{number}", **more}


def test_branches_of_every_page_are_told_except_deleted_ones() -> None:
    path = f"/projects/{PROJECT}/branches"
    neon = answering(
        {
            path: {"branches": [a_branch(1)], "pagination": {"next": "n2"}},
            f"{path}?n2": {"branches": [a_branch(2, deleted_at="2026-11-01T00:00:00Z")], "pagination": {"next": "n3"}},
            f"{path}?n3": {"branches": [a_branch(3)], "pagination": {"next": "n3"}},
        }
    )
    found = neon.ask("listBranches", projectId=PROJECT)["branches"]
    assert [item["branchId"] for item in found] == ["br-1", "br-3"]
    assert neon.ask("getBranch", projectId=PROJECT, name="b3")["branchId"] == "br-3"
    assert neon.asked[-1].url.params["search"] == "b3"


def operation(number: int) -> dict[str, Any]:
    return {
        "id": f"op-{number}",
        "project_id": PROJECT,
        "action": "an_action_of_tomorrow",
        "status": "failed",
        "error": "it broke",
        "created_at": f"2026-11-{number:02}T00:00:00Z",
        "updated_at": f"2026-11-{number:02}T00:00:01Z",
        "total_duration_ms": 1000,
    }


def test_operations_listed_newest_first_are_asked_for_once() -> None:
    path = f"/projects/{PROJECT}/operations"
    page = {"operations": [operation(9), operation(8)], "pagination": {"cursor": "c"}}
    neon = answering({path: page})
    found = neon.ask("getOperations", projectId=PROJECT, limit=2)["operations"]
    assert [item["operationId"] for item in found] == ["op-9", "op-8"]
    assert found[0]["error"] == "it broke"
    assert found[0]["durationMilliseconds"] == 1000
    assert [dict(request.url.params) for request in neon.asked] == [{"limit": "2"}]


def test_operations_listed_oldest_first_are_read_to_the_end() -> None:
    path = f"/projects/{PROJECT}/operations"
    neon = answering(
        {
            path: {"operations": [operation(1), operation(2)], "pagination": {"cursor": "c"}},
            f"{path}?c": {"operations": [operation(3)]},
        }
    )
    found = neon.ask("getOperations", projectId=PROJECT, limit=2)["operations"]
    assert [item["operationId"] for item in found] == ["op-3", "op-2"]


def organizations(*ids: str) -> dict[str, Any]:
    found = [{"id": item, "name": f"name of {item}", "plan": "scale"} for item in ids]
    return {"/users/me/organizations": {"organizations": found}}


def test_a_key_of_several_organisations_must_say_which() -> None:
    neon = answering(organizations("org-a", "org-b"))
    with pytest.raises(Refused) as caught:
        neon.ask("getOrganization")
    ((key, reason),) = caught.value.problems
    assert key == "orgId"
    assert "org-a (name of org-a), org-b (name of org-b)" in reason


def test_a_key_of_no_organisation_is_told_to_name_one() -> None:
    with pytest.raises(NotFound, match="it belongs to none"):
        answering(organizations()).ask("getOrganization")


def test_the_configured_organisation_is_asked_for() -> None:
    neon = answering({f"/organizations/{ORGANIZATION}": {"id": ORGANIZATION, "name": "bright"}, "/regions": {}})
    assert neon.ask("getOrganization", ORGANIZATION)["name"] == "bright"
    assert neon.ask("getRegions", ORGANIZATION) == {"regions": []}
    assert neon.asked[-1].url.params["org_id"] == ORGANIZATION


def a_page(project: str, *days: int) -> dict[str, Any]:
    frames = [
        {
            "timeframe_start": f"2026-11-{day}T00:00:00Z",
            "timeframe_end": f"2026-11-{day + 1}T00:00:00Z",
            "metrics": [{"metric_name": "compute_unit_seconds", "value": day * 1.5}],
        }
        for day in days
    ]
    return {"project_id": project, "periods": [{"period_id": "x", "period_plan": "scale_v3", "consumption": frames}]}


def test_consumption_is_read_page_by_page_into_one_list() -> None:
    path = "/consumption_history/v2/projects"
    neon = answering(
        {
            path: {"projects": [a_page("p-1", 20, 21)], "pagination": {"cursor": "c2"}},
            f"{path}?c2": {"projects": [a_page("p-2", 22)], "pagination": {"cursor": "c3"}},
            f"{path}?c3": {"projects": []},
        }
    )
    found = neon.ask("getConsumption", ORGANIZATION, **PERIOD, projectIds=["p-1", "p-2"])
    assert [(item["projectId"], item["start"], item["values"]) for item in found["periods"]] == [
        ("p-1", "2026-11-20T00:00:00Z", {"compute_unit_seconds": 30.0}),
        ("p-1", "2026-11-21T00:00:00Z", {"compute_unit_seconds": 31.5}),
        ("p-2", "2026-11-22T00:00:00Z", {"compute_unit_seconds": 33.0}),
    ]
    conform(found, SCHEMA["functions"]["neon:index:getConsumption"]["outputs"], "getConsumption")
    query = dict(neon.asked[0].url.params)
    assert query == {
        "from": PERIOD["from"],
        "to": PERIOD["to"],
        "granularity": "daily",
        "org_id": ORGANIZATION,
        "metrics": "compute_unit_seconds,root_branch_bytes_month",
        "project_ids": "p-1,p-2",
        "limit": "100",
    }
    assert [request.url.params.get("cursor") for request in neon.asked] == [None, "c2", "c3"]


def test_consumption_of_the_only_organisation_needs_no_id() -> None:
    neon = answering({**organizations(ORGANIZATION), "/consumption_history/v2/projects": {"projects": []}})
    assert neon.ask("getConsumption", **PERIOD) == {"periods": []}
    assert neon.asked[-1].url.params["org_id"] == ORGANIZATION


@pytest.mark.parametrize("status", [403, 404, 406])
def test_a_plan_without_consumption_says_which_plans_have_it(status: int) -> None:
    neon = answering({"/consumption_history/v2/projects": status})
    with pytest.raises(
        NeonError, match=r"not for you.*launch or scale plan.*daily figures reach back 60 days"
    ) as caught:
        neon.ask("getConsumption", ORGANIZATION, **PERIOD)
    assert ORGANIZATION in str(caught.value)


def test_a_schema_is_compared_with_another_branch_or_the_parent() -> None:
    path = f"/projects/{PROJECT}/branches/{BRANCH}/compare_schema"
    neon = answering({path: {"diff": "--- a/app\n+++ b/app\n"}})
    args = {"projectId": PROJECT, "branchId": BRANCH, "databaseName": "app"}
    assert neon.ask("compareSchema", **args)["diff"].startswith("--- a/app")
    assert dict(neon.asked[-1].url.params) == {"db_name": "app"}
    neon.ask("compareSchema", **args, baseBranchId="br-base-1")
    assert dict(neon.asked[-1].url.params) == {"db_name": "app", "base_branch_id": "br-base-1"}


LACKING: list[tuple[str, dict[str, Any], str, Any, str]] = [
    ("listSnapshots", {}, "/snapshots", {"snapshots": [{"name": "no id"}]}, "SnapshotRecord.*read: id"),
    ("getProject", {}, "", {}, "Project of Neon's answer cannot be read: all of it"),
    (
        "getRolePassword",
        {"branchId": BRANCH, "name": "app"},
        f"/branches/{BRANCH}/roles/app/reveal_password",
        {},
        "password",
    ),
    ("getConnectionUri", {"databaseName": "app", "roleName": "app"}, "/connection_uri", {"uri": None}, "uri"),
    (
        "latestSnapshot",
        {"branchId": BRANCH},
        "/snapshots",
        {"snapshots": [a_snapshot(1, age=NO_TIME, created_at="?")]},
        "'\\?'",
    ),
]


@pytest.mark.parametrize(("name", "args", "path", "body", "text"), LACKING)
def test_an_answer_that_lacks_what_is_needed_says_what(
    name: str, args: dict[str, Any], path: str, body: Any, text: str
) -> None:
    neon = answering({f"/projects/{PROJECT}{path}": body})
    with pytest.raises(ServerFault, match=text):
        neon.ask(name, projectId=PROJECT, **args)
