"""One good example of every type that has a table entry, and what else must exist for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rehearsal.engine.values import Properties, make_secret

V = "vercel:index/"
G = "github:index/"
S = "sentry:index/"
R = "random:index/"

PROJECT = f"{V}project:Project"
VARIABLE = f"{V}projectEnvironmentVariable:ProjectEnvironmentVariable"
VARIABLES = f"{V}projectEnvironmentVariables:ProjectEnvironmentVariables"
SHARED_VARIABLE = f"{V}sharedEnvironmentVariable:SharedEnvironmentVariable"
DOMAIN = f"{V}projectDomain:ProjectDomain"
ROUTE = f"{V}projectRoute:ProjectRoute"
ROLLING_RELEASE = f"{V}projectRollingRelease:ProjectRollingRelease"
CHECK = f"{V}projectDeploymentCheck:ProjectDeploymentCheck"
FIREWALL = f"{V}firewallConfig:FirewallConfig"
LOG_DRAIN = f"{V}logDrain:LogDrain"
ALERT_RULE = f"{V}alertRule:AlertRule"
NOTIFICATION = f"{V}alertRuleWebhookNotification:AlertRuleWebhookNotification"
WEBHOOK = f"{V}webhook:Webhook"
BYPASS = f"{V}projectProtectionBypass:ProjectProtectionBypass"
CUSTOM_ENVIRONMENT = f"{V}customEnvironment:CustomEnvironment"
EDGE_CONFIG = f"{V}edgeConfig:EdgeConfig"

REPOSITORY = f"{G}repository:Repository"
ENVIRONMENT = f"{G}repositoryEnvironment:RepositoryEnvironment"
POLICY = f"{G}repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
ENVIRONMENT_SECRET = f"{G}actionsEnvironmentSecret:ActionsEnvironmentSecret"
SECRET = f"{G}actionsSecret:ActionsSecret"
RULESET = f"{G}repositoryRuleset:RepositoryRuleset"
ACTIONS = f"{G}actionsRepositoryPermissions:ActionsRepositoryPermissions"
OIDC_SUBJECT = (
    f"{G}actionsRepositoryOidcSubjectClaimCustomizationTemplate:ActionsRepositoryOidcSubjectClaimCustomizationTemplate"
)
ACCESS_LEVEL = f"{G}actionsRepositoryAccessLevel:ActionsRepositoryAccessLevel"
LABELS = f"{G}issueLabels:IssueLabels"
BRANCH = f"{G}branch:Branch"
BRANCH_DEFAULT = f"{G}branchDefault:BranchDefault"
REPOSITORY_WEBHOOK = f"{G}repositoryWebhook:RepositoryWebhook"

REDIS = "upstash:index/redisDatabase:RedisDatabase"

TEAM = f"{S}sentryTeam:SentryTeam"
SENTRY_PROJECT = f"{S}sentryProject:SentryProject"
SENTRY_KEY = f"{S}sentryKey:SentryKey"
METRIC_ALERT = f"{S}sentryMetricAlert:SentryMetricAlert"

PASSWORD = f"{R}randomPassword:RandomPassword"
BYTES = f"{R}randomBytes:RandomBytes"

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
IAM_POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

POLICY_TEXT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}
)

Inputs = Callable[[Mapping[str, str]], Properties]


@dataclass(frozen=True)
class Sample:
    """Inputs, given the ids of what the sample needs."""

    inputs: Inputs
    needs: tuple[str, ...] = ()


def _plain(**inputs: object) -> Sample:
    return Sample(lambda _: dict(inputs))


def _in_project(**inputs: object) -> Sample:
    return Sample(lambda ids: {"projectId": ids[PROJECT], **inputs}, (PROJECT,))


def _in_repository(**inputs: object) -> Sample:
    return Sample(lambda _: {"repository": "app", **inputs}, (REPOSITORY,))


def _in_environment(**inputs: object) -> Sample:
    return Sample(lambda _: {"repository": "app", "environment": "production", **inputs}, (ENVIRONMENT,))


def _in_bucket(*needs: str, **inputs: object) -> Sample:
    return Sample(lambda _: {"bucket": "bright-backups", **inputs}, (BUCKET, *needs))


def _in_sentry_project(**inputs: object) -> Sample:
    return Sample(lambda _: {"organization": "bright", "project": "app", **inputs}, (SENTRY_PROJECT,))


VERCEL = {
    PROJECT: _plain(
        name="brightbroom",
        framework="sveltekit-1",
        nodeVersion="22.x",
        gitRepository={"type": "github", "repo": "bright/app", "productionBranch": "production"},
        passwordProtection={"deploymentType": "all_deployments", "password": make_secret("canary-password")},
        resourceConfig={"fluid": True, "functionDefaultRegions": ["fra1"]},
        skewProtection="12 hours",
    ),
    DOMAIN: _in_project(domain="brightbroom.app"),
    VARIABLE: _in_project(
        key="AUTH_SECRET", sensitive=True, targets=["production", "preview"], value=make_secret("canary-auth")
    ),
    VARIABLES: _in_project(
        variables=[
            {"key": "LOG_LEVEL", "value": "info", "targets": ["production"], "sensitive": False},
            {"key": "API_KEY", "value": make_secret("canary-plural"), "targets": ["production"], "sensitive": True},
        ]
    ),
    SHARED_VARIABLE: Sample(
        lambda ids: {
            "key": "SHARED",
            "sensitive": True,
            "targets": ["production"],
            "value": make_secret("canary-shared"),
            "projectIds": [ids[PROJECT]],
        },
        (PROJECT,),
    ),
    ROUTE: _in_project(
        name="headers",
        position={"placement": "start"},
        route={
            "src": "^/(.*)$",
            "transforms": [
                {"type": "response.headers", "op": "set", "target": '{"key": "X-Frame-Options"}', "args": '"DENY"'}
            ],
        },
    ),
    f"{V}bulkRedirects:BulkRedirects": _in_project(
        redirects=[{"source": "/a", "destination": "/b", "statusCode": 308}]
    ),
    f"{V}projectDeploymentRetention:ProjectDeploymentRetention": _in_project(expirationProduction="6m"),
    ROLLING_RELEASE: _in_project(
        advancementType="automatic", stages=[{"targetPercentage": 10, "duration": 30}, {"targetPercentage": 100}]
    ),
    CHECK: _in_project(
        name="tests",
        requires="build-ready",
        source={"kind": "git-provider", "provider": "github", "externalCheckName": "test"},
    ),
    FIREWALL: _in_project(
        rules={
            "rules": [
                {
                    "name": "payfast callback",
                    "action": {"action": "bypass"},
                    "conditionGroups": [{"conditions": [{"type": "path", "op": "eq", "value": "/api/payfast"}]}],
                },
                {
                    "name": "login attempts",
                    "action": {
                        "action": "rate_limit",
                        "rateLimit": {
                            "algo": "fixed_window",
                            "window": 60,
                            "limit": 20,
                            "keys": ["ip"],
                            "action": "deny",
                        },
                    },
                    "conditionGroups": [{"conditions": [{"type": "path", "op": "pre", "value": "/login"}]}],
                },
            ]
        }
    ),
    f"{V}firewallBypass:FirewallBypass": _in_project(domain="*", sourceIp="192.0.2.1"),
    f"{V}attackChallengeMode:AttackChallengeMode": _in_project(enabled=False, attackModeActiveUntil=1),
    BYPASS: _in_project(note="end-to-end tests", secret=make_secret("canary0123456789canary0123456789")),
    LOG_DRAIN: Sample(
        lambda ids: {
            "name": "logs",
            "deliveryFormat": "json",
            "endpoint": "https://logs.example.org/v1",
            "environments": ["production"],
            "sources": ["lambda", "edge"],
            "headers": make_secret({"authorization": "canary-header"}),
            "secret": make_secret("canary-drain-canary-drain-canary-drain"),
            "projectIds": [ids[PROJECT]],
        },
        (PROJECT,),
    ),
    ALERT_RULE: Sample(
        lambda ids: {
            "name": "errors",
            "type": "built-in",
            "matchMinimumSeverityLevel": "medium",
            "ruleScope": {"type": "include", "projectIds": [ids[PROJECT]]},
            "triggers": [{"type": "error_anomaly", "filter": "statusGroup eq 5xx"}],
        },
        (PROJECT,),
    ),
    WEBHOOK: _plain(endpoint="https://hooks.example.org/vercel", events=["deployment.error", "alerts.triggered"]),
    NOTIFICATION: Sample(
        lambda ids: {"alertRuleId": ids[ALERT_RULE], "webhookId": ids[WEBHOOK]}, (ALERT_RULE, WEBHOOK)
    ),
    f"{V}projectCrons:ProjectCrons": _in_project(enabled=True),
    CUSTOM_ENVIRONMENT: _in_project(name="staging", branchTracking={"pattern": "main", "type": "equals"}),
    EDGE_CONFIG: _plain(name="flags"),
    f"{V}edgeConfigItem:EdgeConfigItem": Sample(
        lambda ids: {"edgeConfigId": ids[EDGE_CONFIG], "key": "flag", "value": "on"}, (EDGE_CONFIG,)
    ),
    f"{V}edgeConfigToken:EdgeConfigToken": Sample(
        lambda ids: {"edgeConfigId": ids[EDGE_CONFIG], "label": "app"}, (EDGE_CONFIG,)
    ),
    f"{V}oidcFederationPolicy:OidcFederationPolicy": _plain(
        name="ci",
        client="vercel",
        issuerUrl="https://token.actions.githubusercontent.com",
        claims=[{"name": "repository", "values": [{"value": "bright/app"}]}],
        commands=["deploy"],
    ),
}

_SECRET = {"secretName": "VERCEL_TOKEN", "value": make_secret("canary-ci")}
_GITHUB_VARIABLE = {"variableName": "REGION", "value": "fra1"}

GITHUB = {
    REPOSITORY: _plain(
        name="app",
        visibility="private",
        allowMergeCommit=False,
        topics=["sveltekit", "bookings"],
        securityAndAnalysis={
            "secretScanning": {"status": "enabled"},
            "secretScanningPushProtection": {"status": "enabled"},
        },
    ),
    ENVIRONMENT: Sample(
        lambda _: {
            "repository": "app",
            "environment": "production",
            "canAdminsBypass": False,
            "preventSelfReview": True,
            "waitTimer": 10,
            "reviewers": [{"users": [1, 2], "teams": [3]}],
            "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
        },
        (REPOSITORY,),
    ),
    POLICY: _in_environment(branchPattern="production"),
    SECRET: _in_repository(**_SECRET),
    f"{G}actionsVariable:ActionsVariable": _in_repository(**_GITHUB_VARIABLE),
    ENVIRONMENT_SECRET: _in_environment(**_SECRET),
    f"{G}actionsEnvironmentVariable:ActionsEnvironmentVariable": _in_environment(**_GITHUB_VARIABLE),
    f"{G}dependabotSecret:DependabotSecret": _in_repository(**_SECRET),
    RULESET: _in_repository(
        name="main",
        target="branch",
        enforcement="active",
        conditions={"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        bypassActors=[{"actorId": 5, "actorType": "RepositoryRole", "bypassMode": "pull_request"}],
        rules={
            "deletion": True,
            "nonFastForward": True,
            "pullRequest": {"requiredApprovingReviewCount": 1},
            "requiredStatusChecks": {"requiredChecks": [{"context": "validate"}, {"context": "test"}]},
        },
    ),
    f"{G}branchProtection:BranchProtection": Sample(
        lambda _: {
            "repositoryId": "app",
            "pattern": "main",
            "enforceAdmins": True,
            "requiredPullRequestReviews": [{"requiredApprovingReviewCount": 1}],
            "requiredStatusChecks": [{"contexts": ["test"], "strict": True}],
        },
        (REPOSITORY,),
    ),
    BRANCH: _in_repository(branch="production"),
    BRANCH_DEFAULT: _in_repository(branch="main"),
    ACTIONS: _in_repository(
        allowedActions="selected",
        allowedActionsConfig={"githubOwnedAllowed": True, "patternsAlloweds": ["pulumi/*"]},
        shaPinningRequired=True,
    ),
    f"{G}workflowRepositoryPermissions:WorkflowRepositoryPermissions": _in_repository(
        defaultWorkflowPermissions="read"
    ),
    ACCESS_LEVEL: _in_repository(accessLevel="organization"),
    OIDC_SUBJECT: _in_repository(useDefault=False, includeClaimKeys=["repo", "context"]),
    f"{G}repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts": _in_repository(enabled=True),
    f"{G}repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates": _in_repository(enabled=True),
    f"{G}issueLabel:IssueLabel": _in_repository(name="release", color="0e8a16", description="For the next release"),
    LABELS: _in_repository(labels=[{"name": "hotfix", "color": "b60205"}, {"name": "release", "color": "0e8a16"}]),
    REPOSITORY_WEBHOOK: _in_repository(
        events=["push"],
        configuration={
            "url": make_secret("https://hooks.example.org/canary"),
            "secret": make_secret("canary-hook"),
            "contentType": "json",
        },
    ),
    f"{G}repositoryAutolinkReference:RepositoryAutolinkReference": _in_repository(
        keyPrefix="BB-", targetUrlTemplate="https://issues.example.org/<num>"
    ),
    f"{G}repositoryDeployKey:RepositoryDeployKey": _in_repository(title="reader", key="ssh-ed25519 AAAA"),
    f"{G}repositoryFile:RepositoryFile": _in_repository(file="CODEOWNERS", content="* @bright/ops"),
    f"{G}teamRepository:TeamRepository": _in_repository(teamId="17", permission="push"),
    f"{G}repositoryCollaborators:RepositoryCollaborators": _in_repository(
        users=[{"username": "ada", "permission": "triage"}]
    ),
}

OTHERS = {
    REDIS: _plain(databaseName="cache", region="global", primaryRegion="eu-central-1", eviction=True),
    TEAM: _plain(organization="bright", name="Operations", slug="ops"),
    SENTRY_PROJECT: Sample(
        lambda _: {"organization": "bright", "name": "app", "slug": "app", "teams": ["ops"]}, (TEAM,)
    ),
    SENTRY_KEY: _in_sentry_project(name="browser", rateLimitCount=100, rateLimitWindow=60),
    f"{S}sentryIssueAlert:SentryIssueAlert": _in_sentry_project(
        name="new issue",
        actionMatch="any",
        filterMatch="any",
        frequency=30,
        conditions=[{"id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"}],
        actions=[{"id": "sentry.mail.actions.NotifyEmailAction", "targetType": "IssueOwners"}],
    ),
    METRIC_ALERT: _in_sentry_project(
        name="error rate",
        aggregate="count()",
        query="is:unresolved",
        thresholdType=0,
        timeWindow=5,
        triggers=[{"label": "critical", "alertThreshold": 10, "thresholdType": 0}],
    ),
    PASSWORD: _plain(length=40, special=False, keepers={"rotation": "1"}),
    BYTES: _plain(length=32, keepers={"rotation": "1"}),
    f"{R}randomString:RandomString": _plain(length=8, upper=False),
    f"{R}randomId:RandomId": _plain(byteLength=4, prefix="bb-"),
    f"{R}randomUuid:RandomUuid": _plain(keepers={"rotation": "1"}),
}

AWS = {
    BUCKET: _plain(bucket="bright-backups", objectLockEnabled=True, tags={"owner": "ops"}),
    VERSIONING: _in_bucket(versioningConfiguration={"status": "Enabled"}),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _in_bucket(
        rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
    ),
    OBJECT_LOCK: _in_bucket(VERSIONING, rule={"defaultRetention": {"days": 35, "mode": "COMPLIANCE"}}),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _in_bucket(
        rules=[{"id": "expire", "status": "Enabled", "expiration": {"days": 90}}]
    ),
    ACCESS_BLOCK: _in_bucket(
        blockPublicAcls=True, blockPublicPolicy=True, ignorePublicAcls=True, restrictPublicBuckets=True
    ),
    BUCKET_POLICY: _in_bucket(policy=POLICY_TEXT),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _in_bucket(
        rule={"objectOwnership": "BucketOwnerEnforced"}
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _plain(
        url="https://token.actions.githubusercontent.com", clientIdLists=["sts.amazonaws.com"]
    ),
    ROLE: _plain(name="backup-writer", assumeRolePolicy=POLICY_TEXT),
    "aws:iam/rolePolicy:RolePolicy": Sample(
        lambda ids: {"role": ids[ROLE], "name": "write", "policy": POLICY_TEXT}, (ROLE,)
    ),
    IAM_POLICY: _plain(name="backup-writer", policy=POLICY_TEXT),
    ATTACHMENT: Sample(lambda ids: {"role": ids[ROLE], "policyArn": ids[IAM_POLICY]}, (ROLE, IAM_POLICY)),
}

SAMPLES: dict[str, Sample] = {**VERCEL, **GITHUB, **OTHERS, **AWS}
