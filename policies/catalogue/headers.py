"""Security headers that need no parsing of a content security policy (its rules are in `csp_rules`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policies.catalogue import routes
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, oshp, pci, soc2
from policies.catalogue.types import VERCEL_PROJECT, VERCEL_ROUTE

_OSHP: Final = "https://owasp.org/www-project-secure-headers/"
_MDN: Final = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"

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
_DENIED: Final = ("camera", "microphone", "usb", "serial", "hid", "payment")


@rule(
    "HDR-01",
    "projects send the header profile",
    risk="a page without the profile can be framed, sniffed or scripted by others",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROUTE,),
    requirements=(*pci("6.4.3", "2.2.1"), *asvs("3.4"), *soc2("CC6.6")),
    remedy="declare the header route of the project for all paths, with the whole profile",
    url=_OSHP,
    whole_stack=True,
)
def require_profile(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Routes are linked by what their `projectId` depends on: the id itself is unknown at a first preview."""
    mine = scope.stack.linked(project, VERCEL_ROUTE, by="projectId")
    sent = {name for r in mine if routes.enabled(r) and routes.covers_everything(r) for name in routes.headers(r)}
    for header in PROFILE:
        if header.lower() not in sent:
            yield Finding(routes.path_of(header), None, f"an enabled route over all paths that sets {header}")


def _header(route: Resource, header: str) -> str:
    """The value that an enabled route sets for a header."""
    if not routes.enabled(route):
        raise NotApplicable("the route is switched off")
    value = routes.headers(route).get(header.lower())
    if value is None:
        raise NotApplicable(f"the route does not set {header}; HDR-01 wants one that does")
    return value


@rule(
    "HDR-07",
    "HSTS is long and preloaded",
    risk="a first visit over plain http can be taken over",
    severity=Severity.HIGH,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.1", "3.7.4"), *pci("4.2.1"), *gdpr("32(1)(a)")),
    remedy="set `max-age=63072000; includeSubDomains; preload`",
    url=_MDN + "Strict-Transport-Security",
)
def require_long_hsts(route: Resource, _: Scope) -> Iterator[Finding]:
    """RFC 6797: directives in any case and order."""
    header = "Strict-Transport-Security"
    value = _header(route, header)
    parts = {part.strip().lower() for part in value.split(";")}
    ages = [int(found[1]) for part in parts if (found := re.fullmatch(r'max-age="?(\d+)"?', part))]
    if not (ages and min(ages) >= _YEAR and {"includesubdomains", "preload"} <= parts):
        yield Finding(routes.path_of(header), value, f"max-age of at least {_YEAR} s, includeSubDomains and preload")


@rule(
    "HDR-08",
    "the obsolete XSS filter is off",
    risk="the filter of old browsers opened holes of its own; the content security policy is the protection",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=oshp("X-XSS-Protection"),
    remedy="set `0`, or leave the header out",
    url=_MDN + "X-XSS-Protection",
)
def forbid_xss_filter(route: Resource, _: Scope) -> Iterator[Finding]:
    """Absent is as good as 0: current browsers have no filter."""
    header = "X-XSS-Protection"
    value = _header(route, header)
    if value.strip() != "0":
        yield Finding(routes.path_of(header), value, "'0'")


@rule(
    "HDR-09",
    "content types are not guessed",
    risk="an upload can be run as a script",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=asvs("3.4.4"),
    remedy="set `nosniff`",
    url=_MDN + "X-Content-Type-Options",
)
def require_nosniff(route: Resource, _: Scope) -> Iterator[Finding]:
    """The header has one value."""
    yield from _one_of(route, "X-Content-Type-Options", ("nosniff",))


@rule(
    "HDR-10",
    "referrers stay with the origin",
    risk="addresses with personal data in them reach other sites",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.5"), *gdpr("5(1)(c)")),
    remedy="set `strict-origin-when-cross-origin` or stricter",
    url=_MDN + "Referrer-Policy",
)
def limit_referrer(route: Resource, _: Scope) -> Iterator[Finding]:
    """Of a list, browsers take the last value they know."""
    allowed = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    yield from _one_of(route, "Referrer-Policy", allowed)


@rule(
    "HDR-11",
    "pages get no device and no payment handler",
    risk="a script that got in could use camera, microphone or devices",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*oshp("Permissions-Policy"), *gdpr("25")),
    remedy="deny each of them with `name=()`",
    url=_MDN + "Permissions-Policy",
)
def forbid_devices(route: Resource, _: Scope) -> Iterator[Finding]:
    """A feature that the header does not name is allowed to the page's own origin."""
    header = "Permissions-Policy"
    value = _header(route, header)
    denied = {part.split("=")[0].strip() for part in value.split(",") if part.partition("=")[2].strip() == "()"}
    missing = [feature for feature in _DENIED if feature not in denied]
    if missing:
        yield Finding(routes.path_of(header), value, ", ".join(f"{feature}=()" for feature in missing))


@rule(
    "HDR-12",
    "other origins are kept apart",
    risk="another site can reach into a window it opened, or read resources by side channels",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_ROUTE,),
    requirements=(*asvs("3.4.8"), *oshp("Cross-Origin-Opener-Policy")),
    remedy="set both to `same-origin`",
    url=_MDN + "Cross-Origin-Opener-Policy",
)
def require_isolation(route: Resource, _: Scope) -> Iterator[Finding]:
    """The opener policy and the resource policy."""
    opener = ("same-origin", "same-origin-allow-popups")
    yield from _one_of(route, "Cross-Origin-Opener-Policy", opener)
    yield from _one_of(route, "Cross-Origin-Resource-Policy", ("same-origin", "same-site"))


def _one_of(route: Resource, header: str, allowed: Sequence[str]) -> Iterator[Finding]:
    value = _header(route, header)
    if value.strip().lower() not in allowed:
        yield Finding(routes.path_of(header), value, " or ".join(map(repr, allowed)))
