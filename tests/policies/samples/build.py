"""Builders of the samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource

STACK = "production"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:{STACK}::brightbroom-infra::{kind}::{name}"


PROJECT = urn(t.VERCEL_PROJECT, "app")
DATABASE = urn(t.NEON_PROJECT, "database")
"""What most other resources belong to."""


SECRET_OUTPUTS = {
    t.NEON_PROJECT: ("password", "connectionUri", "pooledConnectionUri"),
    t.NEON_ROLE: ("password",),
    t.NEON_KEY: ("key",),
}
"""What the SDK of our own provider marks."""


def resource(kind: str, name: str, properties: Mapping[str, Any], /, protect: bool = False, **links: str) -> Resource:
    """A resource; a link is a property and the URN it comes from."""
    return Resource(
        urn(kind, name),
        kind,
        name,
        properties,
        {key: (target,) for key, target in links.items()},
        protect=protect,
        secret_outputs=SECRET_OUTPUTS.get(kind, ()),
    )


def transforms(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Response headers as a route sets them."""
    return [
        {"type": "response.headers", "op": "set", "target": json.dumps({"key": key}), "args": json.dumps(value)}
        for key, value in headers.items()
    ]
