"""Database, cache, errors and the separate storage of backups."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from infra.components.backup_storage import tls_only_policy, write_only_policy
from infra.components.neon_database import connection_url
from tests.infra.recording import Program, record

DAY = 86_400


def test_each_environment_has_a_project_of_its_own(staging: Program, production: Program) -> None:
    names = [program.one("neon:Project").inputs["name"] for program in (staging, production)]
    assert names == ["brightbroom-staging", "brightbroom"]


def test_the_default_branch_of_production_is_protected(production: Program) -> None:
    branch = production.one("neon:Project").inputs["defaultBranch"]
    assert branch == {
        "name": "main", "protected": True, "roleName": "brightbroom_owner", "databaseName": "brightbroom",
    }  # fmt: skip


def test_the_app_works_with_another_role_than_the_owner(program: Program) -> None:
    role = program.one("neon:Role").inputs
    assert role["name"] == "brightbroom_app"
    assert role["name"] != program.one("neon:Project").inputs["defaultBranch"]["roleName"]


def test_sizes_history_and_suspend_time_follow_the_tier(staging: Program, production: Program) -> None:
    small, large = (program.one("neon:Project").inputs for program in (staging, production))
    assert small["defaultEndpoint"] == {"minCu": 0.25, "maxCu": 2, "suspendTimeoutSeconds": 300}
    assert large["defaultEndpoint"] == {"minCu": 0.25, "maxCu": 8, "suspendTimeoutSeconds": -1}
    assert (small["historyRetentionSeconds"], large["historyRetentionSeconds"]) == (DAY, 30 * DAY)
    assert (small["quota"], large["quota"]) == (
        {"computeTimeSeconds": 100 * 3600},
        {"computeTimeSeconds": 0},
    )
    for inputs in (small, large):
        assert inputs["endpointDefaults"] == inputs["defaultEndpoint"]


def test_snapshots_are_taken_daily_and_weekly_and_kept_for_thirty_days(program: Program) -> None:
    schedule = program.one("neon:BackupSchedule").inputs
    assert schedule["branchId"] == "br-default"
    assert [item["frequency"] for item in schedule["items"]] == ["daily", "weekly"]
    assert {item["retentionSeconds"] for item in schedule["items"]} == {30 * DAY}


def test_previews_start_from_a_branch_without_rows(staging: Program, production: Program) -> None:
    parent = staging.one("neon:Branch").inputs
    assert (parent["initSource"], parent["protected"]) == ("schema-only", False)
    assert production.all("neon:Branch") == []


def test_allowed_addresses_reach_the_project_where_the_tier_has_them() -> None:
    program = record("production", {"database.allowedAddresses": ["203.0.113.0/24"]})
    assert program.one("neon:Project").inputs["allowedIps"] == ["203.0.113.0/24"]


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_a_connection_url_holds_any_role_password_and_database(role: str, password: str, database: str) -> None:
    url = urlsplit(connection_url(role, password, "host.example.com", database))
    assert (url.scheme, url.hostname, url.query) == ("postgresql", "host.example.com", "sslmode=require")
    assert [unquote(part or "") for part in (url.username, url.password, url.path[1:])] == [role, password, database]


def test_the_cache_lies_beside_the_database_over_tls_with_eviction(program: Program) -> None:
    cache = program.one("upstash:RedisDatabase")
    assert (cache.inputs["region"], cache.inputs["primaryRegion"]) == ("global", "eu-central-1")
    assert (cache.inputs["tls"], cache.inputs["eviction"]) == (True, True)
    assert set(cache.secret_outputs) >= {"password", "restToken", "readOnlyRestToken"}


def test_errors_of_each_environment_have_team_project_key_and_two_alerts(staging: Program, production: Program) -> None:
    for program, slug, rate in ((staging, "brightbroom-staging", 50), (production, "brightbroom", 10)):
        assert program.one("sentry:SentryTeam").inputs["slug"] == slug
        project = program.one("sentry:SentryProject").inputs
        assert (project["slug"], project["teams"]) == (slug, [slug])
        assert program.one("sentry:SentryKey").inputs["project"] == slug
        conditions = program.one("sentry:SentryIssueAlert").inputs["conditions"]
        assert any("FirstSeenEvent" in condition["id"] for condition in conditions)
        [trigger] = program.one("sentry:SentryMetricAlert").inputs["triggers"]
        assert trigger["alertThreshold"] == rate
        assert trigger["actions"][0]["targetIdentifier"] == "7"


def _statement(text: str) -> dict[str, Any]:
    [statement] = json.loads(text)["Statement"]
    assert isinstance(statement, dict)
    return statement


def test_the_bucket_is_locked_encrypted_private_and_outlives_the_snapshots(production: Program) -> None:
    bucket = production.one("aws:Bucket").inputs
    assert (bucket["objectLockEnabled"], bucket["forceDestroy"]) == (True, False)
    lock = production.one("aws:BucketObjectLockConfiguration").inputs["rule"]["defaultRetention"]
    assert lock == {"mode": "COMPLIANCE", "days": 30}
    private = production.one("aws:BucketPublicAccessBlock").inputs
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(private[flag] is True for flag in flags)
    [rule] = production.one("aws:BucketLifecycleConfiguration").inputs["rules"]
    assert rule["status"] == "Enabled"
    assert rule["expiration"]["days"] > 30
    assert production.one("aws:BucketVersioning").inputs["versioningConfiguration"]["status"] == "Enabled"
    [encryption] = production.one("aws:BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert encryption["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    assert _statement(production.one("aws:BucketPolicy").inputs["policy"])["Effect"] == "Deny"


def test_lock_and_lifecycle_wait_for_versioning(production: Program) -> None:
    versions = production.one("aws:BucketVersioning").urn
    for kind in ("aws:BucketObjectLockConfiguration", "aws:BucketLifecycleConfiguration"):
        assert versions in production.one(kind).dependencies


def test_only_jobs_of_the_production_environment_may_write_backups(production: Program) -> None:
    role = production.one("aws:Role").inputs
    trust = _statement(role["assumeRolePolicy"])
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"] == {"Federated": "arn:aws:iam::1:oidc-provider/github"}
    assert trust["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": (
            "repo:brightbroom@148210337/brightbroom@903114562:environment:production"
        ),
    }


def test_the_writer_may_add_and_not_remove(production: Program) -> None:
    policy = production.one("aws:RolePolicy").inputs["policy"]
    assert policy == write_only_policy("arn:aws:s3:::brightbroom-backups")
    statement = _statement(policy)
    assert (statement["Action"], statement["Resource"]) == (["s3:PutObject"], "arn:aws:s3:::brightbroom-backups/*")


def test_requests_without_tls_are_refused() -> None:
    statement = _statement(tls_only_policy("arn:x"))
    assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", ["arn:x", "arn:x/*"])
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
