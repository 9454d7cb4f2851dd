"""The difference between two sets of properties, path by path, in a form that may be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rehearsal.engine.values import Properties, Value, is_secret, masked, plain


class ChangeKind(StrEnum):
    """What happened to one property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One changed leaf. `old` and `new` hold no secret (it is `[secret]`); `replaces` when the change replaces the resource."""

    path: str
    kind: ChangeKind
    old: Value
    new: Value
    replaces: bool = False


def compare(old: Properties, new: Properties, replace_keys: Collection[str] = ()) -> list[PropertyChange]:
    """Every changed leaf between two sets of inputs; secret marks alone are no change."""
    return [
        PropertyChange(path, kind, masked(before), masked(after), _covers(replace_keys, path))
        for path, kind, before, after in _walk("", old, new)
    ]


def _walk(path: str, old: Value, new: Value) -> Iterator[tuple[str, ChangeKind, Value, Value]]:
    if is_secret(old) or is_secret(new):
        if plain(old) != plain(new):
            yield path, ChangeKind.UPDATE, old, new
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _walk_maps(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _walk_lists(path, old, new)
    elif old != new:
        yield path, ChangeKind.UPDATE, old, new


def _walk_maps(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, ChangeKind, Value, Value]]:
    for key in {**old, **new}:
        if key.startswith("__"):
            continue
        inner = f"{path}.{key}" if path else key
        if key not in old:
            yield inner, ChangeKind.ADD, None, new[key]
        elif key not in new:
            yield inner, ChangeKind.DELETE, old[key], None
        else:
            yield from _walk(inner, old[key], new[key])


def _walk_lists(path: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, ChangeKind, Value, Value]]:
    for index in range(max(len(old), len(new))):
        inner = f"{path}[{index}]"
        if index >= len(old):
            yield inner, ChangeKind.ADD, None, new[index]
        elif index >= len(new):
            yield inner, ChangeKind.DELETE, old[index], None
        else:
            yield from _walk(inner, old[index], new[index])


def _covers(keys: Collection[str], path: str) -> bool:
    return any(path == key or path.startswith((f"{key}.", f"{key}[")) for key in keys)
