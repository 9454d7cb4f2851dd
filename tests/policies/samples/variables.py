"""Variables and secrets of the app and of its delivery."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource

COMMENT = "owner=brightbroom rotated=2026-11"
PASSPHRASE = "a passphrase of production"
KEY_ID = "0a1b2c3d"
PRINTS = {"PAYFAST_PASSPHRASE": "1" * 32, "AUTH_SECRET": "2" * 32, "VITE_SENTRY_DSN": "3" * 32}


def resources() -> dict[str, Resource]:
    found = [
        resource(
            t.VERCEL_VARIABLE,
            "variable",
            {
                "key": "PAYFAST_PASSPHRASE",
                "value": PASSPHRASE,
                "sensitive": True,
                "targets": ["production"],
                "comment": COMMENT,
            },
            projectId=PROJECT,
        ),
        resource(
            t.VERCEL_VARIABLE,
            "payment-url",
            {
                "key": "PAYFAST_URL",
                "value": "https://www.payfast.co.za/eng/process",
                "sensitive": False,
                "targets": ["production"],
            },
            projectId=PROJECT,
        ),
        resource(
            t.VERCEL_VARIABLES,
            "variables",
            {"variables": [{"key": "VITE_APP_URL", "value": "https://brightbroom.app", "targets": ["production"]}]},
            projectId=PROJECT,
        ),
        resource(t.GITHUB_VARIABLE, "repository-variable", {"variableName": "VITE_PAYFAST_MERCHANT_ID"}),
        resource(t.VERCEL_WEBHOOK, "events", {"endpoint": "https://events.brightbroom.app/vercel"}),
        resource(
            t.FINGERPRINTS,
            "fingerprints",
            {"keyId": KEY_ID, "fingerprints": dict(PRINTS), "data": {"DATABASE_URL": "4" * 32}},
        ),
    ]
    return {item.name: item for item in found}
