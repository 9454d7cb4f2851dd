"""Rules over several settings: what one area asks must fit what another allows.

Each rule yields the key to change, the value given, what is wrong with it and a value that would do. Plan facts: Neon
(neon.com/docs/introduction/plans), Vercel (vercel.com/docs/plans), GitHub (docs.github.com: environments, rulesets).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from infra.vocabulary import FUNCTION_REGION_OF, PAYFAST_HOSTS

if TYPE_CHECKING:
    from infra.settings import Settings

_HISTORY_HOURS: Final = {"free": 6, "launch": 168, "scale": 720}
_COMPUTE_UNITS: Final = {"free": 2.0, "launch": 16.0, "scale": 56.0}
_SIZES: Final = frozenset({0.25, 0.5, *range(1, 17), *range(18, 57, 2)})


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. `example` is a value that mends it."""

    key: str
    given: Any
    problem: str
    example: Any


def violations(settings: Settings) -> list[Violation]:
    """Every broken rule, in the order of the areas."""
    return [violation for rule in _RULES for violation in rule(settings)]


def _vercel_plan(s: Settings) -> Iterator[Violation]:
    if s.plans.vercel != "hobby":
        if s.plans.vercel == "pro" and s.hosting.firewall.managed_rules:
            yield Violation(
                "hosting.firewall.managedRules", True, "needs Vercel's enterprise plan; plans.vercel is 'pro'", False
            )
        return
    yield Violation(
        "plans.vercel", "hobby", "is for non-commercial use only; a booking business needs 'pro' at least", "pro"
    )


def _neon_plan(s: Settings) -> Iterator[Violation]:
    plan, database = s.plans.neon, s.database
    if database.history_hours > _HISTORY_HOURS[plan]:
        most = _HISTORY_HOURS[plan]
        yield Violation(
            "database.historyHours",
            database.history_hours,
            f"is more than Neon's {plan!r} plan keeps ({most} hours)",
            most,
        )
    if database.max_compute_units > _COMPUTE_UNITS[plan]:
        most_units = _COMPUTE_UNITS[plan]
        yield Violation(
            "database.maxComputeUnits",
            database.max_compute_units,
            f"is more than the {plan!r} plan has ({most_units})",
            most_units,
        )
    if database.allowed_addresses and plan != "scale":
        yield Violation(
            "database.allowedAddresses",
            database.allowed_addresses,
            "needs Neon's 'scale' plan: leave it empty, or change plans.neon",
            [],
        )
    if plan == "free":
        yield Violation(
            "plans.neon",
            plan,
            "has no scheduled snapshots and no protected branch: the backups need 'launch'",
            "launch",
        )
    if plan == "launch" and database.suspend_after_seconds not in (-1, 0, 300):
        yield Violation(
            "database.suspendAfterSeconds",
            database.suspend_after_seconds,
            "must be 300 or -1 (never) on the 'launch' plan",
            300,
        )


def _github_plan(s: Settings) -> Iterator[Violation]:
    if s.repository.visibility == "public" or s.plans.github == "enterprise":
        return
    plan, delivery = s.plans.github, s.delivery
    where = (
        f"needs a public repository or GitHub's 'enterprise' plan; plans.github is {plan!r} and the repository private"
    )
    if delivery.reviewers.users or delivery.reviewers.teams:
        yield Violation("delivery.reviewers.users", delivery.reviewers.users, where, [])
    if delivery.wait_minutes:
        yield Violation("delivery.waitMinutes", delivery.wait_minutes, where, 0)
    if plan == "free":
        yield Violation("plans.github", plan, "has neither environments nor rulesets for a private repository", "team")


def _compute(s: Settings) -> Iterator[Violation]:
    low, high = s.database.min_compute_units, s.database.max_compute_units
    for key, value in (("minComputeUnits", low), ("maxComputeUnits", high)):
        if value not in _SIZES:
            yield Violation(
                f"database.{key}", value, "is no size of Neon's: 0.25, 0.5, 1 to 16, then every second to 56", 1
            )
    if low > high:
        yield Violation("database.minComputeUnits", low, f"is more than database.maxComputeUnits ({high})", high)
    elif low != high and (high > 16 or high - low > 8):
        yield Violation(
            "database.maxComputeUnits",
            high,
            "autoscales: at most 16, and at most 8 above the minimum",
            min(16, low + 8),
        )
    if 0 < s.database.suspend_after_seconds < 60:
        yield Violation(
            "database.suspendAfterSeconds", s.database.suspend_after_seconds, "must be 0, -1 or at least 60", 300
        )
    if s.database.owner_role == s.database.application_role:
        yield Violation(
            "database.applicationRole", s.database.application_role, "must differ from database.ownerRole", "app"
        )


