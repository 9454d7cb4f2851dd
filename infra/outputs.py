"""What a stack tells the outside: ids and names for the workflows, addresses, targets, contracts. No other module exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import pulumi
from pydantic.alias_generators import to_camel

SECRET: Final = frozenset({"migration_url", "webhook_secret"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StackOutputs:
    """Field names become camelCase outputs; those in `SECRET` are secret."""

    environment: str
    vercel_project_id: pulumi.Output[str]
    vercel_team_id: str
    app_url: str
    neon_project_id: pulumi.Output[str]
    neon_branch_id: pulumi.Output[str]
    neon_preview_parent_id: pulumi.Output[str]
    migration_url: pulumi.Output[str]
    """Direct database URL of the owner role."""
    webhook_secret: pulumi.Output[str]
    """Signs Vercel's events; empty without monitoring."""
    header_contract: pulumi.Output[Mapping[str, object]]
    """SvelteKit's `kit.csp`."""
    recovery_targets: Mapping[str, int]
    """`{rtoMinutes, rpoHours}`."""
    release_window: Mapping[str, Any]
    """`{timeZone, weekdays, startHour, endHour}`, local time."""
    backup_bucket: pulumi.Output[str] | str
    backup_role_arn: pulumi.Output[str] | str
    development_env: str
    """Template of a developer's `.env`; holds no value of any environment."""
    not_covered: Sequence[Mapping[str, str]]
    """`{what, because}`: what this stack lacks because a vendor is switched off."""


def export(outputs: StackOutputs) -> None:
    """Export every field."""
    for field in fields(outputs):
        value = getattr(outputs, field.name)
        pulumi.export(to_camel(field.name), pulumi.Output.secret(value) if field.name in SECRET else value)


def development_env(features: Sequence[str]) -> str:
    """The strategy's development environment: SQLite, a mock of PayFast, every feature flag on."""
    lines = [
        "# Development only: copy to .env and never commit it.",
        "DATABASE_URL=file:./dev.db",
        "AUTH_SECRET=  # fill with: openssl rand -base64 32",
        "PAYFAST_URL=http://localhost:5173/mock/payfast",
        "PAYFAST_MERCHANT_ID=10000100",
        "PAYFAST_MERCHANT_KEY=mock",
        "PAYFAST_PASSPHRASE=mock",
        "VITE_APP_URL=http://localhost:5173",
        "VITE_API_URL=http://localhost:5173/api",
        "LOG_LEVEL=debug",
        *(f"VITE_FEATURE_{feature}=true" for feature in sorted(features)),
    ]
    return "\n".join(lines) + "\n"
