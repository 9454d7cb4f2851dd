"""Hosting, source, delivery and governance."""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.mutants.breaks import gone, one_of
from tests.policies.mutants.form import GONE, Governed


def _named(name: str) -> Any:
    return lambda item: item.name == name


def _unknown_type(item: Any, chance: Random) -> list[Resource]:
    kind = chance.choice(["aws:lambda/function:Function", "vercel:index/blobStore:BlobStore", "gcp:index:Thing"])
    return [item, dataclasses.replace(item, urn=f"{item.urn}-new", type=kind, name="new", properties={})]


def _without_check(value: list[dict[str, Any]], chance: Random) -> list[dict[str, Any]]:
    lost = chance.choice(["validate", "test", "e2e", "policy"])
    return [check for check in value if check["context"] != lost]


_MAIN, _RELEASE = _named("rulesets-staging"), _named("rulesets-release-content")

ROWS = [
    Governed("VRC-01", t.VERCEL_PROJECT, "gitRepository.productionBranch", one_of("develop", "feature", GONE)),
    Governed("VRC-01", t.VERCEL_PROJECT, "gitRepository.productionBranch", one_of("main"), stack="production"),
    Governed("VRC-02", t.VERCEL_PROJECT, "gitForkProtection", one_of(False)),
    Governed("VRC-02", t.VERCEL_PROJECT, "vercelAuthentication.deploymentType", one_of("none", GONE)),
    Governed("VRC-03", t.VERCEL_PROJECT, "protectedSourcemaps", one_of(False, GONE)),
    Governed("VRC-03", t.VERCEL_PROJECT, "directoryListing", one_of(True)),
    Governed("VRC-03", t.VERCEL_PROJECT, "customerSuccessCodeVisibility", one_of(True)),
    Governed("VRC-03", t.VERCEL_PROJECT, "enableProductionFeedback", one_of(True), stack="production"),
    Governed("VRC-04", t.VERCEL_PROJECT, "skewProtection", one_of("", GONE)),
    Governed("VRC-05", t.VERCEL_FIREWALL, "enabled", one_of(False), stack="production"),
    Governed("VRC-05", t.VERCEL_FIREWALL, "rules.rules", one_of([]), stack="production"),
    Governed("VRC-05", t.VERCEL_FIREWALL, "", gone, stack="production"),
    Governed("GH-01", t.GITHUB_RULESET, "rules.nonFastForward", one_of(False, GONE), where=_MAIN),
    Governed("GH-01", t.GITHUB_RULESET, "rules.deletion", one_of(False, GONE), where=_MAIN),
    Governed("GH-01", t.GITHUB_RULESET, "enforcement", one_of("disabled", "evaluate"), where=_MAIN),
    Governed("GH-01", t.GITHUB_RULESET, "", gone, where=_MAIN),
    Governed(
        "GH-01",
        t.GITHUB_RULESET,
        "bypassActors",
        one_of([{"actorType": "OrganizationAdmin", "bypassMode": "always", "actorId": 1}]),
        where=_MAIN,
    ),
    Governed("GH-02", t.GITHUB_RULESET, "rules.pullRequest.requiredApprovingReviewCount", one_of(0, GONE), where=_MAIN),
    Governed(
        "GH-02", t.GITHUB_RULESET, "rules.pullRequest.dismissStaleReviewsOnPush", one_of(False, GONE), where=_MAIN
    ),
    Governed("GH-02", t.GITHUB_RULESET, "rules.pullRequest.requireCodeOwnerReview", one_of(False, GONE), where=_MAIN),
    Governed("GH-02", t.GITHUB_RULESET, "rules.pullRequest.requireLastPushApproval", one_of(False, GONE), where=_MAIN),
    Governed("GH-02", t.GITHUB_RULESET, "rules.requiredSignatures", one_of(False, GONE), where=_RELEASE),
    Governed("GH-02", t.GITHUB_RULESET, "rules.requiredLinearHistory", one_of(False, GONE), where=_RELEASE),
    Governed("GH-03", t.GITHUB_RULESET, "rules.requiredStatusChecks.requiredChecks", _without_check, where=_MAIN),
    Governed(
        "GH-03",
        t.GITHUB_RULESET,
        "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy",
        one_of(False),
        where=_MAIN,
    ),
    Governed("GH-04", t.GITHUB_ENVIRONMENT, "reviewers", one_of([], GONE), stack="production"),
    Governed("GH-04", t.GITHUB_ENVIRONMENT, "preventSelfReview", one_of(False, GONE), stack="production"),
    Governed("GH-04", t.GITHUB_ENVIRONMENT, "canAdminsBypass", one_of(True, GONE)),
    Governed("GH-04", t.GITHUB_ENVIRONMENT, "deploymentBranchPolicy.customBranchPolicies", one_of(False, GONE)),
    Governed("GH-04", t.GITHUB_ENVIRONMENT_BRANCH, "branchPattern", one_of("*", "release/*", "feature")),
    Governed("GH-05", t.GITHUB_ENVIRONMENT_SECRET, "@type", one_of(t.GITHUB_SECRET)),
    Governed("GH-06", t.GITHUB_WORKFLOW_PERMISSIONS, "defaultWorkflowPermissions", one_of("write")),
    Governed("GH-06", t.GITHUB_WORKFLOW_PERMISSIONS, "canApprovePullRequestReviews", one_of(True)),
    Governed("GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "allowedActions", one_of("all", GONE)),
    Governed("GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "shaPinningRequired", one_of(False, GONE)),
    Governed("GH-08", t.GITHUB_REPOSITORY, "visibility", one_of("public")),
    Governed("GH-08", t.GITHUB_REPOSITORY, "securityAndAnalysis.secretScanning.status", one_of("disabled", GONE)),
    Governed(
        "GH-08",
        t.GITHUB_REPOSITORY,
        "securityAndAnalysis.secretScanningPushProtection.status",
        one_of("disabled", GONE),
    ),
    Governed("GH-08", t.GITHUB_ALERTS, "enabled", one_of(False)),
    Governed("GH-08", t.GITHUB_SECURITY_UPDATES, "enabled", one_of(False)),
    Governed("GH-08", t.GITHUB_ALERTS, "", gone),
    Governed("GOV-01", t.VERCEL_PROJECT, "", _unknown_type),
    Governed("GOV-02", t.NEON_PROJECT, "@ignore_changes", one_of(("historyRetentionSeconds",), ("regionId",))),
    Governed("GOV-02", t.NEON_PROJECT, "@secret_outputs", one_of((), ("connectionUri",))),
    Governed("GOV-02", t.VERCEL_RETENTION, "@ignore_changes", one_of(("expirationProduction",))),
]
