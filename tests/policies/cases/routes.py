"""Cases of the rules over what a project's routes and its profile say together."""

from __future__ import annotations

import json
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import PROJECT, resource
from tests.policies.samples.headers import PROFILE, route

HSTS = "header:Strict-Transport-Security"
OPENER = "header:Cross-Origin-Opener-Policy"
EMBEDDED = "header:Cross-Origin-Resource-Policy"
NA = Outcome.NOT_APPLICABLE
ORIGIN = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"
PROFILE_RULES = {"HDR-01", "HDR-18"}


def _added(name: str, source: str, headers: dict[str, str]) -> tuple[str, str, Any]:
    return (name, "", route(name, source, headers))


def _changes(name: str, source: str, *operations: tuple[str, Any, str]) -> tuple[str, str, Any]:
    """A further route whose transforms are pairs of operation, name and value."""
    entries = [
        {"type": "response.headers", "op": op, "target": json.dumps({"key": key}), "args": json.dumps(value)}
        for op, key, value in operations
    ]
    declared = {"srcSyntax": "regex", "route": {"src": source, "transforms": entries}}
    return (name, "", resource(t.VERCEL_ROUTE, name, declared, projectId=PROJECT))


CORS_EVERYWHERE = _added("cors", "^/fonts/.*$", {ORIGIN: "*", CREDENTIALS: "true"})
HDR_15 = [
    compliant("HDR-15", "headers"),
    compliant("HDR-15", "profile"),
    compliant("HDR-15", "headers", ("headers", f"header:{ORIGIN}", "https://admin.brightbroom.app")),
    compliant("HDR-15", "profile", ("profile", f"headers.{ORIGIN}", "https://admin.brightbroom.app")),
    violating("HDR-15", "headers", ("headers", f"header:{ORIGIN}", "*"), says="covers /api"),
    violating("HDR-15", "headers", ("headers", f"header:{ORIGIN}", "null")),
    violating("HDR-15", "profile", ("profile", f"headers.{ORIGIN}", "*")),
    violating("HDR-15", "cors", CORS_EVERYWHERE, says="no Access-Control-Allow-Credentials"),
    violating("HDR-15", "cors", _added("cors", "^/api/v1/prices$", {ORIGIN: "*"})),
    violating("HDR-15", "cors", _added("cors", "^/[", {ORIGIN: "*"})),
    violating("HDR-15", "cors", _added("cors", "^/[[:alpha:]]+$", {ORIGIN: "*"})),
    violating(
        "HDR-15", "cors", _added("cors", "/api{/:rest}*", {ORIGIN: "*"}), ("cors", "srcSyntax", "path-to-regexp")
    ),
    near_miss("HDR-15", "cors", _added("cors", "^/fonts/.*$", {ORIGIN: "*"})),
    near_miss("HDR-15", "cors", _added("cors", "^/apiary$", {ORIGIN: "*", CREDENTIALS: "false"})),
    near_miss(
        "HDR-15", "cors", _added("cors", "^/api/.*$", {ORIGIN: "https://*.brightbroom.app", CREDENTIALS: "true"})
    ),
    near_miss("HDR-15", "headers", ("headers", "enabled", False), outcome=NA, fires=PROFILE_RULES),
    absent("HDR-15", "profile", ("profile", "headers", ABSENT), outcome=Outcome.PASS, fires={"HDR-06"}),
    absent("HDR-15", "no-store", outcome=Outcome.PASS),
    unknown("HDR-15", "headers", ("headers", "route.transforms", UNKNOWN)),
    unknown("HDR-15", "profile", ("profile", f"headers.{ORIGIN}", UNKNOWN)),
    unknown("HDR-15", "profile", ("profile", f"headers.{ORIGIN}", SECRET), fires={"SEC-05"}),
    other_type("HDR-15", "app"),
]

STORED = {"Cache-Control": "private, max-age=60"}
HDR_16 = [
    compliant("HDR-16", "app"),
    compliant("HDR-16", "app", ("no-store", "", ABSENT), ("headers", "header:Cache-Control", "private, NO-STORE")),
    violating("HDR-16", "app", ("no-store", "enabled", False), says="/api"),
    violating("HDR-16", "app", ("no-store", "route.src", "^/(?:account|api)(?:/.*)?$"), says="/payment"),
    violating("HDR-16", "app", ("no-store", "route.src", "^/(?:account|api|payment)$"), says="/api"),
    violating("HDR-16", "app", ("no-store", "route.transforms.0.args", '"no-cache"'), says="no-store"),
    violating("HDR-16", "app", _added("prices", "^/api/prices/.*$", STORED), says="max-age=60"),
    violating("HDR-16", "app", ("headers", "header:Cache-Control", "max-age=60")),
    violating("HDR-16", "app", ("no-store", "route.has", [{"type": "cookie", "key": "session"}])),
    near_miss("HDR-16", "app", _added("fonts", "^/fonts/.*$", STORED)),
    near_miss("HDR-16", "app", ("no-store", "route.src", "/:all*"), ("no-store", "srcSyntax", "path-to-regexp")),
    near_miss(
        "HDR-16",
        "app",
        ("no-store", "route.src", "/api/:all*"),
        ("no-store", "srcSyntax", "path-to-regexp"),
        _added("account", "^/account(/.*)?$", {"cache-control": "no-store"}),
        _added("payment", "^/payment(/.*)?$", {"cache-control": "no-store"}),
    ),
    absent("HDR-16", "app", ("no-store", "", ABSENT), says="Cache-Control"),
    absent("HDR-16", "app", ("no-store", "route.src", ABSENT)),
    unknown("HDR-16", "app", ("no-store", "route.src", UNKNOWN)),
    unknown("HDR-16", "app", ("no-store", "route.transforms", UNKNOWN)),
    other_type("HDR-16", "no-store"),
]

