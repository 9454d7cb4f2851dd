"""What the fault matrix makes, and how it changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from neon_provider.convert import Properties
from rehearsal.clouds.neon.world import ORGANIZATION
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
)

LATER: Final = (datetime.now(UTC) + timedelta(days=10)).isoformat(timespec="seconds").replace("+00:00", "Z")
DAILY: Final[Properties] = {"frequency": "daily", "hour": 2, "retentionSeconds": 86_400}
WEEKLY: Final[Properties] = {"frequency": "weekly", "hour": 3, "day": 1, "retentionSeconds": 86_400}
COLUMN: Final[Properties] = {"database": "neondb", "schema": "public", "table": "people", "column": "name"}


@dataclass(frozen=True, slots=True)
class Place:
    """Ids of what the resources of the matrix stand on: a project, its default branch, two children and another root."""

    project: str
    main: str
    preview: str
    spare: str
    root: str


Inputs = Callable[[Place], Properties]


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource as it is made, and what of its inputs each change gives another value."""

    type: str
    made: Inputs
    changes: dict[str, Inputs]


KINDS: Final[dict[str, Kind]] = {
    "project": Kind(
        PROJECT,
        lambda at: {
            "name": "new",
            "regionId": "aws-eu-central-1",
            "deletionProtection": False,
            "defaultEndpoint": {"maxCu": 1},
            "defaultBranch": {"name": "main", "roleName": "app", "databaseName": "data"},
        },
        {
            "update": lambda at: {
                "name": "other",
                "historyRetentionSeconds": 7200,
                "allowedIps": ["192.0.2.1"],
                "defaultEndpoint": {"maxCu": 2},
                "defaultBranch": {"name": "trunk", "roleName": "app", "databaseName": "data"},
            },
            "replace": lambda at: {"regionId": "aws-us-east-1"},
        },
    ),
    "project without stored passwords": Kind(
        PROJECT,
        lambda at: {
            "name": "new",
            "regionId": "aws-eu-central-1",
            "storePasswords": False,
            "deletionProtection": False,
        },
        {},
    ),
    "branch": Kind(
        BRANCH,
        lambda at: {"projectId": at.project, "name": "new"},
        {
            "update": lambda at: {"name": "renamed", "expiresAt": LATER},
            "promotion": lambda at: {"setAsDefault": True},
            "replace": lambda at: {"initSource": "schema-only"},
            "replace by another": lambda at: {"name": "other", "parentId": at.spare},
        },
    ),
    "branch that becomes the default": Kind(
        BRANCH, lambda at: {"projectId": at.project, "name": "new", "setAsDefault": True, "protected": True}, {}
    ),
    "branch with a life": Kind(
        BRANCH,
        lambda at: {"projectId": at.project, "name": "new", "ttlSeconds": 86_400, "annotations": {"a": "b"}},
        {"update": lambda at: {"name": "renamed"}},
    ),
    "endpoint": Kind(
        ENDPOINT,
        lambda at: {"projectId": at.project, "branchId": at.spare, "maxCu": 1},
        {
            "update": lambda at: {"maxCu": 2, "suspendTimeoutSeconds": 120, "pgSettings": {"work_mem": "64MB"}},
            "replace": lambda at: {"branchId": at.root},
            "replace by a replica": lambda at: {"type": "read_only"},
        },
    ),
    "replica": Kind(
        ENDPOINT,
        lambda at: {"projectId": at.project, "branchId": at.spare, "type": "read_only", "maxCu": 1},
        {
            "update": lambda at: {"maxCu": 2, "name": "reports"},
            "replace": lambda at: {"branchId": at.main},
            "replace by the branch's own": lambda at: {"type": "read_write"},
        },
    ),
    "role": Kind(
        ROLE,
        lambda at: {"projectId": at.project, "branchId": at.main, "name": "new"},
        {
            "update": lambda at: {"passwordRotation": "2"},
            "replace": lambda at: {"noLogin": True},
            "replace by another": lambda at: {"name": "other"},
        },
    ),
    "role without login": Kind(
        ROLE, lambda at: {"projectId": at.project, "branchId": at.main, "name": "new", "noLogin": True}, {}
    ),
    "database": Kind(
        DATABASE,
        lambda at: {
            "projectId": at.project,
            "branchId": at.main,
            "name": "new",
            "ownerName": "neondb_owner",
            "deletionProtection": False,
        },
        {
            "update": lambda at: {"name": "other", "ownerName": "second"},
            "replace": lambda at: {"branchId": at.preview},
        },
    ),
    "schedule": Kind(
        SCHEDULE,
        lambda at: {"projectId": at.project, "branchId": at.main, "items": [DAILY]},
        {"update": lambda at: {"items": [DAILY, WEEKLY]}, "replace": lambda at: {"branchId": at.root}},
    ),
    "snapshot": Kind(
        SNAPSHOT,
        lambda at: {"projectId": at.project, "branchId": at.main},
        {
            "update": lambda at: {"name": "before the release", "expiresAt": LATER},
            "replace": lambda at: {"branchId": at.root},
        },
    ),
    "snapshot with a name": Kind(
        SNAPSHOT,
        lambda at: {"projectId": at.project, "branchId": at.main, "name": "one", "expiresAt": LATER},
        {"replace": lambda at: {"branchId": at.root}},
    ),
    "anonymized branch": Kind(
        ANONYMIZED,
        lambda at: {"projectId": at.project, "name": "new", "maskingRules": [{**COLUMN, "maskingValue": "x"}]},
        {
            "update": lambda at: {"name": "renamed", "maskingRules": [{**COLUMN, "maskingValue": "y"}]},
            "replace": lambda at: {"parentId": at.spare},
        },
    ),
    "key": Kind(
        API_KEY,
        lambda at: {"orgId": ORGANIZATION, "name": "new"},
        {"replace": lambda at: {"projectId": at.project}},
    ),
    "spending limit": Kind(
        LIMIT, lambda at: {"orgId": ORGANIZATION, "cents": 5000}, {"update": lambda at: {"cents": 6000}}
    ),
}
