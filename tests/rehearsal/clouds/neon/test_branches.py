"""Branches of the local Neon: what is taken over, listed, refused, deleted and recovered."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.clouds.store import Store
from tests.rehearsal.clouds.neon.conftest import Caller, Document
from tests.rehearsal.clouds.neon.test_snapshots import in_days, schedule, take

DAY = 86_400


def names(neon: Caller, project: str, **query: Any) -> list[str]:
    return [branch["name"] for branch in neon.get(f"/projects/{project}/branches", **query)["branches"]]


# ---- making ------------------------------------------------------------------------------------------------------


def test_a_branch_is_of_the_default_one_and_says_where_it_began(neon: Caller, project: str, main: str) -> None:
    made = neon.branch(project)
    assert made["parent_id"] == main.rsplit("/", 1)[1]
    assert {"parent_lsn", "parent_timestamp"} <= set(made)
    assert "expires_at" not in made
    neon.service.advance(60)
    again = neon.branch(project, "again", parent_lsn=made["parent_lsn"])
    assert again["parent_lsn"] == made["parent_lsn"]


def test_a_branch_with_endpoints_says_how_to_connect(neon: Caller, project: str) -> None:
    body = {"branch": {"name": "preview"}, "endpoints": [{"type": "read_write"}, {"type": "read_only"}]}
    made = neon.post(f"/projects/{project}/branches", body)
    assert [endpoint["type"] for endpoint in made["endpoints"]] == ["read_write", "read_only"]
    assert [operation["action"] for operation in made["operations"]] == [
        "create_branch",
        "start_compute",
        "start_compute",
    ]
    assert [role["name"] for role in made["roles"]] == ["neondb_owner"]
    hosts = [uri["connection_parameters"]["host"] for uri in made["connection_uris"]]
    assert hosts == [endpoint["host"] for endpoint in made["endpoints"]]


def test_a_branch_is_made_ready_by_its_operation() -> None:
    with Caller(operation_seconds=30) as neon:
        project = neon.project()["project"]["id"]
        neon.service.advance(31)
        made = neon.branch(project, archived=True)
        assert (made["current_state"], made["pending_state"]) == ("init", "archived")
        neon.service.advance(31)
        found = neon.get(f"/projects/{project}/branches/{made['id']}")["branch"]
        assert found["current_state"] == "archived"
        assert "pending_state" not in found


@pytest.mark.parametrize("told", [True, False])
def test_a_branch_of_schema_alone_is_a_root_one(told: bool) -> None:
    with Caller(schema_only_parent=told) as neon:
        made = neon.project()
        project, main = made["project"]["id"], made["branch"]["id"]
        root = neon.branch(project, init_source="schema-only")
        assert root.get("parent_id") == (main if told else None)
        take(neon, f"/projects/{project}/branches/{root['id']}")
        other = neon.branch(project, "third")["id"]
        neon.post(f"/projects/{project}/branches/{other}/set_as_default")
        assert neon.status("DELETE", f"/projects/{project}/branches/{main}") == 422
        assert neon.status("DELETE", f"/projects/{project}/branches/{root['id']}") == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"init_source": "import"}, 400),
        ({"init_source": "parent-schema"}, 400),
        ({"parent_timestamp": "2020-01-01T00:00:00Z"}, 400),
        ({"parent_timestamp": "soon"}, 400),
        ({"parent_lsn": "7"}, 400),
        ({"parent_lsn": "FF/0"}, 400),
        ({"parent_lsn": "1/0", "parent_timestamp": "2026-11-25T00:00:00Z"}, 400),
        ({"name": "x" * 257}, 400),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
        ({"archived": True, "protected": True}, 422),
    ],
)
def test_a_branch_neon_would_not_make_is_not_made(neon: Caller, project: str, fields: Document, status: int) -> None:
    assert neon.status("POST", f"/projects/{project}/branches", {"branch": {"name": "x", **fields}}) == status
    assert names(neon, project) == ["main"]


def test_the_branches_of_a_project_are_counted_by_its_plan() -> None:
    for keeps_place, status in ((False, 201), (True, 422)):
        with Caller(plan="free", deleted_keeps_place=keeps_place) as neon:
            project = neon.project()["project"]["id"]
            made = [neon.branch(project, f"b{n}")["id"] for n in range(9)]
            path = f"/projects/{project}/branches"
            assert neon.status("POST", path, {"branch": {"name": "more"}}) == 422
            neon.ask("DELETE", f"{path}/{made[0]}")
            assert neon.status("POST", path, {"branch": {"name": "more"}}) == status


def test_a_creation_looks_at_no_more_objects_when_there_are_many(
    neon: Caller, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(60):
        neon.branch(project, f"b{n}")
    sizes: list[int] = []
    real = Store.find

    def find(store: Store, kind: str, match: Any) -> Any:
        found = real(store, kind, match)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(Store, "find", find)
    neon.branch(project, "last")
    assert max(sizes) == 1


# ---- changing ----------------------------------------------------------------------------------------------------


def test_an_expiry_is_refused_where_it_cannot_be(neon: Caller, project: str, main: str) -> None:
    child = neon.branch(project)["id"]
    neon.branch(project, "grandchild", parent_id=child)
    other = neon.branch(project, "other", expires_at=in_days(neon, 1))["id"]
    path = f"/projects/{project}/branches"
    expiry = {"branch": {"expires_at": in_days(neon, 1)}}
    assert neon.status("PATCH", f"{path}/{child}", expiry) == 422
    assert neon.status("PATCH", main, expiry) == 422
    assert neon.status("PATCH", f"{path}/{other}", {"branch": {"protected": True}}) == 422
    assert neon.status("POST", f"{path}/{other}/set_as_default") == 422
    assert neon.status("POST", path, {"branch": {"name": "x", "parent_id": other}}) == 422
    assert neon.status("PATCH", f"{path}/{other}", {"branch": {"expires_at": in_days(neon, 31)}}) == 400
    assert neon.status("PATCH", f"{path}/{other}", {"branch": {"expires_at": None, "protected": True}}) == 200


# ---- deleting and recovering -------------------------------------------------------------------------------------


def test_a_deleted_branch_comes_back_with_all_that_stood_on_it(neon: Caller, project: str) -> None:
    made = neon.post(
        f"/projects/{project}/branches", {"branch": {"name": "preview"}, "endpoints": [{"type": "read_write"}]}
    )
    branch = made["branch"]["id"]
    path = f"/projects/{project}/branches/{branch}"
    neon.post(f"{path}/roles", {"role": {"name": "app"}})
    password = neon.get(f"{path}/roles/app/reveal_password")
    assert neon.status("DELETE", path) == 200
    assert names(neon, project) == ["main"]
    assert [endpoint["branch_id"] == branch for endpoint in neon.service.objects()["endpoint"]] == [False]
    assert neon.status("GET", f"{path}/roles") == 404
    listed = neon.get(f"/projects/{project}/branches", include_deleted="true")["branches"]
    (deleted,) = [found for found in listed if found["id"] == branch]
    assert deleted["recovery"]["deletion_method"] == "user"
    back = neon.post(f"{path}/recover")
    assert [endpoint["id"] for endpoint in back["endpoints"]] == [made["endpoints"][0]["id"]]
    assert back["endpoints"][0]["current_state"] == "idle"
    assert neon.get(f"{path}/roles/app/reveal_password") == password
    assert "recovery" not in neon.get(path)["branch"]
    assert neon.status("POST", f"{path}/recover") == 404


def test_a_branch_is_recovered_for_seven_days_and_lives_on(neon: Caller, project: str) -> None:
    first = neon.branch(project, expires_at=in_days(neon, 1))["id"]
    second = neon.branch(project, "second", expires_at=in_days(neon, 1))["id"]
    path = f"/projects/{project}/branches"
    neon.service.advance(DAY + 60)
    listed = neon.get(path, include_deleted="true")["branches"]
    assert {branch["recovery"]["deletion_method"] for branch in listed if branch["name"] != "main"} == {"ttl"}
    assert "expires_at" not in neon.post(f"{path}/{first}/recover")["branch"]
    neon.service.advance(7 * DAY)
    assert neon.status("GET", f"{path}/{first}") == 200
    assert neon.status("POST", f"{path}/{second}/recover") == 404
    assert names(neon, project, include_deleted="true") == ["preview", "main"]


def test_a_branch_deleted_for_good_is_gone(neon: Caller, project: str) -> None:
    path = f"/projects/{project}/branches/{neon.branch(project)['id']}"
    assert neon.ask("DELETE", path, hard_delete="true").status_code == 200
    assert neon.status("POST", f"{path}/recover") == 404
    assert neon.status("DELETE", path) == 204


@pytest.mark.parametrize("keeps", [True, False])
def test_whether_a_deleted_branch_keeps_its_name_is_switched(keeps: bool) -> None:
    with Caller(deleted_keeps_name=keeps) as neon:
        project = neon.project()["project"]["id"]
        gone = neon.branch(project)["id"]
        path = f"/projects/{project}/branches"
        neon.ask("DELETE", f"{path}/{gone}")
        assert neon.status("POST", path, {"branch": {"name": "preview"}}) == (409 if keeps else 201)
        assert neon.status("POST", f"{path}/{gone}/recover") == (200 if keeps else 409)


def test_a_branch_is_not_recovered_before_its_parent(neon: Caller, project: str) -> None:
    parent = neon.branch(project)["id"]
    child = neon.branch(project, "child", parent_id=parent)["id"]
    path = f"/projects/{project}/branches"
    for branch in (child, parent):
        assert neon.status("DELETE", f"{path}/{branch}") == 200
    assert neon.status("POST", f"{path}/{child}/recover") == 422
    for branch in (parent, child):
        assert neon.status("POST", f"{path}/{branch}/recover") == 200


def test_a_recovered_branch_has_its_schedule_again(neon: Caller, project: str) -> None:
    path = f"/projects/{project}/branches/{neon.branch(project, init_source='schema-only')['id']}"
    schedule(neon, path, {"frequency": "daily", "retention_seconds": 30 * DAY})
    neon.ask("DELETE", path)
    neon.service.advance(2 * DAY)
    assert neon.get(f"/projects/{project}/snapshots")["snapshots"] == []
    neon.post(f"{path}/recover")
    neon.service.advance(DAY)
    assert len(neon.get(f"/projects/{project}/snapshots")["snapshots"]) == 1


# ---- listing -----------------------------------------------------------------------------------------------------


def test_a_listing_is_sorted_searched_and_paged(neon: Caller, project: str) -> None:
    made = {name: neon.branch(project, name)["id"] for name in ("c", "a", "b")}
    neon.ask("PATCH", f"/projects/{project}/branches/{made['c']}", {"branch": {"name": "cc"}})
    assert names(neon, project) == ["cc", "b", "a", "main"]
    assert names(neon, project, sort_by="name", sort_order="asc") == ["a", "b", "cc", "main"]
    assert names(neon, project, sort_by="created_at", sort_order="asc") == ["main", "cc", "a", "b"]
    assert names(neon, project, search="cc") == ["cc"]
    assert names(neon, project, search=made["a"]) == ["a"]
    path, found, cursor = f"/projects/{project}/branches", [], ""
    while True:
        answer = neon.get(path, limit=3, cursor=cursor, sort_by="name", sort_order="asc")
        found += [branch["name"] for branch in answer["branches"]]
        assert set(answer["annotations"]) == {branch["id"] for branch in answer["branches"]}
        if "pagination" not in answer:
            break
        cursor = answer["pagination"]["next"]
    assert found == ["a", "b", "cc", "main"]
    assert neon.get(f"{path}/count") == {"count": 4}
    assert neon.get(f"{path}/count", search="main") == {"count": 1}
    for query in ({"limit": 0}, {"limit": 10_001}, {"cursor": "x"}, {"sort_by": "size"}):
        assert neon.ask("GET", path, **query).status_code == 400, query


# ---- schemas -----------------------------------------------------------------------------------------------------


def test_schemas_of_two_branches_are_compared(neon: Caller, project: str, main: str) -> None:
    child = f"/projects/{project}/branches/{neon.branch(project)['id']}"
    assert neon.get(f"{child}/compare_schema", db_name="neondb") == {"diff": ""}
    key = f"{child.rsplit('/', 1)[1]}/neondb"
    neon.service.by_hand("database", key, _schema="CREATE TABLE orders (id bigint);\n")
    assert "CREATE TABLE orders" in neon.get(f"{child}/schema", db_name="neondb")["sql"]
    assert neon.get(f"{child}/schema", db_name="neondb", format="json")["json"] == {"tables": []}
    assert "\n+CREATE TABLE orders" in neon.get(f"{child}/compare_schema", db_name="neondb")["diff"]
    base = child.rsplit("/", 1)[1]
    assert "\n-CREATE TABLE orders" in neon.get(f"{main}/compare_schema", db_name="neondb", base_branch_id=base)["diff"]
    assert neon.ask("GET", f"{main}/compare_schema", db_name="neondb").status_code == 400
    assert neon.ask("GET", f"{main}/schema").status_code == 400
    assert neon.ask("GET", f"{main}/schema", db_name="none").status_code == 404
