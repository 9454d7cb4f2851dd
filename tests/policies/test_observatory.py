"""The Observatory's score offline: its own published cases, two sites it has scored, and our stacks."""

from __future__ import annotations

import pytest

from policies.catalogue import observatory
from policies.catalogue.header_rules import declared_score
from policies.catalogue.observatory import Script
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.types import VERCEL_PROJECT
from tests.infra.recording import record
from tests.policies import samples
from tests.policies.cases.form import Change, changed

CSP = "content-security-policy"
HSTS = "strict-transport-security"
FRAMES = "x-frame-options"
OPENER = "cross-origin-opener-policy"
EMBEDDER = "cross-origin-embedder-policy"
RESOURCES = "cross-origin-resource-policy"
STRICT = {
    CSP: "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    HSTS: "max-age=63072000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    OPENER: "same-origin",
    RESOURCES: "same-origin",
}
PLAIN = {"x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin"}
MDN = (
    "default-src 'self'; script-src 'report-sample' 'self' 'wasm-unsafe-eval' https://js.stripe.com 'sha256-XNBp89FG76='; "
    "style-src 'report-sample' 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; img-src 'self' data: *.gravatar.com"
)
MOZILLA = (
    "script-src 'self' 'unsafe-eval' 'unsafe-inline' js.stripe.com; style-src 'self' 'unsafe-inline'; default-src 'self'; "
    "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; upgrade-insecure-requests"
)


def _modifier(headers: dict[str, str], test: str, *, preloaded: bool = False) -> int:
    found = observatory.score(headers, preloaded=preloaded)
    return next(item.modifier for item in found.items if item.test == test)


@pytest.mark.parametrize(
    ("modifier", "policy"),
    [
        *(
            (-25, text)
            for text in (
                "",
                "  ",
                "defa",
                "default-src 'none'; default-src 'none'",
                "default-src 'none'; img-src 'self'; default-src 'none'",
                "default-src 'none'; script-src 'strict-dynamic'",
            )
        ),
        *(
            (-20, text)
            for text in (
                "default-src 'none'; script-src https://*",
                "default-src 'none'; script-src 'unsafe-inline'",
                "script-src data:",
                "script-src http:",
                "default-src 'UNSAFE-INLINE'",
                "upgrade-insecure-requests",
                "script-src 'none'",
                "script-src https://mozilla.org https:",
                "default-src *; script-src *; object-src 'none'",
                "default-src 'none'; script-src 'none'; object-src *",
                "object-src https:; script-src 'none'",
                "default-src http://mozilla.org",
                "default-src 'none'; script-src ftp://mozilla.org",
            )
        ),
        *(
            (-10, text)
            for text in (
                "default-src 'none'; script-src 'unsafe-eval'",
                "default-src 'none'; img-src http://mozilla.org",
                "default-src 'self'; img-src ftp:",
                "default-src 'none'; img-src https:; media-src http://mozilla.org",
                "default-src 'none'; img-src 'none'; media-src http:; script-src 'self'; style-src 'unsafe-inline'",
            )
        ),
        *(
            (0, text)
            for text in (
                "object-src 'none'; script-src 'none'; style-src 'unsafe-inline'",
                "default-src 'unsafe-inline'; script-src https://mozilla.org",
                "default-src 'none';;; ;;;style-src 'self' 'unsafe-inline'",
                "default-src 'none'; style-src data:",
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-hqBEA/HXB3aJU2FgOnYN=' 'unsafe-inline'",
                "default-src 'none'; report-uri /a; report-uri /b",
                "default-src 'self'; img-src http:; report-uri /a; report-uri /b",
            )
        ),
        *(
            (5, text)
            for text in (
                "default-src https://mozilla.org",
                "default-src https://mozilla.org;;; ;;;script-src 'none'",
                "object-src 'none'; script-src 'strict-dynamic' 'nonce-abc' 'unsafe-inline'; style-src 'none'",
                "object-src 'none'; style-src 'self'; script-src 'unsafe-inline' 'nonce-abc123' 'unsafe-inline'",
                "default-src https://mozilla.org; style-src 'unsafe-inline' 'nonce-abc123' 'unsafe-inline'",
            )
        ),
        *(
            (10, text)
            for text in (
                "default-src",
                "default-src 'none'; object-src https://mozilla.org",
                "default-src 'none'; script-src 'strict-dynamic' 'sha256-abc123' https://*",
                "default-src 'none'; script-src https://mozilla.org; style-src https://mozilla.org; upgrade-insecure-requests;",
                "default-src 'none'; script-src 'self', default-src 'none'; script-src 'self'",
                "default-src http:, default-src https://a.example, default-src https://b.example",
                "default-src 'none'; style-src 'self' 'unsafe-inline', default-src 'none'; style-src 'self'",
            )
        ),
    ],
)
def test_a_policy_counts_as_the_observatorys_own_cases_say(modifier: int, policy: str) -> None:
    assert _modifier({CSP: policy}, CSP) == modifier


