"""A Neon project. Its default branch comes with it, and that branch's compute endpoint, first role and first
database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Project(NeonResource):
    """A Neon project. Its default branch comes with it, and that branch's compute endpoint, first role and first
    database. https://neon.com/docs/manage/projects

    name: Name, 1-256 characters; changed in place.
    region_id: Region such as `aws-eu-central-1`; fixed for life: a change replaces the project.
        https://neon.com/docs/introduction/regions
    pg_version: Major version of Postgres, 14-18; default 17; a change replaces.
    org_id: Organisation; default the provider's `org_id`; a change replaces. Leaving it out later changes nothing.
    store_passwords: Whether Neon can show passwords again; default true; a change replaces.
    history_retention_seconds: Restore window in seconds, 0-2592000; default the plan's. Most: Free 21600, Launch
        604800, Scale 2592000. Changed in place. https://neon.com/docs/introduction/restore-window
    default_branch: The default branch: `{name, protected, roleName, databaseName}`. Name and protection are changed
        in place; role and database are named at creation only.
    default_endpoint: The default branch's compute endpoint: `{name, minCu, maxCu, suspendTimeoutSeconds,
        pgSettings}`; changed in place.
    endpoint_defaults: What compute endpoints made later start with: `{minCu, maxCu, suspendTimeoutSeconds,
        pgSettings}`; default Neon's own; changed in place.
    allowed_ips: Addresses, networks and ranges that may connect; default all. Scale only; changed in place.
        https://neon.com/docs/introduction/ip-allow
    allowed_ips_protected_only: Whether `allowed_ips` holds for protected branches only; default false; changed in
        place.
    block_public_connections: Refuse connections from the public internet, whatever `allowed_ips` says; default false;
        changed in place.
    block_vpc_connections: Refuse connections over VPC endpoints; default false; changed in place.
    logical_replication: Turn on logical replication; default false. Changed in place, suspends active computes, and
        cannot be turned off again: that is refused at preview. https://neon.com/docs/guides/logical-replication-neon
    maintenance_window: When Neon may update: `{weekdays, startTime, endTime}`, weekdays 1 (Monday)-7, times `HH:MM`
        UTC, one hour at least; default Neon's choice. Launch and Scale; changed in place.
    quota: Limits within a billing period: `{activeTimeSeconds, computeTimeSeconds, writtenDataBytes,
        dataTransferBytes, logicalSizeBytes}`, 0 for none; default none. Exceeding one suspends all computes. Changed
        in place.
    audit_log_level: How much the audit log holds: `base`, `extended` or `full`; default Neon's choice; changed in
        place.
    preload_libraries: Libraries that Postgres loads: `{useDefaults, enabledLibraries}`; default Neon's own. Changed
        in place; takes effect when computes restart.
    deletion_protection: Refuse to delete; default true. Set it to false and apply before a destroy. A deleted project
        can be recovered for 7 days.
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
    _secret = ("password", "connectionUri", "pooledConnectionUri")

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
