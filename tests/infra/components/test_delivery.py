"""Delivery at GitHub: environments, secrets, rulesets, the repository's settings."""

from __future__ import annotations

import re
from typing import Any

from tests.builders import ROOT
from tests.infra.recording import Program, record


def _named(program: Program, kind: str, key: str) -> dict[str, Any]:
    return {each.inputs[key]: each for each in program.all(kind)}


def test_production_waits_for_another_person_and_nobody_goes_around(production: Program) -> None:
    environment = production.one("github:RepositoryEnvironment").inputs
    assert environment["environment"] == "production"
    assert environment["reviewers"] == [{"users": [5120011, 5120012], "teams": []}]
    assert (environment["waitTimer"], environment["preventSelfReview"]) == (10, True)
    assert environment["canAdminsBypass"] is False


def test_without_reviewers_no_block_is_sent(staging: Program) -> None:
    """An empty block never clears reviewers at GitHub."""
    environment = staging.one("github:RepositoryEnvironment").inputs
    assert environment.get("reviewers") is None
    assert environment["preventSelfReview"] is False


def test_an_environment_deploys_from_its_branch_only(staging: Program, production: Program) -> None:
    for program, branch in ((staging, "main"), (production, "production")):
        policy = program.one("github:RepositoryEnvironmentDeploymentPolicy").inputs
        assert policy["branchPattern"] == branch
        assert program.one("github:RepositoryEnvironment").inputs["deploymentBranchPolicy"] == {
            "protectedBranches": False, "customBranchPolicies": True,
        }  # fmt: skip


def test_environment_secrets_have_the_names_that_workflows_read(program: Program) -> None:
    secrets = _named(program, "github:ActionsEnvironmentSecret", "secretName")
    read = {"VERCEL_TOKEN", "VERCEL_ORG_ID", "VERCEL_PROJECT_ID"}  # in the strategy's own workflow
    assert set(secrets) == read | {"DATABASE_URL"}
    assert all(each.is_secret("value") for each in secrets.values())
    assert secrets["VERCEL_PROJECT_ID"].inputs["value"] == "app-project-id"
    assert secrets["DATABASE_URL"].inputs["value"] == program.output("migrationUrl")


def test_environment_variables_say_where_to_deploy_and_to_back_up(staging: Program, production: Program) -> None:
    common = {"APP_URL", "NEON_PROJECT_ID", "NEON_BRANCH_ID"}
    assert set(_named(staging, "github:ActionsEnvironmentVariable", "variableName")) == common
    variables = _named(production, "github:ActionsEnvironmentVariable", "variableName")
    assert set(variables) == common | {"BACKUP_BUCKET", "BACKUP_ROLE_ARN"}
    assert variables["BACKUP_ROLE_ARN"].inputs["value"] == "arn:aws:iam::1:role/writer"


def test_what_exists_once_per_repository_is_declared_by_production_alone(staging: Program, production: Program) -> None:
    for kind in ("github:Repository", "github:RepositoryRuleset", "github:ActionsRepositoryPermissions"):
        assert production.all(kind)
        assert not staging.all(kind)


def test_the_environment_waits_for_the_repository_where_both_are_declared(production: Program) -> None:
    assert production.one("github:Repository").urn in production.one("github:RepositoryEnvironment").dependencies


def test_every_branch_ruleset_with_content_requires_the_checks_of_github_actions(production: Program) -> None:
    for name in ("rulesets-staging", "rulesets-release-content"):
        checks = production.one("github:RepositoryRuleset", name).inputs["rules"]["requiredStatusChecks"]
        assert [each["context"] for each in checks["requiredChecks"]] == ["e2e", "policy", "test", "validate"]
        assert {each["integrationId"] for each in checks["requiredChecks"]} == {15368}
        assert checks["strictRequiredStatusChecksPolicy"] is True


