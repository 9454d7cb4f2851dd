"""Whether a state and the service say the same. Reads the service's documents by itself, not by the plugin's code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Properties, ResourceState, plain
from tests.providers.neon.sequence_program import slot_of

Document: TypeAlias = dict[str, Any]
Objects: TypeAlias = Mapping[str, list[Document]]
Key: TypeAlias = tuple[str, str]
"""(kind, id); the id of a role or database is `<branch>/<name>`."""

_QUOTA: Final = (
    ("activeTimeSeconds", "active_time_seconds"),
    ("computeTimeSeconds", "compute_time_seconds"),
    ("writtenDataBytes", "written_data_bytes"),
    ("dataTransferBytes", "data_transfer_bytes"),
    ("logicalSizeBytes", "logical_size_bytes"),
)
_PLAIN: Final = {"useDefaults": True, "enabledLibraries": []}
_COMPUTE: Final[Properties] = {"name": "", "suspendTimeoutSeconds": 0, "disabled": False, "pgSettings": {}}
_LEFT_OUT: Final[dict[str, Properties]] = {
    "Project": {
        "historyRetentionSeconds": 86_400,
        "allowedIps": [],
        "allowedIpsProtectedOnly": False,
        "blockPublicConnections": False,
        "auditLogLevel": "base",
        "quota": {},
        "preloadLibraries": _PLAIN,
    },
    "Branch": {"protected": False, "expiresAt": None},
    "AnonymizedBranch": {"protected": False, "expiresAt": None},
    "Endpoint": {**_COMPUTE, "minCu": 0.25, "maxCu": 0.25, "preloadLibraries": _PLAIN},
    "Snapshot": {"expiresAt": None},
}
"""What Neon has where a program says nothing, or says nothing any more."""
_NOT_AT_NEON: Final = frozenset({"deletionProtection", "retainOnDelete", "passwordRotation", "ttlSeconds"})


def documents(service: NeonService) -> dict[str, list[Document]]:
    """Every object that stands, with its passwords, annotations and the rest of what the service knows."""
    shown = service.objects()
    with service._call() as call:
        return {kind: [_whole(call.get(kind, _key(kind, found)), found) for found in shown[kind]] for kind in shown}


def _whole(held: Document | None, shown: Document) -> Document:
    return {**(held or {}), **shown}


def _key(kind: str, document: Document) -> str:
    if kind in ("role", "database"):
        return f"{document['branch_id']}/{document['name']}"
    return str(document["branch_id"] if kind in ("schedule", "anonymized") else document["id"])


def keys(objects: Objects) -> set[Key]:
    """What stands; an anonymised branch is a branch."""
    return {(kind, _key(kind, item)) for kind, items in objects.items() for item in items if kind != "anonymized"}


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
        at, live, outputs = _live(kind, resource, objects)
        held[at] += 1
        if live is None:
            found.append(f"{where} is in the state alone: {at}")
            continue
        given, told = plain(resource.inputs), plain(resource.outputs)
        managed = given if slot_of(resource.urn) in touched else {**_LEFT_OUT.get(kind, {}), **given}
        found += _unequal(f"{where} ({at[1]})", managed, live)
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


# ---- what each resource is at Neon ---------------------------------------------------------------------------------


def _live(kind: str, resource: ResourceState, objects: Objects) -> tuple[Key, Properties | None, Properties]:
    """(where it is, its inputs at Neon or None, those of its outputs that must be equal)"""
    name, read = _KINDS[kind]
    project, _, rest = resource.id.partition("/")
    key = project if name == "project" else rest or resource.id
    if name == "database":  # its id has the name it was made with
        key = f"{key.partition('/')[0]}/{plain(resource.outputs).get('name')}"
    document = next((item for item in objects[name] if _key(name, item) == key), None)
    if document is None:
        return (name, key), None, {}
    live, outputs = read(document, objects)
    if name in ("branch", "endpoint", "schedule"):
        live["projectId"] = document.get("project_id")
    elif name in ("role", "database", "snapshot"):
        live["projectId"] = project
    return (name, key), live, outputs


def _project(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    settings, limits = document["settings"], document["default_endpoint_settings"]
    branch = next(b for b in objects["branch"] if b["project_id"] == document["id"] and b["default"])
    compute = next(e for e in objects["endpoint"] if e["branch_id"] == branch["id"] and e["type"] == "read_write")
    role = next(r for r in objects["role"] if r["branch_id"] == branch["id"] and r["name"] == "neondb_owner")
    allowed, window = settings.get("allowed_ips") or {}, settings.get("maintenance_window") or {}
    quota = settings.get("quota") or {}
    live: Properties = {
        "name": document["name"],
        "regionId": document["region_id"],
        "pgVersion": document["pg_version"],
        "storePasswords": document["store_passwords"],
        "historyRetentionSeconds": document["history_retention_seconds"],
        "defaultBranch": {"name": branch["name"], "protected": branch["protected"]},
        "defaultEndpoint": _compute(compute),
        "endpointDefaults": _compute({"settings": {}, **limits}),
        "allowedIps": allowed.get("ips") or [],
        "allowedIpsProtectedOnly": bool(allowed.get("protected_branches_only")),
        "blockPublicConnections": bool(settings.get("block_public_connections")),
        "maintenanceWindow": {
            "weekdays": window.get("weekdays"),
            "startTime": window.get("start_time"),
            "endTime": window.get("end_time"),
        },
        "quota": {ours: quota[wire] for ours, wire in _QUOTA if quota.get(wire)},
        "auditLogLevel": settings.get("audit_log_level") or "base",
        "preloadLibraries": _libraries(settings.get("preload_libraries")),
    }
    outputs: Properties = {
        "projectId": document["id"],
        "defaultBranchId": branch["id"],
        "defaultEndpointId": compute["id"],
        "host": compute["host"],
        "roleName": "neondb_owner",
        "databaseName": "neondb",
        **({"password": role["password"]} if document["store_passwords"] else {}),
    }
    return live, outputs


def _compute(document: Document) -> Properties:
    return {
        "name": document.get("name") or "",
        "minCu": document.get("autoscaling_limit_min_cu"),
        "maxCu": document.get("autoscaling_limit_max_cu"),
        "suspendTimeoutSeconds": document.get("suspend_timeout_seconds"),
        "disabled": document.get("disabled"),
        "pgSettings": document["settings"].get("pg_settings") or {},
        "preloadLibraries": _libraries(document["settings"].get("preload_libraries")),
    }


def _libraries(found: Document | None) -> Properties:
    found = found or {}
    return {"useDefaults": found.get("use_defaults", True), "enabledLibraries": found.get("enabled_libraries", [])}


def _branch(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    marks = document["_annotations"]
    masked = next((item for item in objects["anonymized"] if item["branch_id"] == document["id"]), {})
    live: Properties = {
        "name": document["name"],
        "parentId": document["parent_id"],
        "initSource": document["init_source"],
        "protected": document["protected"],
        "expiresAt": document["expires_at"],
        "archived": document["current_state"] == "archived",
        "annotations": {key: value for key, value in marks.items() if key != "pulumi"},
        "maskingRules": [_rule(rule) for rule in masked.get("masking_rules", [])],
    }
    outputs: Properties = {"branchId": document["id"]}
    if masked:
        outputs["status"] = "anonymized"
    return live, outputs


def _rule(rule: Document) -> Properties:
    names = {"masking_function": "maskingFunction", "masking_value": "maskingValue"}
    names |= {f"{key}_name": key for key in ("database", "schema", "table", "column")}
    return {ours: rule[wire] for wire, ours in names.items() if wire in rule}


def _endpoint(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    live = {**_compute(document), "branchId": document["branch_id"], "type": document["type"]}
    if document["type"] == "read_only" and live["name"].startswith("pulumi-"):
        live["name"] = ""  # ours, of one that was given none
    return live, {"endpointId": document["id"], "host": document["host"]}


def _role(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    no_login = document["authentication_method"] == "no_login"
    branch = next(item for item in objects["branch"] if item["id"] == document["branch_id"])
    project = next(item for item in objects["project"] if item["id"] == branch["project_id"])
    live: Properties = {"branchId": document["branch_id"], "name": document["name"], "noLogin": no_login}
    shown = project["store_passwords"] or no_login
    return live, {"password": document["password"] or ""} if shown else {}


def _database(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    live = {"branchId": document["branch_id"], "name": document["name"], "ownerName": document["owner_name"]}
    return live, {"databaseId": document["id"]}


def _schedule(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    names = {"frequency": "frequency", "hour": "hour", "day": "day", "retention_seconds": "retentionSeconds"}
    items = [{ours: item[wire] for wire, ours in names.items() if wire in item} for item in document["schedule"]]
    return {"branchId": document["branch_id"], "items": items}, {}


def _snapshot(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    live = {"branchId": document["source_branch_id"], "name": document["name"], "expiresAt": document["expires_at"]}
    return live, {"snapshotId": document["id"]}


def _api_key(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    name = re.sub(r" #[0-9a-f]{12}$", "", document["name"])
    organization = "org-brave-harbor-10000001"
    return {"orgId": organization, "name": name, "projectId": document["project_id"]}, {"keyId": str(document["id"])}


def _limit(document: Document, objects: Objects) -> tuple[Properties, Properties]:
    return {"orgId": document["id"], "cents": document["spending_limit_cents"]}, {}


_Reader: TypeAlias = Callable[[Document, Objects], tuple[Properties, Properties]]
_KINDS: Final[dict[str, tuple[str, _Reader]]] = {
    "Project": ("project", _project),
    "Branch": ("branch", _branch),
    "AnonymizedBranch": ("branch", _branch),
    "Endpoint": ("endpoint", _endpoint),
    "Role": ("role", _role),
    "Database": ("database", _database),
    "BackupSchedule": ("schedule", _schedule),
    "Snapshot": ("snapshot", _snapshot),
    "OrgApiKey": ("api_key", _api_key),
    "SpendingLimit": ("spending_limit", _limit),
}


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
                yield kind, _key(kind, item)
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
                yield kind, _key(kind, item)


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
