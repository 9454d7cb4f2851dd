"""What somebody has to act on: failures grouped by what mends them, and what could not be judged, grouped by why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.formats.parts import SEVERITIES, Record, settings_line, stops
from audit.formats.report.index import Index

_NEVER = "9999"


@dataclass(frozen=True, slots=True)
class Line:
    """One violation: the resource that holds the property, the finding, where its value is set, and since when it is open."""

    resource: Record
    finding: Record
    settings: str
    history: Record


@dataclass(frozen=True, slots=True)
class Fix:
    """All failures of one rule at one level: they are mended alike."""

    rule: Record
    level: str
    results: Sequence[Record]
    lines: Sequence[Line]

    @property
    def stops(self) -> bool:
        """Whether these failures end a deployment."""
        return stops({"level": self.level})

    @property
    def overdue(self) -> int:
        """How many are past their deadline."""
        return sum(bool(result.get("history", {}).get("overdue")) for result in self.results)

    @property
    def deadline(self) -> str:
        """The earliest deadline, empty where none is known."""
        return min((result["history"]["deadline"] for result in self.results if "history" in result), default="")


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Resources about which one rule could not answer, for one reason."""

    rule: Record
    reason: str
    broken: bool
    resources: Sequence[Record]


def fixes(index: Index) -> list[Fix]:
    """What stops a deployment first, then the most severe, then the most overdue."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for result in index.having("fail"):
        groups.setdefault((result["rule"], result["level"]), []).append(result)
    found = [
        Fix(index.rules[rule], level, results, sorted(_lines(index, results), key=_since))
        for (rule, level), results in groups.items()
    ]
    return sorted(found, key=_urgency)


def unjudged(index: Index) -> list[Unjudged]:
    """Broken rules first, then by rule."""
    groups: dict[tuple[bool, str, str], list[Record]] = {}
    for result in index.having("not evaluated"):
        key = (not result.get("broken"), result["rule"], result.get("reason", ""))
        groups.setdefault(key, []).append(result)
    return [
        Unjudged(index.rules[rule], reason, not sound, [index.resource(one["stack"], one["urn"]) for one in results])
        for (sound, rule, reason), results in sorted(groups.items())
    ]


def _lines(index: Index, results: Sequence[Record]) -> Iterator[Line]:
    for result in results:
        for finding in result["findings"]:
            holder = index.resource(result["stack"], finding["urn"] or result["urn"])
            yield Line(holder, finding, settings_line(result), result.get("history", {}))


def _since(line: Line) -> tuple[bool, str, str, str]:
    history = line.history
    return (not history.get("overdue"), history.get("deadline", _NEVER), line.resource["stack"], line.resource["urn"])


def _urgency(fix: Fix) -> tuple[bool, int, int, str, str]:
    severity = SEVERITIES.index(fix.rule["severity"])
    return (not fix.stops, severity, -fix.overdue, fix.deadline or _NEVER, fix.rule["id"])
