"""Neon projects and what belongs to them."""

from __future__ import annotations

import dataclasses

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import DATABASE, PROJECT, resource, urn

APP_ROLE = urn(t.NEON_ROLE, "app-role")
PREVIEW_PARENT = urn(t.NEON_BRANCH, "preview-parent")
SIZE = {"minCu": 0.25, "maxCu": 8, "suspendTimeoutSeconds": 300}
BRANCH = {"name": "main", "protected": True, "roleName": "brightbroom_owner", "databaseName": "brightbroom"}


def resources() -> dict[str, Resource]:
    kept = {"retentionSeconds": 2_592_000, "hour": 1}
    url = (
        "postgresql://brightbroom_app:sample-of-a-password@ep-1.eu-central-1.aws.neon.tech/brightbroom?sslmode=require"
    )
    found = [
        resource(
            t.NEON_PROJECT,
            "database",
            {
                "regionId": "aws-eu-central-1",
                "pgVersion": 17,
                "historyRetentionSeconds": 604_800,
                "defaultBranch": BRANCH,
                "defaultEndpoint": SIZE,
                "endpointDefaults": SIZE,
                "allowedIps": ["203.0.113.0/24"],
                "quota": {"computeTimeSeconds": 360_000},
                "deletionProtection": True,
            },
            protect=True,
        ),
        resource(
            t.NEON_SCHEDULE,
            "snapshots",
            {"items": [{"frequency": "daily", **kept}, {"frequency": "weekly", "day": 7, **kept}]},
            projectId=DATABASE,
            branchId=DATABASE,
        ),
        resource(
            t.NEON_SNAPSHOT, "snapshot", {"expiresAt": "2026-12-20T00:00:00Z"}, projectId=DATABASE, branchId=DATABASE
        ),
        resource(
            t.NEON_BRANCH,
            "default-branch",
            {"name": "main", "setAsDefault": True, "protected": True},
            protect=True,
            projectId=DATABASE,
        ),
        resource(
            t.NEON_BRANCH,
            "preview-parent",
            {"name": "preview-parent", "initSource": "schema-only"},
            projectId=DATABASE,
            parentId=DATABASE,
        ),
        resource(
            t.NEON_BRANCH,
            "preview",
            {"name": "preview/42", "initSource": "schema-only", "expiresAt": "2026-12-09T00:00:00Z"},
            projectId=DATABASE,
            parentId=PREVIEW_PARENT,
        ),
        resource(
            t.NEON_ANONYMIZED_BRANCH,
            "masked",
            {
                "name": "masked",
                "maskingRules": [{"database": "brightbroom", "schema": "public", "table": "users", "column": "email"}],
            },
            projectId=DATABASE,
        ),
        resource(
            t.NEON_DATABASE,
            "tables",
            {"name": "reports", "ownerName": "brightbroom_reports"},
            protect=True,
            projectId=DATABASE,
        ),
        resource(t.NEON_ROLE, "app-role", {"name": "brightbroom_app"}, projectId=DATABASE, branchId=DATABASE),
        from_both(
            resource(
                t.VERCEL_VARIABLE,
                "database-url",
                {
                    "key": "DATABASE_URL",
                    "value": url,
                    "targets": ["production"],
                    "sensitive": True,
                    "comment": "owner=brightbroom rotated=2026-11-01",
                },
                projectId=PROJECT,
            ),
            "value",
        ),
    ]
    return {item.name: item for item in found}


def from_both(item: Resource, path: str) -> Resource:
    """A property that comes from the project, for the host, and from the app's role, for the password."""
    return dataclasses.replace(item, links={**item.links, path: (DATABASE, APP_ROLE)})
