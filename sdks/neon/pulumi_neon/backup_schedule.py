"""When snapshots of a root branch are taken and how long each is kept. One per branch; Launch and Scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class BackupSchedule(NeonResource):
    """When snapshots of a root branch are taken and how long each is kept. One per branch; Launch and Scale.
    https://neon.com/docs/guides/backup-restore

    project_id: Id of the project; a change replaces.
    branch_id: Id of the branch; a change replaces.
    items: One line or more: `{frequency, hour, day, retentionSeconds}`; frequency `daily`, `weekly` or `monthly`,
        hour 0-23 UTC, kept 3024000 seconds (35 days) at most. Changed in place; the order says nothing.
    """

    _kind = "neon:index:BackupSchedule"
    _computed = ("effectiveSchedule",)

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    items: Output[Sequence[Mapping[str, Any]]] = pulumi.property("items")
    effective_schedule: Output[Sequence[Mapping[str, Any]]] = pulumi.property("effectiveSchedule")

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
