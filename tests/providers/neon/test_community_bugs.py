"""Defects of the community provider (kislerdm/neon, read at 0.15.0) that cost its users data, money or an evening, and that this
one does not have. ① to ⑬ are defects of its source; #n is a number in its issue tracker."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from neon_provider import errors
from neon_provider.convert import Properties
from rehearsal.clouds.neon import Fault, NeonService
from rehearsal.engine import Operation
from tests.providers.neon.harness import (
    API_KEY,
    BRANCH,
    DATABASE,
    ENDPOINT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    Made,
    Neon,
)
from tests.providers.neon.test_through_the_engine import Stack

DAILY = [{"frequency": "daily"}]
ORGANIZATION = "org-brave-harbor-10000001"
MADE: dict[str, Callable[[Neon, Made], Made]] = {
    PROJECT: lambda neon, project: neon.update(project, {**project.inputs, "deletionProtection": False}),
    BRANCH: lambda neon, project: neon.branch(project),
    ENDPOINT: lambda neon, project: neon.create(ENDPOINT, neon.on_default(project, type="read_only")),
    ROLE: lambda neon, project: neon.create(ROLE, neon.on_default(project, name="app")),
    DATABASE: lambda neon, project: neon.create(
        DATABASE, neon.on_default(project, name="app", ownerName="neondb_owner", deletionProtection=False)
    ),
    SNAPSHOT: lambda neon, project: neon.create(SNAPSHOT, neon.on_default(project, name="before")),
    SCHEDULE: lambda neon, project: neon.create(SCHEDULE, neon.on_default(project, items=DAILY)),
}
"""One of each type on a project."""


def edit_answers(neon: Neon, edit: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> None:
    """From now on every answer's object passes through `edit(asked, body)`."""
    real = neon.service._answer

    def edited(asked: Any, ending: str) -> Any:
        answer = real(asked, ending)
        return dataclasses.replace(answer, body=edit(asked, answer.body)) if isinstance(answer.body, dict) else answer

    neon.service._answer = edited  # type: ignore[method-assign]


def bodies(neon: Neon, method: str) -> list[Any]:
    """What is sent by this method from now on."""
    sent: list[Any] = []

    def keep(asked: Any, body: dict[str, Any]) -> dict[str, Any]:
        if asked.method == method:
            sent.append(json.loads(asked.content))
        return body

    edit_answers(neon, keep)
    return sent


def live(neon: Neon, kind: str, key: str) -> Properties:
    return next(item for item in neon.service.objects()[kind] if item["id"] == key)


def settled(neon: Neon, made: Made) -> Made:
    """After a refresh nothing is left to do."""
    neon.restart()
    found = neon.read(made)
    assert found
    assert not neon.diff(found, made.inputs).changes
    return found


# ---- ① to ④: what loses data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_token", MADE)
@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refused_deletion_is_an_error_and_the_object_stays_in_the_state(
    neon: Neon, project: Made, type_token: str, status: int
) -> None:
    """① HTTP 422 on delete counted as deleted: protected objects and parents were orphaned without a word."""
    made = MADE[type_token](neon, project)
    neon.restart()
    neon.faults(Fault("refuse", "DELETE|PUT", status=status, times=0, message="it has children"))
    with pytest.raises((errors.Invalid, errors.Conflict), match="it has children"):
        neon.delete(made)
    neon.faults()
    assert neon.read(made)


def test_what_neon_really_refuses_to_delete_is_never_said_to_be_gone(neon: Neon, project: Made) -> None:
    """① The same by Neon's own reasons: a parent, an endpoint of a protected branch, an owner, a project with such a branch."""
    parent = neon.branch(project)
    neon.create(BRANCH, {"projectId": project.id, "name": "child", "parentId": parent.state["branchId"]}, "child")
    replica = MADE[ENDPOINT](neon, project)
    neon.service.by_hand("branch", project.state["defaultBranchId"], protected=True)
    owner = neon.import_(ROLE, f"{project.id}/{project.state['defaultBranchId']}/neondb_owner")
    assert owner
    for made in (parent, replica, owner, MADE[PROJECT](neon, project)):
        with pytest.raises(errors.Invalid):
            neon.delete(made)
        assert neon.read(made)


