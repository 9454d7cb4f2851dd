"""Builds the vendors' providers, explicitly: nothing is taken from whatever the environment happens to hold.

A provider whose vendor is switched off is not built and its package not loaded.
"""

from __future__ import annotations

import pulumi
import pulumi_github as github
import pulumiverse_vercel as vercel

import pulumi_neon as neon
from infra.settings import Settings, Tokens


def build_providers(settings: Settings, tokens: Tokens) -> list[pulumi.ProviderResource]:
    """One provider for each package that the stack uses."""
    providers: list[pulumi.ProviderResource] = [
        vercel.Provider("vercel", api_token=tokens.get("VERCEL_API_TOKEN"), team=settings.hosting.team_id),
        neon.Provider("neon", api_key=tokens.get("NEON_API_KEY"), plan=settings.plans.neon),
        # The new client runs in parallel and ignores stale ETags, which hide drift.
        github.Provider(
            "github", token=tokens.get("GITHUB_TOKEN"), owner=settings.repository.owner, legacy_client=False
        ),
    ]
    if settings.cache.enabled:
        import upstash_pulumi as upstash

        providers.append(
            upstash.Provider("upstash", email=tokens.get("UPSTASH_EMAIL"), api_key=tokens.get("UPSTASH_API_KEY"))
        )
    if settings.errors.enabled:
        import pulumiverse_sentry as sentry

        providers.append(sentry.Provider("sentry", token=tokens.get("SENTRY_AUTH_TOKEN")))
    if settings.backups.separate_storage.enabled:
        import pulumi_aws as aws

        providers.append(
            aws.Provider(
                "aws",
                region=settings.backups.separate_storage.region,
                access_key=tokens.get("AWS_ACCESS_KEY_ID"),
                secret_key=tokens.get("AWS_SECRET_ACCESS_KEY"),
            )
        )
    return providers
