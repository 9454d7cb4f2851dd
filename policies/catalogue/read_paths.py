"""Which properties of a resource the rules read: every rule judges it once more, and somebody takes notes."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.catalogue import levels
from policies.catalogue.model import Rule
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope


class _Noted(Mapping[str, Any]):
    """A mapping that notes the path of every value read from it, also of one that is missing."""

    def __init__(self, held: Mapping[str, Any], path: tuple[str, ...], notes: set[tuple[str, ...]]) -> None:
        self._held, self._path, self._notes = held, path, notes

    def __getitem__(self, key: str) -> Any:
        value = self._held.get(key)
        if not isinstance(value, Mapping):
            self._notes.add((*self._path, key))
        return _noted(self._held[key], (*self._path, key), self._notes)

    def __iter__(self) -> Iterator[str]:
        self._notes.add(self._path)
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def _noted(value: Any, path: tuple[str, ...], notes: set[tuple[str, ...]]) -> Any:
    if isinstance(value, Mapping):
        return _Noted(value, path, notes)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_noted(inner, (*path, str(position)), notes) for position, inner in enumerate(value)]
    return value


def read_paths(resource: Resource, scope: Scope, rules: Sequence[Rule]) -> set[tuple[str, ...]]:
    """The paths of a resource that some of the rules read, in its stack as it stands. A rule that ends early, by an answer or an
    error of its own, has read what it has read. One that searches all properties, for secrets, is about none of them."""
    notes: set[tuple[str, ...]] = set()
    watched = dataclasses.replace(resource, properties=_Noted(resource.properties, (), notes))
    stack = Stack.of(watched if other.urn == resource.urn else other for other in scope.stack)
    _ = stack.sealed  # searches everything; kept from now on, so that no rule does
    settings = levels.of_stack(resource.stack)
    found: set[tuple[str, ...]] = set()
    for rule in rules:
        if resource.type not in (*rule.applies_to, *rule.reads):
            continue
        told = Scope(settings[rule.id].parameters, scope.today, stack, others=scope.others)
        notes.clear()
        for subject in stack.of_type(*rule.applies_to) if rule.whole_stack else (watched,):
            with contextlib.suppress(Exception):
                list(rule.check(subject, told))
        if () not in notes:
            found |= notes
    return found


def split(path: str) -> tuple[str, ...]:
    """The parts of a property path as the engine writes it: `a.b[0].c`, `a["b.c"]`, with `*` for all."""
    return tuple(quoted or plain for quoted, plain in re.findall(r'\["([^"]*)"\]|([^.\[\]"]+)', path))


def touches(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two paths holds the other."""
    return all(a == b or "*" in (a, b) for a, b in zip(one, other, strict=False))
