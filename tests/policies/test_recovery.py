"""The arithmetic of recovery points, and the table of versions."""

from __future__ import annotations

from datetime import date

import pytest

from policies.catalogue.recovery import Line, longest_gap, worst_hours
from policies.catalogue.support_ends import NODE, POSTGRES, supported_on

DAY = 86_400


def line(frequency: str, hour: int = 0, day: int = 1, kept: int = 30) -> Line:
    return Line("items.0", frequency, hour, day, kept * DAY)


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ([], None),
        ([line("daily", 1)], 24),
        ([line("daily", 1), line("daily", 13)], 12),
        ([line("daily", 1), line("weekly", 2, 7)], 24),
        ([line("weekly", 2, 7)], 168),
        ([line("weekly", 0, 1), line("weekly", 12, 3)], 108),
        ([line("monthly", 0, 31)], 744),
        ([line("monthly", 0, 31), line("weekly")], 168),
        ([line("yearly")], None),
    ],
)
def test_the_longest_time_between_two_snapshots(schedule: list[Line], hours: int | None) -> None:
    assert longest_gap(schedule) == hours


@pytest.mark.parametrize(
    ("history", "schedule", "hours"),
    [
        (30, [], 0),
        (29, [], None),
        (0, [line("daily")], 24),
        (1, [line("daily", kept=7), line("weekly", kept=30)], 168),
        (1, [line("daily", kept=7)], None),
        (30, [line("weekly")], 0),
    ],
)
def test_what_is_lost_thirty_days_back(history: int, schedule: list[Line], hours: int | None) -> None:
    assert worst_hours(history * DAY, schedule, 30 * DAY) == hours


@pytest.mark.parametrize(
    ("ends", "version", "day", "supported"),
    [
        (POSTGRES, 14, date(2026, 11, 12), True),
        (POSTGRES, 14, date(2026, 11, 13), False),
        (POSTGRES, 9, date(2020, 1, 1), False),
        (POSTGRES, 19, date(2026, 11, 25), True),
        (NODE, 18, date(2025, 5, 1), False),
        (NODE, 23, date(2025, 1, 1), False),
        (NODE, 26, date(2026, 11, 25), True),
    ],
)
def test_a_version_is_supported_to_its_last_day(
    ends: dict[int, date], version: int, day: date, supported: bool
) -> None:
    assert supported_on(day, ends, version) is supported


def test_what_the_stacks_use_is_supported_for_more_than_a_year() -> None:
    assert POSTGRES[17] > date(2027, 12, 31)
    assert NODE[24] > date(2027, 12, 31)
