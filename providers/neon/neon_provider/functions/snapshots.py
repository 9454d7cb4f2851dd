"""Functions about backups: the snapshots there are, how old the newest one is, and the schedule that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties
from neon_provider.errors import NeonError, NotFound, ServerFault
from neon_provider.functions.base import ANY_BRANCH, BRANCH, PROJECT, Argument, Function, naming
from neon_provider.models import ScheduleItem, SnapshotRecord
from neon_provider.session import Session
from neon_provider.shapes import WHOLE


async def list_snapshots(session: Session, args: Properties, _: str) -> Properties:
    """Every snapshot of a project, or of one of its branches; oldest first."""
    found = await _snapshots(session, str(args["projectId"]), args.get("branchId"))
    return {"snapshots": [_shown(snapshot) for snapshot in found]}


async def latest_snapshot(session: Session, args: Properties, _: str) -> Properties:
    """The snapshot with the newest data of a branch; fails when there is none, or when its data is older than allowed.

    What counts is the moment the data is of, not that of the snapshot's making: one may be taken of the past.
    """
    project_id, branch_id = str(args["projectId"]), str(args["branchId"])
    where = f"branch {branch_id} of project {project_id}"
    found = await _snapshots(session, project_id, branch_id)
    if not found:
        raise NotFound(f"snapshot of {where}", "there is none", advice="See that a backup schedule is set and runs")
    newest = max(found, key=_moment)
    age = max(0, int((checks.utc_now() - _moment(newest)).total_seconds()))
    limit = args.get("maxAgeSeconds")
    if limit is not None and age > limit:
        raise NeonError(
            f"newest snapshot of {where}",
            f"{newest.id} is {age} seconds old, maxAgeSeconds allows {limit}",
            advice="See that the backup schedule runs",
        )
    return {**_shown(newest), "ageSeconds": age}


async def get_backup_schedule(session: Session, args: Properties, _: str) -> Properties:
    """The items of a branch's schedule; none when it has no schedule."""
    project_id, branch_id = str(args["projectId"]), str(args["branchId"])
    with naming(f"branch {branch_id} of project {project_id}"):
        answer = await session.get(path_of("projects", project_id, "branches", branch_id, "backup_schedule"))
    items = [ScheduleItem.read(item) for item in answer.get("schedule") or []]
    return {
        "items": [
            {
                "frequency": item.frequency,
                "hour": item.hour,
                "day": item.day,
                "month": item.month,
                "retentionSeconds": item.retention_seconds,
            }
            for item in items
        ]
    }


async def _snapshots(session: Session, project_id: str, branch_id: str | None) -> list[SnapshotRecord]:
    with naming(f"project {project_id}"):
        listed = await session.pages(
            path_of("projects", project_id, "snapshots"), "snapshots", cursor=("next", "cursor")
        )
    found = sorted(map(SnapshotRecord.read, listed), key=lambda snapshot: (snapshot.created_at, snapshot.id))
    if branch_id is None:
        return found
    found = [snapshot for snapshot in found if snapshot.source_branch_id == branch_id]
    if not found:  # a branch without any, or no branch: Neon has no listing of one branch that would tell
        with naming(f"branch {branch_id} of project {project_id}"):
            await session.get(path_of("projects", project_id, "branches", branch_id))
    return found


def _moment(snapshot: SnapshotRecord) -> datetime:
    text = snapshot.timestamp or snapshot.created_at
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ServerFault(f"moment of snapshot {snapshot.id}", f"{text!r} is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(snapshot: SnapshotRecord) -> dict[str, Any]:
    """Sizes in bytes."""
    return {
        "snapshotId": snapshot.id,
        "name": snapshot.name,
        "branchId": snapshot.source_branch_id,
        "createdAt": snapshot.created_at,
        "expiresAt": snapshot.expires_at,
        "manual": snapshot.manual,
        "timestamp": snapshot.timestamp,
        "lsn": snapshot.lsn,
        "fullSize": snapshot.full_size,
        "diffSize": snapshot.diff_size,
    }


def _an_age(key: str, value: Any) -> Iterator[Problem]:
    if value < 1:
        yield key, f"must be 1 second or more, was {value!r}"


FUNCTIONS: Final[Mapping[str, Function]] = {
    "neon:index:listSnapshots": Function({"projectId": PROJECT, "branchId": ANY_BRANCH}, list_snapshots),
    "neon:index:latestSnapshot": Function(
        {"projectId": PROJECT, "branchId": BRANCH, "maxAgeSeconds": Argument(_an_age, WHOLE)}, latest_snapshot
    ),
    "neon:index:getBackupSchedule": Function({"projectId": PROJECT, "branchId": BRANCH}, get_backup_schedule),
}
