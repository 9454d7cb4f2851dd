"""The content security policy, in both its places: the header of an edge route, and the whole profile that the app sends.

A browser enforces all policies of an answer together. So a directive must be right wherever it stands, and must stand in the
whole profile (`brightbroom:hosting:SecurityHeaders`); an edge route may leave it to the app.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue import csp_places as places
from policies.catalogue import csp_sources, routes
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, oshp, pci, strategy
from policies.catalogue.types import HEADERS, VERCEL_ROUTE

_BOTH: Final = (VERCEL_ROUTE, HEADERS)
_REPORT_ONLY: Final = f"{places.HEADER}-Report-Only"
_MDN: Final = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"
_SETTING: Final = "headers.contentSecurityPolicy"
_SECURITY: Final = strategy("Security Measures")
_SCRIPTS: Final = ("script-src", "script-src-elem", "script-src-attr", "worker-src")
"""What decides which scripts run: by `eval`, in elements, in attributes, in workers."""


@rule(
    "HDR-02",
    "csp is enforced and well formed",
    risk="a policy that only reports, or a misspelt directive, restricts nothing",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.3"), *pci("6.4.3"), *_SECURITY),
    remedy="use the typed profile: each directive once, by its right name, in the enforcing header",
    url=_MDN,
    source=_SETTING,
)
def require_enforced_policy(resource: Resource, _: Scope) -> Iterator[Finding]:
    """An empty policy is no policy. Browsers skip repeated, unknown and non-ASCII directives and malformed sources in silence."""
    if resource.type == VERCEL_ROUTE and routes.enabled(resource):
        sent = routes.headers(resource)
        if _REPORT_ONLY.lower() in sent and places.HEADER.lower() not in sent:
            yield Finding(routes.path_of(_REPORT_ONLY), sent[_REPORT_ONLY.lower()], f"the header {places.HEADER}")
            return
    policy = places.policy_of(resource)
    if not policy.directives:
        yield Finding(places.path(resource, ""), None, "at least default-src")
    for directive in policy.repeated:
        yield Finding(
            places.path(resource, directive), f"{directive} twice", "each directive once: only the first counts"
        )
    for directive in policy.unknown:
        yield Finding(places.path(resource, directive), directive, "a directive that browsers know")
    for part in policy.skipped:
        yield Finding(places.path(resource, ""), part, "ASCII only: browsers skip this directive")
    for directive, source in policy.invalid:
        yield Finding(places.path(resource, directive), source, "a source that browsers heed: this one means nothing")


@rule(
    "HDR-03",
    "scripts come from named places only",
    risk="injected markup runs as a script: card data and sessions can be read",
    severity=Severity.CRITICAL,
    applies_to=_BOTH,
    requirements=(*pci("6.4.3"), *asvs("3.4.3"), *_SECURITY),
    remedy="name hosts, and let the framework add nonces or hashes (kit.csp)",
    url=_MDN + "/script-src",
    source=f"{_SETTING}.script-src",
)
def forbid_unsafe_scripts(resource: Resource, _: Scope) -> Iterator[Finding]:
    """`'unsafe-inline'` is ignored by browsers beside a nonce or hash, so it is allowed there; with `'strict-dynamic'` hosts and
    schemes are ignored too. That keyword needs a nonce or hash; in a profile with a `cspMode` the framework adds it. A blob's
    worker is made by a script that runs already."""
    policy = places.policy_of(resource)
    if policy.sources("script-src") is None and places.whole(resource):
        yield Finding(places.path(resource, "script-src"), None, "script-src, or default-src")
    governing = [name for directive in _SCRIPTS if (name := policy.governing(directive))]
    for directive in dict.fromkeys(governing):
        sources = policy.directives[directive]
        made = ("blob:",) if directive == "worker-src" else ()
        bad = [
            s.text
            for s in csp_sources.effective(sources)
            if s.text not in made and (s.wide or s.text in ("'unsafe-inline'", "'unsafe-eval'"))
        ]
        if bad:
            yield Finding(places.path(resource, directive), places.text(sources), f"no {' and no '.join(bad)}")
        added = resource.type == HEADERS and bool(resource.get("cspMode"))
        if csp_sources.has(sources, "'strict-dynamic'") and not csp_sources.keyed(sources) and not added:
            yield Finding(
                places.path(resource, directive), places.text(sources), "a nonce or hash beside 'strict-dynamic'"
            )


@rule(
    "HDR-04",
    "csp defaults are closed",
    risk="what no directive names is allowed from everywhere",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.3"), *oshp("Content-Security-Policy"), *_SECURITY),
    remedy="set object-src and base-uri to 'none', default-src to 'none' or 'self'",
    url=_MDN,
    source=f"{_SETTING}.default-src",
)
def require_closed_defaults(resource: Resource, _: Scope) -> Iterator[Finding]:
    """`base-uri` has no fallback; `object-src` falls back to `default-src`, and is wanted by itself all the same."""
    policy = places.policy_of(resource)
    wanted = {"object-src": ("'none'",), "base-uri": ("'none'",), "default-src": ("'none'", "'self'")}
    for directive, allowed in wanted.items():
        seen = policy.directives.get(directive)
        if seen is None and not places.whole(resource):
            continue
        if seen is None or " ".join(csp_sources.normal(seen)) not in allowed:
            yield Finding(places.path(resource, directive), places.text(seen), " or ".join(allowed))


@rule(
    "HDR-05",
    "forms go to this site and to PayFast",
    risk="a changed form sends a payment, or a password, elsewhere; or a test pays with real money",
    severity=Severity.CRITICAL,
    applies_to=_BOTH,
    requirements=(*pci("6.4.3"), *asvs("3.7.2"), *strategy("Security Measures", "Compliance")),
    remedy="set form-action to 'self' and the payment hosts of this stack",
    url=_MDN + "/form-action",
    parameters={"paymentHosts": list},
    source=f"{_SETTING}.form-action",
)
def limit_form_targets(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """`form-action` has no fallback: absent, forms may go anywhere."""
    seen = places.policy_of(resource).directives.get("form-action")
    wanted = ("'self'", *scope.parameters["paymentHosts"])
    if seen is None and not places.whole(resource):
        return
    if seen is None or set(csp_sources.normal(seen)) != set(csp_sources.normal(wanted)):
        yield Finding(places.path(resource, "form-action"), places.text(seen), " ".join(wanted))


@rule(
    "HDR-06",
    "pages are not framed by others",
    risk="a hidden frame makes customers click what they do not see",
    severity=Severity.HIGH,
    applies_to=_BOTH,
    requirements=(*asvs("3.4.6"), *oshp("X-Frame-Options"), *_SECURITY),
    remedy="set frame-ancestors 'none' with X-Frame-Options DENY, or 'self' with SAMEORIGIN",
    url=_MDN + "/frame-ancestors",
    source="headers.frameOptions",
)
def require_same_frame_answer(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Old browsers read X-Frame-Options, current ones `frame-ancestors`: they must agree. `frame-ancestors` has no fallback. A
    repeated X-Frame-Options counts as one."""
    ancestors = places.policy_of(resource).directives.get("frame-ancestors")
    option, where = routes.headers(resource).get("x-frame-options"), routes.place(resource, "X-Frame-Options")
    if ancestors is None and option is None and not places.whole(resource):
        raise NotApplicable("the route says nothing of frames; HDR-01 wants one that does")
    frames = {each.strip().upper() for each in option.split(",")} if option is not None else set()
    said = " ".join(csp_sources.normal(ancestors)) if ancestors is not None else ""
    partner = {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(said)
    if partner is None:
        yield Finding(places.path(resource, "frame-ancestors"), places.text(ancestors), "'none' or 'self'")
    elif frames != {partner}:
        yield Finding(where, option, f"{partner!r}, as frame-ancestors says")
    if partner is None and frames not in ({"DENY"}, {"SAMEORIGIN"}):
        yield Finding(where, option, "'DENY' or 'SAMEORIGIN'")
