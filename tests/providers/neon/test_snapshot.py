"""A snapshot's life at Neon: what makes it, finds it again, and never makes or takes a second one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.checks import utc_now
from neon_provider.convert import Properties, to_plain
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import SNAPSHOT, UNKNOWN, Made, Neon, unknown, urn_of, wire

COMPUTED = {"snapshotId", "createdAt", "snapshotLsn", "fullSize", "diffSize", "manual"}
LOST = ["reset-after", "malformed", "not-json", "refuse-after"]
"""The change happened, and its answer is of no use."""
POST = ".*/snapshot"
NAMES: list[Properties] = [{}, {"name": "before"}]
"""Without a name the snapshot gets one of ours; with one it is known by what it is."""


def moment(**ahead: float) -> str:
    return (utc_now() + timedelta(**ahead)).isoformat(timespec="seconds")


@pytest.fixture
def asked(neon: Neon, project: Made) -> Properties:
    """Inputs of a snapshot of the default branch."""
    return neon.on_default(project)


@pytest.fixture(params=NAMES, ids=["unnamed", "named"])
def either(request: Any, asked: Properties) -> Properties:
    return {**asked, **request.param}


def held(neon: Neon) -> list[dict[str, Any]]:
    """The snapshots that Neon has."""
    return neon.service.objects()["snapshot"]


def ids(neon: Neon) -> list[str]:
    return [snapshot["id"] for snapshot in held(neon)]


def logged(neon: Neon) -> list[str]:
    """What is told from now on."""
    told: list[str] = []
    neon.provider.log = lambda severity, message, urn: told.append(f"{severity}: {message}")
    return told


def kept_after(failure: errors.PartialFailure, inputs: Properties) -> Made:
    """What the engine's state holds after a partial failure."""
    return Made(SNAPSHOT, "it", failure.resource_id, inputs, to_plain(failure.properties))


# ---- create ------------------------------------------------------------------------------------------------------


def test_a_preview_asks_nobody(neon: Neon) -> None:
    given = {"projectId": "quiet-river-12345678", "branchId": "br-late-sun-12345678"}
    assert unknown(neon.preview(SNAPSHOT, given)) == COMPUTED
    assert neon.service.requests == []


def test_a_snapshot_of_the_present_has_a_name_of_ours(neon: Neon, asked: Properties) -> None:
    before = len(neon.sent())
    made = neon.create(SNAPSHOT, asked)
    snapshot = held(neon)[0]
    assert re.fullmatch(r"pulumi [0-9a-f]{24}\.[0-9a-f]{8}", snapshot["name"])
    assert made.id == f"{asked['projectId']}/{snapshot['id']}"
    assert (made.state["manual"], made.state["snapshotLsn"]) == (True, snapshot["lsn"])
    assert "name" not in made.state
    assert not neon.diff(made, asked).changes
    base = f"/projects/{asked['projectId']}"
    assert neon.sent()[before:] == [
        f"GET {base}/snapshots",
        f"POST {base}/branches/{asked['branchId']}/snapshot",
        f"GET {base}/snapshots",
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"name": "before"},
        {"lsn": "0/1A2B3C4D"},
        {"timestamp": "now"},
        {"expiresAt": moment(days=400)},
        {"retainOnDelete": True},
        {"name": "all", "timestamp": "now", "expiresAt": moment(days=1), "retainOnDelete": False},
    ],
    ids=lambda more: "-".join(more),
)
def test_what_is_asked_for_is_made_and_neither_diff_nor_refresh_sees_a_change(
    neon: Neon, asked: Properties, more: Properties
) -> None:
    inputs = {**asked, **more}
    if "timestamp" in more:
        inputs["timestamp"] = moment(seconds=0)
    made = neon.create(SNAPSHOT, inputs)
    snapshot = held(neon)[0]
    for key, name in (("name", "name"), ("lsn", "lsn"), ("timestamp", "timestamp"), ("expiresAt", "expires_at")):
        if key in more:
            assert snapshot[name] == inputs[key]
    assert not neon.diff(made, inputs).changes
    neon.restart()
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, inputs, made.state)


def test_the_point_in_time_that_neon_chose_can_be_declared_later_without_a_replacement(
    neon: Neon, asked: Properties
) -> None:
    made = neon.create(SNAPSHOT, asked)
    snapshot = held(neon)[0]
    assert not neon.diff(made, {**asked, "timestamp": snapshot["timestamp"]}).changes
    assert not neon.diff(made, {**asked, "lsn": snapshot["lsn"]}).changes
    assert neon.diff(made, {**asked, "lsn": "0/1"}).replaces == ["lsn"]


