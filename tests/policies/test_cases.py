"""Every case through both callers of the rules, and the meta-test that each rule has a case of every kind."""

from __future__ import annotations

import functools
from collections import Counter

import pytest

from policies.catalogue import registry
from policies.catalogue.model import Outcome, Rule
from policies.catalogue.resource import Stack
from tests.policies import samples
from tests.policies.callers import Pack, codes, court_verdicts, failed, pack, said, unread, waivers_of
from tests.policies.cases import cases
from tests.policies.cases.form import Case, Kind, changed

CASES = cases()


def test_a_compliant_stack_fires_nothing() -> None:
    assert failed(court_verdicts(samples.stack())) == set()


@functools.cache
def besides(stack: str) -> set[str]:
    """What fires without a change: nothing in production, which the samples are; elsewhere, what wants other values there."""
    return codes(failed(court_verdicts(changed(samples.stack(), (), stack))))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_gives_the_answer_it_names_and_the_pack_gives_the_same(case: Case) -> None:
    resources = changed(samples.stack(), case.changes, case.stack)
    with waivers_of(case.waivers):
        verdicts = court_verdicts(resources)
        asked = Pack(case.stack) if case.waivers else pack(case.stack)
        violations, pending = said(asked.judge(resources))
    assert [v.reason for v in verdicts if v.broken] == []
    verdict = next(v for v in verdicts if v.rule.id == case.rule and v.resource.name == case.on)
    told = f"{verdict.reason} " + " ".join(f"{f.path} seen {f.seen} wanted {f.wanted}" for f in verdict.findings)
    assert verdict.outcome is case.outcome, told
    assert case.says in told
    assert codes(failed(verdicts)) - besides(case.stack) == case.fires - besides(case.stack)
    assert violations == failed(verdicts)
    assert pending == unread(verdicts)


@pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_case_of_every_kind(rule: Rule) -> None:
    kinds = Counter(case.kind for case in CASES if case.rule == rule.id)
    assert set(Kind) - set(kinds) == set()


@pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.id)
def test_every_type_a_rule_judges_is_in_a_case_it_passes_or_fails(rule: Rule) -> None:
    judged = set()
    for case in (case for case in CASES if case.rule == rule.id):
        resources = changed(samples.stack(), case.changes, case.stack)
        if case.outcome in (Outcome.PASS, Outcome.FAIL):
            judged.add(resources[case.on].type)
    assert set(rule.applies_to) - judged == set()


def test_every_case_is_about_a_rule_and_a_resource_that_exist() -> None:
    known = {rule.id for rule in registry.rules()}
    for case in CASES:
        assert case.rule in known
        assert any(item.name == case.on for item in Stack.of(changed(samples.stack(), case.changes).values()))
