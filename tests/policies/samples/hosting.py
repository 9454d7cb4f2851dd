"""Vercel projects and what belongs to them."""

from __future__ import annotations

from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource

LOGIN, CALLBACK = "/api/v1/auth", "/api/v1/payments/notify"


def limit(path: str, beyond: str = "deny") -> dict[str, Any]:
    """A firewall rule that limits the rate of a path and what is below it."""
    action = {"action": "rate_limit", "rateLimit": {"limit": 60, "window": 60, "keys": ["ip"], "action": beyond}}
    return {"active": True, "action": action, "conditionGroups": [on("pre", path)]}


def bypass(path: str) -> dict[str, Any]:
    """A firewall rule that lets a path through, past all rules after it."""
    return {"active": True, "action": {"action": "bypass"}, "conditionGroups": [on("eq", path)]}


def on(operator: str, path: str) -> dict[str, Any]:
    """A group with one condition."""
    return {"conditions": [{"type": "path", "op": operator, "value": path}]}


def resources() -> dict[str, Resource]:
    found = [
        resource(
            t.VERCEL_PROJECT,
            "app",
            {
                "gitRepository": {"productionBranch": "production"},
                "resourceConfig": {"functionDefaultRegions": ["fra1"]},
                "nodeVersion": "24.x",
                "onDemandConcurrentBuilds": False,
                "buildMachineType": "standard",
                "gitForkProtection": True,
                "vercelAuthentication": {"deploymentType": "standard_protection_new"},
                "protectedSourcemaps": True,
                "directoryListing": False,
                "customerSuccessCodeVisibility": False,
                "enableProductionFeedback": False,
                "skewProtection": "12 hours",
                "autoAssignCustomDomains": False,
            },
            protect=True,
        ),
        resource(
            t.VERCEL_TEAM,
            "team",
            {
                "hideIpAddresses": True,
                "hideIpAddressesInLogDrains": True,
                "sensitiveEnvironmentVariablePolicy": "on",
                "disjunctiveProductionSecretPolicy": "on",
                "saml": {"enforced": True},
            },
        ),
        resource(t.VERCEL_DOMAIN, "domain", {"domain": "brightbroom.app"}, projectId=PROJECT),
        resource(
            t.VERCEL_DOMAIN,
            "redirect",
            {"domain": "www.brightbroom.app", "redirect": "brightbroom.app", "redirectStatusCode": 308},
            projectId=PROJECT,
        ),
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
            projectId=PROJECT,
        ),
        resource(t.VERCEL_CHECK, "check", {"blocks": "deployment-alias", "targets": ["production"]}, projectId=PROJECT),
        resource(
            t.VERCEL_ROLLING_RELEASE,
            "rollout",
            {"advancementType": "manual-approval", "stages": [{"targetPercentage": 10}, {"targetPercentage": 100}]},
            projectId=PROJECT,
        ),
        resource(
            t.VERCEL_FIREWALL,
            "firewall",
            {"enabled": True, "rules": {"rules": [limit(CALLBACK), bypass(CALLBACK), limit(LOGIN)]}},
            projectId=PROJECT,
        ),
    ]
    return {item.name: item for item in found}
