"""What a stack needs from outside its settings file: secrets, vendor tokens, plugins. The one user of `infra.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from brightbroom.exits import CommandError

NAMESPACE: Final = "brightbroom-infra"
SECRETS_KEY: Final = f"{NAMESPACE}:secrets"

_PLUGIN_OF_TOKEN: Final = {
    "VERCEL_API_TOKEN": "vercel",
    "GITHUB_TOKEN": "github",
    "UPSTASH_API_KEY": "upstash",
    "SENTRY_AUTH_TOKEN": "sentry",
    "AWS_ACCESS_KEY_ID": "aws",
}
_ALWAYS: Final = ("random",)


@dataclass(frozen=True, slots=True)
class Needs:
    """Names only: `secrets` under `brightbroom-infra:secrets`, `tokens` in the environment, `plugins` by package. A deployment
    starts without the `optional` ones, which are secrets too."""

    secrets: tuple[str, ...]
    optional: tuple[str, ...]
    tokens: tuple[str, ...]
    plugins: tuple[str, ...]


def stacks(root: Path) -> list[str]:
    """The stacks of the project in `root`, staging before production. Raises `CommandError` outside of a project."""
    if not (root / "Pulumi.yaml").is_file():
        raise CommandError(f"{root} holds no Pulumi project: run this in the folder of Pulumi.yaml")
    names = [file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml")]
    return sorted(names, key=lambda name: (name == "production", name))


def chosen_stacks(root: Path, wanted: list[str]) -> list[str]:
    """The stacks asked for, or all of them. Raises `CommandError` for one without a settings file."""
    known = stacks(root)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise CommandError(
            f"there is no stack {unknown[0]!r}: Pulumi.{unknown[0]}.yaml is missing; known stacks: {', '.join(known)}"
        )
    return list(dict.fromkeys(wanted)) or known


def read_config(root: Path, stack: str) -> dict[str, Any]:
    """The `config` of a stack file as it stands there; a secret is the mapping `{"secure": ...}`."""
    path = root / f"Pulumi.{stack}.yaml"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise CommandError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise CommandError(f"{path.name} has no `config`: restore the file from the repository")
    return config


def needs_of(config: Mapping[str, Any], stack: str) -> Needs:
    """What the settings in a stack's `config` need. Raises `CommandError` with every mistake in them."""
    from infra.settings import OPTIONAL_SECRETS, SettingsError, parse_settings, required_secrets, required_tokens

    try:
        settings = parse_settings(_areas(config), stack=stack)
    except SettingsError as error:
        raise CommandError(str(error)) from error
    tokens = required_tokens(settings)
    plugins = (*(plugin for token, plugin in _PLUGIN_OF_TOKEN.items() if token in tokens), *_ALWAYS)
    return Needs(required_secrets(settings), OPTIONAL_SECRETS, tokens, plugins)


def _areas(config: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{NAMESPACE}:"
    return {
        key.removeprefix(prefix): value
        for key, value in config.items()
        if key.startswith(prefix) and key != SECRETS_KEY
    }
