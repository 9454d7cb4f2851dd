"""The evidence record: one JSON object that holds all of a run. Every format is a pure function of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from audit import history, results, retention
from audit.canonical import plain
from audit.history import Past
from audit.locations import Locations
from audit.runner import Judged
from policies.catalogue import registry
from policies.catalogue.model import Severity
from policies.catalogue.requirements import requirements

FORMAT: Final = "brightbroom-evidence/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """When and by whom. `number` is 0 for a run that is not kept; then there is no `previous` and no history."""

    started: datetime
    ended: datetime
    origin: Mapping[str, str]
    by: Mapping[str, Any]
    number: int = 0
    previous: tuple[int, str] = (0, "")

    @property
    def today(self) -> date:
        """The day that ages are counted to, in UTC."""
        return day(self.started)

    def document(self) -> dict[str, Any]:
        """As the record has it."""
        return {
            "number": self.number,
            "startedAt": timestamp(self.started),
            "endedAt": timestamp(self.ended),
            "evaluatedOn": self.today.isoformat(),
            **self.origin,
        }


def build(
    judged: Sequence[Judged],
    run: Run,
    locations: Locations,
    before: Past,
) -> dict[str, Any]:
    """The record of a run."""
    judging = {code for one in judged for code in one.court.settings}
    rules = sorted((rule for rule in registry.rules() if rule.id in judging), key=lambda rule: rule.id)
    severities = {rule.id: rule.severity.value for rule in rules}
    stacks = sorted(one.state.stack for one in judged)
    rows = results.results(judged, locations)
    others = results.other_types(judged)
    counts = results.counts(rows, others, judged)
    open_now = history.lives(rows, severities, before, run.today) if run.number else {}
    for row in rows:
        if life := open_now.get((row["stack"], row["rule"], row["urn"])):
            row["history"] = life
    overdue = sum(life["overdue"] for life in open_now.values())
    return {
        "format": FORMAT,
        "run": run.document(),
        "by": dict(run.by),
        "previous": {"number": run.previous[0], "sha256": run.previous[1]},
        "states": [_state(one) for one in sorted(judged, key=lambda one: one.state.stack)],
        "rules": [results.rule(rule, registry.AREAS) for rule in rules],
        "settings": results.settings(judged),
        "population": results.population(judged),
        "types": results.types(judged),
        "results": rows,
        "otherTypes": others,
        "counts": counts,
        "waivers": results.waivers(judged, _waiver_problems(judged, run.today)),
        "fixed": history.fixed(open_now, severities, before, run.today) if run.number else [],
        "trend": history.trend(before, run.number, run.today, counts, overdue, stacks),
        "retention": plain(retention.lives({one.state.stack: one.state.outputs for one in judged})),
        "requirements": [plain(dataclasses.asdict(stated)) for stated in requirements()],
        "broken": [f"{row['stack']}: {row['reason']} ({row['urn']})" for row in rows if row.get("broken")],
    }


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(moment: datetime) -> date:
    """The day of a moment in UTC."""
    return moment.astimezone(UTC).date()


def _state(one: Judged) -> dict[str, Any]:
    state = one.state
    return {
        "stack": state.stack,
        "project": state.project,
        "file": state.file,
        "sha256": state.sha256,
        "time": state.time,
        "engine": state.engine,
        "providers": {package: state.veil.over(version) for package, version in state.providers.items()},
        "resources": len(state.population),
        "pendingOperations": state.pending_operations,
    }


def _waiver_problems(judged: Sequence[Judged], today: date) -> dict[str, list[str]]:
    """Why a waiver is not in force or not needed. Whether one of a stack that was not judged is needed stays open."""
    severities = {rule.id: rule.severity for rule in registry.rules()}
    found: dict[str, list[str]] = {}
    for one in judged:
        for waiver in one.court.waivers.all:
            severity = severities.get(waiver.rule, Severity.CRITICAL)
            found.setdefault(waiver.id, [str(p) for p in waiver.problems(severity, today)])
    for one in judged:
        mine: dict[str, list[str]] = {}
        for waiver, problem in one.court.waivers.wrong(one.state.stack, today):
            mine.setdefault(waiver.id, []).append(str(problem))
        found |= mine
    return found
