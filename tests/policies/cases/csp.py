"""Cases of the rules over content security policies, on the edge's header and on the app's whole profile."""

from __future__ import annotations

import json
from typing import Any

from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, Case, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.headers import CSP, PROFILE, SENTRY

HEADER = "header:Content-Security-Policy"
EDGE = PROFILE["Content-Security-Policy"]
NA = Outcome.NOT_APPLICABLE
PASS = Outcome.PASS
NOWHERE = {"HDR-01", "HDR-18"}
EMPTY = {"HDR-02", "HDR-03", "HDR-04", "HDR-05", "HDR-06", "HDR-13", "HDR-14", "HDR-18", "SEC-10"}
ELSEWHERE = {"HDR-05", "SEC-10"}
OTHER_STACK = {"GH-04", "SEC-10", "VRC-01"}
STAGING = [
    ("profile", "csp.form-action", ["'self'", "https://sandbox.payfast.co.za"]),
    ("headers", HEADER, EDGE.replace("www.payfast", "sandbox.payfast")),
]
Change = tuple[str, str, Any]


def _edge(text: str) -> Change:
    return ("headers", HEADER, text)


def _app(directive: str, *sources: str) -> Change:
    return ("profile", f"csp.{directive}", list(sources))


def _both_places(code: str) -> list[Case]:
    """What every rule about a policy has in common."""
    return [
        compliant(code, "headers"),
        compliant(code, "profile"),
        near_miss(code, "headers", ("headers", "enabled", False), outcome=NA, fires=NOWHERE, says="switched off"),
        absent(code, "no-store", outcome=NA),
        unknown(code, "headers", ("headers", "route.transforms", UNKNOWN)),
        unknown(code, "headers", ("headers", "route.transforms.0.args", SECRET), fires={"SEC-05"}),
        unknown(code, "profile", ("profile", "csp", UNKNOWN), says="csp is known only"),
        unknown(code, "profile", ("profile", "csp.img-src", UNKNOWN), says="csp.img-src"),
        unknown(code, "profile", ("profile", "csp.script-src", ["'self'", UNKNOWN]), says="csp.script-src.1"),
        other_type(code, "app"),
        other_type(code, "scripts"),
    ]


REPORT_ONLY = [
    {"type": "response.headers", "op": "set", "target": json.dumps({"key": name}), "args": json.dumps(value)}
    for name, value in PROFILE.items()
]
REPORT_ONLY[0] = {**REPORT_ONLY[0], "target": json.dumps({"key": "Content-Security-Policy-Report-Only"})}

HDR_02 = [
    *_both_places("HDR-02"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; object-src *"), fires={"HDR-02", "HDR-18"}, says="object-src twice"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; form-acton 'self'"), says="form-acton"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; plugin-types text/html"), says="a directive that browsers know"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; img-src https://b\u00fccher.example"), says="ASCII only"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; img-src 'none' https://a.example"), says="'none'"),
    violating("HDR-02", "headers", _edge(f"{EDGE}; img-src self://"), says="self://"),
    violating("HDR-02", "headers", _edge(f"{EDGE}, img-src 'self'; img-src *"), fires={"HDR-02", "HDR-18"}),
    violating(
        "HDR-02",
        "headers",
        ("headers", "route.transforms", REPORT_ONLY),
        fires={"HDR-01", "HDR-02"},
        says="Report-Only",
    ),
    violating("HDR-02", "profile", _app("frame-ancestor", "'none'")),
    violating("HDR-02", "profile", _app("img-src", "'selfish'")),
    violating("HDR-02", "profile", _app("img-src", "self"), says="means nothing"),
    violating("HDR-02", "profile", _app("font-src", "None")),
    violating(
        "HDR-02", "profile", _app("Object-Src", "*"), fires={"HDR-02", "HDR-04", "HDR-18"}, says="object-src twice"
    ),
    violating(
        "HDR-02",
        "profile",
        _app("img-src", "'self'; script-src *"),
        fires={"HDR-02", "HDR-03", "HDR-14", "HDR-18"},
        says="script-src twice",
    ),
    near_miss("HDR-02", "headers", _edge(EDGE.upper())),
    near_miss("HDR-02", "headers", _edge(f" ;; {EDGE} ;\tIMG-SRC\t'SELF' ;")),
    near_miss("HDR-02", "headers", _edge(f"{EDGE}, {EDGE}")),
    near_miss("HDR-02", "profile", _app("img-src", "'self'", "data:", "https://*.example.com:8443/pictures/")),
    near_miss("HDR-02", "profile", _app("sandbox", "allow-scripts", "allow-forms")),
    absent("HDR-02", "profile", ("profile", "csp", {}), fires=EMPTY, says="csp seen None wanted at least default-src"),
    absent("HDR-02", "profile", ("profile", "csp", ABSENT), fires=EMPTY),
    absent("HDR-02", "headers", _edge(""), fires={"HDR-02", "HDR-06", "HDR-18"}, says="at least default-src"),
]

