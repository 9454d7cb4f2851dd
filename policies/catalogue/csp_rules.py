"""The content security policy, in both its places: the header of an edge route, and the whole profile that the app sends.

A browser enforces all policies of an answer together. So a directive must be right wherever it stands, and must stand in the
whole profile (`brightbroom:hosting:SecurityHeaders`); an edge route may leave it to the app.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.catalogue import csp, routes
from policies.catalogue.csp import ContentPolicy
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, oshp, pci
from policies.catalogue.types import HEADERS, VERCEL_ROUTE

_BOTH: Final = (VERCEL_ROUTE, HEADERS)
_HEADER: Final = "Content-Security-Policy"
_REPORT_ONLY: Final = f"{_HEADER}-Report-Only"
_MDN: Final = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"
_KEYED: Final = re.compile(r"'(nonce|sha(256|384|512))-")


def _policy(resource: Resource) -> ContentPolicy:
    if resource.type == HEADERS:
        profile = resource.get("csp") or {}
        return csp.declared({name: resource.get(f"csp.{name}") or () for name in profile})
    if not routes.enabled(resource):
        raise NotApplicable("the route is switched off")
    text = routes.headers(resource).get(_HEADER.lower())
    if text is None:
        raise NotApplicable(f"the route does not set {_HEADER}; HDR-01 wants one that does")
    return csp.parse(text)


def _path(resource: Resource, directive: str) -> str:
    return f"csp.{directive}" if resource.type == HEADERS else f"{routes.path_of(_HEADER)} {directive}"


def _whole(resource: Resource) -> bool:
    """Whether the resource must hold every directive."""
    return resource.type == HEADERS


def _text(sources: tuple[str, ...] | None) -> str | None:
    return None if sources is None else " ".join(sources)


@rule(
    "HDR-02",
    "csp is enforced and well formed",
    risk="a policy that only reports, or a misspelt directive, restricts nothing",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.3"), *pci("6.4.3")),
    remedy="use the typed profile: each directive once, by its right name, in the enforcing header",
    url=_MDN,
)
def require_enforced_policy(resource: Resource, _: Scope) -> Iterator[Finding]:
    """An empty policy is no policy."""
    if resource.type == VERCEL_ROUTE and routes.enabled(resource):
        sent = routes.headers(resource)
        if _REPORT_ONLY.lower() in sent and _HEADER.lower() not in sent:
            yield Finding(routes.path_of(_REPORT_ONLY), sent[_REPORT_ONLY.lower()], f"the header {_HEADER}")
            return
    policy = _policy(resource)
    if not policy.directives:
        yield Finding(_path(resource, ""), None, "at least default-src")
    for directive in policy.repeated:
        yield Finding(_path(resource, directive), f"{directive} twice", "each directive once: only the first counts")
    for directive in policy.unknown:
        yield Finding(_path(resource, directive), directive, "a directive that browsers know")


@rule(
    "HDR-03",
    "scripts come from named places only",
    risk="injected markup runs as a script: card data and sessions can be read",
    severity=Severity.CRITICAL,
    applies_to=_BOTH,
    requirements=(*pci("6.4.3"), *asvs("3.4.3")),
    remedy="name hosts, and let the framework add nonces or hashes (kit.csp)",
    url=_MDN + "/script-src",
)
def forbid_unsafe_scripts(resource: Resource, _: Scope) -> Iterator[Finding]:
    """`'unsafe-inline'` is ignored by browsers beside a nonce or hash, so it is allowed there."""
    policy = _policy(resource)
    if policy.sources("script-src") is None and _whole(resource):
        yield Finding(_path(resource, "script-src"), None, "script-src, or default-src")
    checked = [d for d in ("script-src", "script-src-elem", "script-src-attr") if d in policy.directives]
    for directive in checked or ["script-src"]:
        sources = tuple(source.lower() for source in policy.sources(directive) or ())
        keyed = any(_KEYED.match(source) for source in sources)
        bad = [s for s in sources if s in ("'unsafe-eval'", "*") or re.fullmatch(r"[a-z][a-z0-9+.-]*:", s)]
        bad += ["'unsafe-inline'"] if "'unsafe-inline'" in sources and not keyed else []
        if bad:
            yield Finding(_path(resource, directive), _text(sources), f"no {' and no '.join(bad)}")


@rule(
    "HDR-04",
    "csp defaults are closed",
    risk="what no directive names is allowed from everywhere",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.3"), *oshp("Content-Security-Policy")),
    remedy="set object-src and base-uri to 'none', default-src to 'none' or 'self'",
    url=_MDN,
)
def require_closed_defaults(resource: Resource, _: Scope) -> Iterator[Finding]:
    """`base-uri` has no fallback; `object-src` falls back to `default-src`, and is wanted by itself all the same."""
    policy = _policy(resource)
    wanted = {"object-src": ("'none'",), "base-uri": ("'none'",), "default-src": ("'none'", "'self'")}
    for directive, allowed in wanted.items():
        seen = policy.directives.get(directive)
        if seen is None and not _whole(resource):
            continue
        if seen is None or len(seen) != 1 or seen[0].lower() not in allowed:
            yield Finding(_path(resource, directive), _text(seen), " or ".join(allowed))


@rule(
    "HDR-05",
    "forms go to this site and to PayFast",
    risk="a changed form sends a payment, or a password, elsewhere; or a test pays with real money",
    severity=Severity.CRITICAL,
    applies_to=_BOTH,
    requirements=(*pci("6.4.3"), *asvs("3.7.2")),
    remedy="set form-action to 'self' and the payment hosts of this stack",
    url=_MDN + "/form-action",
    parameters={"paymentHosts": list},
)
def limit_form_targets(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """`form-action` has no fallback: absent, forms may go anywhere."""
    seen = _policy(resource).directives.get("form-action")
    wanted = ("'self'", *scope.parameters["paymentHosts"])
    if seen is None and not _whole(resource):
        return
    if seen is None or sorted(seen) != sorted(wanted):
        yield Finding(_path(resource, "form-action"), _text(seen), " ".join(wanted))


@rule(
    "HDR-06",
    "pages are not framed by others",
    risk="a hidden frame makes customers click what they do not see",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.6"), *oshp("X-Frame-Options")),
    remedy="set frame-ancestors 'none' with X-Frame-Options DENY, or 'self' with SAMEORIGIN",
    url=_MDN + "/frame-ancestors",
)
def require_same_frame_answer(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Old browsers read one, current ones the other: they must agree."""
    ancestors = _policy(resource).directives.get("frame-ancestors")
    if resource.type == HEADERS:
        option, place = resource.get("headers.X-Frame-Options"), "headers.X-Frame-Options"
    else:
        option, place = routes.headers(resource).get("x-frame-options"), routes.path_of("X-Frame-Options")
    partner = {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(_text(ancestors) or "")
    if partner is None:
        yield Finding(_path(resource, "frame-ancestors"), _text(ancestors), "'none' or 'self'")
    elif not isinstance(option, str) or option.strip().upper() != partner:
        yield Finding(place, option, f"{partner!r}, as frame-ancestors says")
    if partner is None and (not isinstance(option, str) or option.strip().upper() not in ("DENY", "SAMEORIGIN")):
        yield Finding(place, option, "'DENY' or 'SAMEORIGIN'")
