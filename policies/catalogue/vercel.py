"""Vercel projects."""

from __future__ import annotations

from collections.abc import Iterator

from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import pci, soc2
from policies.catalogue.types import VERCEL_CUSTOM_ENVIRONMENT, VERCEL_PROJECT


@rule(
    "VRC-01",
    "projects build their own branch",
    risk="unreleased code reaches customers",
    severity=Severity.CRITICAL,
    applies_to=(VERCEL_PROJECT, VERCEL_CUSTOM_ENVIRONMENT),
    requirements=(*pci("6.5.1"), *soc2("CC8.1")),
    remedy="bind the project to the branch of its environment",
    url="https://vercel.com/docs/git#production-branch",
    parameters={"productionBranch": str},
)
def match_branch(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Without a branch, Vercel takes the repository's default branch: absent is a violation."""
    wanted = scope.parameters["productionBranch"]
    if resource.type == VERCEL_PROJECT:
        path = "gitRepository.productionBranch"
        seen = resource.get(path)
    else:
        path = "branchTracking.pattern"
        seen = resource.get(path)
        if resource.get("branchTracking.type") not in (None, "equals"):
            path, seen = "branchTracking.type", resource.get("branchTracking.type")
            yield Finding(path, seen, "'equals'")
            return
    if seen != wanted:
        yield Finding(path, seen, repr(wanted))
