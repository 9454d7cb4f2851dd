"""Cases of the rules over the repository: its branches, reviews, checks and scanning."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, Case, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.github import GUARDED, RELEASE_APP, REVIEWS, protection, ruleset

STACK = "brightbroom-infra-production"

UNGOVERNED: tuple[Change, ...] = tuple(
    (name, "", ABSENT) for name in ("repository", "main", "release", "release-access")
)
UNGUARDED: tuple[Change, ...] = UNGOVERNED[1:]
CLASSIC: tuple[Change, ...] = (
    *UNGUARDED,
    ("classic-main", "", protection("classic-main", "main")),
    ("classic-release", "", protection("classic-release", "prod*", least=2)),
)
"""Branch protections in place of rulesets."""

ADMIN = {"actorType": "RepositoryRole", "actorId": 5, "bypassMode": "always"}
NOBODY: tuple[Change, ...] = (("release-access", "", ABSENT),)
"""The release branch is open to all who may push."""

ALL_THREE = {"GH-01", "GH-02", "GH-03"}


SECOND: tuple[Change, ...] = (("second", "", ruleset("second", "main", GUARDED)),)
"""One more ruleset over main."""

EVERY: Change = ("every", "", protection("every", "*", least=2))
"""A classic protection of all branches, which one that names a branch puts out of force there."""


def _named(*changes: Change) -> tuple[Change, ...]:
    """The guards of main name the repository instead of depending on it."""
    return (("main", "@link:repository", ()), ("main", "repository", "brightbroom"), *changes)


def _includes(guard: str, *patterns: str) -> Change:
    return (guard, "conditions.refName.includes", list(patterns))


BRANCHES = [
    compliant("GH-01", STACK),
    compliant("GH-01", STACK, *CLASSIC),
    compliant("GH-01", STACK, *_named()),
    compliant("GH-01", STACK, ("repository", "", ABSENT)),
    compliant(
        "GH-01",
        STACK,
        *SECOND,
        ("second", "@link:repository", ()),
        ("second", "repository", "brightbroom"),
        ("main", "rules.deletion", False),
    ),
    violating("GH-01", STACK, ("main", "rules.deletion", False), says="rules.deletion seen False"),
    violating("GH-01", STACK, ("main", "rules.nonFastForward", False)),
    violating("GH-01", STACK, ("release", "rules.deletion", ABSENT), says="True on production"),
    violating("GH-01", STACK, ("main", "bypassActors", [ADMIN]), says="gets around what guards main", fires=ALL_THREE),
    violating("GH-01", STACK, ("release", "bypassActors", [{**RELEASE_APP, "bypassMode": "exempt"}]), fires=ALL_THREE),
    violating("GH-01", STACK, ("main", "enforcement", "evaluate"), fires=ALL_THREE, says="over main"),
    violating("GH-01", STACK, ("main", "target", "tag"), fires=ALL_THREE),
    violating("GH-01", STACK, _includes("main", "refs/heads/mainline"), fires=ALL_THREE),
    violating("GH-01", STACK, ("main", "conditions.refName.excludes", ["refs/heads/ma*"]), fires=ALL_THREE),
    violating("GH-01", STACK, *CLASSIC, ("classic-main", "allowsForcePushes", True), says="seen True wanted False"),
    violating("GH-01", STACK, *CLASSIC, ("classic-main", "allowsDeletions", True)),
    violating("GH-01", STACK, *CLASSIC, ("classic-main", "forcePushBypassers", ["/boss"])),
    violating("GH-01", STACK, *CLASSIC, ("classic-release", "enforceAdmins", False), fires=ALL_THREE),
    violating("GH-01", STACK, *CLASSIC, ("classic-release", "pattern", "prod/*"), fires=ALL_THREE),
    violating("GH-01", STACK, *_named(("main", "repository", "website")), fires=ALL_THREE, says="over main"),
    violating("GH-01", STACK, ("repository", "", ABSENT), ("main", "rules.deletion", False)),
    near_miss(
        "GH-01", STACK, ("main", "bypassActors", [{**ADMIN, "bypassMode": "pull_request"}]), fires={"GH-02", "GH-03"}
    ),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/other", "~DEFAULT_BRANCH")),
    near_miss("GH-01", STACK, _includes("main", "~ALL")),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/**/main")),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/ma?n")),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/[k-m]ain")),
    near_miss("GH-01", STACK, _includes("main", "refs/heads**/**/*")),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/ma**/**/*"), outcome=Outcome.FAIL, fires=ALL_THREE),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/[!m]ain"), outcome=Outcome.FAIL, fires=ALL_THREE),
    near_miss("GH-01", STACK, _includes("main", "refs/heads/[z-a]ain"), outcome=Outcome.FAIL, fires=ALL_THREE),
    violating("GH-01", STACK, ("main", "conditions.refName.excludes", ["refs/heads/[m]ain"]), fires=ALL_THREE),
    violating("GH-01", STACK, *CLASSIC, ("classic-main", "allowsDeletions", True), EVERY),
    near_miss("GH-01", STACK, *CLASSIC, EVERY, ("every", "allowsDeletions", True)),
    near_miss(
        "GH-01",
        STACK,
        *CLASSIC,
        ("classic-main", "pattern", "ma*"),
        ("classic-main", "allowsDeletions", True),
        EVERY,
        outcome=Outcome.FAIL,
    ),
    near_miss("GH-01", STACK, _includes("main", "refs/*"), outcome=Outcome.FAIL, fires=ALL_THREE),
    near_miss(
        "GH-01",
        STACK,
        _includes("main", "~DEFAULT_BRANCH"),
        ("repository", "defaultBranch", "trunk"),
        outcome=Outcome.FAIL,
        fires=ALL_THREE,
    ),
    near_miss("GH-01", STACK, ("main", "conditions.refName.excludes", ["refs/heads/*/main"])),
    absent("GH-01", STACK, *UNGUARDED, fires=ALL_THREE, says="seen None wanted an active ruleset"),
    absent("GH-01", STACK, *UNGOVERNED, outcome=Outcome.NOT_APPLICABLE, says="another stack governs it"),
    absent("GH-01", STACK, ("main", "conditions", ABSENT), fires=ALL_THREE),
    absent("GH-01", STACK, *CLASSIC, ("classic-main", "enforceAdmins", ABSENT), fires=ALL_THREE),
    unknown("GH-01", STACK, ("main", "rules", UNKNOWN)),
    unknown("GH-01", STACK, ("release", "bypassActors", UNKNOWN)),
    unknown("GH-01", STACK, *_named(("main", "repository", UNKNOWN))),
    unknown("GH-01", STACK, _includes("main", "~DEFAULT_BRANCH"), ("repository", "defaultBranch", UNKNOWN)),
    unknown(
        "GH-01",
        STACK,
        ("main", "rules.deletion", False),
        ("release", "rules", UNKNOWN),
        outcome=Outcome.FAIL,
        fires={"GH-01"},
    ),
    unknown(
        "GH-01", STACK, ("repository", "name", UNKNOWN), ("repository", "defaultBranch", UNKNOWN), outcome=Outcome.PASS
    ),
    other_type("GH-01", "repository"),
]


def _reviews(**changes: object) -> Change:
    return ("main", "rules.pullRequest", {**REVIEWS, **changes})


def _classic(guard: str, setting: str, value: object) -> tuple[Change, ...]:
    return (*CLASSIC, (guard, f"requiredPullRequestReviews.0.{setting}", value))


REVIEWED = [
    compliant("GH-02", STACK),
    compliant("GH-02", STACK, *CLASSIC),
    compliant("GH-02", "deploy-key"),
    compliant(
        "GH-02", STACK, *NOBODY, ("release", "rules.pullRequest", {**REVIEWS, "requiredApprovingReviewCount": 2})
    ),
    violating("GH-02", STACK, _reviews(requiredApprovingReviewCount=0), says="at least 1 on main"),
    violating("GH-02", STACK, _reviews(dismissStaleReviewsOnPush=False)),
    violating("GH-02", STACK, _reviews(requireCodeOwnerReview=False)),
    violating("GH-02", STACK, _reviews(requireLastPushApproval=False)),
    violating("GH-02", STACK, ("release", "rules.requiredSignatures", False), says="True on production"),
    violating("GH-02", STACK, ("release", "rules.requiredLinearHistory", False)),
    violating("GH-02", STACK, *NOBODY, says="at least 2 on production"),
    violating("GH-02", STACK, ("release-access", "bypassActors", [RELEASE_APP, ADMIN])),
    violating("GH-02", STACK, ("release-access", "rules.update", False)),
    violating("GH-02", STACK, *_classic("classic-main", "dismissStaleReviews", False)),
    violating("GH-02", STACK, *_classic("classic-main", "requireCodeOwnerReviews", False)),
    violating("GH-02", STACK, *_classic("classic-main", "requireLastPushApproval", False)),
    violating(
        "GH-02", STACK, *_classic("classic-main", "pullRequestBypassers", ["/boss"]), says="nobody who gets around"
    ),
    violating("GH-02", STACK, *CLASSIC, ("classic-release", "requireSignedCommits", False)),
    violating("GH-02", STACK, *CLASSIC, ("classic-release", "requiredLinearHistory", False)),
    violating("GH-02", "deploy-key", ("deploy-key", "readOnly", False)),
    near_miss("GH-02", STACK, *_classic("classic-release", "requiredApprovingReviewCount", 1), outcome=Outcome.FAIL),
    near_miss("GH-02", STACK, ("main", "rules.requiredLinearHistory", False)),
    near_miss(
        "GH-02",
        STACK,
        ("more", "", ruleset("more", "main", {"pullRequest": REVIEWS})),
        _reviews(requiredApprovingReviewCount=0),
    ),
    near_miss("GH-02", STACK, ("release-access", "bypassActors", [])),
    absent("GH-02", STACK, ("main", "rules.pullRequest", ABSENT), says="seen None"),
    absent("GH-02", STACK, *CLASSIC, ("classic-main", "requiredPullRequestReviews", ABSENT)),
    absent("GH-02", STACK, *UNGOVERNED, outcome=Outcome.NOT_APPLICABLE, says="another stack governs it"),
    absent("GH-02", STACK, *UNGUARDED, fires=ALL_THREE),
    absent("GH-02", "deploy-key", ("deploy-key", "readOnly", ABSENT), outcome=Outcome.PASS),
    unknown("GH-02", STACK, ("main", "rules.pullRequest", UNKNOWN)),
    unknown("GH-02", "deploy-key", ("deploy-key", "readOnly", UNKNOWN)),
    other_type("GH-02", "main"),
]

CHECKS = "rules.requiredStatusChecks"
STRICT = f"{CHECKS}.strictRequiredStatusChecksPolicy"


def _only(guard: str, *names: str) -> Change:
    return (guard, f"{CHECKS}.requiredChecks", [{"context": name} for name in names])


CHECKED = [
    compliant("GH-03", STACK),
    compliant("GH-03", STACK, *CLASSIC),
    violating("GH-03", STACK, _only("main", "validate", "test", "e2e"), says="wanted policy on main"),
    violating("GH-03", STACK, _only("release", "validate", "Test", "e2e", "policy"), says="test on production"),
    violating("GH-03", STACK, ("release", STRICT, False), says="True on production"),
    violating("GH-03", STACK, *CLASSIC, ("classic-main", "requiredStatusChecks.0.contexts", ["validate"])),
    violating("GH-03", STACK, *CLASSIC, ("classic-main", "requiredStatusChecks.0.strict", False)),
    violating(
        "GH-03", STACK, ("main", "bypassActors", [{**ADMIN, "bypassMode": "pull_request"}]), fires={"GH-02", "GH-03"}
    ),
    near_miss("GH-03", STACK, _only("main", "lint", "policy", "e2e", "test", "validate")),
    near_miss("GH-03", STACK, ("more", "", ruleset("more", "main", GUARDED)), ("main", STRICT, False)),
    near_miss(
        "GH-03",
        STACK,
        ("more", "", ruleset("more", "main", GUARDED, ADMIN)),
        _only("main", "test"),
        outcome=Outcome.FAIL,
    ),
    absent("GH-03", STACK, ("main", CHECKS, ABSENT), says="seen []"),
    absent("GH-03", STACK, ("main", STRICT, ABSENT)),
    absent("GH-03", STACK, *CLASSIC, ("classic-main", "requiredStatusChecks", ABSENT)),
    absent("GH-03", STACK, *UNGUARDED, fires=ALL_THREE),
    absent("GH-03", STACK, *UNGOVERNED, outcome=Outcome.NOT_APPLICABLE, says="another stack governs it"),
    unknown("GH-03", STACK, ("main", CHECKS, UNKNOWN)),
    unknown("GH-03", STACK, ("main", f"{CHECKS}.requiredChecks.1.context", UNKNOWN)),
    other_type("GH-03", "release"),
]

SCANNING = "securityAndAnalysis.secretScanning.status"
PUSH = "securityAndAnalysis.secretScanningPushProtection.status"

SCANNED = [
    *(compliant("GH-08", name) for name in (STACK, "repository", "alerts", "updates")),
    compliant("GH-08", STACK, ("alerts", "", ABSENT), ("repository", "vulnerabilityAlerts", True)),
    violating("GH-08", "repository", ("repository", "visibility", "public")),
    violating("GH-08", "repository", ("repository", SCANNING, "disabled"), says="secretScanning.status"),
    violating("GH-08", "repository", ("repository", PUSH, "disabled"), says="secretScanningPushProtection.status"),
    violating("GH-08", "alerts", ("alerts", "enabled", False)),
    violating("GH-08", "updates", ("updates", "enabled", False)),
    near_miss("GH-08", "repository", ("repository", "visibility", "internal")),
    near_miss("GH-08", "repository", ("repository", "visibility", ABSENT), ("repository", "private", True)),
    near_miss("GH-08", "alerts", ("alerts", "enabled", ABSENT)),
    near_miss("GH-08", STACK, ("alerts", "@link:repository", ()), ("alerts", "repository", "brightbroom")),
    violating("GH-08", STACK, ("alerts", "@link:repository", ()), ("alerts", "repository", "website")),
    absent("GH-08", "repository", ("repository", "visibility", ABSENT), says="visibility seen None"),
    absent("GH-08", "repository", ("repository", "securityAndAnalysis", ABSENT)),
    absent("GH-08", "repository", ("repository", PUSH, ABSENT)),
    absent("GH-08", STACK, ("alerts", "", ABSENT), says="RepositoryVulnerabilityAlerts of the repository"),
    absent("GH-08", STACK, ("updates", "", ABSENT), says="RepositoryDependabotSecurityUpdates of the repository"),
    absent("GH-08", "updates", ("updates", "enabled", ABSENT)),
    absent("GH-08", STACK, ("repository", "", ABSENT), outcome=Outcome.NOT_APPLICABLE, says="another stack governs it"),
    unknown("GH-08", "repository", ("repository", "securityAndAnalysis", UNKNOWN)),
    unknown(
        "GH-08",
        "repository",
        ("repository", "visibility", "public"),
        ("repository", SCANNING, UNKNOWN),
        outcome=Outcome.FAIL,
        fires={"GH-08"},
    ),
    unknown("GH-08", "alerts", ("alerts", "enabled", UNKNOWN)),
    other_type("GH-08", "environment"),
]

CASES: list[Case] = [*BRANCHES, *REVIEWED, *CHECKED, *SCANNED]
