"""The Vercel project of one environment: its branch, build, domains, retention, rollout and gates.

Every boolean is written out: an update of a project sends nearly all of them, and one left out is sent as false (and skew
protection as off).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_vercel as vercel
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class VercelAppArgs:
    """`rollout_stages` are percentages of the traffic, empty for all at once; `retention` maps production, preview, canceled and
    errored to lives such as `1y`."""

    project: str
    team_id: str
    repository: str
    """`owner/name` at GitHub; Vercel's GitHub App must be installed there."""
    production_branch: str
    other_branch: str
    """The branch of the other environment: this project never builds it."""
    node_version: str
    function_region: str
    function_timeout_seconds: int
    previews: bool
    domain: str
    redirect_domains: Sequence[str]
    skew_protection: str
    assign_domains_automatically: bool
    rollout_stages: Sequence[int]
    deployment_checks: Sequence[str]
    retention: Mapping[str, str]
    protect: bool


class VercelApp(pulumi.ComponentResource):
    """The project and what lives and dies with it."""

    project_id: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(self, name: str, args: VercelAppArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:hosting:VercelApp", name, {"project": args.project}, opts)
        self.project = self._declare_project(name, args)
        self.project_id = self.project.id
        self.url = pulumi.Output.from_input(f"https://{args.domain}")
        child = ResourceOptions(parent=self)
        apex = vercel.ProjectDomain(
            f"{name}-domain", project_id=self.project_id, team_id=args.team_id, domain=args.domain, opts=child
        )
        for domain in args.redirect_domains:
            vercel.ProjectDomain(
                f"{name}-redirect-{domain.replace('.', '-')}",
                project_id=self.project_id,
                team_id=args.team_id,
                domain=domain,
                redirect=args.domain,
                redirect_status_code=308,
                opts=ResourceOptions(
                    parent=self, depends_on=[apex]
                ),  # the target must be a domain of the project already
            )
        vercel.ProjectDeploymentRetention(
            f"{name}-retention",
            project_id=self.project_id,
            team_id=args.team_id,
            expiration_production=args.retention["production"],
            expiration_preview=args.retention["preview"],
            expiration_canceled=args.retention["canceled"],
            expiration_errored=args.retention["errored"],
            opts=child,
        )
        for check in args.deployment_checks:
            vercel.ProjectDeploymentCheck(
                f"{name}-check-{check}",
                name=check,
                project_id=self.project_id,
                team_id=args.team_id,
                requires="none",
                blocks="deployment-alias",
                targets=["production"],
                is_rerequestable=False,  # checks of a Git provider are run again there
                source={"kind": "git-provider", "provider": "github", "external_check_name": check},
                opts=child,
            )
        if args.rollout_stages:
            vercel.ProjectRollingRelease(
                f"{name}-rollout",
                project_id=self.project_id,
                team_id=args.team_id,
                advancement_type="manual-approval",
                stages=[{"target_percentage": percentage} for percentage in args.rollout_stages],
                opts=child,
            )
        self.register_outputs({"project_id": self.project_id, "url": self.url})

    def _declare_project(self, name: str, args: VercelAppArgs) -> vercel.Project:
        return vercel.Project(
            f"{name}-project",
            name=args.project,
            team_id=args.team_id,
            framework="sveltekit-1",  # the slug of current SvelteKit; `sveltekit` is the line before 1.0
            node_version=args.node_version,
            install_command="npm ci",
            build_command="npm run build",
            git_repository={"type": "github", "repo": args.repository, "production_branch": args.production_branch},
            # Exit 0 skips a build: the other environment's branch is built by the other project.
            ignore_command=f'test "$VERCEL_GIT_COMMIT_REF" = "{args.other_branch}"',
            preview_deployments_disabled=not args.previews,
            resource_config={
                "fluid": True,
                "function_default_regions": [args.function_region],
                "function_default_timeout": args.function_timeout_seconds,
            },
            skew_protection=args.skew_protection,
            auto_assign_custom_domains=args.assign_domains_automatically,
            automatically_expose_system_environment_variables=True,
            vercel_authentication={"deployment_type": "standard_protection_new"},
            oidc_token_config={"issuer_mode": "team"},
            git_comments={"on_commit": False, "on_pull_request": args.previews},
            git_provider_options={
                "create_deployments": True,
                "git_commit_status": True,
                "repository_dispatch_events": False,
                "require_verified_commits": False,
            },
            git_fork_protection=True,
            git_lfs=False,
            protected_sourcemaps=True,
            directory_listing=False,
            customer_success_code_visibility=False,
            enable_affected_projects_deployments=False,
            enable_preview_feedback=args.previews,
            enable_production_feedback=False,
            function_failover=False,
            prioritise_production_builds=True,
            on_demand_concurrent_builds=False,
            build_machine_type="standard",
            # A deleted project takes its domains, variables and deployments with it.
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
