"""A snapshot of a root branch, taken once. It lives in the project and goes with it."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Snapshot(NeonResource):
    """A snapshot of a root branch, taken once. It lives in the project and goes with it.
    https://neon.com/docs/guides/backup-restore

    project_id: Id of the project; a change replaces.
    branch_id: Id of the branch; a change replaces.
    name: Name, 1-256 characters; default a generated one; changed in place.
    timestamp: Moment (RFC 3339, with its zone) of the data to keep, within the restore window, instead of `lsn`;
        default the present; a change replaces.
    lsn: Position `X/Y` in the write-ahead log of the data to keep, instead of `timestamp`; default the present; a
        change replaces.
    expires_at: Moment (RFC 3339, with its zone) of its deletion by Neon; default never; changed in place.
    retain_on_delete: Leave it at Neon when the resource is deleted; default false. A deleted snapshot cannot be
        recovered.
    """

    _kind = "neon:index:Snapshot"
    _computed = ("snapshotId", "createdAt", "snapshotLsn", "fullSize", "diffSize", "manual")

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    name: Output[str | None] = pulumi.property("name")
    timestamp: Output[str | None] = pulumi.property("timestamp")
    lsn: Output[str | None] = pulumi.property("lsn")
    expires_at: Output[str | None] = pulumi.property("expiresAt")
    retain_on_delete: Output[bool | None] = pulumi.property("retainOnDelete")
    snapshot_id: Output[str] = pulumi.property("snapshotId")
    created_at: Output[str] = pulumi.property("createdAt")
    snapshot_lsn: Output[str] = pulumi.property("snapshotLsn")
    full_size: Output[int] = pulumi.property("fullSize")
    diff_size: Output[int] = pulumi.property("diffSize")
    manual: Output[bool] = pulumi.property("manual")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        branch_id: Input[str],
        name: Input[str] | None = None,
        timestamp: Input[str] | None = None,
        lsn: Input[str] | None = None,
        expires_at: Input[str] | None = None,
        retain_on_delete: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "branchId": branch_id,
            "name": name,
            "timestamp": timestamp,
            "lsn": lsn,
            "expiresAt": expires_at,
            "retainOnDelete": retain_on_delete,
        }
        super().__init__(resource_name, properties, opts)
