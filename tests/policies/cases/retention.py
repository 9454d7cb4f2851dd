"""Cases of the rules about how long deployments and logs are kept."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import resource

STACK = "brightbroom-infra-production"

DEPLOYMENTS = [
    compliant("RET-01", "app"),
    violating("RET-01", "app", ("retention", "expirationProduction", "3m"), says="'6m' or '1y'"),
    violating("RET-01", "app", ("retention", "expirationProduction", "unlimited")),
    violating("RET-01", "app", ("retention", "expirationPreview", "1y"), says="expirationPreview"),
    violating("RET-01", "app", ("retention", "expirationCanceled", "2m")),
    violating("RET-01", "app", ("retention", "expirationErrored", "unlimited")),
    absent("RET-01", "app", ("retention", "expirationErrored", ABSENT)),
    absent("RET-01", "app", ("retention", "", ABSENT), says="a deployment retention for the project"),
    near_miss("RET-01", "app", ("retention", "expirationProduction", "6m")),
    near_miss("RET-01", "app", ("retention", "expirationCanceled", "1m")),
    near_miss("RET-01", "app", ("retention", "@link:projectId", ()), outcome=Outcome.FAIL),
    near_miss(
        "RET-01",
        "app",
        ("retention", "@link:projectId", ()),
        ("retention", "projectId", "prj_1"),
        ("app", "@id", "prj_1"),
    ),
    violating(
        "RET-01",
        "app",
        ("second", "", resource(t.VERCEL_RETENTION, "second", {"projectId": "prj_1", "expirationProduction": "1y"})),
        ("app", "@id", "prj_1"),
        says="expirationPreview",
    ),
    unknown("RET-01", "app", ("retention", "expirationPreview", UNKNOWN)),
    unknown(
        "RET-01",
        "app",
        ("retention", "expirationErrored", UNKNOWN),
        ("retention", "expirationProduction", "1m"),
        outcome=Outcome.FAIL,
    ),
    other_type("RET-01", "retention"),
]
LOGS = [
    compliant("RET-02", "logs"),
    compliant("RET-02", "drain"),
    violating("RET-02", "logs", ("logs", "retentionDays", 30), says="at least 365"),
    violating("RET-02", "logs", ("logs", "immutable", False)),
    violating("RET-02", "drain", ("drain", "endpoint", "https://me:pw@other.example.com/?token=abc"),
              says="seen https://other.example.com wanted"),
    absent("RET-02", "logs", ("logs", "hotDays", ABSENT)),
    absent("RET-02", "logs", ("logs", "immutable", ABSENT)),
    absent("RET-02", "drain", ("logs", "", ABSENT), says="an address that a declared log sink has"),
    near_miss("RET-02", "logs", ("logs", "retentionDays", 364), outcome=Outcome.FAIL),
    near_miss("RET-02", "logs", ("logs", "hotDays", 89), outcome=Outcome.FAIL),
    near_miss("RET-02", "logs", ("logs", "hotDays", 365)),
    unknown("RET-02", "logs", ("logs", "hotDays", UNKNOWN)),
    unknown("RET-02", "drain", ("drain", "endpoint", UNKNOWN)),
    other_type("RET-02", "app"),
]  # fmt: skip
ADDRESSES = [
    compliant("RET-04", "team"),
    violating("RET-04", "team", ("team", "hideIpAddresses", False)),
    violating("RET-04", "team", ("team", "hideIpAddressesInLogDrains", False)),
    absent("RET-04", "team", ("team", "hideIpAddresses", ABSENT)),
    absent("RET-04", "team", ("team", "hideIpAddressesInLogDrains", ABSENT)),
    near_miss("RET-04", "team", ("team", "name", "hideIpAddresses")),
    unknown("RET-04", "team", ("team", "hideIpAddresses", UNKNOWN)),
    other_type("RET-04", "app"),
]
AUDIT = ("audit-drain", "http")
TEAM_LOG = [
    compliant("RET-06", STACK),
    compliant("RET-06", "audit-drain"),
    compliant("RET-06", "audit-drain", (*AUDIT, ABSENT), ("audit-drain", "s3", {"endpoint": "s3://bucket/audit"})),
    violating("RET-06", "audit-drain", (*AUDIT, {"endpoint": "http://logs.example.com/?token=abc"}),
              says="seen http://logs.example.com wanted"),
    absent("RET-06", STACK, ("audit-drain", "", ABSENT), says="an audit log drain"),
    absent("RET-06", "audit-drain", (*AUDIT, ABSENT), says="seen None"),
    near_miss("RET-06", "audit-drain", (*AUDIT, {"endpoint": "https:/logs"}), outcome=Outcome.FAIL,
              says="[no address]"),
    near_miss("RET-06", STACK, ("audit-drain", "", ABSENT), ("app", "", ABSENT), outcome=Outcome.NOT_APPLICABLE,
              says="the stack has no app"),
    unknown("RET-06", "audit-drain", ("audit-drain", "http.endpoint", UNKNOWN)),
    other_type("RET-06", "drain"),
]  # fmt: skip

CASES = [*DEPLOYMENTS, *LOGS, *ADDRESSES, *TEAM_LOG]
