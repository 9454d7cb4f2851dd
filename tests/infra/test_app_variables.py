"""The app's variables: all the strategy names, per target, secrets sensitive and never where the browser sees them."""

from __future__ import annotations

import re

import pytest

from tests.infra.recording import Program, record

STRATEGY = {
    "DATABASE_URL": "DATABASE_URL",
    "AUTH_SECRET": "AUTH_SECRET",
    "VITE_PAYFAST_MERCHANT_ID": "PAYFAST_MERCHANT_ID",
    "VITE_PAYFAST_MERCHANT_KEY": "PAYFAST_MERCHANT_KEY",
    "VITE_PAYFAST_PASSPHRASE": "PAYFAST_PASSPHRASE",
    "VITE_PAYFAST_URL": "PAYFAST_URL",
    "VITE_APP_URL": "VITE_APP_URL",
    "VITE_API_URL": "VITE_API_URL",
    "VITE_FEATURE_NEW_BOOKING_FLOW": "VITE_FEATURE_NEW_BOOKING_FLOW",
    "VITE_FEATURE_ADVANCED_SCHEDULING": "VITE_FEATURE_ADVANCED_SCHEDULING",
    "VITE_FEATURE_RECURRING_BOOKINGS": "VITE_FEATURE_RECURRING_BOOKINGS",
}
"""Every variable of the strategy, and the name it has here: what the browser must not see loses its prefix."""

SECRET = {
    "DATABASE_URL", "DIRECT_URL", "AUTH_SECRET", "CRON_SECRET", "PAYFAST_MERCHANT_KEY", "PAYFAST_PASSPHRASE",
    "UPSTASH_REDIS_REST_TOKEN", "REDIS_URL", "SENTRY_AUTH_TOKEN",
}  # fmt: skip


def _value(program: Program, key: str, target: str = "production") -> object:
    return program.variables(target)[key].inputs["value"]


def test_every_variable_of_the_strategy_is_declared(program: Program) -> None:
    assert set(STRATEGY.values()) <= set(program.variables())


def test_secrets_are_sensitive_and_marked_and_nothing_else_is(program: Program) -> None:
    for target in ("production", "preview"):
        for key, variable in program.variables(target).items():
            assert variable.inputs["sensitive"] is (key in SECRET), key
            if key in SECRET:
                assert variable.is_secret("value"), key


def test_what_the_browser_sees_is_public(program: Program) -> None:
    public = {key for key in program.variables() if key.startswith(("VITE_", "PUBLIC_"))}
    assert public == {key for key in STRATEGY.values() if key.startswith("VITE_")} | {"VITE_SENTRY_DSN"}
    assert not public & SECRET


def test_each_variable_is_one_resource_of_one_target_replaced_by_deleting_first(program: Program) -> None:
    variables = program.all("vercel:ProjectEnvironmentVariable")
    assert all(len(each.inputs["targets"]) == 1 and each.delete_before_replace for each in variables)
    places = [(each.inputs["key"], each.inputs["targets"][0]) for each in variables]
    assert len(places) == len(set(places))
    assert not program.all("vercel:ProjectEnvironmentVariables")
    assert "environments" not in program.one("vercel:Project").inputs
    assert "development" not in {target for _, target in places}


def test_sensitive_variables_carry_owner_and_age(program: Program) -> None:
    for variable in program.all("vercel:ProjectEnvironmentVariable"):
        comment = str(variable.inputs.get("comment", ""))
        assert bool(re.search(r"owner=brightbroom rotated=2026-11$", comment)) is variable.inputs["sensitive"]


def test_previews_get_neither_database_nor_cache(staging: Program, production: Program) -> None:
    missing = set(staging.variables()) - set(staging.variables("preview"))
    assert missing == {
        "DATABASE_URL", "DIRECT_URL", "REDIS_URL", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN",
    }  # fmt: skip
    assert production.variables("preview") == {}


def test_generated_secrets_differ_by_target(staging: Program) -> None:
    names = {each.name for each in staging.all("random:RandomPassword")}
    assert names == {
        f"generated-{key}-{target}" for key in ("auth-secret", "cron-secret") for target in ("production", "preview")
    }
    for each in staging.all("random:RandomPassword"):
        assert each.inputs["length"] == 64
        assert each.inputs["keepers"] == {"rotation": "2026-11"}


def test_the_database_is_reached_through_the_pooler_as_the_application_role(program: Program) -> None:
    host = "eu-central-1.aws.neon.tech/brightbroom?sslmode=require"
    assert (
        _value(program, "DATABASE_URL") == f"postgresql://brightbroom_app:canary-app%2Fpassword@ep-cool-pooler.{host}"
    )
    assert _value(program, "DIRECT_URL") == f"postgresql://brightbroom_app:canary-app%2Fpassword@ep-cool.{host}"


def test_values_follow_the_environment(staging: Program, production: Program) -> None:
    assert _value(staging, "PAYFAST_URL") == "https://sandbox.payfast.co.za/eng/process"
    assert _value(production, "PAYFAST_URL") == "https://www.payfast.co.za/eng/process"
    assert (_value(staging, "LOG_LEVEL"), _value(production, "LOG_LEVEL")) == ("debug", "info")
    assert _value(production, "VITE_APP_URL") == "https://brightbroom.app"
    assert _value(production, "VITE_API_URL") == "https://brightbroom.app/api"
    assert _value(production, "SENTRY_ENVIRONMENT") == "production"
    assert _value(production, "REDIS_URL") == "rediss://default:canary-redis@eu1-cool.upstash.io:6379"
    assert _value(production, "UPSTASH_REDIS_REST_URL") == "https://eu1-cool.upstash.io"


@pytest.mark.parametrize("feature", ["NEW_BOOKING_FLOW", "ADVANCED_SCHEDULING", "RECURRING_BOOKINGS"])
def test_feature_flags_are_off_in_production_and_on_in_staging(
    staging: Program, production: Program, feature: str
) -> None:
    assert _value(production, f"VITE_FEATURE_{feature}") == "false"
    assert _value(staging, f"VITE_FEATURE_{feature}") == "true"


def test_a_new_flag_is_a_new_variable_and_a_line_for_developers() -> None:
    program = record("production", {"application.features.GIFT_CARDS": False})
    assert _value(program, "VITE_FEATURE_GIFT_CARDS") == "false"
    assert "VITE_FEATURE_GIFT_CARDS=true" in program.output("developmentEnv").splitlines()
