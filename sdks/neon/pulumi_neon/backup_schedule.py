"""When snapshots of a root branch are taken and how long each is kept. One per branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class BackupSchedule(NeonResource):
    """When snapshots of a root branch are taken and how long each is kept. One per branch.

    project_id: The project; a change replaces.
    branch_id: The branch; a change replaces.
    items: `{frequency: daily|weekly|monthly, hour (UTC), day, retentionSeconds}`; at most 3024000 seconds (35
        days).
    """

    _kind = "neon:index:BackupSchedule"

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    items: Output[Sequence[Mapping[str, Any]]] = pulumi.property("items")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        branch_id: Input[str],
        items: Input[Sequence[Mapping[str, Any]]],
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "branchId": branch_id,
            "items": items,
        }
        super().__init__(resource_name, properties, opts)