def test_a_branch_that_is_no_root_is_refused(neon: Neon, project: Made) -> None:
    branch = neon.branch(project).state["branchId"]
    with pytest.raises(errors.Invalid, match="root branches only"):
        neon.create(SNAPSHOT, {"projectId": project.id, "branchId": branch})


def test_a_second_snapshot_on_the_free_plan_is_refused_with_neons_limit() -> None:
    with Neon(config={"plan": "free"}, plan="free") as neon:
        asked = neon.on_default(neon.project())
        neon.create(SNAPSHOT, asked)
        with pytest.raises(errors.Invalid, match="manual snapshots limit exceeded: 1"):
            neon.create(SNAPSHOT, asked, "other")


# ---- lost answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", LOST)
def test_a_create_whose_answer_was_lost_finds_what_it_made(neon: Neon, either: Properties, fault: Any) -> None:
    neon.create(SNAPSHOT, either, "other")
    neon.faults(Fault(fault, "POST", POST))
    made = neon.create(SNAPSHOT, either)
    assert len([path for path in neon.sent("POST") if path.endswith("/snapshot")]) == 2
    assert ids(neon)[1:] == [made.state["snapshotId"]]
    assert not neon.diff(made, either).changes


def test_a_create_that_never_arrived_is_sent_again_once_it_is_known_to_have_made_nothing(
    neon: Neon, either: Properties
) -> None:
    neon.faults(Fault("reset-before", "POST", POST))
    made = neon.create(SNAPSHOT, either)
    assert ids(neon) == [made.state["snapshotId"]]


def test_a_fault_that_made_nothing_is_told_and_the_create_is_not_sent_again(neon: Neon, either: Properties) -> None:
    neon.faults(Fault("refuse", "POST", POST, status=500))
    sent = len(neon.sent("POST"))
    with pytest.raises(errors.Unanswered, match="nothing that it may have made was found"):
        neon.create(SNAPSHOT, either)
    assert len(neon.sent("POST")) == sent + 1
    assert held(neon) == []


@pytest.mark.parametrize("fault", LOST)
def test_after_a_run_that_died_the_next_one_takes_over_what_was_made(
    neon: Neon, either: Properties, fault: Any
) -> None:
    """Reads fail as well after the POST, so that this run cannot look for what it made."""
    neon.faults(Fault(fault, "POST", POST), Fault("reset-before", "GET", nth=2, times=0))
    with pytest.raises(errors.Unanswered, match="could not be looked for"):
        neon.create(SNAPSHOT, either)
    neon.faults()
    neon.restart()
    told = logged(neon)
    made = neon.create(SNAPSHOT, either)
    assert ids(neon) == [made.state["snapshotId"]]
    assert not neon.diff(made, either).changes
    assert any("was made by an interrupted run and is taken over" in text for text in told)


def test_a_run_killed_between_the_answer_and_the_state_leaves_one_snapshot(neon: Neon, either: Properties) -> None:
    first = neon.create(SNAPSHOT, either)
    neon.restart()
    again = neon.create(SNAPSHOT, either)
    assert (again.id, again.state) == (first.id, first.state)
    assert len(held(neon)) == 1


def test_a_run_killed_while_it_waits_leaves_one_snapshot(neon: Neon, either: Properties) -> None:
    """Its partial failure never reached the state."""
    neon.faults(Fault("operation-stuck", "POST", POST))
    with pytest.raises(errors.PartialFailure):
        neon.create(SNAPSHOT, either)
    neon.restart()
    made = neon.create(SNAPSHOT, either)
    assert ids(neon) == [made.state["snapshotId"]]
    assert not neon.diff(made, either).changes


def test_what_is_taken_over_is_brought_to_what_is_asked(neon: Neon, asked: Properties) -> None:
    neon.create(SNAPSHOT, {**asked, "name": "before", "expiresAt": moment(days=1)})
    neon.restart()
    wanted = {**asked, "name": "before", "expiresAt": moment(days=2)}
    made = neon.create(SNAPSHOT, wanted)
    assert [snapshot["expires_at"] for snapshot in held(neon)] == [wanted["expiresAt"]]
    assert not neon.diff(made, wanted).changes


