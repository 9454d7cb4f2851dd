"""What each plan allows (neon.com/docs/introduction/plans, March to November 2026)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds, compute units and counts. `compute_units` is the largest compute; `branches` and `root_branches` are counted per
    project, and those beyond `included_branches` cost extra; `suspend_seconds` are the shortest and longest pause before a
    compute sleeps, `never_suspend` says whether it may stay awake."""

    subscription: str
    history_seconds: int
    default_history_seconds: int
    compute_units: float
    included_branches: int
    branches: int
    root_branches: int
    protected_branches: int
    scheduled_snapshots: bool
    manual_snapshots: int
    allowed_ips: bool
    maintenance_window: bool
    spending_limit: bool
    suspend_seconds: tuple[int, int]
    never_suspend: bool


PLANS: Final = {
    "free": Plan("free_v3", 21_600, 21_600, 2, 10, 10, 3, 0, False, 1, False, False, False, (300, 300), False),
    "launch": Plan("launch_v3", 604_800, 86_400, 16, 10, 5000, 5, 5, True, 100, False, True, True, (300, 300), True),
    "scale": Plan("scale_v3", 2_592_000, 86_400, 56, 25, 5000, 25, 5, True, 100, True, True, True, (60, 604_800), True),
}
