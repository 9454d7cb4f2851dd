"""Hosting, source, delivery and governance."""

from __future__ import annotations

import copy
import dataclasses
from random import Random
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.mutants.breaks import any_of, beside, gone, one_of, with_one_of
from tests.policies.mutants.form import GONE, Governed


def _named(name: str) -> Any:
    return lambda item: item.name == name


def _unknown_type(item: Any, chance: Random) -> list[Resource]:
    kind = chance.choice(["aws:lambda/function:Function", "vercel:index/blobStore:BlobStore", "gcp:index:Thing"])
    return [item, dataclasses.replace(item, urn=f"{item.urn}-new", type=kind, name="new", properties={})]


def _without_check(value: list[dict[str, Any]], chance: Random) -> list[dict[str, Any]]:
    lost = chance.choice(["validate", "test", "e2e", "policy"])
    return [check for check in value if check["context"] != lost]


def _logging_only(rules: list[dict[str, Any]], chance: Random) -> list[dict[str, Any]]:
    """The rules, of which one that limits login or the payment callback only logs, limits others, or is off."""
    number = chance.choice([0, 2])
    rule = copy.deepcopy(rules[number])
    action, conditions = rule["action"], rule["conditionGroups"][0]["conditions"]
    held, change = chance.choice(
        [
            (rule, {"active": False}),
            (action, {"action": "log"}),
            (action["rateLimit"], {"action": "log"}),
            (conditions[0], {"value": "/elsewhere"}),
            (conditions[0], {"neg": True}),
            (conditions[0], {"type": "geo_country", "op": "eq", "value": "AQ"}),
        ]
    )
    held.update(change)
    return [rule if position == number else other for position, other in enumerate(rules)]


def _workflow(*texts: str) -> Any:
    return beside(
        t.GITHUB_FILE,
        *(
            {"file": ".github/workflows/more.yml", "content": f"on: {on}\n{rest}"}
            for on, _, rest in map(_parted, texts)
        ),
        repository="self",
    )


def _parted(text: str) -> tuple[str, str, str]:
    return text.partition("; ")


_SHA = "89abcdef0123456789abcdef0123456789abcdef"
_JOB = "permissions: {contents: read}\njobs: {build: {steps: [%s]}}"
_BYPASS = {"bypassMode": "pull_request", "actorType": "RepositoryRole", "actorId": 5}
_MAIN, _RELEASE = _named("rulesets-staging"), _named("rulesets-release-content")
_ACCESS = _named("rulesets-release-access")

