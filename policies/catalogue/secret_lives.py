"""How long secrets live, where else they are used, and what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from policies.catalogue import fingerprints
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated, together
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.secrecy import is_secret_name
from policies.catalogue.standards import asvs, pci, soc2, ssdf, strategy
from policies.catalogue.types import (
    FINGERPRINTS,
    GITHUB_ENVIRONMENT_SECRET,
    GITHUB_SECRET,
    STACK,
    VERCEL_OIDC_POLICY,
    VERCEL_SHAREABLE_LINK,
    VERCEL_TEAM,
    VERCEL_USER_TOKEN,
)
from policies.catalogue.variables import VARIABLE_TYPES, Variable, each, may_hold

_OWNER: Final = re.compile(r"\bowner=\S+")
_ROTATED: Final = re.compile(r"\brotated=(\d{4})-(\d{2})(?:-(\d{2}))?(?!\S)")
_POLICIES: Final = ("sensitiveEnvironmentVariablePolicy", "disjunctiveProductionSecretPolicy")
_DEPLOY_TOKENS: Final = re.compile(r"^VERCEL_(ACCESS_|API_)?TOKEN$", re.IGNORECASE)


@rule(
    "SEC-04",
    "no secret is used twice",
    risk="who learns a secret of staging, where many have access, holds one of production",
    severity=Severity.CRITICAL,
    applies_to=(STACK,),
    reads=(FINGERPRINTS,),
    requirements=(*pci("6.5.3", "8.6.3"), *strategy("Staging Environment", "Production Environment")),
    remedy="set a new value in one of the two places, and rotate the other if it was staging's",
    url="https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
    whole_stack=True,
    source="secrets.fingerprintKey",
)
def forbid_equal_secrets(_: Resource, scope: Scope) -> Iterator[Finding]:
    """Compares keyed fingerprints, within the stack and with the other stacks where a caller has them."""
    own = fingerprints.of_stack(scope.stack)
    secrets = {name: text for name, text in sorted(fingerprints.known(own).items()) if _is_secret(name)}
    first: dict[str, str] = {}
    for name, text in secrets.items():
        if first.setdefault(text, name) != name:
            yield Finding(f"fingerprints.{name}", f"the value of {first[text]}", "a value of its own", urn=own.urn)
    for stack, other in fingerprints.elsewhere(own, scope):
        theirs = {text: name for name, text in sorted(fingerprints.known(other).items()) if _is_secret(name)}
        for name, text in secrets.items():
            if text in theirs:
                seen = f"the value of {theirs[text]} in {stack}"
                yield Finding(f"fingerprints.{name}", seen, "a value that no other environment has", urn=own.urn)
        _require_secrets(other)
    _require_secrets(own)


@rule(
    "SEC-06",
    "secrets have an owner and are rotated in time",
    risk="a secret that leaked unseen stays good, and nobody knows who is to change it",
    severity=Severity.MEDIUM,
    applies_to=(*VARIABLE_TYPES, GITHUB_SECRET, GITHUB_ENVIRONMENT_SECRET),
    requirements=(*pci("8.6.3"), *asvs("13.1.4", "13.3.4"), *strategy("Environment Configuration")),
    remedy="rotate it, and note `owner=… rotated=YYYY-MM-DD` in the variable's comment",
    url="https://vercel.com/docs/environment-variables/rotating-secrets",
    parameters={"mostDays": int},
    whole_stack=True,
    source="application.secretRotation",
)
def require_rotation(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """GitHub tells when a secret was last set; at Vercel the comment says so. A month stands for its first day."""
    most, today = scope.parameters["mostDays"], scope.today
    if resource.type in VARIABLE_TYPES:
        if not may_hold(resource, lambda variable: variable.secret):
            raise NotApplicable("holds no secret")
        yield from each(resource, lambda variable: _noted(variable, most, today))
        return
    if not is_secret_name(str(resource.readable("secretName"))):
        raise NotApplicable("is an identifier by its name, and no secret that is rotated")
    changed = resource.readable("updatedAt")
    if not changed:
        raise Unevaluated("updatedAt")
    try:
        age = (today - date.fromisoformat(str(changed)[:10])).days
    except ValueError:
        raise Unevaluated("updatedAt", "is no date") from None
    if age > most:
        yield Finding("updatedAt", f"{age} days ago", f"at most {most} days ago")


@rule(
    "SEC-07",
    "tokens and links end, and serve one project",
    risk="a token without an end or a bound opens everything its owner may touch, for ever",
    severity=Severity.HIGH,
    applies_to=(VERCEL_USER_TOKEN, VERCEL_SHAREABLE_LINK),
    requirements=(*pci("8.6.3", "7.2.5"), *strategy("Environment Configuration")),
    remedy="give the token `expiresAt` and `projectId`, and the link `ttlSeconds`",
    url="https://vercel.com/docs/rest-api#creating-an-access-token",
    parameters={"tokenDays": int, "linkSeconds": int},
    source="infra/",
)
def limit_tokens(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Vercel's default for both is no end, and for a token the whole team. `expiresAt` is milliseconds since 1970."""
    if resource.type == VERCEL_SHAREABLE_LINK:
        most = scope.parameters["linkSeconds"]
        seconds = resource.number("ttlSeconds")
        if seconds is None or not 0 < seconds <= most:
            yield Finding("ttlSeconds", seconds, f"1 to {most}")
        return
    last = scope.today + timedelta(days=scope.parameters["tokenDays"])
    yield from together(_ends(resource, last), _bound(resource))


