"""Log drains, alerts and error tracking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.catalogue import types as t
from policies.catalogue.alike import alike
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.retention import server
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, pci, soc2, strategy
from policies.catalogue.variables import VARIABLE_TYPES, Variable, of_stack, variables

_SOURCES: Final = ("lambda", "edge", "firewall", "build")
_DSN: Final = "SENTRY_DSN"
_ENVIRONMENT: Final = "SENTRY_ENVIRONMENT"


@rule(
    "MON-01",
    "logs of every source leave Vercel",
    risk="Vercel keeps logs for a day: an attack is found when nothing is left of it",
    severity=Severity.HIGH,
    applies_to=(t.VERCEL_PROJECT, t.VERCEL_LOG_DRAIN),
    requirements=(*pci("10.2.1"), *asvs("16.4.3"), *strategy("Logging Strategy", "Staging Environment")),
    remedy="declare a log drain for the project, of lambda, edge, firewall and build, unsampled, signed and over TLS",
    url="https://vercel.com/docs/drains",
    whole_stack=True,
    source="monitoring.enabled",
    sources={t.VERCEL_LOG_DRAIN: "infra/components/monitoring.py"},
    plan="Vercel Pro",
)
def require_log_drain(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Without a rate, all logs are sent; without projects, those of every project of the team; without a secret, unsigned."""
    if resource.type == t.VERCEL_PROJECT:
        if not scope.stack.linked(resource, t.VERCEL_LOG_DRAIN, by="projectIds"):
            yield Finding("logDrain", None, "a log drain for the project")
        return
    missing = [source for source in _SOURCES if source not in resource.listed("sources")]
    if missing:
        yield Finding("sources", resource.readable("sources"), f"{', '.join(missing)} too")
    if "production" not in resource.listed("environments"):
        yield Finding("environments", resource.readable("environments"), "'production' too")
    if (rate := resource.readable("samplingRate")) not in (None, 1):
        yield Finding("samplingRate", rate, "1, or nothing")
    if not str(endpoint := resource.readable("endpoint")).startswith("https://"):
        yield Finding("endpoint", endpoint and server(endpoint), "an https address")
    for path in ("projectIds", "secret"):
        if not resource.get(path):
            yield Finding(path, None, "to be set")


@rule(
    "MON-02",
    "alerts reach somebody",
    risk="customers are the first to notice that the app is down",
    severity=Severity.HIGH,
    applies_to=(t.STACK, t.VERCEL_ALERT),
    reads=(t.VERCEL_PROJECT, t.VERCEL_ALERT_WEBHOOK, t.VERCEL_ALERT_SLACK),
    requirements=(*soc2("CC7.3"), *pci("10.7.2"), *gdpr("33"), *strategy("Production Environment", "Release Process")),
    remedy="declare an alert rule, and a webhook or Slack notification of it",
    url="https://vercel.com/docs/alerts",
    whole_stack=True,
    source="monitoring.enabled",
    plan="Vercel Pro",
)
def require_alerts(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """An alert rule without a notification tells nobody outside of the dashboard."""
    if resource.type == t.STACK:
        if not scope.stack.of_type(t.VERCEL_PROJECT):
            raise NotApplicable("the stack has no app")
        if not scope.stack.of_type(t.VERCEL_ALERT):
            yield Finding("alertRule", None, "an alert rule")
        return
    if not scope.stack.linked(resource, t.VERCEL_ALERT_WEBHOOK, t.VERCEL_ALERT_SLACK, by="alertRuleId"):
        yield Finding("notification", None, "a webhook or Slack notification of the rule")


@rule(
    "MON-03",
    "errors of each environment are tracked apart",
    risk="errors of production are lost, or drown among those of tests",
    severity=Severity.MEDIUM,
    applies_to=(t.VERCEL_PROJECT,),
    reads=(*VARIABLE_TYPES, t.FINGERPRINTS),
    requirements=(*soc2("CC7.2"), *strategy("Monitoring Tools", "Staging Environment", "Production Environment")),
    remedy="give the app the DSN of a Sentry project of its environment, and the environment's name",
    url="https://docs.sentry.io/platforms/javascript/guides/sveltekit/configuration/environments/",
    whole_stack=True,
    source="errors.enabled",
)
def require_error_tracking(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Vercel calls what runs at the project's own domain production, in staging too. Both variables are there, and no other stack
    has the same values. A DSN is compared by keyed fingerprints where it cannot
    be read; the environment's name, which is no secret, only where it can."""
    held = list(_held(project, scope.stack))
    for ending in (_DSN, _ENVIRONMENT):
        if not any(variable.key.endswith(ending) and "production" in variable.targets for variable in held):
            yield Finding("environment variables", None, f"a variable {ending} with the target production")
    if scope.others is None:
        return
    if not scope.others:
        raise Unevaluated(_DSN, "needs the state of the other stack")
    for name, other in sorted(scope.others.items()):
        for variable in held:
            if variable.key.endswith((_DSN, _ENVIRONMENT)) and _same(variable, scope.stack, other):
                yield Finding(variable.key, f"the same value as in {name}", "a value of its own", variable.resource.urn)


def _held(project: Resource, stack: Stack) -> Iterator[Variable]:
    """The variables of a project that have a value."""
    mine = {
        holder.urn: holder
        for by in ("projectId", "projectIds")
        for holder in stack.linked(project, *VARIABLE_TYPES, by=by)
    }
    for holder in (project, *mine.values()):
        for variable in variables(holder):
            if variable.value_path.rpartition(".")[2] in _written(variable):
                yield variable


def _written(variable: Variable) -> tuple[str, ...]:
    held = variable.resource.mapped(variable.place) if variable.place else variable.resource.properties
    return tuple(key for key in held if held[key] not in (None, ""))


def _same(variable: Variable, stack: Stack, other: Stack) -> bool:
    """Whether a variable has the same value in another stack. Raises `Unevaluated` for an address that cannot be compared."""
    theirs = [v.value for v in of_stack(other) if v.key == variable.key]
    if variable.key in (found := alike(stack, other, "fingerprints")).compared:
        return variable.key in found.equal
    mine = variable.value
    if isinstance(mine, str) and all(isinstance(value, str) for value in theirs):
        return mine in theirs
    if variable.key.endswith(_DSN) and theirs:
        raise Unevaluated(variable.key, "is encrypted, and the two stacks have no fingerprints by the same key")
    return False
