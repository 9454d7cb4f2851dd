"""The settings of a stack: one frozen model of `Pulumi.<stack>.yaml`, and the only reader of config and environment.

`model` holds the areas, `rules` and `plan_rules` what several areas must agree on, `mistakes` how a mistake is told (key, value
given, what is allowed, the command that mends it; all at once, no secret shown), `loading` reads a run's config and environment.
"""

from infra.settings.loading import (
    OPTIONAL_SECRETS,
    Inputs,
    StackSecrets,
    Tokens,
    load,
    parse_settings,
    required_secrets,
    required_tokens,
)
from infra.settings.mistakes import SettingsError, set_command
from infra.settings.model import Settings

__all__ = [
    "OPTIONAL_SECRETS",
    "Inputs",
    "Settings",
    "SettingsError",
    "StackSecrets",
    "Tokens",
    "load",
    "parse_settings",
    "required_secrets",
    "required_tokens",
    "set_command",
]
