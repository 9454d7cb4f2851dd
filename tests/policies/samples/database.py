"""Neon projects and what belongs to them."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import DATABASE, resource


def resources() -> dict[str, Resource]:
    kept = {"retentionSeconds": 2_592_000, "hour": 1}
    found = [
        resource(t.NEON_PROJECT, "database", {"historyRetentionSeconds": 604_800}),
        resource(
            t.NEON_SCHEDULE,
            "snapshots",
            {"items": [{"frequency": "daily", **kept}, {"frequency": "weekly", "day": 7, **kept}]},
            projectId=DATABASE,
        ),
    ]
    return {item.name: item for item in found}
