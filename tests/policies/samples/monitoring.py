"""Logs, alerts and error tracking."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource, urn

ALERT = urn(t.VERCEL_ALERT, "alert")
ENDPOINT = "https://in.logs.brightbroom.app/vercel/production"


def resources() -> dict[str, Resource]:
    everywhere = {"targets": ["production"], "sensitive": False}
    found = [
        resource(t.LOG_SINK, "logs", {"endpoint": ENDPOINT, "retentionDays": 365, "hotDays": 90, "immutable": True}),
        resource(
            t.VERCEL_LOG_DRAIN,
            "drain",
            {
                "endpoint": ENDPOINT,
                "secret": "sample-of-a-signing-secret",
                "sources": ["static", "edge", "lambda", "build", "external", "firewall"],
                "environments": ["production"],
                "projectIds": ["prj_1"],
            },
            projectIds=PROJECT,
        ),
        resource(
            t.VERCEL_ALERT,
            "alert",
            {
                "triggers": [{"type": "error_anomaly"}, {"type": "usage_anomaly"}],
                "ruleScope": {"type": "include", "projectIds": ["prj_1"]},
            },
            ruleScope=PROJECT,
        ),
        resource(t.VERCEL_ALERT_WEBHOOK, "notification", {"webhookId": "hook_1"}, alertRuleId=ALERT),
        resource(
            t.VERCEL_AUDIT_LOG_DRAIN,
            "audit-drain",
            {"http": {"encoding": "json", "endpoint": "https://in.logs.brightbroom.app/vercel/audit"}},
        ),
        resource(
            t.VERCEL_VARIABLE,
            "dsn",
            {"key": "VITE_SENTRY_DSN", "value": "https://1@o1.ingest.de.sentry.io/1", **everywhere},
            projectId=PROJECT,
        ),
        resource(
            t.VERCEL_VARIABLE,
            "sentry-environment",
            {"key": "SENTRY_ENVIRONMENT", "value": "production", **everywhere},
            projectId=PROJECT,
        ),
    ]
    return {item.name: item for item in found}
