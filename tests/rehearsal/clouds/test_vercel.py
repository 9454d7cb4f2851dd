"""What Vercel refuses, fills in and hides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.clouds import VendorError
from rehearsal.engine.values import Properties, make_secret
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import Bench

STAGES = [{"targetPercentage": 10, "duration": 5}, {"targetPercentage": 100}]


def on_plan(tmp_path: Path, plan: str) -> Bench:
    return Bench(tmp_path, plans={"vercel": plan})


@pytest.mark.parametrize(
    ("token", "changes", "wrong"),
    [
        (samples.PROJECT, {"name": "Bright Broom"}, "name"),
        (samples.PROJECT, {"name": "b" * 53}, "name"),
        (samples.PROJECT, {"nodeVersion": "16.x"}, "nodeVersion"),
        (samples.PROJECT, {"skewProtection": "2 hours"}, "skewProtection"),
        (samples.PROJECT, {"gitRepository": {"type": "svn", "repo": "a/b"}}, "gitRepository.type"),
        (samples.PROJECT, {"gitRepository": {"type": "github", "repo": "alone"}}, "gitRepository.repo"),
        (samples.PROJECT, {"gitComments": {"onCommit": True}}, "gitComments.onPullRequest"),
        (samples.PROJECT, {"gitComments": {"onCommit": True, "onPullRequest": True, "x": 1}}, "gitComments.x"),
        (samples.PROJECT, {"resourceConfig": {"functionDefaultTimeout": 901}}, "resourceConfig.functionDefaultTimeout"),
        (
            samples.PROJECT,
            {"resourceConfig": {"fluid": True, "functionDefaultCpuType": "standard_legacy"}},
            "resourceConfig.functionDefaultCpuType",
        ),
        (samples.VARIABLE, {"targets": ["development"]}, "sensitive"),
        (samples.VARIABLE, {"targets": ["staging"]}, "targets[0]"),
        (samples.VARIABLE, {"targets": []}, "targets"),
        (samples.VARIABLE, {"value": None}, "value"),
        (samples.VARIABLE, {"valueWo": "x"}, "value"),
        (samples.VARIABLE, {"valueWoVersion": 1}, "valueWoVersion"),
        (samples.VARIABLE, {"gitBranch": "main"}, "gitBranch"),
        (samples.VARIABLE, {"comment": "x" * 1001}, "comment"),
        (samples.VARIABLES, {"variables": [{"key": "A", "targets": ["preview"]}] * 2}, "variables[1].key"),
        (samples.ROUTE, {"position": None}, "position"),
        (samples.ROUTE, {"position": {"placement": "before"}}, "position.referenceRouteId"),
        (samples.ROUTE, {"route": {"src": "/"}}, "route"),
        (samples.ROLLING_RELEASE, {"stages": STAGES[:1]}, "stages"),
        (samples.ROLLING_RELEASE, {"stages": [STAGES[1], STAGES[0]]}, "stages"),
        (samples.ROLLING_RELEASE, {"advancementType": "manual-approval"}, "stages[0].duration"),
        (
            samples.ROLLING_RELEASE,
            {"stages": [{"targetPercentage": 10}, {"targetPercentage": 100}]},
            "stages[0].duration",
        ),
        (samples.CHECK, {"source": {"kind": "git-provider"}}, "source.externalCheckName"),
        (samples.DOMAIN, {"redirect": "a.app", "redirectStatusCode": 303}, "redirectStatusCode"),
        (samples.DOMAIN, {"redirectStatusCode": 308}, "redirectStatusCode"),
        (samples.DOMAIN, {"gitBranch": "a", "customEnvironmentId": "b"}, "customEnvironmentId"),
        (samples.LOG_DRAIN, {"endpoint": "http://logs.example.org"}, "endpoint"),
        (samples.LOG_DRAIN, {"samplingRate": 2}, "samplingRate"),
        (samples.ALERT_RULE, {"ruleScope": {"type": "include"}}, "ruleScope.projectIds"),
        (samples.ALERT_RULE, {"triggers": [{"type": "error_anomaly"}]}, "triggers[0].filter"),
        (samples.BYPASS, {"secret": "short"}, "secret"),
        (samples.CUSTOM_ENVIRONMENT, {"name": "x" * 33}, "name"),
    ],
)
def test_inputs_that_the_plugin_refuses(bench: Bench, token: str, changes: Properties, wrong: str) -> None:
    _, failures = bench.check(token, bench.sample(token, **changes))
    assert wrong in failures


@pytest.mark.parametrize("action", ["rate_limit", "redirect"])
def test_a_firewall_action_needs_its_block(bench: Bench, action: str) -> None:
    groups = [{"conditions": [{"type": "path", "op": "eq", "value": "/", "values": ["/"]}]}]
    rule = {"name": "rule", "action": {"action": action}, "conditionGroups": groups}
    _, failures = bench.check(samples.FIREWALL, bench.sample(samples.FIREWALL, rules={"rules": [rule]}))
    assert set(failures) == {
        f"rules.rules[0].action.{'rateLimit' if action == 'rate_limit' else 'redirect'}",
        "rules.rules[0].conditionGroups[0].conditions[0]",
    }


@pytest.mark.parametrize(
    ("changes", "clash"),
    [
        ({}, True),
        ({"targets": ["preview"]}, True),
        ({"targets": ["development"], "sensitive": False}, False),
        ({"targets": ["preview"], "gitBranch": "feature"}, False),
        ({"key": "OTHER"}, False),
    ],
)
def test_one_key_has_one_value_per_target_and_branch(bench: Bench, changes: dict[str, Any], clash: bool) -> None:
    bench.make(samples.VARIABLE)
    inputs = bench.sample(samples.VARIABLE, **changes)
    if not clash:
        assert bench.create(samples.VARIABLE, inputs, "second").id
        return
    with pytest.raises(VendorError, match=r"^400 ENV_CONFLICT: A variable with the name `AUTH_SECRET` already exists"):
        bench.create(samples.VARIABLE, inputs, "second")


def test_the_same_key_in_another_project_is_no_conflict(bench: Bench) -> None:
    bench.make(samples.VARIABLE)
    other = bench.create(samples.PROJECT, {"name": "other"}, "other")
    assert bench.create(samples.VARIABLE, bench.sample(samples.VARIABLE, projectId=other.id), "second").id


def test_a_variable_is_updated_onto_a_free_target_only(bench: Bench) -> None:
    made = bench.make(samples.VARIABLE)
    free = bench.create(
        samples.VARIABLE, bench.sample(samples.VARIABLE, sensitive=False, targets=["development"]), "dev"
    )
    assert bench.update(made, {**made.inputs, "targets": ["production"]})
    assert bench.update(free, {**free.inputs, "targets": ["development", "preview"]})
    with pytest.raises(VendorError, match="ENV_CONFLICT"):
        bench.update(free, {**free.inputs, "targets": ["production"]})


def test_single_and_plural_variables_do_not_share_a_key(bench: Bench) -> None:
    bench.make(samples.VARIABLES)
    with pytest.raises(VendorError, match="ENV_CONFLICT"):
        bench.create(samples.VARIABLE, bench.sample(samples.VARIABLE, key="LOG_LEVEL"), "second")
    bench.create(samples.VARIABLE, bench.sample(samples.VARIABLE, key="AUTH_SECRET"), "third")
    project = bench.made[samples.PROJECT].id
    clash = [{"key": "AUTH_SECRET", "value": "x", "targets": ["production"], "sensitive": False}]
    plural = bench.made[samples.VARIABLES]
    with pytest.raises(VendorError, match="ENV_CONFLICT"):
        bench.update(plural, {"projectId": project, "variables": clash})


def test_shared_variables_conflict_across_projects(bench: Bench) -> None:
    bench.make(samples.SHARED_VARIABLE)
    with pytest.raises(VendorError, match="ENV_CONFLICT"):
        bench.create(samples.SHARED_VARIABLE, bench.sample(samples.SHARED_VARIABLE), "second")


@pytest.mark.parametrize("token", [samples.VARIABLE, samples.DOMAIN, samples.ROUTE, samples.FIREWALL])
def test_nothing_is_made_in_a_project_that_is_not_there(bench: Bench, token: str) -> None:
    with pytest.raises(VendorError, match=r"^404 not_found: projectId: there is no Project 'prj_missing'"):
        bench.create(token, bench.sample(token, projectId="prj_missing"))


def test_a_domain_belongs_to_one_project(bench: Bench) -> None:
    bench.make(samples.DOMAIN)
    other = bench.create(samples.PROJECT, {"name": "other"}, "other")
    with pytest.raises(VendorError, match="409 conflict"):
        bench.create(samples.DOMAIN, {"projectId": other.id, "domain": "brightbroom.app"}, "second")


def test_a_domain_may_not_name_the_production_branch(bench: Bench) -> None:
    with pytest.raises(VendorError, match='"production" is the production branch of the project'):
        bench.create(samples.DOMAIN, bench.sample(samples.DOMAIN, gitBranch="production"))
    made = bench.create(samples.DOMAIN, bench.sample(samples.DOMAIN, gitBranch="main"))
    with pytest.raises(VendorError, match="git_branch_is_production_branch"):
        bench.update(made, {**made.inputs, "gitBranch": "production"})


def test_a_redirect_needs_its_target_first(bench: Bench) -> None:
    inputs = bench.sample(
        samples.DOMAIN, domain="www.brightbroom.app", redirect="brightbroom.app", redirectStatusCode=308
    )
    with pytest.raises(VendorError, match="is not a domain of this project"):
        bench.create(samples.DOMAIN, inputs, "www")
    bench.make(samples.DOMAIN)
    assert bench.create(samples.DOMAIN, inputs, "www").id


def test_a_second_rolling_release_is_refused(bench: Bench) -> None:
    made = bench.make(samples.ROLLING_RELEASE)
    with pytest.raises(VendorError, match="already"):
        bench.create(samples.ROLLING_RELEASE, made.inputs, "second")
    assert bench.update(made, {**made.inputs, "stages": [{"targetPercentage": 50, "duration": 5}, STAGES[1]]})


def test_a_protection_bypass_needs_a_note_and_one_is_the_variable(bench: Bench) -> None:
    with pytest.raises(VendorError, match="missing required property `note`"):
        bench.create(samples.BYPASS, bench.sample(samples.BYPASS, note=None))
    first = bench.make(samples.BYPASS)
    assert first.outputs["isEnvVar"] is True
    with pytest.raises(VendorError, match="is the environment variable already"):
        bench.create(samples.BYPASS, bench.sample(samples.BYPASS, secret=None), "second")
    second = bench.create(samples.BYPASS, bench.sample(samples.BYPASS, secret=None, isEnvVar=False), "second")
    assert len(second.outputs["secret"]["value"]) == 32
    with pytest.raises(VendorError, match="must stay its environment variable"):
        bench.update(first, {**first.inputs, "isEnvVar": False})


def test_a_notification_needs_a_webhook_that_listens(bench: Bench) -> None:
    deaf = bench.create(samples.WEBHOOK, bench.sample(samples.WEBHOOK, events=["deployment.error"]), "deaf")
    with pytest.raises(VendorError, match=r"not subscribed to `alerts\.triggered`"):
        bench.create(samples.NOTIFICATION, bench.sample(samples.NOTIFICATION, webhookId=deaf.id))


def test_a_withdrawn_property_is_refused(bench: Bench) -> None:
    with pytest.raises(VendorError, match="publicSource"):
        bench.create(samples.PROJECT, bench.sample(samples.PROJECT, publicSource=True))


@pytest.mark.parametrize(
    ("plan", "token", "changes", "feature"),
    [
        ("hobby", samples.ROLLING_RELEASE, {}, "rolling release"),
        ("hobby", samples.LOG_DRAIN, {}, "log drain"),
        ("hobby", samples.ALERT_RULE, {}, "alert rule"),
        ("hobby", samples.WEBHOOK, {}, "webhook"),
        ("hobby", samples.SHARED_VARIABLE, {}, "shared environment variable"),
        ("hobby", samples.PROJECT, {"passwordProtection": None}, "skew protection"),
        ("hobby", samples.PROJECT, {"skewProtection": None}, "password protection"),
        (
            "hobby",
            samples.PROJECT,
            {"vercelAuthentication": {"deploymentType": "all_deployments"}},
            "protecting production",
        ),
        ("hobby", samples.CUSTOM_ENVIRONMENT, {}, "allows 0 custom environments"),
        ("pro", samples.PROJECT, {"functionFailover": True}, "function failover"),
        ("pro", samples.FIREWALL, {"managedRulesets": {"owasp": {"xss": {"active": True}}}}, "OWASP"),
    ],
)
def test_a_plan_lacks_features(tmp_path: Path, plan: str, token: str, changes: dict[str, Any], feature: str) -> None:
    bench = on_plan(tmp_path, plan)
    if samples.PROJECT in samples.SAMPLES[token].needs:
        bench.made[samples.PROJECT] = bench.create(samples.PROJECT, {"name": "plain"}, "sample")
    inputs = bench.sample(token, **changes)
    with pytest.raises(VendorError, match=f"402 .*{feature}"):
        bench.create(token, inputs)
    able = Bench(tmp_path / "able")
    assert able.create(token, able.sample(token, **changes)).id


def test_pro_has_one_custom_environment(tmp_path: Path) -> None:
    bench = on_plan(tmp_path, "pro")
    bench.make(samples.CUSTOM_ENVIRONMENT)
    with pytest.raises(VendorError, match="allows 1 custom environments"):
        bench.create(samples.CUSTOM_ENVIRONMENT, bench.sample(samples.CUSTOM_ENVIRONMENT, name="second"), "second")


def test_a_firewall_without_managed_rules_is_for_every_plan(tmp_path: Path) -> None:
    bench = on_plan(tmp_path, "hobby")
    bench.made[samples.PROJECT] = bench.create(samples.PROJECT, {"name": "plain"}, "sample")
    assert bench.make(samples.FIREWALL).id


def test_a_variable_s_replacement_meets_its_predecessor(bench: Bench) -> None:
    """Why the program deletes variables before it replaces them: the vendor's plugin does not."""
    made = bench.make(samples.VARIABLE)
    answer = bench.diff(made, {**made.inputs, "sensitive": False})
    assert answer.replaces == ["sensitive"]
    assert answer.delete_before_replace is False
    with pytest.raises(VendorError, match="ENV_CONFLICT"):
        bench.create(samples.VARIABLE, {**made.inputs, "sensitive": False}, "sample")


def test_a_changed_secret_value_updates_in_place(bench: Bench) -> None:
    made = bench.make(samples.VARIABLE)
    changed = {**made.inputs, "value": make_secret("canary-new")}
    answer = bench.diff(made, changed)
    assert answer.diffs == ["value"]
    assert answer.replaces == []
    again = bench.update(made, changed)
    assert bench.read(again) == (again.inputs, again.outputs)
    assert b"canary" not in (bench.data / "vercel.jsonl").read_bytes()
