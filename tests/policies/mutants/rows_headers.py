"""Security headers and transport."""

from __future__ import annotations

import dataclasses
import json
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
        op = chance.choice(("delete", "set", "delete those", "append"))
        spoilt = transform(op, chance.choice((name, name.lower(), name.upper())), "unsafe")
        if op == "delete those":
            spoilt = {**spoilt, "op": "delete", "target": json.dumps({"key": {"pre": name[:5]}})}
        if op == "append" and name == "Content-Security-Policy":
            spoilt = {**spoilt, "op": "set"}
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


def _more(*directives: str) -> Break:
    """The edge's policy with one more directive."""
    return lambda value, chance: f"{value}; {chance.choice(directives)}"


def _with_more(*endings: str) -> Break:
    """The text with more at its end."""
    return lambda value, chance: value + chance.choice(endings)


def _reported_only(item: Any, _: Random) -> list[Resource]:
    """The route with its policy in the header that only reports."""
    transforms = [
        {**entry, "target": entry["target"].replace("Content-Security-Policy", "Content-Security-Policy-Report-Only")}
        for entry in item.properties["route"]["transforms"]
    ]
    route = {**item.properties["route"], "transforms": transforms}
    return [dataclasses.replace(item, properties={**item.properties, "route": route})]


def _open_to_all(item: Any, chance: Random) -> list[Resource]:
    """One more route that lets every site read what is below a path."""
    path, credentials = chance.choice((("^/api/v1/.*$", "false"), ("^/fonts/.*$", "true"), ("/api/:rest*", "false")))
    sent = {"Access-Control-Allow-Origin": "*", "access-control-allow-credentials": credentials}
    route = {"src": path, "transforms": [transform("set", name, value) for name, value in sent.items()]}
    syntax = "path-to-regexp" if ":" in path else "regex"
    properties = {**item.properties, "name": "open", "route": route, "srcSyntax": syntax}
    return [item, dataclasses.replace(item, urn=f"{item.urn}-open", name=f"{item.name}-open", properties=properties)]


def _allowed(value: str, chance: Random) -> str:
    feature = chance.choice(["camera", "microphone", "usb", "serial", "hid", "payment"])
    allowed = chance.choice(["*", "(self)", '(self "https://other.example")'])
    return value.replace(f"{feature}=()", f"{feature}={allowed}")


