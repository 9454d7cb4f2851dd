"""What random sequences found once: each as the shortest list of steps that shows it."""

from __future__ import annotations

import dataclasses

import pytest

from neon_provider.convert import Properties, to_plain
from neon_provider.errors import PartialFailure
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import (
    BRANCH,
    DATABASE,
    ENDPOINT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    Made,
    Neon,
    urn_of,
    wire,
)


@pytest.mark.parametrize("died", [False, True], ids=["in one run", "killed in between"])
def test_a_resource_that_takes_over_what_another_one_is_named_for_keeps_it(
    neon: Neon, project: Made, died: bool
) -> None:
    """`one` was renamed to `two` with an alias; then the program drops `two` and declares `one` again, within an hour."""
    inputs: Properties = {"projectId": project.id, "name": "preview"}
    two = dataclasses.replace(neon.create(BRANCH, inputs, "one"), name="two")
    neon.restart()
    one = neon.create(BRANCH, inputs, "one")
    assert one.id == two.id
    if died:
        neon.restart()
        assert not neon.diff(one, inputs).changes
    neon.delete(two)
    assert neon.read(one) is not None
    neon.restart()
    neon.delete(one)
    assert neon.read(one) is None


def test_an_id_that_two_types_share_belongs_to_each(neon: Neon, project: Made) -> None:
    """A role and a database of one name, a branch and its schedule: each is found and deleted for itself."""
    place = neon.on_default(project, name="app")
    neon.create(ROLE, place)
    neon.restart()
    database = neon.create(DATABASE, {**place, "ownerName": "neondb_owner", "deletionProtection": False}, "data")
    role = neon.create(ROLE, place)
    assert role.id == database.id
    items = [{"frequency": "daily", "hour": 2}]
    branch = neon.branch(project, initSource="schema-only")
    schedule = neon.create(SCHEDULE, {"projectId": project.id, "branchId": branch.state["branchId"], "items": items})
    assert schedule.id == branch.id
    neon.restart()
    for other in (database, branch):
        assert not neon.diff(other, other.inputs).changes
    for made in (role, schedule):
        neon.delete(made)
        assert neon.read(made) is None
    assert neon.read(database) is not None
    assert neon.read(branch) is not None


def test_a_compute_that_was_made_disabled_is_changed_like_any_other(neon: Neon, project: Made) -> None:
    """The local Neon knew no moment at which one is ready that was never started."""
    inputs = neon.on_default(project, type="read_only", disabled=True)
    made = neon.create(ENDPOINT, inputs)
    assert neon.update(made, {**inputs, "name": "replica"}).state["name"] == "replica"


LEFT: dict[str, tuple[str, Properties, Properties]] = {
    "branch that expires": (BRANCH, {"name": "a", "ttlSeconds": 3600}, {"name": "a"}),
    "branch of another name": (BRANCH, {"name": "a"}, {"name": "b"}),
    "branch that is protected": (BRANCH, {"name": "a", "protected": True}, {"name": "a"}),
    "branch that is not": (BRANCH, {"name": "a"}, {"name": "a", "protected": True}),
    "replica": (
        ENDPOINT,
        {"type": "read_only", "maxCu": 2, "suspendTimeoutSeconds": 300, "pgSettings": {"jit": "off"}},
        {"type": "read_only", "minCu": 0.5, "maxCu": 1},
    ),
    "project": (
        PROJECT,
        {"quota": {"activeTimeSeconds": 5}, "allowedIps": ["203.0.113.0/24"], "historyRetentionSeconds": 3600},
        {"historyRetentionSeconds": 7200, "blockPublicConnections": True},
    ),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_a_killed_run_left_is_brought_to_a_program_that_was_edited_since(
    neon: Neon, project: Made, what: str
) -> None:
    """It kept what it was made with: a branch then vanished when the life ended that no program gave it any more."""
    kind, before, after = LEFT[what]
    places: dict[str, Properties] = {
        BRANCH: {"projectId": project.id},
        ENDPOINT: neon.on_default(project),
        PROJECT: {"name": "second", "regionId": "aws-eu-central-1"},
    }
    neon.create(kind, {**places[kind], **before})
    neon.restart()
    left = neon.create(kind, {**places[kind], **after})
    fresh = neon.create(kind, {**places[kind], **after, "name": "fresh"}, "fresh")
    assert not neon.diff(left, left.inputs).changes
    assert len({left.id, fresh.id}) == 2
    values = [neon.import_(kind, made.id) for made in (left, fresh)]
    told = [{key: value for key, value in found.inputs.items() if key not in OWN} for found in values if found]
    assert told[0] == told[1]


OWN = {"name", "parentLsn", "parentTimestamp"}

REMOVED: dict[str, Properties] = {
    BRANCH: {"name": "a", "ttlSeconds": 3600},
    ENDPOINT: {"type": "read_only", "name": "replica", "pgSettings": {"jit": "off"}},
    PROJECT: {"name": "second", "regionId": "aws-eu-central-1", "quota": {"activeTimeSeconds": 5}},
    SNAPSHOT: {"name": "a", "expiresAt": "2027-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("kind", REMOVED)
def test_a_refresh_does_not_forget_what_a_failed_update_was_to_take_away(neon: Neon, project: Made, kind: str) -> None:
    """It read what the program declares, and so a quota or an expiry stayed at Neon that nobody declared any more."""
    places = {BRANCH: {"projectId": project.id}, PROJECT: {}}
    inputs = {**places.get(kind, neon.on_default(project)), **REMOVED[kind]}
    made = neon.create(kind, inputs)
    *_, last = REMOVED[kind]
    fewer = {key: value for key, value in inputs.items() if key != last}
    neon.faults(Fault("refuse", "PATCH", status=400))
    with pytest.raises(PartialFailure) as failed:
        neon.update(made, fewer)
    left = dataclasses.replace(made, inputs=fewer, state=to_plain(failed.value.properties))
    read = neon.read(left)
    assert read is not None
    assert read.inputs == fewer
    assert neon.diff(read, fewer).diffs == [last]
    after = neon.update(read, fewer)
    assert not neon.diff(after, fewer).changes
    imported = neon.import_(kind, made.id)
    assert imported is not None
    assert imported.inputs.get(last) != inputs[last]


@pytest.mark.parametrize("kind", [BRANCH, ENDPOINT, ROLE, DATABASE, SNAPSHOT])
def test_nothing_is_left_of_a_create_whose_project_is_gone(neon: Neon, project: Made, kind: str) -> None:
    """The engine could not settle it, in no run to come."""
    inputs = neon.on_default(project, name="a", ownerName="neondb_owner", type="read_only")
    neon.ask("DELETE", f"/projects/{project.id}")
    given = {key: value for key, value in inputs.items() if key in RESOURCES[kind].properties}
    assert neon.run(neon.provider.adopt(urn_of(kind, "a"), kind, wire(given))) is None


def test_a_limit_that_somebody_adds_to_a_quota_is_seen_and_taken_away(neon: Neon) -> None:
    """One that is exceeded suspends every compute; only the limits that the program gives were compared."""
    made = neon.project(quota={"logicalSizeBytes": 1 << 30})
    body = {"project": {"settings": {"quota": {"active_time_seconds": 7200}}}}
    assert neon.ask("PATCH", f"/projects/{made.id}", body).is_success
    read = neon.read(made)
    assert read is not None
    assert neon.diff(read, made.inputs).diffs == ["quota"]
    neon.update(read, made.inputs)
    quota = neon.service.objects()["project"][0]["settings"]["quota"]
    assert {key: value for key, value in quota.items() if value} == {"logical_size_bytes": 1 << 30}