def test_what_was_taken_over_is_not_deleted_by_the_same_run(neon: Neon, either: Properties) -> None:
    neon.create(SNAPSHOT, either)
    neon.restart()
    made = neon.create(SNAPSHOT, either)
    neon.delete(made)
    assert len(held(neon)) == 1
    neon.restart()
    neon.delete(made)
    assert held(neon) == []


def test_two_snapshots_of_one_name_in_one_run_are_two(neon: Neon, either: Properties) -> None:
    one, two = neon.create(SNAPSHOT, either, "one"), neon.create(SNAPSHOT, either, "two")
    assert one.id != two.id
    assert len(held(neon)) == 2


def test_what_is_older_than_an_hour_or_not_ours_is_not_taken_over(neon: Neon, asked: Properties) -> None:
    named = {**asked, "name": "before"}
    old = neon.create(SNAPSHOT, named).state["snapshotId"]
    neon.service.by_hand("snapshot", old, created_at="2026-01-01T00:00:00Z")
    scheduled = neon.create(SNAPSHOT, named, "scheduled").state["snapshotId"]
    neon.service.by_hand("snapshot", scheduled, manual=False)
    elsewhere = neon.create(SNAPSHOT, named, "elsewhere").state["snapshotId"]
    neon.service.by_hand("snapshot", elsewhere, source_branch_id="br-calm-stone-12345678")
    other_point = neon.create(SNAPSHOT, {**named, "lsn": "0/1"}, "other point").state["snapshotId"]
    neon.restart()
    made = neon.create(SNAPSHOT, {**named, "lsn": "0/2"})
    assert ids(neon) == [old, scheduled, elsewhere, other_point, made.state["snapshotId"]]


def test_an_unnamed_snapshot_of_another_resource_is_not_taken_over(neon: Neon, asked: Properties) -> None:
    other = neon.create(SNAPSHOT, asked, "other")
    neon.restart()
    assert neon.create(SNAPSHOT, asked).id != other.id


def test_several_that_an_interrupted_run_may_have_made_are_named_and_none_is_chosen(
    neon: Neon, asked: Properties
) -> None:
    named = {**asked, "name": "before"}
    one, two = neon.create(SNAPSHOT, named, "one"), neon.create(SNAPSHOT, named, "two")
    neon.restart()
    with pytest.raises(errors.NeonError, match="several may be it") as caught:
        neon.create(SNAPSHOT, named)
    assert one.state["snapshotId"] in str(caught.value)
    assert two.state["snapshotId"] in str(caught.value)


@pytest.mark.parametrize("change", [{}, {"lsn": "0/1A2B3C4D"}, {"branchId": "other"}], ids=["forced", "lsn", "branch"])
def test_a_replacement_never_takes_over_what_it_replaces(
    neon: Neon, either: Properties, project: Made, change: Properties
) -> None:
    """The engine checks the inputs against those of the state before it asks for the new object."""
    if "branchId" in change:
        other = neon.branch(project, name="root", initSource="schema-only")
        change = {"branchId": other.state["branchId"]}
    old = neon.create(SNAPSHOT, either)
    neon.restart()
    wanted = {**either, **change}
    assert neon.diff(old, wanted).delete_before_replace is False
    assert neon.check(SNAPSHOT, wanted, either) == {}
    new = neon.create(SNAPSHOT, wanted)
    assert ids(neon) == [old.state["snapshotId"], new.state["snapshotId"]]
    neon.delete(old)
    assert ids(neon) == [new.state["snapshotId"]]


def test_a_replacement_that_was_killed_takes_over_what_it_made(neon: Neon, either: Properties) -> None:
    old = neon.create(SNAPSHOT, either)
    wanted = {**either, "lsn": "0/1A2B3C4D"}
    neon.restart()
    for _ in range(2):
        assert neon.check(SNAPSHOT, wanted, either) == {}
        new = neon.create(SNAPSHOT, wanted)
        assert ids(neon) == [old.state["snapshotId"], new.state["snapshotId"]]
        neon.restart()


def test_a_journal_finds_what_an_interrupted_create_left_and_nothing_else(neon: Neon, either: Properties) -> None:
    urn = urn_of(SNAPSHOT, "it")
    assert neon.run(neon.provider.adopt(urn, SNAPSHOT, wire(either))) is None
    made = neon.create(SNAPSHOT, either)
    neon.restart()
    found = neon.run(neon.provider.adopt(urn, SNAPSHOT, wire(either)))
    assert found
    assert (found[0], to_plain(found[1])) == (made.id, made.state)


