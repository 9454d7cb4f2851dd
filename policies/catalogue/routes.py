"""Response headers as Vercel's project routes declare them (vercel.com/docs/routing: transforms)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.catalogue.model import Unevaluated
from policies.catalogue.resource import UNKNOWN, Resource

_SAMPLES: Final = ("/", "/login", "/api/v1/bookings", "/_app/immutable/entry/start.abc123.js", "/a b/ü")
"""Paths that a route over everything must cover."""


def enabled(route: Resource) -> bool:
    """Whether the route acts; Vercel enables a route that does not say."""
    return route.get("enabled") is not False


def covers_everything(route: Resource) -> bool:
    """Whether the route's pattern covers every path."""
    source, syntax = route.get("route.src"), route.get("srcSyntax")
    if not isinstance(source, str) or route.get("route.has") or route.get("route.missing"):
        return False
    if syntax == "path-to-regexp":
        return bool(re.fullmatch(r"/:\w+\*|/\(\.\*\)", source))
    if syntax == "equals":
        return False
    try:
        pattern = re.compile(source)
    except re.error:
        return False
    return all(pattern.search(path) for path in _SAMPLES)


def headers(route: Resource) -> dict[str, str]:
    """The response headers that the route sets, by lower-case name. Raises `Unevaluated` where one is unknown."""
    found: dict[str, str] = {}
    plain = route.get("route.headers") or {}
    for name in plain:
        found[name.lower()] = str(route.get(f"route.headers.{name}"))
    for transform in _response_transforms(route):
        name, value = _decoded(transform.get("target")), _decoded(transform.get("args"))
        key = name.get("key") if isinstance(name, Mapping) else None
        if isinstance(key, str) and transform.get("op") in ("set", "append"):
            found[key.lower()] = value if isinstance(value, str) else json.dumps(value)
    return found


def path_of(header: str) -> str:
    """How findings name a header's place."""
    return f"route.transforms[{header}]"


def _response_transforms(route: Resource) -> Iterator[Mapping[str, Any]]:
    for position, transform in enumerate(route.get("route.transforms") or []):
        if transform is UNKNOWN or UNKNOWN in transform.values():
            raise Unevaluated(f"route.transforms[{position}]")
        if transform.get("type") == "response.headers":
            yield transform


def _decoded(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