@pytest.mark.parametrize("type_token", [PROJECT, BRANCH, ENDPOINT, ROLE, DATABASE])
def test_a_create_that_neon_answers_with_500_is_not_sent_again(neon: Neon, type_token: str) -> None:
    """② Every POST was sent again after a 500: one `apply` made several objects."""
    project = neon.project()
    make: Callable[[], Made] = lambda: neon.project(name="other")  # noqa: E731
    if type_token != PROJECT:
        make = lambda: MADE[type_token](neon, project)  # noqa: E731
    kind = type_token.rsplit(":", 1)[-1].lower()
    before = len(neon.service.objects()[kind])
    neon.faults(Fault("refuse-after", "POST", status=500))
    make()
    assert len(neon.service.faults.struck) == 1
    assert len(neon.service.objects()[kind]) == before + 1


def test_a_create_that_neon_puts_off_with_503_waits_as_long_as_neon_says_and_is_sent_again(neon: Neon) -> None:
    """② 503 was an error at once, and the wait between tries was one second whatever Retry-After said."""
    project = neon.project()
    neon.faults(
        Fault("refuse", "POST", status=503, retry_after="40"),
        Fault("refuse", "POST", status=503, retry_after="50", retry_after_date=True, nth=2),
    )
    started = neon.time.time
    neon.branch(project)
    assert neon.time.time - started >= 40 + 48
    assert [r.status for r in neon.service.requests if r.method == "POST"][-3:] == [503, 503, 201]


@pytest.mark.parametrize("ending", ["operation-fails", "operation-error", "operation-cancelled"])
def test_an_operation_that_ended_badly_is_an_error_that_names_it(neon: Neon, project: Made, ending: Any) -> None:
    """③ Operations that failed or were cancelled counted as done."""
    neon.faults(Fault(ending, "POST", ".*/branches"))
    with pytest.raises(
        errors.PartialFailure, match=r"operation create_branch \S+: it ended as (failed|error|cancelled)"
    ):
        neon.branch(project)


def test_an_operation_that_never_ends_is_waited_for_until_the_deadline(neon: Neon, project: Made) -> None:
    """③ #137 There was no deadline: a stuck operation blocked the run for ever."""
    neon.faults(Fault("operation-stuck", "POST", ".*/branches"))
    started = neon.time.time
    with pytest.raises(errors.PartialFailure, match=r"not finished in time: create_branch \S+ is running"):
        neon.branch(project)
    assert 500 < neon.time.time - started <= 600


def test_an_operation_that_is_being_cancelled_is_waited_for(neon: Neon, project: Made) -> None:
    """③ `cancelling` counted as finished."""
    looks: list[str] = []

    def cancelling(asked: Any, body: dict[str, Any]) -> dict[str, Any]:
        if asked.method == "POST":
            return {**body, "operations": [{**item, "status": "cancelling"} for item in body.get("operations", [])]}
        if "operation" in body:
            looks.append(asked.path)
            return {"operation": {**body["operation"], "status": "cancelling" if len(looks) < 3 else "cancelled"}}
        return body

    edit_answers(neon, cancelling)
    with pytest.raises(errors.PartialFailure, match="it ended as cancelled"):
        neon.branch(project)
    assert len(looks) == 3


def test_a_look_at_an_operation_that_is_refused_ends_the_wait(neon: Neon, project: Made) -> None:
    """③ A read error in the middle of the wait made it loop for ever."""
    neon.service.switches.operation_seconds = 10
    neon.faults(Fault("refuse", "GET", ".*/operations.*", status=403, times=0, message="not yours"))
    with pytest.raises(errors.PartialFailure, match="not yours"):
        neon.branch(project)
    assert sum("/operations" in path for path in neon.sent("GET")) == 1


