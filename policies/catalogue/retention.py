"""How long deployments and logs are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, pci, ssdf
from policies.catalogue.types import LOG_SINK, VERCEL_PROJECT, VERCEL_RETENTION

_WANTED: Final = {
    "expirationProduction": ("6m", "1y"),
    "expirationPreview": ("1d", "1w", "1m"),
    "expirationCanceled": ("1d", "1w", "1m"),
    "expirationErrored": ("1d", "1w", "1m"),
}


@rule(
    "RET-01",
    "deployment retention is bounded",
    risk="without an old deployment there is no rollback; kept for ever, old code with old holes stays reachable",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_PROJECT,),
    reads=(VERCEL_RETENTION,),
    requirements=(*ssdf("PS.3.1"), *gdpr("5(1)(e)")),
    remedy="declare the deployment retention of the project with these values",
    url="https://vercel.com/docs/deployment-retention",
    whole_stack=True,
)
def limit_deployments(project: Resource, scope: Scope) -> Iterator[Finding]:
    """A life that is left out is unlimited."""
    mine = scope.stack.linked(project, VERCEL_RETENTION, by="projectId")
    if not mine:
        yield Finding("expirationProduction", None, "a deployment retention for the project")
    for retention in mine:
        for path, allowed in _WANTED.items():
            if retention.get(path) not in allowed:
                yield Finding(path, retention.get(path), " or ".join(map(repr, allowed)), retention.urn)


@rule(
    "RET-02",
    "logs are kept for a year",
    risk="a break-in found late cannot be traced",
    severity=Severity.HIGH,
    applies_to=(LOG_SINK,),
    requirements=(*pci("10.5.1", "10.3.4"), *asvs("16.4.2")),
    remedy="raise the retention of the log sink",
    url="https://vercel.com/docs/drains",
    parameters={"leastDays": int, "leastHotDays": int},
)
def require_long_logs(sink: Resource, scope: Scope) -> Iterator[Finding]:
    """A declared fact about the place behind the log drain."""
    for path, least in (
        ("retentionDays", scope.parameters["leastDays"]),
        ("hotDays", scope.parameters["leastHotDays"]),
    ):
        days = sink.get(path)
        if not isinstance(days, int) or days < least:
            yield Finding(path, days, f"at least {least}")
    if sink.get("immutable") is not True:
        yield Finding("immutable", sink.get("immutable"), "True")
