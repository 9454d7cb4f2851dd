"""A compute endpoint: what clients connect to. A branch has one that writes and any number of read replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Endpoint(NeonResource):
    """A compute endpoint: what clients connect to. A branch has one that writes and any number of read replicas.
    https://neon.com/docs/manage/computes

    project_id: Id of the project; a change replaces.
    branch_id: Id of the branch; a change replaces.
    type: `read_write` (one per branch) or `read_only`; default `read_write`; a change replaces.
    name: Name, 1-64 characters; default none; changed in place.
    min_cu: Smallest size in compute units: 0.25, 0.5, 1-16, or even numbers to 56; default 0.25. Changed in place;
        restarts the compute.
    max_cu: Largest size in compute units: at most 16 and 8 above `min_cu` when autoscaling, or equal to it; default
        0.25. Free: 2 at most. Changed in place; restarts the compute. https://neon.com/docs/introduction/autoscaling
    suspend_timeout_seconds: Idle seconds before the compute stops: 0 for Neon's default (300), -1 for never, else
        60-604800; default 0. Free: 0 only. Changed in place. https://neon.com/docs/guides/scale-to-zero-guide
    disabled: Refuse connections; default false; changed in place.
    pg_settings: Postgres settings by name, as text; default none; changed in place.
    preload_libraries: Libraries that Postgres loads: `{useDefaults, enabledLibraries}`; default Neon's own; changed
        in place.
    """

    _kind = "neon:index:Endpoint"
    _computed = ("endpointId", "host", "poolerHost", "currentState")

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    type: Output[str | None] = pulumi.property("type")
    name: Output[str | None] = pulumi.property("name")
    min_cu: Output[float | None] = pulumi.property("minCu")
    max_cu: Output[float | None] = pulumi.property("maxCu")
    suspend_timeout_seconds: Output[int | None] = pulumi.property("suspendTimeoutSeconds")
    disabled: Output[bool | None] = pulumi.property("disabled")
    pg_settings: Output[Mapping[str, str] | None] = pulumi.property("pgSettings")
    preload_libraries: Output[Mapping[str, Any] | None] = pulumi.property("preloadLibraries")
    endpoint_id: Output[str] = pulumi.property("endpointId")
    host: Output[str] = pulumi.property("host")
    pooler_host: Output[str] = pulumi.property("poolerHost")
    current_state: Output[str] = pulumi.property("currentState")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        branch_id: Input[str],
        type: Input[str] | None = None,  # noqa: A002 - the vendor names it so
        name: Input[str] | None = None,
        min_cu: Input[float] | None = None,
        max_cu: Input[float] | None = None,
        suspend_timeout_seconds: Input[int] | None = None,
        disabled: Input[bool] | None = None,
        pg_settings: Input[Mapping[str, str]] | None = None,
        preload_libraries: Input[Mapping[str, Any]] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "branchId": branch_id,
            "type": type,
            "name": name,
            "minCu": min_cu,
            "maxCu": max_cu,
            "suspendTimeoutSeconds": suspend_timeout_seconds,
            "disabled": disabled,
            "pgSettings": pg_settings,
            "preloadLibraries": preload_libraries,
        }
        super().__init__(resource_name, properties, opts)
