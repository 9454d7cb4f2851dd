"""GitHub Actions: who approves a deployment, where its secrets lie, and what workflows may do and run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.catalogue import guards
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import cis_github, pci, scorecard, soc2, ssdf, strategy
from policies.catalogue.types import (
    GITHUB_ACTIONS_PERMISSIONS,
    GITHUB_ENVIRONMENT,
    GITHUB_ENVIRONMENT_BRANCH,
    GITHUB_ENVIRONMENT_SECRET,
    GITHUB_REPOSITORY,
    GITHUB_SECRET,
    GITHUB_WORKFLOW_PERMISSIONS,
    STACK,
)

_DOCS: Final = "https://docs.github.com/"


@rule(
    "GH-04",
    "deployments are approved",
    risk="one person, or one stolen token, deploys unreviewed code with the environment's secrets",
    severity=Severity.CRITICAL,
    applies_to=(GITHUB_ENVIRONMENT, GITHUB_ENVIRONMENT_BRANCH),
    requirements=(
        *pci("6.5.1", "6.5.4"),
        *cis_github("5.2.3"),
        *soc2("CC8.1"),
        *strategy("Production Environment", "Database Migration Strategy"),
    ),
    remedy="set reviewers, no self review, no bypass by admins, and a custom branch policy for the one branch",
    url=_DOCS + "actions/reference/workflows-and-actions/deployments-and-environments",
    parameters={"branch": str, "leastReviewers": int, "preventSelfReview": bool},
    source="delivery.reviewers",
    sources={GITHUB_ENVIRONMENT_BRANCH: "delivery.branch"},
    plan="GitHub Enterprise for a private repository",
)
def require_approval(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """`canAdminsBypass` left out means that admins may; without a branch policy every branch deploys."""
    if resource.type == GITHUB_ENVIRONMENT_BRANCH:
        if resource.get("branchPattern") != scope.parameters["branch"]:
            yield Finding("branchPattern", resource.get("branchPattern"), repr(scope.parameters["branch"]))
        return
    if scope.parameters["preventSelfReview"] and resource.get("preventSelfReview") is not True:
        yield Finding("preventSelfReview", resource.get("preventSelfReview"), "True")
    if resource.get("canAdminsBypass") is not False:
        yield Finding("canAdminsBypass", resource.get("canAdminsBypass"), "False")
    path = "deploymentBranchPolicy.customBranchPolicies"
    if resource.get(path) is not True:
        yield Finding(path, resource.get(path), "True")
    count = _reviewers(resource)
    if count < scope.parameters["leastReviewers"]:
        yield Finding("reviewers", f"{count} reviewers", f"at least {scope.parameters['leastReviewers']}")


def _reviewers(environment: Resource) -> int:
    blocks = range(len(environment.listed("reviewers")))
    kinds = ("users", "teams")
    return sum(len(environment.listed(f"reviewers.{block}.{kind}")) for block in blocks for kind in kinds)


_OF_ENVIRONMENTS: Final = ("VERCEL_", "DATABASE_", "NEON_", "PAYFAST_")


@rule(
    "GH-05",
    "secrets belong to their environment",
    risk="a workflow of any branch, unreviewed, reads the secrets of production",
    severity=Severity.HIGH,
    applies_to=(GITHUB_SECRET, GITHUB_ENVIRONMENT_SECRET),
    requirements=(
        *pci("6.5.3", "7.2.5"),
        *strategy("GitHub Actions Workflow", "Environment Configuration"),
    ),
    remedy="move it to the environment that uses it, and rotate it",
    url=_DOCS + "actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets",
    source="infra/areas/delivery.py",
)
def require_environment_secret(secret: Resource, _: Scope) -> Iterator[Finding]:
    """GitHub reads the names of secrets without regard to case."""
    name = secret.get("secretName")
    deploys = str(name).upper().startswith(_OF_ENVIRONMENTS)
    if not deploys:
        raise NotApplicable("is no secret of a deployment by its name")
    if secret.type == GITHUB_SECRET:
        wanted = "a secret of an environment; secrets of the repository are others than " + ", ".join(
            f"{prefix}*" for prefix in _OF_ENVIRONMENTS
        )
        yield Finding("secretName", name, wanted)


_LIMITS: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    GITHUB_WORKFLOW_PERMISSIONS: {
        "defaultWorkflowPermissions": ("read", None),
        "canApprovePullRequestReviews": (False, None),
    },
    GITHUB_ACTIONS_PERMISSIONS: {"allowedActions": ("selected", "local_only"), "shaPinningRequired": (True,)},
}
_PATTERNS: Final = "allowedActionsConfig.patternsAlloweds"


@rule(
    "GH-06",
    "workflows read only and run listed actions",
    risk="a foreign action that was changed after its review writes to the repository or approves its own change",
    severity=Severity.HIGH,
    applies_to=(STACK, *_LIMITS),
    reads=(GITHUB_REPOSITORY,),
    requirements=(
        *ssdf("PO.5"),
        *scorecard("Token-Permissions", "Pinned-Dependencies"),
        *strategy("GitHub Actions Workflow"),
    ),
    remedy="give the token of workflows read access, and allow selected actions pinned by their full hash",
    url=_DOCS + "repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/"
    "managing-github-actions-settings-for-a-repository",
    whole_stack=True,
    source="infra/components/github_repository.py",
)
def limit_workflows(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A permission left out is GitHub's default, to read; without the resources the
    repository keeps what it was made with, which lets every action run and, in old organisations, write. Where Actions are
    off, none runs."""
    if resource.type == STACK:
        repositories = scope.stack.of_type(GITHUB_REPOSITORY)
        if not repositories:
            raise NotApplicable("this stack declares no repository: another stack governs it")
        for repository in repositories:
            for kind, settings in _LIMITS.items():
                if not guards.parts(scope.stack, repository, kind):
                    path, (wanted, *_) = next(iter(settings.items()))
                    yield Finding(path, None, f"{wanted!r}, for the repository", repository.urn)
        return
    if resource.type == GITHUB_ACTIONS_PERMISSIONS and resource.get("enabled") is False:
        return
    for path, allowed in _LIMITS[resource.type].items():
        if resource.get(path) not in allowed:
            yield Finding(path, resource.get(path), repr(allowed[0]))
    for position in range(len(resource.listed(_PATTERNS) if resource.type == GITHUB_ACTIONS_PERMISSIONS else ())):
        if str(pattern := resource.get(f"{_PATTERNS}.{position}")).startswith("*"):
            yield Finding(f"{_PATTERNS}.{position}", pattern, "a pattern that names an owner, such as 'actions/*'")
