"""Declared facts, and the stack itself."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import resource


def resources() -> dict[str, Resource]:
    found = [
        resource(t.STACK, "brightbroom-infra-production", {}),
        resource(
            t.BACKUP_EXPORT,
            "export",
            {"frequency": "weekly", "provider": "aws", "encrypted": True, "immutable": True, "retentionDays": 35},
        ),
    ]
    return {item.name: item for item in found}
