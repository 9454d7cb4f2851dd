"""Reading a run's config and environment: what is missing is told all at once, what is secret is never shown."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import pulumi
import pytest
from pulumi.runtime import config as runtime_config

from infra.settings import Inputs, SettingsError, load, required_secrets, required_tokens
from tests.builders import PREFIX, ROOT, STACKS, areas, settings, without

SECRETS = {
    "payfastMerchantKey": "canary-merchant-key",
    "payfastPassphrase": "canary-passphrase",
    "vercelDeployToken": "canary-deploy-token",
    "logDrainSecret": "canary-log-drain-secret-of-32-characters",
    "sentryBuildToken": "canary-build-token",
}
Loader: TypeAlias = Callable[..., Inputs]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    """`load()` of the production stack: with a config, stack secrets and tokens; secrets are marked as Pulumi marks them."""

    def run(
        config: Mapping[str, Any] | None = None,
        secrets: Mapping[str, Any] | None = None,
        tokens: Iterable[str] | None = None,
        hidden: Iterable[str] = (),
    ) -> Inputs:
        stack = "production"
        config = dict(areas(stack) if config is None else config)
        config["secrets"] = SECRETS if secrets is None else secrets
        texts = {PREFIX + k: val if isinstance(val, str) else json.dumps(val) for k, val in config.items()}
        marked = [f"{PREFIX}{area}" for area in ("secrets", *hidden)]
        monkeypatch.setattr(pulumi, "get_stack", lambda: stack)
        runtime_config.set_all_config(texts, marked)
        for name in required_tokens(settings(stack)) if tokens is None else tokens:
            monkeypatch.setenv(name, f"canary-{name}")
        return load()

    yield run
    runtime_config.set_all_config({}, [])


def _mistakes(loaded: Loader, *arguments: Any, **named: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(*arguments, **named)
    assert "canary" not in str(caught.value)
    return caught.value.mistakes


def test_a_complete_stack_loads_and_shows_no_secret(loaded: Loader) -> None:
    inputs = loaded()
    assert inputs.settings == settings("production")
    assert set(inputs.secrets.values) == set(SECRETS)
    assert set(inputs.tokens.values) == set(required_tokens(inputs.settings))
    assert "canary" not in repr(inputs)
    assert "canary" not in str(inputs)


def test_missing_secrets_and_tokens_are_told_all_at_once(loaded: Loader) -> None:
    mistakes = _mistakes(loaded, secrets={}, tokens=[])
    told = [mistake.partition(":")[0] for mistake in mistakes]
    assert told == [*(f"secrets.{name}" for name in SECRETS), *required_tokens(settings("production"))]
    assert (
        "    pulumi config set --secret --path 'brightbroom-infra:secrets.payfastPassphrase' --stack production"
        in mistakes[1].splitlines()
    )
    assert mistakes[-1].splitlines()[-1] == "    export AWS_SECRET_ACCESS_KEY=…"


def test_mistakes_of_the_file_its_secrets_and_the_environment_come_together(loaded: Loader) -> None:
    config = areas("production", {"hosting.nodeVersion": "18.x", "payments.mode": "sandbox"})
    told = [mistake.partition(":")[0] for mistake in _mistakes(loaded, config, secrets={}, tokens=[])]
    assert {"hosting.nodeVersion", "payments.mode", "secrets.payfastPassphrase", "NEON_API_KEY"} <= set(told)


def test_an_unknown_secret_names_the_known_ones_and_how_to_remove_it(loaded: Loader) -> None:
    [mistake] = _mistakes(loaded, secrets={**SECRETS, "stripeKey": "canary"})
    assert mistake.startswith("secrets.stripeKey: is not a secret of this program; known are: payfastMerchantKey,")
    assert mistake.endswith("pulumi config rm --path 'brightbroom-infra:secrets.stripeKey' --stack production")


def test_an_empty_or_too_short_secret_is_refused_without_showing_it(loaded: Loader) -> None:
    empty, short = _mistakes(loaded, secrets={**SECRETS, "payfastPassphrase": "", "logDrainSecret": "canary"})
    assert empty.startswith("secrets.payfastPassphrase: is missing")
    assert short.startswith("secrets.logDrainSecret: is too short; must have 32 characters at least")


def test_the_key_of_fingerprints_is_optional_and_long(loaded: Loader) -> None:
    assert "fingerprintKey" not in loaded().secrets
    assert "fingerprintKey" not in loaded(secrets={**SECRETS, "fingerprintKey": ""}).secrets
    assert "fingerprintKey" in loaded(secrets={**SECRETS, "fingerprintKey": "canary" * 6}).secrets
    [short] = _mistakes(loaded, secrets={**SECRETS, "fingerprintKey": "canary"})
    assert short.startswith("secrets.fingerprintKey: is too short; must have 32 characters at least")


def test_secrets_that_are_no_object_are_missing_and_not_shown(loaded: Loader) -> None:
    assert len(_mistakes(loaded, secrets="canary")) == len(SECRETS)


def test_a_wrong_value_that_pulumi_holds_as_a_secret_is_not_shown(loaded: Loader) -> None:
    """A value set with `--secret` under the wrong key arrives decrypted."""
    [mistake] = _mistakes(loaded, areas("production", {"payments.mode": "canary"}), hidden=["payments"])
    assert "payments.mode: a value that may be a secret (not shown) was given; must be 'sandbox' or 'live'" in mistake


def test_a_vendor_that_is_switched_off_needs_neither_secret_nor_token(loaded: Loader) -> None:
    off = {
        "cache.enabled": False,
        "errors.enabled": False,
        "monitoring.enabled": False,
        "backups.separateStorage.enabled": False,
    }
    needed = {name: SECRETS[name] for name in ("payfastMerchantKey", "payfastPassphrase", "vercelDeployToken")}
    inputs = loaded(
        areas("production", off), secrets=needed, tokens=["VERCEL_API_TOKEN", "NEON_API_KEY", "GITHUB_TOKEN"]
    )
    assert set(inputs.secrets.values) == set(needed)


def test_switching_a_vendor_off_does_not_ask_to_remove_its_secret(loaded: Loader) -> None:
    assert loaded(areas("production", {"errors.enabled": False}))


def test_config_given_by_the_environment_alone_is_read(monkeypatch: pytest.MonkeyPatch, loaded: Loader) -> None:
    """Without the SDK's own store, as in a program that is started by hand with PULUMI_CONFIG."""
    texts = {PREFIX + area: json.dumps(value) for area, value in without("production", "payments").items()}
    texts[f"{PREFIX}payments"] = json.dumps({"mode": "canary"})
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(texts))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps([f"{PREFIX}payments"]))
    told = "\n".join(_mistakes(loaded, {}))
    assert "payments.mode: a value that may be a secret (not shown)" in told
    assert "payments.merchantId: is missing" in told


def test_the_program_ends_with_the_mistakes_and_declares_nothing(loaded: Loader) -> None:
    with pytest.raises(SettingsError):
        loaded({}, secrets={}, tokens=[])
    with pytest.raises(
        pulumi.RunError, match=r"the settings of stack 'production' have .* mistakes; nothing was changed"
    ):
        runpy.run_path(str(ROOT / "infra" / "__main__.py"))


@pytest.mark.parametrize("stack", STACKS)
def test_each_stack_needs_the_tokens_of_its_vendors_only(stack: str) -> None:
    tokens, secrets = required_tokens(settings(stack)), required_secrets(settings(stack))
    assert ("AWS_ACCESS_KEY_ID" in tokens) == (stack == "production")
    assert set(secrets) == set(SECRETS)
