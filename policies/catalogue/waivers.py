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


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a waiver is refused: the field that decides it, what stands there and what should."""

    field: str
    seen: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.field}: {self.seen}; wanted {self.wanted}"


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

    def problems(self, severity: Severity, today: date) -> Iterator[Problem]:
        """Why it is not in force: nothing where it is."""
        longest = LONGEST[severity]
        if today > self.expires:
            yield Problem("expires", f"{self.expires}, which is over", f"a day from {today} on")
        if self.created > today:
            yield Problem("created", f"{self.created}, which is yet to come", f"a day up to {today}")
        if (days := (self.expires - self.created).days) > longest:
            wanted = f"at most {longest} for a rule of {severity} severity"
            yield Problem("expires", f"{self.expires}, {days} days after it was created", wanted)
        if _person(self.approver) == _person(self.owner):
            yield Problem("approver", f"{self.approver}, who is its owner", "somebody else")


class Waivers:
    """All of them, which were needed in this run, and which may yet be once more can be read."""

    def __init__(self, waivers: Sequence[Waiver] = (), severities: Mapping[str, Severity] | None = None) -> None:
        self.all = tuple(waivers)
        self.used: set[str] = set()
        self.undecided: set[str] = set()
        self._severities = severities or {}
        self._violated: dict[str, set[str]] = {}
        self._by_rule: dict[str, list[Waiver]] = {}
        for waiver in self.all:
            self._by_rule.setdefault(waiver.rule, []).append(waiver)

    def cover(self, rule: Rule, resource: Resource, today: date) -> Waiver | None:
        """The first waiver in force for a violation. It counts as used from then on, in force or not."""
        self._violated.setdefault(rule.id, set()).add(resource.name)
        found = None
        for waiver in self._by_rule.get(rule.id, ()):
            if waiver.covers(rule.id, resource):
                self.used.add(waiver.id)
                if found is None and not any(waiver.problems(rule.severity, today)):
                    found = waiver
        return found

    def postpone(self, rule: Rule, resource: Resource) -> None:
        """Remember that nobody knows yet whether a rule is kept: a waiver for it is not called needless then."""
        self.undecided.update(w.id for w in self._by_rule.get(rule.id, ()) if w.covers(rule.id, resource))

    def wrong(self, stack: str, today: date) -> Iterator[tuple[Waiver, Problem]]:
        """The waivers of a stack that are not in force or not needed, each with the reason."""
        for waiver in self.of_stack(stack):
            yield from (
                (waiver, p) for p in waiver.problems(self._severities.get(waiver.rule, Severity.CRITICAL), today)
            )
            if waiver.id not in self.used | self.undecided:
                seen = f"{waiver.resource!r}, where {waiver.rule} has no violation"
                others = " or ".join(map(repr, sorted(self._violated.get(waiver.rule, ()))))
                wanted = f"{others}, where it has one" if others else "a violation to cover"
                yield waiver, Problem("resource", seen, f"{wanted}, or no waiver")

    def of_stack(self, stack: str) -> tuple[Waiver, ...]:
        """The waivers of one stack."""
        return tuple(waiver for waiver in self.all if waiver.stack == stack)


def _person(name: str) -> str:
    return " ".join(name.split()).casefold()
