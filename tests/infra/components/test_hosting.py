"""Hosting at Vercel: the project, domains, retention, rollout, gates, firewall, monitoring."""

from __future__ import annotations

import inspect

import pulumiverse_vercel as vercel

from tests.infra.recording import Program, record


def test_each_project_is_bound_to_its_branch_and_never_builds_the_other(staging: Program, production: Program) -> None:
    for program, own, other in ((staging, "main", "production"), (production, "production", "main")):
        project = program.one("vercel:Project").inputs
        assert project["gitRepository"] == {
            "type": "github", "repo": "brightbroom/brightbroom", "productionBranch": own,
        }  # fmt: skip
        assert project["ignoreCommand"] == f'test "$VERCEL_GIT_COMMIT_REF" = "{other}"'


def test_the_build_is_sveltekit_on_a_node_with_long_term_support_beside_the_database(program: Program) -> None:
    project = program.one("vercel:Project").inputs
    assert project["framework"] == "sveltekit-1"
    assert project["nodeVersion"] in ("22.x", "24.x")
    assert project["resourceConfig"]["functionDefaultRegions"] == ["fra1"]
    assert program.one("neon:Project").inputs["regionId"] == "aws-eu-central-1"


def test_every_boolean_of_the_project_is_written_out(program: Program) -> None:
    """One left out is sent as false by the next update."""
    retired = {"preview_comments", "public_source"}
    parameters = inspect.signature(vercel.Project._internal_init).parameters
    booleans = {name for name, each in parameters.items() if "bool" in str(each.annotation)} - retired
    assert len(booleans) >= 14
    sent = {key.lower() for key in program.one("vercel:Project").inputs}
    assert {name for name in booleans if name.replace("_", "") not in sent} == set()


def test_previews_exist_in_staging_only(staging: Program, production: Program) -> None:
    assert staging.one("vercel:Project").inputs["previewDeploymentsDisabled"] is False
    assert production.one("vercel:Project").inputs["previewDeploymentsDisabled"] is True


def test_foreign_code_and_foreign_eyes_are_kept_out(program: Program) -> None:
    project = program.one("vercel:Project").inputs
    assert project["gitForkProtection"] is True
    assert project["protectedSourcemaps"] is True
    assert project["directoryListing"] is False
    assert project["customerSuccessCodeVisibility"] is False
    assert project["vercelAuthentication"] == {"deploymentType": "standard_protection_new"}


def test_skew_protection_and_the_variables_it_needs_are_on(program: Program) -> None:
    project = program.one("vercel:Project").inputs
    assert project["skewProtection"] == "12 hours"
    assert project["automaticallyExposeSystemEnvironmentVariables"] is True


def test_production_is_promoted_by_hand_in_stages_and_staging_at_once(staging: Program, production: Program) -> None:
    assert production.one("vercel:Project").inputs["autoAssignCustomDomains"] is False
    assert staging.one("vercel:Project").inputs["autoAssignCustomDomains"] is True
    rollout = production.one("vercel:ProjectRollingRelease").inputs
    assert rollout["advancementType"] == "manual-approval"
    assert [stage["targetPercentage"] for stage in rollout["stages"]] == [10, 50, 100]
    assert staging.all("vercel:ProjectRollingRelease") == []


def test_other_domains_redirect_for_good_once_the_main_one_is_there(production: Program, staging: Program) -> None:
    main = production.one("vercel:ProjectDomain", "app-domain")
    redirect = production.one("vercel:ProjectDomain", "app-redirect-www-brightbroom-app")
    assert main.inputs["domain"] == "brightbroom.app"
    assert (redirect.inputs["redirect"], redirect.inputs["redirectStatusCode"]) == ("brightbroom.app", 308)
    assert main.urn in redirect.dependencies
    assert staging.one("vercel:ProjectDomain").inputs["domain"] == "staging.brightbroom.app"


def test_deployments_are_kept_for_a_rollback_and_previews_are_not(program: Program) -> None:
    retention = program.one("vercel:ProjectDeploymentRetention").inputs
    assert retention["expirationProduction"] == "1y"
    assert {retention[f"expiration{kind}"] for kind in ("Preview", "Canceled", "Errored")} == {"1m"}


def test_a_deployment_waits_for_the_checks_of_the_strategy(program: Program) -> None:
    checks = {each.inputs["name"]: each.inputs for each in program.all("vercel:ProjectDeploymentCheck")}
    assert set(checks) == {"validate", "test", "e2e"}
    for name, check in checks.items():
        assert check["source"] == {"kind": "git-provider", "provider": "github", "externalCheckName": name}
        assert (check["blocks"], check["targets"]) == ("deployment-alias", ["production"])
        assert check["isRerequestable"] is False


def test_the_payment_callback_is_let_through_before_any_other_limit(program: Program) -> None:
    firewall = program.one("vercel:FirewallConfig").inputs
    flood, callback, *limits = firewall["rules"]["rules"]
    assert firewall["enabled"] is True
    assert callback["action"] == {"action": "bypass"}
    assert callback["conditionGroups"] == [
        {"conditions": [{"type": "path", "op": "eq", "value": "/api/v1/payments/notify"}]}
    ]
    assert flood["conditionGroups"] == [
        {"conditions": [{"type": "path", "op": "pre", "value": "/api/v1/payments/notify"}]}
    ]
    assert flood["action"]["rateLimit"]["limit"] == 300
    assert [rule["action"]["action"] for rule in limits] == ["rate_limit"] * 2
    assert {rule["action"]["rateLimit"]["action"] for rule in limits} == {"deny"}
    assert firewall.get("managedRulesets") is None


def test_managed_rules_come_with_the_plan_that_has_them() -> None:
    program = record("production", {"plans.vercel": "enterprise", "hosting.firewall.managedRules": True})
    rules = program.one("vercel:FirewallConfig").inputs["managedRulesets"]["owasp"]
    assert {name: rule["action"] for name, rule in rules.items()} == dict.fromkeys(("xss", "sqli", "rce"), "deny")


def test_logs_leave_over_tls_signed_and_of_every_source(staging: Program, production: Program) -> None:
    for program, environments in ((staging, ["production", "preview"]), (production, ["production"])):
        drain = program.one("vercel:LogDrain")
        assert drain.is_secret("secret")
        assert drain.inputs["deliveryFormat"] == "json"
        assert drain.inputs["endpoint"].startswith("https://")
        assert drain.inputs["environments"] == environments
        assert set(drain.inputs["sources"]) == {"static", "edge", "lambda", "build", "external", "firewall"}


def test_anomalies_reach_somebody(program: Program) -> None:
    rule, webhook = program.one("vercel:AlertRule"), program.one("vercel:Webhook")
    notification = program.one("vercel:AlertRuleWebhookNotification").inputs
    assert {trigger["type"] for trigger in rule.inputs["triggers"]} == {"error_anomaly", "usage_anomaly"}
    assert notification["alertRuleId"] == "monitoring-alerts-id"
    assert notification["webhookId"] == "monitoring-events-id"
    assert {"alerts.triggered", "deployment.error", "deployment.rollback"} <= set(webhook.inputs["events"])
