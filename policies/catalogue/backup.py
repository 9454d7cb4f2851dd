"""Backups: snapshots, copies elsewhere, how long both live, and the proof that they can be restored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from policies.catalogue import types as t
from policies.catalogue.branches import BRANCHES, moment
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.recovery import DEFAULT_HISTORY, lines, worst_hours
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.standards import gdpr, popia, soc2, strategy

_DAY: Final = 86_400


@rule(
    "BK-01",
    "databases have daily snapshots",
    risk="without a snapshot of yesterday, more than the recovery point objective is lost",
    severity=Severity.CRITICAL,
    applies_to=(t.NEON_PROJECT,),
    reads=(t.NEON_SCHEDULE, t.NEON_BRANCH),
    requirements=(*soc2("A1.2"), *gdpr("32(1)(c)"), *strategy("Backup Strategy", "Rollback Strategy")),
    remedy="give the default branch a backup schedule with a daily item, each item kept for the days wanted",
    url="https://neon.com/docs/guides/backup-restore",
    parameters={"leastDays": int},
    whole_stack=True,
    source="database.snapshots",
    plan="Neon Launch",
)
def require_daily_snapshots(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Schedules are linked by what their `projectId` depends on. A snapshot is kept 30 days where no time is given."""
    least = scope.parameters["leastDays"] * _DAY
    schedules = schedules_of(project, scope.stack)
    items = [(schedule, line) for schedule in schedules for line in lines(schedule)]
    if not any(line.frequency == "daily" for _, line in items):
        seen = ", ".join(str(line.frequency) for _, line in items) or None
        yield Finding("items", seen, "a backup schedule of the default branch with a daily item")
    for schedule, line in items:
        if line.kept < least:
            kept = schedule.readable(f"{line.path}.retentionSeconds")
            yield Finding(f"{line.path}.retentionSeconds", kept, f"at least {least} seconds", schedule.urn)


def schedules_of(project: Resource, stack: Stack) -> list[Resource]:
    """The schedules of a project's default branch."""
    schedules = stack.linked(project, t.NEON_SCHEDULE, by="projectId")
    return [schedule for schedule in schedules if _of_default(schedule, project, stack)]


def _of_default(schedule: Resource, project: Resource, stack: Stack) -> bool:
    """Not one whose branch is declared as another one, or has another id than the project says of its default branch."""
    linked = [stack.by_urn[urn] for urn in schedule.links.get("branchId", ()) if urn in stack.by_urn]
    given = None if linked else schedule.readable("branchId")
    named = stack.holding(str(given), *BRANCHES, by="branchId") if given else ()
    branches = [branch for branch in (*linked, *named) if branch.type in BRANCHES]
    if branches or not given:
        return all(branch.readable("setAsDefault") is True for branch in branches)
    return bool(given == project.readable("defaultBranchId"))


