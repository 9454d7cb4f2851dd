"""A production stack that no rule finds fault with, and ways to break one thing in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from policies.catalogue import levels, registry
from policies.catalogue import types as t
from policies.catalogue.model import Finding, NotApplicable, Resource, Rule, Unevaluated

PROFILE = {
    "Content-Security-Policy": "object-src 'none'; base-uri 'none'; form-action 'self' https://www.payfast.co.za; "
    "frame-ancestors 'none'; upgrade-insecure-requests",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), serial=(), hid=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-XSS-Protection": "0",
}
CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'", "https://www.payfast.co.za"],
    "frame-ancestors": ["'none'"],
}


def urn(kind: str, name: str, stack: str = "production") -> str:
    return f"urn:pulumi:{stack}::brightbroom-infra::{kind}::{name}"


def resource(kind: str, name: str, properties: Mapping[str, Any], **links: str) -> Resource:
    return Resource(urn(kind, name), kind, name, properties, {key: (target,) for key, target in links.items()})


def transforms(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"type": "response.headers", "op": "set", "target": json.dumps({"key": key}), "args": json.dumps(value)}
        for key, value in headers.items()
    ]


def stack() -> dict[str, Resource]:
    """By logical name."""
    project, database = urn(t.VERCEL_PROJECT, "app"), urn(t.NEON_PROJECT, "database")
    route = {
        "enabled": True,
        "srcSyntax": "regex",
        "route": {"src": "^/(.*)$", "transforms": transforms(PROFILE)},
    }
    kept = {"retentionSeconds": 2_592_000, "hour": 1}
    resources = [
        resource(t.VERCEL_PROJECT, "app", {"gitRepository": {"productionBranch": "production"}}),
        resource(t.VERCEL_ROUTE, "headers", route, projectId=project),
        resource(t.HEADERS, "profile", {"csp": CSP, "headers": {"X-Frame-Options": "DENY"}}),
        resource(
            t.VERCEL_CUSTOM_ENVIRONMENT, "custom", {"branchTracking": {"type": "equals", "pattern": "production"}}
        ),
        resource(
            t.VERCEL_RETENTION,
            "retention",
            {
                "expirationProduction": "1y",
                "expirationPreview": "1m",
                "expirationCanceled": "1w",
                "expirationErrored": "1d",
            },
            projectId=project,
        ),
        resource(t.VERCEL_VARIABLE, "variable", {"key": "PAYFAST_PASSPHRASE"}),
        resource(t.VERCEL_VARIABLES, "variables", {"variables": [{"key": "VITE_APP_URL"}]}),
        resource(t.GITHUB_VARIABLE, "repository-variable", {"variableName": "VITE_PAYFAST_MERCHANT_ID"}),
        resource(t.NEON_PROJECT, "database", {"historyRetentionSeconds": 604_800}),
        resource(
            t.NEON_SCHEDULE,
            "snapshots",
            {"items": [{"frequency": "daily", **kept}, {"frequency": "weekly", "day": 7, **kept}]},
            projectId=database,
        ),
        resource(
            t.BACKUP_EXPORT,
            "export",
            {"frequency": "weekly", "provider": "aws", "encrypted": True, "immutable": True, "retentionDays": 35},
        ),
        resource(t.LOG_SINK, "logs", {"retentionDays": 365, "hotDays": 90, "immutable": True}),
        resource(
            t.GITHUB_ENVIRONMENT,
            "environment",
            {
                "reviewers": [{"users": [1], "teams": []}],
                "preventSelfReview": True,
                "canAdminsBypass": False,
                "deploymentBranchPolicy": {"customBranchPolicies": True},
            },
        ),
        resource(t.GITHUB_ENVIRONMENT_BRANCH, "branch", {"branchPattern": "production"}),
    ]
    return {item.name: item for item in resources}


ABSENT = object()


def broken(name: str, path: str, value: Any) -> dict[str, Resource]:
    """The compliant stack with one property of one resource set, or removed (`ABSENT`).

    A path under `header:` sets a response header of the route; keys that are digits are list positions.
    """
    resources = stack()
    item = resources[name]
    properties = copy.deepcopy(dict(item.properties))
    if path.startswith("header:"):
        headers = {**PROFILE, path.removeprefix("header:"): value}
        properties["route"]["transforms"] = transforms({k: v for k, v in headers.items() if v is not ABSENT})
    else:
        where: Any = properties
        *above, last = (int(key) if key.isdigit() else key for key in path.split("."))
        for key in above:
            where = where[key]
        if value is ABSENT:
            del where[last]
        else:
            where[last] = value
    resources[name] = Resource(item.urn, item.type, item.name, properties, item.links)
    return resources


def judged(rule: Rule, resources: Sequence[Resource], stack_name: str = "production") -> tuple[list[Finding], int, int]:
    """What a rule finds, and how often it was not applicable and not evaluated."""
    parameters = levels.of_stack(stack_name)[rule.id].parameters
    mine = [item for item in resources if item.type in rule.applies_to]
    findings: list[Finding] = []
    inapplicable = unevaluated = 0
    for subject in [mine] if rule.whole_stack and mine else [] if rule.whole_stack else mine:
        try:
            findings += rule.check(subject, parameters)
        except NotApplicable:
            inapplicable += 1
        except Unevaluated:
            unevaluated += 1
    return findings, inapplicable, unevaluated


def fired(resources: Mapping[str, Resource], stack_name: str = "production") -> set[str]:
    """Codes of all rules that find something."""
    return {rule.id for rule in registry.rules() if judged(rule, list(resources.values()), stack_name)[0]}


def unevaluated(resources: Mapping[str, Resource]) -> set[str]:
    """Codes of all rules that need a value that is unknown."""
    return {rule.id for rule in registry.rules() if judged(rule, list(resources.values()))[2]}
