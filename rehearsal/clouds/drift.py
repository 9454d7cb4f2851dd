"""Changes made by hand in a local cloud, past the program: what a refresh must find. And a look at what exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.clouds.cloud import utc_now
from rehearsal.clouds.errors import CloudError, UnknownTypeError
from rehearsal.clouds.objects import Objects
from rehearsal.clouds.packages import PACKAGES, catalogue
from rehearsal.clouds.store import Object, Store
from rehearsal.engine.values import Properties, Value, masked


@dataclass(frozen=True, slots=True)
class Live:
    """One object that exists. Secret values are `[secret]`; `urn` and `name` tell for which resource it was made."""

    package: str
    type: str
    id: str
    urn: str
    name: str
    properties: Properties


def listing(data: Path, package: str = "") -> list[Live]:
    """Every object of one local cloud, or of all of them, in the order they were made."""
    found: list[Live] = []
    for one in [package] if package else PACKAGES:
        if not (data / f"{one}.jsonl").exists():
            continue
        store, _ = _open(data, one)
        with store.transaction():
            found += [_live(one, item) for item in store.all()]
    return found


def change(data: Path, package: str, type_token: str, match: Mapping[str, Value], path: str, value: Value) -> Live:
    """Change one property of the one object whose properties (or `id`, or `name`: the logical name) match.

    `path` may lead into blocks (`gitRepository.productionBranch`); the value None takes the property away. Returns the object
    as it is now.
    """
    store, objects = _open(data, package)
    entry = catalogue(package).types.get(type_token)
    if entry is None:
        raise UnknownTypeError(package, type_token)
    item = _one(store, type_token, match)
    objects.change(entry, item, path, value, utc_now())
    with store.transaction():
        changed = store.get(item.type, item.id)
    if changed is None:
        raise CloudError(f"{type_token} {item.id} went away while it was changed")
    return _live(package, changed)


def remove(data: Path, package: str, type_token: str, match: Mapping[str, Value]) -> Live:
    """Delete the one object that matches, and all that hangs on it; returns the object as it was."""
    store, objects = _open(data, package)
    item = _one(store, type_token, match)
    objects.remove(item)
    return _live(package, item)


def _open(data: Path, package: str) -> tuple[Store, Objects]:
    entries = catalogue(package)
    store = Store(data, package, entries.indexes())
    return store, Objects(entries, store, entries.plans[-1] if entries.plans else "")


def _one(store: Store, type_token: str, match: Mapping[str, Value]) -> Object:
    with store.transaction():
        found = [item for item in store.all(type_token) if _fits(item, match)]
    if len(found) != 1:
        wanted = ", ".join(f"{key}={value!r}" for key, value in match.items())
        raise CloudError(f"{len(found)} objects of {type_token} match {wanted}; one was wanted")
    return found[0]


def _fits(item: Object, match: Mapping[str, Value]) -> bool:
    properties = {"name": item.name, **item.plain(), "id": item.id}
    return all(properties.get(key) == value or (key == "name" and item.name == value) for key, value in match.items())


def _live(package: str, item: Object) -> Live:
    shown: Properties = masked(item.properties)
    return Live(package, item.type, item.id, item.urn, item.name, shown)
