"""Cases of the database rules."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating

WINDOW = ("database", "historyRetentionSeconds")
REGIONS = ("app", "resourceConfig.functionDefaultRegions")
ADDRESSES = ("database", "allowedIps")

RESIDENCY = [
    compliant("DB-01", "database"),
    compliant("DB-01", "app"),
    compliant("DB-01", "app", ("app", "resourceConfig", ABSENT), ("app", "serverlessFunctionRegion", "cdg1")),
    violating("DB-01", "database", ("database", "regionId", "aws-us-east-1"), says="'aws-eu-central-1'"),
    violating("DB-01", "app", (*REGIONS, ["iad1"]), says="'fra1'"),
    violating("DB-01", "app", (*REGIONS, ["fra1", "cpt1"]), says="functionDefaultRegions.1 seen cpt1"),
    violating("DB-01", "app", ("app", "serverlessFunctionRegion", "iad1")),
    absent("DB-01", "database", ("database", "regionId", ABSENT), says="seen None"),
    absent("DB-01", "app", (*REGIONS, ABSENT), says="seen None"),
    absent("DB-01", "app", (*REGIONS, [])),
    near_miss("DB-01", "app", (*REGIONS, ["fra1", "arn1"])),
    near_miss("DB-01", "database", ("database", "regionId", "azure-eu-central-1"), outcome=Outcome.FAIL),
    unknown("DB-01", "database", ("database", "regionId", UNKNOWN)),
    unknown("DB-01", "app", (*REGIONS, [UNKNOWN])),
    other_type("DB-01", "preview"),
]
PROTECTION = [
    compliant("DB-02", "database"),
    compliant("DB-02", "default-branch"),
    compliant("DB-02", "tables"),
    compliant("DB-02", "app"),
    violating("DB-02", "database", ("database", "@protect", False), says="protect"),
    violating("DB-02", "app", ("app", "@protect", False)),
    violating("DB-02", "tables", ("tables", "@protect", False)),
    violating("DB-02", "default-branch", ("default-branch", "@protect", False)),
    violating("DB-02", "default-branch", ("default-branch", "protected", False)),
    violating("DB-02", "database", ("database", "defaultBranch.protected", False), says="defaultBranch.protected"),
    violating("DB-02", "database", ("database", "deletionProtection", False), says="deletionProtection"),
    violating("DB-02", "tables", ("tables", "deletionProtection", False)),
    absent("DB-02", "database", ("database", "defaultBranch", ABSENT), says="seen None"),
    absent("DB-02", "default-branch", ("default-branch", "protected", ABSENT)),
    absent("DB-02", "database", ("database", "deletionProtection", ABSENT), outcome=Outcome.PASS),
    near_miss("DB-02", "preview", outcome=Outcome.NOT_APPLICABLE, says="is not the default branch"),
    near_miss("DB-02", "tables", ("tables", "deletionProtection", True)),
    unknown("DB-02", "default-branch", ("default-branch", "setAsDefault", UNKNOWN)),
    unknown("DB-02", "database", ("database", "defaultBranch.protected", UNKNOWN)),
    unknown(
        "DB-02",
        "database",
        ("database", "defaultBranch.protected", UNKNOWN),
        ("database", "@protect", False),
        outcome=Outcome.FAIL,
    ),
    other_type("DB-02", "snapshots"),
]
HISTORY = [
    compliant("DB-03", "database"),
    violating("DB-03", "database", (*WINDOW, 0), says="604800 to 2592000"),
    violating("DB-03", "database", (*WINDOW, 86_399), says="86400 to 2592000", stack="staging", fires=None),
    near_miss("DB-03", "database", (*WINDOW, 604_799), outcome=Outcome.FAIL),
    near_miss("DB-03", "database", (*WINDOW, 2_592_001), outcome=Outcome.FAIL),
    near_miss("DB-03", "database", (*WINDOW, 2_592_000)),
    absent("DB-03", "database", (*WINDOW, ABSENT), says="seen None"),
    unknown("DB-03", "database", (*WINDOW, UNKNOWN)),
    other_type("DB-03", "app"),
]
REACH = [
    compliant("DB-04", "database"),
    compliant("DB-04", "database", (*ADDRESSES, ABSENT), ("database", "blockPublicConnections", True)),
    violating("DB-04", "database", (*ADDRESSES, []), says="addresses or networks"),
    violating("DB-04", "database", (*ADDRESSES, ["203.0.113.1", "0.0.0.0/0"]), says="allowedIps.1"),
    violating("DB-04", "database", (*ADDRESSES, ["::/0"])),
    violating(
        "DB-04",
        "database",
        ("database", "allowedIpsProtectedOnly", True),
        ("database", "defaultBranch.protected", False),
        fires={"DB-02", "DB-04"},
        says="allowedIpsProtectedOnly",
    ),
    absent("DB-04", "database", (*ADDRESSES, ABSENT), says="seen []"),
    near_miss("DB-04", "database", ("database", "allowedIpsProtectedOnly", True)),
    near_miss(
        "DB-04",
        "database",
        (*ADDRESSES, ABSENT),
        ("database", "blockPublicConnections", False),
        outcome=Outcome.FAIL,
    ),
    unknown("DB-04", "database", (*ADDRESSES, UNKNOWN)),
    unknown("DB-04", "database", (*ADDRESSES, [UNKNOWN])),
    other_type("DB-04", "app"),
]
VERSIONS = [
    compliant("DB-07", "database"),
    compliant("DB-07", "app"),
    violating("DB-07", "database", ("database", "pgVersion", 14), says="15 or 16 or 17 or 18"),
    violating("DB-07", "database", ("database", "pgVersion", 12)),
    violating("DB-07", "app", ("app", "nodeVersion", "18.x"), says="22.x or 24.x"),
    violating("DB-07", "app", ("app", "nodeVersion", "20.x")),
    violating("DB-07", "app", ("app", "nodeVersion", "23.x")),
    violating("DB-07", "app", ("app", "nodeVersion", "latest")),
    absent("DB-07", "database", ("database", "pgVersion", ABSENT), outcome=Outcome.PASS),
    absent("DB-07", "app", ("app", "nodeVersion", ABSENT), outcome=Outcome.PASS),
    near_miss("DB-07", "database", ("database", "pgVersion", 15)),
    near_miss("DB-07", "database", ("database", "pgVersion", 19)),
    near_miss("DB-07", "app", ("app", "nodeVersion", "22.x")),
    unknown("DB-07", "database", ("database", "pgVersion", UNKNOWN)),
    unknown("DB-07", "app", ("app", "nodeVersion", UNKNOWN)),
    other_type("DB-07", "preview"),
]

CASES = [*RESIDENCY, *PROTECTION, *HISTORY, *REACH, *VERSIONS]
