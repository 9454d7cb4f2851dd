"""The settings of a project: what a change keeps, what cannot go back, what the plan has."""

from __future__ import annotations

import re
from typing import Final

from rehearsal.clouds.neon.world import Call, Document, Refusal

_ONE_WAY: Final = ("enable_logical_replication", "hipaa")
_MERGED: Final = ("quota", "allowed_ips", "preload_libraries")
_HOUR: Final = 60


def merged_settings(call: Call, held: Document, given: Document) -> Document:
    """The settings after a change: what it does not name stays, null takes away."""
    check_settings(call, held, given)
    found = dict(held)
    for key, value in given.items():
        if value is None:
            found.pop(key, None)
        elif key in _MERGED:
            found[key] = {**(held.get(key) or {}), **value}
        else:
            found[key] = value
    return found


def check_settings(call: Call, held: Document, given: Document) -> None:
    """Refuse what the plan has not, what cannot be undone, and a window nobody could keep."""
    plan, switches = call.world.plan, call.world.switches
    if (given.get("allowed_ips") or {}).get("ips") and not plan.allowed_ips:
        raise Refusal(switches.beyond_plan, "IP allow is not available on this plan")
    for key in _ONE_WAY:
        if held.get(key) and key in given and not given[key]:
            raise Refusal(switches.refused, f"{key} cannot be turned off again")
    if given.get("audit_log_level", "base") not in ("base", "extended", "full", None):
        raise Refusal(400, "audit_log_level is base, extended or full")
    for name, value in (given.get("quota") or {}).items():
        if not isinstance(value, int) or value < 0:
            raise Refusal(400, f"quota {name} is a whole number from 0")
    if given.get("maintenance_window"):
        if not plan.maintenance_window:
            raise Refusal(switches.beyond_plan, "a maintenance window is not available on this plan")
        _check_window(given["maintenance_window"])


def _check_window(window: Document) -> None:
    days = window.get("weekdays") or []
    if not days or any(day not in range(1, 8) for day in days):
        raise Refusal(400, "maintenance_window: weekdays are 1 (Monday) to 7")
    begin, end = _minutes(window.get("start_time")), _minutes(window.get("end_time"))
    if (end or 24 * _HOUR) - begin < _HOUR:
        raise Refusal(400, "maintenance_window: lasts at least an hour and ends on the day it begins")


def _minutes(text: object) -> int:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", str(text))
    if match is None:
        raise Refusal(400, "maintenance_window: a time looks like 04:00")
    return int(match[1]) * _HOUR + int(match[2])
