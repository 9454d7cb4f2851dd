"""Values of which a property takes one. Their plain text is taken as well."""

from __future__ import annotations

from enum import StrEnum


class Plan(StrEnum):
    """A plan of Neon's, or `auto`. https://neon.com/docs/introduction/plans"""

    AUTO = "auto"
    FREE = "free"
    LAUNCH = "launch"
    SCALE = "scale"


class EndpointType(StrEnum):
    """What a compute endpoint may do."""

    READ_WRITE = "read_write"
    READ_ONLY = "read_only"


class InitSource(StrEnum):
    """What a new branch starts with."""

    PARENT_DATA = "parent-data"
    SCHEMA_ONLY = "schema-only"


class AuditLogLevel(StrEnum):
    """How much the audit log holds."""

    BASE = "base"
    EXTENDED = "extended"
    FULL = "full"


class BackupFrequency(StrEnum):
    """How often a snapshot is taken."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Granularity(StrEnum):
    """Length of a period of consumption."""

    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"


class Metric(StrEnum):
    """What consumption is measured by. https://neon.com/docs/guides/consumption-metrics"""

    COMPUTE_UNIT_SECONDS = "compute_unit_seconds"
    ROOT_BRANCH_BYTES_MONTH = "root_branch_bytes_month"
    CHILD_BRANCH_BYTES_MONTH = "child_branch_bytes_month"
    INSTANT_RESTORE_BYTES_MONTH = "instant_restore_bytes_month"
    PUBLIC_NETWORK_TRANSFER_BYTES = "public_network_transfer_bytes"
    PRIVATE_NETWORK_TRANSFER_BYTES = "private_network_transfer_bytes"
    EXTRA_BRANCHES_MONTH = "extra_branches_month"
    SNAPSHOT_STORAGE_BYTES_MONTH = "snapshot_storage_bytes_month"
