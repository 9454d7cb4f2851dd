"""Variables and secrets of the app and of its delivery."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource


def resources() -> dict[str, Resource]:
    found = [
        resource(t.VERCEL_VARIABLE, "variable", {"key": "PAYFAST_PASSPHRASE"}, projectId=PROJECT),
        resource(t.VERCEL_VARIABLES, "variables", {"variables": [{"key": "VITE_APP_URL"}]}, projectId=PROJECT),
        resource(t.GITHUB_VARIABLE, "repository-variable", {"variableName": "VITE_PAYFAST_MERCHANT_ID"}),
    ]
    return {item.name: item for item in found}
