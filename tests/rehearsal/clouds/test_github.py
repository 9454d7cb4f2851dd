"""What GitHub refuses, fills in and hides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental.provider import PropertyDiffKind

from rehearsal.clouds import VendorError
from rehearsal.engine.values import UNKNOWN, Properties, make_secret
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import Bench

STATUS = {"status": "enabled"}


def on_plan(tmp_path: Path, plan: str) -> Bench:
    return Bench(tmp_path, plans={"github": plan})


@pytest.mark.parametrize(
    ("token", "changes", "wrong"),
    [
        (samples.REPOSITORY, {"name": "a b"}, "name"),
        (samples.REPOSITORY, {"visibility": "secret"}, "visibility"),
        (
            samples.REPOSITORY,
            {"squashMergeCommitTitle": "COMMIT_OR_PR_TITLE", "squashMergeCommitMessage": "PR_BODY"},
            "squashMergeCommitMessage",
        ),
        (samples.REPOSITORY, {"private": True}, "private"),
        (samples.ENVIRONMENT, {"waitTimer": 43201}, "waitTimer"),
        (samples.ENVIRONMENT, {"reviewers": [{}, {}]}, "reviewers"),
        (samples.ENVIRONMENT, {"reviewers": [{"users": list(range(7))}]}, "reviewers[0].users"),
        (
            samples.ENVIRONMENT,
            {"deploymentBranchPolicy": {"protectedBranches": True, "customBranchPolicies": True}},
            "deploymentBranchPolicy",
        ),
        (
            samples.ENVIRONMENT,
            {"deploymentBranchPolicy": {"protectedBranches": True}},
            "deploymentBranchPolicy.customBranchPolicies",
        ),
        (samples.POLICY, {"tagPattern": "v*"}, "branchPattern"),
        (samples.POLICY, {"branchPattern": None}, "branchPattern"),
        (samples.SECRET, {"secretName": "GITHUB_X"}, "secretName"),
        (samples.SECRET, {"secretName": "1X"}, "secretName"),
        (samples.SECRET, {"plaintextValue": "x"}, "value"),
        (samples.SECRET, {"value": None, "valueEncrypted": "x"}, "valueEncrypted"),
        (samples.RULESET, {"target": "push"}, "rules.deletion"),
        (samples.RULESET, {"conditions": None}, "conditions.refName"),
        (samples.RULESET, {"rules": {"maxFileSize": {"maxFileSize": 1}}}, "rules.maxFileSize"),
        (samples.RULESET, {"rules": {"updateAllowsFetchAndMerge": True}}, "rules.updateAllowsFetchAndMerge"),
        (samples.RULESET, {"bypassActors": [{"actorType": "Team", "bypassMode": "always"}]}, "bypassActors[0].actorId"),
        (
            samples.RULESET,
            {"rules": {"pullRequest": {"requiredApprovingReviewCount": 11}}},
            "rules.pullRequest.requiredApprovingReviewCount",
        ),
        (samples.ACTIONS, {"allowedActions": "all"}, "allowedActionsConfig"),
        (samples.OIDC_SUBJECT, {"useDefault": True}, "includeClaimKeys"),
        (samples.LABELS, {"labels": [{"name": "x", "color": "red"}]}, "labels[0].color"),
    ],
)
def test_inputs_that_the_plugin_refuses(bench: Bench, token: str, changes: Properties, wrong: str) -> None:
    _, failures = bench.check(token, bench.sample(token, **changes))
    assert wrong in failures


def test_defaults_of_the_plugin_stand_in_the_inputs(bench: Bench) -> None:
    """Also inside blocks that are given, and never in place of a given value."""
    inputs, _ = bench.check(samples.RULESET, bench.sample(samples.RULESET))
    assert inputs["rules"]["pullRequest"]["requireCodeOwnerReview"] is False
    assert inputs["rules"]["requiredStatusChecks"]["requiredChecks"][0] == {"context": "validate", "integrationId": 0}
    assert "mergeQueue" not in inputs["rules"]
    repository, _ = bench.check(samples.REPOSITORY, {"name": "other", "allowRebaseMerge": False})
    assert (repository["allowRebaseMerge"], repository["allowMergeCommit"]) == (False, True)
    assert bench.create(samples.REPOSITORY, repository).outputs["visibility"] == "public"


def test_six_reviewers_at_most_in_all(bench: Bench) -> None:
    reviewers = [{"users": [1, 2, 3, 4], "teams": [5, 6, 7]}]
    with pytest.raises(VendorError, match="at most 6 reviewers; 7 were given"):
        bench.create(samples.ENVIRONMENT, bench.sample(samples.ENVIRONMENT, reviewers=reviewers))


@pytest.mark.parametrize(
    ("plan", "visibility", "changes", "refused"),
    [
        ("team", "private", {}, "billing plan"),
        ("team", "private", {"reviewers": None}, "billing plan"),
        ("team", "private", {"reviewers": None, "waitTimer": None}, None),
        ("team", "public", {}, None),
        ("free", "private", {"reviewers": None, "waitTimer": None}, "404 Not Found"),
        ("free", "public", {}, None),
        ("enterprise", "private", {}, None),
    ],
)
def test_reviewers_and_wait_timers_need_a_plan(
    tmp_path: Path, plan: str, visibility: str, changes: dict[str, Any], refused: str | None
) -> None:
    bench = on_plan(tmp_path, plan)
    repository = {"name": "app", "visibility": visibility}
    bench.made[samples.REPOSITORY] = bench.create(samples.REPOSITORY, repository, "sample")
    inputs = bench.sample(samples.ENVIRONMENT, **changes)
    if refused is None:
        assert bench.create(samples.ENVIRONMENT, inputs).id == "app:production"
        return
    with pytest.raises(VendorError, match=refused):
        bench.create(samples.ENVIRONMENT, inputs)


@pytest.mark.parametrize(
    ("plan", "changes", "refused"),
    [
        ("free", {}, "403 Forbidden: Upgrade to GitHub Team"),
        ("team", {}, None),
        ("team", {"enforcement": "evaluate"}, "GitHub Enterprise"),
        ("team", {"target": "tag", "rules": {"tagNamePattern": {"operator": "regex", "pattern": "v"}}}, "metadata"),
        ("team", {"rules": {"mergeQueue": {}}}, "merge queue"),
        ("enterprise", {"rules": {"mergeQueue": {}}}, None),
    ],
)
def test_rulesets_need_a_plan(tmp_path: Path, plan: str, changes: dict[str, Any], refused: str | None) -> None:
    bench = on_plan(tmp_path, plan)
    repository = {"name": "app", "visibility": "private"}
    bench.made[samples.REPOSITORY] = bench.create(samples.REPOSITORY, repository, "sample")
    inputs = bench.sample(samples.RULESET, **changes)
    if refused is None:
        assert bench.create(samples.RULESET, inputs).id.isdigit()
        return
    with pytest.raises(VendorError, match=refused):
        bench.create(samples.RULESET, inputs)


@pytest.mark.parametrize(
    ("plan", "inputs", "refused"),
    [
        (
            "enterprise",
            {"visibility": "public", "securityAndAnalysis": {"advancedSecurity": STATUS}},
            "always available",
        ),
        ("free", {"visibility": "private", "securityAndAnalysis": {"secretScanning": STATUS}}, "not available"),
        ("team", {"visibility": "internal"}, "enterprise"),
        (
            "team",
            {"allowMergeCommit": False, "allowSquashMerge": False, "allowRebaseMerge": False},
            "at least one merge strategy",
        ),
    ],
)
def test_repositories_that_github_refuses(tmp_path: Path, plan: str, inputs: Properties, refused: str) -> None:
    with pytest.raises(VendorError, match=f"422 .*{refused}"):
        on_plan(tmp_path, plan).create(samples.REPOSITORY, {"name": "app", **inputs})


def test_a_policy_needs_an_environment_with_custom_policies(bench: Bench) -> None:
    inputs = {"repository": "app", "environment": "preview", "branchPattern": "main"}
    with pytest.raises(VendorError, match="there is no RepositoryEnvironment 'preview'"):
        bench.create(samples.POLICY, inputs)
    bench.create(samples.ENVIRONMENT, {"repository": "app", "environment": "preview"})
    with pytest.raises(VendorError, match="404 Not Found: The environment preview has no custom branch policies"):
        bench.create(samples.POLICY, inputs)


def test_a_policy_that_turns_from_branch_to_tag_is_replaced(bench: Bench) -> None:
    made = bench.make(samples.POLICY)
    changed = {key: value for key, value in made.inputs.items() if key != "branchPattern"}
    answer = bench.diff(made, {**changed, "tagPattern": "v*"})
    assert {path: diff.kind for path, diff in answer.detailed_diff.items()} == {
        "branchPattern": PropertyDiffKind.DELETE_REPLACE,
        "tagPattern": PropertyDiffKind.ADD_REPLACE,
    }
    assert bench.diff(made, {**made.inputs, "branchPattern": "release/*"}).replaces == []


def test_a_secret_needs_the_environment_of_its_own_repository(bench: Bench) -> None:
    bench.make(samples.ENVIRONMENT)
    inputs = bench.sample(samples.ENVIRONMENT_SECRET, repository="other")
    with pytest.raises(VendorError, match="there is no RepositoryEnvironment 'production'"):
        bench.create(samples.ENVIRONMENT_SECRET, inputs)


def test_a_secret_is_replaced_by_name_and_updated_by_value(bench: Bench) -> None:
    made = bench.make(samples.ENVIRONMENT_SECRET)
    renamed = bench.diff(made, {**made.inputs, "secretName": "OTHER"})
    assert (renamed.replaces, renamed.delete_before_replace) == (["secretName"], True)
    assert bench.diff(made, {**made.inputs, "value": make_secret("canary-new")}).replaces == []


def test_parts_of_a_repository_of_another_stack_can_be_made(bench: Bench) -> None:
    """One stack governs the repository; the others own their environments in it."""
    environment = {"repository": "app", "environment": "staging"}
    made = bench.create(samples.ENVIRONMENT, environment)
    assert bench.create(samples.ENVIRONMENT_SECRET, {**environment, "secretName": "A", "value": "x"}).id
    governed = Bench(bench.data / "production").make(samples.REPOSITORY)
    assert made.outputs["repositoryId"] == governed.outputs["repoId"]


def test_a_repository_declared_after_its_parts_is_refused(bench: Bench) -> None:
    bench.create(samples.SECRET, {"repository": "app", "secretName": "A", "value": "x"})
    with pytest.raises(VendorError, match=r"app:A \(ActionsSecret\) was made before its repository app"):
        bench.create(samples.REPOSITORY, {"name": "app"})
    assert bench.create(samples.REPOSITORY, {"name": "other"}).id == "other"


def test_values_that_are_never_sent_differ_for_ever(bench: Bench) -> None:
    made = bench.create(samples.ACTIONS, bench.sample(samples.ACTIONS, shaPinningRequired=False))
    assert "shaPinningRequired" not in made.outputs
    assert bench.diff(made, made.inputs).diffs == ["shaPinningRequired"]
    again = bench.update(made, made.inputs)
    assert bench.diff(again, again.inputs).diffs == ["shaPinningRequired"]
    scanned = {"secretScanning": STATUS, "codeSecurity": STATUS}
    repository = bench.create(samples.REPOSITORY, {"name": "other", "securityAndAnalysis": scanned}, "other")
    assert set(bench.diff(repository, repository.inputs).detailed_diff) == {"securityAndAnalysis.codeSecurity"}


def test_an_access_level_is_for_closed_repositories(bench: Bench) -> None:
    bench.create(samples.REPOSITORY, {"name": "open", "visibility": "public"}, "open")
    with pytest.raises(VendorError, match="only applies to internal and private"):
        bench.create(samples.ACCESS_LEVEL, {"repository": "open", "accessLevel": "none"})


def test_a_default_branch_must_exist(bench: Bench) -> None:
    bench.make(samples.REPOSITORY)
    with pytest.raises(VendorError, match="missing branch: production"):
        bench.create(samples.BRANCH_DEFAULT, {"repository": "app", "branch": "production"})
    bench.make(samples.BRANCH)
    assert bench.create(samples.BRANCH_DEFAULT, {"repository": "app", "branch": "production"}).id == "app"


def test_a_renamed_repository_is_updated_with_its_addresses(bench: Bench) -> None:
    made = bench.make(samples.REPOSITORY)
    renamed = {**made.inputs, "name": "renamed"}
    assert bench.diff(made, renamed).replaces == []
    assert bench.update(made, renamed, preview=True).outputs["fullName"] == "brightbroom/renamed"
    assert bench.update(made, renamed).outputs["htmlUrl"] == "https://github.com/brightbroom/renamed"
    unknown = bench.update(made, {**made.inputs, "description": UNKNOWN}, preview=True).outputs
    assert unknown["fullName"] == UNKNOWN
    assert unknown["repoId"] == made.outputs["repoId"]
