"""When versions stop getting security fixes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

POSTGRES: Final[Mapping[int, date]] = {
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
"""Last release of each major version (postgresql.org/support/versioning)."""

NODE: Final[Mapping[int, date]] = {
    16: date(2023, 9, 11),
    18: date(2025, 4, 30),
    20: date(2026, 4, 30),
    22: date(2027, 4, 30),
    24: date(2028, 4, 30),
}
"""End of maintenance of each line with long-term support (github.com/nodejs/Release)."""


def supported_on(day: date, ends: Mapping[int, date], version: float) -> bool:
    """Whether a version gets fixes on a day. One newer than the table does; one older, or skipped by it, does not."""
    return version > max(ends) or any(day <= end for known, end in ends.items() if known == version)
