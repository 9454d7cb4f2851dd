"""The vendor's view of a change: what it would hold afterwards, and which properties differ from what it holds now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rehearsal.clouds.table import ABSENT, Property
from rehearsal.engine.values import UNKNOWN, Properties, Value, has_unknown, is_secret, make_secret, plain


class ChangeKind(StrEnum):
    """What happens to one property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs, and whether the vendor must replace the object for it."""

    path: str
    kind: ChangeKind
    replaces: bool

    @property
    def root(self) -> str:
        """The top-level property."""
        return self.path.partition(".")[0].partition("[")[0]


Choose = Callable[[Property], Value]


def held(fields: Mapping[str, Property], given: Properties, old: Properties, choose: Choose) -> Properties:
    """What the vendor holds when it was given these inputs and held `old` before.

    `choose` picks the values that the vendor picks itself; what it picked before stays. Outputs that no input gives are left
    out.
    """
    result: Properties = {}
    for name, prop in fields.items():
        value = _held(prop, given.get(name), old.get(name), choose)
        if value is not ABSENT:
            result[name] = make_secret(value) if prop.secret else value
    return result


def _held(prop: Property, value: Value, old: Value, choose: Choose) -> Value:
    if value is None:
        if prop.fallback is not ABSENT:
            return prop.fallback
        if prop.chosen is None:
            return ABSENT
        picked = old if old is not None else choose(prop)
        return ABSENT if picked is None else picked
    if is_secret(value):
        return make_secret(_held(prop, value["value"], _bare(old), choose))
    if value == UNKNOWN:
        return value
    if prop.kind == "block" and isinstance(value, dict):
        before = _bare(old)
        inner = held(prop.fields, value, before if isinstance(before, dict) else {}, choose)
        return {**{key: item for key, item in value.items() if item is not None}, **inner}
    if prop.item is not None and prop.item.kind == "block" and isinstance(value, list):
        before = _bare(old)
        befores = before if isinstance(before, list) else []
        item_property = prop.item
        return [
            _held(item_property, item, befores[index] if index < len(befores) else None, choose)
            for index, item in enumerate(value)
        ]
    return value


def _bare(value: Value) -> Value:
    return value["value"] if is_secret(value) else value


def differences(
    fields: Mapping[str, Property], old: Properties, new: Properties, ignore: Collection[str] = ()
) -> list[Change]:
    """Every property in which new inputs differ from what the vendor holds; `ignore` are property paths.

    A value not yet known counts as different. An input that was never given and is not given now is no difference, whatever
    the vendor picked for it.
    """
    wanted = held(fields, new, old, lambda _: ABSENT)
    found: list[Change] = []
    for name, prop in fields.items():
        before, after = plain(old.get(name)), plain(wanted.get(name))
        found.extend(_walk(prop, name, before, after, replaces=prop.replaces is True))
    return [change for change in found if not _ignored(change.path, ignore)]


def _walk(prop: Property | None, path: str, old: Value, new: Value, *, replaces: bool) -> Iterator[Change]:
    if old is None and new is None:
        return
    if old is None or new is None:
        kind = ChangeKind.ADD if old is None else ChangeKind.DELETE
        yield Change(path, kind, replaces or (prop is not None and prop.replaces == "presence"))
    elif isinstance(old, dict) and isinstance(new, dict):
        fields = prop.fields if prop else {}
        for key in {**old, **new}:
            inner = fields.get(key)
            deeper = replaces or (inner is not None and inner.replaces is True)
            yield from _walk(inner, f"{path}.{key}", old.get(key), new.get(key), replaces=deeper)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _walk_lists(prop, path, old, new, replaces=replaces)
    elif old != new:
        yield Change(path, ChangeKind.UPDATE, replaces)


def _walk_lists(
    prop: Property | None, path: str, old: list[Value], new: list[Value], *, replaces: bool
) -> Iterator[Change]:
    if prop and prop.unordered:
        if has_unknown(new):
            yield Change(path, ChangeKind.UPDATE, replaces)
            return
        old, new = sorted(old, key=_order), sorted(new, key=_order)
    item = prop.item if prop else None
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from _walk(item, f"{path}[{index}]", before, after, replaces=replaces)


def _order(value: Value) -> str:
    return json.dumps(value, sort_keys=True)


def _ignored(path: str, ignore: Collection[str]) -> bool:
    return any(path == entry or path.startswith((f"{entry}.", f"{entry}[")) for entry in ignore)


def as_asked(asked: Value, live: Value) -> Value:
    """The part of a live value that inputs of this shape ask for: what a refresh writes back into the inputs."""
    if is_secret(asked):
        return make_secret(as_asked(asked["value"], _bare(live)))
    bare = _bare(live)
    if isinstance(asked, dict) and isinstance(bare, dict):
        return {key: as_asked(item, bare[key]) for key, item in asked.items() if bare.get(key) is not None}
    if isinstance(asked, list) and isinstance(bare, list):
        return [as_asked(asked[index], item) if index < len(asked) else item for index, item in enumerate(bare)]
    return live
