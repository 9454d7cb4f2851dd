"""What exists in one environment, and what feeds what. Differences between environments are values of the settings.

Lists whose order says nothing are sorted here, so that reordering one plans nothing.
"""

from __future__ import annotations

from pulumi import ResourceOptions

from infra.app_variables import GENERATED, Sources, app_variables, targets
from infra.areas import data, delivery, facts, hosting
from infra.components.environment_variables import EnvironmentVariables, EnvironmentVariablesArgs
from infra.components.generated_secrets import GeneratedSecrets, GeneratedSecretsArgs
from infra.outputs import StackOutputs, development_env
from infra.providers import build_providers
from infra.settings import Inputs, Settings


def deploy(inputs: Inputs) -> StackOutputs:
    """Declare everything."""
    settings, secrets = inputs.settings, inputs.secrets
    opts = ResourceOptions(providers=build_providers(settings, inputs.tokens))

    database = data.database(settings, opts)
    cache = data.cache(settings, opts)
    errors = data.errors(settings, opts)
    storage = data.storage(settings, opts)

    app = hosting.app(settings, opts)
    headers = hosting.headers(settings, app, opts)
    hosting.firewall(settings, app, opts)
    generated = GeneratedSecrets(
        "generated",
        GeneratedSecretsArgs(keys=GENERATED, targets=targets(settings), rotation=settings.application.secret_rotation),
        opts,
    )
    variables = app_variables(
        Sources(settings=settings, secrets=secrets, database=database, generated=generated, cache=cache, errors=errors)
    )
    EnvironmentVariables(
        "variables",
        EnvironmentVariablesArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            variables=variables,
            owner=settings.repository.owner,
            rotated=settings.application.secret_rotation,
        ),
        opts,
    )
    webhook_secret = hosting.monitoring(inputs, app, opts)
    repository = delivery.repository(settings, opts)
    delivery.environment(inputs, repository, app, database, storage, opts)
    facts.declare(settings, storage)
    facts.fingerprints(inputs, variables, database)

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
