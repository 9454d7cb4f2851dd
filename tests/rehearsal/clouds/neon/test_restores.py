"""Going back at the local Neon: from a snapshot, and in a branch's own history."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.clouds.neon.conftest import Caller, Document
from tests.rehearsal.clouds.neon.test_snapshots import in_days, schedule, take

DAY = 86_400


def branches(neon: Caller, project: str) -> dict[str, Document]:
    return {branch["name"]: branch for branch in neon.get(f"/projects/{project}/branches")["branches"]}


def endpoint_of(neon: Caller, project: str) -> Document:
    (endpoint,) = neon.get(f"/projects/{project}/endpoints")["endpoints"]
    return endpoint  # type: ignore[no-any-return]


def databases(neon: Caller, project: str, branch: str) -> list[str]:
    listed = neon.get(f"/projects/{project}/branches/{branch}/databases")["databases"]
    return [database["name"] for database in listed]


def restore(neon: Caller, project: str, snapshot: str, **body: Any) -> Document:
    return neon.post(f"/projects/{project}/snapshots/{snapshot}/restore", body)  # type: ignore[no-any-return]


def test_a_snapshot_becomes_a_branch_of_its_own_and_nothing_else_changes(neon: Caller, project: str, main: str) -> None:
    snapshot = take(neon, main)["snapshot"]["id"]
    neon.post(f"{main}/databases", {"database": {"name": "later", "owner_name": "neondb_owner"}})
    before = branches(neon, project)["main"]
    answer = restore(neon, project, snapshot, name="drill")
    made = answer["branch"]
    assert (made["name"], made["restored_from"], made["restore_status"]) == ("drill", snapshot, "restored")
    assert not {"parent_id", "restored_as"} & set(made)
    assert not made["default"]
    assert answer["endpoints"] == []
    assert databases(neon, project, made["id"]) == ["neondb"]
    assert databases(neon, project, before["id"]) == ["neondb", "later"]
    assert branches(neon, project)["main"] == before
    assert neon.status("DELETE", f"/projects/{project}/branches/{made['id']}") == 200


def test_a_restored_branch_has_the_passwords_of_the_snapshot(neon: Caller, project: str, main: str) -> None:
    def password(branch: str) -> str:
        return str(neon.get(f"{branch}/roles/neondb_owner/reveal_password")["password"])

    old = password(main)
    snapshot = take(neon, main)["snapshot"]["id"]
    neon.post(f"{main}/roles/neondb_owner/reset_password")
    made = restore(neon, project, snapshot)["branch"]["id"]
    assert password(main) != old
    assert password(f"/projects/{project}/branches/{made}") == old


def test_a_restore_may_come_with_an_endpoint() -> None:
    with Caller(restore_makes_endpoint=True) as neon:
        made = neon.project()
        project = made["project"]["id"]
        snapshot = take(neon, f"/projects/{project}/branches/{made['branch']['id']}")["snapshot"]["id"]
        answer = restore(neon, project, snapshot)
        assert [endpoint["branch_id"] for endpoint in answer["endpoints"]] == [answer["branch"]["id"]]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_finished_restore_takes_name_computes_protection_and_default(
    neon: Caller, project: str, main: str, at_once: bool
) -> None:
    old, endpoint = main.rsplit("/", 1)[1], endpoint_of(neon, project)
    neon.ask("PATCH", main, {"branch": {"protected": True}})
    neon.branch(project, "child")
    snapshot = take(neon, main)["snapshot"]["id"]
    made = restore(neon, project, snapshot, finalize_restore=at_once)["branch"]["id"]
    path = f"/projects/{project}/branches/{made}"
    if not at_once:
        assert set(neon.post(f"{path}/finalize_restore")) == {"operations"}
    found = branches(neon, project)
    new, kept = found["main"], found["main (old)"]
    assert (new["id"], new["restored_as"], new["restore_status"]) == (made, old, "finalized")
    assert (new["default"], new["protected"]) == (True, True)
    assert (kept["id"], kept["default"], kept["protected"]) == (old, False, False)
    moved = endpoint_of(neon, project)
    assert (moved["id"], moved["host"], moved["branch_id"]) == (endpoint["id"], endpoint["host"], made)
    assert found["child"]["parent_id"] == old
    assert neon.get(path)["branch"]["id"] == made
    assert [snapshot["source_branch_id"] for snapshot in neon.get(f"/projects/{project}/snapshots")["snapshots"]] == [
        old
    ]
    assert neon.status("POST", f"{path}/finalize_restore") == 422


def test_the_branch_that_is_replaced_takes_the_name_it_is_given(neon: Caller, project: str, main: str) -> None:
    snapshot = take(neon, main)["snapshot"]["id"]
    made = restore(neon, project, snapshot)["branch"]["id"]
    neon.post(f"/projects/{project}/branches/{made}/finalize_restore", {"name": "before"})
    assert set(branches(neon, project)) == {"main", "before"}
    second = restore(neon, project, snapshot, target_branch_id=made, finalize_restore=True)["branch"]
    assert (second["name"], second["restored_as"]) == ("main", made)
    assert set(branches(neon, project)) == {"main", "before", "main (old)"}


@pytest.mark.parametrize("follows", [True, False])
def test_whether_a_schedule_follows_is_switched(follows: bool) -> None:
    with Caller(schedule_follows=follows) as neon:
        made = neon.project()
        project = made["project"]["id"]
        main = f"/projects/{project}/branches/{made['branch']['id']}"
        item = {"frequency": "daily", "retention_seconds": 5 * DAY}
        schedule(neon, main, item)
        new = restore(neon, project, take(neon, main)["snapshot"]["id"], finalize_restore=True)["branch"]["id"]
        path = f"/projects/{project}/branches/{new}/backup_schedule"
        assert neon.get(path) == {"schedule": [item] if follows else []}
        assert neon.get(f"{main}/backup_schedule") == {"schedule": [] if follows else [item]}


def test_a_branch_of_a_snapshot_has_no_history_to_go_back_in(neon: Caller, project: str, main: str) -> None:
    made = restore(neon, project, take(neon, main)["snapshot"]["id"], finalize_restore=True)["branch"]["id"]
    body = {"source_branch_id": made, "source_timestamp": in_days(neon, 0), "preserve_under_name": "kept"}
    assert neon.status("POST", f"/projects/{project}/branches/{made}/restore", body) == 422


def test_a_restored_branch_counts_as_a_root_branch() -> None:
    with Caller(plan="free") as neon:
        made = neon.project()
        project = made["project"]["id"]
        snapshot = take(neon, f"/projects/{project}/branches/{made['branch']['id']}")["snapshot"]["id"]
        for _ in range(2):
            restore(neon, project, snapshot)
        assert neon.status("POST", f"/projects/{project}/snapshots/{snapshot}/restore") == 422


# ---- in its own history ------------------------------------------------------------------------------------------


def test_a_branch_goes_back_keeps_its_computes_and_its_present_state_under_a_name() -> None:
    for keeps_id in (True, False):
        with Caller(restore_keeps_id=keeps_id) as neon:
            project = neon.project()["project"]["id"]
            old = branches(neon, project)["main"]["id"]
            neon.branch(project, "child")
            endpoint = endpoint_of(neon, project)
            neon.service.advance(3600)
            body = {
                "source_branch_id": old,
                "source_timestamp": in_days(neon, -0.01),
                "preserve_under_name": "main_old",
            }
            answer = neon.post(f"/projects/{project}/branches/{old}/restore", body)
            found = branches(neon, project)
            assert set(found) == {"main", "main_old", "child"}
            assert (found["main"]["id"] == old, found["main_old"]["id"] == old) == (keeps_id, not keeps_id)
            assert answer["branch"]["id"] == found["main"]["id"]
            assert (found["main"]["default"], found["main_old"]["default"]) == (True, False)
            assert "parent_id" not in found["main"]
            assert found["child"]["parent_id"] == found["main_old"]["id"]
            assert endpoint_of(neon, project)["host"] == endpoint["host"]
            assert endpoint_of(neon, project)["branch_id"] == found["main"]["id"]
            for name in ("main", "main_old"):
                assert databases(neon, project, found[name]["id"]) == ["neondb"]


def test_a_child_is_reset_to_its_parent_and_lives_as_long_again(neon: Caller, project: str, main: str) -> None:
    child = neon.branch(project, expires_at=in_days(neon, 2))
    path = f"/projects/{project}/branches/{child['id']}"
    neon.post(f"{main}/databases", {"database": {"name": "later", "owner_name": "neondb_owner"}})
    neon.service.advance(DAY)
    answer = neon.post(f"{path}/restore", {"source_branch_id": main.rsplit("/", 1)[1]})
    assert databases(neon, project, child["id"]) == ["neondb", "later"]
    assert {"last_reset_at", "expires_at"} <= set(answer["branch"])
    neon.service.advance(1.5 * DAY)
    assert neon.status("GET", path) == 200
    neon.service.advance(DAY)
    assert neon.status("GET", path) == 404


def test_a_point_and_a_name_are_required_where_neon_needs_them(neon: Caller, project: str, main: str) -> None:
    own = main.rsplit("/", 1)[1]
    child = neon.branch(project)["id"]
    now = in_days(neon, 0)
    for branch, body, status in (
        (own, {"source_branch_id": own, "preserve_under_name": "kept"}, 400),
        (own, {"source_branch_id": own, "source_timestamp": now}, 400),
        (own, {"source_branch_id": child}, 400),
        (own, {"source_branch_id": own, "source_timestamp": in_days(neon, -9), "preserve_under_name": "kept"}, 400),
        (own, {"source_branch_id": own, "source_timestamp": now, "preserve_under_name": "preview"}, 409),
        (own, {"source_branch_id": "br-none-1"}, 404),
    ):
        assert neon.status("POST", f"/projects/{project}/branches/{branch}/restore", body) == status, body
    assert set(branches(neon, project)) == {"main", "preview"}
