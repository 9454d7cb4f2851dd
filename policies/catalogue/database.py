"""The database: where it lies, who may delete, reach and own it, and how far back its history reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from policies.catalogue import support_ends
from policies.catalogue import types as t
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.recovery import DEFAULT_HISTORY
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import gdpr, pci, popia, soc2, strategy

_DEFAULT_POSTGRES: Final = 17
_DEFAULT_NODE: Final = "24.x"
_EVERYBODY: Final = ("0.0.0.0/0", "::/0")


@rule(
    "DB-01",
    "data stays in one region group",
    risk="personal data goes to a country that nobody told the customers about; Vercel's default is the USA",
    severity=Severity.HIGH,
    applies_to=(t.NEON_PROJECT, t.VERCEL_PROJECT),
    requirements=(*gdpr("44", "45", "46", "30(1)(e)"), *popia("72"), *strategy("Compliance")),
    remedy="set the region to one of the group; a Neon project must be made anew and its data moved",
    url="https://neon.com/docs/introduction/regions",
    parameters={"databaseRegions": list, "functionRegions": list},
    source="database.region",
    sources={t.VERCEL_PROJECT: "hosting.functionRegion"},
)
def limit_regions(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Neon asks for a region; Vercel takes `iad1`, in the USA, where none is given (vercel.com/docs/functions/regions)."""
    if project.type == t.NEON_PROJECT:
        allowed = scope.parameters["databaseRegions"]
        if (region := project.readable("regionId")) not in allowed:
            yield Finding("regionId", region, _one_of(allowed))
        return
    allowed = scope.parameters["functionRegions"]
    regions = project.listed("resourceConfig.functionDefaultRegions")
    for position in range(len(regions)):
        path = f"resourceConfig.functionDefaultRegions.{position}"
        if (region := project.readable(path)) not in allowed:
            yield Finding(path, region, _one_of(allowed))
    older = project.readable("serverlessFunctionRegion")
    if older is not None and older not in allowed:
        yield Finding("serverlessFunctionRegion", older, _one_of(allowed))
    if not regions and older is None:
        yield Finding("resourceConfig.functionDefaultRegions", regions or None, _one_of(allowed))