@pytest.mark.parametrize("type_token", [PROJECT, BRANCH, ENDPOINT, ROLE, DATABASE])
def test_the_id_is_known_before_the_wait_so_that_a_crash_orphans_nothing(neon: Neon, type_token: str) -> None:
    """④ The id was stored after the wait: a crash or a failed operation left a project that no state knew."""
    project = neon.project()
    make = MADE[type_token] if type_token != PROJECT else lambda neon, _: neon.project(name="other")
    neon.faults(Fault("operation-error", "POST"))
    with pytest.raises(errors.PartialFailure) as caught:
        make(neon, project)
    made = Made(type_token, "it", caught.value.resource_id, {}, {})
    assert neon.read(made)
    kind = type_token.rsplit(":", 1)[-1].lower()
    count = len(neon.service.objects()[kind])
    neon.restart()  # and a process that died without a word is made good by the next one
    assert make(neon, project).id == made.id
    assert len(neon.service.objects()[kind]) == count


# ---- ⑤ to ⑦: what crashes -------------------------------------------------------------------------------------------

WINDOW = {"weekdays": [7, 2], "startTime": "02:00", "endTime": "04:00"}


def test_a_maintenance_window_can_be_added_changed_and_left_out(neon: Neon) -> None:
    """⑤ An update with a window wrote through a nil pointer. #223 And a window that stood already was a difference."""
    least = neon.project().inputs
    made = neon.update(neon.project(name="windows"), {**least, "name": "windows", "maintenanceWindow": WINDOW})
    settings = live(neon, "project", made.id)["settings"]
    # Neon answers with the days in its own order.
    window = {**settings["maintenance_window"], "weekdays": [2, 7]}
    neon.service.by_hand("project", made.id, settings={**settings, "maintenance_window": window})
    made = settled(neon, made)
    later = {**WINDOW, "endTime": "05:00"}
    made = neon.update(made, {**made.inputs, "maintenanceWindow": later})
    assert live(neon, "project", made.id)["settings"]["maintenance_window"]["end_time"] == "05:00"
    left_out = {key: value for key, value in made.inputs.items() if key != "maintenanceWindow"}
    assert not neon.diff(made, left_out).changes


def test_a_roles_password_is_the_one_of_its_own_branch(neon: Neon, project: Made) -> None:
    """⑥ The password was asked for with the project's id in the branch's place."""
    branch = neon.branch(project, parentId=project.state["defaultBranchId"])
    neon.create(ENDPOINT, {"projectId": project.id, "branchId": branch.state["branchId"]})
    place = {"projectId": project.id, "branchId": branch.state["branchId"], "name": "app"}
    role = neon.create(ROLE, place)
    path = f"/projects/{project.id}/branches/{branch.state['branchId']}/roles/app/reveal_password"
    assert neon.ask("GET", path).json()["password"] == role.state["password"]
    neon.restart()
    again = neon.read(role)
    assert again
    assert again.state["password"] == role.state["password"]
    assert not any(f"/branches/{project.id}" in asked for asked in neon.sent())


def test_a_project_that_stores_no_passwords_works_and_none_is_asked_for(neon: Neon) -> None:
    """⑦ The password was always revealed, which Neon refuses (412) where passwords are not stored."""
    made = neon.project(storePasswords=False)
    password = made.state["password"]
    assert password
    made = settled(neon, made)
    made = neon.update(made, {**made.inputs, "name": "store"})
    assert made.state["password"] == password
    assert not any("reveal_password" in asked for asked in neon.sent())


@pytest.mark.parametrize("left", ["disabled", "read-only", "none"])
def test_a_default_branch_without_a_usable_compute_or_database_can_be_read(
    neon: Neon, project: Made, left: str
) -> None:
    """⑦ A read panicked when the default branch had only disabled or read-only endpoints, and failed without a database."""
    endpoint, branch = project.state["defaultEndpointId"], project.state["defaultBranchId"]
    if left == "disabled":
        neon.service.by_hand("endpoint", endpoint, disabled=True)
    elif left == "read-only":
        neon.service.by_hand("endpoint", endpoint, type="read_only")
    else:
        neon.service.by_hand("endpoint", endpoint)
    neon.service.by_hand("database", f"{branch}/neondb")
    found = settled(neon, project)
    assert found.state["databaseName"] == ""
    assert bool(found.state["host"]) == (left == "disabled")


