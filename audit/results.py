"""Verdicts as parts of a record: results, population and the counts that must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from audit.canonical import plain, well_formed
from audit.locations import Locations
from audit.runner import Judged
from policies.catalogue import governance
from policies.catalogue.judge import Verdict
from policies.catalogue.levels import Setting
from policies.catalogue.model import Outcome, Rule, shown

_LOCATED: Final = (Outcome.FAIL, Outcome.WAIVED, Outcome.NOT_EVALUATED)
"""Answers that somebody may have to act on, so they say where."""


def results(judged: Sequence[Judged], locations: Locations) -> list[dict[str, Any]]:
    """One entry for each rule and resource of a type it judges, by stack, rule and URN. Empty values are left out."""
    found = [
        _result(verdict, one.state.stack, one.court.settings[verdict.rule.id], locations)
        for one in judged
        for verdict in one.verdicts
    ]
    return sorted(found, key=lambda item: (item["stack"], item["rule"], item["urn"]))


def _result(verdict: Verdict, stack: str, setting: Setting, locations: Locations) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "rule": verdict.rule.id,
        "stack": stack,
        "urn": verdict.resource.urn,
        "outcome": verdict.outcome.value,
        "level": setting.level.value,
        "findings": [_finding(finding) for finding in verdict.findings],
        "reason": well_formed(verdict.reason),
        "pending": well_formed(verdict.pending),
        "waiver": verdict.waiver.id if verdict.waiver else "",
        "broken": verdict.broken,
        "location": locations.of(verdict.rule, stack, verdict.resource.type) if verdict.outcome in _LOCATED else {},
    }
    return {key: value for key, value in entry.items() if value}


def _finding(finding: Any) -> dict[str, str]:
    return {
        "path": well_formed(finding.path),
        "seen": well_formed(shown(finding.seen)),
        "wanted": well_formed(finding.wanted),
        "urn": finding.urn,
    }


def other_types(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """How many resources of each type a rule does not judge, and why not."""
    found = [
        {"stack": o.stack, "rule": o.rule, "type": o.type, "count": o.count, "reason": o.reason}
        for one in judged
        for o in one.others
    ]
    return sorted(found, key=lambda item: (item["stack"], item["rule"], item["type"], item["reason"]))


def population(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Every resource of every state. `waits` says why one is judged by no rule: its end has begun."""
    found = [
        {
            "stack": one.state.stack,
            "urn": item.urn,
            "type": item.type,
            "name": item.name,
            "id": well_formed(one.state.veil.over(item.id)),
            "provider": item.provider,
            "custom": item.custom,
            "waits": item.waits,
        }
        for one in judged
        for item in one.state.population
    ]
    return sorted(found, key=lambda item: (item["stack"], item["urn"], item["waits"], item["id"]))


def types(judged: Sequence[Judged]) -> list[dict[str, str]]:
    """What the rules make of each type in the population, and why one is out of their scope."""
    found = sorted({item.type for one in judged for item in one.state.population})
    known = [(kind, *governance.standing(kind)) for kind in found]
    return [{"type": kind, "standing": standing, "reason": reason} for kind, standing, reason in known]


def settings(judged: Sequence[Judged]) -> dict[str, Any]:
    """The level and the parameters of every rule in every stack."""
    return {
        one.state.stack: {
            code: {"level": s.level.value, "parameters": plain(s.parameters), "because": s.because}
            for code, s in one.court.settings.items()
        }
        for one in judged
    }


def rule(one: Rule, titles: Mapping[str, str]) -> dict[str, Any]:
    """A rule's metadata."""
    return {
        "id": one.id,
        "name": one.name,
        "statement": one.statement,
        "risk": one.risk,
        "severity": one.severity.value,
        "area": one.area,
        "areaTitle": titles[one.area],
        "appliesTo": list(one.applies_to),
        "wholeStack": one.whole_stack,
        "requirements": [{"standard": r.standard, "version": r.version, "clause": r.clause} for r in one.requirements],
        "remedy": one.remedy,
        "url": one.url,
        "source": one.source,
        "plan": one.plan,
    }


def waivers(judged: Sequence[Judged], problems: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Every waiver of the project, with what was made of it."""
    used = {name for one in judged for name in one.court.waivers.used}
    known = {waiver.id: waiver for one in judged for waiver in one.court.waivers.all}
    return [
        {
            "id": w.id,
            "rule": w.rule,
            "stack": w.stack,
            "resource": w.resource,
            "reason": w.reason,
            "owner": w.owner,
            "approver": w.approver,
            "ticket": w.ticket,
            "created": w.created.isoformat(),
            "expires": w.expires.isoformat(),
            "compensatingControl": w.compensating_control,
            "used": w.id in used,
            "problems": list(problems.get(w.id, ())),
        }
        for w in sorted(known.values(), key=lambda waiver: waiver.id)
    ]


def counts(rows: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]], judged: Sequence[Judged]) -> Any:
    """All answers by outcome: in total, by stack, by rule and by area. Counted from what the record holds."""
    tallies: dict[str, dict[str, Counter[str]]] = {"byStack": {}, "byRule": {}, "byArea": {}}
    total: Counter[str] = Counter()
    answers = [(row["stack"], row["rule"], row["outcome"], 1) for row in rows]
    answers += [(row["stack"], row["rule"], Outcome.NOT_APPLICABLE.value, row["count"]) for row in others]
    for stack, code, outcome, number in answers:
        total[outcome] += number
        for kind, key in (("byStack", stack), ("byRule", code), ("byArea", code.partition("-")[0])):
            tallies[kind].setdefault(key, Counter())[outcome] += number
    expected = sum(one.expected for one in judged)
    return {
        "resources": sum(len(one.state.population) for one in judged),
        "rules": len({code for one in judged for code in one.court.settings}),
        "expected": expected,
        "total": six(total),
        **{kind: {key: six(tally) for key, tally in found.items()} for kind, found in tallies.items()},
        "addsUp": sum(total.values()) == expected,
    }


def six(tally: Mapping[str, int]) -> dict[str, int]:
    """A count for each of the six answers."""
    return {outcome.value: tally.get(outcome.value, 0) for outcome in Outcome}
