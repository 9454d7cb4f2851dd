"""Limits on what an environment may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue import types as t
from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import soc2, strategy

_QUOTAS: Final = (
    "activeTimeSeconds",
    "computeTimeSeconds",
    "writtenDataBytes",
    "dataTransferBytes",
    "logicalSizeBytes",
)
_MACHINES: Final = ("basic", "standard")
_DEFAULT_IDLE: Final = 300
"""Seconds after which Neon stops a compute where 0 or nothing is given (neon.com/docs/introduction/scale-to-zero)."""


@rule(
    "COST-01",
    "what an environment may use is limited",
    risk="a loop, an attack or a forgotten environment runs up a bill that nobody notices",
    severity=Severity.LOW,
    applies_to=(t.NEON_PROJECT, t.VERCEL_PROJECT),
    reads=(t.VERCEL_ALERT,),
    requirements=(*soc2("A1.1"), *strategy("Vertical Scaling")),
    remedy="set quota, largest size and idle time of the database, cheap builds, and an alert of unusual usage",
    url="https://neon.com/docs/guides/consumption-limits",
    parameters={"quota": bool, "mostIdleSeconds": int},
    whole_stack=True,
    source="database.computeHoursLimit",
    sources={t.VERCEL_PROJECT: "infra/components/vercel_app.py"},
)
def limit_usage(project: Resource, scope: Scope) -> Iterator[Finding]:
    """A spent quota stops every compute until the month ends, so it is asked for only where `quota` says so; `mostIdleSeconds` 0
    asks for no end of idle time. 0 stands for no quota, -1 for computes that never stop."""
    if project.type == t.NEON_PROJECT:
        yield from _database(project, scope)
        return
    if (builds := project.readable("onDemandConcurrentBuilds")) is not False:
        yield Finding("onDemandConcurrentBuilds", builds, "False")
    if (machine := project.readable("buildMachineType")) not in _MACHINES:
        yield Finding("buildMachineType", machine, " or ".join(map(repr, _MACHINES)))
    if not any(_alerts(alert, project) for alert in scope.stack.of_type(t.VERCEL_ALERT)):
        yield Finding("alertRule", None, "an alert rule with the trigger usage_anomaly for the project")


def _database(project: Resource, scope: Scope) -> Iterator[Finding]:
    if scope.parameters["quota"] and not any(project.readable(f"quota.{name}") for name in _QUOTAS):
        yield Finding("quota", project.readable("quota"), "a limit")
    most = scope.parameters["mostIdleSeconds"]
    for place in ("defaultEndpoint", "endpointDefaults"):
        if project.readable(f"{place}.maxCu") is None:
            yield Finding(f"{place}.maxCu", None, "the largest size in compute units")
        given = project.number(f"{place}.suspendTimeoutSeconds")
        if most and not 0 < (given or _DEFAULT_IDLE) <= most:
            yield Finding(f"{place}.suspendTimeoutSeconds", given, f"at most {most}")


def _alerts(alert: Resource, project: Resource) -> bool:
    """Whether it tells of unusual usage of the project."""
    triggers = alert.listed("triggers")
    kinds = [alert.readable(f"triggers.{position}.type") for position in range(len(triggers))]
    scope = alert.readable("ruleScope.type")
    named = project.urn in alert.links.get("ruleScope", ()) or (
        bool(project.id) and project.id in alert.listed("ruleScope.projectIds")
    )
    return "usage_anomaly" in kinds and (scope == "all" or named == (scope == "include"))
