"""What a mutant is: a row says which property a rule governs and how it breaks; a seed picks rows, resources and values."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from policies.catalogue.resource import Resource, Stack

GONE: Final = object()
"""Breaks a property, or a resource, by taking it away."""

Break = Callable[[Any, Random], Any]
"""Gives a bad value for a good one."""


@dataclass(frozen=True, slots=True)
class Governed:
    """A property that a rule governs, and how it breaks.

    `path` is dotted, digits are list positions and ``*`` any of them; ``header:Name`` is a response header of a route;
    ``@protect`` and the like are no properties; ``""`` is the whole resource. `where` narrows the resources down.
    """

    rule: str
    type: str
    path: str
    bad: Break
    stack: str = ""
    where: Callable[[Resource], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken property of one resource in one stack."""

    rule: str
    stack: str
    urn: str
    path: str
    value: Any

    def __str__(self) -> str:
        value = "gone" if self.value is GONE else repr(self.value)
        return f"{self.rule}: {self.stack} {self.urn.rpartition('::')[2]} {self.path or 'itself'} = {value:.120}"


@dataclass(frozen=True)
class Views:
    """Both views of one stack: what rules over one resource see, and what rules over the stack see."""

    inputs: Mapping[str, Resource]
    outputs: Mapping[str, Resource]


def views(inputs: Stack, outputs: Stack) -> Views:
    """By URN."""
    return Views(dict(inputs.by_urn), dict(outputs.by_urn))


def mutants(rows: Sequence[Governed], stacks: Mapping[str, Views], count: int, seed: int) -> list[Mutant]:
    """`count` mutants in random order; every row that fits a stack is used before one is used again."""
    chance = Random(seed)
    found: list[Mutant] = []
    while len(found) < count:
        for row in chance.sample(rows, len(rows)):
            fitting = [
                (stack, urn)
                for stack, seen in stacks.items()
                if row.stack in ("", stack)
                for urn, item in seen.inputs.items()
                if item.type == row.type and row.where(item)
            ]
            if fitting and len(found) < count:
                found.append(_mutant(row, *chance.choice(fitting), stacks, chance))
    return found


def _mutant(row: Governed, stack: str, urn: str, stacks: Mapping[str, Views], chance: Random) -> Mutant:
    item = stacks[stack].inputs[urn]
    path = _chosen(item.properties, row.path, chance)
    return Mutant(row.rule, stack, urn, path, row.bad(_get(item, path), chance))


def mutated(seen: Views, mutant: Mutant) -> Views:
    """Both views with the mutant's property broken."""
    return Views(*(_broken(view, mutant) for view in (seen.inputs, seen.outputs)))


def _broken(view: Mapping[str, Resource], mutant: Mutant) -> Mapping[str, Resource]:
    found = dict(view)
    if mutant.path == "" and mutant.value is GONE:
        del found[mutant.urn]
    elif mutant.path == "":
        found |= {item.urn: item for item in mutant.value}
    else:
        found[mutant.urn] = _set(found[mutant.urn], mutant.path, mutant.value)
    return found


def _set(item: Resource, path: str, value: Any) -> Resource:
    if path.startswith("@"):
        return dataclasses.replace(item, **{path[1:]: value})
    properties = copy.deepcopy(dict(item.properties))
    if path.startswith("header:"):
        properties["route"]["transforms"] = _transforms(properties["route"], path.removeprefix("header:"), value)
        return dataclasses.replace(item, properties=properties)
    where: Any = properties
    *above, last = (int(key) if key.isdigit() else key for key in path.split("."))
    for key in above:
        if isinstance(where, dict) and key not in where:
            where[key] = {}
        where = where[key]
    if value is not GONE:
        where[last] = value
    elif isinstance(where, dict):
        where.pop(last, None)
    else:
        del where[last]
    return dataclasses.replace(item, properties=properties)


def _transforms(route: Mapping[str, Any], name: str, value: Any) -> list[dict[str, Any]]:
    kept = [entry for entry in route["transforms"] if json.loads(entry["target"])["key"].lower() != name.lower()]
    if value is GONE:
        return kept
    return [*kept, transform("set", name, value)]


def transform(op: str, name: str, value: str) -> dict[str, Any]:
    """A change of a response header, as routes hold it."""
    return {"type": "response.headers", "op": op, "target": json.dumps({"key": name}), "args": json.dumps(value)}


def _chosen(properties: Mapping[str, Any], path: str, chance: Random) -> str:
    """The path with each ``*`` replaced by a position or key that exists."""
    parts: list[str] = []
    value: Any = properties
    for part in path.split("."):
        keys = list(value) if isinstance(value, Mapping) else range(len(value)) if isinstance(value, list) else []
        chosen = str(chance.choice(list(keys))) if part == "*" else part
        parts.append(chosen)
        if isinstance(value, list):
            value = value[int(chosen)] if chosen.isdigit() and int(chosen) < len(value) else None
        else:
            value = value.get(chosen) if isinstance(value, Mapping) else None
    return ".".join(parts)


def _get(item: Resource, path: str) -> Any:
    if path == "":
        return item
    if path.startswith("header:"):
        wanted = path.removeprefix("header:").lower()
        for entry in item.properties["route"]["transforms"]:
            if json.loads(entry["target"])["key"].lower() == wanted:
                return json.loads(entry["args"])
        return ""
    return getattr(item, path[1:]) if path.startswith("@") else item.get(path)
