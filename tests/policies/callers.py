"""The two callers of the rules, on the resources of a case: the court that the audit uses, and the pack, asked by protocol."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import policies.crossguard
from policies.catalogue import judge, registry, waiver_file
from policies.catalogue.judge import Court, Verdict
from policies.catalogue.model import Level, Outcome, Rule
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.waivers import Waiver
from rehearsal.engine.goal import Goal
from rehearsal.engine.policy import InProcessPack, PolicyFinding
from rehearsal.engine.state import ResourceState
from tests.policies.cases.form import TODAY

ROOT = Path(__file__).parent.parent.parent
UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


_COURT = judge.court


def full_court(stack: str, today: date) -> Court:
    """The court of a stack. A rule that is switched off there only reports, so that its cases are heard too."""
    court = _COURT(stack, today)
    settings = {
        code: dataclasses.replace(setting, level=Level.ADVISORY, because="")
        if setting.level is Level.DISABLED
        else setting
        for code, setting in court.settings.items()
    }
    return dataclasses.replace(court, settings=settings)


def court_verdicts(resources: Mapping[str, Resource], today: date = TODAY) -> list[Verdict]:
    """Every rule on every resource, as the audit judges them."""
    stack = Stack.of(resources.values())
    court = full_court(next(iter(resources.values())).stack, today)
    return [_verdict(court, rule, item, stack) for rule in registry.rules() for item in resources.values()]


_GIVEN: dict[tuple[str, date, str, int], tuple[Resource, Verdict]] = {}


def _verdict(court: Court, rule: Rule, item: Resource, stack: Stack) -> Verdict:
    """What a rule over one resource says of the same object is asked once: most of a case's stack is as it was."""
    if rule.whole_stack or court.waivers.all:
        return court.judge(rule, item, stack)
    key = (item.stack, court.today, rule.id, id(item))
    if key not in _GIVEN:
        _GIVEN[key] = (item, court.judge(rule, item, stack))
    return _GIVEN[key][1]


def failed(verdicts: list[Verdict]) -> set[tuple[str, str]]:
    """Codes and URNs of all violations; a finding about another resource counts there, as the engine shows it."""
    return {
        (verdict.rule.id, finding.urn or verdict.resource.urn)
        for verdict in verdicts
        if verdict.outcome is Outcome.FAIL
        for finding in verdict.findings
    }


def unread(verdicts: list[Verdict]) -> set[tuple[str, str]]:
    """Codes and URNs of what is to be judged after the deployment."""
    return {
        (verdict.rule.id, verdict.resource.urn)
        for verdict in verdicts
        if verdict.pending or verdict.outcome is Outcome.NOT_EVALUATED
    }


@contextlib.contextmanager
def waivers_of(waivers: tuple[Waiver, ...]) -> Iterator[None]:
    """The project with these waivers instead of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiver_file, "waivers", lambda: waivers)
        yield


class Pack:
    """The pack of the project with a fixed day, asked as an engine asks it."""

    def __init__(self, stack: str, today: date = TODAY) -> None:
        with pytest.MonkeyPatch.context() as patch:
            made = policies.crossguard.crossguard_policies
            patch.setattr(policies.crossguard, "crossguard_policies", lambda rules, name, _: made(rules, name, today))
            patch.setattr(judge, "court", full_court)
            self._pack = InProcessPack(ROOT / "policies", Run(stack), dry_run=True, organization="organization")

        self._states: dict[int, tuple[Resource, ResourceState]] = {}
        self._said: dict[int, list[PolicyFinding]] = {}

    def judge(self, resources: Mapping[str, Resource]) -> list[PolicyFinding]:
        """Everything the pack says about all resources and the stack. About one resource it is asked once for the same object."""
        found: list[PolicyFinding] = []
        goals = {item.urn: goal_of(item) for item in resources.values()}
        for item in resources.values():
            if id(item) not in self._states:
                self._states[id(item)] = (item, state_of(item))
                self._said[id(item)] = self._pack.analyze(self._states[id(item)][1], goals[item.urn], None)
            found += self._said[id(item)]
        states = [self._states[id(item)][1] for item in resources.values()]
        return found + self._pack.analyze_stack(states, goals, {}, states[0].urn)


class Run:
    name = "brightbroom-infra"

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.config: Mapping[str, str] = {}


@functools.cache
def pack(stack: str) -> Pack:
    return Pack(stack)


def said(findings: list[PolicyFinding]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Violations and what is judged later, as codes and URNs; anything that broke fails here."""
    codes = {rule.name: rule.id for rule in registry.rules()}
    broken = [finding.message for finding in findings if finding.policy.startswith("every-rule-runs-to-its-end")]
    assert broken == []
    violations = {(codes[finding.policy], finding.urn) for finding in findings if finding.policy in codes}
    pending = {
        (_code(finding), finding.urn) for finding in findings if finding.policy.startswith("to-be-judged-after-apply")
    }
    return violations, pending


def _code(finding: PolicyFinding) -> str:
    """A message is the policy's description, a line break, and the text that begins with the rule's code."""
    return finding.message.splitlines()[1].split()[0]


def state_of(item: Resource) -> ResourceState:
    properties = dict(_wire(item.properties))
    return ResourceState(
        item.urn,
        custom=not item.type.startswith("brightbroom:"),
        type=item.type,
        id=item.id,
        inputs=properties,
        outputs={**properties, **({"id": item.id} if item.id else {})},
        parent=item.parent,
        protect=item.protect,
        propertyDependencies={key: list(urns) for key, urns in item.links.items()},
        additionalSecretOutputs=list(item.secret_outputs),
        ignoreChanges=list(item.ignore_changes),
    )


def goal_of(item: Resource) -> Goal:
    return Goal(item.type, item.name, custom=True, inputs={}, protect=item.protect)


def _wire(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_ON_THE_WIRE
    if value is SECRET:
        return "[secret]"
    if isinstance(value, Mapping):
        return {key: _wire(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_wire(inner) for inner in value]
    return value


def codes(pairs: Iterator[tuple[str, str]] | set[tuple[str, str]]) -> set[str]:
    return {code for code, _ in pairs}
