"""What two stacks have alike, told by their keyed fingerprints."""

from __future__ import annotations

from dataclasses import dataclass

from policies.catalogue import fingerprints
from policies.catalogue.resource import Stack
from policies.catalogue.types import FINGERPRINTS


@dataclass(frozen=True, slots=True)
class Alike:
    """Names of variables that could be compared, and of those that are equal."""

    compared: frozenset[str]
    equal: frozenset[str]


def alike(stack: Stack, other: Stack, kind: str) -> Alike:
    """Compares the fingerprints of one kind that both stacks have by the same key: nothing where one has none."""
    pairs = [
        (fingerprints.known(mine, kind), fingerprints.known(theirs, kind))
        for mine in stack.of_type(FINGERPRINTS)
        for theirs in other.of_type(FINGERPRINTS)
        if mine.readable("keyId") == theirs.readable("keyId")
    ]
    both = [(name, mine[name] == theirs[name]) for mine, theirs in pairs for name in mine.keys() & theirs.keys()]
    return Alike(frozenset(name for name, _ in both), frozenset(name for name, same in both if same))
