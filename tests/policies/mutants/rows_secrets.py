"""Secrets and payments."""

from __future__ import annotations

from random import Random
from typing import Any

from policies.catalogue import types as t
from policies.catalogue.resource import SECRET, Resource
from tests.policies.mutants.breaks import any_of, gone, one_of
from tests.policies.mutants.form import GONE, Governed

_SECRETS = ("PAYFAST_PASSPHRASE", "PAYFAST_MERCHANT_KEY", "AUTH_SECRET", "CRON_SECRET", "DATABASE_URL", "DIRECT_URL")


_HOSTS = (
    *("http://www.payfast.co.za/eng/process", "https://www.payfast.co.za.evil.example/", "https://pay.example/"),
    *("https://www.payfast.co.za@evil.example/", "https://evil.example\\@www.payfast.co.za/", "https://payfast.co.za/"),
)


def _secret(item: Resource) -> bool:
    return item.get("key") in _SECRETS


def _plain(_: Any, chance: Random) -> str:
    return f"plain-{chance.getrandbits(64):x}"


def _encrypted(path: str) -> Any:
    return lambda item: item.get(path) is SECRET


def _spread(targets: list[str], _: Random) -> list[str]:
    return sorted({*targets, "production", "preview"})


def _old(comment: str, chance: Random) -> Any:
    return comment.replace("2026-11", f"2026-0{chance.randint(1, 7)}") if chance.random() < 0.7 else ""


def _of_production(item: Resource) -> bool:
    return _secret(item) and item.get("targets") == ["production"]


def _without_note(comment: str, chance: Random) -> str:
    lost = chance.choice(("owner=", "rotated="))
    return " ".join(word for word in comment.split() if not word.startswith(lost))


def _shared(found: dict[str, str], chance: Random) -> dict[str, str]:
    """Two secrets with one value."""
    one, other = chance.sample([name for name in sorted(found) if name in _SECRETS], 2)
    return {**found, one: found[other]}


ROWS = [
    Governed("SEC-04", t.FINGERPRINTS, "fingerprints", _shared),
    Governed(
        "SEC-01",
        t.VERCEL_VARIABLE,
        "key",
        lambda key, chance: f"{chance.choice(['VITE_', 'PUBLIC_'])}{key}",
        where=_secret,
    ),
    Governed("SEC-01", t.GITHUB_ENVIRONMENT_VARIABLE, "variableName", one_of("VITE_API_SECRET", "PUBLIC_TOKEN")),
    Governed("SEC-01", t.VERCEL_VARIABLE, "key", one_of("vite_smtp_password", "PUBLIC_API_TOKEN", "VITE_MAPS_API_KEY")),
    Governed("SEC-01", t.VERCEL_VARIABLE, "key", one_of("VITE_DATABASE_URL", "PUBLIC_DATABASE_URL_UNPOOLED")),
    Governed("SEC-02", t.VERCEL_VARIABLE, "sensitive", one_of(False, GONE), where=_secret),
    Governed("SEC-02", t.GITHUB_ENVIRONMENT_VARIABLE, "variableName", one_of("VERCEL_TOKEN", "PAYFAST_PASSPHRASE")),
    Governed("SEC-03", t.VERCEL_VARIABLE, "targets", _spread, where=_secret),
    Governed("SEC-03", t.VERCEL_VARIABLE, "customEnvironmentIds", one_of(["env_1"]), where=_of_production),
    Governed("SEC-05", t.VERCEL_VARIABLE, "value", _plain, where=_secret),
    Governed("SEC-05", t.VERCEL_LOG_DRAIN, "secret", _plain),
    Governed("SEC-05", t.VERCEL_LOG_DRAIN, "headers", lambda *given: {"Authorization": _plain(*given)}),
    *(
        Governed("SEC-05", kind, path, _plain)
        for kind, path in (
            (t.NEON_PROJECT, "password"),
            (t.NEON_PROJECT, "connectionUri"),
            (t.NEON_PROJECT, "pooledConnectionUri"),
            (t.NEON_ROLE, "password"),
            (t.RANDOM_PASSWORD, "result"),
            (t.UPSTASH_REDIS, "password"),
            (t.UPSTASH_REDIS, "restToken"),
            (t.SENTRY_KEY, "dsnSecret"),
            (t.VERCEL_WEBHOOK, "secret"),
            (t.VERCEL_PROVIDER, "apiToken"),
            (t.NEON_PROVIDER, "apiKey"),
            (t.GITHUB_PROVIDER, "token"),
            (t.STACK, "migrationUrl"),
            (t.STACK, "webhookSecret"),
        )
    ),
    Governed("SEC-05", t.GITHUB_ENVIRONMENT_SECRET, "value", _plain, where=_encrypted("value")),
    Governed(
        "SEC-06",
        t.VERCEL_VARIABLE,
        "comment",
        any_of(_old, gone),
        where=lambda item: "rotated=" in str(item.get("comment")),
    ),
    Governed("SEC-06", t.VERCEL_VARIABLE, "comment", _without_note, where=_secret),
    Governed(
        "SEC-06",
        t.GITHUB_ENVIRONMENT_SECRET,
        "updatedAt",
        one_of("2026-08-01T00:00:00Z", "2025-11-25 00:00:00 +0000 UTC"),
        where=lambda item: item.get("secretName") == "DATABASE_URL",
    ),
    Governed("SEC-10", t.HEADERS, "csp.form-action", one_of(["'self'"], ["'self'", "https://pay.payfast.example"])),
    Governed(
        "SEC-10",
        t.VERCEL_VARIABLE,
        "value",
        one_of(*_HOSTS, "https://sandbox.payfast.co.za/eng/process"),
        stack="production",
        where=lambda item: item.get("key") == "PAYFAST_URL",
    ),
    Governed(
        "SEC-10",
        t.VERCEL_VARIABLE,
        "value",
        one_of(*_HOSTS, "https://www.payfast.co.za/eng/process"),
        stack="staging",
        where=lambda item: item.get("key") == "PAYFAST_URL",
    ),
    Governed(
        "SEC-10",
        t.VERCEL_VARIABLE,
        "value",
        one_of("10000100", 10000100, " 10000100"),
        stack="production",
        where=lambda item: item.get("key") == "PAYFAST_MERCHANT_ID",
    ),
    Governed("SEC-11", t.VERCEL_WEBHOOK, "endpoint", one_of("HTTP://events.example", "events.example", "", GONE)),
    Governed("SEC-11", t.VERCEL_WEBHOOK, "endpoint", one_of("http://events.example/hook", "http://10.0.0.1")),
    Governed("SEC-10", t.HEADERS, "paymentHosts", one_of(["https://sandbox.payfast.co.za"]), stack="production"),
    Governed("SEC-10", t.HEADERS, "paymentHosts", one_of(["https://www.payfast.co.za"]), stack="staging"),
]
