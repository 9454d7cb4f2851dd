"""Where secrets stand: under which names, marks and targets, encrypted or not, and behind which webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated, together
from policies.catalogue.registry import rule
from policies.catalogue.resource import SECRET, UNKNOWN, Resource
from policies.catalogue.scope import Scope
from policies.catalogue.secrecy import is_secret_name, secret_places
from policies.catalogue.standards import asvs, cis_github, gdpr, pci, soc2, strategy
from policies.catalogue.types import (
    AWS_PROVIDER,
    CACHE_COMPONENT,
    DATABASE_COMPONENT,
    GITHUB_ENVIRONMENT_SECRET,
    GITHUB_ENVIRONMENT_VARIABLE,
    GITHUB_PROVIDER,
    GITHUB_SECRET,
    GITHUB_VARIABLE,
    GITHUB_WEBHOOK,
    NEON_KEY,
    NEON_PROJECT,
    NEON_PROVIDER,
    NEON_ROLE,
    RANDOM_PASSWORD,
    SENTRY_KEY,
    SENTRY_PROVIDER,
    STACK,
    UPSTASH_PROVIDER,
    UPSTASH_REDIS,
    VERCEL_AUDIT_LOG_DRAIN,
    VERCEL_DEPLOYMENT,
    VERCEL_LOG_DRAIN,
    VERCEL_PROTECTION_BYPASS,
    VERCEL_PROVIDER,
    VERCEL_SHAREABLE_LINK,
    VERCEL_USER_TOKEN,
    VERCEL_WEBHOOK,
)
from policies.catalogue.variables import VARIABLE_TYPES, Variable, each, may_hold, variables

_PUBLIC: Final = re.compile(r"^(?:(?:VITE|PUBLIC)_)+", re.IGNORECASE)
_NAMED: Final = (GITHUB_VARIABLE, GITHUB_ENVIRONMENT_VARIABLE)
"""Variables of workflows, which everybody with read access sees."""
_HOLDERS: Final = (
    *VARIABLE_TYPES,
    *(GITHUB_SECRET, GITHUB_ENVIRONMENT_SECRET, GITHUB_WEBHOOK),
    *(
        VERCEL_WEBHOOK,
        VERCEL_LOG_DRAIN,
        VERCEL_AUDIT_LOG_DRAIN,
        VERCEL_PROTECTION_BYPASS,
        VERCEL_USER_TOKEN,
        VERCEL_SHAREABLE_LINK,
    ),
    *(VERCEL_DEPLOYMENT, NEON_PROJECT, NEON_ROLE, NEON_KEY, RANDOM_PASSWORD, UPSTASH_REDIS, SENTRY_KEY),
    *(VERCEL_PROVIDER, NEON_PROVIDER, GITHUB_PROVIDER, UPSTASH_PROVIDER, SENTRY_PROVIDER, AWS_PROVIDER),
    *(DATABASE_COMPONENT, CACHE_COMPONENT, STACK),
)
_ONLY_IN_CODE: Final = "infra/app_variables.py"


@rule(
    "SEC-01",
    "no secret has a public name",
    risk="Vite writes every VITE_ variable into the scripts it sends: the passphrase that signs payments becomes public",
    severity=Severity.CRITICAL,
    applies_to=(*VARIABLE_TYPES, *_NAMED),
    requirements=(*pci("8.6.2", "6.2.4"), *asvs("13.3.1", "13.3.2"), *strategy("Environment Configuration")),
    remedy="rename it without the prefix, read it on the server only, and rotate it: it may have been seen",
    url="https://vite.dev/guide/env-and-mode",
    source=_ONLY_IN_CODE,
)
def forbid_public_secret_names(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Only names are read, never values. The strategy's own sample has two such names."""
    if resource.type in _NAMED:
        yield from _public("variableName", str(resource.readable("variableName")))
        return
    _holds_variables(resource)
    yield from each(resource, lambda variable: _public(variable.path("key"), variable.key))


