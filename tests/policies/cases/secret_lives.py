"""Cases of the rules over how long secrets live and what they may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.cases.secrets import INLINE, PAIR, SECRET_VARIABLE, add, shared

ROOT = "brightbroom-infra-production"
ONE, TWO = "1" * 32, "2" * 32


def prints(**changes: Any) -> Change:
    given = {"PAYFAST_PASSPHRASE": ONE, "AUTH_SECRET": TWO, **changes}
    return "fingerprints", "fingerprints", given


SEC_04 = [
    compliant("SEC-04", ROOT),
    violating("SEC-04", ROOT, prints(CRON_SECRET=TWO), says="fingerprints.CRON_SECRET seen the value of AUTH_SECRET"),
    violating("SEC-04", ROOT, prints(**{"AUTH_SECRET@preview": TWO}), says="seen the value of AUTH_SECRET"),
    violating("SEC-04", ROOT, prints(PAYFAST_MERCHANT_KEY=ONE)),
    violating("SEC-04", ROOT, prints(VERCEL_TOKEN=ONE, LOG_DRAIN_SECRET=UNKNOWN)),
    near_miss("SEC-04", ROOT, prints(VITE_SENTRY_DSN=ONE)),
    near_miss("SEC-04", ROOT, prints(CRON_SECRET="2" * 31 + "3")),
    near_miss("SEC-04", ROOT, prints(VITE_SENTRY_DSN=UNKNOWN)),
    near_miss("SEC-04", ROOT, ("fingerprints", "data", {"DATABASE_URL": ONE})),
    absent(
        "SEC-04",
        ROOT,
        ("fingerprints", "", ABSENT),
        outcome=Outcome.NOT_EVALUATED,
        says="set the stack secret fingerprintKey",
    ),
    absent("SEC-04", ROOT, ("fingerprints", "fingerprints", ABSENT), outcome=Outcome.PASS),
    unknown("SEC-04", ROOT, prints(CRON_SECRET=UNKNOWN), says="fingerprints.CRON_SECRET"),
    unknown("SEC-04", ROOT, ("fingerprints", "fingerprints", UNKNOWN)),
    unknown("SEC-04", ROOT, prints(CRON_SECRET=SECRET, API_TOKEN=SECRET), fires={"SEC-05"}, says="is encrypted"),
    other_type("SEC-04", "fingerprints"),
]


def secret(kind: str, **changes: Any) -> Change:
    given = {"secretName": "CODECOV_TOKEN", "updatedAt": "2026-11-01T08:00:00Z", "environment": "production", **changes}
    return add(kind, "held", {key: value for key, value in given.items() if value is not ABSENT})


def noted(comment: Any) -> Change:
    return "variable", "comment", comment


SEC_06 = [
    compliant("SEC-06", "variable"),
    compliant("SEC-06", "variables", PAIR),
    compliant("SEC-06", "app", INLINE),
    compliant("SEC-06", "shared", shared()),
    compliant("SEC-06", "held", secret(t.GITHUB_SECRET)),
    compliant("SEC-06", "held", secret(t.GITHUB_ENVIRONMENT_SECRET)),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=2026-08-26"), says="rotated 91 days ago"),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=2026-08"), says="at most 90 days ago"),
    violating("SEC-06", "variable", noted("rotated=2026-11-01"), says="owner=…"),
    violating("SEC-06", "variable", noted("owner= rotated=2026-11-01"), says="owner=…"),
    violating("SEC-06", "variable", noted("owner=brightbroom"), says="rotated=YYYY-MM-DD"),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=2026-13"), says="a day that has been"),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=2026-11-1"), says="a day that has been"),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=2026-11-26"), says="which is to come"),
    violating("SEC-06", "variable", noted("owner=brightbroom rotated=last week")),
    violating("SEC-06", "variables", PAIR, ("variables", "variables.1.comment", ""), says="variables.1.comment"),
    violating("SEC-06", "app", ("app", "environments", [{**SECRET_VARIABLE, "comment": "old"}])),
    violating("SEC-06", "shared", shared(comment="ours")),
    violating("SEC-06", "held", secret(t.GITHUB_SECRET, updatedAt="2026-08-26T23:59:59Z"), says="91 days ago"),
    violating(
        "SEC-06", "held", secret(t.GITHUB_ENVIRONMENT_SECRET, updatedAt="2025-11-25T00:00:00Z"), says="365 days ago"
    ),
    absent("SEC-06", "variable", noted(ABSENT), says="comment seen None"),
    absent("SEC-06", "held", secret(t.GITHUB_ENVIRONMENT_SECRET, updatedAt=ABSENT), outcome=Outcome.NOT_EVALUATED),
    near_miss("SEC-06", "variable", noted("uploads maps; owner=brightbroom rotated=2026-08-27")),
    near_miss("SEC-06", "variable", noted("owner=brightbroom rotated=2026-11-25")),
    near_miss("SEC-06", "held", secret(t.GITHUB_SECRET, updatedAt="2026-08-27T00:00:00Z")),
    near_miss(
        "SEC-06",
        "held",
        secret(t.GITHUB_ENVIRONMENT_SECRET, secretName="VERCEL_ORG_ID", updatedAt="2020-01-01T00:00:00Z"),
        outcome=Outcome.NOT_APPLICABLE,
    ),
    near_miss("SEC-06", "payment-url", outcome=Outcome.NOT_APPLICABLE, says="holds no secret"),
    unknown("SEC-06", "variable", noted(UNKNOWN)),
    unknown("SEC-06", "held", secret(t.GITHUB_SECRET, updatedAt=UNKNOWN)),
    unknown("SEC-06", "held", secret(t.GITHUB_SECRET, secretName=UNKNOWN)),
    near_miss("SEC-06", "held", secret(t.GITHUB_SECRET, updatedAt="2026-11-01 08:00:00 +0000 UTC")),
    near_miss(
        "SEC-06", "held", secret(t.GITHUB_SECRET, updatedAt="new"), outcome=Outcome.NOT_EVALUATED, says="no date"
    ),
    other_type("SEC-06", "database"),
]


def token(**changes: Any) -> Change:
    given = {"expiresAt": _at(2027, 2, 23), "projectId": "prj_1", "name": "ci", **changes}
    return add(t.VERCEL_USER_TOKEN, "user-token", {key: value for key, value in given.items() if value is not ABSENT})


def link(**properties: Any) -> Change:
    return add(t.VERCEL_SHAREABLE_LINK, "link", {"alias": "a.vercel.app", **properties})


def _at(year: int, month: int, day: int) -> int:
    """The last second of a day, in milliseconds."""
    return int(datetime(year, month, day, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)


SEC_07 = [
    compliant("SEC-07", "user-token", token()),
    compliant("SEC-07", "link", link(ttlSeconds=3600)),
    violating(
        "SEC-07", "user-token", token(expiresAt=_at(2027, 2, 24)), says="seen 2027-02-24 wanted a day until 2027-02-23"
    ),
    violating("SEC-07", "user-token", token(projectId=""), says="projectId"),
    violating("SEC-07", "user-token", token(expiresAt=10**30), says="expiresAt seen 1000000000000000000000000000000"),
    violating("SEC-07", "user-token", token(projectId=None), says="projectId"),
    violating("SEC-07", "link", link(ttlSeconds=604_801), says="1 to 604800"),
    violating("SEC-07", "link", link(ttlSeconds=0)),
    absent("SEC-07", "user-token", token(expiresAt=ABSENT), says="expiresAt seen None"),
    absent("SEC-07", "user-token", token(projectId=ABSENT)),
    absent("SEC-07", "link", link(), says="ttlSeconds seen None"),
    near_miss("SEC-07", "link", link(ttlSeconds=604_800)),
    near_miss("SEC-07", "user-token", token(expiresAt=_at(2026, 11, 24))),
    unknown("SEC-07", "user-token", token(expiresAt=UNKNOWN)),
    unknown("SEC-07", "user-token", token(projectId=UNKNOWN)),
    unknown("SEC-07", "user-token", token(projectId=UNKNOWN, expiresAt=ABSENT), outcome=Outcome.FAIL, fires={"SEC-07"}),
    unknown("SEC-07", "user-token", token(expiresAt=UNKNOWN, projectId=ABSENT), outcome=Outcome.FAIL, fires={"SEC-07"}),
    unknown("SEC-07", "link", link(ttlSeconds=UNKNOWN)),
    other_type("SEC-07", "app"),
]

SEC_08 = [
    compliant("SEC-08", "team"),
    violating("SEC-08", "team", ("team", "sensitiveEnvironmentVariablePolicy", "off")),
    violating(
        "SEC-08", "team", ("team", "disjunctiveProductionSecretPolicy", "default"), says="seen default wanted on"
    ),
    violating("SEC-08", "team", ("team", "saml.enforced", False), says="saml.enforced seen False"),
    absent("SEC-08", "team", ("team", "sensitiveEnvironmentVariablePolicy", ABSENT)),
    absent("SEC-08", "team", ("team", "disjunctiveProductionSecretPolicy", ABSENT)),
    absent("SEC-08", "team", ("team", "saml", ABSENT)),
    near_miss("SEC-08", "team", ("team", "saml", {"enforced": True, "roles": {}})),
    near_miss("SEC-08", "team", ("team", "sensitiveEnvironmentVariablePolicy", "ON"), outcome=Outcome.FAIL),
    unknown("SEC-08", "team", ("team", "disjunctiveProductionSecretPolicy", UNKNOWN)),
    unknown("SEC-08", "team", ("team", "saml", UNKNOWN)),
    unknown(
        "SEC-08",
        "team",
        ("team", "sensitiveEnvironmentVariablePolicy", UNKNOWN),
        ("team", "saml.enforced", False),
        outcome=Outcome.FAIL,
        fires={"SEC-08"},
    ),
    other_type("SEC-08", "app"),
]


def identity(**changes: Any) -> Change:
    claims = [
        {"name": "aud", "values": [{"value": "https://vercel.com/api/login/oauth/token"}]},
        {
            "name": "sub",
            "values": [{"value": "repo:brightbroom/brightbroom:environment:production", "wildcards": False}],
        },
    ]
    given = {
        "client": "vercel",
        "claims": claims,
        "permissions": ["write:deployment"],
        "resources": {"projectIds": ["prj_1"]},
        **changes,
    }
    return add(t.VERCEL_OIDC_POLICY, "identity", {key: value for key, value in given.items() if value is not ABSENT})


def claim(wildcards: Any, value: str = "repo:brightbroom/*") -> list[dict[str, Any]]:
    return [
        {"name": "aud", "values": [{"value": "vercel"}]},
        {"name": "sub", "values": [{"value": value, "wildcards": wildcards}]},
    ]


SEC_09 = [
    compliant("SEC-09", "identity", identity()),
    violating("SEC-09", "identity", identity(claims=claim(True)), says="claims.1.values.0.wildcards seen True"),
    violating("SEC-09", "identity", identity(permissions=["*"]), says="permissions seen *"),
    violating("SEC-09", "identity", identity(permissions=["read:project", "*"])),
    violating("SEC-09", "identity", identity(resources={"projectIds": []}), says="resources.projectIds"),
    violating("SEC-09", "held", secret(t.GITHUB_SECRET, secretName="VERCEL_TOKEN"), fires={"SEC-09", "GH-05"}),
    violating("SEC-09", "held", secret(t.GITHUB_SECRET, secretName="VERCEL_API_TOKEN"), fires={"SEC-09", "GH-05"}),
    absent("SEC-09", "identity", identity(resources=ABSENT)),
    absent("SEC-09", "identity", identity(claims=ABSENT), outcome=Outcome.PASS),
    absent("SEC-09", "identity", identity(permissions=ABSENT, commands=["deploy"]), outcome=Outcome.PASS),
    near_miss("SEC-09", "identity", identity(permissions=["read:*"])),
    near_miss("SEC-09", "identity", identity(claims=claim(False, "a*b is meant as it stands"))),
    near_miss("SEC-09", "held", secret(t.GITHUB_SECRET), outcome=Outcome.NOT_APPLICABLE),
    near_miss(
        "SEC-09",
        "held",
        secret(t.GITHUB_SECRET, secretName="VERCEL_TOKENS_DOC"),
        outcome=Outcome.NOT_APPLICABLE,
        fires={"GH-05"},
    ),
    unknown("SEC-09", "identity", identity(permissions=UNKNOWN)),
    unknown("SEC-09", "identity", identity(claims=claim(UNKNOWN))),
    unknown("SEC-09", "identity", identity(resources={"projectIds": UNKNOWN})),
    unknown(
        "SEC-09", "identity", identity(resources=UNKNOWN, permissions=["*"]), outcome=Outcome.FAIL, fires={"SEC-09"}
    ),
    unknown(
        "SEC-09", "identity", identity(permissions=UNKNOWN, resources=ABSENT), outcome=Outcome.FAIL, fires={"SEC-09"}
    ),
    unknown("SEC-09", "held", secret(t.GITHUB_SECRET, secretName=UNKNOWN)),
    other_type("SEC-09", "held", secret(t.GITHUB_ENVIRONMENT_SECRET, secretName="VERCEL_TOKEN")),
]

CASES = [*SEC_04, *SEC_06, *SEC_07, *SEC_08, *SEC_09]