# ---- operations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("operation-fails", "ended as failed"),
        ("operation-error", "ended as error"),
        ("operation-cancelled", "ended as cancelled"),
        ("operation-stuck", "not finished in time"),
    ],
)
def test_a_snapshot_whose_operation_failed_keeps_its_id_and_the_next_update_completes_it(
    neon: Neon, either: Properties, fault: Any, reason: str
) -> None:
    neon.faults(Fault(fault, "POST", POST))
    with pytest.raises(errors.PartialFailure, match=reason) as caught:
        neon.create(SNAPSHOT, either)
    kept = kept_after(caught.value, either)
    assert kept.id == f"{either['projectId']}/{ids(neon)[0]}"
    assert kept.state["branchId"] == either["branchId"]
    neon.restart()
    after = neon.update(kept, either)
    assert len(held(neon)) == 1
    assert not neon.diff(after, either).changes
    assert after.state.keys() >= COMPUTED


def test_a_create_is_stopped_with_the_id_of_what_exists(neon: Neon, asked: Properties) -> None:
    neon.faults(Fault("operation-stuck", "POST", POST))

    async def stop(seconds: float) -> None:
        neon.time.time += seconds
        await neon.provider.cancel()

    assert neon.provider._client
    neon.provider._client.clock.sleep = stop
    with pytest.raises(errors.PartialFailure, match="was cancelled") as caught:
        neon.create(SNAPSHOT, asked)
    assert caught.value.resource_id.endswith(ids(neon)[0])


# ---- update ------------------------------------------------------------------------------------------------------


LATER = moment(days=9)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ({}, {"name": "after"}, ("name", "after")),
        ({"name": "before"}, {"name": "after"}, ("name", "after")),
        ({}, {"expiresAt": LATER}, ("expires_at", LATER)),
        ({"expiresAt": moment(days=1)}, {"expiresAt": LATER}, ("expires_at", LATER)),
        ({"expiresAt": LATER}, {}, ("expires_at", None)),
    ],
)
def test_a_change_is_made_in_place(
    neon: Neon, asked: Properties, before: Properties, after: Properties, sent: tuple[str, Any]
) -> None:
    made = neon.create(SNAPSHOT, {**asked, **before})
    wanted = {**asked, **after}
    done = neon.update(made, wanted)
    assert held(neon)[0].get(sent[0]) == sent[1]
    assert neon.changes()[-1] == f"PATCH /projects/{asked['projectId']}/snapshots/{made.state['snapshotId']}"
    assert not neon.diff(done, wanted).changes


def test_a_name_that_is_left_out_stays(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, {**asked, "name": "before"})
    assert not neon.diff(made, asked).changes


def test_retain_on_delete_is_kept_here_and_sent_to_nobody(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, asked)
    changes = len(neon.changes())
    after = neon.update(made, {**asked, "retainOnDelete": True})
    assert after.state["retainOnDelete"] is True
    assert len(neon.changes()) == changes


def test_a_refused_update_keeps_the_old_values(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, {**asked, "name": "before"})
    neon.faults(Fault("refuse", "PATCH", status=400, message="too long"))
    with pytest.raises(errors.PartialFailure, match="too long") as caught:
        neon.update(made, {**asked, "name": "after", "expiresAt": LATER})
    kept = kept_after(caught.value, made.inputs)
    assert (kept.state["name"], kept.state.get("expiresAt")) == ("before", None)
    after = neon.update(kept, {**asked, "name": "after", "expiresAt": LATER})
    assert (held(neon)[0]["name"], after.state["name"]) == ("after", "after")


@pytest.mark.parametrize("fault", ["reset-before", *LOST])
def test_an_update_whose_answer_was_lost_is_done(neon: Neon, asked: Properties, fault: Any) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.faults(Fault(fault, "PATCH"))
    neon.update(made, {**asked, "name": "after"})
    assert held(neon)[0]["name"] == "after"