WIDE = {"HDR-03", "HDR-14", "HDR-18"}
UNSAFE = {"HDR-03", "HDR-18"}
HDR_03 = [
    *_both_places("HDR-03"),
    violating("HDR-03", "headers", _edge(f"{EDGE}; script-src 'self' 'unsafe-inline'"), says="no 'unsafe-inline'"),
    violating("HDR-03", "headers", _edge(f"{EDGE}; default-src 'self' 'unsafe-eval'"), fires={"HDR-03", "HDR-04"}),
    violating("HDR-03", "profile", _app("script-src", "*"), fires=WIDE),
    violating("HDR-03", "profile", _app("script-src", "'self'", "data:"), fires=UNSAFE, says="no data:"),
    violating("HDR-03", "profile", _app("script-src", "'self'", "https:"), fires=WIDE),
    violating("HDR-03", "profile", _app("script-src", "https://*"), fires=WIDE),
    violating("HDR-03", "profile", _app("script-src", "'self'", "*.com"), fires={"HDR-03", "HDR-14"}),
    violating("HDR-03", "profile", _app("script-src", "'self'", "'UNSAFE-EVAL'"), fires=UNSAFE),
    violating("HDR-03", "profile", _app("script-src", "'self'", "'Unsafe-Inline'"), fires=UNSAFE),
    violating("HDR-03", "profile", _app("script-src", "'unsafe-inline'", "'nonce-'"), fires={*UNSAFE, "HDR-02"}),
    violating("HDR-03", "profile", _app("script-src-elem", "https:"), fires={"HDR-03", "HDR-14"}),
    violating("HDR-03", "profile", _app("script-src-attr", "'unsafe-inline'"), says="csp.script-src-attr"),
    violating("HDR-03", "profile", _app("worker-src", "'self'", "data:"), says="csp.worker-src"),
    violating("HDR-03", "profile", _app("child-src", "blob:"), says="csp.child-src"),
    violating(
        "HDR-03",
        "headers",
        _edge(f"{EDGE}; script-src 'unsafe-eval'; script-src-elem 'self'; script-src-attr 'none'; worker-src 'self'"),
        says="no 'unsafe-eval'",
    ),
    violating("HDR-03", "profile", _app("child-src", "*"), fires={"HDR-03", "HDR-14"}, says="csp.child-src"),
    violating("HDR-03", "profile", _app("script-src", "'strict-dynamic'"), fires=UNSAFE, says="a nonce or hash beside"),
    violating(
        "HDR-03",
        "profile",
        ("profile", "csp.script-src", ABSENT),
        _app("default-src", "'self'", "data:"),
        fires={*UNSAFE, "HDR-04"},
    ),
    near_miss("HDR-03", "headers", _edge(f"{EDGE}; script-src 'unsafe-inline' 'nonce-abc'")),
    near_miss("HDR-03", "headers", _edge(f"{EDGE}; script-src * 'unsafe-inline' https: 'strict-dynamic' 'nonce-abc'")),
    near_miss("HDR-03", "headers", _edge(f"{EDGE}; script-src *, script-src 'self'")),
    near_miss("HDR-03", "profile", ("profile", "csp.script-src", ABSENT)),
    near_miss("HDR-03", "profile", _app("worker-src", "'self'", "blob:")),
    near_miss("HDR-03", "profile", ("profile", "cspMode", "nonce"), _app("script-src", "'strict-dynamic'")),
    near_miss("HDR-03", "profile", _app("script-src", "'self'", "'wasm-unsafe-eval'", "'report-sample'")),
    near_miss("HDR-03", "profile", _app("script-src", "'self'", "'unsafe-hashes'", "'sha256-AbC='", "'unsafe-inline'")),
    near_miss("HDR-03", "profile", _app("style-src", "'unsafe-inline'", "*")),
    absent(
        "HDR-03",
        "profile",
        ("profile", "csp.script-src", ABSENT),
        ("profile", "csp.default-src", ABSENT),
        fires={*UNSAFE, "HDR-04", "HDR-14"},
    ),
]

