"""What a project's inputs must be, by Neon's limits and by the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from neon_provider import checks
from neon_provider.account import Account
from neon_provider.checks import Problem
from neon_provider.convert import UNKNOWN, Properties, known

_REGION: Final = re.compile(r"(aws|azure)-[a-z0-9-]{1,60}")


def problems(olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
    """What Neon would refuse, each by its property."""
    values = known(news)
    single: list[tuple[str, checks.Check]] = [
        ("name", checks.name(256)),
        ("regionId", checks.an_id("(aws|azure)-")),
        ("pgVersion", checks.one_of(14, 15, 16, 17, 18)),
        ("historyRetentionSeconds", checks.between(0, checks.MAX_HISTORY)),
        ("allowedIps", checks.addresses),
        ("auditLogLevel", checks.one_of("base", "extended", "full")),
    ]
    for key, check in single:
        if key in values:
            yield from check(key, values[key])
    history, most = values.get("historyRetentionSeconds"), checks.PLAN_HISTORY.get(plan)
    if most is not None and isinstance(history, int) and most < history <= checks.MAX_HISTORY:
        yield "historyRetentionSeconds", f"the {plan!r} plan keeps {most} seconds at most, {history} were asked for"
    if values.get("allowedIps") and plan in ("free", "launch"):
        yield "allowedIps", f"needs the 'scale' plan, this is {plan!r}"
    for key in ("defaultEndpoint", "endpointDefaults"):
        limits = values.get(key) or {}
        yield from checks.units(f"{key}.", limits, plan)
        if "name" in limits:
            yield from checks.name(64)(f"{key}.name", limits["name"])
        if "suspendTimeoutSeconds" in limits:
            yield from checks.suspend(plan)(f"{key}.suspendTimeoutSeconds", limits["suspendTimeoutSeconds"])
    if "maintenanceWindow" in values:
        yield from checks.window("maintenanceWindow", values["maintenanceWindow"])
        if plan == "free":
            yield "maintenanceWindow", "needs the 'launch' plan, this is 'free'"
    if plan == "free" and (values.get("defaultBranch") or {}).get("protected"):
        yield "defaultBranch.protected", "needs the 'launch' plan, this is 'free'"
    for key, value in (values.get("quota") or {}).items():
        if value < 0:
            yield f"quota.{key}", f"must be 0 (no limit) or more, was {value!r}"
    yield from _branch_problems(olds, values)
    if olds.get("logicalReplication") is True and news.get("logicalReplication") not in (True, UNKNOWN):
        yield "logicalReplication", "cannot be turned off again"


def advice(news: Properties) -> Iterator[Problem]:
    """What is allowed and worth a warning."""
    region = news.get("regionId")
    if isinstance(region, str) and region != UNKNOWN and region not in checks.KNOWN_REGIONS:
        yield "regionId", f"{region!r} is no region that was known in November 2026"
    if news.get("blockPublicConnections") is True and news.get("allowedIps"):
        yield "allowedIps", "has no effect while blockPublicConnections is true"
    if news.get("allowedIpsProtectedOnly") is True and not news.get("allowedIps"):
        yield "allowedIpsProtectedOnly", "has no effect without allowedIps"


async def judge_region(olds: Properties, news: Properties, account: Account) -> list[Problem]:
    """Whether the organisation has another region than before; nothing where Neon cannot be asked."""
    region = news.get("regionId")
    if not isinstance(region, str) or region in (UNKNOWN, olds.get("regionId")) or not _REGION.fullmatch(region):
        return []
    regions = await account.ask_regions()
    if not regions or region in regions:
        return []
    return [("regionId", f"must be one of {', '.join(sorted(regions))}, was {region!r}")]


def _branch_problems(olds: Properties, values: Properties) -> Iterator[Problem]:
    branch = values.get("defaultBranch") or {}
    if "name" in branch:
        yield from checks.name(256)("defaultBranch.name", branch["name"])
    for key in ("roleName", "databaseName"):
        if key in branch:
            yield from checks.postgres_name(f"defaultBranch.{key}", branch[key])
        before = (olds.get("defaultBranch") or {}).get(key)
        if before and branch.get(key) not in (None, before):
            text = f"is set when the project is made ({before!r}); declare a neon Role or Database for {branch[key]!r}"
            yield f"defaultBranch.{key}", text