@rule(
    "BK-02",
    "full copies go to another vendor",
    risk="one closed account, or one stolen token, takes the database and all its snapshots",
    severity=Severity.HIGH,
    applies_to=(t.STACK, t.BACKUP_EXPORT),
    reads=(t.NEON_PROJECT,),
    requirements=(*soc2("A1.2", "A1.3"), *strategy("Backup Strategy")),
    remedy="export at least weekly to encrypted, immutable storage outside Neon, kept for the days wanted",
    url="https://neon.com/docs/manage/backups-aws-s3-backup-part-1",
    parameters={"leastDays": int},
    whole_stack=True,
    source="backups.separateStorage",
)
def require_separate_copies(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A declared fact; the storage itself is declared beside it. Nothing is copied where nothing says so."""
    if resource.type == t.STACK:
        if not scope.stack.of_type(t.NEON_PROJECT):
            raise NotApplicable("the stack has no database")
        if not scope.stack.of_type(t.BACKUP_EXPORT):
            yield Finding("backups", None, "a copy to storage of another vendor")
        return
    if (frequency := resource.readable("frequency")) not in ("daily", "weekly"):
        yield Finding("frequency", frequency, "'weekly' or 'daily'")
    if str((provider := resource.readable("provider")) or "").strip().lower() in ("", "neon"):
        yield Finding("provider", provider, "a vendor other than neon")
    for path in ("encrypted", "immutable"):
        if (seen := resource.readable(path)) is not True:
            yield Finding(path, seen, "True")
    days = resource.readable("retentionDays")
    if not isinstance(days, int) or days < scope.parameters["leastDays"]:
        yield Finding("retentionDays", days, f"at least {scope.parameters['leastDays']}")


@rule(
    "BK-03",
    "no backup outlives an erasure for long",
    risk="what a customer had erased lives on in backups, and comes back with a restore",
    severity=Severity.HIGH,
    applies_to=(t.NEON_PROJECT, t.NEON_SCHEDULE, t.NEON_SNAPSHOT, t.BACKUP_EXPORT),
    reads=(t.DATA_INVENTORY,),
    requirements=(*gdpr("5(1)(e)", "17"), *popia("14(4)", "14(5)"), *strategy("Backup Strategy", "Compliance")),
    remedy="keep it for less time, or write down in the data inventory how erasures are done again after a restore",
    url="https://gdpr-info.eu/art-17-gdpr/",
    parameters={"mostDays": int},
    whole_stack=True,
    source="database.snapshots.retentionDays",
    sources={t.NEON_PROJECT: "database.historyHours", t.BACKUP_EXPORT: "backups.separateStorage.expireDays"},
)
def limit_backups(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Absent: Neon keeps a day of history, 30 days of each scheduled snapshot, and a snapshot without an end for ever. Any life
    will do where the inventory says how erasures are done again (`erasureAfterRestore`)."""
    inventories = scope.stack.of_type(t.DATA_INVENTORY)
    if any(str(inventory.readable("erasureAfterRestore") or "").strip() for inventory in inventories):
        return
    most = scope.parameters["mostDays"]
    for path, seen, days in _lives(resource, scope.today):
        if days is None or days > most:
            yield Finding(path, seen, f"at most {most} days")


def _lives(resource: Resource, today: date) -> Iterator[tuple[str, Any, float | None]]:
    """Each path that says how long something is kept, with its value and the days; None for no end."""
    if resource.type == t.NEON_PROJECT:
        given = resource.number("historyRetentionSeconds")
        yield "historyRetentionSeconds", given, (DEFAULT_HISTORY if given is None else given) / _DAY
    elif resource.type == t.NEON_SCHEDULE:
        for line in lines(resource):
            yield f"{line.path}.retentionSeconds", line.kept, line.kept / _DAY
    elif resource.type == t.NEON_SNAPSHOT:
        text = resource.readable("expiresAt")
        end = moment(text)
        yield "expiresAt", text, (end - _made(resource, today)) / timedelta(days=1) if end else None
    else:
        days = resource.readable("retentionDays")
        yield "retentionDays", days, days if isinstance(days, int) else None


def _made(snapshot: Resource, today: date) -> datetime:
    """When a snapshot was made; today where that is not known yet."""
    try:
        made = moment(snapshot.readable("createdAt"))
    except Unevaluated:
        made = None
    return made or datetime.combine(today, datetime.min.time(), UTC)


@rule(
    "BK-04",
    "no more is lost than the recovery point allows",
    risk="after a failure that is noticed late, more work of customers is gone than the business said it can bear",
    severity=Severity.HIGH,
    applies_to=(t.NEON_PROJECT, t.RECOVERY_TARGETS),
    reads=(t.NEON_SCHEDULE, t.NEON_BRANCH),
    requirements=(*soc2("A1.2"), *strategy("Disaster Recovery")),
    remedy="take snapshots more often, keep them and the history longer, and declare the recovery targets",
    url="https://neon.com/docs/guides/backup-restore",
    parameters={"mostHours": int, "overDays": int},
    whole_stack=True,
    source="database.snapshots",
    sources={t.RECOVERY_TARGETS: "compliance.rpoHours"},
)
def limit_loss(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Within the history window nothing is lost; before it, what lies between two snapshots that are still kept. Judged for a
    failure noticed as late as `overDays`, against the declared target and against `mostHours`."""
    most = scope.parameters["mostHours"]
    if resource.type == t.RECOVERY_TARGETS:
        hours = resource.readable("rpoHours")
        if not isinstance(hours, int) or hours > most:
            yield Finding("rpoHours", hours, f"at most {most}")
        return
    targets = scope.stack.of_type(t.RECOVERY_TARGETS)
    if not targets:
        yield Finding("rpoHours", None, f"declared recovery targets of at most {most} hours")
    declared = [hours for target in targets if isinstance(hours := target.readable("rpoHours"), int)]
    allowed = min([most, *declared])
    history = resource.number("historyRetentionSeconds")
    items = [line for schedule in schedules_of(resource, scope.stack) for line in lines(schedule)]
    over = scope.parameters["overDays"]
    worst = worst_hours(DEFAULT_HISTORY if history is None else history, items, over * _DAY)
    if worst is None or worst > allowed:
        seen = f"{worst} hours lost" if worst is not None else "nothing to go back to"
        yield Finding("historyRetentionSeconds", f"{seen} {over} days back", f"at most {allowed} hours")


@rule(
    "BK-05",
    "restores are drilled in time",
    risk="a backup that nobody restored is a hope",
    severity=Severity.HIGH,
    applies_to=(t.STACK, t.RESTORE_DRILL),
    reads=(t.NEON_PROJECT,),
    requirements=(*soc2("A1.3"), *gdpr("32(1)(d)"), *strategy("Backup Strategy", "Disaster Recovery")),
    remedy="run the restore drill, and keep its date, minutes and report in the settings",
    url="https://neon.com/docs/guides/backup-restore",
    parameters={"mostDays": int, "mostMinutes": int, "recordRequired": bool},
    whole_stack=True,
    source="backups.drillEveryDays",
)
def require_drills(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """How often and how fast is always judged, and the record of the last drill where there is one or one is required."""
    if resource.type == t.STACK:
        if not scope.stack.of_type(t.NEON_PROJECT):
            raise NotApplicable("the stack has no database")
        if not scope.stack.of_type(t.RESTORE_DRILL):
            yield Finding("drill", None, "a declared restore drill")
        return
    for path, most in (("everyDays", "mostDays"), ("maxMinutes", "mostMinutes")):
        seen = resource.readable(path)
        if not isinstance(seen, int) or not 0 < seen <= scope.parameters[most]:
            yield Finding(path, seen, f"1 to {scope.parameters[most]}")
    record = ("lastSuccess", "minutes", "reportSha256")
    if scope.parameters["recordRequired"] or any(resource.readable(path) is not None for path in record):
        yield from _record(resource, scope)


def _record(drill: Resource, scope: Scope) -> Iterator[Finding]:
    days, most = scope.parameters["mostDays"], scope.parameters["mostMinutes"]
    on, minutes, report = (drill.readable(path) for path in ("lastSuccess", "minutes", "reportSha256"))
    when = moment(on)
    if when is None or not 0 <= (scope.today - when.astimezone(UTC).date()).days <= days:
        yield Finding("lastSuccess", on, f"a day within the last {days}")
    if not isinstance(minutes, int) or not 0 < minutes <= most:
        yield Finding("minutes", minutes, f"1 to {most}")
    if not re.fullmatch(r"[0-9a-f]{64}", str(report)):
        yield Finding("reportSha256", report, "the SHA-256 of the report, 64 hexadecimal digits")
