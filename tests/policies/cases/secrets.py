"""Cases of the rules over where secrets stand."""

from __future__ import annotations

from typing import Any

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN, Resource
from policies.catalogue.secrecy import secret_places
from tests.policies import samples
from tests.policies.cases.form import ABSENT, Case, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import resource

NOTED = "owner=brightbroom rotated=2026-11-02"
SECRET_VARIABLE: dict[str, Any] = {
    "key": "API_TOKEN", "value": "a token of the app", "sensitive": True, "targets": ["production"], "comment": NOTED,
}  # fmt: skip
FIRST = "variables.0"
INLINE: Change = ("app", "environments", [SECRET_VARIABLE])
PAIR: Change = ("variables", "variables", [{"key": "VITE_APP_URL", "targets": ["production"]}, SECRET_VARIABLE])


def add(kind: str, name: str, properties: dict[str, Any]) -> Change:
    """A change that adds a resource."""
    return name, "", resource(kind, name, properties)


def shared(**changes: Any) -> Change:
    return add(t.VERCEL_SHARED_VARIABLE, "shared", {**SECRET_VARIABLE, **changes})


def workflow(name: Any) -> Change:
    return add(t.GITHUB_ENVIRONMENT_VARIABLE, "workflow", {"variableName": name, "environment": "production"})


def deployment(environment: Any) -> Change:
    return add(t.VERCEL_DEPLOYMENT, "deployment", {"environment": environment})


def sealed(*changes: Change) -> tuple[Change, ...]:
    """The changes, and every secret of the other samples encrypted."""
    found: list[Change] = list(changes)
    for name, item in samples.stack().items():
        found += [(name, path, SECRET) for path, _ in secret_places(item) if not any(name == c[0] for c in changes)]
    return tuple(found)


SEC_01 = [
    compliant("SEC-01", "variable"),
    compliant("SEC-01", "repository-variable"),
    compliant("SEC-01", "shared", shared()),
    compliant("SEC-01", "app", INLINE),
    compliant("SEC-01", "workflow", workflow("APP_URL")),
    violating("SEC-01", "variable", ("variable", "key", "VITE_PAYFAST_PASSPHRASE"), says="wanted 'PAYFAST_PASSPHRASE'"),
    violating("SEC-01", "variable", ("variable", "key", "VITE_PAYFAST_MERCHANT_KEY")),
    violating("SEC-01", "variable", ("variable", "key", "PUBLIC_DATABASE_URL"), fires={"SEC-01", "TLS-01"}),
    violating("SEC-01", "variable", ("variable", "key", "vite_smtp_password")),
    violating("SEC-01", "variable", ("variable", "key", "VITE_PUBLIC_SMTP_PASSWORD"), says="wanted 'SMTP_PASSWORD'"),
    violating("SEC-01", "variable", ("variable", "key", "PUBLIC_DATABASE_URL_UNPOOLED"), fires={"SEC-01", "TLS-01"}),
    violating("SEC-01", "variable", ("variable", "key", "PUBLIC_PAYFAST_PASS_PHRASE")),
    violating("SEC-01", "variable", ("variable", "key", "VITE_PAYFAST_PASSPHRASE_SANDBOX")),
    violating(
        "SEC-01", "variables", PAIR, ("variables", "variables.1.key", "PUBLIC_API_TOKEN"), says="variables.1.key"
    ),
    violating("SEC-01", "app", ("app", "environments", [{**SECRET_VARIABLE, "key": "VITE_API_SECRET"}])),
    violating("SEC-01", "shared", shared(key="VITE_API_KEY")),
    violating(
        "SEC-01",
        "repository-variable",
        ("repository-variable", "variableName", "VITE_PAYFAST_MERCHANT_KEY"),
        fires={"SEC-01", "SEC-02"},
    ),
    violating("SEC-01", "workflow", workflow("PUBLIC_API_TOKEN"), fires={"SEC-01", "SEC-02"}),
    near_miss("SEC-01", "variables", ("variables", f"{FIRST}.key", "VITE_PAYFAST_MERCHANT_ID")),
    near_miss("SEC-01", "variables", ("variables", f"{FIRST}.key", "VITE_PAYFAST_URL"), fires={"SEC-10"}),
    near_miss("SEC-01", "variables", ("variables", f"{FIRST}.key", "VITE_SENTRY_DSN")),
    near_miss("SEC-01", "variables", ("variables", f"{FIRST}.key", "PUBLIC_KEY")),
    near_miss("SEC-01", "variables", ("variables", f"{FIRST}.key", "VITE_PASSENGER_LIST")),
    near_miss("SEC-01", "variable", ("variable", "key", "INVITE_TOKEN")),
    absent("SEC-01", "variables", ("variables", "variables", []), outcome=Outcome.NOT_APPLICABLE),
    absent("SEC-01", "app", outcome=Outcome.NOT_APPLICABLE, says="holds no variables"),
    unknown("SEC-01", "variable", ("variable", "key", UNKNOWN)),
    unknown("SEC-01", "variables", ("variables", "variables", UNKNOWN)),
    unknown("SEC-01", "variables", PAIR, ("variables", f"{FIRST}.key", UNKNOWN)),
    unknown(
        "SEC-01",
        "variables",
        ("variables", "variables", [UNKNOWN, {**SECRET_VARIABLE, "key": "VITE_API_TOKEN"}]),
        outcome=Outcome.FAIL,
        fires={"SEC-01"},
    ),
    unknown("SEC-01", "repository-variable", ("repository-variable", "variableName", UNKNOWN)),
    other_type("SEC-01", "database"),
]

