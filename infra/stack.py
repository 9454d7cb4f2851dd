"""What exists in one environment, and what feeds what. Differences between environments are values of the settings.

Lists whose order says nothing are sorted here, so that reordering one plans nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi import ResourceOptions

from infra import names
from infra.app_variables import GENERATED, Sources, app_variables, targets
from infra.components.compliance.backup_export import BackupExport, BackupExportArgs
from infra.components.compliance.data_inventory import DataInventory, DataInventoryArgs
from infra.components.compliance.incident_contacts import IncidentContacts, IncidentContactsArgs
from infra.components.compliance.log_sink import LogSink, LogSinkArgs
from infra.components.compliance.recovery_targets import RecoveryTargets, RecoveryTargetsArgs
from infra.components.compliance.restore_drill import RestoreDrill, RestoreDrillArgs
from infra.components.compliance.script_inventory import ScriptInventory, ScriptInventoryArgs
from infra.components.environment_variables import EnvironmentVariables, EnvironmentVariablesArgs
from infra.components.firewall import FirewallArgs, declare_firewall
from infra.components.generated_secrets import GeneratedSecrets, GeneratedSecretsArgs
from infra.components.github_environment import GithubEnvironment, GithubEnvironmentArgs
from infra.components.github_repository import GithubRepository, GithubRepositoryArgs
from infra.components.github_rulesets import GithubRulesets, GithubRulesetsArgs
from infra.components.monitoring import Monitoring, MonitoringArgs
from infra.components.neon_database import NeonDatabase, NeonDatabaseArgs
from infra.components.security_headers import SecurityHeaders, SecurityHeadersArgs
from infra.components.vercel_app import VercelApp, VercelAppArgs
from infra.outputs import StackOutputs, development_env
from infra.providers import build_providers
from infra.settings import Inputs, Settings

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.backup_storage import BackupStorage
    from infra.components.sentry_errors import SentryErrors
    from infra.components.upstash_cache import UpstashCache


def deploy(inputs: Inputs) -> StackOutputs:
    """Declare everything."""
    settings, secrets = inputs.settings, inputs.secrets
    opts = ResourceOptions(providers=build_providers(settings, inputs.tokens))

    database = _database(settings, opts)
    cache = _cache(settings, opts)
    errors = _errors(settings, opts)
    storage = _storage(settings, opts)

    app = _app(settings, opts)
    headers = _headers(settings, app, opts)
    _firewall(settings, app, opts)
    generated = GeneratedSecrets(
        "generated",
        GeneratedSecretsArgs(keys=GENERATED, targets=targets(settings), rotation=settings.application.secret_rotation),
        opts,
    )
    EnvironmentVariables(
        "variables",
        EnvironmentVariablesArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            variables=app_variables(
                Sources(
                    settings=settings,
                    secrets=secrets,
                    database=database,
                    generated=generated,
                    cache=cache,
                    errors=errors,
                )
            ),
            owner=settings.repository.owner,
            rotated=settings.application.secret_rotation,
        ),
        opts,
    )
    webhook_secret = _monitoring(inputs, app, opts)
    repository = _governance(settings, opts)
    _delivery(inputs, repository, app, database, storage, opts)
    _facts(settings, storage)

    return StackOutputs(
        environment=settings.environment,
        vercel_project_id=app.project_id,
        vercel_team_id=settings.hosting.team_id,
        app_url=settings.app_url,
        neon_project_id=database.project_id,
        neon_branch_id=database.branch_id,
        neon_preview_parent_id=database.preview_parent_id,
        migration_url=database.migration_url,
        webhook_secret=webhook_secret,
        header_contract=headers.app_contract,
        recovery_targets={
            "rtoMinutes": settings.compliance.rto_minutes,
            "rpoHours": settings.compliance.rpo_hours,
        },
        release_window=settings.delivery.low_traffic.model_dump(by_alias=True),
        backup_bucket=storage.bucket if storage else "",
        backup_role_arn=storage.role_arn if storage else "",
        development_env=development_env(tuple(settings.application.features)),
        not_covered=not_covered(settings),
    )


def not_covered(settings: Settings) -> list[dict[str, str]]:
    """What the strategy asks for and this stack lacks, because a vendor is switched off or a plan does not have it."""
    storage, private = settings.backups.separate_storage, settings.repository.visibility == "private"
    plan = f"plans.github is {settings.plans.github!r} and the repository private"
    gated = not private or settings.plans.github == "enterprise"
    lost = [
        (settings.cache.enabled, "Redis caching", "cache.enabled is false"),
        (settings.errors.enabled, "error tracking with Sentry", "errors.enabled is false"),
        (storage.enabled, "weekly backups in separate storage", "backups.separateStorage.enabled is false"),
        (settings.monitoring.enabled, "log drain, alerts and deployment events", "monitoring.enabled is false"),
        (gated or not settings.repository.governance, "secret scanning with push protection", plan),
        (gated or not settings.repository.governance, "approval of deployments at GitHub", plan),
    ]
    return [{"what": what, "because": because} for covered, what, because in lost if not covered]


# ---- data ----------------------------------------------------------------------------------------------------------


def _database(settings: Settings, opts: ResourceOptions) -> NeonDatabase:
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


def _cache(settings: Settings, opts: ResourceOptions) -> UpstashCache | None:
    if not settings.cache.enabled:
        return None
    from infra.components.upstash_cache import UpstashCache, UpstashCacheArgs

    args = UpstashCacheArgs(
        database=names.redis_database(settings.hosting.project),
        region=settings.cache.region,
        eviction=settings.cache.eviction,
    )
    return UpstashCache("cache", args, opts)


def _errors(settings: Settings, opts: ResourceOptions) -> SentryErrors | None:
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


def _storage(settings: Settings, opts: ResourceOptions) -> BackupStorage | None:
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


# ---- hosting -------------------------------------------------------------------------------------------------------


def _app(settings: Settings, opts: ResourceOptions) -> VercelApp:
    hosting, repository = settings.hosting, settings.repository
    branches = {repository.staging_branch, repository.release_branch} - {hosting.production_branch}
    return VercelApp(
        "app",
        VercelAppArgs(
            project=hosting.project,
            team_id=hosting.team_id,
            repository=f"{repository.owner}/{repository.name}",
            production_branch=hosting.production_branch,
            other_branch=min(branches),
            node_version=hosting.node_version,
            function_region=hosting.function_region,
            function_timeout_seconds=hosting.function_timeout_seconds,
            previews=hosting.previews,
            domain=hosting.domain,
            redirect_domains=hosting.redirect_domains,
            skew_protection=hosting.skew_protection,
            assign_domains_automatically=hosting.assign_domains_automatically,
            rollout_stages=hosting.rolling_release.stages if hosting.rolling_release.enabled else [],
            deployment_checks=hosting.deployment_checks,
            retention=hosting.retention.model_dump(),
            protect=settings.protect_resources,
        ),
        opts,
    )


def _headers(settings: Settings, app: VercelApp, opts: ResourceOptions) -> SecurityHeaders:
    headers = settings.headers
    return SecurityHeaders(
        "headers",
        SecurityHeadersArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            csp=headers.content_security_policy,
            csp_mode=headers.csp_mode,
            edge_directives=headers.edge_directives,
            headers={
                "Strict-Transport-Security": headers.strict_transport_security,
                "X-Frame-Options": headers.frame_options,
                "X-Content-Type-Options": headers.content_type_options,
                "Referrer-Policy": headers.referrer_policy,
                "Permissions-Policy": headers.permissions_policy,
                "Cross-Origin-Opener-Policy": headers.cross_origin_opener_policy,
                "Cross-Origin-Resource-Policy": headers.cross_origin_resource_policy,
                "X-XSS-Protection": headers.xss_protection,
            },
            no_store_paths=sorted(headers.no_store_paths),
            payment_hosts=[settings.payfast_url.removesuffix("/eng/process")],
        ),
        opts,
    )


def _firewall(settings: Settings, app: VercelApp, opts: ResourceOptions) -> None:
    firewall = settings.hosting.firewall
    args = FirewallArgs(
        project_id=app.project_id,
        team_id=settings.hosting.team_id,
        enabled=firewall.enabled,
        managed_rules=firewall.managed_rules,
        callback_path=firewall.callback_path,
        limited_paths=sorted(firewall.limited_paths),
        requests_per_minute=firewall.requests_per_minute,
    )
    declare_firewall("app-firewall", args, ResourceOptions.merge(opts, ResourceOptions(parent=app)))


def _monitoring(inputs: Inputs, app: VercelApp, opts: ResourceOptions) -> pulumi.Output[str]:
    settings = inputs.settings
    monitoring = settings.monitoring
    if not monitoring.enabled:
        return pulumi.Output.from_input("")
    LogSink(
        "log-sink",
        LogSinkArgs(
            provider=monitoring.log_provider,
            endpoint=monitoring.log_endpoint,
            retention_days=monitoring.log_retention_days,
            hot_days=monitoring.log_hot_days,
            immutable=monitoring.log_immutable,
        ),
    )
    declared = Monitoring(
        "monitoring",
        MonitoringArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            drain_name=names.log_drain(settings.hosting.project),
            log_endpoint=monitoring.log_endpoint,
            log_secret=inputs.secrets.get("logDrainSecret"),
            events_endpoint=monitoring.events_endpoint,
            previews=settings.hosting.previews,
        ),
        opts,
    )
    return declared.webhook_secret


# ---- delivery ------------------------------------------------------------------------------------------------------


def _delivery(
    inputs: Inputs,
    repository: pulumi.Input[str],
    app: VercelApp,
    database: NeonDatabase,
    storage: BackupStorage | None,
    opts: ResourceOptions,
) -> None:
    settings = inputs.settings
    delivery = settings.delivery
    variables: dict[str, pulumi.Input[str]] = {
        "APP_URL": settings.app_url,
        "NEON_PROJECT_ID": database.project_id,
        "NEON_BRANCH_ID": database.branch_id,
    }
    if storage:
        variables |= {"BACKUP_BUCKET": storage.bucket, "BACKUP_ROLE_ARN": storage.role_arn}
    GithubEnvironment(
        "delivery",
        GithubEnvironmentArgs(
            repository=repository,
            environment=settings.environment,
            branch=delivery.branch,
            reviewer_users=sorted(delivery.reviewers.users),
            reviewer_teams=sorted(delivery.reviewers.teams),
            wait_minutes=delivery.wait_minutes,
            prevent_self_review=delivery.prevent_self_review,
            admins_may_bypass=delivery.admins_may_bypass,
            secrets={
                "VERCEL_TOKEN": inputs.secrets.get("vercelDeployToken"),
                "VERCEL_ORG_ID": settings.hosting.team_id,
                "VERCEL_PROJECT_ID": app.project_id,
                "DATABASE_URL": database.migration_url,
            },
            variables=variables,
        ),
        opts,
    )


def _governance(settings: Settings, opts: ResourceOptions) -> pulumi.Input[str]:
    """The repository's name; where this stack governs the repository, what uses the name waits for it."""
    repository = settings.repository
    if not repository.governance:
        return repository.name
    declared = GithubRepository(
        "repository",
        GithubRepositoryArgs(
            repository=repository.name,
            description="BrightBroom: book a cleaning service",
            homepage=settings.app_url,
            visibility=repository.visibility,
            scanning=repository.visibility == "public" or settings.plans.github == "enterprise",
            protect=settings.protect_resources,
        ),
        opts,
    )
    GithubRulesets(
        "rulesets",
        GithubRulesetsArgs(
            repository=declared.name,
            staging_branch=repository.staging_branch,
            release_branch=repository.release_branch,
            required_checks=sorted(settings.delivery.required_checks),
            required_reviews=settings.delivery.required_reviews,
            release_app_id=repository.release_app_id,
            protect=settings.protect_resources,
        ),
        opts,
    )
    return declared.name


# ---- declared facts ------------------------------------------------------------------------------------------------


def _facts(settings: Settings, storage: BackupStorage | None) -> None:
    facts, backups = settings.compliance, settings.backups
    DataInventory("data-inventory", DataInventoryArgs(categories=[c.model_dump(by_alias=True) for c in facts.data]))
    ScriptInventory(
        "script-inventory", ScriptInventoryArgs(scripts=[s.model_dump(by_alias=True) for s in facts.scripts])
    )
    IncidentContacts(
        "incident-contacts",
        IncidentContactsArgs(
            roles=[role.model_dump(by_alias=True) for role in facts.incident_roles], user_notice=facts.user_notice
        ),
    )
    RecoveryTargets("recovery-targets", RecoveryTargetsArgs(rto_minutes=facts.rto_minutes, rpo_hours=facts.rpo_hours))
    RestoreDrill("restore-drill", RestoreDrillArgs(every_days=backups.drill_every_days, max_minutes=facts.rto_minutes))
    if storage:
        BackupExport(
            "backup-export",
            BackupExportArgs(
                frequency="weekly",
                provider="aws",
                location=storage.bucket,
                encrypted=True,
                immutable=True,
                retention_days=backups.separate_storage.expire_days,
            ),
        )
