"""Keyed fingerprints: whether two values are equal, without the values. Equal texts under one key have equal fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.catalogue.model import Unevaluated
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from policies.catalogue.types import FINGERPRINTS


def of_stack(stack: Stack, name: str = "") -> Resource:
    """The component that holds a stack's fingerprints. Raises `Unevaluated` where the stack declares none."""
    found = stack.of_type(FINGERPRINTS)
    if not found:
        where = f" in {name}" if name else ""
        raise Unevaluated(f"{FINGERPRINTS}{where}", "is not declared: set the stack secret fingerprintKey")
    return found[0]


def values(component: Resource, kind: str = "fingerprints") -> Mapping[str, Any]:
    """Fingerprints by name; one that cannot be read is `UNKNOWN` or `SECRET`. `kind` is `fingerprints` (of secrets and of
    Sentry's addresses) or `data` (of where databases and caches are)."""
    return component.mapped(kind)


def known(component: Resource, kind: str = "fingerprints") -> Mapping[str, str]:
    """Those that can be read."""
    return {name: text for name, text in values(component, kind).items() if isinstance(text, str)}


def elsewhere(own: Resource, scope: Scope) -> Iterator[tuple[str, Resource]]:
    """The other stacks' components made with the same key, by stack: none in the pack, which sees its own stack only.

    Raises `Unevaluated` where the other stack's state is not given, has no fingerprints or was made with another key; after
    those that can be compared.
    """
    if scope.others is None:
        return
    if not scope.others:
        raise Unevaluated("the other stack", "is not compared: give its state too")
    unread: Unevaluated | None = None
    for stack, resources in sorted(scope.others.items()):
        try:
            other = of_stack(resources, stack)
            if other.readable("keyId") != own.readable("keyId"):
                raise Unevaluated(
                    f"keyId of {stack}", "is that of another key: set the same fingerprintKey in both stacks"
                )
            yield stack, other
        except Unevaluated as answer:
            unread = unread or answer
    if unread:
        raise unread
