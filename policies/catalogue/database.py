"""The database: how far back its history reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import gdpr, soc2
from policies.catalogue.types import NEON_PROJECT

_DEFAULT_HISTORY: Final = 86_400
"""Neon's own default, one day (neon.com/docs/introduction/point-in-time-restore)."""


@rule(
    "DB-03",
    "the history window is bounded",
    risk="a mistake that is noticed late cannot be undone; kept too long, erased data comes back",
    severity=Severity.HIGH,
    applies_to=(NEON_PROJECT,),
    requirements=(*gdpr("32(1)(c)"), *soc2("A1.2")),
    remedy="set the history window within the bounds; the plan must allow it (launch 7 days, scale 30)",
    url="https://neon.com/docs/introduction/point-in-time-restore",
    parameters={"leastSeconds": int, "mostSeconds": int},
)
def limit_history(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Absent means Neon's default."""
    given = project.get("historyRetentionSeconds")
    seconds = _DEFAULT_HISTORY if given is None else given
    least, most = scope.parameters["leastSeconds"], scope.parameters["mostSeconds"]
    if not least <= seconds <= most:
        yield Finding("historyRetentionSeconds", given, f"{least} to {most} seconds")
