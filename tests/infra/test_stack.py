"""What both stacks declare together: switches, stable names, protection, providers, outputs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from infra.outputs import SECRET
from infra.stack import not_covered
from rehearsal.engine.values import masked
from tests.builders import ROOT, STACKS, settings
from tests.infra.recording import Program, record

SWITCHES = {
    "cache.enabled": ("Redis caching", {"upstash"}),
    "errors.enabled": ("error tracking with Sentry", {"sentry"}),
    "backups.separateStorage.enabled": ("weekly backups in separate storage", {"aws"}),
    "monitoring.enabled": ("log drain, alerts and deployment events", set()),
}


def _vendors(program: Program) -> set[str]:
    return {each.type.partition(":")[0] for each in program.resources} - {"pulumi", "brightbroom"}


def test_the_stacks_declare_only_the_vendors_they_use(staging: Program, production: Program) -> None:
    common = {"vercel", "neon", "github", "upstash", "sentry", "random"}
    assert _vendors(staging) == common
    assert _vendors(production) == common | {"aws"}


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_vendor_can_be_switched_off_by_one_setting(switch: str) -> None:
    what, vendors = SWITCHES[switch]
    program = record("production", {switch: False})
    assert not _vendors(program) & vendors
    assert {"what": what, "because": f"{switch} is false"} in program.output("notCovered")


@pytest.mark.parametrize("stack", STACKS)
def test_with_every_vendor_off_the_rest_still_stands(stack: str) -> None:
    program = record(stack, dict.fromkeys(SWITCHES, False))
    assert _vendors(program) == {"vercel", "neon", "github", "random"}
    assert [lost["what"] for lost in program.output("notCovered")] == [what for what, _ in SWITCHES.values()]
    assert {"DATABASE_URL", "AUTH_SECRET"} <= set(program.variables())
    assert not {"REDIS_URL", "VITE_SENTRY_DSN", "SENTRY_AUTH_TOKEN"} & set(program.variables())
    assert program.output("backupBucket") == ""
    assert program.output("webhookSecret") == ""


def test_production_covers_everything_and_staging_says_what_it_lacks() -> None:
    assert not_covered(settings("production")) == []
    assert [lost["because"] for lost in not_covered(settings("staging"))] == [
        "backups.separateStorage.enabled is false"
    ]


def test_every_resource_has_a_provider_of_ours(program: Program) -> None:
    """Nothing falls back to a default provider, which would take its token from whatever the environment holds. Random has none:
    it needs no account."""
    custom = [each for each in program.resources if each.custom and not each.type.startswith("pulumi:providers:")]
    bare = [each.name for each in custom if not each.provider and not each.type.startswith("random:")]
    assert bare == []


def test_every_resource_but_declared_facts_stands_under_a_component(program: Program) -> None:
    loose = [each for each in program.resources if each.custom and each.parent.split("::")[2] == "pulumi:pulumi:Stack"]
    assert {each.type for each in loose if not each.type.startswith("pulumi:providers:")} == set()


def test_logical_names_carry_no_environment(staging: Program, production: Program) -> None:
    """The rulesets are named for the branches they guard, not for the stack: one stack declares all of them."""
    named = {each.name for program in (staging, production) for each in program.resources if each.custom}
    targets = {name for name in named if name.startswith(("variables-", "generated-", "rulesets-"))}
    assert not [name for name in named - targets if "staging" in name or "production" in name]


def test_order_of_lists_plans_nothing() -> None:
    lists: dict[str, list[Any]] = {
        "hosting.redirectDomains": ["www.brightbroom.app", "brightbroom.co.za"],
        "hosting.deploymentChecks": ["validate", "test", "e2e"],
        "hosting.firewall.limitedPaths": ["/api/v1/auth", "/api/v1/bookings"],
        "headers.noStorePaths": ["/api", "/account"],
        "database.allowedAddresses": ["203.0.113.7", "198.51.100.0/24"],
        "delivery.requiredChecks": ["validate", "test", "e2e", "policy"],
        "delivery.reviewers.users": [2, 1],
        "delivery.reviewers.teams": [4, 3],
    }
    features = {"B_FLAG": True, "A_FLAG": False}
    before = record("production", lists | {"application.features": features})
    after = record(
        "production",
        {path: list(reversed(items)) for path, items in lists.items()}
        | {"application.features": dict(reversed(features.items()))},
    )
    assert {each.urn: each.marked for each in before.resources} == {each.urn: each.marked for each in after.resources}
    assert before.outputs == after.outputs


def test_what_cannot_be_made_again_is_protected_in_production(production: Program, staging: Program) -> None:
    irreversible = {
        "vercel:Project", "neon:Project", "neon:BackupSchedule", "aws:Bucket", "github:Repository",
        "github:RepositoryRuleset",
    }  # fmt: skip
    for kind in irreversible:
        assert production.all(kind), kind
        assert all(each.protect for each in production.all(kind)), kind
    assert production.one("neon:Project").inputs["deletionProtection"] is True
    assert not any(each.protect for each in staging.resources)


def test_provider_tokens_are_marked_secret(program: Program) -> None:
    tokens = {
        "vercel": "apiToken", "neon": "apiKey", "github": "token", "upstash": "apiKey", "sentry": "token",
        "aws": "secretKey",
    }  # fmt: skip
    providers = [each for each in program.resources if each.type.startswith("pulumi:providers:")]
    for provider in providers:
        assert provider.is_secret(tokens[provider.name]), provider.name


def test_no_secret_stands_unmarked_in_any_input_or_output(program: Program) -> None:
    """Each secret of the stack, of a vendor and of the generator is a canary: found outside a mark, it would be in plain text."""

    shown = {f"{each.name}.{key}": value for each in program.resources for key, value in each.marked.items()}
    leaks = [
        name
        for name, value in (shown | program.outputs | program.component_outputs).items()
        if "canary" in repr(masked(value))
    ]
    assert leaks == []


def test_secret_outputs_are_marked_and_no_other(program: Program) -> None:
    assert {name.lower() for name in program.secret_outputs()} == {name.replace("_", "") for name in SECRET}


def test_outputs_hold_what_workflows_need(production: Program, staging: Program) -> None:
    assert production.output("environment") == "production"
    assert production.output("vercelProjectId") == "app-project-id"
    assert production.output("neonProjectId") == "database-project-id"
    assert production.output("neonBranchId") == "br-default"
    assert production.output("recoveryTargets") == {"rtoMinutes": 60, "rpoHours": 24}
    assert production.output("releaseWindow") == {
        "timeZone": "Africa/Johannesburg", "weekdays": [2, 3, 4], "startHour": 2, "endHour": 5,
    }  # fmt: skip
    assert production.output("appUrl") == "https://brightbroom.app"
    assert production.output("backupBucket") == "backup-bucket-id"
    assert (staging.output("neonPreviewParentId"), production.output("neonPreviewParentId")) == (
        "br-preview-parent",
        "",
    )
    assert production.output("migrationUrl") == (
        "postgresql://brightbroom_owner:canary-owner%2Fpassword@ep-cool.eu-central-1.aws.neon.tech/brightbroom"
        "?sslmode=require"
    )


def test_a_stack_loads_only_the_packages_it_uses() -> None:
    code = (
        "import sys\nfrom tests.infra.recording import record\nrecord('staging')\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert {"pulumi_github", "pulumiverse_vercel", "pulumi_neon", "upstash_pulumi", "pulumiverse_sentry"} <= loaded
    assert "pulumi_aws" not in loaded