ROWS = [
    Governed("VRC-01", t.VERCEL_PROJECT, "gitRepository.productionBranch", one_of("develop", "feature", GONE)),
    Governed("VRC-01", t.VERCEL_PROJECT, "gitRepository.productionBranch", one_of("main"), stack="production"),
    Governed(
        "VRC-01",
        t.VERCEL_PROJECT,
        "",
        beside(
            t.VERCEL_CUSTOM_ENVIRONMENT,
            {"name": "qa", "branchTracking": {"type": "equals", "pattern": "feature"}},
            {"name": "qa", "branchTracking": {"type": "startsWith", "pattern": "ma"}},
            projectId="self",
        ),
    ),
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
    Governed("VRC-05", t.VERCEL_FIREWALL, "rules.rules", _logging_only),
    Governed(
        "VRC-05",
        t.VERCEL_FIREWALL,
        "managedRulesets.owasp",
        one_of({"xss": {"active": True, "action": "log"}}, {"sqli": {"active": False, "action": "deny"}}, {"rce": {}}),
    ),
    Governed(
        "VRC-06",
        t.VERCEL_PROJECT,
        "",
        any_of(
            beside(t.VERCEL_PROTECTION_BYPASS, {"note": "owner=qa"}, projectId="self"),
            beside(t.VERCEL_PROTECTION_EXCEPTION, {"alias": "shop.vercel.app"}),
            beside(t.VERCEL_FIREWALL_BYPASS, {"sourceIp": "192.0.2.1", "note": "owner=qa"}, projectId="self"),
        ),
        stack="production",
    ),
    Governed("VRC-06", t.VERCEL_PROJECT, "", beside(t.VERCEL_PROTECTION_BYPASS, {"note": "e2e"}, projectId="self")),
    *(
        Governed("GH-01", t.GITHUB_RULESET, path, bad, where=where)
        for where, branch in ((_MAIN, "main"), (_RELEASE, "production"))
        for path, bad in (
            ("conditions.refName.includes", one_of([], ["refs/heads/other"], ["refs/*"])),
            ("conditions.refName.excludes", one_of(["~ALL"], [f"refs/heads/{branch}"], ["refs/heads/[a-z]*"])),
            ("target", one_of("tag")),
        )
    ),
    Governed("GH-01", t.GITHUB_RULESET, "rules.nonFastForward", one_of(False, GONE), where=_RELEASE),
    Governed("GH-01", t.GITHUB_RULESET, "rules.deletion", one_of(False, GONE), where=_RELEASE),
    Governed("GH-02", t.GITHUB_RULESET, "bypassActors", with_one_of(_BYPASS), where=_MAIN),
    Governed("GH-02", t.GITHUB_RULESET, "bypassActors", with_one_of(_BYPASS), where=_ACCESS),
    Governed("GH-02", t.GITHUB_RULESET, "rules.update", one_of(False, GONE), where=_ACCESS),
    Governed("GH-02", t.GITHUB_REPOSITORY, "", beside(t.GITHUB_DEPLOY_KEY, {"readOnly": False}, repository="self")),
    Governed("GH-03", t.GITHUB_RULESET, "bypassActors", with_one_of(_BYPASS), where=_MAIN),
    Governed("GH-03", t.GITHUB_RULESET, "rules.requiredStatusChecks", gone, where=_RELEASE),
    Governed("GH-03", t.GITHUB_RULESET, "rules.requiredStatusChecks.requiredChecks", _without_check, where=_RELEASE),
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
    Governed("GH-04", t.GITHUB_ENVIRONMENT, "deploymentBranchPolicy", gone),
    Governed("GH-04", t.GITHUB_ENVIRONMENT_BRANCH, "", beside(t.GITHUB_ENVIRONMENT_BRANCH, {"branchPattern": "*"})),
    Governed("GH-04", t.GITHUB_ENVIRONMENT_BRANCH, "", beside(t.GITHUB_ENVIRONMENT_BRANCH, {"tagPattern": "v*"})),
    Governed(
        "GH-05",
        t.GITHUB_REPOSITORY,
        "",
        beside(
            t.GITHUB_SECRET,
            *({"secretName": name} for name in ("VERCEL_TOKEN", "DATABASE_URL", "neon_api_key", "PAYFAST_PASSPHRASE")),
            repository="self",
        ),
    ),
    Governed("GH-05", t.GITHUB_ENVIRONMENT_SECRET, "@type", one_of(t.GITHUB_SECRET)),
    Governed("GH-06", t.GITHUB_WORKFLOW_PERMISSIONS, "defaultWorkflowPermissions", one_of("write")),
    Governed("GH-06", t.GITHUB_WORKFLOW_PERMISSIONS, "canApprovePullRequestReviews", one_of(True)),
    Governed("GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "allowedActions", one_of("all", GONE)),
    Governed("GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "shaPinningRequired", one_of(False, GONE)),
    Governed("GH-06", t.GITHUB_WORKFLOW_PERMISSIONS, "", gone),
    Governed("GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "", gone),
    Governed(
        "GH-06", t.GITHUB_ACTIONS_PERMISSIONS, "allowedActionsConfig.patternsAlloweds", with_one_of("*", "*/*", "*@*")
    ),
    Governed(
        "GH-07",
        t.GITHUB_REPOSITORY,
        "",
        _workflow(
            "push; " + _JOB % "{uses: actions/checkout@v5}",
            "push; jobs: {build: {steps: [{run: npm test}]}}",
            "push; " + (_JOB % "{run: npm test}").replace("{contents: read}", "write-all"),
            "push; " + (_JOB % "{run: vercel deploy --prod}"),
            "push; permissions: {}\njobs: {call: {uses: other/repo/.github/workflows/x.yml@main}}",
        ),
    ),
    Governed(
        "GH-07",
        t.GITHUB_REPOSITORY,
        "",
        _workflow(
            *(
                f"{on}; "
                + _JOB
                % f"{{uses: actions/checkout@{_SHA}, with: {{ref: '${{{{ github.event.pull_request.head.sha }}}}'}}}}"
                for on in (
                    "pull_request_target",
                    "[push, pull_request_target]",
                    "{pull_request_target: {types: [opened]}}",
                )
            ),
        ),
    ),
    Governed("GH-08", t.GITHUB_SECURITY_UPDATES, "", gone),
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
    Governed("GOV-02", t.NEON_PROJECT, "@ignore_changes", one_of(("*",), ("endpointDefaults",))),
    Governed(
        "GOV-02",
        t.GITHUB_RULESET,
        "@ignore_changes",
        one_of(("rules",), ("bypassActors",), ("enforcement",)),
        where=_MAIN,
    ),
    Governed("GOV-02", t.NEON_ROLE, "@secret_outputs", one_of(())),
    Governed("GOV-02", t.VERCEL_RETENTION, "@ignore_changes", one_of(("expirationProduction",))),
]
