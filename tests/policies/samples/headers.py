"""Header routes and the app's whole profile."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import PROJECT, resource, transforms

PROFILE = {
    "Content-Security-Policy": "object-src 'none'; base-uri 'none'; form-action 'self' https://www.payfast.co.za; "
    "frame-ancestors 'none'; upgrade-insecure-requests",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), geolocation=(), usb=(), serial=(), hid=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-XSS-Protection": "0",
}
"""What the edge route sets; a change under `header:` replaces one of them."""

CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "connect-src": ["'self'", "https://*.ingest.de.sentry.io"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'", "https://www.payfast.co.za"],
    "frame-ancestors": ["'none'"],
    "report-uri": ["/api/v1/csp-reports"],
}

SENTRY = {
    "host": "*.ingest.de.sentry.io",
    "purpose": "error reports of the pages",
    "owner": "security@brightbroom.app",
    "integrity": "",
}


def route(name: str, source: str, headers: dict[str, str]) -> Resource:
    """An enabled route that sets headers on some paths of the project."""
    declared = {
        "enabled": True,
        "srcSyntax": "regex",
        "position": {"placement": "start"},
        "route": {"src": source, "transforms": transforms(headers)},
    }
    return resource(t.VERCEL_ROUTE, name, declared, projectId=PROJECT)


def resources() -> dict[str, Resource]:
    found = [
        route("headers", "^/(.*)$", PROFILE),
        route("no-store", "^/(?:account|api|payment)(?:/.*)?$", {"Cache-Control": "no-store"}),
        resource(t.HEADERS, "profile", {"csp": CSP, "headers": {"X-Frame-Options": "DENY"}}, projectId=PROJECT),
        resource(t.SCRIPT_INVENTORY, "scripts", {"scripts": [SENTRY]}),
    ]
    return {item.name: item for item in found}
