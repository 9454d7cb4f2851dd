"""Rules over several settings: one value of a stack in order is changed, and exactly the keys to mend are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.settings.mistakes import judged
from infra.settings.rules import RULES, violations
from infra.settings.violation import REMOVE
from tests.builders import STACKS, areas, settings

TEAM = {"plans.github": "team"}
UNGATED = {
    "delivery.reviewers.users": [],
    "delivery.waitMinutes": 0,
    "delivery.preventSelfReview": False,
    "delivery.adminsMayBypass": True,
}
"""What a private repository must do without below GitHub's enterprise plan."""


@dataclass(frozen=True)
class Case:
    rule: str
    changes: Mapping[str, Any]
    keys: tuple[str, ...]
    stack: str = "production"
    given: Mapping[str, Any] = field(default_factory=dict)
    """Changes that break nothing by themselves."""


CASES = [
    Case("vercel_plan", {"plans.vercel": "hobby"}, ("plans.vercel",)),
    Case("vercel_plan", {"hosting.firewall.managedRules": True}, ("hosting.firewall.managedRules",)),
    Case("vercel_plan", {"hosting.functionTimeoutSeconds": 801}, ("hosting.functionTimeoutSeconds",)),
    Case(
        "vercel_plan",
        {"hosting.firewall.limitedPaths": [f"/path/{n}" for n in range(39)]},
        ("hosting.firewall.limitedPaths",),
    ),
    Case("neon_plan", {"plans.neon": "free"}, ("database.historyHours", "plans.neon"), stack="staging"),
    Case("neon_plan", {"plans.neon": "launch"}, ("database.historyHours",)),
    Case("neon_plan", {"database.historyHours": 169}, ("database.historyHours",), stack="staging"),
    Case(
        "neon_plan",
        {"database.minComputeUnits": 18, "database.maxComputeUnits": 18},
        ("database.maxComputeUnits",),
        stack="staging",
    ),
    Case("neon_plan", {"database.suspendAfterSeconds": 60}, ("database.suspendAfterSeconds",), stack="staging"),
    Case("neon_plan", {"database.allowedAddresses": ["203.0.113.7"]}, ("database.allowedAddresses",), stack="staging"),
    Case("github_plan", {"plans.github": "free"}, ("plans.github",), given=UNGATED),
    Case("github_plan", {"delivery.reviewers.users": [1]}, ("delivery.reviewers.users",), given=TEAM | UNGATED),
    Case("github_plan", {"delivery.reviewers.teams": [1]}, ("delivery.reviewers.teams",), given=TEAM | UNGATED),
    Case("github_plan", {"delivery.waitMinutes": 1}, ("delivery.waitMinutes",), given=TEAM | UNGATED),
    Case("github_plan", {"delivery.preventSelfReview": True}, ("delivery.preventSelfReview",), given=TEAM | UNGATED),
    Case("github_plan", {"delivery.adminsMayBypass": False}, ("delivery.adminsMayBypass",), given=TEAM | UNGATED),
    Case("compute", {"database.minComputeUnits": 0.3}, ("database.minComputeUnits",)),
    Case("compute", {"database.maxComputeUnits": 17}, ("database.maxComputeUnits",) * 2),
    Case("compute", {"database.minComputeUnits": 9}, ("database.minComputeUnits",)),
    Case("compute", {"database.maxComputeUnits": 9}, ("database.maxComputeUnits",)),
    Case("compute", {"database.suspendAfterSeconds": 59}, ("database.suspendAfterSeconds",)),
    Case("compute", {"database.applicationRole": "brightbroom_owner"}, ("database.applicationRole",)),
    Case("regions", {"database.region": "aws-af-south-1"}, ("database.region",)),
    Case("regions", {"hosting.functionRegion": "cpt1"}, ("hosting.functionRegion",)),
    Case("regions", {"database.region": "aws-eu-west-2"}, ("hosting.functionRegion", "cache.region")),
    Case("cache_region", {"cache.region": "eu-west-1"}, ("cache.region",)),
    Case("payments", {"payments.mode": "sandbox"}, ("payments.mode",)),
    Case("payments", {"payments.mode": "live"}, ("payments.mode",), stack="staging"),
    Case(
        "csp_sources",
        {"headers.contentSecurityPolicy.img-src": ["'self'", "not a host"]},
        ("headers.contentSecurityPolicy.img-src[1]",),
    ),
    Case("csp_sources", {"headers.contentSecurityPolicy.img_src": []}, ("headers.contentSecurityPolicy.img_src",)),
    Case("csp_sources", {"headers.edgeDirectives": ["frame-ancestors", "sandbox"]}, ("headers.edgeDirectives[1]",)),
    Case(
        "error_reports",
        {"headers.contentSecurityPolicy.connect-src": ["'self'"]},
        ("headers.contentSecurityPolicy.connect-src",),
    ),
    Case(
        "error_reports",
        {"headers.contentSecurityPolicy.connect-src": ["https://o1.ingest.us.sentry.io"]},
        ("headers.contentSecurityPolicy.connect-src",),
    ),
    Case("error_reports", {"errors.regionHost": "ingest.us.sentry.io"}, ("headers.contentSecurityPolicy.connect-src",)),
    Case("branches", {"repository.releaseBranch": "main"}, ("repository.releaseBranch",)),
    Case("branches", {"repository.releaseBranch": "release"}, ("repository.releaseBranch",)),
    Case("branches", {"repository.stagingBranch": "trunk"}, ("repository.stagingBranch",), stack="staging"),
    Case("low_traffic", {"delivery.lowTraffic.endHour": 2}, ("delivery.lowTraffic.endHour",)),
    Case("low_traffic", {"delivery.lowTraffic.startHour": 22}, ("delivery.lowTraffic.endHour",)),
    Case("wait", {"delivery.waitMinutes": 180}, ("delivery.waitMinutes",)),
    Case("reviewers", {"delivery.reviewers.teams": [1, 2, 3, 4, 5]}, ("delivery.reviewers.users",)),
    Case("rollout", {"hosting.rollingRelease.stages": [10, 50]}, ("hosting.rollingRelease.stages",)),
    Case("rollout", {"hosting.rollingRelease.stages": [50, 10, 100]}, ("hosting.rollingRelease.stages",)),
    Case("rollout", {"hosting.rollingRelease.stages": [10, 10, 100]}, ("hosting.rollingRelease.stages",)),
    Case("addresses", {"database.allowedAddresses": ["203.0.113.0/24", "office"]}, ("database.allowedAddresses[1]",)),
    Case("storage", {"backups.separateStorage.expireDays": 30}, ("backups.separateStorage.expireDays",)),
    Case("logs", {"monitoring.logHotDays": 366}, ("monitoring.logHotDays",)),
    Case("checks", {"hosting.deploymentChecks": ["validate", "lint"]}, ("hosting.deploymentChecks[1]",)),
    Case("repeated", {"hosting.redirectDomains": ["brightbroom.app"]}, ("hosting.redirectDomains",)),
    Case("repeated", {"hosting.deploymentChecks": ["test", "test"]}, ("hosting.deploymentChecks",)),
    Case("repeated", {"hosting.firewall.limitedPaths": ["/api", "/api"]}, ("hosting.firewall.limitedPaths",)),
    Case("repeated", {"delivery.reviewers.users": [7, 7]}, ("delivery.reviewers.users",)),
]


