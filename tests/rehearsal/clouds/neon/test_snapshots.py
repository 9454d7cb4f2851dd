"""Snapshots of the local Neon, by hand and by schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.rehearsal.clouds.neon.conftest import Caller, Document

DAY = 86_400


def take(neon: Caller, branch: str, **fields: Any) -> Document:
    answer = neon.ask("POST", f"{branch}/snapshot", **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def in_days(neon: Caller, days: float) -> str:
    moment = datetime.fromtimestamp(neon.service._world.now(), UTC) + timedelta(days=days)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def held(neon: Caller, project: str) -> list[Document]:
    return neon.get(f"/projects/{project}/snapshots")["snapshots"]  # type: ignore[no-any-return]


def test_a_snapshot_is_asked_for_by_query_and_tells_its_branch(neon: Caller, project: str, main: str) -> None:
    expires = in_days(neon, 7)
    answer = take(neon, main, name="pre-migrate", expires_at=expires)
    made = answer["snapshot"]
    assert (made["name"], made["manual"], made["expires_at"]) == ("pre-migrate", True, expires)
    assert made["source_branch_id"] == main.rsplit("/", 1)[1]
    assert {"id", "lsn", "timestamp", "created_at", "slug", "full_size"} <= set(made)
    assert [operation["status"] for operation in answer["operations"]] == ["finished"]
    assert held(neon, project) == [made]
    assert neon.service.objects()["snapshot"][0]["id"] == made["id"]


def test_a_body_of_the_same_fields_is_taken_too(neon: Caller, project: str, main: str) -> None:
    neon.post(f"{main}/snapshot", {"name": "by body"})
    assert [snapshot["name"] for snapshot in held(neon, project)] == ["by body"]


def test_a_name_and_an_expiry_are_changed_and_the_expiry_goes_with_null(neon: Caller, project: str, main: str) -> None:
    path = f"/projects/{project}/snapshots/{take(neon, main, name='one')['snapshot']['id']}"
    expires = in_days(neon, 3)
    changed = neon.ask("PATCH", path, {"snapshot": {"name": "two", "expires_at": expires}}).json()
    assert (changed["snapshot"]["name"], changed["snapshot"]["expires_at"]) == ("two", expires)
    assert set(changed) == {"snapshot"}
    changed = neon.ask("PATCH", path, {"snapshot": {"expires_at": None}}).json()
    assert "expires_at" not in changed["snapshot"]
    neon.service.advance(4 * DAY)
    assert [snapshot["name"] for snapshot in held(neon, project)] == ["two"]
    assert neon.status("PATCH", path, {"snapshot": {"expires_at": in_days(neon, -1)}}) == 400


def test_a_snapshot_goes_when_it_is_deleted_and_when_it_expires(neon: Caller, project: str, main: str) -> None:
    gone = take(neon, main)["snapshot"]["id"]
    take(neon, main, name="short", expires_at=in_days(neon, 1))
    answer = neon.ask("DELETE", f"/projects/{project}/snapshots/{gone}")
    assert (answer.status_code, len(answer.json()["operations"])) == (202, 1)
    assert neon.status("DELETE", f"/projects/{project}/snapshots/{gone}") == 404
    assert [snapshot["name"] for snapshot in held(neon, project)] == ["short"]
    neon.service.advance(DAY + 60)
    assert held(neon, project) == []


def test_what_cannot_be_taken_is_refused(neon: Caller, project: str, main: str) -> None:
    child = f"/projects/{project}/branches/{neon.branch(project)['id']}"
    assert neon.status("POST", f"{child}/snapshot") == 422
    queries: list[Document] = [
        {"timestamp": in_days(neon, -2)},
        {"timestamp": in_days(neon, 1)},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-25T12:00:00"},
        {"lsn": "abc"},
        {"lsn": "0/1", "timestamp": in_days(neon, 0)},
        {"expires_at": in_days(neon, -1)},
        {"slug": "Not-A-Slug"},
    ]
    for query in queries:
        assert neon.ask("POST", f"{main}/snapshot", **query).status_code == 400, query
    assert neon.status("POST", f"/projects/{project}/branches/br-none-1/snapshot") == 404
    assert held(neon, project) == []


def test_a_slug_is_one_of_its_project(neon: Caller, main: str) -> None:
    take(neon, main, slug="nightly")
    assert neon.ask("POST", f"{main}/snapshot", slug="nightly").status_code == 409


def test_a_point_of_the_past_is_inside_the_restore_window(neon: Caller, main: str) -> None:
    neon.service.advance(3 * DAY)
    moment = in_days(neon, -0.5)
    by_time = take(neon, main, timestamp=moment)["snapshot"]
    assert by_time["timestamp"] == moment
    by_place = take(neon, main, lsn=by_time["lsn"])["snapshot"]
    assert by_place["lsn"] == by_time["lsn"]
    assert neon.ask("POST", f"{main}/snapshot", timestamp=in_days(neon, -2)).status_code == 400
    assert neon.ask("POST", f"{main}/snapshot", lsn="0/1500000").status_code == 400


def test_snapshots_by_hand_are_counted() -> None:
    with Caller(plan="free") as neon:
        made = neon.project()
        path = f"/projects/{made['project']['id']}/branches/{made['branch']['id']}"
        take(neon, path)
        assert neon.status("POST", f"{path}/snapshot") == 422


# ---- by schedule -------------------------------------------------------------------------------------------------


def schedule(neon: Caller, branch: str, *items: Document) -> None:
    assert neon.status("PUT", f"{branch}/backup_schedule", {"schedule": list(items)}) == 200


def test_a_daily_schedule_takes_a_snapshot_a_day_and_keeps_it_as_long_as_it_says(
    neon: Caller, project: str, main: str
) -> None:
    schedule(neon, main, {"frequency": "daily", "hour": 3, "retention_seconds": 5 * DAY})
    assert held(neon, project) == []
    neon.service.advance(3 * DAY)
    first = held(neon, project)
    assert len(first) == 3
    assert not any(snapshot["manual"] for snapshot in first)
    hours = {datetime.fromisoformat(str(snapshot["created_at"])).hour for snapshot in first}
    assert hours == {3}
    neon.service.advance(40 * DAY)
    assert len(held(neon, project)) == 5
    assert all(snapshot not in held(neon, project) for snapshot in first)
    schedule(neon, main)
    neon.service.advance(2 * DAY)
    assert len(held(neon, project)) == 3


def test_looking_often_or_once_makes_the_same_snapshots(neon: Caller, project: str, main: str) -> None:
    schedule(neon, main, {"frequency": "daily", "retention_seconds": 30 * DAY})
    for _ in range(10):
        neon.service.advance(DAY)
        held(neon, project)
    moments = [snapshot["created_at"] for snapshot in held(neon, project)]
    assert len(moments) == len(set(moments)) == 10


@pytest.mark.parametrize(("starts", "weekday"), [("monday", 1), ("sunday", 7)])
def test_a_weekly_schedule_has_a_day(starts: str, weekday: int) -> None:
    with Caller(week_starts=starts) as neon:
        made = neon.project()
        project = made["project"]["id"]
        path = f"/projects/{project}/branches/{made['branch']['id']}"
        schedule(neon, path, {"frequency": "weekly", "day": 1, "hour": 1, "retention_seconds": 30 * DAY})
        neon.service.advance(21 * DAY)
        days = [datetime.fromisoformat(str(snapshot["created_at"])).isoweekday() for snapshot in held(neon, project)]
        assert days == [weekday] * 3


@pytest.mark.parametrize("how", ["last-day", "skip"])
def test_a_monthly_schedule_in_a_short_month_does_what_is_switched_on(how: str) -> None:
    with Caller(short_month=how) as neon:
        made = neon.project()
        project = made["project"]["id"]
        path = f"/projects/{project}/branches/{made['branch']['id']}"
        schedule(neon, path, {"frequency": "monthly", "day": 31, "retention_seconds": 3_024_000})
        seen: set[str] = set()
        for _ in range(14):
            neon.service.advance(30 * DAY)
            seen |= {str(snapshot["created_at"]) for snapshot in held(neon, project)}
        days = {datetime.fromisoformat(moment).day for moment in seen}
        assert days == {31} if how == "skip" else {28, 30, 31} <= days <= {28, 29, 30, 31}
        assert len(seen) >= (7 if how == "skip" else 13)


@pytest.mark.parametrize(
    "item",
    [
        {"frequency": "daily", "hour": 24},
        {"frequency": "weekly", "day": 8},
        {"frequency": "monthly", "day": 0},
        {"frequency": "daily", "retention_seconds": 60},
    ],
)
def test_a_schedule_out_of_range_is_refused(neon: Caller, main: str, item: Document) -> None:
    assert neon.status("PUT", f"{main}/backup_schedule", {"schedule": [item]}) == 400


def test_a_deleted_project_takes_none_and_comes_back_with_its_snapshots(neon: Caller, project: str, main: str) -> None:
    schedule(neon, main, {"frequency": "daily", "retention_seconds": 30 * DAY})
    neon.service.advance(DAY)
    before = held(neon, project)
    neon.ask("DELETE", f"/projects/{project}")
    assert neon.service.objects()["snapshot"] == []
    assert neon.status("GET", f"/projects/{project}/snapshots") == 404
    neon.service.advance(3 * DAY)
    neon.post(f"/projects/{project}/recover")
    assert held(neon, project) == before
    neon.service.advance(DAY)
    assert len(held(neon, project)) == len(before) + 1
