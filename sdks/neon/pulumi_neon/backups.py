"""Functions about snapshots and their schedule. They are asked at preview too; none changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, InvokeOptions, InvokeOutputOptions, Output

from pulumi_neon._invoke import ask, ask_output


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotDetails:
    """A snapshot as Neon tells of it."""

    snapshot_id: str
    """Id of the snapshot."""
    name: str
    """Name of the snapshot."""
    branch_id: str | None = None
    """Id of the branch that it was taken of; absent when Neon does not tell."""
    created_at: str
    """Moment of its creation (RFC 3339)."""
    expires_at: str | None = None
    """Moment of its deletion (RFC 3339); absent when it stays."""
    manual: bool
    """Whether it was asked for, not taken by a schedule."""
    timestamp: str | None = None
    """Moment of the data that it holds (RFC 3339); absent when that of its creation."""
    lsn: str | None = None
    """Position `X/Y` in the write-ahead log of the data that it holds; absent when Neon does not tell."""
    full_size: int | None = None
    """Size of the whole snapshot in bytes; absent before it is measured."""
    diff_size: int | None = None
    """Size in bytes of what differs from the snapshot before it; absent before it is measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldScheduleItem:
    """One line of a backup schedule as Neon holds it."""

    frequency: str
    """Such as `daily`, `weekly` or `monthly`; older schedules may say `hourly` or `yearly`."""
    hour: int | None = None
    """Hour of the day, 0-23 UTC; absent when Neon does not tell."""
    day: int | None = None
    """Day of the week or of the month; absent for a daily one."""
    month: int | None = None
    """Month, 1-12, of a yearly snapshot; absent otherwise."""
    retention_seconds: int | None = None
    """Seconds that each snapshot is kept; absent for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListSnapshotsResult:
    """What `list_snapshots` tells."""

    snapshots: Sequence[SnapshotDetails]
    """The snapshots."""


def list_snapshots(
    *,
    project_id: str,
    branch_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> ListSnapshotsResult:
    """The snapshots of a project, or of one of its branches. https://neon.com/docs/guides/backup-restore

    project_id: Id of the project.
    branch_id: Id of the branch; default all of the project's.
    """
    return ask("listSnapshots", ListSnapshotsResult, opts, project_id=project_id, branch_id=branch_id)


def list_snapshots_output(
    *,
    project_id: Input[str],
    branch_id: Input[str] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[ListSnapshotsResult]:
    """`list_snapshots` of inputs; unknown at preview as long as one of them is."""
    return ask_output("listSnapshots", ListSnapshotsResult, opts, project_id=project_id, branch_id=branch_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class LatestSnapshotResult(SnapshotDetails):
    """What `latest_snapshot` tells."""

    age_seconds: int
    """Age of its data in seconds."""


def latest_snapshot(
    *,
    project_id: str,
    branch_id: str,
    max_age_seconds: int | None = None,
    opts: InvokeOptions | None = None,
) -> LatestSnapshotResult:
    """The snapshot with the newest data of a branch; fails when there is none, or when its data is older than
    `max_age_seconds`: a check that backups are taken.

    project_id: Id of the project.
    branch_id: Id of the branch.
    max_age_seconds: Seconds that its data may be old, 1 at least; default any age.
    """
    return ask(
        "latestSnapshot",
        LatestSnapshotResult,
        opts,
        project_id=project_id,
        branch_id=branch_id,
        max_age_seconds=max_age_seconds,
    )


def latest_snapshot_output(
    *,
    project_id: Input[str],
    branch_id: Input[str],
    max_age_seconds: Input[int] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[LatestSnapshotResult]:
    """`latest_snapshot` of inputs; unknown at preview as long as one of them is."""
    return ask_output(
        "latestSnapshot",
        LatestSnapshotResult,
        opts,
        project_id=project_id,
        branch_id=branch_id,
        max_age_seconds=max_age_seconds,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GetBackupScheduleResult:
    """What `get_backup_schedule` tells."""

    items: Sequence[HeldScheduleItem]
    """Its lines; none when there is no schedule."""


def get_backup_schedule(
    *,
    project_id: str,
    branch_id: str,
    opts: InvokeOptions | None = None,
) -> GetBackupScheduleResult:
    """The backup schedule of a branch.

    project_id: Id of the project.
    branch_id: Id of the branch.
    """
    return ask("getBackupSchedule", GetBackupScheduleResult, opts, project_id=project_id, branch_id=branch_id)


def get_backup_schedule_output(
    *,
    project_id: Input[str],
    branch_id: Input[str],
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetBackupScheduleResult]:
    """`get_backup_schedule` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getBackupSchedule", GetBackupScheduleResult, opts, project_id=project_id, branch_id=branch_id)