def _regions(s: Settings) -> Iterator[Violation]:
    beside = FUNCTION_REGION_OF.get(s.database.region)
    if beside is None:
        known = ", ".join(sorted(FUNCTION_REGION_OF))
        yield Violation(
            "database.region",
            s.database.region,
            f"has no function region beside it; allowed: {known}",
            "aws-eu-central-1",
        )
    elif s.hosting.function_region != beside:
        yield Violation(
            "hosting.functionRegion",
            s.hosting.function_region,
            f"is not beside the database ({s.database.region}): use {beside!r}",
            beside,
        )


def _payments(s: Settings) -> Iterator[Violation]:
    wanted = "live" if s.environment == "production" else "sandbox"
    if s.payments.mode != wanted:
        host = PAYFAST_HOSTS[s.payments.mode]
        yield Violation(
            "payments.mode",
            s.payments.mode,
            f"would send customers of {s.environment} to {host}: use {wanted!r}",
            wanted,
        )


def _csp_sources(s: Settings) -> Iterator[Violation]:
    pattern = re.compile(
        r"'(self|none|unsafe-inline|unsafe-eval|strict-dynamic|report-sample|wasm-unsafe-eval|unsafe-hashes)'"
        r"|'(nonce|sha(256|384|512))-[A-Za-z0-9+/=_-]+'|\*|[a-z][a-z0-9+.-]*:|((https?|wss?)://)?(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
        r"(:\d+|:\*)?(/\S*)?|/\S*"
    )
    for directive, sources in s.headers.content_security_policy.items():
        key = f"headers.contentSecurityPolicy.{directive}"
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", directive):
            yield Violation(key, directive, "is no directive name", "default-src")
        for position, source in enumerate(sources):
            if not pattern.fullmatch(source):
                yield Violation(f"{key}[{position}]", source, "is no source: 'self', a host or https://host", "'self'")
    for position, directive in enumerate(s.headers.edge_directives):
        if directive not in s.headers.content_security_policy:
            key = f"headers.edgeDirectives[{position}]"
            yield Violation(key, directive, "is not in headers.contentSecurityPolicy", "frame-ancestors")


def _branches(s: Settings) -> Iterator[Violation]:
    if s.repository.staging_branch == s.repository.release_branch:
        yield Violation(
            "repository.releaseBranch",
            s.repository.release_branch,
            "must differ from repository.stagingBranch",
            "production",
        )


def _low_traffic(s: Settings) -> Iterator[Violation]:
    window = s.delivery.low_traffic
    if window.end_hour <= window.start_hour:
        hour = window.start_hour + 1
        yield Violation(
            "delivery.lowTraffic.endHour", window.end_hour, f"must be after startHour ({window.start_hour})", hour
        )


def _reviewers(s: Settings) -> Iterator[Violation]:
    people = [*s.delivery.reviewers.users, *s.delivery.reviewers.teams]
    if len(people) > 6:
        yield Violation(
            "delivery.reviewers.users",
            s.delivery.reviewers.users,
            "with the teams these are more than six reviewers",
            [1],
        )


def _rollout(s: Settings) -> Iterator[Violation]:
    stages = s.hosting.rolling_release.stages
    if stages[-1] != 100 or sorted(set(stages)) != stages:
        yield Violation("hosting.rollingRelease.stages", stages, "must rise and end with 100", [10, 50, 100])


def _addresses(s: Settings) -> Iterator[Violation]:
    for position, text in enumerate(s.database.allowed_addresses):
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            yield Violation(
                f"database.allowedAddresses[{position}]", text, "is neither an address nor a network", "203.0.113.0/24"
            )


def _storage(s: Settings) -> Iterator[Violation]:
    storage = s.backups.separate_storage
    if storage.enabled and storage.expire_days <= storage.lock_days:
        yield Violation(
            "backups.separateStorage.expireDays",
            storage.expire_days,
            f"must be more than lockDays ({storage.lock_days})",
            storage.lock_days + 5,
        )


_RULES: Final[tuple[Callable[[Settings], Iterator[Violation]], ...]] = (
    _vercel_plan,
    _neon_plan,
    _github_plan,
    _compute,
    _regions,
    _payments,
    _csp_sources,
    _branches,
    _low_traffic,
    _reviewers,
    _rollout,
    _addresses,
    _storage,
)
