"""Security headers that need no parsing of a content security policy (its rules are in `csp_rules`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.catalogue import routes, structured
from policies.catalogue.model import Check, Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.registry import mends, rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, oshp, pci, popia, soc2, strategy
from policies.catalogue.types import VERCEL_PROJECT, VERCEL_ROUTE

_OSHP: Final = "https://owasp.org/www-project-secure-headers/"
_MDN: Final = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
_SECURITY: Final = strategy("Security Measures")

PROFILE: Final = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
)
_YEAR: Final = 31_536_000
"""Seconds."""
_AGE: Final = re.compile(r'max-age[ \t]*=[ \t]*(?:"([0-9]{1,18})"|([0-9]{1,18}))')
_DENIED: Final = ("camera", "microphone", "usb", "serial", "hid", "payment")
_PRIVATE: Final = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
_REFERRERS: Final = (*_PRIVATE, "origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade")
_OPENERS: Final = ("same-origin", "same-origin-allow-popups")
_SITES: Final = ("same-origin", "same-site")


@rule(
    "HDR-01",
    "projects send the header profile",
    risk="a page without the profile can be framed, sniffed or scripted by others",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROUTE,),
    requirements=(*pci("6.4.3", "2.2.1"), *asvs("3.4"), *soc2("CC6.6"), *_SECURITY),
    remedy="declare the header route of the project for all paths, with the whole profile",
    url=_OSHP,
    whole_stack=True,
    source="infra/components/security_headers.py",
)
def require_profile(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Routes are linked by what their `projectId` depends on: the id itself is unknown at a first preview."""
    mine = routes.of_project(scope.stack, project)
    sent = {name for route in mine if routes.covers_everything(route) for name in routes.headers(route)}
    for header in PROFILE:
        if header.lower() not in sent:
            yield Finding(routes.path_of(header), None, f"an enabled route over all paths that sets {header}")


def _headers(route: Resource, *names: str) -> dict[str, str]:
    """Those of some headers that an enabled route sets, by the names given."""
    if not routes.enabled(route):
        raise NotApplicable("the route is switched off")
    sent = routes.headers(route)
    found = {name: sent[name.lower()] for name in names if name.lower() in sent}
    if not found:
        raise NotApplicable(f"the route does not set {' or '.join(names)}; HDR-01 wants one that does")
    return found


def _header(route: Resource, name: str) -> str:
    return _headers(route, name)[name]


@rule(
    "HDR-07",
    "HSTS is long and preloaded",
    risk="a first visit over plain http can be taken over",
    severity=Severity.HIGH,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.1", "3.7.4"), *pci("4.2.1"), *gdpr("32(1)(a)"), *popia("s19"), *_SECURITY),
    remedy="set `max-age=63072000; includeSubDomains; preload`",
    url=_MDN + "Strict-Transport-Security",
    source="headers.strictTransportSecurity",
)
def require_long_hsts(route: Resource, _: Scope) -> Iterator[Finding]:
    """RFC 6797: directives in any case and order, each once: with a repeated one the header counts for nothing. Vercel's own
    header on custom domains lacks `includeSubDomains`."""
    header = "Strict-Transport-Security"
    value = _header(route, header)
    parts = [part for each in value.split(";") if (part := each.strip(" \t").lower())]
    names = [part.partition("=")[0].rstrip(" \t") for part in parts]
    ages = [int(found[1] or found[2]) for part in parts if (found := _AGE.fullmatch(part))]
    once = len(names) == len(set(names))
    if not (once and ages and ages[0] >= _YEAR and {"includesubdomains", "preload"} <= set(parts)):
        yield Finding(routes.path_of(header), value, f"max-age of at least {_YEAR} s, includeSubDomains and preload")


@rule(
    "HDR-08",
    "the obsolete XSS filter is off",
    risk="the filter of old browsers opened holes of its own; the content security policy is the protection",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*oshp("X-XSS-Protection"), *_SECURITY),
    remedy="set `0`, or leave the header out",
    url=_MDN + "X-XSS-Protection",
    source="headers.xssProtection",
)
def forbid_xss_filter(route: Resource, _: Scope) -> Iterator[Finding]:
    """Absent is as good as 0: current browsers have no filter."""
    header = "X-XSS-Protection"
    value = _header(route, header)
    if value.strip() != "0":
        yield Finding(routes.path_of(header), value, "'0'")


@mends("HDR-08")
def switch_off_xss_filter(route: Resource, scope: Scope) -> Mapping[str, Any]:
    """The route with the filter switched off."""
    return _mended(forbid_xss_filter, route, scope, ("X-XSS-Protection", "0"))


