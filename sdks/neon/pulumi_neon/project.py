"""A Neon project: the default branch with its endpoint, role and database come with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Project(NeonResource):
    """A Neon project: the default branch with its endpoint, role and database come with it.

    name: Name, 1-256 characters; changed in place.
    region_id: Region such as `aws-eu-central-1`; fixed for life: a change replaces the project.
    pg_version: Major version of Postgres, 14-18, default 17; a change replaces.
    org_id: Organisation; left out, the provider's; a change replaces.
    store_passwords: Whether Neon can show passwords again, default true; a change replaces.
    history_retention_seconds: Restore window in seconds, 0-2592000 and at most the plan's.
    default_branch: `{name, protected, roleName, databaseName}`; role and database names are set at creation only.
    default_endpoint: `{name, minCu, maxCu, suspendTimeoutSeconds, pgSettings}` of the default branch's endpoint.
    endpoint_defaults: `{minCu, maxCu, suspendTimeoutSeconds, pgSettings}` of endpoints made later.
    allowed_ips: Addresses and networks that may connect; empty for all (Scale plan).
    allowed_ips_protected_only: Whether the list holds for protected branches only.
    block_public_connections: Refuse connections from the public internet.
    block_vpc_connections: Refuse connections over VPC endpoints.
    logical_replication: Turn on logical replication; it cannot be turned off again.
    maintenance_window: `{weekdays, startTime, endTime}`, weekdays 1 (Monday)-7, times `HH:MM` UTC, one hour at
        least.
    quota: `{activeTimeSeconds, computeTimeSeconds, writtenDataBytes, dataTransferBytes, logicalSizeBytes}`, 0 for
        none; exceeding one suspends all computes.
    audit_log_level: base, extended or full.
    preload_libraries: `{useDefaults, enabledLibraries}`; takes effect when computes restart.
    deletion_protection: Refuse to delete, default true.
    """

    _kind = "neon:index:Project"
    _computed = (
        "projectId",
        "defaultBranchId",
        "defaultEndpointId",
        "host",
        "poolerHost",
        "databaseName",
        "roleName",
        "password",
        "connectionUri",
        "pooledConnectionUri",
        "createdAt",
        "subscriptionType",
    )
    _secret = (
        "password",
        "connectionUri",
        "pooledConnectionUri",
    )

    name: Output[str] = pulumi.property("name")
    region_id: Output[str] = pulumi.property("regionId")
    pg_version: Output[int | None] = pulumi.property("pgVersion")
    org_id: Output[str | None] = pulumi.property("orgId")
    store_passwords: Output[bool | None] = pulumi.property("storePasswords")
    history_retention_seconds: Output[int | None] = pulumi.property("historyRetentionSeconds")
    default_branch: Output[Mapping[str, Any] | None] = pulumi.property("defaultBranch")
    default_endpoint: Output[Mapping[str, Any] | None] = pulumi.property("defaultEndpoint")
    endpoint_defaults: Output[Mapping[str, Any] | None] = pulumi.property("endpointDefaults")
    allowed_ips: Output[Sequence[str] | None] = pulumi.property("allowedIps")
    allowed_ips_protected_only: Output[bool | None] = pulumi.property("allowedIpsProtectedOnly")
    block_public_connections: Output[bool | None] = pulumi.property("blockPublicConnections")
    block_vpc_connections: Output[bool | None] = pulumi.property("blockVpcConnections")
    logical_replication: Output[bool | None] = pulumi.property("logicalReplication")
    maintenance_window: Output[Mapping[str, Any] | None] = pulumi.property("maintenanceWindow")
    quota: Output[Mapping[str, int] | None] = pulumi.property("quota")
    audit_log_level: Output[str | None] = pulumi.property("auditLogLevel")
    preload_libraries: Output[Mapping[str, Any] | None] = pulumi.property("preloadLibraries")
    deletion_protection: Output[bool | None] = pulumi.property("deletionProtection")
    project_id: Output[str] = pulumi.property("projectId")
    default_branch_id: Output[str] = pulumi.property("defaultBranchId")
    default_endpoint_id: Output[str] = pulumi.property("defaultEndpointId")
    host: Output[str] = pulumi.property("host")
    pooler_host: Output[str] = pulumi.property("poolerHost")
    database_name: Output[str] = pulumi.property("databaseName")
    role_name: Output[str] = pulumi.property("roleName")
    password: Output[str] = pulumi.property("password")
    connection_uri: Output[str] = pulumi.property("connectionUri")
    pooled_connection_uri: Output[str] = pulumi.property("pooledConnectionUri")
    created_at: Output[str] = pulumi.property("createdAt")
    subscription_type: Output[str] = pulumi.property("subscriptionType")

    def __init__(
        self,
        resource_name: str,
        *,
        name: Input[str],
        region_id: Input[str],
        pg_version: Input[int] | None = None,
        org_id: Input[str] | None = None,
        store_passwords: Input[bool] | None = None,
        history_retention_seconds: Input[int] | None = None,
        default_branch: Input[Mapping[str, Any]] | None = None,
        default_endpoint: Input[Mapping[str, Any]] | None = None,
        endpoint_defaults: Input[Mapping[str, Any]] | None = None,
        allowed_ips: Input[Sequence[str]] | None = None,
        allowed_ips_protected_only: Input[bool] | None = None,
        block_public_connections: Input[bool] | None = None,
        block_vpc_connections: Input[bool] | None = None,
        logical_replication: Input[bool] | None = None,
        maintenance_window: Input[Mapping[str, Any]] | None = None,
        quota: Input[Mapping[str, int]] | None = None,
        audit_log_level: Input[str] | None = None,
        preload_libraries: Input[Mapping[str, Any]] | None = None,
        deletion_protection: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "name": name,
            "regionId": region_id,
            "pgVersion": pg_version,
            "orgId": org_id,
            "storePasswords": store_passwords,
            "historyRetentionSeconds": history_retention_seconds,
            "defaultBranch": default_branch,
            "defaultEndpoint": default_endpoint,
            "endpointDefaults": endpoint_defaults,
            "allowedIps": allowed_ips,
            "allowedIpsProtectedOnly": allowed_ips_protected_only,
            "blockPublicConnections": block_public_connections,
            "blockVpcConnections": block_vpc_connections,
            "logicalReplication": logical_replication,
            "maintenanceWindow": maintenance_window,
            "quota": quota,
            "auditLogLevel": audit_log_level,
            "preloadLibraries": preload_libraries,
            "deletionProtection": deletion_protection,
        }
        super().__init__(resource_name, properties, opts)
