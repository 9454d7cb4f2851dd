"""What the plugin's functions say of their arguments, and that the schema says the same of them."""

from __future__ import annotations

from typing import Any

import pytest

from neon_provider.functions import FUNCTIONS
from tests.providers.neon.asking import SCHEMA, ask
from tests.providers.neon.harness import Neon

GOOD: dict[str, Any] = {
    "projectId": "quiet-river-12345678",
    "branchId": "br-late-sun-12345678",
    "name": "app",
    "databaseName": "app",
    "roleName": "app",
    "from": "2026-11-01T00:00:00Z",
    "to": "2026-11-08T00:00:00Z",
    "granularity": "hourly",
    "metrics": ["compute_unit_seconds"],
}


@pytest.mark.parametrize("token", FUNCTIONS)
def test_arguments_and_secrets_are_those_of_the_schema(token: str) -> None:
    schema, function = SCHEMA["functions"][token], FUNCTIONS[token]
    inputs = schema.get("inputs", {})
    assert set(function.arguments) == set(inputs.get("properties", {}))
    required = {key for key, argument in function.arguments.items() if argument.required}
    assert required == set(inputs.get("required", []))
    outputs = schema["outputs"]["properties"]
    assert function.secret == {key for key, item in outputs.items() if item.get("secret")}


def test_the_schema_has_no_other_functions() -> None:
    assert set(SCHEMA["functions"]) == set(FUNCTIONS)


@pytest.mark.parametrize("token", FUNCTIONS)
def test_everything_missing_and_everything_unknown_is_told_at_once(token: str) -> None:
    function = FUNCTIONS[token]
    required = {key for key, argument in function.arguments.items() if argument.required}
    found = dict(function.check({"nonsense": 1}))
    assert {key for key, reason in found.items() if reason == "is required"} == required
    assert found["nonsense"] == f"is no argument; known are: {', '.join(function.arguments)}"
    assert function.check({key: GOOD[key] for key in required}) == []


WRONG: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("getProject", {"projectId": "Shop!"}, {"projectId": "'Shop!' is no id"}),
    ("getProject", {"projectId": ""}, {"projectId": "is required"}),
    ("getProject", {"projectId": 5}, {"projectId": "must be text, was 5"}),
    ("getBranch", {"name": "x" * 257}, {"name": "must be 1 to 256 characters"}),
    ("getRolePassword", {"name": "é" * 32}, {"name": "must be 1 to 63 bytes, was 64"}),
    ("getConnectionUri", {"pooled": "yes"}, {"pooled": "must be true or false, was 'yes'"}),
    (
        "getConnectionUri",
        {"endpointId": "br-x", "branchId": "ep-x"},
        {"endpointId": "is no id", "branchId": "is no id"},
    ),
    ("getOperations", {"limit": 0}, {"limit": "must be 1 to 1000, was 0"}),
    ("getOperations", {"limit": 2.5}, {"limit": "must be a whole number, was 2.5"}),
    ("latestSnapshot", {"maxAgeSeconds": 0}, {"maxAgeSeconds": "must be 1 second or more, was 0"}),
    ("getRegions", {"orgId": "brightbroom"}, {"orgId": "it looks like org-"}),
    ("getConsumption", {"from": "yesterday", "to": "2026-11-08T00:00:00"}, {"from": "RFC 3339", "to": "name its zone"}),
    ("getConsumption", {"to": GOOD["from"]}, {"to": "must be after from"}),
    ("getConsumption", {"to": "2026-11-08T00:00:01Z"}, {"from": "at most 168 hours"}),
    ("getConsumption", {"granularity": "daily", "to": "2027-01-01T00:00:00Z"}, {"from": "at most 60 days"}),
    ("getConsumption", {"granularity": "monthly", "to": "2027-11-30T00:00:00Z"}, {"from": "at most 1 year"}),
    ("getConsumption", {"granularity": "weekly"}, {"granularity": "one of hourly, daily, monthly, was 'weekly'"}),
    ("getConsumption", {"metrics": ["cpu"]}, {"metrics[0]": "one of compute_unit_seconds"}),
    ("getConsumption", {"metrics": []}, {"metrics": "is required"}),
    ("getConsumption", {"metrics": "compute_unit_seconds"}, {"metrics": "must be a list of texts"}),
    ("getConsumption", {"projectIds": ["a-1", "B"]}, {"projectIds[1]": "'B' is no id"}),
    ("getConsumption", {"projectIds": ["a-1"] * 101}, {"projectIds": "at most 100 items, had 101"}),
    (
        "getConsumption",
        {"from": "2026-11-08T00:00:00Z", "to": "2026-11-01T00:00:00Z", "granularity": "x", "orgId": "x", "more": 1},
        {"to": "must be after from", "granularity": "one of", "orgId": "is no id", "more": "is no argument"},
    ),
]


@pytest.mark.parametrize(("name", "changes", "expected"), WRONG)
def test_a_wrong_argument_is_told_with_what_was_given_and_what_is_allowed(
    neon: Neon, name: str, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    function = FUNCTIONS[f"neon:index:{name}"]
    args = {key: GOOD[key] for key, argument in function.arguments.items() if argument.required}
    failures = ask(neon, name, **{**args, **changes}).failures
    assert set(failures) == set(expected)
    for key, text in expected.items():
        assert text in failures[key]
    assert neon.sent() == []


def test_the_longest_periods_are_taken() -> None:
    function = FUNCTIONS["neon:index:getConsumption"]
    args = {key: GOOD[key] for key, argument in function.arguments.items() if argument.required}
    assert function.check(args) == []
    assert function.check({**args, "granularity": "daily", "to": "2026-12-31T00:00:00Z"}) == []
    assert function.check({**args, "granularity": "monthly", "to": "2027-11-01T00:00:00Z"}) == []
