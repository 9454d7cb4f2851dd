"""What a plan at a vendor does not have is refused before any resource: a vendor drops it silently, or fails half way.

Sources: neon.com/docs/introduction/plans, vercel.com/docs/plans and /docs/functions/limitations, docs.github.com (deployment
environments, rulesets); 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.settings.model import Settings
from infra.settings.violation import Violation

_HISTORY_HOURS: Final = {"free": 6, "launch": 168, "scale": 720}
_COMPUTE_UNITS: Final = {"free": 2.0, "launch": 16.0, "scale": 56.0}
_FUNCTION_SECONDS: Final = 800
_FIREWALL_RULES: Final = 40
_CALLBACK_RULES: Final = 2


def vercel_plan(s: Settings) -> Iterator[Violation]:
    """Pro at least; managed rule sets are Enterprise's."""
    hosting = s.hosting
    if s.plans.vercel == "hobby":
        yield Violation(
            "plans.vercel", "hobby", "is for non-commercial use only; a booking business needs 'pro' at least", "pro"
        )
    if s.plans.vercel != "enterprise" and hosting.firewall.managed_rules:
        yield Violation(
            "hosting.firewall.managedRules",
            True,
            f"needs Vercel's 'enterprise' plan; plans.vercel is {s.plans.vercel!r}",
            False,
        )
    most = _FIREWALL_RULES - _CALLBACK_RULES
    if s.plans.vercel != "enterprise" and len(hosting.firewall.limited_paths) > most:
        yield Violation(
            "hosting.firewall.limitedPaths",
            hosting.firewall.limited_paths,
            f"with the two of the payment callback these are more than the {_FIREWALL_RULES} rules of {s.plans.vercel!r}",
            hosting.firewall.limited_paths[:most],
        )
    if hosting.function_timeout_seconds > _FUNCTION_SECONDS:
        yield Violation(
            "hosting.functionTimeoutSeconds",
            hosting.function_timeout_seconds,
            f"is more than any plan allows ({_FUNCTION_SECONDS})",
            _FUNCTION_SECONDS,
        )


def neon_plan(s: Settings) -> Iterator[Violation]:
    """History, sizes, snapshots, allowed addresses and suspend time."""
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


def github_plan(s: Settings) -> Iterator[Violation]:
    """Gates before a deployment. Below Enterprise, GitHub takes a request for them on a private repository and drops them."""
    plan, delivery = s.plans.github, s.delivery
    if s.repository.visibility == "public" or plan == "enterprise":
        return
    where = (
        f"needs a public repository or GitHub's 'enterprise' plan; plans.github is {plan!r} and the repository private"
    )
    if plan == "free":
        yield Violation("plans.github", plan, "has neither environments nor rulesets for a private repository", "team")
    if delivery.reviewers.users:
        yield Violation("delivery.reviewers.users", delivery.reviewers.users, where, [])
    if delivery.reviewers.teams:
        yield Violation("delivery.reviewers.teams", delivery.reviewers.teams, where, [])
    if delivery.wait_minutes:
        yield Violation("delivery.waitMinutes", delivery.wait_minutes, where, 0)
    if delivery.prevent_self_review:
        yield Violation("delivery.preventSelfReview", True, where, False)
    if not delivery.admins_may_bypass:
        yield Violation("delivery.adminsMayBypass", False, f"(admins kept out) {where}", True)
