"""What the pack adds to the rules: repairs, a rule that breaks, and what cannot be read yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing

import pytest

from policies.catalogue import judge, registry
from policies.catalogue.judge import Court
from policies.catalogue.model import Finding, Rule
from policies.catalogue.resource import UNKNOWN, Resource
from policies.catalogue.scope import Scope
from policies.crossguard import Judges
from rehearsal.engine.policy import PolicyFinding, ServedPack
from tests.policies import samples
from tests.policies.callers import ROOT, Pack, Run, goal_of, state_of
from tests.policies.cases.form import TODAY, changed


def _break(monkeypatch: pytest.MonkeyPatch, *codes: str) -> None:
    def check(resource: Resource, _: Scope) -> Iterator[Finding]:
        if resource.name:
            raise KeyError(f"canary in {resource.properties}")
        yield Finding("", None, "")

    rules = tuple(dataclasses.replace(rule, check=check) if rule.id in codes else rule for rule in registry.rules())
    monkeypatch.setattr(registry, "rules", lambda: rules)


def _of(findings: list[PolicyFinding], start: str) -> list[PolicyFinding]:
    return [finding for finding in findings if finding.policy.startswith(start)]


@pytest.mark.parametrize(("code", "name"), [("DB-03", "database"), ("BK-01", "database")])
def test_a_rule_that_breaks_is_named_and_stops_the_run_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, code: str, name: str
) -> None:
    resources = changed(samples.stack(), (("headers", "header:Strict-Transport-Security", "max-age=1"),))
    _break(monkeypatch, code)
    findings = Pack("production").judge(resources)
    [broken] = _of(findings, "every-rule-runs-to-its-end")
    assert broken.mandatory
    assert broken.urn == resources[name].urn
    assert f"{code} could not judge: KeyError (test_crossguard.py:" in broken.message
    assert "an error of the rule, not of the resource" in broken.message
    assert "canary" not in broken.message
    assert [finding.urn for finding in _of(findings, "hdr-07")] == [resources["headers"].urn]


def test_what_cannot_be_read_yet_is_listed_and_stops_nothing() -> None:
    resources = changed(samples.stack(), (("database", "historyRetentionSeconds", UNKNOWN),))
    findings = Pack("production").judge(resources)
    assert [finding for finding in findings if finding.mandatory] == []
    told = [finding for finding in _of(findings, "to-be-judged-after-apply") if "DB-03" in finding.message]
    assert [finding.urn for finding in told] == [resources["database"].urn]
    assert told[0].level == "advisory"
    assert "historyRetentionSeconds is known only after the deployment" in told[0].message


def test_every_policy_of_the_pack_has_its_metadata() -> None:
    rules: tuple[Rule, ...] = registry.rules()
    info = Pack("production")._pack._call("GetAnalyzerInfo", None)
    policies = {policy.name: policy for policy in info.policies}
    assert len(policies) == len(info.policies) == len(rules) + 6
    for rule in rules:
        policy = policies[rule.name]
        assert policy.description == f"{rule.id} {rule.statement}"
        assert policy.url == rule.url
        assert policy.remediation_steps == rule.remedy
        assert policy.framework.reference == rule.requirements[0].clause


def test_an_engine_that_asks_for_several_resources_at_once_gets_the_same_answers() -> None:
    changes = (
        ("headers", "header:Strict-Transport-Security", "max-age=1"),
        ("database", "historyRetentionSeconds", UNKNOWN),
    )
    items = list(changed(samples.stack(), changes, "staging").values())
    asked = [(state_of(item), goal_of(item), None) for item in items]
    with (
        closing(ServedPack(ROOT / "policies", Run("production"), dry_run=True, organization="organization")) as pack,
        ThreadPoolExecutor(4) as threads,
    ):
        at_once = list(threads.map(lambda each: pack.analyze(*each), asked))
        assert at_once == [pack.analyze(*each) for each in asked]
    assert {finding.policy[:6] for found in at_once for finding in found} >= {"hdr-07", "to-be-"}


def test_a_stack_has_one_court_whoever_asks_first() -> None:
    """A second one would not know which waivers the first has used."""
    made: list[Court] = []
    second: list[Future[Court]] = []

    def court_of(stack: str) -> Court:
        if not second:
            second.append(threads.submit(judges.court_of, stack))
            wait(second, timeout=0.2)
        made.append(judge.court(stack, TODAY))
        return made[-1]

    judges = Judges(court_of)
    with ThreadPoolExecutor(1) as threads:
        first = judges.court_of("staging")
        assert second[0].result() is first
    assert made == [first]
