"""How long deployments and logs are kept, and what logs say of people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.catalogue import types as t
from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, pci, soc2, ssdf, strategy

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
    applies_to=(t.VERCEL_PROJECT,),
    reads=(t.VERCEL_RETENTION,),
    requirements=(*ssdf("PS.3.1"), *gdpr("5(1)(e)"), *strategy("Rollback Strategy", "Compliance")),
    remedy="keep deployments of production for `6m` or `1y`, and all others for `1d`, `1w` or `1m`",
    url="https://vercel.com/docs/deployment-retention",
    whole_stack=True,
    source="hosting.retention",
)
def limit_deployments(project: Resource, scope: Scope) -> Iterator[Finding]:
    """A life that is left out is unlimited."""
    mine = scope.stack.linked(project, t.VERCEL_RETENTION, by="projectId")
    if not mine:
        yield Finding("expirationProduction", None, "a deployment retention for the project")
    for retention in mine:
        for path, allowed in _WANTED.items():
            if (seen := retention.readable(path)) not in allowed:
                yield Finding(path, seen, " or ".join(map(repr, allowed)), retention.urn)


@rule(
    "RET-02",
    "logs are kept for a year",
    risk="a break-in found late cannot be traced",
    severity=Severity.HIGH,
    applies_to=(t.LOG_SINK, t.VERCEL_LOG_DRAIN),
    requirements=(*pci("10.5.1", "10.3.4"), *asvs("16.4.2"), *strategy("Logging Strategy", "Compliance")),
    remedy="raise the retention of the log sink, and declare the sink behind every drain",
    url="https://vercel.com/docs/drains",
    parameters={"leastDays": int, "leastHotDays": int},
    whole_stack=True,
    source="monitoring.logRetentionDays",
    sources={t.VERCEL_LOG_DRAIN: "monitoring.logEndpoint"},
)
def require_long_logs(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A sink is a declared fact about the place behind a drain, found by its address. `hotDays` are at hand at once."""
    if resource.type == t.VERCEL_LOG_DRAIN:
        endpoint = resource.readable("endpoint")
        if not any(sink.readable("endpoint") == endpoint for sink in scope.stack.of_type(t.LOG_SINK)):
            yield Finding("endpoint", endpoint and server(endpoint), "an address that a declared log sink has")
        return
    for path, least in (("retentionDays", "leastDays"), ("hotDays", "leastHotDays")):
        days = resource.readable(path)
        if not isinstance(days, int) or days < scope.parameters[least]:
            yield Finding(path, days, f"at least {scope.parameters[least]}")
    if (seen := resource.readable("immutable")) is not True:
        yield Finding("immutable", seen, "True")


@rule(
    "RET-04",
    "addresses of visitors stay out of logs",
    risk="an address is personal data: whoever reads logs can follow a customer",
    severity=Severity.MEDIUM,
    applies_to=(t.VERCEL_TEAM,),
    requirements=(*gdpr("5(1)(c)", "25"), *strategy("Logging Strategy", "Compliance")),
    remedy="hide addresses in the team's settings, in the dashboard and in drains",
    url="https://vercel.com/docs/drains/security#hide-ip-addresses",
    source="hosting.teamId",
)
def hide_addresses(team: Resource, _: Scope) -> Iterator[Finding]:
    """Vercel shows addresses unless told otherwise."""
    for path in ("hideIpAddresses", "hideIpAddressesInLogDrains"):
        if (seen := team.readable(path)) is not True:
            yield Finding(path, seen, "True")


@rule(
    "RET-06",
    "the team's audit log leaves Vercel",
    risk="who changed what at Vercel can be told for 90 days only",
    severity=Severity.MEDIUM,
    applies_to=(t.STACK, t.VERCEL_AUDIT_LOG_DRAIN),
    reads=(t.VERCEL_PROJECT,),
    requirements=(*pci("10.5.1"), *soc2("CC7.2"), *strategy("Logging Strategy", "Security Measures")),
    remedy="declare an audit log drain, or export the audit log on a schedule and waive this with a date",
    url="https://vercel.com/docs/audit-log",
    whole_stack=True,
    source="infra/components/monitoring.py",
    plan="Vercel Enterprise",
)
def require_audit_drain(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Without a drain, Vercel keeps the last 90 days for a download by hand."""
    if resource.type == t.STACK:
        if not scope.stack.of_type(t.VERCEL_PROJECT):
            raise NotApplicable("the stack has no app")
        if not scope.stack.of_type(t.VERCEL_AUDIT_LOG_DRAIN):
            yield Finding("auditLogDrain", None, "an audit log drain")
        return
    endpoint, bucket = resource.readable("http.endpoint"), resource.readable("s3.endpoint")
    if not str(bucket).startswith("s3://") and not str(endpoint).startswith("https://"):
        yield Finding("http.endpoint", endpoint and server(endpoint), "an https address, or a bucket")


def server(address: object) -> str:
    """Scheme and host of an address: the rest may hold a token."""
    scheme, _, rest = str(address).partition("://")
    return f"{scheme}://{re.split('[/?#]', rest)[0].rpartition('@')[2]}" if rest else "[no address]"