# ---- ⑧ and ⑨: what replaces, and what does not ----------------------------------------------------------------------


def test_renaming_the_default_branch_renames_it(neon: Neon) -> None:
    """⑧ Another name of the default branch replaced the project, with all its data."""
    made = neon.project(defaultBranch={"name": "main"})
    wanted = {**made.inputs, "defaultBranch": {"name": "production"}}
    assert (neon.diff(made, wanted).diffs, neon.diff(made, wanted).replaces) == (["defaultBranch"], [])
    after = neon.update(made, wanted)
    assert after.id == made.id
    assert live(neon, "branch", made.state["defaultBranchId"])["name"] == "production"
    settled(neon, after)


@pytest.mark.parametrize("key", ["roleName", "databaseName"])
def test_another_name_for_the_first_role_or_database_is_refused_and_replaces_nothing(neon: Neon, key: str) -> None:
    """⑧ It replaced the project. Ours says at preview what to declare instead."""
    made = neon.project(defaultBranch={"name": "main", key: "first"})
    wanted = {**made.inputs, "defaultBranch": {"name": "main", key: "second"}}
    found = neon.check(PROJECT, wanted, made.inputs)
    assert found.keys() == {f"defaultBranch.{key}"}
    assert "declare a neon Role or Database for 'second'" in found[f"defaultBranch.{key}"]
    assert neon.diff(made, wanted).replaces == []


