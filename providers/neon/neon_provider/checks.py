"""Rules of check: what Neon would refuse, refused at preview with the property and the limit.

Limits are Neon's (neon.com/docs/introduction/plans, API reference; state of November 2026) and stand in tables.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

Problem: TypeAlias = tuple[str, str]
"""(property, what is wrong)"""
Check: TypeAlias = Callable[[str, Any], Iterator[Problem]]

SIZES: Final = frozenset({0.25, 0.5, *range(1, 17), *range(18, 57, 2)})
MAX_HISTORY: Final = 2_592_000
PLAN_HISTORY: Final = {"free": 21_600, "launch": 604_800, "scale": MAX_HISTORY}
PLAN_UNITS: Final = {"free": 2, "launch": 16, "scale": 56}
PLAN_SUSPEND: Final = {"free": (0, 300), "launch": (0, 300, -1)}
KNOWN_REGIONS: Final = frozenset(
    {
        "aws-us-east-1",
        "aws-us-east-2",
        "aws-us-west-2",
        "aws-eu-central-1",
        "aws-eu-west-2",
        "aws-ap-southeast-1",
        "aws-ap-southeast-2",
        "aws-sa-east-1",
        "azure-eastus2",
        "azure-westus3",
        "azure-gwc",
    }
)
_RESERVED: Final = re.compile(r"postgres|template[01]|cloud_admin|(pg|neon)_.*")
_LSN: Final = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONGEST_LIFE: Final = timedelta(days=30)


def name(longest: int) -> Check:
    """A name of 1 to `longest` characters."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            yield key, f"must be 1 to {longest} characters, was {value!r}"

    return check


def postgres_size(key: str, value: Any) -> Iterator[Problem]:
    """A name of what exists in Postgres: 63 bytes at most."""
    size = len(value.encode()) if isinstance(value, str) else 0
    if not 1 <= size <= 63:
        yield key, f"must be 1 to 63 bytes, was {size}"


def postgres_name(key: str, value: Any) -> Iterator[Problem]:
    """A name Postgres takes: 63 bytes, none of the reserved ones."""
    problems = list(postgres_size(key, value))
    yield from problems
    if not problems and _RESERVED.fullmatch(value):
        yield key, f"{value!r} is reserved by Postgres or Neon"


def an_id(prefix: str = "") -> Check:
    """An id of Neon's."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if not re.fullmatch(rf"{prefix}[a-z0-9-]{{1,60}}", str(value)):
            yield key, f"{value!r} is no id: it looks like {prefix or 'quiet-river-'}12345678"

    return check


def one_of(*allowed: Any) -> Check:
    """One of a list."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if value not in allowed:
            yield key, f"must be one of {', '.join(map(str, allowed))}, was {value!r}"

    return check


def between(low: float, high: float) -> Check:
    """A number in a range."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            yield key, f"must be {low} to {high}, was {value!r}"

    return check


def suspend(plan: str) -> Check:
    """Idle seconds before a compute stops; smaller plans leave little choice."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if value not in (0, -1) and not (isinstance(value, int) and 60 <= value <= 604_800):
            yield key, f"must be 0 (the default), -1 (never) or 60 to 604800 seconds, was {value!r}"
        elif value not in PLAN_SUSPEND.get(plan, (value,)):
            allowed = ", ".join(map(str, PLAN_SUSPEND[plan]))
            yield key, f"must be one of {allowed} on the {plan!r} plan, was {value!r}; any other needs 'scale'"

    return check


def units(prefix: str, values: Mapping[str, Any], plan: str) -> Iterator[Problem]:
    """Sizes of a compute: `minCu` and `maxCu` together."""
    low, high = values.get("minCu"), values.get("maxCu")
    for key, value in (("minCu", low), ("maxCu", high)):
        if value is not None and value not in SIZES:
            yield f"{prefix}{key}", f"must be 0.25, 0.5, 1 to 16, or an even number to 56, was {value!r}"
        elif value is not None and value > PLAN_UNITS.get(plan, 56):
            yield f"{prefix}{key}", f"{value} compute units need a larger plan: {plan!r} has {PLAN_UNITS[plan]}"
    if isinstance(low, int | float) and isinstance(high, int | float):
        if low > high:
            yield f"{prefix}minCu", f"must not be more than maxCu ({high}), was {low}"
        elif low != high and (high > 16 or high - low > 8):
            yield f"{prefix}maxCu", f"autoscaling goes to 16 and 8 above minCu ({low}), was {high}"


