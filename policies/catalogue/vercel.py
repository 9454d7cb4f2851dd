"""Vercel projects: which branch they build, who sees what, and how a release is taken back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.catalogue.model import Finding, Severity, Unevaluated, together
from policies.catalogue.registry import mends, rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, pci, soc2, strategy
from policies.catalogue.types import (
    VERCEL_CHECK,
    VERCEL_CUSTOM_ENVIRONMENT,
    VERCEL_PROJECT,
    VERCEL_ROLLING_RELEASE,
)

_PROJECT: Final = "infra/components/vercel_app.py"


@rule(
    "VRC-01",
    "projects build their own branch",
    risk="unreleased code reaches customers",
    severity=Severity.CRITICAL,
    applies_to=(VERCEL_PROJECT, VERCEL_CUSTOM_ENVIRONMENT),
    requirements=(*pci("6.5.1"), *soc2("CC8.1"), *strategy("Staging Environment", "Production Environment")),
    remedy="bind the project to the branch of its environment",
    url="https://vercel.com/docs/git#production-branch",
    parameters={"productionBranch": str},
    source="hosting.productionBranch",
)
def match_branch(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Without a branch, Vercel takes the repository's default branch: absent is a violation."""
    wanted = scope.parameters["productionBranch"]
    if resource.type == VERCEL_PROJECT:
        path = "gitRepository.productionBranch"
    else:
        path = "branchTracking.pattern"
        kind = resource.get("branchTracking.type")
        if kind not in (None, "equals"):
            yield Finding("branchTracking.type", kind, "'equals'")
            return
    seen = resource.get(path)
    if seen != wanted:
        yield Finding(path, seen, repr(wanted))


@rule(
    "VRC-02",
    "previews are kept from strangers",
    risk="a pull request of a stranger reads the variables of previews, or anybody reads unreleased pages",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT,),
    requirements=(*pci("6.5.3"), *soc2("CC6.1"), *strategy("Staging Environment", "Security Measures")),
    remedy="keep the protection of forks on and ask for a login at Vercel before every preview",
    url="https://vercel.com/docs/deployment-protection",
    source=_PROJECT,
)
def require_preview_protection(project: Resource, _: Scope) -> Iterator[Finding]:
    """Fork protection left out is on. What a protection left out becomes is nowhere documented: it is to be written out."""
    forks = project.get("gitForkProtection")
    if forks is False:
        yield Finding("gitForkProtection", forks, "True")
    path = "vercelAuthentication.deploymentType"
    kind = project.get(path)
    if kind in (None, "none"):
        yield Finding(path, kind, "'standard_protection_new', or another one that covers previews")


_SETTINGS: Final[Mapping[str, bool]] = {
    "protectedSourcemaps": True,
    "directoryListing": False,
    "customerSuccessCodeVisibility": False,
    "enableProductionFeedback": False,
}


@rule(
    "VRC-03",
    "source code and folders are not shown",
    risk="source maps, folders or the vendor's toolbar tell an attacker, or the vendor's staff, how the app works",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_PROJECT,),
    requirements=(*asvs("13.4.3"), *strategy("Production Environment", "Security Measures")),
    remedy="protect source maps; switch off directory listing, code visibility and the toolbar in production",
    url="https://vercel.com/docs/project-configuration/security-settings",
    parameters={"forbidProductionFeedback": bool},
    source=_PROJECT,
)
def forbid_disclosure(project: Resource, scope: Scope) -> Iterator[Finding]:
    """The provider sends a boolean that is left out as false; only the toolbar then follows the team's default."""
    yield from together(*(_set_to(project, path, wanted) for path, wanted in _wanted(scope).items()))


def _set_to(project: Resource, path: str, wanted: object) -> Iterator[Finding]:
    seen = project.get(path)
    default = None if path == "enableProductionFeedback" else False
    if (default if seen is None else seen) is not wanted:
        yield Finding(path, seen, str(wanted))


@mends("VRC-03")
def hide_source(project: Resource, scope: Scope) -> Mapping[str, Any]:
    """Every one of the settings that is not as it must be, as far as they can be read."""
    changes: dict[str, Any] = {}
    with contextlib.suppress(Unevaluated):
        for finding in forbid_disclosure(project, scope):
            changes[finding.path] = _SETTINGS[finding.path]
    return changes


def _wanted(scope: Scope) -> Mapping[str, bool]:
    feedback = scope.parameters["forbidProductionFeedback"]
    return {path: value for path, value in _SETTINGS.items() if feedback or path != "enableProductionFeedback"}


@rule(
    "VRC-04",
    "releases can be taken back",
    risk="a broken release reaches everybody at once, and those who have it open break on the way back",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_ROLLING_RELEASE, VERCEL_CHECK),
    requirements=(*soc2("CC8.1", "CC7.5"), *strategy("Rollback Strategy", "Post-Deployment Verification")),
    remedy="set skew protection, a deployment check before the domain, and a release that is advanced by hand",
    url="https://vercel.com/docs/rolling-releases",
    parameters={"releasedByHand": bool},
    whole_stack=True,
    source="hosting.rollingRelease",
    plan="Vercel Pro",
)
def require_way_back(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Skew protection left out is sent as off, domains left out are assigned at once, and a check left out blocks nothing."""
    skew = project.get("skewProtection")
    if not skew:
        yield Finding("skewProtection", skew, "a time such as '12 hours'")
    assigned = project.get("autoAssignCustomDomains")
    if scope.parameters["releasedByHand"] and assigned is not False:
        rollouts = scope.stack.linked(project, VERCEL_ROLLING_RELEASE, by="projectId")
        if not any(rollout.get("advancementType") == "manual-approval" for rollout in rollouts):
            wanted = "False, or a rolling release with 'manual-approval'"
            yield Finding("autoAssignCustomDomains", assigned, wanted)
    checks = scope.stack.linked(project, VERCEL_CHECK, by="projectId")
    if not any(_blocks(check) for check in checks):
        seen = [check.get("blocks") for check in checks] or None
        yield Finding("blocks", seen, "a deployment check of production that blocks 'deployment-alias'")


def _blocks(check: Resource) -> bool:
    """Targets left out are production alone."""
    targets = check.listed("targets")
    covered = check.get("targets") is None or "production" in targets or "all" in targets
    return bool(check.get("blocks") == "deployment-alias" and covered)
