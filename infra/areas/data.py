"""What keeps data: database, cache, error reports, and the storage for copies. None stands for a vendor that is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi import ResourceOptions

from infra import names
from infra.components.neon_database import NeonDatabase, NeonDatabaseArgs
from infra.settings import Settings

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.backup_storage import BackupStorage
    from infra.components.sentry_errors import SentryErrors
    from infra.components.upstash_cache import UpstashCache


def database(settings: Settings, opts: ResourceOptions) -> NeonDatabase:
    """The Neon project."""
    database = settings.database
    return NeonDatabase(
        "database",
        NeonDatabaseArgs(
            project=names.neon_project(settings.hosting.project),
            region=database.region,
            postgres_version=database.postgres_version,
            history_hours=database.history_hours,
            min_compute_units=database.min_compute_units,
            max_compute_units=database.max_compute_units,
            suspend_after_seconds=database.suspend_after_seconds,
            compute_hours_limit=database.compute_hours_limit,
            database=database.name,
            owner_role=database.owner_role,
            application_role=database.application_role,
            protected_branch=database.protected_branch,
            allowed_addresses=sorted(database.allowed_addresses),
            snapshot_daily_hour=database.snapshots.daily_hour,
            snapshot_weekly_day=database.snapshots.weekly_day,
            snapshot_weekly_hour=database.snapshots.weekly_hour,
            snapshot_retention_days=database.snapshots.retention_days,
            preview_parent=database.preview_parent,
            protect=settings.protect_resources,
        ),
        opts,
    )


def cache(settings: Settings, opts: ResourceOptions) -> UpstashCache | None:
    """The Redis database."""
    if not settings.cache.enabled:
        return None
    from infra.components.upstash_cache import UpstashCache, UpstashCacheArgs

    args = UpstashCacheArgs(
        database=names.redis_database(settings.hosting.project),
        region=settings.cache.region,
        eviction=settings.cache.eviction,
    )
    return UpstashCache("cache", args, opts)


def errors(settings: Settings, opts: ResourceOptions) -> SentryErrors | None:
    """The Sentry project."""
    if not settings.errors.enabled:
        return None
    from infra.components.sentry_errors import SentryErrors, SentryErrorsArgs

    args = SentryErrorsArgs(
        organization=settings.errors.organization,
        slug=names.sentry_slug(settings.hosting.project),
        environment=settings.environment,
        errors_per_hour=settings.errors.errors_per_hour,
    )
    return SentryErrors("errors", args, opts)


def storage(settings: Settings, opts: ResourceOptions) -> BackupStorage | None:
    """The bucket for weekly copies."""
    storage = settings.backups.separate_storage
    if not storage.enabled:
        return None
    from infra.components.backup_storage import BackupStorage, BackupStorageArgs

    args = BackupStorageArgs(
        bucket=storage.bucket,
        region=storage.region,
        lock_days=storage.lock_days,
        expire_days=storage.expire_days,
        role=names.backup_role(settings.hosting.project),
        owner=settings.repository.owner,
        owner_id=settings.repository.owner_id,
        repository=settings.repository.name,
        repository_id=settings.repository.repository_id,
        environment=settings.environment,
        protect=settings.protect_resources,
    )
    return BackupStorage("backup", args, opts)
