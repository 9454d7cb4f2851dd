"""Whether a state and the service say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from rehearsal.engine import Properties, ResourceState, plain
from tests.providers.neon.sequence_live import PLAIN, Document, Key, Objects, key_of, live
from tests.providers.neon.sequence_program import slot_of

_COMPUTE: Final[Properties] = {"name": "", "suspendTimeoutSeconds": 0, "disabled": False, "pgSettings": {}}
_LEFT_OUT: Final[dict[str, Properties]] = {
    "Project": {
        "historyRetentionSeconds": 86_400,
        "allowedIps": [],
        "allowedIpsProtectedOnly": False,
        "blockPublicConnections": False,
        "auditLogLevel": "base",
        "quota": {},
        "preloadLibraries": PLAIN,
    },
    "Branch": {"protected": False, "expiresAt": None},
    "AnonymizedBranch": {"protected": False, "expiresAt": None},
    "Endpoint": {**_COMPUTE, "minCu": 0.25, "maxCu": 0.25, "preloadLibraries": PLAIN},
    "Snapshot": {"expiresAt": None},
}
"""What Neon has where a program says nothing, or says nothing any more."""
_NOT_AT_NEON: Final = frozenset({"deletionProtection", "retainOnDelete", "passwordRotation", "ttlSeconds"})


def keys(objects: Objects) -> set[Key]:
    """What stands; an anonymised branch is a branch."""
    return {(kind, key_of(kind, item)) for kind, items in objects.items() for item in items if kind != "anonymized"}


def differences(
    resources: Iterable[ResourceState], objects: Objects, strangers: set[Key], touched: set[str]
) -> list[str]:
    """Where state and service differ; what others made is not missed in the state. What a program leaves out is unmanaged,
    and not compared where others `touched` the resource, which is named by its slot."""
    found: list[str] = []
    held: Counter[Key] = Counter()
    for resource in resources:
        kind = resource.type.rpartition(":")[2]
        where = f"{kind} {resource.name}"
        if resource.delete or resource.pendingReplacement or resource.initErrors:
            found.append(f"{where} is left half done in the state: {resource.initErrors}")
        at, real, outputs = live(kind, resource, objects)
        held[at] += 1
        if real is None:
            found.append(f"{where} is in the state alone: {at}")
            continue
        given, told = plain(resource.inputs), plain(resource.outputs)
        managed = given if slot_of(resource.urn) in touched else {**_LEFT_OUT.get(kind, {}), **given}
        found += _unequal(f"{where} ({at[1]})", managed, real)
        found += [f"{where}: the state tells {k} as {told.get(k)!r} and not as declared" for k in _stale(given, told)]
        for key, value in outputs.items():
            if told.get(key) != value:
                found.append(f"{where}: the state tells {key} as {told.get(key)!r}, Neon has {value!r}")
    found += [f"{at} stands {count} times in the state" for at, count in held.items() if count > 1]
    standing = keys(objects)
    extra = standing - held.keys() - set(_theirs(objects, strangers)) - set(_by_itself(objects, held.keys()))
    found += [f"{at} is at Neon alone" for at in sorted(extra)]
    return found + _twice(objects)


def _stale(given: Properties, told: Properties) -> list[str]:
    return [key for key, value in given.items() if key != "annotations" and not _covers(value, told.get(key))]


def _covers(given: Any, told: Any) -> bool:
    if isinstance(given, dict) and isinstance(told, dict):
        return all(told.get(key) == value for key, value in given.items())
    return _alike(given, told)


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same, whatever the order of a list; a schedule's retention that is ours by default may be
    said or not."""
    if isinstance(one, list) and isinstance(other, list):
        one, other = ([_bare(item) for item in items] for items in (one, other))
        return len(one) == len(other) and all(item in other for item in one)
    return bool(one == other)


def _bare(item: Any) -> Any:
    if isinstance(item, dict) and item.get("retentionSeconds") == 2_592_000:
        return {key: value for key, value in item.items() if key != "retentionSeconds"}
    return item


def _unequal(where: str, given: Properties, live: Properties) -> list[str]:
    found: list[str] = []
    for key, value in given.items():
        if key in _NOT_AT_NEON or (key == "expiresAt" and "ttlSeconds" in given):
            continue
        if not _equal(key, value, live.get(key)):
            found.append(f"{where}: {key} is {value!r} in the program, {live.get(key)!r} at Neon")
    if "ttlSeconds" in given and not live.get("expiresAt"):
        found.append(f"{where}: it has a ttlSeconds, and no expiry at Neon")
    return found


def _equal(key: str, given: Any, live: Any) -> bool:
    if key == "expiresAt" and given and live:
        return datetime.fromisoformat(given) == datetime.fromisoformat(live)
    if key in ("defaultBranch", "defaultEndpoint", "endpointDefaults", "maintenanceWindow", "annotations"):
        return all((live or {}).get(name) == value for name, value in given.items())
    return _alike(given, live)


# ---- what stands without being declared -----------------------------------------------------------------------------


def _by_itself(objects: Objects, held: Iterable[Key]) -> Iterable[Key]:
    """What comes with a project, what a branch inherited (it is as old as the branch), what a schedule took."""
    ours = {key for kind, key in held if kind == "project"}
    branches = {item["id"]: item for item in objects["branch"]}
    for branch in objects["branch"]:
        if branch["default"] and branch["project_id"] in ours:
            yield "branch", branch["id"]
    for endpoint in objects["endpoint"]:
        if branches[endpoint["branch_id"]]["default"] and endpoint["type"] == "read_write":
            yield "endpoint", endpoint["id"]
    for kind in ("role", "database"):
        for item in objects[kind]:
            if item["created_at"] == branches[item["branch_id"]]["created_at"]:
                yield kind, key_of(kind, item)
    for snapshot in objects["snapshot"]:
        if not snapshot["manual"]:
            yield "snapshot", snapshot["id"]


def _theirs(objects: Objects, strangers: set[Key]) -> Iterable[Key]:
    """What others made, and what stands on a branch of theirs."""
    yield from strangers
    for kind, items in objects.items():
        for item in items:
            place = item.get("source_branch_id") if kind == "snapshot" else item.get("branch_id")
            if ("branch", place) in strangers and kind != "anonymized":
                yield kind, key_of(kind, item)


def _twice(objects: Objects) -> list[str]:
    """Names that two objects of one place share."""
    places: dict[str, Callable[[Document], Any]] = {
        "project": lambda item: item["name"],
        "branch": lambda item: (item["project_id"], item["name"]),
        "endpoint": lambda item: (item["branch_id"], item["name"]) if item["name"] else item["id"],
        "snapshot": lambda item: (item["_project_id"], item["name"]),
        "api_key": lambda item: re.sub(r" #[0-9a-f]{12}$", "", item["name"]),
    }
    found: list[str] = []
    for kind, place in places.items():
        counted = Counter(place(item) for item in objects[kind])
        found += [f"{count} of {kind} {at}" for at, count in counted.items() if count > 1]
    return found
