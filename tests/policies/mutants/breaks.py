"""Ways to break a value."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from policies.catalogue.resource import Resource
from tests.policies.mutants.form import GONE, Break


def gone(_: Any, __: Random) -> Any:
    return GONE


def one_of(*values: Any) -> Break:
    return lambda _, chance: chance.choice(values)


def below(least: int, lowest: int = 0) -> Break:
    return lambda _, chance: chance.randint(lowest, least - 1)


def above(most: int, highest: int) -> Break:
    return lambda _, chance: chance.randint(most + 1, highest)


def without(*names: str) -> Break:
    """The list without one of these entries."""

    def less(value: Any, chance: Random) -> list[Any]:
        lost = chance.choice(names)
        return [entry for entry in value if entry != lost]

    return less


def with_one_of(*entries: Any) -> Break:
    """The list with one more entry."""
    return lambda value, chance: [*(value or []), chance.choice(entries)]


def beside(kind: str, *properties: Mapping[str, Any], **links: str) -> Break:
    """The resource, and one more of a type with one of these properties. A link takes its URN from the resource itself where it
    is `self`, else from what the resource has under that name."""

    def more(item: Resource, chance: Random) -> list[Resource]:
        comes = {key: (item.urn,) if source == "self" else item.links[source] for key, source in links.items()}
        number = chance.randint(1, 999)
        made = dict(chance.choice(properties))
        return [item, Resource(f"{item.urn}-{number}", kind, f"one-more-{number}", made, comes)]

    return more


def any_of(*breaks: Break) -> Break:
    return lambda value, chance: chance.choice(breaks)(value, chance)
