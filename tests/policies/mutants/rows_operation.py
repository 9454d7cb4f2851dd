"""Database, backups, retention, monitoring and cost."""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import Resource
from tests.policies.mutants.breaks import above, any_of, below, beside, gone, one_of, without
from tests.policies.mutants.form import GONE, Governed

_DAY = 86_400


def _branch(name: str, kind: str = t.NEON_BRANCH, **properties: Any) -> Any:
    """One more branch of the project."""

    def more(project: Any, chance: Random) -> list[Resource]:
        number = chance.randint(1, 999)
        links = {"projectId": (project.urn,)}
        made = {"projectId": project.id, "name": f"{name}{number}", **properties}
        return [project, Resource(f"{project.urn}-{number}", kind, f"branch-{number}", made, links)]

    return more


def _of_another_branch(schedule: Resource, _: Random) -> list[Resource]:
    """The schedule on a branch that is not the default one."""
    other = Resource(f"{schedule.urn}-branch", t.NEON_BRANCH, "other", {"name": "other", "initSource": "schema-only"})
    other = dataclasses.replace(other, links={"projectId": schedule.links["projectId"]})
    return [dataclasses.replace(schedule, links={**schedule.links, "branchId": (other.urn,)}), other]


def _without_trigger(triggers: list[dict[str, Any]], _: Random) -> list[dict[str, Any]]:
    return [trigger for trigger in triggers if trigger["type"] != "usage_anomaly"]


def _from_the_owner(links: dict[str, tuple[str, ...]], _: Random) -> dict[str, tuple[str, ...]]:
    """An address that is made of the project's own role alone."""
    return {**links, "value": tuple(urn for urn in links["value"] if f"{t.NEON_PROJECT}::" in urn)}


def _team(**changed: bool) -> Any:
    hidden = {"hideIpAddresses": True, "hideIpAddressesInLogDrains": True}
    return beside(t.VERCEL_TEAM, {**hidden, **changed})


def _address(item: Resource) -> bool:
    return bool(item.get("key") == "DATABASE_URL")


def _dsn_of_the_site(item: Resource) -> bool:
    return bool(item.get("key") == "VITE_SENTRY_DSN" and item.get("targets") == ["production"])


def _environment_of_errors(item: Resource) -> bool:
    return bool(item.get("key") == "SENTRY_ENVIRONMENT" and item.get("targets") == ["production"])


def _spread(targets: list[str], _: Random) -> list[str]:
    return sorted({*targets, "preview"})


