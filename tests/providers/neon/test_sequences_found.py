"""What random sequences found once: each as the shortest list of steps that shows it."""

from __future__ import annotations

import dataclasses

import pytest

from neon_provider.convert import Properties
from tests.providers.neon.harness import BRANCH, DATABASE, ENDPOINT, ROLE, SCHEDULE, Made, Neon


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
