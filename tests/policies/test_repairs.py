"""Repairs of the header rules: what is sent instead passes, changes nothing else, and is repaired no second time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest

from policies.catalogue import judge, levels, registry
from policies.catalogue import types as t
from policies.catalogue.model import Level, Outcome, Rule
from policies.catalogue.resource import SECRET, UNKNOWN, Resource
from tests.policies import samples
from tests.policies.cases.form import TODAY, changed
from tests.policies.samples.build import transforms

HEADER = {"HDR-08": "X-XSS-Protection", "HDR-09": "X-Content-Type-Options", "HDR-10": "Referrer-Policy"}
BROKEN = [
    ("HDR-08", "1; mode=block", "0"),
    ("HDR-09", "sniff", "nosniff"),
    ("HDR-10", "unsafe-url", "strict-origin-when-cross-origin"),
]
COURT = judge.court("production", TODAY)


def _rule(code: str) -> Rule:
    return next(rule for rule in registry.rules() if rule.id == code)


def _mended(code: str, route: Resource) -> Mapping[str, Any]:
    rule = _rule(code)
    assert rule.mend is not None
    return rule.mend(route, COURT.scope(rule))


def _with(route: Resource, properties: Mapping[str, Any]) -> Resource:
    return dataclasses.replace(route, properties={**route.properties, **properties})


def _route(declared: Mapping[str, Any]) -> Resource:
    return _with(samples.stack()["headers"], {"route": {"src": "/.*", "caseSensitive": True, **declared}})


def _in_transforms(code: str, value: str) -> Resource:
    others = transforms({"Server": "", HEADER[code].upper(): value})
    request = {"type": "request.headers", "op": "set", "target": json.dumps({"key": HEADER[code]}), "args": '"x"'}
    return _route({"transforms": [request, *others]})


def _in_headers(code: str, value: str) -> Resource:
    return _route({"headers": {"x-other": "1", HEADER[code].lower(): value}})


@pytest.mark.parametrize("place", [_in_transforms, _in_headers])
@pytest.mark.parametrize(("code", "bad", "good"), BROKEN)
def test_a_repaired_route_passes_and_is_repaired_no_second_time(code: str, bad: str, good: str, place: Any) -> None:
    route = place(code, bad)
    assert COURT.judge(_rule(code), route).outcome is Outcome.FAIL
    mended = _with(route, _mended(code, route))
    assert mended.properties == place(code, good).properties
    assert COURT.judge(_rule(code), mended).outcome is Outcome.PASS
    assert _mended(code, mended) == {}


@pytest.mark.parametrize(("code", "bad", "good"), BROKEN)
def test_every_place_that_sets_the_header_is_repaired(code: str, bad: str, good: str) -> None:
    again = {"type": "response.headers", "op": "append", "target": json.dumps({"key": HEADER[code]}), "args": bad}
    away = {**again, "op": "delete"}
    route = _route({"headers": {HEADER[code]: bad}, "transforms": [*transforms({HEADER[code]: bad}), away, again]})
    mended = _mended(code, route)["route"]
    assert mended["headers"] == {HEADER[code]: good}
    first, second, third = mended["transforms"]
    assert (first, second) == (*transforms({HEADER[code]: good}), away)
    assert (third["op"], json.loads(third["args"])) == ("set", good)
    assert COURT.judge(_rule(code), _with(route, {"route": mended})).outcome is Outcome.PASS


@pytest.mark.parametrize("code", HEADER)
def test_nothing_is_repaired_where_nothing_is_broken_or_not_everything_can_be_read(code: str) -> None:
    stack = samples.stack()
    assert _mended(code, stack["headers"]) == {}
    assert _mended(code, stack["no-store"]) == {}
    for _, bad, _ in (each for each in BROKEN if each[0] == code):
        assert _mended(code, _with(_in_headers(code, bad), {"enabled": False})) == {}
        for mark in (UNKNOWN, SECRET):
            assert _mended(code, _route({"headers": {HEADER[code]: bad}, "dest": mark})) == {}
            assert _mended(code, _route({"headers": {HEADER[code]: bad}, "transforms": mark})) == {}


def test_a_good_value_of_ones_own_is_kept() -> None:
    (route,) = [changed(samples.stack(), (("headers", "header:Referrer-Policy", "no-referrer"),))["headers"]]
    assert _mended("HDR-10", route) == {}


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_exactly_the_rules_with_a_repair_of_a_header_are_set_to_repair(stack: str) -> None:
    settings = levels.of_stack(stack)
    repaired = {code for code, setting in settings.items() if setting.level is Level.REMEDIATE}
    assert {code for code in repaired if code.startswith("HDR")} == set(HEADER)
    assert all(t.VERCEL_ROUTE in _rule(code).applies_to for code in HEADER)