@pytest.mark.parametrize(
    ("test", "value", "modifier"),
    [
        (HSTS, "max-age=15552000; includeSubDomains; preload", 0),
        (HSTS, "max-age=15551999", -10),
        (HSTS, "includeSubDomains; preload", -20),
        (HSTS, "max-age=15768000, max-age=15768000", -20),
        *((FRAMES, value, 5) for value in ("DENY", "SAMEORIGIN", " deny ")),
        (FRAMES, "ALLOW-FROM https://mozilla.org", 0),
        (FRAMES, "SAMEORIGIN, SAMEORIGIN", -20),
        (FRAMES, "whimsy", -20),
        ("x-content-type-options", "nosniff ", 0),
        ("x-content-type-options", "nosniff, nosniff", -5),
        ("referrer-policy", "STRICT-ORIGIN", 5),
        ("referrer-policy", "no-referrer, whimsy", 5),
        ("referrer-policy", "no-referrer, unsafe-url", -5),
        ("referrer-policy", "whimsy", -5),
        (RESOURCES, "same-site", 10),
        (RESOURCES, "cross-origin", 0),
        (RESOURCES, "same-origin, cross-origin", -5),
        *((OPENER, value, 10) for value in ("same-origin", 'same-origin; report-to="coop"', "same-origin; report-to")),
        (OPENER, "noopener-allow-popups", 10),
        (OPENER, "unsafe-none", 0),
        *((OPENER, value, -5) for value in ("SAME-ORIGIN", '"same-origin"', "same-origin; report-to=a b", "", "a, b")),
        (EMBEDDER, "credentialless", 10),
        (EMBEDDER, 'require-corp; report-to="coep"', 10),
        (EMBEDDER, "Require-Corp", -5),
    ],
)
def test_a_header_counts_as_the_observatorys_own_cases_say(test: str, value: str, modifier: int) -> None:
    assert _modifier({test: value}, test) == modifier


@pytest.mark.parametrize(
    ("test", "modifier"),
    [(CSP, -25), (HSTS, -20), (FRAMES, -20), ("x-content-type-options", -5), ("referrer-policy", 0), (OPENER, 0), (RESOURCES, 0)],
)  # fmt: skip
def test_an_absent_header_costs_what_the_observatory_takes(test: str, modifier: int) -> None:
    assert _modifier({}, test) == modifier
    assert _modifier({f"{CSP}-report-only": "default-src 'none'"}, test) == modifier


def test_frame_ancestors_stand_in_for_frame_options_and_a_preloaded_domain_for_hsts() -> None:
    assert _modifier({CSP: "frame-ancestors *", FRAMES: "whimsy"}, FRAMES) == 5
    assert _modifier({CSP: "default-src 'none'"}, FRAMES) == -20
    assert _modifier({}, HSTS, preloaded=True) == 5


@pytest.mark.parametrize(
    ("scripts", "modifier"),
    [
        ((), 0),
        ((Script("https://a.example", integrity=True),), 5),
        ((Script("https://a.example", integrity=True), Script("b.example", integrity=False)), -5),
        ((Script("http://a.example", integrity=True),), -20),
        ((Script("http://a.example", integrity=False), Script("b.example", integrity=True)), -50),
    ],
)
def test_the_worst_script_of_others_decides(scripts: tuple[Script, ...], modifier: int) -> None:
    found = observatory.score({}, scripts=scripts)
    assert next(item.modifier for item in found.items if item.test == "subresource-integrity") == modifier


@pytest.mark.parametrize(
    ("headers", "preloaded", "scripts", "total", "grade"),
    [
        ({}, False, (), 30, "D"),
        (STRICT, False, (), 140, "A+"),
        ({**STRICT, EMBEDDER: "require-corp"}, True, (Script("a.example", integrity=True),), 160, "A+"),
        ({**STRICT, "x-content-type-options": ""}, False, (), 135, "A+"),
        ({**STRICT, HSTS: "max-age=60"}, False, (), 130, "A+"),
        ({**STRICT, HSTS: "max-age=60", "x-content-type-options": ""}, False, (), 85, "A-"),
        ({CSP: "script-src http:"}, False, (Script("http://a.example", integrity=False),), 0, "F"),
        (
            {**PLAIN, CSP: MDN, HSTS: "max-age=63072000", FRAMES: "DENY"},
            False,
            (),
            110,
            "A+",
        ),
        (
            {**PLAIN, CSP: MOZILLA, OPENER: "same-origin"},
            True,
            (Script("js.stripe.com", integrity=False),),
            75,
            "B",
        ),
    ],
)
def test_the_sum_has_bonuses_only_from_ninety_on(
    headers: dict[str, str], preloaded: bool, scripts: tuple[Script, ...], total: int, grade: str
) -> None:
    found = observatory.score(headers, preloaded=preloaded, scripts=scripts)
    assert (found.total, found.grade) == (total, grade)
    assert str(found).startswith(f"{total} ({grade}): ")


def _scored(*changes: Change) -> int:
    stack = Stack.of(changed(samples.stack(), changes).values())
    (project,) = stack.of_type(VERCEL_PROJECT)
    return declared_score(project, stack).total


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        ((), 140),
        ((("profile", "csp.default-src", ["'none'"]),), 145),
        ((("domain", "domain", "brightbroom.example"),), 135),
        ((("profile", "csp.script-src", ["'strict-dynamic'"]), ("profile", "cspMode", "auto")), 140),
        ((("profile", "csp.script-src", ["'strict-dynamic'"]),), 75),
        ((("profile", "csp.script-src", ["'self'", "https://cdn.example.com"]),), 135),
    ],
)
def test_edge_and_app_are_scored_together(changes: tuple[Change, ...], total: int) -> None:
    assert _scored(*changes) == total


@pytest.mark.parametrize("name", ["staging", "production"])
def test_our_own_stacks_score_140(name: str) -> None:
    declared = [
        Resource(each.urn, each.type, each.name, each.inputs, {"projectId": each.dependencies})
        for each in record(name).resources
    ]
    stack = Stack.of(declared)
    (project,) = stack.of_type(VERCEL_PROJECT)
    found = declared_score(project, stack)
    assert str(found) == (
        "140 (A+): content-security-policy +5, strict-transport-security +5, x-frame-options +5, referrer-policy +5, "
        "cross-origin-resource-policy +10, cross-origin-opener-policy +10"
    )
