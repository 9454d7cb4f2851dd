"""How long one thing lives, as one value of a state says: read from resources, with where it was read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from policies.catalogue import types as t
from policies.catalogue.model import Unevaluated
from policies.catalogue.resource import Resource, Stack

FOREVER: Final = math.inf
DAY: Final = 86_400
"""Seconds."""

_OFTEN: Final = ("hourly", "daily", "weekly", "monthly", "yearly")

BUCKET: Final = "aws:s3/bucket:Bucket"
_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


@dataclass(frozen=True, slots=True)
class Life:
    """`days` is None where it cannot be read, `FOREVER` where there is no end."""

    what: str
    days: float | None
    urn: str
    path: str

    def document(self) -> dict[str, Any]:
        """As the record has it: whole days, rounded up, and none where there is no number."""
        known = self.days is not None and self.days != FOREVER
        return {
            "what": self.what if self.days != FOREVER else f"{self.what}: without an end",
            "days": math.ceil(self.days) if known and self.days is not None else None,
            "urn": self.urn,
            "path": self.path,
        }


def read(what: str, resource: Resource, path: str, days: Callable[[Any], float | None]) -> Life:
    """The life that the value at a path gives; None where it is unknown or encrypted. An absent value is `days(None)`."""
    try:
        found = days(resource.readable(path))
    except Unevaluated:
        found = None
    return Life(what, found, resource.urn, path)


def whole_days(value: Any) -> float | None:
    """A number of days; None for anything else."""
    return value if type(value) in (int, float) else None


def from_seconds(value: Any) -> float | None:
    """A number of seconds as days."""
    seconds = whole_days(value)
    return None if seconds is None else seconds / DAY


def until(resource: Resource, *starts: str) -> Callable[[Any], float | None]:
    """From the first of `starts` that the resource has to a moment in RFC 3339; for ever where there is none."""

    def days(value: Any) -> float | None:
        begin = next(filter(None, (_moment(resource.properties.get(start)) for start in starts)), None)
        end = _moment(value)
        if value is None:
            return FOREVER
        return (end - begin) / timedelta(days=1) if begin and end else None

    return days


def _moment(text: Any) -> datetime | None:
    try:
        read_ = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return read_ if read_.tzinfo else None


# ---- copies in a bucket -----------------------------------------------------------------------------------------


def copies(export: Resource, stack: Stack) -> tuple[list[Life], list[Life]]:
    """What decides the longest and the shortest life of exported copies: as declared, and as their bucket is set up."""
    declared = read(f"{export.name}: declared", export, "retentionDays", whole_days)
    most, least = [declared], [declared]
    for bucket in _buckets(export, stack):
        locks = [_lock(lock) for lock in stack.linked(bucket, _LOCK, by="bucket")]
        ends = [_end(bucket, rules) for rules in stack.linked(bucket, _LIFECYCLE, by="bucket")]
        most += ends or [Life(f"{bucket.name}: objects", FOREVER, bucket.urn, "lifecycleRules")]
        least += locks or ends
    return most, least


def _buckets(export: Resource, stack: Stack) -> list[Resource]:
    """The buckets that the export's place comes from; where it comes from none, those of that name."""
    linked = (stack.by_urn.get(urn) for urn in export.links.get("location", ()))
    if found := [bucket for bucket in linked if bucket is not None and bucket.type == BUCKET]:
        return found
    place = export.properties.get("location")
    named = ((bucket, (bucket.id, bucket.properties.get("bucket"))) for bucket in stack.of_type(BUCKET))
    return [bucket for bucket, names in named if place and place in names]


def _lock(lock: Resource) -> Life:
    what, kept = f"{lock.name}: cannot be deleted before", "rule.defaultRetention"
    years = read(what, lock, f"{kept}.years", _years)
    return read(what, lock, f"{kept}.days", whole_days) if years.days == 0 else years


def _years(value: Any) -> float | None:
    """Days of some years; none where it is absent."""
    years = whole_days(value or 0)
    return None if years is None else years * 365


def _end(bucket: Resource, lifecycle: Resource) -> Life:
    """S3 ends an object at the midnight after its days, and its old version likewise after the days of old versions."""
    try:
        rules = range(len(lifecycle.listed("rules")))
        known = [end for position in rules if (end := _rule_end(bucket, lifecycle, f"rules.{position}"))]
    except Unevaluated as unread:
        return Life(f"{lifecycle.name}: objects", None, lifecycle.urn, unread.path)
    if not known:
        return Life(f"{lifecycle.name}: objects", FOREVER, lifecycle.urn, "rules")
    return min(known, key=lambda life: -1 if life.days is None else life.days)


def _rule_end(bucket: Resource, lifecycle: Resource, path: str) -> Life | None:
    """The end that the rule at a path puts to every object; None where it is off, or for some objects only. Raises
    `Unevaluated`."""
    if lifecycle.readable(f"{path}.status") != "Enabled" or not lifecycle.mapped(f"{path}.expiration"):
        return None
    filters = (f"{path}.filter.{key}" for key in lifecycle.mapped(f"{path}.filter"))
    if any(lifecycle.readable(part) for part in (f"{path}.prefix", *filters)):
        return None
    current = _nights(lifecycle.readable(f"{path}.expiration.days"))
    old: float | None = 0
    if bucket.properties.get("objectLockEnabled") is True:
        old = _nights(lifecycle.readable(f"{path}.noncurrentVersionExpiration.noncurrentDays"))
    days = None if current is None else FOREVER if old is None else current + old
    return Life(f"{lifecycle.name}: deleted, old versions too", days, lifecycle.urn, f"{path}.expiration.days")


def _nights(value: Any) -> float | None:
    days = whole_days(value)
    return None if days is None else days + 1


def snapshots(stack: Stack) -> Iterator[Life]:
    """Scheduled snapshots, item by item, as Neon confirmed them or else as they were asked for."""
    for schedule in stack.of_type(t.NEON_SCHEDULE):
        path = "effectiveSchedule" if schedule.properties.get("effectiveSchedule") else "items"
        items = schedule.properties.get(path)
        if not isinstance(items, list):
            yield Life(f"{schedule.name}: snapshots", None, schedule.urn, path)
            continue
        for position, item in enumerate(items):
            often = item.get("frequency") if isinstance(item, dict) else None
            what = f"{schedule.name}: {often if often in _OFTEN else 'scheduled'} snapshots"
            yield read(what, schedule, f"{path}.{position}.retentionSeconds", from_seconds)