def _name(case: Case) -> str:
    return f"{case.rule}-{'-'.join(case.changes)}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_broken_rule_names_exactly_the_keys_to_mend(case: Case) -> None:
    assert case.stack in STACKS
    assert settings(case.stack, case.given)
    broken, mistakes = judged(areas(case.stack, {**case.given, **case.changes}), stack=case.stack)
    assert broken, "the settings could be read"
    assert [mistake.partition(":")[0] for mistake in mistakes] == list(case.keys)
    assert all(f"--stack {case.stack}" in mistake for mistake in mistakes)


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == {rule.__name__.removeprefix("_") for rule in RULES}


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_example_of_a_broken_rule_mends_it(case: Case) -> None:
    """Set as the command says, until nothing is left: each step must take one violation away."""
    changes = {**case.given, **case.changes}
    for _ in range(4):
        broken, _mistakes = judged(areas(case.stack, changes), stack=case.stack)
        assert broken
        left = violations(broken)
        if not left:
            return
        first = left[0]
        key, _, position = first.key.partition("[")
        if first.example is REMOVE and not position:
            changes.pop(key)
        elif position:
            items = list(changes[key])
            spot = int(position.removesuffix("]"))
            items[spot : spot + 1] = [] if first.example is REMOVE else [first.example]
            changes[key] = items
        else:
            changes[key] = first.example
    pytest.fail(f"the examples do not mend {case.changes}")


