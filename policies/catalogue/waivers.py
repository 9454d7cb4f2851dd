"""Accepted violations: who answers for each, until when, and what protects meanwhile. Read from `policies/waivers.yaml`.

A waiver covers one rule on the resources of a stack whose logical name fits a pattern. One that is expired, over-long, not begun
or approved by its own owner covers nothing, and GOV-03 reports it, as it reports one that covers nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from policies.catalogue.model import Rule, Severity
from policies.catalogue.resource import Resource

LONGEST: Final[Mapping[Severity, int]] = {
    Severity.CRITICAL: 90,
    Severity.HIGH: 90,
    Severity.MEDIUM: 180,
    Severity.LOW: 180,
}
"""Days that a waiver may live, by the severity of its rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """One accepted violation. `resource` is a pattern over logical names, such as `app-*`; `stack` is exact."""

    id: str
    rule: str
    stack: str
    resource: str
    reason: str
    owner: str
    approver: str
    ticket: str
    created: date
    expires: date
    compensating_control: str

    def covers(self, rule: str, resource: Resource) -> bool:
        """Whether it is about this rule and resource, in force or not."""
        return self.rule == rule and self.stack == resource.stack and fnmatchcase(resource.name, self.resource)

    def problems(self, severity: Severity, today: date) -> Iterator[str]:
        """Why it is not in force: nothing where it is."""
        longest = LONGEST[severity]
        if today > self.expires:
            yield f"expired on {self.expires}"
        if self.created > today:
            yield f"begins only on {self.created}"
        if (days := (self.expires - self.created).days) > longest:
            yield f"lives {days} days; a {severity} rule may be waived for {longest}"
        if self.approver.strip().lower() == self.owner.strip().lower():
            yield f"is approved by its owner {self.owner}"


class Waivers:
    """All of them, and which were needed in this run."""

    def __init__(self, waivers: Sequence[Waiver] = (), severities: Mapping[str, Severity] | None = None) -> None:
        self.all = tuple(waivers)
        self.used: set[str] = set()
        self._severities = severities or {}
        self._by_rule: dict[str, list[Waiver]] = {}
        for waiver in self.all:
            self._by_rule.setdefault(waiver.rule, []).append(waiver)

    def cover(self, rule: Rule, resource: Resource, today: date) -> Waiver | None:
        """The first waiver in force for a violation. It counts as used from then on, in force or not."""
        found = None
        for waiver in self._by_rule.get(rule.id, ()):
            if waiver.covers(rule.id, resource):
                self.used.add(waiver.id)
                if found is None and not any(waiver.problems(rule.severity, today)):
                    found = waiver
        return found

    def wrong(self, stack: str, today: date) -> Iterator[tuple[Waiver, str]]:
        """The waivers of a stack that are not in force or not needed, each with the reason."""
        for waiver in self.all:
            if waiver.stack == stack:
                problems = list(waiver.problems(self._severities.get(waiver.rule, Severity.CRITICAL), today))
                if waiver.id not in self.used:
                    problems.append("covers no violation")
                yield from ((waiver, problem) for problem in problems)
