"""What is told about a mistake: the key, the value given, what is allowed, the command that mends it; and never a secret."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from pydantic import ValidationError

from infra.settings import SettingsError, parse_settings, set_command
from tests.builders import areas, settings, without

CANARY = "46f0cd694581a"  # of the form of a PayFast merchant key


def _mistakes(config: dict[str, Any], stack: str = "production") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse_settings(config, stack=stack)
    return caught.value.mistakes


def _mistake(path: str, value: Any) -> str:
    [mistake] = _mistakes(areas("production", {path: value}))
    return mistake


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("environment", "test", "'test' was given; must be 'staging' or 'production'"),
        ("protectResources", "maybe", "'maybe' was given; must be a valid boolean"),
        ("plans.vercel", "basic", "'basic' was given; must be 'hobby', 'pro' or 'enterprise'"),
        ("hosting.nodeVersion", "18.x", "'18.x' was given; must be '20.x', '22.x' or '24.x'"),
        ("hosting.domain", "https://brightbroom.app", "must look like shop.example.com: a host name without scheme"),
        ("hosting.teamId", "team_1", "must look like team_k3Vb81QwZr7TnLx52HcYdMsE"),
        ("hosting.functionRegion", "Frankfurt", "must look like fra1"),
        ("hosting.productionBranch", "a..b", "must look like main or release/2"),
        ("hosting.functionTimeoutSeconds", 0, "0 was given; must be greater than or equal to 1"),
        ("hosting.retention.production", "2y", "'2y' was given; must be '1d', '1w', '1m', '2m', '3m', '6m' or '1y'"),
        ("hosting.noSuchList", [1], "is not a setting"),
        ("repository.name", "bright broom", "must look like brightbroom"),
        ("repository.owner", "-brightbroom", "must look like brightbroom"),
        ("payments.merchantId", "12", "'12' was given; must look like 10000100: six to twelve digits"),
        ("application.features", {"new-flow": True}, "must look like NEW_BOOKING_FLOW"),
        ("database.historyHours", 721, "721 was given; must be less than or equal to 720"),
        ("database.historyHours", "a week", "'a week' was given; must be a valid integer"),
        ("database.ownerRole", "Owner", "must look like brightbroom_app"),
        ("database.region", "frankfurt", "must look like aws-eu-central-1"),
        ("backups.separateStorage.region", "eu", "must look like eu-west-1"),
        ("backups.separateStorage.bucket", "b", "must look like shop-backups"),
        ("monitoring.logEndpoint", "http://logs.example.com", "must look like https://logs.example.com/path"),
        ("delivery.lowTraffic.timeZone", "Mars/Olympus", "must be an IANA time zone such as Africa/Johannesburg"),
        ("delivery.lowTraffic.timeZone", "../passwd", "must be an IANA time zone such as Africa/Johannesburg"),
        ("delivery.lowTraffic.startHour", 24, "24 was given; must be less than or equal to 23"),
        ("delivery.lowTraffic.weekdays", [], "must have at least 1 item"),
        ("delivery.requiredChecks", "validate", "'validate' was given; must be a valid list"),
        ("hosting", "brightbroom", "must be an object with the keys assignDomainsAutomatically, deploymentChecks, domain,"),
        ("hosting.firewall", True, "must be an object with the keys callbackPath, callbackRequestsPerMinute, enabled,"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_is_allowed_and_how_to_set_it(path: str, value: Any, told: str) -> None:
    mistake = _mistake(path, value)
    assert mistake.startswith(path)
    assert told in mistake
    assert f"--path 'brightbroom-infra:{path}" in mistake
    assert mistake.endswith("--stack production")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("lastSuccess", "last week", "must look like 2026-11-25"),
        ("minutes", 0, "must be greater than or equal to 1"),
        ("reportSha256", "ab", "the 64 hexadecimal digits"),
        ("report", "a.pdf", "is not a setting; known here are: lastSuccess, minutes, reportSha256"),
    ],
)
def test_the_record_of_a_drill_may_be_left_out_but_not_be_wrong(key: str, value: Any, told: str) -> None:
    record = {"lastSuccess": "2026-11-20", "minutes": 41, "reportSha256": "0f" * 32}
    assert settings("production", {"backups.lastDrill": record}).backups.last_drill
    mistake = _mistake("backups.lastDrill", {**record, key: value})
    assert mistake.startswith(f"backups.lastDrill.{key}")
    assert told in mistake


def test_a_mistake_in_a_list_names_its_position() -> None:
    mistake = _mistake("hosting.rollingRelease.stages", [10, "half", 100])
    assert mistake.startswith("hosting.rollingRelease.stages[1]: 'half' was given; must be a valid integer")
    assert "--path 'brightbroom-infra:hosting.rollingRelease.stages[1]' '<value>'" in mistake
    inner = areas("production")
    inner["compliance"]["data"][2]["owner"] = "nobody"
    [mistake] = _mistakes(inner)
    assert mistake.startswith("compliance.data[2].owner: 'nobody' was given; must look like ops@example.com")
    inner["compliance"]["data"][2]["owner"] = "ops@example.com"
    inner["compliance"]["scripts"][0]["host"] = "https://cdn.example.com"
    [mistake] = _mistakes(inner)
    assert "must look like cdn.example.com, or *.example.com for all below it" in mistake


def test_an_unknown_key_names_the_known_ones_and_how_to_remove_it() -> None:
    mistake = _mistake("payments.currency", "ZAR")
    assert mistake.splitlines() == [
        "payments.currency: is not a setting; known here are: merchantId, mode",
        "    pulumi config rm --path 'brightbroom-infra:payments.currency' --stack production",
    ]
    assert "known here are: application, backups, cache" in _mistake("colour", "red")
    inner = areas("production")
    inner["compliance"]["incidentRoles"][0]["phone"] = "1"
    [mistake] = _mistakes(inner)
    assert "known here are: contact, name, role" in mistake


def test_an_absent_key_is_told_with_what_is_allowed() -> None:
    [mistake] = _mistakes(without("staging", "hosting.retention.preview"), "staging")
    assert mistake.splitlines() == [
        "hosting.retention.preview: is missing; must be '1d', '1w', '1m', '2m', '3m', '6m' or '1y'",
        "    pulumi config set --path 'brightbroom-infra:hosting.retention.preview' '<value>' --stack staging",
    ]


def test_an_absent_area_is_told_key_by_key() -> None:
    mistakes = _mistakes(without("staging", "backups"), "staging")
    assert [mistake.partition(": is missing;")[0] for mistake in mistakes] == [
        "backups.separateStorage.enabled",
        "backups.separateStorage.bucket",
        "backups.separateStorage.region",
        "backups.separateStorage.lockDays",
        "backups.separateStorage.expireDays",
        "backups.drillEveryDays",
    ]


def test_an_absent_key_of_a_list_item_is_told() -> None:
    config = areas("production")
    del config["compliance"]["incidentRoles"][1]["contact"]
    [mistake] = _mistakes(config)
    assert mistake.startswith("compliance.incidentRoles[1].contact: is missing")


def test_empty_settings_name_every_key() -> None:
    mistakes = _mistakes({})
    assert len(mistakes) > 100
    assert all(": is missing; must" in mistake for mistake in mistakes)


def test_every_mistake_is_told_at_once_of_keys_and_of_rules() -> None:
    changes = {
        "hosting.nodeVersion": "18.x",
        "application.colour": "red",
        "payments.mode": "sandbox",
        "delivery.lowTraffic.endHour": 1,
        "database.minComputeUnits": 3.5,
    }
    config = areas("production", changes)
    del config["cache"]["eviction"]
    keys = [mistake.partition(":")[0] for mistake in _mistakes(config)]
    assert sorted(keys) == sorted([*changes, "cache.eviction"])
    with pytest.raises(SettingsError, match="the settings of stack 'production' have 6 mistakes; nothing was changed"):
        parse_settings(config, stack="production")


def test_settings_cannot_be_changed_after_reading() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings("staging").hosting.domain = "example.com"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("payments.merchantId", CANARY),
        ("hosting.domain", CANARY),
        ("hosting.domain", {"secure": f"v1:{CANARY}"}),
        ("hosting.domain", [CANARY]),
        ("hosting", CANARY),
        ("hosting.firewall", f"deploy {CANARY}"),
        ("payments.mode", {"secure": CANARY}),
        ("payments.passphrase", CANARY),
        ("payfastPassphrase", CANARY),
        ("secretKey", {"secure": CANARY}),
        ("application.secretRotation", [f"correct horse {CANARY}"]),
        ("hosting.rollingRelease.stages", [{"secure": CANARY}, CANARY]),
        ("headers.contentSecurityPolicy.img-src", [f"not a source {CANARY}"]),
        ("database.allowedAddresses", [CANARY]),
        ("hosting.deploymentChecks", [CANARY]),
    ],
)
def test_a_value_that_looks_like_a_secret_is_not_shown(path: str, value: Any) -> None:
    told = "\n".join(_mistakes(areas("production", {path: value})))
    assert path.partition(".")[0] in told
    assert CANARY not in told


def test_a_value_under_a_key_named_like_a_secret_is_not_shown() -> None:
    mistake = _mistake("application.secretRotation", "plain words")
    assert "a value that may be a secret (not shown) was given; must look like 2026-11, or 2026-11-25" in mistake
    assert "plain words" not in mistake


@pytest.mark.parametrize(
    ("key", "value", "command"),
    [
        ("environment", "staging", "--path 'brightbroom-infra:environment' staging --stack s"),
        ("protectResources", True, "--path 'brightbroom-infra:protectResources' true --stack s"),
        ("hosting.domain", "a b", "--path 'brightbroom-infra:hosting.domain' 'a b' --stack s"),
        ("a.b[0]", 3, "--path 'brightbroom-infra:a.b[0]' 3 --stack s"),
        ("a.b", [1, 2], "--path 'brightbroom-infra:a.b' '[1, 2]' --stack s"),
        ("a.b", "it's", "--path 'brightbroom-infra:a.b' 'it'\"'\"'s' --stack s"),
        ("a.b", -1, "--path 'brightbroom-infra:a.b' --stack s -- -1"),
        ("a.o'b", 1, "--path 'brightbroom-infra:a.o'\"'\"'b' 1 --stack s"),
    ],
)
def test_a_set_command_survives_the_shell(key: str, value: object, command: str) -> None:
    told = set_command(key, value, "s")
    assert told == f"pulumi config set {command}"
    text = value if isinstance(value, str) else json.dumps(value)
    words = shlex.split(told)
    assert f"brightbroom-infra:{key}" in words
    assert text in words


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("hosting.rollingRelease.stages", "[25, 100]"),
        ("hosting.redirectDomains", "[]"),
        ("application.features", '{"NEW_BOOKING_FLOW": true}'),
        ("protectResources", "true"),
        ("hosting.previews", "false"),
        ("database.minComputeUnits", "0.5"),
        ("payments.merchantId", 24016379),
        ("headers.xssProtection", 0),
    ],
)
def test_what_pulumi_writes_for_a_set_command_is_read(path: str, written: Any) -> None:
    """Pulumi keeps lists and fractions behind a path as text, and digits as a number."""
    assert settings("production", {path: written})


def test_numbers_that_pulumi_wrote_become_the_text_they_were() -> None:
    assert settings("production", {"payments.merchantId": 24016379}).payments.merchant_id == "24016379"
    assert settings("production", {"hosting.rollingRelease.stages": "[25, 100]"}).hosting.rolling_release.stages == [
        25,
        100,
    ]
