"""What each resource is at Neon: its inputs, and those of its outputs that a state must tell rightly. Reads the service's
documents by itself, not by the plugin's code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Properties, ResourceState, plain

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

PLAIN: Final = {"useDefaults": True, "enabledLibraries": []}
"""Libraries where nobody says anything."""


def documents(service: NeonService) -> dict[str, list[Document]]:
    """Every object that stands, with its passwords, annotations and the rest of what the service knows."""
    shown = service.objects()
    with service._call() as call:
        return {kind: [_whole(call.get(kind, key_of(kind, found)), found) for found in shown[kind]] for kind in shown}


def _whole(held: Document | None, shown: Document) -> Document:
    return {**(held or {}), **shown}


def key_of(kind: str, document: Document) -> str:
    if kind in ("role", "database"):
        return f"{document['branch_id']}/{document['name']}"
    return str(document["branch_id"] if kind in ("schedule", "anonymized") else document["id"])


def live(kind: str, resource: ResourceState, objects: Objects) -> tuple[Key, Properties | None, Properties]:
    """(where it is, its inputs at Neon or None, those of its outputs that must be equal)"""
    name, read = _KINDS[kind]
    project, _, rest = resource.id.partition("/")
    key = project if name == "project" else rest or resource.id
    if name == "database":  # its id has the name it was made with
        key = f"{key.partition('/')[0]}/{plain(resource.outputs).get('name')}"
    document = next((item for item in objects[name] if key_of(name, item) == key), None)
    if document is None:
        return (name, key), None, {}
    inputs, outputs = read(document, objects)
    if name in ("branch", "endpoint", "schedule"):
        inputs["projectId"] = document.get("project_id")
    elif name in ("role", "database", "snapshot"):
        inputs["projectId"] = project
    return (name, key), inputs, outputs


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
