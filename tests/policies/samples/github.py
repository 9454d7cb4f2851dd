"""The repository, its environments and rules."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.samples.build import resource


def resources() -> dict[str, Resource]:
    found = [
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
