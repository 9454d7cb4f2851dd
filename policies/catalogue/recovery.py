"""What is lost when a database is restored: arithmetic over its history window and its schedule of snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies.catalogue.resource import Resource

DEFAULT_HISTORY: Final = 86_400
"""Seconds of history that Neon keeps where nothing is said (neon.com/docs/introduction/point-in-time-restore)."""
DEFAULT_KEPT: Final = 2_592_000
"""Seconds that a scheduled snapshot is kept where nothing is said: 30 days."""
_WEEK: Final = 168
_MONTH: Final = 744


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a schedule. `hour` is of the day, UTC; `day` of the week (1 is Monday); `kept` are seconds."""

    path: str
    frequency: Any
    hour: float
    day: float
    kept: float


def lines(schedule: Resource) -> Iterator[Line]:
    """The lines of a backup schedule with Neon's defaults. Raises `Unevaluated`."""
    for position in range(len(schedule.listed("items"))):
        path = f"items.{position}"
        kept = schedule.number(f"{path}.retentionSeconds")
        yield Line(
            path,
            schedule.readable(f"{path}.frequency"),
            schedule.number(f"{path}.hour") or 0,
            schedule.number(f"{path}.day") or 1,
            DEFAULT_KEPT if kept is None else kept,
        )


def worst_hours(history: float, schedule: Sequence[Line], back: int) -> float | None:
    """The hours lost at worst by a restore of the state `back` seconds ago, None where there is nothing to go back to."""
    if history >= back:
        return 0
    return longest_gap([line for line in schedule if line.kept >= back])


def longest_gap(schedule: Sequence[Line]) -> float | None:
    """The longest time between two snapshots in hours, None without any. Months count as 31 days."""
    times = {
        (day - 1) * 24 + line.hour
        for line in schedule
        if line.frequency in ("daily", "weekly")
        for day in (range(1, 8) if line.frequency == "daily" else (line.day,))
    }
    if not times:
        return _MONTH if any(line.frequency == "monthly" for line in schedule) else None
    ordered = sorted(times)
    return max(later - earlier for earlier, later in zip(ordered, [*ordered[1:], ordered[0] + _WEEK], strict=True))
