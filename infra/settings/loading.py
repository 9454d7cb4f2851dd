"""Reads what a run is given: the stack's config, its secrets, and the vendors' tokens from the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import SecretStr

from infra.settings.mistakes import PROJECT, SettingsError, judged, remove_command, secret_command
from infra.settings.model import Settings

_SECRETS_AREA: Final = "secrets"
_SHORTEST: Final = {"logDrainSecret": 32, "fingerprintKey": 32}
"""Characters at least: of a drain's secret (vercel.com/docs/drains), and of a key that nobody is to guess."""

OPTIONAL_SECRETS: Final = ("fingerprintKey",)
"""Without the key, which all stacks share, nothing shows that they use different secrets (SEC-04)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Credentials of the vendors, from the environment. Shown, they are stars."""

    values: Mapping[str, SecretStr]

    def get(self, name: str) -> pulumi.Output[str]:
        """A token for a provider, marked secret."""
        return pulumi.Output.secret(self.values[name].get_secret_value())


@dataclass(frozen=True, slots=True)
class StackSecrets:
    """Secrets of the stack file."""

    values: Mapping[str, str]

    def get(self, name: str) -> pulumi.Output[str]:
        """A stack secret, marked secret."""
        return pulumi.Output.secret(self.values[name])

    def __contains__(self, name: str) -> bool:
        """Whether one is given."""
        return bool(self.values.get(name))

    def __repr__(self) -> str:
        return f"StackSecrets({', '.join(self.values)})"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the program is given."""

    settings: Settings
    secrets: StackSecrets
    tokens: Tokens


def required_secrets(settings: Settings) -> tuple[str, ...]:
    """Names under `brightbroom-infra:secrets` that this stack needs."""
    return _secrets(monitoring=settings.monitoring.enabled, errors=settings.errors.enabled)


def required_tokens(settings: Settings) -> tuple[str, ...]:
    """Environment variables that the vendors' providers need."""
    return _tokens(
        cache=settings.cache.enabled,
        errors=settings.errors.enabled,
        storage=settings.backups.separate_storage.enabled,
    )


def load() -> Inputs:
    """Read the stack's config and the environment; raises `SettingsError` with every mistake of both.

    While the settings cannot be read, only the secrets and tokens that every stack needs are asked for.
    """
    stack = pulumi.get_stack()
    config = _stack_config()
    raw = config.pop(_SECRETS_AREA, {})
    secrets = {name: str(value) for name, value in raw.items()} if isinstance(raw, dict) else {}
    marked = {*runtime_config.get_config_secret_keys_env(), *filter(runtime_config.is_config_secret, _keys(config))}
    hidden = [key.removeprefix(f"{PROJECT}:") for key in marked]
    settings, mistakes = judged(config, stack=stack, hidden=hidden)
    needed = required_secrets(settings) if settings else _secrets(monitoring=False, errors=False)
    tokens = required_tokens(settings) if settings else _tokens(cache=False, errors=False, storage=False)
    mistakes += _secret_mistakes(secrets, needed, stack)
    mistakes += [
        f"{name}: is not set in the environment\n    export {name}=…" for name in tokens if not os.environ.get(name)
    ]
    if settings is None or mistakes:
        raise SettingsError(mistakes, stack)
    return Inputs(settings, StackSecrets(secrets), Tokens({name: SecretStr(os.environ[name]) for name in tokens}))


def parse_settings(config: Mapping[str, Any], *, stack: str) -> Settings:
    """Settings from the areas of a stack file (`{"hosting": {...}, ...}`); raises `SettingsError` listing every mistake."""
    settings, mistakes = judged(config, stack=stack)
    if settings is None or mistakes:
        raise SettingsError(mistakes, stack)
    return settings


def _secrets(*, monitoring: bool, errors: bool) -> tuple[str, ...]:
    return (
        "payfastMerchantKey",
        "payfastPassphrase",
        "vercelDeployToken",
        *(("logDrainSecret",) if monitoring else ()),
        *(("sentryBuildToken",) if errors else ()),
    )


def _tokens(*, cache: bool, errors: bool, storage: bool) -> tuple[str, ...]:
    return (
        "VERCEL_API_TOKEN",
        "NEON_API_KEY",
        "GITHUB_TOKEN",
        *(("UPSTASH_EMAIL", "UPSTASH_API_KEY") if cache else ()),
        *(("SENTRY_AUTH_TOKEN",) if errors else ()),
        *(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if storage else ()),
    )


def _secret_mistakes(secrets: Mapping[str, str], needed: tuple[str, ...], stack: str) -> Iterator[str]:
    for name in needed:
        if not secrets.get(name):
            yield f"secrets.{name}: is missing\n    {secret_command(name, stack)}"
    for name in (*needed, *OPTIONAL_SECRETS):
        shortest = _SHORTEST.get(name, 1)
        if 0 < len(secrets.get(name, "")) < shortest:
            yield (
                f"secrets.{name}: is too short; must have {shortest} characters at least\n"
                f"    {secret_command(name, stack)}"
            )
    known = (*_secrets(monitoring=True, errors=True), *OPTIONAL_SECRETS)  # one of a vendor switched off may stay
    for name in secrets:
        if name not in known:
            yield (
                f"secrets.{name}: is not a secret of this program; known are: {', '.join(known)}\n"
                f"    {remove_command(f'secrets.{name}', stack)}"
            )


def _stack_config() -> dict[str, Any]:
    """Every key of this project's namespace, parsed. The SDK has no call that lists keys, so its two sources are read."""
    prefix = f"{PROJECT}:"
    found = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return {key.removeprefix(prefix): _parsed(value) for key, value in found.items() if key.startswith(prefix)}


def _keys(config: Mapping[str, Any]) -> list[str]:
    return [f"{PROJECT}:{area}" for area in config]


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
