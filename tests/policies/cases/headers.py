"""Cases of the header rules that need no parsing of a policy."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, Case, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import PROJECT, resource, transforms
from tests.policies.samples.headers import PROFILE, route

HSTS = "header:Strict-Transport-Security"
XSS = "header:X-XSS-Protection"
SNIFF = "header:X-Content-Type-Options"
REFERRER = "header:Referrer-Policy"
PERMISSIONS = "header:Permissions-Policy"
OPENER = "header:Cross-Origin-Opener-Policy"
EMBEDDED = "header:Cross-Origin-Resource-Policy"
DEVICES = PROFILE["Permissions-Policy"]
NA = Outcome.NOT_APPLICABLE

PROFILE_RULES = {"HDR-01", "HDR-18"}


def _one_header(code: str, header: str, bad: str, good: str) -> list[Case]:
    """What every rule about one header of one route has in common."""
    name = header.removeprefix("header:")
    plain = {"enabled": True, "route": {"src": "/.*", "headers": {name.lower(): bad}}}
    beside = ("beside", "", resource(t.VERCEL_ROUTE, "beside", plain, projectId=PROJECT))
    return [
        compliant(code, "headers"),
        compliant(code, "headers", ("headers", header, good)),
        violating(code, "headers", ("headers", header, bad), says=f"route.transforms[{name}]"),
        violating(code, "beside", beside, fires={code, "HDR-17"} if name != "X-XSS-Protection" else {code}),
        absent(code, "no-store", outcome=NA, says="does not set"),
        near_miss(code, "headers", ("headers", "enabled", False), outcome=NA, fires=PROFILE_RULES, says="switched off"),
        unknown(code, "headers", ("headers", "route.transforms", UNKNOWN), says="route.transforms"),
        unknown(code, "headers", ("headers", "route.transforms.0.args", UNKNOWN), says="route.transforms.0"),
        unknown(code, "headers", ("headers", "route.transforms.0.args", SECRET), says="is encrypted", fires={"SEC-05"}),
        unknown(code, "headers", ("headers", "enabled", UNKNOWN)),
        other_type(code, "app"),
        other_type(code, "profile"),
    ]


HDR_01 = [
    compliant("HDR-01", "app"),
    *(
        compliant("HDR-01", "app", ("headers", "route.src", source))
        for source in ("/.*", "(.*)", r"^\/(?<p>.*)$", "^/?.*$")
    ),
    compliant("HDR-01", "app", ("headers", "srcSyntax", "path-to-regexp"), ("headers", "route.src", "/:path*")),
    compliant("HDR-01", "app", ("headers", "enabled", ABSENT)),
    *(
        violating("HDR-01", "app", ("headers", "route.src", source), fires=PROFILE_RULES)
        for source in ("^/api/(.*)$", "^/[", "^/(?!admin).*$", "^/(.*|x)$", "/.+", "/[^.]*", "")
    ),
    violating("HDR-01", "app", ("headers", "enabled", False), fires=PROFILE_RULES),
    violating("HDR-01", "app", ("headers", "srcSyntax", "equals"), fires=PROFILE_RULES),
    violating(
        "HDR-01",
        "app",
        ("headers", "srcSyntax", "path-to-regexp"),
        ("headers", "route.src", "/:path"),
        fires=PROFILE_RULES,
    ),
    violating("HDR-01", "app", ("headers", "route.has", [{"type": "header", "key": "x"}]), fires=PROFILE_RULES),
    violating("HDR-01", "app", ("headers", "route.missings", [{"type": "cookie", "key": "x"}]), fires=PROFILE_RULES),
    *(
        violating("HDR-01", "app", ("headers", f"header:{name}", ABSENT), says=name)
        for name in PROFILE
        if name.startswith(("P", "R", "Cross"))
    ),
    near_miss("HDR-01", "app", (("headers", XSS, ABSENT))),
    near_miss(
        "HDR-01",
        "app",
        ("headers", PERMISSIONS, ABSENT),
        ("rest", "", route("rest", "/.*", {"permissions-policy": DEVICES})),
    ),
    near_miss(
        "HDR-01",
        "app",
        ("headers", "@link:projectId", (PROJECT.replace("::app", "::other"),)),
        outcome=Outcome.FAIL,
        fires=PROFILE_RULES,
    ),
    absent("HDR-01", "app", ("headers", "", ABSENT), fires=PROFILE_RULES, says="an enabled route over all paths"),
    absent("HDR-01", "app", ("headers", "route.src", ABSENT), fires=PROFILE_RULES),
    unknown("HDR-01", "app", ("headers", "route.transforms", UNKNOWN)),
    unknown("HDR-01", "app", ("headers", "route.src", UNKNOWN)),
    other_type("HDR-01", "headers"),
]

HDR_07 = [
    *_one_header(
        "HDR-07", HSTS, "max-age=31535999; includeSubDomains; preload", "PRELOAD; INCLUDESUBDOMAINS; MAX-AGE=31536000"
    ),
    *(
        violating("HDR-07", "headers", ("headers", HSTS, value))
        for value in (
            "max-age=63072000; preload",
            "max-age=63072000; includeSubDomains",
            "includeSubDomains; preload",
            "max-age=63072000; max-age=0; includeSubDomains; preload",
            "max-age=; includeSubDomains; preload",
            'max-age="63072000; includeSubDomains; preload',
            "max-age=63072000; max-age=63072000; includeSubDomains; preload",
            "max-age=63072000; includeSubDomains; preload; IncludeSubdomains",
            "max-age=63072000; includeSubDomains; preload, max-age=0",
            f"max-age={'9' * 5000}; includeSubDomains; preload",
        )
    ),
    near_miss("HDR-07", "headers", ("headers", HSTS, 'max-age="31536000"; includeSubDomains;preload')),
    near_miss("HDR-07", "headers", ("headers", HSTS, "\tmax-age = 63072000 ;; includeSubDomains ; preload ; later=1;")),
]

HDR_08 = [
    *_one_header("HDR-08", XSS, "1; mode=block", " 0 "),
    violating("HDR-08", "headers", ("headers", XSS, "1")),
    violating("HDR-08", "headers", ("headers", XSS, "0; mode=block")),
    near_miss("HDR-08", "headers", ("headers", XSS, ABSENT), outcome=NA),
]

HDR_09 = [
    *_one_header("HDR-09", SNIFF, "sniff", "NoSniff"),
    violating("HDR-09", "headers", ("headers", SNIFF, "")),
    violating("HDR-09", "headers", ("headers", SNIFF, "none, nosniff")),
    near_miss("HDR-09", "headers", ("headers", SNIFF, "nosniff, nosniff")),
]

HDR_10 = [
    *_one_header("HDR-10", REFERRER, "unsafe-url", "no-referrer"),
    *(
        violating("HDR-10", "headers", ("headers", REFERRER, bad))
        for bad in ("origin", "no-referrer, origin-when-cross-origin", "none", "")
    ),
    *(
        near_miss("HDR-10", "headers", ("headers", REFERRER, good))
        for good in (
            "same-origin",
            "strict-origin",
            "no-referrer, STRICT-ORIGIN-WHEN-CROSS-ORIGIN",
            "unsafe-url, no-referrer, new-value",
        )
    ),
]

HDR_11 = [
    *_one_header("HDR-11", PERMISSIONS, DEVICES.replace("camera=()", "camera=(self)"), f"{DEVICES}, fullscreen=*"),
    *(
        violating(
            "HDR-11",
            "headers",
            ("headers", PERMISSIONS, DEVICES.replace(f"{name}=()", f"{name}-x=()")),
            says=f"{name}=()",
        )
        for name in ("microphone", "usb", "serial", "hid", "payment", "geolocation")
    ),
    violating("HDR-11", "headers", ("headers", PERMISSIONS, f"{DEVICES}, usb=*")),
    *(
        violating("HDR-11", "headers", ("headers", PERMISSIONS, unreadable), says="browsers cannot read")
        for unreadable in (
            f"{DEVICES},",
            f"{DEVICES}, Fullscreen=()",
            DEVICES.replace("camera=()", "camera =()"),
            DEVICES.replace(", ", "; "),
            "camera 'none'; microphone 'none'",
        )
    ),
    near_miss("HDR-11", "headers", ("headers", PERMISSIONS, f"usb=*, {DEVICES}")),
    near_miss("HDR-11", "headers", ("headers", PERMISSIONS, DEVICES.replace("camera=()", "camera=( );report-to=csp"))),
    near_miss(
        "HDR-11", "headers", ("headers", PERMISSIONS, f'fullscreen=(self "https://a.example/x,usb=*"),\t{DEVICES}')
    ),
]

HDR_12 = [
    *_one_header("HDR-12", OPENER, "unsafe-none", 'same-origin-allow-popups; report-to="x"'),
    violating("HDR-12", "headers", ("headers", OPENER, "noopener-allow-popups")),
    violating("HDR-12", "headers", ("headers", OPENER, "same-origin, same-origin"), fires={"HDR-12", "HDR-18"}),
    *(
        violating("HDR-12", "headers", ("headers", OPENER, bad), fires={"HDR-12", "HDR-18"})
        for bad in ("SAME-ORIGIN", "")
    ),
    *(
        violating("HDR-12", "headers", ("headers", EMBEDDED, bad), says="Resource-Policy")
        for bad in ("cross-origin", "Same-Site")
    ),
    violating(
        "HDR-12",
        "headers",
        ("headers", "route.transforms", transforms({"Cross-Origin-Resource-Policy": "cross-origin"})),
        fires={"HDR-01", "HDR-12", "HDR-18"},
    ),
    near_miss("HDR-12", "headers", ("headers", EMBEDDED, "same-site")),
]

CASES = [*HDR_01, *HDR_07, *HDR_08, *HDR_09, *HDR_10, *HDR_11, *HDR_12]
