"""The GitHub environment that a deployment passes: who approves, from which branch, and what its jobs may read.

Two traps of the vendor: an exported GITHUB_OWNER beats the owner given here, so the provider must run without it; and on a plan
without reviewers a request without them is accepted with its other protections dropped, which is why the settings refuse such
a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_github as github
from pulumi import ResourceOptions

from infra import names


@dataclass(frozen=True, kw_only=True, slots=True)
class GithubEnvironmentArgs:
    """Reviewers are numeric ids. `secrets` and `variables` are by the names the workflows read."""

    repository: pulumi.Input[str]
    environment: str
    branch: str
    reviewer_users: Sequence[int]
    reviewer_teams: Sequence[int]
    wait_minutes: int
    prevent_self_review: bool
    admins_may_bypass: bool
    secrets: Mapping[str, pulumi.Input[str]]
    variables: Mapping[str, pulumi.Input[str]]


class GithubEnvironment(pulumi.ComponentResource):
    """Environment, its branch policy, secrets and variables."""

    environment: pulumi.Output[str]

    def __init__(self, name: str, args: GithubEnvironmentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:delivery:GithubEnvironment", name, {"environment": args.environment}, opts)
        reviewers = github.RepositoryEnvironmentReviewerArgs(
            users=list(args.reviewer_users), teams=list(args.reviewer_teams)
        )
        environment = github.RepositoryEnvironment(
            f"{name}-environment",
            repository=args.repository,
            environment=args.environment,
            # An empty block never clears reviewers at GitHub; no block does.
            reviewers=[reviewers] if args.reviewer_users or args.reviewer_teams else None,
            wait_timer=args.wait_minutes,
            prevent_self_review=args.prevent_self_review,
            can_admins_bypass=args.admins_may_bypass,
            # `protected_branches` looks at classic branch protection only, and rulesets are none.
            deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
            opts=ResourceOptions(parent=self),
        )
        self.environment = environment.environment
        child = ResourceOptions(parent=environment)
        github.RepositoryEnvironmentDeploymentPolicy(
            f"{name}-branch",
            repository=args.repository,
            environment=self.environment,
            branch_pattern=args.branch,
            opts=child,
        )
        for secret, value in args.secrets.items():
            github.ActionsEnvironmentSecret(
                f"{name}-secret-{names.kebab(secret)}",
                repository=args.repository,
                environment=self.environment,
                secret_name=names.variable(secret),
                value=pulumi.Output.secret(value),
                opts=child,
            )
        for variable, value in args.variables.items():
            github.ActionsEnvironmentVariable(
                f"{name}-variable-{names.kebab(variable)}",
                repository=args.repository,
                environment=self.environment,
                variable_name=names.variable(variable),
                value=value,
                opts=child,
            )
        self.register_outputs({"environment": self.environment})
