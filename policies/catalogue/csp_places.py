"""Where a content security policy stands: in an edge route's header, or in the profile that the app sends."""

from __future__ import annotations

from typing import Final

from policies.catalogue import csp, routes
from policies.catalogue.csp import ContentPolicy
from policies.catalogue.model import NotApplicable
from policies.catalogue.resource import Resource
from policies.catalogue.types import HEADERS

HEADER: Final = "Content-Security-Policy"


def policy_of(resource: Resource) -> ContentPolicy:
    """The policy that a route or a profile sends. Raises `NotApplicable` where a route sends none, `Unevaluated`."""
    if resource.type == HEADERS:
        return csp.combined(csp.parse(written(resource)))
    if not routes.enabled(resource):
        raise NotApplicable("the route is switched off")
    value = routes.headers(resource).get(HEADER.lower())
    if value is None:
        raise NotApplicable(f"the route does not set {HEADER}; HDR-01 wants one that does")
    return csp.combined(csp.parse(value))


def written(profile: Resource) -> str:
    """The policy of a profile as a header's value. A map has no order on its way through the engine, so names are sorted."""
    return csp.written({name: _listed(profile, f"csp.{name}") for name in sorted(profile.mapped("csp"))})


def _listed(resource: Resource, path: str) -> tuple[str, ...]:
    return tuple(str(resource.readable(f"{path}.{position}")) for position in range(len(resource.listed(path))))


def path(resource: Resource, directive: str) -> str:
    """How findings name a directive's place; the whole policy's where none is named."""
    front, between = ("csp", ".") if resource.type == HEADERS else (routes.path_of(HEADER), " ")
    return f"{front}{between}{directive}" if directive else front


def whole(resource: Resource) -> bool:
    """Whether the resource must hold every directive."""
    return resource.type == HEADERS


def text(sources: tuple[str, ...] | None) -> str | None:
    """A list of sources as it is written."""
    return None if sources is None else " ".join(sources)
