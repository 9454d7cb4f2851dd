"""A branch whose personal data is masked, by rules, in a copy of its parent's data: for tests and previews. Not for
projects with `allowedIps`. Beta at Neon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class AnonymizedBranch(NeonResource):
    """A branch whose personal data is masked, by rules, in a copy of its parent's data: for tests and previews. Not
    for projects with `allowedIps`. Beta at Neon. https://neon.com/docs/workflows/data-anonymization

    project_id: Id of the project; a change replaces.
    name: Name, 1-256 characters; changed in place.
    parent_id: Id of the parent branch; default the project's default branch; a change replaces.
    parent_lsn: Position `X/Y` in the parent's write-ahead log to branch from, instead of `parent_timestamp`; default
        the parent's present; a change replaces.
    parent_timestamp: Moment (RFC 3339, with its zone) to branch from, within the restore window; default the parent's
        present; a change replaces.
    init_source: What it starts with: `parent-data` or `schema-only`, which makes a root branch; default
        `parent-data`; a change replaces. https://neon.com/docs/guides/branching-schema-only
    protected: Whether it is protected: Neon then deletes neither it nor its project; default false; changed in place.
        Not on Free. https://neon.com/docs/guides/protected-branches
    expires_at: Moment (RFC 3339, with its zone) of its deletion by Neon, 30 days ahead at most; default never;
        changed in place. Not for a protected or default branch. https://neon.com/docs/guides/branch-expiration
    ttl_seconds: Life in seconds from creation and from each update, 60-2592000, instead of `expires_at`; default no
        end; changed in place.
    archived: Make it archived, in cheaper and slower storage; default false; a change replaces.
    set_as_default: Make it the project's default branch; default false; changed in place. To undo it, make another
        one the default.
    annotations: Labels, 49 at most; default none; a change replaces.
    deletion_protection: Refuse to delete; default: whether it is `protected`. Set it to false and apply before a
        destroy.
    masking_rules: Which columns are masked and how: `{database, schema, table, column, maskingFunction,
        maskingValue}`, one of the last two each. Changed in place; the branch, already masked, is then masked again.
    """

    _kind = "neon:index:AnonymizedBranch"
    _computed = ("branchId", "state", "default", "logicalSize", "restoredFrom", "restoredAs", "restoreStatus", "status")

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
    masking_rules: Output[Sequence[Mapping[str, Any]]] = pulumi.property("maskingRules")
    branch_id: Output[str] = pulumi.property("branchId")
    state: Output[str] = pulumi.property("state")
    default: Output[bool] = pulumi.property("default")
    logical_size: Output[int] = pulumi.property("logicalSize")
    restored_from: Output[str] = pulumi.property("restoredFrom")
    restored_as: Output[str] = pulumi.property("restoredAs")
    restore_status: Output[str] = pulumi.property("restoreStatus")
    status: Output[str] = pulumi.property("status")

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
        masking_rules: Input[Sequence[Mapping[str, Any]]],
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
            "maskingRules": masking_rules,
        }
        super().__init__(resource_name, properties, opts)