_PROFILE = [
    *("Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options", "X-Content-Type-Options"),
    *("Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
]
_UNSAFE_MODES = (
    *("?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", "?sslmode=no-verify"),
    *("?sslmode=require&sslmode=disable", "?ssl%6Dode=disable", "?sslmode=", "?SSLMODE=require"),
)
_UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:", "http:", "blob:")

ROWS = [
    *(_header("HDR-01", name, gone) for name in _PROFILE),
    Governed("HDR-01", t.VERCEL_ROUTE, "enabled", one_of(False), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "route.src", one_of("^/api/(.*)$", "/login", "^/$", "^/["), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "route.has", one_of([{"type": "cookie", "key": "session"}]), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "srcSyntax", one_of("equals"), where=_everywhere),
    Governed("HDR-01", t.VERCEL_ROUTE, "", gone, where=_everywhere),
    _header("HDR-02", "Content-Security-Policy", any_of(_misspelt, _repeated)),
    _header("HDR-02", "Content-Security-Policy", one_of("", ";", ",")),
    Governed("HDR-02", t.VERCEL_ROUTE, "", _reported_only, where=_everywhere),
    _directive("HDR-02", "frame-ancestor", one_of(["'none'"])),
    _directive("HDR-02", "img-src", one_of(["self"], ["'none'", "data:"], ["https://b\u00fccher.example"])),
    _directive("HDR-03", "script-src", with_one_of(*_UNSAFE)),
    _directive(
        "HDR-03",
        "script-src",
        one_of(
            ["HTTPS:"],
            ["'UNSAFE-EVAL'"],
            ["https://*"],
            ["*.com"],
            ["'strict-dynamic'", "'unsafe-eval'", "'nonce-abc'"],
        ),
    ),
    _header("HDR-03", "Content-Security-Policy", _more("script-src 'unsafe-inline'", "default-src data:")),
    _directive("HDR-03", "script-src-elem", one_of(["https:"], ["*"], ["'self'", "'unsafe-inline'"])),
    _directive("HDR-04", "object-src", one_of(["'self'"], ["*"], GONE, ["https://cdn.example"])),
    _directive("HDR-04", "base-uri", one_of(["'self'"], ["*"], GONE)),
    _directive("HDR-04", "default-src", one_of(["'self'", "https://cdn.example"], ["https:"], GONE)),
    _header("HDR-04", "Content-Security-Policy", _edge("object-src", "*")),
    _directive("HDR-05", "form-action", one_of(["'self'"], ["*"], GONE, ["'self'", "https://payfast.example"])),
    _directive("HDR-05", "form-action", with_one_of("http://www.payfast.co.za", "https://evil.example", "https:")),
    _directive(
        "HDR-05", "form-action", with_one_of("https://*.payfast.co.za", "*.payfast.co.za", "https://payfast.co.za")
    ),
    _directive(
        "HDR-05", "form-action", one_of(["'self'", "https://www.payfast.co.za", "https://sandbox.payfast.co.za"])
    ),
    _header("HDR-05", "Content-Security-Policy", _edge("form-action", "'self' https://evil.example")),
    _directive("HDR-06", "frame-ancestors", one_of(["*"], ["https://evil.example"], GONE)),
    _header("HDR-06", "X-Frame-Options", one_of("SAMEORIGIN", "ALLOWALL", "ALLOW-FROM https://evil.example")),
    _header("HDR-06", "Content-Security-Policy", _edge("frame-ancestors", "'self'")),
    Governed("HDR-06", t.HEADERS, "headers.X-Frame-Options", one_of("SAMEORIGIN", "ALLOWALL", GONE)),
    _header("HDR-07", "Strict-Transport-Security", _age),
    _header("HDR-07", "Strict-Transport-Security", _with_more("; max-age=0", ", max-age=0", "; preload")),
    _header("HDR-07", "Strict-Transport-Security", _without_part("; ", "includeSubDomains", "preload")),
    _header("HDR-08", "X-XSS-Protection", one_of("1", "1; mode=block", "1; report=/x")),
    _header("HDR-09", "X-Content-Type-Options", one_of("sniff", "none", "", "none, nosniff", "'nosniff'")),
    _header("HDR-10", "Referrer-Policy", one_of("unsafe-url", "origin", "no-referrer-when-downgrade", "always")),
    _header("HDR-11", "Permissions-Policy", _allowed),
    _header("HDR-11", "Permissions-Policy", lambda value, _: value.replace("geolocation=()", "geolocation=(self)")),
    _header("HDR-11", "Permissions-Policy", _with_more(", usb=*", ",", ", Camera=()", " ;x", ", hid = ()")),
    _header("HDR-11", "Permissions-Policy", _without_part(", ", "camera=()", "usb=()", "payment=()", "hid=()")),
    _header("HDR-12", "Cross-Origin-Opener-Policy", one_of("unsafe-none", "none")),
    _header("HDR-12", "Cross-Origin-Resource-Policy", one_of("cross-origin", "none")),
    _directive("HDR-13", "report-uri", one_of(GONE, [], ["http://reports.example"], ["https://reports.example"])),
    _directive("HDR-13", "report-uri", one_of(["//reports.example"], ["/a", "https://reports.example"])),
    _directive("HDR-13", "report-to", one_of(["csp"], [])),
    Governed("HDR-14", t.SCRIPT_INVENTORY, "scripts.*.host", one_of("other.example", GONE)),
    Governed("HDR-14", t.SCRIPT_INVENTORY, "scripts.*.purpose", one_of("", " ", GONE)),
    Governed("HDR-14", t.SCRIPT_INVENTORY, "scripts.*.owner", one_of("", GONE)),
    Governed("HDR-14", t.SCRIPT_INVENTORY, "", gone),
    _directive("HDR-14", "script-src", with_one_of("https://o1.ingest.de.sentry.io")),
    _directive("HDR-14", "script-src", with_one_of("https://cdn.example", "https://tags.example/x.js")),
    _directive("HDR-14", "connect-src", with_one_of("https://tracker.example", "wss://live.example")),
    _header("HDR-15", "Access-Control-Allow-Origin", one_of("*", " * ", "null", "https://a.example, *")),
    Governed("HDR-15", t.HEADERS, "headers.Access-Control-Allow-Origin", one_of("*", "null")),
    Governed("HDR-15", t.VERCEL_ROUTE, "", _open_to_all, where=_everywhere),
    Governed("HDR-16", t.VERCEL_ROUTE, "", gone, where=lambda item: item.name == "headers-no-store"),
    Governed("HDR-16", t.VERCEL_ROUTE, "enabled", one_of(False), where=lambda item: item.name == "headers-no-store"),
    Governed(
        "HDR-16",
        t.VERCEL_ROUTE,
        "header:Cache-Control",
        one_of("public, max-age=600", "private", "no-cache"),
        where=lambda item: item.name == "headers-no-store",
    ),
    Governed(
        "HDR-16",
        t.VERCEL_ROUTE,
        "route.src",
        one_of("^/(?:api|account)(?:/.*)?$", "^/api$", "^/nothing$"),
        where=lambda item: item.name == "headers-no-store",
    ),
    *(Governed("HDR-17", t.VERCEL_ROUTE, "", _route(name), where=_everywhere) for name in _PROFILE),
    _directive("HDR-18", "script-src", one_of(["'self'", "'unsafe-inline'"], ["*"])),
    _directive("HDR-18", "style-src", one_of(["http://cdn.brightbroom.app"])),
    Governed("HDR-18", t.HEADERS, "", gone),
    Governed(
        "TLS-01", t.VERCEL_DOMAIN, "redirectStatusCode", one_of(302, 307), where=lambda i: bool(i.get("redirect"))
    ),
    Governed(
        "TLS-01",
        t.VERCEL_VARIABLE,
        "value",
        one_of(
            "http://brightbroom.app", "HTTP://sandbox.payfast.co.za", "//brightbroom.app", "ws://brightbroom.app", ""
        ),
        where=lambda item: item.get("key") in ("VITE_APP_URL", "VITE_API_URL", "PAYFAST_URL"),
    ),
    Governed(
        "TLS-01",
        t.VERCEL_VARIABLE,
        "value",
        one_of(*(f"postgresql://app:x@db.example/app{query}" for query in ("", *_UNSAFE_MODES))),
        where=lambda item: item.get("key") in ("DATABASE_URL", "DIRECT_URL"),
    ),
]