def test_an_update_of_what_is_gone_says_so(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.service.by_hand("snapshot", made.state["snapshotId"])
    neon.restart()
    with pytest.raises(errors.PartialFailure, match=r"it is gone.*Run a refresh"):
        neon.update(made, {**asked, "retainOnDelete": True})


# ---- read --------------------------------------------------------------------------------------------------------


def test_what_was_changed_by_hand_is_seen_and_put_back(neon: Neon, asked: Properties) -> None:
    inputs = {**asked, "name": "before", "expiresAt": LATER}
    made = neon.create(SNAPSHOT, inputs)
    neon.service.by_hand("snapshot", made.state["snapshotId"], name="mine", expires_at=None)
    neon.restart()
    again = neon.read(made)
    assert again
    assert sorted(neon.diff(again, inputs).diffs or []) == ["expiresAt", "name"]
    neon.update(again, inputs)
    assert (held(neon)[0]["name"], held(neon)[0]["expires_at"]) == ("before", LATER)


def test_a_name_that_the_program_does_not_give_is_no_drift(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.service.by_hand("snapshot", made.state["snapshotId"], name="mine")
    neon.restart()
    again = neon.read(made)
    assert again
    assert not neon.diff(again, asked).changes


def test_a_snapshot_stays_with_the_branch_that_it_was_taken_of_when_that_one_is_restored(
    neon: Neon, asked: Properties
) -> None:
    made = neon.create(SNAPSHOT, asked)
    path = f"/projects/{asked['projectId']}/snapshots/{made.state['snapshotId']}/restore"
    body = {"target_branch_id": asked["branchId"], "finalize_restore": True}
    restored = neon.ask("POST", path, body)
    assert restored.status_code == 200, restored.text
    neon.restart()
    told = logged(neon)
    again = neon.read(made)
    assert again
    new = restored.json()["branch"]["id"]
    assert [text for text in told if f"whose place {new} took in a restore" in text and "retainOnDelete" in text]
    assert neon.diff(again, {**asked, "branchId": new}).replaces == ["branchId"]
    assert (again.id, again.state["branchId"]) == (made.id, asked["branchId"])
    assert not neon.diff(again, asked).changes


def test_snapshots_and_branches_of_a_project_are_listed_once_for_a_whole_refresh(neon: Neon, asked: Properties) -> None:
    made = [neon.create(SNAPSHOT, {**asked, "name": f"s{n}"}, f"s{n}") for n in range(3)]
    neon.restart()
    before = len(neon.sent())
    assert all(neon.read(snapshot) for snapshot in made)
    base = f"/projects/{asked['projectId']}"
    assert neon.sent()[before:] == [f"GET {base}/snapshots", f"GET {base}/branches"]


def test_what_is_gone_has_no_id_and_what_cannot_be_read_is_not_gone(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, {**asked, "expiresAt": moment(hours=1)})
    assert neon.import_(SNAPSHOT, f"{asked['projectId']}/snap-none") is None
    assert neon.import_(SNAPSHOT, "quiet-river-00000000/snap-late-sun-12345678") is None
    neon.service.advance(3700)
    neon.restart()
    assert neon.read(made) is None
    neon.faults(Fault("refuse", "GET", status=403))
    neon.restart()
    with pytest.raises(errors.Forbidden):
        neon.read(made)


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, asked: Properties) -> None:
    inputs = {**asked, "name": "before", "expiresAt": LATER}
    made = neon.create(SNAPSHOT, inputs)
    neon.restart()
    imported = neon.import_(SNAPSHOT, made.id)
    assert imported
    assert imported.inputs == inputs
    assert neon.check(SNAPSHOT, imported.inputs) == {}
    for program in (inputs, asked, {**inputs, "timestamp": held(neon)[0]["timestamp"]}):
        difference = neon.diff(imported, program).diffs or []
        assert difference == ([] if "expiresAt" in program else ["expiresAt"])


@pytest.mark.parametrize("wrong", ["", "snap-late-sun-12345678", "/snap-x", "quiet-river-12345678/", "a/b/c", "A/b"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(
        ValueError, match="is no snapshot id: it looks like quiet-river-12345678/snap-late-sun-12345678"
    ):
        neon.import_(SNAPSHOT, wrong)
    assert neon.service.requests == []


# ---- delete ------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_deleted_and_deleting_it_again_is_done(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.delete(made)
    assert held(neon) == []
    neon.delete(made)
    assert [request.status for request in neon.service.requests if request.method == "DELETE"] == [202, 404]
    neon.ask("DELETE", f"/projects/{asked['projectId']}")
    neon.delete(made)


def test_a_snapshot_that_shall_stay_is_left_at_neon_and_that_is_told(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, {**asked, "retainOnDelete": True})
    before, told = len(neon.sent()), logged(neon)
    neon.delete(made)
    assert len(neon.sent()) == before
    assert told == [f"info: snapshot {made.id} stays at Neon, as retainOnDelete asks"]
    assert len(held(neon)) == 1


@pytest.mark.parametrize("fault", ["reset-before", *LOST])
def test_a_deletion_whose_answer_was_lost_is_done(neon: Neon, asked: Properties, fault: Any) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.faults(Fault(fault, "DELETE"))
    neon.delete(made)
    assert held(neon) == []


@pytest.mark.parametrize("status", [403, 409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, asked: Properties, status: int) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.faults(Fault("refuse", "DELETE", status=status, times=0))
    with pytest.raises(errors.NeonError) as caught:
        neon.delete(made)
    assert caught.value.status == status
    assert len(held(neon)) == 1


def test_a_deletion_whose_operation_failed_is_an_error_and_the_next_one_is_done(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, asked)
    neon.faults(Fault("operation-fails", "DELETE"))
    with pytest.raises(errors.OperationFailed, match="delete_timeline"):
        neon.delete(made)
    neon.delete(made)


# ---- check -------------------------------------------------------------------------------------------------------

VALID: Properties = {"projectId": "quiet-river-12345678", "branchId": "br-late-sun-12345678"}


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"projectId": "Shop"}, "projectId", "'Shop' is no id: it looks like quiet-river-12345678"),
        ({"branchId": "late-sun-1"}, "branchId", "'late-sun-1' is no id: it looks like br-"),
        ({"name": "x" * 257}, "name", "must be 1 to 256 characters, was "),
        ({"name": ""}, "name", "must be 1 to 256 characters, was ''"),
        ({"lsn": "0-1"}, "lsn", "must look like 0/1A2B3C4D, was '0-1'"),
        ({"timestamp": "yesterday"}, "timestamp", "must be an RFC 3339 time such as"),
        ({"timestamp": "2026-01-01T00:00:00"}, "timestamp", "must name its zone"),
        ({"timestamp": moment(days=1)}, "timestamp", "must not lie in the future"),
        ({"timestamp": moment(days=-31)}, "timestamp", "history goes back 2592000 seconds at most"),
        ({"timestamp": moment(days=-1), "lsn": "0/1"}, "timestamp", "cannot be given together with lsn"),
        ({"expiresAt": "soon"}, "expiresAt", "must be an RFC 3339 time such as"),
        ({"expiresAt": "2999-01-01T00:00:00"}, "expiresAt", "must name its zone, such as 2999-01-01T00:00:00Z"),
        ({"expiresAt": moment(minutes=-1)}, "expiresAt", "must lie in the future, was "),
        ({"retainOnDelete": "no"}, "retainOnDelete", "must be true or false, was 'no'"),
        ({"keep": True}, "keep", "is no property; known are: projectId, branchId, name"),
    ],
)
def test_a_value_neon_would_refuse_is_refused_with_its_limit(changes: Properties, where: str, reason: str) -> None:
    found = dict(RESOURCES[SNAPSHOT].check({}, {**VALID, **changes}, "scale"))
    assert set(found) == {where}
    assert found[where].startswith(reason)


