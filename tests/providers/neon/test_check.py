"""What check says: every problem at once, by property, and nothing about values that are not known yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neon_provider.checks import utc_now
from neon_provider.convert import UNKNOWN as PLAIN_UNKNOWN
from neon_provider.convert import Properties
from neon_provider.resources import RESOURCES
from tests.providers.neon.harness import (
    ANONYMIZED,
    API_KEY,
    BRANCH,
    DATABASE,
    ENDPOINT,
    LIMIT,
    PROJECT,
    ROLE,
    SCHEDULE,
    SNAPSHOT,
    UNKNOWN,
    Neon,
)

ON_BRANCH: Properties = {"projectId": "quiet-river-12345678", "branchId": "br-late-sun-12345678"}
VALID: dict[str, Properties] = {
    PROJECT: {"name": "shop", "regionId": "aws-eu-central-1"},
    BRANCH: {"projectId": "quiet-river-12345678", "name": "preview"},
    ENDPOINT: ON_BRANCH,
    ROLE: {**ON_BRANCH, "name": "app"},
    DATABASE: {**ON_BRANCH, "name": "shop", "ownerName": "app"},
    SCHEDULE: {**ON_BRANCH, "items": [{"frequency": "daily", "hour": 2, "retentionSeconds": 2_592_000}]},
    SNAPSHOT: ON_BRANCH,
    ANONYMIZED: {
        "projectId": "quiet-river-12345678",
        "name": "masked",
        "maskingRules": [
            {"database": "shop", "schema": "public", "table": "people", "column": "name", "maskingValue": "x"}
        ],
    },
    API_KEY: {"orgId": "org-quiet-river-12345678", "name": "deploy"},
    LIMIT: {"orgId": "org-quiet-river-12345678", "cents": 5000},
}
DAY = timedelta(days=1)


def moment(ahead: timedelta) -> str:
    return (utc_now() + ahead).isoformat(timespec="seconds")


def problems(type_token: str, plan: str = "scale", old: Properties | None = None, **changes: Any) -> dict[str, str]:
    return dict(RESOURCES[type_token].check(old or {}, {**VALID[type_token], **changes}, plan))


@pytest.mark.parametrize("type_token", VALID)
def test_the_least_a_resource_needs_is_accepted(type_token: str) -> None:
    assert problems(type_token) == {}


@pytest.mark.parametrize("type_token", VALID)
def test_every_missing_and_every_unknown_property_is_named_at_once(neon: Neon, type_token: str) -> None:
    required = {key for key, prop in RESOURCES[type_token].properties.items() if prop.required}
    found = neon.check(type_token, {"nmae": "x", "colour": 1})
    assert set(found) == required | {"nmae", "colour"}
    assert all(found[key] == "is required" for key in required)
    assert all(prop in found["nmae"] for prop in RESOURCES[type_token].properties)
    assert neon.service.requests == []


@pytest.mark.parametrize("type_token", VALID)
def test_values_that_are_not_known_yet_are_passed_over(neon: Neon, type_token: str) -> None:
    together = {"parentTimestamp", "timestamp", "ttlSeconds"}  # judged by being there, with an LSN and expiresAt
    given = {key: UNKNOWN for key in RESOURCES[type_token].properties if key not in together}
    assert neon.check(type_token, given) == {}


def test_a_value_with_an_unknown_part_is_passed_over() -> None:
    assert problems(SCHEDULE, items=[{"frequency": "hourly", "hour": PLAIN_UNKNOWN}]) == {}


def test_every_problem_of_a_project_is_told_at_once(neon: Neon) -> None:
    found = neon.check(
        PROJECT,
        {
            "name": "",
            "regionId": "mars-1",
            "pgVersion": 12,
            "historyRetentionSeconds": 2_592_001,
            "allowedIps": ["203.0.113.0/24", "nowhere", "10.0.0.9-10.0.0.12", "10.0.0.0/33"],
            "auditLogLevel": "some",
            "defaultBranch": {"name": "", "roleName": "postgres", "databaseName": "x" * 64},
            "defaultEndpoint": {"minCu": 4, "maxCu": 2, "suspendTimeoutSeconds": 10},
            "endpointDefaults": {"minCu": 0.3, "maxCu": 17},
            "maintenanceWindow": {"weekdays": [1, 1], "startTime": "25:00", "endTime": "26:00"},
            "quota": {"writtenDataBytes": -1},
        },
    )
    assert set(found) == {
        "name",
        "regionId",
        "pgVersion",
        "historyRetentionSeconds",
        "allowedIps[1]",
        "allowedIps[3]",
        "auditLogLevel",
        "defaultBranch.name",
        "defaultBranch.roleName",
        "defaultBranch.databaseName",
        "defaultEndpoint.minCu",
        "defaultEndpoint.suspendTimeoutSeconds",
        "endpointDefaults.minCu",
        "endpointDefaults.maxCu",
        "maintenanceWindow.weekdays",
        "maintenanceWindow.startTime",
        "quota.writtenDataBytes",
    }


BAD: list[tuple[str, Properties, str]] = [
    (PROJECT, {"name": "x" * 257}, "name"),
    (
        PROJECT,
        {"maintenanceWindow": {"weekdays": [7], "startTime": "02:00", "endTime": "02:59"}},
        "maintenanceWindow.endTime",
    ),
    (
        PROJECT,
        {"maintenanceWindow": {"weekdays": [], "startTime": "02:00", "endTime": "03:00"}},
        "maintenanceWindow.weekdays",
    ),
    (PROJECT, {"defaultEndpoint": {"minCu": 1, "maxCu": 16}}, "defaultEndpoint.maxCu"),
    (PROJECT, {"defaultEndpoint": {"minCu": 16, "maxCu": 18}}, "defaultEndpoint.maxCu"),
    (BRANCH, {"projectId": "UP"}, "projectId"),
    (BRANCH, {"parentId": "late-sun-12345678"}, "parentId"),
    (BRANCH, {"parentLsn": "0-1"}, "parentLsn"),
    (BRANCH, {"parentTimestamp": moment(DAY)}, "parentTimestamp"),
    (BRANCH, {"parentTimestamp": "yesterday"}, "parentTimestamp"),
    (BRANCH, {"parentTimestamp": "2026-01-01T00:00:00"}, "parentTimestamp"),
    (BRANCH, {"parentLsn": "0/1A", "parentTimestamp": moment(-DAY)}, "parentTimestamp"),
    (BRANCH, {"initSource": "copy"}, "initSource"),
    (BRANCH, {"ttlSeconds": 59}, "ttlSeconds"),
    (BRANCH, {"ttlSeconds": 2_592_001}, "ttlSeconds"),
    (BRANCH, {"expiresAt": moment(-DAY)}, "expiresAt"),
    (BRANCH, {"expiresAt": moment(31 * DAY)}, "expiresAt"),
    (BRANCH, {"expiresAt": "2026-12-01"}, "expiresAt"),
    (BRANCH, {"expiresAt": moment(DAY), "ttlSeconds": 60}, "ttlSeconds"),
    (BRANCH, {"expiresAt": moment(DAY), "protected": True}, "protected"),
    (BRANCH, {"ttlSeconds": 60, "setAsDefault": True}, "protected"),
    (BRANCH, {"annotations": {f"k{n}": "v" for n in range(50)}}, "annotations"),
    (ENDPOINT, {"branchId": "ep-late-sun-12345678"}, "branchId"),
    (ENDPOINT, {"type": "write_only"}, "type"),
    (ENDPOINT, {"name": "x" * 65}, "name"),
    (ENDPOINT, {"minCu": 3, "maxCu": 2}, "minCu"),
    (ENDPOINT, {"maxCu": 57}, "maxCu"),
    (ENDPOINT, {"suspendTimeoutSeconds": 604_801}, "suspendTimeoutSeconds"),
    (ROLE, {"name": "ä" * 32}, "name"),
    (ROLE, {"name": "pg_monitor"}, "name"),
    (ROLE, {"name": "neon_superuser"}, "name"),
    (DATABASE, {"name": "template1"}, "name"),
    (DATABASE, {"name": ""}, "name"),
    (SCHEDULE, {"items": [{"frequency": "hourly"}]}, "items[0].frequency"),
    (SCHEDULE, {"items": [{"frequency": "daily", "hour": 24}]}, "items[0].hour"),
    (SCHEDULE, {"items": [{"frequency": "daily", "day": 1}]}, "items[0].day"),
    (SCHEDULE, {"items": [{"frequency": "weekly", "day": 8}]}, "items[0].day"),
    (SCHEDULE, {"items": [{"frequency": "weekly"}]}, "items[0].day"),
    (SCHEDULE, {"items": [{"frequency": "monthly", "day": 32}]}, "items[0].day"),
    (SCHEDULE, {"items": [{"frequency": "daily", "retentionSeconds": 3_024_001}]}, "items[0].retentionSeconds"),
    (SCHEDULE, {"items": [{"frequency": "daily", "retentionSeconds": 3599}]}, "items[0].retentionSeconds"),
    (SCHEDULE, {"items": [{"frequency": "daily", "hour": 1}, {"frequency": "daily", "hour": 1}]}, "items[1]"),
]


@pytest.mark.parametrize(("type_token", "changes", "where"), BAD)
def test_a_value_neon_would_refuse_is_refused_at_its_property(type_token: str, changes: Properties, where: str) -> None:
    assert set(problems(type_token, **changes)) == {where}


GOOD: list[tuple[str, Properties]] = [
    (PROJECT, {"name": "x" * 256, "pgVersion": 18, "historyRetentionSeconds": 0, "allowedIps": []}),
    (PROJECT, {"allowedIps": ["203.0.113.7", "203.0.113.0/24", "10.0.0.1-10.0.0.9", "2001:db8::/32"]}),
    (PROJECT, {"maintenanceWindow": {"weekdays": [1, 7], "startTime": "23:00", "endTime": "00:00"}}),
    (PROJECT, {"defaultEndpoint": {"minCu": 8, "maxCu": 16, "suspendTimeoutSeconds": -1}}),
    (PROJECT, {"defaultEndpoint": {"minCu": 56, "maxCu": 56, "suspendTimeoutSeconds": 0}}),
    (PROJECT, {"quota": {"activeTimeSeconds": 0}}),
    (BRANCH, {"parentLsn": "0/1A2B3C4D", "initSource": "schema-only"}),
    (BRANCH, {"parentTimestamp": moment(-DAY)}),
    (BRANCH, {"expiresAt": moment(29 * DAY)}),
    (BRANCH, {"ttlSeconds": 2_592_000}),
    (ENDPOINT, {"type": "read_only", "minCu": 0.25, "maxCu": 0.5, "suspendTimeoutSeconds": 60}),
    (ROLE, {"name": "ä" * 31}),
    (DATABASE, {"name": "postgresql"}),
    (
        SCHEDULE,
        {
            "items": [
                {"frequency": "daily"},
                {"frequency": "weekly", "day": 7, "hour": 23},
                {"frequency": "monthly", "day": 28, "retentionSeconds": 3600},
            ]
        },
    ),
]


@pytest.mark.parametrize(("type_token", "changes"), GOOD)
def test_a_value_at_its_limit_is_accepted(type_token: str, changes: Properties) -> None:
    assert problems(type_token, **changes) == {}


PLANS: list[tuple[str, str, Properties, str]] = [
    ("free", PROJECT, {"historyRetentionSeconds": 21_601}, "historyRetentionSeconds"),
    ("launch", PROJECT, {"historyRetentionSeconds": 604_801}, "historyRetentionSeconds"),
    ("launch", PROJECT, {"allowedIps": ["203.0.113.0/24"]}, "allowedIps"),
    ("free", PROJECT, {"defaultEndpoint": {"maxCu": 3}}, "defaultEndpoint.maxCu"),
    ("launch", ENDPOINT, {"minCu": 18, "maxCu": 18}, "minCu"),
    ("free", BRANCH, {"protected": True}, "protected"),
    ("free", SCHEDULE, {}, "items"),
    ("free", LIMIT, {}, "cents"),
]


@pytest.mark.parametrize(("plan", "type_token", "changes", "where"), PLANS)
def test_what_the_plan_lacks_is_refused_and_names_the_plan(
    plan: str, type_token: str, changes: Properties, where: str
) -> None:
    found = problems(type_token, plan, **changes)
    assert where in found
    assert plan in found[where]
    assert problems(type_token, "scale", **changes) == {}
    assert problems(type_token, "unknown", **changes) == {}


def test_what_cannot_be_undone_is_refused() -> None:
    old = {**VALID[PROJECT], "logicalReplication": True, "defaultBranch": {"roleName": "owner", "databaseName": "shop"}}
    assert set(problems(PROJECT, old=old)) == {"logicalReplication"}
    assert set(problems(PROJECT, old=old, logicalReplication=False)) == {"logicalReplication"}
    renamed = {"roleName": "other", "databaseName": "other", "name": "anything"}
    found = problems(PROJECT, old=old, logicalReplication=True, defaultBranch=renamed)
    assert set(found) == {"defaultBranch.roleName", "defaultBranch.databaseName"}
    assert "'owner'" in found["defaultBranch.roleName"]


def test_what_cannot_be_undone_is_not_judged_while_it_is_unknown(neon: Neon) -> None:
    old = {**VALID[PROJECT], "logicalReplication": True}
    assert neon.check(PROJECT, {**VALID[PROJECT], "logicalReplication": UNKNOWN}, old) == {}


def test_an_expiry_that_stands_already_is_not_judged_again_when_it_passed() -> None:
    passed = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    assert set(problems(BRANCH, expiresAt=passed)) == {"expiresAt"}
    assert problems(BRANCH, old={"expiresAt": passed}, expiresAt=passed) == {}


_SCALARS = st.one_of(st.booleans(), st.integers(-3, 70), st.floats(-1, 60), st.text(max_size=4), st.just("daily"))
_KEYS = st.sampled_from(
    ("name", "roleName", "minCu", "maxCu", "weekdays", "startTime", "activeTimeSeconds", "frequency", "day", "hour")
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=6,
)


@pytest.mark.parametrize("type_token", VALID)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_check_answers_whatever_it_is_given(type_token: str, data: st.DataObject) -> None:
    names = list(RESOURCES[type_token].properties)
    inputs = data.draw(st.dictionaries(st.sampled_from(names), _VALUES, max_size=5))
    olds = data.draw(st.dictionaries(st.sampled_from(names), _VALUES, max_size=2))
    for key, reason in RESOURCES[type_token].check(olds, inputs, "free"):
        assert key
        assert reason


@pytest.mark.parametrize(
    ("type_token", "changes", "where", "reason"),
    [
        (PROJECT, {"name": 5}, "name", "must be text, was 5"),
        (PROJECT, {"pgVersion": "17"}, "pgVersion", "must be a whole number, was '17'"),
        (PROJECT, {"pgVersion": True}, "pgVersion", "must be a whole number, was True"),
        (PROJECT, {"defaultBranch": "main"}, "defaultBranch", "must be an object, was 'main'"),
        (PROJECT, {"defaultBranch": {"nmae": "main"}}, "defaultBranch.nmae", "is no field; known are: name, protected"),
        (PROJECT, {"defaultEndpoint": {"minCu": "1"}}, "defaultEndpoint.minCu", "must be a number, was '1'"),
        (PROJECT, {"quota": {"cpu": 1}}, "quota.cpu", "is no field; known are: activeTimeSeconds"),
        (PROJECT, {"allowedIps": "203.0.113.0/24"}, "allowedIps", "must be a list of texts, was '203.0.113.0/24'"),
        (PROJECT, {"deletionProtection": "no"}, "deletionProtection", "must be true or false, was 'no'"),
        (ENDPOINT, {"minCu": "0.25"}, "minCu", "must be a number, was '0.25'"),
        (ENDPOINT, {"pgSettings": {"work_mem": 4}}, "pgSettings.work_mem", "must be text, was 4"),
        (SCHEDULE, {"items": ["daily"]}, "items[0]", "must be an object, was 'daily'"),
        (
            SCHEDULE,
            {"items": [{"frequency": "daily", "keep": 1}]},
            "items[0].keep",
            "is no field; known are: frequency",
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_with_the_kind_wanted(
    type_token: str, changes: Properties, where: str, reason: str
) -> None:
    found = problems(type_token, **changes)
    assert set(found) == {where}
    assert found[where].startswith(reason)
