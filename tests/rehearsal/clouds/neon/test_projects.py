"""Projects of the local Neon: settings, connection strings, listings, endpoints and operations."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from rehearsal.clouds.neon.world import ORGANIZATION
from tests.rehearsal.clouds.neon.conftest import Caller, Document

DAY = 86_400


# ---- connection strings ------------------------------------------------------------------------------------------


def uri(neon: Caller, project: str, **query: Any) -> str:
    query = {"database_name": "neondb", "role_name": "neondb_owner", **query}
    return str(neon.get(f"/projects/{project}/connection_uri", **query)["uri"])


def test_a_connection_string_is_of_the_default_branch_unless_another_is_named(neon: Caller) -> None:
    made = neon.project()
    project, endpoint = made["project"]["id"], made["endpoints"][0]
    assert uri(neon, project) == made["connection_uris"][0]["connection_uri"]
    assert urlsplit(uri(neon, project, pooled="true")).hostname == endpoint["host"].replace(
        endpoint["id"], f"{endpoint['id']}-pooler"
    )
    body = {"branch": {"name": "preview"}, "endpoints": [{"type": "read_write"}, {"type": "read_only"}]}
    other = neon.post(f"/projects/{project}/branches", body)
    hosts = [endpoint["host"] for endpoint in other["endpoints"]]
    assert urlsplit(uri(neon, project, branch_id=other["branch"]["id"])).hostname == hosts[0]
    assert urlsplit(uri(neon, project, endpoint_id=other["endpoints"][1]["id"])).hostname == hosts[1]


def test_a_password_of_any_characters_is_encoded(neon: Caller) -> None:
    made = neon.project()
    project, branch = made["project"]["id"], made["branch"]["id"]
    neon.service.by_hand("role", f"{branch}/neondb_owner", password="p@ss/w:rd %?#")
    parts = urlsplit(uri(neon, project))
    assert (parts.hostname, unquote(parts.password or "")) == (made["endpoints"][0]["host"], "p@ss/w:rd %?#")


def test_a_connection_string_that_cannot_be_given_is_refused(neon: Caller, project: str) -> None:
    child = neon.branch(project)["id"]
    path = f"/projects/{project}/connection_uri"
    both: Document = {"database_name": "neondb", "role_name": "neondb_owner"}
    queries: list[tuple[Document, int]] = [
        ({"database_name": "neondb"}, 400),
        ({**both, "branch_id": child}, 404),
        ({**both, "database_name": "none"}, 404),
        ({**both, "role_name": "none"}, 404),
        ({**both, "branch_id": "br-none-1"}, 404),
    ]
    for query, status in queries:
        assert neon.ask("GET", path, **query).status_code == status, query
    secretive = neon.project("secretive", store_passwords=False)["project"]["id"]
    assert neon.ask("GET", f"/projects/{secretive}/connection_uri", **both).status_code == 412


# ---- settings ----------------------------------------------------------------------------------------------------


def change(neon: Caller, project: str, **settings: Any) -> Document:
    answer = neon.ask("PATCH", f"/projects/{project}", {"project": {"settings": settings}})
    assert answer.status_code == 200, answer.text
    return answer.json()["project"]["settings"]  # type: ignore[no-any-return]


def test_a_change_of_settings_keeps_what_it_does_not_name(neon: Caller, project: str) -> None:
    change(neon, project, quota={"active_time_seconds": 60, "logical_size_bytes": 1}, block_public_connections=True)
    settings = change(neon, project, quota={"active_time_seconds": 0})
    assert settings["quota"] == {"active_time_seconds": 0, "logical_size_bytes": 1}
    assert settings["block_public_connections"] is True
    change(neon, project, allowed_ips={"ips": ["203.0.113.1"], "protected_branches_only": True})
    assert change(neon, project, allowed_ips={"ips": []})["allowed_ips"] == {"ips": [], "protected_branches_only": True}


def test_what_is_one_way_is_not_undone(neon: Caller, project: str) -> None:
    change(neon, project, enable_logical_replication=True)
    body = {"project": {"settings": {"enable_logical_replication": False}}}
    assert neon.status("PATCH", f"/projects/{project}", body) == 422
    assert neon.get(f"/projects/{project}")["project"]["settings"]["enable_logical_replication"] is True


WINDOW = {"weekdays": [1], "start_time": "02:00", "end_time": "03:00"}


@pytest.mark.parametrize(
    "settings",
    [
        {"maintenance_window": {**WINDOW, "end_time": "02:59"}},
        {"maintenance_window": {**WINDOW, "start_time": "23:30", "end_time": "00:30"}},
        {"maintenance_window": {**WINDOW, "weekdays": [0]}},
        {"maintenance_window": {**WINDOW, "start_time": "2:00"}},
        {"quota": {"active_time_seconds": -1}},
        {"audit_log_level": "loud"},
    ],
)
def test_settings_neon_does_not_know_are_refused(neon: Caller, project: str, settings: Document) -> None:
    assert neon.status("PATCH", f"/projects/{project}", {"project": {"settings": settings}}) == 400
    assert neon.get(f"/projects/{project}")["project"]["settings"] == {}


def test_a_maintenance_window_may_end_at_midnight_and_needs_a_paid_plan(neon: Caller, project: str) -> None:
    late = {**WINDOW, "start_time": "23:00", "end_time": "00:00"}
    assert change(neon, project, maintenance_window=late)["maintenance_window"] == late
    with Caller(plan="free") as free:
        made = free.project()["project"]["id"]
        body = {"project": {"settings": {"maintenance_window": WINDOW}}}
        assert free.status("PATCH", f"/projects/{made}", body) == 400


@pytest.mark.parametrize("told", [True, False])
def test_whether_settings_return_operations_is_switched(told: bool) -> None:
    with Caller(settings_operations=told) as neon:
        project = neon.project()["project"]["id"]
        body = {"project": {"settings": {"enable_logical_replication": True}}}
        answer = neon.ask("PATCH", f"/projects/{project}", body).json()
        assert [operation["action"] for operation in answer["operations"]] == (["apply_config"] if told else [])


@pytest.mark.parametrize(
    "fields",
    [{"region_id": "aws-af-south-1"}, {"pg_version": 13}, {"name": "x" * 257}, {"history_retention_seconds": -1}],
)
def test_a_project_neon_would_not_make_is_not_made(neon: Caller, fields: Document) -> None:
    assert neon.status("POST", "/projects", {"project": {"name": "shop", **fields}}) == 400
    assert neon.get("/projects")["projects"] == []


# ---- listings ----------------------------------------------------------------------------------------------------


def listed(neon: Caller, **query: Any) -> list[str]:
    return [project["name"] for project in neon.get("/projects", **query)["projects"]]


def test_projects_are_those_of_the_organisation(neon: Caller, project: str) -> None:
    assert listed(neon, org_id=ORGANIZATION) == ["shop"]
    assert listed(neon, search=project) == ["shop"]
    assert neon.get("/projects")["projects"][0]["org_id"] == ORGANIZATION


def test_a_project_that_cannot_be_listed_is_named(neon: Caller, project: str) -> None:
    neon.project("second")
    neon.service.switches.unavailable_projects = (project,)
    answer = neon.get("/projects")
    assert [found["name"] for found in answer["projects"]] == ["second"]
    assert answer["unavailable_project_ids"] == [project]


@pytest.mark.parametrize("last", ["absent", "repeated", "empty-page"])
def test_the_last_page_is_as_switched(last: str) -> None:
    with Caller(last_cursor=last) as neon:
        made = [neon.project(f"p{n}")["project"]["name"] for n in range(3)]
        found, seen, cursor = [], [""], ""
        while True:
            page = neon.get("/projects", limit=2, cursor=cursor)
            found += [project["name"] for project in page["projects"] if cursor not in seen[:-1]]
            cursor = page.get("pagination", {}).get("cursor", "")
            if not cursor or cursor in seen:
                break
            seen.append(cursor)
        assert found == made
        assert len(seen) == (3 if last == "empty-page" else 2)


def test_a_recovered_project_has_its_branches(neon: Caller, project: str) -> None:
    neon.branch(project)
    neon.ask("DELETE", f"/projects/{project}")
    (gone,) = neon.get("/projects", recoverable="true")["projects"]
    assert gone["recoverable_until"] > gone["deleted_at"]
    back = neon.post(f"/projects/{project}/recover")
    assert {branch["name"] for branch in back["branches"]} == {"main", "preview"}
    assert "deleted_at" not in back["project"]


# ---- endpoints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "limits", "status"),
    [
        ("scale", {"autoscaling_limit_min_cu": 16, "autoscaling_limit_max_cu": 16}, 201),
        ("scale", {"autoscaling_limit_min_cu": 56, "autoscaling_limit_max_cu": 56}, 201),
        ("scale", {"autoscaling_limit_max_cu": 8}, 201),
        ("scale", {"autoscaling_limit_min_cu": 1, "autoscaling_limit_max_cu": 10}, 400),
        ("scale", {"autoscaling_limit_min_cu": 12, "autoscaling_limit_max_cu": 18}, 400),
        ("scale", {"autoscaling_limit_min_cu": 2, "autoscaling_limit_max_cu": 1}, 400),
        ("scale", {"autoscaling_limit_min_cu": 0.3}, 400),
        ("scale", {"suspend_timeout_seconds": 59}, 400),
        ("scale", {"suspend_timeout_seconds": 604_801}, 400),
        ("scale", {"suspend_timeout_seconds": 60}, 201),
        ("launch", {"autoscaling_limit_min_cu": 18, "autoscaling_limit_max_cu": 18}, 400),
        ("launch", {"suspend_timeout_seconds": 60}, 400),
        ("launch", {"suspend_timeout_seconds": -1}, 201),
        ("free", {"suspend_timeout_seconds": -1}, 400),
        ("free", {"suspend_timeout_seconds": 300}, 201),
        ("scale", {"type": "read_everything"}, 400),
    ],
)
def test_sizes_and_pauses_are_those_of_the_plan(plan: str, limits: Document, status: int) -> None:
    with Caller(plan=plan) as neon:
        made = neon.project()
        body = {"endpoint": {"branch_id": made["branch"]["id"], "type": "read_only", **limits}}
        assert neon.status("POST", f"/projects/{made['project']['id']}/endpoints", body) == status


def test_an_endpoint_sleeps_after_its_pause_and_a_change_wakes_it_for_a_moment(neon: Caller) -> None:
    made = neon.project()
    path = f"/projects/{made['project']['id']}/endpoints/{made['endpoints'][0]['id']}"
    change: Document = {"endpoint": {"autoscaling_limit_max_cu": 1}}
    assert made["endpoints"][0]["current_state"] == "active"
    assert [o["action"] for o in neon.ask("PATCH", path, change).json()["operations"]] == ["apply_config"]
    neon.service.advance(301)
    assert neon.get(path)["endpoint"]["current_state"] == "idle"
    answer = neon.ask("PATCH", path, change).json()
    assert [operation["action"] for operation in answer["operations"]] == ["apply_config", "suspend_compute"]
    assert neon.post(f"{path}/start")["endpoint"]["current_state"] == "active"
    assert neon.post(f"{path}/suspend")["endpoint"]["current_state"] == "idle"
    assert neon.post(f"{path}/restart")["endpoint"]["current_state"] == "active"
    neon.ask("PATCH", path, {"endpoint": {"disabled": True}})
    assert neon.status("POST", f"{path}/start") == 422
    branch = made["branch"]["id"]
    listed = neon.get(f"/projects/{made['project']['id']}/branches/{branch}/endpoints")["endpoints"]
    assert [endpoint["id"] for endpoint in listed] == [made["endpoints"][0]["id"]]


# ---- operations --------------------------------------------------------------------------------------------------


def test_the_operations_of_a_call_follow_one_another() -> None:
    with Caller(operation_seconds=30) as neon:
        made = neon.project()
        path = f"/projects/{made['project']['id']}/operations"

        def states() -> list[str]:
            return [o["status"] for o in sorted(neon.get(path)["operations"], key=lambda o: str(o["action"]))]

        seen = [states()]
        for seconds in (16, 15):
            neon.service.advance(seconds)
            seen.append(states())
        assert seen == [["running", "scheduling"], ["finished", "running"], ["finished", "finished"]]
        assert {o["total_duration_ms"] for o in neon.get(path)["operations"]} == {15_000}


def test_operations_are_listed_the_newest_first_in_pages(neon: Caller, project: str) -> None:
    for n in range(4):
        neon.branch(project, f"b{n}")
    path = f"/projects/{project}/operations"
    every = [operation["id"] for operation in neon.get(path)["operations"]]
    moments = [operation["created_at"] for operation in neon.get(path)["operations"]]
    assert moments == sorted(moments, reverse=True)
    first = neon.get(path, limit=4)
    rest = neon.get(path, limit=4, cursor=first["pagination"]["cursor"])
    assert [operation["id"] for operation in first["operations"] + rest["operations"]] == every
    assert "pagination" not in rest
    assert neon.ask("GET", path, limit=1001).status_code == 400
    assert neon.status("GET", "/projects/none/operations") == 404


def test_a_branch_may_be_all_that_is_locked() -> None:
    with Caller(operation_seconds=30, lock="branch") as neon:
        made = neon.project()
        project, main = made["project"]["id"], made["branch"]["id"]
        path = f"/projects/{project}/branches"
        assert neon.status("POST", path, {"branch": {"name": "x"}}) == 423
        neon.service.advance(31)
        child = neon.branch(project)["id"]
        neon.branch(project, "second")
        assert neon.status("PATCH", f"{path}/{child}", {"branch": {"name": "y"}}) == 423
        assert neon.status("PATCH", f"{path}/{main}", {"branch": {"name": "y"}}) == 200
        assert neon.status("PATCH", f"/projects/{project}", {"project": {"name": "y"}}) == 423
