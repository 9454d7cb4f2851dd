"""What rules look at: one resource, and all resources of a stack. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from policies.catalogue.model import Unevaluated


class _Mark:
    """Stands where a value cannot be read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __copy__(self) -> _Mark:
        return self

    def __deepcopy__(self, _: Any) -> _Mark:
        return self


UNKNOWN: Final = _Mark("[unknown]")
"""Not known before the deployment."""

SECRET: Final = _Mark("[secret]")
"""Present and encrypted: what a state file shows of a secret."""


_MAPS: Final = (dict, Mapping)
_LISTS: Final = (list, Sequence)
"""What nearly all values are comes first: asking an abstract class takes three times as long."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as a provider will be sent it (or, to a rule over the stack, as it is known): plain JSON values, `UNKNOWN` or
    `SECRET`.

    `links` maps a property to the URNs it depends on, which are known even where an id is not.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = ""
    parent: str = ""
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()

    @property
    def stack(self) -> str:
        """The stack of the URN `urn:pulumi:<stack>::<project>::<types>::<name>`."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    def get(self, path: str) -> Any:
        """The value at a dotted path (digits are list positions), None where it is absent, `SECRET` where it is encrypted.
        Raises `Unevaluated` where it, or what holds it, cannot be read."""
        value: Any = self.properties
        for depth, key in enumerate(parts := path.split(".")):
            if value is SECRET:
                raise Unevaluated(".".join(parts[:depth]), "is encrypted")
            if isinstance(value, _MAPS):
                value = value.get(key)
            elif key.isdecimal() and isinstance(value, _LISTS) and not isinstance(value, str):
                value = value[int(key)] if int(key) < len(value) else None
            else:
                value = None
            if value is UNKNOWN:
                raise Unevaluated(".".join(parts[: depth + 1]))
        return value

    def readable(self, path: str) -> Any:
        """As `get`, for a rule that must read the value itself: an encrypted one raises `Unevaluated` too."""
        value = self.get(path)
        if value is SECRET:
            raise Unevaluated(path, "is encrypted")
        return value

    def listed(self, path: str) -> Sequence[Any]:
        """The list at a path, empty where it is absent. Raises `Unevaluated` where it cannot be read, or is no list."""
        value = self.readable(path)
        if value is not None and (isinstance(value, str) or not isinstance(value, _LISTS)):
            raise Unevaluated(path, "is no list")
        return value or ()

    def mapped(self, path: str) -> Mapping[str, Any]:
        """The map at a path, empty where it is absent. Raises `Unevaluated` where it cannot be read, or is no map."""
        value = self.readable(path)
        if value is not None and not isinstance(value, _MAPS):
            raise Unevaluated(path, "is no map")
        return value or {}

    def number(self, path: str) -> int | float | None:
        """The number at a path, None where it is absent. Raises `Unevaluated` where it cannot be read, or is no number."""
        value = self.readable(path)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise Unevaluated(path, "is no number")
        return value


class Stack:
    """All resources of one stack. Views are made when a rule asks for their type, once."""

    def __init__(self, sources: Iterable[tuple[str, Any]], view: Callable[[Any], Resource] | None = None) -> None:
        """`sources` are pairs of a type and what `view` makes a `Resource` of; a `Resource` itself without `view`."""
        self._sources: dict[str, list[Any]] = {}
        self._view = view
        self._made: dict[str, tuple[Resource, ...]] = {}
        self._indexes: dict[tuple[str, str], Mapping[str, Sequence[Resource]]] = {}
        for kind, source in sources:
            self._sources.setdefault(kind, []).append(source)

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Stack:
        """A stack of views that exist already."""
        return cls((resource.type, resource) for resource in resources)

    @property
    def types(self) -> tuple[str, ...]:
        """The types there are, sorted."""
        return tuple(sorted(self._sources))

    def of_type(self, *kinds: str) -> tuple[Resource, ...]:
        """All resources of some types, in the order of registration within each."""
        return tuple(resource for kind in kinds for resource in self._of(kind))

    def _of(self, kind: str) -> tuple[Resource, ...]:
        if kind not in self._made:
            sources = self._sources.get(kind, ())
            self._made[kind] = tuple(map(self._view, sources) if self._view else sources)
        return self._made[kind]

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.of_type(*self.types))

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """All of them by URN."""
        return {resource.urn: resource for resource in self}

    def linked(self, target: Resource, *kinds: str, by: str) -> tuple[Resource, ...]:
        """The resources of some types whose property `by` comes from `target`: it depends on it, or holds its id."""
        depending = self.holding(target.urn, *kinds, by=by)
        naming = self.holding(target.id, *kinds, by=by) if target.id else ()
        return tuple({resource.urn: resource for resource in (*depending, *naming)}.values())

    def holding(self, value: str, *kinds: str, by: str) -> tuple[Resource, ...]:
        """The resources of some types whose property `by` is a text, has it in its list, or depends on what has it as URN."""
        return tuple(resource for kind in kinds for resource in self._index(kind, by).get(value, ()))

    def _index(self, kind: str, by: str) -> Mapping[str, Sequence[Resource]]:
        key = (kind, by)
        if key not in self._indexes:
            index: dict[str, list[Resource]] = {}
            for resource in self._of(kind):
                for value in {*resource.links.get(by, ()), *_texts(resource.properties.get(by))}:
                    index.setdefault(value, []).append(resource)
            self._indexes[key] = index
        return self._indexes[key]

    @cached_property
    def sealed(self) -> bool:
        """Whether secrets show as `SECRET`, as they do in a state file; in a preview they are plain text."""
        return any(_any_secret(resource.properties) for resource in self)


def _texts(value: Any) -> Iterator[str]:
    """A text, or those of a list."""
    for one in (value,) if isinstance(value, str) else value if isinstance(value, Sequence) else ():
        if isinstance(one, str):
            yield one


def _any_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_any_secret, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_any_secret, value))
    return value is SECRET
