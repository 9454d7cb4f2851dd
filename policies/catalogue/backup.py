"""Backups: scheduled snapshots, and copies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue.model import Finding, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import UNKNOWN, Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import gdpr, soc2
from policies.catalogue.types import BACKUP_EXPORT, NEON_PROJECT, NEON_SCHEDULE

_DAY: Final = 86_400


@rule(
    "BK-01",
    "databases have daily snapshots",
    risk="without a snapshot of yesterday, more than the recovery point objective is lost",
    severity=Severity.CRITICAL,
    applies_to=(NEON_PROJECT,),
    reads=(NEON_SCHEDULE,),
    requirements=(*soc2("A1.2"), *gdpr("32(1)(c)")),
    remedy="give the default branch a backup schedule with a daily item, each item kept for the days wanted",
    url="https://neon.com/docs/guides/backup-restore",
    parameters={"leastDays": int},
    whole_stack=True,
)
def require_daily_snapshots(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Schedules are linked by what their `projectId` depends on."""
    least = scope.parameters["leastDays"] * _DAY
    mine = scope.stack.linked(project, NEON_SCHEDULE, by="projectId")
    items = [(schedule, position, item) for schedule in mine for position, item in _items(schedule)]
    if not any(item.get("frequency") == "daily" for _, _, item in items):
        seen = ", ".join(str(item.get("frequency")) for _, _, item in items) or None
        yield Finding("items", seen, "a backup schedule with a daily item")
    for schedule, position, item in items:
        kept = item.get("retentionSeconds")
        if not isinstance(kept, int) or kept < least:
            yield Finding(f"items[{position}].retentionSeconds", kept, f"at least {least} seconds", schedule.urn)


def _items(schedule: Resource) -> Iterator[tuple[int, dict[str, object]]]:
    for position, item in enumerate(schedule.get("items") or []):
        if item is UNKNOWN or UNKNOWN in item.values():
            raise Unevaluated(f"items[{position}]")
        yield position, item


@rule(
    "BK-02",
    "full copies go to another vendor",
    risk="one closed account, or one stolen token, takes the database and all its snapshots",
    severity=Severity.HIGH,
    applies_to=(BACKUP_EXPORT,),
    requirements=soc2("A1.2", "A1.3"),
    remedy="export at least weekly to encrypted, immutable storage outside Neon, kept for the days wanted",
    url="https://neon.com/docs/manage/backups-aws-s3-backup-part-1",
    parameters={"leastDays": int},
)
def require_separate_copies(export: Resource, scope: Scope) -> Iterator[Finding]:
    """A declared fact; the storage itself is declared beside it."""
    if export.get("frequency") not in ("daily", "weekly"):
        yield Finding("frequency", export.get("frequency"), "'weekly' or 'daily'")
    if export.get("provider") in (None, "neon"):
        yield Finding("provider", export.get("provider"), "a vendor other than neon")
    for path in ("encrypted", "immutable"):
        if export.get(path) is not True:
            yield Finding(path, export.get(path), "True")
    days = export.get("retentionDays")
    if not isinstance(days, int) or days < scope.parameters["leastDays"]:
        yield Finding("retentionDays", days, f"at least {scope.parameters['leastDays']}")
