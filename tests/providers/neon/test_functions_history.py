"""Functions about backups, connections, schemas and use, at the local Neon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neon_provider import checks
from neon_provider.errors import Invalid, NeonError, NotFound
from tests.providers.neon.asking import ask
from tests.providers.neon.harness import ENDPOINT, SCHEDULE, Made, Neon

DAY = 86_400


@pytest.fixture(autouse=True)
def _one_clock(neon: Neon, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin's day is the service's, which waiting moves on."""
    real = checks.utc_now
    started = neon.time.time
    monkeypatch.setattr(checks, "utc_now", lambda: real() + timedelta(seconds=neon.time.time - started))


def later(neon: Neon, seconds: float) -> None:
    neon.service.advance(seconds)
    neon.time.time += seconds


def snap(neon: Neon, place: dict[str, Any], name: str) -> str:
    """A snapshot that somebody takes by hand."""
    path = f"/projects/{place['projectId']}/branches/{place['branchId']}/snapshot"
    reply = neon.ask("POST", f"{path}?name={name}")
    assert reply.status_code < 300, reply.text
    return str(reply.json()["snapshot"]["id"])


def test_snapshots_are_listed_and_the_newest_is_the_latest(neon: Neon, project: Made) -> None:
    place = neon.on_default(project)
    first = snap(neon, place, "first")
    later(neon, 3600)
    second = snap(neon, place, "second")
    listed = ask(neon, "listSnapshots", **place).values["snapshots"]
    assert [(item["snapshotId"], item["name"], item["manual"]) for item in listed] == [
        (first, "first", True),
        (second, "second", True),
    ]
    assert {item["branchId"] for item in listed} == {place["branchId"]}
    assert ask(neon, "listSnapshots", projectId=project.id).values["snapshots"] == listed
    later(neon, 1800)
    latest = ask(neon, "latestSnapshot", **place, maxAgeSeconds=3600).values
    assert latest["snapshotId"] == second
    assert 1800 <= latest["ageSeconds"] < 1860


def test_a_snapshot_older_than_allowed_fails_the_look(neon: Neon, project: Made) -> None:
    place = neon.on_default(project)
    taken = snap(neon, place, "only")
    later(neon, 27 * 3600)
    with pytest.raises(NeonError, match=rf"{taken} is 972\d\d seconds old, maxAgeSeconds allows 93600"):
        ask(neon, "latestSnapshot", **place, maxAgeSeconds=26 * 3600)


def test_a_schedule_that_runs_keeps_the_latest_snapshot_young(neon: Neon, project: Made) -> None:
    place = neon.on_default(project)
    with pytest.raises(NotFound, match="there is none"):
        ask(neon, "latestSnapshot", **place)
    neon.create(SCHEDULE, {**place, "items": [{"frequency": "daily", "hour": 2, "retentionSeconds": 30 * DAY}]})
    later(neon, 3 * DAY)
    latest = ask(neon, "latestSnapshot", **place, maxAgeSeconds=26 * 3600).values
    assert latest["manual"] is False
    assert len(ask(neon, "listSnapshots", **place).values["snapshots"]) == 3


def test_a_connection_goes_to_the_default_branch_unless_another_is_named(neon: Neon, project: Made) -> None:
    names = {"databaseName": project.state["databaseName"], "roleName": project.state["roleName"]}
    answer = ask(neon, "getConnectionUri", projectId=project.id, **names)
    assert answer.secret == {"uri"}
    assert answer.values["uri"] == project.state["connectionUri"]
    pooled = ask(neon, "getConnectionUri", projectId=project.id, **names, pooled=True).values["uri"]
    assert pooled == project.state["pooledConnectionUri"]
    branch = neon.branch(project)
    place = {"projectId": project.id, "branchId": branch.state["branchId"]}
    endpoint = neon.create(ENDPOINT, place)
    other = ask(neon, "getConnectionUri", **place, **names).values["uri"]
    assert f"@{endpoint.state['host']}/" in other
    by_endpoint = {"projectId": project.id, "endpointId": endpoint.state["endpointId"]}
    assert ask(neon, "getConnectionUri", **by_endpoint, **names).values["uri"] == other


def test_a_connection_that_cannot_be_names_role_database_and_place(neon: Neon, project: Made) -> None:
    args = {"projectId": project.id, "databaseName": "nothing", "roleName": project.state["roleName"]}
    with pytest.raises(NotFound, match="to database 'nothing' on the default branch, project") as caught:
        ask(neon, "getConnectionUri", **args)
    assert project.state["password"] not in str(caught.value)


def test_a_connection_without_stored_passwords_says_where_to_take_it_from(neon: Neon) -> None:
    project = neon.project(storePasswords=False)
    names = {"databaseName": project.state["databaseName"], "roleName": project.state["roleName"]}
    with pytest.raises(Invalid, match="does not store passwords"):
        ask(neon, "getConnectionUri", projectId=project.id, **names)


def test_a_schema_is_compared_with_the_parents_or_with_the_named_one(neon: Neon, project: Made) -> None:
    branch = neon.branch(project)
    database = project.state["databaseName"]
    place = {"projectId": project.id, "branchId": branch.state["branchId"], "databaseName": database}
    assert ask(neon, "compareSchema", **place).values == {"diff": ""}
    key = f"{place['branchId']}/{database}"
    neon.service.by_hand("database", key, _schema="CREATE TABLE customer (id bigint);\n")
    diff = ask(neon, "compareSchema", **place).values["diff"]
    assert "+CREATE TABLE customer (id bigint);" in diff
    main = project.state["defaultBranchId"]
    assert ask(neon, "compareSchema", **place, baseBranchId=main).values["diff"] == diff
    with pytest.raises(NotFound, match=rf"database 'none' on branch {place['branchId']} of project {project.id}"):
        ask(neon, "compareSchema", **{**place, "databaseName": "none"})


def days(count: int) -> dict[str, Any]:
    end = checks.utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    moments = {"from": (end - timedelta(days=count)).isoformat(), "to": end.isoformat()}
    return {**moments, "granularity": "daily", "metrics": ["compute_unit_seconds", "extra_branches_month"]}


def test_consumption_of_many_projects_is_told_project_by_project(neon: Neon, project: Made) -> None:
    other = neon.project(name="other")
    periods = ask(neon, "getConsumption", **days(2)).values["periods"]
    assert [period["projectId"] for period in periods] == [project.id, project.id, other.id, other.id]
    assert {frozenset(period["values"]) for period in periods} == {
        frozenset({"compute_unit_seconds", "extra_branches_month"})
    }
    only = ask(neon, "getConsumption", **days(2), projectIds=[other.id]).values["periods"]
    assert {period["projectId"] for period in only} == {other.id}


def test_consumption_is_not_for_the_free_plan() -> None:
    refusal = pytest.raises(NeonError, match=r"not available on this plan.*It needs the launch or scale plan")
    with Neon(plan="free", config={"plan": "free"}) as neon, refusal:
        ask(neon, "getConsumption", **days(2))
