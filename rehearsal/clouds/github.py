"""GitHub's types: what the service requires, fills in, replaces, keeps secret and refuses.

Source: the Terraform provider that the Pulumi package wraps (integrations/github 6.13), GitHub's documentation, and runs of
the real plugin. Names and types follow pulumi-github 6.15.0 (a test compares them).

A repository that this cloud never held is taken to exist, because the settings of a repository belong to one stack and its
environments to others. Creating a repository after its parts were made is refused: the vendor would have refused the parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.checks import at_most_one, credential, exactly_one, needs
from rehearsal.clouds.errors import VendorError
from rehearsal.clouds.table import (
    Attempt,
    Catalogue,
    Facts,
    Failure,
    Make,
    Property,
    Reference,
    ResourceType,
    View,
    block,
    by_token,
    derived,
    flag,
    items,
    json_value,
    names,
    number,
    once,
    text,
    written,
)
from rehearsal.engine.values import UNKNOWN, Properties, Value

_REPOSITORY: Final = "github:index/repository:Repository"
_ENVIRONMENT: Final = "github:index/repositoryEnvironment:RepositoryEnvironment"

PLANS: Final = ("free", "team", "enterprise")

_REVIEWERS_LIMIT: Final = 6
_OWNER_DEFAULT: Final = "rehearsal"


# ---- helpers ---------------------------------------------------------------------------------------------------


REPOSITORY_NAME: Final = text(required=True, replaces=True, length=(1, 100))
_IN_REPOSITORY: Final = Reference("repository", _REPOSITORY, target="name", assumed=True)
_IN_ENVIRONMENT: Final = Reference("environment", _ENVIRONMENT, "environment", also=(("repository", "repository"),))


def _joined(*parts: str) -> Make:
    """An id such as `repository:environment`, as the vendor's plugin writes it."""
    return lambda facts: ":".join(str(facts.inputs[part]).replace(":", "??") for part in parts)


def _counted(facts: Facts) -> str:
    return str(facts.number)


def _owner(account: Properties) -> str:
    return str(account.get("owner") or account.get("organization") or _OWNER_DEFAULT)


def _now(facts: Facts) -> Value:
    return facts.now


def _repository_id(facts: Facts) -> Value:
    """The number GitHub gives to a repository, here from its name so that all stacks agree on it."""
    return stable_number(f"{_owner(facts.account)}/{facts.inputs['repository']}")


def stable_number(name: str) -> int:
    """A number that stands for a name which several stacks know."""
    value = 0
    for character in name.encode():
        value = (value * 131 + character) % 899_999_993
    return 100_000_000 + value


def _unprocessable(message: str) -> VendorError:
    return VendorError(422, "Validation Failed", message)


def _visibility(attempt: Attempt) -> str:
    """The visibility of the repository an object belongs to; empty when this cloud does not hold the repository."""
    name = attempt.inputs.get("repository") or attempt.inputs.get("repositoryId")
    for found in attempt.view.find(_REPOSITORY, {"name": name}):
        return str(found.plain().get("visibility"))
    return ""


def _closed(attempt: Attempt) -> bool:
    """Whether the repository is known not to be public, so that the tier decides what it has."""
    return _visibility(attempt) in ("private", "internal")


def _refuse_protection(attempt: Attempt) -> None:
    if attempt.operation != "delete" and attempt.view.plan == "free" and _closed(attempt):
        raise VendorError(
            403, "Forbidden", "Upgrade to GitHub Team or make this repository public to enable this feature."
        )


# ---- repository ---------------------------------------------------------------------------------------------------


def _check_repository(inputs: Properties) -> Iterator[Failure]:
    title, message = inputs.get("squashMergeCommitTitle"), inputs.get("squashMergeCommitMessage")
    legal = {("PR_TITLE", "PR_BODY"), ("PR_TITLE", "BLANK"), ("PR_TITLE", "COMMIT_MESSAGES")}
    legal |= {("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES")}
    if UNKNOWN not in (title, message) and (title, message) not in legal:
        yield Failure("squashMergeCommitMessage", f"{message} cannot be used with the title {title}")
    if inputs.get("private") is not None and inputs.get("visibility") is not None:
        yield Failure("private", "conflicts with visibility")


