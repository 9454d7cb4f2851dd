"""What a change of inputs means: nothing, an update or a replacement; asked of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.provider.experimental.provider import PropertyDiffKind

from neon_provider.convert import Properties
from neon_provider.resources import RESOURCES
from neon_provider.resources.base import Change
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
    Made,
    Neon,
)

OTHER: dict[str, Any] = {
    "pgVersion": 16,
    "storePasswords": False,
    "historyRetentionSeconds": 3600,
    "defaultBranch": {"name": "trunk"},
    "defaultEndpoint": {"maxCu": 2},
    "endpointDefaults": {"maxCu": 2},
    "allowedIps": ["203.0.113.0/24"],
    "allowedIpsProtectedOnly": True,
    "blockPublicConnections": True,
    "blockVpcConnections": True,
    "logicalReplication": True,
    "maintenanceWindow": {"weekdays": [1], "startTime": "02:00", "endTime": "03:00"},
    "quota": {"writtenDataBytes": 5},
    "preloadLibraries": {"useDefaults": False, "enabledLibraries": ["timescaledb"]},
    "deletionProtection": False,
    "protected": True,
    "ttlSeconds": 3600,
    "archived": True,
    "setAsDefault": True,
    "annotations": {"team": "shop"},
    "minCu": 0.5,
    "maxCu": 2,
    "suspendTimeoutSeconds": 60,
    "disabled": True,
    "pgSettings": {"work_mem": "8MB"},
    "noLogin": True,
    "items": [{"frequency": "weekly", "day": 1}],
    "parentTimestamp": "2026-01-01T00:00:00Z",
    "expiresAt": "2026-01-02T00:00:00Z",
    "timestamp": "2026-01-01T00:00:00Z",
    "retainOnDelete": True,
    "maskingRules": [
        {"database": "shop", "schema": "public", "table": "people", "column": "name", "maskingValue": "x"}
    ],
    "cents": 500,
}
"""Another value for each property; a text where none is given."""

BEFORE: dict[str, Any] = {
    "quota": {"writtenDataBytes": 1},
    "parentTimestamp": "2025-01-01T00:00:00Z",
    "expiresAt": "2025-01-02T00:00:00Z",
    "timestamp": "2025-01-01T00:00:00Z",
    "items": [{"frequency": "daily"}],
}
"""A value before, where a text is not enough."""

CHANGES = [(token, key) for token, resource in RESOURCES.items() for key in resource.properties]
ON_BRANCH = {"projectId", "branchId"}
ORIGIN = {"projectId", "parentId", "parentLsn", "parentTimestamp", "initSource", "archived", "annotations"}
REPLACING = {
    PROJECT: {"regionId", "pgVersion", "orgId", "storePasswords"},
    BRANCH: ORIGIN,
    ANONYMIZED: ORIGIN,
    ENDPOINT: {*ON_BRANCH, "type"},
    ROLE: {*ON_BRANCH, "name", "noLogin"},
    DATABASE: ON_BRANCH,
    SCHEDULE: ON_BRANCH,
    SNAPSHOT: {*ON_BRANCH, "timestamp", "lsn"},
    API_KEY: {"orgId", "name", "projectId"},
    LIMIT: {"orgId"},
}
KEPT = {"defaultBranch", "defaultEndpoint", "endpointDefaults", "maintenanceWindow"}
"""What Neon has no default for that one could go back to."""


@pytest.fixture(scope="module")
def neon() -> Iterator[Neon]:
    """One for all: nothing is asked of it."""
    with Neon() as found:
        yield found


def made(type_token: str, **state: Any) -> Made:
    required = {key: "x" for key, prop in RESOURCES[type_token].properties.items() if prop.required}
    held = {**required, **({"items": BEFORE["items"]} if type_token == SCHEDULE else {}), **state}
    return Made(type_token, "it", "p/b/x", held, held)


def test_the_table_of_what_replaces() -> None:
    declared = {
        token: {key for key, prop in resource.properties.items() if prop.change is Change.REPLACE}
        for token, resource in RESOURCES.items()
    }
    assert declared == REPLACING


@pytest.mark.parametrize("type_token", RESOURCES)
def test_equal_inputs_are_no_change(neon: Neon, type_token: str) -> None:
    whole = made(type_token, **{key: OTHER.get(key, "y") for key in RESOURCES[type_token].properties})
    response = neon.diff(whole, whole.inputs)
    assert (response.changes, response.replaces, response.diffs, response.detailed_diff) == (False, [], [], {})
    assert neon.service.requests == []


@pytest.mark.parametrize(("type_token", "key"), CHANGES)
def test_another_value_of_a_property_updates_or_replaces(neon: Neon, type_token: str, key: str) -> None:
    before = made(type_token, **{key: BEFORE.get(key, "old")})
    response = neon.diff(before, {**before.inputs, key: OTHER.get(key, "y")})
    replaces = key in REPLACING[type_token]
    kind = PropertyDiffKind.UPDATE_REPLACE if replaces else PropertyDiffKind.UPDATE
    assert response.changes
    assert response.diffs == [key]
    assert response.replaces == ([key] if replaces else [])
    assert response.detailed_diff
    assert response.detailed_diff[key].kind is kind
    assert not neon.diff(before, {**before.inputs, key: OTHER.get(key, "y")}, [key]).changes


@pytest.mark.parametrize(("type_token", "key"), CHANGES)
def test_a_value_that_is_not_known_yet_is_a_change(neon: Neon, type_token: str, key: str) -> None:
    before = made(type_token, **{key: OTHER.get(key, "old")})
    assert neon.diff(before, {**before.inputs, key: UNKNOWN}).diffs == [key]


OPTIONAL = [(token, key) for token, key in CHANGES if not RESOURCES[token].properties[key].required]


@pytest.mark.parametrize(("type_token", "key"), OPTIONAL)
def test_a_property_added_or_taken_away(neon: Neon, type_token: str, key: str) -> None:
    """What is fixed at creation counts as unmanaged when it is left out: losing a line never replaces an object."""
    bare, whole = made(type_token), made(type_token, **{key: OTHER.get(key, "y")})
    replaces = key in REPLACING[type_token]
    added = neon.diff(bare, whole.inputs)
    assert (added.diffs, added.replaces) == ([key], [key] if replaces else [])
    taken = neon.diff(whole, bare.inputs)
    stays = replaces or key in KEPT or (type_token, key) in ((SNAPSHOT, "name"), (ENDPOINT, "name"))
    assert (taken.diffs, taken.replaces) == ([] if stays else [key], [])
    assert taken.changes is not stays


def test_leaving_out_what_neon_has_by_default_is_no_change(neon: Neon) -> None:
    for type_token, resource in RESOURCES.items():
        defaults = {key: prop.default for key, prop in resource.properties.items() if prop.default is not None}
        assert not neon.diff(made(type_token, **defaults), made(type_token).inputs).changes, type_token


SAME: list[tuple[str, Properties, Properties]] = [
    (PROJECT, {"allowedIps": ["10.0.0.1", "10.0.0.2"]}, {"allowedIps": ["10.0.0.2", "10.0.0.1"]}),
    (PROJECT, {"quota": {"writtenDataBytes": 5, "activeTimeSeconds": 0}}, {"quota": {"writtenDataBytes": 5}}),
    (PROJECT, {"defaultBranch": {"name": "main", "roleName": "owner"}}, {"defaultBranch": {"name": "main"}}),
    (BRANCH, {"parentTimestamp": "2026-01-01T00:00:00Z"}, {"parentTimestamp": "2026-01-01T02:00:00+02:00"}),
    (BRANCH, {"expiresAt": "2026-01-01T00:00:00.000000Z"}, {"expiresAt": "2026-01-01T00:00:00Z"}),
    (
        SCHEDULE,
        {
            "items": [
                {"frequency": "daily", "hour": 0, "retentionSeconds": 2_592_000},
                {"frequency": "weekly", "day": 1},
            ]
        },
        {"items": [{"frequency": "weekly", "day": 1, "hour": 0}, {"frequency": "daily"}]},
    ),
]


@pytest.mark.parametrize(("type_token", "old", "new"), SAME)
def test_another_way_to_say_the_same_is_no_change(
    neon: Neon, type_token: str, old: Properties, new: Properties
) -> None:
    before = made(type_token, **old)
    assert not neon.diff(before, {**before.inputs, **new}).changes


FIRST: list[tuple[str, Properties, Properties, bool]] = [
    (BRANCH, {"name": "main", "initSource": "parent-data"}, {"initSource": "schema-only"}, True),
    (BRANCH, {"name": "main", "initSource": "parent-data"}, {"initSource": "schema-only", "name": "other"}, False),
    (ENDPOINT, {"type": "read_only"}, {"type": "read_write"}, True),
    (ENDPOINT, {"type": "read_write"}, {"type": "read_only"}, False),
    (ENDPOINT, {}, {"branchId": "br-other"}, False),
    (ROLE, {}, {"noLogin": True}, True),
    (ROLE, {}, {"name": "other"}, False),
    (ROLE, {}, {"branchId": "br-other"}, False),
    (DATABASE, {}, {"branchId": "br-other"}, False),
    (SCHEDULE, {}, {"branchId": "br-other"}, False),
    (PROJECT, {"regionId": "aws-us-east-1"}, {"regionId": "aws-eu-central-1"}, False),
]


@pytest.mark.parametrize(("type_token", "old", "new", "first"), FIRST)
def test_the_old_object_goes_first_only_where_the_new_one_takes_its_name_or_place(
    neon: Neon, type_token: str, old: Properties, new: Properties, first: bool
) -> None:
    before = made(type_token, **old)
    response = neon.diff(before, {**before.inputs, **new})
    assert response.replaces
    assert response.delete_before_replace is first


def test_a_limit_taken_out_of_the_quota_is_a_change(neon: Neon) -> None:
    before = made(PROJECT, quota={"writtenDataBytes": 5, "activeTimeSeconds": 9})
    assert neon.diff(before, {**before.inputs, "quota": {"writtenDataBytes": 5}}).diffs == ["quota"]
