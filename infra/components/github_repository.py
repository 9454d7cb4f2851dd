"""What exists once per repository: its settings, security, Actions permissions and labels. One stack governs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_github as github
from pulumi import ResourceOptions

LABELS: Final = (
    ("release", "0e8a16", "Part of the next release"),
    ("hotfix", "b60205", "May be released outside the low-traffic window, with a reason"),
    ("breaking", "d93f0b", "Changes the API: raises the major version"),
    ("drift", "fbca04", "Declared and real state differ"),
    ("dependencies", "0366d6", "Updates of dependencies"),
)
_ACTIONS: Final = ("pulumi/actions@*", "zizmorcore/zizmor-action@*")


@dataclass(frozen=True, kw_only=True, slots=True)
class GithubRepositoryArgs:
    """`scanning` says whether the plan has secret scanning for this visibility: sent where it is missing, GitHub refuses."""

    repository: str
    description: str
    homepage: str
    visibility: str
    scanning: bool
    protect: bool


class GithubRepository(pulumi.ComponentResource):
    """The repository as it must be; adopt an existing one with `pulumi import`."""

    name: pulumi.Output[str]

    def __init__(self, name: str, args: GithubRepositoryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:delivery:GithubRepository", name, {"repository": args.repository}, opts)
        repository = self._declare_repository(name, args)
        self.name = repository.name
        child = ResourceOptions(parent=repository)
        alerts = github.RepositoryVulnerabilityAlerts(f"{name}-alerts", repository=self.name, enabled=True, opts=child)
        github.RepositoryDependabotSecurityUpdates(
            f"{name}-dependabot",
            repository=self.name,
            enabled=True,
            opts=ResourceOptions(parent=repository, depends_on=[alerts]),
        )
        github.ActionsRepositoryPermissions(
            f"{name}-actions",
            repository=self.name,
            enabled=True,
            allowed_actions="selected",
            allowed_actions_config={
                "github_owned_allowed": True,
                "verified_allowed": False,
                "patterns_alloweds": list(_ACTIONS),
            },
            sha_pinning_required=True,
            opts=child,
        )
        github.WorkflowRepositoryPermissions(
            f"{name}-token",
            repository=self.name,
            default_workflow_permissions="read",
            can_approve_pull_request_reviews=False,
            opts=child,
        )
        github.IssueLabels(
            f"{name}-labels",
            repository=self.name,
            labels=[{"name": label, "color": color, "description": text} for label, color, text in LABELS],
            opts=child,
        )
        self.register_outputs({"name": self.name})

    def _declare_repository(self, name: str, args: GithubRepositoryArgs) -> github.Repository:
        # Both or none: scanning without push protection is a difference for ever.
        security: github.RepositorySecurityAndAnalysisArgsDict = {
            "secret_scanning": {"status": "enabled"},
            "secret_scanning_push_protection": {"status": "enabled"},
        }
        return github.Repository(
            f"{name}-repository",
            name=args.repository,
            description=args.description,
            homepage_url=args.homepage,
            visibility=args.visibility,  # left out, it would be public
            has_issues=True,
            has_projects=False,
            has_wiki=False,
            has_discussions=False,
            allow_squash_merge=True,
            allow_merge_commit=False,
            allow_rebase_merge=False,
            allow_auto_merge=False,
            allow_update_branch=True,
            squash_merge_commit_title="PR_TITLE",
            squash_merge_commit_message="PR_BODY",
            delete_branch_on_merge=True,
            web_commit_signoff_required=False,
            archive_on_destroy=True,
            security_and_analysis=security if args.scanning else None,
            # The code and its history: archived when taken off the stack, never deleted.
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
