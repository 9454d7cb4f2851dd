"""Typed Pulumi resources and functions for Neon."""

from pulumi_neon.anonymized_branch import AnonymizedBranch
from pulumi_neon.backup_schedule import BackupSchedule
from pulumi_neon.backups import (
    GetBackupScheduleResult,
    HeldScheduleItem,
    LatestSnapshotResult,
    ListSnapshotsResult,
    SnapshotDetails,
    get_backup_schedule,
    get_backup_schedule_output,
    latest_snapshot,
    latest_snapshot_output,
    list_snapshots,
    list_snapshots_output,
)
from pulumi_neon.branch import Branch
from pulumi_neon.connections import (
    GetConnectionUriResult,
    GetRolePasswordResult,
    get_connection_uri_output,
    get_role_password_output,
)
from pulumi_neon.database import Database
from pulumi_neon.endpoint import Endpoint
from pulumi_neon.insights import (
    CompareSchemaResult,
    ConsumptionPeriod,
    GetConsumptionResult,
    GetOperationsResult,
    OperationDetails,
    compare_schema,
    compare_schema_output,
    get_consumption,
    get_consumption_output,
    get_operations,
    get_operations_output,
)
from pulumi_neon.lookups import (
    BranchDetails,
    GetBranchResult,
    GetOrganizationResult,
    GetProjectResult,
    GetRegionsResult,
    ListBranchesResult,
    Region,
    get_branch,
    get_branch_output,
    get_organization,
    get_organization_output,
    get_project,
    get_project_output,
    get_regions,
    get_regions_output,
    list_branches,
    list_branches_output,
)
from pulumi_neon.org_api_key import OrgApiKey
from pulumi_neon.project import Project
from pulumi_neon.provider import Provider
from pulumi_neon.role import Role
from pulumi_neon.snapshot import Snapshot
from pulumi_neon.spending_limit import SpendingLimit

__all__ = [
    "AnonymizedBranch",
    "BackupSchedule",
    "Branch",
    "BranchDetails",
    "CompareSchemaResult",
    "ConsumptionPeriod",
    "Database",
    "Endpoint",
    "GetBackupScheduleResult",
    "GetBranchResult",
    "GetConnectionUriResult",
    "GetConsumptionResult",
    "GetOperationsResult",
    "GetOrganizationResult",
    "GetProjectResult",
    "GetRegionsResult",
    "GetRolePasswordResult",
    "HeldScheduleItem",
    "LatestSnapshotResult",
    "ListBranchesResult",
    "ListSnapshotsResult",
    "OperationDetails",
    "OrgApiKey",
    "Project",
    "Provider",
    "Region",
    "Role",
    "Snapshot",
    "SnapshotDetails",
    "SpendingLimit",
    "compare_schema",
    "compare_schema_output",
    "get_backup_schedule",
    "get_backup_schedule_output",
    "get_branch",
    "get_branch_output",
    "get_connection_uri_output",
    "get_consumption",
    "get_consumption_output",
    "get_operations",
    "get_operations_output",
    "get_organization",
    "get_organization_output",
    "get_project",
    "get_project_output",
    "get_regions",
    "get_regions_output",
    "get_role_password_output",
    "latest_snapshot",
    "latest_snapshot_output",
    "list_branches",
    "list_branches_output",
    "list_snapshots",
    "list_snapshots_output",
]
