"""How long each class of data lives, read from states: the shortest and the longest life, against the bounds asked for.

Only values count, never what is written about them. Days are whole: a shortest life is rounded down, a longest up. A value that
cannot be read leaves an end open, and so does a life without an end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audit import lifetimes
from audit.lifetimes import FOREVER, Life, from_seconds, read, until, whole_days
from policies.catalogue import levels
from policies.catalogue import types as t
from policies.catalogue.model import Level
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack

BACKUPS_LEAST: Final = 30
"""Days that backups are kept at least: the strategy's Backup Strategy."""

ERASURE_MOST: Final = 35
"""Days after which nothing is left of what was erased: the longest life that Neon gives a scheduled snapshot (2026-11)."""

LOGS_LEAST: Final = 365
AT_HAND_LEAST: Final = 90
"""Days that logs are kept, and can be searched at once: PCI DSS 10.5.1."""

PREVIEWS_MOST: Final = 14
"""Days that a preview's database lives: about as long as the work it shows."""

DEFAULT_HISTORY: Final = 86_400
"""Seconds of history that Neon keeps where nothing is set (2026-11)."""

_DEPLOYMENTS: Final = (
    ("production", "Deployments of production", 180, 365),
    ("preview", "Deployments of previews", None, 30),
    ("canceled", "Cancelled deployments", None, 30),
    ("errored", "Failed deployments", None, 30),
)
"""The lives that Vercel lets one set, and their bounds in days: those of RET-01."""