SEC_02 = [
    compliant("SEC-02", "variable"),
    compliant("SEC-02", "shared", shared()),
    compliant("SEC-02", "app", INLINE),
    compliant("SEC-02", "variables", PAIR),
    compliant("SEC-02", "deployment", deployment({"LOG_LEVEL": "info"})),
    violating("SEC-02", "variable", ("variable", "sensitive", False), says="sensitive seen False"),
    violating("SEC-02", "shared", shared(sensitive=False)),
    violating("SEC-02", "shared", shared(sensitive=False, targets=UNKNOWN)),
    violating("SEC-02", "app", ("app", "environments", [{**SECRET_VARIABLE, "sensitive": False}])),
    violating("SEC-02", "variables", PAIR, ("variables", "variables.1.sensitive", False), says="variables.1.sensitive"),
    violating("SEC-02", "variable", ("variable", "visibility", "config"), says="visibility seen config"),
    violating("SEC-02", "repository-variable", ("repository-variable", "variableName", "NEON_API_KEY")),
    violating("SEC-02", "workflow", workflow("SENTRY_AUTH_TOKEN")),
    violating("SEC-02", "deployment", deployment({"LOG_LEVEL": "info", "API_TOKEN": "canary-of-a-token"})),
    absent("SEC-02", "variable", ("variable", "sensitive", ABSENT), says="sensitive seen None"),
    absent("SEC-02", "deployment", deployment(None), outcome=Outcome.NOT_APPLICABLE),
    near_miss("SEC-02", "payment-url", outcome=Outcome.NOT_APPLICABLE, says="holds no secret"),
    near_miss("SEC-02", "variable", ("variable", "visibility", "secret")),
    near_miss("SEC-02", "repository-variable", outcome=Outcome.NOT_APPLICABLE),
    near_miss(
        "SEC-02", "variables", ("variables", f"{FIRST}.key", "UPSTASH_REDIS_REST_URL"), outcome=Outcome.NOT_APPLICABLE
    ),
    near_miss("SEC-02", "workflow", workflow("AWS_ACCESS_KEY_ID"), outcome=Outcome.NOT_APPLICABLE),
    near_miss("SEC-02", "deployment", deployment({"TOKEN_LIFETIME": "60"})),
    unknown("SEC-02", "variable", ("variable", "sensitive", UNKNOWN)),
    unknown("SEC-02", "variable", ("variable", "key", UNKNOWN)),
    unknown("SEC-02", "deployment", *sealed(deployment(SECRET))),
    other_type("SEC-02", "database"),
]

SEC_03 = [
    compliant("SEC-03", "variable"),
    compliant("SEC-03", "shared", shared()),
    compliant("SEC-03", "app", INLINE),
    compliant("SEC-03", "variables", PAIR),
    violating(
        "SEC-03", "variable", ("variable", "targets", ["production", "preview"]), says="seen production, preview"
    ),
    violating("SEC-03", "variable", ("variable", "targets", ["development", "production"])),
    violating("SEC-03", "variable", ("variable", "customEnvironmentIds", ["env_1"]), says="seen production, custom"),
    violating("SEC-03", "shared", shared(applyToAllCustomEnvironments=True)),
    violating("SEC-03", "app", ("app", "environments", [{**SECRET_VARIABLE, "targets": ["preview", "production"]}])),
    violating("SEC-03", "variables", PAIR, ("variables", "variables.1.targets", ["production", "preview"])),
    absent("SEC-03", "variable", ("variable", "targets", ABSENT), outcome=Outcome.PASS),
    near_miss("SEC-03", "variable", ("variable", "targets", ["preview", "development"])),
    near_miss("SEC-03", "variable", ("variable", "targets", ["production", "production"])),
    near_miss("SEC-03", "shared", shared(applyToAllCustomEnvironments=False)),
    near_miss(
        "SEC-03", "payment-url", ("payment-url", "targets", ["production", "preview"]), outcome=Outcome.NOT_APPLICABLE
    ),
    unknown("SEC-03", "variable", ("variable", "targets", UNKNOWN)),
    unknown("SEC-03", "variable", ("variable", "customEnvironmentIds", UNKNOWN)),
    other_type("SEC-03", "database"),
]