def test_all_problems_are_told_at_once_and_what_is_unknown_is_passed_over(neon: Neon) -> None:
    wrong = {"projectId": "X", "branchId": "x", "name": "", "timestamp": "x", "lsn": "x", "expiresAt": "x"}
    assert set(neon.check(SNAPSHOT, wrong)) == set(wrong)
    assert neon.check(SNAPSHOT, {}) == {"projectId": "is required", "branchId": "is required"}
    assert (
        neon.check(SNAPSHOT, dict.fromkeys(("projectId", "branchId", "name", "timestamp", "expiresAt"), UNKNOWN)) == {}
    )


def test_a_smaller_plan_has_a_shorter_window_and_a_moment_that_stands_already_is_not_judged_again(neon: Neon) -> None:
    inputs = {**VALID, "timestamp": moment(days=-8)}
    assert neon.check(SNAPSHOT, inputs) == {}
    old = {**inputs, "timestamp": "2026-01-01T00:00:00Z", "expiresAt": "2026-01-02T00:00:00Z"}
    assert neon.check(SNAPSHOT, old, old) == {}
    with Neon(config={"plan": "launch"}) as smaller:
        assert set(smaller.check(SNAPSHOT, inputs)) == {"timestamp"}
        assert "604800 seconds" in smaller.check(SNAPSHOT, inputs)["timestamp"]


def test_the_same_moment_in_another_zone_is_no_change(neon: Neon, asked: Properties) -> None:
    made = neon.create(SNAPSHOT, {**asked, "expiresAt": "2999-01-01T00:00:00Z"})
    assert not neon.diff(made, {**asked, "expiresAt": "2999-01-01T02:00:00+02:00"}).changes
    assert datetime.fromisoformat(made.state["expiresAt"]).year == 2999