@rule(
    "SEC-08",
    "the team forces sensitive, split secrets and sign-on",
    risk="what this program declares with care, a person adds beside it without",
    severity=Severity.MEDIUM,
    applies_to=(VERCEL_TEAM,),
    requirements=(*pci("8.4.2"), *soc2("CC6.1"), *ssdf("PO.5"), *strategy("Security Measures")),
    remedy="set the team's policies on, and enforce SAML where the plan has it; the SDK for Python can only adopt a team",
    url="https://vercel.com/docs/environment-variables/sensitive-environment-variables#environment-variables-policy",
    parameters={"signOn": bool},
    source="infra/",
    plan="Vercel Enterprise for SAML",
)
def require_team_policies(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Vercel's default for each is off."""
    wanted: dict[str, object] = dict.fromkeys(_POLICIES, "on")
    if scope.parameters["signOn"]:
        wanted["saml.enforced"] = True
    yield from together(*(_set_to(resource, path, value) for path, value in wanted.items()))


@rule(
    "SEC-09",
    "pipelines get short-lived tokens of narrow reach",
    risk="any repository, branch or workflow that matches a wildcard deploys, and a token kept at GitHub is good for ever",
    severity=Severity.HIGH,
    applies_to=(VERCEL_OIDC_POLICY, GITHUB_SECRET),
    requirements=(*pci("7.2.5"), *ssdf("PO.5"), *strategy("GitHub Actions Workflow")),
    remedy="name every claim in full, the projects and the permissions; keep no deploy token for the whole repository",
    url="https://vercel.com/docs/oidc",
    source="infra/areas/delivery.py",
)
def limit_pipeline_tokens(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Vercel's default without `resources` is every project of the team."""
    if resource.type == GITHUB_SECRET:
        name = str(resource.readable("secretName"))
        if not _DEPLOY_TOKENS.match(name):
            raise NotApplicable("is no deploy token by its name")
        yield Finding("secretName", name, "a federated identity, or a secret of one environment")
        return
    yield from together(_permitted(resource), _reach(resource), _claims(resource))


def _ends(token: Resource, last: date) -> Iterator[Finding]:
    ends = token.number("expiresAt")
    if ends is None:
        yield Finding("expiresAt", None, f"a day until {last}")
        return
    first_too_late = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC).timestamp() * 1000
    if not ends < first_too_late:
        try:
            seen: str | float = str(datetime.fromtimestamp(ends / 1000, UTC).date())
        except (OverflowError, ValueError):
            seen = ends
        yield Finding("expiresAt", seen, f"a day until {last}")


def _bound(token: Resource) -> Iterator[Finding]:
    if not token.get("projectId"):
        yield Finding("projectId", None, "the project that the token is for")


def _set_to(team: Resource, path: str, wanted: object) -> Iterator[Finding]:
    if (seen := team.readable(path)) != wanted:
        yield Finding(path, seen, str(wanted).lower())


def _permitted(identity: Resource) -> Iterator[Finding]:
    if "*" in identity.listed("permissions"):
        yield Finding("permissions", "*", "the permissions that the pipeline needs")


def _reach(identity: Resource) -> Iterator[Finding]:
    if not identity.get("resources.projectIds"):
        yield Finding("resources.projectIds", None, "the projects that the pipeline deploys")


def _claims(identity: Resource) -> Iterator[Finding]:
    for claim in range(len(identity.listed("claims"))):
        for value in range(len(identity.listed(f"claims.{claim}.values"))):
            if identity.readable(path := f"claims.{claim}.values.{value}.wildcards") is True:
                yield Finding(path, True, "false, and the claim's value in full")


def _require_secrets(component: Resource) -> None:
    for name in filter(_is_secret, fingerprints.values(component)):
        component.readable(f"fingerprints.{name}")


def _is_secret(name: str) -> bool:
    return is_secret_name(name.partition("@")[0])


def _noted(variable: Variable, most: int, today: date) -> Iterator[Finding]:
    if not variable.secret:
        return
    path, comment = variable.path("comment"), variable.comment
    if not _OWNER.search(comment):
        yield Finding(path, comment or None, "owner=… and rotated=YYYY-MM-DD")
    day = _day(comment)
    if day is None:
        yield Finding(path, comment or None, "rotated=YYYY-MM-DD, a day that has been")
    elif not 0 <= (age := (today - day).days) <= most:
        seen = f"rotated {age} days ago" if age > 0 else f"rotated on {day}, which is to come"
        yield Finding(path, seen, f"at most {most} days ago")


def _day(comment: str) -> date | None:
    found = _ROTATED.search(comment)
    if not found:
        return None
    year, month, day = found.groups()
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
