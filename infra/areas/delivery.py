"""What stands between a commit and a deployment: the GitHub environment, and the repository where a stack governs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi import ResourceOptions

from infra.components.github_environment import GithubEnvironment, GithubEnvironmentArgs
from infra.components.github_repository import GithubRepository, GithubRepositoryArgs
from infra.components.github_rulesets import GithubRulesets, GithubRulesetsArgs
from infra.components.neon_database import NeonDatabase
from infra.components.vercel_app import VercelApp
from infra.settings import Inputs, Settings

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.backup_storage import BackupStorage


def environment(
    inputs: Inputs,
    repository: pulumi.Input[str],
    app: VercelApp,
    database: NeonDatabase,
    storage: BackupStorage | None,
    opts: ResourceOptions,
) -> None:
    """The GitHub environment and what its jobs may read."""
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


def repository(settings: Settings, opts: ResourceOptions) -> pulumi.Input[str]:
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
