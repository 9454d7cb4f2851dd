"""Security headers and transport."""

from __future__ import annotations

import dataclasses
import re
from random import Random
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.mutants.breaks import any_of, gone, one_of, with_one_of
from tests.policies.mutants.form import GONE, Break, Governed, transform


def _route(name: str) -> Break:
    """One more route of the same project, like the one given but for what it sets."""

    def more(item: Any, chance: Random) -> list[Resource]:
        op = chance.choice(("delete", "set"))
        spoilt = transform(op, name, "unsafe")
        route = {**item.properties["route"], "transforms": [spoilt]}
        properties = {**item.properties, "name": "later", "route": route, "position": {"placement": "end"}}
        return [
            item,
            dataclasses.replace(item, urn=f"{item.urn}-later", name=f"{item.name}-later", properties=properties),
        ]

    return more


def _everywhere(item: Resource) -> bool:
    return item.name == "headers-all"


def _header(rule: str, name: str, bad: Break) -> Governed:
    return Governed(rule, t.VERCEL_ROUTE, f"header:{name}", bad, where=_everywhere)


def _directive(rule: str, name: str, bad: Break) -> Governed:
    return Governed(rule, t.HEADERS, f"csp.{name}", bad)


def _age(value: str, chance: Random) -> str:
    return re.sub(r"max-age=\d+", f"max-age={chance.randint(0, 31_535_999)}", value)


def _without_part(separator: str, *parts: str) -> Break:
    """The text without one of its parts."""

    def less(value: str, chance: Random) -> str:
        lost = chance.choice(parts)
        return separator.join(part for part in value.split(separator) if part.strip() != lost)

    return less


def _misspelt(value: str, chance: Random) -> str:
    name = chance.choice(["object-src", "base-uri", "frame-ancestors"])
    return value.replace(name, name.replace("-", "_"))


def _repeated(value: str, chance: Random) -> str:
    return f"{value}; {chance.choice(['object-src', 'base-uri', 'frame-ancestors'])} *"


def _edge(directive: str, sources: str) -> Break:
    """The edge's policy with other sources for one directive."""
    return lambda value, _: re.sub(rf"{directive} [^;]*", f"{directive} {sources}", value)


def _allowed(value: str, chance: Random) -> str:
    feature = chance.choice(["camera", "microphone", "usb", "serial", "hid", "payment"])
    allowed = chance.choice(["*", "(self)", '(self "https://other.example")'])
    return value.replace(f"{feature}=()", f"{feature}={allowed}")


_PROFILE = [
    *("Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options", "X-Content-Type-Options"),
    *("Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
]
_UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:", "http:", "blob:")

ROWS = [
    *(_header("HDR-01", name, gone) for name in _PROFILE),
    Governed("HDR-01", t.VERCEL_ROUTE, "enabled", one_of(False), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "route.src", one_of("^/api/(.*)$", "/login", "^/$", "^/["), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "", gone, where=_everywhere),
    _header("HDR-02", "Content-Security-Policy", any_of(_misspelt, _repeated)),
    _directive("HDR-02", "frame-ancestor", one_of(["'none'"])),
    _directive("HDR-03", "script-src", with_one_of(*_UNSAFE)),
    _directive("HDR-03", "script-src-elem", one_of(["https:"], ["*"], ["'self'", "'unsafe-inline'"])),
    _directive("HDR-04", "object-src", one_of(["'self'"], ["*"], GONE, ["https://cdn.example"])),
    _directive("HDR-04", "base-uri", one_of(["'self'"], ["*"], GONE)),
    _directive("HDR-04", "default-src", one_of(["'self'", "https://cdn.example"], ["https:"], GONE)),
    _header("HDR-04", "Content-Security-Policy", _edge("object-src", "*")),
    _directive("HDR-05", "form-action", one_of(["'self'"], ["*"], GONE, ["'self'", "https://payfast.example"])),
    _directive("HDR-05", "form-action", with_one_of("http://www.payfast.co.za", "https://evil.example", "https:")),
    _header("HDR-05", "Content-Security-Policy", _edge("form-action", "'self' https://evil.example")),
    _directive("HDR-06", "frame-ancestors", one_of(["*"], ["https://evil.example"], GONE)),
    _header("HDR-06", "X-Frame-Options", one_of("SAMEORIGIN", "ALLOWALL", "ALLOW-FROM https://evil.example")),
    _header("HDR-07", "Strict-Transport-Security", _age),
    _header("HDR-07", "Strict-Transport-Security", _without_part("; ", "includeSubDomains", "preload")),
    _header("HDR-08", "X-XSS-Protection", one_of("1", "1; mode=block", "1; report=/x")),
    _header("HDR-09", "X-Content-Type-Options", one_of("sniff", "none", "")),
    _header("HDR-10", "Referrer-Policy", one_of("unsafe-url", "origin", "no-referrer-when-downgrade", "always")),
    _header("HDR-11", "Permissions-Policy", _allowed),
    _header("HDR-11", "Permissions-Policy", _without_part(", ", "camera=()", "usb=()", "payment=()", "hid=()")),
    _header("HDR-12", "Cross-Origin-Opener-Policy", one_of("unsafe-none", "none")),
    _header("HDR-12", "Cross-Origin-Resource-Policy", one_of("cross-origin", "none")),
    _directive("HDR-13", "report-uri", one_of(GONE, [], ["http://reports.example"], ["https://reports.example"])),
    _directive("HDR-14", "script-src", with_one_of("https://cdn.example", "https://tags.example/x.js")),
    _directive("HDR-14", "connect-src", with_one_of("https://tracker.example", "wss://live.example")),
    _header("HDR-15", "Access-Control-Allow-Origin", one_of("*")),
    Governed("HDR-16", t.VERCEL_ROUTE, "", gone, where=lambda item: item.name == "headers-no-store"),
    Governed("HDR-16", t.VERCEL_ROUTE, "enabled", one_of(False), where=lambda item: item.name == "headers-no-store"),
    Governed(
        "HDR-16",
        t.VERCEL_ROUTE,
        "header:Cache-Control",
        one_of("public, max-age=600", "private", "no-cache"),
        where=lambda item: item.name == "headers-no-store",
    ),
    *(Governed("HDR-17", t.VERCEL_ROUTE, "", _route(name), where=_everywhere) for name in _PROFILE),
    _directive("HDR-18", "script-src", one_of(["'self'", "'unsafe-inline'"], ["*"])),
    Governed(
        "TLS-01", t.VERCEL_DOMAIN, "redirectStatusCode", one_of(302, 307), where=lambda i: bool(i.get("redirect"))
    ),
    Governed(
        "TLS-01",
        t.VERCEL_VARIABLE,
        "value",
        one_of("http://brightbroom.app", "http://sandbox.payfast.co.za"),
        where=lambda item: item.get("key") in ("VITE_APP_URL", "VITE_API_URL", "PAYFAST_URL"),
    ),
]