@rule(
    "HDR-09",
    "content types are not guessed",
    risk="an upload can be run as a script",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.4"), *oshp("X-Content-Type-Options"), *_SECURITY),
    remedy="set `nosniff`",
    url=_MDN + "X-Content-Type-Options",
    source="headers.contentTypeOptions",
)
def require_nosniff(route: Resource, _: Scope) -> Iterator[Finding]:
    """Of a list, browsers take the first value, in any case (fetch.spec.whatwg.org: determine nosniff)."""
    header = "X-Content-Type-Options"
    value = _header(route, header)
    if value.split(",")[0].strip().lower() != "nosniff":
        yield Finding(routes.path_of(header), value, "'nosniff'")


@mends("HDR-09")
def set_nosniff(route: Resource, scope: Scope) -> Mapping[str, Any]:
    """The route with the header's one value."""
    return _mended(require_nosniff, route, scope, ("X-Content-Type-Options", "nosniff"))


@rule(
    "HDR-10",
    "referrers stay with the origin",
    risk="addresses with personal data in them reach other sites",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.5"), *gdpr("5(1)(c)"), *strategy("Security Measures", "Compliance")),
    remedy="set `strict-origin-when-cross-origin` or stricter",
    url=_MDN + "Referrer-Policy",
    source="headers.referrerPolicy",
)
def limit_referrer(route: Resource, _: Scope) -> Iterator[Finding]:
    """Of a list, browsers take the last value they know."""
    header = "Referrer-Policy"
    value = _header(route, header)
    known = [part for part in (each.strip().lower() for each in value.split(",")) if part in _REFERRERS]
    if not known or known[-1] not in _PRIVATE:
        yield Finding(routes.path_of(header), value, " or ".join(map(repr, _PRIVATE)))


@mends("HDR-10")
def set_referrer(route: Resource, scope: Scope) -> Mapping[str, Any]:
    """The route with the value that browsers themselves default to."""
    return _mended(limit_referrer, route, scope, ("Referrer-Policy", "strict-origin-when-cross-origin"))


@rule(
    "HDR-11",
    "pages get no device and no payment handler",
    risk="a script that got in could use camera, microphone or devices",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*oshp("Permissions-Policy"), *gdpr("25"), *_SECURITY),
    remedy="deny every device and the payment handler, each with `name=()`; a finding lists those that are missing",
    url=_MDN + "Permissions-Policy",
    parameters={"geolocationAllowed": bool},
    source="headers.permissionsPolicy",
)
def forbid_devices(route: Resource, scope: Scope) -> Iterator[Finding]:
    """A feature that the header does not name is allowed to the page's own origin; of a repeated one the last counts."""
    header = "Permissions-Policy"
    value = _header(route, header)
    wanted = _DENIED if scope.parameters["geolocationAllowed"] else (*_DENIED, "geolocation")
    given = structured.dictionary(value)
    if given is None:
        yield Finding(routes.path_of(header), value, "a list such as camera=(), usb=(): browsers cannot read this one")
        return
    missing = [feature for feature in wanted if given.get(feature) != "()"]
    if missing:
        yield Finding(routes.path_of(header), value, ", ".join(f"{feature}=()" for feature in missing))


@rule(
    "HDR-12",
    "other origins are kept apart",
    risk="another site can reach into a window it opened, or read resources by side channels",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.8"), *oshp("Cross-Origin-Opener-Policy"), *_SECURITY),
    remedy="set Cross-Origin-Opener-Policy and Cross-Origin-Resource-Policy to `same-origin`",
    url=_MDN + "Cross-Origin-Opener-Policy",
    source="headers.crossOriginOpenerPolicy",
)
def require_isolation(route: Resource, _: Scope) -> Iterator[Finding]:
    """Both headers are read in the case they are written in; the opener policy may have parameters after a semicolon."""
    opener, resource = "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"
    sent = _headers(route, opener, resource)
    if opener in sent:
        yield from _one_of(opener, sent[opener], structured.token(sent[opener]), _OPENERS)
    if resource in sent:
        yield from _one_of(resource, sent[resource], sent[resource].strip(), _SITES)


def _one_of(header: str, value: str, said: str | None, allowed: Sequence[str]) -> Iterator[Finding]:
    if said not in allowed:
        yield Finding(routes.path_of(header), value, " or ".join(map(repr, allowed)))


def _mended(check: Check, route: Resource, scope: Scope, header: tuple[str, str]) -> Mapping[str, Any]:
    try:
        broken = any(True for _ in check(route, scope))
    except (NotApplicable, Unevaluated):
        return {}
    return routes.with_header(route, *header) if broken else {}
