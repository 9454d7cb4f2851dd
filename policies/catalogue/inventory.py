"""The register of personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue import types as t
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import gdpr, popia, strategy

_TEXTS: Final = ("name", "purpose", "legalBasis", "erasure", "owner", "place")


@rule(
    "RET-03",
    "every kind of data has a purpose and an end",
    risk="data that nobody answers for is kept for ever, and a request for erasure cannot be met",
    severity=Severity.HIGH,
    applies_to=(t.STACK, t.DATA_INVENTORY),
    reads=(t.NEON_PROJECT,),
    requirements=(*gdpr("5(1)(e)", "17", "30(1)(f)"), *popia("14", "24"), *strategy("Compliance")),
    remedy="complete the register of processing",
    url="https://gdpr-info.eu/art-30-gdpr/",
    parameters={"mostDays": int},
    whole_stack=True,
    source="compliance.data",
)
def require_register(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A declared fact; a stack that keeps data declares it."""
    if resource.type == t.STACK:
        if not scope.stack.of_type(t.NEON_PROJECT):
            raise NotApplicable("the stack has no database")
        if not scope.stack.of_type(t.DATA_INVENTORY):
            yield Finding("categories", None, "a data inventory")
        return
    categories = resource.listed("categories")
    if not categories:
        yield Finding("categories", None, "a category for every kind of data")
    most = scope.parameters["mostDays"]
    for position in range(len(categories)):
        place = f"categories.{position}"
        for name in _TEXTS:
            if not str(seen := resource.readable(f"{place}.{name}") or "").strip():
                yield Finding(f"{place}.{name}", seen or None, "a text")
        days = resource.readable(f"{place}.retentionDays")
        if not isinstance(days, int) or not 0 < days <= most:
            yield Finding(f"{place}.retentionDays", days, f"1 to {most}")
