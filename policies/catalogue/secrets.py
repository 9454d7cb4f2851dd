"""Names of variables: what starts with a public prefix is written into every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.catalogue.model import Finding, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import UNKNOWN, Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import asvs, pci
from policies.catalogue.types import (
    GITHUB_ENVIRONMENT_VARIABLE,
    GITHUB_VARIABLE,
    VERCEL_PROJECT,
    VERCEL_SHARED_VARIABLE,
    VERCEL_VARIABLE,
    VERCEL_VARIABLES,
)

_PUBLIC: Final = re.compile(r"^(VITE|PUBLIC)_", re.IGNORECASE)
_SECRET: Final = re.compile(
    r"PASSPHRASE|SECRET|TOKEN|PASSWORD|CREDENTIAL|DATABASE_URL|REDIS_URL|DIRECT_URL|_KEY$", re.IGNORECASE
)
_NAME: Final = {
    VERCEL_VARIABLE: "key",
    VERCEL_SHARED_VARIABLE: "key",
    GITHUB_VARIABLE: "variableName",
    GITHUB_ENVIRONMENT_VARIABLE: "variableName",
}
_LISTS: Final = {VERCEL_VARIABLES: "variables", VERCEL_PROJECT: "environments"}


@rule(
    "SEC-01",
    "no secret has a public name",
    risk="Vite writes every VITE_ variable into the scripts it sends: the passphrase that signs payments becomes public",
    severity=Severity.CRITICAL,
    applies_to=(*_NAME, *_LISTS),
    requirements=(*pci("8.6.2", "6.2.4"), *asvs("13.3.1", "13.3.2")),
    remedy="rename it without the prefix, read it on the server only, and rotate it: it may have been seen",
    url="https://vite.dev/guide/env-and-mode",
)
def forbid_public_secret_names(resource: Resource, _: Scope) -> Iterator[Finding]:
    """Only names are read, never values."""
    for path, name in _names(resource):
        if _PUBLIC.match(name) and _SECRET.search(name):
            yield Finding(path, name, f"{_PUBLIC.sub('', name)!r}: a name without a public prefix")


def _names(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.type in _NAME:
        key = _NAME[resource.type]
        yield key, str(resource.get(key))
        return
    listed = _LISTS[resource.type]
    for position, variable in enumerate(resource.get(listed) or []):
        yield f"{listed}[{position}].key", _key(variable, f"{listed}[{position}]")


def _key(variable: Any, path: str) -> str:
    if variable is UNKNOWN or variable.get("key") is UNKNOWN:
        raise Unevaluated(path)
    return str(variable.get("key"))
