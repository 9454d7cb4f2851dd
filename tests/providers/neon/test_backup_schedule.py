"""A backup schedule's life at Neon."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from neon_provider import errors
from neon_provider.convert import Properties
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import SCHEDULE, Made, Neon, unknown

DAILY: Properties = {"frequency": "daily", "hour": 2, "retentionSeconds": 2_592_000}
WEEKLY: Properties = {"frequency": "weekly", "day": 7, "hour": 3, "retentionSeconds": 3_024_000}


@pytest.fixture
def backups(neon: Neon, project: Made) -> Properties:
    """Inputs of the default branch's schedule."""
    return neon.on_default(project, items=[DAILY, WEEKLY])


def held(neon: Neon) -> list[dict[str, Any]]:
    """The lines Neon has."""
    return [item for schedule in neon.service.objects()["schedule"] for item in schedule["schedule"]]


def test_a_preview_asks_nobody(neon: Neon) -> None:
    assert unknown(neon.preview(SCHEDULE, {"projectId": "p", "branchId": "br-x", "items": [DAILY]})) == {
        "effectiveSchedule"
    }
    assert neon.service.requests == []


def test_what_is_asked_for_is_set_and_neither_diff_nor_refresh_sees_a_change(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    assert made.id == f"{backups['projectId']}/{backups['branchId']}"
    assert held(neon) == [
        {"frequency": "daily", "hour": 2, "retention_seconds": 2_592_000},
        {"frequency": "weekly", "hour": 3, "day": 7, "retention_seconds": 3_024_000},
    ]
    assert not neon.diff(made, backups).changes
    again = neon.read(made)
    assert again
    assert (again.id, again.inputs, again.state) == (made.id, backups, made.state)


def test_what_an_item_leaves_out_is_sent_with_its_default_and_is_no_drift(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, {**backups, "items": [{"frequency": "daily"}]})
    assert held(neon) == [{"frequency": "daily", "hour": 0, "retention_seconds": 2_592_000}]
    again = neon.read(made)
    assert again
    assert again.inputs == made.inputs


def test_another_order_of_neons_is_no_drift_and_another_retention_is(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    branch = backups["branchId"]
    neon.service.by_hand("schedule", branch, schedule=list(reversed(held(neon))))
    again = neon.read(made)
    assert again
    assert again.inputs == backups
    neon.service.by_hand("schedule", branch, schedule=[{**held(neon)[1], "retention_seconds": 3600}])
    again = neon.read(made)
    assert again
    assert neon.diff(again, backups).diffs == ["items"]
    neon.update(again, backups)
    assert len(held(neon)) == 2


def test_a_change_replaces_all_lines_in_place(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    after = neon.update(made, {**backups, "items": [WEEKLY]})
    assert [item["frequency"] for item in held(neon)] == ["weekly"]
    assert not neon.diff(after, after.inputs).changes


def test_a_branch_that_is_no_root_is_refused(neon: Neon, project: Made) -> None:
    branch = neon.branch(project).state["branchId"]
    with pytest.raises(errors.Invalid, match="root branches only"):
        neon.create(SCHEDULE, {"projectId": project.id, "branchId": branch, "items": [DAILY]})


def test_an_import_gives_inputs_that_pass_and_differ_in_nothing(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    imported = neon.import_(SCHEDULE, made.id)
    assert imported
    assert imported.inputs == backups
    assert neon.check(SCHEDULE, imported.inputs) == {}
    assert not neon.diff(imported, backups).changes


@pytest.mark.parametrize("wrong", ["", "br-x", "/br-x", "p/"])
def test_an_import_by_something_that_is_no_id_says_what_an_id_looks_like(neon: Neon, wrong: str) -> None:
    with pytest.raises(ValueError, match="it looks like quiet-river-12345678/br-late-sun-12345678"):
        neon.import_(SCHEDULE, wrong)


def test_a_schedule_that_is_cleared_or_whose_branch_is_gone_has_no_id(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    neon.service.by_hand("schedule", backups["branchId"])
    assert neon.read(made) is None
    assert neon.import_(SCHEDULE, "quiet-river-00000000/br-x") is None


@pytest.mark.parametrize("how", ["object", "array"])
def test_a_schedule_is_cleared_with_whichever_body_neon_takes(how: str) -> None:
    with Neon(clear_schedule=how) as neon:
        made = neon.create(SCHEDULE, neon.on_default(neon.project(), items=[DAILY]))
        neon.restart()
        neon.delete(made)
        assert held(neon) == []
        neon.delete(made)
        neon.ask("DELETE", f"/projects/{made.inputs['projectId']}")
        neon.delete(made)


def test_a_schedule_that_cannot_be_cleared_is_not_counted_as_deleted() -> None:
    with Neon(clear_schedule="never") as neon:
        made = neon.create(SCHEDULE, neon.on_default(neon.project(), items=[DAILY]))
        neon.restart()
        with pytest.raises(errors.Invalid, match="one item"):
            neon.delete(made)
        assert held(neon)


def test_a_schedule_that_stands_after_it_was_cleared_is_an_error(neon: Neon, backups: Properties) -> None:
    made = neon.create(SCHEDULE, backups)
    neon.restart()
    real = neon.service._answer

    def deaf(asked: Any, ending: str) -> Any:
        read = dataclasses.replace(asked, method="GET", content=b"")
        return real(read if asked.method == "PUT" else asked, ending)

    neon.service._answer = deaf  # type: ignore[method-assign]
    with pytest.raises(errors.Invalid, match="it still stands"):
        neon.delete(made)


@pytest.mark.parametrize("status", [409, 422, 423])
def test_a_refused_deletion_never_counts_as_done(neon: Neon, backups: Properties, status: int) -> None:
    made = neon.create(SCHEDULE, backups)
    neon.restart()
    neon.faults(Fault("refuse", "PUT", status=status, times=0))
    with pytest.raises(errors.NeonError):
        neon.delete(made)
    assert held(neon)
