"""What a person sees and does in the vendors' consoles, behind the program's back: list, change, delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rehearsal.clouds import PACKAGES
from rehearsal.clouds.store import Object, Store
from rehearsal.engine import Properties


def inventory(data: Path) -> Counter[str]:
    """Every object of the local clouds by the URN it was made for, with how many there are of it."""
    return Counter(item.urn for package in PACKAGES for item in _objects(data, package))


def find(data: Path, type_token: str, name: str) -> Object | None:
    """The object of one resource, by its type and logical name."""
    package = type_token.split(":")[0]
    fits = (item for item in _objects(data, package) if item.type == type_token and item.name == name)
    return next(fits, None)


def change(data: Path, item: Object, properties: Mapping[str, Any]) -> None:
    """Change some properties of an object."""
    with _store(data, item.type.split(":")[0]).transaction() as transaction:
        changed: Properties = {**item.properties, **properties}
        transaction.put(replace(item, properties=changed))


def remove(data: Path, item: Object) -> None:
    """Delete an object."""
    with _store(data, item.type.split(":")[0]).transaction() as transaction:
        transaction.drop(item)


def _objects(data: Path, package: str) -> list[Object]:
    store = _store(data, package)
    if not store.path.exists():
        return []
    with store.transaction():
        return store.all()


def _store(data: Path, package: str) -> Store:
    return Store(data, package)
