"""Cases of encryption in transit."""

from __future__ import annotations

from typing import Any

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import resource
from tests.policies.samples.variables import COMMENT

NA = Outcome.NOT_APPLICABLE
PLAIN = ("variables", "variables.0.value")
POSTGRES = "postgresql://app:pass%2Fword@ep-a.eu-central-1.aws.neon.tech/brightbroom"


def _alone(key: str, value: Any) -> tuple[str, str, Any]:
    declared = {"key": key, "value": value, "sensitive": True, "targets": ["production"], "comment": COMMENT}
    return ("address", "", resource(t.VERCEL_VARIABLE, "address", declared))


def _shared(value: str) -> tuple[str, str, Any]:
    return ("shared", "", resource(t.VERCEL_SHARED_VARIABLE, "shared", {"key": "CALLBACK_URL", "value": value}))


def _inline(value: Any) -> tuple[str, str, Any]:
    return ("app", "environments", [{"key": "CALLBACK_URL", "value": value}])


def _pair(first: Any, second: Any) -> tuple[str, str, Any]:
    return ("variables", "variables", [{"key": "FIRST_URL", "value": first}, {"key": "SECOND_URL", "value": second}])


CASES = [
    compliant("TLS-01", "variables"),
    compliant("TLS-01", "redirect"),
    compliant("TLS-01", "redirect", ("redirect", "redirectStatusCode", 301)),
    compliant("TLS-01", "shared", _shared("https://brightbroom.app/hook")),
    compliant("TLS-01", "app", _inline("https://brightbroom.app/hook")),
    *(
        compliant("TLS-01", "address", _alone("REDIS_URL", value))
        for value in (
            "rediss://default:password@cache.upstash.io:6379",
            "HTTPS://CACHE.UPSTASH.IO",
            "wss://a.example",
            "prisma+postgres://accelerate.prisma-data.net/?api_key=x",
            "/api",
        )
    ),
    *(
        compliant("TLS-01", "address", _alone("DIRECT_URL", f"{POSTGRES}?{query}"))
        for query in (
            "ssl%6Dode=require",
            "sslmode=require",
            "pgbouncer=true&sslmode=verify-full",
            "sslmode=verify-ca&connect_timeout=9",
        )
    ),
    violating("TLS-01", "variables", (*PLAIN, "http://brightbroom.app"), says="scheme http"),
    violating("TLS-01", "shared", _shared("http://brightbroom.app/hook")),
    violating("TLS-01", "app", _inline("ftp://brightbroom.app"), says="environments.0.value"),
    violating("TLS-01", "address", _alone("DATABASE_URL", POSTGRES), says="postgresql with sslmode not given"),
    violating("TLS-01", "address", _alone("DATABASE_URL", f"{POSTGRES}?sslmode=prefer"), says="sslmode prefer"),
    violating("TLS-01", "address", _alone("DATABASE_URL", f"{POSTGRES}?sslmode=require&sslmode=disable")),
    violating("TLS-01", "address", _alone("DATABASE_URL", f"{POSTGRES}?sslmode=require&ssl%6Dode=disable")),
    violating("TLS-01", "address", _alone("DATABASE_URL_UNPOOLED", f"{POSTGRES}?sslmode=allow"), says="sslmode allow"),
    violating("TLS-01", "address", _alone("POSTGRES_URL_NO_SSL", POSTGRES)),
    violating("TLS-01", "address", _alone("API_URL", "HTTP://a.example"), says="scheme http"),
    violating("TLS-01", "address", _alone("API_URL", "http://localhost:5173"), says="scheme http"),
    violating(
        "TLS-01", "address", _alone("API_URL", "http://localhost.evil.example"), ("address", "targets", ["development"])
    ),
    near_miss("TLS-01", "address", _alone("API_URL", "http://localhost:5173"), ("address", "targets", ["development"])),
    near_miss("TLS-01", "address", _alone("API_URL", "http://[::1]/x"), ("address", "targets", ["development"])),
    violating("TLS-01", "address", _alone("DATABASE_URL", "file:./dev.db"), says="scheme file"),
    violating("TLS-01", "address", _alone("REDIS_URL", "redis://cache.upstash.io:6379"), says="begins with rediss:"),
    violating("TLS-01", "address", _alone("CHAT_URL", "ws://a.example"), says="begins with wss:"),
    violating("TLS-01", "address", _alone("vite_api_url", "brightbroom.app/api"), says="scheme not given"),
    violating("TLS-01", "address", _alone("API_URL", "//brightbroom.app/api")),
    violating("TLS-01", "address", _alone("API_URL", "")),
    violating(
        "TLS-01", "variables", _pair(SECRET, "http://a.example"), fires={"SEC-05", "TLS-01"}, says="variables.1.value"
    ),
    violating("TLS-01", "variables", _pair("http://a.example", UNKNOWN), says="variables.0.value"),
    violating("TLS-01", "redirect", ("redirect", "redirectStatusCode", 302), says="301 or 308"),
    violating("TLS-01", "redirect", ("redirect", "redirectStatusCode", 307)),
    near_miss(
        "TLS-01", "variables", ("variables", "variables.0.key", "VITE_APP_ADDRESS"), (*PLAIN, "http://a"), outcome=NA
    ),
    near_miss("TLS-01", "variable", outcome=NA, says="no variable named *_URL"),
    near_miss("TLS-01", "app", outcome=NA),
    near_miss("TLS-01", "domain", outcome=NA, says="redirects nowhere"),
    absent("TLS-01", "redirect", ("redirect", "redirectStatusCode", ABSENT), says="seen None"),
    absent("TLS-01", "variables", (*PLAIN, ABSENT), outcome=Outcome.NOT_EVALUATED, says="write-only"),
    unknown("TLS-01", "variables", (*PLAIN, UNKNOWN)),
    unknown("TLS-01", "variables", (*PLAIN, SECRET), says="is encrypted", fires={"SEC-05"}),
    unknown("TLS-01", "variables", ("variables", "variables.0.key", UNKNOWN)),
    unknown("TLS-01", "variables", ("variables", "variables", UNKNOWN)),
    unknown("TLS-01", "variables", _pair("https://a.example", SECRET), says="variables.1.value", fires={"SEC-05"}),
    unknown("TLS-01", "redirect", ("redirect", "redirectStatusCode", UNKNOWN)),
    other_type("TLS-01", "headers"),
    other_type("TLS-01", "repository-variable"),
]
