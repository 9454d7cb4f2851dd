"""Physical names: what people and vendors see, built here only, within each vendor's limits.

Logical names (the state's) carry no environment; the stack is the environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Limit:
    vendor: str
    longest: int
    pattern: str


_LIMITS: Final = {
    "variable": _Limit(
        "Vercel and GitHub (letters, digits, underscore; not GITHUB_ at the start)", 256, r"(?!GITHUB_)[A-Z_][A-Z0-9_]*"
    ),
    "neon project": _Limit("Neon", 256, r".+"),
    "redis": _Limit("Upstash", 63, r"[a-z0-9][a-z0-9-]*"),
    "sentry": _Limit("Sentry (slug)", 50, r"[a-z0-9][a-z0-9-]*"),
    "role": _Limit("AWS IAM", 64, r"[\w+=,.@-]+"),
    "drain": _Limit("Vercel", 255, r".+"),
}


def _checked(kind: str, name: str) -> str:
    limit = _LIMITS[kind]
    if len(name) > limit.longest or not re.fullmatch(limit.pattern, name):
        raise ValueError(
            f"{name!r} is no {kind} name for {limit.vendor}: at most {limit.longest} characters of {limit.pattern}"
        )
    return name


def variable(name: str) -> str:
    """Name of an environment variable."""
    return _checked("variable", name)


def neon_project(project: str) -> str:
    """The Neon project of a Vercel project: they belong together and are found together."""
    return _checked("neon project", project)


def redis_database(project: str) -> str:
    """The Redis database."""
    return _checked("redis", f"{project}-cache")


def sentry_slug(project: str) -> str:
    """Slug of Sentry's team and project."""
    return _checked("sentry", project)


def backup_role(project: str) -> str:
    """The AWS role that writes backups."""
    return _checked("role", f"{project}-backup-writer")


def log_drain(project: str) -> str:
    """The log drain."""
    return _checked("drain", f"{project} logs")


def kebab(name: str) -> str:
    """`DATABASE_URL` as `database-url`, for logical names."""
    return name.lower().replace("_", "-")
