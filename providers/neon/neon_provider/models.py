"""What Neon answers, as far as this provider reads it. Unknown fields are ignored, enumerations are open: a new action or
state of Neon's must not break polling."""

from __future__ import annotations

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from neon_provider.errors import ServerFault

UNFINISHED: Final = frozenset({"scheduling", "running", "cancelling"})
FINISHED: Final = frozenset({"finished", "skipped"})
FAILED: Final = frozenset({"failed", "error", "cancelled"})


class Model(BaseModel):
    """Base: unknown fields are ignored, null means absent, and an error never shows what was answered."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given

    @classmethod
    def read(cls, given: Any) -> Self:
        """Of an answer's part; raises `ServerFault` naming the fields that are not as they should be."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            where = ", ".join(".".join(map(str, problem["loc"])) or "all of it" for problem in error.errors())
            raise ServerFault(f"a {cls.__name__} of Neon's answer cannot be read", where) from None


class Operation(Model):
    """Something Neon does in the background. An unknown status counts as unfinished."""

    id: str
    action: str = ""
    status: str = ""
    error: str = ""
    retry_at: str = ""


class Limits(Model):
    """Sizes in compute units; seconds."""

    autoscaling_limit_min_cu: float | None = None
    autoscaling_limit_max_cu: float | None = None
    suspend_timeout_seconds: int | None = None
    pg_settings: dict[str, str] = Field(default_factory=dict)


class AllowedIps(Model):
    """Who may connect."""

    ips: list[str] = Field(default_factory=list)
    protected_branches_only: bool = False


class ProjectSettings(Model):
    """The settings block of a project."""

    quota: dict[str, int] = Field(default_factory=dict)
    allowed_ips: AllowedIps = Field(default_factory=AllowedIps)
    enable_logical_replication: bool = False
    maintenance_window: dict[str, Any] | None = None
    block_public_connections: bool = False
    block_vpc_connections: bool = False
    audit_log_level: str | None = None
    preload_libraries: dict[str, Any] | None = None


class Owner(Model):
    """Who pays."""

    subscription_type: str = ""


class Project(Model):
    """A project."""

    id: str
    name: str
    region_id: str
    pg_version: int
    org_id: str | None = None
    store_passwords: bool = True
    history_retention_seconds: int = 0
    created_at: str = ""
    deleted_at: str | None = None
    settings: ProjectSettings = Field(default_factory=ProjectSettings)
    default_endpoint_settings: Limits = Field(default_factory=Limits)
    owner: Owner = Field(default_factory=Owner)


class Branch(Model):
    """A branch."""

    id: str
    project_id: str
    name: str
    parent_id: str | None = None
    parent_lsn: str | None = None
    parent_timestamp: str | None = None
    default: bool = False
    protected: bool = False
    current_state: str = ""
    pending_state: str | None = None
    logical_size: int | None = None
    init_source: str | None = None
    expires_at: str | None = None
    ttl_interval_seconds: int | None = None
    restored_from: str | None = None
    restored_as: str | None = None
    restore_status: str | None = None
    created_at: str = ""
    deleted_at: str | None = None


class Endpoint(Model):
    """A compute endpoint."""

    id: str
    project_id: str
    branch_id: str
    type: str
    host: str
    name: str | None = None
    disabled: bool = False
    current_state: str = ""
    pending_state: str | None = None
    autoscaling_limit_min_cu: float = 0.25
    autoscaling_limit_max_cu: float = 0.25
    suspend_timeout_seconds: int = 0
    settings: dict[str, Any] = Field(default_factory=dict)
    created_at: str = ""

    @property
    def pooler_host(self) -> str:
        """The pooler's address: `-pooler` after the first label (neon.com/docs/connect/connection-pooling)."""
        first, _, rest = self.host.partition(".")
        return f"{first}-pooler.{rest}"


class Role(Model):
    """A role; its password only in the answer that made it."""

    name: str
    branch_id: str = ""
    password: str | None = None
    protected: bool = False
    authentication_method: str = ""
    created_at: str = ""


class Database(Model):
    """A database."""

    id: int
    name: str
    owner_name: str
    created_at: str = ""


class ScheduleItem(Model):
    """One line of a backup schedule."""

    frequency: str
    hour: int | None = None
    day: int | None = None
    month: int | None = None
    retention_seconds: int | None = None


class OperationRecord(Operation):
    """An operation as a listing shows it; milliseconds."""

    branch_id: str | None = None
    endpoint_id: str | None = None
    created_at: str = ""
    updated_at: str = ""
    total_duration_ms: int | None = None


class Organization(Model):
    """An organisation."""

    id: str
    name: str = ""
    handle: str = ""
    plan: str = ""
    managed_by: str = ""
    created_at: str = ""


class Region(Model):
    """A region."""

    region_id: str
    name: str = ""
    default: bool = False


class SnapshotRecord(Model):
    """A snapshot; bytes."""

    id: str
    name: str = ""
    source_branch_id: str | None = None
    lsn: str | None = None
    timestamp: str | None = None
    created_at: str = ""
    expires_at: str | None = None
    manual: bool = False
    full_size: int | None = None
    diff_size: int | None = None


class ConnectionUri(Model):
    """A connection string, with its password."""

    uri: str


class RevealedPassword(Model):
    """The password of a role."""

    password: str


class ConsumedMetric(Model):
    """One figure."""

    metric_name: str
    value: float


class ConsumedFrame(Model):
    """The figures of an hour, a day or a month."""

    timeframe_start: str = ""
    timeframe_end: str = ""
    metrics: list[ConsumedMetric] = Field(default_factory=list)


class ConsumedPeriod(Model):
    """A billing period."""

    consumption: list[ConsumedFrame] = Field(default_factory=list)


class ConsumedProject(Model):
    """What a project used."""

    project_id: str
    periods: list[ConsumedPeriod] = Field(default_factory=list)