HDR_04 = [
    *_both_places("HDR-04"),
    violating("HDR-04", "profile", _app("object-src", "'self'"), says="csp.object-src"),
    violating("HDR-04", "profile", _app("base-uri", "'self'"), says="csp.base-uri"),
    violating("HDR-04", "profile", _app("default-src", "'self'", "https://cdn.example.com")),
    violating("HDR-04", "headers", _edge(f"{EDGE}; default-src *"), fires={"HDR-03", "HDR-04", "HDR-14"}),
    violating("HDR-04", "headers", _edge(EDGE.replace("base-uri 'none'", "base-uri 'self'"))),
    near_miss("HDR-04", "profile", _app("object-src")),
    near_miss("HDR-04", "profile", _app("default-src", "'NONE'")),
    near_miss("HDR-04", "headers", _edge(EDGE.replace("base-uri 'none'; ", ""))),
    *(
        absent("HDR-04", "profile", ("profile", f"csp.{name}", ABSENT), says=name)
        for name in ("object-src", "base-uri", "default-src")
    ),
]

HDR_05 = [
    *_both_places("HDR-05"),
    near_miss("HDR-05", "profile", *STAGING, fires=OTHER_STACK, stack="staging"),
    near_miss("HDR-05", "headers", *STAGING, fires=OTHER_STACK, stack="staging"),
    violating("HDR-05", "profile", _app("form-action", "'self'"), fires=ELSEWHERE),
    violating("HDR-05", "profile", _app("form-action", "'self'", "https://sandbox.payfast.co.za"), fires=ELSEWHERE),
    violating(
        "HDR-05", "profile", _app("form-action", *CSP["form-action"], "https://sandbox.payfast.co.za"), fires=ELSEWHERE
    ),
    violating("HDR-05", "profile", _app("form-action", *CSP["form-action"], "https://evil.example")),
    violating("HDR-05", "profile", _app("form-action", "*"), fires=ELSEWHERE),
    violating("HDR-05", "headers", _edge(EDGE.replace("https://www", "http://www"))),
    near_miss("HDR-05", "profile", _app("form-action", "https://WWW.PayFast.co.za", "'SELF'")),
    near_miss("HDR-05", "headers", _edge(EDGE.replace("form-action 'self' https://www.payfast.co.za; ", ""))),
    near_miss("HDR-05", "headers", _edge(f"{EDGE}, form-action 'self' https://www.payfast.co.za https://evil.example")),
    absent("HDR-05", "profile", ("profile", "csp.form-action", ABSENT), fires=ELSEWHERE),
]

FRAME = "headers.X-Frame-Options"
SAME = EDGE.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
HDR_06 = [
    *_both_places("HDR-06"),
    compliant("HDR-06", "profile", _app("frame-ancestors", "'self'"), ("profile", FRAME, "sameorigin")),
    violating(
        "HDR-06", "headers", ("headers", "header:X-Frame-Options", "SAMEORIGIN"), says="'DENY', as frame-ancestors says"
    ),
    violating("HDR-06", "headers", _edge(EDGE.replace("frame-ancestors 'none'", "frame-ancestors *"))),
    violating("HDR-06", "headers", _edge(SAME)),
    violating("HDR-06", "headers", _edge(EDGE.replace("frame-ancestors 'none'; ", ""))),
    violating("HDR-06", "profile", _app("frame-ancestors", "'self'")),
    violating("HDR-06", "profile", _app("frame-ancestors", "'none'", "https://a.example"), fires={"HDR-02", "HDR-06"}),
    violating("HDR-06", "profile", ("profile", FRAME, "ALLOW-FROM https://a.example")),
    violating(
        "HDR-06", "profile", ("profile", FRAME, "ALLOWALL"), _app("frame-ancestors", "*"), says="or 'SAMEORIGIN'"
    ),
    near_miss("HDR-06", "profile", ("profile", FRAME, " deny ")),
    near_miss("HDR-06", "profile", ("profile", FRAME, "DENY, deny")),
    violating("HDR-06", "profile", ("profile", FRAME, "DENY, SAMEORIGIN"), says="'DENY', as frame-ancestors says"),
    near_miss("HDR-06", "profile", _app("frame-ancestors")),
    near_miss("HDR-06", "headers", _edge(f"{SAME}, frame-ancestors 'none'")),
    absent("HDR-06", "profile", ("profile", FRAME, ABSENT)),
    absent("HDR-06", "profile", ("profile", "csp.frame-ancestors", ABSENT)),
]

