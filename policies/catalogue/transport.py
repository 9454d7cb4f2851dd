"""Encryption in transit: addresses, connection strings and redirects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from policies.catalogue import variables
from policies.catalogue.model import Finding, NotApplicable, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import SECRET, Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, gdpr, pci, popia, soc2, strategy
from policies.catalogue.types import VERCEL_DOMAIN
from policies.catalogue.variables import VARIABLE_TYPES, Variable

_ENCRYPTED: Final = ("https", "wss", "rediss", "amqps", "smtps", "prisma", "prisma+postgres")
"""Schemes that are TLS by themselves."""
_POSTGRES: Final = ("postgres", "postgresql")
_MODES: Final = ("require", "verify-ca", "verify-full")
"""Values of sslmode that never fall back to plain text (postgresql.org: SSL support)."""
_ADDRESS: Final = re.compile(r"_URL(?:_UNPOOLED|_NON_POOLING|_NO_SSL)?$", re.IGNORECASE)
"""Names of addresses, with the endings that the integrations of Neon and Vercel give to a database's."""
_LOOPBACK: Final = re.compile(r"[a-z+]+://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$)", re.IGNORECASE)
_LASTING: Final = (301, 308)


@rule(
    "TLS-01",
    "addresses and connections use TLS",
    risk="passwords, bookings and payment data can be read or changed on their way",
    severity=Severity.HIGH,
    applies_to=(*VARIABLE_TYPES, VERCEL_DOMAIN),
    requirements=(
        *pci("4.2.1"),
        *gdpr("32(1)(a)"),
        *popia("s19"),
        *asvs("12.2.1", "12.3.1"),
        *soc2("CC6.7"),
        *strategy("Security Measures"),
    ),
    remedy="use https, `sslmode=require` or stricter for Postgres, rediss for Redis, and redirects with 301 or 308",
    url="https://www.postgresql.org/docs/current/libpq-ssl.html",
    source="infra/app_variables.py",
)
def require_tls(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Variables named `*_URL`; a finding shows the scheme, never the value. libpq without sslmode falls back to plain text. What
    only developers read may name their own machine.
    Vercel's own default for a redirect's status is not relied on: a temporary one is asked for again over plain http."""
    if resource.type == VERCEL_DOMAIN:
        yield from _redirect(resource)
    else:
        yield from _addresses(resource)


def _redirect(domain: Resource) -> Iterator[Finding]:
    if not domain.get("redirect"):
        raise NotApplicable("the domain redirects nowhere; Vercel itself leads plain http to https")
    status = domain.get("redirectStatusCode")
    if status not in _LASTING:
        yield Finding("redirectStatusCode", status, "301 or 308")


def _addresses(resource: Resource) -> Iterator[Finding]:
    judged = False

    def judge(variable: Variable) -> Iterator[Finding]:
        nonlocal judged
        if _ADDRESS.search(variable.key):
            judged = True
            yield from _address(variable)

    yield from variables.each(resource, judge)
    if not judged:
        raise NotApplicable("holds no variable named *_URL")


def _address(variable: Variable) -> Iterator[Finding]:
    value = variable.value
    if value is SECRET or value is None:
        raise Unevaluated(variable.value_path, "is encrypted" if value else "is write-only: no state keeps it")
    text = str(value).strip()
    if text.startswith("/") and not text.startswith("//"):
        return
    scheme = found[1].lower() if (found := re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)) else ""
    if scheme in _POSTGRES:
        modes = [mode for name, mode in parse_qsl(text.partition("?")[2], keep_blank_values=True) if name == "sslmode"]
        if not modes or any(mode not in _MODES for mode in modes):
            seen = f"{scheme} with sslmode {' and '.join(modes) or 'not given'}"
            yield Finding(variable.value_path, seen, f"sslmode {', '.join(_MODES[:-1])} or {_MODES[-1]}")
    elif scheme not in _ENCRYPTED and not (_LOOPBACK.match(text) and set(variable.targets) == {"development"}):
        wanted = {"redis": "rediss", "ws": "wss"}.get(scheme, "https")
        yield Finding(variable.value_path, f"scheme {scheme or 'not given'}", f"an address that begins with {wanted}:")
