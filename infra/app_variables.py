"""The variables the app reads, by target. Names of secrets never start with VITE_: Vite writes such values into every page.

Previews get no database: the workflow of a pull request gives its deployments a branch of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi

from infra.components.environment_variables import Variable
from infra.components.generated_secrets import GeneratedSecrets
from infra.components.neon_database import NeonDatabase
from infra.settings import Settings, StackSecrets

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.sentry_errors import SentryErrors
    from infra.components.upstash_cache import UpstashCache

GENERATED: Final = ("AUTH_SECRET", "CRON_SECRET")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where values come from; `cache` and `errors` are None when switched off."""

    settings: Settings
    secrets: StackSecrets
    database: NeonDatabase
    generated: GeneratedSecrets
    cache: UpstashCache | None
    errors: SentryErrors | None


def targets(settings: Settings) -> tuple[str, ...]:
    """Vercel's targets that this project deploys to."""
    return ("production", "preview") if settings.hosting.previews else ("production",)


def app_variables(sources: Sources) -> list[Variable]:
    """Every variable of the Vercel project."""
    return [*_plain(sources), *_secret(sources), *_cache(sources), *_errors(sources)]


def _plain(sources: Sources) -> list[Variable]:
    settings, every = sources.settings, targets(sources.settings)
    values = {
        "PAYFAST_MERCHANT_ID": settings.payments.merchant_id,
        "PAYFAST_URL": settings.payfast_url,
        "VITE_APP_URL": settings.app_url,
        "VITE_API_URL": f"{settings.app_url}/api",
        "LOG_LEVEL": settings.application.log_level,
    }
    for feature, on in settings.application.features.items():
        values[f"VITE_FEATURE_{feature}"] = str(on).lower()
    return [Variable(key=key, value=value, targets=every) for key, value in values.items()]


def _secret(sources: Sources) -> list[Variable]:
    secrets, every, database = sources.secrets, targets(sources.settings), sources.database
    production = ("production",)

    def sensitive(key: str, value: pulumi.Input[str], where: tuple[str, ...]) -> Variable:
        return Variable(key=key, value=value, targets=where, sensitive=True)

    return [
        sensitive("DATABASE_URL", database.pooled_url, production),
        sensitive("DIRECT_URL", database.direct_url, production),
        sensitive("PAYFAST_MERCHANT_KEY", secrets.get("payfastMerchantKey"), every),
        sensitive("PAYFAST_PASSPHRASE", secrets.get("payfastPassphrase"), every),
        *(sensitive(key, value, (target,)) for (key, target), value in sources.generated.values.items()),
    ]


def _cache(sources: Sources) -> list[Variable]:
    if sources.cache is None:
        return []
    cache, production = sources.cache, ("production",)
    return [
        Variable(key="UPSTASH_REDIS_REST_URL", value=cache.rest_url, targets=production),
        Variable(key="UPSTASH_REDIS_REST_TOKEN", value=cache.rest_token, targets=production, sensitive=True),
        Variable(key="REDIS_URL", value=cache.redis_url, targets=production, sensitive=True),
    ]


def _errors(sources: Sources) -> list[Variable]:
    if sources.errors is None:
        return []
    settings, every = sources.settings, targets(sources.settings)
    return [
        Variable(key="VITE_SENTRY_DSN", value=sources.errors.dsn, targets=every, comment="public by nature"),
        Variable(key="SENTRY_ENVIRONMENT", value=settings.environment, targets=every),
        Variable(key="SENTRY_ORG", value=settings.errors.organization, targets=every),
        Variable(key="SENTRY_PROJECT", value=sources.errors.project_slug, targets=every),
        Variable(
            key="SENTRY_AUTH_TOKEN",
            value=sources.secrets.get("sentryBuildToken"),
            targets=every,
            sensitive=True,
            comment="uploads source maps at build",
        ),
    ]
