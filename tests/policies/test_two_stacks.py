"""Secrets of two stacks, compared by their keyed fingerprints, as an audit of both states does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from policies.catalogue import judge, registry
from policies.catalogue import types as t
from policies.catalogue.judge import Court, Verdict
from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN, Stack
from tests.policies.cases.form import TODAY
from tests.policies.samples.build import resource

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
OWN = {"PAYFAST_PASSPHRASE": ONE, "VITE_SENTRY_DSN": THREE}


def stack_of(prints: Mapping[str, Any] | None, key: str = "0a1b2c3d") -> Stack:
    held = (
        [resource(t.FINGERPRINTS, "fingerprints", {"keyId": key, "fingerprints": prints})] if prints is not None else []
    )
    return Stack.of([resource(t.STACK, "brightbroom-infra-production", {}), *held])


def verdict(own: Stack, others: Mapping[str, Stack] | None) -> Verdict:
    court = judge.court("production", TODAY)
    court = Court(court.settings, court.today, court.waivers, others)
    rule = next(rule for rule in registry.rules() if rule.id == "SEC-04")
    return court.judge(rule, own.of_type(t.STACK)[0], own)


@pytest.mark.parametrize("name", ["PAYFAST_PASSPHRASE", "AUTH_SECRET@preview", "MIGRATION_URL"])
def test_one_secret_in_two_environments_is_a_finding(name: str) -> None:
    said = verdict(stack_of(OWN), {"staging": stack_of({name: ONE, "OTHER_TOKEN": TWO})})
    assert said.outcome is Outcome.FAIL
    [finding] = said.findings
    assert (finding.path, finding.seen) == ("fingerprints.PAYFAST_PASSPHRASE", f"the value of {name} in staging")
    assert finding.urn.endswith("::fingerprints")
    assert ONE not in repr(finding)


def test_different_secrets_and_an_equal_public_address_are_none() -> None:
    theirs = stack_of({"PAYFAST_PASSPHRASE": TWO, "VITE_SENTRY_DSN": THREE})
    assert verdict(stack_of(OWN), {"staging": theirs}).outcome is Outcome.PASS


def test_the_pack_judges_its_own_stack_alone() -> None:
    assert verdict(stack_of(OWN), None).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ({}, "give its state too"),
        ({"staging": stack_of(None)}, "in staging is not declared"),
        ({"staging": stack_of({"PAYFAST_PASSPHRASE": ONE}, key="ffffffff")}, "the same fingerprintKey in both stacks"),
        ({"staging": stack_of({"PAYFAST_PASSPHRASE": UNKNOWN})}, "fingerprints.PAYFAST_PASSPHRASE is known only after"),
    ],
    ids=["no other state", "no fingerprints", "another key", "not yet known"],
)
def test_what_cannot_be_compared_is_not_called_fine(others: dict[str, Stack], says: str) -> None:
    said = verdict(stack_of(OWN), others)
    assert said.outcome is Outcome.NOT_EVALUATED
    assert says in said.reason


def test_a_stack_that_cannot_be_compared_hides_no_finding_of_another() -> None:
    others = {"preview": stack_of(None), "staging": stack_of({"AUTH_SECRET": ONE})}
    said = verdict(stack_of({**OWN, "CRON_SECRET": ONE}), others)
    assert said.outcome is Outcome.FAIL
    assert len(said.findings) == 3
    assert "in preview is not declared" in said.pending


def test_a_secret_that_is_not_known_yet_is_told_after_those_that_are() -> None:
    said = verdict(stack_of({**OWN, "AUTH_SECRET": UNKNOWN, "CRON_SECRET": ONE}), None)
    assert [finding.path for finding in said.findings] == ["fingerprints.PAYFAST_PASSPHRASE"]
    assert said.pending.startswith("fingerprints.AUTH_SECRET")
