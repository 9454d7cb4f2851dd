"""A branch: a copy of its parent's data at a moment, or of its schema only."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Branch(NeonResource):
    """A branch: a copy of its parent's data at a moment, or of its schema only.

    project_id: The project; a change replaces.
    name: Name, 1-256 characters; changed in place.
    parent_id: Parent branch; left out, the default one; a change replaces.
    parent_lsn: Position `X/Y` to branch from; a change replaces.
    parent_timestamp: Moment (RFC 3339) to branch from; a change replaces.
    init_source: `parent-data` (default) or `schema-only`, which makes a root branch; a change replaces.
    protected: Protected branches cannot be deleted; default false.
    expires_at: Moment (RFC 3339) of deletion, 30 days ahead at most.
    ttl_seconds: Life from creation and from each update, in seconds; instead of `expires_at`.
    archived: Make it archived; a change replaces.
    set_as_default: Make it the project's default branch.
    annotations: Labels, set at creation; a change replaces.
    deletion_protection: Refuse to delete; default: whether it is protected.
    """

    _kind = "neon:index:Branch"
    _computed = (
        "branchId",
        "state",
        "default",
        "logicalSize",
        "restoredFrom",
        "restoredAs",
        "restoreStatus",
    )

    project_id: Output[str] = pulumi.property("projectId")
    name: Output[str] = pulumi.property("name")
    parent_id: Output[str | None] = pulumi.property("parentId")
    parent_lsn: Output[str | None] = pulumi.property("parentLsn")
    parent_timestamp: Output[str | None] = pulumi.property("parentTimestamp")
    init_source: Output[str | None] = pulumi.property("initSource")
    protected: Output[bool | None] = pulumi.property("protected")
    expires_at: Output[str | None] = pulumi.property("expiresAt")
    ttl_seconds: Output[int | None] = pulumi.property("ttlSeconds")
    archived: Output[bool | None] = pulumi.property("archived")
    set_as_default: Output[bool | None] = pulumi.property("setAsDefault")
    annotations: Output[Mapping[str, str] | None] = pulumi.property("annotations")
    deletion_protection: Output[bool | None] = pulumi.property("deletionProtection")
    branch_id: Output[str] = pulumi.property("branchId")
    state: Output[str] = pulumi.property("state")
    default: Output[bool] = pulumi.property("default")
    logical_size: Output[int] = pulumi.property("logicalSize")
    restored_from: Output[str] = pulumi.property("restoredFrom")
    restored_as: Output[str] = pulumi.property("restoredAs")
    restore_status: Output[str] = pulumi.property("restoreStatus")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        name: Input[str],
        parent_id: Input[str] | None = None,
        parent_lsn: Input[str] | None = None,
        parent_timestamp: Input[str] | None = None,
        init_source: Input[str] | None = None,
        protected: Input[bool] | None = None,
        expires_at: Input[str] | None = None,
        ttl_seconds: Input[int] | None = None,
        archived: Input[bool] | None = None,
        set_as_default: Input[bool] | None = None,
        annotations: Input[Mapping[str, str]] | None = None,
        deletion_protection: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "name": name,
            "parentId": parent_id,
            "parentLsn": parent_lsn,
            "parentTimestamp": parent_timestamp,
            "initSource": init_source,
            "protected": protected,
            "expiresAt": expires_at,
            "ttlSeconds": ttl_seconds,
            "archived": archived,
            "setAsDefault": set_as_default,
            "annotations": annotations,
            "deletionProtection": deletion_protection,
        }
        super().__init__(resource_name, properties, opts)