@pytest.mark.parametrize(
    ("type_token", "change"),
    [
        (BRANCH, {"projectId": "quiet-river-12345678"}),
        (BRANCH, {"parentId": "br-late-sun-12345678"}),
        (ENDPOINT, {"type": "read_write"}),
        (ENDPOINT, {"branchId": "br-late-sun-12345678"}),
        (ROLE, {"projectId": "quiet-river-12345678"}),
        (DATABASE, {"branchId": "br-late-sun-12345678"}),
        (SCHEDULE, {"branchId": "br-late-sun-12345678"}),
        (PROJECT, {"storePasswords": False}),
        (PROJECT, {"regionId": "aws-eu-west-2"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else str(value).rsplit(":", 1)[-1],
)
def test_a_change_that_only_a_new_object_can_have_replaces(
    neon: Neon, project: Made, type_token: str, change: Properties
) -> None:
    """⑨ Another project or parent of a branch was ignored; another type of an endpoint or storing of passwords was never sent,
    and so differed for ever. A schedule (since 0.17) stayed on the old branch, and went on there."""
    made = MADE[type_token](neon, project)
    diff = neon.diff(made, {**made.inputs, **change})
    assert diff.replaces == list(change)


def test_an_owner_changes_in_place(neon: Neon, project: Made) -> None:
    """Its table of attributes: another owner replaced a database, with its data, although Neon changes it in place."""
    neon.create(ROLE, neon.on_default(project, name="app"))
    made = MADE[DATABASE](neon, project)
    wanted = {**made.inputs, "ownerName": "app"}
    assert neon.diff(made, wanted).replaces == []
    assert neon.update(made, wanted).state["databaseId"] == made.state["databaseId"]


# ---- ⑩ to ⑬: what is sent ------------------------------------------------------------------------------------------


def test_a_quota_goes_back_to_none(neon: Neon) -> None:
    """⑩ A limit that was set could not go back to 0."""
    made = neon.project(quota={"activeTimeSeconds": 3600, "writtenDataBytes": 10})
    made = neon.update(made, {**made.inputs, "quota": {"activeTimeSeconds": 0}})
    quota = live(neon, "project", made.id)["settings"]["quota"]
    assert (quota["active_time_seconds"], quota["written_data_bytes"]) == (0, 0)
    settled(neon, made)


def test_an_update_sends_what_changed_and_an_address_list_whole(neon: Neon) -> None:
    """⑪ Every update of a project sent `allowed_ips`, and without its list once the list was taken out of the program."""
    made = neon.project(allowedIps=["203.0.113.0/24"])
    sent = bodies(neon, "PATCH")
    made = neon.update(made, {**made.inputs, "name": "store"})
    least = {key: value for key, value in made.inputs.items() if key != "allowedIps"}
    made = neon.update(made, least)
    assert sent == [
        {"project": {"name": "store"}},
        {"project": {"settings": {"allowed_ips": {"ips": [], "protected_branches_only": False}}}},
    ]
    settled(neon, made)


def test_a_password_with_any_characters_survives_its_uri(neon: Neon, project: Made) -> None:
    """⑫ The password was not encoded in the URI: one with `/`, `@` or `#` led to another host, or to none."""
    password = "p@ss/wo:rd?#%25 &"
    neon.service.by_hand("role", f"{project.state['defaultBranchId']}/neondb_owner", password=password)
    found = neon.read(project)
    assert found
    for key, host in (("connectionUri", "host"), ("pooledConnectionUri", "poolerHost")):
        parts = urlsplit(found.state[key])
        assert (parts.hostname, unquote(parts.password or "")) == (found.state[host], password)


def test_a_branch_that_is_renamed_and_protected_is_one_request_that_is_waited_for(neon: Neon, project: Made) -> None:
    """⑬ Name and protection went in two requests, of which only the second was waited for."""
    made = neon.branch(project)
    operation = neon.ask("GET", f"/projects/{project.id}/operations").json()["operations"][0]
    before = len(neon.sent())

    def with_operation(asked: Any, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "operations": [{**operation, "status": "running"}]} if asked.method == "PATCH" else body

    edit_answers(neon, with_operation)
    neon.update(made, {**made.inputs, "name": "production", "protected": True})
    path = f"/projects/{project.id}/branches/{made.state['branchId']}"
    assert neon.sent()[before:][:2] == [f"PATCH {path}", f"GET /projects/{project.id}/operations/{operation['id']}"]
    assert len([asked for asked in neon.sent()[before:] if asked.startswith("PATCH")]) == 1
    found = live(neon, "branch", made.state["branchId"])
    assert (found["name"], found["protected"]) == ("production", True)


# ---- issues: creating ---------------------------------------------------------------------------------------------


def test_a_branch_that_came_with_its_project_is_refused_with_the_command_that_imports_it(
    neon: Neon, project: Made
) -> None:
    """#69 A project makes its own `main`; who declared it as a branch too got a plain refusal, and no way on."""
    branch_id = project.state["defaultBranchId"]
    with pytest.raises(errors.Conflict, match=f"pulumi import {BRANCH} <name> {project.id}/{branch_id}"):
        neon.branch(project, name="main")
    found = neon.import_(BRANCH, f"{project.id}/{branch_id}")
    assert found
    assert not neon.diff(found, {"projectId": project.id, "name": "main"}).changes


@pytest.mark.parametrize("plan", ["free", "launch", "scale"])
def test_a_project_that_names_no_retention_has_the_one_of_its_plan(plan: str) -> None:
    """#104 #140 #176 The provider's own default, seven days, was above what a plan has: the create was refused."""
    with Neon(config={"plan": plan}, plan=plan) as neon:
        sent = bodies(neon, "POST")
        made = neon.project()
        assert "history_retention_seconds" not in sent[0]["project"]
        settled(neon, made)
        asked = {**made.inputs, "historyRetentionSeconds": 3600}
        made = neon.update(made, asked)
        made = neon.update(made, {key: made.inputs[key] for key in ("name", "regionId")})
        wanted = {"free": 21_600}.get(plan, 86_400)
        assert live(neon, "project", made.id)["history_retention_seconds"] == wanted


def test_a_retention_above_the_plan_is_told_before_anything_is_sent() -> None:
    """#104 #140 #176 And the refusal came from Neon in the middle of a run."""
    with Neon(config={"plan": "free"}, plan="free") as neon:
        inputs = {"name": "shop", "regionId": "aws-eu-central-1", "historyRetentionSeconds": 604_800}
        found = neon.check(PROJECT, inputs)
        assert found.keys() == {"historyRetentionSeconds"}
        assert "'free' plan keeps 21600 seconds at most, 604800 were asked for" in found["historyRetentionSeconds"]
        assert neon.changes() == []


def test_an_archived_branch_can_be_made(neon: Neon, project: Made) -> None:
    """#130 There was no way to ask for one."""
    made = neon.branch(project, archived=True)
    assert live(neon, "branch", made.state["branchId"])["current_state"] == "archived"
    settled(neon, made)


def test_the_first_compute_and_the_defaults_of_later_ones_are_two_things(neon: Neon, project: Made) -> None:
    """#234 Settings of a project went to the defaults of later computes, and the compute that ran kept its size."""
    wanted = {**project.inputs, "defaultEndpoint": {"minCu": 1, "maxCu": 2}, "endpointDefaults": {"maxCu": 4}}
    made = neon.update(project, wanted)
    first = live(neon, "endpoint", made.state["defaultEndpointId"])
    assert (first["autoscaling_limit_min_cu"], first["autoscaling_limit_max_cu"]) == (1, 2)
    assert live(neon, "project", made.id)["default_endpoint_settings"]["autoscaling_limit_max_cu"] == 4
    settled(neon, made)


@pytest.mark.parametrize("cell", ["", ".c-2"])
def test_the_pooled_host_has_its_mark_after_the_first_label(neon: Neon, project: Made, cell: str) -> None:
    """#119 The pooled host was wrong, so that clients went to an address that does not exist."""
    endpoint = project.state["defaultEndpointId"]
    host = f"{endpoint}{cell}.eu-central-1.aws.neon.tech"
    neon.service.by_hand("endpoint", endpoint, host=host)
    neon.restart()
    found = neon.read(project)
    assert found
    pooler = f"{endpoint}-pooler{cell}.eu-central-1.aws.neon.tech"
    assert (found.state["host"], found.state["poolerHost"]) == (host, pooler)
    assert urlsplit(found.state["pooledConnectionUri"]).hostname == pooler


# ---- issues: differences that are none ---------------------------------------------------------------------------


def test_an_address_list_in_another_order_or_not_declared_is_no_difference(neon: Neon) -> None:
    """#133 The list differed after each run."""
    made = neon.project(allowedIps=["203.0.113.0/24", "198.51.100.7"])
    settings = live(neon, "project", made.id)["settings"]
    turned = {**settings["allowed_ips"], "ips": ["198.51.100.7", "203.0.113.0/24"]}
    neon.service.by_hand("project", made.id, settings={**settings, "allowed_ips": turned})
    settled(neon, made)
    settled(neon, neon.project(name="open", allowedIps=[]))
    other = neon.project(name="unmanaged")
    neon.service.by_hand("project", other.id, settings={**settings, "allowed_ips": turned})
    settled(neon, other)


def test_an_organisation_that_is_not_declared_replaces_nothing(neon: Neon, project: Made) -> None:
    """#179 A program without `org_id` had a project that was to be replaced in each run."""
    found = settled(neon, project)
    assert found.state["orgId"] == ORGANIZATION
    declared = {**found.inputs, "orgId": ORGANIZATION}
    assert not neon.diff(found, declared).changes
    assert not neon.diff(neon.update(found, declared), project.inputs).changes
    assert neon.diff(found, {**declared, "orgId": "org-other-12345678"}).replaces == ["orgId"]


def test_logical_replication_is_turned_on_in_place(neon: Neon, project: Made) -> None:
    """#218 It replaced the project."""
    wanted = {**project.inputs, "logicalReplication": True}
    assert (neon.diff(project, wanted).diffs, neon.diff(project, wanted).replaces) == (["logicalReplication"], [])
    made = neon.update(project, wanted)
    assert made.id == project.id
    settled(neon, made)
    assert neon.check(PROJECT, {**wanted, "logicalReplication": False}, wanted).keys() == {"logicalReplication"}


# ---- issues: importing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_token", [PROJECT, BRANCH, ENDPOINT, ROLE, DATABASE])
def test_what_is_imported_wants_no_change(neon: Neon, project: Made, type_token: str) -> None:
    """#108 An imported role wanted to be replaced. #154 #193 #198 An import of a branch or an endpoint did not find it."""
    for number in range(12):  # more than the page of ten that some listings of Neon's have
        neon.ask("POST", f"/projects/{project.id}/branches", {"branch": {"name": f"other-{number}"}})
    made = MADE[type_token](neon, project)
    neon.restart()
    found = neon.import_(type_token, made.id)
    assert found
    assert neon.check(type_token, found.inputs) == {}
    assert not neon.diff(found, found.inputs).changes
    declared = {key: value for key, value in made.inputs.items() if key != "deletionProtection"}
    diff = neon.diff(found, declared)
    assert (diff.changes, diff.replaces) == (False, [])


def test_two_keys_of_one_name_are_two(neon: Neon) -> None:
    """Its table of attributes: keys were matched by name, so that one stood for the other."""
    inputs = {"orgId": ORGANIZATION, "name": "ci"}
    first, second = neon.create(API_KEY, inputs, "first"), neon.create(API_KEY, inputs, "second")
    assert first.id != second.id
    neon.delete(first)
    neon.restart()
    assert neon.read(first) is None
    assert neon.read(second)


# ---- issues: a whole program ---------------------------------------------------------------------------------------


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
    with NeonService() as service:
        monkeypatch.setenv("NEON_API_KEY", service.api_key)
        monkeypatch.setenv("NEON_API_URL", service.url)
        yield Stack(tmp_path, service)


PROGRAM = """
    import pulumi
    import pulumi_neon as neon

    shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", default_endpoint={{"maxCu": {units}}})
    place = {{"project_id": shop.project_id, "branch_id": shop.default_branch_id}}
    app = neon.Role("app", name="app", **place)
    neon.Database("data", name="data", owner_name=app.name, **place)
    neon.BackupSchedule("backups", items=[{{"frequency": "daily", "hour": 2}}], **place)
"""


def test_a_second_run_changes_nothing_and_another_size_of_the_compute_changes_only_the_project(stack: Stack) -> None:
    """#83 The second run destroyed the project and made it again. #149 Another size of a compute showed the replacement of the
    database, whose branch became unknown at preview."""
    stack.write(PROGRAM.format(units=1))
    made = stack.run(Operation.UP)
    assert made.ok, made.failures
    before = stack.service.objects()
    assert stack.run(Operation.UP).changed == []
    stack.write(PROGRAM.format(units=2))
    for operation in (Operation.PREVIEW, Operation.UP):
        result = stack.run(operation)
        assert result.ok, result.failures
        assert [(step.op, step.urn.rsplit("::", 1)[-1]) for step in result.changed] == [("update", "shop")]
    after = stack.service.objects()
    for kind in ("project", "branch", "role", "database", "schedule"):
        ids = [[item.get("id") or item.get("name") for item in objects[kind]] for objects in (before, after)]
        assert ids[0] == ids[1]


def test_a_refresh_makes_nothing_that_somebody_deleted(stack: Stack) -> None:
    """#209 What was deleted outside came back with a refresh."""
    stack.write(PROGRAM.format(units=1))
    made = stack.run(Operation.UP)
    assert made.ok, made.failures
    branch = stack.service.objects()["branch"][0]["id"]
    stack.service.by_hand("schedule", branch)
    stack.service.by_hand("database", f"{branch}/data")
    before = len(stack.service.requests)
    result = stack.run(Operation.REFRESH)
    assert result.ok, result.failures
    assert {request.method for request in stack.service.requests[before:]} == {"GET"}
    assert {resource.name for resource in result.resources}.isdisjoint({"data", "backups"})
    up = stack.run(Operation.UP)
    assert {(step.op, step.urn.rsplit("::", 1)[-1]) for step in up.changed} == {
        ("create", "data"),
        ("create", "backups"),
    }
