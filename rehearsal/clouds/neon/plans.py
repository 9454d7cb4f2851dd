"""What each plan allows (neon.com/docs/introduction/plans, March to November 2026)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds, compute units and counts."""

    subscription: str
    history_seconds: int
    default_history_seconds: int
    compute_units: float
    root_branches: int
    protected_branches: int
    scheduled_snapshots: bool
    manual_snapshots: int
    allowed_ips: bool


PLANS: Final = {
    "free": Plan("free_v3", 21_600, 21_600, 2, 3, 0, False, 1, False),
    "launch": Plan("launch_v3", 604_800, 86_400, 16, 5, 5, True, 100, False),
    "scale": Plan("scale_v3", 2_592_000, 86_400, 56, 25, 5, True, 100, True),
}
