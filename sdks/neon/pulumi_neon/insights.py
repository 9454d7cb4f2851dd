"""Functions that tell what went on: operations, consumption, differing schemas. None changes anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, InvokeOptions, InvokeOutputOptions, Output

from pulumi_neon._invoke import ask, ask_output


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationDetails:
    """Something that Neon does, or did, in the background. https://neon.com/docs/manage/operations"""

    operation_id: str
    """Id of the operation."""
    action: str
    """What it does, such as `start_compute`."""
    status: str
    """`scheduling`, `running`, `cancelling`, `finished`, `skipped`, `failed`, `error` or `cancelled`; Neon may add
    others."""
    branch_id: str | None = None
    """Id of the branch it is for; absent when none."""
    endpoint_id: str | None = None
    """Id of the compute endpoint it is for; absent when none."""
    error: str | None = None
    """What went wrong; absent when nothing did."""
    created_at: str
    """Moment of its creation (RFC 3339)."""
    updated_at: str
    """Moment of its last change (RFC 3339)."""
    duration_milliseconds: int | None = None
    """Milliseconds that it took; absent when Neon does not tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsumptionPeriod:
    """What one project used in one period."""

    project_id: str
    """Id of the project."""
    start: str
    """Start of the period (RFC 3339)."""
    end: str
    """End of the period (RFC 3339)."""
    values: Mapping[str, float]
    """Amounts by the name of the metric, in the metric's own unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetOperationsResult:
    """What `get_operations` tells."""

    operations: Sequence[OperationDetails]
    """The operations."""


def get_operations(
    *,
    project_id: str,
    limit: int = 20,
    opts: InvokeOptions | None = None,
) -> GetOperationsResult:
    """The latest operations of a project, the newest first. https://neon.com/docs/manage/operations

    project_id: Id of the project.
    limit: How many at most, 1-1000; default 20.
    """
    return ask("getOperations", GetOperationsResult, opts, project_id=project_id, limit=limit)


def get_operations_output(
    *,
    project_id: Input[str],
    limit: Input[int] = 20,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetOperationsResult]:
    """`get_operations` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getOperations", GetOperationsResult, opts, project_id=project_id, limit=limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetConsumptionResult:
    """What `get_consumption` tells."""

    periods: Sequence[ConsumptionPeriod]
    """One for each project and period."""


def get_consumption(
    *,
    from_: str,
    to: str,
    granularity: str,
    metrics: Sequence[str],
    org_id: str | None = None,
    project_ids: Sequence[str] | None = None,
    opts: InvokeOptions | None = None,
) -> GetConsumptionResult:
    """What projects used, period by period. Launch and Scale; wakes no compute.
    https://neon.com/docs/guides/consumption-metrics

    from_: Start (RFC 3339, with its zone); rounded down to a period.
    to: End (RFC 3339, with its zone); rounded down to a period.
    granularity: Length of a period: `hourly` (of the last 168 hours), `daily` (of the last 60 days) or `monthly` (of
        the last year).
    metrics: What to measure: `compute_unit_seconds`, `root_branch_bytes_month`, `child_branch_bytes_month`,
        `instant_restore_bytes_month`, `public_network_transfer_bytes`, `private_network_transfer_bytes`,
        `extra_branches_month`, `snapshot_storage_bytes_month`.
    org_id: Id of the organisation; default the provider's, else the key's own.
    project_ids: Ids of projects, 100 at most; default all of the organisation's.
    """
    return ask(
        "getConsumption",
        GetConsumptionResult,
        opts,
        from_=from_,
        to=to,
        granularity=granularity,
        metrics=metrics,
        org_id=org_id,
        project_ids=project_ids,
    )


def get_consumption_output(
    *,
    from_: Input[str],
    to: Input[str],
    granularity: Input[str],
    metrics: Input[Sequence[str]],
    org_id: Input[str] | None = None,
    project_ids: Input[Sequence[str]] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetConsumptionResult]:
    """`get_consumption` of inputs; unknown at preview as long as one of them is."""
    return ask_output(
        "getConsumption",
        GetConsumptionResult,
        opts,
        from_=from_,
        to=to,
        granularity=granularity,
        metrics=metrics,
        org_id=org_id,
        project_ids=project_ids,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CompareSchemaResult:
    """What `compare_schema` tells."""

    diff: str
    """A unified diff; empty when the two are equal."""


def compare_schema(
    *,
    project_id: str,
    branch_id: str,
    database_name: str,
    base_branch_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> CompareSchemaResult:
    """What differs between a database's schema on two branches. https://neon.com/docs/guides/schema-diff

    project_id: Id of the project.
    branch_id: Id of the branch.
    database_name: Name of the database.
    base_branch_id: Id of the branch to compare with; default the parent.
    """
    return ask(
        "compareSchema",
        CompareSchemaResult,
        opts,
        project_id=project_id,
        branch_id=branch_id,
        database_name=database_name,
        base_branch_id=base_branch_id,
    )


def compare_schema_output(
    *,
    project_id: Input[str],
    branch_id: Input[str],
    database_name: Input[str],
    base_branch_id: Input[str] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[CompareSchemaResult]:
    """`compare_schema` of inputs; unknown at preview as long as one of them is."""
    return ask_output(
        "compareSchema",
        CompareSchemaResult,
        opts,
        project_id=project_id,
        branch_id=branch_id,
        database_name=database_name,
        base_branch_id=base_branch_id,
    )
