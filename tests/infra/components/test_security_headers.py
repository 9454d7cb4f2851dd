"""The header profile: what the routes send is the profile of the settings, and the app's contract is the whole policy."""

from __future__ import annotations

import json
import re

import pytest

from infra.components.security_headers import policy_text, prefixes_pattern
from tests.builders import areas
from tests.infra.recording import Program

PROFILE = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-XSS-Protection": "0",
}


def _sent(program: Program, name: str) -> dict[str, str]:
    transforms = program.one("vercel:ProjectRoute", name).inputs["route"]["transforms"]
    assert {(each["type"], each["op"]) for each in transforms} == {("response.headers", "set")}
    return {json.loads(each["target"])["key"]: json.loads(each["args"]) for each in transforms}


def test_every_path_gets_the_whole_profile(program: Program) -> None:
    route = program.one("vercel:ProjectRoute", "headers-all").inputs
    sent = _sent(program, "headers-all")
    assert route["enabled"] is True
    assert all(re.match(route["route"]["src"], path) for path in ("/", "/book/now", "/_app/immutable/x.js"))
    assert PROFILE.items() <= sent.items()
    assert set(sent) == {*PROFILE, "Content-Security-Policy", "Permissions-Policy"}


def test_the_edge_sends_only_directives_that_need_no_nonce(staging: Program, production: Program) -> None:
    for program, host in ((staging, "sandbox.payfast.co.za"), (production, "www.payfast.co.za")):
        assert _sent(program, "headers-all")["Content-Security-Policy"] == (
            f"object-src 'none'; base-uri 'none'; form-action 'self' https://{host}; frame-ancestors 'none'; "
            "upgrade-insecure-requests"
        )


def test_the_app_is_given_the_whole_policy_as_its_contract(program: Program) -> None:
    contract = program.output("headerContract")
    assert contract["mode"] == "auto"
    assert contract["directives"] == areas(program.output("environment"))["headers"]["contentSecurityPolicy"]
    assert "https://*.ingest.de.sentry.io" in contract["directives"]["connect-src"]
    assert contract["directives"]["report-uri"] == ["/api/v1/csp-reports"]


def test_rules_can_judge_the_whole_profile_and_this_stacks_payment_host(staging: Program, production: Program) -> None:
    for program, host in ((staging, "sandbox.payfast.co.za"), (production, "www.payfast.co.za")):
        profile = program.one("brightbroom:hosting:SecurityHeaders").inputs
        assert profile["paymentHosts"] == [f"https://{host}"]
        assert profile["csp"] == program.output("headerContract")["directives"]
        assert PROFILE.items() <= profile["headers"].items()


def test_the_whole_profile_is_registered_for_the_rules_over_the_stack(program: Program) -> None:
    """They see what a component registers as outputs, not its inputs."""
    profile = program.one("brightbroom:hosting:SecurityHeaders")
    registered = dict(program.component_outputs[profile.urn])
    assert registered.pop("app_contract") == program.output("headerContract")
    assert registered == profile.marked


def test_personal_answers_are_never_cached(program: Program) -> None:
    assert _sent(program, "headers-no-store") == {"Cache-Control": "no-store"}
    source = program.one("vercel:ProjectRoute", "headers-no-store").inputs["route"]["src"]
    assert all(re.match(source, path) for path in ("/api", "/api/v1/bookings", "/account", "/payment/done"))
    assert not any(re.match(source, path) for path in ("/", "/apiary", "/accounts", "/book/api"))


def test_every_route_says_where_it_stands(program: Program) -> None:
    """The vendor's plugin crashes in its check when no position is given."""
    for route in program.all("vercel:ProjectRoute"):
        assert route.inputs["position"] == {"placement": "start"}


@pytest.mark.parametrize(
    ("directives", "text"),
    [
        ({"default-src": ["'self'"], "upgrade-insecure-requests": []}, "default-src 'self'; upgrade-insecure-requests"),
        ({}, ""),
    ],
)
def test_a_policy_is_written_as_one_header_value(directives: dict[str, list[str]], text: str) -> None:
    assert policy_text(directives) == text


@pytest.mark.parametrize(("path", "matches"), [("/a", True), ("/a/b", True), ("/ab", False), ("/x/a", False)])
def test_a_prefix_covers_whole_segments(path: str, matches: bool) -> None:
    assert bool(re.match(prefixes_pattern(["/a/", "/b"]), path)) is matches
