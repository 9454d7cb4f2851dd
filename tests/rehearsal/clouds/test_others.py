"""What Upstash, Sentry and AWS refuse."""

from __future__ import annotations

import json

import pytest

from rehearsal.clouds import VendorError
from rehearsal.engine.values import Properties, is_secret
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import Bench

ANYBODY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]})
CRITICAL = {"label": "critical", "alertThreshold": 1, "thresholdType": 0}


@pytest.mark.parametrize(
    ("token", "changes", "wrong"),
    [
        (samples.REDIS, {"primaryRegion": None}, "primaryRegion"),
        (samples.REDIS, {"region": "eu-west-1"}, "primaryRegion"),
        (samples.REDIS, {"readRegions": ["eu-central-1"]}, "readRegions"),
        (samples.REDIS, {"region": "mars"}, "region"),
        (samples.SENTRY_PROJECT, {"team": "ops"}, "team"),
        (samples.SENTRY_PROJECT, {"teams": None}, "team"),
        (samples.SENTRY_KEY, {"rateLimitWindow": None}, "rateLimitCount"),
        (samples.METRIC_ALERT, {"triggers": [CRITICAL, CRITICAL]}, "triggers"),
        (samples.METRIC_ALERT, {"triggers": [{**CRITICAL, "label": "warning"}]}, "triggers"),
        (samples.METRIC_ALERT, {"thresholdType": 2}, "thresholdType"),
        (f"{samples.S}sentryIssueAlert:SentryIssueAlert", {"actions": [{"x": "y"}]}, "actions[0]"),
        (samples.BUCKET, {"bucket": "Upper"}, "bucket"),
        (samples.BUCKET, {"bucket": "a..b"}, "bucket"),
        (samples.BUCKET, {"bucketPrefix": "b"}, "bucketPrefix"),
        (samples.OBJECT_LOCK, {"rule": {"defaultRetention": {"days": 1, "years": 1}}}, "rule.defaultRetention"),
        (samples.ROLE, {"assumeRolePolicy": "{}"}, "assumeRolePolicy"),
        (samples.ROLE, {"assumeRolePolicy": "not json"}, "assumeRolePolicy"),
        (samples.ROLE, {"maxSessionDuration": 60}, "maxSessionDuration"),
    ],
)
def test_inputs_that_the_plugins_refuse(bench: Bench, token: str, changes: Properties, wrong: str) -> None:
    _, failures = bench.check(token, bench.sample(token, **changes))
    assert wrong in failures


@pytest.mark.parametrize("rules", [[{"id": "a", "status": "Enabled"}], [{"id": "a", "status": "Enabled"}] * 2])
def test_a_lifecycle_rule_has_an_action_and_its_own_id(bench: Bench, rules: list[Properties]) -> None:
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    _, failures = bench.check(token, bench.sample(token, rules=rules))
    assert "rules[0]" in failures
    assert ("rules" in failures) == (len(rules) == 2)


def test_tls_stays_on_once_it_is_on(bench: Bench) -> None:
    made = bench.make(samples.REDIS)
    assert made.outputs["tls"] is True
    with pytest.raises(VendorError, match="tls can not be disabled"):
        bench.update(made, {**made.inputs, "tls": False})
    assert bench.create(samples.REDIS, bench.sample(samples.REDIS, databaseName="plain", tls=False), "plain").id


def test_a_production_pack_needs_a_budget(bench: Bench) -> None:
    with pytest.raises(VendorError, match="at least 20 dollars"):
        bench.create(samples.REDIS, bench.sample(samples.REDIS, prodPack=True, budget=5))


def test_a_sentry_project_needs_its_team_in_the_same_organisation(bench: Bench) -> None:
    bench.make(samples.TEAM)
    with pytest.raises(VendorError, match="teams: there is no SentryTeam 'none'"):
        bench.create(samples.SENTRY_PROJECT, bench.sample(samples.SENTRY_PROJECT, teams=["none"]))
    with pytest.raises(VendorError, match="there is no SentryTeam 'ops'"):
        bench.create(samples.SENTRY_PROJECT, bench.sample(samples.SENTRY_PROJECT, organization="elsewhere"))


def test_a_slug_is_made_of_the_name(bench: Bench) -> None:
    made = bench.create(samples.TEAM, {"organization": "bright", "name": "Bright Broom: Ops"})
    assert made.outputs["slug"] == "bright-broom-ops"


def test_only_the_secret_half_of_a_client_key_is_secret(bench: Bench) -> None:
    outputs = bench.make(samples.SENTRY_KEY).outputs
    assert {name for name, value in outputs.items() if is_secret(value)} == {"secret", "dsnSecret"}
    assert outputs["public"] in outputs["dsnPublic"]


def test_an_object_lock_needs_versions(bench: Bench) -> None:
    bench.create(samples.BUCKET, {"bucket": "plain-bucket"}, "plain")
    lock = {"bucket": "plain-bucket", "rule": {"defaultRetention": {"days": 1, "mode": "GOVERNANCE"}}}
    with pytest.raises(VendorError, match="409 InvalidBucketState"):
        bench.create(samples.OBJECT_LOCK, lock)
    bench.create(samples.VERSIONING, {"bucket": "plain-bucket", "versioningConfiguration": {"status": "Enabled"}})
    assert bench.create(samples.OBJECT_LOCK, lock).id == "plain-bucket"


def test_a_bucket_that_blocks_public_policies_refuses_one(bench: Bench) -> None:
    made = bench.make(samples.BUCKET_POLICY)
    assert bench.update(made, {**made.inputs, "policy": ANYBODY})
    bench.make(samples.ACCESS_BLOCK)
    with pytest.raises(VendorError, match="403 AccessDenied"):
        bench.update(made, {**made.inputs, "policy": ANYBODY})
    assert bench.update(made, {**made.inputs, "policy": samples.POLICY_TEXT})


def test_an_attached_policy_is_not_deleted(bench: Bench) -> None:
    attachment = bench.make(samples.ATTACHMENT)
    policy = bench.made[samples.IAM_POLICY]
    with pytest.raises(VendorError, match="409 DeleteConflict"):
        bench.delete(policy)
    bench.delete(attachment)
    bench.delete(policy)
    assert bench.read(policy) is None


def test_parts_of_a_bucket_go_with_it(bench: Bench) -> None:
    lock = bench.make(samples.OBJECT_LOCK)
    bench.delete(bench.made[samples.BUCKET])
    assert bench.read(lock) is None
    with pytest.raises(VendorError, match="bucket: there is no Bucket 'bright-backups'"):
        bench.create(samples.VERSIONING, bench.made[samples.VERSIONING].inputs)
