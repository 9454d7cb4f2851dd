"""The repository: how its two long-lived branches are guarded, and what the repository itself must not be without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from policies.catalogue import guards
from policies.catalogue.guards import Condition, Governed
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import cis_github, pci, ssdf, strategy
from policies.catalogue.types import (
    GITHUB_ALERTS,
    GITHUB_BRANCH_PROTECTION,
    GITHUB_DEPLOY_KEY,
    GITHUB_REPOSITORY,
    GITHUB_RULESET,
    GITHUB_SECURITY_UPDATES,
    STACK,
)

_GUARDED: Final = (GITHUB_REPOSITORY, GITHUB_RULESET, GITHUB_BRANCH_PROTECTION)
_SOURCE: Final = "infra/components/github_rulesets.py"
_RULES: Final = (
    "https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/"
)
_PLAN: Final = "GitHub Team for a private repository"


@rule(
    "GH-01",
    "both branches are guarded",
    risk="history is rewritten or a branch deleted, by mistake or to hide something",
    severity=Severity.CRITICAL,
    applies_to=(STACK,),
    reads=_GUARDED,
    requirements=(
        *cis_github("1.1.14", "1.1.16", "1.1.17", "1.1.20"),
        *ssdf("PS.1"),
        *strategy("GitHub Actions Workflow", "Production Environment"),
    ),
    remedy="forbid force pushes and deletion in an active ruleset that nobody may always get around",
    url=_RULES + "available-rules-for-rulesets",
    parameters={"branches": list},
    whole_stack=True,
    source=_SOURCE,
    plan=_PLAN,
)
def require_guarded_branches(_: Resource, scope: Scope) -> Iterator[Finding]:
    """A ruleset with an actor who may always bypass it counts for nothing, so a right to push stands in one of its own. Classic
    protection leaves out admins unless told otherwise."""
    for repository in guards.governed(scope.stack):
        for branch in scope.parameters["branches"]:
            acting = repository.of(branch)
            if not acting:
                yield guards.unguarded(repository, branch)
                continue
            for condition in (guards.NO_DELETION, guards.NO_FORCE_PUSH):
                yield from guards.lacking(acting, condition, branch)


def _review(ruleset: str, classic: str, least: int | None = None) -> Condition:
    inner = "requiredPullRequestReviews.0."
    around = f"{inner}pullRequestBypassers"
    return Condition(f"rules.pullRequest.{ruleset}", inner + classic, around, reviewed=True, least=least)


_REVIEWS: Final = (
    _review("dismissStaleReviewsOnPush", "dismissStaleReviews"),
    _review("requireCodeOwnerReview", "requireCodeOwnerReviews"),
    _review("requireLastPushApproval", "requireLastPushApproval"),
)


@rule(
    "GH-02",
    "changes are reviewed, releases signed",
    risk="one person, or one stolen account, brings code to customers that nobody else has seen",
    severity=Severity.HIGH,
    applies_to=(STACK, GITHUB_DEPLOY_KEY),
    reads=_GUARDED,
    requirements=(
        *cis_github("1.1.3", "1.1.4", "1.1.7", "1.1.12", "1.1.13"),
        *pci("6.2.3"),
        *ssdf("PW.7"),
        *strategy("GitHub Actions Workflow", "Database Migration Strategy"),
    ),
    remedy="ask for reviews of code owners and of the last push, drop stale ones, and sign a linear release branch",
    url=_RULES + "available-rules-for-rulesets",
    parameters={"branch": str, "leastReviews": int, "releaseBranch": str, "leastReleaseReviews": int},
    whole_stack=True,
    source="delivery.requiredReviews",
    plan=_PLAN,
)
def require_reviews(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """What is left out is not asked for, and whoever may bypass a review was not reviewed. A release branch that only GitHub Apps
    may move has no pull requests: what it gets was reviewed on the other branch. A deploy key that says nothing reads only."""
    if resource.type == GITHUB_DEPLOY_KEY:
        if resource.get("readOnly") is False:
            yield Finding("readOnly", False, "True")
        return
    wanted = scope.parameters
    for repository in guards.governed(scope.stack):
        yield from _reviewed(repository, wanted["branch"], wanted["leastReviews"])
        release = wanted["releaseBranch"]
        acting = repository.of(release)
        if not guards.moved_by_apps_alone(acting):
            yield from _reviewed(repository, release, wanted["leastReleaseReviews"])
        if acting:
            for condition in (guards.SIGNED, guards.LINEAR):
                yield from guards.lacking(acting, condition, release)


def _reviewed(repository: Governed, branch: str, least: int) -> Iterator[Finding]:
    acting = repository.of(branch)
    if not acting:
        yield guards.unguarded(repository, branch)
        return
    count = _review("requiredApprovingReviewCount", "requiredApprovingReviewCount", least)
    for condition in (count, *_REVIEWS):
        yield from guards.lacking(acting, condition, branch)


_STRICT: Final = Condition(
    "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy", "requiredStatusChecks.0.strict", reviewed=True
)


@rule(
    "GH-03",
    "nothing merges before its checks",
    risk="code that was never tested, or never together with what else was merged, reaches customers",
    severity=Severity.HIGH,
    applies_to=(STACK,),
    reads=_GUARDED,
    requirements=(
        *cis_github("1.1.9", "1.1.10"),
        *pci("6.5.1"),
        *ssdf("PO.4"),
        *strategy("GitHub Actions Workflow"),
    ),
    remedy="require the checks in a ruleset that nobody may bypass, on branches that are up to date",
    url=_RULES + "available-rules-for-rulesets#require-status-checks-to-pass-before-merging",
    parameters={"branches": list, "checks": list},
    whole_stack=True,
    source="delivery.requiredChecks",
    plan=_PLAN,
)
def require_checks(_: Resource, scope: Scope) -> Iterator[Finding]:
    """A check counts where its guard is strict, that is tests what would be merged, and has no way around. Strict is left out as
    false."""
    for repository in guards.governed(scope.stack):
        for branch in scope.parameters["branches"]:
            acting = repository.of(branch)
            if acting:
                yield from _checked(acting, branch, scope.parameters["checks"])
            else:
                yield guards.unguarded(repository, branch)


def _checked(acting: Sequence[Resource], branch: str, wanted: Sequence[str]) -> Iterator[Finding]:
    firm = [guard for guard in acting if _STRICT.bypass(guard) is None]
    named = {check for guard in firm for check in _contexts(guard)}
    if missing := [check for check in wanted if check not in named]:
        held = next((guard for guard in acting if _contexts(guard)), acting[0])
        yield Finding(_checks_path(held), sorted(named), f"{', '.join(missing)} on {branch}, with no bypass", held.urn)
    strict = {check for guard in firm if _STRICT.holds(guard) for check in _contexts(guard)}
    for guard in firm:
        if (set(wanted) - strict) & set(_contexts(guard)):
            path = _STRICT.path(guard)
            yield Finding(path, guard.get(path), f"True on {branch}", guard.urn)


def _contexts(guard: Resource) -> list[str]:
    path = _checks_path(guard)
    count = len(guard.listed(path))
    suffix = "" if guard.type == GITHUB_BRANCH_PROTECTION else ".context"
    return [str(guard.get(f"{path}.{number}{suffix}")) for number in range(count)]


def _checks_path(guard: Resource) -> str:
    classic = guard.type == GITHUB_BRANCH_PROTECTION
    return "requiredStatusChecks.0.contexts" if classic else "rules.requiredStatusChecks.requiredChecks"


_WATCHED: Final = (GITHUB_ALERTS, GITHUB_SECURITY_UPDATES)


@rule(
    "GH-08",
    "the repository is private and scanned",
    risk="a secret in the code, or a known hole in a dependency, is found by others first",
    severity=Severity.HIGH,
    applies_to=(STACK, GITHUB_REPOSITORY, *_WATCHED),
    requirements=(*cis_github("1.5.1", "1.5.5"), *pci("6.3.1"), *ssdf("RV.1"), *strategy("Security Measures")),
    remedy="keep it private; enable secret scanning with push protection, vulnerability alerts and security updates",
    url="https://docs.github.com/code-security/getting-started/securing-your-repository",
    whole_stack=True,
    source="repository.visibility",
    plan="GitHub Secret Protection for a private repository",
)
def require_scanning(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A visibility left out is public. Scanning left out stays off for a private repository, and so do alerts. `enabled` left out
    is true for alerts and must be given for updates."""
    if resource.type == STACK:
        yield from _watched(scope)
    elif resource.type == GITHUB_REPOSITORY:
        visibility = resource.get("visibility") or ("private" if resource.get("private") is True else None)
        if visibility in (None, "public"):
            yield Finding("visibility", visibility, "'private'")
        for part in ("secretScanning", "secretScanningPushProtection"):
            path = f"securityAndAnalysis.{part}.status"
            if resource.get(path) != "enabled":
                yield Finding(path, resource.get(path), "'enabled'")
    elif resource.get("enabled") not in ((True, None) if resource.type == GITHUB_ALERTS else (True,)):
        yield Finding("enabled", resource.get("enabled"), "True")


def _watched(scope: Scope) -> Iterator[Finding]:
    """What every repository of the stack must have beside it."""
    repositories = scope.stack.of_type(GITHUB_REPOSITORY)
    if not repositories:
        raise NotApplicable("this stack declares no repository: another stack governs it")
    for repository in repositories:
        for kind in _WATCHED:
            alerts = kind == GITHUB_ALERTS and repository.get("vulnerabilityAlerts") is True
            if not alerts and not guards.parts(scope.stack, repository, kind):
                yield Finding("enabled", None, f"a {kind.rpartition(':')[2]} of the repository", repository.urn)
