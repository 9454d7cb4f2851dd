"""A branch's life at Neon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.checks import utc_now
from neon_provider.convert import Properties, is_unknown, to_plain
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import BRANCH, Made, Neon

COMPUTED = {"branchId", "state", "default", "logicalSize", "restoredFrom", "restoredAs", "restoreStatus"}


def in_days(days: int) -> str:
    return (utc_now() + timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")


def held(neon: Neon, branch: Made) -> dict[str, Any]:
    """The branch as Neon has it."""
    return next(b for b in neon.service.objects()["branch"] if b["id"] == branch.state["branchId"])


def test_a_preview_asks_nobody(neon: Neon) -> None:
    planned = neon.preview(BRANCH, {"projectId": "quiet-river-12345678", "name": "preview"})
    assert {key for key, value in to_plain(planned).items() if is_unknown(value)} == COMPUTED
    assert neon.service.requests == []


def test_a_branch_is_made_from_the_default_one(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    assert made.id == f"{project.id}/{made.state['branchId']}"
    assert (made.state["state"], made.state["default"]) == ("ready", False)
    assert held(neon, made)["parent_id"] == project.state["defaultBranchId"]
    assert not neon.diff(made, made.inputs).changes
    assert made.secret == set()


@pytest.mark.parametrize(
    "more",
    [
        {"protected": True},
        {"initSource": "schema-only"},
        {"parentLsn": "0/1A2B3C4D"},
        {"parentTimestamp": in_days(0)},
        {"expiresAt": in_days(3)},
        {"ttlSeconds": 3600},
        {"annotations": {"team": "shop"}},
        {"setAsDefault": True},
        {"archived": True},
        {"deletionProtection": True},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_asked_for_is_made_and_neither_diff_nor_refresh_sees_a_change(
    neon: Neon, project: Made, more: Properties
) -> None:
    neon.service.by_hand("branch", project.state["defaultBranchId"], created_at=in_days(-1))
    made = neon.branch(project, **more)
    assert not neon.diff(made, made.inputs).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, made.inputs, made.state)


def test_annotations_stand_beside_our_mark(neon: Neon, project: Made) -> None:
    made = neon.branch(project, annotations={"team": "shop"})
    listed = neon.ask("GET", f"/projects/{project.id}/branches").json()
    value = listed["annotations"][made.state["branchId"]]["value"]
    assert value["team"] == "shop"
    assert set(value) == {"team", "pulumi"}


@pytest.mark.parametrize(
    ("before", "after", "wire"),
    [
        ({}, {"name": "renamed"}, ("name", "renamed")),
        ({}, {"protected": True}, ("protected", True)),
        ({"protected": True}, {"protected": False}, ("protected", False)),
        ({"protected": True}, {}, ("protected", False)),
        ({"expiresAt": in_days(2)}, {}, ("expires_at", None)),
        ({"ttlSeconds": 3600}, {}, ("expires_at", None)),
    ],
)
def test_a_change_is_made_in_place(
    neon: Neon, project: Made, before: Properties, after: Properties, wire: tuple[str, Any]
) -> None:
    made = neon.branch(project, **before)
    wanted = {"projectId": project.id, "name": "preview", **after}
    done = neon.update(made, wanted)
    assert held(neon, made).get(wire[0]) == wire[1]
    assert not neon.diff(done, wanted).changes
    assert neon.changes()[-1] == f"PATCH /projects/{project.id}/branches/{made.state['branchId']}"


def test_a_life_in_seconds_is_renewed_by_an_update_and_its_end_is_no_drift(neon: Neon, project: Made) -> None:
    made = neon.branch(project, ttlSeconds=3600)
    first = held(neon, made)["expires_at"]
    after = neon.update(made, {**made.inputs, "ttlSeconds": 7200})
    assert held(neon, made)["expires_at"] > first
    assert not neon.diff(after, after.inputs).changes


def test_a_branch_becomes_the_default_one_and_is_put_back_when_another_took_its_place(
    neon: Neon, project: Made
) -> None:
    made = neon.branch(project)
    wanted = {**made.inputs, "setAsDefault": True}
    after = neon.update(made, wanted)
    assert held(neon, made)["default"]
    neon.ask("POST", f"/projects/{project.id}/branches/{project.state['defaultBranchId']}/set_as_default")
    neon.restart()
    again = neon.read(after)
    assert again
    assert neon.diff(again, wanted).diffs == ["setAsDefault"]
    neon.update(again, wanted)
    assert held(neon, made)["default"]


def test_a_branch_that_could_not_become_the_default_one_becomes_it_with_the_next_update(
    neon: Neon, project: Made
) -> None:
    neon.faults(Fault("refuse", "POST", ".*/set_as_default", status=422))
    inputs = {"projectId": project.id, "name": "preview", "setAsDefault": True}
    with pytest.raises(errors.PartialFailure) as caught:
        neon.create(BRANCH, inputs)
    kept = Made(BRANCH, "it", caught.value.resource_id, inputs, to_plain(caught.value.properties))
    after = neon.update(kept, inputs)
    assert held(neon, after)["default"]


def test_a_refused_update_keeps_the_old_values(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.faults(Fault("refuse", "PATCH", status=409, message="taken"))
    with pytest.raises(errors.PartialFailure, match="taken") as caught:
        neon.update(made, {**made.inputs, "name": "main", "protected": True})
    kept = to_plain(caught.value.properties)
    assert (kept["name"], kept.get("protected"), kept["branchId"]) == ("preview", None, made.state["branchId"])


def test_a_branch_whose_operation_failed_keeps_its_id(neon: Neon, project: Made) -> None:
    neon.faults(Fault("operation-fails", "POST", ".*/branches"))
    with pytest.raises(errors.PartialFailure, match=r"create_branch .* ended as failed") as caught:
        neon.branch(project)
    assert caught.value.resource_id == f"{project.id}/{neon.service.objects()['branch'][-1]['id']}"


# ---- read and import ---------------------------------------------------------------------------------------------


def test_an_import_by_id_or_by_name_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, project: Made) -> None:
    made = neon.branch(project, protected=True, parentLsn="0/1A2B3C4D")
    for resource_id in (made.id, f"{project.id}/name:preview"):
        imported = neon.import_(BRANCH, resource_id)
        assert imported
        assert imported.id == made.id
        assert made.inputs.items() <= imported.inputs.items()
        assert neon.check(BRANCH, imported.inputs) == {}
        assert not neon.diff(imported, imported.inputs).changes
        assert neon.diff(imported, {"projectId": project.id, "name": "preview"}).replaces == []


def test_an_import_of_a_branch_with_both_points_of_origin_names_one(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.service.by_hand(
        "branch", made.state["branchId"], parent_lsn="0/1A2B3C4D", parent_timestamp="2026-01-01T00:00:00Z"
    )
    imported = neon.import_(BRANCH, made.id)
    assert imported
    assert neon.check(BRANCH, imported.inputs) == {}


@pytest.mark.parametrize("wrong", ["", "preview", "/br-late-sun-12345678", "quiet-river-12345678/"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no branch id: it looks like quiet-river-12345678/br-late-sun-12345678"):
        neon.import_(BRANCH, wrong)
    assert neon.service.requests == []


def test_what_is_gone_has_no_id(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    assert neon.import_(BRANCH, f"{project.id}/name:nothing") is None
    assert neon.import_(BRANCH, "quiet-river-00000000/br-late-sun-12345678") is None
    neon.ask("DELETE", f"/projects/{project.id}/branches/{made.state['branchId']}")
    neon.restart()
    assert neon.read(made) is None


def test_a_restored_branch_is_followed_to_the_one_that_took_its_place(neon: Neon, project: Made) -> None:
    made, successor = neon.branch(project), neon.create(BRANCH, {"projectId": project.id, "name": "restored"}, "other")
    old, new = made.state["branchId"], successor.state["branchId"]
    neon.service.by_hand("branch", old, name="preview (old)")
    neon.service.by_hand("branch", new, name="preview", restored_as=old)
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs["name"]) == (successor.id, "preview")


def test_the_branches_of_a_project_are_listed_once_for_a_whole_refresh(neon: Neon, project: Made) -> None:
    made = [neon.create(BRANCH, {"projectId": project.id, "name": f"b{n}"}, f"b{n}") for n in range(3)]
    neon.restart()
    before = len(neon.service.requests)
    assert all(neon.read(branch) for branch in made)
    assert neon.sent()[before:] == [f"GET /projects/{project.id}/branches"]


# ---- delete ------------------------------------------------------------------------------------------------------


def test_a_branch_is_deleted_and_deleting_it_again_is_done(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.delete(made)
    neon.delete(made)
    assert [branch["name"] for branch in neon.service.objects()["branch"]] == ["main"]
    assert [r.status for r in neon.service.requests if r.method == "DELETE"] == [200, 204]


def test_a_branch_of_a_project_that_is_gone_is_gone(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.ask("DELETE", f"/projects/{project.id}")
    neon.delete(made)


@pytest.mark.parametrize("how", [{"protected": True}, {"deletionProtection": True}])
def test_a_protected_branch_is_not_deleted_and_neon_is_not_asked(neon: Neon, project: Made, how: Properties) -> None:
    made = neon.branch(project, **how)
    before = len(neon.service.requests)
    with pytest.raises(errors.Protected, match="set deletionProtection and protected to false"):
        neon.delete(made)
    assert len(neon.service.requests) == before


def test_a_parent_stays_and_its_refusal_is_an_error(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.create(BRANCH, {"projectId": project.id, "name": "child", "parentId": made.state["branchId"]}, "child")
    with pytest.raises(errors.Invalid, match="children"):
        neon.delete(made)
    assert held(neon, made)


def test_a_branch_that_stays_locked_is_not_counted_as_deleted(neon: Neon, project: Made) -> None:
    made = neon.branch(project)
    neon.faults(Fault("refuse", "DELETE", status=423, times=0))
    with pytest.raises(errors.Locked):
        neon.delete(made)
    assert held(neon, made)
