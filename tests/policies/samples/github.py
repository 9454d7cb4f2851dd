"""The repository, its environments and rules."""

from __future__ import annotations

from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import resource, urn

REPOSITORY = urn(t.GITHUB_REPOSITORY, "repository")
CHECKS = {
    "requiredChecks": [{"context": check, "integrationId": 15368} for check in ("validate", "test", "e2e", "policy")],
    "strictRequiredStatusChecksPolicy": True,
}
REVIEWS = {
    "requiredApprovingReviewCount": 1,
    "dismissStaleReviewsOnPush": True,
    "requireCodeOwnerReview": True,
    "requireLastPushApproval": True,
}
GUARDED = {"deletion": True, "nonFastForward": True, "requiredLinearHistory": True, "requiredStatusChecks": CHECKS}
RELEASE_APP = {"actorType": "Integration", "actorId": 1048576, "bypassMode": "always"}

SHA = "0123456789abcdef0123456789abcdef01234567"
WORKFLOW = f"""\
on:
  push: {{branches: [main]}}
permissions: {{contents: read}}
jobs:
  test:
    steps:
      - uses: actions/checkout@{SHA} # v5
      - uses: ./.github/actions/setup
      - run: npm test
  deploy:
    needs: test
    environment: production
    steps:
      - run: npx vercel promote "$URL"
"""


def ruleset(name: str, branch: str, rules: dict[str, Any], *bypass: dict[str, Any]) -> Resource:
    """An active ruleset over one branch."""
    declared = {
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": [f"refs/heads/{branch}"], "excludes": []}},
        "rules": rules,
        "bypassActors": list(bypass),
    }
    return resource(t.GITHUB_RULESET, name, declared, repository=REPOSITORY)


def protection(name: str, branch: str, least: int = 1) -> Resource:
    """A classic branch protection that asks for all that the rules ask for."""
    reviews = {
        "requiredApprovingReviewCount": least,
        "dismissStaleReviews": True,
        "requireCodeOwnerReviews": True,
        "requireLastPushApproval": True,
    }
    declared = {
        "pattern": branch,
        "enforceAdmins": True,
        "requireSignedCommits": True,
        "requiredLinearHistory": True,
        "requiredPullRequestReviews": [reviews],
        "requiredStatusChecks": [{"strict": True, "contexts": ["validate", "test", "e2e", "policy"]}],
    }
    return resource(t.GITHUB_BRANCH_PROTECTION, name, declared, repositoryId=REPOSITORY)


def resources() -> dict[str, Resource]:
    scanning = {key: {"status": "enabled"} for key in ("secretScanning", "secretScanningPushProtection")}
    found = [
        resource(
            t.GITHUB_REPOSITORY,
            "repository",
            {"name": "brightbroom", "defaultBranch": "main", "visibility": "private", "securityAndAnalysis": scanning},
        ),
        ruleset("main", "main", {**GUARDED, "pullRequest": REVIEWS}),
        ruleset("release", "production", {**GUARDED, "requiredSignatures": True}),
        ruleset("release-access", "production", {"update": True, "creation": True}, RELEASE_APP),
        resource(t.GITHUB_ALERTS, "alerts", {"enabled": True}, repository=REPOSITORY),
        resource(t.GITHUB_SECURITY_UPDATES, "updates", {"enabled": True}, repository=REPOSITORY),
        resource(
            t.GITHUB_WORKFLOW_PERMISSIONS,
            "token",
            {"defaultWorkflowPermissions": "read", "canApprovePullRequestReviews": False},
            repository=REPOSITORY,
        ),
        resource(
            t.GITHUB_ACTIONS_PERMISSIONS,
            "actions",
            {"allowedActions": "selected", "shaPinningRequired": True},
            repository=REPOSITORY,
        ),
        resource(t.GITHUB_DEPLOY_KEY, "deploy-key", {"title": "mirror", "readOnly": True}, repository=REPOSITORY),
        resource(t.GITHUB_FILE, "workflow", {"file": ".github/workflows/ci.yml", "content": WORKFLOW}),
        resource(
            t.GITHUB_ENVIRONMENT,
            "environment",
            {
                "reviewers": [{"users": [1], "teams": []}],
                "preventSelfReview": True,
                "canAdminsBypass": False,
                "deploymentBranchPolicy": {"customBranchPolicies": True},
            },
        ),
        resource(t.GITHUB_ENVIRONMENT_BRANCH, "branch", {"branchPattern": "production"}),
    ]
    return {item.name: item for item in found}
