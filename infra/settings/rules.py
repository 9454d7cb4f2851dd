"""Rules over several settings: what one area asks must fit what another says.

Each rule yields the key to change, the value given, what is wrong with it and a value that would do. What a policy judges
(header values, retention, history, the branch that a project is bound to) is left to the policies, which say why it matters.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from infra.settings.model import Settings
from infra.settings.plan_rules import github_plan, neon_plan, vercel_plan
from infra.settings.violation import REMOVE, Violation
from infra.vocabulary import CACHE_REGION_OF, FUNCTION_REGION_OF, PAYFAST_HOSTS

_SIZES: Final = frozenset({0.25, 0.5, *range(1, 17), *range(18, 57, 2)})
_SOURCE: Final = re.compile(
    r"'(self|none|unsafe-inline|unsafe-eval|strict-dynamic|report-sample|wasm-unsafe-eval|unsafe-hashes)'"
    r"|'(nonce|sha(256|384|512))-[A-Za-z0-9+/=_-]+'|\*|[a-z][a-z0-9+.-]*:"
    r"|((https?|wss?)://)?(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+|:\*)?(/\S*)?|/\S*"
)


def violations(settings: Settings) -> list[Violation]:
    """Every broken rule, in the order of `RULES`. A rule over an area that could not be read is passed over."""
    return [violation for rule in RULES for violation in _judged(rule, settings)]


def _judged(rule: Callable[[Settings], Iterator[Violation]], settings: Settings) -> list[Violation]:
    try:
        return list(rule(settings))
    except AttributeError:
        if settings.model_fields_set == set(type(settings).model_fields):
            raise
        return []


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


def _cache_region(s: Settings) -> Iterator[Violation]:
    beside = CACHE_REGION_OF.get(s.database.region)
    if s.cache.enabled and beside and s.cache.region != beside:
        yield Violation(
            "cache.region", s.cache.region, f"is not beside the database ({s.database.region}): use {beside!r}", beside
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
    for directive, sources in s.headers.content_security_policy.items():
        key = f"headers.contentSecurityPolicy.{directive}"
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", directive):
            yield Violation(key, directive, "is no directive name", REMOVE)
        for position, source in enumerate(sources):
            if not _SOURCE.fullmatch(source):
                yield Violation(f"{key}[{position}]", source, "is no source: 'self', a host or https://host", "'self'")
    for position, directive in enumerate(s.headers.edge_directives):
        if directive not in s.headers.content_security_policy:
            key = f"headers.edgeDirectives[{position}]"
            yield Violation(key, directive, "is not in headers.contentSecurityPolicy", REMOVE)


def _error_reports(s: Settings) -> Iterator[Violation]:
    """Browsers must be allowed to send errors to where they are collected."""
    policy, host = s.headers.content_security_policy, s.errors.region_host
    sources = policy.get("connect-src", policy.get("default-src", ["*"]))
    if s.errors.enabled and not any(_allows(source, host) for source in sources):
        yield Violation(
            "headers.contentSecurityPolicy.connect-src",
            sources,
            f"keeps browsers from reporting errors to Sentry (errors.regionHost is {host!r})",
            [*(source for source in sources if source != "'none'"), f"https://*.{host}"],
        )


def _allows(source: str, host: str) -> bool:
    """Whether a source covers a host below `host`, where Sentry gives each organization its own."""
    name = source.removeprefix("https://").partition("/")[0].partition(":")[0]
    wider = name.startswith("*.") and host.endswith(name[1:])
    return source in ("*", "https:") or wider or name.endswith(f".{host}")


def _branches(s: Settings) -> Iterator[Violation]:
    """The two branches differ, and the one of this environment is the one that its hosting and delivery name. Where these two
    disagree, a policy says which of them is wrong."""
    repository, branch = s.repository, s.hosting.production_branch
    if repository.staging_branch == repository.release_branch:
        yield Violation(
            "repository.releaseBranch",
            repository.release_branch,
            "must differ from repository.stagingBranch",
            "production",
        )
    elif branch == s.delivery.branch and branch not in (repository.staging_branch, repository.release_branch):
        staging = s.environment == "staging"
        yield Violation(
            "repository.stagingBranch" if staging else "repository.releaseBranch",
            repository.staging_branch if staging else repository.release_branch,
            f"is not the branch that hosting.productionBranch and delivery.branch name ({branch!r})",
            branch,
        )


def _low_traffic(s: Settings) -> Iterator[Violation]:
    window = s.delivery.low_traffic
    if window.end_hour <= window.start_hour:
        hour = window.start_hour + 1
        yield Violation(
            "delivery.lowTraffic.endHour", window.end_hour, f"must be after startHour ({window.start_hour})", hour
        )


def _wait(s: Settings) -> Iterator[Violation]:
    window = s.delivery.low_traffic
    minutes = (window.end_hour - window.start_hour) * 60
    if 0 < minutes <= s.delivery.wait_minutes:
        yield Violation(
            "delivery.waitMinutes",
            s.delivery.wait_minutes,
            f"would let a release start after the low-traffic window, which is {minutes} minutes long",
            min(10, minutes - 1),
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


def _logs(s: Settings) -> Iterator[Violation]:
    monitoring = s.monitoring
    if monitoring.log_hot_days > monitoring.log_retention_days:
        yield Violation(
            "monitoring.logHotDays",
            monitoring.log_hot_days,
            f"is more than logRetentionDays ({monitoring.log_retention_days})",
            monitoring.log_retention_days,
        )


def _checks(s: Settings) -> Iterator[Violation]:
    for position, check in enumerate(s.hosting.deployment_checks):
        if check not in s.delivery.required_checks:
            yield Violation(
                f"hosting.deploymentChecks[{position}]",
                check,
                f"would hold every deployment for ever: delivery.requiredChecks are {s.delivery.required_checks}",
                s.delivery.required_checks[0],
            )


def _repeated(s: Settings) -> Iterator[Violation]:
    """What names a resource, or is asked for once."""
    lists: dict[str, Sequence[str | int]] = {
        "hosting.redirectDomains": [s.hosting.domain, *s.hosting.redirect_domains],
        "hosting.deploymentChecks": s.hosting.deployment_checks,
        "hosting.firewall.limitedPaths": s.hosting.firewall.limited_paths,
        "headers.edgeDirectives": s.headers.edge_directives,
        "headers.noStorePaths": s.headers.no_store_paths,
        "delivery.requiredChecks": s.delivery.required_checks,
        "delivery.reviewers.users": s.delivery.reviewers.users,
        "delivery.reviewers.teams": s.delivery.reviewers.teams,
    }
    for key, values in lists.items():
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            own = [value for value in dict.fromkeys(values) if value != s.hosting.domain]
            yield Violation(key, twice[0], "stands twice", own)


RULES: Final[tuple[Callable[[Settings], Iterator[Violation]], ...]] = (
    vercel_plan,
    neon_plan,
    github_plan,
    _compute,
    _regions,
    _cache_region,
    _payments,
    _csp_sources,
    _error_reports,
    _branches,
    _low_traffic,
    _wait,
    _reviewers,
    _rollout,
    _addresses,
    _storage,
    _logs,
    _checks,
    _repeated,
)