def _refuse_repository(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    inputs = attempt.inputs
    if not any(inputs.get(name) for name in ("allowSquashMerge", "allowMergeCommit", "allowRebaseMerge")):
        raise _unprocessable("Sorry, you need to allow at least one merge strategy.")
    analysis = inputs.get("securityAndAnalysis") or {}
    if inputs.get("visibility") == "public" and analysis.get("advancedSecurity"):
        raise _unprocessable("Advanced security is always available for public repos.")
    if inputs.get("visibility") == "private" and attempt.view.plan == "free":
        for name in ("advancedSecurity", "secretScanning", "secretScanningPushProtection"):
            if (analysis.get(name) or {}).get("status") == "enabled":
                raise _unprocessable(f"{name} is not available for this repository.")
    if inputs.get("visibility") == "internal" and attempt.view.plan != "enterprise":
        raise _unprocessable("Only organizations associated with an enterprise can set visibility to internal.")
    if attempt.operation == "create":
        _refuse_late_repository(attempt)


def _refuse_late_repository(attempt: Attempt) -> None:
    name = attempt.inputs["name"]
    for entry, reference in CATALOGUE.owned_by(_REPOSITORY):
        early = attempt.view.find(entry.resource, {reference.property: name})
        if early:
            raise _unprocessable(
                f"{early[0].id} ({entry.noun}) was made before its repository {name}; "
                "make it depend on the repository, or import the repository"
            )


_STATUS: Final = block({"status": text("enabled", "disabled", required=True)})
_STATUS_NOT_SENT: Final = block({"status": text("enabled", "disabled", required=True)}, unsent=lambda _: True)


def _https_url(facts: Facts) -> str:
    return f"https://github.com/{_full_name(facts)}"


def _full_name(facts: Facts) -> str:
    return f"{_owner(facts.account)}/{facts.inputs['name']}"


REPOSITORY: Final = ResourceType(
    resource=_REPOSITORY,
    make_id=lambda facts: facts.inputs["name"],
    unique=(("name",),),
    inputs={
        "allowAutoMerge": flag(default=False),
        "allowForking": flag(chosen=lambda _: False),
        "allowMergeCommit": flag(default=True),
        "allowRebaseMerge": flag(default=True),
        "allowSquashMerge": flag(default=True),
        "allowUpdateBranch": flag(default=False),
        "archiveOnDestroy": flag(),
        "archived": flag(default=False),
        "autoInit": flag(),
        "defaultBranch": text(chosen=lambda _: "main"),
        "deleteBranchOnMerge": flag(default=False),
        "description": text(),
        "etag": text(chosen=lambda facts: f'W/"{facts.digest[:16]}"'),
        "fork": text(replaces=True, chosen=lambda _: "false"),
        "gitignoreTemplate": text(),
        "hasDiscussions": flag(),
        "hasDownloads": flag(),
        "hasIssues": flag(),
        "hasProjects": flag(),
        "hasWiki": flag(),
        "homepageUrl": text(),
        "ignoreVulnerabilityAlertsDuringRead": flag(),
        "isTemplate": flag(),
        "licenseTemplate": text(),
        "mergeCommitMessage": text("PR_BODY", "PR_TITLE", "BLANK", default="PR_TITLE"),
        "mergeCommitTitle": text("PR_TITLE", "MERGE_MESSAGE", default="MERGE_MESSAGE"),
        "name": text(pattern=r"[-A-Za-z0-9_.]{1,100}", autoname=True),
        "pages": json_value(),
        "private": flag(),
        "securityAndAnalysis": block(
            {
                "advancedSecurity": _STATUS,
                "codeSecurity": _STATUS_NOT_SENT,
                "secretScanning": _STATUS,
                "secretScanningAiDetection": _STATUS_NOT_SENT,
                "secretScanningNonProviderPatterns": _STATUS_NOT_SENT,
                "secretScanningPushProtection": _STATUS,
            }
        ),
        "sourceOwner": text(replaces=True),
        "sourceRepo": text(replaces=True),
        "squashMergeCommitMessage": text("PR_BODY", "COMMIT_MESSAGES", "BLANK", default="COMMIT_MESSAGES"),
        "squashMergeCommitTitle": text("PR_TITLE", "COMMIT_OR_PR_TITLE", default="COMMIT_OR_PR_TITLE"),
        "template": json_value(),
        "topics": names(),
        "visibility": text("public", "private", "internal", fallback="public"),
        "vulnerabilityAlerts": flag(),
        "webCommitSignoffRequired": flag(default=False),
    },
    outputs={
        "fullName": derived(_full_name),
        "gitCloneUrl": derived(lambda facts: f"git://github.com/{_full_name(facts)}.git"),
        "htmlUrl": derived(_https_url),
        "httpCloneUrl": derived(lambda facts: f"{_https_url(facts)}.git"),
        "nodeId": once(lambda facts: f"R_{facts.digest[:12]}"),
        "primaryLanguage": once(lambda _: ""),
        "repoId": once(lambda facts: stable_number(_full_name(facts))),
        "sshCloneUrl": derived(lambda facts: f"git@github.com:{_full_name(facts)}.git"),
        "svnUrl": derived(_https_url),
    },
    validate=(_check_repository,),
    refuse=(_refuse_repository,),
)

# ---- environments ---------------------------------------------------------------------------------------------------


def _check_environment(inputs: Properties) -> Iterator[Failure]:
    policy = inputs.get("deploymentBranchPolicy")
    if isinstance(policy, dict) and policy["protectedBranches"] == policy["customBranchPolicies"]:
        yield Failure("deploymentBranchPolicy", "protectedBranches and customBranchPolicies cannot have the same value")


def _refuse_environment(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    if attempt.view.plan == "free" and _closed(attempt):
        raise VendorError(404, "Not Found", "Environments need GitHub Team, or a public repository.")
    inputs = attempt.inputs
    reviewers = [
        *(reviewer for group in inputs.get("reviewers") or [] for reviewer in group.get("users") or []),
        *(reviewer for group in inputs.get("reviewers") or [] for reviewer in group.get("teams") or []),
    ]
    gated = bool(reviewers or inputs.get("waitTimer"))
    if gated and attempt.view.plan != "enterprise" and _closed(attempt):
        raise _unprocessable(
            "Failed to create the environment protection rule. Please ensure the billing plan supports the required "
            "reviewers and wait timer protection rules (GitHub Enterprise, or a public repository)."
        )
    if len(reviewers) > _REVIEWERS_LIMIT:
        raise _unprocessable(f"There can be at most {_REVIEWERS_LIMIT} reviewers; {len(reviewers)} were given.")


REPOSITORY_ENVIRONMENT: Final = ResourceType(
    resource=_ENVIRONMENT,
    make_id=_joined("repository", "environment"),
    unique=(("environment", "repository"),),
    inputs={
        "canAdminsBypass": flag(default=True),
        "deploymentBranchPolicy": block(
            {"protectedBranches": flag(required=True), "customBranchPolicies": flag(required=True)}
        ),
        "environment": text(required=True, replaces=True, length=(1, 255)),
        "preventSelfReview": flag(default=False),
        "repository": REPOSITORY_NAME,
        "reviewers": items(
            block(
                {
                    "teams": items(number(), count=(None, _REVIEWERS_LIMIT), unordered=True),
                    "users": items(number(), count=(None, _REVIEWERS_LIMIT), unordered=True),
                }
            ),
            count=(None, 1),
        ),
        "waitTimer": number(0, 43200),
    },
    outputs={"repositoryId": once(_repository_id)},
    references=(_IN_REPOSITORY,),
    validate=(_check_environment,),
    refuse=(_refuse_environment,),
)


def _refuse_policy(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    place = {"environment": attempt.inputs["environment"], "repository": attempt.inputs["repository"]}
    for found in attempt.view.find(_ENVIRONMENT, place):
        policy = found.plain().get("deploymentBranchPolicy") or {}
        if not policy.get("customBranchPolicies"):
            raise VendorError(
                404, "Not Found", f"The environment {place['environment']} has no custom branch policies."
            )


REPOSITORY_ENVIRONMENT_DEPLOYMENT_POLICY: Final = ResourceType(
    resource="github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    make_id=lambda facts: f"{facts.inputs['repository']}:{facts.inputs['environment']}:{facts.number}",
    unique=(("branchPattern", "environment", "repository", "tagPattern"),),
    inputs={
        "branchPattern": text(length=(1, None), replaces="presence"),
        "environment": text(required=True, replaces=True),
        "repository": REPOSITORY_NAME,
        "tagPattern": text(length=(1, None), replaces="presence"),
    },
    outputs={"policyId": once(lambda facts: facts.number), "repositoryId": once(_repository_id)},
    references=(_IN_REPOSITORY, _IN_ENVIRONMENT),
    validate=(exactly_one("branchPattern", "tagPattern"),),
    refuse=(_refuse_policy,),
)

# ---- secrets and variables --------------------------------------------------------------------------------------------


_NAME_PATTERN: Final = r"(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*"
_SECRET_VALUE: Final = text(secret=True, write_only=True)

_SECRET_INPUTS: Final = {
    "encryptedValue": _SECRET_VALUE,
    "keyId": text(chosen=lambda facts: str(facts.number)),
    "plaintextValue": _SECRET_VALUE,
    "repository": REPOSITORY_NAME,
    "secretName": text(required=True, replaces=True, pattern=_NAME_PATTERN),
    "value": _SECRET_VALUE,
    "valueEncrypted": _SECRET_VALUE,
}

_SECRET_OUTPUTS: Final = {
    "createdAt": once(_now),
    "remoteUpdatedAt": written(_now, foreign=True),
    "repositoryId": once(_repository_id),
    "updatedAt": written(_now),
}

_SECRET_VALIDATE: Final = (
    exactly_one("value", "valueEncrypted", "plaintextValue", "encryptedValue"),
    needs("valueEncrypted", "keyId"),
)

_VARIABLE_INPUTS: Final = {
    "repository": REPOSITORY_NAME,
    "value": text(required=True),
    "variableName": text(required=True, replaces=True, pattern=_NAME_PATTERN),
}

_VARIABLE_OUTPUTS: Final = {
    "createdAt": once(_now),
    "repositoryId": once(_repository_id),
    "updatedAt": written(_now, foreign=True),
}

_ENVIRONMENT_NAME: Final = text(required=True, replaces=True)

ACTIONS_SECRET: Final = ResourceType(
    resource="github:index/actionsSecret:ActionsSecret",
    make_id=_joined("repository", "secretName"),
    inputs={**_SECRET_INPUTS, "destroyOnDrift": flag()},
    outputs=_SECRET_OUTPUTS,
    references=(_IN_REPOSITORY,),
    validate=_SECRET_VALIDATE,
)

DEPENDABOT_SECRET: Final = ResourceType(
    resource="github:index/dependabotSecret:DependabotSecret",
    make_id=_joined("repository", "secretName"),
    inputs=_SECRET_INPUTS,
    outputs=_SECRET_OUTPUTS,
    references=(_IN_REPOSITORY,),
    validate=_SECRET_VALIDATE,
)

ACTIONS_ENVIRONMENT_SECRET: Final = ResourceType(
    resource="github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    make_id=_joined("repository", "environment", "secretName"),
    inputs={**_SECRET_INPUTS, "environment": _ENVIRONMENT_NAME},
    outputs=_SECRET_OUTPUTS,
    references=(_IN_REPOSITORY, _IN_ENVIRONMENT),
    validate=_SECRET_VALIDATE,
    delete_before_replace=True,
)

ACTIONS_VARIABLE: Final = ResourceType(
    resource="github:index/actionsVariable:ActionsVariable",
    make_id=_joined("repository", "variableName"),
    inputs=_VARIABLE_INPUTS,
    outputs=_VARIABLE_OUTPUTS,
    references=(_IN_REPOSITORY,),
)

ACTIONS_ENVIRONMENT_VARIABLE: Final = ResourceType(
    resource="github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
    make_id=_joined("repository", "environment", "variableName"),
    inputs={**_VARIABLE_INPUTS, "environment": _ENVIRONMENT_NAME},
    outputs=_VARIABLE_OUTPUTS,
    references=(_IN_REPOSITORY, _IN_ENVIRONMENT),
)

# ---- branches -----------------------------------------------------------------------------------------------------------

_RULESET: Final = "github:index/repositoryRuleset:RepositoryRuleset"
_PUSH_RULES: Final = ("filePathRestriction", "fileExtensionRestriction", "maxFileSize", "maxFilePathLength")
_RULESETS_LIMIT: Final = 75
_METADATA_RULES: Final = (
    "branchNamePattern",
    "tagNamePattern",
    "commitMessagePattern",
    "commitAuthorEmailPattern",
    "committerEmailPattern",
)

_PATTERN_RULE: Final = block(
    {
        "operator": text("starts_with", "ends_with", "contains", "regex", required=True),
        "pattern": text(required=True),
        "name": text(),
        "negate": flag(),
    }
)


def _check_ruleset(inputs: Properties) -> Iterator[Failure]:
    target, rules, conditions = inputs.get("target"), inputs.get("rules"), inputs.get("conditions")
    if isinstance(rules, dict):
        for name in rules:
            if (target == "push") != (name in _PUSH_RULES):
                yield Failure(f"rules.{name}", f"cannot be used with the target {target}")
        if rules.get("updateAllowsFetchAndMerge") and not rules.get("update"):
            yield Failure("rules.updateAllowsFetchAndMerge", "needs update")
        if rules.get("branchNamePattern") and rules.get("tagNamePattern"):
            yield Failure("rules.branchNamePattern", "conflicts with tagNamePattern")
    if conditions != UNKNOWN and target in ("branch", "tag", "push"):
        given = isinstance(conditions, dict) and conditions.get("refName") is not None
        if given == (target == "push"):
            rule = "cannot be given" if given else "is required"
            yield Failure("conditions.refName", f"{rule} with the target {target}")
    actors = inputs.get("bypassActors")
    for index, actor in enumerate(actors if isinstance(actors, list) else []):
        nameless = actor["actorType"] in ("OrganizationAdmin", "DeployKey", "EnterpriseOwner")
        if not nameless and actor.get("actorId") is None:
            yield Failure(f"bypassActors[{index}].actorId", f"is required for the actor type {actor['actorType']}")


def _refuse_ruleset(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    _refuse_protection(attempt)
    rules, plan = attempt.inputs.get("rules") or {}, attempt.view.plan
    for name in _METADATA_RULES:
        if rules.get(name) and plan != "enterprise":
            raise _unprocessable(f"Invalid rule '{name}': metadata restrictions need GitHub Enterprise.")
    if rules.get("mergeQueue") and plan != "enterprise" and _closed(attempt):
        raise _unprocessable(
            "Invalid rule 'merge_queue': a merge queue needs GitHub Enterprise Cloud or a public repository."
        )
    if attempt.inputs.get("enforcement") == "evaluate" and plan != "enterprise":
        raise _unprocessable("Enforcement 'evaluate' is only available with GitHub Enterprise.")
    if attempt.operation == "create":
        others = attempt.others(_RULESET, repository=attempt.inputs.get("repository"))
        if len(others) >= _RULESETS_LIMIT:
            raise _unprocessable(f"A repository has at most {_RULESETS_LIMIT} rulesets.")


REPOSITORY_RULESET: Final = ResourceType(
    resource=_RULESET,
    make_id=_counted,
    unique=(("name", "repository"),),
    inputs={
        "bypassActors": items(
            block(
                {
                    "actorId": number(),
                    "actorType": text(
                        "RepositoryRole",
                        "Team",
                        "Integration",
                        "OrganizationAdmin",
                        "DeployKey",
                        "EnterpriseOwner",
                        "User",
                        required=True,
                    ),
                    "bypassMode": text("always", "pull_request", "exempt", required=True),
                }
            )
        ),
        "conditions": block(
            {"refName": block({"includes": items(text(), required=True), "excludes": items(text(), required=True)})}
        ),
        "enforcement": text("active", "disabled", "evaluate", required=True),
        "name": text(length=(1, 100), autoname=True),
        "repository": text(required=True),
        "rules": block(
            {
                "branchNamePattern": _PATTERN_RULE,
                "commitAuthorEmailPattern": _PATTERN_RULE,
                "commitMessagePattern": _PATTERN_RULE,
                "committerEmailPattern": _PATTERN_RULE,
                "copilotCodeReview": json_value(),
                "creation": flag(),
                "deletion": flag(),
                "fileExtensionRestriction": json_value(),
                "filePathRestriction": json_value(),
                "maxFilePathLength": block({"maxFilePathLength": number(1, 32767, required=True)}),
                "maxFileSize": block({"maxFileSize": number(1, 100, required=True)}),
                "mergeQueue": block(
                    {
                        "checkResponseTimeoutMinutes": number(0, 360, default=60),
                        "groupingStrategy": text("ALLGREEN", "HEADGREEN", default="ALLGREEN"),
                        "maxEntriesToBuild": number(0, 100, default=5),
                        "maxEntriesToMerge": number(0, 100, default=5),
                        "mergeMethod": text("MERGE", "SQUASH", "REBASE", default="MERGE"),
                        "minEntriesToMerge": number(0, 100, default=1),
                        "minEntriesToMergeWaitMinutes": number(0, 360, default=5),
                    }
                ),
                "nonFastForward": flag(),
                "pullRequest": block(
                    {
                        "allowedMergeMethods": items(
                            text("merge", "squash", "rebase"),
                            count=(1, 3),
                            chosen=lambda _: ["merge", "squash", "rebase"],
                        ),
                        "dismissStaleReviewsOnPush": flag(default=False),
                        "requireCodeOwnerReview": flag(default=False),
                        "requireLastPushApproval": flag(default=False),
                        "requiredApprovingReviewCount": number(0, 10, default=0),
                        "requiredReviewThreadResolution": flag(default=False),
                        "requiredReviewers": json_value(),
                    }
                ),
                "requiredCodeScanning": json_value(),
                "requiredDeployments": block({"requiredDeploymentEnvironments": items(text(), required=True)}),
                "requiredLinearHistory": flag(),
                "requiredSignatures": flag(),
                "requiredStatusChecks": block(
                    {
                        "doNotEnforceOnCreate": flag(default=False),
                        "requiredChecks": items(
                            block({"context": text(required=True), "integrationId": number(default=0)}),
                            required=True,
                            unordered=True,
                        ),
                        "strictRequiredStatusChecksPolicy": flag(),
                    }
                ),
                "tagNamePattern": _PATTERN_RULE,
                "update": flag(),
                "updateAllowsFetchAndMerge": flag(),
            },
            required=True,
        ),
        "target": text("branch", "tag", "push", required=True),
    },
    outputs={
        "etag": written(lambda facts: f'W/"{facts.digest[:16]}"'),
        "nodeId": once(lambda facts: f"RRS_{facts.digest[:12]}"),
        "rulesetId": once(lambda facts: facts.number),
    },
    references=(_IN_REPOSITORY,),
    validate=(_check_ruleset,),
    refuse=(_refuse_ruleset,),
)

_OF_REPOSITORY_ID: Final = Reference("repositoryId", _REPOSITORY, target="name", assumed=True)

BRANCH_PROTECTION: Final = ResourceType(
    resource="github:index/branchProtection:BranchProtection",
    make_id=lambda facts: f"BPR_{facts.digest[:12]}",
    unique=(("pattern", "repositoryId"),),
    inputs={
        "allowsDeletions": flag(default=False),
        "allowsForcePushes": flag(default=False),
        "enforceAdmins": flag(default=False),
        "forcePushBypassers": names(),
        "lockBranch": flag(default=False),
        "pattern": text(required=True),
        "repositoryId": text(required=True, replaces=True),
        "requireConversationResolution": flag(default=False),
        "requireSignedCommits": flag(default=False),
        "requiredLinearHistory": flag(default=False),
        "requiredPullRequestReviews": items(
            block(
                {
                    "dismissStaleReviews": flag(default=False),
                    "dismissalRestrictions": names(),
                    "pullRequestBypassers": names(),
                    "requireCodeOwnerReviews": flag(),
                    "requireLastPushApproval": flag(default=False),
                    "requiredApprovingReviewCount": number(0, 6, default=1),
                    "restrictDismissals": flag(default=False),
                }
            )
        ),
        "requiredStatusChecks": items(block({"contexts": names(), "strict": flag(default=False)})),
        "restrictPushes": items(block({"blocksCreations": flag(default=True), "pushAllowances": names()})),
    },
    references=(_OF_REPOSITORY_ID,),
    refuse=(_refuse_protection,),
)

BRANCH: Final = ResourceType(
    resource="github:index/branch:Branch",
    make_id=_joined("repository", "branch"),
    inputs={
        "branch": text(required=True),
        "etag": text(chosen=lambda facts: f'W/"{facts.digest[:16]}"'),
        "repository": REPOSITORY_NAME,
        "sourceBranch": text(default="main", replaces=True),
        "sourceSha": text(replaces=True, chosen=lambda facts: facts.digest[:40]),
    },
    outputs={
        "ref": derived(lambda facts: f"refs/heads/{facts.inputs['branch']}"),
        "sha": once(lambda facts: facts.digest[:40]),
    },
    references=(_IN_REPOSITORY,),
)


def _refuse_default_branch(attempt: Attempt) -> None:
    """The branch must exist; a new repository has none but `main`."""
    if attempt.operation == "delete" or attempt.inputs.get("rename"):
        return
    branch, repository = attempt.inputs["branch"], attempt.inputs["repository"]
    held = attempt.view.find(_REPOSITORY, {"name": repository})
    made = [found.plain()["branch"] for found in attempt.view.find(BRANCH.resource, {"repository": repository})]
    if held and branch not in ("main", *made):
        raise _unprocessable(f"Cannot update default branch for an empty repository or a missing branch: {branch}.")


BRANCH_DEFAULT: Final = ResourceType(
    resource="github:index/branchDefault:BranchDefault",
    make_id=lambda facts: facts.inputs["repository"],
    inputs={
        "branch": text(required=True),
        "etag": text(chosen=lambda facts: f'W/"{facts.digest[:16]}"'),
        "rename": flag(default=False),
        "repository": REPOSITORY_NAME,
        "waitForRename": flag(),
    },
    outputs={"repositoryId": once(_repository_id)},
    references=(_IN_REPOSITORY,),
    refuse=(_refuse_default_branch,),
)

# ---- settings of a repository -------------------------------------------------------------------------------------------


def _of_repository(facts: Facts) -> Value:
    return facts.inputs["repository"]


def _check_actions(inputs: Properties) -> Iterator[Failure]:
    selected = inputs.get("allowedActions") == "selected"
    if inputs.get("allowedActionsConfig") is not None and not selected and inputs.get("allowedActions") != UNKNOWN:
        yield Failure("allowedActionsConfig", "needs allowedActions to be selected")


ACTIONS_REPOSITORY_PERMISSIONS: Final = ResourceType(
    resource="github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
    make_id=_of_repository,
    inputs={
        "allowedActions": text("all", "local_only", "selected"),
        "allowedActionsConfig": block(
            {
                "githubOwnedAllowed": flag(required=True),
                "patternsAlloweds": names(),
                "verifiedAllowed": flag(),
            }
        ),
        "enabled": flag(default=True),
        "repository": REPOSITORY_NAME,
        "shaPinningRequired": flag(unsent=lambda value: value is False),
    },
    references=(_IN_REPOSITORY,),
    validate=(_check_actions,),
)

WORKFLOW_REPOSITORY_PERMISSIONS: Final = ResourceType(
    resource="github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
    make_id=_of_repository,
    inputs={
        "canApprovePullRequestReviews": flag(default=False),
        "defaultWorkflowPermissions": text("read", "write", default="read"),
        "repository": REPOSITORY_NAME,
    },
    references=(_IN_REPOSITORY,),
)


def _refuse_access_level(attempt: Attempt) -> None:
    if attempt.operation != "delete" and _visibility(attempt) == "public":
        raise _unprocessable("Access policy only applies to internal and private repositories.")


ACTIONS_REPOSITORY_ACCESS_LEVEL: Final = ResourceType(
    resource="github:index/actionsRepositoryAccessLevel:ActionsRepositoryAccessLevel",
    make_id=_of_repository,
    inputs={
        "accessLevel": text("none", "user", "organization", "enterprise", required=True),
        "repository": REPOSITORY_NAME,
    },
    references=(_IN_REPOSITORY,),
    refuse=(_refuse_access_level,),
)


def _check_claims(inputs: Properties) -> Iterator[Failure]:
    if UNKNOWN in (inputs.get("useDefault"), inputs.get("includeClaimKeys")):
        return
    if bool(inputs.get("useDefault")) == (inputs.get("includeClaimKeys") is not None):
        yield Failure("includeClaimKeys", "is required without useDefault and cannot be given with it")


ACTIONS_REPOSITORY_OIDC_SUBJECT: Final = ResourceType(
    resource=(
        "github:index/actionsRepositoryOidcSubjectClaimCustomizationTemplate:"
        "ActionsRepositoryOidcSubjectClaimCustomizationTemplate"
    ),
    make_id=_of_repository,
    inputs={
        "includeClaimKeys": items(text(), count=(1, None)),
        "repository": REPOSITORY_NAME,
        "useDefault": flag(required=True),
    },
    references=(_IN_REPOSITORY,),
    validate=(_check_claims,),
)

REPOSITORY_VULNERABILITY_ALERTS: Final = ResourceType(
    resource="github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts",
    make_id=lambda facts: str(_repository_id(facts)),
    unique=(("repository",),),
    inputs={"enabled": flag(default=True), "repository": REPOSITORY_NAME},
    outputs={"repositoryId": once(_repository_id)},
    references=(_IN_REPOSITORY,),
)

REPOSITORY_DEPENDABOT_SECURITY_UPDATES: Final = ResourceType(
    resource="github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates",
    make_id=_of_repository,
    inputs={"enabled": flag(required=True), "repository": REPOSITORY_NAME},
    references=(_IN_REPOSITORY,),
)

_COLOR: Final = text(required=True, pattern=r"[0-9A-Fa-f]{6}")

ISSUE_LABEL: Final = ResourceType(
    resource="github:index/issueLabel:IssueLabel",
    make_id=_joined("repository", "name"),
    inputs={
        "color": _COLOR,
        "description": text(length=(None, 100)),
        "etag": text(chosen=lambda facts: f'W/"{facts.digest[:16]}"'),
        "name": text(autoname=True),
        "repository": REPOSITORY_NAME,
    },
    outputs={"url": once(lambda facts: f"https://api.github.com/repos/{_owner(facts.account)}/labels/{facts.number}")},
    references=(_IN_REPOSITORY,),
)

ISSUE_LABELS: Final = ResourceType(
    resource="github:index/issueLabels:IssueLabels",
    make_id=_of_repository,
    inputs={
        "labels": items(
            block(
                {
                    "color": _COLOR,
                    "description": text(default="", length=(None, 100)),
                    "name": text(required=True),
                    "url": text(),
                }
            ),
            unordered=True,
        ),
        "repository": REPOSITORY_NAME,
    },
    references=(_IN_REPOSITORY,),
)

REPOSITORY_WEBHOOK: Final = ResourceType(
    resource="github:index/repositoryWebhook:RepositoryWebhook",
    make_id=_counted,
    inputs={
        "active": flag(default=True),
        "configuration": block(
            {
                "contentType": text("json", "form"),
                "insecureSsl": flag(default=False),
                "secret": text(secret=True, write_only=True),
                "url": text(required=True, secret=True),
            }
        ),
        "etag": text(chosen=lambda facts: f'W/"{facts.digest[:16]}"'),
        "events": names(required=True, count=(1, None)),
        "repository": REPOSITORY_NAME,
    },
    outputs={"url": once(lambda facts: f"https://api.github.com/repos/{_owner(facts.account)}/hooks/{facts.number}")},
    references=(_IN_REPOSITORY,),
)


def _check_autolink(inputs: Properties) -> Iterator[Failure]:
    template = inputs.get("targetUrlTemplate")
    if template not in (None, UNKNOWN) and "<num>" not in str(template):
        yield Failure("targetUrlTemplate", f"is {template!r}; it must hold <num>")


REPOSITORY_AUTOLINK_REFERENCE: Final = ResourceType(
    resource="github:index/repositoryAutolinkReference:RepositoryAutolinkReference",
    make_id=_counted,
    unique=(("keyPrefix", "repository"),),
    inputs={
        "isAlphanumeric": flag(default=True, replaces=True),
        "keyPrefix": text(required=True, replaces=True),
        "repository": REPOSITORY_NAME,
        "targetUrlTemplate": text(required=True, replaces=True, pattern=r"https?://\S+"),
    },
    outputs={"etag": once(lambda facts: f'W/"{facts.digest[:16]}"')},
    references=(_IN_REPOSITORY,),
    validate=(_check_autolink,),
    refuse=(_refuse_protection,),
)

REPOSITORY_DEPLOY_KEY: Final = ResourceType(
    resource="github:index/repositoryDeployKey:RepositoryDeployKey",
    make_id=lambda facts: f"{facts.inputs['repository']}:{facts.number}",
    unique=(("key",),),
    inputs={
        "key": text(required=True, replaces=True),
        "readOnly": flag(default=True, replaces=True),
        "repository": REPOSITORY_NAME,
        "title": text(required=True, replaces=True),
    },
    outputs={"etag": once(lambda facts: f'W/"{facts.digest[:16]}"')},
    references=(_IN_REPOSITORY,),
)


def _check_commit(inputs: Properties) -> Iterator[Failure]:
    if (inputs.get("commitAuthor") is None) != (inputs.get("commitEmail") is None):
        yield Failure("commitAuthor", "commitAuthor and commitEmail are given together or not at all")


REPOSITORY_FILE: Final = ResourceType(
    resource="github:index/repositoryFile:RepositoryFile",
    make_id=lambda facts: f"{facts.inputs['repository']}:{facts.inputs['file']}:{facts.inputs['branch']}",
    inputs={
        "autocreateBranch": flag(default=False),
        "autocreateBranchSourceBranch": text(default="main"),
        "autocreateBranchSourceSha": text(chosen=lambda facts: facts.digest[:40]),
        "branch": text(replaces=True, chosen=lambda _: "main"),
        "commitAuthor": text(),
        "commitEmail": text(),
        "commitMessage": text(chosen=lambda facts: f"Add {facts.inputs['file']}"),
        "content": text(required=True),
        "file": text(required=True, replaces=True),
        "overwriteOnCreate": flag(default=False),
        "repository": REPOSITORY_NAME,
    },
    outputs={
        "commitSha": written(lambda facts: facts.digest[:40], foreign=True),
        "ref": once(lambda facts: facts.inputs["branch"]),
        "repositoryId": once(_repository_id),
        "sha": written(lambda facts: facts.digest[24:], foreign=True),
    },
    references=(_IN_REPOSITORY,),
    validate=(_check_commit,),
)

TEAM_REPOSITORY: Final = ResourceType(
    resource="github:index/teamRepository:TeamRepository",
    make_id=_joined("teamId", "repository"),
    inputs={
        "permission": text(default="pull"),
        "repository": REPOSITORY_NAME,
        "teamId": text(required=True, replaces=True),
    },
    outputs={"etag": once(lambda facts: f'W/"{facts.digest[:16]}"')},
    references=(_IN_REPOSITORY,),
)

REPOSITORY_COLLABORATORS: Final = ResourceType(
    resource="github:index/repositoryCollaborators:RepositoryCollaborators",
    make_id=_of_repository,
    inputs={
        "ignoreTeams": items(block({"teamId": text(required=True)}), unordered=True),
        "repository": REPOSITORY_NAME,
        "teams": items(block({"permission": text(default="push"), "teamId": text(required=True)}), unordered=True),
        "users": items(block({"permission": text(default="push"), "username": text(required=True)}), unordered=True),
    },
    outputs={
        "invitationIds": once(lambda _: {}),
        "ownerConfigured": once(lambda _: False),
        "repositoryId": once(_repository_id),
    },
    references=(_IN_REPOSITORY,),
)

# ---- functions --------------------------------------------------------------------------------------------------------------


def _get_user(arguments: Properties, _: View, account: Properties) -> Properties:
    login = str(arguments.get("username") or _owner(account))
    number_ = stable_number(f"user/{login}")
    return {
        "id": str(number_),
        "username": login,
        "login": login,
        "nodeId": f"U_{number_}",
        "name": login,
        "email": f"{login}@users.noreply.github.com",
        "htmlUrl": f"https://github.com/{login}",
        "siteAdmin": False,
        "sshKeys": [],
        "gpgKeys": [],
    }


def _get_team(arguments: Properties, _: View, account: Properties) -> Properties:
    slug = str(arguments["slug"])
    number_ = stable_number(f"{_owner(account)}/{slug}")
    return {
        "id": str(number_),
        "slug": slug,
        "name": slug,
        "nodeId": f"T_{number_}",
        "description": "",
        "privacy": "closed",
        "permission": "pull",
        "notificationSetting": "notifications_enabled",
        "members": [],
        "repositories": [],
        "repositoriesDetaileds": [],
        **{key: arguments[key] for key in ("membershipType", "resultsPerPage", "summaryOnly") if key in arguments},
    }


def _get_repository(arguments: Properties, view: View, account: Properties) -> Properties:
    full = arguments.get("fullName")
    name = str(arguments.get("name") or str(full).rpartition("/")[2])
    for found in view.find(_REPOSITORY, {"name": name}):
        live = found.plain()
        return {**live, "id": name, "gitCloneUrl": live["gitCloneUrl"]}
    full_name = f"{_owner(account)}/{name}"
    return {
        "id": name,
        "name": name,
        "fullName": full_name,
        "repoId": stable_number(full_name),
        "nodeId": f"R_{stable_number(full_name)}",
        "defaultBranch": "main",
        "visibility": "private",
        "private": True,
        "archived": False,
        "htmlUrl": f"https://github.com/{full_name}",
    }


def _get_rest_api(arguments: Properties, _: View, __: Properties) -> Properties:
    """An endpoint behind which this cloud has nothing: GitHub's 404, which the function tolerates."""
    return {
        "id": str(arguments["endpoint"]),
        "endpoint": arguments["endpoint"],
        "code": 404,
        "status": "404 Not Found",
        "headers": json.dumps({"Content-Type": ["application/json; charset=utf-8"]}),
        "body": json.dumps({"message": "Not Found"}),
    }


# ---- catalogue ----------------------------------------------------------------------------------------------------------------


_TOKEN: Final = credential("token", "GITHUB_TOKEN")


def _check_credentials(inputs: Properties) -> Iterator[Failure]:
    if inputs.get("appAuth") is None:
        yield from _TOKEN(inputs)
    elif inputs.get("owner") is None:
        yield Failure("owner", "is required with appAuth")


CONFIG: Final[dict[str, Property]] = {
    "appAuth": json_value(secret=True),
    "baseUrl": text(),
    "cachePath": text(),
    "insecure": flag(),
    "legacyClient": flag(),
    "maxPerPage": number(1, 100),
    "maxRetries": number(0),
    "organization": text(),
    "owner": text(),
    "parallelRequests": flag(),
    "readDelayMs": number(0),
    "retryDelayMs": number(0),
    "retryableErrors": items(number()),
    "token": text(secret=True),
    "writeDelayMs": number(0),
}

CATALOGUE: Final = Catalogue(
    package="github",
    config=CONFIG,
    validate_config=(_check_credentials, at_most_one("owner", "organization")),
    plans=PLANS,
    conflict=(422, "already_exists"),
    not_found=(404, "Not Found"),
    functions={
        "github:index/getUser:getUser": _get_user,
        "github:index/getTeam:getTeam": _get_team,
        "github:index/getRepository:getRepository": _get_repository,
        "github:index/getRestApi:getRestApi": _get_rest_api,
    },
    types=by_token(
        REPOSITORY,
        REPOSITORY_ENVIRONMENT,
        REPOSITORY_ENVIRONMENT_DEPLOYMENT_POLICY,
        ACTIONS_SECRET,
        ACTIONS_VARIABLE,
        ACTIONS_ENVIRONMENT_SECRET,
        ACTIONS_ENVIRONMENT_VARIABLE,
        DEPENDABOT_SECRET,
        REPOSITORY_RULESET,
        BRANCH_PROTECTION,
        BRANCH,
        BRANCH_DEFAULT,
        ACTIONS_REPOSITORY_PERMISSIONS,
        WORKFLOW_REPOSITORY_PERMISSIONS,
        ACTIONS_REPOSITORY_ACCESS_LEVEL,
        ACTIONS_REPOSITORY_OIDC_SUBJECT,
        REPOSITORY_VULNERABILITY_ALERTS,
        REPOSITORY_DEPENDABOT_SECURITY_UPDATES,
        ISSUE_LABEL,
        ISSUE_LABELS,
        REPOSITORY_WEBHOOK,
        REPOSITORY_AUTOLINK_REFERENCE,
        REPOSITORY_DEPLOY_KEY,
        REPOSITORY_FILE,
        TEAM_REPOSITORY,
        REPOSITORY_COLLABORATORS,
    ),
)