def test_rulesets_guard_both_branches_and_version_tags_without_a_way_around(production: Program) -> None:
    rulesets = {each.name: each.inputs for each in production.all("github:RepositoryRuleset")}
    guarded = {name: each["conditions"]["refName"]["includes"] for name, each in rulesets.items()}
    assert guarded == {
        "rulesets-staging": ["refs/heads/main"],
        "rulesets-release-content": ["refs/heads/production"],
        "rulesets-release-access": ["refs/heads/production"],
        "rulesets-versions": ["refs/tags/v*"],
    }
    assert {each["enforcement"] for each in rulesets.values()} == {"active"}
    for name in ("rulesets-staging", "rulesets-release-content"):
        assert rulesets[name]["bypassActors"] == []
        assert rulesets[name]["rules"]["deletion"] is True
        assert rulesets[name]["rules"]["nonFastForward"] is True
    for name in ("rulesets-release-access", "rulesets-versions"):
        [app] = rulesets[name]["bypassActors"]
        assert (app["actorType"], app["actorId"]) == ("Integration", 1048576)
        assert rulesets[name]["rules"]["update"] is True


def test_main_takes_reviewed_squashed_pull_requests_only(production: Program) -> None:
    rule = production.one("github:RepositoryRuleset", "rulesets-staging").inputs["rules"]["pullRequest"]
    assert rule["requiredApprovingReviewCount"] == 1
    assert rule["allowedMergeMethods"] == ["squash"]
    assert rule["dismissStaleReviewsOnPush"] is rule["requireLastPushApproval"] is True


def test_the_repository_is_private_scanned_and_never_deleted(production: Program) -> None:
    repository = production.one("github:Repository").inputs
    assert (repository["visibility"], repository["archiveOnDestroy"]) == ("private", True)
    assert repository["securityAndAnalysis"] == {
        "secretScanning": {"status": "enabled"}, "secretScanningPushProtection": {"status": "enabled"},
    }  # fmt: skip
    assert production.one("github:RepositoryVulnerabilityAlerts").inputs["enabled"] is True
    updates = production.one("github:RepositoryDependabotSecurityUpdates")
    assert updates.inputs["enabled"] is True
    assert production.one("github:RepositoryVulnerabilityAlerts").urn in updates.dependencies


def test_on_a_plan_without_scanning_it_is_not_asked_for_and_named_as_lost() -> None:
    ungated = {
        "plans.github": "team", "delivery.reviewers.users": [], "delivery.waitMinutes": 0,
        "delivery.preventSelfReview": False, "delivery.adminsMayBypass": True,
    }  # fmt: skip
    program = record("production", ungated)
    assert program.one("github:Repository").inputs.get("securityAndAnalysis") is None
    lost = {each["what"]: each["because"] for each in program.output("notCovered")}
    assert lost == {
        "secret scanning with push protection": "plans.github is 'team' and the repository private",
        "approval of deployments at GitHub": "plans.github is 'team' and the repository private",
    }


def test_workflows_run_pinned_actions_with_a_token_that_reads(production: Program) -> None:
    actions = production.one("github:ActionsRepositoryPermissions").inputs
    assert (actions["allowedActions"], actions["shaPinningRequired"]) == ("selected", True)
    assert actions["allowedActionsConfig"]["githubOwnedAllowed"] is True
    assert actions["allowedActionsConfig"]["verifiedAllowed"] is False
    token = production.one("github:WorkflowRepositoryPermissions").inputs
    assert (token["defaultWorkflowPermissions"], token["canApprovePullRequestReviews"]) == ("read", False)


def test_our_own_workflows_use_allowed_actions_only(production: Program) -> None:
    patterns = production.one("github:ActionsRepositoryPermissions").inputs["allowedActionsConfig"]["patternsAlloweds"]
    allowed = ("actions/", "github/", *(pattern.partition("@")[0] for pattern in patterns))
    used = [
        action
        for file in sorted((ROOT / ".github").rglob("*.yml"))
        for action in re.findall(r"uses:\s*([\w./-]+)@", file.read_text(encoding="utf-8"))
    ]
    assert [action for action in used if not action.startswith(allowed)] == []


def test_there_are_labels_for_releases_and_hotfixes(production: Program) -> None:
    labels = {label["name"] for label in production.one("github:IssueLabels").inputs["labels"]}
    assert {"release", "hotfix"} <= labels
