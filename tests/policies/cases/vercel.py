"""Cases of the rules over Vercel projects, the firewall and the ways around it."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import PROJECT, resource
from tests.policies.samples.hosting import CALLBACK, LOGIN, bypass, limit, on

BRANCHES = [
    compliant("VRC-01", "app"),
    compliant("VRC-01", "custom"),
    compliant("VRC-01", "app", ("app", "gitRepository.productionBranch", "main"), stack="staging"),
    compliant("VRC-01", "custom", ("custom", "branchTracking.pattern", "main"), stack="staging"),
    violating("VRC-01", "app", stack="staging", says="wanted 'main'"),
    violating("VRC-01", "app", ("app", "gitRepository.productionBranch", "main"), says="wanted 'production'"),
    violating("VRC-01", "custom", ("custom", "branchTracking.pattern", "main")),
    violating("VRC-01", "custom", ("custom", "branchTracking.type", "startsWith"), says="branchTracking.type"),
    violating("VRC-01", "custom", ("custom", "branchTracking.type", "endsWith")),
    near_miss("VRC-01", "app", ("app", "gitRepository.productionBranch", "Production"), outcome=Outcome.FAIL),
    near_miss("VRC-01", "custom", ("custom", "branchTracking.type", ABSENT)),
    absent("VRC-01", "app", ("app", "gitRepository.productionBranch", ABSENT), says="seen None"),
    absent("VRC-01", "app", ("app", "gitRepository", ABSENT)),
    absent("VRC-01", "custom", ("custom", "branchTracking", ABSENT)),
    unknown("VRC-01", "app", ("app", "gitRepository.productionBranch", UNKNOWN)),
    unknown("VRC-01", "custom", ("custom", "branchTracking", UNKNOWN)),
    other_type("VRC-01", "firewall"),
]

AUTHENTICATION = ("app", "vercelAuthentication.deploymentType")
FORKS_OFF = ("app", "gitForkProtection", False)

PREVIEWS = [
    compliant("VRC-02", "app"),
    violating("VRC-02", "app", FORKS_OFF),
    violating("VRC-02", "app", (*AUTHENTICATION, "none")),
    near_miss("VRC-02", "app", (*AUTHENTICATION, "only_preview_deployments")),
    near_miss("VRC-02", "app", ("app", "gitForkProtection", ABSENT)),
    absent("VRC-02", "app", ("app", "vercelAuthentication", ABSENT), says="seen None"),
    absent("VRC-02", "app", (*AUTHENTICATION, ABSENT)),
    unknown("VRC-02", "app", (*AUTHENTICATION, UNKNOWN)),
    unknown("VRC-02", "app", (*AUTHENTICATION, UNKNOWN), FORKS_OFF, outcome=Outcome.FAIL, fires={"VRC-02"}),
    other_type("VRC-02", "custom"),
]

DISCLOSURE = [
    compliant("VRC-03", "app"),
    violating("VRC-03", "app", ("app", "protectedSourcemaps", False)),
    violating("VRC-03", "app", ("app", "directoryListing", True)),
    violating("VRC-03", "app", ("app", "customerSuccessCodeVisibility", True)),
    violating("VRC-03", "app", ("app", "enableProductionFeedback", True)),
    near_miss("VRC-03", "app", ("app", "enableProductionFeedback", True), stack="staging"),
    near_miss("VRC-03", "app", ("app", "directoryListing", ABSENT), ("app", "customerSuccessCodeVisibility", ABSENT)),
    absent("VRC-03", "app", ("app", "protectedSourcemaps", ABSENT), says="protectedSourcemaps seen None wanted True"),
    absent("VRC-03", "app", ("app", "enableProductionFeedback", ABSENT), says="wanted False"),
    unknown("VRC-03", "app", ("app", "directoryListing", UNKNOWN)),
    unknown(
        "VRC-03",
        "app",
        ("app", "protectedSourcemaps", UNKNOWN),
        ("app", "directoryListing", True),
        outcome=Outcome.FAIL,
        fires={"VRC-03"},
    ),
    other_type("VRC-03", "team"),
]

AT_ONCE = ("app", "autoAssignCustomDomains", True)

WAY_BACK = [
    compliant("VRC-04", "app"),
    compliant("VRC-04", "app", AT_ONCE),
    compliant("VRC-04", "app", ("rollout", "", ABSENT)),
    compliant("VRC-04", "app", AT_ONCE, ("rollout", "", ABSENT), stack="staging"),
    violating("VRC-04", "app", AT_ONCE, ("rollout", "", ABSENT), says="autoAssignCustomDomains seen True"),
    violating("VRC-04", "app", AT_ONCE, ("rollout", "advancementType", "automatic")),
    violating("VRC-04", "app", AT_ONCE, ("rollout", "@link:projectId", (PROJECT + "-other",))),
    violating("VRC-04", "app", ("check", "blocks", "none"), says="seen ['none']"),
    violating("VRC-04", "app", ("check", "targets", ["preview"])),
    violating("VRC-04", "app", ("check", "@link:projectId", (PROJECT + "-other",))),
    near_miss("VRC-04", "app", ("check", "targets", ["all"])),
    near_miss("VRC-04", "app", ("check", "targets", ABSENT)),
    near_miss("VRC-04", "app", ("app", "skewProtection", ""), outcome=Outcome.FAIL),
    absent("VRC-04", "app", ("app", "skewProtection", ABSENT), says="skewProtection seen None"),
    absent("VRC-04", "app", ("check", "", ABSENT), says="blocks seen None"),
    absent("VRC-04", "app", ("check", "blocks", ABSENT)),
    absent("VRC-04", "app", ("app", "autoAssignCustomDomains", ABSENT), ("rollout", "", ABSENT)),
    unknown("VRC-04", "app", ("app", "skewProtection", UNKNOWN)),
    unknown("VRC-04", "app", AT_ONCE, ("rollout", "advancementType", UNKNOWN)),
    unknown("VRC-04", "app", ("check", "blocks", UNKNOWN)),
    other_type("VRC-04", "rollout"),
]

RULES = ("firewall", "rules.rules")
METHOD = {"type": "method", "op": "eq", "value": "POST"}
GET = {**METHOD, "value": "GET"}
ONE_OF = {
    "conditions": [
        {"type": "path", "op": "inc", "values": ["/shop", LOGIN]},
        {**METHOD, "op": "inc", "values": ["POST"]},
    ]
}
MANAGED = {name: {"active": True, "action": "deny"} for name in ("xss", "sqli", "rce")}


def _managed(**changes: dict[str, object]) -> tuple[str, str, object]:
    return ("firewall", "managedRulesets", {"owasp": {**MANAGED, **changes}})


FIREWALL = [
    compliant("VRC-05", "firewall"),
    compliant("VRC-05", "app"),
    compliant("VRC-05", "firewall", _managed()),
    violating("VRC-05", "firewall", ("firewall", "enabled", False)),
    violating("VRC-05", "firewall", (*RULES, [limit(CALLBACK)]), says=f"limits the rate of {LOGIN}"),
    violating(
        "VRC-05", "firewall", (*RULES, [bypass(CALLBACK), limit(CALLBACK), limit(LOGIN)]), says="before this one"
    ),
    violating("VRC-05", "firewall", (*RULES, [limit(CALLBACK, "log"), limit(LOGIN)])),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.0.active", False)),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.action.action", "log")),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups.0.conditions.0.neg", True)),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups.0.conditions.0.op", "suf")),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [])),
    violating("VRC-05", "firewall", _managed(xss={"active": False, "action": "deny"}), says="owasp.xss.active"),
    violating("VRC-05", "firewall", _managed(rce={"active": True, "action": "log"}), says="owasp.rce.action"),
    near_miss("VRC-05", "firewall", (*RULES, [limit("/api", "challenge")])),
    near_miss(
        "VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [on("pre", "/shop"), on("eq", LOGIN)])
    ),
    near_miss(
        "VRC-05",
        "firewall",
        ("firewall", "rules.rules.2.conditionGroups.0.conditions", [on("eq", LOGIN)["conditions"][0], GET]),
        outcome=Outcome.FAIL,
    ),
    near_miss(
        "VRC-05",
        "firewall",
        ("firewall", "rules.rules.2.conditionGroups.0.conditions", [on("eq", LOGIN)["conditions"][0], METHOD]),
    ),
    near_miss("VRC-05", "firewall", (*RULES, [limit(CALLBACK, "rate_limit"), limit(LOGIN)])),
    near_miss("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [on("re", "^/api/v1/(auth|me)")])),
    near_miss("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [on("sub", "/auth")])),
    near_miss("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [ONE_OF])),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [on("re", "^/auth")])),
    violating("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups", [on("re", "(")])),
    violating(
        "VRC-05",
        "firewall",
        (*RULES, [{**bypass(CALLBACK), "conditionGroups": [on("re", "notify$")]}, limit(CALLBACK), limit(LOGIN)]),
        says="before this one",
    ),
    near_miss("VRC-05", "firewall", (*RULES, [limit("/api/v1/auth/"), limit(CALLBACK)]), outcome=Outcome.FAIL),
    absent("VRC-05", "app", ("firewall", "", ABSENT), says="a firewall for the project"),
    absent("VRC-05", "firewall", ("firewall", "enabled", ABSENT)),
    absent("VRC-05", "firewall", ("firewall", "rules", ABSENT), says="seen 0 rules"),
    absent("VRC-05", "firewall", ("firewall", "rules.rules.2.conditionGroups.0.conditions.0.value", ABSENT)),
    absent("VRC-05", "firewall", _managed(sqli={}), says="owasp.sqli.active seen None"),
    unknown("VRC-05", "firewall", ("firewall", "enabled", UNKNOWN)),
    unknown("VRC-05", "firewall", ("firewall", "rules.rules.0.conditionGroups.0.conditions.0.value", UNKNOWN)),
    unknown("VRC-05", "firewall", ("firewall", "managedRulesets", UNKNOWN)),
    other_type("VRC-05", "domain"),
]


def _way_around(kind: str, **properties: object) -> tuple[str, str, object]:
    return ("around", "", resource(kind, "around", properties, projectId=PROJECT))


AROUND = [
    compliant("VRC-06", "around", _way_around(t.VERCEL_FIREWALL_BYPASS, note="owner=qa load test"), stack="staging"),
    compliant("VRC-06", "around", _way_around(t.VERCEL_PROTECTION_BYPASS, note="e2e owner=qa"), stack="staging"),
    violating(
        "VRC-06", "around", _way_around(t.VERCEL_PROTECTION_BYPASS, note="e2e owner=qa"), says="no such resource"
    ),
    violating("VRC-06", "around", _way_around(t.VERCEL_FIREWALL_BYPASS, sourceIp="192.0.2.1", note="owner=qa")),
    violating("VRC-06", "around", _way_around(t.VERCEL_PROTECTION_EXCEPTION, alias="shop.vercel.app")),
    violating("VRC-06", "around", _way_around(t.VERCEL_FIREWALL_BYPASS, note="for qa"), stack="staging"),
    near_miss(
        "VRC-06",
        "around",
        _way_around(t.VERCEL_PROTECTION_BYPASS, note="owner= to be found"),
        outcome=Outcome.FAIL,
        stack="staging",
    ),
    absent("VRC-06", "around", _way_around(t.VERCEL_PROTECTION_BYPASS), says="owner=", stack="staging"),
    absent("VRC-06", "around", _way_around(t.VERCEL_PROTECTION_EXCEPTION, alias="a.app"), stack="staging"),
    unknown("VRC-06", "around", _way_around(t.VERCEL_FIREWALL_BYPASS, note=UNKNOWN), stack="staging"),
    other_type("VRC-06", "firewall"),
]

CASES = [*BRANCHES, *PREVIEWS, *DISCLOSURE, *WAY_BACK, *FIREWALL, *AROUND]
