"""Vercel projects and what belongs to them."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource


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
            },
            protect=True,
        ),
        resource(t.VERCEL_TEAM, "team", {"hideIpAddresses": True, "hideIpAddressesInLogDrains": True}),
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
    ]
    return {item.name: item for item in found}
