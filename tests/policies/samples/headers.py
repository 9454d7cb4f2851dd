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
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), serial=(), hid=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-XSS-Protection": "0",
}
"""What the edge route sets; a change under `header:` replaces one of them."""

CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'", "https://www.payfast.co.za"],
    "frame-ancestors": ["'none'"],
}


def resources() -> dict[str, Resource]:
    route = {
        "enabled": True,
        "srcSyntax": "regex",
        "route": {"src": "^/(.*)$", "transforms": transforms(PROFILE)},
    }
    found = [
        resource(t.VERCEL_ROUTE, "headers", route, projectId=PROJECT),
        resource(t.HEADERS, "profile", {"csp": CSP, "headers": {"X-Frame-Options": "DENY"}}),
    ]
    return {item.name: item for item in found}