TO = "report-to"
ENDPOINTS = ("profile", "headers.Reporting-Endpoints")
HDR_13 = [
    *_both_places("HDR-13"),
    compliant(
        "HDR-13", "profile", _app(TO, "csp"), (*ENDPOINTS, 'other="https://x.example/", csp="/api/v1/csp-reports"')
    ),
    compliant(
        "HDR-13", "profile", ("profile", "csp.report-uri", ABSENT), _app(TO, "csp"), (*ENDPOINTS, 'csp="/reports"')
    ),
    compliant("HDR-13", "headers", _edge(f"{EDGE}; report-uri /api/v1/csp-reports")),
    violating("HDR-13", "headers", _edge(f"{EDGE}; report-uri https://reports.example/a"), says="a path of this site"),
    violating("HDR-13", "profile", _app("report-uri", "https://reports.example/csp")),
    violating("HDR-13", "profile", _app("report-uri", "http://brightbroom.app/csp"), fires={"HDR-13", "HDR-18"}),
    violating("HDR-13", "profile", _app("report-uri", "//reports.example/csp")),
    violating(
        "HDR-13", "profile", _app(TO, "csp"), (*ENDPOINTS, 'csp="/reports", Other="/x"'), says="Reporting-Endpoints"
    ),
    violating("HDR-13", "profile", _app(TO, "csp"), (*ENDPOINTS, r'csp="/\\reports.example/csp"')),
    violating("HDR-13", "profile", _app("report-uri", "/csp", "https://reports.example/csp")),
    violating("HDR-13", "profile", _app("report-uri")),
    violating("HDR-13", "profile", _app(TO, "csp"), says="Reporting-Endpoints"),
    violating("HDR-13", "profile", _app(TO, "csp"), (*ENDPOINTS, 'other="/reports"')),
    violating(
        "HDR-13", "profile", _app(TO, "csp"), (*ENDPOINTS, 'csp="https://reports.example/"'), says="reports.example"
    ),
    violating("HDR-13", "profile", _app(TO), (*ENDPOINTS, 'csp="/reports"')),
    near_miss("HDR-13", "headers", _edge(EDGE)),
    absent("HDR-13", "profile", ("profile", "csp.report-uri", ABSENT)),
]

CDN = {"host": "cdn.example.com", "purpose": "chat", "owner": "web@brightbroom.app", "integrity": "sha384-AbC"}
HDR_14 = [
    *_both_places("HDR-14"),
    compliant(
        "HDR-14",
        "profile",
        _app("script-src", "'self'", "https://cdn.example.com/chat.js"),
        ("scripts", "scripts", [SENTRY, CDN]),
    ),
    compliant("HDR-14", "headers", _edge(f"{EDGE}; connect-src https://o1.ingest.de.sentry.io")),
    violating("HDR-14", "profile", _app("script-src", "'self'", "cdn.example.com"), says="cdn.example.com"),
    violating("HDR-14", "profile", _app("worker-src", "https://cdn.example.com"), says="csp.worker-src"),
    violating("HDR-14", "profile", _app("connect-src", "'self'", "wss://chat.example.com"), says="csp.connect-src"),
    violating("HDR-14", "profile", _app("connect-src", "'self'", "https:")),
    violating("HDR-14", "profile", _app("connect-src", "*")),
    violating(
        "HDR-14", "profile", _app("script-src", "'self'", "https://x.ingest.de.sentry.io"), says="scripts.0.integrity"
    ),
    violating("HDR-14", "headers", _edge(f"{EDGE}; connect-src https://sentry.io"), says="https://sentry.io"),
    violating("HDR-14", "profile", ("scripts", "scripts", []), says="https://*.ingest.de.sentry.io"),
    violating("HDR-14", "profile", ("scripts", "scripts.0.host", "ingest.de.sentry.io")),
    violating("HDR-14", "profile", ("scripts", "scripts.0.owner", " "), says="scripts.0.owner"),
    violating("HDR-14", "profile", ("scripts", "scripts.0.purpose", ABSENT), says="scripts.0.purpose"),
    near_miss("HDR-14", "profile", _app("connect-src", "'self'", "https://brightbroom.app", "data:")),
    near_miss("HDR-14", "profile", _app("img-src", "https://pictures.example.com")),
    near_miss("HDR-14", "profile", _app("script-src", "'strict-dynamic'", "'nonce-abc'", "https://cdn.example.com")),
    near_miss("HDR-14", "profile", ("scripts", "scripts.0.host", "*.Sentry.io")),
    near_miss(
        "HDR-14",
        "profile",
        ("domain", "domain", "B\u00fccher.example"),
        _app("connect-src", "'self'", "https://xn--bcher-kva.example"),
    ),
    absent("HDR-14", "profile", ("scripts", "", ABSENT)),
    absent("HDR-14", "profile", ("profile", "csp.connect-src", ABSENT), outcome=PASS),
    unknown("HDR-14", "profile", ("scripts", "scripts", UNKNOWN)),
    unknown("HDR-14", "profile", ("scripts", "scripts.0.host", UNKNOWN)),
    unknown("HDR-14", "profile", ("domain", "domain", UNKNOWN)),
]

CASES = [*HDR_02, *HDR_03, *HDR_04, *HDR_05, *HDR_06, *HDR_13, *HDR_14]
