"""The web application firewall, and the ways around it and around the protection of deployments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from policies.catalogue.model import Finding, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import pci, soc2, strategy
from policies.catalogue.types import (
    VERCEL_FIREWALL,
    VERCEL_FIREWALL_BYPASS,
    VERCEL_PROJECT,
    VERCEL_PROTECTION_BYPASS,
    VERCEL_PROTECTION_EXCEPTION,
)

_ATTACKS: Final = ("xss", "sqli", "rce")
"""Sets of the OWASP core rules for the attacks that PCI DSS 6.4.2 means."""

_RULES: Final = "rules.rules"
_CHANGES: Final = "POST"
"""The method of a login, and of a payment's notification."""

_STOPS: Final = ("deny", "challenge", "rate_limit")
"""What a limit does beyond it; `rate_limit` answers 429, and `log` lets everything pass."""


@rule(
    "VRC-05",
    "a firewall guards login and payments",
    risk="passwords are guessed and payment notifications flooded at any speed, and known attacks reach the app",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROJECT, VERCEL_FIREWALL),
    requirements=(*pci("6.4.2"), *soc2("CC6.6"), *strategy("Security Measures")),
    remedy="enable the firewall, limit the rate of login and payment callback, and let the managed rule sets deny",
    url="https://vercel.com/docs/vercel-firewall",
    parameters={"limitedPaths": list, "managedRulesets": list},
    whole_stack=True,
    source="hosting.firewall",
    plan="Vercel Enterprise for managed rule sets",
)
def require_firewall(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """A project without a firewall resource has no rule of its own. A managed set that is declared must act, and those that the
    plan has, `managedRulesets`, must be declared."""
    if resource.type == VERCEL_PROJECT:
        if not scope.stack.linked(resource, VERCEL_FIREWALL, by="projectId"):
            yield Finding("enabled", None, "a firewall for the project")
        return
    if resource.get("enabled") is not True:
        yield Finding("enabled", resource.get("enabled"), "True")
    for attack in _ATTACKS:
        yield from _managed(resource, attack, required=attack in scope.parameters["managedRulesets"])
    for path in scope.parameters["limitedPaths"]:
        yield from _limited(resource, path)


def _managed(firewall: Resource, attack: str, *, required: bool) -> Iterator[Finding]:
    path = f"managedRulesets.owasp.{attack}"
    if not required and firewall.get(path) is None:
        return
    if firewall.get(f"{path}.active") is not True:
        yield Finding(f"{path}.active", firewall.get(f"{path}.active"), "True")
    if firewall.get(f"{path}.action") != "deny":
        yield Finding(f"{path}.action", firewall.get(f"{path}.action"), "'deny'")


def _limited(firewall: Resource, path: str) -> Iterator[Finding]:
    """Rules act in their order: a bypass before the limit takes the path out of it."""
    count = len(firewall.listed(_RULES))
    for position in range(count):
        where = f"{_RULES}.{position}"
        if firewall.get(f"{where}.active") is not True or not _covers(firewall, where, path):
            continue
        action = firewall.get(f"{where}.action.action")
        if action == "bypass":
            yield Finding(f"{where}.action.action", action, f"a rule that limits {path} before this one")
            return
        if action == "rate_limit" and firewall.get(f"{where}.action.rateLimit.action") in _STOPS:
            return
    yield Finding(_RULES, f"{count} rules", f"an active one that limits the rate of {path} and stops what is beyond it")


def _covers(firewall: Resource, where: str, path: str) -> bool:
    """Whether a rule acts on every request that changes something at a path: one of its groups has nothing but conditions
    on the path and the method that fit."""
    for group in range(len(firewall.listed(f"{where}.conditionGroups"))):
        held = f"{where}.conditionGroups.{group}.conditions"
        count = len(firewall.listed(held))
        if count and all(_fits(firewall, f"{held}.{number}", path) for number in range(count)):
            return True
    return False


def _fits(firewall: Resource, condition: str, path: str) -> bool:
    kind = firewall.get(f"{condition}.type")
    if kind not in ("path", "method") or firewall.get(f"{condition}.neg") is True:
        return False
    held = path if kind == "path" else _CHANGES
    operator, value = str(firewall.get(f"{condition}.op")), firewall.get(f"{condition}.value")
    if operator == "inc":
        values = firewall.listed(f"{condition}.values")
        return any(firewall.get(f"{condition}.values.{number}") == held for number in range(len(values)))
    compare = _OPERATORS.get(str(operator))
    return compare is not None and isinstance(value, str) and compare(held, value)


def _matches(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": str.__eq__,
    "pre": str.startswith,
    "sub": str.__contains__,
    "re": _matches,
}
"""How Vercel compares a text with the value of a condition."""


@rule(
    "VRC-06",
    "nothing gets around the protection",
    risk="who has the link or the address gets in without a login, for as long as nobody remembers the exception",
    severity=Severity.HIGH,
    applies_to=(VERCEL_PROTECTION_BYPASS, VERCEL_PROTECTION_EXCEPTION, VERCEL_FIREWALL_BYPASS),
    requirements=(*pci("1.2.7"), *soc2("CC6.1"), *strategy("Production Environment", "Security Measures")),
    remedy="remove it; outside production, write `owner=<who answers for it>` into its note",
    url="https://vercel.com/docs/deployment-protection/methods-to-bypass-deployment-protection",
    parameters={"allowedWithOwner": bool},
    source="infra/areas/hosting.py",
)
def forbid_bypass(bypass: Resource, scope: Scope) -> Iterator[Finding]:
    """An exception for an alias has no note, so it has no owner anywhere."""
    note = bypass.get("note")
    if not scope.parameters["allowedWithOwner"]:
        yield Finding("note", note, "no such resource in this stack")
    elif not (isinstance(note, str) and re.search(r"\bowner=\S", note)):
        yield Finding("note", note, "a note with `owner=<who answers for it>`")