@rule(
    "SEC-02",
    "secrets are sensitive at Vercel and no plain variable",
    risk="a secret that is not sensitive can be read by everybody with access to the project, the team or the repository",
    severity=Severity.CRITICAL,
    applies_to=(*VARIABLE_TYPES, *_NAMED, VERCEL_DEPLOYMENT),
    requirements=(*pci("8.6.2"), *soc2("CC6.1"), *cis_github("1.5.1"), *strategy("Environment Configuration")),
    remedy="declare it sensitive at Vercel, without the target development, which takes no such variable; or use an Actions "
    "secret at GitHub; then rotate what could be read",
    url="https://vercel.com/docs/environment-variables/sensitive-environment-variables",
    source=_ONLY_IN_CODE,
)
def require_sensitive_secrets(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Judged by name. Vercel's default is a variable that can be read, and for the target development the only one."""
    if resource.type == VERCEL_DEPLOYMENT:
        yield from _deployed(resource)
    elif resource.type in _NAMED:
        name = str(resource.readable("variableName"))
        if not is_secret_name(name):
            raise NotApplicable("is no secret by its name")
        yield Finding("variableName", name, "a secret of the environment")
    else:
        _holds_secrets(resource, lambda variable: is_secret_name(variable.key))
        yield from each(resource, _sensitive)


@rule(
    "SEC-03",
    "no secret serves production and another target",
    risk="a preview built from an unreviewed branch runs with the secrets of production",
    severity=Severity.HIGH,
    applies_to=VARIABLE_TYPES,
    requirements=(
        *pci("6.5.3"),
        *soc2("CC6.1"),
        *strategy("Staging Environment", "Production Environment", "Environment Configuration"),
    ),
    remedy="declare one variable for production and another, with another value, for the rest",
    url="https://vercel.com/docs/environment-variables#environments",
    source="infra/components/environment_variables.py",
)
def forbid_secrets_of_two_targets(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Custom environments count as another target. A variable without any target serves none."""
    _holds_secrets(resource, lambda variable: variable.secret)
    yield from each(resource, _one_side)


@rule(
    "SEC-05",
    "no secret stands in plain text in the state",
    risk="who reads the state, its backups or a log of it has the secret",
    severity=Severity.CRITICAL,
    applies_to=_HOLDERS,
    requirements=(
        *pci("8.3.2", "8.6.2"),
        *gdpr("32"),
        *strategy("Environment Configuration", "Security Measures"),
    ),
    remedy="use the singular resource, wrap the value in Output.secret, or pass it as valueWo; then rotate it",
    url="https://www.pulumi.com/docs/iac/concepts/secrets/",
    whole_stack=True,
    source="infra/",
)
def forbid_plain_secrets(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Looks at what is secret by its name, by the provider's mark or by its form, in outputs too."""
    if not scope.stack.sealed:
        raise NotApplicable("an engine shows a preview its secrets in plain text; the audit of the state judges them")
    places = tuple(secret_places(resource))
    for path, value in places:
        if value is not SECRET and value is not UNKNOWN and value != "":
            yield Finding(path, "a secret in plain text", "an encrypted value")
    unknown = next((path for path, value in places if value is UNKNOWN), None)
    if unknown:
        raise Unevaluated(unknown)
    if not places:
        raise NotApplicable("holds no secret")


@rule(
    "SEC-11",
    "webhooks use TLS and are signed",
    risk="anyone on the way reads the events, and anyone at all can send forged ones",
    severity=Severity.MEDIUM,
    applies_to=(GITHUB_WEBHOOK, VERCEL_WEBHOOK),
    requirements=(*cis_github("1.4.4"), *pci("4.2.1"), *strategy("Security Measures")),
    remedy="use an https address, leave the check of its certificate on, and give a secret",
    url="https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks",
    source="monitoring.eventsEndpoint",
)
def require_signed_webhooks(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Vercel makes the secret itself. GitHub's defaults: certificates are checked, there is no secret."""
    if resource.type == GITHUB_WEBHOOK:
        yield from together(_checked(resource), _signed(resource), _to_https(resource, "configuration.url"))
    else:
        yield from _to_https(resource, "endpoint")


def _checked(hook: Resource) -> Iterator[Finding]:
    if hook.get("configuration.insecureSsl") is True:
        yield Finding("configuration.insecureSsl", True, "false")


def _signed(hook: Resource) -> Iterator[Finding]:
    if not hook.get("configuration.secret"):
        yield Finding("configuration.secret", None, "a secret that signs every event")


def _to_https(hook: Resource, path: str) -> Iterator[Finding]:
    address = str(hook.readable(path) or "")
    if not re.match(r"https://[^/?#\\]", address, re.IGNORECASE):
        yield Finding(path, address.partition("?")[0] or None, "an address that begins with https://")


def _public(path: str, name: str) -> Iterator[Finding]:
    if _PUBLIC.match(name) and is_secret_name(name):
        yield Finding(path, name, f"{_PUBLIC.sub('', name)!r}: a name without a public prefix")


def _sensitive(variable: Variable) -> Iterator[Finding]:
    if not is_secret_name(variable.key):
        return
    if not variable.sensitive:
        yield Finding(variable.path("sensitive"), variable.resource.get(variable.path("sensitive")), "true")
    if variable.resource.get(variable.path("visibility")) == "config":
        yield Finding(variable.path("visibility"), "config", "secret, or nothing")


def _one_side(variable: Variable) -> Iterator[Finding]:
    if not variable.secret:
        return
    served = variable.targets
    if "production" in served and len(set(served)) > 1:
        yield Finding(variable.path("targets"), ", ".join(served), "production only, or everything but production")


def _deployed(resource: Resource) -> Iterator[Finding]:
    given = resource.mapped("environment")
    if not given:
        raise NotApplicable("is given no variables of its own")
    for name in given:
        if is_secret_name(name):
            yield Finding(f"environment.{name}", name, "a sensitive variable of the project")


def _holds_variables(resource: Resource) -> None:
    if not variables(resource):
        raise NotApplicable("holds no variables")


def _holds_secrets(resource: Resource, secret: Callable[[Variable], bool]) -> None:
    """Raises `NotApplicable` where all variables can be read and none is a secret."""
    if not may_hold(resource, secret):
        raise NotApplicable("holds no secret")
