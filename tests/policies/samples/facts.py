"""Declared facts, and the stack itself."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import resource

ACCOUNTS = {
    "name": "customer accounts",
    "purpose": "booking and contact",
    "legalBasis": "contract (GDPR 6(1)(b))",
    "retentionDays": 1095,
    "erasure": "anonymised within 30 days of a request",
    "owner": "privacy@brightbroom.app",
    "place": "Neon aws-eu-central-1",
    "personal": True,
}


def resources() -> dict[str, Resource]:
    found = [
        resource(t.STACK, "brightbroom-infra-production", {}),
        resource(
            t.BACKUP_EXPORT,
            "export",
            {"frequency": "weekly", "provider": "aws", "encrypted": True, "immutable": True, "retentionDays": 35},
        ),
        resource(t.RESTORE_DRILL, "drill", {"everyDays": 30, "maxMinutes": 60}),
        resource(t.RECOVERY_TARGETS, "targets", {"rtoMinutes": 60, "rpoHours": 24}),
        resource(t.DATA_INVENTORY, "inventory", {"categories": [ACCOUNTS]}),
    ]
    return {item.name: item for item in found}
