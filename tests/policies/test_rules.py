"""Each case breaks exactly one thing of a compliant stack and names every rule that then fires."""

from __future__ import annotations

from typing import Any

import pytest

from policies.catalogue import registry
from policies.catalogue import types as t
from policies.catalogue.model import UNKNOWN
from tests.policies.compliant import ABSENT, broken, fired, judged, resource, stack, unevaluated

CSP_HEADER = "header:Content-Security-Policy"
EDGE = "object-src 'none'; base-uri 'none'; form-action 'self' https://www.payfast.co.za; frame-ancestors 'none'"

VIOLATIONS: list[tuple[str, str, str, Any]] = [
    ("HDR-01", "headers", "enabled", False),
    ("HDR-01", "headers", "route.src", "^/api/(.*)$"),
    ("HDR-01", "headers", "route.src", "^/["),
    ("HDR-01", "headers", "srcSyntax", "equals"),
    ("HDR-01", "headers", "header:Permissions-Policy", ABSENT),
    ("HDR-02", "headers", CSP_HEADER, f"{EDGE}; object-src *"),
    ("HDR-02", "headers", CSP_HEADER, f"{EDGE}; form-acton 'self'"),
    ("HDR-02", "profile", "csp.frame-ancestor", ["'none'"]),
    ("HDR-03", "headers", CSP_HEADER, f"{EDGE}; script-src 'self' 'unsafe-inline'"),
    ("HDR-03", "profile", "csp.script-src", ["*"]),
    ("HDR-03", "profile", "csp.script-src", ["'self'", "data:"]),
    ("HDR-03", "profile", "csp.script-src", ["'self'", "'UNSAFE-EVAL'"]),
    ("HDR-03", "profile", "csp.script-src-elem", ["https:"]),
    ("HDR-04", "profile", "csp.object-src", ["'self'"]),
    ("HDR-04", "profile", "csp.base-uri", ABSENT),
    ("HDR-04", "profile", "csp.default-src", ["'self'", "https://cdn.example.com"]),
    ("HDR-05", "profile", "csp.form-action", ["'self'"]),
    ("HDR-05", "profile", "csp.form-action", ABSENT),
    ("HDR-05", "profile", "csp.form-action", ["'self'", "https://sandbox.payfast.co.za"]),
    ("HDR-05", "headers", CSP_HEADER, EDGE.replace("https://www", "http://www")),
    ("HDR-06", "headers", "header:X-Frame-Options", "SAMEORIGIN"),
    ("HDR-06", "headers", CSP_HEADER, EDGE.replace("frame-ancestors 'none'", "frame-ancestors *")),
    ("HDR-06", "profile", "headers.X-Frame-Options", ABSENT),
    ("HDR-07", "headers", "header:Strict-Transport-Security", "max-age=31535999; includeSubDomains; preload"),
    ("HDR-07", "headers", "header:Strict-Transport-Security", "max-age=63072000; preload"),
    ("HDR-07", "headers", "header:Strict-Transport-Security", "includeSubDomains; preload"),
    ("HDR-08", "headers", "header:X-XSS-Protection", "1; mode=block"),
    ("HDR-09", "headers", "header:X-Content-Type-Options", "sniff"),
    ("HDR-10", "headers", "header:Referrer-Policy", "unsafe-url"),
    (
        "HDR-11",
        "headers",
        "header:Permissions-Policy",
        "camera=(self), microphone=(), payment=(), usb=(), serial=(), hid=()",
    ),
    ("HDR-12", "headers", "header:Cross-Origin-Opener-Policy", "unsafe-none"),
    ("HDR-12", "headers", "header:Cross-Origin-Resource-Policy", "cross-origin"),
    ("SEC-01", "variable", "key", "VITE_PAYFAST_PASSPHRASE"),
    ("SEC-01", "variables", "variables.0.key", "PUBLIC_API_TOKEN"),
    ("SEC-01", "repository-variable", "variableName", "VITE_PAYFAST_MERCHANT_KEY"),
    ("DB-03", "database", "historyRetentionSeconds", 604_799),
    ("DB-03", "database", "historyRetentionSeconds", 2_592_001),
    ("DB-03", "database", "historyRetentionSeconds", 0),
    ("DB-03", "database", "historyRetentionSeconds", ABSENT),
    ("BK-01", "snapshots", "items.0.retentionSeconds", 2_591_999),
    ("BK-01", "snapshots", "items.0.frequency", "monthly"),
    ("BK-01", "snapshots", "items", []),
    ("BK-02", "export", "provider", "neon"),
    ("BK-02", "export", "frequency", "monthly"),
    ("BK-02", "export", "immutable", False),
    ("BK-02", "export", "encrypted", ABSENT),
    ("BK-02", "export", "retentionDays", 29),
    ("RET-01", "retention", "expirationProduction", "3m"),
    ("RET-01", "retention", "expirationPreview", "1y"),
    ("RET-01", "retention", "expirationErrored", ABSENT),
    ("RET-02", "logs", "retentionDays", 364),
    ("RET-02", "logs", "hotDays", ABSENT),
    ("RET-02", "logs", "immutable", False),
    ("VRC-01", "app", "gitRepository.productionBranch", "main"),
    ("VRC-01", "app", "gitRepository", ABSENT),
    ("VRC-01", "custom", "branchTracking.pattern", "main"),
    ("VRC-01", "custom", "branchTracking.type", "startsWith"),
    ("GH-04", "environment", "reviewers", ABSENT),
    ("GH-04", "environment", "reviewers.0.users", []),
    ("GH-04", "environment", "preventSelfReview", False),
    ("GH-04", "environment", "canAdminsBypass", ABSENT),
    ("GH-04", "environment", "deploymentBranchPolicy.customBranchPolicies", False),
    ("GH-04", "branch", "branchPattern", "*"),
]
NEAR_MISSES: list[tuple[str, str, Any]] = [
    ("headers", "enabled", ABSENT),
    ("headers", "route.src", "/.*"),
    (
        "headers",
        CSP_HEADER,
        EDGE.upper()
        .replace("HTTPS://WWW.PAYFAST.CO.ZA", "https://www.payfast.co.za")
        .replace("'SELF'", "'self'")
        .replace("'NONE'", "'none'"),
    ),
    ("headers", CSP_HEADER, f"{EDGE}; script-src 'unsafe-inline' 'nonce-abc'"),
    ("headers", "header:Strict-Transport-Security", "PRELOAD; INCLUDESUBDOMAINS; MAX-AGE=31536000"),
    ("headers", "header:X-XSS-Protection", ABSENT),
    ("headers", "header:Referrer-Policy", "no-referrer"),
    ("profile", "csp.script-src", ABSENT),
    ("profile", "csp.default-src", ["'none'"]),
    ("variable", "key", "VITE_SENTRY_DSN"),
    ("variable", "key", "VITELLIUS_TOKEN"),
    ("database", "historyRetentionSeconds", 2_592_000),
    ("snapshots", "items.1.retentionSeconds", 3_024_000),
    ("retention", "expirationProduction", "6m"),
    ("environment", "reviewers.0", {"teams": [7]}),
    ("custom", "branchTracking.type", ABSENT),
]
UNKNOWNS = [
    ({f"HDR-{number:02}" for number in range(1, 13)}, "headers", "route.transforms"),
    ({"SEC-01"}, "variable", "key"),
    ({"SEC-01"}, "variables", "variables.0.key"),
    ({"DB-03"}, "database", "historyRetentionSeconds"),
    ({"BK-01"}, "snapshots", "items.0.retentionSeconds"),
    ({"BK-02"}, "export", "provider"),
    ({"RET-01"}, "retention", "expirationPreview"),
    ({"RET-02"}, "logs", "hotDays"),
    ({"VRC-01"}, "app", "gitRepository.productionBranch"),
    ({"GH-04"}, "branch", "branchPattern"),
]  # fmt: skip


