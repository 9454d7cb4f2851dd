"""Compliant settings to break one field of: the shipped stack files, read as they stand."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from infra.settings import Settings, parse_settings

ROOT: Final = Path(__file__).parent.parent
STACKS: Final = ("staging", "production")
PREFIX: Final = "brightbroom-infra:"


def areas(stack: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The areas of a stack file, each path of `changes` (`hosting.retention.preview`) set to another value."""
    config = copy.deepcopy(_shipped(stack))
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        where = config
        for key in parents:
            where = where[key]
        where[last] = value
    return config


def without(stack: str, path: str) -> dict[str, Any]:
    """The areas of a stack file but one key."""
    config = areas(stack)
    *parents, last = path.split(".")
    where = config
    for key in parents:
        where = where[key]
    del where[last]
    return config


def settings(stack: str, changes: Mapping[str, Any] | None = None) -> Settings:
    """Settings of a stack file with some values changed."""
    return parse_settings(areas(stack, changes), stack=stack)


@cache
def _shipped(stack: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    return {key.removeprefix(PREFIX): value for key, value in document["config"].items()}
