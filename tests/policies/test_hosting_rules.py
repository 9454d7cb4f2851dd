"""What cases over the shipped levels do not reach: repairs of a project, and managed rule sets where the plan has them."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from policies.catalogue import registry
from policies.catalogue.model import Rule
from policies.catalogue.resource import UNKNOWN, Resource
from policies.catalogue.scope import Scope
from tests.policies import samples
from tests.policies.cases.form import TODAY

MANAGED = {name: {"active": True, "action": "deny"} for name in ("xss", "sqli", "rce")}


def _rule(code: str) -> Rule:
    return next(rule for rule in registry.rules() if rule.id == code)


def _sample(name: str, **changes: Any) -> Resource:
    item = samples.stack()[name]
    return dataclasses.replace(item, properties={**copy.deepcopy(dict(item.properties)), **changes})


def _mended(project: Resource, *, feedback: bool) -> Mapping[str, Any]:
    rule = _rule("VRC-03")
    assert rule.mend
    return rule.mend(project, Scope({"forbidProductionFeedback": feedback}, TODAY))


def test_a_repair_sets_what_is_wrong_and_nothing_else() -> None:
    shown = _sample("app", protectedSourcemaps=False, directoryListing=True, enableProductionFeedback=True)
    repaired = _mended(shown, feedback=True)
    assert repaired == {"protectedSourcemaps": True, "directoryListing": False, "enableProductionFeedback": False}
    scope = Scope({"forbidProductionFeedback": True}, TODAY)
    assert not list(_rule("VRC-03").check(_sample("app", **repaired), scope))


def test_the_toolbar_of_staging_stays() -> None:
    assert _mended(_sample("app", enableProductionFeedback=True), feedback=False) == {}


def test_a_repair_leaves_what_is_not_known_and_sets_the_rest() -> None:
    assert _mended(_sample("app", directoryListing=UNKNOWN), feedback=True) == {}
    partly = _sample("app", directoryListing=UNKNOWN, protectedSourcemaps=False, enableProductionFeedback=True)
    assert _mended(partly, feedback=True) == {"protectedSourcemaps": True, "enableProductionFeedback": False}


@pytest.mark.parametrize(
    ("declared", "paths"),
    [
        (None, {"managedRulesets.owasp.xss.active", "managedRulesets.owasp.xss.action"}),
        ({"owasp": {**MANAGED, "xss": {"active": True, "action": "log"}}}, {"managedRulesets.owasp.xss.action"}),
        ({"owasp": MANAGED}, set()),
        ({"owasp": {"xss": MANAGED["xss"]}}, set()),
    ],
)
def test_a_managed_rule_set_that_the_plan_has_must_deny(declared: Any, paths: set[str]) -> None:
    scope = Scope({"limitedPaths": [], "managedRulesets": ["xss"]}, TODAY)
    firewall = _sample("firewall", managedRulesets=declared)
    assert {finding.path for finding in _rule("VRC-05").check(firewall, scope)} == paths