@pytest.mark.parametrize(
    ("stack", "changes"),
    [
        ("production", {"hosting.productionBranch": "main"}),
        ("production", {"hosting.productionBranch": "develop"}),
        ("staging", {"hosting.productionBranch": "production"}),
        ("production", {"delivery.branch": "main"}),
        ("production", {"hosting.retention.production": "1d"}),
        ("production", {"hosting.retention.preview": "1y"}),
        ("production", {"database.historyHours": 24}),
        ("staging", {"database.historyHours": 0}),
        ("production", {"database.snapshots.retentionDays": 7}),
        ("production", {"headers.strictTransportSecurity": "max-age=300"}),
        ("production", {"headers.xssProtection": "1; mode=block"}),
        ("production", {"headers.frameOptions": "ALLOWALL"}),
        ("production", {"headers.referrerPolicy": "unsafe-url"}),
        ("production", {"headers.contentSecurityPolicy.script-src": ["'self'", "'unsafe-inline'"]}),
        ("production", {"headers.contentSecurityPolicy.form-action": ["'self'", "https://sandbox.payfast.co.za"]}),
        ("production", {"headers.contentSecurityPolicy.frame-ancestors": ["*"]}),
        ("production", {"delivery.reviewers.users": []}),
    ],
)
def test_what_a_policy_judges_is_left_to_the_policies(stack: str, changes: dict[str, Any]) -> None:
    assert settings(stack, changes)


@pytest.mark.parametrize(
    ("stack", "changes"),
    [
        ("production", {"database.historyHours": 720}),
        ("staging", {"database.historyHours": 168}),
        ("staging", {"database.suspendAfterSeconds": -1}),
        ("production", {"database.suspendAfterSeconds": 60}),
        ("production", {"database.minComputeUnits": 8, "database.maxComputeUnits": 16}),
        ("production", {"database.minComputeUnits": 56, "database.maxComputeUnits": 56}),
        ("production", {"database.allowedAddresses": ["203.0.113.0/24", "2001:db8::1"]}),
        ("production", {"hosting.functionTimeoutSeconds": 800}),
        ("production", {"plans.vercel": "enterprise", "hosting.firewall.managedRules": True}),
        ("production", {"plans.github": "team", "repository.visibility": "public"}),
        ("production", {"delivery.lowTraffic.endHour": 24}),
        ("production", {"delivery.waitMinutes": 179}),
        ("production", {"delivery.reviewers.teams": [1, 2, 3, 4]}),
        ("production", {"cache.enabled": False, "cache.region": "us-east-1"}),
        ("production", {"errors.enabled": False, "headers.contentSecurityPolicy.connect-src": ["'self'"]}),
        ("production", {"headers.contentSecurityPolicy.connect-src": ["'self'", "https://*.sentry.io"]}),
        ("production", {"headers.contentSecurityPolicy.connect-src": ["https://o1.ingest.de.sentry.io/api"]}),
        ("production", {"backups.separateStorage.enabled": False, "backups.separateStorage.expireDays": 1}),
        ("production", {"payments.merchantId": 24016379}),
        (
            "production",
            {"database.region": "aws-eu-west-2", "hosting.functionRegion": "lhr1", "cache.region": "eu-west-1"},
        ),
    ],
)
def test_values_at_the_edge_of_a_rule_are_allowed(stack: str, changes: dict[str, Any]) -> None:
    assert settings(stack, changes)
