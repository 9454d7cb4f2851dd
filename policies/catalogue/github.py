"""GitHub environments: who approves a deployment and from where it comes."""

from __future__ import annotations

from collections.abc import Iterator

from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import cis_github, pci, soc2
from policies.catalogue.types import GITHUB_ENVIRONMENT, GITHUB_ENVIRONMENT_BRANCH


@rule(
    "GH-04",
    "deployments are approved",
    risk="one person, or one stolen token, deploys unreviewed code with the environment's secrets",
    severity=Severity.CRITICAL,
    applies_to=(GITHUB_ENVIRONMENT, GITHUB_ENVIRONMENT_BRANCH),
    requirements=(*pci("6.5.1", "6.5.4"), *cis_github("5.2.3"), *soc2("CC8.1")),
    remedy="set reviewers, no self review, no bypass by admins, and a custom branch policy for the one branch",
    url="https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments",
    parameters={"branch": str, "leastReviewers": int, "preventSelfReview": bool},
)
def require_approval(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """`canAdminsBypass` left out means that admins may."""
    if resource.type == GITHUB_ENVIRONMENT_BRANCH:
        if resource.get("branchPattern") != scope.parameters["branch"]:
            yield Finding("branchPattern", resource.get("branchPattern"), repr(scope.parameters["branch"]))
        return
    count = _reviewers(resource)
    if count < scope.parameters["leastReviewers"]:
        yield Finding("reviewers", f"{count} reviewers", f"at least {scope.parameters['leastReviewers']}")
    if scope.parameters["preventSelfReview"] and resource.get("preventSelfReview") is not True:
        yield Finding("preventSelfReview", resource.get("preventSelfReview"), "True")
    if resource.get("canAdminsBypass") is not False:
        yield Finding("canAdminsBypass", resource.get("canAdminsBypass"), "False")
    path = "deploymentBranchPolicy.customBranchPolicies"
    if resource.get(path) is not True:
        yield Finding(path, resource.get(path), "True")


def _reviewers(environment: Resource) -> int:
    blocks = environment.get("reviewers") or []
    return sum(len(block.get(kind) or []) for block in blocks for kind in ("users", "teams"))
