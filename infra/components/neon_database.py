"""Postgres at Neon for one environment: project, protected default branch, two roles, and the backups.

The owner role migrates, the application role works: an application that is broken into cannot change the schema. Snapshots
live inside the project; the copy elsewhere is `infra.components.backup_storage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pulumi
from pulumi import ResourceOptions

import pulumi_neon as neon

_DAY: Final = 86_400
_BRANCH: Final = "main"


@dataclass(frozen=True, kw_only=True, slots=True)
class NeonDatabaseArgs:
    """Sizes in compute units, times in the unit of their name; hours of snapshots are UTC, weekday 1 is Monday."""

    project: str
    region: str
    postgres_version: int
    history_hours: int
    min_compute_units: float
    max_compute_units: float
    suspend_after_seconds: int
    compute_hours_limit: int
    database: str
    owner_role: str
    application_role: str
    protected_branch: bool
    allowed_addresses: Sequence[str]
    snapshot_daily_hour: int
    snapshot_weekly_day: int
    snapshot_weekly_hour: int
    snapshot_retention_days: int
    preview_parent: bool
    protect: bool


class NeonDatabase(pulumi.ComponentResource):
    """The database; every URL is a secret."""

    project_id: pulumi.Output[str]
    branch_id: pulumi.Output[str]
    preview_parent_id: pulumi.Output[str]
    """The schema-only branch that preview branches start from; empty where there are no previews."""
    pooled_url: pulumi.Output[str]
    """For the app's functions: many short connections through the pooler."""
    direct_url: pulumi.Output[str]
    """For the app where the pooler does not serve, such as listening."""
    migration_url: pulumi.Output[str]
    """For migrations and dumps, as the owner: never given to the app."""

    def __init__(self, name: str, args: NeonDatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:data:NeonDatabase", name, {"project": args.project, "region": args.region}, opts)
        child = ResourceOptions(parent=self)
        project = self._declare_project(name, args)
        self.project_id, self.branch_id = project.id, project.default_branch_id
        role = neon.Role(
            f"{name}-application-role",
            project_id=self.project_id,
            branch_id=self.branch_id,
            name=args.application_role,
            opts=child,
        )
        neon.BackupSchedule(
            f"{name}-snapshots",
            project_id=self.project_id,
            branch_id=self.branch_id,
            items=_schedule(args),
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        self.preview_parent_id = pulumi.Output.from_input("")
        if args.preview_parent:
            parent = neon.Branch(
                f"{name}-preview-parent",
                project_id=self.project_id,
                name="preview-parent",
                parent_id=self.branch_id,
                init_source="schema-only",  # no row of this environment ever reaches a preview
                protected=False,
                opts=child,
            )
            self.preview_parent_id = parent.branch_id
        self.pooled_url = _url(args.application_role, role.password, project.pooler_host, args.database)
        self.direct_url = _url(args.application_role, role.password, project.host, args.database)
        self.migration_url = _url(args.owner_role, project.password, project.host, args.database)
        self.register_outputs(
            {
                "project_id": self.project_id,
                "branch_id": self.branch_id,
                "preview_parent_id": self.preview_parent_id,
                "pooled_url": self.pooled_url,
                "direct_url": self.direct_url,
                "migration_url": self.migration_url,
            }
        )

    def _declare_project(self, name: str, args: NeonDatabaseArgs) -> neon.Project:
        limits = {
            "minCu": args.min_compute_units,
            "maxCu": args.max_compute_units,
            "suspendTimeoutSeconds": args.suspend_after_seconds,
        }
        return neon.Project(
            f"{name}-project",
            name=args.project,
            region_id=args.region,
            pg_version=args.postgres_version,
            store_passwords=True,
            history_retention_seconds=args.history_hours * 3600,
            default_branch={
                "name": _BRANCH,
                "protected": args.protected_branch,
                "roleName": args.owner_role,
                "databaseName": args.database,
            },
            default_endpoint=limits,
            endpoint_defaults=limits,
            allowed_ips=list(args.allowed_addresses),
            quota={"computeTimeSeconds": args.compute_hours_limit * 3600},
            deletion_protection=args.protect,
            # All customer data: the engine and the provider both refuse to delete it.
            opts=ResourceOptions(parent=self, protect=args.protect),
        )


def connection_url(role: str, password: str, host: str, database: str) -> str:
    """A Postgres URL that requires TLS; every part is percent-encoded, so a password may hold any character."""
    return f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@{host}/{quote(database, safe='')}?sslmode=require"


def _url(role: str, password: pulumi.Output[str], host: pulumi.Output[str], database: str) -> pulumi.Output[str]:
    parts = pulumi.Output.all(password, host)
    return pulumi.Output.secret(parts.apply(lambda known: connection_url(role, known[0], known[1], database)))


def _schedule(args: NeonDatabaseArgs) -> list[dict[str, object]]:
    kept = args.snapshot_retention_days * _DAY
    return [
        {"frequency": "daily", "hour": args.snapshot_daily_hour, "retentionSeconds": kept},
        {
            "frequency": "weekly",
            "day": args.snapshot_weekly_day,
            "hour": args.snapshot_weekly_hour,
            "retentionSeconds": kept,
        },
    ]
