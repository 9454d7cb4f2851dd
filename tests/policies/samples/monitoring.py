"""Logs, alerts and error tracking."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import resource


def resources() -> dict[str, Resource]:
    found = [resource(t.LOG_SINK, "logs", {"retentionDays": 365, "hotDays": 90, "immutable": True})]
    return {item.name: item for item in found}
