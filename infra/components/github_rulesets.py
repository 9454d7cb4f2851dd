"""Rules for the two long-lived branches and for version tags.

Releases fast-forward the release branch: squashing or rebasing would part the two branches for ever. So that branch has no
pull-request rule; only the release App may move it, and only to commits whose checks passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_github as github
from pulumi import ResourceOptions

_ACTIONS_APP: Final = 15368
"""GitHub Actions: checks of the same name by another app do not count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GithubRulesetsArgs:
    """`required_checks` are job names; `release_app_id` is the App that releases."""

    repository: pulumi.Input[str]
    staging_branch: str
    release_branch: str
    required_checks: Sequence[str]
    required_reviews: int
    release_app_id: int
    protect: bool


class GithubRulesets(pulumi.ComponentResource):
    """Three rulesets."""

    def __init__(self, name: str, args: GithubRulesetsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:delivery:GithubRulesets", name, {}, opts)
        self._args = args
        app: github.RepositoryRulesetBypassActorArgsDict = {
            "actor_type": "Integration",
            "actor_id": args.release_app_id,
            "bypass_mode": "always",
        }
        checks: github.RepositoryRulesetRulesRequiredStatusChecksArgsDict = {
            "strict_required_status_checks_policy": True,
            "do_not_enforce_on_create": False,
            "required_checks": [{"context": check, "integration_id": _ACTIONS_APP} for check in args.required_checks],
        }
        self._declare(
            f"{name}-staging",
            "branch",
            f"refs/heads/{args.staging_branch}",
            {
                "deletion": True,
                "non_fast_forward": True,
                "required_linear_history": True,
                "required_status_checks": checks,
                "pull_request": {
                    "required_approving_review_count": args.required_reviews,
                    "dismiss_stale_reviews_on_push": True,
                    "require_code_owner_review": True,
                    "require_last_push_approval": True,
                    "required_review_thread_resolution": True,
                    "allowed_merge_methods": ["squash"],
                },
            },
        )
        self._declare(
            f"{name}-release-content",
            "branch",
            f"refs/heads/{args.release_branch}",
            {
                "deletion": True,
                "non_fast_forward": True,
                "required_linear_history": True,
                "required_signatures": True,
                "required_status_checks": checks,
            },
        )
        # A bypass skips every rule of its ruleset, so the right to move the branch stands in one of its own.
        self._declare(
            f"{name}-release-access",
            "branch",
            f"refs/heads/{args.release_branch}",
            {"update": True, "creation": True},
            bypass=[app],
        )
        self._declare(
            f"{name}-versions",
            "tag",
            "refs/tags/v*",
            {"creation": True, "update": True, "deletion": True, "non_fast_forward": True},
            bypass=[app],
        )
        self.register_outputs({})

    def _declare(
        self,
        name: str,
        target: str,
        ref: str,
        rules: github.RepositoryRulesetRulesArgsDict,
        bypass: Sequence[github.RepositoryRulesetBypassActorArgsDict] = (),
    ) -> None:
        github.RepositoryRuleset(
            name,
            name=name,
            repository=self._args.repository,
            target=target,
            enforcement="active",
            conditions={"ref_name": {"includes": [ref], "excludes": []}},
            rules=rules,
            bypass_actors=list(bypass),
            opts=ResourceOptions(parent=self, protect=self._args.protect),
        )
