"""What earlier runs say about today's violations: since when, until when, what was fixed, and how the posture moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from policies.catalogue.model import Outcome, Severity

DEADLINES: Final[Mapping[str, int]] = {
    Severity.CRITICAL: 7,
    Severity.HIGH: 30,
    Severity.MEDIUM: 90,
    Severity.LOW: 180,
}
"""Days from the first sight of a violation to the day by which it is to be fixed, by the severity of its rule."""

LONGEST_TREND: Final = 100
"""Runs that a record tells the trend of: each carries it whole."""

_ENDED: Final = (Outcome.PASS.value, Outcome.NOT_APPLICABLE.value)
"""Answers that end a violation. One that is waived, switched off or cannot be read goes on."""

Key: TypeAlias = tuple[str, str, str]
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs left: the violations that were open, by stack, rule and URN with the day they were first seen; those that
    were fixed; and the trend up to then."""

    open: Mapping[Key, str] = field(default_factory=dict)
    fixed: Sequence[Row] = ()
    trend: Sequence[Row] = ()


def past(records: Iterable[Row], stacks: Iterable[str]) -> Past:
    """Sum up earlier records, the newest first; only as many are read as it takes to have seen every stack."""
    wanted = set(stacks)
    opened: dict[Key, str] = {}
    newest: Row | None = None
    for record in records:
        newest = record if newest is None else newest
        seen = wanted & {state["stack"] for state in record["states"]}
        opened |= {
            _key(row): row["history"]["firstSeen"]
            for row in record["results"]
            if row["stack"] in seen and "history" in row
        }
        wanted -= seen
        if not wanted:
            break
    return Past(opened, newest["fixed"], newest["trend"]) if newest else Past()


def lives(rows: Iterable[Row], severities: Mapping[str, str], before: Past, today: date) -> dict[Key, dict[str, Any]]:
    """`history` of every violation that is open: `firstSeen`, `daysOpen`, `deadline`, `overdue`."""
    found = {}
    for row in rows:
        key = _key(row)
        goes_on = key in before.open and row["outcome"] not in _ENDED
        if goes_on or row["outcome"] in (Outcome.FAIL.value, Outcome.WAIVED.value):
            first = date.fromisoformat(before.open.get(key, today.isoformat()))
            deadline = first + timedelta(days=DEADLINES[severities[row["rule"]]])
            found[key] = {
                "firstSeen": first.isoformat(),
                "daysOpen": (today - first).days,
                "deadline": deadline.isoformat(),
                "overdue": row["outcome"] == Outcome.FAIL.value and today > deadline,
            }
    return found


def fixed(still: Mapping[Key, Any], severities: Mapping[str, str], before: Past, today: date) -> list[dict[str, Any]]:
    """All violations that ended, those of earlier runs too. What `before` has open is of stacks that were judged today."""
    now = [
        {
            "stack": key[0],
            "rule": key[1],
            "urn": key[2],
            "severity": severities[key[1]],
            "firstSeen": first,
            "fixedOn": today.isoformat(),
            "days": (today - date.fromisoformat(first)).days,
        }
        for key, first in before.open.items()
        if key not in still and key[1] in severities
    ]
    known = [dict(entry) for entry in before.fixed]
    return sorted([*known, *now], key=lambda entry: (entry["fixedOn"], entry["stack"], entry["rule"], entry["urn"]))


def trend(before: Past, number: int, today: date, counts: Row, overdue: int, stacks: Sequence[str]) -> list[Row]:
    """The posture of earlier runs and of this one."""
    now = {
        "number": number,
        "date": today.isoformat(),
        "stacks": sorted(stacks),
        "total": counts["total"],
        "byArea": counts["byArea"],
        "overdue": overdue,
    }
    return [*before.trend, now][-LONGEST_TREND:]


def _key(row: Row) -> Key:
    return (row["stack"], row["rule"], row["urn"])