ROWS = [
    Governed("DB-01", t.NEON_PROJECT, "regionId", one_of("aws-us-east-1", "aws-ap-southeast-1", "azure-eastus2")),
    Governed(
        "DB-01", t.VERCEL_PROJECT, "resourceConfig.functionDefaultRegions", one_of(["iad1"], ["fra1", "sfo1"], GONE)
    ),
    Governed("DB-01", t.VERCEL_PROJECT, "serverlessFunctionRegion", one_of("iad1", "cpt1", "hnd1")),
    Governed("DB-02", t.NEON_PROJECT, "", _branch("main-", setAsDefault=True, protected=False), stack="production"),
    Governed(
        "DB-02",
        t.NEON_PROJECT,
        "",
        beside(t.NEON_DATABASE, {"name": "shop", "ownerName": "shop"}, projectId="self"),
        stack="production",
    ),
    Governed("DB-02", t.NEON_PROJECT, "@protect", one_of(False), stack="production"),
    Governed("DB-02", t.VERCEL_PROJECT, "@protect", one_of(False), stack="production"),
    Governed("DB-02", t.NEON_PROJECT, "defaultBranch.protected", one_of(False, GONE), stack="production"),
    Governed("DB-03", t.NEON_PROJECT, "historyRetentionSeconds", any_of(below(_DAY), above(30 * _DAY, 90 * _DAY))),
    Governed("DB-03", t.NEON_PROJECT, "historyRetentionSeconds", any_of(below(7 * _DAY), gone), stack="production"),
    Governed("DB-05", t.VERCEL_VARIABLE, "@links", _from_the_owner, where=_address),
    Governed(
        "DB-05",
        t.VERCEL_VARIABLE,
        "value",
        one_of("postgresql://brightbroom_owner:x@ep-1.aws.neon.tech/brightbroom?sslmode=require"),
        where=_address,
    ),
    Governed("DB-06", t.NEON_PROJECT, "", _branch("copy-", initSource="parent-data"), stack="production"),
    Governed("DB-06", t.NEON_PROJECT, "", _branch("masked-", t.NEON_ANONYMIZED_BRANCH, maskingRules=[])),
    Governed(
        "DB-06",
        t.NEON_PROJECT,
        "",
        beside(t.NEON_BRANCH, {"name": "copy", "projectId": "foreign-meadow-12345678"}),
        stack="staging",
    ),
    Governed("DB-06", t.VERCEL_VARIABLE, "targets", _spread, stack="production", where=_address),
    Governed("DB-08", t.NEON_PROJECT, "", _branch("preview/pr-", initSource="schema-only")),
    Governed("DB-08", t.NEON_PROJECT, "", _branch("preview/pr-", initSource="schema-only", ttlSeconds=90 * _DAY)),
    Governed(
        "DB-08",
        t.NEON_PROJECT,
        "",
        _branch("preview/pr-", initSource="parent-data", ttlSeconds=_DAY),
        stack="production",
    ),
    Governed("DB-08", t.NEON_PROJECT, "", _branch("pr-", initSource="schema-only", expiresAt="2027-03-01T00:00:00Z")),
    Governed("DB-07", t.NEON_PROJECT, "pgVersion", one_of(12, 13, 14)),
    Governed("DB-07", t.NEON_PROJECT, "pgVersion", one_of(15, 16, 18)),
    Governed("DB-07", t.VERCEL_PROJECT, "nodeVersion", one_of("16.x", "18.x", "20.x")),
    Governed("BK-01", t.NEON_SCHEDULE, "items.*.retentionSeconds", below(30 * _DAY), stack="production"),
    Governed("BK-01", t.NEON_SCHEDULE, "items.0.frequency", one_of("monthly", "yearly"), stack="production"),
    Governed("BK-01", t.NEON_SCHEDULE, "items", one_of([], GONE), stack="production"),
    Governed("BK-01", t.NEON_SCHEDULE, "", gone, stack="production"),
    Governed("BK-01", t.NEON_SCHEDULE, "", _of_another_branch),
    Governed("BK-02", t.BACKUP_EXPORT, "frequency", one_of("monthly", "never", GONE)),
    Governed("BK-02", t.BACKUP_EXPORT, "provider", one_of("neon", GONE)),
    Governed("BK-02", t.BACKUP_EXPORT, "encrypted", one_of(False, GONE)),
    Governed("BK-02", t.BACKUP_EXPORT, "immutable", one_of(False, GONE)),
    Governed("BK-02", t.BACKUP_EXPORT, "retentionDays", any_of(below(30), gone)),
    Governed("BK-02", t.BACKUP_EXPORT, "", gone),
    Governed("BK-03", t.NEON_SCHEDULE, "items.*.retentionSeconds", above(35 * _DAY, 400 * _DAY)),
    Governed("BK-03", t.BACKUP_EXPORT, "retentionDays", above(35, 400)),
    Governed(
        "BK-03",
        t.NEON_SCHEDULE,
        "",
        beside(
            t.NEON_SNAPSHOT,
            {"name": "before"},
            {"name": "before", "expiresAt": "2027-06-01T00:00:00Z"},
            projectId="projectId",
        ),
    ),
    Governed("BK-03", t.NEON_PROJECT, "historyRetentionSeconds", above(35 * _DAY, 90 * _DAY)),
    Governed("BK-04", t.RECOVERY_TARGETS, "", gone),
    Governed("BK-04", t.RECOVERY_TARGETS, "rpoHours", any_of(above(24, 400), gone)),
    Governed("BK-05", t.RESTORE_DRILL, "everyDays", any_of(above(90, 400), gone), stack="production"),
    Governed("BK-05", t.RESTORE_DRILL, "maxMinutes", any_of(above(60, 600), gone), stack="production"),
    Governed("BK-05", t.RESTORE_DRILL, "", gone, stack="production"),
    Governed("BK-05", t.RESTORE_DRILL, "lastSuccess", one_of("2026-08-26", "2026-12-24", "soon"), stack="production"),
    Governed("BK-05", t.RESTORE_DRILL, "minutes", above(60, 600), stack="production"),
    Governed("BK-05", t.RESTORE_DRILL, "reportSha256", one_of("0" * 40, ""), stack="production"),
    Governed("RET-01", t.VERCEL_RETENTION, "expirationCanceled", one_of("3m", "1y", "unlimited", GONE)),
    Governed("RET-01", t.VERCEL_RETENTION, "expirationProduction", one_of("1d", "1w", "3m", "unlimited", GONE)),
    Governed("RET-01", t.VERCEL_RETENTION, "expirationPreview", one_of("6m", "1y", "unlimited", GONE)),
    Governed("RET-01", t.VERCEL_RETENTION, "expirationErrored", one_of("6m", "1y", GONE)),
    Governed("RET-01", t.VERCEL_RETENTION, "", gone),
    Governed("RET-02", t.LOG_SINK, "retentionDays", any_of(below(365), gone)),
    Governed("RET-02", t.LOG_SINK, "hotDays", any_of(below(90), gone)),
    Governed("RET-02", t.LOG_SINK, "immutable", one_of(False, GONE)),
    *(
        Governed("RET-03", t.DATA_INVENTORY, f"categories.*.{field}", one_of("", GONE))
        for field in ("purpose", "legalBasis", "retentionDays", "erasure", "owner", "place")
    ),
    Governed("RET-02", t.VERCEL_LOG_DRAIN, "endpoint", one_of("https://logs.example/other")),
    Governed("RET-03", t.DATA_INVENTORY, "categories.*.retentionDays", above(1825, 9999)),
    Governed("RET-03", t.DATA_INVENTORY, "categories", one_of([], GONE)),
    Governed("RET-03", t.DATA_INVENTORY, "", gone),
    Governed("RET-04", t.VERCEL_LOG_DRAIN, "", _team(hideIpAddresses=False)),
    Governed("RET-04", t.VERCEL_LOG_DRAIN, "", _team(hideIpAddressesInLogDrains=False)),
    Governed("RET-05", t.DATA_INVENTORY, "categories.*.name", one_of("card numbers", "cvv", "cardholder data", "PAN")),
    Governed("RET-05", t.VERCEL_VARIABLE, "key", one_of("CARD_NUMBER", "PAYMENT_CVV", "CUSTOMER_PAN")),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "sources", without("lambda", "edge", "firewall", "build")),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "endpoint", one_of("http://logs.example", GONE)),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "secret", gone),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "samplingRate", one_of(0, 0.1, 0.5)),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "projectIds", one_of([], GONE)),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "", gone),
    Governed("MON-01", t.VERCEL_LOG_DRAIN, "environments", one_of([], ["preview"])),
    Governed("MON-02", t.VERCEL_ALERT, "", gone, stack="production"),
    Governed("MON-02", t.VERCEL_ALERT_WEBHOOK, "", gone, stack="production"),
    Governed("MON-03", t.VERCEL_VARIABLE, "", gone, where=_dsn_of_the_site),
    Governed("MON-03", t.VERCEL_VARIABLE, "", gone, where=_environment_of_errors),
    Governed("COST-01", t.NEON_PROJECT, "quota", one_of({}, GONE), stack="staging"),
    Governed("COST-01", t.NEON_PROJECT, "endpointDefaults.maxCu", gone),
    Governed("COST-01", t.NEON_PROJECT, "defaultEndpoint.maxCu", gone),
    Governed("COST-01", t.VERCEL_ALERT, "triggers", _without_trigger),
    Governed("COST-01", t.VERCEL_ALERT, "ruleScope.type", one_of("exclude")),
    Governed("COST-01", t.NEON_PROJECT, "endpointDefaults.suspendTimeoutSeconds", above(3600, 90_000), stack="staging"),
    Governed("COST-01", t.VERCEL_PROJECT, "onDemandConcurrentBuilds", one_of(True), stack="staging"),
    Governed("COST-01", t.VERCEL_PROJECT, "buildMachineType", one_of("enhanced", "turbo")),
]