@rule(
    "DB-02",
    "what holds customers' data is protected",
    risk="one wrong command, or one renamed line of the program, deletes the database or the app with its variables",
    severity=Severity.CRITICAL,
    applies_to=(t.NEON_PROJECT, t.NEON_BRANCH, t.NEON_DATABASE, t.VERCEL_PROJECT),
    requirements=(*soc2("A1.2"), *pci("6.5.1"), *strategy("Production Environment", "Backup Strategy")),
    remedy="protect the resource in the program, and the default branch at Neon",
    url="https://neon.com/docs/guides/protected-branches",
    source="protectResources",
    plan="Neon Launch",
)
def require_protection(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Neon protects no branch by itself; our provider refuses to delete a project or database unless told otherwise."""
    if resource.type == t.NEON_BRANCH and resource.readable("setAsDefault") is not True:
        raise NotApplicable("is not the default branch")
    if not resource.protect:
        yield Finding("protect", False, "True")
    protected = {t.NEON_PROJECT: "defaultBranch.protected", t.NEON_BRANCH: "protected"}.get(resource.type)
    if protected and (seen := resource.readable(protected)) is not True:
        yield Finding(protected, seen, "True")
    if resource.type != t.VERCEL_PROJECT and resource.readable("deletionProtection") is False:
        yield Finding("deletionProtection", False, "True")


@rule(
    "DB-03",
    "the history window is bounded",
    risk="a mistake that is noticed late cannot be undone; kept too long, erased data comes back",
    severity=Severity.HIGH,
    applies_to=(t.NEON_PROJECT,),
    requirements=(*gdpr("32(1)(c)"), *soc2("A1.2"), *strategy("Backup Strategy", "Disaster Recovery")),
    remedy="set the history window within the bounds; the plan must allow it (launch 7 days, scale 30)",
    url="https://neon.com/docs/introduction/point-in-time-restore",
    parameters={"leastSeconds": int, "mostSeconds": int},
    source="database.historyHours",
    plan="Neon Launch",
)
def limit_history(project: Resource, scope: Scope) -> Iterator[Finding]:
    """In seconds. Absent means a day (neon.com/docs/introduction/point-in-time-restore)."""
    given = project.number("historyRetentionSeconds")
    seconds = DEFAULT_HISTORY if given is None else given
    least, most = scope.parameters["leastSeconds"], scope.parameters["mostSeconds"]
    if not least <= seconds <= most:
        yield Finding("historyRetentionSeconds", given, f"{least} to {most} seconds")


@rule(
    "DB-04",
    "the database is not open to every address",
    risk="whoever learns a password can use it from anywhere",
    severity=Severity.MEDIUM,
    applies_to=(t.NEON_PROJECT,),
    requirements=(*pci("1.3.1"), *soc2("CC6.6"), *strategy("Production Environment")),
    remedy="list the addresses of the app and of the delivery, or block the public internet",
    url="https://neon.com/docs/introduction/ip-allow",
    source="database.allowedAddresses",
    plan="Neon Scale, and fixed addresses for the app: Vercel Secure Compute (Enterprise)",
)
def limit_addresses(project: Resource, _: Scope) -> Iterator[Finding]:
    """Neon lets every address in unless told otherwise. A list for protected branches only needs a protected default branch."""
    if project.readable("blockPublicConnections") is True:
        return
    addresses = project.listed("allowedIps")
    if not addresses:
        yield Finding("allowedIps", list(addresses), "addresses or networks, or blockPublicConnections")
    for position in range(len(addresses)):
        if (address := project.readable(f"allowedIps.{position}")) in _EVERYBODY:
            yield Finding(f"allowedIps.{position}", address, "a network that is not the whole internet")
    if project.readable("allowedIpsProtectedOnly") is True and not project.readable("defaultBranch.protected"):
        yield Finding("allowedIpsProtectedOnly", True, "False, or a protected default branch")


@rule(
    "DB-07",
    "versions still get security fixes",
    risk="a hole that is found in an ended version stays open",
    severity=Severity.MEDIUM,
    applies_to=(t.NEON_PROJECT, t.VERCEL_PROJECT),
    requirements=(
        *pci("6.3.3"),
        *strategy("GitHub Actions Workflow", "Database Migration Strategy", "Staging Environment"),
    ),
    remedy="move to a supported version, in staging first; a Neon project must be made anew and its data moved",
    url="https://www.postgresql.org/support/versioning/",
    whole_stack=True,
    source="database.postgresVersion",
    sources={t.VERCEL_PROJECT: "hosting.nodeVersion"},
)
def require_supported_versions(project: Resource, scope: Scope) -> Iterator[Finding]:
    """Absent means the vendor's default: Postgres 17, Node 24. Ends are in `support_ends`. Migrations are tested in staging, so
    the database has the same version in every stack."""
    if project.type == t.VERCEL_PROJECT:
        given = project.readable("nodeVersion")
        line = str(_DEFAULT_NODE if given is None else given).removesuffix(".x")
        known = re.fullmatch("[0-9]{1,4}", line) is not None
        if not (known and support_ends.supported_on(scope.today, support_ends.NODE, int(line))):
            yield Finding("nodeVersion", given, _still(support_ends.NODE, scope, ".x"))
        return
    given = project.number("pgVersion")
    version = _DEFAULT_POSTGRES if given is None else given
    if not support_ends.supported_on(scope.today, support_ends.POSTGRES, version):
        yield Finding("pgVersion", given, _still(support_ends.POSTGRES, scope))
    if scope.others is None:
        return
    if not scope.others:
        raise Unevaluated("pgVersion", "needs the state of the other stack")
    for name, stack in sorted(scope.others.items()):
        theirs = [other.readable("pgVersion") or _DEFAULT_POSTGRES for other in stack.of_type(t.NEON_PROJECT)]
        if theirs and version not in theirs:
            yield Finding("pgVersion", given, f"{' or '.join(map(str, theirs))}, as {name} has")


def _still(ends: Mapping[int, date], scope: Scope, suffix: str = "") -> str:
    return " or ".join(f"{version}{suffix}" for version, end in ends.items() if scope.today <= end)


def _one_of(allowed: list[str]) -> str:
    return " or ".join(map(repr, allowed))