PLAIN = "canary-in-plain-text"
HELD: dict[str, dict[str, Any]] = {
    t.VERCEL_VARIABLE: {**SECRET_VARIABLE, "value": PLAIN},
    t.VERCEL_VARIABLES: {"variables": [{**SECRET_VARIABLE, "value": PLAIN}]},
    t.VERCEL_SHARED_VARIABLE: {**SECRET_VARIABLE, "value": PLAIN},
    t.GITHUB_SECRET: {"secretName": "CODECOV_TOKEN", "plaintextValue": PLAIN, "updatedAt": "2026-11-01T00:00:00Z"},
    t.GITHUB_ENVIRONMENT_SECRET: {
        "secretName": "VERCEL_ORG_ID", "value": PLAIN, "environment": "production", "updatedAt": "2026-11-01T00:00:00Z",
    },
    t.GITHUB_WEBHOOK: {"configuration": {"url": "https://brightbroom.app/hook", "secret": PLAIN}},
    t.VERCEL_WEBHOOK: {"endpoint": "https://events.brightbroom.app", "secret": PLAIN},
    t.VERCEL_AUDIT_LOG_DRAIN: {"http": {"encoding": "json", "endpoint": "https://in.example", "secret": PLAIN}},
    t.VERCEL_PROTECTION_BYPASS: {"secret": PLAIN, "note": "owner: oncall@brightbroom.app"},
    t.VERCEL_USER_TOKEN: {"bearerToken": PLAIN, "projectId": "prj_1", "expiresAt": 1_798_000_000_000},
    t.VERCEL_SHAREABLE_LINK: {"secret": PLAIN, "ttlSeconds": 60},
    t.VERCEL_DEPLOYMENT: {"environment": {"LOG_LEVEL": "info", "SMTP_ADDRESS": f"smtp://app:{PLAIN}@mail.example"}},
    t.NEON_ROLE: {"name": "reader", "password": PLAIN},
    t.NEON_KEY: {"name": "key", "key": PLAIN},
    t.RANDOM_PASSWORD: {"length": 20, "password": PLAIN},
    t.UPSTASH_REDIS: {"endpoint": "eu1.upstash.io", "restToken": PLAIN},
    t.SENTRY_KEY: {"dsnPublic": "https://1@o1.ingest.de.sentry.io/1", "dsnSecret": PLAIN},
    t.VERCEL_PROVIDER: {"apiToken": PLAIN},
    t.NEON_PROVIDER: {"apiKey": PLAIN},
    t.GITHUB_PROVIDER: {"token": PLAIN},
    t.UPSTASH_PROVIDER: {"apiKey": PLAIN},
    t.SENTRY_PROVIDER: {"token": PLAIN},
    t.AWS_PROVIDER: {"secretKey": PLAIN},
    t.DATABASE_COMPONENT: {"project_id": "p", "pooled_url": f"postgresql://app:{PLAIN}@ep-a.neon.tech/brightbroom"},
    t.CACHE_COMPONENT: {"rest_token": PLAIN},
}  # fmt: skip
"""A plain secret of each type that holds one."""
BESIDE = {t.VERCEL_PROTECTION_BYPASS: {"VRC-06"}}
"""Rules that some of them break by being there."""


def held(kind: str, text: Any) -> Resource:
    """A resource of a type with `text` in the place of its plain secret."""
    return resource(kind, "holder", _replaced(HELD[kind], text))


def _replaced(value: Any, text: Any) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, text) for inner in value]
    if not isinstance(value, str) or PLAIN not in value:
        return value
    return value.replace(PLAIN, text) if isinstance(text, str) else text


def _of_type(kind: str) -> Case:
    fires = {"SEC-05"} | BESIDE.get(kind, set[str]())
    return violating("SEC-05", "holder", *sealed(("holder", "", held(kind, PLAIN))), fires=fires)


