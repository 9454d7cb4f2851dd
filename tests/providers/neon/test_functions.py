"""The plugin's functions at the local Neon: what they answer, what is secret, and what they say when there is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import Computed, PropertyValue

from neon_provider.errors import Invalid, NotFound, Unauthorized
from rehearsal.clouds.neon import Fault
from tests.providers.neon.asking import ask
from tests.providers.neon.harness import SCHEDULE, Made, Neon

ORGANIZATION = "org-brave-harbor-10000001"
MISSING = "quiet-river-99999999"


def test_a_project_is_told_as_its_resource_knows_it(neon: Neon, project: Made) -> None:
    found = ask(neon, "getProject", projectId=project.id).values
    same = ("defaultBranchId", "defaultEndpointId", "host", "poolerHost", "createdAt", "subscriptionType")
    assert {key: found[key] for key in same} == {key: project.state[key] for key in same}
    assert (found["projectId"], found["name"], found["regionId"]) == (project.id, "shop", "aws-eu-central-1")


def test_a_project_whose_default_branch_has_no_compute_has_no_host(neon: Neon, project: Made) -> None:
    neon.service.by_hand("endpoint", project.state["defaultEndpointId"])
    neon.restart()
    found = ask(neon, "getProject", projectId=project.id).values
    assert (found["defaultEndpointId"], found["host"], found["poolerHost"]) == ("", "", "")


def test_a_branch_is_found_by_its_whole_name(neon: Neon, project: Made) -> None:
    longer = neon.branch(project, name="preview-2")
    made = neon.branch(project, name="preview", ttlSeconds=3600)
    found = ask(neon, "getBranch", projectId=project.id, name="preview").values
    assert found["branchId"] == made.state["branchId"]
    assert found["branchId"] != longer.state["branchId"]
    assert found["parentId"] == project.state["defaultBranchId"]
    assert (found["default"], found["protected"], found["state"]) == (False, False, "ready")
    assert "expiresAt" in found


def test_a_name_that_no_branch_has_is_told_with_its_project(neon: Neon, project: Made) -> None:
    with pytest.raises(NotFound, match=rf"branch 'pre' of project {project.id}: there is none"):
        ask(neon, "getBranch", projectId=project.id, name="pre")


def test_branches_are_listed_all_or_by_a_text(neon: Neon, project: Made) -> None:
    neon.branch(project, name="preview-1")
    assert [b["name"] for b in ask(neon, "listBranches", projectId=project.id).values["branches"]] == [
        "main",
        "preview-1",
    ]
    found = ask(neon, "listBranches", projectId=project.id, search="preview").values["branches"]
    assert [branch["name"] for branch in found] == ["preview-1"]


def test_a_password_is_the_roles_and_secret(neon: Neon, project: Made) -> None:
    answer = ask(neon, "getRolePassword", **neon.on_default(project, name=project.state["roleName"]))
    assert answer.values == {"password": project.state["password"]}
    assert answer.secret == {"password"}


def test_a_password_that_is_not_stored_says_where_to_take_it_from(neon: Neon) -> None:
    project = neon.project(storePasswords=False)
    with pytest.raises(Invalid, match=r"does not store passwords.*passwordRotation"):
        ask(neon, "getRolePassword", **neon.on_default(project, name=project.state["roleName"]))


def test_a_schedule_is_told_as_it_is_set_and_as_nothing_before(neon: Neon, project: Made) -> None:
    place = neon.on_default(project)
    assert ask(neon, "getBackupSchedule", **place).values == {"items": []}
    items = [
        {"frequency": "daily", "hour": 2, "retentionSeconds": 2_592_000},
        {"frequency": "weekly", "hour": 3, "day": 1, "retentionSeconds": 604_800},
    ]
    neon.create(SCHEDULE, {**place, "items": items})
    assert ask(neon, "getBackupSchedule", **place).values == {"items": items}


def test_operations_come_newest_first_and_no_more_than_asked_for(neon: Neon, project: Made) -> None:
    neon.branch(project, name="preview")
    found = ask(neon, "getOperations", projectId=project.id).values["operations"]
    moments = [operation["createdAt"] for operation in found]
    assert moments == sorted(moments, reverse=True)
    assert (found[0]["status"], found[0]["action"]) == ("finished", "create_branch")
    newest = ask(neon, "getOperations", projectId=project.id, limit=1).values["operations"]
    assert [operation["operationId"] for operation in newest] == [found[0]["operationId"]]


def test_regions_are_those_of_the_service(neon: Neon) -> None:
    regions = ask(neon, "getRegions").values["regions"]
    assert "aws-eu-central-1" in [region["regionId"] for region in regions]


def test_the_keys_own_organisation_needs_no_id(neon: Neon) -> None:
    found = ask(neon, "getOrganization").values
    assert (found["orgId"], found["plan"]) == (ORGANIZATION, "scale")
    assert ask(neon, "getOrganization", orgId=ORGANIZATION).values == found


def test_an_organisation_that_is_not_there_is_named(neon: Neon) -> None:
    with pytest.raises(NotFound, match="organisation org-late-lake-10000009: not found"):
        ask(neon, "getOrganization", orgId="org-late-lake-10000009")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("getProject", {}),
        ("getBranch", {"name": "main"}),
        ("listBranches", {}),
        ("getOperations", {}),
        ("getRolePassword", {"branchId": "br-late-sun-12345678", "name": "app"}),
        ("getBackupSchedule", {"branchId": "br-late-sun-12345678"}),
        ("getConnectionUri", {"databaseName": "app", "roleName": "app"}),
        ("listSnapshots", {}),
        ("latestSnapshot", {"branchId": "br-late-sun-12345678"}),
        ("compareSchema", {"branchId": "br-late-sun-12345678", "databaseName": "app"}),
    ],
)
def test_a_project_that_is_not_there_is_named_by_every_function(neon: Neon, name: str, args: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match=f"project {MISSING}[^:]*: not found") as caught:
        ask(neon, name, projectId=MISSING, **args)
    assert "Check the ids" in str(caught.value)


def test_a_function_never_changes_anything(neon: Neon, project: Made) -> None:
    before = neon.changes()
    place = neon.on_default(project)
    for name, args in (
        ("getProject", {"projectId": project.id}),
        ("getBranch", {"projectId": project.id, "name": "main"}),
        ("getBackupSchedule", place),
        ("getRolePassword", {**place, "name": project.state["roleName"]}),
        ("getOperations", {"projectId": project.id}),
        ("getRegions", {}),
        ("getOrganization", {}),
    ):
        assert ask(neon, name, **args).values
    assert neon.changes() == before


@pytest.mark.parametrize(
    "fault",
    [
        Fault("refuse", "GET", "/regions", status=503),
        Fault("refuse", "GET", "/regions", status=429, retry_after="2"),
        Fault("refuse", "GET", "/regions", status=500),
        Fault("reset-after", "GET", "/regions"),
        Fault("malformed", "GET", "/regions"),
        Fault("extra-fields", "GET", "/regions"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_a_look_survives_what_passes(neon: Neon, fault: Fault) -> None:
    neon.faults(fault)
    assert ask(neon, "getRegions").values["regions"]
    assert len(neon.service.faults.struck) == 1


def test_a_wrong_key_is_told_without_the_key() -> None:
    with Neon(config={"apiKey": "napi_wrong"}) as neon, pytest.raises(Unauthorized) as caught:
        ask(neon, "getRegions")
    assert "NEON_API_KEY" in str(caught.value)
    assert "napi_" not in str(caught.value)


def test_a_wrong_argument_that_is_secret_is_not_shown(neon: Neon) -> None:
    found = ask(neon, "getProject", projectId=PropertyValue("S3cret value!").with_secret(True)).failures
    assert set(found) == {"projectId"}
    assert "S3cret" not in found["projectId"]


def test_an_argument_that_is_not_known_yet_asks_nobody(neon: Neon) -> None:
    request = p.InvokeRequest("neon:index:getProject", {"projectId": PropertyValue(Computed())})
    response = neon.run(neon.provider.invoke(request))
    assert (response.return_value, response.failures) == (None, [])
    assert neon.sent() == []


def test_a_function_that_is_none_is_refused_with_those_that_are(neon: Neon) -> None:
    with pytest.raises(ValueError, match=r"getNothing is no function of the neon provider; known are: .*getProject"):
        neon.run(neon.provider.invoke(p.InvokeRequest("neon:index:getNothing", {})))