FRAMES = "X-Frame-Options"
HDR_17 = [
    compliant("HDR-17", "app"),
    compliant("HDR-17", "app", _changes("more", "^/blog/.*$", ("append", "Content-Security-Policy", "img-src 'self'"))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", FRAMES, "")), says="delete x-frame-options"),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"pre": "X-Frame"}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"suf": "-options"}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"inc": ["etag", FRAMES]}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"eq": FRAMES}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"neq": "server"}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"ninc": ["server", "etag"]}, ""))),
    violating("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"re": "^x-"}, ""))),
    violating(
        "HDR-17",
        "app",
        _changes("less", "^/blog/.*$", ("set", {"pre": "X-Frame"}, "ALLOWALL")),
        says="set x-frame-options",
    ),
    near_miss("HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", {"pre": "x-", "suf": "-by"}, ""))),
    violating(
        "HDR-17",
        "app",
        _changes("less", "^/blog/.*$", ("append", "Cross-Origin-Opener-Policy", "unsafe-none")),
        fires={"HDR-12", "HDR-17"},
    ),
    *(
        violating("HDR-17", "app", _added("less", "^/blog/.*$", {name: value}), fires={"HDR-17", code}, says=value)
        for name, value, code in (
            ("strict-transport-security", "max-age=0", "HDR-07"),
            ("Referrer-Policy", "unsafe-url", "HDR-10"),
            ("Content-Security-Policy", "object-src 'self'; base-uri 'none'", "HDR-04"),
            ("Permissions-Policy", "camera=*", "HDR-11"),
        )
    ),
    violating("HDR-17", "app", _added("second", "/.*", {"Referrer-Policy": "no-referrer"})),
    near_miss("HDR-17", "app", _added("same", "^/blog/.*$", {"Referrer-Policy": PROFILE["Referrer-Policy"]})),
    near_miss(
        "HDR-17", "app", _changes("less", "^/blog/.*$", ("delete", "Server", ""), ("delete", {"pre": "x-powered"}, ""))
    ),
    near_miss("HDR-17", "app", _changes("other", "^/blog/.*$", ("set", "Cache-Control", "no-store"))),
    near_miss(
        "HDR-17",
        "app",
        (
            "less",
            "",
            resource(
                t.VERCEL_ROUTE,
                "less",
                {"enabled": False, "route": {"src": "/.*", "headers": {"Referrer-Policy": "unsafe-url"}}},
                projectId=PROJECT,
            ),
        ),
    ),
    absent(
        "HDR-17",
        "app",
        ("headers", "", ABSENT),
        ("no-store", "", ABSENT),
        outcome=Outcome.PASS,
        fires={*PROFILE_RULES, "HDR-16"},
    ),
    unknown("HDR-17", "app", ("headers", "route.transforms", UNKNOWN)),
    unknown("HDR-17", "app", ("headers", "enabled", UNKNOWN)),
    other_type("HDR-17", "headers"),
]

HDR_18 = [
    compliant("HDR-18", "app"),
    compliant("HDR-18", "app", ("profile", "csp.default-src", ["'none'"])),
    compliant("HDR-18", "app", ("profile", "csp.script-src", ["'strict-dynamic'"]), ("profile", "cspMode", "auto")),
    violating(
        "HDR-18",
        "app",
        ("profile", "csp.style-src", ["'self'", "http://cdn.brightbroom.app"]),
        says="content-security-policy -20",
    ),
    violating("HDR-18", "app", ("profile", "csp.img-src", ["http:"]), says="content-security-policy -10"),
    violating(
        "HDR-18",
        "app",
        ("profile", "headers.Cross-Origin-Embedder-Policy", "on"),
        ("headers", EMBEDDED, "cross-origin"),
        fires={"HDR-12", "HDR-18"},
    ),
    violating(
        "HDR-18",
        "app",
        ("domain", "domain", "brightbroom.example"),
        ("headers", HSTS, "max-age=60"),
        fires={"HDR-07", "HDR-18"},
    ),
    near_miss("HDR-18", "app", ("headers", OPENER, "unsafe-none"), fires={"HDR-12"}),
    near_miss("HDR-18", "app", ("domain", "domain", "brightbroom.example")),
    near_miss("HDR-18", "app", ("profile", "csp.style-src", ["'self'", "'unsafe-inline'"])),
    near_miss("HDR-18", "app", ("domain", "", ABSENT), ("redirect", "", ABSENT)),
    near_miss(
        "HDR-18",
        "app",
        ("profile", "csp.script-src", ["'self'", "https://cdn.example.com"]),
        ("scripts", "scripts.0", {"host": "cdn.example.com", "purpose": "p", "owner": "o", "integrity": "sha384-AbC"}),
        fires={"HDR-14"},
    ),
    near_miss("HDR-18", "app", ("profile", "csp.script-src", ["'self'", "https://cdn.example.com"]), fires={"HDR-14"}),
    absent("HDR-18", "app", ("headers", "", ABSENT), fires=PROFILE_RULES, says="wanted at least 130"),
    absent("HDR-18", "app", ("profile", "", ABSENT), fires={"HDR-18"}, says="content-security-policy -20"),
    unknown("HDR-18", "app", ("headers", "route.transforms", UNKNOWN)),
    unknown("HDR-18", "app", ("profile", "csp.script-src", UNKNOWN)),
    unknown("HDR-18", "app", ("profile", "csp.script-src", ["'self'", UNKNOWN]), says="csp.script-src.1"),
    unknown("HDR-18", "app", ("domain", "domain", UNKNOWN)),
    other_type("HDR-18", "profile"),
]

CASES = [*HDR_15, *HDR_16, *HDR_17, *HDR_18]