SEC_05 = [
    *map(_of_type, HELD),
    compliant("SEC-05", "holder", *sealed(("holder", "", held(t.GITHUB_ENVIRONMENT_SECRET, SECRET)))),
    compliant("SEC-05", "holder", *sealed(("holder", "", held(t.VERCEL_DEPLOYMENT, SECRET)))),
    compliant("SEC-05", "holder", *sealed(("holder", "", held(t.NEON_PROVIDER, SECRET)))),
    compliant("SEC-05", "drain", *sealed()),
    violating("SEC-05", "drain", *sealed(), ("drain", "secret", PLAIN), says="secret seen a secret in plain text"),
    violating(
        "SEC-05",
        "drain",
        *sealed(),
        ("drain", "headers", {"Authorization": "Bearer canary"}),
        says="headers.Authorization",
    ),
    compliant("SEC-05", "database", *sealed(), ("database", "password", SECRET)),
    violating("SEC-05", "database", *sealed(), ("database", "password", "canary"), says="a secret in plain text"),
    violating("SEC-05", "database", *sealed(), ("database", "connectionUri", "canary")),
    compliant("SEC-05", "app", *sealed(), ("app", "passwordProtection", {"deploymentType": "all", "password": SECRET})),
    violating(
        "SEC-05",
        "app",
        *sealed(),
        (
            "app",
            "gitRepository.deployHooks",
            [{"ref": "main", "url": "https://api.vercel.com/v1/integrations/deploy/prj_1/x"}],
        ),
        says="gitRepository.deployHooks.0.url",
    ),
    violating(
        "SEC-05", "app", *sealed(), ("app", "passwordProtection", {"deploymentType": "all", "password": "canary"})
    ),
    compliant(
        "SEC-05", "brightbroom-infra-production", *sealed(), ("brightbroom-infra-production", "migrationUrl", SECRET)
    ),
    violating(
        "SEC-05", "brightbroom-infra-production", *sealed(), ("brightbroom-infra-production", "webhookSecret", "canary")
    ),
    violating(
        "SEC-05",
        "brightbroom-infra-production",
        *sealed(),
        ("brightbroom-infra-production", "nested", {"list": [{"address": "https://a:canary@b"}]}),
        says="nested.list.0.address",
    ),
    violating(
        "SEC-05", "variable", *sealed(), ("variable", "value", "canary"), says="value seen a secret in plain text"
    ),
    absent("SEC-05", "variable", *sealed(), ("variable", "value", ABSENT), outcome=Outcome.NOT_APPLICABLE),
    near_miss("SEC-05", "variable", outcome=Outcome.NOT_APPLICABLE, says="the audit of the state judges them"),
    near_miss("SEC-05", "variable", *sealed(), ("variable", "value", "")),
    near_miss("SEC-05", "payment-url", *sealed(), outcome=Outcome.NOT_APPLICABLE, says="holds no secret"),
    near_miss(
        "SEC-05",
        "holder",
        *sealed(("holder", "", resource(t.SENTRY_KEY, "holder", {"public": "1" * 32}))),
        outcome=Outcome.NOT_APPLICABLE,
    ),
    unknown("SEC-05", "variable", *sealed(), ("variable", "value", UNKNOWN)),
    other_type("SEC-05", "profile", *sealed()),
]


def hook(**changes: Any) -> Change:
    given = {"url": "https://ci.brightbroom.app/hook", "insecureSsl": False, "secret": "canary of a webhook", **changes}
    return add(t.GITHUB_WEBHOOK, "hook", {"configuration": {k: v for k, v in given.items() if v is not ABSENT}})


SEC_11 = [
    compliant("SEC-11", "events"),
    compliant("SEC-11", "hook", hook()),
    compliant("SEC-11", "hook", *sealed(hook(secret=SECRET))),
    violating(
        "SEC-11", "events", ("events", "endpoint", "http://events.brightbroom.app/vercel"), says="begins with https://"
    ),
    violating(
        "SEC-11",
        "hook",
        hook(url="http://ci.brightbroom.app/hook?token=canary"),
        says="seen http://ci.brightbroom.app/hook wanted",
    ),
    violating("SEC-11", "hook", hook(insecureSsl=True), says="configuration.insecureSsl seen True"),
    violating("SEC-11", "hook", hook(secret=""), says="signs every event"),
    absent("SEC-11", "hook", hook(secret=ABSENT)),
    absent("SEC-11", "hook", hook(insecureSsl=ABSENT), outcome=Outcome.PASS),
    absent("SEC-11", "events", ("events", "endpoint", ABSENT)),
    near_miss("SEC-11", "events", ("events", "endpoint", "HTTPS://events.brightbroom.app")),
    near_miss("SEC-11", "events", ("events", "endpoint", "httpsx://events.brightbroom.app"), outcome=Outcome.FAIL),
    near_miss("SEC-11", "events", ("events", "endpoint", "https:///vercel"), outcome=Outcome.FAIL),
    unknown("SEC-11", "events", ("events", "endpoint", UNKNOWN)),
    unknown("SEC-11", "hook", *sealed(hook(url=SECRET, secret=SECRET))),
    unknown("SEC-11", "hook", hook(url=UNKNOWN, secret=""), outcome=Outcome.FAIL, fires={"SEC-11"}),
    unknown(
        "SEC-11", "hook", hook(insecureSsl=UNKNOWN, url="http://a.example"), outcome=Outcome.FAIL, fires={"SEC-11"}
    ),
    other_type("SEC-11", "drain"),
]

CASES = [*SEC_01, *SEC_02, *SEC_03, *SEC_05, *SEC_11]
