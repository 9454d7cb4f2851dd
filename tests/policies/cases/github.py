"""Cases of the rules over environments, secrets and permissions of GitHub Actions."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import resource

STACK = "brightbroom-infra-production"

APPROVAL = [
    compliant("GH-04", "environment"),
    compliant("GH-04", "branch"),
    compliant(
        "GH-04",
        "environment",
        ("environment", "reviewers", ABSENT),
        ("environment", "preventSelfReview", ABSENT),
        stack="staging",
    ),
    violating("GH-04", "environment", ("environment", "reviewers.0.users", []), says="0 reviewers"),
    violating("GH-04", "environment", ("environment", "preventSelfReview", False)),
    violating("GH-04", "environment", ("environment", "canAdminsBypass", True)),
    violating("GH-04", "environment", ("environment", "deploymentBranchPolicy.customBranchPolicies", False)),
    violating("GH-04", "branch", ("branch", "branchPattern", "*")),
    violating("GH-04", "branch", ("branch", "branchPattern", "main")),
    violating("GH-04", "branch", stack="staging", says="wanted 'main'"),
    near_miss("GH-04", "environment", ("environment", "reviewers.0", {"teams": [7]})),
    near_miss("GH-04", "environment", ("environment", "reviewers", [{"users": []}, {"teams": [7]}])),
    absent("GH-04", "environment", ("environment", "reviewers", ABSENT), says="0 reviewers"),
    absent("GH-04", "environment", ("environment", "preventSelfReview", ABSENT)),
    absent("GH-04", "environment", ("environment", "canAdminsBypass", ABSENT), says="canAdminsBypass seen None"),
    absent("GH-04", "environment", ("environment", "canAdminsBypass", ABSENT), stack="staging"),
    absent("GH-04", "environment", ("environment", "deploymentBranchPolicy", ABSENT)),
    absent("GH-04", "branch", ("branch", "branchPattern", ABSENT), ("branch", "tagPattern", "v*")),
    unknown("GH-04", "branch", ("branch", "branchPattern", UNKNOWN)),
    unknown("GH-04", "environment", ("environment", "reviewers.0.users", UNKNOWN)),
    unknown(
        "GH-04",
        "environment",
        ("environment", "canAdminsBypass", True),
        ("environment", "reviewers", UNKNOWN),
        outcome=Outcome.FAIL,
        fires={"GH-04"},
    ),
    other_type("GH-04", "app"),
]


def _secret(kind: str, name: object) -> Change:
    return ("secret", "", resource(kind, "secret", {"secretName": name}))


SECRETS = [
    compliant("GH-05", "secret", _secret(t.GITHUB_ENVIRONMENT_SECRET, "VERCEL_TOKEN")),
    *(
        violating("GH-05", "secret", _secret(t.GITHUB_SECRET, name), says=f"seen {name}")
        for name in ("VERCEL_ORG_ID", "DATABASE_URL", "NEON_API_KEY", "PAYFAST_PASSPHRASE", "database_url")
    ),
    near_miss("GH-05", "secret", _secret(t.GITHUB_SECRET, "CODECOV_TOKEN"), outcome=Outcome.NOT_APPLICABLE),
    near_miss("GH-05", "secret", _secret(t.GITHUB_SECRET, "OLD_DATABASE_URL"), outcome=Outcome.NOT_APPLICABLE),
    near_miss("GH-05", "secret", _secret(t.GITHUB_SECRET, "NEON_"), outcome=Outcome.FAIL),
    absent("GH-05", "secret", _secret(t.GITHUB_SECRET, None), outcome=Outcome.NOT_APPLICABLE, says="no secret of a"),
    unknown("GH-05", "secret", _secret(t.GITHUB_SECRET, UNKNOWN)),
    other_type("GH-05", "repository-variable"),
]


def _patterns(*allowed: str) -> Change:
    return ("actions", "allowedActionsConfig", {"githubOwnedAllowed": False, "patternsAlloweds": list(allowed)})


PERMISSIONS = [
    *(compliant("GH-06", name) for name in (STACK, "token", "actions")),
    violating("GH-06", "token", ("token", "defaultWorkflowPermissions", "write"), says="wanted 'read'"),
    violating("GH-06", "token", ("token", "canApprovePullRequestReviews", True)),
    violating("GH-06", "actions", ("actions", "allowedActions", "all"), says="wanted 'selected'"),
    violating("GH-06", "actions", ("actions", "shaPinningRequired", False)),
    violating("GH-06", "actions", _patterns("actions/*", "*"), says="patternsAlloweds.1"),
    violating("GH-06", "actions", _patterns("*/*")),
    near_miss("GH-06", "actions", _patterns("actions/*", "pulumi/actions@*")),
    near_miss(
        "GH-06",
        "actions",
        ("actions", "enabled", False),
        ("actions", "allowedActions", ABSENT),
        ("actions", "shaPinningRequired", ABSENT),
    ),
    near_miss(
        "GH-06", "actions", ("actions", "enabled", True), ("actions", "allowedActions", "all"), outcome=Outcome.FAIL
    ),
    near_miss("GH-06", "actions", ("actions", "allowedActions", "local_only")),
    near_miss("GH-06", "token", ("token", "canApprovePullRequestReviews", ABSENT)),
    near_miss("GH-06", "token", ("token", "defaultWorkflowPermissions", ABSENT)),
    near_miss("GH-06", STACK, ("token", "@link:repository", ()), ("token", "repository", "brightbroom")),
    violating("GH-06", STACK, ("token", "@link:repository", ()), ("token", "repository", "website")),
    absent("GH-06", "actions", ("actions", "allowedActions", ABSENT)),
    absent("GH-06", "actions", ("actions", "shaPinningRequired", ABSENT), says="seen None"),
    absent("GH-06", STACK, ("token", "", ABSENT), says="defaultWorkflowPermissions seen None"),
    absent("GH-06", STACK, ("actions", "", ABSENT), says="allowedActions seen None"),
    absent("GH-06", STACK, ("repository", "", ABSENT), outcome=Outcome.NOT_APPLICABLE, says="another stack governs it"),
    unknown("GH-06", "actions", ("actions", "shaPinningRequired", UNKNOWN)),
    unknown("GH-06", "token", ("token", "defaultWorkflowPermissions", UNKNOWN)),
    other_type("GH-06", "alerts"),
]

CASES = [*APPROVAL, *SECRETS, *PERMISSIONS]
