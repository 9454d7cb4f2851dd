"""The local Neon as a client sees it: who may ask, what is locked, what is refused, and what stays after a deletion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.rehearsal.clouds.neon.conftest import Caller

DAY = 86_400


# ---- asking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["wrong", "napi_"])
def test_only_the_one_key_is_let_in(neon: Caller, key: str) -> None:
    response = neon.ask("POST", "/projects", {"project": {"name": "x"}}, key=key)
    assert response.status_code == 401
    assert set(response.json()) == {"request_id", "code", "message"}
    assert neon.service.objects()["project"] == []


def test_an_unknown_path_another_method_and_a_torn_body_are_refused(neon: Caller) -> None:
    assert neon.status("GET", "/nothing") == 404
    assert neon.status("DELETE", "/projects") == 405
    headers = {"Authorization": f"Bearer {neon.service.api_key}"}
    assert neon._http.post(f"{neon.service.url}/projects", content=b"{", headers=headers).status_code == 400


def test_what_is_asked_is_kept_without_bodies_and_keys(neon: Caller, project: str) -> None:
    neon.get(f"/projects/{project}")
    assert [(r.method, r.path, r.status) for r in neon.service.requests] == [
        ("POST", "/projects", 201),
        ("GET", f"/projects/{project}", 200),
    ]
    assert neon.service.api_key not in repr(neon.service.requests)


def test_more_requests_than_a_minute_allows_are_refused() -> None:
    with Caller(requests_per_minute=2) as neon:
        assert [neon.status("GET", "/regions") for _ in range(3)] == [200, 200, 429]


def test_what_exists_outlives_the_process_and_passwords_are_sealed(tmp_path: Path) -> None:
    with Caller(tmp_path) as neon:
        password = neon.project()["roles"][0]["password"]
    texts = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert texts
    assert not any(password.encode() in text for text in texts)
    with Caller(tmp_path) as neon:
        assert [project["name"] for project in neon.service.objects()["project"]] == ["shop"]
        assert password not in repr(neon.service.objects())


# ---- what comes with a project -----------------------------------------------------------------------------------


def test_a_project_comes_with_a_branch_an_endpoint_a_role_and_a_database(neon: Caller) -> None:
    made = neon.project(branch={"name": "production", "database_name": "shop"})
    (endpoint,), (role,), (database,) = made["endpoints"], made["roles"], made["databases"]
    assert (made["branch"]["name"], made["branch"]["default"]) == ("production", True)
    assert (role["name"], database["name"], database["owner_name"]) == ("shop_owner", "shop", "shop_owner")
    uri = urlsplit(made["connection_uris"][0]["connection_uri"])
    assert (uri.hostname, uri.username, uri.password) == (endpoint["host"], "shop_owner", role["password"])
    assert endpoint["host"] == f"{endpoint['id']}.eu-central-1.aws.neon.tech"
    assert [operation["action"] for operation in made["operations"]] == ["create_timeline", "start_compute"]


def test_only_an_answer_that_makes_or_shows_a_password_has_it(neon: Caller, main: str) -> None:
    made = neon.post(f"{main}/roles", {"role": {"name": "app"}})["role"]
    assert made["password"]
    assert "password" not in neon.get(f"{main}/roles/app")["role"]
    assert all("password" not in role for role in neon.get(f"{main}/roles")["roles"])
    assert neon.get(f"{main}/roles/app/reveal_password") == {"password": made["password"]}
    again = neon.post(f"{main}/roles/app/reset_password")["role"]["password"]
    assert again != made["password"]


def test_a_password_that_is_not_stored_is_not_shown(neon: Caller) -> None:
    made = neon.project(store_passwords=False)
    path = f"/projects/{made['project']['id']}/branches/{made['branch']['id']}/roles/neondb_owner"
    assert made["roles"][0]["password"]
    assert neon.status("GET", f"{path}/reveal_password") == 412


def test_a_branch_takes_roles_and_databases_of_its_parent_and_own_passwords_from_a_protected_one(
    neon: Caller, project: str, main: str
) -> None:
    def password(branch: str) -> str:
        path = f"/projects/{project}/branches/{branch}/roles/neondb_owner/reveal_password"
        return str(neon.get(path)["password"])

    parent = main.rsplit("/", 1)[1]
    child = neon.branch(project)["id"]
    assert password(child) == password(parent)
    assert [d["name"] for d in neon.get(f"/projects/{project}/branches/{child}/databases")["databases"]] == ["neondb"]
    neon.ask("PATCH", main, {"branch": {"protected": True}})
    assert password(neon.branch(project, "second")["id"]) != password(parent)
    assert all(endpoint["branch_id"] == parent for endpoint in neon.get(f"/projects/{project}/endpoints")["endpoints"])


def test_a_change_of_an_unknown_field_is_ignored_as_neon_does(neon: Caller, project: str) -> None:
    before = neon.get(f"/projects/{project}")["project"]
    assert neon.status("PATCH", f"/projects/{project}", {"project": {"nmae": "x", "region_id": "aws-us-east-1"}}) == 200
    after = neon.get(f"/projects/{project}")["project"]
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}


def test_long_listings_come_in_pages(neon: Caller) -> None:
    made = [neon.project(f"p{n}")["project"]["id"] for n in range(5)]
    found, cursor = [], ""
    while True:
        page = neon.get("/projects", limit=2, cursor=cursor)
        found += [project["id"] for project in page["projects"]]
        cursor = page.get("pagination", {}).get("cursor", "")
        if not cursor:
            break
    assert found == made
    assert [project["name"] for project in neon.get("/projects", search="p3")["projects"]] == ["p3"]


# ---- operations and the lock -------------------------------------------------------------------------------------


def test_a_project_is_locked_while_its_operation_runs_and_another_one_is_not() -> None:
    with Caller(operation_seconds=30) as neon:
        first, second = neon.project("one"), neon.project("two")
        project = first["project"]["id"]
        path = f"/projects/{project}/branches"
        branch = {"branch": {"name": "preview"}}
        for method, where, body in (
            ("POST", path, branch),
            ("PATCH", f"/projects/{project}", {"project": {"name": "x"}}),
            ("DELETE", f"/projects/{project}", None),
            ("POST", f"/projects/{project}/endpoints", {"endpoint": {"branch_id": first["branch"]["id"]}}),
            ("POST", f"{path}/{first['branch']['id']}/roles", {"role": {"name": "app"}}),
            ("DELETE", f"{path}/{first['branch']['id']}/databases/neondb", None),
        ):
            assert neon.status(method, where, body) == 423, (method, where)
        neon.get(path)
        neon.service.advance(31)
        assert neon.status("POST", path, branch) == 201
        assert neon.status("POST", f"/projects/{second['project']['id']}/branches", branch) == 201


def test_the_lock_can_be_off() -> None:
    with Caller(operation_seconds=30, lock="off") as neon:
        neon.branch(neon.project()["project"]["id"])


def test_an_operation_runs_and_then_is_finished() -> None:
    with Caller(operation_seconds=30) as neon:
        made = neon.project()
        path = f"/projects/{made['project']['id']}/operations"
        one = made["operations"][0]["id"]
        assert neon.get(f"{path}/{one}")["operation"]["status"] == "running"
        neon.service.advance(31)
        assert neon.get(f"{path}/{one}")["operation"]["status"] == "finished"
        assert {operation["status"] for operation in neon.get(path)["operations"]} == {"finished"}
        assert neon.status("GET", f"{path}/none") == 404


# ---- deleting ----------------------------------------------------------------------------------------------------


def test_a_deleted_project_is_gone_and_comes_back_whole_for_seven_days(neon: Caller, project: str, main: str) -> None:
    neon.branch(project)
    whole = neon.service.objects()
    assert neon.status("DELETE", f"/projects/{project}") == 200
    assert neon.status("GET", f"/projects/{project}") == 404
    assert neon.status("GET", f"{main}/roles") == 404
    assert neon.get("/projects")["projects"] == []
    assert [found["id"] for found in neon.get("/projects", recoverable="true")["projects"]] == [project]
    assert not any(neon.service.objects().values())
    assert neon.status("DELETE", f"/projects/{project}") == 404
    neon.post(f"/projects/{project}/recover")
    assert neon.service.objects() == whole
    neon.ask("DELETE", f"/projects/{project}")
    neon.service.advance(7 * DAY + 1)
    assert neon.status("POST", f"/projects/{project}/recover") == 404
    assert neon.get("/projects", recoverable="true")["projects"] == []


def test_what_is_deleted_already_answers_without_content(neon: Caller, project: str, main: str) -> None:
    branch = neon.branch(project)["id"]
    assert neon.post(f"/projects/{project}/endpoints", {"endpoint": {"branch_id": branch}})
    for path in (f"/projects/{project}/branches/{branch}", f"{main}/databases/neondb", f"{main}/roles/neondb_owner"):
        assert [neon.status("DELETE", path) for _ in range(2)] == [200, 204]
    endpoint = neon.get(f"/projects/{project}/endpoints")["endpoints"][0]["id"]
    assert [neon.status("DELETE", f"/projects/{project}/endpoints/{endpoint}") for _ in range(2)] == [200, 204]


def test_a_branch_goes_with_all_that_stands_on_it(neon: Caller, project: str) -> None:
    before = neon.service.objects()
    branch = neon.branch(project)["id"]
    neon.post(f"/projects/{project}/endpoints", {"endpoint": {"branch_id": branch}})
    neon.ask("DELETE", f"/projects/{project}/branches/{branch}")
    assert neon.service.objects() == before


def test_what_must_stay_is_refused(neon: Caller, project: str, main: str) -> None:
    assert neon.status("DELETE", main) == 422
    child = neon.branch(project)["id"]
    neon.branch(project, "grandchild", parent_id=child)
    assert neon.status("DELETE", f"/projects/{project}/branches/{child}") == 422
    assert neon.status("DELETE", f"{main}/roles/neondb_owner") == 422
    neon.ask("PATCH", main, {"branch": {"protected": True}})
    endpoint = neon.get(f"/projects/{project}/endpoints")["endpoints"][0]["id"]
    assert neon.status("DELETE", f"/projects/{project}/endpoints/{endpoint}") == 422
    assert neon.status("DELETE", f"/projects/{project}") == 422


def test_an_expired_branch_goes_by_itself(neon: Caller, project: str) -> None:
    moment = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    branch = neon.branch(project, expires_at=moment)["id"]
    path = f"/projects/{project}/branches/{branch}"
    neon.service.advance(DAY - 60)
    assert neon.status("GET", path) == 200
    neon.service.advance(120)
    assert neon.status("GET", path) == 404
    assert [b["name"] for b in neon.get(f"/projects/{project}/branches")["branches"]] == ["main"]


# ---- names and limits --------------------------------------------------------------------------------------------


def test_names_that_must_differ_do(neon: Caller, project: str, main: str) -> None:
    branches = f"/projects/{project}/branches"
    second = neon.branch(project)["id"]
    role, database = {"role": {"name": "app"}}, {"database": {"name": "x", "owner_name": "neondb_owner"}}
    neon.post(f"{main}/roles", role)
    neon.post(f"{main}/databases", database)
    endpoint = {"endpoint": {"branch_id": main.rsplit("/", 1)[1], "type": "read_write"}}
    for method, path, body in (
        ("POST", branches, {"branch": {"name": "main"}}),
        ("PATCH", f"{branches}/{second}", {"branch": {"name": "main"}}),
        ("POST", f"{main}/roles", role),
        ("POST", f"{main}/databases", database),
        ("PATCH", f"{main}/databases/x", {"database": {"name": "neondb"}}),
        ("POST", f"/projects/{project}/endpoints", endpoint),
    ):
        assert neon.status(method, path, body) == 409, (method, path)
    replica = {"endpoint": {**endpoint["endpoint"], "type": "read_only"}}
    assert neon.status("POST", f"/projects/{project}/endpoints", replica) == 201
    assert neon.project()["project"]["id"] != project


def test_what_refers_to_nothing_is_refused(neon: Caller, project: str, main: str) -> None:
    child = neon.branch(project)["id"]
    other = neon.project("other")["branch"]["id"]
    for path, body in (
        (f"/projects/{project}/branches", {"branch": {"name": "x", "parent_id": "br-none-such-1"}}),
        (f"/projects/{project}/branches", {"branch": {"name": "x", "parent_id": other}}),
        (f"/projects/{project}/endpoints", {"endpoint": {"branch_id": other}}),
        (f"{main}/databases", {"database": {"name": "x", "owner_name": "nobody"}}),
        (f"/projects/{project}/branches/{child}/roles", {"role": {"name": "needs_compute"}}),
    ):
        assert neon.status("POST", path, body) == 404, (path, body)


LIMITS: list[tuple[str, dict[str, Any]]] = [
    ("free", {"history_retention_seconds": 21_601}),
    ("launch", {"history_retention_seconds": 604_801}),
    ("scale", {"history_retention_seconds": 2_592_001}),
    ("launch", {"settings": {"allowed_ips": {"ips": ["203.0.113.0/24"]}}}),
    ("free", {"default_endpoint_settings": {"autoscaling_limit_max_cu": 4}}),
]


@pytest.mark.parametrize(("plan", "fields"), LIMITS)
def test_what_the_plan_lacks_is_refused_and_nothing_is_made(plan: str, fields: dict[str, Any]) -> None:
    with Caller(plan=plan) as neon:
        response = neon.ask("POST", "/projects", {"project": {"name": "shop", **fields}})
        assert response.status_code == 400
        assert not any(neon.service.objects().values())


def test_root_and_protected_branches_are_counted() -> None:
    with Caller(plan="free") as neon:
        made = neon.project()
        project = made["project"]["id"]
        assert made["project"]["history_retention_seconds"] == 21_600
        for n in range(2):
            neon.branch(project, f"root{n}", init_source="schema-only")
        path = f"/projects/{project}/branches"
        assert neon.status("POST", path, {"branch": {"name": "root3", "init_source": "schema-only"}}) == 422
        assert neon.status("PATCH", f"{path}/{made['branch']['id']}", {"branch": {"protected": True}}) == 422
        schedule = {"schedule": [{"frequency": "daily", "retention_seconds": 3600}]}
        assert neon.status("PUT", f"{path}/{made['branch']['id']}/backup_schedule", schedule) == 400


@pytest.mark.parametrize(
    "item", [{"frequency": "hourly"}, {"frequency": "daily", "retention_seconds": 3_024_001}, {"frequency": "yearly"}]
)
def test_a_schedule_neon_does_not_know_is_refused(neon: Caller, main: str, item: dict[str, Any]) -> None:
    assert neon.status("PUT", f"{main}/backup_schedule", {"schedule": [item]}) == 400
    assert neon.get(f"{main}/backup_schedule") == {"schedule": []}


@pytest.mark.parametrize(("how", "object_", "array"), [("object", 200, 400), ("array", 400, 200), ("never", 400, 400)])
def test_a_schedule_is_cleared_in_the_way_that_is_switched_on(how: str, object_: int, array: int) -> None:
    with Caller(clear_schedule=how) as neon:
        made = neon.project()
        path = f"/projects/{made['project']['id']}/branches/{made['branch']['id']}/backup_schedule"
        assert neon.status("PUT", path, {"schedule": []}) == object_
        assert neon.status("PUT", path, []) == array
