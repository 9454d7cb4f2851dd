"""A database on a branch."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Database(NeonResource):
    """A database on a branch. https://neon.com/docs/manage/databases

    project_id: Id of the project; a change replaces.
    branch_id: Id of the branch; a change replaces.
    name: Name, 63 bytes at most; changed in place.
    owner_name: Name of the role that owns it; changed in place.
    deletion_protection: Refuse to delete; default true. Set it to false and apply before a destroy: a deleted
        database is gone.
    """

    _kind = "neon:index:Database"
    _computed = ("databaseId",)

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    name: Output[str] = pulumi.property("name")
    owner_name: Output[str] = pulumi.property("ownerName")
    deletion_protection: Output[bool | None] = pulumi.property("deletionProtection")
    database_id: Output[int] = pulumi.property("databaseId")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        branch_id: Input[str],
        name: Input[str],
        owner_name: Input[str],
        deletion_protection: Input[bool] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "branchId": branch_id,
            "name": name,
            "ownerName": owner_name,
            "deletionProtection": deletion_protection,
        }
        super().__init__(resource_name, properties, opts)
