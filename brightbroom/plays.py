"""From a stack's file and the command line to a play: settings judged first, nothing written before they are in order."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from brightbroom.exits import CommandError
from brightbroom.needs import NAMESPACE, SECRETS_KEY, needs_of, read_config
from rehearsal.engine import InputError, Project
from rehearsal.stage import Play

PACKS = ("policies",)


def play_of(root: Path, stack: str, changes: Mapping[str, Any] | None = None) -> Play:
    """The play of one stack, with some settings changed for this run alone.

    `changes` maps paths such as `hosting.nodeVersion` to values. Raises `CommandError` for settings that cannot be used.
    """
    config = changed(read_config(root, stack), changes or {})
    given = config.pop(SECRETS_KEY, {})
    needs = needs_of(config, stack)
    areas = {key: value for key, value in config.items() if key.startswith(f"{NAMESPACE}:")}
    try:
        project = Project.load(root, stack, passphrase=None).overlaid(areas)
    except InputError as error:
        raise CommandError(str(error)) from error
    return Play(
        project=project,
        secrets=(*needs.secrets, *needs.optional),
        tokens=needs.tokens,
        packs=tuple(root / name for name in PACKS),
        plans=config.get(f"{NAMESPACE}:plans", {}),
        given={name: value for name, value in given.items() if isinstance(value, str)},
    )


def parse_changes(texts: list[str]) -> dict[str, Any]:
    """`hosting.nodeVersion=18.x` as path and value; the value is read as YAML, as in a stack file."""
    changes: dict[str, Any] = {}
    for text in texts:
        path, separator, value = text.partition("=")
        if not separator or not all(path.split(".")):
            raise CommandError(f"--set {text!r} is not of the form area.key=value, such as hosting.nodeVersion=22.x")
        try:
            changes[path.removeprefix(f"{NAMESPACE}:")] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise CommandError(f"--set {text!r}: the value is not YAML: {' '.join(str(error).split())}") from error
    return changes


def changed(config: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the config with each path set."""
    result = copy.deepcopy(dict(config))
    for path, value in changes.items():
        area, dot, rest = path.partition(".")
        _set(result, [f"{NAMESPACE}:{area}", *(rest.split(".") if dot else ())], value, path)
    return result


def _set(where: Any, keys: list[str], value: Any, path: str) -> None:
    for key in keys[:-1]:
        where = _child(where, key, path)
    if isinstance(where, list):
        where[_index(where, keys[-1], path)] = value
    elif isinstance(where, dict):
        where[keys[-1]] = value
    else:
        raise CommandError(f"--set {path}: {keys[-2]!r} is a plain value and has no keys")


def _child(where: Any, key: str, path: str) -> Any:
    if isinstance(where, list):
        return where[_index(where, key, path)]
    if isinstance(where, dict):
        return where.setdefault(key, {})
    raise CommandError(f"--set {path}: there is nothing below {key!r}")


def _index(where: list[Any], key: str, path: str) -> int:
    if not key.isdigit() or int(key) >= len(where):
        raise CommandError(f"--set {path}: {key!r} is no position in a list of {len(where)} (from 0)")
    return int(key)
