"""Backup schedules of root branches, and when they take a snapshot."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from rehearsal.clouds.neon.lookups import live_branch
from rehearsal.clouds.neon.switches import Switches
from rehearsal.clouds.neon.world import Call, Document, Refusal

LONGEST_RETENTION: Final = 3_024_000
"""Seconds; what an item keeps its snapshots for when it does not say."""
_DAYS: Final = {"daily": (1, 1), "weekly": (1, 7), "monthly": (1, 31)}
_FURTHEST: Final = timedelta(days=70)
"""No two runs of an item are further apart."""


def get_schedule(call: Call, project: str, branch: str) -> Document:
    """GET …/backup_schedule"""
    live_branch(call, project, branch)
    return {"schedule": (call.get("schedule", branch) or {}).get("schedule", [])}


def put_schedule(call: Call, project: str, branch: str) -> Document:
    """PUT …/backup_schedule: replaces all."""
    found = live_branch(call, project, branch)
    body: Any = call.body
    how = call.world.switches.clear_schedule
    items = body.get("schedule", []) if isinstance(body, dict) else body
    if not items:
        if how == "never" or (how == "object") != isinstance(body, dict):
            raise Refusal(400, "schedule must have at least one item")
        call.drop("schedule", branch)
        return {}
    if not call.world.plan.scheduled_snapshots:
        raise Refusal(call.world.switches.beyond_plan, "scheduled snapshots are not available on this plan")
    if not found["_root"]:
        raise Refusal(call.world.switches.refused, "snapshots are taken of root branches only")
    for item in items:
        _check_item(item)
    put(call, {"branch_id": branch, "project_id": project, "schedule": items})
    return {}


def put(call: Call, schedule: Document) -> None:
    """Keep a schedule; it counts from now on."""
    following = next_run(schedule["schedule"], call.moment, call.world.switches)
    call.put("schedule", schedule["branch_id"], {**schedule, "_since": call.moment, "_due": following})


def _check_item(item: Document) -> None:
    frequency, kept = item.get("frequency"), item.get("retention_seconds", LONGEST_RETENTION)
    if frequency not in _DAYS or not 3600 <= kept <= LONGEST_RETENTION:
        raise Refusal(400, f"invalid schedule item: frequency {frequency!r}, retention {kept}")
    first, last = _DAYS[frequency]
    if not 0 <= item.get("hour", 0) <= 23 or not first <= item.get("day", 1) <= last:
        raise Refusal(400, f"invalid schedule item: a {frequency} one has hour 0 to 23 and day {first} to {last}")


def runs(item: Document, after: float, until: float, switches: Switches) -> Iterator[float]:
    """The moments an item takes a snapshot, later than `after` and not later than `until`."""
    day = datetime.fromtimestamp(after, UTC).date()
    last = datetime.fromtimestamp(until, UTC).date()
    while day <= last:
        moment = datetime(day.year, day.month, day.day, item.get("hour", 0), tzinfo=UTC).timestamp()
        if after < moment <= until and _falls_on(item, day, switches):
            yield moment
        day += timedelta(days=1)


def next_run(items: list[Document], after: float, switches: Switches) -> float:
    """When a schedule takes its next snapshot."""
    until = after + _FURTHEST.total_seconds()
    return min((next(runs(item, after, until, switches), math.inf) for item in items), default=math.inf)


def _falls_on(item: Document, day: date, switches: Switches) -> bool:
    wanted = item.get("day", 1)
    if item["frequency"] == "weekly":
        return bool(wanted == (day.isoweekday() if switches.week_starts == "monday" else day.isoweekday() % 7 + 1))
    if item["frequency"] == "monthly":
        last = calendar.monthrange(day.year, day.month)[1]
        return bool(day.day == (min(wanted, last) if switches.short_month == "last-day" else wanted))
    return True