_SPANS: Final[Mapping[Any, float]] = {
    "1d": 1,
    "1w": 7,
    "1m": 30,
    "2m": 60,
    "3m": 90,
    "6m": 180,
    "1y": 365,
    "unlimited": FOREVER,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Class:
    """A class of data: what decides its longest life, and its shortest where that is something else (`lower`). One that is asked
    for and is not there lives no day."""

    key: str
    title: str
    parts: Sequence[Life]
    lower: Sequence[Life] | None = None
    least: int | None = None
    most: int | None = None
    note: str = ""


def lives(stacks: Mapping[str, Stack]) -> list[dict[str, Any]]:
    """The lives in each stack, sorted by its name, as the record's `retention` has them. The views are those of outputs."""
    return [_entry(name, found) for name in sorted(stacks) for found in _classes(name, stacks[name])]


def _entry(stack: str, found: _Class) -> dict[str, Any]:
    lower = found.parts if found.lower is None else found.lower
    lows, highs = [part.days for part in lower], [part.days for part in found.parts]
    shortest, longest = _shortest(lows), _longest(highs)
    if found.least is not None and not lows:
        shortest, longest = 0, longest if highs else 0
    return {
        "stack": stack,
        "dataClass": found.key,
        "title": found.title,
        "shortestDays": shortest,
        "longestDays": longest,
        "open": "longest" if longest is None else "shortest" if shortest is None else "none",
        "leastDays": found.least,
        "mostDays": found.most,
        "verdict": _verdict(found, lows, highs),
        "parts": [part.document() for part in dict.fromkeys((*found.parts, *lower))],
        "note": found.note,
    }


def _shortest(lows: Sequence[float | None]) -> int | None:
    known = [low for low in lows if low is not None]
    return math.floor(min(known)) if known and len(known) == len(lows) and min(known) != FOREVER else None


def _longest(highs: Sequence[float | None]) -> int | None:
    known = [high for high in highs if high is not None]
    return math.ceil(max(known)) if known and len(known) == len(highs) and max(known) != FOREVER else None


def _verdict(found: _Class, lows: Sequence[float | None], highs: Sequence[float | None]) -> str:
    """A life that is known and out of bounds decides; an unknown one only where no other does."""
    if found.least is not None and (not lows or any(low is not None and low < found.least for low in lows)):
        return "too short"
    if found.most is not None and any(high is not None and high > found.most for high in highs):
        return "too long"
    open_low = found.least is not None and None in lows
    open_high = found.most is not None and (None in highs or not highs)
    return "unknown" if open_low or open_high else "within"


def _classes(name: str, stack: Stack) -> Iterator[_Class]:
    if stack.of_type(t.NEON_PROJECT):
        yield from _database(name, stack)
    yield from _logs(stack)
    if stack.of_type(t.VERCEL_PROJECT):
        yield from _deployments(stack)
    yield from _previews(stack)
    yield from _cache(stack)


# ---- the database -----------------------------------------------------------------------------------------------


def _database(name: str, stack: Stack) -> Iterator[_Class]:
    history = [
        read(f"{project.name}: history", project, "historyRetentionSeconds", _history)
        for project in stack.of_type(t.NEON_PROJECT)
    ]
    scheduled = list(lifetimes.snapshots(stack))
    manual = [
        read(f"{made.name}: snapshot", made, "expiresAt", until(made, "createdAt"))
        for made in stack.of_type(t.NEON_SNAPSHOT)
    ]
    exports = [lifetimes.copies(export, stack) for export in stack.of_type(t.BACKUP_EXPORT)]
    kept, least_kept = ([life for pair in exports for life in pair[side]] for side in (0, 1))
    yield _Class(
        key="erased rows",
        title="What is left of erased rows, in history and copies",
        parts=[*history, *scheduled, *manual, *kept],
        most=ERASURE_MOST,
        note="from the erasure on; a restore of an older copy brings erased rows back",
    )
    yield _Class(key="history", title="History of the database", parts=history, most=ERASURE_MOST)
    yield _Class(
        key="snapshots",
        title="Snapshots of the database",
        parts=[*scheduled, *manual],
        lower=scheduled,
        least=BACKUPS_LEAST,
        most=ERASURE_MOST,
    )
    wanted = levels.of_stack(name)["BK-02"].level is not Level.DISABLED
    if exports or wanted:
        yield _Class(
            key="exports",
            title="Copies of the database at another vendor",
            parts=kept,
            lower=least_kept,
            least=BACKUPS_LEAST if wanted else None,
            most=ERASURE_MOST,
            note="storage deletes at the midnight after the days are over",
        )


def _history(seconds: Any) -> float | None:
    return from_seconds(DEFAULT_HISTORY if seconds is None else seconds)


# ---- logs -------------------------------------------------------------------------------------------------------


def _logs(stack: Stack) -> Iterator[_Class]:
    """Logs are where a drain leads. Personal data in them counts as erased where the sink holds pseudonyms only."""
    reached, unread = _sinks(stack)
    personal = not reached or not all(sink.properties.get("pseudonymised") is True for sink in reached)
    note = (
        "identifiers in them are pseudonyms"
        if not personal
        else "they may hold personal data: both bounds cannot be kept"
    )
    yield _Class(
        key="logs",
        title="Logs",
        parts=[read(f"{sink.name}: kept", sink, "retentionDays", whole_days) for sink in reached] or unread,
        least=LOGS_LEAST,
        most=ERASURE_MOST if personal else None,
        note=note if reached else "no drain leads to a place whose days are declared",
    )
    yield _Class(
        key="logs at hand",
        title="Logs that can be searched at once",
        parts=[read(f"{sink.name}: at hand", sink, "hotDays", whole_days) for sink in reached] or unread,
        least=AT_HAND_LEAST,
    )


def _sinks(stack: Stack) -> tuple[list[Resource], list[Life]]:
    """The declared sinks that a drain leads to; and what stands for them where an address that may be theirs cannot be read."""
    drains, sinks = stack.of_type(t.VERCEL_LOG_DRAIN), stack.of_type(t.LOG_SINK)
    ends = [end for drain in drains if isinstance(end := drain.properties.get("endpoint"), str)]
    reached = [sink for sink in sinks if sink.properties.get("endpoint") in ends]
    hidden = [one for one in (*drains, *sinks) if one.properties.get("endpoint") in (SECRET, UNKNOWN)]
    return reached, [Life(f"{one.name}: its address", None, one.urn, "endpoint") for one in hidden if drains and sinks]


# ---- deployments, previews and the cache ------------------------------------------------------------------------


def _deployments(stack: Stack) -> Iterator[_Class]:
    for kind, title, least, most in _DEPLOYMENTS:
        path = f"expiration{kind.capitalize()}"
        yield _Class(
            key=f"{kind} deployments",
            title=title,
            parts=[life for project in stack.of_type(t.VERCEL_PROJECT) for life in _spans(project, stack, path)],
            least=least,
            most=most,
            note="the ten newest, and what a domain leads to, stay" if kind == "production" else "",
        )


def _spans(project: Resource, stack: Stack, path: str) -> list[Life]:
    """What the project's retention says; without one nobody knows: the team's default counts."""
    mine = stack.linked(project, t.VERCEL_RETENTION, by="projectId")
    found = [read(f"{retention.name}: kept", retention, path, _span) for retention in mine]
    return found or [Life(f"{project.name}: the team's default", None, project.urn, path)]


def _span(value: Any) -> float | None:
    return _SPANS.get(value) if isinstance(value, str) else None


def _previews(stack: Stack) -> Iterator[_Class]:
    """Branches with rows of their own, beside the default one. A branch of the schema alone holds none."""
    branches = stack.of_type(t.NEON_BRANCH)
    if not branches:
        return
    parts = [
        read(f"{branch.name}: branch", branch, *_branch_end(branch))
        for branch in branches
        if branch.properties.get("initSource") != "schema-only" and branch.properties.get("default") is not True
    ]
    yield _Class(
        key="preview databases",
        title="Databases of previews",
        parts=parts,
        most=PREVIEWS_MOST,
        note="" if parts else "none is declared here: what makes them for each preview sets their end",
    )


def _branch_end(branch: Resource) -> tuple[str, Any]:
    if branch.properties.get("ttlSeconds") is not None:
        return "ttlSeconds", from_seconds
    return "expiresAt", until(branch, "createdAt", "parentTimestamp")


def _cache(stack: Stack) -> Iterator[_Class]:
    caches = stack.of_type(t.UPSTASH_REDIS)
    if caches:
        yield _Class(
            key="cache",
            title="Entries of the cache",
            parts=[
                Life(f"{cache.name}: as the app says for each entry", None, cache.urn, "eviction") for cache in caches
            ],
            most=ERASURE_MOST,
            note="no property of the database bounds them; eviction removes some when memory is full",
        )
