"""A project's life at Neon."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from neon_provider import errors
from neon_provider.convert import Properties, is_unknown, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import DATABASE, PROJECT, ROLE, Made, Neon

WHOLE: Properties = {
    "name": "shop",
    "regionId": "aws-eu-central-1",
    "pgVersion": 16,
    "historyRetentionSeconds": 604_800,
    "defaultBranch": {"name": "production", "protected": True, "roleName": "shop_owner", "databaseName": "shop"},
    "defaultEndpoint": {"name": "primary", "minCu": 0.5, "maxCu": 2, "suspendTimeoutSeconds": 300},
    "endpointDefaults": {"minCu": 0.25, "maxCu": 1, "suspendTimeoutSeconds": 60, "pgSettings": {"work_mem": "8MB"}},
    "allowedIps": ["203.0.113.0/24"],
    "allowedIpsProtectedOnly": True,
    "blockVpcConnections": True,
    "maintenanceWindow": {"weekdays": [7], "startTime": "02:00", "endTime": "04:00"},
    "quota": {"activeTimeSeconds": 3600},
    "auditLogLevel": "extended",
    "preloadLibraries": {"useDefaults": True, "enabledLibraries": ["timescaledb"]},
    "deletionProtection": False,
}
SECRET = {"password", "connectionUri", "pooledConnectionUri"}


def live(neon: Neon, project: Made) -> dict[str, Any]:
    """The project as Neon has it."""
    return neon.ask("GET", f"/projects/{project.id}").json()["project"]  # type: ignore[no-any-return]


def test_a_preview_asks_nobody_and_knows_only_the_inputs(neon: Neon) -> None:
    planned = neon.preview(PROJECT, WHOLE)
    assert {key for key, value in to_plain(planned).items() if is_unknown(value)} == {
        "projectId",
        "defaultBranchId",
        "defaultEndpointId",
        "host",
        "poolerHost",
        "databaseName",
        "roleName",
        "password",
        "connectionUri",
        "pooledConnectionUri",
        "createdAt",
        "subscriptionType",
    }
    assert set(WHOLE) == {key for key, value in to_plain(planned).items() if not is_unknown(value)}
    assert neon.service.requests == []


def test_the_least_project_comes_with_all_that_clients_need(neon: Neon) -> None:
    made = neon.project()
    state = made.state
    assert state["projectId"] == made.id
    assert state["defaultBranchId"].startswith("br-")
    assert state["defaultEndpointId"].startswith("ep-")
    assert (state["databaseName"], state["roleName"]) == ("neondb", "neondb_owner")
    assert state["poolerHost"] == state["host"].replace(".", "-pooler.", 1)
    assert state["subscriptionType"] == "scale_v3"
    uri, pooled = urlsplit(state["connectionUri"]), urlsplit(state["pooledConnectionUri"])
    assert (uri.hostname, pooled.hostname) == (state["host"], state["poolerHost"])
    assert (uri.username, unquote(uri.password or ""), uri.path) == ("neondb_owner", state["password"], "/neondb")
    assert uri.query == "sslmode=require"
    assert made.secret == SECRET


def test_everything_asked_for_is_what_neon_has_and_the_next_diff_is_empty(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    assert not neon.diff(made, WHOLE).changes
    found = live(neon, made)
    assert (found["pg_version"], found["history_retention_seconds"]) == (16, 604_800)
    assert found["settings"]["allowed_ips"] == {"ips": ["203.0.113.0/24"], "protected_branches_only": True}
    assert found["settings"]["quota"]["active_time_seconds"] == 3600
    assert found["settings"]["maintenance_window"]["start_time"] == "02:00"
    objects = neon.service.objects()
    (branch,), (endpoint,) = objects["branch"], objects["endpoint"]
    assert (branch["name"], branch["protected"]) == ("production", True)
    assert (endpoint["name"], endpoint["autoscaling_limit_max_cu"]) == ("primary", 2)
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, WHOLE, made.state)


def test_a_project_without_stored_passwords_keeps_the_one_it_was_made_with(neon: Neon) -> None:
    made = neon.project(storePasswords=False)
    assert made.state["password"]
    neon.restart()
    again = neon.read(made)
    assert again
    assert again.state["password"] == made.state["password"]
    imported = neon.import_(PROJECT, made.id)
    assert imported
    assert (imported.state["password"], imported.state["connectionUri"]) == ("", "")


def test_a_password_with_any_characters_is_encoded_in_the_uris(neon: Neon, project: Made) -> None:
    neon.service.by_hand("role", f"{project.state['defaultBranchId']}/neondb_owner", password="a/b@c:d %")
    again = neon.read(project)
    assert again
    assert "neondb_owner:a%2Fb%40c%3Ad%20%25@" in again.state["connectionUri"]


def test_a_computed_endpoint_or_database_that_is_gone_does_not_break_a_refresh(neon: Neon, project: Made) -> None:
    branch = project.state["defaultBranchId"]
    neon.service.by_hand("endpoint", project.state["defaultEndpointId"])
    neon.service.by_hand("database", f"{branch}/neondb")
    neon.service.by_hand("role", f"{branch}/neondb_owner")
    neon.restart()
    again = neon.read(project)
    assert again
    assert [again.state[key] for key in ("defaultEndpointId", "host", "connectionUri", "databaseName", "roleName")] == [
        ""
    ] * 5


def test_the_default_role_and_database_stay_the_first_ones_when_others_come(neon: Neon, project: Made) -> None:
    neon.create(ROLE, neon.on_default(project, name="aaa"))
    neon.create(DATABASE, neon.on_default(project, name="aaa", ownerName="aaa"))
    again = neon.read(project)
    assert again
    assert (again.state["roleName"], again.state["databaseName"]) == ("neondb_owner", "neondb")


# ---- update ------------------------------------------------------------------------------------------------------

CHANGES: list[Properties] = [
    {"name": "store"},
    {"historyRetentionSeconds": 3600},
    {"defaultBranch": {**WHOLE["defaultBranch"], "name": "trunk"}},
    {"defaultBranch": {**WHOLE["defaultBranch"], "protected": False}},
    {"defaultEndpoint": {"minCu": 1, "maxCu": 4, "pgSettings": {"work_mem": "16MB"}}},
    {"endpointDefaults": {"maxCu": 3}},
    {"allowedIps": []},
    {"allowedIps": ["203.0.113.9"]},
    {"allowedIpsProtectedOnly": False},
    {"blockPublicConnections": True},
    {"logicalReplication": True},
    {"maintenanceWindow": {"weekdays": [1, 2], "startTime": "23:00", "endTime": "00:00"}},
    {"quota": {"activeTimeSeconds": 0, "writtenDataBytes": 10}},
    {"auditLogLevel": "full"},
    {"preloadLibraries": {"useDefaults": False, "enabledLibraries": []}},
    {"deletionProtection": True},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_change_is_made_in_place_and_the_next_diff_is_empty(neon: Neon, change: Properties) -> None:
    made, wanted = neon.create(PROJECT, WHOLE), {**WHOLE, **change}
    diff = neon.diff(made, wanted)
    assert (diff.diffs, diff.replaces) == (list(change), [])
    after = neon.update(made, wanted)
    assert not neon.diff(after, wanted).changes
    assert after.secret == SECRET
    neon.restart()
    again = neon.read(after)
    assert again
    assert (again.inputs, again.state) == (wanted, after.state)


def test_a_change_is_one_request_with_the_changed_fields_only(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    before = len(neon.changes())
    neon.update(made, {**WHOLE, "name": "store", "historyRetentionSeconds": 3600})
    assert neon.changes()[before:] == [f"PATCH /projects/{made.id}"]


def test_a_setting_of_ours_alone_is_kept_without_a_change_at_neon(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    before = len(neon.changes())
    assert neon.update(made, {**WHOLE, "deletionProtection": True}).state["deletionProtection"] is True
    assert neon.changes()[before:] == []


def test_what_is_left_out_goes_back_to_neons_default(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    least = {"name": "shop", "regionId": "aws-eu-central-1", "defaultBranch": WHOLE["defaultBranch"]}
    after = neon.update(made, least)
    assert not neon.diff(after, least).changes
    found = live(neon, made)
    assert found["history_retention_seconds"] == 86_400
    assert found["settings"]["allowed_ips"] == {"ips": [], "protected_branches_only": False}
    assert set(found["settings"]["quota"].values()) == {0}
    assert found["settings"]["block_vpc_connections"] is False
    assert found["settings"]["audit_log_level"] == "base"


def test_a_limit_left_out_of_the_quota_goes_back_to_none(neon: Neon) -> None:
    made = neon.project(quota={"activeTimeSeconds": 3600, "writtenDataBytes": 10})
    neon.update(made, {**made.inputs, "quota": {"writtenDataBytes": 10}})
    quota = live(neon, made)["settings"]["quota"]
    assert (quota["active_time_seconds"], quota["written_data_bytes"]) == (0, 10)


def test_a_project_that_is_gone_cannot_be_updated(neon: Neon, project: Made) -> None:
    neon.ask("DELETE", f"/projects/{project.id}")
    with pytest.raises((errors.PartialFailure, errors.NotFound)):
        neon.update(project, {**project.inputs, "name": "store"})


def test_a_refused_update_leaves_the_state_as_it_was_so_that_the_next_run_asks_again(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    neon.faults(Fault("refuse", "PATCH", status=400, message="no such window"))
    wanted = {**WHOLE, "historyRetentionSeconds": 3600}
    with pytest.raises(errors.PartialFailure, match="no such window") as caught:
        neon.update(made, wanted)
    assert caught.value.resource_id == made.id
    assert caught.value.properties["historyRetentionSeconds"].value == 604_800
    assert caught.value.properties["password"].is_secret
    assert caught.value.properties["projectId"].value == made.id


# ---- read, import, delete ----------------------------------------------------------------------------------------


def test_what_a_person_changed_is_seen(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    neon.service.by_hand("project", made.id, name="renamed", history_retention_seconds=0)
    neon.service.by_hand("branch", made.state["defaultBranchId"], protected=False)
    neon.restart()
    again = neon.read(made)
    assert again
    diff = neon.diff(again, WHOLE)
    assert set(diff.diffs or []) == {"name", "historyRetentionSeconds", "defaultBranch"}
    assert diff.replaces == []
    mended = neon.update(again, WHOLE)
    assert not neon.diff(mended, WHOLE).changes
    assert live(neon, made)["name"] == "shop"


def test_what_the_program_leaves_out_is_not_watched(neon: Neon, project: Made) -> None:
    neon.service.by_hand("project", project.id, history_retention_seconds=0)
    neon.restart()
    again = neon.read(project)
    assert again
    assert again.inputs == project.inputs
    assert not neon.diff(again, project.inputs).changes


def test_an_import_gives_the_inputs_that_declare_the_project(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    neon.restart()
    imported = neon.import_(PROJECT, made.id)
    assert imported
    expected = {key: value for key, value in WHOLE.items() if key != "deletionProtection"}
    for key, value in expected.items():
        held = imported.inputs[key]
        assert held == value if not isinstance(value, dict) else value.items() <= held.items(), key
    assert imported.secret == SECRET
    assert imported.state["password"] == made.state["password"]
    assert neon.check(PROJECT, imported.inputs) == {}
    assert not neon.diff(imported, imported.inputs).changes


def test_declaring_what_was_unmanaged_as_it_is_replaces_nothing(neon: Neon, project: Made) -> None:
    wanted = {**project.inputs, "pgVersion": 17, "storePasswords": True, "orgId": project.state["orgId"]}
    assert neon.diff(project, wanted).replaces == []
    assert neon.diff(project, {**wanted, "pgVersion": 16}).replaces == ["pgVersion"]


def test_the_least_program_over_an_imported_project_changes_nothing(neon: Neon, project: Made) -> None:
    imported = neon.import_(PROJECT, project.id)
    assert imported
    assert not neon.diff(imported, {"name": "shop", "regionId": "aws-eu-central-1"}).changes


def test_a_retention_left_out_goes_back_to_what_the_plan_has() -> None:
    with Neon(config={"plan": "free"}, plan="free") as neon:
        made = neon.project(historyRetentionSeconds=3600)
        neon.update(made, {"name": "shop", "regionId": "aws-eu-central-1"})
        assert live(neon, made)["history_retention_seconds"] == 21_600


@pytest.mark.parametrize("gone", ["quiet-river-00000000", "deleted"])
def test_a_project_that_is_gone_has_no_id(neon: Neon, project: Made, gone: str) -> None:
    if gone == "deleted":
        neon.ask("DELETE", f"/projects/{project.id}")
        neon.restart()
        assert neon.read(project) is None
    assert neon.import_(PROJECT, project.id if gone == "deleted" else gone) is None


@pytest.mark.parametrize("wrong", ["", "Shop", "a/b", "shop project"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="project id"):
        neon.import_(PROJECT, wrong)
    assert neon.service.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_what_may_not_be_read_is_never_taken_for_gone(neon: Neon, project: Made, status: int) -> None:
    neon.restart()
    neon.faults(Fault("refuse", "GET", status=status))
    with pytest.raises(errors.NeonError):
        neon.read(project)


def test_a_protected_project_is_not_deleted_and_neon_is_not_asked(neon: Neon, project: Made) -> None:
    before = len(neon.service.requests)
    with pytest.raises(errors.Protected, match="set deletionProtection to false"):
        neon.delete(project)
    assert len(neon.service.requests) == before


def test_a_deleted_project_can_be_recovered_and_deleting_it_twice_is_done(neon: Neon) -> None:
    made = neon.project(deletionProtection=False)
    neon.delete(made)
    assert neon.service.objects()["project"] == []
    neon.delete(made)
    assert neon.ask("POST", f"/projects/{made.id}/recover").status_code == 200
    neon.restart()
    assert neon.read(made)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, status: int) -> None:
    made = neon.project(deletionProtection=False)
    neon.faults(Fault("refuse", "DELETE", status=status))
    with pytest.raises(errors.NeonError):
        neon.delete(made)
    assert len(neon.service.objects()["project"]) == 1


def test_a_project_with_a_protected_branch_stays(neon: Neon) -> None:
    made = neon.create(PROJECT, WHOLE)
    with pytest.raises(errors.Invalid, match="protected branches"):
        neon.delete(made)


# ---- half done ---------------------------------------------------------------------------------------------------


def half_done(neon: Neon, inputs: Properties, *faults: Fault) -> Made:
    """What the state holds after a create that failed once the project existed."""
    neon.faults(*faults)
    with pytest.raises(errors.PartialFailure) as caught:
        neon.create(PROJECT, inputs)
    neon.faults()
    return Made(PROJECT, "it", caught.value.resource_id, inputs, to_plain(caught.value.properties))


def test_a_create_whose_operation_failed_keeps_the_id_and_the_password(neon: Neon) -> None:
    kept = half_done(neon, {**WHOLE, "storePasswords": False}, Fault("operation-fails", "POST", "/projects"))
    (found,) = neon.service.objects()["project"]
    assert kept.id == found["id"]
    assert kept.state["password"]
    after = neon.update(kept, kept.inputs)
    assert after.state["password"] == kept.state["password"]


@pytest.mark.parametrize("where", ["/projects/[^/]+/branches/[^/]+", "/projects/[^/]+/endpoints/[^/]+"])
def test_the_update_after_a_half_done_create_completes_it(neon: Neon, where: str) -> None:
    kept = half_done(neon, WHOLE, Fault("refuse", "PATCH", where, status=400))
    after = neon.update(kept, WHOLE)
    assert not neon.diff(after, WHOLE).changes
    (branch,), (endpoint,) = neon.service.objects()["branch"], neon.service.objects()["endpoint"]
    assert branch["protected"]
    assert endpoint["autoscaling_limit_max_cu"] == 2


def test_a_create_waits_for_the_operations_before_the_endpoint_is_changed() -> None:
    with Neon(operation_seconds=3) as neon:
        made = neon.create(PROJECT, WHOLE)
        assert not neon.diff(made, WHOLE).changes
        assert {request.status for request in neon.service.requests} <= {200, 201}