def test_a_compliant_stack_fires_nothing() -> None:
    assert fired(stack()) == set()


@pytest.mark.parametrize(("code", "name", "path", "value"), VIOLATIONS)
def test_one_broken_property_fires_its_rule_alone(code: str, name: str, path: str, value: Any) -> None:
    assert fired(broken(name, path, value)) == {code}


@pytest.mark.parametrize(("name", "path", "value"), NEAR_MISSES)
def test_a_near_miss_fires_nothing(name: str, path: str, value: Any) -> None:
    assert fired(broken(name, path, value)) == set()


@pytest.mark.parametrize(("codes", "name", "path"), UNKNOWNS)
def test_an_unknown_value_is_neither_pass_nor_violation(codes: set[str], name: str, path: str) -> None:
    resources = broken(name, path, UNKNOWN)
    assert unevaluated(resources) == codes
    assert fired(resources) == set()


@pytest.mark.parametrize(("code", "name"), [("HDR-01", "headers"), ("BK-01", "snapshots"), ("RET-01", "retention")])
def test_a_missing_resource_fires_the_rule_of_the_stack(code: str, name: str) -> None:
    resources = stack()
    del resources[name]
    assert fired(resources) == {code}


def test_a_policy_that_only_reports_protects_nothing() -> None:
    properties = dict(stack()["headers"].properties["route"])
    reporting = [
        {**entry, "target": entry["target"].replace("Content-Security-Policy", "Content-Security-Policy-Report-Only")}
        for entry in properties["transforms"]
    ]
    assert fired(broken("headers", "route.transforms", reporting)) == {"HDR-01", "HDR-02"}


def test_an_empty_profile_breaks_every_rule_of_the_policy() -> None:
    assert fired(broken("profile", "csp", {})) == {"HDR-02", "HDR-03", "HDR-04", "HDR-05", "HDR-06"}


def test_staging_pays_in_the_sandbox_and_builds_main() -> None:
    assert fired(stack(), "staging") == {"HDR-05", "VRC-01", "GH-04"}
    wanted = broken("profile", "csp.form-action", ["https://sandbox.payfast.co.za", "'self'"])
    findings, *_ = judged(next(r for r in registry.rules() if r.id == "HDR-05"), [wanted["profile"]], "staging")
    assert findings == []


def test_another_type_is_nobodys_business() -> None:
    assert fired({"other": resource("aws:s3/bucket:Bucket", "other", {"key": "VITE_SECRET"})}) == set()


def test_every_rule_has_a_violation_a_near_miss_or_neighbour_and_an_unknown() -> None:
    codes = {rule.id for rule in registry.rules()}
    assert {code for code, *_ in VIOLATIONS} == codes
    assert set().union(*(unknown for unknown, *_ in UNKNOWNS)) == codes


def test_every_type_a_rule_names_is_in_the_compliant_stack() -> None:
    beside = {t.VERCEL_SHARED_VARIABLE, t.GITHUB_ENVIRONMENT_VARIABLE}  # judged by the code of their siblings
    named = {kind for rule in registry.rules() for kind in rule.applies_to}
    assert named - beside <= {item.type for item in stack().values()}
