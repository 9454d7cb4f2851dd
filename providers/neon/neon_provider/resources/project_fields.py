"""A project's fields: ours and Neon's names for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from neon_provider.convert import Properties
from neon_provider.models import Branch, Database, Endpoint, Project, Role

_SETTINGS = {
    "blockPublicConnections": "block_public_connections",
    "blockVpcConnections": "block_vpc_connections",
    "logicalReplication": "enable_logical_replication",
    "auditLogLevel": "audit_log_level",
}
QUOTA = {
    "activeTimeSeconds": "active_time_seconds",
    "computeTimeSeconds": "compute_time_seconds",
    "writtenDataBytes": "written_data_bytes",
    "dataTransferBytes": "data_transfer_bytes",
    "logicalSizeBytes": "logical_size_bytes",
}


def live_inputs(
    project: Project,
    branch: Branch,
    endpoint: Endpoint | None,
    role: Role | None,
    database: Database | None,
) -> Properties:
    """The inputs that would declare the project as it is."""
    settings, limits = project.settings, project.default_endpoint_settings
    return {
        "name": project.name,
        "regionId": project.region_id,
        "pgVersion": project.pg_version,
        "orgId": project.org_id,
        "storePasswords": project.store_passwords,
        "historyRetentionSeconds": project.history_retention_seconds,
        "defaultBranch": {
            "name": branch.name,
            "protected": branch.protected,
            "roleName": role.name if role else None,
            "databaseName": database.name if database else None,
        },
        "defaultEndpoint": _endpoint_limits(endpoint) if endpoint else None,
        "endpointDefaults": {
            "minCu": limits.autoscaling_limit_min_cu,
            "maxCu": limits.autoscaling_limit_max_cu,
            "suspendTimeoutSeconds": limits.suspend_timeout_seconds,
            "pgSettings": limits.pg_settings or None,
        },
        "allowedIps": settings.allowed_ips.ips,
        "allowedIpsProtectedOnly": settings.allowed_ips.protected_branches_only,
        "blockPublicConnections": settings.block_public_connections,
        "blockVpcConnections": settings.block_vpc_connections,
        "logicalReplication": settings.enable_logical_replication,
        "quota": {key: settings.quota.get(wire, 0) for key, wire in QUOTA.items()},
        "auditLogLevel": settings.audit_log_level,
        "maintenanceWindow": _window_from(settings.maintenance_window),
        "preloadLibraries": _libraries_from(settings.preload_libraries),
    }


def uris(state: Properties) -> Properties:
    """The connection URIs, empty without a password or an endpoint."""
    if not (state["password"] and state["host"]):
        return {"connectionUri": "", "pooledConnectionUri": ""}
    role, password = quote(state["roleName"], safe=""), quote(state["password"], safe="")
    tail = f"/{quote(state['databaseName'], safe='')}?sslmode=require"
    return {
        "connectionUri": f"postgresql://{role}:{password}@{state['host']}{tail}",
        "pooledConnectionUri": f"postgresql://{role}:{password}@{state['poolerHost']}{tail}",
    }


def limit_fields(given: Properties) -> Properties:
    """Sizes and times of a compute."""
    fields = {
        "autoscaling_limit_min_cu": given.get("minCu"),
        "autoscaling_limit_max_cu": given.get("maxCu"),
        "suspend_timeout_seconds": given.get("suspendTimeoutSeconds"),
        "pg_settings": given.get("pgSettings"),
    }
    return {key: value for key, value in fields.items() if value is not None}


def _endpoint_limits(endpoint: Endpoint) -> Properties:
    return {
        "name": endpoint.name,
        "minCu": endpoint.autoscaling_limit_min_cu,
        "maxCu": endpoint.autoscaling_limit_max_cu,
        "suspendTimeoutSeconds": endpoint.suspend_timeout_seconds,
        "pgSettings": endpoint.settings.get("pg_settings") or None,
    }


def endpoint_fields(endpoint: Endpoint, wanted: Properties) -> Properties:
    """What of an endpoint differs from what is wanted."""
    live = _endpoint_limits(endpoint)
    differing = {key: value for key, value in wanted.items() if live.get(key) != value}
    fields = limit_fields({key: value for key, value in differing.items() if key != "pgSettings"})
    if "name" in differing:
        fields["name"] = differing["name"]
    if "pgSettings" in differing:
        fields["settings"] = {"pg_settings": differing["pgSettings"]}
    return fields


def settings_fields(change: Properties, inputs: Properties | None = None) -> Properties:
    """The settings block for the changed keys; an address list and its scope travel together."""
    inputs = inputs or change
    fields: Properties = {wire: change[key] for key, wire in _SETTINGS.items() if key in change}
    if "allowedIps" in change or "allowedIpsProtectedOnly" in change:
        fields["allowed_ips"] = {
            "ips": inputs.get("allowedIps") or [],
            "protected_branches_only": bool(inputs.get("allowedIpsProtectedOnly", False)),
        }
    if "quota" in change:
        quota = change["quota"] or {}
        fields["quota"] = {wire: quota.get(key, 0) for key, wire in QUOTA.items()}
    if change.get("maintenanceWindow"):
        given = change["maintenanceWindow"]
        fields["maintenance_window"] = {
            "weekdays": given.get("weekdays"),
            "start_time": given.get("startTime"),
            "end_time": given.get("endTime"),
        }
    if change.get("preloadLibraries"):
        given = change["preloadLibraries"]
        fields["preload_libraries"] = {
            "use_defaults": given.get("useDefaults", True),
            "enabled_libraries": given.get("enabledLibraries", []),
        }
    return fields


def _window_from(window: dict[str, Any] | None) -> Properties | None:
    if not window or not window.get("weekdays"):
        return None
    return {"weekdays": window["weekdays"], "startTime": window.get("start_time"), "endTime": window.get("end_time")}


def _libraries_from(libraries: dict[str, Any] | None) -> Properties | None:
    if libraries is None:
        return None
    return {
        "useDefaults": libraries.get("use_defaults", True),
        "enabledLibraries": libraries.get("enabled_libraries", []),
    }