def expiry(key: str, value: Any, now: datetime) -> Iterator[Problem]:
    """A moment of deletion."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        yield key, f"must be an RFC 3339 time such as 2026-12-31T00:00:00Z, was {value!r}"
        return
    if moment.tzinfo is None:
        yield key, f"must name its zone, such as {value}Z"
    elif not now < moment <= now + _LONGEST_LIFE:
        yield key, f"must lie in the next 30 days, was {value}"


def timestamp(key: str, value: Any, now: datetime, plan: str = "") -> Iterator[Problem]:
    """A moment in the past that the history can hold: 30 days at most, less on smaller plans."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        yield key, f"must be an RFC 3339 time such as 2026-12-31T00:00:00Z, was {value!r}"
        return
    if moment.tzinfo is None:
        yield key, f"must name its zone, such as {value}Z"
    elif moment > now:
        yield key, f"must not lie in the future, was {value}"
    elif now - moment > timedelta(seconds=PLAN_HISTORY.get(plan, MAX_HISTORY)):
        most = PLAN_HISTORY.get(plan, MAX_HISTORY)
        where = f" on the {plan!r} plan" if plan in PLAN_HISTORY else ""
        yield key, f"history goes back {most} seconds at most{where}, was {value}"


def lsn(key: str, value: Any) -> Iterator[Problem]:
    """A position in the write-ahead log."""
    if not _LSN.fullmatch(str(value)):
        yield key, f"must look like 0/1A2B3C4D, was {value!r}"


def addresses(key: str, value: Any) -> Iterator[Problem]:
    """Addresses, networks or ranges."""
    for position, text in enumerate(value if isinstance(value, list) else [value]):
        parts = str(text).split("-") if "-" in str(text) else [str(text)]
        try:
            for part in parts:
                ipaddress.ip_network(part, strict=False)
        except ValueError:
            yield f"{key}[{position}]", f"{text!r} is no address, network or range such as 203.0.113.0/24"


def window(key: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    """A maintenance window: an hour at least, on one day."""
    days = value.get("weekdays") or []
    if not days or len(set(days)) != len(days) or any(day not in range(1, 8) for day in days):
        yield f"{key}.weekdays", f"must be different days from 1 (Monday) to 7, was {days!r}"
    start, end = str(value.get("startTime")), str(value.get("endTime"))
    if not _TIME.fullmatch(start) or not _TIME.fullmatch(end):
        yield f"{key}.startTime", f"times must look like 02:00, were {start!r} and {end!r}"
        return
    minutes = _minutes(end) - _minutes(start)
    if minutes < 60 and not (end == "00:00" and _minutes(start) <= 23 * 60):
        yield f"{key}.endTime", f"must be an hour after {start} at least, on the same day, was {end}"


def schedule(key: str, value: Any) -> Iterator[Problem]:
    """Lines of a backup schedule."""
    items = value if isinstance(value, list) else []
    if not items:
        yield key, "needs one item at least"
    seen: set[tuple[Any, ...]] = set()
    for position, item in enumerate(items):
        where = f"{key}[{position}]"
        frequency, day, hour = item.get("frequency"), item.get("day"), item.get("hour", 0)
        if frequency not in ("daily", "weekly", "monthly"):
            yield f"{where}.frequency", f"must be daily, weekly or monthly, was {frequency!r}"
        if not isinstance(hour, int) or not 0 <= hour <= 23:
            yield f"{where}.hour", f"must be 0 to 23 (UTC), was {hour!r}"
        last = {"weekly": 7, "monthly": 31}.get(str(frequency))
        if frequency == "daily" and day is not None:
            yield f"{where}.day", f"a daily snapshot has no day, was {day!r}"
        if last and (not isinstance(day, int) or not 1 <= day <= last):
            yield f"{where}.day", f"must be 1 to {last} for a {frequency} snapshot, was {day!r}"
        kept = item.get("retentionSeconds", MAX_HISTORY)
        if not isinstance(kept, int) or not 3600 <= kept <= 3_024_000:
            yield f"{where}.retentionSeconds", f"must be 3600 to 3024000 seconds (35 days), was {kept!r}"
        identity = (frequency, day, hour)
        if identity in seen:
            yield where, "stands twice"
        seen.add(identity)


def short_months(key: str, value: Any) -> Iterator[Problem]:
    """Monthly snapshots on days that some months do not have."""
    for position, item in enumerate(value if isinstance(value, list) else []):
        day = item.get("day") if isinstance(item, dict) and item.get("frequency") == "monthly" else None
        if isinstance(day, int) and day > 28:
            yield (
                f"{key}[{position}].day",
                f"what Neon does in months without a day {day} is not documented: 1 to 28 are safe",
            )


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
